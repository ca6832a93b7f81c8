//! What an account's own part of an export says: no hashes, no seeds, no tokens, not the phrase.

use crate::{
    audit::detail_column,
    db::{params, statements},
    error::Error,
    keys::place,
    mails, outbox,
    own::{Account, ActivityLine, Own, SentMessage},
    own_devices::SessionLine,
    records,
};
use jiff::Timestamp;
use sharing::{Id, RecordId};

statements! {
    FOLLOWING = "select r.id, r.name, g.permission, g.since_at, g.until_at from grants g join records r on r.id = g.record \
        where g.partner = $1 and (g.until_at is null or g.until_at > $2) order by g.since_at, r.id";
    CLINICS = "select c.id, c.name, m.role, m.since_at from clinic_members m join clinics c on c.id = m.clinic \
        where m.account = $1 order by m.since_at, c.id";
    ACTIVITY = "select number, at, act, count, detail from audit where chain = $1 and number > $2 \
        order by number limit 1000";
    MESSAGES = "select id, sealed, made_at, sent_at, kind, refused_at from outbox where account = $1 and id > $2 order by id limit 500";
}

/// An account, as its owner takes it along.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenAccount {
    /// Name, address and settings.
    pub account: Account,
    /// The records it owns, oldest first.
    pub records: Vec<(RecordId, String)>,
    /// The sessions that are open.
    pub sessions: Vec<SessionLine>,
    /// Records of others, and clinics.
    pub memberships: Vec<Membership>,
}

/// What an account was let in to.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// Whose record, or which clinic.
    pub name: String,
    /// The permission, or the role.
    pub how: String,
    /// Since when.
    pub since_at: Timestamp,
    /// Until when.
    pub until_at: Option<Timestamp>,
}

impl Own<'_> {
    /// Begins an export of everything: needs a fresh proof, and leaves its line in the activity.
    pub fn begin_export(&mut self) -> Result<TakenAccount, Error> {
        self.fresh()?;
        self.audit("exported everything", String::new())?;
        Ok(TakenAccount {
            account: self.account()?,
            records: self.records()?,
            sessions: self.sessions()?,
            memberships: self.memberships()?,
        })
    }

    /// Up to a thousand lines of the activity behind one, oldest first, each with its number.
    pub fn export_activity(&mut self, after: i64) -> Result<Vec<(i64, ActivityLine)>, Error> {
        let (tx, inside, account) = self.parts();
        let rows = tx.query(ACTIVITY, params![account.to_string(), after])?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            let number = row.int(0)?;
            let detail = match row.bytes(4)? {
                [] => String::new(),
                sealed => inside.keys.open_text(place("audit", &detail_column(number), account.0), sealed)?,
            };
            let (at, what, count) = (row.instant(1)?, row.text(2)?.to_owned(), row.count(3)?);
            lines.push((number, ActivityLine { at, what, count, detail }));
        }
        Ok(lines)
    }

    /// Up to five hundred messages behind one (from the first when there is none), oldest first.
    pub fn export_messages(&mut self, after: Option<Id>) -> Result<Vec<(Id, SentMessage)>, Error> {
        let address = self.account()?.email;
        let (tx, inside, account) = self.parts();
        let rows = tx.query(MESSAGES, params![account, after.unwrap_or(Id(0))])?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = row.id(0)?;
            let mail = outbox::open(inside, id, Some(account), row.bytes(1)?)?;
            if mails::says_whose_address_it_is(row.text(4)?, &mail, &address) {
                continue;
            }
            let (subject, text) = (mail.subject, outbox::readable(&mail.text));
            let (made_at, sent_at, refused_at) = (row.instant(2)?, row.opt_instant(3)?, row.opt_instant(5)?);
            lines.push((id, SentMessage { subject, text, made_at, sent_at, refused_at }));
        }
        Ok(lines)
    }

    fn memberships(&mut self) -> Result<Vec<Membership>, Error> {
        let now = self.now();
        let (tx, inside, account) = self.parts();
        let mut list = Vec::new();
        for row in tx.query(FOLLOWING, params![account, now])? {
            list.push(Membership {
                name: records::open_name(inside, RecordId(row.id(0)?), row.bytes(1)?)?,
                how: row.text(2)?.to_owned(),
                since_at: row.instant(3)?,
                until_at: row.opt_instant(4)?,
            });
        }
        for row in tx.query(CLINICS, params![account])? {
            list.push(Membership {
                name: inside.keys.open_text(place("clinics", "name", row.id(0)?), row.bytes(1)?)?,
                how: row.text(2)?.to_owned(),
                since_at: row.instant(3)?,
                until_at: None,
            });
        }
        Ok(list)
    }
}
