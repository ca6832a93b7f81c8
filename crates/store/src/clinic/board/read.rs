//! Reads the whole list of a clinic: what is plain and the first bytes of what is sealed in two questions, and of what is sealed
//! only what is not open yet.

use super::opened::{Figures, Known, Mark, Person};
use crate::{
    clinic::{AtDesk, PatientDetails},
    days::open_headline,
    db::{MANY, Row, Sql, Tx, many, many_ids, params, statements},
    error::Error,
    inside::Inside,
    keys::{RecordKey, place},
    standing::visibility,
};
use jiff::{Timestamp, civil::Date};
use sharing::{ClinicRole, Decision, Id, RecordId, Refusal, RightKind, Standing, Visibility, allows};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

statements! {
    // `mark`: the first bytes of the record's row of last values, kept beside so that ten thousand wide rows are not looked up.
    ROWS = "select id, substr(name, 1, 13), substr(born_on, 1, 13), substr(profile, 1, 13), left_at, asked_at, mark from records \
        where clinic = $1 and merged_into is null";
    LINKS = "select profile, record, insulin, carbs, notes, devices, until_at, suspended_at, mark, since_at from links where clinic = $1";
    PEOPLE = concat!("select id, name, born_on, profile from records where id in ", many_ids!());
    FIGURES = concat!("select record, sealed from latest where record in ", many_ids!());
}

/// A patient of the list, with what may be seen of them.
pub(super) struct Line {
    pub(super) profile: RecordId,
    pub(super) person: Arc<Person>,
    pub(super) left_at: Option<Timestamp>,
    pub(super) asked_at: Option<Timestamp>,
    pub(super) link: Option<(Link, LinkState)>,
    /// Of the clinic's own record.
    pub(super) own: Option<Figures>,
    /// Of the linked record, while the link shows it.
    pub(super) linked: Option<Figures>,
}

/// A link as it stands.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) record: RecordId,
    pub(super) standing: Standing,
    pub(super) visibility: Visibility,
    pub(super) since_at: Timestamp,
    pub(super) until_at: Option<Timestamp>,
}

/// Whether a link shows anything now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    Active,
    Ended,
    Suspended,
}

/// A row as it was read, nothing opened.
struct Seat {
    profile: RecordId,
    marks: [Mark; 3],
    left_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
    own: Mark,
    link: Option<(Link, LinkState, Mark)>,
}

/// All patients of the clinic, also those who left; nobody else's.
pub(super) fn lines(tx: &mut Tx, inside: &Inside, at: AtDesk) -> Result<Vec<Line>, Error> {
    let seats = seats(tx, at)?;
    let before = inside.boards.of(at.clinic);
    let known = open(tx, inside, &seats, before)?;
    inside.boards.keep(at.clinic, Arc::clone(&known), at.now);
    Ok(seats.iter().filter_map(|seat| line(seat, &known)).collect())
}

fn line(seat: &Seat, known: &Known) -> Option<Line> {
    let figures = |record: RecordId, mark: Mark| {
        known.figures.get(&record).filter(|(of, _)| *of == mark).map(|(_, figures)| *figures)
    };
    // A record whose key was destroyed is gone, though its row may stand there in restored data.
    let (_, person) = known.people.get(&seat.profile)?;
    Some(Line {
        profile: seat.profile,
        person: Arc::clone(person),
        left_at: seat.left_at,
        asked_at: seat.asked_at,
        link: seat.link.map(|(link, state, _)| (link, state)),
        own: figures(seat.profile, seat.own),
        linked: seat
            .link
            .filter(|(_, state, _)| *state == LinkState::Active)
            .and_then(|(link, _, mark)| figures(link.record, mark)),
    })
}

fn seats(tx: &mut Tx, at: AtDesk) -> Result<Vec<Seat>, Error> {
    let mut links = HashMap::new();
    for row in tx.query(LINKS, params![at.clinic])? {
        links.insert(RecordId(row.id(0)?), link(&row, at)?);
    }
    let rows = tx.query(ROWS, params![at.clinic])?;
    let seat = |row: &Row| {
        let profile = RecordId(row.id(0)?);
        Ok(Seat {
            profile,
            marks: [mark(row, 1)?, mark(row, 2)?, mark(row, 3)?],
            left_at: row.opt_instant(4)?,
            asked_at: row.opt_instant(5)?,
            own: mark(row, 6)?,
            link: links.remove(&profile),
        })
    };
    rows.iter().map(seat).collect()
}

/// A link, as the policy sees it at this moment.
fn link(row: &Row, at: AtDesk) -> Result<(Link, LinkState, Mark), Error> {
    let (visibility, until_at, suspended) = (visibility(row, 2)?, row.opt_instant(6)?, row.opt_int(7)?.is_some());
    let standing = Standing::LinkedClinic { role: at.role, visibility, until_at, lacks_second_step: false, suspended };
    let state = match allows(standing, RightKind::View, at.now) {
        Decision::Allowed(_) => LinkState::Active,
        // The front desk sees no figures, but from when the newest data are: `ClinicRight::SeePatients`.
        Decision::Refused(Refusal::Role) if at.role == ClinicRole::FrontDesk => LinkState::Active,
        Decision::Refused(Refusal::Expired) => LinkState::Ended,
        _ => LinkState::Suspended,
    };
    let (record, since_at) = (RecordId(row.id(1)?), row.instant(9)?);
    Ok((Link { record, standing, visibility, since_at, until_at }, state, mark(row, 8)?))
}

fn mark(row: &Row, column: usize) -> Result<Mark, Error> {
    Ok(row.opt_bytes(column)?.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default())
}

impl Seat {
    /// The records whose figures are shown, with what they are to be found by.
    fn figures(&self) -> impl Iterator<Item = (RecordId, Mark)> {
        let linked = self.link.filter(|(_, state, _)| *state == LinkState::Active);
        let both = [Some((self.profile, self.own)), linked.map(|(link, _, mark)| (link.record, mark))];
        both.into_iter().flatten().filter(|(_, mark)| *mark != Mark::default())
    }
}

/// What was known already and is as it was, and what was not.
fn open(tx: &mut Tx, inside: &Inside, seats: &[Seat], before: Arc<Known>) -> Result<Arc<Known>, Error> {
    let (mut people, mut figures, mut figured) = (Vec::new(), Vec::new(), 0);
    for seat in seats {
        if before.people.get(&seat.profile).is_none_or(|(of, _)| *of != seat.marks) {
            people.push(seat.profile);
        }
        for (record, mark) in seat.figures() {
            figured += 1;
            if before.figures.get(&record).is_none_or(|(of, _)| *of != mark) {
                figures.push(record);
            }
        }
    }
    let is_smaller = before.people.len() > seats.len() || before.figures.len() > figured;
    if people.is_empty() && figures.is_empty() && !is_smaller {
        return Ok(before);
    }
    let mut known = Known::clone(&before);
    let (here, shown): (HashSet<RecordId>, HashSet<RecordId>) = (
        seats.iter().map(|seat| seat.profile).collect(),
        seats.iter().flat_map(Seat::figures).map(|(record, _)| record).collect(),
    );
    known.people.retain(|id, _| here.contains(id));
    known.figures.retain(|id, _| shown.contains(id));
    let all: HashSet<RecordId> = people.iter().chain(&figures).copied().collect();
    let keys = inside.keys.records(&all.into_iter().collect::<Vec<_>>())?;
    open_people(tx, inside, &people, &keys, &mut known)?;
    open_figures(tx, &figures, &keys, &mut known)?;
    Ok(Arc::new(known))
}

type Keys = HashMap<RecordId, Arc<RecordKey>>;

fn open_people(tx: &mut Tx, inside: &Inside, ids: &[RecordId], keys: &Keys, known: &mut Known) -> Result<(), Error> {
    for row in rows_of(tx, PEOPLE, ids) {
        let row = row?;
        let id = RecordId(row.id(0)?);
        match keys.get(&id) {
            Some(key) => drop(known.people.insert(id, (marks(&row)?, Arc::new(person(inside, key, id, &row)?)))),
            None => drop(known.people.remove(&id)),
        }
    }
    Ok(())
}

fn marks(row: &Row) -> Result<[Mark; 3], Error> {
    let first = |column| Ok::<_, Error>(row.opt_bytes(column)?.map_or_else(Mark::default, first));
    Ok([first(1)?, first(2)?, first(3)?])
}

fn person(inside: &Inside, key: &RecordKey, id: RecordId, row: &Row) -> Result<Person, Error> {
    let open = |column, sealed: &[u8]| inside.keys.open_with(key, place("records", column, id.0), sealed);
    let name = String::from_utf8(open("name", row.bytes(1)?)?).map_err(Error::broken)?;
    let born_on = row.opt_bytes(2)?.map(|sealed| born(&open("born_on", sealed)?)).transpose()?;
    let details = match row.opt_bytes(3)? {
        Some(sealed) => serde_json::from_slice(&open("profile", sealed)?).map_err(Error::broken)?,
        None => PatientDetails::default(),
    };
    Ok(Person::new(name, born_on, details))
}

fn born(plain: &[u8]) -> Result<Date, Error> {
    std::str::from_utf8(plain).map_err(Error::broken)?.parse().map_err(Error::broken)
}

fn open_figures(tx: &mut Tx, ids: &[RecordId], keys: &Keys, known: &mut Known) -> Result<(), Error> {
    for row in rows_of(tx, FIGURES, ids) {
        let row = row?;
        let (id, sealed) = (RecordId(row.id(0)?), row.bytes(1)?);
        match keys.get(&id) {
            Some(key) => drop(known.figures.insert(id, (first(sealed), Figures::of(&open_headline(key, sealed)?)))),
            None => drop(known.figures.remove(&id)),
        }
    }
    Ok(())
}

fn first(sealed: &[u8]) -> Mark {
    sealed.first_chunk().copied().unwrap_or_default()
}

/// The rows of many records, a batch at a time.
fn rows_of(tx: &mut Tx, sql: Sql, ids: &[RecordId]) -> impl Iterator<Item = Result<Row, Error>> {
    ids.chunks(MANY).flat_map(move |some| {
        let ids: Vec<Id> = some.iter().map(|id| id.0).collect();
        match tx.query(sql, &many(&ids)) {
            Ok(rows) => rows.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        }
    })
}
