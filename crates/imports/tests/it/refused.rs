//! What is no device file is refused, with a reason that a person can act on. Nothing of it is taken.

use crate::frame::{file, read};
use imports::{LARGEST_FILE, Refused};
use std::io::Write as _;
use zip::{ZipWriter, write::SimpleFileOptions};

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn words(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn an_empty_file_is_called_empty() {
    for nothing in [&b""[..], b"\n\n", b"  \r\n", b"\xef\xbb\xbf"] {
        assert_eq!(read(nothing), Err(Refused::Empty));
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_without_being_looked_at() {
    assert_eq!(read(&vec![b'1'; LARGEST_FILE + 1]), Err(Refused::TooLarge { limit_mb: 64 }));
    assert_eq!(read(&vec![b'1'; 100_000_000]), Err(Refused::TooLarge { limit_mb: 64 }));
}

/// Each kind of wrong file beside the words for it.
#[test]
fn wrong_files_are_named() {
    let sections = file("carelink/780g_eu_54_columns_2025.csv");
    let personal = file("carelink/personal_revel_2015.csv");
    let with_word = zipped(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")]);
    let million_columns = [b"Index,Date,Time,New Device Time".to_vec(), vec![b','; 1_000_000]].concat();
    let million_in_a_row = {
        let header = sections.windows(7).position(|part| part == b"0,00000").unwrap();
        [sections[..header].to_vec(), b"0,00000;2025/03/13".to_vec(), vec![b';'; 1_000_000]].concat()
    };
    let table = [
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj".to_vec()),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("photo", b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec()),
        ("old excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec()),
        ("program", b"\x7fELF\x02\x01\x01\0".to_vec()),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0".to_vec()),
        ("NUL bytes", b"Index,Date\0Time".to_vec()),
        ("UTF-16 without a mark", "Index,Date,Time".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("control characters", (0..600).map(|n| if n % 20 == 0 { 1 } else { b'a' }).collect()),
        ("word", with_word),
        ("prose", b"Dear doctor,\nplease find enclosed nothing.\n".to_vec()),
        ("web page", b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec()),
        ("unknown JSON", br#"{"hello": "world"}"#.to_vec()),
        ("truncated JSON", br#"{"hello": "wor"#.to_vec()),
        ("million columns", million_columns),
        ("million columns in a row", million_in_a_row),
        ("two sections exports", [&sections[..], &sections[..]].concat()),
        ("two generations", [&personal[..], &sections[..]].concat()),
        ("cut in a row", sections[..sections.len() - 40].to_vec()),
        ("cut in the preamble", sections[..260].to_vec()),
        ("cut archive", zipped(&[("a.csv", &sections)])[..600].to_vec()),
        ("two kinds in one archive", zipped(&[("a.csv", &sections), ("b.csv", &personal)])),
        ("archive of nothing", zipped(&[("readme.txt", b"hello there\n")])),
        ("archive in an archive", zipped(&[("in.zip", &zipped(&[("a.csv", &sections)]))])),
    ];
    let said: Vec<String> = table.iter().map(|(name, bytes)| format!("{name}: {}", words(bytes))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused_before_it_has() {
    let zeros = vec![b'0'; 8 * 1024 * 1024];
    let bomb: Vec<(String, &[u8])> = (0..10).map(|n| (format!("{n}.csv"), &zeros[..])).collect();
    let named: Vec<(&str, &[u8])> = bomb.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let bytes = zipped(&named);
    assert!(bytes.len() < 200_000, "it is small while packed");
    assert!(
        matches!(read(&bytes), Err(Refused::UnsafeArchive { .. } | Refused::LineTooLong { .. })),
        "{:?}",
        read(&bytes)
    );

    let lines = b"0,00000;2025/03/13;00:00:00;;;\r\n".repeat(2_300_000);
    let one = zipped(&[("a.csv", &[&file("carelink/780g_eu_54_columns_2025.csv")[..], &lines].concat())]);
    assert_eq!(words(&one), "This packed file is not safe to open: it unpacks to more than 64 MB.");

    let many: Vec<(String, &[u8])> = (0..300).map(|n| (format!("{n}.csv"), &b"x"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert_eq!(words(&zipped(&many)), "This packed file is not safe to open: it holds more than 200 files.");
}

#[test]
fn a_packed_file_is_read_whatever_its_name_is() {
    let bytes = file("carelink/780g_eu_54_columns_2025.csv");
    let plain = read(&bytes).unwrap();
    let clutter = &b"Mac OS X        "[..];
    for name in ["export.csv", "../../etc/passwd", "C:\\x.csv", "folder/inside/ä.txt", ""] {
        let packed = read(&zipped(&[("__MACOSX/._export.csv", clutter), (name, &bytes)])).unwrap();
        assert_eq!(packed, plain);
    }
    let twice = read(&zipped(&[("a.csv", &bytes), ("b.csv", &bytes)])).unwrap();
    assert_eq!((twice.readings, twice.events), (plain.readings, plain.events));
}

#[test]
fn reading_stops_when_asked_to() {
    let bytes = crate::generate::carelink::sections(90);
    let zone = jiff::tz::TimeZone::UTC;
    let mut told = Vec::new();
    let stopped = imports::read("upload", &bytes, &zone, &mut |progress| {
        told.push(progress.bytes_read);
        told.len() < 4
    });
    assert_eq!(stopped, Err(Refused::Stopped));
    assert!(told.is_sorted() && told.len() == 4, "{told:?}");

    let mut last = None;
    imports::read("upload", &bytes, &zone, &mut |progress| {
        last = Some(progress);
        true
    })
    .unwrap();
    let last = last.unwrap();
    assert_eq!(last.bytes_read, last.bytes_total);
}

#[test]
fn what_a_spreadsheet_would_run_is_kept_as_it_was_written() {
    let import = read(&file("carelink/780g_exchanges_and_bad_cells.csv")).unwrap();
    let texts: Vec<String> = import.events.iter().map(|event| format!("{:?}", event.kind)).collect();
    assert!(texts.iter().any(|text| text.contains("=cmd|' /C calc'!A0")), "{texts:?}");
}
