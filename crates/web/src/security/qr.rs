//! A square code as an SVG of one path, black on white in any colours of the page: phones read nothing else.

use fast_qr::{ECL, QRBuilder};
use std::fmt::Write as _;

/// Light squares around the code, which readers need.
const MARGIN: usize = 4;

/// The dark squares of each row, without a margin; for paper. None when the text is longer than a code can hold.
pub fn squares(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    Some((0..code.size).map(|y| (0..code.size).map(|x| code[y][x].value()).collect()).collect())
}

/// None when the text is longer than a code can hold.
pub fn svg(text: &str, words: &str) -> Option<String> {
    let squares = squares(text)?;
    let mut path = String::new();
    for (y, row) in squares.iter().enumerate() {
        for x in (0..row.len()).filter(|x| row[*x]) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    let side = squares.len() + 2 * MARGIN;
    Some(format!(
        "<svg viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{words}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_code_has_its_three_corners_and_no_more_than_a_code_can_hold() {
        let drawn = svg("otpauth://totp/Kinsight:anna?secret=ABC", "words").unwrap();
        assert!(drawn.contains("M4 4h1v1h-1z") && !drawn.contains("M3 4"), "{drawn}");
        assert!(svg(&"x".repeat(4000), "words").is_none());
    }
}
