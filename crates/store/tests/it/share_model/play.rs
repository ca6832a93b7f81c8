//! Plays: each step against the store and against the model, and what both say must be the same.

use super::{
    call::{Reply, call},
    check::{Probe, Seen},
    model::{CHEN, DAN, DAY, EVE, Model, NAMES, OWNERS},
    steps::{Act, Dice, Step, Throw},
    world::{World, address},
};
use jiff::{SignedDuration, Timestamp};
use store::Origin;

/// One play after another on the same store.
pub struct Play {
    pub world: World,
    pub model: Model,
    /// Numbers of invitations and requests that were given out.
    pub keys: usize,
    /// Whether it is looked at who is told; what met at once is told in any order.
    pub reads_letters: bool,
}

impl Play {
    pub async fn begin(world: World, dice: &[Dice; 4]) -> Self {
        let mut model = Model::new(world.kit.clock.now());
        for who in [DAN, CHEN] {
            model.people[who].second_step_since = Some(model.now);
        }
        let mut play = Self { world, model, keys: 0, reads_letters: true };
        play.let_some_in(dice).await;
        play
    }

    /// Some are let in before anything happens, so that there is something to lose.
    async fn let_some_in(&mut self, dice: &[Dice; 4]) {
        for (key, (record, to)) in [(0, 2), (0, 3), (1, 4), (2, 0)].into_iter().enumerate() {
            let terms = dice[key].at(self.model.now);
            self.act(&Act::Invite { by: OWNERS[record], record, to, terms, key }).await;
            self.act(&Act::Accept { by: to, invitation: key }).await;
            self.keys = key + 1;
        }
    }

    /// Nobody does anything any more: the clock goes on past every end of the next days, a millisecond before and to the point.
    pub async fn wait(&mut self) {
        let last = self.model.now + DAY * 4;
        let ends: Vec<_> = self.model.ends().into_iter().filter(|end| *end < last).take(5).collect();
        let before = |end: Timestamp| end - SignedDuration::from_millis(1);
        let points = ends.into_iter().flat_map(|end| [before(end), end]);
        let hours: Vec<_> = (1..5).map(|hours| self.model.now + SignedDuration::from_hours(5 * hours)).collect();
        let mut points: Vec<Timestamp> = points.chain(hours).collect();
        points.sort();
        for point in points {
            self.world.kit.clock.set(point);
            self.model.now = point;
            self.check("while nobody does anything").await;
        }
    }

    pub async fn step(&mut self, step: &Step) {
        self.model.now = self.world.kit.clock.now();
        match step {
            Step::Act(throw) => {
                if let Some(act) = self.thrown(throw).await {
                    self.act(&act).await;
                }
            }
            Step::Prove(who) => self.prove(*who).await,
            Step::SignOut(who) => {
                let session = self.world.sessions[*who].clone();
                self.world.store.sign_out(&session).await.unwrap();
                assert!(self.world.store.session(&session).await.is_err(), "a session that ended is still open");
            }
            Step::Confirm => {
                if self.world.store.confirm_email(&self.world.confirmation).await.is_ok() {
                    self.model.people[EVE].verified = true;
                }
            }
            Step::Unlock(who) => self.unlock(*who).await,
            Step::AddFactor(who) => self.add_second_step(*who).await,
            Step::DropFactor(who) => self.drop_second_step(*who).await,
            Step::Purge(who) => self.purge(*who).await,
            Step::Forward(ms) => self.world.kit.clock.advance(SignedDuration::from_millis(*ms)),
            Step::ToEnd(which, before) => {
                let ends = self.model.ends();
                if let Some(end) = ends.get(*which).or(ends.last()) {
                    self.world.kit.clock.set(*end - SignedDuration::from_millis(*before));
                }
            }
            Step::Worker => self.work().await,
        }
        self.model.now = self.world.kit.clock.now();
        self.world.mails().await;
    }

    /// What a throw means now, after whoever is to prove who they are has done so.
    pub async fn thrown(&mut self, throw: &Throw) -> Option<Act> {
        self.keys += 1;
        let act = throw.act(&self.model, self.keys)?;
        if self.model.people[act.by()].purged {
            return None;
        }
        if throw.proves {
            self.prove(act.by()).await;
        }
        Some(act)
    }

    pub async fn act(&mut self, act: &Act) {
        let reply = call(&self.world, &self.model, act).await;
        if reply == Reply::TooMany {
            return;
        }
        let done = self.model.act(act);
        assert_eq!(reply.is_done(), done, "{act:?}: {reply:?}");
        self.world.keep(&reply);
        let mut told = self.world.mails().await;
        if let Some((_, Some(link))) = told.iter().find(|(_, link)| link.is_some()) {
            let (Act::Invite { key, .. } | Act::InviteAgain { invitation: key, .. }) = act else {
                panic!("{act:?}: {told:?}")
            };
            self.world.link(*key, link.clone());
        }
        if act.is_sharing() && self.reads_letters {
            let mut expected = self.model.told.clone();
            expected.sort_unstable();
            told.sort();
            let told: Vec<usize> = told.into_iter().map(|(to, _)| to).collect();
            assert_eq!(told, expected, "{act:?}: who is told");
        }
    }

    pub async fn prove(&mut self, who: usize) {
        let entered = self.world.enter(who).await;
        self.model.now = self.world.kit.clock.now();
        match entered {
            Ok((session, actor)) => {
                let person = &mut self.model.people[who];
                assert!(!person.locked && !person.purged, "{} came in", NAMES[who]);
                person.proved_at = self.model.now;
                (self.world.sessions[who], self.world.actors[who]) = (session, actor);
            }
            Err(_) => assert!(!self.model.is_in(who), "{} did not come in", NAMES[who]),
        }
        self.world.mails().await;
    }

    async fn unlock(&mut self, who: usize) {
        let Some(link) = self.world.unlock_links.get(&who).cloned() else { return };
        let password = format!("purple lanterns over bay {}", self.model.now.as_millisecond());
        let Ok(entrance) = self.world.store.unlock(&link, &password, Origin::default()).await else { return };
        self.world.passwords[who] = password;
        self.model.unlock(who);
        if let Ok((session, actor)) = self.world.finish(who, entrance).await {
            (self.world.sessions[who], self.world.actors[who]) = (session, actor);
            self.model.people[who].proved_at = self.world.kit.clock.now();
        }
    }

    async fn add_second_step(&mut self, who: usize) {
        self.prove(who).await;
        if self.model.people[who].second_step_since.is_none() && !self.model.people[who].purged {
            let done = self.world.add_second_step(who).await;
            assert_eq!(done.is_ok(), self.model.is_in(who), "{done:?}");
            self.model.people[who].second_step_since = done.is_ok().then_some(self.model.now);
        }
    }

    async fn drop_second_step(&mut self, who: usize) {
        self.prove(who).await;
        if self.model.people[who].second_step_since.is_some() {
            let done = self.world.drop_second_step(who).await;
            assert_eq!(done.is_ok(), self.model.is_in(who), "{done:?}");
            self.model.people[who].second_step_since.take_if(|_| done.is_ok());
        }
    }

    async fn purge(&mut self, who: usize) {
        let person = &self.model.people[who];
        let may = person.leaving_until.is_some() && !person.locked && !person.purged && self.model.is_fresh(who);
        let actor = self.world.actors[who].clone();
        let gone = self.world.store.purge_now(&actor, address(who).as_str()).await;
        assert_eq!(gone.is_ok(), may, "{gone:?}");
        if may {
            self.model.people[who].leaving_until = Some(self.model.now);
            self.model.purge();
        }
    }

    /// The worker's round: it tells of ends, drops what is over, and purges whose time has come.
    async fn work(&mut self) {
        let duty = self.world.expiring();
        self.world.store.tell_of_ends(&duty).await.unwrap();
        self.model.tidy();
        let mut told: Vec<usize> = self.world.mails().await.into_iter().map(|(to, _)| to).collect();
        told.sort_unstable();
        self.model.told.sort_unstable();
        if self.reads_letters {
            assert_eq!(told, self.model.told, "who is told of ends");
        }
        self.world.store.tidy(&duty).await.unwrap();
        self.world.store.purge_due(&duty).await.unwrap();
        self.model.purge();
    }

    /// Everybody sees just what the model says.
    pub async fn check(&self, context: &str) {
        let probe = Probe::of(&self.model);
        let seen = Seen::gather(&self.world, &probe).await;
        assert_eq!(seen, Seen::expected(&self.model, &probe, &self.world), "{context}");
    }
}
