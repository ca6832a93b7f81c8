//! A clinic and a patient link by a unique code, told through the front door from both sides at once.

use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{ANNA, BEN, EVE, NORTHSIDE_CLINICIAN, NORTHSIDE_FRONT_DESK, PASSWORD, SOUTHSIDE_CLINICIAN};

const SEEN: [(&str, &str); 2] = [("insulin", "yes"), ("carbs", "yes")];

fn patient(app: &App) -> String {
    format!("/clinics/{}/patients/{}", app.family.northside, app.family.northside_patient)
}

fn record(app: &App) -> String {
    format!("/records/{}", app.family.anna_record)
}

/// The code that a page shows.
fn code(page: &str) -> String {
    let code = page.split("<code class=\"pass-code\">").nth(1).expect("the page shows a code");
    code.split('<').next().unwrap().to_owned()
}

async fn make(browser: &mut Browser, app: &App) -> String {
    code(&browser.post(&format!("{}/code", patient(app)), &SEEN).await.text())
}

async fn accept(browser: &mut Browser, app: &App, code: &str, more: &[(&str, &str)]) -> Answer {
    let record = app.family.anna_record.to_string();
    let fields: Vec<_> =
        [("code", code), ("record", record.as_str())].into_iter().chain(more.iter().copied()).collect();
    browser.post("/sharing/code/acceptance", &fields).await
}

#[tokio::test]
async fn a_code_is_made_typed_accepted_narrower_and_ended_by_the_patient() {
    let app = App::start().await;
    let (mut chen, mut anna) = (app.signed_in(NORTHSIDE_CLINICIAN).await, app.signed_in(ANNA).await);
    let page = chen.get(&patient(&app)).await.text();
    assert!(page.contains("Is the patient linked?") && page.contains("Unique code"), "{page}");
    assert!(!page.contains("Ask for upload"), "there is nobody to ask");
    let form = chen.get(&format!("{}/code", patient(&app))).await.text();
    assert!(form.contains("Glucose (always)"), "{form}");
    let code = make(&mut chen, &app).await;
    assert!(!chen.get(&patient(&app)).await.text().contains(&code), "it is shown once");

    assert!(anna.get("/sharing").await.text().contains("A clinic gave you a code"));
    let offer = anna.post("/sharing/code", &[("code", &code.to_lowercase())]).await.text();
    for words in ["Northside Diabetes Clinic asks to see your data", "P. W.", "glucose, insulin and carbs"] {
        assert!(offer.contains(words), "{words}: {offer}");
    }
    assert!(!offer.contains("Paul") && !offer.contains("name=\"notes\""), "initials alone, and only what is asked");
    let wider = accept(&mut anna, &app, &code, &[("notes", "yes")]).await;
    assert_eq!(wider.status, 422);
    let accepted = accept(&mut anna, &app, &code, &[("carbs", "yes")]).await;
    assert!(accepted.place().contains("/sharing?done=linked"), "{} {}", accepted.status, accepted.text());
    let share = anna.follow(accepted).await.text();
    assert!(share.contains("From now on Northside Diabetes Clinic sees glucose and carbs."), "{share}");

    let page = chen.get(&patient(&app)).await.text();
    for words in
        ["Anna Berg", "a•••@e•••.org", "another name than this one", "Ask for upload", "Linked, by the patient"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(chen.get(&record(&app)).await.status, 200);
    let mut fay = app.signed_in(NORTHSIDE_FRONT_DESK).await;
    let page = fay.get(&patient(&app)).await.text();
    assert!(!page.contains("/reports/") && page.contains("Ask for upload"), "no reports at the front desk: {page}");

    let removal = format!("{}/clinics/{}/removal", record(&app), app.family.northside);
    assert!(anna.get(&removal).await.text().contains("End the link with Northside Diabetes Clinic?"));
    let ended = anna.post(&removal, &[]).await;
    assert!(anna.follow(ended).await.text().contains("The link has ended."));
    assert_eq!(chen.get(&record(&app)).await.status, 404);
    let page = chen.get(&patient(&app)).await.text();
    assert!(page.contains("Link ended, by the patient") && !page.contains("Anna"), "{page}");
    let history = anna.get(&format!("{}/view-history?kind=changes", record(&app))).await.text();
    assert!(history.contains("Linked a clinic") && history.contains("Removed a clinic"), "{history}");
}

#[tokio::test]
async fn the_link_of_a_letter_tells_nothing_before_signing_in_and_keeps_the_code_over_it() {
    let app = App::start().await;
    let mut chen = app.signed_in(NORTHSIDE_CLINICIAN).await;
    let code = make(&mut chen, &app).await;
    let send = format!("{}/code/sending", patient(&app));
    let sent = chen.post(&send, &[("code", &code), ("by", "email"), ("email", ANNA)]).await.text();
    assert!(sent.contains("The code is on its way to anna@example.org"), "{sent}");
    let mails = app.mails().await;
    let mail = mails.iter().find(|mail| mail.to == ANNA).unwrap();
    let path = format!("/link/{}", code.replace('-', ""));
    assert!(mail.text.contains(&path), "{}", mail.text);

    let mut browser = app.browser();
    let right = browser.get(&path).await;
    let wrong = app.browser().get("/link/2222222222").await;
    assert_eq!((right.status, right.text()), (wrong.status, wrong.text()), "nothing is told before signing in");
    assert!(!right.text().contains("Northside") && !right.text().contains(&code.replace('-', "")));
    let cookie = right.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=3600"), "{cookie}");
    let signed_in =
        browser.post("/sign-in", &[("email", ANNA), ("password", PASSWORD), ("next", "/sharing/code")]).await;
    assert_eq!(signed_in.place(), "/sharing/code");
    let offer = browser.get("/sharing/code").await.text();
    assert!(offer.contains("Northside Diabetes Clinic asks to see your data"), "{offer}");
    let typed = browser.post("/sharing/code/decline", &[("code", &code)]).await;
    assert!(browser.follow(typed).await.text().contains("Declined: the code is void."));
    assert_eq!(browser.cookie("kinsight-link"), None);
    let page = chen.get(&patient(&app)).await.text();
    assert!(page.contains("Unique code declined") && !page.contains("Anna"), "nothing of who: {page}");
    let again = chen.post(&send, &[("code", &code), ("by", "email"), ("email", BEN)]).await;
    assert_eq!(again.status, 422, "what is void is not sent");
}

#[tokio::test]
async fn wrong_codes_are_refused_alike_and_soon_not_at_all() {
    let app = App::start().await;
    let mut eve = app.signed_in(EVE).await;
    let shape = eve.post("/sharing/code", &[("code", "0")]).await;
    assert_eq!(shape.status, 422);
    for number in 2..7 {
        let answer = eve.post("/sharing/code", &[("code", &format!("22222-2222{number}"))]).await;
        assert_eq!(answer.status, 422, "{number}");
        assert!(answer.text().contains("This code is wrong"), "{}", answer.text());
    }
    assert_eq!(eve.post("/sharing/code", &[("code", "22222-22227")]).await.status, 429);
}

#[tokio::test]
async fn accepting_asks_for_a_fresh_proof_and_loses_nothing() {
    let app = App::start().await;
    let (mut chen, mut anna) = (app.signed_in(NORTHSIDE_CLINICIAN).await, app.signed_in(ANNA).await);
    let code = make(&mut chen, &app).await;
    app.clock.advance(jiff::SignedDuration::from_mins(11));
    let stale = accept(&mut anna, &app, &code, &[("carbs", "yes")]).await;
    assert_eq!(stale.status, 403);
    let page = stale.text();
    assert!(page.contains("Confirm that it is you") && page.contains(&code), "{page}");
    let wrong = accept(&mut anna, &app, &code, &[("password", "wrong")]).await;
    assert_eq!(wrong.status, 403);
    let right = accept(&mut anna, &app, &code, &[("password", PASSWORD)]).await;
    assert_eq!(right.status, 303, "{}", right.text());
    let edit = format!("{}/clinics/{}", record(&app), app.family.northside);
    let form = anna.get(&edit).await.text();
    assert!(form.contains("What the clinic sees"), "{form}");
    let changed = anna.post(&edit, &[("notes", "yes"), ("until", "2027-01-31")]).await;
    let page = anna.follow(changed).await.text();
    assert!(page.contains("sees glucose and notes, until 31 Jan 2027, 23:59"), "{page}");
}

#[tokio::test]
async fn the_letter_is_a_pdf_and_only_for_the_code_that_waits() {
    let app = App::start().await;
    let mut chen = app.signed_in(NORTHSIDE_CLINICIAN).await;
    let code = make(&mut chen, &app).await;
    let path = format!("{}/code/letter", patient(&app));
    for paper in ["a4", "letter"] {
        let letter = chen.post(&path, &[("code", &code), ("paper", paper)]).await;
        assert_eq!((letter.status.as_u16(), letter.header("content-type")), (200, "application/pdf"));
        assert!(letter.body.starts_with(b"%PDF") && letter.header("cache-control").contains("no-store"));
    }
    assert_eq!(chen.post(&path, &[("code", "22222-22222")]).await.status, 422);
    let newer = make(&mut chen, &app).await;
    assert_eq!(chen.post(&path, &[("code", &code)]).await.status, 422, "there is one code of a patient");
    let removal = format!("{}/code/removal", patient(&app));
    chen.post(&removal, &[]).await;
    assert_eq!(chen.post(&path, &[("code", &newer)]).await.status, 422);
}

#[tokio::test]
async fn asking_for_an_upload_mails_the_patient_and_leads_to_upload_now() {
    let app = App::start().await;
    let mut fay = app.signed_in(NORTHSIDE_FRONT_DESK).await;
    let page = format!("/clinics/{}/patients/{}", app.family.northside, app.family.eve_profile);
    let asked = fay.post(&format!("{page}/upload-request"), &[]).await;
    let told = fay.follow(asked).await.text();
    assert!(told.contains("a mail is on its way") && told.contains("It can be asked again"), "{told}");
    let again = fay.post(&format!("{page}/upload-request"), &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("less than a day ago") && again.text().contains("Back to the patient"));
    let mail = app.mails().await.pop().unwrap();
    assert!(mail.to == EVE && mail.text.contains("/upload-now"), "{}", mail.text);
    let mut eve = app.signed_in(EVE).await;
    assert_eq!(eve.get("/upload-now").await.place(), format!("/records/{}/uploads", app.family.eve_record));
    let choice = app.signed_in(ANNA).await.get("/upload-now").await.text();
    assert!(choice.contains("Anna Berg") && choice.contains("Mia Berg"), "{choice}");
    assert!(app.signed_in(BEN).await.get("/upload-now").await.text().contains("no record of your own"));
}

#[tokio::test]
async fn a_patient_of_another_clinic_is_like_nobody() {
    let app = App::start().await;
    let mut roe = app.signed_in(SOUTHSIDE_CLINICIAN).await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let paths = |clinic: &str, record: &str| {
        ["", "/code", "/link/removal"].map(|rest| format!("/clinics/{clinic}/patients/{record}{rest}"))
    };
    let (north, south) = (app.family.northside.to_string(), app.family.southside.to_string());
    let theirs = app.family.northside_patient.to_string();
    for (clinic, record) in [(&north, &theirs), (&south, &theirs), (&south, &app.family.eve_record.to_string())] {
        for (path, none) in paths(clinic, record).iter().zip(paths(clinic, nobody)) {
            let (answer, never) = (roe.get(path).await, roe.get(&none).await);
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.text().replace(record.as_str(), nobody), never.text(), "{path}");
        }
    }
    for rest in ["/code", "/upload-request", "/link/removal", "/code/removal", "/code/sending", "/code/letter"] {
        let path = format!("/clinics/{south}/patients/{theirs}{rest}");
        assert_eq!(roe.post(&path, &SEEN).await.status, 404, "{path}");
    }
}
