//! The whole server in memory: a database in a temporary folder, a clock that stands still, and the mail caught.

use crate::both::sent;
use crate::browser::{Browser, HOST};
use crate::clock::StoppedClock;
use crate::people::{Family, PASSWORD};
use axum::Router;
use glucose::Period;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use life::{Life, Personality};
use sharing::{Duty, Purpose, RecordId, TokenScope, Visibility};
use store::{
    Access, Clock, Database, Entrance, KeySettings, Manage, MasterKeySource, Message, NewAppToken, NewDevice, NewPass,
    NewUpload, PasswordCost, PullTrouble, Roster, SiteSettings, SourceKind, Store, StoreSettings, Upload,
};
use web::{BaseUrl, Web, WebSettings};

/// A server with the family in it.
pub struct App {
    pub store: Store,
    pub clock: StoppedClock,
    pub family: Family,
    pub router: Router,
    /// To end the server with.
    pub web: Web,
    roster: Roster,
}

/// When tests begin: a Wednesday evening in Stockholm.
pub fn beginning() -> Timestamp {
    "2026-03-18T19:00:00Z".parse().expect("a valid instant")
}

impl App {
    /// At `http://localhost:8080`.
    pub async fn start() -> Self {
        Self::start_at(&format!("http://{HOST}")).await
    }

    pub async fn start_at(base_url: &str) -> Self {
        Self::start_with(WebSettings::at(BaseUrl::parse(base_url).expect("tests give valid addresses"))).await
    }

    pub async fn start_with(web: WebSettings) -> Self {
        Self::begin(web, None).await
    }

    /// In a region where a record may have so many care partners.
    pub async fn start_with_room_for(most_care_partners: u32) -> Self {
        let base_url = BaseUrl::parse(&format!("http://{HOST}")).expect("a valid address");
        Self::begin(WebSettings::at(base_url), Some(most_care_partners)).await
    }

    async fn begin(web: WebSettings, most_care_partners: Option<u32>) -> Self {
        let clock = StoppedClock::at(beginning());
        let settings = settings(clock.handle(), &web.base_url.origin());
        let settings = StoreSettings { most_care_partners, ..settings };
        let (store, roster) = Store::open(settings).expect("a new store opens");
        let family = Family::seed(&store, clock.now()).await.expect("an empty store takes the family");
        let web = Web::new(store.clone(), clock.handle(), web);
        let router = web::router(web.clone());
        Self { store, clock, family, router, web, roster }
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// A browser in which this person has signed in.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        if is_of_clinic(email) {
            browser.set_cookie("kinsight-device", &crate::people::device_of(email));
        }
        let answer = browser.post("/sign-in", &[("email", email), ("password", PASSWORD), ("next", "/")]).await;
        assert_eq!(answer.status, 303, "{email} signs in: {}", answer.text());
        browser
    }

    /// What would be sent by mail just now.
    pub async fn mails(&self) -> Vec<Message> {
        sent(&self.store, &self.roster).await
    }

    /// The mail server refuses for good what would be sent just now.
    pub async fn refuse_mails(&self) {
        let duty = self.roster.on(Duty::Deliver);
        for message in self.store.claim_messages(&duty, 100).await.expect("the outbox answers") {
            self.store.message_given_up(&duty, message.id).await.expect("a claimed message is given up");
        }
    }

    /// A person as the store knows them.
    pub async fn actor(&self, email: &str) -> store::Actor {
        let device = is_of_clinic(email).then(|| crate::people::device_of(email));
        let origin = store::Origin { device, ..store::Origin::default() };
        let token = self.store.sign_in(email, PASSWORD, false, origin).await.expect("they sign in");
        let token = token.opened().expect("no second step").session;
        self.store.session(token.as_str()).await.expect("a new session is open").actor
    }

    /// A browser of somebody without an account who opened a visit pass for Anna's last 14 days; lasts half an hour.
    pub async fn visit_pass(&self) -> Browser {
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone of the list");
        let new = NewPass {
            label: "Dr Wolf".to_owned(),
            days: Period::ending(glucose::local_day(self.clock.now(), &zone), 14),
            minutes: 30,
            visibility: Visibility::ALL,
        };
        let anna = self.actor(crate::people::ANNA).await;
        let make = move |patient: &mut Access<'_, Manage>| patient.make_pass(&new);
        let made = self.store.with_patient(&anna, self.family.anna_record, Purpose::VisitPass, make).await;
        let mut browser = self.browser();
        let answer = browser.post(&format!("/pass/{}", made.expect("Anna makes a pass").link), &[]).await;
        assert_eq!(answer.place(), "/pass/look", "a new link opens");
        browser
    }

    /// The worker's round that purges accounts whose time is over; answers how many.
    pub async fn purge_due(&self) -> u64 {
        self.store.purge_due(&self.roster.on(Duty::Expire)).await.expect("the database answers")
    }

    /// One value of just now in Anna's record, as a phone sends it; then the worker's round that raises alerts.
    pub async fn value(&self, mg_dl: i32) {
        let (record, at) = (self.family.anna_record, self.clock.now());
        let new = [glucose::NewReading::cgm(at, 60, glucose::Glucose::mg_dl(mg_dl))];
        let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(&new);
        let device = &self.family.seeded.devices[&record];
        self.store.with_patient(device, record, Purpose::DeviceUpload, add).await.expect("a device may upload");
        self.raise_alerts().await;
    }

    /// The worker's round that raises alerts.
    pub async fn raise_alerts(&self) {
        self.store.raise_alerts(&self.roster.on(Duty::RaiseAlerts)).await.expect("the database answers");
    }

    /// Every source that is due is asked, and this is what comes of it; how many they were.
    pub async fn ask_sources(&self, trouble: Option<PullTrouble>) -> usize {
        let runs = self.store.claim_pulls(&self.roster.on(Duty::Pull), 100).await.expect("the database answers");
        let again = self.clock.now() + SignedDuration::from_mins(5);
        for run in &runs {
            let told = match trouble {
                Some(why) => self.store.pull_failed(run, why, again).await,
                None => self.store.pull_worked(run, b"", again).await,
            };
            told.expect("a run can be reported");
        }
        runs.len()
    }

    /// The worker's round that writes the visits that are over.
    pub async fn flush_visits(&self) {
        self.store.flush_visits(&self.roster.on(Duty::Expire)).await.expect("the database answers");
    }

    /// What the worker does about lost second steps and reviews that are due; answers for how many.
    pub async fn expire(&self) -> u64 {
        let duty = self.roster.on(Duty::Expire);
        let lost = self.store.end_lost_factors(&duty).await.expect("lost second steps are removed");
        self.store.tell_of_ends(&duty).await.expect("both sides are told");
        self.store.tell_of_link_ends(&duty).await.expect("both sides are told");
        lost + self.store.remind_of_reviews(&duty).await.expect("reminders are written")
    }

    /// Days of believable life, ending now, as one upload of the record's own device.
    pub async fn live(&self, record: RecordId, days: i64, personality: Personality) {
        let now = self.clock.now();
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone of the list");
        let first = now.checked_sub(SignedDuration::from_hours(24 * days)).expect("within the calendar");
        let mut life = Life::new(7, personality, glucose::Unit::MgDl, zone.clone(), glucose::local_day(first, &zone));
        let batch = life.until(now);
        let devices = life.devices().into_iter().map(|device| NewDevice {
            name: device.name.to_owned(),
            serial: Some(device.serial.clone()),
            kind: store::DeviceKind::Unknown,
        });
        let new = NewUpload {
            source: SourceKind::Simulated,
            file_name: "life".to_owned(),
            sha256: [0; 32],
            bytes: 0,
            format: "Simulated".to_owned(),
            devices: devices.collect(),
            readings: batch.readings,
            events: batch.events,
            problems: 0,
            original: None,
        };
        let device = &self.family.seeded.devices[&record];
        let keep = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
        self.store.with_patient(device, record, Purpose::Import, keep).await.expect("a device may upload");
    }

    /// An upload token of Anna's record.
    pub async fn upload_token(&self) -> String {
        self.app_token(NewAppToken::new("Test", TokenScope::Upload)).await
    }

    /// A token of Anna's record for an app.
    pub async fn app_token(&self, new: NewAppToken) -> String {
        self.app_token_of(crate::people::ANNA, self.family.anna_record, new).await
    }

    /// The same for the record of somebody else.
    pub async fn app_token_of(&self, email: &str, record: RecordId, new: NewAppToken) -> String {
        let entrance = self.store.sign_in(email, PASSWORD, false, store::Origin::default()).await;
        let token = entrance.and_then(Entrance::opened).expect("they sign in").session;
        let owner = self.store.session(token.as_str()).await.expect("a new session is open").actor;
        let make = move |patient: &mut Access<'_, Manage>| patient.add_token(&new);
        let made = self.store.with_patient(&owner, record, Purpose::Tokens, make).await;
        made.expect("whose data these are makes a token")
    }
}

/// Whether somebody has a device in which they are remembered.
fn is_of_clinic(email: &str) -> bool {
    email.contains("side.example.org") && email != crate::people::NOA
}

fn settings(clock: Clock, base_url: &str) -> StoreSettings {
    StoreSettings {
        database: Database::SqliteInMemory,
        keys: KeySettings { master: MasterKeySource::Bytes([7; 32]), key_store: None, anchors: None },
        clock,
        password_cost: PasswordCost::CheapForTests,
        breached: None,
        keep_deleted_days: 90,
        most_care_partners: None,
        readers: 2,
        site: SiteSettings { sends_sms: true, ..SiteSettings::at(base_url) },
        session_idle: None,
    }
}
