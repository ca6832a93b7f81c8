//! Where a record's data came from lately, with what does not fit: for the look after a suspected breach.

use crate::{
    access::Access,
    chunk::{Datum as _, ReadingDatum, Row},
    error::Error,
    rights::View,
    uploads::UploadLine,
};
use glucose::ReadingKind;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Two values no further apart than this are of the same moment (milliseconds).
const MOMENT_MS: i64 = 150_000;
/// By how much two sensors may differ, of the mean of both.
const MOST_APART: f64 = 0.30;

/// Something about an upload that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// It names a device with a serial number that no upload before it named.
    NewSerial(String),
    /// So many of its values disagree by more than 30 % with another sensor's at the same moment.
    Disagrees(u32),
}

/// An upload of the time in question.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The upload.
    pub upload: UploadLine,
    /// What does not fit.
    pub odd: Vec<Oddity>,
}

impl Access<'_, View> {
    /// The uploads that came since then, newest first, with what does not fit. Only the owner and the record's own clinic
    /// see them.
    pub fn sources(&mut self, since: Timestamp) -> Result<Vec<Source>, Error> {
        let all = self.uploads()?;
        let now = self.now();
        let rows = self.within::<ReadingDatum>(since, now)?;
        let apart = apart(rows.rows());
        let source = |upload: &UploadLine| {
            let serial = new_serials(upload, &all).into_iter().map(Oddity::NewSerial);
            let apart = apart.get(&upload.number).map(|count| Oddity::Disagrees(*count));
            Source { upload: upload.clone(), odd: serial.chain(apart).collect() }
        };
        Ok(all.iter().filter(|upload| upload.at >= since).map(source).collect())
    }
}

/// Serial numbers that no earlier upload named, when earlier ones named any.
fn new_serials(upload: &UploadLine, all: &[UploadLine]) -> BTreeSet<String> {
    let serials = |upload: &UploadLine| -> BTreeSet<String> {
        upload.devices.iter().filter_map(|device| device.serial.clone()).collect()
    };
    let before: BTreeSet<String> = all
        .iter()
        .filter(|other| other.number < upload.number && other.taken_back_at.is_none())
        .flat_map(serials)
        .collect();
    if before.is_empty() || upload.taken_back_at.is_some() { BTreeSet::new() } else { &serials(upload) - &before }
}

/// For each upload, how many of its values disagree with another sensor's; the later upload is the odd one.
fn apart(rows: &[Row<ReadingDatum>]) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    let mut near: VecDeque<&Row<ReadingDatum>> = VecDeque::new();
    let of_sensors = |row: &&Row<ReadingDatum>| row.item.kind == ReadingKind::Cgm && !row.deleted();
    for row in rows.iter().filter(of_sensors) {
        let at = row.item.common().at_ms;
        while near.front().is_some_and(|other| at - other.item.common().at_ms > MOMENT_MS) {
            near.pop_front();
        }
        if let Some(other) = near.iter().find(|other| are_two_sensors(row, other) && disagree(row, other)) {
            *counts.entry(row.uploads.first().max(other.uploads.first())).or_insert(0) += 1;
        }
        near.push_back(row);
    }
    counts
}

fn are_two_sensors(one: &Row<ReadingDatum>, other: &Row<ReadingDatum>) -> bool {
    match (one.item.common.device, other.item.common.device) {
        (Some(one), Some(other)) => one != other,
        _ => one.uploads.disjoint(&other.uploads),
    }
}

fn disagree(one: &Row<ReadingDatum>, other: &Row<ReadingDatum>) -> bool {
    let (one, other) = (one.item.glucose.to_mg_dl(), other.item.glucose.to_mg_dl());
    (one - other).abs() > MOST_APART * (one + other) / 2.0
}
