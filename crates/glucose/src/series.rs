//! The readings that figures are made of: one kind, one per instant, in order.

use crate::reading::{Reading, ReadingKind};

/// The readings that CGM figures stand on: the sensor's own, or its scans when there is nothing else; never a
/// meter's. Sorted by instant; of several at one instant the one with the least value stays, so that the order
/// of input does not matter.
pub(crate) fn chosen(readings: &[Reading]) -> Vec<Reading> {
    let of = |kind| readings.iter().filter(move |reading| reading.kind == kind).copied();
    let mut list: Vec<Reading> = of(ReadingKind::Cgm).collect();
    if list.is_empty() {
        list = of(ReadingKind::Scan).collect();
    }
    if !list.is_sorted_by(|a, b| a.at < b.at) {
        list.sort_by(|a, b| a.at.cmp(&b.at).then(a.glucose.to_mg_dl().total_cmp(&b.glucose.to_mg_dl())));
        list.dedup_by_key(|reading| reading.at);
    }
    list
}
