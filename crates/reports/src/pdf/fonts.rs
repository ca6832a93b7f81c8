//! The fonts of the reports, read once: a pair for Latin, Greek and Cyrillic, and a wide one for what it lacks.

use krilla::text::Font;
use rustybuzz::{Direction, Face, ShapePlan, script};
use std::sync::OnceLock;

const REGULAR: &[u8] = include_bytes!("../../fonts/SourceSans3-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../fonts/SourceSans3-Semibold.ttf");
const OTHER: &[u8] = include_bytes!("../../fonts/DejaVuSansCondensed.ttf");

/// How heavy text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One font, as the writer of the file and as the shaper of text want it.
pub(crate) struct Typeface {
    pub(crate) font: Font,
    pub(crate) face: Face<'static>,
    /// For text from left to right in Latin script: nearly all there is.
    pub(crate) latin: ShapePlan,
}

impl Typeface {
    fn new(data: &'static [u8]) -> Self {
        let face = Face::from_slice(data, 0).expect("our own font can be read");
        let latin = ShapePlan::new(&face, Direction::LeftToRight, Some(script::LATIN), None, &[]);
        let font = Font::new(data.into(), 0).expect("our own font can be read");
        Self { font, face, latin }
    }

    pub(crate) fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some_and(|glyph| glyph.0 != 0)
    }

    pub(crate) fn units_per_em(&self) -> f32 {
        self.face.units_per_em() as f32
    }
}

/// All fonts.
pub(crate) struct Fonts {
    regular: Typeface,
    bold: Typeface,
    other: Typeface,
}

impl Fonts {
    /// Read at first use and kept.
    pub(crate) fn all() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| Self {
            regular: Typeface::new(REGULAR),
            bold: Typeface::new(SEMIBOLD),
            other: Typeface::new(OTHER),
        })
    }

    /// The typefaces in the order in which they are tried.
    pub(crate) fn of(&self, weight: Weight) -> [&Typeface; 2] {
        match weight {
            Weight::Regular => [&self.regular, &self.other],
            Weight::Bold => [&self.bold, &self.other],
        }
    }
}
