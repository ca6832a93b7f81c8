//! One row is one record: its type says which of its cells counts.

use super::{
    columns::{Layout, Role},
    repair,
};
use crate::{
    DeviceKind, Import,
    clock::{Clock, InOrder, Placed},
    dates::Dates,
    number,
    table::Row,
    wall::Wall,
};
use glucose::{EventKind, Glucose, Limit, NewEvent, NewReading, ReadingKind, Unit, event::InsulinKind};
use jiff::tz::TimeZone;
use std::collections::HashMap;

pub(super) struct Reader<'t, 'z> {
    layout: Layout,
    import: Import,
    clock: Clock<'z>,
    dates: Dates<'t>,
    turns: HashMap<(&'t str, &'t str), InOrder>,
    /// Cells are parted by commas, so a decimal comma without quotes parts a number.
    by_commas: bool,
    devices: HashMap<(&'t str, &'t str), Option<u16>>,
    placed: Placed,
    device: Option<u16>,
    line: usize,
}

impl<'t, 'z> Reader<'t, 'z> {
    pub fn new(layout: Layout, import: Import, zone: &'z TimeZone, dates: Dates<'t>, delimiter: u8) -> Self {
        let placed = Placed::with_offset(Wall(0), 0);
        let (clock, by_commas) = (Clock::new(zone), delimiter == b',');
        let (turns, devices) = (HashMap::new(), HashMap::new());
        Self { layout, import, clock, dates, turns, by_commas, devices, placed, device: None, line: 0 }
    }

    pub fn take(&mut self, row: &Row<'t>) {
        if row.is_blank() {
            return;
        }
        self.import.rows += 1;
        self.line = row.line;
        let time = self.cell(row, Role::Time);
        let Some(wall) = Wall::parse_both(self.dates.order, time) else {
            return self.problem(Role::Time, "This is no date and time.");
        };
        if let Some(why) = self.dates.bounds.bogus(wall) {
            let name = self.layout.name(Role::Time).to_owned();
            return self.import.quarantine(row.line, &name, why);
        }
        self.placed = self.place(row, wall);
        self.device = self.device(row);
        self.take_record(row);
        self.take_note(row);
    }

    fn take_record(&mut self, row: &Row<'t>) {
        let kind = self.cell(row, Role::Kind);
        match kind {
            "0" => self.take_glucose(row, Role::Historic, ReadingKind::Cgm),
            // An old form of clinics has the sensor's own values as scans.
            "1" if self.cell(row, Role::Scan).is_empty() && !self.cell(row, Role::Historic).is_empty() => {
                self.take_glucose(row, Role::Historic, ReadingKind::Cgm);
            }
            "1" => self.take_glucose(row, Role::Scan, ReadingKind::Scan),
            "2" => self.take_glucose(row, Role::Strip, ReadingKind::Meter),
            "3" => self.take_ketone(row),
            "4" => self.take_insulin(row),
            "5" => self.take_food(row),
            "6" => self.take_clock_change(row),
            _ => self.problem(Role::Kind, "This record type is not known."),
        }
    }

    fn take_glucose(&mut self, row: &Row<'t>, role: Role, kind: ReadingKind) {
        let Some(glucose) = number::glucose(self.cell(row, role), self.layout.unit) else {
            return self.problem(role, "This is no glucose value.");
        };
        let limit = (kind != ReadingKind::Meter).then(|| end_of_scale(glucose)).flatten();
        let reading = NewReading::cgm(self.placed.at, self.placed.offset_min, glucose);
        self.import.readings.push(NewReading { kind, limit, device: self.device, ..reading });
    }

    /// Spanish files part `0,1` over two cells.
    fn take_ketone(&mut self, row: &Row<'t>) {
        let (whole, part) = (self.cell(row, Role::Ketone), self.cell(row, Role::Meal));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let text =
            if self.by_commas && digits(whole) && digits(part) { format!("{whole},{part}") } else { whole.to_owned() };
        match number::parse(&text).filter(|value| (0.0..=20.0).contains(value)) {
            Some(mmol_l) => self.push(EventKind::Ketone { mmol_l }),
            None => self.problem(Role::Ketone, "This is no ketone value."),
        }
    }

    fn take_insulin(&mut self, row: &Row<'t>) {
        let parts = [Role::Meal, Role::Correction, Role::Change].map(|role| number::parse(self.cell(row, role)));
        let advised = parts.iter().flatten().copied().reduce(|sum, part| sum + part);
        let rapid = number::parse(self.cell(row, Role::Rapid)).or(advised);
        let mut found = false;
        for (role, units, insulin) in [
            (Role::Rapid, rapid, InsulinKind::Rapid),
            (Role::Long, number::parse(self.cell(row, Role::Long)), InsulinKind::Long),
        ] {
            let Some(units) = units else { continue };
            found = true;
            if !(0.0..=500.0).contains(&units) {
                self.problem(role, "This is no amount of insulin.");
            } else if units > 0.0 {
                self.push(EventKind::Injection { units, insulin });
            }
        }
        if let Some(units) = advised {
            let (advised, delivered) = (Some(units), true);
            self.push(EventKind::Calculation { advised, on_board: None, carbs: None, delivered });
        }
        for (role, text) in
            [(Role::RapidTaken, "rapid-acting insulin taken"), (Role::LongTaken, "long-acting insulin taken")]
        {
            if !self.cell(row, role).is_empty() {
                found = true;
                self.push(EventKind::Other { name: "insulin".to_owned(), text: text.to_owned() });
            }
        }
        if !found {
            self.problem(Role::Rapid, "This insulin has no amount.");
        }
    }

    fn take_food(&mut self, row: &Row<'t>) {
        let grams = number::parse(self.cell(row, Role::Grams)).filter(|grams| (0.0..=2000.0).contains(grams));
        let servings = self.cell(row, Role::Servings);
        let words = self.cell(row, Role::FoodTaken);
        if let Some(grams) = grams {
            self.push(EventKind::Carbs { grams, fat: None, protein: None });
        } else if !servings.is_empty() {
            self.push(EventKind::Other { name: "food".to_owned(), text: format!("{servings} servings") });
        } else if !words.is_empty() {
            // `1` stands for *something was eaten*.
            let text = if words == "1" { String::new() } else { repair::note(words) };
            self.push(EventKind::Other { name: "food".to_owned(), text });
        } else {
            self.problem(Role::Grams, "This food has no amount.");
        }
    }

    /// The desktop program writes what the clock showed before and after it was set.
    fn take_clock_change(&mut self, row: &Row<'t>) {
        let time = |role| Wall::parse_both(self.dates.order, self.cell(row, role));
        if let (Some(from), Some(to)) = (time(Role::Previous), time(Role::Updated)) {
            self.push(EventKind::ClockChange { by_ms: (to.0 - from.0) * 1000 });
        }
    }

    fn take_note(&mut self, row: &Row<'t>) {
        if let Some(index) = self.layout.at(Role::Notes)
            && !row.get(index).is_empty()
        {
            let text = repair::note(&row.words(index));
            self.push(EventKind::Note { text });
        }
    }

    fn push(&mut self, kind: EventKind) {
        let event = NewEvent::new(self.placed.at, self.placed.offset_min, kind);
        self.import.events.push(NewEvent { device: self.device, ..event });
    }

    fn place(&mut self, row: &Row<'t>, wall: Wall) -> Placed {
        let group = (self.cell(row, Role::Serial), self.cell(row, Role::Kind));
        if self.dates.backwards.contains(&group) {
            return self.clock.place(wall);
        }
        self.turns.entry(group).or_default().place(&mut self.clock, wall)
    }

    fn device(&mut self, row: &Row<'t>) -> Option<u16> {
        let (name, serial) = (self.cell(row, Role::Device), self.cell(row, Role::Serial));
        if name.is_empty() && serial.is_empty() {
            return None;
        }
        if let Some(known) = self.devices.get(&(name, serial)) {
            return *known;
        }
        let kind = if name.contains("Neo") { DeviceKind::Meter } else { DeviceKind::Sensor };
        let device = self.import.device(name, (!serial.is_empty()).then_some(serial), kind);
        self.devices.insert((name, serial), device);
        device
    }

    fn cell(&self, row: &Row<'t>, role: Role) -> &'t str {
        row.at(self.layout.at(role))
    }

    fn problem(&mut self, role: Role, why: &str) {
        let name = self.layout.name(role).to_owned();
        self.import.problem(self.line, &name, why);
    }

    pub fn finished(mut self) -> Import {
        let repeats = repair::drop_fetched_twice(&mut self.import.readings);
        if repeats > 0 {
            self.import.remark(format!("Values that two devices fetched from one sensor, taken once: {repeats}."));
        }
        self.mark_us_scale();
        for words in self.clock.remarks() {
            self.import.remark(words);
        }
        self.import
    }

    /// In the United States the scale of these sensors ends at 400 mg/dL.
    fn mark_us_scale(&mut self) {
        const END: Glucose = Glucose::mg_dl(400);
        let sensor =
            |reading: &&mut NewReading| reading.kind != ReadingKind::Meter && reading.glucose.unit() == Unit::MgDl;
        let highest = self.import.readings.iter_mut().filter(sensor).map(|reading| reading.glucose).max();
        if self.dates.half_days && highest == Some(END) {
            let at_end = self.import.readings.iter_mut().filter(sensor).filter(|reading| reading.glucose == END);
            at_end.for_each(|reading| reading.limit = Some(Limit::Above));
        }
    }
}

/// 40 and 500 mg/dL, 2.2 and 27.8 mmol/L: there these sensors' scale ends.
fn end_of_scale(glucose: Glucose) -> Option<Limit> {
    let (lowest, highest) = match glucose.unit() {
        Unit::MgDl => (40_000, 500_000),
        Unit::MmolL => (2_200, 27_800),
    };
    if glucose.thousandths() <= lowest {
        Some(Limit::Below)
    } else {
        (glucose.thousandths() >= highest).then_some(Limit::Above)
    }
}
