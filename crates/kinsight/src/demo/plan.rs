//! The cast as the store wants it: accounts, grants, a clinic.

use super::cast::{self, CLINIC, EVERYBODY, INES, JONAS, LEA, MARA, PASSWORD, PETRA, Patient, Person, SAM, TOBIAS};
use sharing::{ClinicRole, Email, Permission, Visibility};
use store::{NewAccount, NewRecord, SeedAccount, SeedClinic, SeedGrant, SeedPlan, SeedSecondStep};

/// Everybody, and what they may see of each other.
pub fn plan() -> SeedPlan {
    SeedPlan {
        accounts: EVERYBODY.iter().map(|person| account(person)).collect(),
        grants: vec![
            grant(&MARA, 0, &JONAS, Permission::ViewOnly),
            grant(&MARA, 0, &PETRA, Permission::ViewAndDownload),
            grant(&TOBIAS, 1, &JONAS, Permission::ViewOnly),
        ],
        clinics: vec![SeedClinic {
            name: CLINIC.to_owned(),
            members: vec![
                (email(&INES), ClinicRole::Admin),
                (email(&SAM), ClinicRole::Clinician),
                (email(&LEA), ClinicRole::FrontDesk),
            ],
            patients: cast::clinic_patients().iter().map(record).collect(),
            linked: vec![],
        }],
        second_steps: [&INES, &SAM, &LEA].into_iter().map(second_step).collect(),
    }
}

/// Members of a clinic must have a second step: an app with a seed that everybody may know, and codes.
fn second_step(person: &Person) -> SeedSecondStep {
    SeedSecondStep { who: email(person), seed: cast::SEED.to_vec(), codes: cast::recovery_codes(), device: None }
}

fn account(person: &Person) -> SeedAccount {
    let mara = cast::mara();
    let is_mara = person.email == MARA.email;
    let new = NewAccount {
        email: email(person),
        password: PASSWORD.to_owned(),
        name: person.name.to_owned(),
        born_on: is_mara.then_some(mara.born_on),
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: person.unit,
        zone: person.zone.to_owned(),
        with_record: is_mara,
    };
    let records = if person.email == TOBIAS.email { cast::children().iter().map(record).collect() } else { Vec::new() };
    SeedAccount { new, records }
}

fn record(patient: &Patient) -> NewRecord {
    NewRecord {
        name: patient.name.clone(),
        born_on: Some(patient.born_on),
        unit: patient.unit,
        zone: patient.zone.to_owned(),
    }
}

fn grant(owner: &Person, record: usize, partner: &Person, permission: Permission) -> SeedGrant {
    SeedGrant {
        owner: email(owner),
        record,
        partner: email(partner),
        permission,
        visibility: Visibility::ALL,
        until_at: None,
    }
}

fn email(person: &Person) -> Email {
    Email::parse(person.email).expect("the addresses of the demo have the right shape")
}
