//! Tables on paper: columns of fixed width, rows of fixed height, and tags that say which cell is a heading.

use super::{
    shaping::{fit, width_of},
    sheet::{Sheet, Style},
};
use krilla::tagging::{Node, TableHeaderScope, Tag, TagGroup, TagKind};

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) width: f32,
    pub(crate) is_number: bool,
}

/// A table: the first cell of each row names it.
pub(crate) struct Table<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) rows: &'a [Vec<String>],
    pub(crate) row_height: f32,
    pub(crate) summary: &'a str,
}

impl Table<'_> {
    /// How high it will be, with its head.
    pub(crate) fn height(&self) -> f32 {
        self.row_height * (self.rows.len() as f32 + 1.0) + 2.0
    }

    /// Draws it with its upper left corner here.
    pub(crate) fn draw(&self, sheet: &mut Sheet<'_>, left: f32, top: f32) {
        let width: f32 = self.columns.iter().map(|column| column.width).sum();
        let mut children = vec![self.head(sheet, left, top)];
        sheet.ground("frame", left, top + self.row_height - 2.5, width, 0.6);
        for (index, row) in self.rows.iter().enumerate() {
            let y = top + self.row_height * (index as f32 + 1.0);
            if index > 0 {
                sheet.ground("grid", left, y - 1.5, width, 0.4);
            }
            children.push(self.row(sheet, left, y, row));
        }
        sheet.push(Tag::Table.with_summary(Some(self.summary.to_owned())), children);
    }

    fn head(&self, sheet: &mut Sheet<'_>, left: f32, top: f32) -> Node {
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.to_owned()).collect();
        let cells =
            self.cells(sheet, left, top, &titles, |_| Style::SMALL, |_| Tag::TH(TableHeaderScope::Column).into());
        TagGroup::with_children(Tag::TR, cells).into()
    }

    fn row(&self, sheet: &mut Sheet<'_>, left: f32, top: f32, row: &[String]) -> Node {
        let style = |index: usize| if self.columns[index].is_number { Style::STRONG } else { Style::BODY };
        let tag = |index: usize| -> TagKind {
            if index == 0 { Tag::TH(TableHeaderScope::Row).into() } else { Tag::TD.into() }
        };
        let cells = self.cells(sheet, left, top, row, style, tag);
        TagGroup::with_children(Tag::TR, cells).into()
    }

    fn cells(
        &self,
        sheet: &mut Sheet<'_>,
        left: f32,
        top: f32,
        words: &[String],
        style: impl Fn(usize) -> Style,
        tag: impl Fn(usize) -> TagKind,
    ) -> Vec<Node> {
        let (mut x, y) = (left, top + self.row_height * 0.68);
        let mut cells = Vec::with_capacity(self.columns.len());
        for (index, (column, words)) in self.columns.iter().zip(words).enumerate() {
            let style = style(index);
            let words = fit(words, style.weight, style.size, column.width - 4.0);
            let indent =
                if column.is_number { column.width - 4.0 - width_of(&words, style.weight, style.size) } else { 0.0 };
            let shown = if words.is_empty() { " " } else { &words };
            let id = sheet.tagged(|sheet| sheet.draw(style, x + indent, y, shown));
            cells.push(TagGroup::with_children(tag(index), vec![id.into()]).into());
            x += column.width;
        }
        cells
    }
}
