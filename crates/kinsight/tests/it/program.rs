//! The program, run as a person runs it.

use std::process::{Command, Output};
use tempfile::TempDir;

pub struct Ran(Output);

/// Runs the program to its end, without the settings of whoever runs the tests.
pub fn kinsight(arguments: &[&str]) -> Ran {
    Ran(command(arguments).output().unwrap())
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kinsight"));
    command.args(arguments).env_clear();
    command
}

impl Ran {
    /// What it said, when it went well.
    pub fn succeeds(&self) -> String {
        let complaint = String::from_utf8_lossy(&self.0.stderr);
        assert!(self.0.status.success(), "failed: {complaint}");
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    /// What it complained of, when it did not.
    pub fn fails(&self) -> String {
        let said = String::from_utf8_lossy(&self.0.stdout);
        assert!(!self.0.status.success(), "went well: {said}");
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }
}

/// A file in a folder of its own.
pub struct Written {
    path: String,
    _folder: TempDir,
}

impl Written {
    pub fn path(&self) -> &str {
        &self.path
    }
}

pub fn written(name: &str, content: impl AsRef<[u8]>) -> Written {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    Written { path: path.to_str().unwrap().to_owned(), _folder: folder }
}
