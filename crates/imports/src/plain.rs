//! Any table with a time and a glucose column: from research, from scripts, from other programs. Columns are guessed.

mod cells;
mod guess;
mod own;
mod rows;
mod stamp;

use crate::{
    Context, Format, Import, Refused,
    dates::Collector,
    table::{Row, Table},
    text,
};
use guess::Guess;
use rows::Reader;

/// Whether the beginning of a text looks like this format. A Glooko export has several tables of one shape, and what is
/// a finger's and what a sensor's stands in their file names alone: none is guessed at.
pub(crate) fn recognises(head: &str) -> bool {
    own::recognises(head) || (!is_glooko(head) && !own::is_other(head) && Guess::of(head).is_some())
}

fn is_glooko(head: &str) -> bool {
    head.trim_start_matches(['\u{feff}', '"']).starts_with("Name:")
}

pub(crate) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    if own::recognises(text) {
        return own::read(text, cx);
    }
    let Some(guess) = Guess::of(text::head(text)) else {
        let looks_like = "it is a table without a time and a glucose column".to_owned();
        return Err(Refused::UnknownFormat { looks_like });
    };
    let (mut table, mut row) = (Table::new(text, guess.delimiter), Row::default());
    let mut dates = Collector::default();
    while table.next(&mut row)? {
        if row.line > guess.rows_above {
            dates.take("", "", row.get(guess.time));
        }
    }
    let mut reader = Reader::new(&guess, dates.settle(None), cx.zone);
    table = Table::new(text, guess.delimiter);
    while table.next(&mut row)? {
        cx.tick(table.position())?;
        if row.line > guess.rows_above && !row.is_blank() {
            reader.take(&row)?;
        }
    }
    let mut import = reader.finished();
    import.remark(guess.words());
    debug_assert_eq!(import.format, Format::PlainCsv);
    Ok(import)
}
