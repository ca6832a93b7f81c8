//! Sensor values in spans of five minutes, back from the newest: what "now" and "before" mean to apps.

use super::Live;
use crate::{Document, document::json_number};
use serde_json::Value;

const FIVE_MIN_MS: i64 = 300_000;
/// How many there are at most.
const MOST: i64 = 4;

/// The values of five minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    pub index: i64,
    pub from_ms: i64,
    pub to_ms: i64,
    pub mean: f64,
    pub last: f64,
    pub mills: i64,
    pub sgvs: Vec<Document>,
}

/// The newest first; empty ones are left out.
pub fn buckets(live: &Live) -> Vec<Bucket> {
    let sgvs: Vec<(i64, f64, Document)> = live.sgvs().into_iter().filter_map(|sgv| with_value(live, sgv)).collect();
    let Some(newest) = sgvs.iter().map(|(mills, ..)| *mills).max() else { return Vec::new() };
    let bucket = |index: i64| {
        let from_ms = newest - FIVE_MIN_MS / 2 - index * FIVE_MIN_MS;
        let to_ms = from_ms + FIVE_MIN_MS;
        let within: Vec<_> = sgvs.iter().filter(|(mills, ..)| (from_ms..to_ms).contains(mills)).collect();
        let (mills, last, _) = within.iter().max_by_key(|(mills, ..)| *mills)?;
        let mean = within.iter().map(|(_, value, _)| value).sum::<f64>() / within.len() as f64;
        let sgvs = within.iter().map(|(.., sgv)| sgv.clone()).collect();
        Some(Bucket { index, from_ms, to_ms, mean, last: *last, mills: *mills, sgvs })
    };
    (0..MOST).filter_map(bucket).collect()
}

/// Error codes of a sensor are no values.
fn with_value(live: &Live, mut sgv: Document) -> Option<(i64, f64, Document)> {
    let mg_dl = sgv.get("mgdl").and_then(Value::as_f64).filter(|value| *value >= 39.0)?;
    let mills = sgv.get("mills").and_then(Value::as_i64)?;
    sgv.insert("scaled".to_owned(), json_number(live.scaled(mg_dl)));
    Some((mills, mg_dl, sgv))
}

impl Bucket {
    /// Without where it begins and ends.
    pub(crate) fn shown(&self) -> Document {
        let mut shown = Document::new();
        shown.insert("mean".to_owned(), json_number(self.mean));
        shown.insert("last".to_owned(), json_number(self.last));
        shown.insert("mills".to_owned(), self.mills.into());
        shown.insert("sgvs".to_owned(), self.sgvs.clone().into_iter().map(Value::Object).collect());
        shown
    }

    pub(crate) fn whole(&self) -> Document {
        let mut whole = Document::new();
        whole.insert("mean".to_owned(), json_number(self.mean));
        whole.insert("last".to_owned(), json_number(self.last));
        whole.insert("mills".to_owned(), self.mills.into());
        whole.insert("index".to_owned(), self.index.into());
        whole.insert("fromMills".to_owned(), self.from_ms.into());
        whole.insert("toMills".to_owned(), self.to_ms.into());
        whole.extend(self.shown().into_iter().filter(|(name, _)| name == "sgvs"));
        whole
    }
}
