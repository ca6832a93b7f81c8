//! The rows of a guessed table become readings and events.

use super::{cells, guess::Guess, stamp::Stamp};
use crate::{
    Format, Import, Refused,
    clock::{Clock, InOrder, Placed},
    dates::Dates,
    iso::Offsets,
    number,
    table::Row,
};
use glucose::{
    EventKind, Glucose, Limit, NewEvent, NewReading, ReadingKind, Unit,
    event::{BasalDelivery, BolusOrigin},
};
use jiff::{Timestamp, tz::TimeZone};

/// What a row holds, not yet at its instant.
enum Datum {
    Reading(Glucose, ReadingKind, Option<Limit>),
    Event(EventKind),
}

pub(super) struct Reader<'g, 't, 'z> {
    guess: &'g Guess,
    dates: Dates<'t>,
    zone: &'z TimeZone,
    import: Import,
    found: Vec<(Stamp, Datum)>,
    person: &'t str,
}

/// Values farther apart than this are a meter's, not a sensor's.
const SENSOR_RHYTHM: i64 = 30 * 60;

impl<'g, 't, 'z> Reader<'g, 't, 'z> {
    pub fn new(guess: &'g Guess, dates: Dates<'t>, zone: &'z TimeZone) -> Self {
        let mut import = Import::new(Format::PlainCsv);
        dates.remarks.iter().for_each(|words| import.remark(words.clone()));
        Self { guess, dates, zone, import, found: Vec::new(), person: "" }
    }

    pub fn take(&mut self, row: &Row<'t>) -> Result<(), Refused> {
        self.import.rows += 1;
        self.refuse_another_person(row)?;
        let time_of_day = self.guess.time_of_day.map(|column| row.get(column));
        let Some(stamp) = Stamp::parse(self.dates.order, row.get(self.guess.time), time_of_day) else {
            self.problem(row, self.guess.time, "This is no time.");
            return Ok(());
        };
        let bogus = match stamp {
            Stamp::Wall(wall) => self.dates.bounds.bogus(wall),
            Stamp::Instant(at, _) => crate::iso::is_bogus(at).then_some("This date cannot be right."),
        };
        if let Some(why) = bogus {
            self.import.quarantine(row.line, self.guess.name(self.guess.time), why);
            return Ok(());
        }
        self.take_glucose(row, stamp);
        self.take_amounts(row, stamp);
        Ok(())
    }

    fn take_glucose(&mut self, row: &Row<'t>, stamp: Stamp) {
        let kind = self.kind_of(row);
        for (column, kind) in [(Some(self.guess.glucose), kind), (self.guess.meter, ReadingKind::Meter)] {
            let text = row.at(column);
            if cells::is_nothing(text) {
                continue;
            }
            match glucose_of(text, self.guess.unit) {
                Some((glucose, limit)) => self.found.push((stamp, Datum::Reading(glucose, kind, limit))),
                None => self.problem(row, column.unwrap_or_default(), "This is no glucose value."),
            }
        }
    }

    fn take_amounts(&mut self, row: &Row<'t>, stamp: Stamp) {
        let amount = |column: Option<usize>, most: f64| {
            number::parse(row.at(column)).filter(|value| *value > 0.0 && *value <= most)
        };
        if let Some(grams) = amount(self.guess.carbs, 2000.0) {
            self.push(stamp, EventKind::Carbs { grams, fat: None, protein: None });
        }
        if let Some(normal) = amount(self.guess.bolus, 500.0) {
            let origin = BolusOrigin::Unknown;
            self.push(stamp, EventKind::Bolus { normal, extended: 0.0, duration_ms: 0, programmed: None, origin });
        }
        if let Some(rate) = amount(self.guess.basal, 100.0) {
            self.push(stamp, EventKind::Basal { rate, duration_ms: None, delivery: BasalDelivery::Scheduled });
        }
        if let Some(column) = self.guess.notes
            && self.guess.method.is_none()
            && !row.get(column).is_empty()
        {
            let text = row.words(column).into_owned();
            self.push(stamp, EventKind::Note { text });
        }
    }

    fn push(&mut self, stamp: Stamp, kind: EventKind) {
        self.found.push((stamp, Datum::Event(kind)));
    }

    fn kind_of(&self, row: &Row<'t>) -> ReadingKind {
        match self.guess.method {
            Some(column) if cells::is_finger(row.get(column)) => ReadingKind::Meter,
            Some(_) if row.filled().any(|(_, cell)| cell == "(Scan)") => ReadingKind::Scan,
            _ => ReadingKind::Cgm,
        }
    }

    /// A table of several people must never become one record.
    fn refuse_another_person(&mut self, row: &Row<'t>) -> Result<(), Refused> {
        let person = row.at(self.guess.person);
        if person.is_empty() || person == self.person {
            return Ok(());
        }
        if self.person.is_empty() {
            self.person = person;
            return Ok(());
        }
        Err(Refused::Broken {
            what: "This table holds values of more than one person.".to_owned(),
            line: row.line,
            why: "another one begins here; upload the parts one by one, each to its own record".to_owned(),
        })
    }

    fn problem(&mut self, row: &Row<'_>, column: usize, why: &str) {
        self.import.problem(row.line, self.guess.name(column), why);
    }

    pub fn finished(mut self) -> Import {
        // Rows that stand newest first are placed from the end, so that a repeated hour is told apart.
        if !self.dates.backwards.is_empty() {
            self.found.reverse();
        }
        let is_meter = self.guess.method.is_none() && self.is_slow();
        let mut places =
            Places { clock: Clock::new(self.zone), turns: InOrder::default(), offsets: Offsets::new(self.zone) };
        for (stamp, datum) in std::mem::take(&mut self.found) {
            let (at, offset_min) = places.of(stamp);
            match datum {
                Datum::Reading(glucose, kind, limit) => {
                    let kind = if is_meter { ReadingKind::Meter } else { kind };
                    self.import.readings.push(NewReading { kind, limit, ..NewReading::cgm(at, offset_min, glucose) });
                }
                Datum::Event(kind) => self.import.events.push(NewEvent::new(at, offset_min, kind)),
            }
        }
        if is_meter {
            self.import.remark("The values stand too far apart for a sensor; they were taken as a meter's.");
        }
        places.clock.remarks().into_iter().for_each(|words| self.import.remark(words));
        self.import
    }

    /// Whether half of the values stand more than half an hour apart.
    fn is_slow(&self) -> bool {
        let times: Vec<i64> = self
            .found
            .iter()
            .filter(|(_, datum)| matches!(datum, Datum::Reading(..)))
            .map(|(stamp, _)| stamp.seconds())
            .collect();
        let slow = times.windows(2).filter(|pair| (pair[1] - pair[0]).abs() > SENSOR_RHYTHM).count();
        times.len() > 1 && slow * 2 > times.len() - 1
    }
}

struct Places<'z> {
    clock: Clock<'z>,
    turns: InOrder,
    offsets: Offsets<'z>,
}

impl Places<'_> {
    fn of(&mut self, stamp: Stamp) -> (Timestamp, i16) {
        match stamp {
            Stamp::Instant(at, offset) => (at, offset.unwrap_or_else(|| self.offsets.at(at))),
            Stamp::Wall(wall) => {
                let Placed { at, offset_min } = self.turns.place(&mut self.clock, wall);
                (at, offset_min)
            }
        }
    }
}

/// A number, or a word for what lies beyond the scale (39 and 401 mg/dL, or their images).
fn glucose_of(text: &str, unit: Unit) -> Option<(Glucose, Option<Limit>)> {
    match number::glucose(text, unit) {
        Some(glucose) => Some((glucose, None)),
        None => crate::clarity::beyond_scale(text, unit).map(|(glucose, limit)| (glucose, Some(limit))),
    }
}
