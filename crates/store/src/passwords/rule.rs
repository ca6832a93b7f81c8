//! What is strong enough.

use super::breached::{self, Filter};
use crate::error::WeakPassword;
use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

/// What people who read this page have in their hands and in front of their eyes: devices, and this site. Only names that
/// are no ordinary words, so that a "guardian angel" may be in a phrase.
const AROUND: [&str; 39] = [
    "kinsight",
    "medtronic",
    "minimed",
    "minimed630g",
    "minimed640g",
    "minimed670g",
    "minimed720g",
    "minimed740g",
    "minimed770g",
    "minimed780g",
    "minimedgo",
    "guardian3",
    "guardian4",
    "guardianconnect",
    "guardiansensor",
    "simplera",
    "carelink",
    "dexcom",
    "dexcomg5",
    "dexcomg6",
    "dexcomg7",
    "dexcomone",
    "freestylelibre",
    "freestylelibre2",
    "freestylelibre3",
    "libreview",
    "librelink",
    "eversense",
    "omnipod",
    "omnipod5",
    "omnipoddash",
    "tslim",
    "tslimx2",
    "tandemtslim",
    "tandemmobi",
    "ypsopump",
    "accuchek",
    "contournext",
    "onetouchverio",
];

pub(super) fn weakness(
    password: &str,
    personal: &[&str],
    born_on: Option<Date>,
    more: Option<&Filter>,
) -> Option<WeakPassword> {
    let length = password.nfc().take(1026).count();
    if length > 1024 {
        return Some(WeakPassword::TooLong);
    }
    if length < 14 || (length < 15 && !has_all_kinds(password)) {
        return Some(WeakPassword::TooShort);
    }
    if breached::is_known(password) || more.is_some_and(|more| more.contains(password)) {
        return Some(WeakPassword::Breached);
    }
    if simple(password) {
        return Some(WeakPassword::Simple);
    }
    let birthdays = born_on.map(|day| birthdays(day).to_vec()).unwrap_or_default();
    let around = AROUND.into_iter().map(str::to_owned);
    let words = personal.iter().flat_map(|text| parts(text)).chain(birthdays).chain(around);
    mostly(password, words).then_some(WeakPassword::Personal)
}

fn has_all_kinds(password: &str) -> bool {
    let kinds: [fn(char) -> bool; 4] =
        [char::is_uppercase, char::is_lowercase, |c| c.is_numeric(), |c| !c.is_alphanumeric()];
    kinds.iter().all(|kind| password.chars().any(*kind))
}

/// A few characters over and over, or a run of neighbours (`abcdef…`, `123456…`).
fn simple(password: &str) -> bool {
    let mut different: Vec<char> = password.chars().collect();
    let neighbours = different.windows(2).filter(|pair| (pair[1] as i64 - pair[0] as i64).abs() <= 1).count();
    let length = different.len();
    different.sort_unstable();
    different.dedup();
    different.len() < 5 || neighbours * 4 > length * 3
}

fn birthdays(day: Date) -> [String; 4] {
    let (y, m, d) = (day.year(), day.month(), day.day());
    [format!("{y}{m:02}{d:02}"), format!("{d:02}{m:02}{y}"), format!("{m:02}{d:02}{y}"), format!("{d}{m}{y}")]
}

/// The words of a name or an address that are long enough to matter, and all of it in one.
fn parts(text: &str) -> Vec<String> {
    let whole: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
    words.chain([whole]).filter(|word| word.chars().count() >= 4).map(|word| word.to_lowercase()).collect()
}

/// Whether, after taking those words out, little of the password is left.
fn mostly(password: &str, words: impl Iterator<Item = String>) -> bool {
    let mut rest: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let before = rest.chars().count();
    let mut words: Vec<String> = words.collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        rest = rest.replace(&word, "");
    }
    let left = rest.chars().count();
    left < before && left < 8
}
