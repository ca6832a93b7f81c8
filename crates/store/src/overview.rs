//! Lists over many records, one line each. They start from the relation, never from the records.

use crate::{
    actor::Actor,
    alerts::{self, AlertNow},
    chunk::Summary14,
    days::open_headline,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::place,
    leaving, lockdown,
    records::open_name,
    review, share,
    words::unit,
};
use glucose::{Reading, Trend, Unit};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, Permission, RecordId};
use std::sync::Arc;

statements! {
    OWN = "select id, name, unit from records where account = $1 order by made_at, id";
    CLINICS = "select c.id, c.name from clinic_members m join clinics c on c.id = m.clinic \
        where m.account = $1 and c.closed_at is null order by m.since_at, c.id";
    HEADLINE = "select sealed from latest where record = $1";
}

/// What somebody sees first: their own records, whom they follow, their clinics.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Records of their own.
    pub own: Vec<RecordLine>,
    /// Records that were shared with them, if they may look now.
    pub following: Vec<RecordLine>,
    /// Clinics that they are members of.
    pub clinics: Vec<(ClinicId, String)>,
    /// Whether they were reminded to look at who can see their data, and have not done so.
    pub review_due: bool,
}

/// One record in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordLine {
    /// Which.
    pub id: RecordId,
    /// Whose data these are.
    pub name: String,
    /// The unit to show.
    pub unit: Unit,
    /// The last reading.
    pub latest: Option<Reading>,
    /// Its arrow.
    pub trend: Option<Trend>,
    /// The reading before it.
    pub previous: Option<Reading>,
    /// What the one who looks was given; none for their own.
    pub permission: Option<Permission>,
    /// The last fourteen days in a few numbers.
    pub summary: Summary14,
    /// The most urgent alert that is open, for whoever may be told of it.
    pub alert: Option<AlertNow>,
}

impl Store {
    /// What `who` sees first.
    pub async fn overview(&self, who: &Actor) -> Result<Overview, Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let look = move |tx: &mut Tx| {
            leaving::refuse(tx, account)?;
            lockdown::refuse(tx, account)?;
            overview(tx, &inside, account, now)
        };
        self.0.db.read(look).await
    }
}

fn overview(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<Overview, Error> {
    let mut own = Vec::new();
    for row in tx.query(OWN, params![account])? {
        let mut line = line(tx, inside, &row, None, true)?;
        line.alert = alerts::open_alert(tx, inside, (line.id, account), now)?;
        own.push(line);
    }
    let following =
        share::following(tx, inside, account, now)?.into_iter().filter_map(|(one, _)| one.seen.ok()).collect();
    let mut clinics = Vec::new();
    for row in tx.query(CLINICS, params![account])? {
        let clinic = ClinicId(row.id(0)?);
        clinics.push((clinic, inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(1)?)?));
    }
    Ok(Overview { own, following, clinics, review_due: review::is_due(tx, account, now)? })
}

/// A record whose key was destroyed is gone: in data that were restored from before, its row may stand there yet.
pub(crate) fn here(line: Result<RecordLine, Error>) -> Result<Option<RecordLine>, Error> {
    match line {
        Err(Error::NotFound) => Ok(None),
        line => line.map(Some),
    }
}

/// The line of one record, whose id, name and unit the row begins with.
pub(crate) fn line(
    tx: &mut Tx,
    inside: &Inside,
    row: &Row,
    permission: Option<Permission>,
    figures: bool,
) -> Result<RecordLine, Error> {
    let id = RecordId(row.id(0)?);
    let mut line = RecordLine {
        id,
        name: open_name(inside, id, row.bytes(1)?)?,
        unit: unit(row.text(2)?)?,
        latest: None,
        trend: None,
        previous: None,
        permission,
        summary: Summary14::default(),
        alert: None,
    };
    if figures {
        let key = inside.keys.record(id)?;
        if let Some(row) = tx.query_one(HEADLINE, params![id])? {
            let headline = open_headline(&key, row.bytes(0)?)?;
            line.latest = headline.latest.reading;
            line.trend = line.latest.and_then(|reading| reading.trend);
            line.previous = headline.latest.previous;
            line.summary = headline.summary.figures();
        }
    }
    Ok(line)
}
