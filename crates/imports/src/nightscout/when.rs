//! When a document of Nightscout is from. `date` is authoritative for entries, `created_at` for the others.

use crate::{Format, iso, iso::Iso, iso::Offsets, json::Fields};
use jiff::{Timestamp, tz::TimeZone};

pub(super) struct When<'z> {
    offsets: Offsets<'z>,
}

/// A `utcOffset` beyond this is none.
const MOST_MINUTES: f64 = 18.0 * 60.0;

impl<'z> When<'z> {
    pub fn new(zone: &'z TimeZone) -> Self {
        Self { offsets: Offsets::new(zone) }
    }

    /// The instant of a document and the offset of its wall clock. Takes the fields that say it.
    pub fn of(&mut self, fields: &mut Fields, format: Format) -> Option<(Timestamp, i16)> {
        let names: &[&str] = match format {
            Format::NightscoutEntries => &["date", "dateString", "sysTime", "mills", "created_at"],
            Format::NightscoutProfile => &["startDate", "mills", "created_at", "date", "srvCreated"],
            _ => &["created_at", "date", "mills", "timestamp", "sysTime"],
        };
        let mut found: Option<(Timestamp, Option<i32>)> = None;
        for name in names {
            let Some(this) = instant(fields, name) else { continue };
            if found.is_none_or(|(at, _)| iso::is_bogus(at) && !iso::is_bogus(this.0)) {
                found = Some(this);
            }
            let offset = found.and_then(|(_, offset)| offset).or(this.1);
            found = found.map(|(at, _)| (at, offset));
            // The same moment said twice is said once; another moment is kept as it came.
            if found.is_some_and(|(at, _)| at == this.0) {
                fields.drop(&[name]);
            }
        }
        let (at, offset) = found.or_else(|| from_object_id(fields))?;
        let at = if iso::is_bogus(at) { from_object_id(fields).map_or(at, |(at, _)| at) } else { at };
        Some((at, self.offset(fields, at, offset)))
    }

    pub fn offset_at(&mut self, at: Timestamp) -> i16 {
        self.offsets.at(at)
    }

    /// Apps that write UTC say zero whatever their wall clock shows, so zero is the record's zone.
    fn offset(&mut self, fields: &mut Fields, at: Timestamp, stated: Option<i32>) -> i16 {
        let minutes = fields.number("utcOffset").filter(|minutes| *minutes != 0.0 && minutes.abs() <= MOST_MINUTES);
        let stated = stated.filter(|seconds| *seconds != 0).map(|seconds| (seconds / 60) as i16);
        minutes.map(|minutes| minutes as i16).or(stated).unwrap_or_else(|| self.offsets.at(at))
    }
}

fn instant(fields: &Fields, name: &str) -> Option<(Timestamp, Option<i32>)> {
    if let Some(text) = fields.look_text(&[name])
        && let Some(time) = Iso::parse(text)
    {
        // Nightscout's times without an offset are UTC.
        let offset = time.offset.or(Some(0));
        return Some((Iso { offset, ..time }.instant()?, time.offset));
    }
    Some((iso::from_epoch(fields.look_number(&[name])?)?, None))
}

/// The first four bytes of a database id are the second of its making.
fn from_object_id(fields: &Fields) -> Option<(Timestamp, Option<i32>)> {
    let id =
        fields.look_text(&["_id"]).filter(|id| id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let seconds = i64::from_str_radix(&id[..8], 16).ok()?;
    Some((Timestamp::from_second(seconds).ok()?, None))
}
