//! What is going on just now: the lists that sockets, watch faces and summaries are made of.

mod ages;
mod basal;
mod buckets;
mod devices;

pub use ages::ages;
pub use basal::{basal, current_profile};
pub use buckets::{Bucket, buckets};
pub use devices::{carbs_on_board, insulin_on_board, looping, open_aps, pump, status_shown, uploader};

use crate::{Collection, Document, Moment, document::text, prepare::instant_of};
use glucose::Unit;
use serde_json::Value;

/// The documents of the last two days, as version 1 answers them, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    pub now_ms: i64,
    pub unit: Unit,
    pub entries: Vec<Document>,
    /// Changes of site, sensor, insulin and battery may be older.
    pub treatments: Vec<Document>,
    pub statuses: Vec<Document>,
    pub profiles: Vec<Document>,
    pub food: Vec<Document>,
    pub activity: Vec<Document>,
}

impl Live {
    /// The same with every list in its order, the oldest first.
    pub fn sorted(mut self) -> Self {
        for (collection, list) in [
            (Collection::Entries, &mut self.entries),
            (Collection::Treatments, &mut self.treatments),
            (Collection::DeviceStatus, &mut self.statuses),
            (Collection::Profile, &mut self.profiles),
        ] {
            list.sort_by_key(|document| instant_of(collection, document));
        }
        self
    }

    /// Sensor values, oldest first: `mgdl`, `mills`, and how it was measured.
    pub fn sgvs(&self) -> Vec<Document> {
        let more = &["device", "direction", "filtered", "unfiltered", "noise", "rssi"];
        self.of_type("sgv").filter_map(|entry| value(entry, "sgv", more)).collect()
    }

    pub fn mbgs(&self) -> Vec<Document> {
        self.of_type("mbg").filter_map(|entry| value(entry, "mbg", &["device"])).collect()
    }

    pub fn cals(&self) -> Vec<Document> {
        let cal = |entry: &Document| {
            let mut cal = only(entry, &["_id"]);
            cal.insert("mills".to_owned(), instant_of(Collection::Entries, entry)?.into());
            cal.extend(only(entry, &["scale", "intercept", "slope"]));
            cal.insert("type".to_owned(), "cal".into());
            Some(cal)
        };
        self.of_type("cal").filter_map(cal).collect()
    }

    fn of_type<'l>(&'l self, kind: &'l str) -> impl Iterator<Item = &'l Document> {
        self.entries.iter().filter(move |entry| text(entry, "type") == Some(kind))
    }

    /// Without what is null, and each with its instant.
    pub fn treatments_shown(&self) -> Vec<Document> {
        let shown = |treatment: &Document| {
            let mut shown = treatment.clone();
            shown.retain(|_, value| !value.is_null());
            if let Some(mills) = instant_of(Collection::Treatments, treatment) {
                shown.insert("mills".to_owned(), mills.into());
            }
            shown
        };
        self.treatments.iter().map(shown).collect()
    }

    /// In the unit of the site: whole mg/dL, tenths of mmol/L.
    pub(crate) fn scaled(&self, mg_dl: f64) -> f64 {
        match self.unit {
            Unit::MgDl => mg_dl.round(),
            Unit::MmolL => (mg_dl / glucose::MG_DL_PER_MMOL_L * 10.0).round() / 10.0,
        }
    }
}

fn value(entry: &Document, name: &str, more: &[&str]) -> Option<Document> {
    let mut value = only(entry, &["_id"]);
    value.insert("mgdl".to_owned(), entry.get(name)?.clone());
    value.insert("mills".to_owned(), instant_of(Collection::Entries, entry)?.into());
    value.extend(only(entry, more));
    value.insert("type".to_owned(), name.into());
    Some(value)
}

/// Some fields of a document, where it has them.
pub(crate) fn only(document: &Document, names: &[&str]) -> Document {
    let of = |name: &&str| Some(((*name).to_owned(), document.get(*name).filter(|value| !value.is_null())?.clone()));
    names.iter().filter_map(of).collect()
}

/// The instant of a field, in milliseconds.
pub(crate) fn ms_of(document: &Document, name: &str) -> Option<i64> {
    document.get(name).and_then(Moment::of).map(|moment| moment.ms)
}

/// Along a path of names.
pub(crate) fn at<'d>(document: &'d Document, path: &[&str]) -> Option<&'d Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(document.get(*first)?, |value, name| value.get(*name))
}
