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
    for other in [utf16, latin, double_bom, old_mac, unix, no_last_line_end] {
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
