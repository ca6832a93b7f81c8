//! The last value, with all that keeps it from being taken for the present when it is not.

use crate::show::{self, Arrow};
use glucose::{Ranges, Reading};
use jiff::Timestamp;
use reports::Show;

/// The last value of one person, in words. The same on Home and in the list of people followed.
#[derive(Clone, Debug)]
pub struct Now {
    pub value: String,
    pub unit: &'static str,
    pub band_class: &'static str,
    pub band: &'static str,
    pub arrow: Option<Arrow>,
    pub delta: Option<String>,
    pub ago: String,
    /// For the script that counts the age up.
    pub at_ms: i64,
    pub is_old: bool,
}

impl Now {
    pub fn of(reading: &Reading, previous: Option<&Reading>, show: &Show, now: Timestamp) -> Self {
        let band = Ranges::ADULT.band(reading.glucose);
        Self {
            value: show::reading(reading, show),
            unit: show.unit_symbol(),
            band_class: show::band_class(band),
            band: show.band_name(band),
            arrow: reading.trend.map(Arrow::of),
            delta: previous.and_then(|previous| show::delta(reading, previous, show)),
            ago: show.language.ago(reading.at, now),
            at_ms: reading.at.as_millisecond(),
            is_old: show::is_old(reading.at, now),
        }
    }
}
