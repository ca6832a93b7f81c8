//! `kinsight admin breached-passwords`: makes the file that new passwords are compared with.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use store::BreachedList;

/// Make a list of breached passwords that a server refuses, for `--breached-passwords`
///
/// Reads plain lists, one password a line, and writes a filter: about 2.3 bytes for each that is long enough to be
/// used here. Nobody can read a password out of it. About one other password in 65,536 is taken for a known one.
#[derive(clap::Args)]
pub struct BreachedPasswords {
    /// Plain lists, one password a line
    #[arg(required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// Lists of very common ones, most of them short, that are also added twice, three times and with the usual endings
    #[arg(long, value_name = "LIST")]
    common: Vec<PathBuf>,
    /// Where the lists come from, as it is written into the file
    #[arg(long, value_name = "TEXT", default_value = "an operator's lists")]
    source: String,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl BreachedPasswords {
    pub fn run(self) -> Result<()> {
        let mut list = BreachedList::default();
        let mut unreadable = 0;
        for path in &self.lists {
            unreadable += each_line(path, |line| list.add(line))?;
        }
        for path in &self.common {
            unreadable += each_line(path, |line| list.add_common(line))?;
        }
        let (bytes, entries) = list.finish(&self.source).context("cannot make the list")?;
        std::fs::write(&self.output, &bytes).with_context(|| format!("cannot write {}", self.output.display()))?;
        super::print(&format!("{entries} entries, {} bytes, {unreadable} lines that are not UTF-8", bytes.len()))
    }
}

/// Answers how many lines were no UTF-8: leaked lists have some, and they are no reason to stop.
fn each_line(path: &Path, mut take: impl FnMut(&str)) -> Result<usize> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let (mut lines, mut line, mut unreadable) = (BufReader::new(file), Vec::new(), 0);
    let mut any = false;
    while lines.read_until(b'\n', &mut line).with_context(|| format!("cannot read {}", path.display()))? > 0 {
        match str::from_utf8(&line) {
            Ok(text) => take(text.trim_end_matches(['\r', '\n'])),
            Err(_) => unreadable += 1,
        }
        any = true;
        line.clear();
    }
    if any { Ok(unreadable) } else { bail!("{} is empty", path.display()) }
}
