//! Open pages: what a stream tells, and that it ends when looking is over.

use glucose::{Glucose, NewReading, Unit};
use jiff::SignedDuration;
use life::Personality;
use sharing::{AccountId, Purpose, Terms};
use store::{Access, Manage, Upload};
use testkit::app::App;
use testkit::browser::Browser;
use testkit::events::OpenStream;
use testkit::people::{self, Family, PASSWORD};

/// Anna's record.
fn stream_of(app: &App) -> String {
    format!("/records/{}/stream", app.family.anna_record)
}

/// A browser in which somebody has signed in, and the stream of Anna's record in it.
async fn watching(app: &App, email: &str) -> (Browser, OpenStream) {
    let mut browser = app.signed_in(email).await;
    browser.extra.push(("accept-encoding", "gzip, br".to_owned()));
    let mut stream = browser.open(&stream_of(app)).await;
    assert_eq!((stream.status.as_u16(), stream.word().await.as_str()), (200, "ready"), "{email}");
    let head = ["content-encoding", "cache-control"].map(|name| stream.headers.get(name).map(|value| value.as_bytes()));
    assert_eq!(head, [None, Some(b"no-store".as_slice())], "packed it would wait, kept it would be read by another");
    browser.extra.clear();
    (browser, stream)
}

/// Anna's sensor sends a value.
async fn a_reading_comes(app: &App, mg_dl: f64) {
    let new = NewReading::cgm(app.clock.now(), 60, Glucose::new(mg_dl, Unit::MgDl).unwrap());
    let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&new));
    let (record, device) = (app.family.anna_record, &app.family.seeded.devices[&app.family.anna_record]);
    app.store.with_patient(device, record, Purpose::DeviceUpload, add).await.unwrap();
}

async fn anna_removes(app: &App, anna: &mut Browser, partner: &str) {
    let partner = app.actor(partner).await.account().unwrap();
    let path = format!("/records/{}/care-partners/{partner}/removal", app.family.anna_record);
    assert_eq!(anna.post(&path, &[]).await.status, 303);
}

#[tokio::test]
async fn a_new_value_is_told_of_and_never_told() {
    let app = App::start().await;
    let (_, mut anna) = watching(&app, people::ANNA).await;
    let (_, mut ben) = watching(&app, people::BEN).await;
    let record = app.family.anna_record.to_string();
    for mg_dl in [111.0, 222.0] {
        a_reading_comes(&app, mg_dl).await;
        for stream in [&mut anna, &mut ben] {
            let told = stream.next().await.unwrap();
            assert_eq!(told, ("readings".to_owned(), format!("{{\"record\":\"{record}\"}}")));
        }
        app.clock.advance(SignedDuration::from_mins(5));
    }
}

#[tokio::test]
async fn a_removed_care_partners_open_page_ends_and_the_others_stay() {
    let app = App::start().await;
    let mut anna = app.signed_in(people::ANNA).await;
    let (mut ben, mut of_ben) = watching(&app, people::BEN).await;
    let (_, mut of_clara) = watching(&app, people::CLARA).await;
    let mut list = ben.open("/following/stream").await;
    assert_eq!(list.word().await, "ready");

    anna_removes(&app, &mut anna, people::BEN).await;
    assert_eq!(of_ben.reason().await, "removed");
    assert_eq!(of_ben.next().await, None);
    assert_eq!(list.reason().await, "removed");
    assert_eq!(ben.get(&stream_of(&app)).await.status, 404, "and it cannot be opened again");
    a_reading_comes(&app, 100.0).await;
    assert_eq!(of_clara.word().await, "readings");
}

#[tokio::test]
async fn a_stream_ends_when_its_time_is_over_to_the_second() {
    let app = App::start().await;
    let before = SignedDuration::from_mins(5);
    app.clock.advance(Family::EXPIRY - before);
    let (_, mut dora) = watching(&app, people::DORA).await;
    app.clock.advance(before - SignedDuration::from_secs(1));
    // She is asked about and may still look, or this would be the end.
    a_reading_comes(&app, 100.0).await;
    assert_eq!(dora.word().await, "readings");
    app.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(dora.reason().await, "expired", "nobody did anything but wait");
}

/// Anna changes what a care partner may see, on a page of her own.
async fn anna_manages(
    app: &App,
    partner: &str,
    act: impl Fn(&mut Access<'_, Manage>, AccountId) -> Result<(), store::Error> + Send + 'static,
) {
    let (anna, partner) = (app.actor(people::ANNA).await, app.actor(partner).await.account().unwrap());
    let act = move |patient: &mut Access<'_, Manage>| act(patient, partner);
    app.store.with_patient(&anna, app.family.anna_record, Purpose::Settings, act).await.unwrap();
}

#[tokio::test]
async fn a_pause_ends_the_stream_and_it_opens_again_afterwards() {
    let app = App::start().await;
    let (ben, mut stream) = watching(&app, people::BEN).await;
    let until = app.clock.now() + SignedDuration::from_mins(10);
    anna_manages(&app, people::BEN, move |patient, ben| patient.pause_care_partner(ben, until)).await;
    assert_eq!(stream.reason().await, "paused");
    assert_eq!(ben.open(&stream_of(&app)).await.status, 403);
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(ben.open(&stream_of(&app)).await.status, 200);
}

#[tokio::test]
async fn whoever_may_see_less_stays_is_told_and_sees_less() {
    let app = App::start().await;
    app.live(app.family.anna_record, 1, Personality::Looper).await;
    let (mut clara, mut stream) = watching(&app, people::CLARA).await;
    let dashboard = format!("/records/{}/dashboard.json", app.family.anna_record);
    assert!(clara.get(&dashboard).await.text().contains("Insulin on board"));
    anna_manages(&app, people::CLARA, |patient, clara| patient.edit_care_partner(clara, &Terms::LEAST)).await;
    assert_eq!(stream.word().await, "access");
    assert!(!clara.get(&dashboard).await.text().contains("Insulin on board"));
    a_reading_comes(&app, 100.0).await;
    assert_eq!(stream.word().await, "readings");
}

#[tokio::test]
async fn the_button_ends_every_stream_at_once() {
    let app = App::start().await;
    let (mut anna, mut of_anna) = watching(&app, people::ANNA).await;
    let (_, mut of_ben) = watching(&app, people::BEN).await;
    assert_eq!(anna.post("/lockdown", &[]).await.status, 303);
    assert_eq!(of_ben.reason().await, "suspended");
    assert_eq!(of_anna.reason().await, "signed out");
}

#[tokio::test]
async fn deleting_the_account_ends_the_streams_on_its_records() {
    let app = App::start().await;
    let (mut anna, mut of_anna) = watching(&app, people::ANNA).await;
    let (_, mut of_ben) = watching(&app, people::BEN).await;
    let answer = anna.post("/leaving", &[("confirmation", people::ANNA)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(of_ben.reason().await, "removed");
    assert_eq!(of_anna.reason().await, "signed out");
}

#[tokio::test]
async fn whoever_logs_out_sees_nothing_more() {
    let app = App::start().await;
    let (mut here, mut stream_here) = watching(&app, people::BEN).await;
    let (mut there, mut stream_there) = watching(&app, people::BEN).await;
    here.post("/sign-out", &[]).await;
    assert_eq!(stream_here.reason().await, "signed out");
    a_reading_comes(&app, 100.0).await;
    assert_eq!(stream_there.word().await, "readings", "the other session goes on");

    let (_, mut third) = watching(&app, people::BEN).await;
    there.post("/sign-out-everywhere", &[]).await;
    assert_eq!([stream_there.reason().await, third.reason().await], ["signed out"; 2]);
}

#[tokio::test]
async fn a_new_password_ends_the_streams_of_all_other_sessions_and_not_its_own() {
    let app = App::start().await;
    let (mut here, mut stream_here) = watching(&app, people::BEN).await;
    let (_, mut stream_there) = watching(&app, people::BEN).await;
    let new = [("current", PASSWORD), ("password", "a lamp, a ladder and the sea")];
    assert_eq!(here.post("/security/password", &new).await.status, 303);
    assert_eq!(stream_there.reason().await, "signed out");
    a_reading_comes(&app, 100.0).await;
    assert_eq!(stream_here.word().await, "readings", "under another token it is the same session");
}

#[tokio::test]
async fn an_open_stream_keeps_no_session_open() {
    let app = App::start().await;
    let (_, mut ben) = watching(&app, people::BEN).await;
    for _ in 0..14 {
        app.clock.advance(SignedDuration::from_mins(1));
        a_reading_comes(&app, 100.0).await;
        assert_eq!(ben.word().await, "readings");
    }
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(ben.reason().await, "signed out");
}

#[tokio::test]
async fn a_visit_with_an_open_stream_is_one_line() {
    let app = App::start().await;
    let lines = async || app.store.verify_audit().await.unwrap().lines;
    let mut ben = app.signed_in(people::BEN).await;
    let before = lines().await;
    let mut stream = ben.open(&stream_of(&app)).await;
    assert_eq!(stream.word().await, "ready");
    let home = format!("/records/{}", app.family.anna_record);
    for _ in 0..5 {
        app.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(ben.get(&home).await.status, 200);
        assert_eq!(ben.get(&format!("{home}/dashboard.json")).await.status, 200);
    }
    assert_eq!(lines().await, before + 1);
}

#[tokio::test]
async fn a_stranger_does_not_learn_that_there_is_something_to_watch() {
    let app = App::start().await;
    let mut eve = app.signed_in(people::EVE).await;
    let no_record = "/records/01890000-0000-7000-8000-000000000000/stream";
    let (known, unknown) = (eve.get(&stream_of(&app)).await, eve.get(no_record).await);
    assert_eq!((known.status.as_u16(), unknown.status.as_u16()), (404, 404));
    assert_eq!(app.browser().get(&stream_of(&app)).await.status, 401);
    assert_eq!(eve.get("/following/stream").await.status, 204, "who follows nobody has nothing to wait for");
}

#[tokio::test]
async fn a_session_has_so_many_streams_and_no_more() {
    let app = App::start().await;
    let ben = app.signed_in(people::BEN).await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(ben.open(&stream_of(&app)).await);
    }
    assert!(open.iter().all(|stream| stream.status == 200));
    assert_eq!(ben.open(&stream_of(&app)).await.status, 429);
    open.pop();
    assert_eq!(ben.open(&stream_of(&app)).await.status, 200);
}

#[tokio::test]
async fn a_server_that_ends_waits_for_no_stream() {
    let app = App::start().await;
    let (_, mut ben) = watching(&app, people::BEN).await;
    app.web.end_streams();
    assert_eq!(ben.next().await, None, "without a reason: the page comes back by itself");
}

#[tokio::test]
async fn a_dashboard_shows_what_is_visible_and_no_more_than_a_day() {
    let app = App::start().await;
    let record = app.family.anna_record;
    app.live(record, 3, Personality::Looper).await;
    let mut ben = app.signed_in(people::BEN).await;
    let path = format!("/records/{record}/dashboard.json");
    let mut read = async |query: &str| {
        let answer = ben.get(&format!("{path}{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
        assert_eq!(answer.header("cache-control"), "no-store");
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()
    };
    let day_ago = (app.clock.now() - SignedDuration::from_hours(24)).as_millisecond();
    let whole = read("").await;
    let points = whole["readings"].as_array().unwrap();
    assert!(points.len() > 200, "{}", points.len());
    assert!(points.iter().all(|point| point["at_ms"].as_i64().unwrap() >= day_ago));
    assert_eq!(read("?hours=255").await, whole);
    assert!(read("?hours=3").await["readings"].as_array().unwrap().len() < 40);
    assert_eq!(whole["now"]["at_ms"], points.last().unwrap()["at_ms"]);
    assert_eq!(whole["unit"], "mg/dL");
    assert!(!whole["status"].as_array().unwrap().is_empty());
    let today = whole["today"].as_object().unwrap();
    let shares: f64 =
        ["very_low", "low", "in_range", "high", "very_high"].map(|band| today[band].as_f64().unwrap()).iter().sum();
    assert!((shares - 100.0).abs() < 1e-9, "{today:?}");
}
