//! The SVG that charts are written in: elements with classes, text escaped, numbers with fixed decimals.
//!
//! **Invariant:** no `style` attribute, no script and no `id` is ever written (the site's policy forbids the first two,
//! and several charts stand on one page): held by `charts::svg_is_plain`.

use std::{
    fmt::{self, Display, Write},
    ops::Range,
};

/// A finished chart: one `<svg>` element, ready to stand in a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Svg {
    text: String,
    size: Size,
    labels: Vec<Label>,
}

/// A text of a chart, so that paper can set it in its own type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    pub(crate) class: &'static str,
    pub(crate) anchor: Anchor,
    pub(crate) at: (f64, f64),
    pub(crate) words: String,
    /// Where its element stands.
    element: Range<usize>,
}

impl Svg {
    /// The element.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its texts.
    pub(crate) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The chart without its texts.
    pub(crate) fn shapes(&self) -> String {
        let mut shapes = String::with_capacity(self.text.len());
        let mut from = 0;
        for label in &self.labels {
            shapes.push_str(&self.text[from..label.element.start]);
            from = label.element.end;
        }
        shapes.push_str(&self.text[from..]);
        shapes
    }

    /// Width by height.
    pub(crate) fn ratio(&self) -> f64 {
        self.size.width / self.size.height
    }
}

impl Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Width and height of a chart in its own units: CSS pixels when it is shown at its natural size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

impl Size {
    /// Of a page on a desk or on paper.
    pub const WIDE: Self = Self { width: 760.0, height: 300.0 };
    /// Of a phone.
    pub const NARROW: Self = Self { width: 340.0, height: 260.0 };

    /// Whether there is little room, so that labels are fewer.
    pub fn is_narrow(self) -> bool {
        self.width < 500.0
    }
}

/// Which end of a text its position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Writes one chart.
pub(crate) struct Canvas {
    text: String,
    size: Size,
    labels: Vec<Label>,
}

impl Canvas {
    /// Begins a chart of this kind (a class), with what it is and what it says for those who cannot see it.
    pub(crate) fn new(kind: &str, size: Size, title: &str, description: &str) -> Self {
        Self::with_data(kind, size, title, description, &[])
    }

    /// Like [`Canvas::new`], with `data-` attributes for scripts.
    pub(crate) fn with_data(kind: &str, size: Size, title: &str, description: &str, data: &[(&str, String)]) -> Self {
        let (width, height) = (Number(size.width), Number(size.height));
        let mut text = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" class="plot plot-{kind}" role="img""#
        );
        for (name, value) in data {
            push(&mut text, format_args!(" data-{name}=\"{}\"", Escaped(value)));
        }
        push(&mut text, format_args!("><title>{}</title><desc>{}</desc>", Escaped(title), Escaped(description)));
        Self { text, size, labels: Vec::new() }
    }

    pub(crate) fn finish(mut self) -> Svg {
        self.text.push_str("</svg>");
        Svg { text: self.text, size: self.size, labels: self.labels }
    }

    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.path(class, Path::new().move_to(from).line_to(to));
    }

    pub(crate) fn rect(&mut self, class: &str, left: f64, top: f64, width: f64, height: f64) {
        let (x, y, width, height) = (Number(left), Number(top), Number(width), Number(height));
        push(
            &mut self.text,
            format_args!(r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#),
        );
    }

    /// Nothing is written for an empty path.
    pub(crate) fn path(&mut self, class: &str, path: &Path) {
        if !path.0.is_empty() {
            push(&mut self.text, format_args!(r#"<path class="{class}" d="{}"/>"#, path.0));
        }
    }

    pub(crate) fn text(&mut self, class: &'static str, anchor: Anchor, at: (f64, f64), words: &str) {
        let start = self.text.len();
        let (x, y, escaped) = (Number(at.0), Number(at.1), Escaped(words));
        let end = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        push(&mut self.text, format_args!(r#"<text class="{class}" x="{x}" y="{y}"{end}>{escaped}</text>"#));
        let element = start..self.text.len();
        self.labels.push(Label { class, anchor, at, words: words.to_owned(), element });
    }
}

/// The `d` of a path.
#[derive(Default)]
pub(crate) struct Path(String);

impl Path {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn move_to(&mut self, to: (f64, f64)) -> &mut Self {
        self.add("M", &[to])
    }

    pub(crate) fn line_to(&mut self, to: (f64, f64)) -> &mut Self {
        self.add("L", &[to])
    }

    pub(crate) fn curve_to(&mut self, first: (f64, f64), second: (f64, f64), to: (f64, f64)) -> &mut Self {
        self.add("C", &[first, second, to])
    }

    pub(crate) fn close(&mut self) -> &mut Self {
        self.0.push('Z');
        self
    }

    /// A round dot, drawn by the stroke's round ends.
    pub(crate) fn dot(&mut self, at: (f64, f64)) -> &mut Self {
        self.move_to(at);
        self.0.push_str("h.01");
        self
    }

    /// A closed figure around a point, from its corners' distances to it.
    pub(crate) fn shape(&mut self, at: (f64, f64), corners: &[(f64, f64)]) -> &mut Self {
        for (index, (x, y)) in corners.iter().enumerate() {
            self.add(if index == 0 { "M" } else { "L" }, &[(at.0 + x, at.1 + y)]);
        }
        self.close()
    }

    fn add(&mut self, letter: &str, points: &[(f64, f64)]) -> &mut Self {
        self.0.push_str(letter);
        for (index, (x, y)) in points.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            push(&mut self.0, format_args!("{space}{} {}", Number(*x), Number(*y)));
        }
        self
    }
}

/// A number with at most one decimal: the same text for the same picture.
pub(crate) struct Number(pub(crate) f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = if self.0.is_finite() { (self.0 * 10.0).round() as i64 } else { 0 };
        let (sign, whole, tenth) = (if tenths < 0 { "-" } else { "" }, (tenths / 10).abs(), (tenths % 10).abs());
        if tenth == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{tenth}") }
    }
}

struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            control if control.is_control() => f.write_char(' '),
            other => f.write_char(other),
        })
    }
}

fn push(text: &mut String, arguments: fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string cannot fail");
}
