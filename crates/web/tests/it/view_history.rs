//! The view history through the front door: who looked from where at what, what was taken away, who was refused.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header;
use jiff::SignedDuration;
use serde_json::Value;
use testkit::app::App;
use testkit::browser::Browser;
use testkit::people::{self, PASSWORD};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1";

async fn with(app: &App, email: &str, browser: &str) -> Browser {
    let mut visitor = app.browser();
    visitor.extra.push((header::USER_AGENT.as_str(), browser.to_owned()));
    visitor.set_cookie("kinsight-device", &people::device_of(email));
    let answer = visitor.post("/sign-in", &[("email", email), ("password", PASSWORD), ("next", "/")]).await;
    assert_eq!(answer.status, 303);
    visitor
}

/// The entries of a page, each as plain text.
fn entries(page: &str) -> Vec<String> {
    let list = page.split("<ol class=\"history\">").nth(1).and_then(|rest| rest.split("</ol>").next()).unwrap_or("");
    list.split("<li class=\"card").skip(1).map(plain).collect()
}

fn plain(html: &str) -> String {
    let (mut text, mut within) = (String::new(), true);
    for letter in html.chars() {
        match letter {
            '<' => within = true,
            '>' => {
                within = false;
                text.push(' ');
            }
            letter if !within => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn shown(browser: &mut Browser, app: &App, query: &str) -> Vec<String> {
    let page = browser.get(&format!("/records/{}/view-history{query}", app.family.anna_record)).await;
    assert_eq!(page.status, 200);
    entries(&page.text())
}

#[tokio::test]
async fn a_look_stands_with_person_device_pages_and_days() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let record = format!("/records/{}", app.family.anna_record);
    let (mut ben, mut phone) = (with(&app, people::BEN, FIREFOX).await, with(&app, people::BEN, SAFARI).await);
    ben.get(&record).await;
    app.clock.advance(SignedDuration::from_mins(3));
    ben.get(&format!("{record}/reports/agp?from=2026-03-05&to=2026-03-18")).await;
    ben.get(&format!("{record}/reports/daily?days=7")).await;
    app.clock.advance(SignedDuration::from_mins(4));
    ben.get(&format!("{record}/reports/daily?days=7")).await;
    phone.get(&record).await;

    let mut anna = app.signed_in(people::ANNA).await;
    anna.get(&record).await;
    let during = shown(&mut anna, &app, "").await;
    assert_eq!(during.len(), 2, "one for each browser, none of her own: {during:?}");
    assert!(during[1].contains("Home") && during[1].contains("Firefox on Linux"), "at once: {during:?}");

    app.clock.advance(SignedDuration::from_mins(16));
    app.flush_visits().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let after = shown(&mut anna, &app, "").await;
    let [long, short] = after.as_slice() else { panic!("two visits: {after:?}") };
    assert!(long.starts_with("Ben Berg Look Care partner When 18 Mar 2026, 20:00–20:07, 4 times"), "{long}");
    assert!(long.contains("Glucose profile (AGP): 5–18 Mar 2026"), "{long}");
    assert!(long.contains("Daily review, 2 times: 12–18 Mar 2026"), "{long}");
    assert!(short.contains("Safari on an iPhone") && short.contains("18 Mar 2026, 20:07 What"), "{short}");
    assert_eq!(app.store.verify_audit().await.unwrap().broken, []);
}

#[tokio::test]
async fn a_download_leads_from_its_number_to_its_line_and_its_hash_is_the_files() {
    let app = App::start().await;
    app.live(app.family.anna_record, 3, life::Personality::Steady).await;
    let record = format!("/records/{}", app.family.anna_record);
    let mut clara = with(&app, people::CLARA, FIREFOX).await;
    let file = clara.get(&format!("{record}/reports/agp.pdf?from=2026-03-05&to=2026-03-18")).await;
    assert_eq!(file.status, 200);
    let hash: String = digest(&SHA256, &file.body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();

    let mut anna = app.signed_in(people::ANNA).await;
    let downloads = shown(&mut anna, &app, "?kind=downloads").await;
    let [entry] = downloads.as_slice() else { panic!("one download: {downloads:?}") };
    assert!(entry.starts_with("Clara Holm Download Care partner"), "{entry}");
    assert!(
        entry.contains("Glucose profile (AGP), 5–18 Mar 2026, PDF") && entry.contains("Firefox on Linux"),
        "{entry}"
    );
    assert!(entry.contains(&hash), "{entry}");
    assert!(entry.contains("Anna-Berg_agp_2026-03-05_2026-03-18.pdf"), "{entry}");

    let number = entry.split("Receipt ").nth(1).unwrap().split(' ').next().unwrap();
    let typed = number.to_lowercase().replace('-', "");
    let found = anna.get(&format!("{record}/receipts?number={typed}")).await;
    assert_eq!((found.status.as_u16(), found.header("location")), (303, format!("{record}/receipts/{typed}").as_str()));
    let page = anna.get(&format!("{record}/receipts/{typed}")).await;
    assert!(page.status == 200 && page.text().contains(&hash) && page.text().contains("Clara Holm"));
    let unknown = anna.get(&format!("{record}/receipts/AAAA-BBBB-CCCC")).await;
    assert!(unknown.status == 404 && unknown.text().contains("Look at it again"));
    for (email, status) in [(people::CLARA, 403), (people::EVE, 404)] {
        assert_eq!(app.signed_in(email).await.get(&format!("{record}/receipts/{number}")).await.status, status);
    }
}

#[tokio::test]
async fn a_clinic_stands_by_name_and_role_and_who_is_refused_is_marked() {
    let app = App::start().await;
    let mia = format!("/records/{}", app.family.mia_record);
    let mut roe = with(&app, people::SOUTHSIDE_CLINICIAN, FIREFOX).await;
    assert_eq!(roe.get(&format!("{mia}/reports/daily")).await.status, 200);
    let mut eve = with(&app, people::EVE, SAFARI).await;
    for _ in 0..3 {
        assert_eq!(eve.get(&mia).await.status, 404);
    }
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("{mia}/view-history")).await.text();
    let all = entries(&page);
    let [refused, look] = all.as_slice() else { panic!("two: {all:?}") };
    assert!(look.starts_with("Dr Roe Look Member of linked clinic Southside (clinician)"), "{look}");
    assert!(refused.starts_with("Eve Stone Refused Nobody who was let in"), "{refused}");
    assert!(refused.contains("3 times What Tried to look at: Home From Safari on an iPhone"), "{refused}");
    assert!(page.contains("class=\"card refused\""), "not by its words alone");
    let only = anna.get(&format!("{mia}/view-history?kind=refused")).await.text();
    assert_eq!(entries(&only).len(), 1);
}

#[tokio::test]
async fn it_is_filtered_by_person_kind_and_days_and_shown_in_parts() {
    let app = App::start().await;
    let record = format!("/records/{}", app.family.anna_record);
    let mut ben = with(&app, people::BEN, FIREFOX).await;
    for _ in 0..60 {
        ben.get(&record).await;
        ben.get(&format!("{record}/reports/agp")).await;
        app.clock.advance(SignedDuration::from_hours(2));
        app.flush_visits().await;
        ben = with(&app, people::BEN, FIREFOX).await;
    }
    let mut clara = with(&app, people::CLARA, FIREFOX).await;
    clara.get(&record).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let first = anna.get(&format!("{record}/view-history")).await.text();
    assert_eq!(entries(&first).len(), 50);
    let earlier = first.split("view-history?before=").nth(1).unwrap().split('"').next().unwrap();
    let rest = shown(&mut anna, &app, &format!("?before={earlier}")).await;
    assert_eq!(rest.len(), 11, "each visit stands once");
    assert!(rest.iter().all(|entry| entry.contains("2 times")), "{rest:?}");

    let key = |name: &str| {
        let option = first.split("<option value=\"").find(|rest| rest.contains(&format!(">{name}<"))).unwrap();
        option.split('"').next().unwrap().replace(' ', "%20")
    };
    let of_clara = shown(&mut anna, &app, &format!("?who={}", key("Clara Holm"))).await;
    assert_eq!(of_clara.len(), 1);
    let own = shown(&mut anna, &app, &format!("?who={}", key("Your account"))).await;
    assert!(own.is_empty(), "she has not looked yet: {own:?}");
    anna.get(&record).await;
    assert_eq!(shown(&mut anna, &app, &format!("?who={}", key("Your account"))).await.len(), 1);
    let day = shown(&mut anna, &app, "?from=2026-03-19&to=2026-03-19").await;
    assert_eq!(day.len(), 12, "every two hours of one day: {day:?}");
    let wrong = anna.get(&format!("{record}/view-history?from=yesterday")).await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test]
async fn changes_stand_under_their_own_filter() {
    let app = App::start().await;
    let record = format!("/records/{}", app.family.anna_record);
    let mut anna = app.signed_in(people::ANNA).await;
    anna.post(&format!("{record}/tokens"), &[("name", "Night phone")]).await;
    assert!(shown(&mut anna, &app, "").await.is_empty(), "not among the looks");
    let changes = shown(&mut anna, &app, "?kind=changes").await;
    assert!(
        changes[0].contains("Your account Change") && changes[0].contains("Made an app token: Night phone"),
        "{changes:?}"
    );
}

#[tokio::test]
async fn it_is_exported_with_a_fresh_proof_and_the_export_is_a_line_too() {
    let app = App::start().await;
    let record = format!("/records/{}", app.family.anna_record);
    let mut ben = with(&app, people::BEN, "=cmd|calc").await;
    ben.get(&record).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let table = anna.get(&format!("{record}/view-history.csv")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let text = table.text();
    let rows: Vec<&str> = text.split("\r\n").collect();
    assert!(rows[1].contains(",look,Ben Berg,Care partner,Looked,1,"), "{rows:?}");
    assert!(rows[1].contains("\"'=cmd|calc\"") || rows[1].contains(" =cmd|calc"), "no cell is a formula: {rows:?}");

    let document: Value = serde_json::from_str(&anna.get(&format!("{record}/view-history.json")).await.text()).unwrap();
    assert_eq!(document["complete"], true);
    let newest = &document["entries"][0];
    assert_eq!((newest["kind"].as_str(), newest["what"].as_str()), (Some("download"), Some("View history as a file")));
    let hash: String = digest(&SHA256, &table.body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(newest["sha256"], hash.as_str(), "of the table that was taken before");
    assert!(document["entries"][1]["pages"][0]["page"] == "home");

    app.clock.advance(SignedDuration::from_mins(11));
    let asked = anna.get(&format!("{record}/view-history.csv")).await;
    assert_eq!(
        (asked.status.as_u16(), asked.header("location")),
        (303, format!("/proof?next={record}/view-history").as_str())
    );
    for (email, status) in [(people::BEN, 403), (people::EVE, 404)] {
        assert_eq!(app.signed_in(email).await.get(&format!("{record}/view-history.csv")).await.status, status);
    }
    assert_eq!(app.store.verify_audit().await.unwrap().broken, []);
}

#[tokio::test]
async fn whatever_a_browser_calls_itself_is_text() {
    let app = App::start().await;
    let mut ben = with(&app, people::BEN, "<script>alert(1)</script>").await;
    ben.get(&format!("/records/{}", app.family.anna_record)).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("/records/{}/view-history", app.family.anna_record)).await.text();
    assert!(page.contains("&#60;script&#62;alert(1)") && !page.contains("<script>alert"), "{page}");
}
