//! A clinic's list of ten thousand patients: server time of every order, filter and search, through the router, with the history
//! written, after a start and after new data.

use super::{Measured, crowd, percentile, start};
use crate::clock;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use glucose::{Glucose, NewReading, Unit, local_day};
use jiff::civil::date;
use jiff::{SignedDuration, tz::TimeZone};
use life::{Life, Personality};
use sharing::{ClinicId, ClinicRole, Email, Purpose, RecordId};
use std::sync::Arc;
use store::{
    Access, Actor, Clock, Entrance, NewAccount, NewRecord, NewUpload, Origin, SeedAccount, SeedClinic, SeedPlan,
    SeedSecondStep, Seeded, SourceKind, Store, Upload,
};
use tower::ServiceExt as _;
use web::Web;

const PASSWORD: &str = "seven grey herons stand still";
const MEMBER: &str = "member@example.org";
const DEVICE: &str = "the device of the member";
const ZONE: &str = "Europe/Berlin";
const HOST: &str = super::pages::HOST;
/// Records of one account; so few passwords to hash make many people.
const FAMILY: usize = 100;
const DAYS: i64 = 14;
/// Lives that are lived; everybody has one of them.
const LIVES: u64 = 20;
/// Of every so many the last days are missing.
const SILENT: usize = 13;
const AT_ONCE: usize = 16;
const LOOKS: usize = 20;
const NEW_READINGS: usize = 200;
const GOAL: Option<f64> = Some(50.0);

/// Orders and filters, each with its address; and what is searched for.
const ASKED: [(&str, &str); 17] = [
    ("who needs a call first", ""),
    ("by name", "sort=name"),
    ("by date of birth", "sort=born"),
    ("by number", "sort=number"),
    ("by newest data", "sort=newest"),
    ("by days with data", "sort=days"),
    ("by mean", "sort=mean"),
    ("by time in range", "sort=in_range"),
    ("by time below", "sort=below"),
    ("the last page", "sort=name&page=9999"),
    ("no data for 7 days", "no_data=7"),
    ("below 54 more than 1 %", "very_low=yes"),
    ("below 70 more than 4 %", "low=yes"),
    ("in range less than 50 %", "under=50"),
    ("linked", "linked=yes"),
    ("not linked, in range less than 70 %", "linked=no&under=70"),
    ("asked and nothing came", "unanswered=yes"),
];
const SEARCHES: [&str; 3] = ["berg 42", "1.3.1960", "nobody at all"];

pub async fn clinic(settings: &Settings, patients: usize) -> Result<Vec<Measured>> {
    let store = crowd::open(settings)?;
    let begun = clock::instant();
    let seeded = store.seed(plan(patients)?).await.context("the people were not kept")?;
    fill(&store, &seeded).await?;
    store.close().await?;
    drop(store);
    let seeded_s = begun.elapsed().as_secs_f64();
    let (store, before) = (crowd::open(settings)?, memory_mb());
    let clinic = seeded.clinics.first().context("no clinic")?.0;
    let list = List::open(settings, &store, clinic).await?;
    let mut measured = vec![
        Measured::new("patients of the clinic", patients as f64, "", None),
        Measured::new("making them", seeded_s, "s", None),
        Measured::new("first opening after the start", list.look("").await?, "ms", None),
        Measured::new("memory for what is open", memory_mb() - before, "MB", None),
    ];
    let mut all = Vec::new();
    let mut first = Vec::new();
    for (what, query) in ASKED {
        first.push(list.look(query).await?);
        let times = list.looks(query).await?;
        measured.push(Measured::new(what, percentile(times.clone(), 0.5), "ms", GOAL));
        all.extend(times);
    }
    for words in SEARCHES {
        first.push(list.search(words).await?);
        let mut times = Vec::new();
        for _ in 0..LOOKS {
            times.push(list.search(words).await?);
        }
        measured.push(Measured::new(format!("search for “{words}”"), percentile(times.clone(), 0.5), "ms", GOAL));
        all.extend(times);
    }
    let mut after = Vec::new();
    for _ in 0..5 {
        bring(&store, &seeded).await?;
        after.push(list.look("").await?);
    }
    let of = |what: &str, times: &[f64], part| Measured::new(what, percentile(times.to_vec(), part), "ms", GOAL);
    measured.extend([
        of("all of them: p50", &all, 0.5),
        of("all of them: p99", &all, 0.99),
        of("all of them: the longest", &all, 1.0),
        of("the first time, history written: p50", &first, 0.5),
        of("the first time, history written: the longest", &first, 1.0),
        of("after 200 new readings of 200 patients: the longest", &after, 1.0),
    ]);
    Ok(measured)
}

fn memory_mb() -> f64 {
    start::memory_mb(std::process::id(), "VmRSS:").unwrap_or_default()
}

fn email(text: &str) -> Result<Email> {
    Ok(Email::parse(text)?)
}

fn account(address: &str) -> Result<NewAccount> {
    Ok(NewAccount {
        email: email(address)?,
        password: PASSWORD.to_owned(),
        name: address.to_owned(),
        born_on: None,
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: ZONE.to_owned(),
        with_record: false,
    })
}

fn person(number: usize) -> Result<NewRecord> {
    const FIRST: [&str; 8] = ["Anna", "Bruno", "Clara", "Dávid", "Elif", "Farid", "Greta", "Hugo"];
    const LAST: [&str; 6] = ["Albers", "Berg", "Costa", "Demir", "Ekström", "Fuchs"];
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number / FIRST.len() % LAST.len()]);
    let (year, month, day) = (1940 + number % 70, 1 + number % 12, 1 + number % 28);
    Ok(NewRecord {
        name: format!("{first} {last} {number}"),
        born_on: Some(date(i16::try_from(year)?, i8::try_from(month)?, i8::try_from(day)?)),
        unit: Unit::MgDl,
        zone: ZONE.to_owned(),
    })
}

/// Half of the patients have records of their own, which are linked.
fn plan(patients: usize) -> Result<SeedPlan> {
    let owners = (patients / 2).div_ceil(FAMILY);
    let mut accounts = vec![SeedAccount { new: account(MEMBER)?, records: vec![] }];
    let mut linked = Vec::new();
    for owner in 0..owners {
        let address = format!("owner{owner}@example.org");
        let numbers = owner * FAMILY..((owner + 1) * FAMILY).min(patients / 2);
        for place in 0..numbers.len() {
            linked.push((email(&address)?, place));
        }
        accounts.push(SeedAccount { new: account(&address)?, records: numbers.map(person).collect::<Result<_>>()? });
    }
    let clinic = SeedClinic {
        name: "A large clinic".to_owned(),
        members: vec![(email(MEMBER)?, ClinicRole::Clinician)],
        patients: (patients / 2..patients).map(person).collect::<Result<_>>()?,
        linked,
    };
    let (who, seed, device) = (email(MEMBER)?, b"seed of the bench...".to_vec(), Some(DEVICE.to_owned()));
    let second_steps = vec![SeedSecondStep { who, seed, codes: vec![], device }];
    Ok(SeedPlan { accounts, clinics: vec![clinic], second_steps, ..SeedPlan::default() })
}

/// Who has data: the linked personal records, and the clinic's own of the others.
fn with_data(seeded: &Seeded) -> Vec<RecordId> {
    let own = seeded.clinics.iter().flat_map(|(_, patients)| patients);
    seeded.records.iter().flatten().chain(own).copied().collect()
}

async fn fill(store: &Store, seeded: &Seeded) -> Result<()> {
    let (now, zone) = (clock::now(), TimeZone::get(ZONE)?);
    let first = local_day(now - SignedDuration::from_hours(24 * DAYS), &zone);
    let live = |seed: u64| {
        let personality = Personality::ALL[seed as usize % Personality::ALL.len()];
        Life::new(seed, personality, Unit::MgDl, zone.clone(), first).until(now).readings
    };
    let lives: Vec<Arc<Vec<NewReading>>> = (0..LIVES).map(|seed| Arc::new(live(seed))).collect();
    let work = with_data(seeded).into_iter().enumerate().map(|(number, record)| {
        let readings = Arc::clone(&lives[number % lives.len()]);
        let until = if number % SILENT == 0 { now - SignedDuration::from_hours(24 * 9) } else { now };
        let device = seeded.devices.get(&record).cloned();
        async move {
            let readings = readings.iter().filter(|reading| reading.at < until).cloned().collect();
            keep(store, record, &device.context("no device")?, readings).await
        }
    });
    stream::iter(work).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
}

async fn keep(store: &Store, record: RecordId, device: &Actor, readings: Vec<NewReading>) -> Result<()> {
    let upload = NewUpload {
        source: SourceKind::Simulated,
        file_name: "The last days".to_owned(),
        sha256: [0; 32],
        bytes: 0,
        format: "Simulated devices".to_owned(),
        devices: Vec::new(),
        readings,
        events: Vec::new(),
        problems: 0,
        original: None,
    };
    let keep = move |patient: &mut Access<'_, Upload>| patient.add_upload(&upload);
    store.with_patient(device, record, Purpose::Import, keep).await.context("the days were not kept").map(drop)
}

/// One new reading each of some patients.
async fn bring(store: &Store, seeded: &Seeded) -> Result<()> {
    let now = clock::now();
    let some = with_data(seeded).into_iter().step_by(7).take(NEW_READINGS).map(|record| {
        let device = seeded.devices.get(&record).cloned();
        async move {
            let reading = NewReading::cgm(now, 60, Glucose::mg_dl(120));
            let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&reading));
            let device = device.context("no device")?;
            store.with_patient(&device, record, Purpose::DeviceUpload, add).await.context("not kept").map(drop)
        }
    });
    stream::iter(some).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
}

/// The list, as a member asks for it.
struct List {
    router: Router,
    cookie: String,
    path: String,
}

impl List {
    async fn open(settings: &Settings, store: &Store, clinic: ClinicId) -> Result<Self> {
        let web = settings.web(HOST.parse()?)?;
        let router = web::router(Web::new(store.clone(), Clock::new(clock::now), web));
        let origin = Origin { device: Some(DEVICE.to_owned()), ..Origin::default() };
        let entrance = store.sign_in(MEMBER, PASSWORD, false, origin).await;
        let opened = entrance.and_then(Entrance::opened).context("cannot sign in")?;
        let cookie = format!("kinsight={}", opened.session.as_str());
        Ok(Self { router, cookie, path: format!("/clinics/{clinic}/patients") })
    }

    async fn looks(&self, query: &str) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for _ in 0..LOOKS {
            times.push(self.look(query).await?);
        }
        Ok(times)
    }

    async fn look(&self, query: &str) -> Result<f64> {
        self.ask(Method::GET, &format!("{}?{query}", self.path), String::new()).await
    }

    async fn search(&self, words: &str) -> Result<f64> {
        self.ask(Method::POST, &self.path, format!("search={}", words.replace(' ', "+"))).await
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Result<f64> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))?;
        let begun = clock::instant();
        let answer = self.router.clone().oneshot(request).await?;
        let status = answer.status();
        to_bytes(answer.into_body(), usize::MAX).await?;
        let taken = begun.elapsed().as_secs_f64() * 1000.0;
        if status != StatusCode::OK {
            bail!("{status} instead of the list");
        }
        Ok(taken)
    }
}
