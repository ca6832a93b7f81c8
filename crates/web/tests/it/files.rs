//! Synthetic device files of the real shape.

/// A Clarity export: whose it is, which receiver, and readings every five minutes of one day.
pub fn clarity(first_name: &str, last_name: &str, serial: &str, day: u8, hours: u32) -> Vec<u8> {
    let mut text = String::from(
        "\u{feff}Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,\
         Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),Glucose Rate of Change (mg/dL/min),\
         Transmitter Time (Long Integer),Transmitter ID\r\n",
    );
    text += &format!("1,,FirstName,,{first_name},,,,,,,,,\r\n2,,LastName,,{last_name},,,,,,,,,\r\n");
    text += &format!("3,,Device,,,Dexcom G6 Mobile App,{serial},,,,,,,\r\n");
    for number in 0..hours * 12 {
        let (hour, minute) = (number / 12, number % 12 * 5);
        let value = 100 + (number * 7) % 90;
        text += &format!(
            "{},2026-03-{day:02}T{hour:02}:{minute:02}:02,EGV,,,,{serial},{value},,,,,{},8ABCDE\r\n",
            number + 4,
            number * 300
        );
    }
    text.into_bytes()
}
