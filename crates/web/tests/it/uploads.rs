//! Files that come twice, are another person's, are too large, or are no files of ours.

use crate::files::clarity;
use crate::stories::upload_address;
use axum::body::Body;
use axum::http::{Method, header};
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people;

async fn bring(browser: &mut Browser, app: &App, files: &[(&str, &[u8])]) -> Answer {
    let page = browser.get(&format!("/records/{}/uploads", app.family.anna_record)).await.text();
    let answer = browser.upload(&upload_address(&page), files).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn the_same_file_twice_adds_nothing() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let file = clarity("Anna", "Berg", "SM1", 17, 5);
    assert!(bring(&mut anna, &app, &[("one.csv", &file)]).await.text().contains("60 readings and 0 events added."));
    let again = bring(&mut anna, &app, &[("two.csv", &file)]).await.text();
    assert!(again.contains("0 readings and 0 events added. 60 were already here."), "{again}");
}

#[tokio::test]
async fn a_file_of_another_person_is_asked_about_first() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let file = clarity("Gustav", "Falk", "SM9", 17, 5);
    let page = anna.get(&format!("/records/{}/uploads", app.family.anna_record)).await.text();
    let job = upload_address(&page);
    let answer = anna.upload(&job, &[("file.csv", &file)]).await;
    let question = anna.follow(answer).await.text();
    assert!(question.contains("“Gustav Falk”"), "{question}");
    let home = format!("/records/{}", app.family.anna_record);
    assert!(anna.get(&home).await.text().contains("Nothing here yet"), "nothing is kept before the answer");

    // Nobody else can answer, not even with the id of the job.
    let mut eve = app.signed_in(people::EVE).await;
    assert_eq!(eve.post(&format!("{job}/acceptance"), &[("file", "0"), ("accept", "yes")]).await.status, 404);

    let answer = anna.post(&format!("{job}/acceptance"), &[("file", "0"), ("accept", "yes")]).await;
    assert!(anna.follow(answer).await.text().contains("60 readings and 0 events added."));
}

#[tokio::test]
async fn a_declined_file_leaves_nothing() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("/records/{}/uploads", app.family.anna_record)).await.text();
    let job = upload_address(&page);
    anna.upload(&job, &[("file.csv", &clarity("Gustav", "Falk", "SM9", 17, 5))]).await;
    let answer = anna.post(&format!("{job}/acceptance"), &[("file", "0")]).await;
    assert!(anna.follow(answer).await.text().contains("Nothing of it was kept."));
}

#[tokio::test]
async fn files_that_are_not_ours_are_refused_and_good_ones_beside_them_kept() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let good = clarity("Anna", "Berg", "SM1", 17, 1);
    let files: [(&str, &[u8]); 4] = [
        ("empty.csv", b""),
        ("photo.csv", &[0xff, 0xd8, 0xff, 0xe0, 0, 1, 2]),
        ("good.csv", &good),
        ("note.txt", b"hello"),
    ];
    let page = bring(&mut anna, &app, &files).await.text();
    assert_eq!(page.matches("This file was not taken.").count(), 3, "{page}");
    assert!(page.contains("12 readings and 0 events added."));
}

#[tokio::test]
async fn a_file_over_the_limit_is_told_so() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let large = vec![b'1'; imports::LARGEST_FILE + 1];
    let answer = bring(&mut anna, &app, &[("large.csv", &large)]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("64 MB"), "{}", answer.text());
}

#[tokio::test]
async fn a_form_without_a_file_is_told_so() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let answer = bring(&mut anna, &app, &[("", b"")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("No file was chosen."));
}

#[tokio::test]
async fn the_shell_uploads_with_a_token() {
    let app = App::start().await;
    let token = app.upload_token().await;
    let mut shell = app.browser();
    shell.extra = vec![("sec-fetch-site", String::new()), ("authorization", format!("Bearer {token}"))];
    let file = clarity("Anna", "Berg", "SM1", 17, 2);
    let name = [("x-file-name", "a.csv".to_owned())];
    let answer = shell.send(Method::POST, "/api/v1/uploads", &name, Body::from(file.clone())).await;
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 200, "{json}");
    assert_eq!(json["files"][0]["upload"]["readings_added"], 24);
    assert_eq!(json["files"][0]["found"]["format"], "Dexcom Clarity CSV");

    let answer = shell.upload("/api/v1/uploads", &[("b.csv", &clarity("Gustav", "Falk", "SM9", 16, 1))]).await;
    assert_eq!(answer.status, 409, "another person's file is not taken unasked");
    let answer =
        shell.upload("/api/v1/uploads?accept_other=true", &[("b.csv", &clarity("Gustav", "Falk", "SM9", 16, 1))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    // The token brings data and sees nothing; a wrong one does neither.
    assert_eq!(shell.get(&format!("/records/{}", app.family.anna_record)).await.status, 401);
    shell.extra = vec![("authorization", "Bearer kst_wrong".to_owned())];
    let answer = shell.send(Method::POST, "/api/v1/uploads", &name, Body::from(file)).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends_when_revoked() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let tokens = format!("/records/{}/tokens", app.family.anna_record);
    let page = anna.post(&tokens, &[("name", "Clinic PC"), ("app", "computer")]).await.text();
    let token = page.split("class=\"token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(token.contains("-"));
    let page = anna.get(&tokens).await.text();
    assert!(!page.contains(&token) && page.contains("Clinic PC"));

    let end = page.find("Revoke<span class=\"visually-hidden\"> Clinic PC").unwrap();
    let revoke = page[..end].rsplit("action=\"").next().unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(anna.post(&revoke, &[]).await.status, 303);
    let mut shell = app.browser();
    let sent = [(header::AUTHORIZATION.as_str(), format!("Bearer {token}"))];
    let file = Body::from(clarity("Anna", "Berg", "SM1", 17, 1));
    assert_eq!(shell.send(Method::POST, "/api/v1/uploads", &sent, file).await.status, 401);
}

#[tokio::test]
async fn the_result_is_only_for_who_brought_it() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("/records/{}/uploads", app.family.anna_record)).await.text();
    let job = upload_address(&page);
    anna.upload(&job, &[("a.csv", &clarity("Anna", "Berg", "SM1", 17, 1))]).await;
    assert_eq!(anna.get(&job).await.status, 200);
    assert_eq!(anna.upload(&job, &[]).await.status, 409, "a form is used once");
    app.clock.advance(jiff::SignedDuration::from_mins(10));
    assert_eq!(anna.get(&job).await.status, 200);
    app.clock.advance(jiff::SignedDuration::from_mins(14));
    anna.get("/records").await;
    app.clock.advance(jiff::SignedDuration::from_mins(14));
    assert_eq!(anna.get(&job).await.status, 404, "it is kept for half an hour");
}
