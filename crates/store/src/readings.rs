//! A record's readings: a span of them, the last values, and single ones as an app sends them.

use crate::{
    access::Access,
    chunk::{Chunk, Datum, EventDatum, Headline, Latest, Merged, NEAR_MS, ReadingDatum, Row, day_of},
    days::{Day, Stored, by_day, indexed_ids},
    error::Error,
    opened::Seal,
    rights::{CanView, Upload},
};
use glucose::{NewReading, Reading};
use jiff::Timestamp;
use sharing::Visibility;
use std::sync::Arc;

/// Days that the row of last values looks back over.
const LOOK_BACK: i64 = 17;

/// What came of single values that an app sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// New to the record.
    pub added: u64,
    /// The app, or another source, had brought them before.
    pub already_here: u64,
}

impl<R: CanView> Access<'_, R> {
    /// The last values: reading, change, and what the device said of itself, as far as it is visible.
    pub fn latest(&mut self) -> Result<Option<Latest>, Error> {
        let visible = self.entered().visibility;
        let mut latest = self.headline()?.latest;
        if !visible.insulin {
            // What is missing in the reservoir was given.
            (latest.on_board, latest.reservoir) = (None, None);
        }
        if !visible.devices {
            latest = Latest { reservoir: None, battery: None, sensor_started_at: None, set_changed_at: None, ..latest };
        }
        latest.keep(|at| self.entered().sees(at));
        Ok((latest != Latest::default()).then_some(latest))
    }

    /// Readings from `from` until before `to`, oldest first, each measured value once.
    pub fn readings_within(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Reading>, Error> {
        let (from, to) = self.entered().seen(from, to);
        if from >= to {
            return Ok(Vec::new());
        }
        self.saw(from, to);
        let (first, last) = days_around(from, to);
        let days = self.days::<ReadingDatum>(first, last)?;
        let readings = self.opened((first, last), &days)?;
        Ok(readings.iter().filter(|reading| (from..to).contains(&reading.at)).copied().collect())
    }

    /// All of these days, from memory if they were opened lately.
    fn opened(&mut self, (first, last): (i64, i64), days: &[Day]) -> Result<Arc<[Reading]>, Error> {
        let (span, now) = ((self.record_id(), first, last), self.now());
        let seals: Vec<Seal> = days.iter().map(Day::seal).collect();
        if let Some(readings) = self.inside().opened.find(span, &seals, now) {
            return Ok(readings);
        }
        let readings = self.span::<ReadingDatum>(days)?.view().into();
        let inside = self.inside();
        inside.opened.keep(span, seals, &readings, now);
        // Its key may have been destroyed meanwhile, and what was forgotten then would be there again.
        inside.keys.record(span.0).inspect_err(|_| inside.opened.forget(span.0))?;
        Ok(readings)
    }

    /// The first and the last datum of any kind; of readings alone for whoever does not see every kind, and for a visit pass
    /// of what it shows.
    pub fn extent(&mut self) -> Result<Option<(Timestamp, Timestamp)>, Error> {
        if self.entered().window().is_some() {
            return self.extent_of_seen();
        }
        let readings = self.newest_days::<ReadingDatum>(1)?;
        if self.entered().visibility != Visibility::ALL {
            let oldest: Vec<Day> = self.oldest_day::<ReadingDatum>()?.into_iter().collect();
            let ends = (self.ends::<ReadingDatum>(&oldest)?, self.ends::<ReadingDatum>(&readings)?);
            return Ok(ends.0.zip(ends.1).map(|((first, _), (_, last))| (first, last)));
        }
        let oldest = [self.oldest_day::<ReadingDatum>()?, self.oldest_day::<EventDatum>()?];
        let events = self.newest_days::<EventDatum>(1)?;
        let [old_readings, old_events] = oldest.map(|day| day.map_or_else(Vec::new, |day| vec![day]));
        let first = widest(self.ends::<ReadingDatum>(&old_readings)?, self.ends::<EventDatum>(&old_events)?);
        let last = widest(self.ends::<ReadingDatum>(&readings)?, self.ends::<EventDatum>(&events)?);
        Ok(first.zip(last).map(|((first, _), (_, last))| (first, last)))
    }

    fn extent_of_seen(&mut self) -> Result<Option<(Timestamp, Timestamp)>, Error> {
        let readings = self.readings_within(Timestamp::MIN, Timestamp::MAX)?;
        let events = self.events_within(Timestamp::MIN, Timestamp::MAX)?;
        let readings = readings.first().zip(readings.last()).map(|(first, last)| (first.at, last.at));
        let events = events.first().zip(events.last()).map(|(first, last)| (first.at, last.at));
        Ok(widest(readings, events))
    }

    fn ends<T: Stored>(&mut self, days: &[Day]) -> Result<Option<(Timestamp, Timestamp)>, Error> {
        let chunk = self.span::<T>(days)?;
        let at = |row: &Row<T>| row.item.common().at();
        Ok(chunk.rows().first().map(at).zip(chunk.rows().last().map(at)))
    }
}

/// The days of a span, with their neighbours where a value near midnight may be one with another.
fn days_around(from: Timestamp, to: Timestamp) -> (i64, i64) {
    let first = day_of(from.as_millisecond().saturating_sub(NEAR_MS));
    (first, day_of(to.as_millisecond().saturating_add(NEAR_MS)))
}

/// From the earlier start to the later end.
fn widest(a: Option<(Timestamp, Timestamp)>, b: Option<(Timestamp, Timestamp)>) -> Option<(Timestamp, Timestamp)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

impl<R> Access<'_, R> {
    pub(crate) fn one_day<T: Stored>(&mut self, day: i64) -> Result<Day, Error> {
        Ok(self.days::<T>(day, day)?.pop().unwrap_or(Day::none(day)))
    }

    /// The days of a span, with their neighbours where a value near midnight may be one with another.
    pub(crate) fn within<T: Stored>(&mut self, from: Timestamp, to: Timestamp) -> Result<Chunk<T>, Error> {
        let (first, last) = days_around(from, to);
        let days = self.days::<T>(first, last)?;
        self.span(&days)
    }

    /// Makes the row of last values and counts anew from the newest days.
    pub(crate) fn refresh_headline(&mut self) -> Result<(), Error> {
        let before = self.headline()?;
        let headline = self.made_anew(before)?;
        self.set_headline(&headline)
    }

    /// The row of last values and counts, from the newest days.
    pub(crate) fn made_anew(&mut self, before: Headline) -> Result<Headline, Error> {
        let mut headline = Headline { live: before.live, stamp_ms: before.stamp_ms, ..Default::default() };
        let days = self.newest_days::<ReadingDatum>(LOOK_BACK)?;
        self.span::<ReadingDatum>(&days)?.view().into_iter().for_each(|reading| headline.absorb(reading));
        let days = self.newest_days::<EventDatum>(LOOK_BACK)?;
        let events = self.span::<EventDatum>(&days)?.view();
        events.iter().for_each(|event| headline.latest.learn(event));
        Ok(headline)
    }
}

impl Access<'_, Upload> {
    /// Adds single values that an app sent just now: one row is read, merged and written. The same values again change
    /// nothing, so an app may try for ever.
    pub fn add_readings(&mut self, new: &[NewReading]) -> Result<Added, Error> {
        let mut headline = self.headline()?;
        let live = self.live_upload(&mut headline)?;
        let now_ms = self.now().as_millisecond();
        let (mut total, mut at_end) = (Merged::default(), true);
        for delivery in by_day(new.iter().map(|new| ReadingDatum::new(new, None)).collect()) {
            let before = self.one_day::<ReadingDatum>(delivery.day)?;
            let mut chunk = before.chunk::<ReadingDatum>(&self.key())?;
            let count = chunk.rows().len();
            let ids = indexed_ids(delivery.items.iter().map(|item| (item, true)));
            for item in delivery.items {
                let stamp = headline.stamp(now_ms);
                let next = headline.is_next(item.at_ms());
                let merged = chunk.add(live.upload, item.clone(), stamp)?;
                total.added += merged.added;
                total.already_here += merged.already_here;
                at_end &= next || merged.added == 0;
                if next && merged.added > 0 {
                    headline.absorb(item.show(live.upload));
                }
            }
            if chunk.rows().len() > count {
                self.write_day(&before, &chunk)?;
                self.index_ids::<ReadingDatum>(delivery.day, &ids)?;
            }
        }
        self.end_live(headline, live.source, [total.added, 0], at_end)?;
        if total.added > 0 {
            self.note_readings()?;
        }
        Ok(Added { added: total.added, already_here: total.already_here })
    }
}
