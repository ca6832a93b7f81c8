//! Server time of pages, without a socket, and bytes on disk for each reading.

use super::{Measured, median};
use crate::clock;
use crate::commands::serve;
use crate::demo;
use crate::demo::cast::{MARA, PASSWORD, SAM, recovery_codes};
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use sharing::RecordId;
use std::path::Path;
use std::time::Duration;
use store::{Clock, Entrance, Given, Origin, Seeded, Store};
use tower::ServiceExt as _;
use web::Web;

const LOOKS: usize = 30;
pub(super) const HOST: &str = "127.0.0.1:8642";

/// Seeds people and lives their past; bytes on disk come from what that added.
pub async fn disk(settings: &Settings) -> Result<(Seeded, Vec<Measured>)> {
    let (store, _) = serve::open_quietly(settings)?;
    let seeded = store.seed(demo::plan()).await.context("the people were not kept")?;
    let before = bytes_when_closed(settings, store).await?;
    let people = demo::cast::clinic_patients().into_iter().chain([demo::cast::mara()]);
    let records = seeded.clinics.iter().flat_map(|(_, records)| records).chain(seeded.records.iter().flatten().take(1));
    let with_device = |(patient, record): (_, &RecordId)| {
        anyhow::Ok((patient, *record, seeded.devices.get(record).context("no device")?.clone()))
    };
    let cast = people.zip(records).map(with_device).collect::<Result<Vec<_>>>()?;
    let (store, _) = serve::open_quietly(settings)?;
    let (now, begun) = (clock::now(), clock::instant());
    let wearers = demo::fill(&store, now, cast).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let bytes = bytes_when_closed(settings, store).await?.saturating_sub(before) as f64;
    let sum = |kind: usize| wearers.iter().map(|wearer| wearer.brought[kind] as f64).sum::<f64>();
    let (readings, events) = (sum(0), sum(1));
    let measured = vec![
        Measured::new("readings lived and imported", readings, "", None),
        Measured::new("events lived and imported", events, "", None),
        Measured::new("both a second, simulation included", (readings + events) / seconds, "/s", None),
        Measured::new("on disk a reading or event, all included", bytes / (readings + events), "bytes", None),
        Measured::new("on disk a reading, its share of events included", bytes / readings, "bytes", None),
    ];
    Ok((seeded, measured))
}

/// The embedded database puts its log away when the last connection closes; that happens on its own threads.
async fn bytes_when_closed(settings: &Settings, store: Store) -> Result<u64> {
    store.close().await?;
    drop(store);
    let log = settings.data.join("kinsight.sqlite-wal");
    for _ in 0..100 {
        if !log.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bytes_in(&settings.data)
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let about = entry?.metadata()?;
        if about.is_file() {
            bytes += about.len();
        }
    }
    Ok(bytes)
}

/// As a signed-in person asks for them.
pub async fn pages(settings: &Settings, store: &Store, seeded: &Seeded) -> Result<Vec<Measured>> {
    let web = settings.web(HOST.parse()?)?;
    let router = web::router(Web::new(store.clone(), Clock::new(clock::now), web));
    let patient = cookie(store, MARA.email).await?;
    let member = cookie(store, SAM.email).await?;
    let record = seeded.records.iter().flatten().next().context("no record")?;
    let clinic = seeded.clinics.first().context("no clinic")?.0;
    let asked = [
        ("sign-in page", "/sign-in".to_owned(), "", 10.0),
        ("Home", format!("/records/{record}"), patient.as_str(), 10.0),
        ("AGP of 14 days", format!("/records/{record}/reports/agp?days=14"), &patient, 10.0),
        ("AGP of 90 days", format!("/records/{record}/reports/agp?days=90"), &patient, 30.0),
        ("Daily review of 7 days", format!("/records/{record}/reports/daily?days=7"), &patient, 10.0),
        ("AGP as PDF", format!("/records/{record}/reports/agp.pdf?days=14&paper=a4"), &patient, 25.0),
        ("clinic with 40 patients", format!("/clinics/{clinic}/patients"), &member, 10.0),
    ];
    let mut measured = Vec::new();
    for (what, path, cookie, goal) in asked {
        measured.push(Measured::new(what, look(&router, &path, cookie).await?, "ms", Some(goal)));
    }
    Ok(measured)
}

pub(super) async fn cookie(store: &Store, email: &str) -> Result<String> {
    let token = match store.sign_in(email, PASSWORD, false, Origin::default()).await.context("cannot sign in")? {
        Entrance::Open(opened) => opened.session,
        Entrance::SecondStep(half) => {
            let code = recovery_codes().swap_remove(0);
            store.give_second_step(half.as_str(), Given::Code(code), false, Origin::default()).await?.session
        }
    };
    Ok(format!("kinsight={}", token.as_str()))
}

async fn look(router: &Router, path: &str, cookie: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..LOOKS {
        let request =
            Request::get(path).header(header::HOST, HOST).header(header::COOKIE, cookie).body(Body::empty())?;
        let begun = clock::instant();
        let answer = router.clone().oneshot(request).await?;
        let status = answer.status();
        to_bytes(answer.into_body(), usize::MAX).await?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        if status != StatusCode::OK {
            bail!("{status} instead of a page");
        }
    }
    Ok(median(times))
}
