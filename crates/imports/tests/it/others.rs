//! Clarity, LibreView, Nightscout, Tidepool and plain tables of every shape, and what was read from them.

use crate::frame::{file, read, show};
use imports::Format;

fn each(folder: &str, names: &[&str], format: fn(Format) -> bool) {
    for name in names {
        let import = read(&file(&format!("{folder}/{name}"))).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert!(format(import.format), "{name} was taken for {:?}", import.format);
        let stem = name.split('.').next().unwrap();
        let kind = if name.ends_with(".json") { "_json" } else { "" };
        insta::assert_snapshot!(format!("{folder}_{stem}{kind}"), show(&import));
    }
}

#[test]
fn each_clarity_file_is_read_as_its_snapshot_says() {
    let names = [
        "english_g6_2020.csv",
        "english_mmol_quoted_2024.csv",
        "german_mmol_quoted_2024.csv",
        "spanish_2023.csv",
        "italian_2023.csv",
        "unknown_language_2023.csv",
        "clinic_tab_2018.txt",
        "mangled_by_a_spreadsheet.csv",
        "phone_and_receiver_2020.csv",
    ];
    each("clarity", &names, |format| format == Format::Clarity);
}

#[test]
fn each_libreview_file_is_read_as_its_snapshot_says() {
    let names = [
        "uk_mmol_2021.csv",
        "us_half_days_2022.csv",
        "spanish_clinic_2021.csv",
        "german_mmol_2023.csv",
        "unknown_language_by_place.csv",
        "old_clinic_18_columns.csv",
        "desktop_program_2016.txt",
        "ambiguous_dates_2022.csv",
    ];
    each("libreview", &names, |format| format == Format::LibreView);
}

#[test]
fn each_nightscout_file_is_read_as_its_snapshot_says() {
    let names = [
        "entries.json",
        "entry_alone.json",
        "entries_v3_answer.json",
        "entries.csv",
        "treatments.json",
        "profile.json",
        "devicestatus.json",
    ];
    each("nightscout", &names, |format| format.name().starts_with("Nightscout"));
}

#[test]
fn each_tidepool_file_is_read_as_its_snapshot_says() {
    each("tidepool", &["pump_and_sensor.json"], |format| format == Format::Tidepool);
}

#[test]
fn each_plain_table_is_read_as_its_snapshot_says() {
    let names = [
        "iglu_quoted.csv",
        "glucometerutils_headerless.csv",
        "semicolon_decimal_comma.csv",
        "tabs_epoch_seconds.tsv",
        "epoch_milliseconds.csv",
        "iso_with_offsets.csv",
        "month_first.csv",
        "day_first.csv",
        "date_and_time_apart_sidiary.csv",
        "research_pump_and_sensor.csv",
        "meter_by_its_rhythm.csv",
        "kinsight_export.csv",
    ];
    each("plain", &names, |format| format == Format::PlainCsv);
    let glooko = "Name:Ada Example,Date Range:2024-06-02 - 2024-07-01\nTimestamp,Glucose Value (mg/dl),Manual Reading(M),Serial Number\n2024-06-02 10:00,104,M,1\n";
    assert!(read(glooko.as_bytes()).unwrap_err().to_string().contains("Glooko"));
}

#[test]
fn other_tables_of_an_export_are_not_guessed_at() {
    let rows = |header: &str, row: &str| format!("{header}\r\n{}", row.repeat(9));
    let events = rows("time,what,amount,unit,minutes,text", "2026-03-18T20:00:00+01:00,bolus,7.5,U,,\r\n");
    let history = rows("number,time,who,what,purpose,count", "7,2026-03-18T20:00:00Z,Ben,looked,home,140\r\n");
    let activity = rows("number,time,what,count,detail", "7,2026-03-18T20:00:00Z,signed in,140,\r\n");
    for table in [events, history, activity] {
        assert!(matches!(read(table.as_bytes()), Err(imports::Refused::UnknownFormat { .. })));
    }
}

#[test]
fn a_german_clarity_file_in_windows_1252_reads_as_the_one_in_utf_8() {
    let new = read(&file("clarity/german_mmol_quoted_2024.csv")).unwrap();
    let old = read(&file("clarity/german_latin1_2019.csv")).unwrap();
    assert_eq!((old.readings, old.events, old.person), (new.readings, new.events, new.person));
}

#[test]
fn a_month_of_clarity_is_read_whole() {
    let import = read(&crate::generate::clarity::table(30)).unwrap();
    assert_eq!((import.rows, import.readings.len(), import.problem_count), (30 * 288 + 2, 30 * 288, 0));
    assert!(import.readings.windows(2).all(|pair| pair[1].at.as_second() - pair[0].at.as_second() == 300));
}

/// Values of 100, 101, 102, … in five-minute steps through the end of summer time; both files hold them in another order.
#[test]
fn the_hour_that_occurs_twice_is_told_apart() {
    for name in ["clarity/hour_twice_2019.csv", "plain/hour_twice_newest_first.csv"] {
        let import = read(&file(name)).unwrap();
        let values: Vec<f64> = import.readings.iter().map(|reading| reading.glucose.value()).collect();
        assert_eq!(values, (100..136).map(f64::from).collect::<Vec<_>>(), "{name}");
        let steps = import.readings.windows(2).map(|pair| pair[1].at.as_second() - pair[0].at.as_second());
        assert!(steps.into_iter().all(|step| step == 300), "{name}");
        assert_eq!(import.readings.iter().filter(|reading| reading.offset_min == 120).count(), 16, "{name}");
    }
}

/// A phone's clock goes back by itself; within one serial and record type LibreView's rows stand in order.
#[test]
fn libreviews_order_of_rows_tells_the_repeated_hour_apart() {
    let text = String::from_utf8(file("libreview/uk_mmol_2021.csv")).unwrap();
    let head: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    let head = head.replace("29-03-2021", "29-11-2021");
    let walls = ["01:30", "01:45", "02:00", "02:15", "02:30", "02:45", "02:00", "02:15", "02:30", "02:45", "03:00"];
    let rows = |type_and_cell: &str| -> String {
        walls.iter().map(|wall| format!("FreeStyle LibreLink,S1,31-10-2021 {wall},{type_and_cell}\n")).collect()
    };
    let import = read(format!("{head}{}{}", rows("0,5.5,,"), rows("1,,6.5,")).as_bytes()).unwrap();
    for kind in [glucose::ReadingKind::Cgm, glucose::ReadingKind::Scan] {
        let times: Vec<i64> = import
            .readings
            .iter()
            .filter(|reading| reading.kind == kind)
            .map(|reading| reading.at.as_second())
            .collect();
        assert_eq!(times.len(), walls.len());
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 900));
    }
}

#[test]
fn a_table_of_two_people_is_refused() {
    let refused = read(&file("plain/two_people.csv")).unwrap_err();
    insta::assert_snapshot!(refused, @"This table holds values of more than one person. Line 4: another one begins here; upload the parts one by one, each to its own record.");
}

/// The fourteen days whose figures are published as reference values; read from the samples' neighbour folder.
#[test]
fn the_reference_file_is_read_exactly() {
    let Some(samples) = std::env::var_os("KINSIGHT_SAMPLES") else { return };
    let path = std::path::Path::new(&samples).join("../reference/synth_14d.csv");
    let bytes = std::fs::read(path).unwrap();
    let import = crate::frame::read_in("UTC", &bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let told: Vec<f64> = text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!((import.readings.len(), import.problem_count, import.format), (4032, 0, Format::PlainCsv));
    assert_eq!(import.readings.iter().map(|reading| reading.glucose.value()).collect::<Vec<_>>(), told);
    assert!(import.readings.iter().all(|reading| reading.glucose.unit() == glucose::Unit::MgDl));
    assert!(import.readings.windows(2).all(|pair| pair[1].at.as_second() - pair[0].at.as_second() == 300));
}

/// What one row is compared with is bounded, so that no file takes long.
#[test]
fn files_of_thousands_of_devices_take_no_longer_than_others() {
    let clarity = String::from_utf8(file("clarity/english_g6_2020.csv")).unwrap();
    let header = clarity.lines().next().unwrap();
    let row = |n: usize| format!("{n},2020-01-23T00:01:54,EGV,,,,phone {n},151,,,,,{n},T{n}\n");
    let many = |row: &dyn Fn(usize) -> String| (0..60_000).map(row).collect::<String>();
    let import = read(format!("{header}\n{}", many(&row)).as_bytes()).unwrap();
    assert_eq!(import.rows, 60_000);
    let libre = String::from_utf8(file("libreview/uk_mmol_2021.csv")).unwrap();
    let head: String = libre.lines().take(2).map(|line| format!("{line}\n")).collect();
    let row = |n: usize| format!("Libre,S{n},16-03-2021 13:42,0,{}.{},,,,,,,,,,,,,,\n", 4 + n % 9, n % 10);
    let import = read(format!("{head}{}", many(&row)).as_bytes()).unwrap();
    assert_eq!(import.rows, 60_000);
    let row = |n: usize| format!(r#"{{"type":"sgv","date":1775421029000,"sgv":{},"device":"d{n}"}},"#, 100 + n % 90);
    let import = read(format!("[{}1]", many(&row)).as_bytes()).unwrap();
    assert_eq!((import.rows, import.problem_count), (60_001, 1));
}
