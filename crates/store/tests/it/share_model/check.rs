//! What everybody can see of everything, asked of the store; and what the model says of the same.

use super::{
    model::{Answer, CHEN, Model, NAMES, OWNERS, Right},
    world::{World, address},
};
use glucose::EventKind;
use jiff::Timestamp;
use sharing::{AccountId, Permission, Purpose, RecordId, Terms};
use std::collections::{BTreeMap, BTreeSet};
use store::{Access, Actor, Database, Download, Error, Manage, Own, Store, View};
use tokio::task::JoinSet;

/// What is asked: for each record, as whom an owner looks besides; and who tries that without a right.
pub struct Probe {
    as_whom: Vec<(usize, usize, usize)>,
}

impl Probe {
    pub fn of(model: &Model) -> Self {
        let granted = model.grants.keys().flat_map(|(record, partner)| {
            [(OWNERS[*record], *record, *partner), (*partner, *record, *partner), (2, *record, *partner)]
        });
        let nobody = (0..OWNERS.len()).map(|record| (OWNERS[record], record, CHEN));
        Self { as_whom: granted.chain(nobody).collect() }
    }
}

/// Lists of one person, in the play's own numbers; an empty one of each where they are not let in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    offers: BTreeMap<usize, (Terms, Timestamp)>,
    own_requests: BTreeSet<usize>,
    follow_requests: BTreeSet<usize>,
    care_partners: BTreeMap<(usize, usize), Partner>,
    following: BTreeMap<usize, Permission>,
}

/// A line of the list of care partners: terms, pause, suspended, second step.
type Partner = (Terms, Option<Timestamp>, bool, bool);

/// Everything that was asked.
#[derive(Debug, Default, PartialEq)]
pub struct Seen {
    answers: BTreeMap<(usize, usize, Right), Answer>,
    seen_as: BTreeMap<(usize, usize, usize), Answer>,
    lists: BTreeMap<usize, Lists>,
    invitations: BTreeMap<usize, BTreeMap<usize, (String, Terms)>>,
    /// Invitations whose last link opens, and links that opened although they are void.
    open_links: BTreeSet<usize>,
    void_links: usize,
}

impl Seen {
    pub async fn gather(world: &World, probe: &Probe) -> Self {
        let mut seen = Self { answers: answers(world).await, ..Self::default() };
        for (who, record, partner) in &probe.as_whom {
            let answer =
                ask_as(&world.store, &world.actors[*who], world.records[*record], world.accounts[*partner]).await;
            seen.seen_as.insert((*who, *record, *partner), answer);
        }
        for who in 0..NAMES.len() {
            seen.lists.insert(who, lists(world, who).await);
        }
        for record in 0..OWNERS.len() {
            seen.invitations.insert(record, invitations(world, record).await);
        }
        for (key, link) in &world.links {
            if world.store.offer(link).await.is_ok() {
                seen.open_links.insert(*key);
            }
        }
        for link in &world.void_links {
            seen.void_links += usize::from(world.store.offer(link).await.is_ok());
        }
        seen
    }

    pub fn expected(model: &Model, probe: &Probe, world: &World) -> Self {
        let mut seen = Self::default();
        for who in 0..NAMES.len() {
            for record in 0..OWNERS.len() {
                for right in [Right::View, Right::Download, Right::Manage] {
                    seen.answers.insert((who, record, right), model.answer(who, record, right));
                }
            }
            seen.lists.insert(who, model.lists(who));
        }
        for (who, record, partner) in &probe.as_whom {
            seen.seen_as.insert((*who, *record, *partner), model.seen_as(*who, *record, *partner));
        }
        let waiting = || model.invitations.iter().filter(|(_, one)| one.ends_at > model.now);
        for (record, owner) in OWNERS.iter().enumerate() {
            let of = waiting().filter(|(_, one)| one.record == record && model.is_in(*owner));
            let lines = of.map(|(key, one)| (*key, (address(one.to).as_str().to_owned(), one.terms)));
            seen.invitations.insert(record, lines.collect());
        }
        seen.open_links = waiting().map(|(key, _)| *key).filter(|key| world.links.contains_key(key)).collect();
        seen
    }
}

impl Model {
    fn lists(&self, who: usize) -> Lists {
        if !self.is_in(who) {
            return Lists::default();
        }
        let verified = self.people[who].verified;
        let offered = self.invitations.iter().filter(|(_, one)| verified && one.to == who && one.ends_at > self.now);
        let waiting = || self.requests.iter().filter(|(_, one)| one.ends_at > self.now);
        let to_me = waiting().filter(|(_, one)| verified && one.to == who && !one.declined);
        let own = self.grants.iter().filter(|((record, _), _)| OWNERS[*record] == who);
        let followed = self.grants.iter().filter(|((record, partner), _)| {
            *partner == who && matches!(self.answer(who, *record, Right::View), Answer::Shows(_))
        });
        Lists {
            offers: offered.map(|(key, one)| (*key, (one.terms, one.ends_at))).collect(),
            own_requests: waiting().filter(|(_, one)| one.from == who).map(|(key, _)| *key).collect(),
            follow_requests: to_me.map(|(key, _)| *key).collect(),
            care_partners: own
                .map(|((record, partner), given)| {
                    let second_step = self.people[*partner].second_step_since.is_some();
                    ((*record, *partner), (given.terms, given.paused_until_at, given.suspended, second_step))
                })
                .collect(),
            following: followed.map(|((record, _), given)| (*record, given.terms.permission)).collect(),
        }
    }
}

/// Everybody, every record, every right. SQLite writes the lines of all at once; on a server those of one record would only
/// wait for each other.
async fn answers(world: &World) -> BTreeMap<(usize, usize, Right), Answer> {
    let rights = || [Right::View, Right::Download, Right::Manage].into_iter();
    let people = || (0..NAMES.len()).flat_map(|who| rights().map(move |right| (who, right)));
    let grouped = matches!(world.kit.settings.database, Database::Postgres { .. });
    let groups: Vec<Vec<_>> = if grouped { vec![people().collect()] } else { people().map(|one| vec![one]).collect() };
    let mut asking = JoinSet::new();
    for (record, id) in world.records.iter().copied().enumerate() {
        for group in groups.clone() {
            let (store, actors) = (world.store.clone(), world.actors.clone());
            asking.spawn(async move {
                let mut answers = Vec::new();
                for (who, right) in group {
                    answers.push(((who, record, right), ask(&store, &actors[who], id, right).await));
                }
                answers
            });
        }
    }
    asking.join_all().await.into_iter().flatten().collect()
}

fn key_of<T: PartialEq>(ids: &BTreeMap<usize, T>, id: &T) -> usize {
    *ids.iter().find(|(_, known)| *known == id).expect("it was made in this play").0
}

fn at<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|known| known == one).expect("it was made in this play")
}

async fn lists(world: &World, who: usize) -> Lists {
    let read =
        |own: &mut Own<'_>| Ok((own.offers()?, own.own_requests()?, own.follow_requests()?, own.care_partners()?));
    let (read, overview) =
        tokio::join!(world.store.with_account(&world.actors[who], read), world.store.overview(&world.actors[who]));
    let following = overview.map(|overview| overview.following).unwrap_or_default();
    let following = following.iter().map(|line| (at(&world.records, &line.id), line.permission.unwrap())).collect();
    let Ok((offers, own_requests, follow_requests, care_partners)) = read else {
        return Lists { following, ..Lists::default() };
    };
    Lists {
        offers: offers.iter().map(|one| (key_of(&world.invitations, &one.id), (one.terms, one.ends_at))).collect(),
        own_requests: own_requests.iter().map(|one| key_of(&world.requests, &one.id)).collect(),
        follow_requests: follow_requests.iter().map(|one| key_of(&world.requests, &one.id)).collect(),
        care_partners: care_partners
            .iter()
            .map(|line| {
                let whose = (at(&world.records, &line.record), at(&world.accounts, &line.partner));
                (whose, (line.terms, line.paused_until_at, line.suspended_at.is_some(), line.second_step))
            })
            .collect(),
        following,
    }
}

async fn invitations(world: &World, record: usize) -> BTreeMap<usize, (String, Terms)> {
    let read = |owner: &mut Access<'_, Manage>| owner.invitations();
    let owner = &world.actors[OWNERS[record]];
    let lines = world.store.with_patient(owner, world.records[record], Purpose::Sharing, read).await;
    let line = |line: store::InvitationLine| (key_of(&world.invitations, &line.id), (line.email, line.terms));
    lines.unwrap_or_default().into_iter().map(line).collect()
}

/// Asks the gate for a right on a record; a look brings what is there, by its marks.
pub async fn ask(store: &Store, who: &Actor, record: RecordId, right: Right) -> Answer {
    let purpose = Purpose::Home;
    answered(match right {
        Right::View => store.with_patient(who, record, purpose, looked).await,
        Right::Download => {
            let get = |patient: &mut Access<'_, Download>| {
                let events = patient.events_within(Timestamp::MIN, Timestamp::MAX)?;
                Ok((super::model::kinds(patient.record()?.visibility), marks(&events)))
            };
            store.with_patient(who, record, purpose, get).await
        }
        Right::Manage => {
            let manage = |patient: &mut Access<'_, Manage>| {
                let seen = super::model::kinds(patient.record()?.visibility);
                Ok((seen, seen))
            };
            store.with_patient(who, record, purpose, manage).await
        }
    })
}

async fn ask_as(store: &Store, who: &Actor, record: RecordId, partner: AccountId) -> Answer {
    answered(store.see_as(who, record, partner, looked).await)
}

fn looked(patient: &mut Access<'_, View>) -> Result<([bool; 4], [bool; 4]), Error> {
    let events = patient.events_within(Timestamp::MIN, Timestamp::MAX)?;
    Ok((super::model::kinds(patient.record()?.visibility), marks(&events)))
}

fn answered(result: Result<([bool; 4], [bool; 4]), Error>) -> Answer {
    match result {
        Ok((said, shown)) => {
            assert_eq!(said, shown, "what is said to be visible is what comes");
            Answer::Shows(shown)
        }
        Err(Error::Forbidden(_)) => Answer::Refused,
        Err(Error::NotFound) => Answer::Unknown,
        Err(error) => panic!("a look ends with a yes or a no: {error:?}"),
    }
}

/// Which of the four kinds are among these events.
fn marks(events: &[glucose::Event]) -> [bool; 4] {
    let any = |is: fn(&EventKind) -> bool| events.iter().any(|event| is(&event.kind));
    [
        any(|kind| matches!(kind, EventKind::Bolus { .. })),
        any(|kind| matches!(kind, EventKind::Carbs { .. })),
        any(|kind| matches!(kind, EventKind::Note { .. })),
        any(|kind| matches!(kind, EventKind::Alarm { .. })),
    ]
}
