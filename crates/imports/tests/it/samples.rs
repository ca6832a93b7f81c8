//! Real files, where the folder of samples is named by `KINSIGHT_SAMPLES`. Nothing of them is kept here but counts.

use crate::frame::read;
use imports::{Import, Refused};
use std::path::{Path, PathBuf};

fn samples() -> Option<PathBuf> {
    std::env::var_os("KINSIGHT_SAMPLES").map(PathBuf::from)
}

fn every_file(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_sample_is_read_or_refused_in_words() {
    let Some(folder) = samples() else { return };
    let mut files = Vec::new();
    every_file(&folder, &mut files);
    files.sort();
    for path in files {
        match read(&std::fs::read(&path).unwrap()) {
            Ok(import) => println!(
                "{}: {:?}, {} rows, {} readings, {} events, {} problems",
                path.display(),
                import.format,
                import.rows,
                import.readings.len(),
                import.events.len(),
                import.problem_count
            ),
            Err(refused) => println!("{}: {refused}", path.display()),
        }
    }
}

/// A sample of the CareLink folders.
pub fn carelink(name: &str) -> Option<Result<Import, Refused>> {
    Some(read(&std::fs::read(samples()?.join(name)).unwrap()))
}

#[test]
#[ignore = "prints a whole sample, for people"]
fn print_one() {
    let import = carelink(&std::env::var("KINSIGHT_SAMPLE").unwrap()).unwrap().unwrap();
    println!("{}", crate::frame::show(&import));
}
