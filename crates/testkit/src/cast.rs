//! Anna and her daughter Mia, Anna's care partners Ben and Carla, the clinic Northside with Dr Chen, and a stranger.

use crate::both::TestStore;
use glucose::Unit;
use jiff::{Timestamp, civil::date};
use sharing::{ClinicId, ClinicRole, Email, Permission, RecordId, Visibility};
use std::collections::HashMap;
use store::{
    Actor, Entrance, NewAccount, NewRecord, Origin, SeedAccount, SeedClinic, SeedGrant, SeedPlan, SeedSecondStep,
};

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery staple";

/// Everybody, signed in.
#[derive(Debug)]
pub struct People {
    /// Owns her own record and Mia's.
    pub anna: Actor,
    /// Anna's own record.
    pub record: RecordId,
    /// Mia's record.
    pub mia: RecordId,
    /// Follows Anna: *View only*, glucose only.
    pub ben: Actor,
    /// Follows Anna: *View and download*, all of it, until [`People::carla_until`].
    pub carla: Actor,
    /// When Carla's grant ends.
    pub carla_until: Timestamp,
    /// Nobody to anybody.
    pub stranger: Actor,
    /// The clinic.
    pub northside: ClinicId,
    /// Its admin.
    pub dr_chen: Actor,
    /// Its front desk.
    pub front_desk: Actor,
    /// The record that the clinic keeps of Mia, linked to hers.
    pub mia_profile: RecordId,
    /// A patient whose record it keeps.
    pub patient: RecordId,
    /// A device that uploads, for each record.
    pub devices: HashMap<RecordId, Actor>,
}

/// An address at `example.org`.
pub fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.org")).expect("a plain name makes an address")
}

/// Somebody who might sign up.
pub fn new_account(name: &str, with_record: bool) -> NewAccount {
    NewAccount {
        email: email(name),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        born_on: with_record.then_some(date(1988, 4, 17)),
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: "Europe/Berlin".to_owned(),
        with_record,
    }
}

/// A record of somebody by that name.
pub fn new_record(name: &str) -> NewRecord {
    NewRecord {
        name: name.to_owned(),
        born_on: Some(date(2015, 9, 1)),
        unit: Unit::MgDl,
        zone: "Europe/Berlin".to_owned(),
    }
}

/// Puts everybody into an empty store and signs them in.
pub async fn people(kit: &TestStore) -> People {
    let carla_until = kit.clock.now() + jiff::SignedDuration::from_hours(1);
    let seeded = kit.store.seed(plan(carla_until)).await.expect("the store is empty");
    let (northside, patients) = seeded.clinics[0].clone();
    People {
        anna: signed_in(kit, "anna").await,
        record: seeded.records[0][0],
        mia: seeded.records[0][1],
        ben: signed_in(kit, "ben").await,
        carla: signed_in(kit, "carla").await,
        carla_until,
        stranger: signed_in(kit, "zoe").await,
        northside,
        dr_chen: signed_in(kit, "chen").await,
        front_desk: signed_in(kit, "fred").await,
        mia_profile: seeded.profiles[&(northside, seeded.records[0][1])],
        patient: patients[0],
        devices: seeded.devices,
    }
}

/// Signs somebody in who is in the store.
pub async fn signed_in(kit: &TestStore, name: &str) -> Actor {
    let address = email(name);
    // Members of the clinic have a second step, and a device that does not ask for it.
    let device = ["chen", "fred"].contains(&name).then(|| device_of(name));
    let entrance = kit.store.sign_in(address.as_str(), PASSWORD, false, Origin { device, ..Origin::default() }).await;
    let opened = entrance.and_then(Entrance::opened).expect("the password is right");
    let session = kit.store.session(opened.session.as_str()).await;
    session.expect("the session has just begun").actor
}

/// The cookie of the device in which a member of the clinic is remembered.
pub fn device_of(name: &str) -> String {
    format!("device of {name}")
}

fn second_step(name: &str) -> SeedSecondStep {
    SeedSecondStep { who: email(name), seed: name.as_bytes().to_vec(), codes: vec![], device: Some(device_of(name)) }
}

fn plan(carla_until: Timestamp) -> SeedPlan {
    let person = |name, with_record, records| SeedAccount { new: new_account(name, with_record), records };
    let grant = |partner, permission, visibility, until_at| SeedGrant {
        owner: email("anna"),
        record: 0,
        partner: email(partner),
        permission,
        visibility,
        until_at,
    };
    SeedPlan {
        accounts: vec![
            person("anna", true, vec![new_record("Mia")]),
            person("ben", false, vec![]),
            person("carla", false, vec![]),
            person("zoe", true, vec![]),
            person("chen", false, vec![]),
            person("fred", false, vec![]),
        ],
        grants: vec![
            grant("ben", Permission::ViewOnly, Visibility::GLUCOSE_ONLY, None),
            grant("carla", Permission::ViewAndDownload, Visibility::ALL, Some(carla_until)),
        ],
        clinics: vec![SeedClinic {
            name: "Northside".to_owned(),
            members: vec![(email("chen"), ClinicRole::Admin), (email("fred"), ClinicRole::FrontDesk)],
            patients: vec![new_record("Paul")],
            linked: vec![(email("anna"), 1)],
        }],
        second_steps: vec![second_step("chen"), second_step("fred")],
    }
}
