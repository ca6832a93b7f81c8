//! Alerts of the past for a database that was seeded: what a demo shows of the night before.

use super::{
    board::here,
    channels,
    kept::{self, What},
    messages::{AGE, Said, Why, age},
};
use crate::{
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store, new_id},
    notices,
    outbox::{self, Channel, NewMessage},
    seed::Seeded,
    words::{unit, zone},
};
use glucose::{AlertKind, alert::Seen};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Id, RecordId};
use std::sync::Arc;

statements! {
    EPISODE = "insert into alert_episodes (id, record, sealed, began_at, ended_at, taken_by, taken_at) values ($1, $2, $3, $4, $5, $6, $7)";
    CALL = "insert into alert_calls (episode, account, record, began_at, said_at, said, ended_at, in_order) \
        values ($1, $2, $3, $4, $4, 1, $5, 0)";
    SENT = "update outbox set episode = $2, alert_channel = $3, about_at = $4, sent_at = $5 where id = $1";
    PERSON = "select a.unit, a.zone from accounts a where a.id = $1";
}

/// An alert that was, in a seeded record.
#[derive(Clone, Debug)]
pub struct SeedAlert {
    /// Whose.
    pub record: RecordId,
    /// By first name.
    pub name: String,
    /// Of what.
    pub kind: AlertKind,
    /// With which reading it began.
    pub seen: Seen,
    /// When it was over.
    pub ended_at: Timestamp,
    /// Who was told, by the mail that they have.
    pub told: Vec<AccountId>,
    /// Who took it, and when.
    pub taken: (AccountId, Timestamp),
}

impl Store {
    /// Keeps an alert of the past; for a record that was seeded just now and no other.
    pub async fn seed_alert(&self, seeded: &Seeded, alert: SeedAlert) -> Result<(), Error> {
        if !seeded.records.iter().flatten().any(|record| *record == alert.record) {
            return Err(Error::NotFound);
        }
        let inside = Arc::clone(&self.0);
        self.0.db.write(move |tx| keep(tx, &inside, &alert), |()| ()).await
    }
}

fn keep(tx: &mut Tx, inside: &Inside, alert: &SeedAlert) -> Result<(), Error> {
    let (id, began_at) = (new_id(), alert.seen.at);
    let sealed = inside.keys.seal(here(id, alert.record), &kept::write(&What::of(alert.kind, &alert.seen))?)?;
    let (taken_by, taken_at) = alert.taken;
    tx.execute(EPISODE, params![id, alert.record, sealed, began_at, alert.ended_at, taken_by, taken_at])?;
    alert.told.iter().try_for_each(|account| told(tx, inside, alert, id, *account))
}

fn told(tx: &mut Tx, inside: &Inside, alert: &SeedAlert, episode: Id, account: AccountId) -> Result<(), Error> {
    let began_at = alert.seen.at;
    tx.execute(CALL, params![episode, account, alert.record, began_at, alert.ended_at])?;
    let row = tx.query_one(PERSON, params![account])?.ok_or(Error::NotFound)?;
    let said = Said {
        why: Why::Begins,
        kind: alert.kind,
        seen: alert.seen,
        name: alert.name.clone(),
        unit: unit(row.text(0)?)?,
        zone: zone(row.text(1)?)?,
        says_value: true,
        taken_by: None,
        episode,
        began_at,
    };
    let mut mail = notices::written(tx, inside, account, &said.letter(None))?;
    let old = age(began_at, began_at);
    (mail.text, mail.html) = (mail.text.replace(AGE, &old), mail.html.replace(AGE, &old));
    let sent_at = began_at.saturating_add(SignedDuration::from_secs(2)).unwrap_or(began_at);
    let channels = channels::of(tx, inside, account)?;
    let Some(channel) = channels.iter().find(|channel| channel.kind == Channel::Mail) else { return Ok(()) };
    let (id, account, record) = (new_id(), Some(account), Some(alert.record));
    let message = NewMessage { account, record, channel: Channel::Mail, kind: "alert", mail };
    outbox::put_as(id, tx, inside, &message, began_at)?;
    tx.execute(SENT, params![id, episode, channel.id, began_at, sent_at]).map(drop)
}
