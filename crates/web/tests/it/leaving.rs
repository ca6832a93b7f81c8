//! Going, coming back, and being gone: through the front door.

use jiff::SignedDuration;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{self, PASSWORD};
use web::{ROUTES, Who};

async fn delete(app: &App, email: &str) -> Browser {
    let mut browser = app.signed_in(email).await;
    let answer = browser.post("/leaving", &[("confirmation", email)]).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/leaving"), "{}", answer.text());
    browser
}

fn home(app: &App) -> String {
    format!("/records/{}", app.family.anna_record)
}

#[tokio::test]
async fn the_page_says_what_happens_and_a_slip_deletes_nothing() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get("/leaving").await.text();
    for said in ["Anna Berg, Mia Berg", "16 Jun 2026", "Export everything", "not even from a backup"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let answer = anna.post("/leaving", &[("confirmation", "anna@example.com")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("That is not the e-mail address of this account."));
    assert_eq!(anna.get(&home(&app)).await.status, 200);
}

#[tokio::test]
async fn going_needs_a_fresh_proof_and_coming_back_does_not() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    app.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(anna.get("/leaving").await.place(), "/proof?next=/leaving");
    assert_eq!(anna.get("/export").await.place(), "/proof?next=/export");
    assert_eq!(anna.get("/export.zip").await.place(), "/proof?next=/export");
    assert_eq!(anna.post("/leaving", &[("confirmation", people::ANNA)]).await.status, 401);
    let proof = [("password", PASSWORD), ("next", "/export")];
    assert_eq!(anna.post("/proof", &proof).await.place(), "/export");
    assert_eq!(anna.get("/export.zip").await.status, 200);
    assert_eq!(anna.post("/leaving", &[("confirmation", people::ANNA)]).await.status, 303);

    app.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(anna.post("/leaving/purge", &[("confirmation", people::ANNA)]).await.status, 401);
    assert_eq!(anna.get("/leaving").await.place(), "/proof?next=/leaving");
    assert_eq!(
        anna.get("/proof?next=/leaving").await.status,
        200,
        "also somebody who is leaving can prove who they are"
    );
    assert_eq!(anna.post("/proof", &[("password", PASSWORD), ("next", "/leaving")]).await.place(), "/leaving");
    app.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(anna.post("/leaving/restore", &[]).await.place(), "/");
}

#[tokio::test]
async fn deleting_closes_the_record_for_everybody_and_leaves_the_way_back() {
    let app = App::start().await;
    let mut ben = app.signed_in(people::BEN).await;
    let mut elsewhere = app.signed_in(people::ANNA).await;
    assert_eq!(ben.get(&home(&app)).await.status, 200);
    let mut anna = delete(&app, people::ANNA).await;
    assert_eq!(ben.get(&home(&app)).await.status, 404, "as if there were no such record");
    assert_eq!(elsewhere.get("/settings").await.status, 401, "sessions elsewhere have ended");
    assert_eq!(anna.get("/").await.place(), "/leaving");
    let mails = app.mails().await;
    let mail = mails.iter().find(|mail| mail.subject == "Your account is going to be deleted").expect("a letter");
    assert!(mail.to == people::ANNA && mail.text.contains("16 June 2026 at 21:00 (CEST)"), "{}", mail.text);
    let page = anna.get("/leaving").await.text();
    assert!(page.contains("Restore my account") && page.contains("Delete everything now"), "{page}");

    let mut again = app.signed_in(people::ANNA).await;
    assert_eq!(again.get("/").await.place(), "/leaving", "who signs in again sees the same");
    assert_eq!(again.post("/leaving/restore", &[]).await.place(), "/");
    assert_eq!(again.get(&home(&app)).await.status, 200);
    assert_eq!(ben.get(&home(&app)).await.status, 404, "sharing does not come back");
    assert_eq!(again.post("/leaving/restore", &[]).await.status, 404, "there is nothing to restore any more");
}

#[tokio::test]
async fn whoever_is_leaving_is_refused_everywhere_else() {
    let app = App::start().await;
    let anna = delete(&app, people::ANNA).await;
    let open = ["/leaving", "/proof", "/session"];
    let closed = ROUTES.iter().filter(|route| !matches!(route.who, Who::Anybody | Who::App | Who::Pass));
    for route in closed.filter(|route| route.method == "GET" && !open.contains(&route.path)) {
        let path = route
            .path
            .replace("{record}", &app.family.anna_record.to_string())
            .replace("{clinic}", &app.family.northside.to_string())
            .replace(['{', '}'], "");
        let answer = anna.clone().get(&path).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
        assert!(answer.text().contains("href=\"/leaving\""), "{path} names the way on");
    }
}

#[tokio::test]
async fn gone_at_once_means_that_nobody_can_sign_in_and_the_address_is_free() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    assert_eq!(anna.post("/leaving/purge", &[("confirmation", people::ANNA)]).await.status, 404, "first delete it");
    let mut anna = delete(&app, people::ANNA).await;
    assert_eq!(anna.post("/leaving/purge", &[("confirmation", "")]).await.status, 422);
    let answer = anna.post("/leaving/purge", &[("confirmation", people::ANNA)]).await;
    assert!(answer.text().contains("Your account is gone"), "{}", answer.text());
    assert_eq!(anna.get("/settings").await.status, 401);

    let refused = async |email: &str| {
        let fields = [("email", email), ("password", PASSWORD), ("next", "/")];
        let answer = app.browser().post("/sign-in", &fields).await;
        (answer.status, answer.text())
    };
    assert_eq!(refused(people::ANNA).await, refused("nobody@example.org").await, "as if there never had been one");
    assert_eq!(app.purge_due().await, 0);
    let mut ben = app.signed_in(people::BEN).await;
    assert_eq!(ben.get("/following").await.status, 200);
}

#[tokio::test]
async fn after_ninety_days_the_worker_purges() {
    let app = App::start().await;
    delete(&app, people::ANNA).await;
    app.clock.advance(SignedDuration::from_hours(90 * 24) - SignedDuration::from_secs(1));
    assert_eq!(app.purge_due().await, 0);
    let mut anna = app.signed_in(people::ANNA).await;
    app.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(anna.get("/leaving").await.status, 401, "to the second");
    assert_eq!(app.purge_due().await, 1);
}
