//! Reports of many people in one file, for a printer: one after the other, each with its own page numbers and receipt, and
//! each person with an entry in the outline.

use crate::{
    agp_page::{self, AgpPage},
    daily_pages::{self, DailyPages},
    pdf::{About, Book, Paper, Pdf, PdfError},
};
use jiff::civil::Date;

/// A file that grows report by report.
pub struct Stack(Book);

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stack(…)")
    }
}

impl Stack {
    /// An empty one. The reports that follow are drawn on this paper, whatever their order says.
    pub fn new(paper: Paper, title: String, language: &'static str, made_on: Date) -> Self {
        Self(Book::new(paper, About { title, language, made_on }))
    }

    /// Begins the reports of a person.
    pub fn person(&mut self, name: &str) {
        self.0.part(name);
    }

    /// Adds a page of the profile.
    pub fn agp(&mut self, mut page: AgpPage) {
        page.order.paper = self.0.paper();
        agp_page::draw_into(&mut self.0, &page);
    }

    /// Adds the daily review.
    pub fn daily(&mut self, mut pages: DailyPages) {
        pages.order.paper = self.0.paper();
        daily_pages::draw_into(&mut self.0, &pages);
    }

    /// The file; one without a page is none.
    pub fn finish(self) -> Result<Pdf, PdfError> {
        self.0.finish()
    }
}
