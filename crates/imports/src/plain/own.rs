//! `readings.csv` of an export of our own: nothing is guessed, and everything comes back as it was.

use crate::{
    Context, DeviceKind, Format, Import, Refused,
    iso::{self, Iso},
    number,
    table::{Row, Table},
};
use glucose::{Given, Limit, NewReading, ReadingKind, Trend, Unit};

/// The header that an export writes.
const HEADER: &str = "time,glucose,unit,kind,limit,trend,source,uploads,device,serial,id,app,fields";

// Its columns.
const TIME: usize = 0;
const GLUCOSE: usize = 1;
const UNIT: usize = 2;
const KIND: usize = 3;
const LIMIT: usize = 4;
const TREND: usize = 5;
const DEVICE: usize = 8;
const SERIAL: usize = 9;
const ID: usize = 10;
const APP: usize = 11;
const FIELDS: usize = 12;

const TRENDS: [(&str, Trend); 9] = [
    ("triple up", Trend::TripleUp),
    ("double up", Trend::DoubleUp),
    ("single up", Trend::SingleUp),
    ("forty-five up", Trend::FortyFiveUp),
    ("flat", Trend::Flat),
    ("forty-five down", Trend::FortyFiveDown),
    ("single down", Trend::SingleDown),
    ("double down", Trend::DoubleDown),
    ("triple down", Trend::TripleDown),
];

/// How other tables of an export begin. They have times and numbers, and none of these is glucose.
const OTHERS: &[&str] = &["time,what,amount,unit,", "number,time,what,", "number,time,who,what,", "time,receipt,"];

pub(super) fn recognises(head: &str) -> bool {
    header(head).is_some_and(|line| line == HEADER)
}

/// Whether it is another table of an export, of which nothing must be guessed.
pub(super) fn is_other(head: &str) -> bool {
    header(head).is_some_and(|line| OTHERS.iter().any(|other| line.starts_with(other)))
}

fn header(head: &str) -> Option<&str> {
    head.trim_start_matches('\u{feff}').lines().next().map(str::trim_end)
}

pub(super) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let mut import = Import::new(Format::PlainCsv);
    let (mut table, mut row) = (Table::new(text, b','), Row::default());
    let mut is_header = true;
    while table.next(&mut row)? {
        cx.tick(table.position())?;
        if std::mem::take(&mut is_header) || row.is_blank() {
            continue;
        }
        import.rows += 1;
        match reading(&row, &mut import) {
            Ok(reading) => import.readings.push(reading),
            Err((column, why)) => import.problem(row.line, column, why),
        }
    }
    import.remark("This is an export of Kinsight; its values were read exactly as they were.");
    Ok(import)
}

fn reading(row: &Row<'_>, import: &mut Import) -> Result<NewReading, (&'static str, &'static str)> {
    let iso = Iso::parse(row.get(TIME)).ok_or(("time", "This is no time."))?;
    let at = iso.instant().ok_or(("time", "This time has no offset."))?;
    if iso::is_bogus(at) {
        return Err(("time", "This date cannot be right."));
    }
    let unit = [Unit::MgDl, Unit::MmolL].into_iter().find(|unit| unit.symbol() == row.get(UNIT));
    let unit = unit.ok_or(("unit", "This is no unit of glucose."))?;
    let glucose = number::glucose(row.get(GLUCOSE), unit).ok_or(("glucose", "This is no glucose value."))?;
    let offset_min = iso.offset.map_or(0, |seconds| (seconds / 60) as i16);
    Ok(NewReading {
        kind: kind(row.get(KIND)).ok_or(("kind", "This is no kind of reading."))?,
        limit: limit(row.get(LIMIT)),
        trend: TRENDS.iter().find(|(word, _)| *word == row.get(TREND)).map(|(_, trend)| *trend),
        device: device(row, import),
        given: given(row),
        ..NewReading::cgm(at, offset_min, glucose)
    })
}

fn kind(word: &str) -> Option<ReadingKind> {
    match word {
        "sensor" => Some(ReadingKind::Cgm),
        "scan" => Some(ReadingKind::Scan),
        "meter" => Some(ReadingKind::Meter),
        _ => None,
    }
}

fn limit(word: &str) -> Option<Limit> {
    match word {
        "below" => Some(Limit::Below),
        "above" => Some(Limit::Above),
        _ => None,
    }
}

fn device(row: &Row<'_>, import: &mut Import) -> Option<u16> {
    let (name, serial) = (words(row, DEVICE)?, words(row, SERIAL));
    import.device(&name, serial.as_deref(), DeviceKind::Unknown)
}

fn given(row: &Row<'_>) -> Option<Box<Given>> {
    let given = Given { id: words(row, ID), app: words(row, APP), fields: words(row, FIELDS) };
    (given != Given::default()).then(|| Box::new(given))
}

/// What somebody wrote, without the apostrophe that stands before what looks like a formula.
fn words(row: &Row<'_>, column: usize) -> Option<String> {
    let words = row.words(column);
    let bare = words.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    let words = bare.unwrap_or(&words);
    (!words.is_empty()).then(|| words.to_owned())
}
