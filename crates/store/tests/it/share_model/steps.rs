//! What can happen: acts with names and numbers in them, and the dice from which they are made.

use super::model::{MINUTE, Model, NAMES, NOBODY, OWNERS};
use jiff::Timestamp;
use proptest::{prelude::*, sample::select};
use sharing::{Permission, Terms, Visibility, WeeklyPause};

/// Something that one person asks for, in one call. Invitations and requests go by numbers of the play's own.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Invite { by: usize, record: usize, to: usize, terms: Terms, key: usize },
    InviteAgain { by: usize, invitation: usize },
    Withdraw { by: usize, invitation: usize },
    Accept { by: usize, invitation: usize },
    Decline { by: usize, invitation: usize },
    Ask { by: usize, to: usize, key: usize },
    TakeBack { by: usize, request: usize },
    Approve { by: usize, record: usize, request: usize, terms: Terms },
    Refuse { by: usize, request: usize },
    Edit { by: usize, record: usize, of: usize, terms: Terms },
    Pause { by: usize, record: usize, of: usize, until: Timestamp },
    Resume { by: usize, record: usize, of: usize },
    Remove { by: usize, record: usize, of: usize },
    Stop { by: usize, record: usize },
    LetIn { by: usize, record: usize, of: usize },
    LetClinicIn { by: usize, record: usize },
    Lock { by: usize },
    EndLockdown { by: usize },
    Leave { by: usize },
    Return { by: usize },
}

impl Act {
    pub fn by(&self) -> usize {
        match self {
            Self::Invite { by, .. }
            | Self::InviteAgain { by, .. }
            | Self::Withdraw { by, .. }
            | Self::Accept { by, .. }
            | Self::Decline { by, .. }
            | Self::Ask { by, .. }
            | Self::TakeBack { by, .. }
            | Self::Approve { by, .. }
            | Self::Refuse { by, .. }
            | Self::Edit { by, .. }
            | Self::Pause { by, .. }
            | Self::Resume { by, .. }
            | Self::Remove { by, .. }
            | Self::Stop { by, .. }
            | Self::LetIn { by, .. }
            | Self::LetClinicIn { by, .. }
            | Self::Lock { by }
            | Self::EndLockdown { by }
            | Self::Leave { by }
            | Self::Return { by } => *by,
        }
    }

    /// Whether the letters that follow from it are all of sharing.
    pub fn is_sharing(&self) -> bool {
        !matches!(self, Self::Lock { .. } | Self::EndLockdown { .. } | Self::Leave { .. } | Self::Return { .. })
    }
}

/// One throw of the dice. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
pub enum Step {
    Act(Throw),
    Prove(usize),
    SignOut(usize),
    Confirm,
    Unlock(usize),
    AddFactor(usize),
    DropFactor(usize),
    Purge(usize),
    Forward(i64),
    /// To the next end, or the one after it …; exactly, or a millisecond before.
    ToEnd(usize, i64),
    Worker,
}

#[derive(Clone, Debug)]
pub struct Throw {
    pub what: What,
    /// Somebody who might have no right at all; nobody for whoever it is up to.
    pub by: Option<usize>,
    /// Whether they prove anew who they are before.
    pub proves: bool,
    pub which: usize,
    pub record: usize,
    pub other: usize,
    pub minutes: i64,
    pub terms: Dice,
}

#[derive(Clone, Copy, Debug)]
pub enum What {
    Invite,
    InviteAgain,
    Withdraw,
    Accept,
    Decline,
    Ask,
    TakeBack,
    Approve,
    Refuse,
    Edit,
    Pause,
    Resume,
    Remove,
    Stop,
    LetIn,
    LetClinicIn,
    Lock,
    EndLockdown,
    Leave,
    Return,
}

/// Terms with an end that counts from now.
#[derive(Clone, Copy, Debug)]
pub struct Dice {
    pub terms: Terms,
    pub minutes: Option<i64>,
}

impl Dice {
    pub fn at(self, now: Timestamp) -> Terms {
        Terms { until_at: self.minutes.map(|minutes| now + MINUTE * i32::try_from(minutes).unwrap()), ..self.terms }
    }
}

impl Throw {
    /// What is meant, as things stand; nothing when there is nothing of the kind. `key` numbers what is new.
    pub fn act(&self, model: &Model, key: usize) -> Option<Act> {
        let (record, terms) = (self.record, self.terms.at(model.now));
        let owner = self.by.unwrap_or(OWNERS[record]);
        // Now and then one that may be gone for long, or never was.
        let gone = (self.which >= 58).then_some(self.other % key.max(1));
        let invitation = gone.or_else(|| nth(model.invitations.keys().copied(), self.which));
        let request = gone.or_else(|| nth(model.requests.keys().copied(), self.which));
        let invited = invitation.and_then(|invitation| model.invitations.get(&invitation));
        let asked = request.and_then(|request| model.requests.get(&request));
        let granted = nth(model.grants.keys().copied(), self.which).filter(|_| !self.other.is_multiple_of(5));
        let (of_record, of) = granted.unwrap_or((record, self.other % NAMES.len()));
        let by = self.by.unwrap_or(OWNERS[of_record]);
        Some(match self.what {
            What::Invite => Act::Invite { by: owner, record, to: self.other, terms, key },
            What::InviteAgain | What::Withdraw => {
                let invitation = invitation?;
                let by = self.by.unwrap_or(OWNERS[invited.map_or(record, |one| one.record)]);
                match self.what {
                    What::Withdraw => Act::Withdraw { by, invitation },
                    _ => Act::InviteAgain { by, invitation },
                }
            }
            What::Accept | What::Decline => {
                let invitation = invitation?;
                let to = invited.map_or(self.other, |one| one.to);
                let by = self.by.unwrap_or(if to == NOBODY { self.which } else { to }) % NAMES.len();
                match self.what {
                    What::Accept => Act::Accept { by, invitation },
                    _ => Act::Decline { by, invitation },
                }
            }
            What::Ask => {
                let by = self.by.unwrap_or(2 + self.which % 6);
                Act::Ask { by, to: if self.by.is_none() { OWNERS[record] } else { self.other }, key }
            }
            What::TakeBack => {
                let request = request?;
                Act::TakeBack { by: self.by.unwrap_or(asked.map_or(self.other, |one| one.from)) % NAMES.len(), request }
            }
            What::Approve => {
                let request = request?;
                let to = self.by.unwrap_or(asked.map_or(self.other, |one| one.to)) % NAMES.len();
                let record = if OWNERS[record] == to { record } else { (record + 1) % OWNERS.len() };
                Act::Approve { by: to, record, request, terms }
            }
            What::Refuse => {
                let request = request?;
                Act::Refuse { by: self.by.unwrap_or(asked.map_or(self.other, |one| one.to)) % NAMES.len(), request }
            }
            What::Edit => Act::Edit { by, record: of_record, of, terms },
            What::Pause => {
                let until = model.now + MINUTE * i32::try_from(self.minutes).unwrap();
                Act::Pause { by, record: of_record, of, until }
            }
            What::Resume => Act::Resume { by, record: of_record, of },
            What::Remove => Act::Remove { by, record: of_record, of },
            What::Stop => Act::Stop { by: self.by.unwrap_or(of), record: of_record },
            What::LetIn => Act::LetIn { by, record: of_record, of },
            What::LetClinicIn => Act::LetClinicIn { by: owner, record },
            What::Lock => Act::Lock { by: self.by.unwrap_or(OWNERS[record]) },
            What::EndLockdown => Act::EndLockdown { by: owner },
            What::Leave => Act::Leave { by: self.by.unwrap_or(self.other % NAMES.len()) },
            What::Return => {
                let leaving = (0..NAMES.len()).filter(|who| model.people[*who].leaving_until.is_some());
                Act::Return { by: nth(leaving, self.which)? }
            }
        })
    }
}

fn nth<T>(mut all: impl Iterator<Item = T> + Clone, which: usize) -> Option<T> {
    let count = all.clone().count();
    all.nth(which % count.max(1))
}

/// Any terms.
pub fn terms() -> impl Strategy<Value = Dice> {
    // Hours of the week in which no clock is changed.
    let pauses =
        [(0b010_0000, 9 * 60, 11 * 60), (0x1f, 8 * 60, 13 * 60), (0x7f, 22 * 60, 6 * 60), (0b100_0001, 720, 720)];
    let pauses = pauses.map(|(days, from, to)| WeeklyPause::new(days, from, to).unwrap());
    let minutes = prop_oneof![3 => Just(None), 4 => select(vec![-60, 0, 1, 60, 1440, 3 * 1440, 3 * 1440 + 1, 14_400]).prop_map(Some)];
    let permission = select(vec![Permission::ViewOnly, Permission::ViewAndDownload]);
    let pause = prop_oneof![3 => Just(None), 1 => select(pauses.to_vec()).prop_map(Some)];
    let step = prop_oneof![4 => Just(false), 1 => Just(true)];
    (permission, any::<[bool; 4]>(), minutes, step, pause).prop_map(
        |(permission, [insulin, carbs, notes, devices], minutes, needs_second_step, weekly_pause)| {
            let visibility = Visibility { insulin, carbs, notes, devices };
            Dice { terms: Terms { permission, visibility, until_at: None, needs_second_step, weekly_pause }, minutes }
        },
    )
}

fn throw(what: impl Strategy<Value = What>) -> impl Strategy<Value = Throw> {
    let by = prop_oneof![4 => Just(None), 1 => (0..NAMES.len()).prop_map(Some)];
    let minutes = select(vec![-1, 0, 1, 5, 60, 1440, 366 * 1440, 366 * 1440 + 1]);
    let proves = prop_oneof![1 => Just(false), 2 => Just(true)];
    (what, by, proves, 0usize..64, 0..OWNERS.len(), 0..=NOBODY, minutes, terms()).prop_map(
        |(what, by, proves, which, record, other, minutes, terms)| Throw {
            what,
            by,
            proves,
            which,
            record,
            other,
            minutes,
            terms,
        },
    )
}

fn sharing() -> impl Strategy<Value = What> {
    let weights: [(u32, What); 16] = [
        (10, What::Invite),
        (2, What::InviteAgain),
        (2, What::Withdraw),
        (12, What::Accept),
        (1, What::Decline),
        (6, What::Ask),
        (1, What::TakeBack),
        (8, What::Approve),
        (1, What::Refuse),
        (8, What::Edit),
        (4, What::Pause),
        (3, What::Resume),
        (3, What::Remove),
        (1, What::Stop),
        (3, What::LetIn),
        (1, What::LetClinicIn),
    ];
    let all: Vec<What> =
        weights.into_iter().flat_map(|(weight, what)| vec![what; usize::try_from(weight).unwrap()]).collect();
    select(all)
}

fn account() -> impl Strategy<Value = What> {
    select(vec![What::Lock, What::Lock, What::EndLockdown, What::Leave, What::Return])
}

/// Anything that can happen.
pub fn step() -> impl Strategy<Value = Step> {
    let who = || 0..NAMES.len();
    let times = vec![1, 1000, 599_999, 600_000, 3_600_000, 86_400_000, 3 * 86_400_000, 14 * 86_400_000];
    prop_oneof![
        40 => throw(sharing()).prop_map(Step::Act),
        3 => throw(account()).prop_map(Step::Act),
        1 => who().prop_map(Step::Prove),
        1 => who().prop_map(Step::SignOut),
        1 => Just(Step::Confirm),
        4 => (0usize..2).prop_map(Step::Unlock),
        1 => who().prop_map(Step::Unlock),
        1 => who().prop_map(Step::AddFactor),
        1 => prop_oneof![who(), Just(super::model::DAN)].prop_map(Step::DropFactor),
        1 => who().prop_map(Step::Purge),
        3 => select(times).prop_map(Step::Forward),
        3 => (0usize..3, 0i64..2).prop_map(|(which, before)| Step::ToEnd(which, before)),
        3 => Just(Step::Worker),
    ]
}

/// Acts that meet at once: of sharing, and now and then the button or the end of an account beside them.
pub fn rush() -> impl Strategy<Value = Vec<Throw>> {
    let what = prop_oneof![8 => sharing(), 1 => account()];
    // Most about the same record, the same partner, the same invitation.
    let meet = |mut throws: Vec<Throw>| {
        let first = throws[0].clone();
        for throw in throws.iter_mut().filter(|throw| throw.minutes != 5) {
            (throw.record, throw.which) = (first.record, first.which);
        }
        throws
    };
    proptest::collection::vec(throw(what), 2..4).prop_map(meet)
}
