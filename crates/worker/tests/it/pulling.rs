//! Another Nightscout site is read: ninety days at first, then what is new; nothing twice, nothing left out, whatever happens.

use crate::server::Server;
use crate::site::Site;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sharing::{Id, Purpose, RecordId, TokenScope};
use store::{
    Access, Actor, AppSecret, Collection, Document, Error, Manage, NewAppToken, NewDocument, NewPull, Origin, PullLine,
    PullSettings, PullState, PullTrouble, Upload, View,
};
use worker::{Mailer, Outbound, deliver_due, pull_due};

/// The API secret of the other site.
const SECRET: &str = "a secret of twelve or more";

pub struct Story {
    pub server: Server,
    pub site: Site,
    pub anna: Actor,
    pub record: RecordId,
    folder: tempfile::TempDir,
}

impl Story {
    pub async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(Mailer::folder(folder.path()).unwrap());
        server.anna_signs_up().await;
        let anna = server.anna().await;
        let record = server.work.store.with_account(&anna, |own| own.records()).await.unwrap()[0].0;
        Self { server, site: Site::open().await, anna, record, folder }
    }

    pub async fn manage<T: Send + 'static>(
        &self,
        job: impl for<'a> FnMut(&mut Access<'a, Manage>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let anna = self.server.anna().await;
        self.server.work.store.with_patient(&anna, self.record, Purpose::Tokens, job).await.unwrap()
    }

    pub async fn look<T: Send + 'static>(
        &self,
        job: impl for<'a> FnMut(&mut Access<'a, View>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.server.work.store.with_patient(&self.anna, self.record, Purpose::Home, job).await.unwrap()
    }

    pub async fn connect(&self, service: &str, settings: PullSettings) -> Id {
        let new = NewPull { service: service.to_owned(), name: "Elsewhere".to_owned(), settings };
        self.manage(move |patient| patient.add_pull(&new)).await
    }

    async fn connect_site(&self) -> Id {
        self.connect("nightscout", PullSettings { address: self.site.url.clone(), ..with_secret(SECRET) }).await
    }

    pub async fn state(&self) -> PullState {
        self.line().await.state
    }

    async fn line(&self) -> PullLine {
        self.manage(|patient| patient.pulls()).await.remove(0)
    }

    pub async fn pull(&self) -> usize {
        pull_due(&self.server.work).await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        (self.server.work.clock)()
    }

    /// Values from 100 days ago until now, as time and mg/dL.
    pub async fn values(&self) -> Vec<(i64, i32)> {
        let (from, to) = (self.now() - SignedDuration::from_hours(24 * 100), self.now());
        let readings =
            self.look(move |patient| patient.readings_within(from, to + SignedDuration::from_hours(1))).await;
        let mg_dl = |glucose: glucose::Glucose| glucose.display_in(glucose::Unit::MgDl) as i32;
        readings.iter().map(|reading| (reading.at.as_millisecond(), mg_dl(reading.glucose))).collect()
    }

    async fn documents(&self, collection: Collection) -> Vec<Document> {
        let (from, to) =
            (self.now() - SignedDuration::from_hours(24 * 100), self.now() + SignedDuration::from_hours(24));
        self.look(move |patient| patient.documents_within(collection, from, to)).await
    }

    async fn boluses(&self) -> Vec<f64> {
        let (from, to) =
            (self.now() - SignedDuration::from_hours(24 * 100), self.now() + SignedDuration::from_hours(24));
        let events = self.look(move |patient| patient.events_within(from, to)).await;
        let units = |event: &glucose::Event| match event.kind {
            glucose::EventKind::Bolus { normal, .. } => Some(normal),
            _ => None,
        };
        events.iter().filter_map(units).collect()
    }

    pub fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

pub fn with_secret(secret: &str) -> PullSettings {
    PullSettings { secret: secret.to_owned(), ..PullSettings::default() }
}

fn ago(now: Timestamp, minutes: i64) -> Timestamp {
    now - SignedDuration::from_mins(minutes)
}

/// As sites answer: with fields of their own, and the true offset beside a time in UTC.
fn entry(at: Timestamp, sgv: i32) -> Value {
    let ms = at.as_millisecond();
    json!({
        "_id": format!("{:024x}", ms), "type": "sgv", "sgv": sgv, "date": ms, "direction": "Flat", "device": "xDrip",
        "dateString": nightscout::times::iso(ms), "sysTime": nightscout::times::iso(ms), "utcOffset": 120, "mills": ms,
    })
}

fn bolus(at: Timestamp, units: f64) -> Value {
    let ms = at.as_millisecond();
    json!({
        "_id": format!("b{:023x}", ms), "eventType": "Correction Bolus", "insulin": units, "carbs": null,
        "created_at": nightscout::times::iso(ms), "utcOffset": 120, "enteredBy": "Loop",
    })
}

fn status(at: Timestamp) -> Value {
    let ms = at.as_millisecond();
    json!({
        "_id": format!("c{:023x}", ms), "device": "loop://phone", "created_at": nightscout::times::iso(ms),
        "pump": { "reservoir": 80.5 }, "uploader": { "battery": 77 },
    })
}

fn profile(at: Timestamp) -> Value {
    let started = nightscout::times::iso(at.as_millisecond());
    json!({
        "_id": "d00000000000000000000001", "defaultProfile": "Default", "startDate": started, "units": "mg/dl",
        "mills": at.as_millisecond(), "store": { "Default": { "dia": 5, "timezone": "Europe/Stockholm",
        "basal": [{ "time": "00:00", "value": 0.8 }], "carbratio": [{ "time": "00:00", "value": 10 }],
        "sens": [{ "time": "00:00", "value": 50 }], "target_low": [], "target_high": [] } },
    })
}

/// A site that has 95 days of everything, an entry each half hour.
fn fill(story: &Story) -> Vec<(i64, i32)> {
    let now = story.now();
    let steps: Vec<i64> = (0..95 * 48).rev().collect();
    let entries: Vec<Value> = steps.iter().map(|n| entry(ago(now, 30 * n + 1), 100 + (n % 90) as i32)).collect();
    let hours: Vec<i64> = (0..95).rev().collect();
    let mut kept = story.site.kept();
    kept.lists
        .insert("treatments", hours.iter().map(|n| bolus(ago(now, 1440 * n + 10), 1.0 + *n as f64 / 100.0)).collect());
    kept.lists.insert("devicestatus", hours.iter().map(|n| status(ago(now, 1440 * n + 7))).collect());
    kept.lists.insert("profile", vec![profile(ago(now, 60 * 24 * 200))]);
    let ninety = now - SignedDuration::from_hours(24 * 90);
    let expected = entries.iter().filter(|one| one["date"].as_i64().unwrap() >= ninety.as_millisecond());
    let expected = expected.map(|one| (one["date"].as_i64().unwrap(), one["sgv"].as_i64().unwrap() as i32)).collect();
    kept.lists.insert("entries", entries);
    expected
}

#[tokio::test]
async fn ninety_days_come_in_pieces_and_nothing_comes_twice() {
    let story = Story::begin().await;
    let expected = fill(&story);
    story.connect_site().await;
    let runs = story.pull().await;
    assert!(runs > 1, "a long run lets others in between: {runs}");
    assert_eq!(story.values().await, expected);
    assert_eq!((story.boluses().await.len(), story.documents(Collection::Treatments).await.len()), (90, 90));
    assert_eq!(story.documents(Collection::DeviceStatus).await.len(), 90);
    let long_ago = (Timestamp::UNIX_EPOCH, story.now());
    let profiles =
        story.look(move |patient| patient.documents_within(Collection::Profile, long_ago.0, long_ago.1)).await;
    assert_eq!(profiles.len(), 1);
    assert_eq!(story.state().await, PullState::Works);
    let asked = story.site.asked();
    assert!(asked.len() > 200, "in pieces: {}", asked.len());
    assert!(asked.iter().all(|request| !request.contains(SECRET)));

    // The last hours, the last day and the last week are read once more: nothing changes, nobody is told.
    let added = story.look(|patient| patient.uploads()).await[0].added;
    let mut news = story.server.work.store.news();
    for minutes in [6, 65, 60 * 25] {
        story.server.minutes_pass(minutes);
        assert!(story.pull().await > 0);
    }
    assert!(news.try_recv().is_err());
    let uploads = story.look(|patient| patient.uploads()).await;
    assert_eq!(uploads.len(), 1, "one source, one upload to take back");
    assert_eq!(uploads[0].added, added);
    assert!(added >= expected.len() as u64 + 90);
}

#[tokio::test]
async fn what_changes_there_changes_here_and_what_comes_late_is_found() {
    let story = Story::begin().await;
    let now = story.now();
    story.site.kept().lists.insert("entries", vec![entry(ago(now, 20), 100), entry(ago(now, 10), 110)]);
    story.site.kept().lists.insert("treatments", vec![bolus(ago(now, 60), 2.0)]);
    story.connect_site().await;
    story.pull().await;
    let offset = story.look(|patient| patient.latest()).await.unwrap();
    assert!(offset.reading.is_some());
    {
        let mut kept = story.site.kept();
        kept.lists
            .insert("entries", vec![entry(ago(now, 20), 144), entry(ago(now, 15), 105), entry(ago(now, 10), 110)]);
        kept.lists.insert("treatments", vec![bolus(ago(now, 60), 2.5)]);
    }
    story.server.minutes_pass(6);
    story.pull().await;
    let values: Vec<i32> = story.values().await.iter().map(|(_, value)| *value).collect();
    assert_eq!((values, story.boluses().await), (vec![144, 105, 110], vec![2.5]));
    let gone = json!({ "isValid": false });
    let mut deleted = bolus(ago(now, 60), 2.5);
    deleted.as_object_mut().unwrap().extend(gone.as_object().unwrap().clone());
    story.site.kept().lists.insert("treatments", vec![deleted]);
    story.server.minutes_pass(6);
    story.pull().await;
    assert!(story.boluses().await.is_empty(), "what a site says was deleted is deleted");
}

/// A phone that sends to both.
async fn phone(story: &Story) -> Actor {
    let new = NewAppToken::new("Phone", TokenScope::Upload);
    let token = story.manage(move |patient| patient.add_token(&new)).await;
    story.server.work.store.app(AppSecret::Token(&token), Origin::default()).await.unwrap()
}

#[tokio::test]
async fn what_a_phone_sent_here_as_well_is_there_once() {
    let story = Story::begin().await;
    let (now, phone) = (story.now(), phone(&story).await);
    let at = ago(now, 60);
    let own = "6561a0b0c0d0e0f001020304";
    let put = move |patient: &mut Access<'_, Upload>| {
        let glucose = glucose::Glucose::new(100.0, glucose::Unit::MgDl).unwrap();
        patient.add_readings(&[glucose::NewReading::cgm(ago(now, 20), 120, glucose)])?;
        let mut document = bolus(at, 2.0);
        document["_id"] = own.into();
        let kind = glucose::EventKind::Bolus {
            normal: 2.0,
            extended: 0.0,
            duration_ms: 0,
            programmed: None,
            origin: glucose::event::BolusOrigin::Manual,
        };
        let new = NewDocument {
            id: own.to_owned(),
            collection: Collection::Treatments,
            at,
            offset_min: 120,
            json: document.to_string(),
            app: None,
            readings: Vec::new(),
            events: vec![glucose::NewEvent::new(at, 120, kind)],
        };
        patient.put_documents(&[new])
    };
    story.server.work.store.with_patient(&phone, story.record, Purpose::DeviceUpload, put).await.unwrap();
    story.site.kept().lists.insert("entries", vec![entry(ago(now, 20), 100), entry(ago(now, 15), 101)]);
    story.site.kept().lists.insert("treatments", vec![bolus(at, 2.0)]);
    story.connect_site().await;
    for _ in 0..3 {
        assert!(story.pull().await > 0);
        assert_eq!((story.values().await.len(), story.boluses().await), (2, vec![2.0]));
        story.server.minutes_pass(6);
    }
    let mut uploads = story.look(|patient| patient.uploads()).await;
    uploads.sort_by_key(|upload| upload.number);
    let first = uploads[0].number;
    let take_back = move |patient: &mut Access<'_, Upload>| patient.take_back(first);
    story.server.work.store.with_patient(&story.anna, story.record, Purpose::Uploads, take_back).await.unwrap();
    assert_eq!((story.values().await.len(), story.boluses().await), (2, vec![2.0]), "the site brought them as well");
    story.server.minutes_pass(65);
    story.pull().await;
    assert_eq!((story.values().await.len(), story.boluses().await), (2, vec![2.0]));
}

#[tokio::test]
async fn a_site_that_is_down_is_asked_later_and_later_and_leaves_no_gap() {
    let story = Story::begin().await;
    let now = story.now();
    story.site.kept().lists.insert("entries", vec![entry(ago(now, 2), 100)]);
    story.connect_site().await;
    story.pull().await;
    story.site.kept().instead = Some((503, "<html>down</html>".to_owned()));
    story.site.asked();
    let mut asked = 0;
    for _ in 0..36 {
        story.server.minutes_pass(10);
        story.pull().await;
        asked += story.site.asked().len();
    }
    assert!((6..=11).contains(&asked), "six hours: {asked}");
    assert!(matches!(story.state().await, PullState::Waits(_, PullTrouble::Busy)));
    let later = story.now();
    {
        let mut kept = story.site.kept();
        kept.instead = None;
        kept.lists.insert("entries", (0..70).map(|n| entry(ago(later, 5 * n), 120)).collect());
    }
    story.server.minutes_pass(70);
    story.pull().await;
    assert_eq!(story.values().await.len(), 71);
    assert_eq!(story.state().await, PullState::Works);
    assert!(story.mails().iter().all(|mail| !mail.contains("brings nothing")));
}

#[tokio::test]
async fn a_refused_secret_stops_it_and_its_owner_is_told_once() {
    let story = Story::begin().await;
    story.site.kept().wants_header = Some(sha1("another secret"));
    let id = story.connect_site().await;
    story.pull().await;
    assert_eq!(story.state().await, PullState::Stopped(PullTrouble::Refused));
    story.site.asked();
    for _ in 0..5 {
        story.server.minutes_pass(60);
        assert_eq!(story.pull().await, 0);
    }
    while deliver_due(&story.server.work).await.unwrap() > 0 {}
    let told: Vec<String> =
        story.mails().into_iter().filter(|mail| mail.contains("Subject: A source brings nothing")).collect();
    assert_eq!(told.len(), 1);
    assert!(!told[0].contains(SECRET) && !told[0].contains(&story.site.url));
    assert!(story.site.asked().is_empty());
    story.manage(move |patient| patient.change_pull_secret(id, None, "another secret")).await;
    story.pull().await;
    assert_eq!(story.state().await, PullState::Works);
}

fn sha1(secret: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_token_that_is_only_taken_in_the_address_goes_there() {
    let story = Story::begin().await;
    let token = "kinsight-0123456789abcdef";
    story.site.kept().wants_in_address = Some(token.to_owned());
    story.connect("nightscout", PullSettings { address: story.site.url.clone(), ..with_secret(token) }).await;
    story.pull().await;
    assert_eq!(story.state().await, PullState::Works);
    story.site.asked();
    story.server.minutes_pass(6);
    story.pull().await;
    assert!(story.site.asked().iter().all(|request| request.contains("token=kinsight")), "it was remembered");
}

#[tokio::test]
async fn more_than_one_answer_can_hold_is_asked_for_in_smaller_pieces() {
    let story = Story::begin().await;
    let now = story.now();
    let entries: Vec<Value> =
        (0..7000).map(|n| entry(now - SignedDuration::from_secs(30 * n + 30), 90 + (n % 50) as i32)).collect();
    story.site.kept().lists.insert("entries", entries);
    story.connect_site().await;
    story.pull().await;
    assert_eq!(story.values().await.len(), 7000, "an answer that is full may be cut");
}

#[tokio::test]
async fn a_source_that_is_removed_in_flight_brings_nothing_more() {
    let story = Story::begin().await;
    fill(&story);
    let id = story.connect_site().await;
    story.site.hold();
    let end = async {
        story.site.is_asked().await;
        story.manage(move |patient| patient.remove_pull(id)).await;
        story.site.go_on();
    };
    let (runs, ()) = tokio::join!(story.pull(), end);
    assert_eq!(runs, 1);
    assert!(story.values().await.is_empty());
    assert_eq!(story.site.asked().len(), 1, "and asks nothing more");
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_leaves_nothing_out_and_nothing_twice() {
    let story = Story::begin().await;
    let expected = fill(&story);
    story.connect_site().await;
    for dies_after in [1, 2, 20, 45] {
        let asked = async {
            while story.site.kept().asked.len() < dies_after {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = story.pull() => {}
            () = asked => {}
        }
        story.site.asked();
        assert_eq!(story.pull().await, 0, "nobody takes it over before its time");
        story.server.minutes_pass(6);
    }
    story.pull().await;
    assert_eq!(story.values().await, expected);
    assert_eq!((story.boluses().await.len(), story.state().await), (90, PullState::Works));
}

#[tokio::test]
async fn two_servers_ask_once() {
    let story = Story::begin().await;
    story.site.kept().lists.insert("entries", vec![entry(ago(story.now(), 2), 100)]);
    story.connect_site().await;
    story.pull().await;
    story.server.minutes_pass(6);
    story.site.asked();
    let (one, other) = tokio::join!(story.pull(), story.pull());
    assert_eq!(one + other, 1);
    assert_eq!(story.site.asked().len(), 3, "entries, treatments and device states, once each");
}

#[tokio::test]
async fn what_may_not_be_reached_is_not_reached() {
    let mut story = Story::begin().await;
    story.server.work.outbound = Outbound::new(false);
    story.connect_site().await;
    story.pull().await;
    assert!(matches!(story.state().await, PullState::Waits(_, PullTrouble::Barred)));
    assert!(story.site.asked().is_empty());
}

#[tokio::test]
async fn what_is_no_site_is_told_in_plain_words() {
    let table = [
        ((200, "<html>hello</html>"), PullTrouble::NoSuchPage),
        ((404, "not here"), PullTrouble::NoSuchPage),
        ((301, ""), PullTrouble::NoSuchPage),
        ((200, r#"[{"date":1"#), PullTrouble::Unreadable),
        ((200, r#"{"a":1}"#), PullTrouble::Unreadable),
        ((429, ""), PullTrouble::Busy),
    ];
    for ((status, body), trouble) in table {
        let story = Story::begin().await;
        story.site.kept().instead = Some((status, body.to_owned()));
        story.connect_site().await;
        story.pull().await;
        assert_eq!(story.state().await, PullState::Waits(story.now(), trouble), "{status} {body}");
    }
}
