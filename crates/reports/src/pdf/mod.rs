//! Paper: tagged PDF pages with our own layout, the charts placed as they are.

mod book;
mod fonts;
mod shaping;
mod sheet;
mod table;

pub(crate) use book::{About, Book};
pub use book::{Paper, Pdf, PdfError};
pub(crate) use shaping::{fit, width_of, wrap};
pub(crate) use sheet::{Sheet, Style};
pub(crate) use table::{Column, Table};
