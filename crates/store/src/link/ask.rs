//! Asking a linked patient to upload: a mail and a notice that lead to *Upload now*, at most once a day.

use super::{mails, owner};
use crate::{
    audit::{self, Entry},
    clinic::{AskForUpload, Desk},
    db::{params, statements},
    error::{Conflict, Error},
    notices,
    push::{self, PushMessage},
};
use jiff::{SignedDuration, Timestamp};
use sharing::{Purpose, RecordId};

statements! {
    LINKED = "select record from links where profile = $1 and clinic = $2 and suspended_at is null \
        and (until_at is null or until_at > $3)";
    ASK = "update records set asked_at = $2 where id = $1 and (asked_at is null or asked_at <= $3)";
}

/// How long a patient is left alone after being asked.
pub(super) const ASKED_EVERY: SignedDuration = SignedDuration::from_hours(24);

impl Desk<'_, AskForUpload> {
    /// Asks the patient by mail and on their devices to upload. Only while the record is linked, and at most once a day.
    pub fn ask_for_upload(&mut self, profile: RecordId) -> Result<(), Error> {
        self.keeps(profile)?;
        let now = self.at.now;
        let row = self.tx.query_one(LINKED, params![profile, self.at.clinic, now])?;
        let record = RecordId(row.ok_or(Error::Conflict(Conflict::NotLinked))?.id(0)?);
        let before = now.saturating_sub(ASKED_EVERY).unwrap_or(Timestamp::MIN);
        if self.tx.execute(ASK, params![profile, now, before])? == 0 {
            return Err(Error::Conflict(Conflict::AskedToUpload));
        }
        let act = "asked for an upload";
        for record in [record, profile] {
            self.audit_record_for(Purpose::AskForUpload, record, act)?;
        }
        self.audit("asked a patient for an upload", &profile.to_string())?;
        let (clinic, (owner, record_name, _)) = (self.clinic_name()?, owner(self.tx, self.inside, record)?);
        let line = Entry::activity(owner, now, "was asked for an upload", format!("{record_name}: {clinic}"));
        audit::write(self.tx, self.inside, &line)?;
        let notice = wanted(&clinic, record);
        push::push(self.tx, self.inside, owner, &notice, now)?;
        notices::tell_current(self.tx, self.inside, owner, &mails::upload_wanted(&clinic, &record_name), now)
    }
}

/// On a screen that others may see: the clinic that asks, and not of whom.
fn wanted(clinic: &str, record: RecordId) -> PushMessage {
    PushMessage {
        title: format!("{clinic} asks you to upload"),
        body: "You decide: nothing is uploaded by itself.".to_owned(),
        path: "/upload-now".to_owned(),
        tag: format!("upload {record}"),
        urgent: false,
        record: Some(record),
    }
}
