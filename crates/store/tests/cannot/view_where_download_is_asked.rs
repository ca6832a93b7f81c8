//! Preparing a report is a download; a look has no such method.

use glucose::Period;
use jiff::civil::date;
use sharing::{Purpose, RecordId};
use store::{Access, Actor, Error, Prepared, Report, Store, View};

pub async fn downloads(store: &Store, who: &Actor, record: RecordId) -> Result<Prepared, Error> {
    let report = Report::Agp(Period::ending(date(2026, 11, 20), 14));
    let job = move |patient: &mut Access<'_, View>| patient.prepare_report(report);
    store.with_patient(who, record, Purpose::AgpReport, job).await
}

fn main() {}
