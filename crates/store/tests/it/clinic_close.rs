//! A clinic closes: at once nobody of it sees anything; an admin can bring it back for a while; then it is gone.

use crate::{
    clinic_members::{own, role},
    data::{file, row},
    tampering::alone,
};
use jiff::SignedDuration;
use rusqlite::Connection;
use sharing::{ClinicRole, Duty, Purpose};
use std::collections::BTreeSet;
use store::{
    Access, Actor, BoardQuery, ChangeClinic, Conflict, Desk, Error, Invalid, NewPatient, Origin, PatientDetails,
    SeePatients, Upload, View,
};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, People, device_of, email, new_record, people, signed_in},
};

async fn close(kit: &TestStore, who: &Actor, people: &People, typed: &'static str) -> Result<jiff::Timestamp, Error> {
    let job = move |desk: &mut Desk<'_, ChangeClinic>| desk.close_clinic(typed);
    kit.store.with_clinic(who, people.northside, job).await
}

async fn looks(kit: &TestStore, who: &Actor, record: sharing::RecordId) -> bool {
    let look = |patient: &mut Access<'_, View>| patient.record().map(drop);
    kit.store.with_patient(who, record, Purpose::Home, look).await.is_ok()
}

async fn is_in(kit: &TestStore, who: &Actor, people: &People) -> bool {
    let look = |desk: &mut Desk<'_, SeePatients>| desk.clinic_name().map(drop);
    kit.store.with_clinic(who, people.northside, look).await.is_ok()
}

async fn leave(kit: &TestStore, who: &Actor, name: &str) -> Result<jiff::Timestamp, Error> {
    let origin = Origin { device: Some(device_of(name)), ..Origin::default() };
    let entrance = kit.store.sign_in(email(name).as_str(), PASSWORD, false, origin).await.unwrap();
    let token = entrance.opened().unwrap().session;
    kit.store.leave(who, token.as_str(), email(name).as_str()).await
}

#[test]
fn a_closed_clinic_sees_nothing_and_its_patients_are_told() {
    both(async |kit| {
        let people = people(&kit).await;
        assert!(looks(&kit, &people.dr_chen, people.mia).await);
        let show = |desk: &mut Desk<'_, ChangeClinic>| desk.closing();
        let closing = kit.store.with_clinic(&people.dr_chen, people.northside, show).await.unwrap();
        assert_eq!((closing.name.as_str(), closing.patients, closing.linked, closing.members), ("Northside", 2, 1, 2));
        let slip = close(&kit, &people.dr_chen, &people, "Southside").await;
        assert!(matches!(slip, Err(Error::Invalid(Invalid::ClinicName))));
        kit.mails().await;
        let until = close(&kit, &people.dr_chen, &people, " northside ").await.unwrap();
        assert_eq!(until, closing.until);

        for record in [people.mia, people.patient, people.mia_profile] {
            assert!(!looks(&kit, &people.dr_chen, record).await);
        }
        assert!(!is_in(&kit, &people.dr_chen, &people).await && !is_in(&kit, &people.front_desk, &people).await);
        assert_eq!(kit.store.overview(&people.front_desk).await.unwrap().clinics, []);
        assert!(kit.store.clinic_board(&people.dr_chen, people.northside, BoardQuery::default()).await.is_err());
        let device = &people.devices[&people.patient];
        let add = |patient: &mut Access<'_, Upload>| patient.add_readings(&[]);
        let late = kit.store.with_patient(device, people.patient, Purpose::DeviceUpload, add).await;
        assert!(matches!(late, Err(Error::NotFound)), "nor does an app of it bring anything");
        assert!(looks(&kit, &people.anna, people.mia).await, "the patient has everything");
        let mails = kit.mails().await;
        let to: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
        assert_eq!(
            to,
            [
                ("anna@example.org", "Your clinic has closed here"),
                ("chen@example.org", "Your clinic was closed"),
                ("fred@example.org", "Your clinic was closed"),
            ]
        );
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn an_admin_brings_it_back_without_its_links() {
    both(async |kit| {
        let people = people(&kit).await;
        let until = close(&kit, &people.dr_chen, &people, "Northside").await.unwrap();
        let northside = people.northside;
        let fred = own(&kit, &people.front_desk, move |own| own.reopen_clinic(northside)).await;
        assert!(matches!(fred, Err(Error::NotFound)), "only an admin");
        let stale = own(&kit, &people.dr_chen, |own| own.closed_clinics()).await.unwrap();
        assert_eq!((stale[0].id, stale[0].name.as_str(), stale[0].until), (northside, "Northside", until));
        kit.clock.set(until - SignedDuration::from_secs(1));
        assert_eq!(kit.store.purge_due(&kit.roster.on(Duty::Expire)).await.unwrap(), 0);
        let stale = own(&kit, &people.dr_chen, move |own| own.reopen_clinic(northside)).await;
        assert!(matches!(stale, Err(Error::ProofNeeded)));
        let chen = signed_in(&kit, "chen").await;
        own(&kit, &chen, move |own| own.reopen_clinic(northside)).await.unwrap();
        assert!(is_in(&kit, &chen, &people).await && is_in(&kit, &people.front_desk, &people).await);
        assert!(looks(&kit, &chen, people.patient).await);
        assert!(!looks(&kit, &chen, people.mia).await, "each patient decides anew");
        assert_eq!(own(&kit, &chen, |own| own.closed_clinics()).await.unwrap(), []);
        kit.clock.advance(SignedDuration::from_hours(24 * 365));
        assert_eq!(kit.store.purge_due(&kit.roster.on(Duty::Expire)).await.unwrap(), 0, "it is not on the way out");
    });
}

fn sqlite(kit: &TestStore) -> Connection {
    Connection::open(kit.folder().join("kinsight.sqlite")).unwrap()
}

/// Every table and column where one of these ids stands.
fn left(file: &Connection, ids: &[String]) -> Vec<String> {
    let names = "select m.name, p.name from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table'";
    let mut names = file.prepare(names).unwrap();
    let all: Vec<(String, String)> =
        names.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let mut left = BTreeSet::new();
    for (table, column) in &all {
        for id in ids {
            let count = format!("select count(*) from {table} where {column} = '{id}'");
            if file.query_row(&count, [], |row| row.get::<_, i64>(0)).unwrap() > 0 {
                left.insert(format!("{table}.{column}"));
            }
        }
    }
    left.into_iter().collect()
}

#[test]
fn purged_is_purged_for_a_clinic_too() {
    alone(async |kit| {
        let people = people(&kit).await;
        let new = file(
            "brought by the clinic",
            row(kit.clock.now() - SignedDuration::from_hours(300), 3000, |_| 120),
            vec![],
        );
        let job = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
        kit.store.with_patient(&people.dr_chen, people.patient, Purpose::Import, job).await.unwrap();
        let until = close(&kit, &people.dr_chen, &people, "Northside").await.unwrap();
        let ids = [people.northside, sharing::ClinicId(people.patient.0), sharing::ClinicId(people.mia_profile.0)]
            .map(|id| id.to_string());
        let file = sqlite(&kit);
        assert!(left(&file, &ids).len() >= 10, "{:?}", left(&file, &ids));
        kit.clock.set(until);
        let duty = kit.roster.on(Duty::Expire);
        assert_eq!((kit.store.purge_due(&duty).await.unwrap(), kit.store.purge_due(&duty).await.unwrap()), (1, 0));
        kit.store.flush_visits(&duty).await.unwrap();
        assert_eq!(left(&file, &ids), ["audit.chain", "audit_heads.chain"]);
        for id in &ids {
            let last = format!("select act from audit where chain = '{id}' order by number desc limit 1");
            assert_eq!(file.query_row(&last, [], |row| row.get::<_, String>(0)).unwrap(), "purged");
        }
        let keys = Connection::open(kit.folder().join("keys.sqlite")).unwrap();
        for id in &ids {
            let kept = format!(
                "select (select count(*) from record_keys where record = '{id}') + (select count(*) from account_keys where account = '{id}')"
            );
            assert_eq!(keys.query_row(&kept, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
        }
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
        let chen = signed_in(&kit, "chen").await;
        assert_eq!(own(&kit, &chen, |own| own.closed_clinics()).await.unwrap(), []);
        assert!(looks(&kit, &signed_in(&kit, "anna").await, people.mia).await, "what was the patient's stays");
    });
}

#[test]
fn the_only_admin_stays_until_there_is_another_or_the_clinic_is_closed() {
    both(async |kit| {
        let people = people(&kit).await;
        let stuck = leave(&kit, &people.dr_chen, "chen").await;
        assert!(matches!(stuck, Err(Error::Conflict(Conflict::LastAdmin))));
        let leaving = own(&kit, &people.dr_chen, |own| own.leaving()).await.unwrap();
        assert_eq!(leaving.sole_admin_of, [(people.northside, "Northside".to_owned())]);
        role(&kit, &people.dr_chen, &people.front_desk, people.northside, ClinicRole::Admin).await.unwrap();
        kit.mails().await;
        leave(&kit, &people.dr_chen, "chen").await.unwrap();
        let told = kit.mails().await;
        assert!(told.iter().any(|mail| mail.to.starts_with("fred@") && mail.text.contains("chen left Northside")));
        assert!(is_in(&kit, &people.front_desk, &people).await);

        close(&kit, &people.front_desk, &people, "Northside").await.unwrap();
        leave(&kit, &people.front_desk, "fred").await.unwrap();
    });
}

#[test]
fn a_closed_clinic_offers_nothing_any_more() {
    both(async |kit| {
        let people = people(&kit).await;
        let new = NewPatient { record: new_record("Pia"), details: PatientDetails::default() };
        let add = move |desk: &mut Desk<'_, store::KeepPatients>| desk.add_patient(&new);
        kit.store.with_clinic(&people.dr_chen, people.northside, add).await.unwrap();
        let to = email("zoe");
        let invite = move |desk: &mut Desk<'_, store::KeepMembers>| desk.invite_member(&to, ClinicRole::Admin);
        let id = kit.store.with_clinic(&people.dr_chen, people.northside, invite).await.unwrap();
        close(&kit, &people.dr_chen, &people, "Northside").await.unwrap();
        assert_eq!(own(&kit, &people.stranger, |own| own.clinic_invitations()).await.unwrap(), []);
        let late = own(&kit, &people.stranger, move |own| own.accept_membership(id)).await;
        assert!(matches!(late, Err(Error::NotFound)));
        let northside = people.northside;
        let left = own(&kit, &people.front_desk, move |own| own.leave_clinic(northside)).await;
        assert!(matches!(left, Err(Error::NotFound)), "there is nothing to leave");
    });
}
