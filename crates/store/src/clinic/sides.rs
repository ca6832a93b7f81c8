//! Two records side by side, before they are merged, and the search for the second.

use super::{CompareRecords, Desk, PatientProfile};
use crate::{
    access::Entered,
    actor::Actor,
    db::{params, statements},
    error::Error,
    inside::Store,
};
use jiff::Timestamp;
use sharing::{ClinicId, ClinicRole, RecordId};

statements! {
    LINKED = "select 1 from links where profile = $1 and clinic = $2";
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

/// Which record, and what of the other.
#[derive(Clone)]
pub struct MergeAsked {
    /// The record whose double is looked for.
    pub record: RecordId,
    /// The other, once it is known.
    pub with: Option<RecordId>,
    /// What is searched for; empty for nothing.
    pub search: String,
    /// How many are listed at most.
    pub most: usize,
}

impl std::fmt::Debug for MergeAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MergeAsked({})", self.record)
    }
}

/// What there is to compare.
#[derive(Clone, Debug)]
pub struct MergeSides {
    /// What the one who looks does in the clinic.
    pub role: ClinicRole,
    /// The record.
    pub one: MergeSide,
    /// The one beside it.
    pub other: Option<MergeSide>,
    /// Who was found.
    pub found: Vec<PatientProfile>,
}

impl Store {
    /// What tells whether two records are of one person. It is a look at each, and stands in its view history.
    pub async fn merge_sides(&self, who: &Actor, clinic: ClinicId, asked: MergeAsked) -> Result<MergeSides, Error> {
        let look = move |desk: &mut Desk<'_, CompareRecords>| {
            let (one, looked) = desk.side(asked.record)?;
            let other = asked.with.map(|with| desk.side(with)).transpose()?;
            let found = match asked.search.as_str() {
                "" => Vec::new(),
                words => desk.find_others(asked.record, words, asked.most)?,
            };
            let looks: Vec<_> =
                [Some(looked), other.as_ref().map(|(_, looked)| *looked)].into_iter().flatten().collect();
            Ok((MergeSides { role: desk.role(), one, other: other.map(|(side, _)| side), found }, looks))
        };
        let (sides, looks) = self.with_clinic(who, clinic, look).await?;
        let looks: Vec<_> = looks.into_iter().map(|looked| (looked, None)).collect();
        self.write_looks(&looks, &who.origin).await?;
        Ok(sides)
    }
}

impl Desk<'_, CompareRecords> {
    fn side(&mut self, profile: RecordId) -> Result<(MergeSide, Entered), Error> {
        let patient = self.patient(profile)?;
        let linked = self.tx.query_one(LINKED, params![profile, self.at.clinic])?.is_some();
        let (uploads, looked) = self.look_at(profile, |patient| patient.uploads())?;
        let uploads: Vec<_> = uploads.into_iter().filter(|line| line.taken_back_at.is_none()).collect();
        // Values that an app sends one by one have no end in their line.
        let newest_at = uploads.iter().map(|line| line.last_at.unwrap_or(line.at)).max();
        let uploads = u32::try_from(uploads.len()).map_err(Error::broken)?;
        Ok((MergeSide { patient, linked, newest_at, uploads }, looked))
    }
}
