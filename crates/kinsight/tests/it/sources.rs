//! What the sources themselves must keep: sizes, no silenced lints, pure rooms that do nothing but think.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 500;

/// What a pure room has no use for.
const NOT_IN_PURE_ROOMS: &[&str] =
    &["std::fs", "std::net", "std::env", "std::process", "std::thread", "SystemTime", "Instant::now", "Timestamp::now"];

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn files(folder: &Path, kinds: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "node_modules", "corpus", "artifacts", "snapshots"].contains(&name.as_str()) {
                files(&path, kinds, found);
            }
        } else if path.extension().is_some_and(|kind| kinds.contains(&kind.to_string_lossy().as_ref())) {
            found.push(path);
        }
    }
}

fn sources(kinds: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["crates", "browser", "fuzz"] {
        let folder = project().join(folder);
        if folder.exists() {
            files(&folder, kinds, &mut found);
        }
    }
    let named = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.strip_prefix(project()).unwrap().to_string_lossy().into_owned(), text)
    };
    found.into_iter().map(named).collect()
}

#[test]
fn no_file_is_longer_than_a_person_can_keep_in_mind() {
    let kinds = ["rs", "mjs", "js", "css", "sql"];
    let long: Vec<_> = sources(&kinds)
        .into_iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "split these: {long:?}");
}

#[test]
fn every_rust_file_says_first_why_it_is_there() {
    let silent: Vec<_> = sources(&["rs"])
        .into_iter()
        .filter(|(name, text)| !text.starts_with("//!") && !name.contains("/cannot/") && !name.contains("/can/"))
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "these need a first line that begins with //!: {silent:?}");
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    let marks = [concat!("#[", "allow("), concat!("#![", "allow(")];
    let silenced: Vec<_> = sources(&["rs"])
        .into_iter()
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark)))
        .map(|(name, _)| name)
        .collect();
    assert!(silenced.is_empty(), "use expect with a reason: {silenced:?}");
}

#[test]
fn pure_rooms_do_no_input_or_output_and_read_no_clock() {
    for (name, text) in sources(&["rs"]) {
        let pure = ["glucose", "sharing", "imports", "nightscout", "reports", "words"];
        if pure.iter().any(|room| name.starts_with(&format!("crates/{room}/src/"))) {
            for word in NOT_IN_PURE_ROOMS {
                assert!(!text.contains(word), "{name} uses {word}");
            }
        }
    }
}

#[test]
fn the_binary_opens_a_connection_only_to_upload() {
    let opens = ["reqwest::", "TcpStream::connect"];
    for (name, text) in sources(&["rs"]) {
        // The benchmarks talk to a server that they started themselves.
        let named = ["crates/kinsight/src/commands/upload.rs", "crates/kinsight/src/bench/"];
        let exempt = [&named[..], &["crates/worker/", "/tests/", "crates/testkit/"]].concat();
        if name.contains("/src/") && !exempt.iter().any(|part| name.contains(part)) {
            assert!(!opens.iter().any(|word| text.contains(word)), "{name} opens connections");
        }
    }
}
