//! Charts as tables, for those who read them instead of seeing them.

use crate::{day::DayView, show::Show};
use glucose::{Agp, Limit, ReadingKind};

/// One hour of the profile, in the reader's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// `06:00`.
    pub hour: String,
    /// The percentiles 5, 25, 50, 75 and 95; none when the hour has no readings.
    pub percentiles: Option<[String; 5]>,
}

/// The percentile picture as a table: what its curves go through at half past each hour.
pub fn hour_rows(agp: &Agp, show: &Show) -> Vec<HourRow> {
    let row = |(hour, place): (u8, &Option<glucose::Percentiles>)| HourRow {
        hour: show.language.hour(hour),
        percentiles: place.map(|p| [p.p5, p.p25, p.p50, p.p75, p.p95].map(|mg_dl| show.mg_dl(mg_dl))),
    };
    (0..).zip(&agp.hours).map(row).collect()
}

/// One reading of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingRow {
    /// By the record's wall clock: `07:30`.
    pub time: String,
    /// `104`; `≤40` and `≥400` where the device could not measure further.
    pub value: String,
    /// `In range`.
    pub band: &'static str,
    /// `Sensor`.
    pub kind: &'static str,
}

/// The readings of a day as a table.
pub fn reading_rows(day: &DayView, show: &Show) -> Vec<ReadingRow> {
    let texts = show.texts();
    let row = |reading: &glucose::Reading| ReadingRow {
        time: show.language.time(day.zone.to_datetime(reading.at).time()),
        value: match reading.limit {
            Some(Limit::Below) => format!("≤{}", show.glucose(reading.glucose)),
            Some(Limit::Above) => format!("≥{}", show.glucose(reading.glucose)),
            None => show.glucose(reading.glucose),
        },
        band: show.band_name(show.ranges.band(reading.glucose)),
        kind: match reading.kind {
            ReadingKind::Cgm => texts.sensor,
            ReadingKind::Scan => texts.scan,
            ReadingKind::Meter => texts.meter,
        },
    };
    day.readings.iter().map(row).collect()
}
