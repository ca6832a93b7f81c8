//! The same list for whoever chooses patients to print: no figures, and what is sealed is not opened at every look.

use super::read::{self, Line, LinkState};
use crate::{
    clinic::{Desk, PatientDetails, PrintReports, ToPrint},
    error::Error,
};

impl Desk<'_, PrintReports> {
    /// Everybody who has not left, by name.
    pub fn all_to_print(&mut self) -> Result<Vec<ToPrint>, Error> {
        let mut lines = read::lines(self.tx, self.inside, self.at)?;
        lines.retain(|line| line.left_at.is_none());
        let key = |line: &Line| (line.person.born_on, line.profile);
        lines.sort_by(|a, b| a.person.folded_name().cmp(b.person.folded_name()).then_with(|| key(a).cmp(&key(b))));
        Ok(lines.iter().map(to_print).collect())
    }
}

fn to_print(line: &Line) -> ToPrint {
    let person = &line.person;
    let (number, group, tags) = (person.number.clone(), person.group.clone(), person.tags.clone());
    let link = line.link.filter(|(_, state)| *state == LinkState::Active).map(|(link, _)| link);
    ToPrint {
        profile: line.profile,
        name: person.name.clone(),
        born_on: person.born_on,
        details: PatientDetails { number, group, tags, ..PatientDetails::default() },
        linked: link.map(|link| link.record),
        link: link.map(|link| (link.since_at, link.visibility)),
    }
}
