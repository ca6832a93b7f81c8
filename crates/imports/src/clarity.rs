//! Dexcom Clarity: one table of fourteen columns (thirteen in the clinic's form of 2018), in several languages.
//!
//! Times are those of the display device, without zone. A sensor's *transmitter time* runs on evenly in seconds, so it
//! tells which turn of a repeated hour a value is from, and that two display devices showed the same value.

mod columns;
mod diary;
mod preamble;
mod rows;
mod transmitters;
mod words;

use crate::{
    Context, Format, Import, Refused,
    bogus::Bounds,
    iso::Iso,
    table::{Row, Table, delimiter_of},
    wall::Wall,
};
use columns::Layout;
use rows::Reader;
pub(crate) use words::beyond_scale;

/// Strings of which one stands on every line at which such an export begins.
pub(crate) const MARKS: &[&str] = &["Thh:mm:ss)"];

/// How many rows are looked at to know what time a file is about.
const PROBES: usize = 64;

/// Whether a line is where such an export begins.
pub(crate) fn begins(line: &str) -> bool {
    header_of(line).is_some()
}

/// Whether the beginning of a text looks like this format.
pub(crate) fn recognises(head: &str) -> bool {
    head.lines().take(5).any(begins)
}

/// The layout that a header line tells of: its second cell ends in `(YYYY-MM-DDThh:mm:ss)`, in any language.
fn header_of(line: &str) -> Option<Layout> {
    if !line.contains("hh:mm:ss)") {
        return None;
    }
    let (mut table, mut row) = (Table::new(line, delimiter_of(line)), Row::default());
    table.next(&mut row).ok().filter(|more| *more)?;
    Layout::of(&row)
}

pub(crate) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let header = text.lines().find(|line| begins(line)).unwrap_or_default();
    let delimiter = delimiter_of(header);
    let (mut table, mut row) = (Table::new(text, delimiter), Row::default());
    let layout = loop {
        if !table.next(&mut row)? {
            return Err(Refused::Truncated { what: Format::Clarity.name().to_owned() });
        }
        if let Some(layout) = Layout::of(&row) {
            break layout;
        }
    };
    let mut import = Import::new(Format::Clarity);
    import.remark_unknown_columns(&layout.unknown());
    let bounds = Bounds::of(probe(text, delimiter, layout.time), None);
    let mut reader = Reader::new(layout, import, cx.zone, bounds, text.len());
    while table.next(&mut row)? {
        cx.tick(table.position())?;
        reader.take(&row);
    }
    Ok(reader.finished())
}

/// Some times of the file, from all over it.
fn probe(text: &str, delimiter: u8, column: usize) -> Vec<Wall> {
    let wall_at = |part: usize| {
        let from = text.len() / PROBES * part;
        let start = from + memchr::memchr(b'\n', &text.as_bytes()[from..])? + 1;
        let (mut table, mut row) = (Table::new(text.get(start..)?, delimiter), Row::default());
        table.next(&mut row).ok().filter(|more| *more)?;
        Iso::parse(row.get(column)).map(|time| time.wall)
    };
    (0..PROBES).filter_map(wall_at).collect()
}
