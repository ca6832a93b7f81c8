//! Nothing that is sent makes anything panic. The fuzzer runs the same.

use nightscout::fuzz_targets::{TARGETS, run};
use proptest::prelude::*;

/// The seeds of the fuzzer, whole and cut off anywhere, to every target.
#[test]
fn every_target_takes_every_seed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    for (name, _) in TARGETS {
        for file in std::fs::read_dir(folder.join(name)).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for end in 0..=bytes.len() {
                TARGETS.iter().for_each(|(name, _)| run(name, &bytes[..end]));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        TARGETS.iter().for_each(|(name, _)| run(name, &bytes));
    }

    #[test]
    fn questions_of_any_kind_are_taken(raw in "(find|count|sort|a)(\\[[$a-z0-9]{0,8}\\]){0,4}=[-$/a-zA-Z0-9%+:.()*]{0,20}(&find\\[(date|created_at|\\$or|\\$and|notes|_id)\\](\\[[$a-z0-9]{0,4}\\]){0,3}=[-/a-z0-9%+:.|]{0,12}){0,4}") {
        TARGETS.iter().for_each(|(name, _)| run(name, raw.as_bytes()));
    }

    #[test]
    fn documents_of_any_kind_are_taken(value in value()) {
        TARGETS.iter().for_each(|(name, _)| run(name, value.to_string().as_bytes()));
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let name = "(_id|identifier|type|sgv|mbg|date|dateString|created_at|utcOffset|insulin|carbs|duration|eventType|app|glucose|units|preBolus|notes|store|pump|[a-z]{1,4})";
    let leaf = prop_oneof![
        any::<f64>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        (1_790_000_000_000i64..1_796_000_000_000).prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        "(sgv|mbg|cal|Combo Bolus|Temp Basal|Note|Flat|2026-11-2[0-9]T0[0-9]:00:00(Z|\\+0200| 02:00)|<b>.{0,5}</b>|.{0,12})".prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
    ];
    let nested = leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(name, inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    });
    proptest::collection::btree_map(name, nested, 0..12)
        .prop_map(|map| serde_json::Value::Object(map.into_iter().collect()))
}
