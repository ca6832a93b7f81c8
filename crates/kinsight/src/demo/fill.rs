//! Ninety days for everybody, two people at a time.

use super::cast::Patient;
use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use life::{Batch, Life, SimulatedDevice, SimulatedDeviceKind};
use sharing::{Purpose, RecordId};
use std::sync::Arc;
use store::{Access, Actor, DeviceKind, NewDevice, NewUpload, SourceKind, Store, Upload};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Lives are lived on this many threads at once.
const AT_ONCE: usize = 2;

/// Somebody with devices on, whose life goes on.
pub struct Wearer {
    pub record: RecordId,
    pub device: Actor,
    pub life: Life,
    /// Whether they go on sending.
    pub sends: bool,
    /// How many readings the past brought, and how many events.
    pub brought: [usize; 2],
}

/// Lives everybody's past and uploads it; yields them as they are now.
pub async fn fill(store: &Store, now: Timestamp, people: Vec<(Patient, RecordId, Actor)>) -> Result<Vec<Wearer>> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut work = JoinSet::new();
    for (patient, record, device) in people {
        let (store, places) = (store.clone(), Arc::clone(&places));
        work.spawn(async move {
            let _place = places.acquire_owned().await.context("ending")?;
            one(&store, now, patient, record, device).await
        });
    }
    let mut wearers = Vec::new();
    while let Some(wearer) = work.join_next().await {
        wearers.push(wearer.context("a simulated life broke off")??);
    }
    Ok(wearers)
}

async fn one(store: &Store, now: Timestamp, patient: Patient, record: RecordId, device: Actor) -> Result<Wearer> {
    let sends = patient.silent_days == 0;
    let lived = tokio::task::spawn_blocking(move || {
        let mut life = patient.life(now);
        let past = life.until(now - SignedDuration::from_hours(24 * patient.silent_days));
        (upload(&life, past), life)
    });
    let (upload, life) = lived.await.context("a simulated life broke off")?;
    let brought = [upload.readings.len(), upload.events.len()];
    store
        .with_patient(&device, record, Purpose::DeviceUpload, move |patient: &mut Access<'_, Upload>| {
            patient.add_upload(&upload)
        })
        .await
        .context("a simulated past was not kept")?;
    Ok(Wearer { record, device, life, sends, brought })
}

fn upload(life: &Life, past: Batch) -> NewUpload {
    NewUpload {
        source: SourceKind::Simulated,
        file_name: "The first days".to_owned(),
        sha256: [0; 32],
        bytes: 0,
        format: "Simulated devices".to_owned(),
        devices: life.devices().iter().map(device).collect(),
        readings: past.readings,
        events: past.events,
        problems: 0,
        original: None,
    }
}

fn device(device: &SimulatedDevice) -> NewDevice {
    let kind = match device.kind {
        SimulatedDeviceKind::Pump => DeviceKind::Pump,
        SimulatedDeviceKind::Sensor => DeviceKind::Sensor,
        SimulatedDeviceKind::Meter => DeviceKind::Meter,
    };
    NewDevice { name: device.name.to_owned(), serial: Some(device.serial.clone()), kind }
}
