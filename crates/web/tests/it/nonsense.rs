//! Requests that make no sense, to every route: each is answered, none with an error of ours, and nothing of the inside is told.

use axum::body::Body;
use axum::http::Method;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people;
use web::{ROUTES, Route};

/// Signing out would end the story; it takes no body anyway.
fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| !route.path.starts_with("/sign-out"))
}

/// In the place of whatever a path names.
const PARTS: [&str; 6] = ["0", "-1", "%00", "%ff%fe", "00000000-0000-0000-0000-000000000000", "%2e%2e%2f%2e%2e"];

const QUERIES: [&str; 5] =
    ["", "?from=9999-99-99&to=x", "?days=999999999999999999999", "?next=//evil.example", "?%ff=%00&&&=&"];

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    const FORM: &str = "application/x-www-form-urlencoded";
    vec![
        (FORM, b"%".to_vec()),
        (FORM, b"name=%ff%fe&name=2&email=\x00&password=%00&unit=&zone=Nowhere&born_on=-1-1-1".to_vec()),
        (FORM, [b"name=".to_vec(), vec![b'x'; 60_000]].concat()),
        ("application/json", b"{\"a\":[[[[[[[[[[".to_vec()),
        ("application/json", b"{\"id\":1e999,\"name\":\"\\ud800\"}".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".to_vec()),
        ("multipart/form-data", b"no boundary".to_vec()),
        ("text/plain", b"text".to_vec()),
    ]
}

fn filled(path: &str, part: &str) -> String {
    let fill = |piece: &str| if piece.starts_with('{') { part.to_owned() } else { piece.to_owned() };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

fn assert_sober(what: &str, answer: &Answer) {
    assert!(!answer.status.is_server_error(), "{what}: {}\n{}", answer.status, answer.text());
    let text = answer.text();
    for inside in [".rs:", "panicked", "sqlite", "postgres", " from accounts", "stack backtrace", "RUST_"] {
        assert!(answer.status.is_success() || !text.contains(inside), "{what} tells {inside:?}: {text}");
    }
}

async fn every_way(browser: &mut Browser, record: &str) {
    for route in routes() {
        for part in PARTS.iter().chain([&record]) {
            let path = filled(route.path, part);
            if route.method == "GET" {
                for query in QUERIES {
                    assert_sober(&format!("GET {path}{query}"), &browser.get(&format!("{path}{query}")).await);
                }
                continue;
            }
            for (kind, body) in bodies() {
                let sent = [("content-type", kind.to_owned())];
                let answer = browser.send(Method::POST, &path, &sent, Body::from(body)).await;
                assert_sober(&format!("POST {path} as {kind}"), &answer);
            }
        }
    }
}

#[tokio::test]
async fn is_answered_soberly_on_every_route() {
    let app = App::start().await;
    let record = app.family.anna_record.to_string();
    every_way(&mut app.browser(), &record).await;
    every_way(&mut app.signed_in(people::ANNA).await, &record).await;
    assert_eq!(app.browser().get("/healthz").await.status, 200);
}
