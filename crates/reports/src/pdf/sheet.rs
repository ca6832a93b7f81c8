//! One page being drawn: text, lines and charts, each with its tag, so that the page can be read aloud.

use super::{
    book::Paper,
    fonts::Weight,
    shaping::{Line, fit, width_of, wrap},
};
use crate::{
    ink,
    svg::{Anchor, Label, Svg},
};
use krilla::{
    color::rgb,
    geom::{PathBuilder, Point, Rect, Size, Transform},
    num::NormalizedF32,
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, Tag, TagGroup, TagKind},
};
use krilla_svg::{SurfaceExt, SvgSettings};
use std::num::NonZeroU16;

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    /// A name of the chart palette.
    pub(crate) colour: &'static str,
}

impl Style {
    pub(crate) const TITLE: Self = Self { size: 20.0, weight: Weight::Bold, colour: "ink" };
    pub(crate) const NAME: Self = Self { size: 12.5, weight: Weight::Bold, colour: "ink" };
    pub(crate) const SECTION: Self = Self { size: 11.0, weight: Weight::Bold, colour: "median" };
    pub(crate) const BODY: Self = Self { size: 9.0, weight: Weight::Regular, colour: "ink" };
    pub(crate) const STRONG: Self = Self { weight: Weight::Bold, ..Self::BODY };
    pub(crate) const SMALL: Self = Self { size: 7.8, weight: Weight::Regular, colour: "soft" };
    pub(crate) const BRAND: Self = Self { size: 11.0, weight: Weight::Bold, colour: "median" };

    pub(crate) fn leading(self) -> f32 {
        self.size * 1.32
    }
}

/// One page.
pub(crate) struct Sheet<'a> {
    surface: Surface<'a>,
    paper: Paper,
    tags: Vec<Node>,
    headings: Vec<(String, f32)>,
}

impl<'a> Sheet<'a> {
    pub(crate) const MARGIN: f32 = 36.0;

    pub(crate) fn new(surface: Surface<'a>, paper: Paper) -> Self {
        Self { surface, paper, tags: Vec::new(), headings: Vec::new() }
    }

    pub(crate) fn finish(self) -> (Vec<Node>, Vec<(String, f32)>) {
        self.surface.finish();
        (self.tags, self.headings)
    }

    pub(crate) fn paper(&self) -> Paper {
        self.paper
    }

    pub(crate) fn left(&self) -> f32 {
        Self::MARGIN
    }

    pub(crate) fn right(&self) -> f32 {
        self.paper.size().0 - Self::MARGIN
    }

    pub(crate) fn bottom(&self) -> f32 {
        self.paper.size().1 - 26.0
    }

    pub(crate) fn width(&self) -> f32 {
        self.right() - self.left()
    }

    /// A heading, which also stands in the outline. `y` is the line the letters stand on.
    pub(crate) fn heading(&mut self, level: u16, style: Style, x: f32, y: f32, words: &str) {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        self.headings.push((words.to_owned(), (y - style.size).max(0.0)));
        let id = self.tagged(|sheet| sheet.draw(style, x, y, words));
        self.push(Tag::Hn(level, Some(words.to_owned())), vec![id.into()]);
    }

    /// A line of text as a paragraph.
    pub(crate) fn line(&mut self, style: Style, x: f32, y: f32, words: &str) {
        if !words.trim().is_empty() {
            let id = self.tagged(|sheet| sheet.draw(style, x, y, words));
            self.push(Tag::P, vec![id.into()]);
        }
    }

    /// A paragraph within a width, from its first line down; gives the line after the last one.
    pub(crate) fn paragraph(&mut self, style: Style, x: f32, y: f32, width: f32, words: &str) -> f32 {
        self.lines(style, x, y, &wrap(words, style.weight, style.size, width))
    }

    /// Lines that are one paragraph; gives the line after the last one.
    pub(crate) fn lines(&mut self, style: Style, x: f32, y: f32, lines: &[String]) -> f32 {
        let id = self.tagged(|sheet| {
            for (index, line) in lines.iter().enumerate() {
                let space = if index + 1 < lines.len() { format!("{line} ") } else { line.clone() };
                sheet.draw(style, x, y + index as f32 * style.leading(), &space);
            }
        });
        self.push(Tag::P, vec![id.into()]);
        y + lines.len() as f32 * style.leading()
    }

    /// A small label over a value, both one paragraph; cut to the width.
    pub(crate) fn labelled(&mut self, label: &str, value: &str, x: f32, y: f32, width: f32) {
        let value = fit(value, Style::STRONG.weight, Style::STRONG.size, width);
        let id = self.tagged(|sheet| {
            sheet.draw(Style::SMALL, x, y, &format!("{label} "));
            sheet.draw(Style::STRONG, x, y + 12.0, &value);
        });
        self.push(Tag::P, vec![id.into()]);
    }

    /// A chart at a width; gives its height. `told` is what it says in words.
    pub(crate) fn figure(&mut self, svg: &Svg, left: f32, top: f32, width: f32, told: &str) -> f32 {
        let tree = tree(svg);
        let height = width * tree.size().height() / tree.size().width();
        let size = Size::from_wh(width, height).expect("a chart has a size");
        let scale = width / tree.size().width();
        let id = self.tagged(|sheet| {
            sheet.surface.push_transform(&Transform::from_translate(left, top));
            sheet.surface.draw_svg(&tree, size, SvgSettings::default());
            sheet.surface.pop();
            for label in svg.labels() {
                sheet.draw_label(label, left, top, scale);
            }
        });
        self.push(Tag::Figure(Some(told.to_owned())), vec![id.into()]);
        height
    }

    /// A square code: dark squares on the white of the paper. `told` is what it says in words.
    pub(crate) fn squares(&mut self, rows: &[Vec<bool>], left: f32, top: f32, width: f32, told: &str) {
        let side = width / rows.len().max(1) as f32;
        let id = self.tagged(|sheet| {
            sheet.fill("ink");
            let mut path = PathBuilder::new();
            for (y, row) in rows.iter().enumerate() {
                // What lies side by side is one rectangle, so that no hairline runs between.
                let mut x = 0;
                while x < row.len() {
                    let run = row[x..].iter().take_while(|dark| **dark).count();
                    let (at, down) = (left + x as f32 * side, top + y as f32 * side);
                    // A trifle taller than the row, for the same reason.
                    if let Some(rect) = Rect::from_xywh(at, down, run as f32 * side, side * 1.02) {
                        path.push_rect(rect);
                    }
                    x += run.max(1);
                }
            }
            if let Some(path) = path.finish() {
                sheet.surface.draw_path(&path);
            }
        });
        self.push(Tag::Figure(Some(told.to_owned())), vec![id.into()]);
    }

    /// What is only to be seen: rules and grounds.
    pub(crate) fn rule(&mut self, y: f32) {
        let (left, width) = (self.left(), self.width());
        self.ground("frame", left, y, width, 0.6);
    }

    pub(crate) fn ground(&mut self, colour: &str, left: f32, top: f32, width: f32, height: f32) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        self.fill(colour);
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(left, top, width, height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
        self.surface.end_tagged();
    }

    /// Text at the foot of the page that is not part of what is read: page numbers and repeated words.
    pub(crate) fn footer(&mut self, style: Style, x: f32, y: f32, words: &str) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        self.draw(style, x, y, words);
        self.surface.end_tagged();
    }

    /// Draws within a piece of content that gets a tag later.
    pub(crate) fn tagged(&mut self, draw: impl FnOnce(&mut Self)) -> Identifier {
        let id = self.surface.start_tagged(ContentTag::Other);
        draw(self);
        self.surface.end_tagged();
        id
    }

    pub(crate) fn push(&mut self, tag: impl Into<TagKind>, children: Vec<Node>) {
        self.tags.push(TagGroup::with_children(tag, children).into());
    }

    /// Only draws; the caller has opened a tag.
    pub(crate) fn draw(&mut self, style: Style, x: f32, y: f32, words: &str) {
        self.fill(style.colour);
        let line = Line::of(words, style.weight);
        let mut x = x;
        for run in &line.runs {
            let start = Point::from_xy(x, y);
            self.surface.draw_glyphs(start, &run.glyphs, run.typeface.font.clone(), &line.text, style.size, false);
            x += run.width * style.size;
        }
    }

    fn draw_label(&mut self, label: &Label, left: f32, top: f32, scale: f32) {
        let (size, is_bold, colour) = ink::text_style(label.class);
        let weight = if is_bold { Weight::Bold } else { Weight::Regular };
        let style = Style { size: size * scale, weight, colour };
        let back = match label.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width_of(&label.words, weight, style.size) / 2.0,
            Anchor::End => width_of(&label.words, weight, style.size),
        };
        let (x, y) = (left + label.at.0 as f32 * scale - back, top + label.at.1 as f32 * scale);
        self.draw(style, x, y, &format!("{} ", label.words));
    }

    fn fill(&mut self, colour: &str) {
        let (red, green, blue) = ink::colour(colour);
        let paint = rgb::Color::new(red, green, blue).into();
        self.surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
    }
}

/// The shapes of a chart; its texts are set in our own type, which is faster and reads better aloud.
fn tree(svg: &Svg) -> usvg::Tree {
    let options = usvg::Options { style_sheet: Some(ink::print_css().to_owned()), ..usvg::Options::default() };
    usvg::Tree::from_str(&svg.shapes(), &options).expect("our own chart can be read")
}
