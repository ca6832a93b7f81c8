//! The report that somebody in lockdown hands to support: what happened when, without any health data. Sections of tables,
//! one under the other.

use crate::pdf::{About, Book, Column, Paper, Pdf, PdfError, Sheet, Style, Table, fit, width_of};
use jiff::civil::Date;
use std::ops::Range;

const ROW: f32 = 13.0;
const CELL: Style = Style { size: 8.4, ..Style::BODY };
/// A section begins only where its heading and some of its rows fit.
const LEAST: f32 = 70.0;
const HEADING: f32 = 34.0;
const FOOT: f32 = 30.0;

/// The report, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportReport {
    /// What it is.
    pub title: String,
    /// What it holds and what not, in a sentence or two.
    pub about: String,
    /// A tag such as `en`.
    pub language: &'static str,
    pub made_on: Date,
    /// Label and value, at the top.
    pub facts: Vec<(&'static str, String)>,
    pub sections: Vec<SupportSection>,
}

/// A table with its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportSection {
    pub title: &'static str,
    /// Titles and widths in hundredths of the page.
    pub columns: &'static [(&'static str, u8)],
    pub rows: Vec<Vec<String>>,
    /// What stands there instead of no rows.
    pub none: &'static str,
}

/// A piece of a section on one page.
struct Block {
    section: usize,
    rows: Range<usize>,
    top: f32,
}

/// Draws it.
pub fn support_report(report: &SupportReport, paper: Paper) -> Result<Pdf, PdfError> {
    let width = paper.size().0 - 2.0 * Sheet::MARGIN;
    let tables: Vec<Table> = report.sections.iter().map(|section| table(section, width)).collect();
    let about = About { title: report.title.clone(), language: report.language, made_on: report.made_on };
    let mut book = Book::new(paper, about);
    let pages = plan(report, &tables, paper);
    for (index, blocks) in pages.iter().enumerate() {
        book.page(|sheet| {
            if index == 0 {
                head(sheet, report);
            }
            for block in blocks {
                draw(sheet, &report.sections[block.section], &tables[block.section], block);
            }
            foot(sheet, report, index + 1, pages.len());
        });
    }
    book.finish()
}

fn table(section: &SupportSection, width: f32) -> Table {
    let column = |(title, share): &(&'static str, u8)| Column {
        title,
        width: width * f32::from(*share) / 100.0,
        is_number: false,
    };
    Table::new(section.columns.iter().map(column).collect(), &section.rows, ROW, CELL, section.title)
}

/// Where the tables begin on the first page.
fn first_top(report: &SupportReport) -> f32 {
    112.0 + report.facts.len().div_ceil(2) as f32 * 30.0
}

fn plan(report: &SupportReport, tables: &[Table], paper: Paper) -> Vec<Vec<Block>> {
    let end = paper.size().1 - 26.0 - FOOT;
    let mut pages = vec![Vec::new()];
    let mut top = first_top(report);
    for (section, table) in tables.iter().enumerate() {
        let mut from = 0;
        loop {
            if end - top < LEAST {
                pages.push(Vec::new());
                top = 44.0;
            }
            let room = end - top - HEADING - table.head_height();
            let count = if table.rows() == 0 { 0 } else { table.fitting(from, room) };
            let rows = from..from + count;
            let height = HEADING + table.head_height() + table.height_of(rows.clone());
            pages.last_mut().expect("there is a first page").push(Block { section, rows, top });
            (top, from) = (top + height, from + count);
            if from >= table.rows() {
                break;
            }
            top = end;
        }
    }
    pages
}

fn head(sheet: &mut Sheet<'_>, report: &SupportReport) {
    let (left, width) = (sheet.left(), sheet.width());
    let brand = width_of("Kinsight", Style::BRAND.weight, Style::BRAND.size);
    sheet.footer(Style::BRAND, sheet.right() - brand, 52.0, "Kinsight");
    sheet.heading(1, Style::TITLE, left, 52.0, &report.title);
    sheet.paragraph(Style::BODY, left, 70.0, width, &report.about);
    sheet.rule(98.0);
    for (index, (label, value)) in report.facts.iter().enumerate() {
        let x = left + (index % 2) as f32 * width / 2.0;
        sheet.labelled(label, value, x, 112.0 + (index / 2) as f32 * 30.0, width / 2.0 - 8.0);
    }
}

fn draw(sheet: &mut Sheet<'_>, section: &SupportSection, table: &Table, block: &Block) {
    let left = sheet.left();
    let y = block.top + 18.0;
    if block.rows.start == 0 {
        sheet.heading(2, Style::SECTION, left, y, section.title);
    } else {
        sheet.line(Style::STRONG, left, y, &format!("{} (continued)", section.title));
    }
    if table.rows() == 0 {
        sheet.line(Style::BODY, left, y + 16.0, section.none);
    } else {
        table.draw(sheet, block.rows.clone(), left, y + 6.0);
    }
}

fn foot(sheet: &mut Sheet<'_>, report: &SupportReport, page: usize, pages: usize) {
    let (left, bottom, style) = (sheet.left(), sheet.bottom(), Style::SMALL);
    sheet.rule(bottom - 14.0);
    let number = format!("Page {page} of {pages}");
    let number_width = width_of(&number, style.weight, style.size);
    let words = format!("{} · made on {}", report.title, report.made_on);
    sheet.footer(style, left, bottom, &fit(&words, style.weight, style.size, sheet.width() - number_width - 12.0));
    sheet.footer(style, sheet.right() - number_width, bottom, &number);
}
