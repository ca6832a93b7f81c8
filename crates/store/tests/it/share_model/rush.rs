//! Acts that meet: called at once, they must end as if one had come after the other, in an order that the model can tell; and
//! whoever looks after one of them returned sees what some such order shows from there on, nothing of before.

use super::{
    call::{Reply, call},
    check::{Probe, Seen, ask},
    model::{Answer, CHEN, MIA, Model, NAMES, Right},
    play::Play,
    steps::{Act, Throw},
};
use std::collections::BTreeSet;
use tokio::task::JoinSet;

/// What was seen, and of which acts it was known by then that they had returned.
type Look = (BTreeSet<usize>, (usize, usize, Right), Answer);

/// One order that explains the replies: the model after so many of the acts.
struct Story {
    order: Vec<usize>,
    states: Vec<Model>,
}

impl Play {
    pub async fn rush(&mut self, throws: &[Throw]) {
        self.model.now = self.world.kit.clock.now();
        let mut acts = Vec::new();
        for throw in throws {
            acts.extend(self.thrown(throw).await);
        }
        self.model.now = self.world.kit.clock.now();
        self.meet(&acts).await;
    }

    /// Does all of it at once, and finds an order that explains what came of it.
    pub async fn meet(&mut self, acts: &[Act]) {
        let (replies, looks) = self.all_at_once(acts).await;
        let stories = stories(&self.model, acts, &replies);
        assert!(!stories.is_empty(), "no order explains {replies:?} of {acts:?}");
        replies.iter().for_each(|reply| self.world.keep(reply));
        self.links().await;
        let probe = Probe::of(&self.model);
        let seen = Seen::gather(&self.world, &probe).await;
        let ends_so = |story: &&Story| Seen::expected(story.states.last().unwrap(), &probe, &self.world) == seen;
        let fitting: Vec<&Story> = stories.iter().filter(ends_so).collect();
        if fitting.is_empty() {
            let one = Seen::expected(stories[0].states.last().unwrap(), &probe, &self.world);
            assert_eq!(seen, one, "{} orders explain {replies:?} of {acts:?}, and none this end", stories.len());
        }
        for (after, (who, record, right), answer) in &looks {
            let explains = |story: &&&Story| story.shows(after, (*who, *record, *right), *answer);
            let explained = fitting.iter().any(|story| explains(&story));
            assert!(explained, "{} saw {answer:?} of {record} after {after:?} of {acts:?}: {replies:?}", NAMES[*who]);
        }
        self.model = fitting[0].states.last().unwrap().clone();
    }

    async fn all_at_once(&self, acts: &[Act]) -> (Vec<Reply>, Vec<Look>) {
        let lookers = self.lookers(acts);
        let mut running = JoinSet::new();
        for (number, act) in acts.iter().enumerate() {
            let (call, store, lookers) =
                (call(&self.world, &self.model, act), self.world.store.clone(), lookers.clone());
            let (actors, records) = (self.world.actors.clone(), self.world.records.clone());
            // Asking to follow shares no row with the one who is asked, so that it tells nothing of them: a request that meets the
            // button or the end of the account may stay as if it had come after it. It opens nothing, and is no landmark.
            let landmark = if matches!(act, Act::Ask { .. }) { BTreeSet::new() } else { BTreeSet::from([number]) };
            running.spawn(async move {
                let reply = call.await;
                let mut looks: Vec<Look> = Vec::new();
                for (who, record, right) in lookers {
                    let answer = ask(&store, &actors[who], records[record], right).await;
                    looks.push((landmark.clone(), (who, record, right), answer));
                }
                (number, reply, looks)
            });
        }
        // And some who look all the while, when nothing may have happened yet.
        for (who, record, right) in lookers {
            let (store, actor, id) =
                (self.world.store.clone(), self.world.actors[who].clone(), self.world.records[record]);
            let beside = acts.len();
            running.spawn(async move {
                let answer = ask(&store, &actor, id, right).await;
                (beside, Reply::Done, vec![(BTreeSet::new(), (who, record, right), answer)])
            });
        }
        let mut ended = running.join_all().await;
        ended.sort_by_key(|(number, ..)| *number);
        let looks = ended.iter().flat_map(|(.., looks)| looks.clone()).collect();
        let replies = ended.into_iter().filter(|(number, ..)| *number < acts.len()).map(|(_, reply, _)| reply);
        (replies.collect(), looks)
    }

    /// Whoever has, or may get or lose, a look.
    fn lookers(&self, acts: &[Act]) -> Vec<(usize, usize, Right)> {
        let mut pairs: BTreeSet<(usize, usize)> = self.model.grants.keys().copied().collect();
        for act in acts {
            match act {
                Act::Accept { by, invitation } => {
                    pairs.extend(self.model.invitations.get(invitation).map(|one| (one.record, *by)));
                }
                Act::Approve { record, request, .. } => {
                    pairs.extend(self.model.requests.get(request).map(|one| (*record, one.from)));
                }
                _ => {}
            }
        }
        pairs.insert((MIA, CHEN));
        let rights = [Right::View, Right::Download];
        pairs.into_iter().flat_map(|(record, who)| rights.map(|right| (who, record, right))).collect()
    }

    /// Of letters with links that went out at once, it is asked which is of which invitation.
    async fn links(&mut self) {
        for link in self.world.mails().await.into_iter().filter_map(|(_, link)| link) {
            match self.world.store.offer(&link).await {
                Ok(offer) => {
                    let known = self.world.invitations.iter().find(|(_, id)| **id == offer.id);
                    let key = *known.expect("it was made in this play").0;
                    self.world.link(key, link);
                }
                Err(_) => self.world.void_links.push(link),
            }
        }
    }
}

impl Story {
    /// Whether this was to be seen when those acts, at least, had been done.
    fn shows(&self, after: &BTreeSet<usize>, (who, record, right): (usize, usize, Right), answer: Answer) -> bool {
        let since = self.order.iter().rposition(|number| after.contains(number)).map_or(0, |place| place + 1);
        self.states[since..].iter().any(|state| state.answer(who, record, right) == answer)
    }
}

/// All orders in which the model gives just these replies.
fn stories(before: &Model, acts: &[Act], replies: &[Reply]) -> Vec<Story> {
    let counted: Vec<usize> = (0..acts.len()).filter(|number| replies[*number] != Reply::TooMany).collect();
    orders(&counted)
        .into_iter()
        .filter_map(|order| {
            let mut states = vec![before.clone()];
            for number in &order {
                let mut next = states.last().unwrap().clone();
                (next.act(&acts[*number]) == replies[*number].is_done()).then_some(())?;
                states.push(next);
            }
            Some(Story { order, states })
        })
        .collect()
}

fn orders(numbers: &[usize]) -> Vec<Vec<usize>> {
    if numbers.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |first: &usize| {
        let others: Vec<usize> = numbers.iter().copied().filter(|number| number != first).collect();
        orders(&others).into_iter().map(|rest| [vec![*first], rest].concat()).collect::<Vec<_>>()
    };
    numbers.iter().flat_map(with_first).collect()
}
