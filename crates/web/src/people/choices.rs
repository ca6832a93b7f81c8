//! What can be chosen in forms: countries, units, time zones, languages.

use crate::forms::{Control, Field};
use glucose::Unit;
use words::Language;

/// ISO 3166 codes and English names, from the public-domain table of the time zone database.
const COUNTRIES: &str = include_str!("countries.tsv");

pub fn country(chosen: &str) -> Field {
    let named = COUNTRIES.lines().filter_map(|line| line.split_once('\t'));
    let options = std::iter::once((String::new(), "Choose a country".to_owned()))
        .chain(named.map(|(code, name)| (code.to_owned(), name.to_owned())))
        .collect();
    Field::new("country", "Country", Control::Choose { options, chosen: chosen.to_owned() })
}

pub fn is_country(code: &str) -> bool {
    COUNTRIES.lines().any(|line| line.split_once('\t').is_some_and(|(known, _)| known == code))
}

pub fn unit(chosen: Unit) -> Field {
    let options = [("mg/dL", "mg/dL (104)"), ("mmol/L", "mmol/L (5.8)")];
    Field::choose("unit", "Unit of glucose", &options, chosen.symbol())
}

pub fn unit_of(text: &str) -> Option<Unit> {
    [Unit::MgDl, Unit::MmolL].into_iter().find(|unit| unit.symbol() == text)
}

pub fn language(chosen: Language) -> Field {
    let options: Vec<_> = Language::ALL.iter().map(|language| (language.tag(), language.name())).collect();
    Field::choose("language", "Language", &options, chosen.tag())
}

/// The browser fills in its own zone when nothing stands there yet.
pub fn zone(name: &'static str, label: &'static str, value: &str) -> Field {
    let mut options: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.to_string())
        .filter(|zone| zone.contains('/') && !zone.starts_with("Etc/"))
        .collect();
    options.sort_unstable();
    Field::new(name, label, Control::List { options, value: value.to_owned() })
}

/// A date as forms send it; nothing when the field was left empty.
pub fn date(text: &str) -> Result<Option<jiff::civil::Date>, jiff::Error> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}
