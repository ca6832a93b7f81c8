//! CareLink files of every shape, and what was read from them.

use crate::frame::{file, read, show};
use imports::Format;

/// Every file beside what was read from it, record's zone Europe/Berlin.
#[test]
fn each_file_is_read_as_its_snapshot_says() {
    let names = [
        "personal_revel_2015",
        "personal_mmol_resaved",
        "personal_clock_set_late_2015",
        "personal_europe_2015",
        "revel_us_2018",
        "guardian_connect_us_2021",
        "670g_us_2021",
        "780g_nordic_mmol_2022",
        "780g_eu_54_columns_2025",
        "780g_pump_swap_2025",
        "780g_exchanges_and_bad_cells",
        "640g_clock_set_late_2025",
        "guardian_hour_twice_2025",
    ];
    for name in names {
        let import = read(&file(&format!("carelink/{name}.csv"))).unwrap();
        insta::assert_snapshot!(format!("carelink_{name}"), show(&import));
    }
}

#[test]
fn a_spreadsheet_that_saved_a_file_again_changes_nothing_that_is_read() {
    let device = read(&file("carelink/revel_us_2018.csv")).unwrap();
    let resaved = read(&file("carelink/revel_resaved_by_spreadsheet.csv")).unwrap();
    assert_eq!(resaved.readings, device.readings);
    assert_eq!(resaved.events, device.events);
    assert_eq!(resaved.person, device.person);
}

#[test]
fn encodings_and_line_ends_change_nothing_that_is_read() {
    let bytes = file("carelink/780g_nordic_mmol_2022.csv");
    let text = String::from_utf8(bytes.clone()).unwrap();
    let original = read(&bytes).unwrap();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = text
        .trim_start_matches('\u{feff}')
        .replace('\u{2212}', "-")
        .replace('™', "")
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    let double_bom = format!("ï»¿{}", text.trim_start_matches('\u{feff}')).into_bytes();
    let old_mac = text.replace("\r\n", "\r").into_bytes();
    let unix = text.replace("\r\n", "\n").into_bytes();
    let no_last_line_end = text.trim_end().to_owned().into_bytes();
    let quote = |line: &str| format!("\"{}\"\n", line.replace('"', "").replace(';', "\";\""));
    let all_quoted = text.trim_start_matches('\u{feff}').lines().map(quote).collect::<String>().into_bytes();
    for other in [utf16, latin, double_bom, old_mac, unix, no_last_line_end, all_quoted] {
        let other = read(&other).unwrap();
        assert_eq!((other.readings, other.events), (original.readings.clone(), original.events.clone()));
        assert_eq!(other.person, original.person);
    }
}

#[test]
fn two_exports_that_overlap_hold_the_same_data_where_they_do() {
    let long = String::from_utf8(file("carelink/780g_eu_54_columns_2025.csv")).unwrap();
    // A later export no longer names the meter, and numbers its rows anew.
    let later = long.replace(";5550001;", ";;").replace("\r\n1", "\r\n70");
    let (first, second) = (read(long.as_bytes()).unwrap(), read(later.as_bytes()).unwrap());
    assert_eq!(first.readings, second.readings);
    assert_eq!(first.events, second.events);
}

#[test]
fn a_file_of_every_month_is_read_as_sections() {
    let import = read(&crate::generate::carelink::sections(3)).unwrap();
    assert_eq!(import.format, Format::CareLink);
    assert_eq!(import.readings.len(), 3 * 288);
    assert_eq!(import.problem_count, 0, "{:?}", import.problems);
}

/// Boluses and one setting of the clock, oldest first, become instants.
fn instants(rows: &[(&str, &str, &str)]) -> Vec<String> {
    use crate::generate::carelink::{HEADER, Rows};
    let mut table = Rows::new(HEADER, ';');
    for (date, time, new_time) in rows.iter().rev() {
        let bolus = [("Bolus Type", "Normal"), ("Bolus Volume Delivered", "1,0")];
        let change = [("New Device Time", *new_time)];
        table.add(date, time, if new_time.is_empty() { &bolus[..] } else { &change[..] });
    }
    let text = format!("-------;MiniMed 640G;Pump;NG1;-------\r\n{HEADER}\r\n{}", table.text);
    let import = read(text.as_bytes()).unwrap();
    import.events.iter().map(|event| event.at.to_string()).collect()
}

#[test]
fn a_clock_that_is_set_forward_late_was_an_hour_behind_until_then() {
    let placed = instants(&[
        ("2025/03/30", "01:00:00", ""),
        ("2025/03/30", "02:30:00", ""),
        ("2025/03/30", "12:00:00", ""),
        ("2025/03/31", "09:00:00", "2025/03/31 10:00:00"),
        ("2025/03/31", "10:30:00", ""),
    ]);
    let expected = ["03-30T00:00:00Z", "03-30T01:30:00Z", "03-30T11:00:00Z", "03-31T08:00:00Z", "03-31T08:30:00Z"];
    assert_eq!(placed, expected.map(|text| format!("2025-{text}")));
}

#[test]
fn a_clock_that_is_set_back_on_the_evening_before_is_an_hour_behind_until_the_night() {
    let placed = instants(&[
        ("2025/10/25", "21:30:00", ""),
        ("2025/10/25", "22:00:00", "2025/10/25 21:00:00"),
        ("2025/10/25", "21:30:00", ""),
        ("2025/10/26", "01:00:00", ""),
        ("2025/10/26", "02:30:00", ""),
        ("2025/10/26", "12:00:00", ""),
    ]);
    let expected = ["25T19:30:00Z", "25T20:00:00Z", "25T20:30:00Z", "26T00:00:00Z", "26T01:30:00Z", "26T11:00:00Z"];
    assert_eq!(placed, expected.map(|text| format!("2025-10-{text}")));
}

#[test]
fn a_small_correction_of_the_clock_moves_nothing() {
    let placed = instants(&[
        ("2025/03/12", "09:00:00", ""),
        ("2025/03/12", "10:00:00", "2025/03/12 10:04:00"),
        ("2025/03/12", "10:30:00", ""),
    ]);
    assert_eq!(placed, ["2025-03-12T08:00:00Z", "2025-03-12T09:00:00Z", "2025-03-12T09:30:00Z"]);
}
