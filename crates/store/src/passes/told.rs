//! What the history tells of visit passes, which keeps their labels when they are gone.

use crate::{
    audit::{self, Chain, Detail},
    db::{Row, Tx},
    error::Error,
    inside::Inside,
    keys::place,
};
use sharing::RecordId;
use std::collections::HashMap;

/// Lines of the history whose detail tells which pass.
pub(crate) const ACTS: [&str; 4] = [MADE, ENDED, RAN_OUT, NEVER_OPENED];
pub(super) const MADE: &str = "made a visit pass";
pub(super) const ENDED: &str = "ended a visit pass";
pub(super) const RAN_OUT: &str = "a visit pass ran out";
pub(super) const NEVER_OPENED: &str = "a visit pass was never opened";

/// For the history, which tells the label even when the pass is gone: id, days, minutes, label.
pub(super) fn detail(inside: &Inside, record: RecordId, row: &Row) -> Result<String, Error> {
    let id = row.id(0)?;
    let label = inside.keys.open_text(place("passes", "label", id).of(record.0), row.bytes(1)?)?;
    Ok(format!("{id} {} {} {} {label}", row.text(2)?, row.text(3)?, row.int(4)?))
}

/// The same, as a person reads it.
pub(crate) fn detail_words(detail: &str) -> String {
    let mut parts = detail.splitn(5, ' ').skip(1);
    let [first, last, minutes, label] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let joint = if label.is_empty() { "" } else { ", " };
    format!("{label}{joint}{first} to {last}, {minutes} minutes")
}

/// The labels of all passes that a record ever had.
pub(crate) fn labels(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<HashMap<String, String>, Error> {
    let made = audit::details(tx, inside, Chain::Record(record), MADE)?;
    let label = |detail: Detail| {
        let mut parts = detail.text.splitn(5, ' ');
        let (id, label) = (parts.next()?.to_owned(), parts.nth(3)?.to_owned());
        (!label.is_empty()).then_some((id, label))
    };
    Ok(made.into_iter().filter_map(label).collect())
}
