//! The store that is played with: people, data, and what each of them holds.

use super::{
    call::Reply,
    model::{CHEN, DAN, EVE, MOST, NAMES, NOBODY},
};
use glucose::{EventKind, NewEvent, event::BolusOrigin};
use jiff::SignedDuration;
use sharing::{AccountId, ClinicId, ClinicRole, Duty, Email, Id, Purpose, RecordId};
use std::collections::BTreeMap;
use store::{Access, Actor, Entrance, Error, Given, Opened, Origin, SeedAccount, SeedClinic, SeedPlan, Store, Upload};
use testkit::{
    authenticator_app::code,
    both::TestStore,
    cast::{PASSWORD, email, new_account, new_record},
};

/// Stays at the clinic whoever leaves it, and does nothing in the play: a clinic with patients keeps its last admin.
const HEAD: &str = "head";

pub struct World {
    pub kit: TestStore,
    pub store: Store,
    pub records: Vec<RecordId>,
    pub accounts: Vec<AccountId>,
    pub clinic: ClinicId,
    /// What a request of each would come with, also one that came in long ago.
    pub actors: Vec<Actor>,
    pub sessions: Vec<String>,
    pub passwords: Vec<String>,
    pub seeds: Vec<Option<String>>,
    pub invitations: BTreeMap<usize, Id>,
    pub requests: BTreeMap<usize, Id>,
    /// The last link of each invitation, and those that are void.
    pub links: BTreeMap<usize, String>,
    pub void_links: Vec<String>,
    pub unlock_links: BTreeMap<usize, String>,
    pub confirmation: String,
}

impl World {
    /// Everybody, nobody with access to anything but by the clinic; Dan and Chen have a second step.
    pub async fn new(mut kit: TestStore) -> Self {
        kit.settings.most_care_partners = u32::try_from(MOST).ok();
        let kit = kit.reopen();
        let seeded = kit.store.seed(plan()).await.unwrap();
        kit.store.sign_up(new_account(NAMES[EVE], false), Origin::default()).await.unwrap();
        let mails = kit.mails().await;
        let confirmation = after(&mails[0].text, "/confirmations/").unwrap();
        let records = vec![seeded.records[0][0], seeded.records[0][1], seeded.records[1][0]];
        for record in &records {
            bring(&kit.store, &seeded.devices[record], *record, kit.clock.now()).await;
        }
        let passwords = vec![PASSWORD.to_owned(); NAMES.len()];
        let mut world = Self {
            store: kit.store.clone(),
            kit,
            records,
            clinic: seeded.clinics[0].0,
            accounts: Vec::new(),
            actors: Vec::new(),
            sessions: Vec::new(),
            passwords,
            seeds: vec![None; NAMES.len()],
            invitations: BTreeMap::new(),
            requests: BTreeMap::new(),
            links: BTreeMap::new(),
            void_links: Vec::new(),
            unlock_links: BTreeMap::new(),
            confirmation,
        };
        for who in 0..NAMES.len() {
            let (session, actor) = world.enter(who).await.unwrap();
            world.accounts.push(actor.account().unwrap());
            world.actors.push(actor);
            world.sessions.push(session);
        }
        world.add_second_step(DAN).await.unwrap();
        world.add_second_step(CHEN).await.unwrap();
        world.mails().await;
        world
    }

    /// Signs in, with the second step where it is asked; half a minute goes by for the next code.
    pub async fn enter(&mut self, who: usize) -> Result<(String, Actor), Error> {
        let address = email(NAMES[who]);
        let entrance = self.store.sign_in(address.as_str(), &self.passwords[who], false, Origin::default()).await?;
        self.finish(who, entrance).await
    }

    pub async fn finish(&mut self, who: usize, entrance: Entrance) -> Result<(String, Actor), Error> {
        let Opened { session, .. } = match entrance {
            Entrance::Open(opened) => opened,
            Entrance::SecondStep(half) => {
                self.kit.clock.advance(SignedDuration::from_secs(60));
                let seed = self.seeds[who].as_ref().expect("only what was added is asked for");
                let typed = Given::Code(code(seed, self.kit.clock.now()));
                self.store.give_second_step(half.as_str(), typed, false, Origin::default()).await?
            }
        };
        let actor = self.store.session(session.as_str()).await?.actor;
        Ok((session.as_str().to_owned(), actor))
    }

    /// Whoever proved lately who they are adds an app.
    pub async fn add_second_step(&mut self, who: usize) -> Result<(), Error> {
        let actor = self.actors[who].clone();
        self.store.with_account(&actor, |own| own.begin_totp("Phone")).await?;
        let waiting = self.store.with_account(&actor, |own| own.waiting_totp()).await?.expect("it has just begun");
        let (session, typed) = (self.sessions[who].clone(), code(&waiting.seed, self.kit.clock.now()));
        let added = self.store.with_account(&actor, move |own| own.confirm_totp(&session, &typed)).await?;
        self.sessions[who] = added.session.as_str().to_owned();
        self.seeds[who] = Some(waiting.seed.clone());
        Ok(())
    }

    pub async fn drop_second_step(&mut self, who: usize) -> Result<(), Error> {
        let actor = self.actors[who].clone();
        let steps = self.store.with_account(&actor, |own| own.second_steps()).await?;
        let (id, session) = (steps.steps.first().ok_or(Error::NotFound)?.id, self.sessions[who].clone());
        let left = self.store.with_account(&actor, move |own| own.remove_second_step(&session, id)).await?;
        self.sessions[who] = left.as_str().to_owned();
        Ok(())
    }

    /// Sends what waits; answers to whom, and keeps the links.
    pub async fn mails(&mut self) -> Vec<(usize, Option<String>)> {
        let mut told = Vec::new();
        for mail in self.kit.mails().await.into_iter().filter(|mail| mail.to != email(HEAD).as_str()) {
            let to = (0..=NOBODY).find(|who| address(*who).as_str() == mail.to).expect("nobody else is written to");
            if let Some(link) = after(&mail.text, "/lockdown/unlock/") {
                self.unlock_links.insert(to, link);
            }
            told.push((to, after(&mail.text, "/invitations/")));
        }
        told
    }

    /// What came of an act, for later ones.
    pub fn keep(&mut self, reply: &Reply) {
        match reply {
            Reply::Invited(key, id) => drop(self.invitations.insert(*key, *id)),
            Reply::Asked(key, id) => drop(self.requests.insert(*key, *id)),
            Reply::Done | Reply::Refused | Reply::TooMany => {}
        }
    }

    pub fn link(&mut self, invitation: usize, link: String) {
        self.void_links.extend(self.links.insert(invitation, link));
    }

    pub fn expiring(&self) -> Actor {
        self.kit.roster.on(Duty::Expire)
    }
}

pub fn address(who: usize) -> Email {
    email(NAMES.get(who).copied().unwrap_or("nobody"))
}

fn after(text: &str, path: &str) -> Option<String> {
    Some(text.split(path).nth(1)?.split_whitespace().next()?.to_owned())
}

fn plan() -> SeedPlan {
    let names = NAMES.iter().enumerate().filter(|(number, _)| *number != EVE);
    let person = |(number, name): (usize, &&str)| SeedAccount {
        new: new_account(name, number < 2),
        records: if number == 0 { vec![new_record("Mia")] } else { vec![] },
    };
    let head = SeedAccount { new: new_account(HEAD, false), records: vec![] };
    let clinic = SeedClinic {
        name: "Northside".to_owned(),
        members: vec![(email(NAMES[CHEN]), ClinicRole::Admin), (email(HEAD), ClinicRole::Admin)],
        patients: vec![],
        linked: vec![(email("anna"), 1)],
    };
    SeedPlan { accounts: names.map(person).chain([head]).collect(), clinics: vec![clinic], ..SeedPlan::default() }
}

/// One event of each kind that an owner may hide, each with a mark.
async fn bring(store: &Store, device: &Actor, record: RecordId, now: jiff::Timestamp) {
    let kinds = [
        EventKind::Bolus {
            normal: 4.25,
            extended: 0.0,
            duration_ms: 0,
            programmed: None,
            origin: BolusOrigin::Unknown,
        },
        EventKind::Carbs { grams: 37.0, fat: None, protein: None },
        EventKind::Note { text: "marked note".to_owned() },
        EventKind::Alarm { text: "marked alarm".to_owned(), code: None, cleared: false },
    ];
    let events: Vec<NewEvent> = kinds.into_iter().map(|kind| NewEvent::new(now, 60, kind)).collect();
    let add = move |patient: &mut Access<'_, Upload>| patient.add_events(&events).map(drop);
    store.with_patient(device, record, Purpose::DeviceUpload, add).await.unwrap();
}
