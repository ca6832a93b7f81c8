//! Two records side by side, before they are merged, and the search for the second.

use super::{Desk, MergePatients, PatientProfile};
use crate::{
    db::{params, statements},
    error::Error,
    records,
    rights::Upload,
};
use jiff::Timestamp;
use sharing::RecordId;

statements! {
    LINKED = "select 1 from links where profile = $1 and clinic = $2";
    OTHERS = "select id, name, born_on, profile from records where clinic = $1 and id <> $2 and merged_into is null \
        and left_at is null order by id";
}

/// One of two records, without figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeSide {
    /// Who it is.
    pub patient: PatientProfile,
    /// Whether it is linked to a personal record.
    pub linked: bool,
    /// The last instant of its data.
    pub newest_at: Option<Timestamp>,
    /// Uploads that were not taken back.
    pub uploads: u32,
}

impl Desk<'_, MergePatients> {
    /// What tells whether two records are of one person. It is a look, and stands in the record's history.
    pub fn side(&mut self, profile: RecordId) -> Result<MergeSide, Error> {
        let patient = self.patient(profile)?;
        let linked = self.tx.query_one(LINKED, params![profile, self.at.clinic])?.is_some();
        let uploads = self.enter::<Upload, _>(profile, |patient| patient.uploads())?;
        let uploads: Vec<_> = uploads.into_iter().filter(|line| line.taken_back_at.is_none()).collect();
        // Values that an app sends one by one have no end in their line.
        let newest_at = uploads.iter().map(|line| line.last_at.unwrap_or(line.at)).max();
        Ok(MergeSide { patient, linked, newest_at, uploads: u32::try_from(uploads.len()).map_err(Error::broken)? })
    }

    /// Other patients of whom name, number or birth date hold all of the words.
    pub fn find_other(&mut self, profile: RecordId, words: &str, most: usize) -> Result<Vec<PatientProfile>, Error> {
        let words = words.to_lowercase();
        let mut found = Vec::new();
        for row in self.tx.query(OTHERS, params![self.at.clinic, profile])? {
            let id = RecordId(row.id(0)?);
            let name = records::open_name(self.inside, id, row.bytes(1)?)?;
            let born = records::open_birth(self.inside, id, row.opt_bytes(2)?)?.map(|day| day.to_string());
            let number = super::profile::open(self.inside, id, row.opt_bytes(3)?)?.number;
            let hay = format!("{name} {number} {}", born.unwrap_or_default()).to_lowercase();
            if words.split_whitespace().all(|word| hay.contains(word)) {
                found.push(id);
            }
            if found.len() == most {
                break;
            }
        }
        found.into_iter().map(|id| self.patient(id)).collect()
    }
}
