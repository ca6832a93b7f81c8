//! Counts of the last days of a record, so that a list of ten thousand patients is ten thousand small opens.

use super::ChunkError;
use super::bytes::{Cursor, put_decimal, put_signed, put_varint};
use glucose::ranges::{Band, Ranges};
use glucose::{Reading, ReadingKind};
use jiff::Timestamp;

/// Local days kept; the figures are about fourteen.
const KEPT: usize = 16;
const FIGURED: i64 = 14;

/// Sensor readings of one local day, by the clock that the device showed.
#[derive(Clone, Debug, PartialEq)]
pub struct DayCounts {
    /// Days since 1970.
    pub day: i64,
    /// By band, from very low to very high.
    pub bands: [u32; 5],
    /// Of all values, mg/dL.
    pub sum: f64,
    /// The first of the day.
    pub first_at: Timestamp,
    /// The last of the day.
    pub last_at: Timestamp,
}

/// The newest local days with sensor readings, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    days: Vec<DayCounts>,
}

/// The fourteen local days that end with the newest sensor reading, as clinic lists show them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary14 {
    /// Of the fourteen.
    pub days_with_data: u32,
    /// Sensor readings.
    pub readings: u32,
    /// mg/dL.
    pub mean_mg_dl: Option<f64>,
    /// Percent of readings below 54 mg/dL.
    pub very_low: f64,
    /// Percent from 54 to under 70.
    pub low: f64,
    /// Percent from 70 to 180.
    pub in_range: f64,
    /// Percent above 180 to 250.
    pub high: f64,
    /// Percent above 250.
    pub very_high: f64,
    /// The newest sensor reading.
    pub newest_at: Option<Timestamp>,
}

impl Summary {
    /// The days kept, oldest first.
    pub fn days(&self) -> &[DayCounts] {
        &self.days
    }

    pub(crate) fn newest_ms(&self) -> Option<i64> {
        self.days.last().map(|day| day.last_at.as_millisecond())
    }

    /// Takes in a reading that comes after all before. Only a sensor's rhythm gives shares of time.
    pub(crate) fn absorb(&mut self, reading: &Reading) {
        if reading.kind != ReadingKind::Cgm {
            return;
        }
        let day = local_day(reading);
        let place = match self.days.binary_search_by_key(&day, |counts| counts.day) {
            Ok(place) => place,
            Err(place) => {
                let new = DayCounts { day, bands: [0; 5], sum: 0.0, first_at: reading.at, last_at: reading.at };
                self.days.insert(place, new);
                place
            }
        };
        let counts = &mut self.days[place];
        let band = Ranges::ADULT.band(reading.glucose);
        counts.bands[Band::ALL.iter().position(|each| *each == band).unwrap_or_default()] += 1;
        counts.sum += reading.glucose.to_mg_dl();
        counts.first_at = counts.first_at.min(reading.at);
        counts.last_at = counts.last_at.max(reading.at);
        if self.days.len() > KEPT {
            self.days.remove(0);
        }
    }

    /// Takes in a reading that lies before others; `false` where more than it says is needed, because of its day may be more
    /// than is counted here.
    pub(super) fn take_in(&mut self, reading: &Reading) -> bool {
        let (day, first) = (local_day(reading), self.days.first().map(|counts| counts.day));
        match first {
            // Below all that is kept, even by another clock.
            Some(first) if day < first - 1 && self.days.len() == KEPT => true,
            Some(first) if day >= first => {
                self.absorb(reading);
                true
            }
            _ => reading.kind != ReadingKind::Cgm,
        }
    }

    /// The figures for lists.
    pub fn figures(&self) -> Summary14 {
        let Some(newest) = self.days.last() else { return Summary14::default() };
        let days: Vec<&DayCounts> = self.days.iter().filter(|day| day.day > newest.day - FIGURED).collect();
        let bands = |band: usize| days.iter().map(|day| day.bands[band]).sum::<u32>();
        let readings: u32 = (0..5).map(bands).sum();
        let percent = |band| f64::from(bands(band)) * 100.0 / f64::from(readings.max(1));
        Summary14 {
            days_with_data: days.len() as u32,
            readings,
            mean_mg_dl: Some(days.iter().map(|day| day.sum).sum::<f64>() / f64::from(readings.max(1))),
            very_low: percent(0),
            low: percent(1),
            in_range: percent(2),
            high: percent(3),
            very_high: percent(4),
            newest_at: Some(newest.last_at),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.days.len() as u64);
        for day in &self.days {
            put_signed(out, day.day);
            day.bands.iter().for_each(|count| put_varint(out, u64::from(*count)));
            put_decimal(out, day.sum);
            put_signed(out, day.first_at.as_millisecond());
            put_signed(out, day.last_at.as_millisecond() - day.first_at.as_millisecond());
        }
    }

    pub(super) fn read(from: &mut Cursor<'_>) -> Result<Self, ChunkError> {
        let count: usize = from.small()?;
        let days = (0..count).map(|_| read_day(from)).collect::<Result<Vec<_>, _>>()?;
        let ordered = days.is_sorted_by(|a, b| a.day < b.day);
        if ordered { Ok(Self { days }) } else { Err(ChunkError::Damaged("its days are out of order")) }
    }
}

/// By the clock that the device showed.
fn local_day(reading: &Reading) -> i64 {
    (reading.at.as_millisecond() + i64::from(reading.offset_min) * 60_000).div_euclid(86_400_000)
}

fn read_day(from: &mut Cursor<'_>) -> Result<DayCounts, ChunkError> {
    let day = from.signed()?;
    let mut bands = [0; 5];
    for count in &mut bands {
        *count = from.small()?;
    }
    let sum = from.decimal()?;
    let first_ms = from.signed()?;
    let last_ms = first_ms.checked_add(from.signed()?);
    let at = |ms: i64| Timestamp::from_millisecond(ms).map_err(|_| ChunkError::Damaged("an instant is out of range"));
    Ok(DayCounts { day, bands, sum, first_at: at(first_ms)?, last_at: at(last_ms.unwrap_or(i64::MAX))? })
}
