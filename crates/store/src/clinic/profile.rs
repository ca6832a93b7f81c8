//! What a clinic keeps of a patient: a record of its own, with the clinic's number, a group and tags.

use super::{Desk, DeskRight, KeepPatients};
use crate::{
    db::{params, statements},
    error::{Error, Invalid},
    inside::Inside,
    keys::place,
    records::{self, Keeper, NewRecord},
    throttle,
    words::{unit, unit_word, zone},
};
use glucose::Unit;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sharing::RecordId;

statements! {
    SELECT = "select name, born_on, unit, zone, profile, left_at, asked_at, made_at from records \
        where id = $1 and clinic = $2 and merged_into is null";
    CHANGE = "update records set name = $3, born_on = $4, unit = $5, zone = $6, profile = $7 where id = $1 and clinic = $2";
    DETAILS = "update records set profile = $3 where id = $1 and clinic = $2";
}

/// The longest number, group or tag.
const LONGEST: usize = 60;
pub(crate) const MOST_TAGS: usize = 20;

/// What the clinic notes beside name and birth date. No health data: those are in the record.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PatientDetails {
    /// The clinic's own number of the patient; empty for none.
    pub number: String,
    /// The group that the patient is in; empty for none.
    pub group: String,
    /// Any words by which the clinic finds patients again.
    pub tags: Vec<String>,
    /// Where to write to the patient; empty for nowhere.
    pub email: String,
    /// Where to send a text message; empty for nowhere.
    pub phone: String,
}

/// What a new patient of a clinic, or a changed one, is to be.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPatient {
    /// Name, birth date, unit and zone.
    pub record: NewRecord,
    /// The rest.
    pub details: PatientDetails,
}

/// A patient as the clinic's own desk knows them: no figures.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientProfile {
    /// The clinic's own record.
    pub id: RecordId,
    /// The patient's name, as the clinic wrote it.
    pub name: String,
    /// Their birth date.
    pub born_on: Option<Date>,
    /// The unit to show.
    pub unit: Unit,
    /// Where they live.
    pub zone: TimeZone,
    /// Number, group, tags, and where to write to.
    pub details: PatientDetails,
    /// When they left the clinic.
    pub left_at: Option<Timestamp>,
    /// When they were last asked to upload.
    pub asked_at: Option<Timestamp>,
    /// Since when the clinic keeps this record.
    pub made_at: Timestamp,
}

impl std::fmt::Debug for PatientDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientDetails(…)")
    }
}

impl std::fmt::Debug for NewPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPatient(…)")
    }
}

impl std::fmt::Debug for PatientProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PatientProfile({})", self.id)
    }
}

impl PatientDetails {
    /// Trimmed, every tag once and in order; refused when something is too long or holds control characters.
    pub(crate) fn checked(&self) -> Result<Self, Error> {
        let mut tags: Vec<String> = self.tags.iter().map(|tag| tag.trim().to_owned()).collect();
        tags.retain(|tag| !tag.is_empty());
        tags.sort_by_key(|tag| tag.to_lowercase());
        tags.dedup_by_key(|tag| tag.to_lowercase());
        let text = |text: &String| text.trim().to_owned();
        let (number, group, phone) = (text(&self.number), text(&self.group), text(&self.phone));
        let plain = |text: &String| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
        let fits = [&number, &group, &phone].into_iter().chain(&tags).all(plain) && tags.len() <= MOST_TAGS;
        let email = text(&self.email);
        if !fits || !(email.is_empty() || sharing::Email::parse(&email).is_ok()) {
            return Err(Error::Invalid(Invalid::PatientDetails));
        }
        Ok(Self { number, group, tags, email, phone })
    }
}

pub(crate) fn seal(inside: &Inside, profile: RecordId, details: &PatientDetails) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(&details.checked()?).map_err(Error::broken)?;
    inside.keys.seal(place("records", "profile", profile.0).of(profile.0), &plain)
}

/// What the row of a clinic's record has sealed; nothing for a record that was kept before there was such a thing.
pub(crate) fn open(inside: &Inside, profile: RecordId, sealed: Option<&[u8]>) -> Result<PatientDetails, Error> {
    let Some(sealed) = sealed else { return Ok(PatientDetails::default()) };
    let plain = inside.keys.open(place("records", "profile", profile.0).of(profile.0), sealed)?;
    serde_json::from_slice(&plain).map_err(Error::broken)
}

impl<R: DeskRight> Desk<'_, R> {
    /// A patient of this clinic, without figures.
    pub fn patient(&mut self, profile: RecordId) -> Result<PatientProfile, Error> {
        let row = self.tx.query_one(SELECT, params![profile, self.at.clinic])?.ok_or(Error::NotFound)?;
        Ok(PatientProfile {
            id: profile,
            name: records::open_name(self.inside, profile, row.bytes(0)?)?,
            born_on: records::open_birth(self.inside, profile, row.opt_bytes(1)?)?,
            unit: unit(row.text(2)?)?,
            zone: zone(row.text(3)?)?,
            details: open(self.inside, profile, row.opt_bytes(4)?)?,
            left_at: row.opt_instant(5)?,
            asked_at: row.opt_instant(6)?,
            made_at: row.instant(7)?,
        })
    }
}

impl Desk<'_, KeepPatients> {
    /// A new patient, under a key of their own.
    pub fn add_patient(&mut self, new: &NewPatient) -> Result<RecordId, Error> {
        let clinic = self.at.clinic;
        throttle::begin(self.tx, &throttle::patient_tries(&self.inside.keys, self.at.member), self.at.now)?;
        let profile = records::insert(self.tx, self.inside, Keeper::Clinic(clinic), &new.record, self.at.now)?;
        let details = seal(self.inside, profile, &new.details)?;
        self.tx.execute(DETAILS, params![profile, clinic, details])?;
        self.audit("added a patient", &profile.to_string())?;
        Ok(profile)
    }

    /// Changes what the clinic keeps of a patient. Whom they are, not what was measured.
    pub fn change_patient(&mut self, profile: RecordId, new: &NewPatient) -> Result<(), Error> {
        self.keeps(profile)?;
        new.record.check(self.at.now)?;
        let (name, born_on) = records::seal(self.inside, profile, &new.record)?;
        let (unit, zone) = (unit_word(new.record.unit), new.record.zone.as_str());
        let details = seal(self.inside, profile, &new.details)?;
        self.tx.execute(CHANGE, params![profile, self.at.clinic, name, born_on, unit, zone, details])?;
        self.audit("changed a patient", &profile.to_string())?;
        self.audit_record(profile, "changed the record", "")
    }
}
