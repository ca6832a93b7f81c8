//! Tables on paper: columns of fixed width, rows as high as their words, and tags that say which cell is a heading.

use super::{
    fonts::Weight,
    shaping::{width_of, wrap},
    sheet::{Sheet, Style},
};
use krilla::tagging::{Node, TableHeaderScope, Tag, TagGroup, TagKind};
use std::ops::Range;

/// Between two columns.
const GUTTER: f32 = 4.0;

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) width: f32,
    /// Numbers stand at the right of their column, in bold.
    pub(crate) is_number: bool,
}

/// A table: the first cell of each row names it. Cells that are too wide are broken into lines.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
    row_height: f32,
    style: Style,
    summary: String,
}

struct Row {
    cells: Vec<Vec<String>>,
    height: f32,
}

impl Table {
    pub(crate) fn new(
        columns: Vec<Column>,
        rows: &[Vec<String>],
        row_height: f32,
        style: Style,
        summary: &str,
    ) -> Self {
        let rows = rows.iter().map(|words| row(&columns, words, row_height, style)).collect();
        Self { columns, rows, row_height, style, summary: summary.to_owned() }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn head_height(&self) -> f32 {
        self.row_height
    }

    /// How high these rows are, without the head.
    pub(crate) fn height_of(&self, rows: Range<usize>) -> f32 {
        self.rows[rows].iter().map(|row| row.height).sum()
    }

    /// How many rows from this one on fit into a height; at least one.
    pub(crate) fn fitting(&self, from: usize, height: f32) -> usize {
        let mut used = 0.0;
        let fits = |row: &&Row| {
            used += row.height;
            used <= height
        };
        self.rows[from..].iter().take_while(fits).count().max(1).min(self.rows.len() - from)
    }

    /// Draws these rows under the head, with the upper left corner here; gives where they end.
    pub(crate) fn draw(&self, sheet: &mut Sheet<'_>, rows: Range<usize>, left: f32, top: f32) -> f32 {
        let width: f32 = self.columns.iter().map(|column| column.width).sum();
        let mut children = vec![self.head(sheet, left, top)];
        let mut y = top + self.row_height;
        sheet.ground("frame", left, y - 2.5, width, 0.6);
        for (index, row) in self.rows[rows].iter().enumerate() {
            if index > 0 {
                sheet.ground("grid", left, y - 1.5, width, 0.4);
            }
            children.push(self.row(sheet, left, y, row));
            y += row.height;
        }
        sheet.push(Tag::Table.with_summary(Some(self.summary.clone())), children);
        y
    }

    fn head(&self, sheet: &mut Sheet<'_>, left: f32, top: f32) -> Node {
        let mut x = left;
        let mut cells = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let title = [column.title.to_owned()];
            let id = self.cell(sheet, column, &title, Style::SMALL, x, top);
            cells.push(TagGroup::with_children(Tag::TH(TableHeaderScope::Column), vec![id]).into());
            x += column.width;
        }
        TagGroup::with_children(Tag::TR, cells).into()
    }

    fn row(&self, sheet: &mut Sheet<'_>, left: f32, top: f32, row: &Row) -> Node {
        let mut x = left;
        let mut cells = Vec::with_capacity(self.columns.len());
        for (index, (column, lines)) in self.columns.iter().zip(&row.cells).enumerate() {
            let id = self.cell(sheet, column, lines, style_of(column, self.style), x, top);
            let tag: TagKind = if index == 0 { Tag::TH(TableHeaderScope::Row).into() } else { Tag::TD.into() };
            cells.push(TagGroup::with_children(tag, vec![id]).into());
            x += column.width;
        }
        TagGroup::with_children(Tag::TR, cells).into()
    }

    /// An empty cell still has a space, so that it is there for those who hear the table.
    fn cell(&self, sheet: &mut Sheet<'_>, column: &Column, lines: &[String], style: Style, x: f32, top: f32) -> Node {
        let first = top + self.row_height * 0.68;
        let id = sheet.tagged(|sheet| {
            for (index, line) in lines.iter().enumerate() {
                let indent = if column.is_number {
                    column.width - GUTTER - width_of(line, style.weight, style.size)
                } else {
                    0.0
                };
                let last = index + 1 == lines.len();
                let words = if last && !line.is_empty() { line.clone() } else { format!("{line} ") };
                sheet.draw(style, x + indent, first + index as f32 * style.leading(), &words);
            }
        });
        id.into()
    }
}

fn style_of(column: &Column, style: Style) -> Style {
    if column.is_number { Style { weight: Weight::Bold, ..style } } else { style }
}

fn row(columns: &[Column], words: &[String], row_height: f32, style: Style) -> Row {
    let lines = |(column, words): (&Column, &String)| {
        let style = style_of(column, style);
        wrap(words, style.weight, style.size, column.width - GUTTER)
    };
    let cells: Vec<Vec<String>> = columns.iter().zip(words).map(lines).collect();
    let most = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
    Row { cells, height: row_height + (most - 1) as f32 * style.leading() }
}
