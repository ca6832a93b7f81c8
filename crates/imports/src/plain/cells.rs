//! What the cells of a column look like together.

use crate::number;

/// What tables write where there is no value.
pub(super) fn is_nothing(cell: &str) -> bool {
    ["", "NA", "NaN", "nan", "null", "None", "-"].contains(&cell)
}

/// Numbers whose middle lies where glucose does, in either unit; a few words like `Low` among them do not matter.
pub(super) fn is_glucose<'t>(cells: impl Iterator<Item = &'t str> + Clone) -> bool {
    let held = cells.clone().count();
    let numbers = cells.clone().filter(|cell| number::parse(cell).is_some()).count();
    held > 0 && numbers * 10 >= held * 8 && median(cells).is_some_and(|middle| (2.0..=500.0).contains(&middle))
}

pub(super) fn median<'t>(cells: impl Iterator<Item = &'t str>) -> Option<f64> {
    let mut numbers: Vec<f64> = cells.filter_map(number::parse).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// Numbers of rows: each one more than the one before.
pub(super) fn is_count<'t>(cells: impl Iterator<Item = &'t str>) -> bool {
    let numbers: Vec<f64> = cells.filter_map(number::parse).collect();
    numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] - pair[0] == 1.0)
}

/// A word of a column's name; short ones must be the whole name.
pub(super) fn has_word(key: &str, name: &str, word: &str) -> bool {
    if word.len() <= 2 || word == "value" {
        return key == word;
    }
    key.contains(word) || name.to_lowercase().contains(word)
}

/// How a value was measured, as some programs write it.
pub(super) fn is_method(cell: &str) -> bool {
    cell.eq_ignore_ascii_case("cgm") || is_finger(cell)
}

pub(super) fn is_finger(cell: &str) -> bool {
    let cell = cell.to_ascii_lowercase();
    ["blood", "finger", "meter", "strip", "smbg", "bgm"].iter().any(|word| cell.contains(word))
}
