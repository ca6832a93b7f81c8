//! From text to glyphs: any script, right-to-left too, and never a failure: what no font of ours has becomes a box that
//! is still itself when it is copied or read aloud.

use super::fonts::{Fonts, Typeface, Weight};
use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction, GlyphBuffer, UnicodeBuffer, script, shape, shape_with_plan};
use std::ops::Range;
use unicode_bidi::ParagraphBidiInfo;

const BOX: char = '□';

/// Glyphs of one typeface in visual order.
pub(crate) struct Run {
    pub(crate) typeface: &'static Typeface,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// In em.
    pub(crate) width: f32,
}

/// One line of text, ready to be drawn.
pub(crate) struct Line {
    /// Without control characters; the glyphs point into it.
    pub(crate) text: String,
    pub(crate) runs: Vec<Run>,
    /// In em.
    pub(crate) width: f32,
}

impl Line {
    pub(crate) fn of(text: &str, weight: Weight) -> Self {
        let text = printable(text);
        let runs: Vec<Run> = visual_pieces(&text, weight).into_iter().map(|piece| run(&text, &piece)).collect();
        let width = runs.iter().map(|run| run.width).sum();
        Self { text, runs, width }
    }
}

/// How wide a text is at a size.
pub(crate) fn width_of(text: &str, weight: Weight, size: f32) -> f32 {
    Line::of(text, weight).width * size
}

/// Breaks a text into lines no wider than `width`, at spaces, and within a word only when it alone is too wide.
pub(crate) fn wrap(text: &str, weight: Weight, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width_of(&longer, weight, size) <= width {
            *line = longer;
        } else if width_of(word, weight, size) <= width {
            lines.push(word.to_owned());
        } else {
            break_word(&mut lines, word, weight, size, width);
        }
    }
    lines
}

fn break_word(lines: &mut Vec<String>, word: &str, weight: Weight, size: f32, width: f32) {
    if lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
    let mut used = 0.0;
    for character in word.chars() {
        let one = width_of(character.encode_utf8(&mut [0; 4]), weight, size);
        if used > 0.0 && used + one > width {
            lines.push(String::new());
            used = 0.0;
        }
        lines.last_mut().expect("there is always a line").push(character);
        used += one;
    }
}

/// The text itself when it fits, else its beginning with an ellipsis.
pub(crate) fn fit(text: &str, weight: Weight, size: f32, width: f32) -> String {
    if width_of(text, weight, size) <= width {
        return text.to_owned();
    }
    let first = wrap(text, weight, size, width - width_of("…", weight, size)).into_iter().next().unwrap_or_default();
    format!("{first}…")
}

/// Control characters and what no file may hold become spaces or nothing.
fn printable(text: &str) -> String {
    let keep = |character: char| match character {
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => None,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' => None,
        control if control.is_control() || control == '\u{2028}' || control == '\u{2029}' => Some(' '),
        other => Some(other),
    };
    text.chars().filter_map(keep).collect()
}

/// A stretch of text of one direction and one typeface.
struct Piece {
    range: Range<usize>,
    typeface: &'static Typeface,
    is_rtl: bool,
}

fn visual_pieces(text: &str, weight: Weight) -> Vec<Piece> {
    if text.is_ascii() {
        let whole = Piece { range: 0..text.len(), typeface: Fonts::all().of(weight)[0], is_rtl: false };
        return if text.is_empty() { Vec::new() } else { vec![whole] };
    }
    let bidi = ParagraphBidiInfo::new(text, None);
    let (levels, runs) = bidi.visual_runs(0..text.len());
    runs.into_iter()
        .flat_map(|range| {
            let is_rtl = levels.get(range.start).is_some_and(|level| level.is_rtl());
            let mut pieces = by_typeface(text, range, weight, is_rtl);
            if is_rtl {
                pieces.reverse();
            }
            pieces
        })
        .collect()
}

/// Splits where another typeface is needed. Marks, joiners and spaces stay with what is before them when they can.
fn by_typeface(text: &str, range: Range<usize>, weight: Weight, is_rtl: bool) -> Vec<Piece> {
    let choices = Fonts::all().of(weight);
    let mut pieces: Vec<Piece> = Vec::new();
    for (offset, character) in text[range.clone()].char_indices() {
        let start = range.start + offset;
        let end = start + character.len_utf8();
        let stays = |piece: &&mut Piece| !character.is_alphanumeric() && piece.typeface.has(character);
        if let Some(piece) = pieces.last_mut().filter(stays) {
            piece.range.end = end;
            continue;
        }
        let typeface = choices.into_iter().find(|typeface| typeface.has(character)).unwrap_or(choices[1]);
        match pieces.last_mut() {
            Some(piece) if std::ptr::eq(piece.typeface, typeface) => piece.range.end = end,
            _ => pieces.push(Piece { range: start..end, typeface, is_rtl }),
        }
    }
    pieces
}

fn run(text: &str, piece: &Piece) -> Run {
    let typeface = piece.typeface;
    let mut buffer = UnicodeBuffer::new();
    for (offset, character) in text[piece.range.clone()].char_indices() {
        let start = piece.range.start + offset;
        if typeface.has(character) {
            buffer.add(character, start as u32);
        } else if !is_invisible(character) {
            buffer.add(BOX, start as u32);
        }
    }
    let shaped = shaped(buffer, piece);
    let per_em = typeface.units_per_em();
    let starts = starts(&shaped, piece.range.end);
    let glyph = |index: usize| {
        let (info, place) = (shaped.glyph_infos()[index], shaped.glyph_positions()[index]);
        let start = info.cluster as usize;
        let end = starts.iter().copied().find(|other| *other > start).unwrap_or(piece.range.end);
        let em = |units: i32| units as f32 / per_em;
        KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            em(place.x_advance),
            em(place.x_offset),
            em(place.y_offset),
            em(place.y_advance),
            start..end,
            None,
        )
    };
    let glyphs: Vec<KrillaGlyph> = (0..shaped.len()).map(glyph).collect();
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    Run { typeface, glyphs, width }
}

fn shaped(mut buffer: UnicodeBuffer, piece: &Piece) -> GlyphBuffer {
    let typeface = piece.typeface;
    buffer.guess_segment_properties();
    buffer.set_direction(if piece.is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let is_latin = matches!(buffer.script(), script::LATIN | script::COMMON | script::UNKNOWN) && !piece.is_rtl;
    if is_latin {
        buffer.set_script(script::LATIN);
        shape_with_plan(&typeface.face, &typeface.latin, buffer)
    } else {
        shape(&typeface.face, &[], buffer)
    }
}

/// Where the clusters begin, in order.
fn starts(shaped: &GlyphBuffer, end: usize) -> Vec<usize> {
    let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    starts.push(end);
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Joiners, variation selectors and tags: nothing to see where a font does not know them.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{34F}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E01EF}' | '\u{1F3FB}'..='\u{1F3FF}')
}
