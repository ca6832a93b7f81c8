//! What a document means: doses, food, finger values, words. The same reading as of files; nothing is written twice.

use crate::{Collection, Document};
use glucose::{Given, NewEvent, NewReading};
use imports::Format;
use jiff::tz::TimeZone;

/// Readings and events of one document, each under the document's id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meaning {
    pub readings: Vec<NewReading>,
    pub events: Vec<NewEvent>,
}

/// Of a document that was prepared. `zone` is the record's. Device, fields and app stay with the document alone.
pub fn meaning(collection: Collection, document: &Document, id: &str, zone: &TimeZone) -> Meaning {
    let format = match collection {
        Collection::Treatments => Format::NightscoutTreatments,
        Collection::DeviceStatus => Format::NightscoutDeviceStatus,
        Collection::Profile => Format::NightscoutProfile,
        Collection::Entries => Format::NightscoutEntries,
        Collection::Food | Collection::Activity | Collection::Settings => return Meaning::default(),
    };
    let import = imports::nightscout::meaning(format, document.clone(), zone);
    let given = || Some(Box::new(Given { id: Some(id.to_owned()), app: None, fields: None }));
    let readings = import.readings.into_iter().map(|one| NewReading { device: None, given: given(), ..one });
    let events = import.events.into_iter().map(|one| NewEvent { device: None, given: given(), ..one });
    Meaning { readings: readings.collect(), events: events.collect() }
}
