//! An export of a year with a large file in it: how fast it goes out, and what it needs of memory.

use super::{Measured, pages, start};
use crate::clock;
use crate::demo::cast::MARA;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use glucose::{Unit, local_day};
use jiff::{SignedDuration, tz::TimeZone};
use life::{Life, Personality};
use sharing::Purpose;
use store::{Access, Clock, NewUpload, Seeded, SourceKind, Store, Upload};
use tower::ServiceExt as _;
use web::Web;

/// The largest file that is taken.
const LARGEST: usize = 64 * 1024 * 1024;
const MB: f64 = 1024.0 * 1024.0;

pub async fn export(settings: &Settings, store: &Store, seeded: &Seeded) -> Result<Vec<Measured>> {
    let record = *seeded.records.iter().flatten().next().context("no record")?;
    let device = seeded.devices.get(&record).context("no device")?.clone();
    let year = a_year()?;
    let rows = (year.readings.len() + year.events.len()) as f64;
    let keep = move |patient: &mut Access<'_, Upload>| patient.add_upload(&year);
    store.with_patient(&device, record, Purpose::Import, keep).await.context("the year was not kept")?;

    let web = settings.web(pages::HOST.parse()?)?;
    let router = web::router(Web::new(store.clone(), Clock::new(clock::now), web));
    let cookie = pages::cookie(store, MARA.email).await?;
    let request = Request::get("/export.zip").header(header::HOST, pages::HOST).header(header::COOKIE, cookie);
    // From here on the kernel notes a new peak.
    std::fs::write("/proc/self/clear_refs", "5").context("the peak of memory cannot be reset")?;
    let before = start::memory_mb(std::process::id(), "VmRSS:").unwrap_or_default();
    let begun = clock::instant();
    let answer = router.oneshot(request.body(Body::empty())?).await?;
    if answer.status() != StatusCode::OK {
        bail!("{} instead of an export", answer.status());
    }
    let (mut body, mut bytes) = (answer.into_body().into_data_stream(), 0);
    while let Some(block) = body.next().await {
        bytes += block.context("the export broke off")?.len();
    }
    let seconds = begun.elapsed().as_secs_f64();
    let peak = start::memory_mb(std::process::id(), "VmHWM:").unwrap_or_default() - before;
    Ok(vec![
        Measured::new("export of a year and a file of 64 MB", bytes as f64 / MB, "MB", None),
        Measured::new("its speed", bytes as f64 / MB / seconds, "MB/s", None),
        Measured::new("its readings and events, each as CSV and as JSON", rows / seconds, "/s", None),
        Measured::new("what it needs of memory at its peak", peak, "MB", Some(160.0)),
    ])
}

/// A closed loop's year, and the largest original there can be.
fn a_year() -> Result<NewUpload> {
    let (now, zone) = (clock::now(), TimeZone::get("Europe/Berlin")?);
    let first = local_day(now - SignedDuration::from_hours(24 * 365), &zone);
    let mut life = Life::new(11, Personality::Looper, Unit::MgDl, zone, first);
    let batch = life.until(now);
    // Bytes that cannot be packed, so that nothing is easier than it is.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    Ok(NewUpload {
        source: SourceKind::Simulated,
        file_name: "A year.zip".to_owned(),
        sha256: [0; 32],
        bytes: LARGEST as u64,
        format: "Simulated devices".to_owned(),
        devices: Vec::new(),
        readings: batch.readings,
        events: batch.events,
        problems: 0,
        original: Some(noise.flatten().take(LARGEST).collect()),
    })
}
