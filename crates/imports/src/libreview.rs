//! LibreView and FreeStyle Libre: nineteen columns (eighteen in an old clinic's form, tabs in the desktop program's),
//! one value a row, its kind in a *record type*. Day and month stand as the account has it, so the whole file is
//! looked at before a date is read.

mod columns;
mod repair;
mod rows;
mod title;

use crate::{
    Context, Format, Import, Refused,
    dates::{Collector, Dates},
    table::{Row, Table, delimiter_of},
};
use columns::{Layout, Role};
use rows::Reader;
use title::Title;

/// Strings of which one stands on every line at which such an export begins.
pub(crate) const MARKS: &[&str] =
    &["Record Type", "Aufzeichnungstyp", "Tipo de registro", "Type d'enregistrement", "Type d’enregistrement"];

/// How many lines may stand above the header.
const MOST_TITLES: usize = 6;

/// Whether a line is where such an export begins.
pub(crate) fn begins(line: &str) -> bool {
    let (mut table, mut row) = (Table::new(line, delimiter_of(line)), Row::default());
    table.next(&mut row).is_ok_and(|more| more) && Layout::of(&row).is_some()
}

/// Whether the beginning of a text looks like this format.
pub(crate) fn recognises(head: &str) -> bool {
    head.lines().take(MOST_TITLES).any(begins)
}

pub(crate) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let header = text.lines().find(|line| begins(line)).unwrap_or_default();
    let delimiter = delimiter_of(header);
    let (mut table, mut row) = (Table::new(text, delimiter), Row::default());
    let mut title = Title::default();
    let layout = loop {
        if !table.next(&mut row)? {
            return Err(Refused::Truncated { what: Format::LibreView.name().to_owned() });
        }
        match Layout::of(&row) {
            Some(layout) => break layout,
            None => title.take(&row),
        }
    };
    let dates = look_through(&mut table, &mut row, &layout, &title, cx)?;
    let mut import = Import::new(Format::LibreView);
    import.remark_unknown_columns(&layout.unknown());
    dates.remarks.iter().for_each(|words| import.remark(words.clone()));
    import.person = title.person(dates.order);
    let mut reader = Reader::new(layout, import, cx.zone, dates, delimiter);
    let (mut table, mut at_header) = (Table::new(text, delimiter), true);
    while table.next(&mut row)? {
        // Both passes are told as one: the second counts.
        cx.tick(table.position())?;
        if at_header {
            at_header = Layout::of(&row).is_none();
        } else {
            reader.take(&row);
        }
    }
    Ok(reader.finished())
}

/// The first pass: in which order dates stand, and what time the file is about.
fn look_through<'t>(
    table: &mut Table<'t>,
    row: &mut Row<'t>,
    layout: &Layout,
    title: &Title<'t>,
    cx: &mut Context<'_>,
) -> Result<Dates<'t>, Refused> {
    let mut dates = Collector::default();
    while table.next(row)? {
        dates.take(row.at(layout.at(Role::Serial)), row.at(layout.at(Role::Kind)), row.at(layout.at(Role::Time)));
    }
    cx.tick(0)?;
    Ok(dates.settle(title.generated()))
}
