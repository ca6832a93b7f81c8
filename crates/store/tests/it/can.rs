//! The same calls as in `tests/cannot`, by the right door and with the right right: these compile.

use glucose::Period;
use jiff::civil::date;
use sharing::{Purpose, RecordId};
use store::{Access, Actor, Download, Error, Prepared, Report, Store, View};

pub(crate) async fn looks(store: &Store, who: &Actor, record: RecordId) -> Result<String, Error> {
    store.with_patient(who, record, Purpose::Home, |patient: &mut Access<'_, View>| Ok(patient.record()?.name)).await
}

pub(crate) async fn downloads(store: &Store, who: &Actor, record: RecordId) -> Result<Prepared, Error> {
    let report = Report::Agp(Period::ending(date(2026, 11, 20), 14));
    let job = move |patient: &mut Access<'_, Download>| patient.prepare_report(report);
    store.with_patient(who, record, Purpose::AgpReport, job).await
}

#[test]
fn the_right_calls_work() {
    testkit::both::both(async |kit| {
        let family = testkit::cast::people(&kit).await;
        assert_eq!(looks(&kit.store, &family.ben, family.record).await.unwrap(), "anna");
        assert!(downloads(&kit.store, &family.carla, family.record).await.is_ok());
    });
}
