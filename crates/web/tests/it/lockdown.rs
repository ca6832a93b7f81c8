//! Lockdown through the front door: three ways to press the button, what the others then get, and the way back.

use store::Message;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{self, PASSWORD};

const NEW: &str = "purple lanterns over the quiet bay";

fn link(mails: &[Message], path: &str) -> String {
    let mail = mails.iter().rfind(|mail| mail.to == people::ANNA && mail.text.contains(path)).expect("a mail with it");
    let start = mail.text.find(path).unwrap();
    mail.text[start..].split_whitespace().next().unwrap().to_owned()
}

async fn sign_in(browser: &mut Browser, password: &str) -> (u16, String) {
    let fields = [("email", people::ANNA), ("password", password), ("next", "/")];
    let answer = browser.post("/sign-in", &fields).await;
    (answer.status.as_u16(), answer.text())
}

/// Anna again: the link of the mail, and a new password.
async fn unlock(app: &App) -> Browser {
    let place = link(&app.mails().await, "/lockdown/unlock/");
    let mut anna = app.browser();
    assert!(anna.get(&place).await.text().contains("Set a new password"));
    let answer = anna.post(&place, &[("password", NEW)]).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/lockdown/steps"), "{}", answer.text());
    anna
}

#[tokio::test]
async fn the_button_ends_what_a_thief_holds_at_the_next_request() {
    let app = App::start().await;
    let token = app.upload_token().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let mut thief = app.signed_in(people::ANNA).await;
    let mut ben = app.signed_in(people::BEN).await;
    let mut roe = app.signed_in(people::SOUTHSIDE_CLINICIAN).await;
    let (record, child) =
        (format!("/records/{}", app.family.anna_record), format!("/records/{}", app.family.mia_record));
    assert_eq!(ben.get(&record).await.status, 200);
    assert_eq!(roe.get(&child).await.status, 200);

    let page = anna.get("/lockdown").await.text();
    assert!(page.contains("Lock my account now") && page.contains("No data is lost"), "{page}");
    let answer = anna.post("/lockdown", &[]).await;
    let page = anna.follow(answer).await.text();
    assert!(page.contains("Your account is locked"), "{page}");

    assert_eq!(anna.get("/records").await.status, 401);
    assert_eq!(thief.get(&record).await.status, 401);
    assert_eq!(thief.post("/settings", &[]).await.status, 401);
    for (who, address) in [(&mut ben, &record), (&mut roe, &child)] {
        let answer = who.get(address).await;
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("Ask them to restore your access"), "the way on is named: {}", answer.text());
    }
    let mut phone = app.browser();
    phone.extra.push(("authorization", format!("Bearer {token}")));
    assert_eq!(phone.upload("/api/v1/uploads", &[]).await.status, 401);

    let (status, page) = sign_in(&mut app.browser(), PASSWORD).await;
    assert_eq!(status, 403);
    assert!(page.contains("We have sent a link to your e-mail"), "{page}");
    let (status, page) = sign_in(&mut app.browser(), "wrong").await;
    assert_eq!(status, 401);
    assert!(!page.contains("locked"), "nobody else learns that it is");
}

#[tokio::test]
async fn from_a_mail_without_a_session_to_the_end_of_all_steps() {
    let app = App::start().await;
    app.signed_in(people::ANNA).await;
    app.signed_in(people::ANNA).await;
    let place = link(&app.mails().await, "/lockdown/mail/");
    let mut visitor = app.browser();
    assert!(visitor.get(&place).await.text().contains("Lock my account now"));
    assert_eq!(sign_in(&mut app.browser(), PASSWORD).await.0, 303, "opening the link changes nothing");
    let answer = visitor.post(&place, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/lockdown/locked"));
    let again = visitor.post(&place, &[]).await;
    let wrong = visitor.post("/lockdown/mail/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &[]).await;
    let words = |page: &str| page.split("<main").nth(1).unwrap().split("<small").next().unwrap().to_owned();
    assert_eq!((again.status, wrong.status), (axum::http::StatusCode::UNPROCESSABLE_ENTITY, again.status));
    assert!(words(&again.text()).contains("Other ways to lock your account"));

    let mut anna = unlock(&app).await;
    let list = anna.get("/lockdown/steps").await.text();
    assert!(list.contains("Lockdown: 1 of 9 steps done.") && list.contains("by the link in a mail"), "{list}");
    let home = anna.get("/records").await.text();
    assert!(home.contains("Lockdown: 1 of 9 steps done. <a href=\"/lockdown/steps\">Continue</a>"), "on every page");

    let step = anna.get("/lockdown/steps/second-step").await.text();
    assert!(step.contains("/security/second-step"));
    let answer = anna.post("/lockdown/steps/second-step", &[("state", "skipped")]).await;
    assert_eq!(answer.place(), "/lockdown/steps/review");
    let review = anna.get("/lockdown/steps/review").await.text();
    assert!(review.contains("Locked the account") && review.contains("Mia Berg"), "{review}");
    assert_eq!(anna.post("/lockdown/steps/review", &[("state", "done")]).await.place(), "/lockdown/steps/access");

    restore(&app, &mut anna).await;
    assert_eq!(anna.post("/lockdown/steps/access", &[("state", "done")]).await.place(), "/lockdown/steps/clinics");
    assert!(anna.get("/lockdown/steps/clinics").await.text().contains("Southside"));
    assert_eq!(anna.post("/lockdown/clinics", &[]).await.place(), "/lockdown/steps/support");
    report(&mut anna).await;
    anna.post("/lockdown/steps/support", &[("state", "done")]).await;
    let data = anna.get("/lockdown/steps/data").await.text();
    assert!(data.contains("What came in the last 90 days"), "{data}");
    anna.post("/lockdown/steps/data", &[("state", "done")]).await;
    assert!(anna.get("/lockdown/steps/identity").await.text().contains("https://polisen.se"));
    assert_eq!(anna.post("/lockdown/steps/identity", &[("state", "done")]).await.place(), "/lockdown/steps/end");
    let end = anna.get("/lockdown/steps/end").await.text();
    assert!(end.contains("Clara Holm, for Anna Berg") && end.contains("(Skipped)"), "what is still shut: {end}");
    assert_eq!(anna.post("/lockdown/end", &[]).await.place(), "/activity");
    assert!(!anna.get("/records").await.text().contains("steps done"));
    assert_eq!(anna.get("/lockdown/steps").await.status, 404);
}

/// Ben comes back with what he had; Clara stays shut out.
async fn restore(app: &App, anna: &mut Browser) {
    let record = app.family.anna_record.to_string();
    let page = anna.get("/lockdown/steps/access").await.text();
    assert!(page.contains("Ben Berg") && page.contains("View only: glucose, insulin"), "{page}");
    let form = page.split("<h2>Ben Berg</h2>").nth(1).unwrap();
    let who = form.split("name=\"who\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [("record", record.as_str()), ("kind", "partner"), ("who", who.as_str()), ("what", "restore")];
    assert_eq!(anna.post("/lockdown/access", &fields).await.status, 303);
    let address = format!("/records/{record}");
    assert_eq!(app.signed_in(people::BEN).await.get(&address).await.status, 200);
    let pdf = app.signed_in(people::BEN).await.get(&format!("{address}/reports/agp.pdf")).await;
    assert_eq!(pdf.status, 403, "View only, as before");
    assert_eq!(app.signed_in(people::CLARA).await.get(&address).await.status, 403);
    // Somebody else's record is not Anna's to open.
    let eve = app.family.eve_record.to_string();
    let foreign = [("record", eve.as_str()), ("kind", "partner"), ("who", who.as_str()), ("what", "restore")];
    assert_eq!(anna.post("/lockdown/access", &foreign).await.status, 404);
}

/// Without health data, and without names.
async fn report(anna: &mut Browser) {
    let pdf = anna.get("/lockdown/report.pdf").await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-"));
    let json = anna.get("/lockdown/report.json").await;
    assert_eq!(json.header("content-disposition"), "attachment; filename=\"kinsight-lockdown.json\"");
    let told: serde_json::Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!((told["account"].as_str(), told["steps"]["password"].as_str()), (Some(people::ANNA), Some("done")));
    assert!(told["activity"].as_array().unwrap().iter().any(|line| line["what"] == "locked the account"));
    for name in ["Ben", "Clara", "Mia", "Southside", "mg/dL"] {
        assert!(!json.text().contains(name), "{name} is nobody's business there");
    }
}

#[tokio::test]
async fn letting_people_in_and_ending_ask_for_a_fresh_proof() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    anna.post("/lockdown", &[]).await;
    let mut anna = unlock(&app).await;
    app.clock.advance(jiff::SignedDuration::from_mins(11));
    for step in ["access", "end"] {
        let answer = anna.get(&format!("/lockdown/steps/{step}")).await;
        assert_eq!(answer.place(), format!("/proof?next=/lockdown/steps/{step}"));
    }
    assert_eq!(anna.post("/lockdown/end", &[]).await.status, 401);
    assert_eq!(anna.get("/lockdown/steps/review").await.status, 200, "looking needs none");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_shown_the_other_ways() {
    let app = App::start().await;
    let mut visitor = app.browser();
    let page = visitor.get("/lockdown").await;
    assert_eq!(page.status, 200);
    for way in ["With a mail from us", "With a recovery code", "Signed in"] {
        assert!(page.text().contains(way), "{way}");
    }
    assert_eq!(visitor.post("/lockdown", &[]).await.status, 401);
    let mut answers = Vec::new();
    for email in [people::ANNA, "nobody@example.org"] {
        let answer = visitor.post("/lockdown/code", &[("email", email), ("code", "ABCD-EFGH")]).await;
        answers.push((answer.status.as_u16(), answer.text().replace(email, "")));
    }
    assert_eq!(answers[0].0, 403);
    assert_eq!(answers[0], answers[1], "nobody learns who has an account");
}

#[tokio::test]
async fn a_flagged_record_says_so_to_its_owner() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    anna.post("/lockdown", &[]).await;
    let mut anna = unlock(&app).await;
    let record = app.family.anna_record;
    let page = anna.get(&format!("/records/{record}")).await.text();
    assert!(
        page.contains("Flagged for the operator of this server") && page.contains("Lockdown of the account"),
        "{page}"
    );
}
