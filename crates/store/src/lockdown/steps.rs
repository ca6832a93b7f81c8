//! The steps after the button: which are done, and the end.

use super::{Suspended, mails};
use crate::{
    db::{Tx, params, statements},
    error::{Error, Invalid},
    keys::place,
    notices,
    own::Own,
    standing::words,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, RecordId};

statements! {
    SELECT = "select began_at, how, done, clinics from lockdowns where account = $1 and ended_at is null";
    PUT = "update lockdowns set done = $2 where account = $1 and ended_at is null";
    END = "update lockdowns set ended_at = $2 where account = $1 and ended_at is null";
    ADMINS = "select account from clinic_members where clinic = $1 and role = 'admin' order by since_at, account";
    CLINIC = "select name from clinics where id = $1";
}

/// One of the nine steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A new password; done by the link in the mail, and the only one that must be.
    Password,
    /// A new second step.
    SecondStep,
    /// What changed, and what was looked at or taken away.
    Review,
    /// Letting people and clinics in again, one by one.
    Access,
    /// Telling the clinics.
    Clinics,
    /// The report for the operator.
    Support,
    /// Data that do not fit.
    Data,
    /// Where identity theft is handled.
    Identity,
    /// The end.
    End,
}

words!(Step, step_word, step: Password = "password", SecondStep = "second-step", Review = "review", Access = "access",
    Clinics = "clinics", Support = "support", Data = "data", Identity = "identity", End = "end");

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Password,
        Self::SecondStep,
        Self::Review,
        Self::Access,
        Self::Clinics,
        Self::Support,
        Self::Data,
        Self::Identity,
        Self::End,
    ];

    /// As addresses and the database name it.
    pub fn word(self) -> &'static str {
        step_word(self)
    }

    /// The step of that name.
    pub fn parse(word: &str) -> Option<Self> {
        step(word).ok()
    }
}

/// How far one step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum State {
    /// Still to come.
    #[default]
    Open,
    /// Done.
    Done,
    /// Left out.
    Skipped,
}

words!(State, state_word, state: Open = "open", Done = "done", Skipped = "skipped");

/// How far all steps are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Steps([State; 9]);

impl Steps {
    /// How far this one is.
    pub fn of(&self, step: Step) -> State {
        self.0[step as usize]
    }

    /// How many are done or left out.
    pub fn settled(&self) -> usize {
        self.0.iter().filter(|state| **state != State::Open).count()
    }

    /// The first that is neither; the end is always still to come.
    pub fn next(&self) -> Step {
        Step::ALL.into_iter().find(|step| self.of(*step) == State::Open).unwrap_or(Step::End)
    }

    pub(super) fn undo(&mut self, step: Step) {
        self.0[step as usize] = State::Open;
    }

    /// `password=done second-step=skipped`.
    pub(super) fn written(self) -> String {
        let settled = Step::ALL.into_iter().filter(|step| self.of(*step) != State::Open);
        settled.map(|step| format!("{}={}", step.word(), state_word(self.of(step)))).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let mut steps = Self::default();
        for part in text.split_whitespace() {
            let (name, how) = part.split_once('=').ok_or_else(|| Error::broken("not a step"))?;
            steps.0[step(name)? as usize] = state(how)?;
        }
        Ok(steps)
    }
}

/// A lockdown that still lasts.
#[derive(Clone, Debug, PartialEq)]
pub struct Lockdown {
    /// Since when.
    pub began_at: Timestamp,
    /// By which door.
    pub how: String,
    /// How far the steps are.
    pub steps: Steps,
    /// Who is still shut out.
    pub suspended: Vec<Suspended>,
    /// The clinics that were linked when it began, with the record; they stay here when they are removed.
    pub clinics: Vec<(RecordId, ClinicId, String)>,
}

/// Notes how far a step is.
pub(super) fn put(tx: &mut Tx, account: AccountId, step: Step, to: State) -> Result<(), Error> {
    let row = tx.query_one(SELECT, params![account])?.ok_or(Error::NotFound)?;
    let mut steps = Steps::read(row.text(2)?)?;
    steps.0[step as usize] = to;
    tx.execute(PUT, params![account, steps.written()]).map(drop)
}

impl Own<'_> {
    /// The lockdown that lasts just now, if there is one.
    pub fn lockdown(&mut self) -> Result<Option<Lockdown>, Error> {
        let Some(row) = self.tx.query_one(SELECT, params![self.account])? else { return Ok(None) };
        Ok(Some(Lockdown {
            began_at: row.instant(0)?,
            how: row.text(1)?.to_owned(),
            steps: Steps::read(row.text(2)?)?,
            suspended: self.suspended()?,
            clinics: self.clinics_of(row.text(3)?)?,
        }))
    }

    /// Marks a step as done, left out, or open again. The password is set by its link alone, and the end has its own way.
    pub fn mark_step(&mut self, step: Step, to: State) -> Result<(), Error> {
        if matches!(step, Step::Password | Step::End) {
            return Err(Error::Invalid(Invalid::Lockdown));
        }
        put(self.tx, self.account, step, to)
    }

    /// Writes to the admins of every clinic that is or was linked; answers how many clinics. Once for a lockdown.
    pub fn notify_clinics(&mut self) -> Result<usize, Error> {
        let lockdown = self.lockdown()?.ok_or(Error::NotFound)?;
        if lockdown.steps.of(Step::Clinics) == State::Done {
            return Ok(0);
        }
        for (record, clinic, name) in &lockdown.clinics {
            let letter = mails::to_clinic(name, &record.to_string());
            for row in self.tx.query(ADMINS, params![*clinic])? {
                notices::tell(self.tx, self.inside, AccountId(row.id(0)?), &letter, self.now)?;
            }
            self.audit("told a clinic of the lockdown", name.clone())?;
        }
        put(self.tx, self.account, Step::Clinics, State::Done)?;
        Ok(lockdown.clinics.len())
    }

    /// Ends the lockdown: addresses can be changed again. Who is still suspended stays so. Asks for a fresh proof.
    pub fn end_lockdown(&mut self) -> Result<(), Error> {
        self.fresh()?;
        let still = self.suspended()?.len();
        if self.tx.execute(END, params![self.account, self.now])? == 0 {
            return Err(Error::NotFound);
        }
        self.audit("ended the lockdown", String::new())?;
        notices::tell(self.tx, self.inside, self.account, &mails::ended(still), self.now)
    }

    fn clinics_of(&mut self, text: &str) -> Result<Vec<(RecordId, ClinicId, String)>, Error> {
        let mut clinics = Vec::new();
        for line in text.lines() {
            let pair = line
                .split_once(' ')
                .and_then(|(record, clinic)| Some((RecordId::parse(record)?, ClinicId(sharing::Id::parse(clinic)?))));
            let (record, clinic) = pair.ok_or_else(|| Error::broken("not a link"))?;
            let Some(row) = self.tx.query_one(CLINIC, params![clinic])? else { continue };
            let name = self.inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(0)?)?;
            clinics.push((record, clinic, name));
        }
        Ok(clinics)
    }
}
