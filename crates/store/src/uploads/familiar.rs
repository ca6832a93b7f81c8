//! Whether a file looks like this person's, asked before it is taken in.

use super::{ANY, NewDevice, WHOSE};
use crate::{access::Access, db::params, error::Error, records, rights::Upload};
use jiff::civil::Date;

/// Whose data a file says it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// As the file writes it.
    pub name: Option<String>,
    /// The birth date.
    pub born_on: Option<Date>,
}

/// How a file looks beside what the record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Familiarity {
    /// A device of it is known here, or it names none.
    Familiar,
    /// Nothing to compare it with yet.
    FirstFile,
    /// It names somebody else, or another birth date.
    AnotherName,
    /// None of its devices is known here.
    AnotherSerial,
}

impl Access<'_, Upload> {
    /// Compares what a file says of its owner and devices with the record.
    pub fn recognise(&mut self, person: Option<&Whose>, serials: &[String]) -> Result<Familiarity, Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(WHOSE, params![entered.record])?.ok_or(Error::NotFound)?;
        let name = records::open_name(inside, entered.record, row.bytes(0)?)?;
        let born_on = records::open_birth(inside, entered.record, row.opt_bytes(1)?)?;
        let other_name = |person: &Whose| person.name.as_deref().is_some_and(|other| !alike(&name, other));
        let other_birth = |person: &Whose| born_on.zip(person.born_on).is_some_and(|(ours, theirs)| ours != theirs);
        if person.is_some_and(|person| other_name(person) || other_birth(person)) {
            return Ok(Familiarity::AnotherName);
        }
        let record = self.record_id();
        if self.tx().query_one(ANY, params![record])?.is_none() {
            return Ok(Familiarity::FirstFile);
        }
        let serial = |(_, device): &(u16, NewDevice)| device.serial.clone();
        let known: Vec<String> = self.devices()?.iter().filter_map(serial).collect();
        let strange = !known.is_empty() && !serials.is_empty() && !serials.iter().any(|serial| known.contains(serial));
        Ok(if strange { Familiarity::AnotherSerial } else { Familiarity::Familiar })
    }
}

/// Whether two ways of writing a name can mean one person: they share a word of more than one letter. Files turn names
/// around, shorten them and drop accents; a record may hold a first name only.
fn alike(ours: &str, theirs: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1);
        words.map(|word| word.to_lowercase().chars().map(plain).collect()).collect()
    };
    let (ours, theirs) = (words(ours), words(theirs));
    ours.is_empty() || theirs.is_empty() || ours.iter().any(|word| theirs.contains(word))
}

/// A letter without its accent, for the letters that names in our languages use.
fn plain(letter: char) -> char {
    const ACCENTED: &str = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčďěňřšťůžąćęłńśźżőű";
    const PLAIN: &str = "aaaaaaceeeeiiiinoooooouuuuyycdenrstuzacelnszzou";
    let place = ACCENTED.chars().position(|accented| accented == letter);
    place.and_then(|place| PLAIN.chars().nth(place)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn names_that_can_be_one_person() {
        assert!(alike("Anna Lindqvist", "LINDQVIST, Anna"));
        assert!(alike("Anna", "Anna Lindqvist"));
        assert!(alike("Žofie Nováková", "NOVAKOVA ZOFIE"));
        assert!(alike("", "Anna"));
        assert!(!alike("Anna Lindqvist", "Ben Carter"));
        assert!(!alike("A. Lindqvist", "A. Carter"));
    }
}
