//! Which of several rows about one measurement is shown.
//!
//! First ids: of all versions under one id the newest change is shown, and nothing when that is a tombstone.
//! Then tombstones: what says the same as a deleted datum and was here before it was deleted is hidden too.
//! Then measurements: of rows that are one measurement the earliest upload's is shown.

use super::{Datum, NEAR_MS, Row, Uploads, day_of, derived_at};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

/// Further neighbours than this are not compared. It bounds the time that a day of nonsense can take.
pub(super) const MOST_NEIGHBOURS: usize = 64;

/// For every row whether it is hidden. Rows of one day, or of several in order.
pub(super) fn hidden<T: Datum>(rows: &[Row<T>]) -> Vec<bool> {
    let mut hidden = vec![false; rows.len()];
    if rows.iter().any(|row| row.item.common().given_id().is_some() || row.deleted()) {
        hide_old_versions(rows, &mut hidden);
        hide_deleted(rows, &mut hidden);
    }
    let mut shown = vec![false; rows.len()];
    let mut start = 0;
    while start < rows.len() {
        let together = rows[start..].windows(2).take_while(|pair| near(&pair[0], &pair[1])).count();
        if together > 0 {
            hide_repeated(rows, start..start + together + 1, &mut hidden, &mut shown);
        }
        start += together + 1;
    }
    hidden
}

fn near<T: Datum>(a: &Row<T>, b: &Row<T>) -> bool {
    a.item.at_ms().abs_diff(b.item.at_ms()) <= NEAR_MS.unsigned_abs()
}

/// Whether `item`, which `uploads` brought, says what `row` says.
pub(super) fn one_measurement<T: Datum>(row: &Row<T>, item: &T, uploads: &Uploads) -> bool {
    let devices = (row.item.common().device, item.common().device);
    let two_devices = matches!(devices, (Some(one), Some(other)) if one != other);
    row.item.compare_identity(item).is_eq() || (row.item.close(item) && (two_devices || row.uploads.disjoint(uploads)))
}

/// The newest change wins; what was never changed one by one is older than any change, and among such
/// the earliest upload wins.
fn version<T: Datum>(row: &Row<T>) -> (Option<i64>, Reverse<u32>) {
    (row.stamps.map(|stamps| stamps.changed_ms), Reverse(row.uploads.first()))
}

/// The days of which [`is_alone`] must have the rows: near midnight also the one beside it.
pub(super) fn days_around(at_ms: i64) -> RangeInclusive<i64> {
    day_of(at_ms.saturating_sub(2 * NEAR_MS))..=day_of(at_ms.saturating_add(2 * NEAR_MS))
}

/// Whether the one row that is the same datum as `item`, which `upload` brought just now, is shown, hides no other row and
/// moves none out of the sight of another: then all else is shown as it was before.
pub(super) fn is_alone<T: Datum>(days: &[&[Row<T>]], item: &T, upload: u32) -> bool {
    let (from, to) = (item.at_ms().saturating_sub(2 * NEAR_MS), item.at_ms().saturating_add(2 * NEAR_MS));
    let around = |rows: &&'_ [Row<T>]| {
        let start = rows.partition_point(|row| row.item.at_ms() < from);
        start..rows.partition_point(|row| row.item.at_ms() <= to)
    };
    let around: Vec<&Row<T>> = days.iter().flat_map(|rows| &rows[around(rows)]).collect();
    let crowded = |rows: &[&Row<T>]| near(rows[0], rows[rows.len() - 1]);
    if around.windows(MOST_NEIGHBOURS + 2).any(crowded) {
        return false;
    }
    let uploads = Uploads::One(upload);
    let is_near = |row: &&&Row<T>| row.item.at_ms().abs_diff(item.at_ms()) <= NEAR_MS.unsigned_abs();
    around.iter().filter(is_near).filter(|row| one_measurement(row, item, &uploads)).count() == 1
}

fn hide_old_versions<T: Datum>(rows: &[Row<T>], hidden: &mut [bool]) {
    let given = |row: &Row<T>| row.item.common().given_id().map(str::to_owned);
    let derived = rows.iter().any(|row| row.deleted() || row.item.common().given_id().is_some_and(is_derived));
    let id = |row: &Row<T>| given(row).or_else(|| derived.then(|| row.item.own_id()));
    let ids: Vec<Option<String>> = rows.iter().map(id).collect();
    let mut documents: HashMap<&str, Document> = HashMap::new();
    for (row, id) in rows.iter().zip(&ids) {
        let Some(id) = id else { continue };
        let document = documents.entry(id).or_insert(Document { newest: version(row), named: false });
        document.newest = document.newest.max(version(row));
        document.named |= row.deleted() || row.item.common().given_id().is_some();
    }
    for ((row, id), hidden) in rows.iter().zip(&ids).zip(hidden) {
        let document = id.as_deref().and_then(|id| documents.get(id));
        *hidden = row.deleted() || document.is_some_and(|it| it.named && version(row) < it.newest);
    }
}

/// All that has one id. Where nobody ever named it, its rows are equal values, and those are told apart below.
struct Document {
    newest: (Option<i64>, Reverse<u32>),
    named: bool,
}

fn is_derived(id: &str) -> bool {
    derived_at(id).is_some()
}

fn hide_deleted<T: Datum>(rows: &[Row<T>], hidden: &mut [bool]) {
    for (place, tomb) in rows.iter().enumerate() {
        let Some(gone) = tomb.stamps.filter(|stamps| stamps.deleted) else { continue };
        for other in neighbours(rows, place) {
            let row = &rows[other];
            let before = row.stamps.is_none_or(|stamps| stamps.created_ms <= gone.changed_ms);
            if before && one_measurement(tomb, &row.item, &row.uploads) {
                hidden[other] = true;
            }
        }
    }
}

/// The places near `place`, at most so many to each side.
fn neighbours<T: Datum>(rows: &[Row<T>], place: usize) -> impl Iterator<Item = usize> {
    let is_near = move |other: &usize| near(&rows[*other], &rows[place]);
    let before = (0..place).rev().take(MOST_NEIGHBOURS).take_while(is_near);
    before.chain((place + 1..rows.len()).take(MOST_NEIGHBOURS).take_while(is_near))
}

/// Looks at rows that follow each other closely; the earliest upload's come first.
fn hide_repeated<T: Datum>(rows: &[Row<T>], cluster: Range<usize>, hidden: &mut [bool], shown: &mut [bool]) {
    let mut order: Vec<usize> = cluster.filter(|&place| !hidden[place]).collect();
    order.sort_by_key(|&place| rows[place].uploads.first());
    for place in order {
        let row = &rows[place];
        let repeated =
            neighbours(rows, place).any(|other| shown[other] && one_measurement(&rows[other], &row.item, &row.uploads));
        hidden[place] = repeated;
        shown[place] = !repeated;
    }
}
