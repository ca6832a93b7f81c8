//! `docs/security.md` says what is so: every line of the checklist is answered, every test it names is there, and its table of
//! tokens is the one in the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Kept, TOKENS, TokenFacts};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn page() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/security.md")).unwrap()
}

#[test]
fn every_line_of_the_checklist_is_answered_once() {
    let answered: Vec<u32> =
        page().lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse().ok()).collect();
    assert_eq!(answered, (1..=60).collect::<Vec<_>>());
}

/// As the page writes tests: `web/stories.rs`: `one`, `two`; `store/src/letters.rs`: `three`; browser flows as `flows/demo`.
#[test]
fn every_test_that_is_named_is_there() {
    let page = page();
    let mut named = 0;
    for line in page.lines() {
        let mut file: Option<(PathBuf, String)> = None;
        for quoted in line.split('`').skip(1).step_by(2) {
            if let Some(flow) = quoted.strip_prefix("flows/") {
                let path = Path::new(ROOT).join(format!("browser/flows/{flow}.test.mjs"));
                assert!(path.exists(), "the page names a flow that is not there: {quoted}");
            } else if quoted.ends_with(".rs") && quoted.contains('/') {
                let place = match quoted.matches('/').count() {
                    1 => quoted.replacen('/', "/tests/it/", 1),
                    _ => quoted.to_owned(),
                };
                let path = Path::new(ROOT).join("crates").join(place);
                let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{quoted} is not a file of tests"));
                file = Some((path, text));
            } else if let Some((path, text)) = &file
                && quoted.contains('_')
                && quoted.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            {
                assert!(text.contains(&format!("fn {quoted}(")), "{} has no test {quoted}", path.display());
                named += 1;
            }
        }
    }
    assert!(named > 80, "only {named} tests are named");
}

fn row(facts: &TokenFacts) -> String {
    let kept = match facts.kept {
        Kept::Hash => "SHA-256",
        Kept::KeyedHash => "HMAC-SHA-256",
        Kept::Sealed => "sealed",
    };
    let life = facts.life.map_or("until it is ended".to_owned(), |life| match life.as_mins() {
        minutes if minutes % (24 * 60) == 0 => format!("{} d", minutes / (24 * 60)),
        minutes if minutes % 60 == 0 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    });
    let uses = if facts.once { "once" } else { "many times" };
    format!("| {} | {} | {kept} | {life} | {uses} |", facts.name, facts.bits)
}

#[test]
fn the_table_of_tokens_is_the_one_in_the_code() {
    let page = page();
    let written = page.split("## Tokens, codes and secrets").nth(1).unwrap().split("\n## ").next().unwrap();
    let written: Vec<&str> = written.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    let rows: Vec<String> = TOKENS.iter().map(row).collect();
    assert_eq!(written.join("\n"), rows.join("\n"));
    let names: BTreeSet<_> = TOKENS.iter().map(|facts| facts.name).collect();
    assert_eq!(names.len(), TOKENS.len(), "each stands there once");
}
