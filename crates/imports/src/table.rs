//! Delimited text, row by row: fields are slices of the text, ragged rows are allowed, quotes too.

use crate::Refused;
use std::borrow::Cow;

/// The longest line that a device export has; more is refused.
pub(crate) const LONGEST_LINE: usize = 64 * 1024;

/// The delimiter of a header line: the most frequent of the usual ones outside quotes.
pub(crate) fn delimiter_of(header: &str) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some(count) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte && !quoted) {
            count.1 += 1;
        }
    }
    // The first of equals wins, so that a line without any is a comma file.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// A field that holds something.
#[derive(Clone, Copy)]
struct Cell {
    column: u32,
    start: u32,
    end: u32,
}

/// One row: slices of the text, and where it stood. Make one and let the reader fill it again and again.
/// Only fields that hold something are kept: device rows have dozens of columns and a handful of values.
#[derive(Default)]
pub(crate) struct Row<'t> {
    text: &'t str,
    filled: Vec<Cell>,
    columns: u32,
    quoted: bool,
    /// Line in the file, from 1.
    pub line: usize,
}

impl<'t> Row<'t> {
    /// Fields, empty ones too.
    pub fn len(&self) -> usize {
        self.columns as usize
    }

    /// The whole row has nothing in it.
    pub fn is_blank(&self) -> bool {
        self.filled().next().is_none()
    }

    /// A field without its quotes and without spaces around it; empty when the row is too short.
    /// Doubled quotes inside stay doubled: [`Row::words`] undoes them.
    #[inline]
    pub fn get(&self, index: usize) -> &'t str {
        let found = if self.filled.len() <= 16 {
            self.filled.iter().find(|cell| cell.column as usize >= index)
        } else {
            self.filled.get(self.filled.partition_point(|cell| (cell.column as usize) < index))
        };
        found.filter(|cell| cell.column as usize == index).map_or("", |cell| self.text_of(*cell))
    }

    /// The field of a column that may be missing from the file.
    #[inline]
    pub fn at(&self, column: Option<usize>) -> &'t str {
        column.map_or("", |index| self.get(index))
    }

    /// A field as the person wrote it.
    pub fn words(&self, index: usize) -> Cow<'t, str> {
        let raw = self.get(index);
        if self.quoted && raw.contains("\"\"") { Cow::Owned(raw.replace("\"\"", "\"")) } else { Cow::Borrowed(raw) }
    }

    /// The fields that hold something, with their columns.
    #[inline]
    pub fn filled(&self) -> impl Iterator<Item = (usize, &'t str)> + '_ {
        let cells = self.filled.iter().map(|cell| (cell.column as usize, self.text_of(*cell)));
        cells.filter(|(_, text)| !text.is_empty())
    }

    #[inline]
    fn text_of(&self, cell: Cell) -> &'t str {
        let text = &self.text[cell.start as usize..cell.end as usize];
        match text.as_bytes() {
            [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
            _ => text.trim(),
        }
    }

    #[inline]
    fn clear(&mut self, text: &'t str) {
        self.text = text;
        self.filled.clear();
        self.columns = 0;
    }

    #[inline]
    fn add(&mut self, start: usize, end: usize) {
        if start < end {
            self.filled.push(Cell { column: self.columns, start: start as u32, end: end as u32 });
        }
        self.columns += 1;
    }
}

/// Reads rows from a text. LF, CRLF and CR end lines; a quoted field may hold them too.
pub(crate) struct Table<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
    line: usize,
}

impl<'t> Table<'t> {
    pub fn new(text: &'t str, delimiter: u8) -> Self {
        Self { text, delimiter, at: 0, line: 0 }
    }

    /// Where the next row begins, in bytes.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The line that comes next, whole, without moving on.
    pub fn peek_line(&self) -> Option<&'t str> {
        (self.at < self.text.len()).then(|| &self.text[self.at..self.line_end(self.at)])
    }

    /// Fills `row` with the next row (empty lines are rows with one empty field); `false` at the end.
    pub fn next(&mut self, row: &mut Row<'t>) -> Result<bool, Refused> {
        if self.at >= self.text.len() {
            return Ok(false);
        }
        let (start, end) = (self.at, self.line_end(self.at));
        row.line = self.line + 1;
        if end - start > LONGEST_LINE {
            return Err(Refused::LineTooLong { line: row.line, limit: LONGEST_LINE });
        }
        row.clear(self.text);
        row.quoted = memchr::memchr(b'"', &self.text.as_bytes()[start..end]).is_some();
        let end = if row.quoted { self.split_quoted(start, end, row) } else { self.split_plain(start, end, row) };
        self.go_past(end);
        Ok(true)
    }

    fn line_end(&self, start: usize) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.text.as_bytes()[start..]).map_or(self.text.len(), |length| start + length)
    }

    /// Moves behind the line break at `end`.
    fn go_past(&mut self, end: usize) {
        self.line += 1;
        self.at = match &self.text.as_bytes()[end..] {
            [b'\r', b'\n', ..] => end + 2,
            [] => end,
            _ => end + 1,
        };
    }

    #[inline]
    fn split_plain(&self, start: usize, end: usize, row: &mut Row<'t>) -> usize {
        let bytes = self.text.as_bytes();
        let eight_empty = [self.delimiter; 8];
        let (mut from, mut at) = (start, start);
        while at < end {
            // Long runs of empty fields are what most of a device row is.
            if from == at && at + 8 <= end && bytes[at..at + 8] == eight_empty {
                row.columns += 8;
                at += 8;
                from = at;
                continue;
            }
            if bytes[at] == self.delimiter {
                row.add(from, at);
                from = at + 1;
            }
            at += 1;
        }
        row.add(from, end);
        end
    }

    fn split_quoted(&mut self, start: usize, mut end: usize, row: &mut Row<'t>) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        loop {
            let opening = bytes[at..end].iter().take_while(|byte| **byte == b' ').count();
            let inside = at + opening + 1;
            let closing = (bytes.get(at + opening) == Some(&b'"') && inside <= end)
                .then(|| self.closing_quote(inside, start + LONGEST_LINE))
                .flatten();
            let field_end = match closing {
                Some(close) => {
                    row.add(inside, close);
                    if close >= end {
                        self.line += count_lines(&bytes[end..close]);
                        end = self.line_end(close);
                    }
                    close + 1 + bytes[close + 1..end].iter().take_while(|byte| **byte == b' ').count()
                }
                None => {
                    let length = memchr::memchr(self.delimiter, &bytes[at..end]).unwrap_or(end - at);
                    row.add(at, at + length);
                    at + length
                }
            };
            if field_end >= end {
                return end;
            }
            at = field_end + 1;
        }
    }

    /// The quote that ends a field begun at `inside`: one before a delimiter or a line's end. `None` when there is
    /// none within reach, so that a stray quote never swallows the rows after it.
    fn closing_quote(&self, inside: usize, limit: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let reach = limit.min(bytes.len());
        let mut at = inside;
        while at < reach {
            at += memchr::memchr(b'"', &bytes[at..reach])?;
            if bytes.get(at + 1) == Some(&b'"') && !self.ends_field(at + 2, inside == at) {
                at += 2;
            } else if self.ends_field(at + 1, false) {
                return Some(at);
            } else if bytes.get(at + 1) == Some(&b'"') {
                at += 2;
            } else {
                return None;
            }
        }
        None
    }

    fn ends_field(&self, at: usize, empty: bool) -> bool {
        if empty {
            return false;
        }
        let rest = &self.text.as_bytes()[at.min(self.text.len())..];
        let rest = &rest[rest.iter().take_while(|byte| **byte == b' ').count()..];
        rest.first().is_none_or(|byte| *byte == self.delimiter || *byte == b'\n' || *byte == b'\r')
    }
}

fn count_lines(bytes: &[u8]) -> usize {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    if feeds > 0 { feeds } else { memchr::memchr_iter(b'\r', bytes).count() }
}

#[cfg(test)]
mod tests {
    use super::{Row, Table, delimiter_of};

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        let (mut table, mut row, mut all) = (Table::new(text, b','), Row::default(), Vec::new());
        while table.next(&mut row).unwrap() {
            all.push((row.line, (0..row.len()).map(|index| row.words(index).into_owned()).collect()));
        }
        all
    }

    #[test]
    fn rows_are_split_whatever_ends_their_lines() {
        for text in ["a,b\n,,c \n", "a,b\r\n,,c", "a,b\r,,c\r"] {
            let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
            assert_eq!(rows(text), [(1, cells(&["a", "b"])), (2, cells(&["", "", "c"]))]);
        }
    }

    #[test]
    fn quotes_hold_delimiters_lines_and_quotes() {
        let text = "\"a,b\" ,\"say \"\"so\"\"\",\"\"\n\"two\nlines\",x\nlast,y";
        let expected =
            "[(1, [\"a,b\", \"say \\\"so\\\"\", \"\"]), (2, [\"two\\nlines\", \"x\"]), (4, [\"last\", \"y\"])]";
        assert_eq!(format!("{:?}", rows(text)), expected);
    }

    #[test]
    fn a_stray_quote_swallows_no_row() {
        let text = "\"never closed,1\n5\" pizza,2\nc,\"3\n";
        let lines: Vec<usize> = rows(text).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3]);
        assert_eq!(rows(text)[1].1, ["5\" pizza", "2"]);
    }

    #[test]
    fn long_runs_of_empty_fields_are_counted() {
        for empty in 0..40 {
            let text = format!("a{}b", ",".repeat(empty + 1));
            let (line, cells) = rows(&text).remove(0);
            assert_eq!((line, cells.len(), &*cells[empty + 1]), (1, empty + 2, "b"));
        }
    }

    #[test]
    fn the_header_line_shows_the_delimiter() {
        let table = [("a,b,c", b','), ("a;b;\"c,d,e,f\"", b';'), ("a\tb,c\td", b'\t'), ("alone", b',')];
        for (header, delimiter) in table {
            assert_eq!(delimiter_of(header), delimiter, "{header}");
        }
    }
}
