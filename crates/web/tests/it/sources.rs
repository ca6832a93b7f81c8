//! Services that are asked for a record's data: connected, looked at, paused, mended and removed, on the pages.

use jiff::SignedDuration;
use sharing::Purpose;
use store::{Access, Manage, PullTrouble};
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{ANNA, BEN, PASSWORD};

const SECRET: &str = "a-secret-of-another-site";

fn sources(app: &App) -> String {
    format!("/records/{}/sources", app.family.anna_record)
}

async fn connect(app: &App, anna: &mut Browser) -> String {
    let site = [("address", "my-old-site.example.org/"), ("secret", SECRET), ("name", "The old site")];
    let answer = anna.post(&format!("{}/new/nightscout", sources(app)), &site).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, format!("{}?done=added", sources(app)).as_str()));
    let page = anna.get(&sources(app)).await.text();
    // The id before `/request`.
    let ids = page.split("/sources/").filter_map(|part| part.split_once("/request").map(|(id, _)| id));
    ids.map(str::to_owned).find(|id| id.len() == 36).unwrap()
}

#[tokio::test]
async fn a_site_is_connected_and_says_how_it_does() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let id = connect(&app, &mut anna).await;
    let page = anna.get(&sources(&app)).await.text();
    assert!(
        page.contains("The old site") && page.contains("Nightscout: https://my-old-site.example.org<br>"),
        "{page}"
    );
    assert!(page.contains("It is asked within a moment."));
    assert_eq!(app.ask_sources(None).await, 1);
    assert!(anna.get(&sources(&app)).await.text().contains("<p>Works.</p>"));

    app.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(app.ask_sources(Some(PullTrouble::Away)).await, 1);
    let page = anna.get(&sources(&app)).await.text();
    assert!(page.contains("Waits: the service did not answer since"), "{page}");

    anna.post(&format!("{}/{id}/request", sources(&app)), &[]).await;
    assert_eq!(app.ask_sources(Some(PullTrouble::Refused)).await, 1, "Pull now does not wait");
    let page = anna.get(&sources(&app)).await.text();
    assert!(page.contains("Stopped: the service refused the sign-in. Change the sign-in."), "{page}");
    assert!(app.mails().await.iter().any(|mail| mail.subject == "A source brings nothing any more"));

    let change = format!("{}/{id}/sign-in", sources(&app));
    let form = anna.get(&change).await.text();
    assert!(form.contains("Sign-in of The old site") && !form.contains(SECRET));
    assert_eq!(anna.post(&change, &[("secret", "another-one")]).await.status, 303);
    assert_eq!(app.ask_sources(None).await, 1);

    for (act, words) in [("pause", "Paused: it is not asked."), ("resumption", "It is asked again from now on.")] {
        let answer = anna.post(&format!("{}/{id}/{act}", sources(&app)), &[]).await;
        assert!(anna.follow(answer).await.text().contains(words), "{act}");
    }
    assert_eq!(anna.post(&format!("{}/{id}/removal", sources(&app)), &[]).await.status, 303);
    assert!(!anna.get(&sources(&app)).await.text().contains("The old site"));
    assert_eq!(anna.post(&format!("{}/{id}/request", sources(&app)), &[]).await.status, 404);

    let look = |patient: &mut Access<'_, Manage>| patient.history(jiff::Timestamp::MIN);
    let anna = app.actor(ANNA).await;
    let lines = app.store.with_patient(&anna, app.family.anna_record, Purpose::Tokens, look).await.unwrap();
    let acts = ["connected a source", "stopped a source", "changed the sign-in of a source", "paused a source"];
    for act in acts.into_iter().chain(["resumed a source", "removed a source", "ended an app token"]) {
        assert!(lines.iter().any(|line| line.what == act), "{act}");
    }
}

#[tokio::test]
async fn the_secret_stands_on_no_page() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let id = connect(&app, &mut anna).await;
    let record = format!("/records/{}", app.family.anna_record);
    let pages = ["/sources", "/tokens", "/uploads", "/view-history", "", &format!("/sources/{id}/sign-in")];
    for page in pages {
        let text = anna.get(&format!("{record}{page}")).await.text();
        assert!(!text.contains(SECRET) && !text.is_empty(), "{page}");
    }
    assert!(!anna.get(&format!("{record}/tokens")).await.text().contains("The old site"), "it is no app");
    // What was typed wrong is shown again, but for the secret.
    let wrong = [("address", "ftp://my-old-site.example.org"), ("secret", SECRET)];
    let answer = anna.post(&format!("{}/new/nightscout", sources(&app)), &wrong).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("ftp://my-old-site.example.org") && !answer.text().contains(SECRET));
}

#[tokio::test]
async fn a_proof_that_grew_old_is_given_in_the_form() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    app.clock.advance(SignedDuration::from_mins(11));
    let add = format!("{}/new/librelinkup", sources(&app));
    assert!(anna.get(&add).await.text().contains("Your Kinsight password"));
    let mut typed = vec![("user", "ben@example.org"), ("secret", SECRET)];
    let answer = anna.post(&add, &typed).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("ben@example.org"), "nothing typed is lost");
    typed.push(("password", PASSWORD));
    assert_eq!(anna.post(&add, &typed).await.status, 303);
    assert_eq!(app.ask_sources(None).await, 1);
}

#[tokio::test]
async fn nobody_else_connects_and_nothing_else_is_offered() {
    let app = App::start().await;
    let mut ben = app.signed_in(BEN).await;
    assert_eq!(ben.get(&sources(&app)).await.status, 403);
    let site = [("address", "my-old-site.example.org"), ("secret", SECRET)];
    assert_eq!(ben.post(&format!("{}/new/nightscout", sources(&app)), &site).await.status, 403);
    let mut anna = app.signed_in(ANNA).await;
    assert_eq!(anna.get(&format!("{}/new/carelink", sources(&app))).await.status, 404);
    assert_eq!(app.ask_sources(None).await, 0);
}

#[tokio::test]
async fn upload_now_asks_every_source_at_once() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    connect(&app, &mut anna).await;
    let second = [("address", "ous"), ("user", "anna"), ("secret", SECRET)];
    assert_eq!(anna.post(&format!("{}/new/dexcom", sources(&app)), &second).await.status, 303);
    assert_eq!(app.ask_sources(None).await, 2);
    assert_eq!(app.ask_sources(None).await, 0, "not before their time");
    assert!(anna.get("/settings").await.text().contains(r#"<form method="post" action="/upload-now">"#));
    let answer = anna.post("/upload-now", &[]).await;
    let page = anna.follow(answer).await.text();
    assert!(page.contains("Your sources are being asked for what is new."), "{page}");
    assert_eq!(app.ask_sources(None).await, 2);
    let mut ben = app.signed_in(BEN).await;
    assert_eq!(ben.post("/upload-now", &[]).await.status, 303);
    assert_eq!(app.ask_sources(None).await, 0, "of others nothing is asked");
}

#[tokio::test]
async fn ending_every_source_is_part_of_lockdown() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    connect(&app, &mut anna).await;
    app.store.lock_down(&app.actor(ANNA).await, store::Origin::default()).await.unwrap();
    assert_eq!(app.ask_sources(None).await, 0);
}
