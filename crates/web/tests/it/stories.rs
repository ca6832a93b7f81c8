//! People doing what the product is for.

use crate::files::clarity;
use jiff::SignedDuration;
use testkit::app::App;
use testkit::people;

/// The link in the mail that was sent to this address.
fn link(text: &str) -> String {
    let start = text.find("/confirmations/").expect("the mail has a link");
    text[start..].split_whitespace().next().unwrap().to_owned()
}

/// The address that the page's upload form sends to.
pub fn upload_address(page: &str) -> String {
    let form = page.split("data-upload").next().unwrap();
    let action = form.rsplit("action=\"").next().unwrap();
    action.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn from_signing_up_to_taking_an_upload_back() {
    let app = App::start().await;
    let mut nora = app.browser();

    let page = nora.get("/sign-up").await;
    assert!(page.text().contains("<h1>Sign up</h1>"));
    let filled = [
        ("name", "Nora Vik"),
        ("email", "nora@example.org"),
        ("password", "a kettle, a boat and a hill"),
        ("with_record", "yes"),
        ("born_on", "1990-05-17"),
        ("country", "NO"),
        ("unit", "mmol/L"),
        ("zone", "Europe/Oslo"),
        ("language", "en"),
    ];
    let answer = nora.post("/sign-up", &filled).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/sign-up/sent"), "{}", answer.text());

    // Opening the link changes nothing, because mail scanners open links; the button does.
    let mail = app.mails().await.into_iter().find(|mail| mail.to == "nora@example.org").expect("a mail was sent");
    let place = link(&mail.text);
    assert!(nora.get(&place).await.text().contains("Yes, this is my address"));
    let answer = nora.post(&place, &[]).await;
    assert_eq!(answer.place(), "/sign-in?confirmed=true");
    assert_eq!(nora.post(&place, &[]).await.status, 422, "the link works once");

    let secrets = [("email", "nora@example.org"), ("password", "a kettle, a boat and a hill"), ("next", "/")];
    let answer = nora.post("/sign-in", &secrets).await;
    let start = nora.follow(answer).await;
    let home = start.place().to_owned();
    assert!(home.starts_with("/records/"), "one record of her own: straight to its home, not {home}");
    assert!(nora.get(&home).await.text().contains("Nothing here yet"));

    let uploads = nora.get(&format!("{home}/uploads")).await;
    let file = clarity("Nora", "Vik", "SM1234", 18, 20);
    let answer = nora.upload(&upload_address(&uploads.text()), &[("clarity.csv", &file)]).await;
    let result = nora.follow(answer).await.text();
    assert!(result.contains("240 readings and 0 events added."), "{result}");
    assert!(result.contains("Dexcom Clarity CSV"));

    let page = nora.get(&format!("{home}?hours=24")).await.text();
    assert!(page.contains("mmol/L") && page.contains("<svg"), "{page}");
    let page = nora.get(&format!("{home}/reports/agp")).await.text();
    assert!(page.contains("Glucose management indicator"), "{page}");
    let pdf = nora.get(&format!("{home}/reports/agp.pdf")).await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-"));
    assert_eq!(pdf.header("content-disposition"), "attachment; filename=\"Nora-Vik_agp_2026-03-05_2026-03-18.pdf\"");
    let pdf = nora.get(&format!("{home}/reports/daily.pdf?days=2&paper=letter")).await;
    assert!(pdf.body.starts_with(b"%PDF-"));

    let question = nora.get(&format!("{home}/uploads/1/removal")).await;
    assert!(question.text().contains("Take this upload back?"), "{}", question.text());
    let answer = nora.post(&format!("{home}/uploads/1/removal"), &[]).await;
    let list = nora.follow(answer).await.text();
    assert!(list.contains("Taken back"));
    assert!(nora.get(&home).await.text().contains("Nothing here yet"));

    let answer = nora.post("/sign-out", &[]).await;
    assert_eq!(answer.place(), "/sign-in");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(nora.get(&home).await.status, 401);
}

#[tokio::test]
async fn a_parent_with_two_children_changes_between_records() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let list = anna.get("/records").await.text();
    assert!(list.contains("Anna Berg") && list.contains("Mia Berg"));
    let child = [("name", "Leo Berg"), ("born_on", "2019-08-01"), ("unit", "mmol/L"), ("zone", "Europe/Stockholm")];
    let answer = anna.post("/records", &child).await;
    let page = anna.follow(answer).await.text();
    for name in ["Anna Berg", "Mia Berg", "Leo Berg"] {
        assert!(page.contains(name), "{name} is in the record switcher");
    }
}

#[tokio::test]
async fn a_care_partner_with_view_only_sees_and_takes_nothing_away() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let mut ben = app.signed_in(people::BEN).await;
    let following = ben.get("/following").await.text();
    assert!(following.contains("Anna Berg") && following.contains("View only"), "{following}");
    let record = format!("/records/{}", app.family.anna_record);
    let home = ben.get(&record).await;
    assert!(home.text().contains("You see this as Anna’s care partner. View only."));
    assert!(!home.text().contains("Sources and uploads"));
    assert!(!ben.get(&format!("{record}/reports/agp")).await.text().contains("PDF, A4"));
    let answer = ben.get(&format!("{record}/reports/agp.pdf")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("View and download"), "the way on is named: {}", answer.text());
    assert!(app.mails().await.is_empty());

    // Clara may take a report away, and Anna is told.
    let mut clara = app.signed_in(people::CLARA).await;
    assert_eq!(clara.get(&format!("{record}/reports/agp.pdf")).await.status, 200);
    let mails = app.mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [people::ANNA]);
}

#[tokio::test]
async fn the_clinic_sorts_its_patients() {
    let app = App::start().await;
    app.live(app.family.northside_patient, 15, life::Personality::HypoProne).await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let list = format!("/clinics/{}/patients", app.family.northside);
    let place_of = |page: &str, name: &str| page.find(name).unwrap_or_else(|| panic!("{name} is listed"));
    let by_call = chen.get(&list).await.text();
    assert!(place_of(&by_call, "Paul Winter") < place_of(&by_call, "Ida Summer"), "who needs a call comes first");
    assert!(by_call.contains("below 70 mg/dL"), "and the row says why");
    let by_name = chen.get(&format!("{list}?sort=name")).await.text();
    assert!(place_of(&by_name, "Ida Summer") < place_of(&by_name, "Paul Winter"));
    let by_below = chen.get(&format!("{list}?sort=below")).await.text();
    assert!(place_of(&by_below, "Paul Winter") < place_of(&by_below, "Ida Summer"), "most time below comes first");
    assert!(by_below.contains("aria-sort=\"descending\""));
    let record = chen.get(&format!("/records/{}", app.family.northside_patient)).await;
    assert!(record.text().contains("A record of your clinic."));
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let app = App::start().await;
    let (mut desk, mut phone) = (app.signed_in(people::ANNA).await, app.signed_in(people::ANNA).await);
    assert_eq!(phone.get("/records").await.status, 200);
    desk.post("/sign-out-everywhere", &[]).await;
    assert_eq!(phone.get("/records").await.status, 401);
}

#[tokio::test]
async fn the_unit_changes_on_every_page_and_stays() {
    let app = App::start().await;
    app.live(app.family.anna_record, 2, life::Personality::Steady).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let record = format!("/records/{}", app.family.anna_record);
    assert!(anna.get(&record).await.text().contains("mg/dL</span>"));
    let answer = anna.post("/unit", &[("unit", "mmol/L"), ("back", &record)]).await;
    assert_eq!(answer.place(), record);
    assert!(anna.get(&record).await.text().contains("mmol/L</span>"));
    let elsewhere = anna.post("/unit", &[("unit", "mmol/L"), ("back", "//evil.example/")]).await;
    assert_eq!(elsewhere.place(), "/", "never to another host");
}

#[tokio::test]
async fn an_address_that_waits_to_be_confirmed_is_spoken_of() {
    let app = App::start().await;
    let (email, password) = ("nils@example.org", "a kettle, a boat and a hill");
    let mut nils = app.browser();
    let filled = [
        ("name", "Nils Vik"),
        ("email", email),
        ("password", password),
        ("with_record", "yes"),
        ("country", "NO"),
        ("unit", "mmol/L"),
        ("zone", "Europe/Oslo"),
        ("language", "en"),
    ];
    assert_eq!(nils.post("/sign-up", &filled).await.status, 303);
    let answer = nils.post("/sign-in", &[("email", email), ("password", password), ("next", "/")]).await;
    let home = nils.follow(answer).await.place().to_owned();
    let words = "Your address nils@example.org is not confirmed yet.";
    for path in ["/records", home.as_str()] {
        let page = nils.get(path).await.text();
        assert!(page.contains(words), "{path}: {page}");
    }
    let mail = app.mails().await.into_iter().find(|mail| mail.to == email).expect("a mail was sent");
    nils.post(&link(&mail.text), &[]).await;
    assert!(!nils.get("/records").await.text().contains(words));
}

#[tokio::test]
async fn what_widens_access_asks_for_a_fresh_proof() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let tokens = format!("/records/{}/tokens", app.family.anna_record);
    assert_eq!(anna.post(&tokens, &[("name", "Phone")]).await.status, 200, "a sign-in is a proof");
    app.clock.advance(SignedDuration::from_mins(11));
    let refused = anna.post(&tokens, &[("name", "Watch")]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text().contains("Confirm that it is you"), "{}", refused.text());
    assert!(anna.get(&tokens).await.text().contains(&format!("/proof?next={tokens}")));
    let wrong = anna.post("/proof", &[("password", "not it"), ("next", &tokens)]).await;
    assert_eq!(wrong.status, 403);
    let before = anna.cookie("kinsight").unwrap().to_owned();
    let proved = anna.post("/proof", &[("password", people::PASSWORD), ("next", &tokens)]).await;
    assert_eq!((proved.status.as_u16(), proved.place()), (303, tokens.as_str()));
    assert_ne!(anna.cookie("kinsight").unwrap(), before, "the session goes on under another token");
    assert_eq!(anna.post(&tokens, &[("name", "Watch")]).await.status, 200);
    let mut thief = app.browser();
    thief.set_cookie("kinsight", &before);
    assert_eq!(thief.get("/activity").await.status, 401, "the old token is void");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_is_told_by_mail() {
    let app = App::start().await;
    let (mut here, mut elsewhere) = (app.signed_in(people::ANNA).await, app.signed_in(people::ANNA).await);
    drop(app.mails().await);
    let new = "eight loud geese cross the road";
    let wrong = here.post("/security/password", &[("current", "not it"), ("password", new)]).await;
    assert_eq!(wrong.status, 422);
    let weak =
        here.post("/security/password", &[("current", people::PASSWORD), ("password", "Anna Berg 12.3.84")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.text().contains("easy to guess"), "{}", weak.text());
    let changed = here.post("/security/password", &[("current", people::PASSWORD), ("password", new)]).await;
    assert_eq!(changed.status, 303);
    assert_eq!(here.get("/activity").await.status, 200);
    assert_eq!(elsewhere.get("/activity").await.status, 401);
    let mails = app.mails().await;
    let told = mails.iter().find(|mail| mail.subject == "Your password was changed").expect("the owner is told");
    assert!(told.text.contains("/lockdown/mail/"), "{}", told.text);
    let lock = told.text.split("/lockdown/mail/").nth(1).unwrap().split_whitespace().next().unwrap();
    let activity = here.get("/activity").await.text();
    assert!(activity.contains("Changed the password") && !activity.contains(lock), "no token is kept after sending");
    let refused = app.browser().post("/sign-in", &[("email", people::ANNA), ("password", people::PASSWORD)]).await;
    assert_eq!(refused.status, 401);
    let entered = app.browser().post("/sign-in", &[("email", people::ANNA), ("password", new)]).await;
    assert_eq!(entered.status, 303);
}
