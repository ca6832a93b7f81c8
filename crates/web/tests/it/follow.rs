//! The care partner's side: invited, asking, following, shut out; and the owner who looks with their eyes.

use crate::cast::{self, ALL, invite, let_in, manage};
use jiff::SignedDuration;
use sharing::{Permission, Terms, Visibility, WeeklyPause};
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{self, ANNA, BEN, INGA};

fn link(mails: &[store::Message], to: &str, path: &str) -> String {
    let mail = mails.iter().rfind(|mail| mail.to == to && mail.text.contains(path)).expect("a mail with a link");
    let start = mail.text.find(path).unwrap();
    mail.text[start..].split_whitespace().next().unwrap().to_owned()
}

/// The address that a form of the page sends to.
fn form(page: &str, ending: &str) -> String {
    let end = page.find(&format!("{ending}\"")).unwrap_or_else(|| panic!("a form to …{ending}: {page}"));
    let start = page[..end].rfind("action=\"").unwrap() + "action=\"".len();
    format!("{}{ending}", &page[start..end])
}

fn main_of(page: &str) -> &str {
    page.split("<main").nth(1).unwrap().split("</main>").next().unwrap()
}

#[tokio::test]
async fn an_invitation_says_what_is_offered_to_whoever_holds_its_link() {
    let app = App::start().await;
    let terms = Terms {
        permission: Permission::ViewAndDownload,
        visibility: Visibility { notes: true, insulin: true, ..Visibility::GLUCOSE_ONLY },
        until_at: Some(app.clock.now() + SignedDuration::from_hours(24 * 30)),
        needs_second_step: true,
        weekly_pause: Some(WeeklyPause::new(0b1_1111, 8 * 60, 13 * 60 + 30).unwrap()),
    };
    invite(&app, INGA, terms, "Please <b>look</b> at night.").await;
    let place = link(&app.mails().await, INGA, "/invitations/");
    let mut inga = app.browser();
    let answer = inga.get(&place).await;
    let page = answer.text();
    for words in [
        "Anna Berg invites you",
        "View and download",
        "glucose, insulin and notes",
        "17 Apr 2026",
        "Mon, Tue, Wed, Thu, Fri, 08:00 to 13:30",
        "Second step",
        "Please &#60;b&#62;look&#60;/b&#62; at night.",
        "href=\"/sign-in?next=/following\"",
        "href=\"/sign-up?follows=true\"",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(INGA), "it does not say to whom it went");
    let token = place.rsplit('/').next().unwrap();
    assert!(!page.contains(token), "the link stands nowhere on the page");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "same-origin");

    let mut eve = app.signed_in(people::EVE).await;
    let page = eve.get(&place).await.text();
    assert!(page.contains("went to another address") && page.contains(people::EVE), "{page}");
    assert!(!page.contains(INGA) && !page.contains("/acceptance"));
    assert_eq!(inga.get(&place).await.status, 200, "opening it changes nothing");

    let mut inga = app.signed_in(INGA).await;
    let page = inga.get(&place).await.text();
    assert_eq!(inga.post(&form(&page, "/decline"), &[]).await.place(), "/following?done=declined");
    let used = inga.get(&place).await;
    let wrong = inga.get(&format!("{}x", &place[..place.len() - 1])).await;
    assert_eq!((used.status, wrong.status), (wrong.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(main_of(&used.text()), main_of(&wrong.text()), "answered and never there look the same");
}

#[tokio::test]
async fn somebody_new_signs_up_confirms_and_accepts() {
    let app = App::start().await;
    app.live(app.family.anna_record, 2, life::Personality::Steady).await;
    let (email, password) = ("nora@example.org", "a kettle, a boat and a hill");
    invite(&app, email, Terms::LEAST, "").await;
    let mails = app.mails().await;
    let place = link(&mails, email, "/invitations/");
    let mut nora = app.browser();
    let page = nora.get("/sign-up?follows=true").await.text();
    let tick = page.split("name=\"with_record\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(!tick.contains("checked"), "whoever follows needs no record");
    let filled = [
        ("name", "Nora Vik"),
        ("email", email),
        ("password", password),
        ("country", "NO"),
        ("unit", "mmol/L"),
        ("zone", "Europe/Oslo"),
        ("language", "en"),
    ];
    assert_eq!(nora.post("/sign-up", &filled).await.status, 303);
    let confirmation = link(&app.mails().await, email, "/confirmations/");
    nora.post("/sign-in", &[("email", email), ("password", password), ("next", "/following")]).await;
    let page = nora.get(&place).await.text();
    assert!(page.contains("Confirm your address first") && page.contains("/security/confirmation"), "{page}");
    assert!(!nora.get("/following").await.text().contains("invites you"), "not before the address is confirmed");

    nora.post(&confirmation, &[]).await;
    let mut nora = app.browser();
    let answer = nora.post("/sign-in", &[("email", email), ("password", password), ("next", "/")]).await;
    let start = nora.follow(answer).await;
    assert_eq!(start.place(), "/following", "there is nothing else for her yet");
    let page = nora.get("/following").await.text();
    assert!(page.contains("Anna Berg invites you") && page.contains("glucose only"), "{page}");
    let answer = nora.post(&form(&page, "/acceptance"), &[]).await;
    let page = nora.follow(answer).await.text();
    assert!(page.contains("You follow somebody new") && page.contains("data-now-value"), "{page}");
    assert!(!page.contains("invites you"));
    let record = format!("/records/{}", app.family.anna_record);
    assert!(nora.get(&record).await.text().contains("You see this as Anna’s care partner. View only."));
    assert_eq!(nora.get(&format!("{record}/reports/agp")).await.status, 200);
    assert_eq!(nora.get(&format!("{record}/reports/agp.pdf")).await.status, 403);

    let anna = app.actor(ANNA).await;
    let lines = app.store.with_account(&anna, |own| own.care_partners()).await.unwrap();
    let partner = lines.iter().find(|line| line.email == email).unwrap().partner;
    let mut patient = app.signed_in(ANNA).await;
    let removal = format!("{record}/care-partners/{partner}/removal");
    assert_eq!(patient.post(&removal, &[]).await.status, 303);
    assert_eq!(nora.get(&record).await.status, 404, "the next request is refused");
    assert!(nora.get("/following").await.text().contains("You follow nobody"));
}

#[tokio::test]
async fn those_who_are_shut_out_are_told_why_and_see_nothing() {
    let app = App::start().await;
    app.live(app.family.anna_record, 2, life::Personality::Steady).await;
    cast::every_state(&app).await;
    app.clock.advance(people::Family::EXPIRY);
    let record = format!("/records/{}", app.family.anna_record);
    for (email, state, refusal) in [
        (people::PIA, "Paused until 19 Mar 2026", "Go to Following"),
        (people::WIM, "Paused until", "Go to Following"),
        (people::SVEN, "Suspended", "restore your access"),
        (people::LENA, "Second step needed", "Set up a second step"),
        (people::DORA, "Ended on 18 Mar 2026", "This has ended"),
    ] {
        let mut browser = app.signed_in(email).await;
        assert_eq!(browser.get("/").await.place(), "/following", "{email}");
        let page = browser.get("/following").await.text();
        assert!(page.contains("Anna Berg") && page.contains(state), "{email}: {page}");
        assert!(!page.contains("data-now-value") && !page.contains(&format!("href=\"{record}\"")), "{email}: {page}");
        let refused = browser.get(&record).await;
        assert_eq!(refused.status, 403, "{email}");
        assert!(refused.text().contains(refusal), "{email}: {}", refused.text());
    }
    for email in [people::INGA, people::ARNE, people::REMO] {
        let page = app.signed_in(email).await.get("/following").await.text();
        assert!(page.contains("You follow nobody"), "{email}: {page}");
    }
    let ben = app.signed_in(BEN).await.get("/following").await.text();
    assert!(
        ben.contains("data-now-value") && ben.contains("View only") && ben.contains("<strong class=\"is-"),
        "{ben}"
    );
}

#[tokio::test]
async fn asking_to_follow_gives_one_answer_and_tells_nothing() {
    let app = App::start().await;
    let mut ben = app.signed_in(BEN).await;
    let mut answers = Vec::new();
    for email in [people::EVE, "nobody@example.org"] {
        let answer = ben.post("/following/requests", &[("email", email)]).await;
        assert_eq!((answer.status.as_u16(), answer.place()), (303, "/following?done=asked"));
        let page = ben.follow(answer).await.text();
        let request = page.split("action=\"/following/requests/").nth(1).unwrap().split('"').next().unwrap();
        let id = format!("/following/requests/{request}");
        assert!(page.contains("If there is such an account") && page.contains(email), "{page}");
        assert!(page.contains("Waits until 19 Mar 2026, 20:00"), "{page}");
        let twice = ben.post("/following/requests", &[("email", email)]).await;
        assert_eq!(twice.status, 422);
        assert_eq!(ben.post(&id, &[]).await.place(), "/following?done=withdrawn");
        answers.push(main_of(&page).replace(email, "").replace(id.as_str(), ""));
    }
    assert_eq!(answers[0], answers[1]);
    for wrong in ["no address", BEN] {
        let answer = ben.post("/following/requests", &[("email", wrong)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("Please look at this again"), "{wrong}");
    }
}

#[tokio::test]
async fn whoever_stops_following_says_so_once_more() {
    let app = App::start().await;
    let mut ben = app.signed_in(BEN).await;
    let place = format!("/following/{}/removal", app.family.anna_record);
    assert!(ben.get("/following").await.text().contains(&place));
    assert!(ben.get(&place).await.text().contains("Stop following Anna Berg?"));
    let record = format!("/records/{}", app.family.anna_record);
    assert_eq!(ben.get(&record).await.status, 200, "asking changes nothing");
    let answer = ben.post(&place, &[]).await;
    assert!(ben.follow(answer).await.text().contains("You follow this person no longer"));
    assert_eq!((ben.get(&record).await.status, ben.get(&place).await.status, ben.post(&place, &[]).await.status), {
        let none = axum::http::StatusCode::NOT_FOUND;
        (none, none, none)
    });
}

/// The page of a record as somebody sees it: what it says, without the addresses that differ.
async fn seen(browser: &mut Browser, base: &str, rest: &str) -> (u16, String) {
    let answer = browser.get(&format!("{base}{rest}")).await;
    let record = base.split("/see-as/").next().unwrap();
    (answer.status.as_u16(), main_of(&answer.text()).replace(base, "…").replace(record, "…"))
}

const RESTS: [&str; 4] = ["", "?on=2026-03-17", "/reports/agp?days=7", "/reports/daily?days=3"];

#[tokio::test]
async fn the_owner_sees_what_the_care_partner_sees_byte_for_byte() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let (mut anna, mut ben) = (app.signed_in(ANNA).await, app.signed_in(BEN).await);
    let record = format!("/records/{}", app.family.anna_record);
    let (actor, partner) = (app.actor(ANNA).await, app.family.ben);
    let see_as = format!("{record}/see-as/{partner}");
    for visibility in [Visibility::GLUCOSE_ONLY, Visibility { carbs: true, devices: true, ..Visibility::GLUCOSE_ONLY }]
    {
        let terms = Terms { visibility, ..Terms::LEAST };
        manage(&app, &actor, move |anna| anna.edit_care_partner(partner, &terms)).await;
        for rest in RESTS {
            let (his, hers) = (seen(&mut ben, &record, rest).await, seen(&mut anna, &see_as, rest).await);
            assert_eq!(his.0, 200);
            assert_eq!(his, hers, "{rest} with {visibility:?}");
            assert_ne!(seen(&mut anna, &record, rest).await.1, hers.1, "her own page shows more");
        }
    }
    let page = anna.get(&see_as).await.text();
    let banner = "You see this as Ben Berg does: View only, glucose, carbs and device settings and alarms.";
    assert!(page.contains(banner) && page.contains("Back to Share"), "{page}");
    assert!(page.contains(&format!("href=\"{see_as}/reports/agp\"")) && !page.contains("/uploads\""), "{page}");
    assert!(page.contains("on-screen-only"));

    let until = app.clock.now() + SignedDuration::from_hours(2);
    manage(&app, &actor, move |anna| anna.pause_care_partner(partner, until)).await;
    let (his, hers) = (seen(&mut ben, &record, "").await, seen(&mut anna, &see_as, "").await);
    assert_eq!((his.0, &his), (403, &hers));
    let refused = anna.get(&see_as).await.text();
    assert!(refused.contains("You see this as Ben Berg does") && refused.contains("Paused"), "{refused}");

    for email in [BEN, people::CLARA, people::EVE, people::NORTHSIDE_ADMIN] {
        assert_eq!(app.signed_in(email).await.get(&see_as).await.status, 404, "{email}: only the owner");
    }
    let stranger = format!("{record}/see-as/{}", app.family.seeded.accounts[4]);
    assert_eq!(anna.get(&stranger).await.status, 404, "Eve is nobody's care partner");
}

#[tokio::test]
async fn an_invitation_that_cannot_be_used_changes_nothing() {
    let app = App::start().await;
    let id = invite(&app, INGA, ALL, "").await;
    let mut eve = app.signed_in(people::EVE).await;
    for what in ["acceptance", "decline"] {
        let answer = eve.post(&format!("/following/invitations/{id}/{what}"), &[]).await;
        assert_eq!(answer.status, 422, "it went to somebody else");
        assert!(answer.text().contains("This invitation cannot be used"));
    }
    assert!(app.signed_in(INGA).await.get("/following").await.text().contains("Anna Berg invites you"));
    let_in(&app, people::PIA, ALL).await;
}
