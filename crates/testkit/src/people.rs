//! The people of the tests: Anna with her two records, those she let in and those she did not, and two clinics.

use glucose::Unit;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, ClinicId, ClinicRole, Email, Permission, RecordId, Visibility};
use store::{
    Error, NewAccount, NewRecord, SeedAccount, SeedClinic, SeedGrant, SeedPlan, SeedSecondStep, Seeded, Store,
};

/// Everybody's.
pub const PASSWORD: &str = "seven quiet owls count stars";

/// Owns two records: her own and her child Mia's.
pub const ANNA: &str = "anna@example.org";
/// Anna's care partner, *View only*.
pub const BEN: &str = "ben@example.org";
/// Anna's care partner, *View and download*.
pub const CLARA: &str = "clara@example.org";
/// Was Anna's care partner until [`Family::EXPIRY`] after the seeding.
pub const DORA: &str = "dora@example.org";
/// Has a record of her own and nothing to do with Anna.
pub const EVE: &str = "eve@example.org";
pub const NORTHSIDE_ADMIN: &str = "adam@northside.example.org";
pub const NORTHSIDE_CLINICIAN: &str = "chen@northside.example.org";
pub const NORTHSIDE_FRONT_DESK: &str = "fay@northside.example.org";
/// Works at another clinic.
pub const SOUTHSIDE_CLINICIAN: &str = "roe@southside.example.org";
/// Has an account and nothing else until a test lets them in, like the six below; see `cast.rs` of the web tests.
pub const SOUTHSIDE_ADMIN: &str = "sue@southside.example.org";
/// Works at Northside and has no second step, so that nothing of it opens.
pub const NOA: &str = "noa@northside.example.org";
/// What the authenticator apps of those at the clinics compute their codes from.
pub const SEED: &[u8; 20] = b"seed of the clinics.";
pub const PIA: &str = "pia@example.org";
pub const WIM: &str = "wim@example.org";
pub const SVEN: &str = "sven@example.org";
pub const LENA: &str = "lena@example.org";
pub const INGA: &str = "inga@example.org";
pub const ARNE: &str = "arne@example.org";
pub const REMO: &str = "remo@example.org";

/// What came of the plan, by name.
#[derive(Clone, Debug)]
pub struct Family {
    pub anna: AccountId,
    pub ben: AccountId,
    pub anna_record: RecordId,
    pub mia_record: RecordId,
    pub eve_record: RecordId,
    pub northside: ClinicId,
    /// Kept by Northside.
    pub northside_patient: RecordId,
    pub southside: ClinicId,
    /// Kept by Northside, and linked to Eve's own record.
    pub eve_profile: RecordId,
    /// Kept by Southside, and linked to Mia's record.
    pub mia_profile: RecordId,
    pub seeded: Seeded,
}

impl Family {
    /// After which Dora's grant is void.
    pub const EXPIRY: SignedDuration = SignedDuration::from_hours(1);

    /// Fills an empty store.
    pub async fn seed(store: &Store, now: Timestamp) -> Result<Self, Error> {
        let seeded = store.seed(plan(now)).await?;
        Ok(Self {
            anna: seeded.accounts[0],
            ben: seeded.accounts[1],
            anna_record: seeded.records[0][0],
            mia_record: seeded.records[0][1],
            eve_record: seeded.records[4][0],
            northside: seeded.clinics[0].0,
            northside_patient: seeded.clinics[0].1[0],
            southside: seeded.clinics[1].0,
            eve_profile: seeded.profiles[&(seeded.clinics[0].0, seeded.records[4][0])],
            mia_profile: seeded.profiles[&(seeded.clinics[1].0, seeded.records[0][1])],
            seeded,
        })
    }
}

fn plan(now: Timestamp) -> SeedPlan {
    SeedPlan { accounts: accounts(), grants: grants(now), clinics: clinics(), second_steps: second_steps() }
}

fn accounts() -> Vec<SeedAccount> {
    let person =
        |email: &str, name: &str, with_record| SeedAccount { new: account(email, name, with_record), records: vec![] };
    let mut anna = person(ANNA, "Anna Berg", true);
    anna.new.born_on = Some(date(1984, 3, 12));
    anna.records.push(record("Mia Berg"));
    vec![
        anna,
        person(BEN, "Ben Berg", false),
        person(CLARA, "Clara Holm", false),
        person(DORA, "Dora Lund", false),
        person(EVE, "Eve Stone", true),
        person(NORTHSIDE_ADMIN, "Adam North", false),
        person(NORTHSIDE_CLINICIAN, "Dr Chen", false),
        person(NORTHSIDE_FRONT_DESK, "Fay Desk", false),
        person(SOUTHSIDE_CLINICIAN, "Dr Roe", false),
        person(PIA, "Pia Moon", false),
        person(WIM, "Wim Moon", false),
        person(SVEN, "Sven Moon", false),
        person(LENA, "Lena Moon", false),
        person(INGA, "Inga Moon", false),
        person(ARNE, "Arne Moon", false),
        person(REMO, "Remo Moon", false),
        person(SOUTHSIDE_ADMIN, "Sue South", false),
        person(NOA, "Noa North", false),
    ]
}

fn grants(now: Timestamp) -> Vec<SeedGrant> {
    let grant = |partner: &str, permission, until_at| SeedGrant {
        owner: email(ANNA),
        record: 0,
        partner: email(partner),
        permission,
        visibility: Visibility::ALL,
        until_at,
    };
    vec![
        grant(BEN, Permission::ViewOnly, None),
        grant(CLARA, Permission::ViewAndDownload, None),
        grant(DORA, Permission::ViewAndDownload, now.checked_add(Family::EXPIRY).ok()),
    ]
}

fn clinics() -> Vec<SeedClinic> {
    let northside = SeedClinic {
        name: "Northside Diabetes Clinic".to_owned(),
        members: vec![
            (email(NORTHSIDE_ADMIN), ClinicRole::Admin),
            (email(NORTHSIDE_CLINICIAN), ClinicRole::Clinician),
            (email(NORTHSIDE_FRONT_DESK), ClinicRole::FrontDesk),
            (email(NOA), ClinicRole::Clinician),
        ],
        patients: vec![record("Paul Winter"), record("Ida Summer")],
        linked: vec![(email(EVE), 0)],
    };
    let southside = SeedClinic {
        name: "Southside".to_owned(),
        members: vec![(email(SOUTHSIDE_CLINICIAN), ClinicRole::Clinician), (email(SOUTHSIDE_ADMIN), ClinicRole::Admin)],
        patients: vec![record("Sue South")],
        linked: vec![(email(ANNA), 1)],
    };
    vec![northside, southside]
}

/// Everybody of the clinics, but Noa, has a second step, and a device that does not ask for it.
fn second_steps() -> Vec<SeedSecondStep> {
    let members = [NORTHSIDE_ADMIN, NORTHSIDE_CLINICIAN, NORTHSIDE_FRONT_DESK, SOUTHSIDE_ADMIN, SOUTHSIDE_CLINICIAN];
    let step = |address: &str| SeedSecondStep {
        who: email(address),
        seed: SEED.to_vec(),
        codes: vec![],
        device: Some(device_of(address)),
    };
    members.into_iter().map(step).collect()
}

/// The cookie of the device in which somebody of a clinic is remembered.
pub fn device_of(address: &str) -> String {
    format!("device-of-{}", address.replace('@', "-at-"))
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("the addresses above are well formed")
}

/// An account with everything that signing up asks for.
pub fn account(address: &str, name: &str, with_record: bool) -> NewAccount {
    NewAccount {
        email: email(address),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        born_on: None,
        country: "SE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: "Europe/Stockholm".to_owned(),
        with_record,
    }
}

/// A record for a person of this name.
pub fn record(name: &str) -> NewRecord {
    NewRecord { name: name.to_owned(), born_on: None, unit: Unit::MgDl, zone: "Europe/Stockholm".to_owned() }
}
