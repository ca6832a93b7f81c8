//! Alerts of two nodes over one PostgreSQL: whatever dies in between, each is told, and its story is told once.
//!
//! Needs PostgreSQL and NATS, as `make test` has them.

use crate::houses::{House, Person};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long a test waits for something that should come, and never does.
const PATIENCE: Duration = Duration::from_secs(90);

/// Somebody's own server, which is told of alerts.
struct Phone {
    address: String,
    heard: Receiver<(String, serde_json::Value)>,
}

impl Phone {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/alerts", listener.local_addr().unwrap());
        let (tell, heard) = channel();
        std::thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| answer(stream, &tell)));
        Self { address, heard }
    }

    /// The next alert: its number, and what it says. The same message twice is one.
    #[track_caller]
    fn rings(&self, known: &mut BTreeSet<String>) -> serde_json::Value {
        loop {
            let (id, said) = self.heard.recv_timeout(PATIENCE).expect("nobody called");
            if known.insert(id) {
                return said;
            }
        }
    }
}

fn answer(mut stream: TcpStream, tell: &Sender<(String, serde_json::Value)>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        match line.trim().to_ascii_lowercase().split_once(": ") {
            Some(("webhook-id", value)) => id = value.to_owned(),
            Some(("content-length", value)) => length = value.parse().ok()?,
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    write!(stream, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()?;
    tell.send((id, serde_json::from_slice(&body).ok()?)).ok()
}

/// Kind, state and value.
fn words(alert: &serde_json::Value) -> String {
    let alert = &alert["data"];
    let word = |name: &str| alert[name].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", word("kind"), word("state"), alert["glucose"]["value"])
}

#[test]
fn an_alert_is_told_though_a_node_and_postgresql_die_and_no_episode_is_told_twice() {
    let Some(mut house) = House::build() else { return };
    let phone = Phone::new();
    house.tells_ben_at(&phone.address);
    let (one, two) = (house.node(), house.node());
    let mut known = BTreeSet::new();

    house.measures(&one, 260).unwrap();
    assert_eq!(words(&phone.rings(&mut known)), "high begins 260.0");

    // The node that took the next one dies at once: the other one calls.
    house.measures(&two, 65).unwrap();
    drop(two);
    assert_eq!(words(&phone.rings(&mut known)), "low begins 65.0");

    // And so when the database is away for a while. Whatever is told twice comes before the last.
    let two = house.node();
    house.postgres.tell("kill");
    house.postgres.tell("start");
    while house.measures(&two, 48).is_err() {}
    assert_eq!(words(&phone.rings(&mut known)), "urgent low begins 48.0");
    house.measures(&one, 47).unwrap();
    let ben = Person::signs_in(&one, "ben");
    let page = ben.reads(&one, &format!("/records/{}/alerts", house.story.record));
    assert_eq!(page.matches("Began ").count(), 3, "{page}");
    assert_eq!(known.len(), 3, "each episode was told once");
}
