//! Devices that go on sending: each wearer's next value when it is due, and whatever was missed while the computer slept.

use super::Wearer;
use crate::clock;
use life::Batch;
use sharing::Purpose;
use std::time::Duration;
use store::{Access, Store, Upload};
use tokio::sync::watch;

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Until the demo ends. A value that could not be kept now comes with the next ones.
pub async fn send_on(store: Store, mut wearers: Vec<Wearer>, mut asked: watch::Receiver<bool>) {
    wearers.retain(|wearer| wearer.sends);
    loop {
        for wearer in &mut wearers {
            send_due(&store, wearer).await;
        }
        tokio::select! {
            _ = asked.wait_for(|ending| *ending) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn send_due(store: &Store, wearer: &mut Wearer) {
    let now = clock::now();
    if wearer.life.next_at() > now {
        return;
    }
    let before = wearer.life.clone();
    let batch = wearer.life.until(now);
    if let Err(error) = send(store, wearer, batch).await {
        tracing::warn!(%error, "a simulated device could not send; it tries again");
        wearer.life = before;
    }
}

async fn send(store: &Store, wearer: &Wearer, batch: Batch) -> Result<(), store::Error> {
    store
        .with_patient(&wearer.device, wearer.record, Purpose::DeviceUpload, move |patient: &mut Access<'_, Upload>| {
            patient.add_readings(&batch.readings)?;
            patient.add_events(&batch.events)?;
            Ok(())
        })
        .await
}
