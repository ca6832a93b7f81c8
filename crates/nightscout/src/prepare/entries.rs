//! Entries: `dateString` and `sysTime` in UTC, values as numbers.

use super::{Refused, common, set_number};
use crate::{Document, Moment, document::number, times::iso};
use jiff::Timestamp;

const NUMBERS: &[&str] = &["date", "sgv", "mbg", "filtered", "unfiltered", "rssi", "noise"];

pub(super) fn prepare(mut document: Document, now: Timestamp) -> Result<Document, Refused> {
    for name in NUMBERS {
        // A date in words is told below.
        let read = document.get(*name).filter(|value| value.as_str().is_none_or(is_number)).and_then(number);
        if let Some(number) = read {
            set_number(&mut document, name, number);
        }
    }
    let said = common::time(&document, &["dateString", "date"], now)?.ok_or(Refused::Date)?;
    let date = document.get("date").filter(|date| date.is_number()).and_then(Moment::of);
    let date = date.unwrap_or(said);
    common::refuse_tomorrow(said, now)?;
    common::refuse_tomorrow(date, now)?;
    if !document.get("date").is_some_and(serde_json::Value::is_number) {
        document.insert("date".to_owned(), said.ms.into());
    }
    common::name_kind(&mut document);
    document.insert("dateString".to_owned(), iso(said.ms).into());
    document.insert("utcOffset".to_owned(), said.offset_min.unwrap_or(0).into());
    document.insert("sysTime".to_owned(), iso(said.ms).into());
    Ok(document)
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok()
}
