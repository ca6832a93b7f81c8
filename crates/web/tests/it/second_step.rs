//! The second step through the front door: added, asked, remembered, lost, and open to nobody who is only half in.

use jiff::SignedDuration;
use serde_json::Value;
use store::Channel;
use testkit::app::App;
use testkit::authenticator::Authenticator;
use testkit::authenticator_app;
use testkit::browser::{Answer, Browser};
use testkit::people::{ANNA, PASSWORD};
use web::{ROUTES, Who};

const HERE: &str = "http://localhost:8080";
const LIST: &str = "/security/second-step";

/// The text between two others.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let start = page.find(before).unwrap_or_else(|| panic!("{before} is on the page: {page}")) + before.len();
    page[start..].split(after).next().unwrap()
}

fn recovery_codes(page: &str) -> Vec<String> {
    let list = between(page, "id=\"codes\">", "</ol>");
    list.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Anna adds an app in this browser; its seed and the page that she sees then.
pub async fn add_app(app: &App, anna: &mut Browser) -> (String, String) {
    let path = format!("{LIST}/totp");
    assert!(anna.get(&path).await.text().contains("Show the key"));
    let answer = anna.post(&path, &[("name", "Phone")]).await;
    let page = anna.follow(answer).await.text();
    assert!(page.contains("<svg viewBox") && page.contains("otpauth://totp/Kinsight:anna%40example.org"), "{page}");
    let seed = between(&page, "<code class=\"token\">", "</code>").replace(' ', "");
    let code = authenticator_app::code(&seed, app.clock.now());
    let answer = anna.post(&format!("{path}/confirmation"), &[("code", &code)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    app.clock.advance(SignedDuration::from_secs(30));
    (seed, answer.text())
}

/// A new browser in which Anna has given her password.
pub async fn half(app: &App) -> Browser {
    let mut browser = app.browser();
    let answer = browser.post("/sign-in", &[("email", ANNA), ("password", PASSWORD), ("next", "/records")]).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/sign-in/second-step?next=/records"));
    assert!(browser.cookie("kinsight").is_none(), "no session yet");
    browser
}

async fn give(browser: &mut Browser, code: &str) -> Answer {
    browser.post("/sign-in/second-step", &[("code", code), ("next", "/records")]).await
}

#[tokio::test]
async fn an_app_is_added_and_asked_for() {
    let app = App::start().await;
    let (mut anna, mut elsewhere) = (app.signed_in(ANNA).await, app.signed_in(ANNA).await);
    assert!(anna.get(LIST).await.text().contains("the password alone opens your account"));
    let before = anna.cookie("kinsight").unwrap().to_owned();
    let (seed, page) = add_app(&app, &mut anna).await;
    assert_eq!(recovery_codes(&page).len(), 10);
    assert_ne!(anna.cookie("kinsight").unwrap(), before, "another token for what may do more");
    assert_eq!(elsewhere.get("/records").await.status, 401);
    let list = anna.get(LIST).await.text();
    assert!(list.contains("10 of ten are left") && !list.contains(&recovery_codes(&page)[0]), "{list}");

    let mut phone = half(&app).await;
    let page = phone.get("/sign-in/second-step?next=/records").await.text();
    assert!(page.contains("Six digits from your authenticator app") && !page.contains("Use a passkey"), "{page}");
    let wrong = give(&mut phone, "000000").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text().contains("This code is wrong, was used before, or is too old."), "{}", wrong.text());
    let answer = give(&mut phone, &authenticator_app::code(&seed, app.clock.now())).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/records"));
    assert!(phone.cookie("kinsight-half").is_none());
    assert_eq!(phone.get("/records").await.status, 200);
}

#[tokio::test]
async fn who_is_half_in_is_not_in() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    add_app(&app, &mut anna).await;
    let mut browser = half(&app).await;
    // Nor does the half token open anything in the place of a session's.
    let token = browser.cookie("kinsight-half").unwrap().to_owned();
    browser.set_cookie("kinsight", &token);
    for route in ROUTES.iter().filter(|route| !matches!(route.who, Who::Anybody | Who::App | Who::Pass)) {
        let path = route
            .path
            .replace("{record}", &app.family.anna_record.to_string())
            .replace("{clinic}", &app.family.northside.to_string());
        let path = path.replace(['{', '}'], "0");
        let answer = match route.method {
            "GET" => browser.get(&path).await,
            _ => browser.post(&path, &[]).await,
        };
        // Whoever taps a message is led to signing in and back to it.
        let is_led_to_sign_in = answer.status == 303 && answer.place().starts_with("/sign-in?");
        assert!(answer.status == 401 || is_led_to_sign_in, "{} {}: {}", route.method, route.path, answer.status);
    }
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(browser.get("/sign-in/second-step").await.status, 401, "for ten minutes only");
}

#[tokio::test]
async fn a_remembered_browser_is_asked_once() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let (seed, _) = add_app(&app, &mut anna).await;
    let mut laptop = half(&app).await;
    let code = authenticator_app::code(&seed, app.clock.now());
    let filled = [("code", code.as_str()), ("remember", "yes"), ("next", "/records")];
    assert_eq!(laptop.post("/sign-in/second-step", &filled).await.status, 303);
    laptop.post("/sign-out", &[]).await;
    let answer = laptop.post("/sign-in", &[("email", ANNA), ("password", PASSWORD), ("next", "/records")]).await;
    assert_eq!(answer.place(), "/records", "only the password");
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_new_ones_replace_it() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let (_, page) = add_app(&app, &mut anna).await;
    let codes = recovery_codes(&page);
    app.mails().await;
    assert_eq!(give(&mut half(&app).await, &codes[0]).await.status, 303);
    let subjects: Vec<String> = app.mails().await.into_iter().map(|mail| mail.subject).collect();
    assert!(subjects.contains(&"A recovery code was used".to_owned()), "{subjects:?}");
    assert_eq!(give(&mut half(&app).await, &codes[0]).await.status, 401);

    assert!(anna.get(&format!("{LIST}/codes")).await.text().contains("9 of ten are left"));
    let new = recovery_codes(&anna.post(&format!("{LIST}/codes"), &[]).await.text());
    assert_eq!(give(&mut half(&app).await, &codes[1]).await.status, 401);
    assert_eq!(give(&mut half(&app).await, &new[1]).await.status, 303);
}

#[tokio::test]
async fn what_changes_second_steps_asks_for_a_proof_which_an_app_can_give() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let (seed, _) = add_app(&app, &mut anna).await;
    app.clock.advance(SignedDuration::from_mins(11));
    for page in ["totp", "passkeys", "phone", "codes"] {
        let answer = anna.get(&format!("{LIST}/{page}")).await;
        assert_eq!(answer.place(), format!("/proof?next=/security/second-step/{page}"));
        let late = anna.post(&format!("{LIST}/{page}"), &[("name", "x"), ("phone", "+491512345678")]).await;
        assert_eq!(late.status, 401, "{page}");
    }
    let page = anna.get("/proof?next=/security/second-step/codes").await.text();
    assert!(page.contains("Or with your second step"), "{page}");
    let wrong = anna.post("/proof/second-step", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 403);
    let code = authenticator_app::code(&seed, app.clock.now());
    let next = format!("{LIST}/codes");
    let answer = anna.post("/proof/second-step", &[("code", &code), ("next", &next)]).await;
    assert_eq!(answer.place(), next);
    assert_eq!(anna.get(&next).await.status, 200);
}

#[tokio::test]
async fn removing_the_last_one_says_what_that_means() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    add_app(&app, &mut anna).await;
    let list = anna.get(LIST).await.text();
    let removal = format!("{LIST}/0{}/removal", between(&list, "href=\"/security/second-step/0", "/removal"));
    let question = anna.get(&removal).await.text();
    assert!(question.contains("the password alone opens your account"), "{question}");
    let answer = anna.post(&removal, &[]).await;
    assert!(anna.follow(answer).await.text().contains("The second step was removed"));
    let mut phone = app.signed_in(ANNA).await;
    assert_eq!(phone.get("/records").await.status, 200);
}

async fn asked(browser: &mut Browser, path: &str) -> String {
    let answer = browser.post(path, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let question: Value = serde_json::from_str(&answer.text()).unwrap();
    assert!(question["challenge"].as_str().is_some_and(|challenge| challenge.len() >= 43), "{question}");
    answer.text()
}

#[tokio::test]
async fn a_passkey_is_made_and_opens_alone_as_second_step_and_as_proof() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let page = anna.get(&format!("{LIST}/passkeys")).await.text();
    assert!(page.contains("data-origin=\"http://localhost:8080\""), "{page}");
    let question = asked(&mut anna, &format!("{LIST}/passkeys/challenge")).await;
    let (mut device, answer) = Authenticator::make(&question, HERE);
    let made = anna.post(&format!("{LIST}/passkeys"), &[("name", "Laptop"), ("passkey", &answer)]).await;
    assert_eq!(recovery_codes(&made.text()).len(), 10);
    let again = anna.post(&format!("{LIST}/passkeys"), &[("name", "Laptop"), ("passkey", &answer)]).await;
    assert_eq!(again.status, 422);

    let mut phone = app.browser();
    assert!(phone.get("/sign-in").await.text().contains("autocomplete=\"username webauthn\""));
    let question = asked(&mut phone, "/sign-in/passkey/challenge").await;
    let answer = phone.post("/sign-in/passkey", &[("passkey", &device.sign(&question)), ("next", "/records")]).await;
    assert_eq!((answer.status.as_u16(), answer.place()), (303, "/records"));
    assert_eq!(phone.get("/records").await.status, 200);

    let mut tablet = half(&app).await;
    let question = asked(&mut tablet, "/sign-in/second-step/challenge").await;
    let filled = [("passkey", device.sign(&question)), ("code", String::new())];
    let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(tablet.post("/sign-in/second-step", &filled).await.status, 303);

    app.clock.advance(SignedDuration::from_mins(11));
    let question = asked(&mut anna, "/proof/challenge").await;
    let proof = [("passkey", device.sign(&question)), ("next", LIST.to_owned())];
    let proof: Vec<(&str, &str)> = proof.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(anna.post("/proof/second-step", &proof).await.place(), LIST);

    let refused = app.browser().post("/sign-in/passkey", &[("passkey", "{}")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("That passkey did not work"));
}

#[tokio::test]
async fn a_server_that_is_a_number_says_that_it_has_no_passkeys() {
    let app = App::start_at("https://192.168.1.5").await;
    let mut anna = app.browser();
    anna.extra.push(("host", "192.168.1.5".to_owned()));
    anna.post("/sign-in", &[("email", ANNA), ("password", PASSWORD)]).await;
    assert!(anna.get(LIST).await.text().contains("Passkeys need a server with a name and https"));
    assert_eq!(anna.get(&format!("{LIST}/passkeys")).await.status, 404);
    assert!(!anna.get("/sign-in").await.text().contains("Use a passkey"));
}

#[tokio::test]
async fn a_phone_is_added_and_sends_codes() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    let path = format!("{LIST}/phone");
    let typo = anna.post(&path, &[("phone", "0151 2345678")]).await;
    assert_eq!(typo.status, 422);
    assert!(typo.text().contains("with its country in front"));
    let answer = anna.post(&path, &[("phone", "+49 151 2345678")]).await;
    assert!(anna.follow(answer).await.text().contains("We have sent a code to +49 … 678."));
    let code = texted(&app).await;
    let wrong = anna.post(&format!("{path}/confirmation"), &[("code", "x")]).await;
    assert_eq!(wrong.status, 422);
    let added = anna.post(&format!("{path}/confirmation"), &[("code", &code)]).await;
    assert_eq!(recovery_codes(&added.text()).len(), 10);

    let mut phone = half(&app).await;
    let answer = phone.post("/sign-in/second-step/sms", &[("next", "/records")]).await;
    assert!(phone.follow(answer).await.text().contains("A code is on its way to your phone."));
    let code = texted(&app).await;
    assert_eq!(give(&mut phone, &code).await.status, 303);
}

async fn texted(app: &App) -> String {
    let message = app.mails().await.into_iter().rfind(|message| message.channel == Channel::Sms);
    message.expect("a code was sent").text[..6].to_owned()
}
