//! Ways back in, and what one looks after, told through the front door.

use crate::second_step::{add_app, half};
use jiff::SignedDuration;
use store::Message;
use testkit::app::App;
use testkit::authenticator_app;
use testkit::browser::Answer;
use testkit::people::{self, ANNA, BEN, PASSWORD};

const NEW: &str = "eight loud geese cross the road";

/// The path in the first mail to this address that holds such a link.
fn link(mails: &[Message], to: &str, path: &str) -> String {
    let mail = mails.iter().find(|mail| mail.to == to && mail.text.contains(path)).expect("a mail with such a link");
    let rest = mail.text.split(path).nth(1).unwrap();
    format!("{path}{}", rest.split_whitespace().next().unwrap())
}

async fn enter(app: &App, email: &str, password: &str) -> u16 {
    let fields = [("email", email), ("password", password), ("next", "/")];
    app.browser().post("/sign-in", &fields).await.status.as_u16()
}

fn said(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status.as_u16(), headers.collect(), answer.text())
}

fn score(page: &str) -> u32 {
    let rest = page.split("Check-up: ").nth(1).expect("the score is on the page");
    rest.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_by_a_link() {
    let app = App::start().await;
    let mut elsewhere = app.signed_in(ANNA).await;
    drop(app.mails().await);
    let mut anna = app.browser();
    assert!(anna.get("/sign-in").await.text().contains("Forgotten your password?"));
    assert_eq!(anna.get("/password-reset").await.status, 200);
    let asked = anna.post("/password-reset", &[("email", ANNA)]).await;
    assert_eq!(asked.place(), "/password-reset/sent");
    assert_eq!(anna.follow(asked).await.status, 200);
    let mails = app.mails().await;
    let place = link(&mails, ANNA, "/password-reset/");
    assert!(mails[0].text.contains(&format!("{}{place}", store::SITE)), "the worker puts the base address before it");

    // Opening the link changes nothing, because mail scanners open links.
    for _ in 0..3 {
        assert!(anna.get(&place).await.text().contains("<h1>Choose a new password</h1>"));
    }
    assert_eq!(elsewhere.get("/activity").await.status, 200);
    let weak = anna.post(&place, &[("password", "Anna Berg 1984")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.text().contains("easy to guess") || weak.text().contains("at least 15"), "{}", weak.text());
    let changed = anna.post(&place, &[("password", NEW)]).await;
    assert_eq!((changed.status.as_u16(), changed.place()), (303, "/sign-in?reset=true"), "{}", changed.text());
    assert!(anna.cookie("kinsight").is_none(), "a link by mail opens no session");
    assert!(anna.cookie("kinsight-device").is_some(), "strangers who guess cannot keep this browser out");
    assert!(anna.follow(changed).await.text().contains("Your new password is set"));
    assert_eq!(elsewhere.get("/activity").await.status, 401, "every session ends");
    for answer in [anna.get(&place).await, anna.post(&place, &[("password", NEW)]).await] {
        assert_eq!(answer.status, 422, "the link works once");
        assert!(answer.text().contains("Ask for a new link"));
    }
    assert_eq!((enter(&app, ANNA, PASSWORD).await, enter(&app, ANNA, NEW).await), (401, 303));
    let told = app.mails().await;
    assert!(told.iter().any(|mail| mail.to == ANNA && mail.subject == "Your password was changed"));
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nothing_of_any_account() {
    let app = App::start().await;
    let mut answers = Vec::new();
    for email in [ANNA, "nobody@example.org", "no address", ""] {
        let mut browser = app.browser();
        answers.push(said(&browser.post("/password-reset", &[("email", email)]).await));
    }
    assert_eq!(answers[0].0, 303);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let mails = app.mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ANNA]);
}

#[tokio::test]
async fn a_link_leads_to_the_base_address_whatever_the_request_says() {
    let app = App::start().await;
    let mut thief = app.browser();
    thief.extra.push(("x-forwarded-host", "evil.example".to_owned()));
    assert_eq!(thief.post("/password-reset", &[("email", ANNA)]).await.status, 303);
    thief.extra.push(("host", "evil.example".to_owned()));
    assert_eq!(thief.post("/password-reset", &[("email", ANNA)]).await.status, 421);
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].text.contains("evil") && !mails[0].html.contains("evil"));
}

#[tokio::test]
async fn an_address_is_changed_and_the_old_one_undoes_it() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    drop(app.mails().await);
    assert_eq!(anna.post("/security/e-mail", &[("new_email", "no address")]).await.status, 422);
    assert_eq!(anna.post("/security/e-mail", &[("new_email", ANNA)]).await.status, 422);
    let taken = anna.post("/security/e-mail", &[("new_email", BEN)]).await;
    let free = anna.post("/security/e-mail", &[("new_email", "anna@new.example.org")]).await;
    assert_eq!(said(&taken), said(&free), "whether it is taken is not told");
    assert_eq!(free.place(), "/security/e-mail?sent=true");
    assert!(anna.follow(free).await.text().contains("A link is on its way"));
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.to == BEN && mail.subject == "Somebody wanted to use your address"));
    let place = link(&mails, "anna@new.example.org", "/new-addresses/");
    let mut phone = app.browser();
    assert!(phone.get(&place).await.text().contains("Yes, use this address"));
    assert_eq!(enter(&app, ANNA, PASSWORD).await, 303, "nothing has changed");
    assert!(phone.post(&place, &[]).await.text().contains("<h1>Your address was changed</h1>"));
    assert_eq!((enter(&app, ANNA, PASSWORD).await, enter(&app, "anna@new.example.org", PASSWORD).await), (401, 303));

    let mails = app.mails().await;
    let undo = link(&mails, ANNA, "/changes/undo/");
    assert!(mails.iter().any(|mail| mail.to == ANNA && mail.text.contains("/lockdown/mail/")));
    app.clock.advance(SignedDuration::from_hours(71));
    let mut old = app.browser();
    assert!(old.get(&undo).await.text().contains("Yes, undo it"));
    let undone = old.post(&undo, &[]).await.text();
    assert!(undone.contains("Lock my account") && undone.contains("href=\"/lockdown/mail/"), "{undone}");
    assert_eq!((enter(&app, ANNA, PASSWORD).await, enter(&app, "anna@new.example.org", PASSWORD).await), (303, 401));
    assert_eq!(old.get(&undo).await.status, 422);
}

#[tokio::test]
async fn after_73_hours_a_change_of_address_stands() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    anna.post("/security/e-mail", &[("new_email", "anna@new.example.org")]).await;
    let place = link(&app.mails().await, "anna@new.example.org", "/new-addresses/");
    app.browser().post(&place, &[]).await;
    let undo = link(&app.mails().await, ANNA, "/changes/undo/");
    app.clock.advance(SignedDuration::from_hours(73));
    let mut old = app.browser();
    assert_eq!((old.get(&undo).await.status.as_u16(), old.post(&undo, &[]).await.status.as_u16()), (422, 422));
    assert_eq!(enter(&app, "anna@new.example.org", PASSWORD).await, 303);
}

#[tokio::test]
async fn changing_an_address_or_the_phrase_asks_for_a_fresh_proof() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    app.clock.advance(SignedDuration::from_mins(11));
    let forms = [("/security/e-mail", ("new_email", "a@new.example.org")), ("/security/phrase", ("phrase", "heron"))];
    for (path, field) in forms {
        assert_eq!(anna.get(path).await.place(), format!("/proof?next={path}"));
        let refused = anna.post(path, &[field]).await;
        assert_eq!(refused.status, 401, "{path}");
    }
    assert!(app.mails().await.iter().all(|mail| mail.to == ANNA), "nothing was sent anywhere else");
}

#[tokio::test]
async fn a_phrase_stands_in_mails_and_raises_the_score() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let before = anna.get("/security").await.text();
    assert!(
        before.contains("Choose a phrase") && before.contains("Set up a second step") == leads("/security/second-step")
    );
    assert_eq!(anna.post("/security/phrase", &[("phrase", "ab")]).await.status, 422);
    let kept = anna.post("/security/phrase", &[("phrase", "a blue heron")]).await;
    let after = anna.follow(kept).await.text();
    assert!(score(&after) > score(&before), "{} {}", score(&before), score(&after));
    assert!(anna.get("/security/phrase").await.text().contains("value=\"a blue heron\""));
    let mails = app.mails().await;
    assert!(mails.iter().any(|mail| mail.to == ANNA && mail.text.contains("Your phrase: a blue heron.")));
    let messages = anna.get("/security/messages").await.text();
    assert!(messages.contains("Your phrase was changed") && messages.contains("Your phrase: a blue heron."));
    assert!(messages.contains("/lockdown/mail/…"), "without what opens something");
    assert!(messages.contains("We never ask for a password"));
}

fn leads(path: &str) -> bool {
    web::ROUTES.iter().any(|route| route.path == path)
}

#[tokio::test]
async fn the_review_lists_who_sees_what_removes_and_is_stamped() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let mut ben = app.signed_in(BEN).await;
    let record = format!("/records/{}", app.family.anna_record);
    assert_eq!(ben.get(&record).await.status, 200);
    let list = anna.get("/security/review").await.text();
    for words in ["Ben Berg", BEN, "View only", "Clara Holm", "View and download", "Dora Lund", "never"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let partner = list.split(&format!("href=\"{record}/care-partners/")).nth(1).unwrap().split('"').next().unwrap();
    let removal = format!("{partner}/removal");
    assert!(anna.get(&format!("{record}/care-partners/{removal}")).await.text().contains("Remove Ben Berg?"));
    let removed = anna.post(&format!("{record}/care-partners/{removal}"), &[]).await;
    assert_eq!(removed.place(), format!("{record}/sharing?done=removed"));
    assert_eq!(ben.get(&record).await.status, 404, "at once");
    assert!(!anna.follow(removed).await.text().contains("Ben Berg"));
    let stamped = anna.post("/security/review", &[]).await;
    assert!(anna.follow(stamped).await.text().contains("Last reviewed: 18 Mar 2026"));
    let mut eve = app.signed_in(people::EVE).await;
    assert!(eve.get("/security/review").await.text().contains("Nobody but you"));
    let foreign = eve.post(&format!("{record}/care-partners/{removal}"), &[]).await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test]
async fn the_reminder_is_shown_until_the_list_was_looked_at() {
    let app = App::start().await;
    app.clock.advance(SignedDuration::from_hours(24 * 91));
    assert_eq!(app.expire().await, 1);
    assert_eq!(app.expire().await, 0);
    let mut anna = app.signed_in(ANNA).await;
    let words = "It is three months since you last looked";
    let home = format!("/records/{}", app.family.anna_record);
    for path in ["/records", "/security", home.as_str()] {
        assert!(anna.get(path).await.text().contains(words), "{path}");
    }
    assert!(app.mails().await.iter().any(|mail| mail.to == ANNA && mail.text.contains("/security/review.ics")));
    anna.post("/security/review", &[]).await;
    assert!(!anna.get("/records").await.text().contains(words));
}

#[tokio::test]
async fn the_calendar_file_is_one_that_calendars_read() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let answer = anna.get("/security/review.ics").await;
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    let text = answer.text();
    assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "folded: {text}");
    let unfolded = text.replace("\r\n ", "");
    let value = |name: &str| {
        let line = unfolded.split("\r\n").find(|line| line.split([':', ';']).next() == Some(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.to_owned()).unwrap()
    };
    assert_eq!((value("VERSION").as_str(), value("RRULE").as_str()), ("2.0", "FREQ=MONTHLY;INTERVAL=3"));
    assert_eq!((value("DTSTART").as_str(), value("DTEND").as_str()), ("20260618", "20260619"));
    assert_eq!(value("DTSTAMP"), "20260318T190000Z");
    assert_eq!(value("URL"), "http://localhost:8080/security/review");
    assert!(!unfolded.contains("Anna") && !unfolded.to_lowercase().contains("glucose"), "nothing about the person");
    let again = app.signed_in(ANNA).await.get("/security/review.ics").await.text().replace("\r\n ", "");
    assert_eq!(again.split("UID:").nth(1).unwrap().split("\r\n").next().unwrap(), value("UID"), "the same entry");
}

#[tokio::test]
async fn an_unconfirmed_address_gets_its_link_again_with_one_press() {
    let app = App::start().await;
    let filled = [
        ("name", "Nora Vik"),
        ("email", "nora@example.org"),
        ("password", NEW),
        ("country", "NO"),
        ("unit", "mmol/L"),
        ("zone", "Europe/Oslo"),
        ("language", "en"),
    ];
    app.browser().post("/sign-up", &filled).await;
    let first = link(&app.mails().await, "nora@example.org", "/confirmations/");
    let mut nora = app.browser();
    nora.post("/sign-in", &[("email", "nora@example.org"), ("password", NEW), ("next", "/")]).await;
    let hub = nora.get("/security").await.text();
    assert!(hub.contains("action=\"/security/confirmation\"") && !hub.contains("<li>Who can see your data: "), "{hub}");
    let pressed = nora.post("/security/confirmation", &[]).await;
    assert!(nora.follow(pressed).await.text().contains("a link is on its way"));
    let second = link(&app.mails().await, "nora@example.org", "/confirmations/");
    assert_eq!(nora.post(&first, &[]).await.status, 422);
    assert_eq!(nora.post(&second, &[]).await.status, 303);
    assert!(score(&nora.get("/security").await.text()) > score(&hub));
}

#[tokio::test]
async fn a_lost_second_step_is_asked_about_only_after_the_password() {
    let app = App::start().await;
    let mut stranger = app.browser();
    assert_eq!(stranger.get("/second-step-loss").await.status, 401);
    assert_eq!(stranger.post("/second-step-loss", &[]).await.status, 401);
    stranger.set_cookie("kinsight-half", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(stranger.get("/second-step-loss").await.status, 401);
    assert_eq!(stranger.post("/second-step-loss", &[]).await.status, 401);
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn a_new_password_by_a_link_still_asks_for_the_second_step() {
    let app = App::start().await;
    let (seed, _) = add_app(&app, &mut app.signed_in(ANNA).await).await;
    let mut anna = app.browser();
    anna.post("/password-reset", &[("email", ANNA)]).await;
    let place = link(&app.mails().await, ANNA, "/password-reset/");
    assert_eq!(anna.post(&place, &[("password", NEW)]).await.status, 303);
    let entered = anna.post("/sign-in", &[("email", ANNA), ("password", NEW), ("next", "/")]).await;
    assert!(entered.place().starts_with("/sign-in/second-step"), "{}", entered.place());
    assert_eq!(anna.get("/security").await.status, 401, "half is nothing");
    let code = authenticator_app::code(&seed, app.clock.now());
    assert_eq!(anna.post("/sign-in/second-step", &[("code", &code), ("next", "/")]).await.status, 303);
    assert_eq!(anna.get("/security").await.status, 200);
}

#[tokio::test]
async fn a_lost_second_step_goes_after_72_hours_unless_somebody_says_no() {
    let app = App::start().await;
    add_app(&app, &mut app.signed_in(ANNA).await).await;
    drop(app.mails().await);
    for stops in [true, false] {
        let mut anna = half(&app).await;
        assert!(anna.get("/second-step-loss").await.text().contains("Remove it after 72 hours"));
        assert!(anna.post("/second-step-loss", &[]).await.text().contains("your second step is removed"));
        let place = link(&app.mails().await, ANNA, "/second-step-loss/");
        app.clock.advance(SignedDuration::from_hours(71));
        assert_eq!(app.expire().await, 0);
        half(&app).await;
        let mut mailbox = app.browser();
        assert!(mailbox.get(&place).await.text().contains("Yes, keep it"), "opening the link changes nothing");
        if stops {
            assert!(mailbox.post(&place, &[]).await.text().contains("<h1>Your second step stays</h1>"));
            assert_eq!(mailbox.post(&place, &[]).await.status, 422);
        }
        app.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(app.expire().await, u64::from(!stops));
    }
    let mut anna = app.browser();
    let entered = anna.post("/sign-in", &[("email", ANNA), ("password", PASSWORD), ("next", "/security")]).await;
    assert!(anna.follow(entered).await.text().contains("Your password alone opens your account"));
    assert!(app.mails().await.iter().any(|mail| mail.to == ANNA && mail.subject == "Your second step was removed"));
}

#[tokio::test]
async fn somebody_still_signed_in_keeps_the_second_step_with_one_press() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    add_app(&app, &mut anna).await;
    let good = score(&anna.get("/security").await.text());
    half(&app).await.post("/second-step-loss", &[]).await;
    let hub = anna.get("/security").await.text();
    assert!(hub.contains("Keep my second step") && score(&hub) < good, "{hub}");
    let pressed = anna.post("/security/second-step-loss/removal", &[]).await;
    let hub = anna.follow(pressed).await.text();
    assert!(hub.contains("Your second step stays") && score(&hub) == good, "{hub}");
    app.clock.advance(SignedDuration::from_hours(73));
    assert_eq!(app.expire().await, 0);
}
