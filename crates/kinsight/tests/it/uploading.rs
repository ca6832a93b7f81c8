//! `kinsight upload` to a running server, and what the operator's commands say afterwards.

use crate::analyze::two_days;
use crate::program::{command, kinsight, written};
use crate::serving::Server;
use glucose::Unit;
use sharing::{Email, Purpose, TokenScope};
use std::path::Path;
use store::{
    Access, Clock, Database, KeySettings, Manage, MasterKeySource, NewAccount, NewAppToken, Origin, PasswordCost,
    SeedAccount, SeedPlan, SiteSettings, Store, StoreSettings,
};
use tempfile::TempDir;

const PASSWORD: &str = "seven green bicycles in the rain";

/// The data folder as `kinsight serve` knows it.
pub fn settings(data: &Path) -> StoreSettings {
    StoreSettings {
        database: Database::Sqlite { path: data.join("kinsight.sqlite") },
        keys: KeySettings { master: MasterKeySource::File(data.join("master.key")), key_store: None, anchors: None },
        clock: Clock::new(|| "2025-03-06T12:00:00Z".parse().unwrap()),
        password_cost: PasswordCost::Full,
        breached: None,
        keep_deleted_days: 90,
        most_care_partners: None,
        readers: 1,
        site: SiteSettings::at("http://localhost:8642"),
        session_idle: None,
    }
}

/// A data folder with Mika's record in it, and an upload token for that.
fn with_token(data: &Path) -> String {
    std::fs::create_dir_all(data).unwrap();
    let (store, _) = Store::open(settings(data)).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let seeded = store.seed(SeedPlan { accounts: vec![mika()], ..SeedPlan::default() }).await.unwrap();
        let entrance = store.sign_in("mika@example.org", PASSWORD, false, Origin::default()).await.unwrap();
        let session = entrance.opened().unwrap().session;
        let mika = store.session(session.as_str()).await.unwrap().actor;
        let record = seeded.records[0][0];
        let add =
            |patient: &mut Access<'_, Manage>| patient.add_token(&NewAppToken::new("clinic PC", TokenScope::Upload));
        let token = store.with_patient(&mika, record, Purpose::Tokens, add).await.unwrap();
        store.close().await.unwrap();
        token
    })
}

pub fn mika() -> SeedAccount {
    let new = NewAccount {
        email: Email::parse("mika@example.org").unwrap(),
        password: PASSWORD.to_owned(),
        name: "Mika Example".to_owned(),
        born_on: None,
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: "Europe/Berlin".to_owned(),
        with_record: true,
    };
    SeedAccount { new, records: Vec::new() }
}

#[test]
fn a_file_is_uploaded_once_however_often_it_is_sent() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let token = with_token(&data);
    let server = Server::start(&data);
    let to = format!("http://{}", server.address);
    let file = written("Grüße vom Meßgerät.csv", two_days());
    let upload = |files: &[&str]| {
        let output =
            command(&[&["upload", "--to", &to], files].concat()).env("KINSIGHT_TOKEN", &token).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.success(), said)
    };
    let (well, said) = upload(&[file.path()]);
    assert!(well && said.contains("576 readings and 0 events added"), "{said}");
    let (well, said) = upload(&[file.path()]);
    assert!(well && said.contains("0 readings and 0 events added, 576 and 0 were already here"), "{said}");

    let letter = written("letter.txt", "Dear Anna,\nthe weather is fine.\n");
    let (well, said) = upload(&[letter.path(), file.path()]);
    assert!(!well && said.contains("Export the data again") && said.contains("1 of 2 files"), "{said}");
    assert!(said.contains("upload 3: 0 readings"), "the good file went through: {said}");

    let (status, log) = server.end();
    assert!(status.success());
    assert!(!log.contains("Meßgerät") && !log.contains(&token), "nothing personal in the log: {log}");
    let data = data.to_str().unwrap();
    assert!(kinsight(&["audit", "verify", "--data", data]).succeeds().contains("Nothing is missing or changed."));
    assert!(kinsight(&["admin", "mail", "--data", data]).succeeds().contains("No mail waits."));
}

#[test]
fn a_wrong_token_and_a_wrong_address_are_told_with_a_way_on() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder.path().join("data"));
    let file = written("wave.csv", two_days());
    let to = format!("http://{}", server.address);
    let told = kinsight(&["upload", file.path(), "--to", &to, "--token", "kst_wrong"]).fails();
    assert!(told.contains("does not know this token"), "{told}");
    drop(server.end());
    let told = kinsight(&["upload", file.path(), "--to", &to, "--token", "kst_wrong"]).fails();
    assert!(told.contains("cannot be reached"), "{told}");
    assert!(!told.contains("kst_wrong"), "{told}");
    let told = kinsight(&["upload", file.path(), "--to", &to]).fails();
    assert!(told.contains("--token"), "{told}");
}

#[test]
fn nothing_is_made_by_asking_about_it() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("none");
    let told = kinsight(&["audit", "verify", "--data", data.to_str().unwrap()]).fails();
    assert!(told.contains("there are no data in"), "{told}");
    assert!(!data.exists());
}
