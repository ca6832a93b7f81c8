//! How the database writes small things, and what it takes.

use crate::error::{Error, Invalid};
use glucose::Unit;
use jiff::tz::TimeZone;

/// As the database writes a unit.
pub(crate) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::MgDl => "mg/dL",
        Unit::MmolL => "mmol/L",
    }
}

/// As the database wrote it.
pub(crate) fn unit(word: &str) -> Result<Unit, Error> {
    match word {
        "mg/dL" => Ok(Unit::MgDl),
        "mmol/L" => Ok(Unit::MmolL),
        _ => Err(Error::broken("not a unit")),
    }
}

/// A zone as the database wrote it.
pub(crate) fn zone(word: &str) -> Result<TimeZone, Error> {
    TimeZone::get(word).map_err(Error::broken)
}

/// One to 120 characters, none of them for control, and no address of a web page: names stand in letters to others.
pub(crate) fn valid_name(name: &str) -> Result<(), Error> {
    let length = name.trim().chars().count();
    let leads_away = name.contains("://") || name.to_lowercase().contains("www.") || name.split(' ').any(is_domain);
    let plain = !name.chars().any(char::is_control) && !leads_away;
    if (1..=120).contains(&length) && plain { Ok(()) } else { Err(Error::Invalid(Invalid::Name)) }
}

/// `example.org`, which mail programs make a link of; not `J.R.` nor `Dr.Vogel`.
fn is_domain(word: &str) -> bool {
    let word = word.split('/').next().unwrap_or(word);
    let Some((first, last)) = word.rsplit_once('.') else { return false };
    let same = |is: fn(&char) -> bool| last.chars().all(|letter| is(&letter));
    first.ends_with(char::is_alphanumeric)
        && last.len() >= 2
        && (same(|letter| letter.is_ascii_lowercase()) || same(|letter| letter.is_ascii_uppercase()))
}

/// A zone of the IANA list.
pub(crate) fn valid_zone(zone: &str) -> Result<(), Error> {
    TimeZone::get(zone).map(drop).map_err(|_| Error::Invalid(Invalid::Zone))
}

/// Two letters of ASCII: a country or a language.
pub(crate) fn valid_two_letters(text: &str, otherwise: Invalid) -> Result<(), Error> {
    let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if fits { Ok(()) } else { Err(Error::Invalid(otherwise)) }
}

#[cfg(test)]
mod tests {
    use super::valid_name;

    #[test]
    fn names_lead_nowhere() {
        for name in ["Anna Berg", "J.R. Smith", "Dr.Vogel", "Anna-Lena d’Arc", "O. B.", "...and more", "村上"] {
            assert!(valid_name(name).is_ok(), "{name}");
        }
        for name in ["", "Anna https://a.example", "open evil.com now", "EVIL.COM", "WWW.evil", "evil.org/path", "a\nb"]
        {
            assert!(valid_name(name).is_err(), "{name}");
        }
    }
}
