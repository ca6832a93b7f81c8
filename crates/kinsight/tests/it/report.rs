//! `kinsight report`, as a person types it.

use crate::analyze::two_days;
use crate::program::{kinsight, written};
use std::path::Path;

fn drawn(which: &str, more: &[&str]) -> Vec<u8> {
    let file = written("wave.csv", two_days());
    let out = Path::new(file.path()).with_file_name("out.pdf");
    let out_name = out.to_str().unwrap();
    let said = kinsight(&[&["report", which, file.path(), "-o", out_name], more].concat()).succeeds();
    assert!(said.contains("to 2025-03-04"), "{said}");
    std::fs::read(out).unwrap()
}

#[test]
fn both_reports_are_written_as_pdf() {
    for which in ["agp", "daily"] {
        let pdf = drawn(which, &[]);
        assert!(pdf.starts_with(b"%PDF-1.") && pdf.len() > 10_000, "{which}: {} bytes", pdf.len());
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let asked = ["--unit", "mmol/l", "--paper", "letter", "--name", "Mika Example"];
    assert_eq!(drawn("agp", &asked), drawn("agp", &asked));
    assert_ne!(drawn("agp", &asked), drawn("agp", &[]));
}

#[test]
fn what_cannot_be_written_is_told() {
    let file = written("wave.csv", two_days());
    let told = kinsight(&["report", "agp", file.path(), "-o", "/nowhere/at/all/out.pdf"]).fails();
    assert!(told.contains("cannot write /nowhere/at/all/out.pdf"), "{told}");
}
