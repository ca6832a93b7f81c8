//! Sessions on pages: they end unused, a page that only asks by itself keeps none open, and every one can be ended.

use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{self, PASSWORD};

/// One number of `GET /session`.
fn number(text: &str, name: &str) -> i64 {
    let rest = text.split(&format!("\"{name}\":")).nth(1).unwrap();
    rest.split([',', '}']).next().unwrap().parse().unwrap()
}

fn tag(text: &str) -> String {
    text.split("\"tag\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn asked(browser: &mut Browser) -> String {
    let answer = browser.get("/session").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    answer.text()
}

/// Where a form of this page leads, by what stands before and after its address.
fn address<'a>(page: &'a str, before: &str, part: &str) -> &'a str {
    let rest = page.split(before).nth(1).expect("the page has it");
    let action = rest.split("action=\"").find(|action| action.starts_with(part)).expect("there is such a form");
    action.split('"').next().unwrap()
}

#[tokio::test]
async fn a_page_that_only_asks_by_itself_ends() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let home = format!("/records/{}", app.family.anna_record);
    let mut page = anna.clone();
    page.extra = vec![("kinsight-quiet", "1".to_owned())];
    for minute in 0..15 {
        assert_eq!(page.get(&home).await.status, 200, "minute {minute}");
        assert_eq!(number(&asked(&mut anna).await, "idle_s"), 60 * (15 - minute));
        app.clock.advance(SignedDuration::from_mins(1));
    }
    assert_eq!(page.get(&home).await.status, 401);
    assert!(asked(&mut anna).await.contains("\"signed_in\":false"));
}

#[tokio::test]
async fn staying_moves_the_idle_end_and_never_the_last_one() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let first = asked(&mut anna).await;
    assert_eq!(number(&first, "warn_s"), 120);
    assert_eq!((number(&first, "idle_s"), number(&first, "whole_s")), (900, 12 * 3600));
    let mut hours = 0;
    while number(&asked(&mut anna).await, "whole_s") > 840 {
        app.clock.advance(SignedDuration::from_mins(14));
        hours += 1;
        let said = anna.send(Method::POST, "/session", &[], Body::empty()).await.text();
        assert_eq!(number(&said, "idle_s"), number(&said, "whole_s").min(900), "{said}");
        assert_eq!(tag(&said), tag(&first));
    }
    assert!(hours > 45);
    app.clock.advance(SignedDuration::from_mins(14));
    let over = anna.send(Method::POST, "/session", &[], Body::empty()).await;
    assert!(over.text().contains("\"signed_in\":false"), "twelve hours are the end, however much it was used");
    assert_eq!(anna.get("/records").await.status, 401);
}

#[tokio::test]
async fn a_page_knows_its_own_person_again_and_nobody_else() {
    let app = App::start().await;
    let (mut anna, mut again) = (app.signed_in(people::ANNA).await, app.signed_in(people::ANNA).await);
    let mut ben = app.signed_in(people::BEN).await;
    let mine = tag(&asked(&mut anna).await);
    assert_eq!(mine, tag(&asked(&mut again).await));
    assert_ne!(mine, tag(&asked(&mut ben).await));
    let page = anna.get("/records").await.text();
    assert!(page.contains(&format!("data-session=\"{mine}\"")) && page.contains("js/session.js"));
    assert!(
        !app.browser().get("/sign-in").await.text().contains("data-session"),
        "nobody's page has no session to end"
    );
    anna.set_cookie("kinsight", &mine);
    assert_eq!(anna.get("/records").await.status, 401, "the tag opens nothing");
}

#[tokio::test]
async fn one_session_is_ended_from_the_list_and_the_others_stay() {
    let app = App::start().await;
    let (mut home, mut phone) = (app.signed_in(people::ANNA).await, app.signed_in(people::ANNA).await);
    phone.extra = vec![("user-agent", "Mozilla/5.0 (iPhone) Version/19 Safari/604".to_owned())];
    let entered =
        phone.post("/sign-in", &[("email", people::ANNA), ("password", PASSWORD), ("own_device", "yes")]).await;
    assert_eq!(entered.status, 303);
    let page = home.get("/security/devices").await.text();
    assert_eq!(page.matches("class=\"person device\"").count(), 3 + 2, "three sessions, two devices: {page}");
    assert_eq!(page.matches("this one").count(), 2);
    assert!(page.contains("Safari on an iPhone") && page.contains("own device") && page.contains("href=\"/lockdown\""));
    let end = address(&page, "Safari on an iPhone", "/security/sessions/").to_owned();
    let mut eve = app.signed_in(people::EVE).await;
    assert_eq!(eve.post(&end, &[]).await.status, 404, "nobody ends anybody else's");
    assert_eq!(home.post(&end, &[]).await.place(), "/security/devices");
    assert_eq!(phone.get("/records").await.status, 401);
    assert_eq!(home.get("/records").await.status, 200);
    assert_eq!(home.post(&end, &[]).await.status, 404);
    let mut third = app.signed_in(people::ANNA).await;
    assert_eq!(home.post("/security/sessions/removal", &[]).await.place(), "/security/devices");
    assert_eq!((third.get("/records").await.status.as_u16(), home.get("/records").await.status.as_u16()), (401, 200));
}

#[tokio::test]
async fn forgetting_this_device_logs_out_here_too() {
    let app = App::start().await;
    let (mut home, mut phone) = (app.signed_in(people::ANNA).await, app.signed_in(people::ANNA).await);
    app.mails().await;
    let page = home.get("/security/devices").await.text();
    let (_, known) = page.split_once("Known devices").unwrap();
    let mut rows = known.split("<li").skip(1).map(str::to_owned);
    let this = rows.find(|row| row.contains("this one")).unwrap();
    let answer = home.post(address(&this, "about", "/security/devices/"), &[]).await;
    assert_eq!((answer.place(), answer.header("clear-site-data")), ("/sign-in", "\"cache\", \"storage\""));
    assert_eq!((home.get("/records").await.status.as_u16(), phone.get("/records").await.status.as_u16()), (401, 200));
    home.post("/sign-in", &[("email", people::ANNA), ("password", PASSWORD)]).await;
    assert_eq!(app.mails().await[0].subject, "A new device signed in", "it is new again");
    assert_eq!(phone.post("/security/devices/removal", &[]).await.place(), "/security/devices");
    assert!(phone.get("/security/devices").await.text().contains("None."));
    assert_eq!(home.get("/records").await.status, 401);
}

#[tokio::test]
async fn logging_out_ends_it_at_the_server_and_in_the_browser() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let mut thief = anna.clone();
    let answer = anna.post("/sign-out", &[]).await;
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(answer.header("set-cookie").starts_with("kinsight=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
    assert_eq!(thief.get("/records").await.status, 401, "the old cookie is worth nothing");
    assert!(anna.cookie("kinsight-device").is_some(), "the next sign-in is not a stranger's");
    let page = app.signed_in(people::ANNA).await.get("/records").await.text();
    assert!(page.contains(">Log out</button>") && page.contains(">Log out everywhere</button>"));
}

#[tokio::test]
async fn every_cookie_of_a_sign_in_is_tied_to_this_host_and_hidden_from_scripts() {
    for (base, host) in
        [("https://glucose.example.org", "glucose.example.org"), ("http://localhost:8080", "localhost:8080")]
    {
        let app = App::start_at(base).await;
        let mut browser = app.browser();
        browser.extra = vec![("host", host.to_owned())];
        let entered = browser.post("/sign-in", &[("email", people::ANNA), ("password", PASSWORD)]).await;
        let cookies: Vec<_> = entered.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
        let names: Vec<_> = cookies.iter().map(|line| line.split('=').next().unwrap()).collect();
        let https = base.starts_with("https");
        let prefix = if https { "__Host-" } else { "" };
        assert_eq!(names, ["kinsight", "kinsight-half", "kinsight-device"].map(|name| format!("{prefix}{name}")));
        for line in cookies {
            let attributes: Vec<_> = line.split("; ").skip(1).collect();
            assert!(attributes.contains(&"Path=/") && attributes.contains(&"HttpOnly"), "{line}");
            assert!(attributes.contains(&"SameSite=Lax") && !line.contains("Domain"), "{line}");
            assert_eq!(attributes.contains(&"Secure"), https, "{line}");
        }
    }
}
