//! The operator flags, looks, and exports, and sees no health data.

use crate::program::kinsight;
use crate::uploading::{mika, settings};
use serde_json::Value;
use store::{SeedPlan, Store};

/// A data folder with Mika in it; answers the number of the record.
fn data_of_mika(folder: &std::path::Path) -> String {
    let (store, _) = Store::open(settings(folder)).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let seeded = store.seed(SeedPlan { accounts: vec![mika()], ..SeedPlan::default() }).await.unwrap();
        store.close().await.unwrap();
        seeded.records[0][0].to_string()
    })
}

#[test]
fn flags_and_exports_hold_no_health_data_and_no_names() {
    let folder = tempfile::tempdir().unwrap();
    let record = data_of_mika(folder.path());
    let data = folder.path().to_str().unwrap();
    assert!(kinsight(&["admin", "flags", "--data", data]).succeeds().contains("No record is flagged"));
    let why = ["--why", "asked by phone", "--data", data];
    kinsight(&[&["admin", "flag", &record], &why[..]].concat()).succeeds();
    let list = kinsight(&["admin", "flags", "--data", data]).succeeds();
    assert!(list.contains(&record) && list.contains("m…@example.org") && list.contains("asked by phone"), "{list}");
    assert!(!list.contains("Mika") && !list.contains("mika@"));
    kinsight(&["admin", "unflag", &record, "--data", data]).succeeds();
    let again = kinsight(&["admin", "unflag", &record, "--data", data]).fails();
    assert!(again.contains("nothing to do"), "{again}");

    let file = folder.path().join("chain.jsonl");
    kinsight(&["admin", "audit-export", &record, "-o", file.to_str().unwrap(), "--data", data]).succeeds();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("asked by phone"), "details stay sealed");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["act"], "exported the history");
    assert_eq!(lines.last().unwrap()["who"], "operator");
    assert!(lines.iter().all(|line| line["hash"].as_str().unwrap().len() == 64));
    let account = kinsight(&["admin", "audit-export", "mika@example.org", "--data", data]).succeeds();
    assert!(account.contains("exported the history"));
    let unknown = kinsight(&["admin", "audit-export", "nobody@example.org", "--data", data]).fails();
    assert!(unknown.contains("there is no nobody@example.org"), "{unknown}");
}

#[test]
fn verifying_names_what_does_not_hold_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    data_of_mika(folder.path());
    let (data, anchors) = (folder.path().to_str().unwrap(), folder.path().join("heads.txt"));
    let verify = ["audit", "verify", "--data", data, "--audit-anchors", anchors.to_str().unwrap()];
    let told = kinsight(&verify).succeeds();
    assert!(told.contains("lines in") && told.contains("Nothing is missing or changed."), "{told}");
    std::fs::write(&anchors, "1|2026-01-01T00:00:00Z|x|y=1:z|w\n").unwrap();
    let told = kinsight(&verify).fails();
    assert!(told.contains("chain anchors, line 1: the database does not have the line that the file has"), "{told}");
    assert!(told.contains("the history does not hold"), "{told}");
}
