//! Whom a care partner follows: those they see now, and those they do not, with the reason and nothing else.

use crate::{
    access::Entered,
    actor::{Actor, Who},
    alerts,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    leaving,
    overview::{RecordLine, here, line},
    standing,
};
use jiff::Timestamp;
use sharing::{AccountId, Decision, Permission, Purpose, RecordId, Refusal, RightKind, Standing, Visibility, allows};
use std::sync::Arc;

statements! {
    FOLLOWING = "select r.id, r.name, r.unit from grants g join records r on r.id = g.record \
        where g.partner = $1 order by g.since_at, r.id";
}

/// Somebody whom a care partner follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// Which record.
    pub record: RecordId,
    /// Whose data it holds.
    pub name: String,
    /// How far.
    pub permission: Permission,
    /// At what.
    pub visibility: Visibility,
    /// Until when.
    pub until_at: Option<Timestamp>,
    /// How it is now, or why that is not shown.
    pub seen: Result<RecordLine, Shut>,
}

/// Why a care partner sees nothing just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shut {
    /// The policy's reason.
    pub why: Refusal,
    /// Until when it is paused, or since when it is over.
    pub at: Option<Timestamp>,
}

impl Store {
    /// Everybody whom `who` follows, longest first. Records that are not known to them any more are left out.
    pub async fn following(&self, who: &Actor) -> Result<Vec<Followed>, Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let origin = &who.origin;
        let (inside, now) = (Arc::clone(&self.0), self.0.clock.now());
        let look = move |tx: &mut Tx| {
            leaving::refuse(tx, account)?;
            following(tx, &inside, account, now)
        };
        let all: Vec<(Followed, Standing)> = self.0.db.read(look).await?;
        // Whoever reads the last value of somebody has looked, also in a list.
        let who = Who::Account { id: account };
        let looks = all.iter().filter(|(one, _)| one.seen.as_ref().is_ok_and(|line| line.latest.is_some()));
        let looks = looks.map(|(one, standing)| {
            let (record, purpose, standing) = (one.record, Purpose::Following, *standing);
            (
                Entered {
                    who,
                    record,
                    purpose,
                    standing,
                    clinic: None,
                    visibility: one.visibility,
                    proved_at: None,
                    now,
                },
                None,
            )
        });
        self.write_looks(&looks.collect::<Vec<_>>(), origin).await?;
        Ok(all.into_iter().map(|(one, _)| one).collect())
    }
}

pub(crate) fn following(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<(Followed, Standing)>, Error> {
    let mut all = Vec::new();
    for row in tx.query(FOLLOWING, params![account])? {
        all.extend(followed(tx, inside, account, &row, now)?);
    }
    Ok(all)
}

/// The policy's word on a look, for each record by itself.
fn followed(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    row: &Row,
    now: Timestamp,
) -> Result<Option<(Followed, Standing)>, Error> {
    let record = RecordId(row.id(0)?);
    let standing = standing::of(tx, Who::Account { id: account }, record, now)?;
    let Standing::CarePartner { permission, visibility, until_at, paused_until_at, .. } = standing else {
        return Ok(None);
    };
    let shut = match allows(standing, RightKind::View, now) {
        Decision::Allowed(_) => None,
        Decision::Refused(why) => Some(Shut { why, at: instant_of(why, until_at, paused_until_at) }),
        Decision::Unknown => return Ok(None),
    };
    let mut line = here(line(tx, inside, row, Some(permission), shut.is_none()))?;
    if let Some(line) = line.as_mut().filter(|_| shut.is_none()) {
        line.alert = alerts::open_alert(tx, inside, (record, account), now)?;
    }
    Ok(line.map(|line| {
        let name = line.name.clone();
        (Followed { record, name, permission, visibility, until_at, seen: shut.map_or(Ok(line), Err) }, standing)
    }))
}

fn instant_of(why: Refusal, until_at: Option<Timestamp>, paused_until_at: Option<Timestamp>) -> Option<Timestamp> {
    match why {
        Refusal::Expired => until_at,
        Refusal::Paused => paused_until_at,
        _ => None,
    }
}
