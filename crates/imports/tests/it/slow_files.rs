//! Files made to take long: what one row is compared with is bounded, so that none does.

use crate::frame::read;
use crate::generate::carelink::{HEADER, Rows};
use imports::Refused;

const LINES: usize = 40_000;

fn sections(cells: impl Fn(usize) -> Vec<(&'static str, String)>) -> Vec<u8> {
    let mut rows = Rows::new(HEADER, ';');
    for line in 0..LINES {
        let cells = cells(line);
        let cells: Vec<(&str, &str)> = cells.iter().map(|(name, value)| (*name, value.as_str())).collect();
        rows.add("2025/03/13", "12:00:00", &cells);
    }
    format!("-------;Pump;Pump;1;-------\r\n{HEADER}\r\n{}", rows.text).into_bytes()
}

#[test]
fn thousands_of_boluses_alerts_and_clock_changes_in_one_second_take_no_longer_than_others() {
    let bolus = |line: usize, delivered: bool| {
        let mut cells = vec![("Bolus Type", "Normal".to_owned()), ("Bolus Number", line.to_string())];
        cells.push((if delivered { "Bolus Volume Delivered" } else { "Bolus Volume Selected" }, "1,0".to_owned()));
        cells
    };
    let advice = |_| vec![("BWZ Estimate", "0".to_owned()), ("BWZ Carb Input", "1".to_owned())];
    let change = |line: usize| {
        let day = 1 + line % 28;
        vec![("New Device Time", format!("2025/03/{day:02} 11:{:02}:00", line % 60))]
    };
    for bytes in [
        sections(|line| bolus(line, line % 2 == 1)),
        sections(|line| bolus(line, line < LINES / 2)),
        sections(|line| if line % 2 == 0 { advice(line) } else { bolus(line, true) }),
        sections(advice),
        sections(|line| vec![("Alert", format!("ALERT {line}"))]),
        sections(change),
        sections(|line| vec![("BG Reading", (40 + line % 300).to_string())]),
        sections(|_| vec![("Sensor Glucose", "100".to_owned())]),
        sections(|line| vec![("Basal Rate", (line % 3).to_string()), ("Suspend", "USER_SUSPEND".to_owned())]),
    ] {
        read(&bytes).unwrap();
    }
}

#[test]
fn a_line_full_of_beginnings_is_no_trap() {
    let marks = "Last Name CareLink Personal Data Export File ".repeat(100_000);
    assert!(matches!(read(marks.as_bytes()), Err(Refused::LineTooLong { .. } | Refused::UnknownFormat { .. })));
    let header = format!("Index;Date;Time;New Device Time;{}", "x;".repeat(1000));
    let said = read(header.as_bytes()).unwrap_err().to_string();
    assert_eq!(said, "A table has more than 500 columns. Line 1: no device writes so many.");
}

#[test]
fn thousands_of_sections_and_devices_are_bounded() {
    let sections: String =
        (0..LINES).map(|n| format!("-------;Pump {n};Pump;S{n};-------\r\nIndex;Date;Time\r\n")).collect();
    let import = read(format!("Last Name;First Name\r\n\r\n{sections}").as_bytes()).unwrap();
    assert_eq!(import.devices.len(), 100);
}
