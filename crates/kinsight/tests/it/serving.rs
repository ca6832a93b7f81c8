//! `kinsight serve` from its first start to its end.

use crate::program::command;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use tempfile::TempDir;

/// A server with a data folder, killed when the test ends early.
pub struct Server {
    child: Child,
    said: BufReader<ChildStdout>,
    pub address: String,
}

impl Server {
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub fn start_with(data: &Path, more: &[&str]) -> Self {
        let data = data.to_str().unwrap();
        let mut child = command(&[&["serve", "--data", data, "--listen", "127.0.0.1:0"], more].concat())
            .env("RUST_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let Some((_, address)) = line.trim().split_once("http://") else {
            let mut complaint = String::new();
            child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
            panic!("no address in {line:?}: {complaint}");
        };
        Self { address: address.to_owned(), child, said }
    }

    /// The head and body of an answer.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asked to end as an operator's system asks; what it said to whoever watched comes with it.
    pub fn end(mut self) -> (ExitStatus, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        self.said.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_first_start_needs_no_set_up_and_says_where_the_key_is() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"), "{}", server.get("/healthz"));
    assert!(server.get("/").contains("content-security-policy"));
    let (status, log) = server.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("WHOEVER LOSES IT LOSES ALL DATA") && log.contains("master.key"), "{log}");
    assert!(log.contains("ended in good order"), "{log}");
}

#[test]
fn a_second_start_finds_what_was_there_and_is_quiet_about_the_key() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    drop(Server::start(&data).end());
    let (status, log) = Server::start(&data).end();
    assert!(status.success() && !log.contains("LOSES"), "{log}");
    std::fs::remove_file(data.join("master.key")).unwrap();
    let told = command(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!told.status.success(), "a server without its key must not start");
}

#[test]
fn settings_come_from_a_file_unless_a_flag_says_otherwise() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("kinsight.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\nlog-format = \"json\"\n").unwrap();
    let server = Server::start_with(&data, &["--config", file.to_str().unwrap()]);
    let (_, log) = server.end();
    assert!(log.lines().any(|line| line.starts_with('{') && line.contains("ended in good order")), "{log}");
    std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
    let told = command(&["serve", "--config", file.to_str().unwrap()]).output().unwrap();
    assert!(String::from_utf8_lossy(&told.stderr).contains("lisen"), "an unknown setting is named");
}

#[test]
fn a_taken_address_is_told_with_a_way_on() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder.path().join("one"));
    let other = folder.path().join("other");
    let taken = server.address.replace("localhost", "127.0.0.1");
    let told = command(&["serve", "--data", other.to_str().unwrap(), "--listen", &taken]).output().unwrap();
    assert!(String::from_utf8_lossy(&told.stderr).contains("--listen takes another address"));
}

#[test]
fn limits_of_sessions_and_a_file_of_cities_are_checked_at_the_start() {
    let folder = TempDir::new().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("kinsight.toml"));
    std::fs::write(&file, "session-idle = 99\n").unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["--session-idle", "0"], "1 to 15 minutes"),
        (&["--session-idle", "16"], "1 to 15 minutes"),
        (&["--config", file.to_str().unwrap()], "1 to 15 minutes"),
        (&["--geoip", file.to_str().unwrap()], "kinsight.toml"),
    ];
    for (flags, complaint) in cases {
        let all = [&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"], flags].concat();
        let told = command(&all).output().unwrap();
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(!told.status.success() && said.contains(complaint), "{flags:?}: {said}");
    }
    let server = Server::start_with(&data, &["--session-idle", "5"]);
    assert!(server.get("/session").contains("\"signed_in\":false"));
    assert!(server.end().0.success());
}
