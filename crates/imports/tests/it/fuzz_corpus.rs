//! The fuzzer's targets on stable: the corpus as it is, cut off, with bits turned and with parts of other files.
//! Always the same mutations; `KINSIGHT_FUZZ_ROUNDS` asks for more of them.

use imports::fuzz_targets::{TARGETS, whole};
use std::path::{Path, PathBuf};

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { gather(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files"), &mut paths);
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
}

fn rounds() -> usize {
    std::env::var("KINSIGHT_FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The targets that a file belongs to: the whole way in, and that of its folder.
fn targets_of(path: &Path) -> impl Iterator<Item = fn(&[u8])> + '_ {
    let of_folder = TARGETS
        .iter()
        .filter(|(name, _)| path.iter().any(|part| part.to_str().is_some_and(|part| part.starts_with(name))));
    of_folder.map(|(_, target)| *target).chain([whole as fn(&[u8])])
}

#[test]
fn every_target_takes_every_file() {
    for (_, bytes) in corpus() {
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }
}

#[test]
fn files_may_be_cut_off_anywhere() {
    for (path, bytes) in corpus() {
        let step = (bytes.len() / (40 * rounds())).max(1);
        for end in (0..bytes.len()).step_by(step) {
            targets_of(&path).for_each(|target| target(&bytes[..end]));
        }
    }
}

#[test]
fn bytes_may_be_anything() {
    let mut dice = Dice(1);
    for (path, bytes) in corpus() {
        for _ in 0..40 * rounds() {
            let mut changed = bytes.clone();
            for _ in 0..=dice.below(8) {
                let at = dice.below(changed.len());
                match dice.below(4) {
                    0 => changed[at] ^= 1 << dice.below(8),
                    1 => changed[at] = b"0123456789,;.:-\"\r\n{}[]"[dice.below(22)],
                    2 => drop(changed.remove(at)),
                    _ => changed.insert(at, dice.below(256) as u8),
                }
                if changed.is_empty() {
                    break;
                }
            }
            targets_of(&path).for_each(|target| target(&changed));
        }
    }
}

#[test]
fn files_may_hold_parts_of_others() {
    let (mut dice, files) = (Dice(2), corpus());
    for (path, bytes) in &files {
        for _ in 0..20 * rounds() {
            let other = &files[dice.below(files.len())].1;
            let (cut, from) = (dice.below(bytes.len()), dice.below(other.len()));
            let to = from + dice.below(other.len() - from);
            let spliced = [&bytes[..cut], &other[from..to], &bytes[cut..]].concat();
            targets_of(path).for_each(|target| target(&spliced));
        }
    }
}
