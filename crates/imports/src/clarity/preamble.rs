//! Rows without a time: whose file it is, and the devices. The limits of alerts stand there too; they are no glucose.

use super::columns::Layout;
use crate::{DeviceKind, Import, Person, table::Row};
use jiff::civil::Date;

const FIRST_NAME: &[&str] = &["firstname", "vorname", "nombre", "nome", "prénom", "voornaam"];
const LAST_NAME: &[&str] = &["lastname", "nachname", "apellido", "apellidos", "cognome", "nom", "achternaam"];
const BORN: &[&str] =
    &["dateofbirth", "geburtsdatum", "fecha de nacimiento", "data di nascita", "date de naissance", "geboortedatum"];

#[derive(Default)]
pub(super) struct Preamble<'t> {
    first_name: &'t str,
    last_name: &'t str,
    born_on: Option<Date>,
    /// Names of display devices, by their id.
    devices: Vec<(&'t str, &'t str)>,
}

impl<'t> Preamble<'t> {
    pub fn take(&mut self, row: &Row<'t>, layout: &Layout) {
        let person = row.get(layout.person);
        let kind = row.get(layout.kind).to_lowercase();
        let is = |words: &[&str]| words.contains(&kind.as_str());
        if is(FIRST_NAME) {
            self.first_name = person;
        } else if is(LAST_NAME) {
            self.last_name = person;
        } else if is(BORN) || (!person.is_empty() && self.born_on.is_none()) {
            self.born_on = self.born_on.or_else(|| person.parse().ok());
        }
        let (name, source) = (row.get(layout.device), row.get(layout.source));
        if !name.is_empty() && self.devices.len() < 200 && !self.devices.iter().any(|(known, _)| *known == source) {
            self.devices.push((source, name));
        }
    }

    /// The display device of a row. Receivers are told apart by a serial, phones by their make only.
    pub fn device(&self, source: &str, import: &mut Import) -> Option<u16> {
        if source.is_empty() {
            return None;
        }
        let named = self.devices.iter().find(|(known, _)| *known == source).map(|(_, name)| *name);
        let is_serial =
            source.len() >= 6 && source.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let serial = is_serial.then_some(source);
        let name = match (named, serial) {
            (Some(name), Some(_)) => name.to_owned(),
            (Some(name), None) => format!("{name} ({source})"),
            (None, _) => source.to_owned(),
        };
        import.device(&name, serial, DeviceKind::Sensor)
    }

    pub fn person(&self) -> Option<Person> {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        let name = (!name.is_empty()).then_some(name);
        (name.is_some() || self.born_on.is_some()).then_some(Person { name, born_on: self.born_on })
    }
}
