//! Link to Personal here and now, in the clinic's own browser: afterwards nothing of the patient is left in it.

use axum::http::header;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{self, PASSWORD};

/// What a form of these pages may call its fields: nothing that browsers and password managers know.
const FIELDS: [&str; 5] = ["who", "secret", "code", "step", "record"];

/// What must hold of every answer here.
fn leaves_nothing(answer: &Answer, what: &str) {
    assert!(answer.headers.get(header::SET_COOKIE).is_none(), "{what} sets a cookie");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let page = answer.text();
    for field in page.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let name = field.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(FIELDS.contains(&name), "{what}: a field is called {name}");
        assert!(field.contains("autocomplete=\"off\""), "{what}: {name} would be filled in");
    }
    for of_the_member in ["Dr Chen", "Log out", "href=\"/records\"", "href=\"/clinics/", PASSWORD, "eve@example.org"] {
        assert!(!page.contains(of_the_member), "{what} shows {of_the_member}");
    }
}

fn step_of(page: &str) -> String {
    page.split("name=\"step\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn handed_over(app: &App, chen: &mut Browser, profile: &str) -> String {
    let path = format!("/clinics/{}/patients/{profile}/handover", app.family.northside);
    let form = chen.get(&path).await;
    assert!(form.status == 200 && form.text().contains("turn the screen to the patient"), "{}", form.text());
    let answer = chen.post(&path, &[("insulin", "yes"), ("carbs", "yes")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.place().to_owned()
}

async fn sessions(app: &App, email: &str) -> (usize, usize) {
    let actor = app.actor(email).await;
    let count =
        |own: &mut store::Own<'_>| Ok((own.sessions()?.len(), own.known_devices(&store::Origin::default())?.len()));
    let counted = app.store.with_account(&actor, count).await.unwrap();
    app.store.with_account(&actor, |own| own.end_other_sessions("")).await.unwrap();
    counted
}

#[tokio::test]
async fn a_patient_links_here_and_now_and_nothing_of_them_stays() {
    let app = App::start().await;
    let mut chen = app.signed_in(people::NORTHSIDE_CLINICIAN).await;
    let session = chen.cookie("kinsight").unwrap().to_owned();
    let profile = app.family.northside_patient.to_string();
    let place = handed_over(&app, &mut chen, &profile).await;
    let before = sessions(&app, people::ANNA).await;

    let page = chen.get(&place).await;
    leaves_nothing(&page, "the first page");
    for said in ["Northside Diabetes Clinic", "glucose, insulin and carbs", "you end it"] {
        assert!(page.text().contains(said), "{said}");
    }
    let wrong = chen.post(&place, &[("who", people::ANNA), ("secret", "wrong")]).await;
    assert_eq!(wrong.status, 401);
    leaves_nothing(&wrong, "a wrong password");
    let unknown = chen.post(&place, &[("who", "nobody@example.org"), ("secret", "wrong")]).await;
    assert_eq!(unknown.text(), wrong.text(), "who has an account is not told");
    let right = chen.post(&place, &[("who", people::ANNA), ("secret", PASSWORD)]).await;
    leaves_nothing(&right, "the choice of a record");
    assert!(right.text().contains("Anna Berg") && right.text().contains("Mia Berg"));
    let (step, record) = (step_of(&right.text()), app.family.anna_record.to_string());
    let shared =
        chen.post(&format!("{place}/acceptance"), &[("step", step.as_str()), ("record", record.as_str())]).await;
    assert_eq!(shared.place(), "/here/done?linked=true");
    leaves_nothing(&shared, "sharing");
    let done = chen.get(shared.place()).await;
    leaves_nothing(&done, "the last page");
    assert_eq!(done.header("clear-site-data"), "\"cache\"");

    assert_eq!(sessions(&app, people::ANNA).await, before, "Anna has no session and no device more");
    assert_eq!(chen.cookie("kinsight"), Some(session.as_str()), "and the member's is the same");
    assert_eq!(chen.get(&place).await.status, 404, "one use");
    assert_eq!(chen.get(&format!("/records/{record}")).await.status, 200, "the link is there");
    let mails = app.mails().await;
    let told = mails.iter().any(|mail| mail.to == people::ANNA && mail.text.contains("Northside Diabetes Clinic sees"));
    assert!(told, "Anna gets mail");
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
        let fields = [("who", people::ANNA), ("secret", PASSWORD), ("step", "x"), ("record", record.as_str())];
        let over = chen.post(&format!("{place}{rest}"), &fields).await;
        let unknown = chen.post(&format!("{never}{rest}"), &fields).await;
        assert_eq!((over.status.as_u16(), over.text()), (404, unknown.text()), "{rest}");
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
