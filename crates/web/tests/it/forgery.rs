//! A change that another site asks for is refused, and nothing is changed.

use axum::body::Body;
use axum::http::Method;
use testkit::app::App;
use testkit::people;
use web::{ROUTES, Who};

/// What other sites, or no site, would send.
fn forgeries() -> Vec<Vec<(&'static str, String)>> {
    let sent = |site: &str, origin: &str| vec![("sec-fetch-site", site.to_owned()), ("origin", origin.to_owned())];
    vec![
        sent("cross-site", "https://evil.example"),
        sent("same-site", "http://other.localhost:8080"),
        sent("none", ""),
        sent("", "https://evil.example"),
        sent("", "null"),
        sent("", "http://localhost:9999"),
        sent("same-origin", "https://evil.example"),
        sent("", ""),
    ]
}

#[tokio::test]
async fn no_form_of_ours_takes_it() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    for forged in forgeries() {
        anna.extra = forged.clone();
        for route in ROUTES.iter().filter(|route| route.method == "POST" && route.who != Who::App) {
            let path = route.path.replace("{record}", &app.family.anna_record.to_string()).replace(['{', '}'], "");
            for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
                let sent = [("content-type", kind.to_owned())];
                let answer = anna.send(Method::POST, &path, &sent, Body::from("unit=mmol%2FL&back=%2F")).await;
                assert_eq!(answer.status, 403, "{path} with {forged:?}");
            }
        }
    }
    anna.extra = Vec::new();
    assert_eq!(anna.get("/records").await.status, 200, "she was not signed out");
}

#[tokio::test]
async fn browsers_without_sec_fetch_site_prove_it_by_origin() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    anna.extra = vec![("sec-fetch-site", String::new()), ("origin", "http://localhost:8080".to_owned())];
    assert_eq!(anna.post("/unit", &[("unit", "mmol/L"), ("back", "/")]).await.status, 303);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let app = App::start().await;
    app.live(app.family.anna_record, 1, life::Personality::Steady).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let uploads = format!("/records/{}/uploads", app.family.anna_record);
    let tokens = format!("/records/{}/tokens", app.family.anna_record);
    let table =
        |page: String| page.split("<tbody>").nth(1).unwrap_or_default().split("</tbody>").next().unwrap().to_owned();
    let before = (table(anna.get(&uploads).await.text()), table(anna.get(&tokens).await.text()));
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let record = app.family.anna_record.to_string();
        let path = route.path.replace("{record}", &record).replace("{number}", "1").replace(['{', '}'], "");
        anna.get(&path).await;
    }
    assert_eq!((table(anna.get(&uploads).await.text()), table(anna.get(&tokens).await.text())), before);
}
