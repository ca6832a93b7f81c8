//! What an app may, and for how long; and what nobody learns.

use super::{Phone, ago, iso, read};
use axum::body::Body;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sharing::{TokenScope, Visibility};
use store::NewAppToken;
use testkit::app::App;
use testkit::people;
use web::{BaseUrl, Sites, WebSettings};

#[tokio::test]
async fn nobody_unknown_learns_anything_and_guessing_is_put_off() {
    let app = App::start().await;
    let mut stranger = Phone::showing(&app, Vec::new());
    for path in [
        "entries.json",
        "treatments",
        "devicestatus.json",
        "profile.json",
        "food",
        "activity",
        "adminnotifies",
        "notifications/ack?level=1",
        "experiments/test",
        "count/entries/where",
    ] {
        let answer = stranger.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(read(&answer)["message"], "Unauthorized");
    }
    let status = stranger.json("/api/v1/status.json").await;
    assert_eq!(status["settings"]["units"], "mg/dl", "a bare status says nothing of anybody");
    let mut guesser = Phone::showing(&app, vec![("api-secret", "1".repeat(40))]);
    for _ in 0..20 {
        assert_eq!(guesser.get("/api/v1/entries.json").await.status, 401);
    }
    let put_off = guesser.get("/api/v1/entries.json").await;
    assert_eq!((put_off.status.as_u16(), put_off.header("retry-after")), (429, "60"));
    let mut known = Phone::with_secret(&app, "Known", TokenScope::Follow).await;
    assert_eq!(known.get("/api/v1/entries.json").await.status, 200, "whoever is known is not put off with them");
    app.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(guesser.get("/api/v1/entries.json").await.status, 401);
}

#[tokio::test]
async fn a_token_ends_at_once_or_at_its_time() {
    let app = App::start().await;
    let until_at = Some(app.clock.now() + SignedDuration::from_hours(1));
    let new = NewAppToken { until_at, ..NewAppToken::new("Week", TokenScope::Follow) };
    let token = app.app_token(new).await;
    let mut phone = Phone::showing(&app, vec![("api-secret", token)]);
    assert_eq!(phone.get("/api/v1/entries.json").await.status, 200);
    app.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(phone.get("/api/v1/entries.json").await.status, 401);

    let mut phone = Phone::with_secret(&app, "Ben's phone", TokenScope::Follow).await;
    assert_eq!(phone.get("/api/v1/entries.json").await.status, 200);
    let mut anna = app.signed_in(people::ANNA).await;
    let tokens = format!("/records/{}/tokens", app.family.anna_record);
    let page = anna.get(&tokens).await.text();
    let place = page.find("Revoke<span class=\"visually-hidden\"> Ben").unwrap();
    let action = page[..place].rsplit("action=\"").next().unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(anna.post(&action, &[]).await.status, 303);
    assert_eq!(phone.get("/api/v1/entries.json").await.status, 401);
    app.flush_visits().await;
    let history = anna.get(&format!("/records/{}/view-history", app.family.anna_record)).await.text();
    assert!(
        history.contains("Ben&#39;s phone") || history.contains("Ben’s phone") || history.contains("Ben's phone"),
        "{history}"
    );
    assert!(history.contains("Data for an app"), "{history}");
}

#[tokio::test]
async fn a_follower_sees_the_kinds_that_were_granted() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "Loop", TokenScope::Both).await;
    let at = iso(ago(&app, 10));
    phone
        .post(
            "/api/v1/treatments",
            &json!([{ "eventType": "Meal Bolus", "insulin": 7.77, "carbs": 66, "notes": "secret cake",
        "created_at": at, "enteredBy": "Loop" }]),
        )
        .await;
    phone
        .post(
            "/api/v1/devicestatus",
            &json!({ "device": "loop", "created_at": at, "loop": { "iob": { "iob": 3.33 } },
        "uploader": { "battery": 55 }, "pump": { "reservoir": 99.9, "battery": { "percent": 44 } } }),
        )
        .await;
    phone.post("/api/v1/profile", &json!({ "startDate": at, "store": { "Default": {} } })).await;
    let sees = async |visibility: Visibility| {
        let token = app.app_token(NewAppToken { visibility, ..NewAppToken::new("Oma", TokenScope::Follow) }).await;
        let mut oma = Phone::showing(&app, vec![("api-secret", token)]);
        let from = iso(ago(&app, 20));
        let treatments = oma.json(&format!("/api/v1/treatments.json?find[created_at][$gte]={from}")).await;
        let mut all = vec![treatments];
        for path in ["devicestatus.json", "profile.json", "profile/current"] {
            all.push(oma.json(&format!("/api/v1/{path}")).await);
        }
        Value::Array(all).to_string()
    };
    let glucose = sees(Visibility::GLUCOSE_ONLY).await;
    for hidden in ["7.77", "66", "cake", "3.33", "99.9", "44", "55", "Default"] {
        assert!(!glucose.contains(hidden), "{hidden} in {glucose}");
    }
    let carbs = sees(Visibility { carbs: true, devices: true, ..Visibility::GLUCOSE_ONLY }).await;
    assert!(carbs.contains("66") && carbs.contains("55") && carbs.contains("44"), "{carbs}");
    for hidden in ["7.77", "cake", "3.33", "99.9", "Default"] {
        assert!(!carbs.contains(hidden), "{hidden} in {carbs}");
    }
    let all = sees(Visibility::ALL).await;
    assert!(["7.77", "66", "cake", "3.33", "99.9", "Default"].iter().all(|shown| all.contains(shown)), "{all}");
}

#[tokio::test]
async fn at_a_records_own_site_its_own_tokens_are_good_and_no_others() {
    let base_url = BaseUrl::parse("http://localhost:8080").unwrap();
    let sites = Some(Sites::parse("sites.example.org").unwrap());
    let app = App::start_with(WebSettings { sites, ..WebSettings::at(base_url) }).await;
    let token = app.app_token(NewAppToken::new("Phone", TokenScope::Both)).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("/records/{}/tokens", app.family.anna_record)).await.text();
    let site = page.split(".sites.example.org").next().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(site.len(), 12);
    let host = format!("{site}.sites.example.org");
    let mut phone = Phone::showing(&app, vec![("api-secret", token.clone())]);
    let asked = async |phone: &mut Phone, host: &str, path: &str| {
        phone.call("GET", path, &[("host", host)], Body::empty()).await.status.as_u16()
    };
    assert_eq!(asked(&mut phone, &host, "/api/v1/entries.json").await, 200);
    assert_eq!(asked(&mut phone, "localhost:8080", "/api/v1/entries.json").await, 200);
    assert_eq!(asked(&mut phone, "zzzzzzzzzzzz.sites.example.org", "/api/v1/entries.json").await, 401);
    assert_eq!(asked(&mut phone, &host, "/").await, 303, "people are led to where people are");
    assert_eq!(asked(&mut phone, &host, "/sign-in").await, 404);
    assert_eq!(asked(&mut phone, "elsewhere.example.org", "/api/v1/entries.json").await, 421);
}
