//! A PDF being written: pages one after the other, their tags, the outline and the metadata.

use super::sheet::Sheet;
use jiff::civil::Date;
use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, ConfigurationBuilder, PdfVersion},
    destination::XyzDestination,
    geom::Point,
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    tagging::{Node, TagTree},
};

/// A finished PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf(Vec<u8>);

impl Pdf {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The file, without copying it.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The file could not be written. It names no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the report could not be written as an accessible PDF")]
pub struct PdfError;

/// The sheet that is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

impl Paper {
    /// Width and height in points.
    pub const fn size(self) -> (f32, f32) {
        match self {
            Paper::A4 => (595.28, 841.89),
            Paper::Letter => (612.0, 792.0),
        }
    }
}

/// What the file says of itself.
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) language: &'static str,
    pub(crate) made_on: Date,
}

/// Writes one file.
pub(crate) struct Book {
    document: Document,
    tags: Vec<Node>,
    outline: Outline,
    /// The part that is being written, under which headings stand.
    part: Option<OutlineNode>,
    paper: Paper,
    pages: usize,
}

impl Book {
    pub(crate) fn new(paper: Paper, about: About) -> Self {
        let mut document = Document::new_with(settings());
        let date = DateTime::new(u16::try_from(about.made_on.year()).unwrap_or_default())
            .month(about.made_on.month().unsigned_abs())
            .day(about.made_on.day().unsigned_abs());
        let metadata = Metadata::new()
            .title(about.title)
            .language(about.language.to_owned())
            .creator("Kinsight".to_owned())
            .creation_date(date);
        document.set_metadata(metadata);
        Self { document, tags: Vec::new(), outline: Outline::new(), part: None, paper, pages: 0 }
    }

    pub(crate) fn paper(&self) -> Paper {
        self.paper
    }

    /// Begins a part: the headings of the pages that follow stand under its words in the outline.
    pub(crate) fn part(&mut self, words: &str) {
        self.end_part();
        let place = XyzDestination::new(self.pages, Point::from_xy(0.0, 0.0));
        self.part = Some(OutlineNode::new(words.to_owned(), place));
    }

    fn end_part(&mut self) {
        if let Some(part) = self.part.take() {
            self.outline.push_child(part);
        }
    }

    /// Adds a page. What `draw` tags comes after what was tagged before.
    pub(crate) fn page(&mut self, draw: impl FnOnce(&mut Sheet<'_>)) {
        let (width, height) = self.paper.size();
        let settings = PageSettings::from_wh(width, height).expect("paper has a size");
        let mut page = self.document.start_page_with(settings);
        let mut sheet = Sheet::new(page.surface(), self.paper);
        draw(&mut sheet);
        let (tags, headings) = sheet.finish();
        page.finish();
        self.tags.extend(tags);
        for (words, y) in headings {
            let place = XyzDestination::new(self.pages, Point::from_xy(0.0, y));
            let node = OutlineNode::new(words, place);
            match &mut self.part {
                Some(part) => part.push_child(node),
                None => self.outline.push_child(node),
            }
        }
        self.pages += 1;
    }

    pub(crate) fn finish(mut self) -> Result<Pdf, PdfError> {
        self.end_part();
        let mut tree = TagTree::new();
        for node in self.tags {
            tree.push(node);
        }
        self.document.set_tag_tree(tree);
        self.document.set_outline(self.outline);
        self.document.finish().map(Pdf).map_err(|_| PdfError)
    }
}

fn settings() -> SerializeSettings {
    let configuration = ConfigurationBuilder::new()
        .with_version(PdfVersion::Pdf17)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .expect("PDF/UA-1 goes with PDF 1.7");
    SerializeSettings { configuration, ..SerializeSettings::default() }
}
