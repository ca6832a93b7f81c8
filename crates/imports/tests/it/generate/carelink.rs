//! A CareLink export of the sections' shape, as long as wanted: a 780G of European locale, newest row first.

use std::fmt::Write as _;

pub const HEADER: &str = "Index;Date;Time;New Device Time;BG Source;BG Reading (mg/dL);Linked BG Meter ID;Basal Rate (U/h);Temp Basal Amount;Temp Basal Type;Temp Basal Duration (h:mm:ss);Bolus Type;Bolus Volume Selected (U);Bolus Volume Delivered (U);Bolus Duration (h:mm:ss);Prime Type;Prime Volume Delivered (U);Estimated Reservoir Volume after Fill (U);Alert;User Cleared Alerts;Suspend;Rewind;BWZ Estimate (U);BWZ Target High BG (mg/dL);BWZ Target Low BG (mg/dL);BWZ Carb Ratio (g/U);BWZ Insulin Sensitivity (mg/dL/U);BWZ Carb Input (grams);BWZ BG/SG Input (mg/dL);BWZ Correction Estimate (U);BWZ Food Estimate (U);BWZ Active Insulin (U);BWZ Status;Sensor Calibration BG (mg/dL);Sensor Glucose (mg/dL);ISIG Value;Event Marker;Bolus Number;Bolus Cancellation Reason;BWZ Unabsorbed Insulin Total (U);Final Bolus Estimate;Scroll Step Size;Insulin Action Curve Time;Sensor Calibration Rejected Reason;Preset Bolus;Bolus Source;BLE Network Device;Device Update Event;Network Device Associated Reason;Network Device Disassociated Reason;Network Device Disconnected Reason;Sensor Exception;Preset Temp Basal Name;Sensor State";

/// One row under construction: cells by the name of their column.
pub struct Rows {
    pub text: String,
    columns: Vec<&'static str>,
    delimiter: char,
    index: usize,
}

impl Rows {
    pub fn new(header: &'static str, delimiter: char) -> Self {
        Self { text: String::new(), columns: header.split(delimiter).collect(), delimiter, index: 0 }
    }

    pub fn add(&mut self, date: &str, time: &str, cells: &[(&str, &str)]) {
        let mark = if self.delimiter == ';' { ',' } else { '.' };
        write!(self.text, "{}{mark}00000{d}{date}{d}{time}", self.index, d = self.delimiter).unwrap();
        self.index += 1;
        for column in &self.columns[3..] {
            self.text.push(self.delimiter);
            let cell = cells.iter().find(|(name, _)| column.starts_with(name));
            self.text.push_str(cell.map_or("", |(_, value)| value));
        }
        self.text.push_str("\r\n");
    }
}

/// `days` days that end with October 2025.
pub fn sections(days: u32) -> Vec<u8> {
    let mut rows = Rows::new(HEADER, ';');
    let mut pump = String::from("-------;MiniMed 780G MMT-1886;Pump;NG0000001H;------- \r\n");
    let dates: Vec<String> = (0..days).rev().map(date).collect();
    for date in &dates {
        pump_day(&mut rows, date);
    }
    writeln!(pump, "{HEADER}\r\n{}\r", std::mem::take(&mut rows.text)).unwrap();
    writeln!(pump, "-------;MiniMed 780G MMT-1886;Pump;NG0000001H;Aggregated Auto Insulin Data \r\n{HEADER}\r")
        .unwrap();
    for date in &dates {
        let units = [("Bolus Type", "Normal"), ("Bolus Volume Selected", "14,25"), ("Bolus Volume Delivered", "14,25")];
        rows.add(date, "00:00:00", &[&units[..], &[("Bolus Source", "CLOSED_LOOP_AUTO_INSULIN")]].concat());
    }
    writeln!(pump, "{}\r", std::mem::take(&mut rows.text)).unwrap();
    writeln!(pump, "-------;MiniMed 780G MMT-1886;Sensor;NG0000001H;------- \r\n{HEADER}\r").unwrap();
    for (day, date) in dates.iter().enumerate() {
        for slot in (0..288).rev() {
            let minute = slot * 5 + 2;
            let time = format!("{:02}:{:02}:34", minute / 60, minute % 60);
            let wave = ((slot as f64 / 45.0 + day as f64).sin() * 60.0 + 135.0) as i32;
            let isig = format!("{},{:02}", wave / 5, slot % 100);
            rows.add(date, &time, &[("Sensor Glucose", &wave.to_string()), ("ISIG Value", &isig)]);
        }
    }
    format!("{}{pump}{}", preamble(), rows.text).into_bytes()
}

fn preamble() -> String {
    "\u{feff}Last Name;First Name;Patient ID;System ID;Start Date;End Date;Device;MiniMed 780G MMT-1886;Hardware Version;A2.01;Firmware Version;8.13.2\r\n\
     \"Sample\";\"Alex\";\"\";\"\";\"01/01/2025 00:00:00\";\"31/10/2025 00:00:00\";\"Serial Number\";NG0000001H;Software Version;\r\n\
     Patient DOB;;;;;;CGM;Guardian™ 4 Sensor\r\n\
     Device data shown may exceed selected date range.\r\n\r\n"
        .to_owned()
}

/// The day so many days before 2025-10-31.
fn date(back: u32) -> String {
    let day = jiff::civil::date(2025, 10, 31) - jiff::Span::new().days(i64::from(back));
    day.strftime("%Y/%m/%d").to_string()
}

fn pump_day(rows: &mut Rows, date: &str) {
    for hour in (0..24).rev() {
        let time = |minute: u32, second: u32| format!("{hour:02}:{minute:02}:{second:02}");
        if hour % 2 == 0 {
            rows.add(date, &time(0, 0), &[("Basal Rate", "0,75")]);
        }
        if hour % 5 == 2 {
            let (number, units) = (hour.to_string(), "3,45");
            let part = [("Bolus Type", "Normal"), ("Bolus Volume Selected", units), ("Bolus Number", &*number)];
            let source = [("Bolus Source", "CLOSED_LOOP_BG_CORRECTION_AND_FOOD_BOLUS")];
            rows.add(date, &time(33, 12), &[&part[..], &source, &[("Bolus Volume Delivered", units)]].concat());
            rows.add(date, &time(31, 1), &[&part[..], &source].concat());
            let advice = [
                ("BWZ Estimate", units),
                ("BWZ Carb Ratio", "9,50"),
                ("BWZ Carb Input", "33,00"),
                ("BWZ BG/SG Input", "131"),
                ("BWZ Status", "Delivered"),
            ];
            rows.add(date, &time(31, 1), &advice);
        }
        if hour % 7 == 3 {
            rows.add(date, &time(21, 10), &[("User Cleared Alerts", "ALERT ON HIGH")]);
            rows.add(date, &time(15, 0), &[("Alert", "ALERT ON HIGH: tone and vibration")]);
        }
    }
}
