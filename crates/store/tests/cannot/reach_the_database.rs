//! Neither the database nor the right to claim to be somebody leaves the store.

use sharing::{Duty, Id, RecordId};
use store::{Access, Actor, Roster, Store, View};

pub fn the_database(store: &Store) {
    let _ = &store.0;
}

pub fn the_transaction(patient: &mut Access<'_, View>) {
    patient.tx();
}

pub fn another_record(patient: &mut Access<'_, View>) {
    patient.entered.record = RecordId(Id(7));
}

pub fn a_duty() -> Actor {
    Roster(()).on(Duty::RaiseAlerts)
}

fn main() {}
