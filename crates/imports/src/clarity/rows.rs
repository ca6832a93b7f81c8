//! One row after the other becomes readings and events.

use super::{
    columns::Layout,
    preamble::Preamble,
    transmitters::Transmitters,
    words::{self, Kind},
};
use crate::{Import, bogus::Bounds, clock::Clock, iso::Iso, number, table::Row, wall::Wall};
use glucose::{Glucose, Limit, NewReading, Unit};
use jiff::tz::TimeZone;
use std::collections::HashMap;

pub(super) struct Reader<'t, 'z> {
    pub layout: Layout,
    pub import: Import,
    pub clock: Clock<'z>,
    bounds: Bounds,
    preamble: Preamble<'t>,
    transmitters: Transmitters<'t>,
    unit: Unit,
    /// The display device of the row before: neighbouring rows are of the same one.
    source: (&'t str, Option<u16>),
    sources: HashMap<&'t str, Option<u16>>,
}

/// Bytes a row has at least, to make room once.
const SHORTEST_ROW: usize = 60;

impl<'t, 'z> Reader<'t, 'z> {
    pub fn new(layout: Layout, mut import: Import, zone: &'z TimeZone, bounds: Bounds, bytes: usize) -> Self {
        let unit = layout.unit.unwrap_or(Unit::MgDl);
        if layout.unit.is_none() {
            import.remark("The header does not name the unit of glucose; it was taken as mg/dL.");
        }
        import.readings.reserve(bytes / SHORTEST_ROW);
        Self {
            layout,
            import,
            clock: Clock::new(zone),
            bounds,
            preamble: Preamble::default(),
            transmitters: Transmitters::default(),
            unit,
            source: ("", None),
            sources: HashMap::new(),
        }
    }

    #[inline]
    pub fn take(&mut self, row: &Row<'t>) {
        let time = row.get(self.layout.time);
        if time.is_empty() {
            if !row.is_blank() {
                self.import.rows += 1;
                self.preamble.take(row, &self.layout);
            }
            return;
        }
        self.import.rows += 1;
        let Some(time) = Iso::parse(time) else {
            return self.problem(row, self.layout.time, "This is no date and time.");
        };
        if let Some(why) = self.bounds.bogus(time.wall) {
            let name = self.layout.name(self.layout.time);
            return self.import.quarantine(row.line, name, why);
        }
        let word = row.get(self.layout.kind);
        // A value with a transmitter's count is a sensor's, in whatever language.
        let kind = words::kind_of(word).or_else(|| {
            let counted = !row.get(self.layout.ticks).is_empty() && !row.get(self.layout.glucose).is_empty();
            counted.then_some(Kind::Sensor)
        });
        match kind {
            Some(Kind::Sensor) => self.take_sensor(row, time.wall),
            Some(kind) => self.take_diary(row, time.wall, kind),
            None => self.take_unknown(row, time.wall, word),
        }
    }

    #[inline]
    fn take_sensor(&mut self, row: &Row<'t>, wall: Wall) {
        let Some((glucose, limit)) = self.glucose(row) else {
            return self.problem(row, self.layout.glucose, "This is no glucose value.");
        };
        let device = self.device(row);
        let placed = match number::parse(row.get(self.layout.ticks)) {
            Some(ticks) => {
                let id = row.at(self.layout.transmitter);
                self.transmitters.place(id, ticks as i64, wall, self.import.readings.len(), &mut self.clock)
            }
            None => self.clock.place(wall),
        };
        let reading = NewReading::cgm(placed.at, placed.offset_min, glucose);
        self.import.readings.push(NewReading { limit, device, ..reading });
    }

    /// A number, or the word for what lies beyond the scale.
    #[inline]
    pub fn glucose(&self, row: &Row<'t>) -> Option<(Glucose, Option<Limit>)> {
        let text = row.get(self.layout.glucose);
        match number::glucose(text, self.unit) {
            Some(glucose) => Some((glucose, None)),
            None => words::beyond_scale(text, self.unit).map(|(glucose, limit)| (glucose, Some(limit))),
        }
    }

    #[inline]
    pub fn device(&mut self, row: &Row<'t>) -> Option<u16> {
        let source = row.get(self.layout.source);
        if source != self.source.0 {
            let known = self.sources.get(source).copied();
            let device = known.unwrap_or_else(|| self.preamble.device(source, &mut self.import));
            self.sources.insert(source, device);
            self.source = (source, device);
        }
        self.source.1
    }

    pub fn problem(&mut self, row: &Row<'_>, column: usize, why: &str) {
        self.import.problem(row.line, self.layout.name(column), why);
    }

    pub fn finished(mut self) -> Import {
        let repeats = self.transmitters.settle(&mut self.import.readings, &mut self.clock);
        if repeats > 0 {
            self.import.remark(format!("Values that two devices showed, taken once: {repeats}."));
        }
        self.import.person = self.preamble.person();
        for words in self.clock.remarks() {
            self.import.remark(words);
        }
        self.import
    }
}
