//! Patients who leave the clinic, come back, or are deleted for good.

use super::{DeletePatients, Desk, LetPatientsGo};
use crate::{
    actor::Actor,
    db::{params, statements},
    error::{Error, Invalid},
    inside::Store,
    link,
    news::Told,
};
use sharing::{ClinicId, RecordId};

statements! {
    LEAVE = "update records set left_at = $2 where id = $1 and left_at is null";
    COME_BACK = "update records set left_at = null where id = $1 and left_at is not null";
    DROP_CODES = "delete from link_codes where profile = $1";
    DROP_HANDOVERS = "delete from handovers where profile = $1";
    // A record that is merged into itself is unknown to everybody and purged at once.
    DELETE = "update records set merged_into = $1, merged_at = 0 where id = $1";
    // So is whatever was merged into it, step by step.
    DELETE_MERGED = "update records set merged_into = $1, merged_at = 0 where merged_at > 0 and clinic = $2 \
        and merged_into in (select id from records where merged_into = $1)";
}

impl Desk<'_, LetPatientsGo> {
    /// Notes that a patient left: the link ends at once, open codes are void, the clinic's own record stays.
    pub fn patient_left(&mut self, profile: RecordId) -> Result<(), Error> {
        self.keeps(profile)?;
        if self.tx.execute(LEAVE, params![profile, self.at.now])? == 0 {
            return Ok(());
        }
        self.end_link_and_codes(profile)?;
        self.audit("noted that a patient left", &profile.to_string())?;
        self.audit_record(profile, "noted that the patient left", "")
    }

    /// Notes that a patient came back. They are in the list again; a link is made anew.
    pub fn patient_back(&mut self, profile: RecordId) -> Result<(), Error> {
        self.keeps(profile)?;
        if self.tx.execute(COME_BACK, params![profile])? == 0 {
            return Ok(());
        }
        self.audit("noted that a patient came back", &profile.to_string())?;
        self.audit_record(profile, "noted that the patient came back", "")
    }
}

impl<R: super::DeskRight> Desk<'_, R> {
    fn end_link_and_codes(&mut self, profile: RecordId) -> Result<(), Error> {
        let by = (self.at.member, self.at.role, self.at.clinic);
        link::end_of_profile(self.tx, self.inside, by, profile, self.at.now)?;
        self.tx.execute(DROP_CODES, params![profile])?;
        self.tx.execute(DROP_HANDOVERS, params![profile])?;
        self.tx.tell(Told::access(profile));
        Ok(())
    }
}

impl Desk<'_, DeletePatients> {
    /// From the commit on nobody knows the record.
    fn forget_patient(&mut self, profile: RecordId, typed_name: &str) -> Result<(), Error> {
        self.fresh()?;
        let patient = self.patient(profile)?;
        if typed_name.trim().to_lowercase() != patient.name.trim().to_lowercase() {
            return Err(Error::Invalid(Invalid::PatientName));
        }
        self.end_link_and_codes(profile)?;
        self.tx.execute(DELETE, params![profile])?;
        while self.tx.execute(DELETE_MERGED, params![profile, self.at.clinic])? > 0 {}
        self.audit("deleted a patient", &profile.to_string())?;
        self.audit_record(profile, "deleted the record", "")
    }
}

impl Store {
    /// Deletes a patient of a clinic for good, whose name is typed once more, with whatever was merged into them: keys first,
    /// then rows. The link ends; the person's own record is not touched.
    pub async fn delete_patient(
        &self,
        who: &Actor,
        clinic: ClinicId,
        profile: RecordId,
        typed_name: &str,
    ) -> Result<(), Error> {
        let typed = typed_name.to_owned();
        let forget = move |desk: &mut Desk<'_, DeletePatients>| desk.forget_patient(profile, &typed);
        self.with_clinic(who, clinic, forget).await?;
        // Should this break off, the worker's next round takes it up.
        self.purge_records().await.map(drop)
    }
}
