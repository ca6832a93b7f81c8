//! The lines above the header: when the export was made, by whom, and of whom.

use crate::{
    Person,
    table::Row,
    wall::{DateOrder, Wall, parse_date},
};
use jiff::civil::Date;

#[derive(Default)]
pub(super) struct Title<'t> {
    lines: Vec<Vec<&'t str>>,
}

impl<'t> Title<'t> {
    pub fn take(&mut self, row: &Row<'t>) {
        let cells: Vec<&str> = row.filled().map(|(_, text)| text).collect();
        if !cells.is_empty() && self.lines.len() < 6 {
            self.lines.push(cells);
        }
    }

    /// When the export was made, in UTC, as it is written.
    pub fn generated(&self) -> Option<&'t str> {
        let stamp = self
            .lines
            .first()?
            .iter()
            .find(|cell| cell.contains(':') && cell.starts_with(|c: char| c.is_ascii_digit()))?;
        Some(stamp.trim_end_matches("UTC").trim())
    }

    /// A clinic's export has the patient on a line of its own; a person's own names them as who made it.
    pub fn person(&self, order: DateOrder) -> Option<Person> {
        let title = self.lines.first()?;
        if let Some(patient) = self.lines.get(1) {
            let born_on = patient.iter().skip(1).find_map(|cell| birth_date(cell, order));
            return Some(Person { name: patient.first().map(|name| (*name).to_owned()), born_on });
        }
        let whose = title.first()?.to_lowercase();
        if self.generated().is_none() {
            // The desktop program writes the name alone.
            return (title.len() == 1).then(|| Person { name: Some(title[0].to_owned()), born_on: None });
        }
        let is_clinics = whose.contains("patient") || whose.contains("paciente");
        let name = title.get(4).filter(|_| !is_clinics)?;
        Some(Person { name: Some((*name).to_owned()), born_on: None })
    }
}

/// Years of two digits do not tell the century of a birth.
fn birth_date(text: &str, order: DateOrder) -> Option<Date> {
    let has_year = text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4);
    let (year, month, day) = parse_date(order, text).filter(|_| has_year)?;
    Wall::new((year, month, day), 0).map(Wall::date)
}
