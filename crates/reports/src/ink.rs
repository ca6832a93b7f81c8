//! The colours of charts: one style sheet for pages, and the same with the light colours put in for paper.

use std::sync::OnceLock;

/// The style sheet of every chart, for pages: light and dark by custom properties. No chart carries a style itself.
pub const CHART_CSS: &str = include_str!("charts.css");

/// What comes after this concerns paper as well.
const DRAWN: &str = "/* How things are drawn";

/// The rules of [`CHART_CSS`] for paper: no custom properties, no media.
pub(crate) fn print_css() -> &'static str {
    static CSS: OnceLock<String> = OnceLock::new();
    CSS.get_or_init(|| {
        let (palette, rules) = CHART_CSS.split_once(DRAWN).expect("the style sheet marks its rules");
        let rules = rules.split_once("*/").map_or(rules, |(_, rules)| rules);
        light(palette).fold(rules.to_owned(), |css, (name, value)| css.replace(&format!("var({name})"), value))
    })
}

/// A colour of the light palette, for what is drawn beside charts on paper.
pub(crate) fn colour(name: &str) -> (u8, u8, u8) {
    let hex =
        light(CHART_CSS).find(|(key, _)| key.strip_prefix("--plot-") == Some(name)).map_or("#000000", |(_, hex)| hex);
    let part = |at: usize| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or(0);
    (part(1), part(3), part(5))
}

/// Names and values of the first block.
fn light(css: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let block = css.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(block, _)| block);
    block.split(';').filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

/// How a text of this class looks on paper: size, whether bold, and the name of its colour.
pub(crate) fn text_style(class: &str) -> (f32, bool, &'static str) {
    let rules = CHART_CSS.split_once(DRAWN).map_or("", |(_, rules)| rules);
    let of_all = (12.0, false, "ink");
    let Some((_, rest)) = rules.split_once(&format!(".{class} {{")) else { return of_all };
    let declarations = rest.split('}').next().unwrap_or_default();
    declarations.split(';').filter_map(|line| line.split_once(':')).fold(of_all, |style, (name, value)| {
        match (name.trim(), value.trim()) {
            ("font-size", size) => (size.trim_end_matches("px").parse().unwrap_or(style.0), style.1, style.2),
            ("font-weight", _) => (style.0, true, style.2),
            ("fill", colour) => (style.0, style.1, name_of(colour).unwrap_or(style.2)),
            _ => style,
        }
    })
}

/// The name within `var(--plot-name)`.
fn name_of(colour: &'static str) -> Option<&'static str> {
    colour.strip_prefix("var(--plot-")?.strip_suffix(')')
}
