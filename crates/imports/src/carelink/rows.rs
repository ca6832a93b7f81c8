//! One row of generation 2 becomes log entries.

use super::{
    columns::{Header, Role},
    entry::{BolusRow, DeviceLog, Entry, Part, SensorRow, TempBasal, What, WizardRow},
};
use crate::{
    Import, number,
    table::Row,
    wall::{DateOrder, Wall, parse_duration},
};
use glucose::{Glucose, Limit, Unit};

/// The cells of a row that mean something, by what they mean.
#[derive(Default)]
struct Cells<'t> {
    finger: &'t str,
    finger_source: &'t str,
    calibration: &'t str,
    sensor: &'t str,
    basal: &'t str,
    temp: [&'t str; 3],
    bolus: &'t str,
    selected: &'t str,
    delivered: &'t str,
    bolus_duration: &'t str,
    bolus_number: &'t str,
    bolus_source: &'t str,
    cancellation: &'t str,
    prime: [&'t str; 2],
    estimate: &'t str,
    target: &'t str,
    carbs: &'t str,
    active: &'t str,
    status: &'t str,
}

pub(super) struct RowReader<'t> {
    header: Header,
    order: DateOrder,
    /// The last date and its midnight: neighbouring rows are of the same day.
    date: (&'t str, Wall),
    line: u32,
    wall: Wall,
}

impl<'t> RowReader<'t> {
    pub fn new(header: Header, order: DateOrder) -> Self {
        Self { header, order, date: ("", Wall(0)), line: 0, wall: Wall(0) }
    }

    pub fn take(&mut self, row: &Row<'t>, log: &mut DeviceLog<'t>, import: &mut Import) {
        let Some(wall) = self.wall_of(row) else {
            let bad_date = Wall::parse(self.order, row.get(self.header.date), "00:00:00").is_none();
            let index = if bad_date { self.header.date } else { self.header.time };
            let what = if bad_date { "date" } else { "time of day" };
            return import.problem(row.line, self.header.names.name(index), not_a(what, row.get(index)));
        };
        self.wall = wall;
        self.line = u32::try_from(row.line).unwrap_or(u32::MAX);
        let mut cells = Cells::default();
        for (index, text) in row.filled() {
            self.sort_cell(index, text, &mut cells, log, import);
        }
        self.take_glucose(&cells, log, import);
        self.take_insulin(&cells, log, import);
        self.take_wizard(&cells, log, import);
    }

    fn wall_of(&mut self, row: &Row<'t>) -> Option<Wall> {
        let date = row.get(self.header.date);
        if date != self.date.0 {
            self.date = (date, Wall::parse(self.order, date, "00:00:00")?);
        }
        Some(Wall(self.date.1.0 + crate::wall::parse_time(row.get(self.header.time))?))
    }

    /// Puts a cell where it belongs; cells that are an entry by themselves become one at once.
    fn sort_cell(
        &self,
        index: usize,
        text: &'t str,
        cells: &mut Cells<'t>,
        log: &mut DeviceLog<'t>,
        import: &mut Import,
    ) {
        match self.header.roles.get(index).copied().unwrap_or(Role::Ignored) {
            Role::SensorGlucose => cells.sensor = text,
            Role::Finger => cells.finger = text,
            Role::FingerSource => cells.finger_source = text,
            Role::Calibration => cells.calibration = text,
            Role::Basal => cells.basal = text,
            Role::TempAmount => cells.temp[0] = text,
            Role::TempType => cells.temp[1] = text,
            Role::TempDuration => cells.temp[2] = text,
            Role::BolusType => cells.bolus = text,
            Role::Selected => cells.selected = text,
            Role::Delivered => cells.delivered = text,
            Role::BolusDuration => cells.bolus_duration = text,
            Role::BolusNumber => cells.bolus_number = text,
            Role::BolusSource => cells.bolus_source = text,
            Role::Cancellation => cells.cancellation = text,
            Role::PrimeType => cells.prime[0] = text,
            Role::PrimeVolume => cells.prime[1] = text,
            Role::Estimate => cells.estimate = text,
            Role::Target => cells.target = text,
            Role::Carbs => cells.carbs = text,
            Role::ActiveInsulin => cells.active = text,
            Role::WizardStatus => cells.status = text,
            Role::Suspend => self.push(log, What::Suspend(text)),
            Role::Rewind => self.push(log, What::Rewind),
            Role::Alert => self.push(log, What::Alert { text: without_loudness(text), code: alert_code(text) }),
            Role::Cleared => self.push(log, What::Cleared { text, code: alert_code(text) }),
            Role::Marker => self.push(log, What::Marker(text)),
            Role::Exception => self.push(log, What::Exception(text)),
            Role::Network => self.push(log, What::Network(text)),
            Role::NewDeviceTime => match Wall::parse_both(self.order, text) {
                Some(wall) => self.push(log, What::ClockSet(wall)),
                None => self.complain(Role::NewDeviceTime, text, import),
            },
            Role::DailyTotal => self.with_number(Role::DailyTotal, text, import, |units| {
                self.push(log, What::DailyTotal(units));
            }),
            Role::Ignored => {}
        }
    }

    fn take_glucose(&self, cells: &Cells<'t>, log: &mut DeviceLog<'t>, import: &mut Import) {
        if !cells.sensor.is_empty() {
            match number::glucose(cells.sensor, self.header.sensor_unit) {
                Some(glucose) => {
                    let (wall, line, limit) = (self.wall, self.line, end_of_scale(glucose));
                    log.sensor.push(SensorRow { wall, line, glucose, limit });
                }
                None => self.complain(Role::SensorGlucose, cells.sensor, import),
            }
        }
        for (role, text) in [(Role::Finger, cells.finger), (Role::Calibration, cells.calibration)] {
            if text.is_empty() {
                continue;
            }
            match number::glucose(text, self.header.unit_of(role)) {
                Some(value) if role == Role::Finger => {
                    self.push(log, What::Finger { value, source: cells.finger_source });
                }
                Some(value) => self.push(log, What::Calibration(value)),
                None => self.complain(role, text, import),
            }
        }
    }

    fn take_insulin(&self, cells: &Cells<'t>, log: &mut DeviceLog<'t>, import: &mut Import) {
        if !cells.basal.is_empty() {
            self.with_number(Role::Basal, cells.basal, import, |rate| self.push(log, What::Basal(rate)));
        }
        if !cells.temp[0].is_empty() || !cells.temp[2].is_empty() {
            self.take_temp(cells, log, import);
        }
        if !cells.prime[0].is_empty() {
            let units = number::parse(cells.prime[1]);
            self.push(log, What::Prime { kind: cells.prime[0], units });
        }
        if !cells.cancellation.is_empty() {
            self.push(log, What::Cancelled { number: number_of(cells.bolus_number) });
        } else if !cells.bolus.is_empty() {
            self.take_bolus(cells, log, import);
        }
    }

    fn take_temp(&self, cells: &Cells<'t>, log: &mut DeviceLog<'t>, import: &mut Import) {
        let [amount, kind, duration] = cells.temp;
        let Some(duration_ms) = parse_duration(duration) else {
            return self.complain(Role::TempDuration, duration, import);
        };
        self.with_number(Role::TempAmount, amount, import, |amount| {
            let percent = kind.eq_ignore_ascii_case("percent");
            let amount = if percent { TempBasal::Percent(amount) } else { TempBasal::Rate(amount) };
            self.push(log, What::Temp { amount, duration_ms });
        });
    }

    fn take_bolus(&self, cells: &Cells<'t>, log: &mut DeviceLog<'t>, import: &mut Import) {
        for (role, text) in [(Role::Selected, cells.selected), (Role::Delivered, cells.delivered)] {
            if !text.is_empty() && amount(text).is_none() {
                return self.complain(role, text, import);
            }
        }
        let (selected, delivered) = (amount(cells.selected), amount(cells.delivered));
        if cells.bolus_source == "CLOSED_LOOP_AUTO_INSULIN" {
            if let Some(units) = delivered.or(selected) {
                log.auto_days.push((self.wall.midnight(), units, self.line));
            }
            return;
        }
        let Some(part) = part_of(cells.bolus) else {
            return self.complain(Role::BolusType, cells.bolus, import);
        };
        self.push(
            log,
            What::Bolus(BolusRow {
                part,
                selected,
                delivered,
                duration_ms: parse_duration(cells.bolus_duration),
                number: number_of(cells.bolus_number),
                source: cells.bolus_source,
            }),
        );
    }

    fn take_wizard(&self, cells: &Cells<'t>, log: &mut DeviceLog<'t>, import: &mut Import) {
        if cells.estimate.is_empty() {
            return;
        }
        for (role, text) in
            [(Role::Estimate, cells.estimate), (Role::Carbs, cells.carbs), (Role::ActiveInsulin, cells.active)]
        {
            if !text.is_empty() && number::parse(text).is_none() {
                return self.complain(role, text, import);
            }
        }
        let carbs = amount(cells.carbs);
        let exchanges = self.header.carbs_are_exchanges;
        let delivered = match cells.status {
            "" => None,
            status => Some(status.eq_ignore_ascii_case("delivered")),
        };
        self.push(
            log,
            What::Wizard(WizardRow {
                advised: number::parse(cells.estimate),
                carbs: carbs.filter(|_| !exchanges),
                exchanges: carbs.filter(|_| exchanges),
                on_board: number::parse(cells.active),
                delivered,
                manual_mode: !cells.target.is_empty(),
            }),
        );
    }

    fn push(&self, log: &mut DeviceLog<'t>, what: What<'t>) {
        log.entries.push(Entry { wall: self.wall, line: self.line, what });
    }

    fn with_number(&self, role: Role, text: &str, import: &mut Import, then: impl FnOnce(f64)) {
        match amount(text) {
            Some(value) => then(value),
            None => self.complain(role, text, import),
        }
    }

    fn complain(&self, role: Role, text: &str, import: &mut Import) {
        let what = match role {
            Role::NewDeviceTime => "date and time",
            Role::TempDuration => "duration",
            Role::BolusType => "kind of bolus that we know",
            Role::SensorGlucose | Role::Finger | Role::Calibration => "glucose value",
            _ => "amount",
        };
        import.problem(self.line as usize, self.header.name_of(role), not_a(what, text));
    }
}

/// `"abc" is no amount.`, with at most 40 characters of the file.
pub(super) fn not_a(what: &str, text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    format!("\"{shown}\" is no {what}.")
}

/// An amount of insulin or carbohydrate: never negative, never beyond what a day can hold.
pub(super) fn amount(text: &str) -> Option<f64> {
    number::parse(text).filter(|value| (0.0..=2000.0).contains(value))
}

fn number_of(text: &str) -> Option<u32> {
    number::parse(text).filter(|value| (0.0..=1e9).contains(value)).map(|value| value as u32)
}

fn part_of(text: &str) -> Option<Part> {
    let text = text.to_ascii_lowercase();
    let (dual, square, normal) = (text.contains("dual"), text.contains("square"), text.contains("normal"));
    match (dual, square, normal) {
        (true, true, _) => Some(Part::DualSquare),
        (true, _, true) => Some(Part::DualNormal),
        (false, true, _) => Some(Part::Square),
        (false, _, true) => Some(Part::Normal),
        _ => None,
    }
}

/// 40 and 400 mg/dL are where these sensors' scale ends.
pub(super) fn end_of_scale(glucose: Glucose) -> Option<Limit> {
    let (lowest, highest) = match glucose.unit() {
        Unit::MgDl => (40_000, 400_000),
        Unit::MmolL => (2_220, 22_200),
    };
    if glucose.thousandths() <= lowest {
        Some(Limit::Below)
    } else {
        (glucose.thousandths() >= highest).then_some(Limit::Above)
    }
}

/// `ALERT ON HIGH: tone and vibration` is `ALERT ON HIGH`.
fn without_loudness(text: &str) -> &str {
    const LOUDNESS: [&str; 5] = ["tone and vibration", "vibration", "tone", "siren", "alert silence"];
    match text.rsplit_once(": ") {
        Some((name, how)) if LOUDNESS.contains(&how) => name,
        _ => text,
    }
}

/// `Other Alarm Code: 58`, `Sensor Alert: Low Glucose (102)`.
pub(super) fn alert_code(text: &str) -> Option<i32> {
    let digits = match text.strip_suffix(')') {
        Some(inner) => inner.rsplit_once('(')?.1,
        None => text.rsplit_once("Code: ")?.1,
    };
    digits.trim().parse().ok()
}
