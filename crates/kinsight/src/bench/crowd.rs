//! People for the benchmarks of sharing: owners whose devices send, and care partners who all follow all of them.

use crate::clock;
use crate::settings::Settings;
use anyhow::{Context, Result};
use glucose::{Unit, local_day};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use life::{Life, Personality};
use sharing::{Email, Permission, Purpose, RecordId, Visibility};
use store::{
    Access, Actor, Entrance, NewAccount, NewUpload, Origin, PasswordCost, SeedAccount, SeedGrant, SeedPlan, SourceKind,
    Store, Upload,
};

const PASSWORD: &str = "seven grey herons stand still";
const ZONE: &str = "Europe/Berlin";
/// The least that a release build takes: what is measured is not signing in.
const CHEAPEST: PasswordCost = PasswordCost::Fixed { memory_kib: 19 * 1024, rounds: 2 };
const DAYS: i64 = 3;

/// Somebody who has signed in.
pub struct Member {
    pub actor: Actor,
    pub token: String,
}

impl Member {
    pub fn cookie(&self) -> String {
        format!("kinsight={}", self.token)
    }
}

/// Owners, each with one record, and their care partners.
pub struct Crowd {
    pub owners: Vec<Member>,
    pub partners: Vec<Member>,
    pub records: Vec<RecordId>,
    pub devices: Vec<Actor>,
}

/// Opens a new store for them.
pub fn open(settings: &Settings) -> Result<Store> {
    let cheap = store::StoreSettings { password_cost: CHEAPEST, ..settings.store() };
    Ok(Store::open(cheap).context("cannot open the data")?.0)
}

/// Fills it: each partner follows each owner, and the devices of all sent until now.
pub async fn gather(store: &Store, owners: usize, partners: usize) -> Result<Crowd> {
    gather_until(store, owners, partners, |_| clock::now()).await
}

/// The same; until when the devices of each owner sent.
pub async fn gather_until(
    store: &Store,
    owners: usize,
    partners: usize,
    until: impl Fn(usize) -> Timestamp,
) -> Result<Crowd> {
    let mut grants = Vec::new();
    for owner in 0..owners {
        for partner in 0..partners {
            let (owner_email, partner_email) = (email("owner", owner)?, email("partner", partner)?);
            grants.push(grant(owner_email, partner_email));
        }
    }
    people(store, (owners, partners), grants, until).await
}

/// Fills it with owners alone, each of whom looks at so many records: the own one, and those of the next in the circle.
pub async fn gather_in_a_circle(store: &Store, owners: usize, records: usize) -> Result<Crowd> {
    let mut grants = Vec::new();
    for partner in 0..owners {
        for next in 1..records {
            grants.push(grant(email("owner", (partner + next) % owners)?, email("owner", partner)?));
        }
    }
    people(store, (owners, 0), grants, |_| clock::now()).await
}

async fn people(
    store: &Store,
    (owners, partners): (usize, usize),
    grants: Vec<SeedGrant>,
    until: impl Fn(usize) -> Timestamp,
) -> Result<Crowd> {
    let everybody = (0..owners).map(|number| ("owner", number)).chain((0..partners).map(|number| ("partner", number)));
    let accounts = everybody.map(|(kind, number)| account(kind, number)).collect::<Result<_>>()?;
    let seeded =
        store.seed(SeedPlan { accounts, grants, ..SeedPlan::default() }).await.context("the people were not kept")?;
    let records: Vec<RecordId> = seeded.records.iter().take(owners).flatten().copied().collect();
    let mut crowd = Crowd { owners: vec![], partners: vec![], devices: vec![], records };
    for (number, record) in crowd.records.iter().enumerate() {
        let device = seeded.devices.get(record).context("no device")?.clone();
        fill(store, *record, &device, number as u64, until(number)).await?;
        crowd.devices.push(device);
    }
    for number in 0..owners {
        crowd.owners.push(sign_in(store, email("owner", number)?).await?);
    }
    for number in 0..partners {
        crowd.partners.push(sign_in(store, email("partner", number)?).await?);
    }
    Ok(crowd)
}

fn email(kind: &str, number: usize) -> Result<Email> {
    Ok(Email::parse(&format!("{kind}{number}@example.org"))?)
}

fn account(kind: &str, number: usize) -> Result<SeedAccount> {
    let new = NewAccount {
        email: email(kind, number)?,
        password: PASSWORD.to_owned(),
        name: format!("{kind} {number}"),
        born_on: None,
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: ZONE.to_owned(),
        with_record: kind == "owner",
    };
    Ok(SeedAccount { new, records: Vec::new() })
}

fn grant(owner: Email, partner: Email) -> SeedGrant {
    let (permission, visibility) = (Permission::ViewOnly, Visibility::ALL);
    SeedGrant { owner, record: 0, partner, permission, visibility, until_at: None }
}

async fn sign_in(store: &Store, email: Email) -> Result<Member> {
    let entrance = store.sign_in(email.as_str(), PASSWORD, false, Origin::default()).await;
    let token = entrance.and_then(Entrance::opened).context("cannot sign in")?.session;
    let actor = store.session(token.as_str()).await.context("no session")?.actor;
    Ok(Member { actor, token: token.as_str().to_owned() })
}

/// The last days of a closed loop with a sensor of five minutes.
async fn fill(store: &Store, record: RecordId, device: &Actor, seed: u64, until: Timestamp) -> Result<()> {
    let zone = TimeZone::get(ZONE)?;
    let first = local_day(until - SignedDuration::from_hours(24 * DAYS), &zone);
    let batch = Life::new(seed, Personality::Looper, Unit::MgDl, zone, first).until(until);
    let upload = NewUpload {
        source: SourceKind::Simulated,
        file_name: "The last days".to_owned(),
        sha256: [0; 32],
        bytes: 0,
        format: "Simulated devices".to_owned(),
        devices: Vec::new(),
        readings: batch.readings,
        events: batch.events,
        problems: 0,
        original: None,
    };
    let keep = move |patient: &mut Access<'_, Upload>| patient.add_upload(&upload);
    store.with_patient(device, record, Purpose::Import, keep).await.context("the days were not kept")?;
    Ok(())
}
