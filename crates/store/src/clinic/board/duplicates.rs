//! Patients who may be in the list twice: the same name, however it is written, and the same birth date; and the search for the
//! other record of one.

use super::{opened::Person, read};
use crate::{
    actor::Actor,
    clinic::{Desk, DeskRight, PatientProfile, SeePatients},
    error::Error,
    inside::Store,
};
use jiff::civil::Date;
use sharing::{ClinicId, RecordId};
use std::collections::HashMap;

use super::text::{Search, fold};

/// Groups that are listed, and patients of each: merging makes room for the others.
const MOST_GROUPS: usize = 50;
const MOST_ALIKE: usize = 20;

/// Patients who may be in the list twice.
#[derive(Clone, Debug)]
pub struct Duplicates {
    /// Those of each person together.
    pub groups: Vec<Vec<PatientProfile>>,
    /// How many groups more there are.
    pub more: usize,
}

impl Store {
    /// Patients of a clinic who may be there twice, those of each person together, longest kept first: the same name, whatever its
    /// case, accents and spaces, and the same birth date, among those who have not left.
    pub async fn clinic_duplicates(&self, who: &Actor, clinic: ClinicId) -> Result<Duplicates, Error> {
        self.with_clinic(who, clinic, |desk: &mut Desk<'_, SeePatients>| desk.duplicates()).await
    }
}

impl<R: DeskRight> Desk<'_, R> {
    /// See [`Store::clinic_duplicates`].
    pub fn duplicates(&mut self) -> Result<Duplicates, Error> {
        let lines = read::lines(self.tx, self.inside, self.at)?;
        let mut groups =
            twice(lines.iter().filter(|line| line.left_at.is_none()).map(|line| (line.profile, &*line.person)));
        let more = groups.len().saturating_sub(MOST_GROUPS);
        groups.truncate(MOST_GROUPS);
        let mut opened = |ids: Vec<RecordId>| ids.into_iter().take(MOST_ALIKE).map(|id| self.patient(id)).collect();
        let groups = groups.into_iter().map(&mut opened).collect::<Result<_, Error>>()?;
        Ok(Duplicates { groups, more })
    }

    /// Other patients who have not left, of whom name, number or birth date hold all of the words, by name.
    pub(in crate::clinic) fn find_others(
        &mut self,
        profile: RecordId,
        words: &str,
        most: usize,
    ) -> Result<Vec<PatientProfile>, Error> {
        let search = Search::of(words);
        let mut lines = read::lines(self.tx, self.inside, self.at)?;
        lines.retain(|line| {
            let is_here = line.profile != profile && line.left_at.is_none();
            is_here && search.finds(line.person.found_by(), line.person.born_on)
        });
        lines.sort_by(|a, b| (a.person.folded_name(), a.profile).cmp(&(b.person.folded_name(), b.profile)));
        lines.iter().take(most).map(|line| self.patient(line.profile)).collect()
    }

    /// Patients of this name and birth date who have not left: to be pointed out before another one is added.
    pub fn namesakes(&mut self, name: &str, born_on: Option<Date>) -> Result<Vec<PatientProfile>, Error> {
        let Some(born_on) = born_on else { return Ok(Vec::new()) };
        let folded = fold(name);
        let mut lines = read::lines(self.tx, self.inside, self.at)?;
        lines.retain(|line| {
            line.left_at.is_none() && line.person.born_on == Some(born_on) && line.person.folded_name() == folded
        });
        lines.iter().map(|line| self.patient(line.profile)).collect()
    }
}

/// Who may be one person. Without a birth date nobody is taken for another.
pub(super) fn twice<'a>(people: impl Iterator<Item = (RecordId, &'a Person)>) -> Vec<Vec<RecordId>> {
    let mut by_name: HashMap<(Date, &str), Vec<RecordId>> = HashMap::new();
    for (id, person) in people {
        if let Some(born_on) = person.born_on {
            by_name.entry((born_on, person.folded_name())).or_default().push(id);
        }
    }
    let mut groups: Vec<Vec<RecordId>> = by_name.into_values().filter(|ids| ids.len() > 1).collect();
    groups.iter_mut().for_each(|ids| ids.sort());
    groups.sort();
    groups
}
