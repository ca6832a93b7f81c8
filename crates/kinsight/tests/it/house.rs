//! Who imports whom, and which libraries stay in which room. A change of these tables is a change of architecture.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Every edge between our crates, as they ship. A room imports only rooms further down.
const ROOMS: &[(&str, &[&str])] = &[
    ("assets", &[]),
    ("glucose", &[]),
    ("imports", &["glucose"]),
    ("kinsight", &["glucose", "imports", "life", "reports", "sharing", "store", "web", "worker"]),
    ("life", &["glucose"]),
    ("nightscout", &["glucose", "imports"]),
    ("reports", &["glucose", "words"]),
    ("sharing", &[]),
    ("store", &["glucose", "sharing"]),
    ("testkit", &["glucose", "life", "sharing", "store", "web"]),
    ("web", &["assets", "glucose", "imports", "nightscout", "reports", "sharing", "store", "words"]),
    ("words", &[]),
    ("worker", &["glucose", "imports", "nightscout", "store"]),
];

/// Libraries that only some rooms may use, for shipping and for tests alike.
const KEPT_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("postgres", &["store", "testkit"]),
    ("tokio-postgres", &["store"]),
    ("argon2", &["store"]),
    ("lettre", &["worker"]),
    ("reqwest", &["worker", "kinsight"]),
    ("async-nats", &["worker"]),
    ("axum", &["web", "kinsight", "testkit"]),
    ("askama", &["web"]),
    ("maxminddb", &["web"]),
    ("krilla", &["reports"]),
    ("krilla-svg", &["reports"]),
    ("clap", &["kinsight"]),
    ("anyhow", &["kinsight", "worker"]),
];

struct Edge {
    from: String,
    to: String,
    ships: bool,
    ours: bool,
}

fn edges() -> Vec<Edge> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            edges.push(Edge {
                from: text(&package["name"]),
                to: text(&dependency["name"]),
                ships: dependency["kind"].is_null(),
                ours: dependency["path"].is_string(),
            });
        }
    }
    edges
}

#[test]
fn rooms_import_only_rooms_further_down() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for edge in edges() {
        let rooms = found.entry(edge.from).or_default();
        if edge.ours && edge.ships {
            rooms.insert(edge.to);
        }
    }
    for (room, allowed) in ROOMS {
        found.entry((*room).to_owned()).or_default();
        assert!(!found[*room].contains(*room), "{room} imports itself");
        let allowed: BTreeSet<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        let over: Vec<_> = found[*room].difference(&allowed).collect();
        let gone: Vec<_> = allowed.difference(&found[*room]).collect();
        assert!(over.is_empty(), "{room} may not import {over:?}: the table in house.rs says who imports whom");
        assert!(gone.is_empty(), "{room} no longer imports {gone:?}: take it out of the table in house.rs");
    }
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let strangers: Vec<_> = found.keys().filter(|room| !known.contains(room.as_str())).collect();
    assert!(strangers.is_empty(), "{strangers:?} have no line in the table in house.rs");
}

#[test]
fn only_tests_use_the_test_kit() {
    for edge in edges() {
        assert!(edge.to != "testkit" || !edge.ships, "{} ships with testkit", edge.from);
    }
}

#[test]
fn no_driver_above_store_and_no_outbound_client_outside_worker() {
    for edge in edges() {
        if let Some((_, rooms)) = KEPT_IN.iter().find(|(library, _)| *library == edge.to) {
            assert!(rooms.contains(&edge.from.as_str()), "{} uses {}; only {rooms:?} may", edge.from, edge.to);
        }
    }
}
