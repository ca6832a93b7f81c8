//! What people note in the app: insulin, food, movement, health, words; and calibrations.

use super::{
    rows::Reader,
    words::{self, Kind},
};
use crate::{clock::Placed, number, table::Row, wall::Wall, wall::parse_duration};
use glucose::{EventKind, NewEvent, NewReading};

impl<'t> Reader<'t, '_> {
    pub(super) fn take_diary(&mut self, row: &Row<'t>, wall: Wall, kind: Kind) {
        let subtype = row.words(self.layout.subtype).into_owned();
        match kind {
            Kind::Calibration => return self.take_calibration(row, wall),
            Kind::Insulin => return self.take_insulin(row, wall, &subtype),
            Kind::Carbs => return self.take_carbs(row, wall),
            _ => {}
        }
        let placed = self.clock.place(wall);
        let event = match kind {
            Kind::Exercise => EventKind::Exercise { duration_ms: self.duration(row), intensity: subtype },
            Kind::Health => EventKind::Other { name: "Health".to_owned(), text: self.said(row) },
            Kind::Alert => EventKind::Alarm { text: subtype, code: None, cleared: false },
            _ => EventKind::Note { text: self.said(row) },
        };
        self.push(row, placed, event);
    }

    /// A calibration is a value from a finger that the sensor was set by.
    fn take_calibration(&mut self, row: &Row<'t>, wall: Wall) {
        let Some((glucose, limit)) = self.glucose(row) else {
            return self.problem(row, self.layout.glucose, "This is no glucose value.");
        };
        let placed = self.clock.place(wall);
        let device = self.device(row);
        let reading = NewReading::meter(placed.at, placed.offset_min, glucose);
        self.import.readings.push(NewReading { limit, device, ..reading });
        self.push(row, placed, EventKind::Calibration { glucose });
    }

    fn take_insulin(&mut self, row: &Row<'t>, wall: Wall, subtype: &str) {
        let Some(units) = amount(row.get(self.layout.insulin), 500.0) else {
            return self.problem(row, self.layout.insulin, "This is no amount of insulin.");
        };
        let placed = self.clock.place(wall);
        self.push(row, placed, EventKind::Injection { units, insulin: words::insulin_of(subtype) });
    }

    fn take_carbs(&mut self, row: &Row<'t>, wall: Wall) {
        let Some(grams) = amount(row.get(self.layout.carbs), 2000.0) else {
            return self.problem(row, self.layout.carbs, "This is no amount of carbohydrate.");
        };
        let placed = self.clock.place(wall);
        self.push(row, placed, EventKind::Carbs { grams, fat: None, protein: None });
    }

    /// A word that we do not know: the columns that are filled tell what it is, except for glucose, which an alert's
    /// limit could be.
    pub(super) fn take_unknown(&mut self, row: &Row<'t>, wall: Wall, word: &str) {
        if !row.get(self.layout.insulin).is_empty() {
            self.take_diary(row, wall, Kind::Insulin);
        } else if !row.get(self.layout.carbs).is_empty() {
            self.take_diary(row, wall, Kind::Carbs);
        } else if !row.get(self.layout.glucose).is_empty() || word.is_empty() {
            self.problem(row, self.layout.kind, "This kind of event is not known.");
        } else {
            let placed = self.clock.place(wall);
            let name = word.chars().take(64).collect();
            let text = self.said(row);
            self.push(row, placed, EventKind::Other { name, text });
        }
    }

    fn push(&mut self, row: &Row<'t>, placed: Placed, kind: EventKind) {
        let device = self.device(row);
        self.import.events.push(NewEvent { device, ..NewEvent::new(placed.at, placed.offset_min, kind) });
    }

    fn duration(&self, row: &Row<'t>) -> Option<i64> {
        parse_duration(row.get(self.layout.duration)).filter(|ms| *ms > 0)
    }

    /// All the words of a row.
    fn said(&self, row: &Row<'t>) -> String {
        let columns = [self.layout.subtype, self.layout.person, self.layout.device];
        let words = columns.iter().map(|column| row.words(*column)).filter(|words| !words.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }
}

fn amount(text: &str, most: f64) -> Option<f64> {
    number::parse(text).filter(|value| (0.0..=most).contains(value))
}
