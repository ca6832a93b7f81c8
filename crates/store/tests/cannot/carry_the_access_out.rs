//! An access ends with its job.

use sharing::{Purpose, RecordId};
use store::{Access, Actor, Error, Store, View};

pub async fn keeps(store: &Store, who: &Actor, record: RecordId) -> Result<(), Error> {
    let mut kept = None;
    let job = move |patient: &mut Access<'_, View>| {
        kept = Some(patient);
        Ok(())
    };
    store.with_patient(who, record, Purpose::Home, job).await
}

fn main() {}
