//! What each act does to the model, and whether it is done at all.

use super::{
    model::{Answer, CHEN, DAY, Given, Invitation, MIA, MOST, Model, NOBODY, OWNERS, Request, Right, kinds},
    steps::Act,
};
use jiff::{SignedDuration, Timestamp};
use sharing::Terms;

impl Model {
    /// Does what was asked, if the person may; answers whether.
    pub fn act(&mut self, act: &Act) -> bool {
        self.told.clear();
        self.try_to(act).is_some()
    }

    fn try_to(&mut self, act: &Act) -> Option<()> {
        match act.clone() {
            Act::Invite { by, record, to, terms, key } => self.invite(by, record, to, terms, key),
            Act::InviteAgain { by, invitation } => {
                let Invitation { record, to, .. } = self.invitations.get(&invitation)?.clone();
                self.manages_freshly(by, record)?;
                self.invitations.get_mut(&invitation)?.ends_at = self.now + DAY * 7;
                self.tell([to])
            }
            Act::Withdraw { by, invitation } => {
                self.manages(by, self.invitations.get(&invitation)?.record)?;
                self.invitations.remove(&invitation).map(drop)
            }
            Act::Accept { by, invitation } => self.accept(by, invitation),
            Act::Decline { by, invitation } => {
                let Invitation { record, to, .. } = *self.invitations.get(&invitation)?;
                (self.is_in(by) && to == by).then(|| self.invitations.remove(&invitation))?;
                self.tell([by, OWNERS[record]])
            }
            Act::Ask { by, to, key } => self.ask(by, to, key),
            Act::TakeBack { by, request } => {
                (self.is_in(by) && self.requests.get(&request)?.from == by).then(|| self.requests.remove(&request))?;
                Some(())
            }
            Act::Approve { by, record, request, terms } => {
                self.manages_freshly(by, record)?;
                self.can_begin(terms)?;
                let from = self.waiting(by, request)?.from;
                self.give(record, from, terms)?;
                self.requests.remove(&request);
                Some(())
            }
            Act::Refuse { by, request } => {
                self.is_in(by).then_some(())?;
                self.waiting(by, request)?.declined = true;
                Some(())
            }
            Act::Edit { by, record, of, terms } => self.edit(by, record, of, terms),
            Act::Pause { by, record, of, until } => {
                self.manages(by, record)?;
                (until > self.now && until <= self.now + DAY * 366).then_some(())?;
                let sooner = self.grants.get(&(record, of))?.paused_until_at.is_some_and(|paused| until < paused);
                (!sooner || self.is_fresh(by)).then_some(())?;
                self.grants.get_mut(&(record, of))?.paused_until_at = Some(until);
                self.tell([of, by])
            }
            Act::Resume { by, record, of } => {
                self.manages(by, record)?;
                if self.grants.get(&(record, of))?.paused_until_at.is_none_or(|until| until <= self.now) {
                    return Some(());
                }
                self.is_fresh(by).then_some(())?;
                self.grants.get_mut(&(record, of))?.paused_until_at = None;
                self.tell([of, by])
            }
            Act::Remove { by, record, of } => {
                self.manages(by, record)?;
                self.grants.remove(&(record, of))?;
                self.tell([of, by])
            }
            Act::Stop { by, record } => {
                self.is_in(by).then_some(())?;
                self.grants.remove(&(record, by))?;
                self.tell([by, OWNERS[record]])
            }
            Act::LetIn { by, record, of } => {
                self.manages_freshly(by, record)?;
                let given = self.grants.get_mut(&(record, of)).filter(|given| given.suspended)?;
                given.suspended = false;
                self.tell([of, by])
            }
            Act::LetClinicIn { by, record } => {
                self.manages_freshly(by, record)?;
                let suspended = self.link.as_mut().filter(|suspended| record == MIA && **suspended)?;
                *suspended = false;
                self.tell([by])
            }
            Act::Lock { by } => self.lock(by),
            Act::EndLockdown { by } => {
                (self.is_in(by) && self.is_fresh(by)).then_some(())?;
                self.people[by].lockdown_at.take().map(drop)
            }
            Act::Leave { by } => self.leave(by),
            Act::Return { by } => {
                let still = self.people[by].leaving_until.is_some_and(|until| self.now < until);
                (still && !self.people[by].locked && !self.people[by].purged).then_some(())?;
                self.people[by].leaving_until = None;
                self.tell([by])
            }
        }
    }

    fn tell<const N: usize>(&mut self, whom: [usize; N]) -> Option<()> {
        self.told.extend(whom);
        Some(())
    }

    fn manages(&self, who: usize, record: usize) -> Option<()> {
        matches!(self.answer(who, record, Right::Manage), Answer::Shows(_)).then_some(())
    }

    fn manages_freshly(&self, who: usize, record: usize) -> Option<()> {
        self.manages(who, record)?;
        self.is_fresh(who).then_some(())
    }

    fn can_begin(&self, terms: Terms) -> Option<()> {
        terms.until_at.is_none_or(|until| until > self.now).then_some(())
    }

    fn invite(&mut self, by: usize, record: usize, to: usize, terms: Terms, key: usize) -> Option<()> {
        self.manages_freshly(by, record)?;
        self.can_begin(terms)?;
        let follows = |given: &Given| to != NOBODY && !self.people[to].purged && !self.is_over(given);
        let open = |one: &&Invitation| one.record == record && one.ends_at > self.now;
        let invited = self.invitations.values().filter(open).any(|one| one.to == to);
        let waiting = self.invitations.values().filter(open).count();
        let refused = to == by || invited || self.grants.get(&(record, to)).is_some_and(follows);
        (!refused && self.followers(record) + waiting < MOST).then_some(())?;
        self.invitations.retain(|_, one| one.record != record || one.to != to);
        self.invitations.insert(key, Invitation { record, to, terms, ends_at: self.now + DAY * 7 });
        self.tell([to, by])
    }

    fn accept(&mut self, by: usize, invitation: usize) -> Option<()> {
        let Invitation { record, to, terms, ends_at } = *self.invitations.get(&invitation)?;
        (self.is_in(by) && self.people[by].verified && to == by && self.now < ends_at).then_some(())?;
        self.can_begin(terms)?;
        self.give(record, by, terms)?;
        self.invitations.remove(&invitation).map(drop)
    }

    /// A grant for somebody who has none whose time is not over, where there is room for one more.
    fn give(&mut self, record: usize, partner: usize, terms: Terms) -> Option<()> {
        let follows = self.grants.get(&(record, partner)).is_some_and(|given| !self.is_over(given));
        (!follows && self.followers(record) < MOST).then_some(())?;
        let given = Given { terms, paused_until_at: None, suspended: false, told: self.told_of(terms) };
        self.grants.insert((record, partner), given);
        self.tell([partner, OWNERS[record]])
    }

    fn told_of(&self, terms: Terms) -> u8 {
        u8::from(terms.until_at.is_some_and(|until| until <= self.now + DAY * 3))
    }

    fn ask(&mut self, by: usize, to: usize, key: usize) -> Option<()> {
        let asked = |one: &Request| one.from == by && one.to == to && one.ends_at > self.now;
        let may = self.is_in(by) && self.people[by].verified && to != by && !self.requests.values().any(asked);
        may.then_some(())?;
        self.requests.insert(key, Request { from: by, to, ends_at: self.now + DAY, declined: false });
        if to == NOBODY || !self.is_in(to) || !self.people[to].verified {
            return Some(());
        }
        let hour_ago = self.now - SignedDuration::from_hours(1);
        if self.people[to].asked_at.iter().filter(|at| **at > hour_ago).count() < 5 {
            self.people[to].asked_at.push(self.now);
            return self.tell([to]);
        }
        Some(())
    }

    /// A request that this person can still answer.
    fn waiting(&mut self, by: usize, request: usize) -> Option<&mut Request> {
        let now = self.now;
        self.requests.get_mut(&request).filter(|one| one.to == by && !one.declined && one.ends_at > now)
    }

    fn edit(&mut self, by: usize, record: usize, of: usize, terms: Terms) -> Option<()> {
        self.manages(by, record)?;
        let old = self.grants.get(&(record, of))?.clone();
        if old.terms == terms {
            return Some(());
        }
        self.can_begin(terms)?;
        (!opens(old.terms, terms) || self.is_fresh(by)).then_some(())?;
        // Whoever comes back after their time takes a place like anybody new.
        (!self.is_over(&old) || self.followers(record) < MOST).then_some(())?;
        let told = self.told_of(terms);
        self.grants.insert((record, of), Given { terms, told, ..old });
        self.tell([of, by])
    }

    fn lock(&mut self, by: usize) -> Option<()> {
        (!self.people[by].purged).then_some(())?;
        self.people[by].locked = true;
        self.people[by].lockdown_at.get_or_insert(self.now);
        self.drop_requests(by);
        self.invitations.retain(|_, one| OWNERS[one.record] != by);
        let own = self.grants.iter_mut().filter(|((record, _), _)| OWNERS[*record] == by);
        own.for_each(|(_, given)| given.suspended = true);
        if OWNERS[MIA] == by {
            self.link = self.link.map(|_| true);
        }
        Some(())
    }

    /// What somebody asked is gone; what they were asked waits for ever, to whoever asked.
    fn drop_requests(&mut self, of: usize) {
        self.requests.retain(|_, one| one.from != of);
        self.requests.values_mut().filter(|one| one.to == of).for_each(|one| one.declined = true);
    }

    /// The account was opened again by mail: second steps of the three days before the button are gone.
    pub fn unlock(&mut self, who: usize) {
        self.people[who].locked = false;
        if let Some(began_at) = self.people[who].lockdown_at {
            self.people[who].second_step_since.take_if(|since| *since > began_at - DAY * 3);
        }
    }

    fn leave(&mut self, by: usize) -> Option<()> {
        (self.is_in(by) && self.is_fresh(by)).then_some(())?;
        self.people[by].leaving_until = Some(self.now + DAY * 90);
        self.drop_requests(by);
        self.invitations.retain(|_, one| OWNERS[one.record] != by);
        self.grants.retain(|(record, partner), _| OWNERS[*record] != by && *partner != by);
        if OWNERS[MIA] == by {
            self.link = None;
        }
        self.works_at_clinic &= by != CHEN;
        self.tell([by])
    }

    /// Accounts whose time is over, for whoever purges them.
    pub fn purge(&mut self) {
        for number in 0..self.people.len() {
            if self.people[number].leaving_until.is_some_and(|until| until <= self.now) {
                self.people[number].purged = true;
                self.requests.retain(|_, one| one.from != number);
            }
        }
    }

    /// Both sides hear of an end, and of its coming; what is over is dropped.
    pub fn tidy(&mut self) {
        self.told.clear();
        let (now, soon) = (self.now, self.now + DAY * 3);
        for ((record, partner), given) in &mut self.grants {
            let Some(until) = given.terms.until_at else { continue };
            for (number, by) in [(2, now), (1, soon)] {
                if until <= by && given.told < number {
                    given.told = number;
                    self.told.extend([*partner, OWNERS[*record]]);
                }
            }
        }
        self.invitations.retain(|_, one| one.ends_at > now);
        self.requests.retain(|_, one| one.ends_at > now);
    }
}

/// Whether somebody sees anything with the new terms, at any time, that they did not with the old.
fn opens(old: Terms, new: Terms) -> bool {
    let more = kinds(new.visibility).iter().zip(kinds(old.visibility)).any(|(new, old)| *new && !old);
    let end = |terms: Terms| terms.until_at.unwrap_or(Timestamp::MAX);
    let other_hours = old.weekly_pause.is_some() && new.weekly_pause != old.weekly_pause;
    let no_step = old.needs_second_step && !new.needs_second_step;
    more || new.permission > old.permission || end(new) > end(old) || other_hours || no_step
}
