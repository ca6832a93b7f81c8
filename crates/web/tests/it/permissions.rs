//! Every route and every kind of person, as one table. Fails when a route is not visited.

use crate::cast;
use axum::body::Body;
use axum::http::{Method, header};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use testkit::app::App;
use testkit::browser::{Answer, Browser};
use testkit::people::{self, Family};
use web::{ROUTES, Route};

/// The kinds of people, in the order of the columns.
const PEOPLE: [(&str, &str); 20] = [
    ("anon", ""),
    ("owner", people::ANNA),
    ("other", people::EVE),
    ("viewer", people::BEN),
    ("viewer+dl", people::CLARA),
    ("expired", people::DORA),
    ("paused", people::PIA),
    ("weekly", people::WIM),
    ("suspended", people::SVEN),
    ("no 2step", people::LENA),
    ("invited", people::INGA),
    ("asked", people::ARNE),
    ("removed", people::REMO),
    ("admin", people::NORTHSIDE_ADMIN),
    ("clinician", people::NORTHSIDE_CLINICIAN),
    ("frontdesk", people::NORTHSIDE_FRONT_DESK),
    ("foreign", people::SOUTHSIDE_CLINICIAN),
    ("for.admin", people::SOUTHSIDE_ADMIN),
    ("noa", people::NOA),
    ("pass", PASS),
];

/// No address: a browser in which a visit pass was opened, and nobody signed in.
const PASS: &str = "visit pass";

/// The path with real ids in it: Anna's record, or the clinic's patient.
fn address(route: &Route, app: &App, of_clinic: bool) -> String {
    let record = if of_clinic { app.family.northside_patient } else { app.family.anna_record };
    let path = route.path.replace("{record}", &record.to_string());
    // Version 3 changes one document by its name.
    let call = if route.method == "POST" { "entries" } else { "entries/none" };
    filled(&path.replace("/api/v3/{*call}", &format!("/api/v3/{call}")), app, of_clinic)
}

/// The rest of a path, with real ids where there are some.
fn filled(path: &str, app: &App, of_clinic: bool) -> String {
    path.replace("{clinic}", &app.family.northside.to_string())
        .replace("{tree}/{*path}", "now/css/app.css")
        .replace("/charts/{name}", "/charts/now.css")
        .replace("/confirmations/{token}", "/confirmations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("{step}", "review")
        .replace("/way/{token}", "/way/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("{device}", "0000000000000000")
        .replace("{session}", "00000000-0000-0000-0000-000000000000")
        .replace("/tokens/{token}", "/tokens/00000000-0000-0000-0000-000000000000")
        .replace("{token}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .replace("/link/{code}", "/link/ABCDEFGHJK")
        .replace("{eyes}", &app.family.ben.to_string())
        .replace("{invitation}", "00000000-0000-0000-0000-000000000000")
        .replace("{member}", "00000000-0000-0000-0000-000000000000")
        .replace("{request}", "00000000-0000-0000-0000-000000000000")
        .replace("{partner}", "00000000-0000-0000-0000-000000000000")
        .replace("{pass}", "00000000-0000-0000-0000-000000000000")
        .replace("{alert}", "00000000-0000-0000-0000-000000000000")
        .replace("{channel}", "00000000-0000-0000-0000-000000000000")
        .replace("{job}", &format!("{}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", u8::from(of_clinic))[..43])
        .replace("{subscription}", "00000000-0000-0000-0000-000000000000")
        .replace("{factor}", "00000000-0000-0000-0000-000000000000")
        .replace("{service}", "nightscout")
        .replace("{source}", "00000000-0000-0000-0000-000000000000")
        .replace("{*call}", "entries.json")
        .replace("{number}", "999")
}

/// A body that the route can read, so that the answer is about the person and not about the body.
async fn visit(browser: &mut Browser, route: &Route, path: &str) -> u16 {
    let answer = match (route.method, route.path) {
        ("GET", _) => browser.get(path).await,
        (_, "/records/{record}/uploads/jobs/{job}" | "/api/v1/uploads") => browser.upload(path, &[]).await,
        ("PUT" | "DELETE" | "PATCH", _) => {
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            let json = [("content-type", "application/json".to_owned())];
            browser.send(method, path, &json, Body::from("[]")).await
        }
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
        "/settings/notifications" => &[("endpoint", "x"), ("p256dh", "x"), ("auth", "x")],
        "/security/phrase" => &[("phrase", "x")],
        "/security/second-step/totp" | "/security/second-step/passkeys" => &[("name", "")],
        "/security/second-step/phone" => &[("phone", "")],
        "/security/second-step/totp/confirmation" | "/security/second-step/phone/confirmation" => &[("code", "0")],
        "/following/requests" => &[("email", "no address")],
        "/lockdown/code" => &[("email", "nobody@example.org"), ("code", "wrong")],
        "/lockdown/unlock/{token}" => &[("password", "")],
        "/lockdown/steps/{step}" => &[("state", "done")],
        "/lockdown/access" => &[("record", ""), ("kind", ""), ("who", ""), ("what", "")],
        "/records" => &[("name", ""), ("born_on", ""), ("unit", "mg/dL"), ("zone", "UTC")],
        "/settings" => &[("name", ""), ("country", "SE"), ("unit", "mg/dL"), ("zone", "UTC"), ("language", "en")],
        "/settings/notices" => &[("downloads", "")],
        "/records/{record}/settings" => &[("name", ""), ("born_on", ""), ("unit", "mg/dL"), ("zone", "UTC")],
        "/records/{record}/tokens" => &[("name", "")],
        "/clinics/{clinic}/patients" => &[("search", "Nobody")],
        "/clinics/{clinic}/patients/new" | "/clinics/{clinic}/patients/{record}/details" => &[("name", "")],
        "/records/{record}/sources/new/{service}" => &[("address", "")],
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
    cast::every_state(&app).await;
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
    all.sort_by_key(|(_, (route, _))| (locks(route), route.path.starts_with("/sign-"), stops(route)));
    all
}

/// Whoever follows, or works at the clinic, does so no longer after it.
fn stops(route: &Route) -> bool {
    let leaving = ["/following/{record}/removal", "/clinics/{clinic}/departure"];
    route.method == "POST" && leaving.contains(&route.path)
}

/// The button; nobody is in after it.
fn locks(route: &Route) -> bool {
    (route.method, route.path) == ("POST", "/lockdown")
}

/// What a linked record shows to its own person, to every role of the clinic that it is linked to, and to another clinic; and
/// what the clinic's own record of that person shows.
#[tokio::test]
async fn every_look_at_a_linked_record_by_every_role() {
    const PEOPLE: [(&str, &str); 8] = [
        ("owner", people::EVE),
        ("other", people::ANNA),
        ("admin", people::NORTHSIDE_ADMIN),
        ("clinician", people::NORTHSIDE_CLINICIAN),
        ("frontdesk", people::NORTHSIDE_FRONT_DESK),
        ("no 2step", people::NOA),
        ("foreign", people::SOUTHSIDE_CLINICIAN),
        ("for.admin", people::SOUTHSIDE_ADMIN),
    ];
    let app = App::start().await;
    let mut table = PEOPLE.iter().fold(format!("{:<62}", ""), |all, (name, _)| all + &format!("{name:>10}"));
    let looks = || ROUTES.iter().filter(|route| route.method == "GET" && route.path.contains("{record}"));
    let personal = looks().filter(|route| !route.path.contains("{clinic}")).map(|route| (route, "linked"));
    let of_clinic = looks().map(|route| (route, "clinic's"));
    for (route, which) in personal.chain(of_clinic) {
        let record = if which == "linked" { app.family.eve_record } else { app.family.eve_profile };
        let path = filled(&route.path.replace("{record}", &record.to_string()), &app, false);
        write!(table, "\n{:<62}", route.path.replace("{record}", &format!("{{{which}}}"))).unwrap();
        for (_, email) in PEOPLE {
            let answer = app.signed_in(email).await.get(&path).await;
            write!(table, "{:>10}", answer.status.as_u16()).unwrap();
        }
    }
    insta::assert_snapshot!(table);
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

/// The longest list in an answer of JSON.
fn longest(json: &serde_json::Value) -> usize {
    use serde_json::Value;
    match json {
        Value::Array(all) => all.iter().map(longest).max().unwrap_or(0).max(all.len()),
        Value::Object(all) => all.values().map(longest).max().unwrap_or(0),
        _ => 0,
    }
}

/// Of one's own account, and about nobody else.
const OWN_FILES: [&str; 3] = ["/export.zip", "/security/review.ics", "/manifest.webmanifest"];

/// A day of readings, one each five minutes and at both ends.
const A_DAY: usize = 24 * 12 + 1;

#[tokio::test]
async fn no_route_gives_a_file_to_view_only() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let (mut files, mut pages) = (Vec::new(), 0);
    for accept in ["*/*", "application/json", "text/csv", "application/pdf", "application/zip, text/calendar"] {
        let mut ben = app.signed_in(people::BEN).await;
        ben.extra.push((header::ACCEPT.as_str(), accept.to_owned()));
        for (_, (route, of_clinic)) in in_order() {
            if of_clinic || stops(route) || locks(route) || route.path.starts_with("/sign-out") {
                continue;
            }
            for rest in ["", "?days=14&paper=a4&format=csv&download=true&print=true"] {
                let path = format!("{}{rest}", address(route, &app, false));
                let answer = match route.method {
                    "GET" => ben.get(&path).await,
                    _ => ben.post(&path, fields(route.path)).await,
                };
                let is_of_record = route.path.contains("{record}") && answer.status.is_success();
                pages += usize::from(is_of_record);
                if let Some(why) = taken_away(&answer) {
                    files.push(format!("{} {}: {why}", route.method, route.path));
                }
            }
        }
    }
    files.retain(|file| !OWN_FILES.iter().any(|own| file.starts_with(&format!("GET {own}:"))));
    assert_eq!(files, Vec::<String>::new());
    assert!(pages >= 30, "Ben did see Anna's pages: {pages}");
}

/// Why an answer is more than a look.
fn taken_away(answer: &Answer) -> Option<String> {
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
    let disposition = answer.header("content-disposition");
    if disposition.contains("attachment") || disposition.contains("filename") {
        return Some(disposition.to_owned());
    }
    match kind.as_str() {
        "" | "text/html" | "text/plain" | "text/css" | "text/javascript" | "image/svg+xml" => None,
        "application/json" => {
            let json = serde_json::from_slice(&answer.body).expect("JSON is JSON");
            (longest(&json) > A_DAY).then(|| format!("a list of {}", longest(&json)))
        }
        // An open stream tells of now, and its data come by the other routes.
        "text/event-stream" => None,
        other => Some(other.to_owned()),
    }
}

#[tokio::test]
async fn only_view_only_is_kept_from_paper() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let record = format!("/records/{}", app.family.anna_record);
    for (email, is_shut) in [(people::ANNA, false), (people::BEN, true), (people::CLARA, false)] {
        let mut browser = app.signed_in(email).await;
        for rest in ["", "/reports/agp", "/reports/daily"] {
            let page = browser.get(&format!("{record}{rest}")).await.text();
            assert_eq!(page.contains("class=\"on-screen-only\""), is_shut, "{email} {rest}");
            assert_eq!(page.contains("seen on screen and not printed"), is_shut, "{email} {rest}");
        }
    }
    let style = app.browser().get(&style_of(&app).await).await.text();
    assert!(style.contains("body.on-screen-only"), "the sheet for print says so");
}

async fn style_of(app: &App) -> String {
    let page = app.browser().get("/sign-in").await.text();
    page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}
