//! CareLink generation 1: one table, oldest row first, where `Raw-Type` says what a row is.

use super::{
    entry::{DeviceLog, Entry, What},
    gather,
    order::{Place, in_true_order},
    preamble,
    raw_rows::{RawColumns, RawRow},
    sections,
};
use crate::{
    Context, DeviceKind, Format, Import, Refused,
    columns::Columns,
    table::{Row, Table, delimiter_of},
    wall::{DateOrder, Wall},
};
use glucose::Glucose;

/// A calibration of the sensor's own log within this time of the pump's is the same one (it waits for the sensor).
const SAME_CALIBRATION: i64 = 900;

/// How many rows are looked through for the same calibration.
const NEIGHBOURS: usize = 200;

pub(crate) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let header = text.lines().find(|line| preamble::is_table_start(line)).unwrap_or_default();
    if !header.contains("Raw-Type") {
        // Europe, 2015: the preamble of this generation, the columns of the next.
        return sections::read_as(Format::CareLinkPersonal, text, cx);
    }
    let mut table = Table::new(text, delimiter_of(header));
    let mut row = Row::default();
    let mut import = Import::new(Format::CareLinkPersonal);
    let preamble = preamble::read(&mut table, &mut row, &mut import)?;
    table.next(&mut row)?;
    let columns = RawColumns::of(Columns::of(&row), &mut import).ok_or_else(|| Refused::Broken {
        what: "The table lacks a Date, Time or Raw-Values column.".to_owned(),
        line: row.line,
        why: "nothing can be read without them".to_owned(),
    })?;
    let mut logs = Logs::new(columns, sections::date_order(text, delimiter_of(header)));
    while table.next(&mut row)? {
        cx.tick(table.position())?;
        logs.take(&row, &mut import);
    }
    if !text.ends_with(['\n', '\r']) && row.len() < logs.columns.width() {
        return Err(Refused::Truncated { what: "a row".to_owned() });
    }
    Ok(gather::into_import(import, logs.finished(), &preamble, cx.zone))
}

/// One device's rows, each with its place in the device's own order.
struct RawLog<'t> {
    name: &'t str,
    log: DeviceLog<'t>,
    entry_places: Vec<Place>,
    sensor_places: Vec<Place>,
    /// Calibrations of the sensor's log; used where the pump's log has none.
    calibrations: Vec<(Wall, u32, Glucose, Place)>,
}

struct Logs<'t> {
    columns: RawColumns,
    order: DateOrder,
    logs: Vec<RawLog<'t>>,
}

impl<'t> Logs<'t> {
    fn new(columns: RawColumns, order: DateOrder) -> Self {
        Self { columns, order, logs: Vec::new() }
    }

    fn take(&mut self, row: &Row<'t>, import: &mut Import) {
        if row.len() <= 1 && row.get(0).is_empty() {
            return;
        }
        import.rows += 1;
        let Some(wall) = self.columns.wall(row, self.order) else {
            return import.problem(row.line, "Date", super::rows::not_a("date", row.get(self.columns.date)));
        };
        let name = row.at(self.columns.device);
        let index = self.log_of(name, import);
        let raw = RawRow { row, columns: &self.columns, order: self.order };
        let place = raw.place();
        let line = u32::try_from(row.line).unwrap_or(u32::MAX);
        let known = &mut self.logs[index];
        if let Some(sensor) = raw.sensor(wall, line, import) {
            known.log.sensor.push(sensor);
            known.sensor_places.push(place);
        } else if let Some(value) = raw.sensor_calibration() {
            known.calibrations.push((wall, line, value, place));
        } else if let Some(what) = raw.what(import) {
            known.log.entries.push(Entry { wall, line, what });
            known.entry_places.push(place);
        }
    }

    fn log_of(&mut self, name: &'t str, import: &mut Import) -> usize {
        if let Some(index) = self.logs.iter().position(|known| known.name == name) {
            return index;
        }
        let listed = import.devices.iter().position(|device| device.name == name && device.kind == DeviceKind::Pump);
        let device = match listed {
            Some(index) => u16::try_from(index).ok(),
            None if name.is_empty() => None,
            None => import.device(name, None, DeviceKind::Pump),
        };
        self.logs.push(RawLog {
            name,
            log: DeviceLog { device, ..DeviceLog::default() },
            entry_places: Vec::new(),
            sensor_places: Vec::new(),
            calibrations: Vec::new(),
        });
        self.logs.len() - 1
    }

    fn finished(self) -> Vec<DeviceLog<'t>> {
        self.logs.into_iter().map(RawLog::finished).collect()
    }
}

impl<'t> RawLog<'t> {
    fn finished(mut self) -> DeviceLog<'t> {
        self.add_lone_calibrations();
        in_true_order(&mut self.log, &self.entry_places, &self.sensor_places);
        self.log
    }

    fn add_lone_calibrations(&mut self) {
        let known: Vec<(Wall, Glucose)> = self.log.entries.iter().filter_map(finger_value).collect();
        for (wall, line, value, place) in std::mem::take(&mut self.calibrations) {
            let near = known.partition_point(|(at, _)| at.0 < wall.0 - SAME_CALIBRATION);
            let soon = known[near..].iter().take(NEIGHBOURS).take_while(|(at, _)| at.0 <= wall.0 + SAME_CALIBRATION);
            if !soon.into_iter().any(|(_, other)| *other == value) {
                self.log.entries.push(Entry { wall, line, what: What::Calibration(value) });
                self.entry_places.push(place);
            }
        }
    }
}

fn finger_value(entry: &Entry<'_>) -> Option<(Wall, Glucose)> {
    match entry.what {
        What::Finger { value, .. } | What::Calibration(value) => Some((entry.wall, value)),
        _ => None,
    }
}
