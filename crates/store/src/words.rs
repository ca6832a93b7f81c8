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

/// One to 120 characters, none of them for control.
pub(crate) fn valid_name(name: &str) -> Result<(), Error> {
    let length = name.trim().chars().count();
    let plain = !name.chars().any(char::is_control);
    if (1..=120).contains(&length) && plain { Ok(()) } else { Err(Error::Invalid(Invalid::Name)) }
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
