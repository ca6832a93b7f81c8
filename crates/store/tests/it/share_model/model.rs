//! The plain model: who shared what with whom, in maps and lists, and what the product says that everybody sees.

use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};
use sharing::{Permission, Terms, Visibility, WeeklyPause};
use std::collections::BTreeMap;

/// Who takes part. The first two are patients; the last works at the clinic that Mia's record is linked to.
pub const NAMES: [&str; 8] = ["anna", "paul", "ben", "carla", "dan", "eve", "zoe", "chen"];
/// An address behind which there is no account.
pub const NOBODY: usize = NAMES.len();
/// Her address is not confirmed when the story begins.
pub const EVE: usize = 5;
/// He has a second step when the story begins, and so has Chen, who must have one.
pub const DAN: usize = 4;
pub const CHEN: usize = 7;
/// Whose the records are: Anna's own, Mia's, Paul's.
pub const OWNERS: [usize; 3] = [0, 0, 1];
/// The record that is linked to the clinic.
pub const MIA: usize = 1;
/// How many care partners a record may have.
pub const MOST: usize = 2;

pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What somebody may want of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    View,
    Download,
    Manage,
}

/// What comes of wanting it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Glucose, and of insulin, carbs, notes and devices what is true.
    Shows([bool; 4]),
    Refused,
    /// Not even that there is such a record.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub verified: bool,
    pub second_step_since: Option<Timestamp>,
    pub proved_at: Timestamp,
    pub locked: bool,
    /// Since when the steps after a lockdown are going on.
    pub lockdown_at: Option<Timestamp>,
    /// Deleted, and gone at that instant.
    pub leaving_until: Option<Timestamp>,
    pub purged: bool,
    /// When they were told of a request: no stranger fills a mailbox.
    pub asked_at: Vec<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub terms: Terms,
    pub paused_until_at: Option<Timestamp>,
    pub suspended: bool,
    /// Both sides were told so often that it ends: three days before, and at the end.
    pub told: u8,
}

#[derive(Clone, Debug)]
pub struct Invitation {
    pub record: usize,
    pub to: usize,
    pub terms: Terms,
    pub ends_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub from: usize,
    pub to: usize,
    pub ends_at: Timestamp,
    pub declined: bool,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub now: Timestamp,
    pub people: Vec<Person>,
    /// By record and person.
    pub grants: BTreeMap<(usize, usize), Given>,
    pub invitations: BTreeMap<usize, Invitation>,
    pub requests: BTreeMap<usize, Request>,
    /// Whether Mia's record is linked to the clinic, and if so, whether that is suspended.
    pub link: Option<bool>,
    pub works_at_clinic: bool,
    /// Whom the last act made us write to.
    pub told: Vec<usize>,
}

impl Model {
    pub fn new(now: Timestamp) -> Self {
        let person = |number| Person {
            verified: number != EVE,
            second_step_since: None,
            proved_at: now,
            locked: false,
            lockdown_at: None,
            leaving_until: None,
            purged: false,
            asked_at: Vec::new(),
        };
        Self {
            now,
            people: (0..NAMES.len()).map(person).collect(),
            grants: BTreeMap::new(),
            invitations: BTreeMap::new(),
            requests: BTreeMap::new(),
            link: Some(false),
            works_at_clinic: true,
            told: Vec::new(),
        }
    }

    /// Whether somebody has an account that can do anything at all.
    pub fn is_in(&self, who: usize) -> bool {
        let person = &self.people[who];
        !person.purged && !person.locked && person.leaving_until.is_none()
    }

    pub fn is_fresh(&self, who: usize) -> bool {
        self.now.duration_since(self.people[who].proved_at) < MINUTE * 10
    }

    /// What `who` gets when they want that of a record.
    pub fn answer(&self, who: usize, record: usize, right: Right) -> Answer {
        let owner = &self.people[OWNERS[record]];
        if owner.purged || owner.leaving_until.is_some() || !self.is_in(who) {
            return Answer::Unknown;
        }
        if OWNERS[record] == who {
            return Answer::Shows([true; 4]);
        }
        if let Some(given) = self.grants.get(&(record, who)) {
            return self.given(given, who, right);
        }
        match self.link {
            Some(suspended) if record == MIA && who == CHEN && self.works_at_clinic => match right {
                Right::View | Right::Download if !suspended && self.people[who].second_step_since.is_some() => {
                    Answer::Shows([true; 4])
                }
                _ => Answer::Refused,
            },
            _ => Answer::Unknown,
        }
    }

    /// Whoever was let in by name is looked at by name, also when that is over: a clinic that they work at opens no more to
    /// them. That is less than the clinic's link gives, and the owner can see and end it.
    fn given(&self, given: &Given, who: usize, right: Right) -> Answer {
        let Terms { permission, visibility, until_at, needs_second_step, weekly_pause } = given.terms;
        let shut = until_at.is_some_and(|until| until <= self.now)
            || given.suspended
            || given.paused_until_at.is_some_and(|until| self.now < until)
            || weekly_pause.is_some_and(|pause| is_paused(pause, self.now))
            || (needs_second_step && self.people[who].second_step_since.is_none());
        let reaches = match right {
            Right::View => true,
            Right::Download => permission == Permission::ViewAndDownload,
            Right::Manage => false,
        };
        if shut || !reaches { Answer::Refused } else { Answer::Shows(kinds(visibility)) }
    }

    /// What an owner sees who wants to see a record as somebody else sees it.
    pub fn seen_as(&self, who: usize, record: usize, partner: usize) -> Answer {
        let is_owners = OWNERS[record] == who && self.answer(who, record, Right::View) != Answer::Unknown;
        if !is_owners || !self.grants.contains_key(&(record, partner)) {
            return Answer::Unknown;
        }
        self.answer(partner, record, Right::View)
    }

    /// Care partners whose time is not over.
    pub fn followers(&self, record: usize) -> usize {
        self.grants.iter().filter(|((of, _), given)| *of == record && !self.is_over(given)).count()
    }

    pub fn is_over(&self, given: &Given) -> bool {
        given.terms.until_at.is_some_and(|until| until <= self.now)
    }

    /// Every instant at which something begins or ends by itself.
    pub fn ends(&self) -> Vec<Timestamp> {
        let grants = self.grants.values().flat_map(|given| [given.terms.until_at, given.paused_until_at]);
        let waiting = self.invitations.values().map(|one| Some(one.ends_at));
        let asked = self.requests.values().map(|one| Some(one.ends_at));
        let mut ends: Vec<_> = grants.chain(waiting).chain(asked).flatten().filter(|end| *end > self.now).collect();
        ends.sort();
        ends
    }
}

pub fn kinds(seen: Visibility) -> [bool; 4] {
    [seen.insulin, seen.carbs, seen.notes, seen.devices]
}

/// By the wall clock of the record. An end that is not after the beginning is on the next day.
fn is_paused(pause: WeeklyPause, now: Timestamp) -> bool {
    let local = now.to_zoned(TimeZone::get("Europe/Berlin").unwrap());
    let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    let (days, from, to) = pause.parts();
    let on = |day: Weekday| days >> day.to_monday_zero_offset() & 1 == 1;
    let (today, yesterday) = (on(local.weekday()), on(local.weekday().previous()));
    if from < to {
        today && (from..to).contains(&minute)
    } else {
        (today && minute >= from) || (yesterday && minute < to)
    }
}
