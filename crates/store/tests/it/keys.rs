//! Keys: nothing of a person stands readable on the disk, and what is sealed opens with its own key alone.

use glucose::{Glucose, NewReading};
use sharing::{Duty, Purpose};
use std::{fs, os::unix::fs::PermissionsExt};
use store::{Access, Database, Error, MasterKeySource, Origin, Store, Upload, View};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, people},
};

fn alone(story: impl AsyncFn(TestStore)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(story(TestStore::sqlite()));
}

#[test]
fn no_name_no_address_no_token_and_no_password_stands_in_the_files() {
    alone(async |kit| {
        people(&kit).await;
        let entrance = kit.store.sign_in(email("anna").as_str(), PASSWORD, false, Origin::default()).await.unwrap();
        let session = entrance.opened().unwrap().session;
        kit.store.close().await.unwrap();
        let markers =
            ["anna", "Mia", "Northside", "example.org", PASSWORD, "1988-04-17", "Simulated", session.as_str()];
        for file in fs::read_dir(kit.folder()).unwrap().map(Result::unwrap) {
            let bytes = fs::read(file.path()).unwrap();
            for marker in markers {
                let found = bytes.windows(marker.len()).any(|window| window == marker.as_bytes());
                assert!(!found, "{marker} in {:?}", file.file_name());
            }
        }
    });
}

#[test]
fn another_master_key_is_refused() {
    both(async |kit| {
        people(&kit).await;
        let mut settings = kit.settings.clone();
        settings.keys.master = MasterKeySource::Bytes([8; 32]);
        assert!(matches!(Store::open(settings), Err(Error::Broken(_))));
    });
}

#[test]
fn a_missing_key_file_is_made_once_and_missed_later() {
    let kit = TestStore::sqlite();
    let file = kit.folder().join("keys").join("master.key");
    let mut settings = kit.settings.clone();
    settings.database = Database::Sqlite { path: kit.folder().join("other").join("kinsight.sqlite") };
    settings.keys.master = MasterKeySource::File(file.clone());
    Store::open(settings.clone()).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    Store::open(settings.clone()).unwrap();

    // A newer key in front of nothing: the older one still opens what it sealed.
    let first = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("# since spring\n{first}2 {}\n", "A".repeat(43) + "=")).unwrap();
    Store::open(settings.clone()).unwrap();

    fs::remove_file(&file).unwrap();
    let missed = Store::open(settings).unwrap_err();
    assert!(matches!(missed, Error::Broken(_)));
    assert!(!file.exists(), "no other key is made in its place");
}

#[test]
fn a_record_whose_key_was_destroyed_cannot_be_read_any_more() {
    both(async |kit| {
        let family = people(&kit).await;
        let reading = NewReading::cgm(kit.clock.now(), 60, Glucose::mg_dl(123));
        let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&reading));
        let device = &family.devices[&family.record];
        kit.store.with_patient(device, family.record, Purpose::DeviceUpload, add).await.unwrap();
        let nobody = kit.store.destroy_record_key(&family.anna, family.record).await;
        assert!(matches!(nobody, Err(Error::NotFound)), "only the worker may");
        kit.store.destroy_record_key(&kit.roster.on(Duty::Expire), family.record).await.unwrap();
        let kit = kit.reopen();
        let look = |patient: &mut Access<'_, View>| patient.latest();
        let gone = kit.store.with_patient(&family.anna, family.record, Purpose::Home, look).await;
        assert!(matches!(gone, Err(Error::NotFound)));
    });
}

#[test]
fn a_changed_byte_is_an_error_and_not_another_value() {
    alone(async |kit| {
        let family = people(&kit).await;
        let path = kit.folder().join("kinsight.sqlite");
        let file = rusqlite::Connection::open(path).unwrap();
        let swap = "update records set name = (select name from records other where other.id <> records.id limit 1)";
        file.execute(swap, []).unwrap();
        let look = |patient: &mut Access<'_, View>| Ok(patient.record()?.name);
        let misplaced = kit.store.with_patient(&family.anna, family.record, Purpose::Home, look).await;
        assert!(matches!(misplaced, Err(Error::Broken(_))), "a name opens in its own row alone");
    });
}
