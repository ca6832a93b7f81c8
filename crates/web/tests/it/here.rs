//! Link to Personal here and now, in the clinic's own browser: afterwards nothing of the patient is left in it.

use axum::http::header;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{self, PASSWORD};

/// What a form of these pages may call its fields: nothing that browsers and password managers know.
const FIELDS: [&str; 4] = ["who", "secret", "code", "record"];

/// What must hold of every answer here.
fn leaves_nothing(answer: &Answer, what: &str) {
    for cookie in answer.headers.get_all(header::SET_COOKIE) {
        assert!(cookie.to_str().unwrap().starts_with("kinsight-here="), "{what} sets {cookie:?}");
    }
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let page = answer.text();
    for field in page.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let name = field.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(FIELDS.contains(&name), "{what}: a field is called {name}");
        assert!(field.contains("autocomplete=\"off\""), "{what}: {name} would be filled in");
    }
    for of_the_member in ["Dr Chen", "Log out", "href=\"/records\"", "href=\"/clinics/", PASSWORD, people::ANNA] {
        assert!(!page.contains(of_the_member), "{what} shows {of_the_member}");
    }
}

/// Sends a form, which no page may answer: a browser keeps what was typed with it. Answers the page it leads to.
async fn sent(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.post(path, fields).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    leaves_nothing(&answer, path);
    browser.follow(answer).await
}

async fn handed_over(app: &App, chen: &mut Browser, profile: &str) -> String {
    let path = format!("/clinics/{}/patients/{profile}/handover", app.family.northside);
    let form = chen.get(&path).await;
    assert!(form.status == 200 && form.text().contains("turn the screen to the patient"), "{}", form.text());
    let answer = chen.post(&path, &[("insulin", "yes"), ("carbs", "yes")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.place().to_owned()
}

/// Sessions and known devices of somebody who is signed in elsewhere.
async fn kept(app: &App, actor: &store::Actor) -> (usize, usize) {
    let count =
        |own: &mut store::Own<'_>| Ok((own.sessions()?.len(), own.known_devices(&store::Origin::default())?.len()));
    app.store.with_account(actor, count).await.unwrap()
}

#[tokio::test]
async fn a_patient_links_here_and_now_and_nothing_of_them_stays() {
    let app = App::start().await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let profile = app.family.northside_patient.to_string();
    let place = handed_over(&app, &mut chen, &profile).await;
    let anna = app.actor(people::ANNA).await;
    let before = kept(&app, &anna).await;
    assert_eq!(chen.cookie("kinsight"), None, "the screen is the patient's: nobody is signed in");
    assert_eq!(chen.get(&format!("/clinics/{}/patients", app.family.northside)).await.status, 401);

    let page = chen.get(&place).await;
    leaves_nothing(&page, "the first page");
    for said in ["Northside Diabetes Clinic", "glucose, insulin and carbs", "you end it"] {
        assert!(page.text().contains(said), "{said}");
    }
    let wrong = sent(&mut chen, &place, &[("who", people::ANNA), ("secret", "wrong")]).await;
    leaves_nothing(&wrong, "a wrong password");
    assert!(wrong.text().contains("do not belong together"), "{}", wrong.text());
    let unknown = sent(&mut chen, &place, &[("who", "nobody@example.org"), ("secret", "wrong")]).await;
    assert_eq!(unknown.text(), wrong.text(), "who has an account is not told");
    let right = sent(&mut chen, &place, &[("who", people::ANNA), ("secret", PASSWORD)]).await;
    leaves_nothing(&right, "the choice of a record");
    assert!(right.text().contains("Anna Berg") && right.text().contains("Mia Berg"));
    let elsewhere = app.browser().get(&place).await.text();
    assert!(elsewhere.contains("Your password") && !elsewhere.contains("Berg"), "another browser begins anew");
    let record = app.family.anna_record.to_string();
    let done = sent(&mut chen, &format!("{place}/acceptance"), &[("record", record.as_str())]).await;
    leaves_nothing(&done, "the last page");
    assert!(done.text().contains("your data are linked"));
    assert_eq!(done.header("clear-site-data"), "\"cache\"");
    assert_eq!(chen.cookie("kinsight-here"), None, "the step's secret is gone");

    assert_eq!(kept(&app, &anna).await, before, "Anna has no session and no device more");
    assert_eq!(chen.get(&place).await.status, 404, "one use");
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    assert_eq!(chen.get(&format!("/records/{record}")).await.status, 200, "the link is there");
    let mails = app.mails().await;
    let told = mails.iter().any(|mail| mail.to == people::ANNA && mail.text.contains("Northside Diabetes Clinic sees"));
    assert!(told, "Anna gets mail");
}

#[tokio::test]
async fn whoever_takes_a_code_along_goes_on_with_their_own_phone() {
    let app = App::start().await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let profile = app.family.northside_patient.to_string();
    let place = handed_over(&app, &mut chen, &profile).await;
    let page = chen.post(&format!("{place}/phone"), &[]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    leaves_nothing(&page, "the code");
    let text = page.text();
    let code = text.split("class=\"pass-code\">").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(chen.get(&place).await.status, 404, "the screen is over");
    let mut anna = app.signed_in(people::ANNA).await;
    let offer = anna.post("/sharing/code", &[("code", code)]).await;
    assert!(offer.status == 200 && offer.text().contains("Northside Diabetes Clinic"), "{}", offer.text());
}

#[tokio::test]
async fn a_screen_that_is_over_says_the_same_as_one_that_never_was() {
    let app = App::start().await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let profile = app.family.northside_patient.to_string();
    let place = handed_over(&app, &mut chen, &profile).await;
    assert_eq!(chen.post(&format!("{place}/end"), &[]).await.place(), "/here/done");
    let never = "/here/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for rest in ["", "/second-step", "/acceptance", "/sms"] {
        let record = app.family.anna_record.to_string();
        let fields = [("who", people::ANNA), ("secret", PASSWORD), ("record", record.as_str())];
        let over = sent(&mut chen, &format!("{place}{rest}"), &fields).await;
        let unknown = sent(&mut chen, &format!("{never}{rest}"), &fields).await;
        let (over_text, unknown_text) = (over.text().replace(&place, never), unknown.text());
        assert_eq!((over.status.as_u16(), over_text), (404, unknown_text), "{rest}");
    }
}

#[tokio::test]
async fn a_linked_patient_and_a_strangers_are_not_handed_over() {
    let app = App::start().await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let handover =
        |profile: sharing::RecordId| format!("/clinics/{}/patients/{profile}/handover", app.family.northside);
    let linked = chen.post(&handover(app.family.eve_profile), &[]).await;
    assert_eq!(linked.status, 409, "{}", linked.text());
    for profile in [app.family.mia_profile, app.family.anna_record] {
        let (get, post) = (chen.get(&handover(profile)).await, chen.post(&handover(profile), &[]).await);
        assert_eq!((get.status.as_u16(), post.status.as_u16()), (404, 404));
    }
}
