//! What a test can see of a PDF: how many pages, of which size, which text; without a reader of PDF in the project.

use glucose::{Period, Ranges, Unit};
use jiff::{civil::date, tz::TimeZone};
use reports::{Order, Paper, Pdf, Person, Show};
use std::{
    io::Write,
    process::{Command, Stdio},
};
use words::Language;

/// The zone of everybody in these tests; its clocks go forward on 29 March 2026 and back on 25 October 2026.
pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// Two weeks in March for Anna.
pub fn order(unit: Unit, paper: Paper) -> Order {
    Order {
        person: Person { name: "Anna Kowalska".to_owned(), born_on: Some(date(1987, 5, 14)) },
        period: Period { first: date(2026, 3, 2), last: date(2026, 3, 15) },
        zone: berlin(),
        show: Show { language: Language::English, unit, ranges: Ranges::ADULT },
        paper,
        made_on: date(2026, 3, 16),
        receipt: None,
    }
}

/// Page objects in the file.
pub fn page_count(pdf: &Pdf) -> usize {
    count(pdf, b"/Type/Page/")
}

/// Whether these bytes stand in the file as they are: tags, alternative texts and titles do.
pub fn holds(pdf: &Pdf, part: &str) -> bool {
    count(pdf, part.as_bytes()) > 0
}

fn count(pdf: &Pdf, part: &[u8]) -> usize {
    pdf.bytes().windows(part.len()).filter(|window| *window == part).count()
}

/// The text of the pages, when the machine has poppler's `pdftotext`; else none.
pub fn text_of(pdf: &Pdf) -> Option<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut input, bytes) = (reader.stdin.take()?, pdf.bytes().to_vec());
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = reader.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    String::from_utf8(output.stdout).ok()
}

/// Fails when the text lacks one of these; passes where there is no reader of PDF.
pub fn assert_tells(pdf: &Pdf, parts: &[&str]) {
    let Some(text) = text_of(pdf) else { return };
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}
