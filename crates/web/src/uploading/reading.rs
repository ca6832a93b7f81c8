//! From a received file to what the store keeps: read, compared with the record, kept.

use super::Found;
use super::job::{Ask, FileState, JobId};
use super::spool::{Received, Spool, TooLarge};
use crate::Web;
use crate::edge::problem::Problem;
use aws_lc_rs::digest;
use imports::{Format, Import, Progress, Refused};
use jiff::tz::TimeZone;
use sharing::{Purpose, RecordId};
use std::sync::Arc;
use store::{Access, Actor, DeviceKind, Familiarity, NewDevice, NewUpload, SourceKind, Upload, UploadOutcome, Whose};

/// Whose upload it is, and to which record.
#[derive(Clone, Debug)]
pub struct Brought {
    pub actor: Actor,
    pub record: RecordId,
    pub zone: TimeZone,
    /// The person has said that a file of another name or serial is right.
    pub accepted: bool,
    /// Told how far the reading is.
    pub job: Option<(JobId, usize)>,
}

/// One after the other; each file's fate is told to the job.
pub async fn bring_all(web: &Web, brought: &Brought, job: &JobId, files: Vec<Received>) -> Result<(), Problem> {
    for (index, file) in files.into_iter().enumerate() {
        let brought = Brought { job: Some((job.clone(), index)), ..brought.clone() };
        let state = match file.content {
            Err(TooLarge) => FileState::Refused { why: TooLarge::words() },
            Ok(spool) => bring(web, &brought, &file.name, spool).await?,
        };
        web.uploading.set(job, index, state);
    }
    Ok(())
}

/// One file, to its end. A file that cannot be taken is a state, not a problem.
pub async fn bring(web: &Web, brought: &Brought, name: &str, spool: Spool) -> Result<FileState, Problem> {
    let place = web.uploading.places.acquire().await.map_err(|_| Problem::unavailable())?;
    let read = read(web, brought, name, spool.clone()).await?;
    let (import, bytes) = match read {
        Ok(read) => read,
        Err(refused) => return Ok(FileState::Refused { why: refused.to_string() }),
    };
    let found = Arc::new(Found::in_import(&import));
    if import.readings.is_empty() && import.events.is_empty() {
        return Ok(FileState::Refused { why: nothing_in(&found) });
    }
    if !brought.accepted
        && let Some(ask) = recognise(web, brought, &import).await?
    {
        return Ok(FileState::Asked { ask, found, spool });
    }
    let outcome = keep(web, brought, name, import, bytes).await?;
    drop(place);
    Ok(FileState::Kept { found, outcome })
}

type Read = Result<(Import, Vec<u8>), Refused>;

async fn read(web: &Web, brought: &Brought, name: &str, spool: Spool) -> Result<Read, Problem> {
    let (web, brought, name) = (web.clone(), brought.clone(), name.to_owned());
    let work = move || -> std::io::Result<Read> {
        let bytes = spool.bytes()?;
        let mut told = |progress: Progress| {
            if let Some((job, index)) = &brought.job {
                let (done, total) = (progress.bytes_read, progress.bytes_total);
                web.uploading.set(job, *index, FileState::Reading { done, total });
            }
            true
        };
        Ok(imports::read(&name, &bytes, &brought.zone, &mut told).map(|import| (import, bytes)))
    };
    // A panic in a parser is a bug of ours and takes nothing down: the join error becomes the 500 page.
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::ours())?.map_err(|_| Problem::unavailable())
}

async fn recognise(web: &Web, brought: &Brought, import: &Import) -> Result<Option<Ask>, Problem> {
    let person = import.person.as_ref().map(|person| Whose { name: person.name.clone(), born_on: person.born_on });
    let serials: Vec<String> = import.devices.iter().filter_map(|device| device.serial.clone()).collect();
    let in_file = person.as_ref().and_then(|person| person.name.clone()).unwrap_or_default();
    let asked = serials.clone();
    let familiarity = web
        .store
        .with_patient(&brought.actor, brought.record, Purpose::Import, move |patient: &mut Access<'_, Upload>| {
            patient.recognise(person.as_ref(), &asked)
        })
        .await?;
    Ok(match familiarity {
        Familiarity::Familiar | Familiarity::FirstFile => None,
        Familiarity::AnotherName => Some(Ask::AnotherName { in_file }),
        Familiarity::AnotherSerial => Some(Ask::AnotherSerial { serials }),
    })
}

async fn keep(
    web: &Web,
    brought: &Brought,
    name: &str,
    import: Import,
    bytes: Vec<u8>,
) -> Result<UploadOutcome, Problem> {
    let new = new_upload(name, import, bytes);
    let kept = web
        .store
        .with_patient(&brought.actor, brought.record, Purpose::Import, move |patient: &mut Access<'_, Upload>| {
            patient.add_upload(&new)
        })
        .await?;
    Ok(kept)
}

fn new_upload(name: &str, import: Import, bytes: Vec<u8>) -> NewUpload {
    NewUpload {
        source: source_of(import.format),
        file_name: name.to_owned(),
        sha256: digest::digest(&digest::SHA256, &bytes).as_ref().try_into().expect("SHA-256 gives 32 bytes"),
        bytes: bytes.len() as u64,
        format: import.format.name().to_owned(),
        devices: import.devices.into_iter().map(new_device).collect(),
        readings: import.readings,
        events: import.events,
        problems: import.problem_count as u64,
        original: Some(bytes),
    }
}

fn new_device(device: imports::Device) -> NewDevice {
    let kind = match device.kind {
        imports::DeviceKind::Pump => DeviceKind::Pump,
        imports::DeviceKind::Sensor => DeviceKind::Sensor,
        imports::DeviceKind::Meter => DeviceKind::Meter,
        imports::DeviceKind::App => DeviceKind::App,
        imports::DeviceKind::Unknown => DeviceKind::Unknown,
    };
    NewDevice { name: device.name, serial: device.serial, kind }
}

fn source_of(format: Format) -> SourceKind {
    match format {
        Format::CareLinkPersonal | Format::CareLink => SourceKind::CareLink,
        Format::Clarity => SourceKind::Clarity,
        Format::LibreView => SourceKind::LibreView,
        Format::NightscoutEntries
        | Format::NightscoutTreatments
        | Format::NightscoutProfile
        | Format::NightscoutDeviceStatus => SourceKind::Nightscout,
        Format::Tidepool => SourceKind::Tidepool,
        Format::PlainCsv => SourceKind::PlainCsv,
    }
}

fn nothing_in(found: &Found) -> String {
    match found.problem_count {
        0 => format!("This is a file of the kind {}, but there are no readings or events in it.", found.format),
        1 => format!("This is a file of the kind {}, but its one row could not be read.", found.format),
        count => format!(
            "This is a file of the kind {}, but none of its rows could be read ({count} problems).",
            found.format
        ),
    }
}
