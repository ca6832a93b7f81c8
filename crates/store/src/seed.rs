//! Fills an empty database with a family and a clinic: the demo, and tests. Refuses a database that has anybody in it.

use crate::{
    accounts::{self, NewAccount},
    actor::{Actor, Who},
    app_tokens,
    db::{Tx, params, statements},
    devices,
    error::{Conflict, Error},
    inside::{Inside, Store, new_id},
    keys::place,
    records::{self, Keeper, NewRecord},
    second_step, share,
    standing::{role_word, scope_word},
    tokens,
    words::unit,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole, Email, Grant, Permission, RecordId, Terms, TokenScope, Visibility};
use std::{collections::HashMap, sync::Arc};

statements! {
    ANYBODY = "select 1 from accounts limit 1";
    RECORDS = "select id from records where account = $1 order by made_at, id";
    CLINIC = "insert into clinics (id, name, made_at) values ($1, $2, $3)";
    MEMBER = "insert into clinic_members (account, clinic, role, since_at) values ($1, $2, $3, $4)";
    LINK = "insert into links (clinic, record, profile, insulin, carbs, notes, devices, since_at) values ($1, $2, $3, 1, 1, 1, 1, $4)";
    RECORD = "select name, born_on, unit, zone from records where id = $1";
    TOKEN = "insert into app_tokens (id, hash, record, name, scope, made_at) values ($1, $2, $3, $4, $5, $6)";
}

/// What to fill a database with.
#[derive(Clone, Debug, Default)]
pub struct SeedPlan {
    /// People, with addresses that count as confirmed.
    pub accounts: Vec<SeedAccount>,
    /// Who was let in to whose record.
    pub grants: Vec<SeedGrant>,
    /// Clinics and their patients.
    pub clinics: Vec<SeedClinic>,
    /// Who has a second step from the start, as every member of a clinic must.
    pub second_steps: Vec<SeedSecondStep>,
}

/// A second step of somebody of the plan.
#[derive(Clone)]
pub struct SeedSecondStep {
    /// Whose.
    pub who: Email,
    /// What the authenticator app computes its codes from.
    pub seed: Vec<u8>,
    /// Recovery codes, in any grouping.
    pub codes: Vec<String>,
    /// The text of the cookie of a device that is remembered for good.
    pub device: Option<String>,
}

impl std::fmt::Debug for SeedSecondStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeedSecondStep({:?})", self.who)
    }
}

/// A person.
#[derive(Clone, Debug)]
pub struct SeedAccount {
    /// The account; its own record, if it has one, is the first of its records.
    pub new: NewAccount,
    /// More records: children.
    pub records: Vec<NewRecord>,
}

/// A grant between people of the plan.
#[derive(Clone, Debug)]
pub struct SeedGrant {
    /// Whose record.
    pub owner: Email,
    /// Which of the owner's records, from 0.
    pub record: usize,
    /// Who was let in.
    pub partner: Email,
    /// How far.
    pub permission: Permission,
    /// At what.
    pub visibility: Visibility,
    /// Until when.
    pub until_at: Option<Timestamp>,
}

/// A clinic of the plan.
#[derive(Clone, Debug)]
pub struct SeedClinic {
    /// Its name.
    pub name: String,
    /// People of the plan who work there.
    pub members: Vec<(Email, ClinicRole)>,
    /// Records that it keeps.
    pub patients: Vec<NewRecord>,
    /// Records of people of the plan that are linked to it, each to a record of its own that it keeps of that person: the owner,
    /// and which of the owner's records, from 0.
    pub linked: Vec<(Email, usize)>,
}

/// What came of a plan.
#[derive(Clone, Debug)]
pub struct Seeded {
    /// The accounts, in the order of the plan.
    pub accounts: Vec<AccountId>,
    /// The records of each account, in the order of the plan.
    pub records: Vec<Vec<RecordId>>,
    /// The clinics, each with its patients, in the order of the plan.
    pub clinics: Vec<(ClinicId, Vec<RecordId>)>,
    /// The records that clinics keep of people whose personal records are linked, by clinic and personal record.
    pub profiles: HashMap<(ClinicId, RecordId), RecordId>,
    /// For each record a device that may upload to it.
    pub devices: HashMap<RecordId, Actor>,
}

impl Store {
    /// Carries the plan out, whole or not at all.
    pub async fn seed(&self, plan: SeedPlan) -> Result<Seeded, Error> {
        let mut hashes = Vec::with_capacity(plan.accounts.len());
        for account in &plan.accounts {
            hashes.push(self.0.passwords.hash(&account.new.password).await?);
        }
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| Seeding::new(tx, &inside, now)?.carry_out(&plan, &hashes);
        self.0.db.write(work, |_| ()).await
    }
}

/// The state of seeding.
struct Seeding<'a> {
    tx: &'a mut Tx,
    inside: &'a Inside,
    now: Timestamp,
    people: HashMap<String, (AccountId, Vec<RecordId>)>,
    seeded: Seeded,
}

impl<'a> Seeding<'a> {
    fn new(tx: &'a mut Tx, inside: &'a Inside, now: Timestamp) -> Result<Self, Error> {
        if tx.query_one(ANYBODY, params![])?.is_some() {
            return Err(Error::Conflict(Conflict::NotEmpty));
        }
        let seeded = Seeded {
            accounts: vec![],
            records: vec![],
            clinics: vec![],
            profiles: HashMap::new(),
            devices: HashMap::new(),
        };
        Ok(Self { tx, inside, now, people: HashMap::new(), seeded })
    }

    fn carry_out(mut self, plan: &SeedPlan, hashes: &[String]) -> Result<Seeded, Error> {
        for (account, hash) in plan.accounts.iter().zip(hashes) {
            self.person(account, hash)?;
        }
        for step in &plan.second_steps {
            self.second_step(step)?;
        }
        for grant in &plan.grants {
            self.grant(grant)?;
        }
        for clinic in &plan.clinics {
            self.clinic(clinic)?;
        }
        Ok(self.seeded)
    }

    fn person(&mut self, person: &SeedAccount, hash: &str) -> Result<(), Error> {
        let account = accounts::insert(self.tx, self.inside, &person.new, hash, Some(self.now), self.now)?;
        let mut list = Vec::new();
        for row in self.tx.query(RECORDS, params![account])? {
            list.push(RecordId(row.id(0)?));
        }
        for record in &person.records {
            list.push(records::insert(self.tx, self.inside, Keeper::Account(account), record, self.now)?);
        }
        list.iter().try_for_each(|record| self.device(*record))?;
        self.people.insert(person.new.email.key(), (account, list.clone()));
        self.seeded.accounts.push(account);
        self.seeded.records.push(list);
        Ok(())
    }

    fn known(&self, email: &Email) -> Result<&(AccountId, Vec<RecordId>), Error> {
        self.people.get(&email.key()).ok_or(Error::NotFound)
    }

    fn grant(&mut self, grant: &SeedGrant) -> Result<(), Error> {
        let record = *self.known(&grant.owner)?.1.get(grant.record).ok_or(Error::NotFound)?;
        let partner = self.known(&grant.partner)?.0;
        let grant = Grant {
            record,
            partner,
            terms: Terms {
                permission: grant.permission,
                visibility: grant.visibility,
                until_at: grant.until_at,
                ..Terms::LEAST
            },
            since_at: self.now,
            paused_until_at: None,
        };
        share::give(self.tx, &grant)
    }

    fn clinic(&mut self, clinic: &SeedClinic) -> Result<(), Error> {
        let id = ClinicId(new_id());
        self.inside.keys.new_clinic(id, self.now)?;
        let name = self.inside.keys.seal(place("clinics", "name", id.0), clinic.name.as_bytes())?;
        self.tx.execute(CLINIC, params![id, name, self.now])?;
        for (email, role) in &clinic.members {
            let member = self.known(email)?.0;
            self.tx.execute(MEMBER, params![member, id, role_word(*role), self.now])?;
        }
        let mut patients = Vec::with_capacity(clinic.patients.len());
        for patient in &clinic.patients {
            let record = records::insert(self.tx, self.inside, Keeper::Clinic(id), patient, self.now)?;
            self.device(record)?;
            patients.push(record);
        }
        for (owner, record) in &clinic.linked {
            let record = *self.known(owner)?.1.get(*record).ok_or(Error::NotFound)?;
            self.link(id, record)?;
        }
        self.seeded.clinics.push((id, patients));
        Ok(())
    }

    fn second_step(&mut self, step: &SeedSecondStep) -> Result<(), Error> {
        let account = self.known(&step.who)?.0;
        second_step::seed(self.tx, self.inside, account, &step.seed, &step.codes, self.now)?;
        step.device.iter().try_for_each(|device| devices::seed(self.tx, self.inside, account, device, self.now))
    }

    /// The clinic keeps a record of the person, by the same name and birth date, and it is linked.
    fn link(&mut self, clinic: ClinicId, record: RecordId) -> Result<(), Error> {
        let row = self.tx.query_one(RECORD, params![record])?.ok_or(Error::NotFound)?;
        let new = NewRecord {
            name: records::open_name(self.inside, record, row.bytes(0)?)?,
            born_on: records::open_birth(self.inside, record, row.opt_bytes(1)?)?,
            unit: unit(row.text(2)?)?,
            zone: row.text(3)?.to_owned(),
        };
        let profile = records::insert(self.tx, self.inside, Keeper::Clinic(clinic), &new, self.now)?;
        self.device(profile)?;
        self.tx.execute(LINK, params![clinic, record, profile, self.now])?;
        self.seeded.profiles.insert((clinic, record), profile);
        Ok(())
    }

    /// A device of this record; its token is thrown away, so that nobody else is this device.
    fn device(&mut self, record: RecordId) -> Result<(), Error> {
        let (id, scope) = (new_id(), TokenScope::Upload);
        let name = self.inside.keys.seal(place("app_tokens", "name", id).of(record.0), b"Simulated device")?;
        let hash = app_tokens::keyed(self.inside, &tokens::secret()?);
        self.tx.execute(TOKEN, params![id, hash, record, name, scope_word(scope), self.now])?;
        self.seeded.devices.insert(record, Actor::of(Who::App { token: id, record, scope }));
        Ok(())
    }
}
