//! Which mails a person gets, as far as they can choose.

use testkit::app::App;
use testkit::people;

const PAGE: &str = "/settings/notices";

#[tokio::test]
async fn downloads_are_told_as_the_patient_chose() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let mut anna = app.signed_in(people::ANNA).await;
    assert!(anna.get("/settings").await.text().contains(PAGE), "the settings lead there");
    let page = anna.get(PAGE).await.text();
    assert!(page.contains("<option value=\"at-once\" selected>"), "{page}");
    assert!(page.contains("They cannot be turned off"), "{page}");
    let kept = anna.post(PAGE, &[("downloads", "daily")]).await;
    let page = anna.follow(kept).await.text();
    assert!(page.contains("Your choice is kept.") && page.contains("<option value=\"daily\" selected>"), "{page}");
    let told = app.mails().await;
    assert!(told[0].to == people::ANNA && told[0].subject == "Your notices were changed", "{}", told[0].subject);

    let mut clara = app.signed_in(people::CLARA).await;
    let report = format!("/records/{}/reports/agp.pdf", app.family.anna_record);
    assert_eq!(clara.get(&report).await.status, 200);
    assert!(app.mails().await.is_empty(), "it waits for the morning");
}

#[tokio::test]
async fn another_choice_than_the_three_is_refused() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let refused = anna.post(PAGE, &[("downloads", "never")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Choose one of the four."), "{}", refused.text());
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn a_message_that_never_arrived_is_listed_as_not_delivered() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    anna.post(PAGE, &[("downloads", "in-app")]).await;
    app.refuse_mails().await;
    let list = anna.get("/security/messages").await.text();
    assert!(list.contains("(not delivered)") && list.contains("<strong>Not delivered:</strong>"), "{list}");
}
