//! A Clarity export as long as wanted: a G6 on one phone.

use std::fmt::Write as _;

const HEADER: &str = "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),Glucose Rate of Change (mg/dL/min),Transmitter Time (Long Integer),Transmitter ID";

/// `days` days from 2023 on.
pub fn table(days: u32) -> Vec<u8> {
    let mut text =
        format!("{HEADER}\n1,,FirstName,,Ada,,,,,,,,,\n2,,Device,,,Dexcom G6 Mobile App,android G6,,,,,,,\n");
    let first = jiff::civil::date(2023, 1, 1);
    for day in 0..days {
        let date = first.checked_add(jiff::Span::new().days(i64::from(day))).unwrap();
        for slot in 0..288 {
            let number = day * 288 + slot;
            let wave = ((f64::from(slot) / 45.0 + f64::from(day)).sin() * 60.0 + 135.0) as i32;
            let (hour, minute) = (slot / 12, slot % 12 * 5 + 1);
            let time = format!("{date}T{hour:02}:{minute:02}:54");
            let ticks = 2_375_773 + number * 300;
            writeln!(text, "{number},{time},EGV,,,,android G6,{wave},,,,,{ticks},3AAAAA").unwrap();
        }
    }
    text.into_bytes()
}
