//! The headers of every answer, and the host that is answered to.

use axum::body::Body;
use axum::http::Method;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people;
use web::{CONTENT_SECURITY_POLICY, ROUTES};

fn assert_guarded(path: &str, answer: &Answer) {
    let of_apps = ["/api/", "/pebble", "/carelink/"].iter().any(|start| path.starts_with(start));
    let expected = [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", if of_apps { "no-referrer" } else { "same-origin" }),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), value, "{name} of {path}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    assert!(answer.headers.contains_key("x-request-id"), "{path}");
    assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    assert!(!answer.headers.contains_key("server"), "{path}");
    let is_file = path.starts_with("/static/") || path.starts_with("/charts/");
    assert_eq!(answer.header("cache-control") == "no-store", !is_file || answer.status.is_client_error(), "{path}");
}

async fn every_route(browser: &mut Browser, app: &App) {
    browser.extra = vec![("origin", "https://evil.example".to_owned()), ("sec-fetch-site", "cross-site".to_owned())];
    for route in ROUTES {
        let path = route
            .path
            .replace("{record}", &app.family.anna_record.to_string())
            .replace("{clinic}", &app.family.northside.to_string())
            .replace("{tree}/{*path}", "now/js/app.js")
            .replace("{name}", "now.css")
            .replace(['{', '}'], "");
        let method = Method::from_bytes(route.method.as_bytes()).unwrap();
        assert_guarded(&path, &browser.send(method, &path, &[], Body::empty()).await);
    }
}

#[tokio::test]
async fn stand_on_every_route_for_everybody() {
    let app = App::start().await;
    every_route(&mut app.browser(), &app).await;
    every_route(&mut app.signed_in(people::ANNA).await, &app).await;
}

#[tokio::test]
async fn stand_on_errors_too() {
    let app = App::start().await;
    let mut browser = app.browser();
    for path in ["/nothing", "/static/now/none.css", "/records/not-an-id", "/.git/config", "/metrics"] {
        assert_guarded(path, &browser.get(path).await);
    }
    assert_guarded("405", &browser.send(Method::DELETE, "/sign-in", &[], Body::empty()).await);
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let large = browser.send(Method::POST, "/sign-in", &form, Body::from("x".repeat(100_000))).await;
    assert_eq!(large.status, 413);
    assert_guarded("413", &large);
    let json = [("content-type", "application/json".to_owned())];
    assert_eq!(browser.send(Method::POST, "/sign-in", &json, Body::from("{}")).await.status, 415);
}

#[tokio::test]
async fn https_brings_hsts_and_host_cookies_and_http_does_not() {
    let plain = App::start().await;
    let answer = plain.browser().post("/theme", &[("theme", "dark"), ("back", "/")]).await;
    assert!(!answer.headers.contains_key("strict-transport-security"));
    assert_eq!(answer.header("set-cookie"), "theme=dark; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    let anna = plain.signed_in(people::ANNA).await;
    assert!(anna.cookie("kinsight").is_some());

    let app = App::start_at("https://glucose.example.org").await;
    let mut browser = app.browser();
    browser.extra = vec![("host", "glucose.example.org".to_owned())];
    let secrets = [("email", people::ANNA), ("password", people::PASSWORD), ("own_device", "yes")];
    let answer = browser.post("/sign-in", &secrets).await;
    assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-kinsight="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=7776000"), "{cookie}");
    assert_eq!(browser.get("/records").await.status, 200);
}

#[tokio::test]
async fn a_chosen_session_is_never_adopted() {
    let app = App::start().await;
    let mut browser = app.browser();
    browser.set_cookie("kinsight", "chosen-by-somebody-else");
    assert_eq!(browser.get("/records").await.status, 401);
    browser.post("/sign-in", &[("email", people::ANNA), ("password", people::PASSWORD)]).await;
    assert_ne!(browser.cookie("kinsight"), Some("chosen-by-somebody-else"));
    assert_eq!(browser.get("/records").await.status, 200);
}

#[tokio::test]
async fn another_host_is_not_answered_to() {
    let app = App::start().await;
    let mut browser = app.browser();
    for (host, status) in
        [("localhost:8080", 200), ("127.0.0.1:8080", 200), ("evil.example", 421), ("localhost:9", 421)]
    {
        browser.extra = vec![("host", host.to_owned())];
        assert_eq!(browser.get("/sign-in").await.status.as_u16(), status, "{host}");
    }
    assert_eq!(browser.get("/healthz").await.status, 200, "probes call by any name");
}

#[tokio::test]
async fn static_files_are_packed_and_kept_for_ever() {
    let app = App::start().await;
    let mut browser = app.browser();
    let style = assets::url("css/app.css");
    browser.extra = vec![("accept-encoding", "gzip, br".to_owned())];
    let answer = browser.get(&style).await;
    assert_eq!(answer.header("content-encoding"), "br");
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    let etag = answer.header("etag").to_owned();
    browser.extra = vec![("if-none-match", etag)];
    assert_eq!(browser.get(&style).await.status, 304);
    assert_eq!(browser.get("/static/old/css/app.css").await.header("cache-control"), "public, max-age=60");
}
