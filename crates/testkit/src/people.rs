//! A family and a clinic: Anna with her own record, her care partners Ben and Carla, Dr Chen of Northside, and a stranger.

use glucose::Unit;
use jiff::{Timestamp, civil::date};
use sharing::{ClinicId, ClinicRole, Email, Permission, RecordId, Visibility};
use store::{Error, NewAccount, NewRecord, SeedAccount, SeedClinic, SeedGrant, SeedPlan, Seeded, Store};

pub const PASSWORD: &str = "correct horse battery staple";
pub const ANNA: &str = "anna@example.org";
pub const BEN: &str = "ben@example.org";
pub const CARLA: &str = "carla@example.org";
pub const DR_CHEN: &str = "chen@example.org";
pub const FRONT_DESK: &str = "fred@example.org";
pub const STRANGER: &str = "zoe@example.org";

/// Everybody, in the store.
pub struct Family {
    pub anna_record: RecordId,
    pub mia_record: RecordId,
    pub clinic: ClinicId,
    pub clinic_patients: Vec<RecordId>,
    pub seeded: Seeded,
}

impl Family {
    pub async fn seed(store: &Store, _now: Timestamp) -> Result<Self, Error> {
        let seeded = store.seed(plan()).await?;
        let (clinic, clinic_patients) = seeded.clinics[0].clone();
        let (anna_record, mia_record) = (seeded.records[0][0], seeded.records[0][1]);
        Ok(Self { anna_record, mia_record, clinic, clinic_patients, seeded })
    }
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("a valid address")
}

fn account(address: &str, name: &str, with_record: bool) -> NewAccount {
    NewAccount {
        email: email(address),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        born_on: with_record.then_some(date(1988, 4, 17)),
        country: "SE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: "Europe/Stockholm".to_owned(),
        with_record,
    }
}

fn record(name: &str) -> NewRecord {
    let zone = "Europe/Stockholm".to_owned();
    NewRecord { name: name.to_owned(), born_on: Some(date(2015, 9, 1)), unit: Unit::MgDl, zone }
}

fn plan() -> SeedPlan {
    let person =
        |address, name, with_record, records| SeedAccount { new: account(address, name, with_record), records };
    let grant = |partner, permission, visibility| SeedGrant {
        owner: email(ANNA),
        record: 0,
        partner: email(partner),
        permission,
        visibility,
        until_at: None,
    };
    SeedPlan {
        accounts: vec![
            person(ANNA, "Anna Berg", true, vec![record("Mia Berg")]),
            person(BEN, "Ben Berg", false, vec![]),
            person(CARLA, "Carla Lind", false, vec![]),
            person(DR_CHEN, "Dr Chen", false, vec![]),
            person(FRONT_DESK, "Fred Desk", false, vec![]),
            person(STRANGER, "Zoe Other", true, vec![]),
        ],
        grants: vec![
            grant(BEN, Permission::ViewOnly, Visibility::GLUCOSE_ONLY),
            grant(CARLA, Permission::ViewAndDownload, Visibility::ALL),
        ],
        clinics: vec![SeedClinic {
            name: "Northside".to_owned(),
            members: vec![(email(DR_CHEN), ClinicRole::Admin), (email(FRONT_DESK), ClinicRole::FrontDesk)],
            patients: vec![record("Paul Alm"), record("Rosa Ek")],
        }],
    }
}
