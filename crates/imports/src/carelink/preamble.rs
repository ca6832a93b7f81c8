//! The lines above the tables: whose data, of which devices, for which days.

use crate::table::{Row, Table};
use crate::wall::{DateOrder, Wall};
use crate::{DeviceKind, Import, Person, Refused};

/// What the preamble says beside person and devices.
#[derive(Default)]
pub(super) struct Preamble {
    /// The first day that was asked for (rows before it are there in part only).
    pub start: Option<Wall>,
    /// The last day that was asked for.
    pub end: Option<Wall>,
    /// When the file was made.
    pub exported: Option<Wall>,
}

/// Reads up to the first section line or table header, which stays to be read.
pub(super) fn read<'t>(table: &mut Table<'t>, row: &mut Row<'t>, import: &mut Import) -> Result<Preamble, Refused> {
    let mut preamble = Preamble::default();
    let mut titles: Vec<&'t str> = Vec::new();
    while let Some(line) = table.peek_line() {
        if is_table_start(line) {
            break;
        }
        table.next(row)?;
        if row.get(0).eq_ignore_ascii_case("Last Name") {
            devices_of_titles(row, import);
            titles = (0..row.len()).map(|index| row.get(index)).collect();
        } else if !titles.is_empty() {
            values_below(&titles, row, &mut preamble, import);
            titles.clear();
        } else {
            named_line(row, &mut preamble, import);
        }
    }
    Ok(preamble)
}

/// A section line, or the header of a table.
pub(super) fn is_table_start(line: &str) -> bool {
    let line = line.trim_start_matches('"');
    line.starts_with("-------") || line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("Index"))
}

/// Generation 2, line 1: devices stand after `Device`, between `Hardware Version` and `Firmware Version`.
fn devices_of_titles(row: &Row<'_>, import: &mut Import) {
    const TITLES: [&str; 9] = [
        "Last Name",
        "First Name",
        "Patient ID",
        "System ID",
        "Start Date",
        "End Date",
        "Device",
        "Hardware Version",
        "Firmware Version",
    ];
    let Some(device) = (0..row.len()).find(|index| row.get(*index) == "Device") else { return };
    let mut after_version = false;
    for index in device + 1..row.len() {
        let cell = row.get(index);
        let is_title = TITLES.contains(&cell);
        if !is_title && !cell.is_empty() && !after_version {
            import.device(cell, None, kind_of(cell));
        }
        after_version = is_title && cell.ends_with("Version");
    }
}

/// Generation 2, line 2: the values below the titles of line 1; serials follow `Serial Number` in order of devices.
fn values_below<'t>(titles: &[&'t str], row: &Row<'t>, preamble: &mut Preamble, import: &mut Import) {
    let value = |title: &str| titles.iter().position(|one| *one == title).map_or("", |index| row.get(index));
    let name = [value("First Name"), value("Last Name")].join(" ");
    if !name.trim().is_empty() {
        import.person.get_or_insert_with(Person::default).name = Some(name.trim().to_owned());
    }
    preamble.start = local_date(value("Start Date"));
    preamble.end = local_date(value("End Date"));
    let Some(first) = (0..row.len()).find(|index| row.get(*index) == "Serial Number") else { return };
    let is_serial = |cell: &&str| !cell.is_empty() && *cell != "Software Version";
    let serials = (first + 1..row.len()).map(|index| row.get(index)).filter(is_serial);
    for (device, serial) in import.devices.iter_mut().zip(serials) {
        device.serial = Some(serial.to_owned());
    }
}

/// Lines that begin with their own title, of both generations.
fn named_line(row: &Row<'_>, preamble: &mut Preamble, import: &mut Import) {
    match row.get(0).trim_end_matches(':') {
        "Patient DOB" => {
            if let Some(wall) = local_date(row.get(1)) {
                import.person.get_or_insert_with(Person::default).born_on = Some(wall.date());
            }
            if let Some(cgm) = (1..row.len()).find(|index| row.get(*index) == "CGM") {
                let name = row.get(cgm + 1);
                if !name.is_empty() {
                    import.device(name, None, DeviceKind::Sensor);
                }
            }
        }
        "Name" if !row.get(1).is_empty() => {
            import.person.get_or_insert_with(Person::default).name = Some(row.get(1).to_owned());
        }
        "Pump" => add_device(row, DeviceKind::Pump, import),
        "Meter" => add_device(row, DeviceKind::Meter, import),
        "Data Exported on" => preamble.exported = local_date(row.get(1)),
        "Report Range" => {
            preamble.start = local_date(row.get(1));
            preamble.end = local_date(row.get(3));
        }
        _ => {}
    }
}

/// Generation 1: `Pump:,Paradigm 522,#171448,Time Changes: 1`.
fn add_device(row: &Row<'_>, kind: DeviceKind, import: &mut Import) {
    let serial = row.get(2).trim_start_matches('#');
    import.device(row.get(1), (!serial.is_empty()).then_some(serial), kind);
}

pub(super) fn kind_of(name: &str) -> DeviceKind {
    let name = name.to_lowercase();
    if name.contains("guardian connect") || name.contains("app") {
        DeviceKind::App
    } else if name.contains("guardian") || name.contains("sensor") {
        DeviceKind::Sensor
    } else {
        DeviceKind::Pump
    }
}

/// Preamble dates follow the locale: AM/PM or dashes mean month first (US), else the day is first.
fn local_date(text: &str) -> Option<Wall> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let is_american = lower.ends_with("am") || lower.ends_with("pm");
    let orders = if is_american {
        [DateOrder::MonthDayYear, DateOrder::DayMonthYear]
    } else if date.ends_with(|c: char| c.is_ascii_digit()) && date.rsplit(['/', '-', '.']).next()?.len() == 2 {
        // Two-digit years are generation 1, which is American.
        [DateOrder::MonthDayYear, DateOrder::DayMonthYear]
    } else {
        [DateOrder::DayMonthYear, DateOrder::MonthDayYear]
    };
    orders.iter().find_map(|order| Wall::parse(*order, date, time))
}
