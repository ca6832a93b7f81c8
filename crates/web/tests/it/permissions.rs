//! Every route and every kind of person, as one table. Fails when a route is not visited.

use axum::http::{Method, header};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{self, Family};
use web::{ROUTES, Route};

/// The kinds of people, in the order of the columns.
const PEOPLE: [(&str, &str); 11] = [
    ("anon", ""),
    ("owner", people::ANNA),
    ("other", people::EVE),
    ("viewer", people::BEN),
    ("viewer+dl", people::CLARA),
    ("expired", people::DORA),
    ("admin", people::NORTHSIDE_ADMIN),
    ("clinician", people::NORTHSIDE_CLINICIAN),
    ("frontdesk", people::NORTHSIDE_FRONT_DESK),
    ("foreign", people::SOUTHSIDE_CLINICIAN),
    ("pass", PASS),
];

/// No address: a browser in which a visit pass was opened, and nobody signed in.
const PASS: &str = "visit pass";

/// The path with real ids in it: Anna's record, or the clinic's patient.
fn address(route: &Route, app: &App, of_clinic: bool) -> String {
    let record = if of_clinic { app.family.northside_patient } else { app.family.anna_record };
    route
        .path
        .replace("{record}", &record.to_string())
        .replace("{clinic}", &app.family.northside.to_string())
        .replace("{tree}/{*path}", "now/css/app.css")
        .replace("/charts/{name}", "/charts/now.css")
        .replace("/confirmations/{token}", "/confirmations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("{step}", "review")
        .replace("/way/{token}", "/way/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("{device}", "0000000000000000")
        .replace("{session}", "00000000-0000-0000-0000-000000000000")
        .replace("/tokens/{token}", "/tokens/00000000-0000-0000-0000-000000000000")
        .replace("{token}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("{invitation}", "00000000-0000-0000-0000-000000000000")
        .replace("{request}", "00000000-0000-0000-0000-000000000000")
        .replace("{partner}", "00000000-0000-0000-0000-000000000000")
        .replace("{pass}", "00000000-0000-0000-0000-000000000000")
        .replace("{job}", &format!("{}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", u8::from(of_clinic))[..43])
        .replace("{factor}", "00000000-0000-0000-0000-000000000000")
        .replace("{number}", "999")
}

/// A body that the route can read, so that the answer is about the person and not about the body.
async fn visit(browser: &mut Browser, route: &Route, path: &str) -> u16 {
    let answer = match (route.method, route.path) {
        ("GET", _) => browser.get(path).await,
        (_, "/records/{record}/uploads/jobs/{job}" | "/api/v1/uploads") => browser.upload(path, &[]).await,
        (_, path_of_route) => browser.post(path, fields(path_of_route)).await,
    };
    answer.status.as_u16()
}

fn fields(path: &str) -> &'static [(&'static str, &'static str)] {
    match path {
        "/theme" => &[("theme", "dark"), ("back", "/")],
        "/unit" => &[("unit", "mg/dL"), ("back", "/")],
        "/sign-in" => &[("email", "nobody@example.org"), ("password", "wrong")],
        "/sign-in/way" => &[("email", "nobody@example.org")],
        "/proof" => &[("password", "wrong"), ("next", "/")],
        "/security/password" => &[("current", "wrong"), ("password", "wrong")],
        "/password-reset" => &[("email", "nobody@example.org")],
        "/password-reset/{token}" => &[("password", "wrong")],
        "/security/e-mail" => &[("new_email", "no address")],
        "/security/phrase" => &[("phrase", "x")],
        "/security/second-step/totp" | "/security/second-step/passkeys" => &[("name", "")],
        "/security/second-step/phone" => &[("phone", "")],
        "/security/second-step/totp/confirmation" | "/security/second-step/phone/confirmation" => &[("code", "0")],
        "/lockdown/code" => &[("email", "nobody@example.org"), ("code", "wrong")],
        "/lockdown/unlock/{token}" => &[("password", "")],
        "/lockdown/steps/{step}" => &[("state", "done")],
        "/lockdown/access" => &[("record", ""), ("kind", ""), ("who", ""), ("what", "")],
        "/records" => &[("name", ""), ("born_on", ""), ("unit", "mg/dL"), ("zone", "UTC")],
        "/settings" => &[("name", ""), ("country", "SE"), ("unit", "mg/dL"), ("zone", "UTC"), ("language", "en")],
        "/settings/notices" => &[("downloads", "")],
        "/records/{record}/settings" => &[("name", ""), ("born_on", ""), ("unit", "mg/dL"), ("zone", "UTC")],
        "/records/{record}/tokens" => &[("name", "")],
        "/records/{record}/passes" => &[("days", "x")],
        "/pass" => &[("code", "wrong")],
        "/records/{record}/uploads/jobs/{job}/acceptance" => &[("file", "0")],
        _ => &[],
    }
}

async fn browser_of(app: &App, email: &str) -> Browser {
    match email {
        "" => app.browser(),
        PASS => app.visit_pass().await,
        email => app.signed_in(email).await,
    }
}

#[tokio::test]
async fn every_route_and_every_kind_of_person() {
    let app = App::start().await;
    app.clock.advance(Family::EXPIRY + SignedDuration::from_secs(1));
    let token = app.upload_token().await;
    let mut browsers = Vec::new();
    for (_, email) in PEOPLE {
        browsers.push(browser_of(&app, email).await);
    }
    let mut rows = Vec::new();
    for (place, (route, of_clinic)) in in_order() {
        let path = address(route, &app, of_clinic);
        assert!(!path.contains('{'), "the matrix does not know how to visit {path}");
        let name = if of_clinic { route.path.replace("{record}", "{clinic's}") } else { route.path.to_owned() };
        let mut row = format!("{:<5}{name:<53}", route.method);
        for (number, (_, email)) in PEOPLE.iter().enumerate() {
            // After the button Anna cannot make another pass, and nobody without a session can press it.
            let ends_session = match *email {
                PASS => route.path == "/pass/end",
                _ => route.path.starts_with("/sign-out") || locks(route),
            };
            let mut browser = if ends_session { browser_of(&app, email).await } else { browsers[number].clone() };
            write!(row, "{:>10}", visit(&mut browser, route, &path).await).unwrap();
        }
        let mut phone = app.browser();
        phone.extra.push((header::AUTHORIZATION.as_str(), format!("Bearer {token}")));
        write!(row, "{:>10}", visit(&mut phone, route, &path).await).unwrap();
        rows.push((place, row));
    }
    let visited: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
    assert_eq!(visited.len(), ROUTES.len(), "every route stands in the list once");
    rows.sort();
    let names = PEOPLE
        .iter()
        .map(|(name, _)| *name)
        .chain(["app token"])
        .fold(String::new(), |all, name| all + &format!("{name:>10}"));
    let table = rows.iter().fold(format!("{:<58}{names}", ""), |all, (_, row)| all + "\n" + row);
    insta::assert_snapshot!(table);
}

/// Every route, those of a record a second time with the clinic's patient. What ends sessions comes last.
fn in_order() -> Vec<(usize, (&'static Route, bool))> {
    let clinics = ROUTES.iter().filter(|route| route.path.contains("{record}")).map(|route| (route, true));
    let mut all: Vec<_> = ROUTES.iter().map(|route| (route, false)).chain(clinics).enumerate().collect();
    all.sort_by_key(|(_, (route, _))| (locks(route), route.path.starts_with("/sign-")));
    all
}

/// The button; nobody is in after it.
fn locks(route: &Route) -> bool {
    (route.method, route.path) == ("POST", "/lockdown")
}

#[tokio::test]
async fn other_methods_are_told_so_and_change_nothing() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let path = format!("/records/{}", app.family.anna_record);
    for method in [Method::DELETE, Method::PUT, Method::PATCH] {
        let answer = anna.send(method, &path, &[], axum::body::Body::empty()).await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), "GET,HEAD");
    }
    let answer = anna.send(Method::TRACE, &path, &[], axum::body::Body::empty()).await;
    assert_eq!(answer.status, 405);
}
