//! The patient's pages of sharing, told through the front door: invite, edit, pause, resume, remove, and whoever asks.

use jiff::SignedDuration;
use sharing::{AccountId, Email, Id, Purpose, Terms};
use store::{Access, Manage, Message, Own};
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{ANNA, BEN, CLARA, EVE, NORTHSIDE_ADMIN, PASSWORD};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn record(app: &App) -> String {
    format!("/records/{}", app.family.anna_record)
}

fn to<'a>(mails: &'a [Message], to: &str) -> Vec<&'a Message> {
    mails.iter().filter(|mail| mail.to == to).collect()
}

/// The address of a care partner's page, from the list.
async fn page_of(anna: &mut Browser, record: &str, name: &str) -> String {
    let list = anna.get(&format!("{record}/sharing")).await.text();
    let card = list.split("<article").find(|card| card.contains(&format!(">{name}</h3>"))).expect("they are listed");
    let start = card.find(&format!("{record}/care-partners/")).expect("the card leads there");
    card[start..].split('"').next().unwrap().trim_end_matches("/pause").to_owned()
}

async fn own<T, F>(app: &App, email: &str, job: F) -> T
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Own<'a>) -> Result<T, store::Error> + Send + 'static,
{
    app.store.with_account(&app.actor(email).await, job).await.unwrap()
}

async fn terms(app: &App, partner: &str) -> Terms {
    let lines = own(app, ANNA, |anna| anna.care_partners()).await;
    lines.into_iter().find(|line| line.email == partner).expect("a care partner").terms
}

async fn invite(anna: &mut Browser, record: &str, more: &[(&str, &str)]) -> Answer {
    let fields: Vec<_> = [("permission", "view")].into_iter().chain(more.iter().copied()).collect();
    anna.post(&format!("{record}/sharing/invitations/new"), &fields).await
}

/// What is said on the page after a change.
fn said(page: &str) -> &str {
    let note = page.split("<div class=\"note good\" role=\"status\"><p>").nth(1).unwrap_or_default();
    note.split("</p>").next().unwrap()
}

#[tokio::test]
async fn eve_is_invited_looks_is_changed_paused_let_in_again_and_removed() {
    let app = App::start().await;
    app.live(app.family.anna_record, 2, life::Personality::Steady).await;
    let (record, mut anna, mut eve) = (record(&app), app.signed_in(ANNA).await, app.signed_in(EVE).await);
    let form = anna.get(&format!("{record}/sharing/invitations/new")).await.text();
    assert!(form.contains("value=\"view\" checked"), "View only is chosen: {form}");
    assert!(form.contains("Europe/Stockholm") && form.contains("A personal address, not one at work"), "{form}");
    let typed = [
        ("email", EVE),
        ("insulin", "yes"),
        ("until", "2026-04-01"),
        ("until_time", "18:30"),
        ("message", "Hej Eve, please look at night."),
    ];
    let invited = invite(&mut anna, &record, &typed).await;
    assert_eq!(invited.status, 303, "{}", invited.text());
    let page = anna.follow(invited).await.text();
    assert!(said(&page).starts_with("A mail with a link is on its way to eve@example.org."), "{page}");
    assert!(page.contains("Will see glucose and insulin (View only) until 1 Apr 2026, 18:30."), "{page}");
    let mails = app.mails().await;
    let letter = to(&mails, EVE)[0];
    assert!(letter.text.contains("/invitations/"), "{}", letter.text);
    assert!(!letter.text.contains("please look at night"), "nobody speaks in our letters: {}", letter.text);
    assert_eq!(eve.get(&record).await.status, 404, "nothing before it is accepted");

    let accept = |eve: &mut Own<'_>| {
        let id = eve.offers()?[0].id;
        eve.accept(id)
    };
    assert_eq!(own(&app, EVE, accept).await, app.family.anna_record);
    assert_eq!(eve.get(&record).await.status, 200);
    drop(app.mails().await);

    let page = page_of(&mut anna, &record, "Eve Stone").await;
    let changed = anna.post(&page, &[("permission", "download"), ("notes", "yes")]).await;
    let list = anna.follow(changed).await.text();
    assert_eq!(
        said(&list),
        "From now on Eve Stone sees glucose and notes (View and download). Both of you are told by mail."
    );
    assert_eq!(eve.get(&format!("{record}/reports/agp.pdf")).await.status, 200);
    let mails = app.mails().await;
    assert!(!to(&mails, EVE).is_empty() && !to(&mails, ANNA).is_empty(), "both sides");
    let narrowed = anna.post(&page, &[("permission", "view")]).await;
    assert_eq!(narrowed.status, 303);
    assert_eq!(eve.get(&format!("{record}/reports/agp.pdf")).await.status, 403, "at once");

    let paused = anna.post(&format!("{page}/pause"), &[("how", "morning")]).await;
    let list = anna.follow(paused).await.text();
    assert!(said(&list).starts_with("Eve Stone sees nothing until 19 Mar 2026, 07:00."), "{list}");
    assert!(list.contains("Paused until 19 Mar 2026, 07:00"), "{list}");
    assert_eq!(eve.get(&record).await.status, 403);
    let resumed = anna.post(&format!("{page}/resumption"), &[]).await;
    assert!(said(&anna.follow(resumed).await.text()).starts_with("The pause is over: Eve Stone sees glucose only"));
    assert_eq!(eve.get(&record).await.status, 200);

    assert!(anna.get(&format!("{page}/removal")).await.text().contains("the next page they open is refused"));
    let removed = anna.post(&format!("{page}/removal"), &[]).await;
    let list = anna.follow(removed).await.text();
    assert!(said(&list).starts_with("Removed.") && !list.contains("Eve Stone"), "{list}");
    assert_eq!(eve.get(&record).await.status, 404);
    assert_eq!(anna.get(&page).await.status, 404);
}

#[tokio::test]
async fn after_midnight_the_next_morning_is_that_of_the_same_day() {
    let app = App::start().await;
    app.clock.advance(SignedDuration::from_hours(6));
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let page = page_of(&mut anna, &record, "Ben Berg").await;
    let paused = anna.post(&format!("{page}/pause"), &[("how", "morning")]).await;
    let list = anna.follow(paused).await.text();
    assert!(said(&list).starts_with("Ben Berg sees nothing until 19 Mar 2026, 07:00."), "{list}");
}

#[tokio::test]
async fn an_invitation_is_sent_again_and_withdrawn() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    assert_eq!(invite(&mut anna, &record, &[("email", "nina@example.org")]).await.status, 303);
    let first = to(&app.mails().await, "nina@example.org")[0].text.clone();
    let list = anna.get(&format!("{record}/sharing")).await.text();
    let again = list.split("action=\"").find(|part| part.contains("/sending\"")).unwrap().split('"').next().unwrap();
    app.clock.advance(SignedDuration::from_hours(1));
    let mut anna = app.signed_in(ANNA).await;
    let sent = anna.post(again, &[]).await;
    assert!(said(&anna.follow(sent).await.text()).contains("nina@example.org"));
    let second = to(&app.mails().await, "nina@example.org")[0].text.clone();
    assert_ne!(first, second, "with a link of its own");
    let withdrawn = anna.post(&again.replace("/sending", "/removal"), &[]).await;
    let page = anna.follow(withdrawn).await.text();
    assert!(said(&page).starts_with("The invitation is withdrawn") && !page.contains("nina@example.org"), "{page}");
    assert_eq!(anna.post(again, &[]).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_in_the_form_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let good = ("email", "nina@example.org");
    for (typed, field) in [
        (vec![("email", "no address")], "email"),
        (vec![("email", ANNA)], "email"),
        (vec![good, ("permission", "everything")], "permission"),
        (vec![good, ("until", "2026-03-01")], "until"),
        (vec![good, ("until", "tomorrow")], "until"),
        (vec![good, ("until_time", "12:00")], "until"),
        (vec![good, ("mon", "yes"), ("pause_from", "08:00")], "pause_to"),
        (vec![good, ("pause_from", "08:00"), ("pause_to", "13:00")], "pause"),
        (vec![good, ("message", &"x".repeat(501))], "message"),
    ] {
        let mut fields = vec![("permission", "view"), ("devices", "yes")];
        fields.retain(|(name, _)| !typed.iter().any(|(other, _)| other == name));
        fields.extend(typed.iter().copied());
        let answer = anna.post(&format!("{record}/sharing/invitations/new"), &fields).await;
        let page = answer.text();
        assert_eq!(answer.status, 422, "{typed:?}");
        assert!(page.contains(&format!("id=\"{field}-error\"")), "{field} of {typed:?}: {page}");
        assert!(
            page.contains("name=\"devices\" type=\"checkbox\" value=\"yes\" checked"),
            "what was ticked stays ticked"
        );
    }
    let follows = invite(&mut anna, &record, &[("email", BEN)]).await;
    assert!(follows.status == 409 && follows.text().contains("is a care partner already"), "{}", follows.text());
    assert!(to(&app.mails().await, "nina@example.org").is_empty());
}

#[tokio::test]
async fn a_work_address_is_warned_of_once() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let work = [("email", "nina@northside-clinic.com"), ("carbs", "yes")];
    let warned = invite(&mut anna, &record, &work).await;
    assert_eq!(warned.status, 200);
    let page = warned.text();
    assert!(
        page.contains("Is nina@northside-clinic.com an address at work?") && page.contains("Invite anyway"),
        "{page}"
    );
    assert!(page.contains("name=\"carbs\" type=\"checkbox\" value=\"yes\" checked"), "{page}");
    assert!(app.mails().await.is_empty(), "nothing was sent yet");
    let other = [("email", "nina@big-hospital.org"), ("anyway", "nina@northside-clinic.com")];
    assert_eq!(invite(&mut anna, &record, &other).await.status, 200, "the word was about another address");
    let anyway = [("email", "nina@northside-clinic.com"), ("anyway", "nina@northside-clinic.com")];
    assert_eq!(invite(&mut anna, &record, &anyway).await.status, 303);
    assert_eq!(invite(&mut anna, &record, &[("email", "nina@gmail.com")]).await.status, 303, "a personal one is not");
}

#[tokio::test]
async fn what_lets_see_more_asks_for_a_proof_in_the_same_form() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let page = page_of(&mut anna, &record, "Ben Berg").await;
    app.clock.advance(SignedDuration::from_mins(11));
    let form = format!("{record}/sharing/invitations/new");
    assert!(anna.get(&form).await.place().starts_with("/proof?next="), "asked before anything is typed");

    let less = anna.post(&page, &[("permission", "view"), ("insulin", "yes")]).await;
    assert_eq!(less.status, 303, "less asks for nothing: {}", less.text());
    let more = [("permission", "download"), ("carbs", "yes")];
    let asked = anna.post(&page, &more).await;
    assert_eq!(asked.status, 403);
    let shown = asked.text();
    assert!(shown.contains("They will see more than before.") && shown.contains("name=\"password\""), "{shown}");
    assert!(
        shown.contains("value=\"download\" checked")
            && shown.contains("name=\"carbs\" type=\"checkbox\" value=\"yes\" checked")
    );
    let wrong = anna.post(&page, &[more.as_slice(), &[("password", "not this one")]].concat()).await;
    assert!(wrong.status == 403 && wrong.text().contains("value=\"download\" checked"), "{}", wrong.text());
    assert_eq!(terms(&app, BEN).await.permission, sharing::Permission::ViewOnly);
    let right = anna.post(&page, &[more.as_slice(), &[("password", PASSWORD)]].concat()).await;
    assert_eq!(right.status, 303, "{}", right.text());
    assert!(anna.follow(right).await.text().contains("Ben Berg sees glucose and carbs (View and download)"));
    assert_eq!(anna.get("/activity").await.status, 200, "the session goes on under its new token");

    // The new token comes with a page that says no as well.
    app.clock.advance(SignedDuration::from_mins(11));
    let gone = format!("{record}/care-partners/{NOBODY}");
    assert_eq!(anna.post(&gone, &[("permission", "view"), ("password", PASSWORD)]).await.status, 404);
    let own_address = [("email", ANNA), ("password", PASSWORD)];
    assert_eq!(invite(&mut anna, &record, &own_address).await.status, 422);
    assert_eq!(invite(&mut anna, &record, &[("email", "nina@example.org")]).await.status, 303, "still proved");

    anna.post(&format!("{page}/pause"), &[("how", "week")]).await;
    app.clock.advance(SignedDuration::from_mins(11));
    assert!(anna.post(&format!("{page}/resumption"), &[]).await.place().starts_with("/proof?next="));
    assert_eq!(anna.post(&format!("{page}/pause"), &[("how", "hour")]).await.status, 403, "sooner is more");
    let later = [("how", "date"), ("pause", "2026-06-01"), ("pause_time", "09:00")];
    assert_eq!(anna.post(&format!("{page}/pause"), &later).await.status, 303, "longer is less");
}

#[tokio::test]
async fn an_end_that_nobody_touched_stays_to_the_second() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let until = app.clock.now() + SignedDuration::from_secs(3 * 24 * 3600 + 17);
    let lines = own(&app, ANNA, |anna| anna.care_partners()).await;
    let clara = lines.iter().find(|line| line.email == CLARA).unwrap().partner;
    let new = Terms { until_at: Some(until), ..Terms::LEAST };
    let edit = move |patient: &mut Access<'_, Manage>| patient.edit_care_partner(clara, &new);
    app.store.with_patient(&app.actor(ANNA).await, app.family.anna_record, Purpose::Sharing, edit).await.unwrap();
    let page = page_of(&mut anna, &record, "Clara Holm").await;
    let form = anna.get(&page).await.text();
    assert!(form.contains("value=\"2026-03-21\"") && form.contains("value=\"20:00\""), "{form}");
    let typed = [("permission", "view"), ("notes", "yes"), ("until", "2026-03-21"), ("until_time", "20:00")];
    assert_eq!(anna.post(&page, &typed).await.status, 303);
    let kept = terms(&app, CLARA).await;
    assert_eq!((kept.until_at, kept.visibility.notes), (Some(until), true));
    let pause = [("mon", "yes"), ("fri", "yes"), ("pause_from", "08:00"), ("pause_to", "13:00")];
    let answer = anna.post(&page, &[typed.as_slice(), &pause].concat()).await;
    assert!(anna.follow(answer).await.text().contains("not on Mon, Fri, 08:00 to 13:00"));
    let day = [("permission", "view"), ("until", "2026-03-20"), ("until_time", "")];
    assert_eq!(anna.post(&page, &day).await.status, 303);
    let last = terms(&app, CLARA).await.until_at.unwrap();
    assert_eq!(last.to_string(), "2026-03-20T22:59:00Z", "the end of that day in Stockholm");
}

#[tokio::test]
async fn whoever_asks_is_let_in_or_declined() {
    let app = App::start().await;
    for asking in [EVE, NORTHSIDE_ADMIN] {
        own(&app, asking, |asking| asking.ask_to_follow(&Email::parse(ANNA).unwrap())).await;
    }
    assert!(app.mails().await.iter().any(|mail| mail.to == ANNA && mail.text.contains("/sharing")));
    let mut anna = app.signed_in(ANNA).await;
    let list = anna.get("/sharing").await.text();
    assert!(list.contains("Eve Stone asks to follow you") && list.contains("3 care partners"), "{list}");
    let asked = own(&app, ANNA, |anna| anna.follow_requests()).await;
    let id = |name: &str| -> Id { asked.iter().find(|request| request.name == name).unwrap().id };
    let (eve, adam) =
        (format!("/sharing/requests/{}", id("Eve Stone")), format!("/sharing/requests/{}", id("Adam North")));
    let form = anna.get(&eve).await.text();
    assert!(
        form.contains("Anna Berg") && form.contains("Mia Berg") && form.contains("They are told nothing"),
        "{form}"
    );
    for other in [EVE, BEN] {
        assert_eq!(app.signed_in(other).await.get(&eve).await.status, 404, "{other}");
        assert_eq!(app.signed_in(other).await.post(&format!("{eve}/refusal"), &[]).await.status, 404, "{other}");
    }
    let elsewhere = app.family.eve_record.to_string();
    let refused = anna.post(&eve, &[("record", &elsewhere), ("permission", "view")]).await;
    assert!(refused.status == 422 && refused.text().contains("Choose a record"), "only one's own: {}", refused.text());
    let mia = app.family.mia_record.to_string();
    app.clock.advance(SignedDuration::from_mins(11));
    let typed = [("record", mia.as_str()), ("permission", "view"), ("insulin", "yes"), ("second_step", "yes")];
    let proof = anna.post(&eve, &typed).await;
    assert!(proof.status == 403 && proof.text().contains("name=\"password\""), "{}", proof.text());
    let approved = anna.post(&eve, &[typed.as_slice(), &[("password", PASSWORD)]].concat()).await;
    assert_eq!(
        approved.place().split('?').next(),
        Some(format!("/records/{mia}/sharing").as_str()),
        "{}",
        approved.text()
    );
    let page = anna.follow(approved).await.text();
    assert!(said(&page).starts_with("Eve Stone is let in and sees glucose and insulin (View only)"), "{page}");
    assert!(page.contains("Waiting for a second step"), "{page}");
    assert_eq!(anna.get(&eve).await.status, 404, "answered");

    drop(app.mails().await);
    let declined = anna.post(&format!("{adam}/refusal"), &[]).await;
    assert!(said(&anna.follow(declined).await.text()).contains("They are told nothing"));
    assert!(app.mails().await.is_empty());
    assert_eq!(own(&app, NORTHSIDE_ADMIN, |adam| adam.own_requests()).await.len(), 1, "to them it waits");
}

#[tokio::test]
async fn there_is_room_for_as_many_as_the_region_allows() {
    let app = App::start_with_room_for(4).await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let list = anna.get(&format!("{record}/sharing")).await.text();
    assert!(list.contains("3 of 4 care partners.") && list.contains("Invite a care partner"), "{list}");
    assert_eq!(invite(&mut anna, &record, &[("email", "nina@example.org")]).await.status, 303);
    let list = anna.get(&format!("{record}/sharing")).await.text();
    assert!(list.contains("3 of 4 care partners. One more is invited."), "{list}");
    assert!(!list.contains("Invite a care partner"), "nothing is offered that would be refused");
    let full = invite(&mut anna, &record, &[("email", "nils@example.org")]).await;
    assert!(full.status == 409 && full.text().contains("as many care partners"), "{}", full.text());
}

#[tokio::test]
async fn nobody_but_the_owner_opens_or_changes_any_of_it() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    assert_eq!(invite(&mut anna, &record, &[("email", "nina@example.org")]).await.status, 303);
    let list = anna.get(&format!("{record}/sharing")).await.text();
    let open = list.split("action=\"").find(|part| part.contains("/sending\"")).unwrap();
    let open = open.split("/sending").next().unwrap().to_owned();
    let clara = page_of(&mut anna, &record, "Clara Holm").await;
    let gets = ["/sharing", "/sharing/invitations/new"].map(|rest| format!("{record}{rest}"));
    let pages = ["", "/pause", "/removal"].map(|rest| format!("{clara}{rest}"));
    let posts = ["", "/pause", "/removal", "/resumption"].map(|rest| format!("{clara}{rest}"));
    let more = [format!("{open}/sending"), format!("{open}/removal"), format!("{record}/sharing/invitations/new")];
    for (who, status) in [(EVE, 404), (BEN, 403), (CLARA, 403)] {
        let mut browser = app.signed_in(who).await;
        for path in gets.iter().chain(&pages) {
            assert_eq!(browser.get(path).await.status, status, "{who} {path}");
        }
        let fields = [("permission", "download"), ("email", EVE), ("how", "hour"), ("password", PASSWORD)];
        for path in posts.iter().chain(&more) {
            assert_eq!(browser.post(path, &fields).await.status, status, "{who} {path}");
        }
    }
    // A partner of one record is nobody on another, and neither is an invitation.
    let mia = format!("/records/{}", app.family.mia_record);
    let id = clara.rsplit('/').next().unwrap().to_owned();
    assert_eq!(anna.get(&format!("{mia}/care-partners/{id}")).await.status, 404);
    assert_eq!(anna.post(&format!("{mia}/care-partners/{id}/removal"), &[]).await.status, 404);
    assert_eq!(anna.post(&open.replace(&record, &mia).replace("/sending", "/removal"), &[]).await.status, 404);
    assert_eq!(terms(&app, CLARA).await.permission, sharing::Permission::ViewAndDownload);
    // What a clinic keeps is shared by links.
    let patient = format!("/records/{}/sharing", app.family.northside_patient);
    let answer = app.signed_in(NORTHSIDE_ADMIN).await.get(&patient).await;
    assert!(answer.status == 422 && answer.text().contains("own record"), "{}", answer.text());
}

#[tokio::test]
async fn further_fields_change_nothing() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let mia = app.family.mia_record.to_string();
    let further = [
        ("record", mia.as_str()),
        ("partner", NOBODY),
        ("owner", NOBODY),
        ("since_at", "0"),
        ("glucose", ""),
        ("suspended_at", ""),
        ("paused_until_at", "0"),
        ("proved_at", "9999999999999"),
        ("visibility", "all"),
        ("permission[]", "download"),
    ];
    let before = own(&app, ANNA, |anna| anna.care_partners()).await;
    let page = page_of(&mut anna, &record, "Ben Berg").await;
    let fields: Vec<_> = [("permission", "view")].into_iter().chain(further).collect();
    assert_eq!(anna.post(&page, &fields).await.status, 303);
    assert_eq!(terms(&app, BEN).await, Terms::LEAST, "what the form has, and nothing else");
    let after = own(&app, ANNA, |anna| anna.care_partners()).await;
    let others = |lines: Vec<store::CarePartnerLine>| -> Vec<_> {
        let rest = lines.into_iter().map(|line| (line.record, line.partner, line.since_at, line.paused_until_at));
        rest.collect::<Vec<(_, AccountId, _, _)>>()
    };
    assert_eq!(others(before), others(after));
    app.clock.advance(SignedDuration::from_mins(11));
    let wide: Vec<_> = [("permission", "download")].into_iter().chain(further).collect();
    assert_eq!(anna.post(&page, &wide).await.status, 403, "no field of a form is a proof");
}

#[tokio::test]
async fn the_list_is_stamped_from_the_page_of_the_only_shared_record() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let page = anna.get(&format!("{record}/sharing")).await.text();
    assert!(page.contains("Not reviewed yet.") && page.contains("Reviewed: this is right"), "{page}");
    let back = format!("{record}/sharing?done=reviewed");
    let stamped = anna.post("/security/review", &[("back", &back)]).await;
    assert!(anna.follow(stamped).await.text().contains("Last reviewed: 18 Mar 2026"));
    let away = anna.post("/security/review", &[("back", "//evil.example")]).await;
    assert_eq!(away.place(), "/security/review?done=true");
}

#[tokio::test]
async fn other_peoples_words_are_text() {
    let app = App::start().await;
    let (record, mut anna) = (record(&app), app.signed_in(ANNA).await);
    let evil = "<img src=x onerror=alert(1)>";
    let mut ben = app.signed_in(BEN).await;
    let account =
        [("name", evil), ("country", "SE"), ("unit", "mg/dL"), ("zone", "Europe/Stockholm"), ("language", "en")];
    assert_eq!(ben.post("/settings", &account).await.status, 303);
    assert_eq!(invite(&mut anna, &record, &[("email", "nina@example.org"), ("message", evil)]).await.status, 303);
    let list = anna.get(&format!("{record}/sharing")).await.text();
    let partner = list.split(&format!("href=\"{record}/care-partners/")).nth(1).unwrap().split('"').next().unwrap();
    let page = format!("{record}/care-partners/{partner}");
    for path in ["/sharing", "/security/review", &page, &format!("{page}/pause"), &format!("{page}/removal")] {
        let text = anna.get(path).await.text();
        assert!(text.contains("&#60;img src=x") && !text.contains("<img"), "{path}: {text}");
    }
    assert!(list.contains("You wrote: “&#60;img") && !list.contains("<img"), "{list}");
    let forged = format!("{record}/sharing?done=changed&partner={NOBODY}&invitation=%3Cb%3E");
    assert_eq!(said(&anna.get(&forged).await.text()), "", "a made-up address tells nothing");
}
