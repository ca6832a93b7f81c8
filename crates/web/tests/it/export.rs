//! Everything taken along: what is in it, that it reads back the same, and that nothing in it does harm.

use axum::http::{Method, Request, header};
use futures_util::StreamExt as _;
use glucose::{EventKind, Glucose, Limit, NewEvent, NewReading, Reading, Trend, Unit};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use life::Personality;
use sharing::{Purpose, RecordId};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use store::{Access, Actor, NewDevice, NewUpload, SourceKind, Upload, View};
use testkit::app::App;
use testkit::browser::{Browser, HOST};
use testkit::people;
use tower::ServiceExt as _;

/// The files of a ZIP by name.
fn unzipped(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a whole ZIP");
    let count = archive.len();
    let read = |at: usize| {
        let mut file = archive.by_index(at).expect("an entry");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("an entry that unpacks to what its checksum says");
        (file.name().expect("a name in UTF-8").into_owned(), String::from_utf8(bytes).expect("text"))
    };
    (0..count).map(read).collect()
}

async fn export(browser: &mut Browser) -> BTreeMap<String, String> {
    let answer = browser.get("/export.zip").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"kinsight-export-2026-03-18.zip\"");
    assert_eq!((answer.header("cache-control"), answer.header("content-encoding")), ("no-store", ""));
    unzipped(&answer.body)
}

fn upload(name: &str, readings: Vec<NewReading>, events: Vec<NewEvent>) -> NewUpload {
    NewUpload {
        source: SourceKind::LibreView,
        file_name: name.to_owned(),
        sha256: [9; 32],
        bytes: 12,
        format: "LibreView CSV".to_owned(),
        devices: vec![NewDevice { name: "=Libre".to_owned(), serial: None, kind: store::DeviceKind::Sensor }],
        readings,
        events,
        problems: 0,
        original: Some(format!("original {name}").into_bytes()),
    }
}

async fn bring(app: &App, who: &Actor, record: RecordId, new: NewUpload) {
    let keep = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new).map(drop);
    app.store.with_patient(who, record, Purpose::Import, keep).await.expect("it is kept");
}

async fn readings(app: &App, email: &str, record: RecordId) -> Vec<Reading> {
    let look = |patient: &mut Access<'_, View>| patient.readings_within(Timestamp::MIN, Timestamp::MAX);
    app.store.with_patient(&app.actor(email).await, record, Purpose::Home, look).await.expect("the owner looks")
}

/// Both units, ends of scale, arrows, a meter; and words that look like formulas.
async fn with_data(app: &App) {
    let record = app.family.anna_record;
    let device = app.family.seeded.devices[&record].clone();
    app.live(record, 3, Personality::Steady).await;
    let at = |minutes: i64| app.clock.now() - SignedDuration::from_mins(60 * 24 * 9 + minutes);
    let mmol = |thousandths| Glucose::of_thousandths(thousandths, Unit::MmolL);
    let odd = vec![
        NewReading { trend: Some(Trend::FortyFiveUp), device: Some(0), ..NewReading::cgm(at(3), 60, mmol(9400)) },
        NewReading { limit: Some(Limit::Above), ..NewReading::cgm(at(8), 0, mmol(27_800)) },
        NewReading::meter(at(13), -210, mmol(5_551)),
        NewReading { limit: Some(Limit::Below), ..NewReading::cgm(at(18), 60, Glucose::mg_dl(40)) },
    ];
    let note = |text: &str| NewEvent::new(at(1), 60, EventKind::Note { text: text.to_owned() });
    bring(app, &device, record, upload("../../=evil.csv", odd, vec![note("=HYPERLINK(\"x\")"), note("fine, thanks")]))
        .await;
}

#[tokio::test]
async fn an_export_holds_what_its_page_says() {
    let app = App::start().await;
    with_data(&app).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get("/export").await.text();
    assert!(page.contains("<h1>Export everything</h1>") && page.contains("Mia Berg"), "{page}");
    let files = export(&mut anna).await;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    insta::assert_snapshot!(names.join("\n"));
    insta::assert_snapshot!(
        files["records/1-Anna-Berg/events.csv"].lines().filter(|l| l.contains("note")).collect::<Vec<_>>().join("\n")
    );
    assert_eq!(
        files["records/1-Anna-Berg/uploads/002-=evil.csv".replace('=', "_").as_str()],
        "original ../../=evil.csv"
    );
    for (name, content) in &files {
        assert!(!name.contains("..") && !name.starts_with('/'), "{name}");
        for secret in ["$argon2", "kst_", "password_hash"] {
            assert!(!content.contains(secret), "{secret} in {name}");
        }
        if name.ends_with(".csv") && !name.contains("/uploads/") {
            let formula = content.split(['\n', ',']).any(|cell| cell.trim_matches('"').starts_with(['=', '@', '\t']));
            assert!(!formula, "a formula in {name}");
        }
        for line in content.lines().filter(|_| name.ends_with(".ndjson")) {
            serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON");
        }
    }
    let history = &files["records/1-Anna-Berg/view-history.csv"];
    assert_eq!(history.matches(",downloaded,export of everything,").count(), 1, "one line for all pieces: {history}");
    assert!(files["records/1-Anna-Berg/receipts.csv"].contains("Anna Berg,Export of everything"));
    assert!(files["activity.csv"].contains("exported everything"));
}

#[tokio::test]
async fn an_export_read_again_gives_the_same_readings() {
    let app = App::start().await;
    with_data(&app).await;
    let mut anna = app.signed_in(people::ANNA).await;
    let files = export(&mut anna).await;
    let table = &files["records/1-Anna-Berg/readings.csv"];
    let zone = TimeZone::get("America/New_York").expect("a zone of the list");
    let import = imports::read("readings.csv", table.as_bytes(), &zone, &mut |_| true).expect("a file of ours");
    assert_eq!((import.problem_count, import.events.len()), (0, 0));
    let again = NewUpload { readings: import.readings, ..upload("readings.csv", vec![], vec![]) };
    bring(&app, &app.family.seeded.devices[&app.family.eve_record], app.family.eve_record, again).await;

    let here = readings(&app, people::ANNA, app.family.anna_record).await;
    let there = readings(&app, people::EVE, app.family.eve_record).await;
    assert!(here.len() > 800, "{}", here.len());
    let bare = |reading: &Reading| Reading { from: glucose::reading::Provenance::default(), ..*reading };
    assert_eq!(here.iter().map(bare).collect::<Vec<_>>(), there.iter().map(bare).collect::<Vec<_>>());
    assert_eq!(files["records/1-Anna-Berg/readings.ndjson"].lines().count(), here.len());
}

#[tokio::test]
async fn whoever_only_follows_exports_only_their_own_account() {
    let app = App::start().await;
    with_data(&app).await;
    let mut clara = app.signed_in(people::CLARA).await;
    let files = export(&mut clara).await;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["README.txt", "account.json", "activity.csv", "messages.csv"]);
    assert!(files["account.json"].contains("Anna Berg"), "that she follows Anna is hers to know");
}

#[tokio::test]
async fn a_browser_that_goes_away_ends_the_work_and_gives_its_place_back() {
    let app = App::start().await;
    // More than the blocks that may wait hold, and nothing that could be packed.
    let noise = (0..4_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761).rotate_left(n % 31) >> 11) as u8).collect();
    let large = NewUpload { original: Some(noise), ..upload("large.zip", vec![], vec![]) };
    bring(&app, &app.family.seeded.devices[&app.family.anna_record], app.family.anna_record, large).await;
    let anna = app.signed_in(people::ANNA).await;
    let cookie = format!("kinsight={}", anna.cookie("kinsight").expect("she is signed in"));
    let ask = || {
        let request = Request::builder().method(Method::GET).uri("/export.zip").header(header::HOST, HOST);
        request.header(header::COOKIE, &cookie).body(axum::body::Body::empty()).expect("a request")
    };
    let mut open = Vec::new();
    loop {
        let response = app.router.clone().oneshot(ask()).await.expect("the router never fails");
        if response.status() == 503 {
            break;
        }
        let mut body = response.into_body().into_data_stream();
        body.next().await.expect("a first block").expect("and a whole one");
        open.push(body);
        assert!(open.len() <= 10, "there are places for a few, not for everybody");
    }
    drop(open);
    // The threads notice when they hand over their next block.
    for _ in 0..1_000_000 {
        let response = app.router.clone().oneshot(ask()).await.expect("the router never fails");
        if response.status() == 200 {
            return;
        }
    }
    panic!("the places did not come back");
}
