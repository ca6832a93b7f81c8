//! A house of several nodes: PostgreSQL and NATS that can be killed, servers, and people who use them over plain sockets.

use crate::nats::Nats;
use crate::program::command;
use glucose::{AlertKind, AlertRule, Unit};
use sharing::{Email, Permission, Purpose, TokenScope, Visibility};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use store::{
    Access, AlertSettings, Channel, Clock, Database, Manage, NewAccount, NewAppToken, NewChannel, Origin, SeedAccount,
    SeedGrant, SeedPlan, Store, StoreSettings, View,
};
use tempfile::TempDir;

pub const PASSWORD: &str = "seven green bicycles in the rain";
/// How long a test waits for something that should come, and never does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Dropped in this order: nobody waits for a server that is gone.
pub struct House {
    pub story: Story,
    pub nats: Nats,
    pub postgres: Postgres,
    folder: TempDir,
}

/// Anna's record, and Ben who may see it.
pub struct Story {
    pub record: String,
    pub partner: String,
    token: String,
}

impl House {
    /// None, where there is no PostgreSQL to be had.
    pub fn build() -> Option<Self> {
        Self::with(Nats::plain)
    }

    /// The same, where NATS speaks TLS and wants a password.
    pub fn with_guarded_nats() -> Option<Self> {
        Self::with(Nats::guarded)
    }

    fn with(nats: impl FnOnce(&Path) -> Nats) -> Option<Self> {
        if std::env::var("TEST_POSTGRES_URL").map_or(true, |url| url.is_empty()) {
            eprintln!("skipped: several nodes need PostgreSQL and NATS, see scripts/test.sh");
            return None;
        }
        let (folder, postgres) = (TempDir::new().unwrap(), Postgres::start());
        let mut nats = nats(folder.path());
        nats.start();
        let story = with_store(folder.path(), &postgres.url, story);
        Some(Self { story, nats, postgres, folder })
    }

    /// Once it hears the others.
    pub fn node(&self) -> Node {
        let node = self.node_without_nats_yet();
        node.says("news of other nodes are heard");
        node
    }

    pub fn node_without_nats_yet(&self) -> Node {
        let data = self.folder.path().to_str().unwrap();
        let mut arguments = vec![
            "serve",
            "--data",
            data,
            "--listen",
            "127.0.0.1:0",
            "--database",
            &self.postgres.url,
            "--nats",
            &self.nats.url,
            "--allow-private-targets",
        ];
        arguments.extend(self.nats.authority.iter().flat_map(|file| ["--nats-ca", file]));
        Node::start(&arguments)
    }

    /// One value by Anna's phone, each at a minute of its own.
    pub fn uploads(&self, node: &Node, mg_dl: u32) -> Result<(), String> {
        let file = format!("time,glucose (mg/dL)\n2026-03-18T{:02}:{:02}:00Z,{mg_dl}\n", mg_dl / 60, mg_dl % 60);
        let bearer = format!("authorization: Bearer {}\r\nx-file-name: phone.csv\r\n", self.story.token);
        let answer = node.asks("POST", "/api/v1/uploads", &bearer, &file);
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(answer) }
    }

    /// A value of just now by Anna's phone.
    #[expect(clippy::disallowed_methods, reason = "the programs go by the clock of the machine")]
    pub fn measures(&self, node: &Node, mg_dl: u32) -> Result<(), String> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        let value = format!("[{{\"type\":\"sgv\",\"sgv\":{mg_dl},\"date\":{now}}}]");
        let headers = format!("api-secret: {}\r\ncontent-type: application/json\r\n", self.story.token);
        let answer = node.asks("POST", "/api/v1/entries", &headers, &value);
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(answer) }
    }

    /// Ben is told of values that are high, low or urgently low: at once, at an address of his own, each once.
    pub fn tells_ben_at(&self, address: &str) {
        let hook =
            NewChannel { kind: Channel::Webhook, url: address.to_owned(), token: String::new(), urgent_only: false };
        let record = sharing::RecordId(sharing::Id::parse(&self.story.record).unwrap());
        with_store(self.folder.path(), &self.postgres.url, async move |store| {
            let ben = actor(&store, "ben").await;
            let told = [AlertKind::UrgentLow, AlertKind::Low, AlertKind::High];
            let rule =
                |kind| AlertRule { on: told.contains(&kind), delay_min: 0, repeat_min: None, ..AlertRule::usual(kind) };
            let settings = AlertSettings { rules: AlertKind::ALL.map(rule).to_vec(), ..AlertSettings::usual() };
            let choose = move |own: &mut store::Own<'_>| {
                own.choose_alerts(record, &settings)?;
                own.add_alert_channel(&hook).map(drop)
            };
            store.with_account(&ben, choose).await.unwrap();
            store.close().await.unwrap();
        });
    }

    /// As a phone does: again and again, until it is taken.
    pub fn uploads_once_it_can(&self, node: &Node, mg_dl: u32) {
        for _ in 0..100 {
            if self.uploads(node, mg_dl).is_ok() {
                return;
            }
        }
        panic!("the server takes nothing any more");
    }

    /// The values that are in the database, in the order of their minutes.
    pub fn kept(&self) -> Vec<u32> {
        let record = self.story.record.clone();
        with_store(self.folder.path(), &self.postgres.url, async move |store| {
            let anna = actor(&store, "anna").await;
            let record = sharing::RecordId(sharing::Id::parse(&record).unwrap());
            let (from, to) = ("2026-03-18T00:00:00Z".parse().unwrap(), "2026-03-19T00:00:00Z".parse().unwrap());
            let look = move |patient: &mut Access<'_, View>| patient.readings_within(from, to);
            let readings = store.with_patient(&anna, record, Purpose::Home, look).await.unwrap();
            readings.iter().map(|reading| reading.glucose.to_mg_dl() as u32).collect()
        })
    }
}

/// What the nodes use, opened once more.
fn with_store<T>(data: &Path, url: &str, job: impl AsyncFnOnce(Store) -> T) -> T {
    let database = Database::Postgres { url: url.to_owned() };
    let clock = Clock::new(|| "2026-03-18T12:00:00Z".parse().unwrap());
    let settings = StoreSettings { database, clock, ..crate::uploading::settings(data) };
    let (store, _) = Store::open(settings).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(job(store))
}

async fn story(store: Store) -> Story {
    let grant = SeedGrant {
        owner: email("anna"),
        record: 0,
        partner: email("ben"),
        permission: Permission::ViewOnly,
        visibility: Visibility::ALL,
        until_at: None,
    };
    let accounts = ["anna", "ben"].map(|name| SeedAccount { new: account(name), records: Vec::new() });
    let plan = SeedPlan { accounts: accounts.into(), grants: vec![grant], ..SeedPlan::default() };
    let seeded = store.seed(plan).await.unwrap();
    let (record, partner) = (seeded.records[0][0], seeded.accounts[1].to_string());
    let add = |patient: &mut Access<'_, Manage>| patient.add_token(&NewAppToken::new("phone", TokenScope::Upload));
    let token = store.with_patient(&actor(&store, "anna").await, record, Purpose::Tokens, add).await.unwrap();
    store.close().await.unwrap();
    Story { record: record.to_string(), partner, token }
}

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.org")).unwrap()
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        email: email(name),
        password: PASSWORD.to_owned(),
        name: format!("{name} Example"),
        born_on: None,
        country: "DE".to_owned(),
        language: "en".to_owned(),
        unit: Unit::MgDl,
        zone: "Europe/Berlin".to_owned(),
        with_record: name == "anna",
    }
}

async fn actor(store: &Store, name: &str) -> store::Actor {
    let entrance = store.sign_in(email(name).as_str(), PASSWORD, false, Origin::default()).await.unwrap();
    let session = entrance.opened().unwrap().session;
    store.session(session.as_str()).await.unwrap().actor
}

/// A cluster of its own, held by the script that makes them for all tests.
pub struct Postgres {
    pub url: String,
    child: Child,
    told: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
}

impl Postgres {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/with-postgres.sh");
        let mut command = Command::new(script);
        command.arg("--hold").env("PG_DURABLE", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (told, said) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut new = Self { url: String::new(), child, told, said };
        new.url = new.line();
        assert!(new.url.starts_with("postgres://"), "{}", new.url);
        new
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// `kill` or `start`; once it is done.
    pub fn tell(&mut self, what: &str) {
        writeln!(self.told.as_mut().unwrap(), "{what}").unwrap();
        assert_eq!(self.line(), what);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.told.take());
        let _ = self.child.wait();
    }
}

/// A server, killed when it is dropped.
pub struct Node {
    child: Child,
    address: String,
    said: Mutex<Receiver<String>>,
}

impl Node {
    fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        command.env("RUST_LOG", "info").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (tell, said) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        // Shown when the test fails.
        let say = move |line: String| {
            eprintln!("{line}");
            tell.send(line)
        };
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(say));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some((_, address)) = line.trim().split_once("http://") else {
            panic!("no address in {line:?}: {:?}", said.iter().collect::<Vec<_>>());
        };
        Self { address: address.to_owned(), child, said: Mutex::new(said) }
    }

    /// Waits until its log has a line with these words, of those that were not read yet.
    pub fn says(&self, words: &str) {
        let said = self.said.lock().unwrap();
        while !said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never said: {words}")).contains(words) {}
    }

    fn connect(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (host, length) = (&self.address, body.len());
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {length}\r\n{headers}\r\n{body}").unwrap();
        stream
    }

    /// The head and body of an answer.
    fn asks(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut answer = Vec::new();
        self.connect(method, path, headers, body).read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody with a session, which is good on every node.
pub struct Person {
    cookie: String,
}

impl Person {
    pub fn signs_in(node: &Node, name: &str) -> Self {
        let form = "content-type: application/x-www-form-urlencoded\r\n";
        let body = format!("email={name}%40example.org&password={}&next=/", PASSWORD.replace(' ', "+"));
        let answer = node.asks("POST", "/sign-in", form, &body);
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: kinsight=")?.split(';').next());
        Self { cookie: format!("cookie: kinsight={}\r\n", cookie.unwrap_or_else(|| panic!("{answer}"))) }
    }

    /// The status of the answer to a form.
    pub fn posts(&self, node: &Node, path: &str, body: &str) -> u16 {
        let headers = format!("{}content-type: application/x-www-form-urlencoded\r\n", self.cookie);
        node.asks("POST", path, &headers, body).split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The page of a record.
    pub fn sees(&self, node: &Node, record: &str) -> String {
        self.reads(node, &format!("/records/{record}"))
    }

    pub fn reads(&self, node: &Node, path: &str) -> String {
        node.asks("GET", path, &self.cookie, "")
    }

    pub fn follows(&self, node: &Node, record: &str) -> Stream {
        Stream(BufReader::new(node.connect("GET", &format!("/records/{record}/stream"), &self.cookie, "")))
    }
}

/// An open page's stream.
pub struct Stream(BufReader<TcpStream>);

impl Stream {
    /// The next event; none when the stream is over. Fails when neither comes in time.
    pub fn next(&mut self, within: Duration) -> Option<String> {
        self.0.get_ref().set_read_timeout(Some(within)).unwrap();
        loop {
            let mut line = String::new();
            match self.0.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(why) if why.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(why) => panic!("nothing came within {within:?}: {why}"),
            }
            if let Some(event) = line.strip_prefix("event: ") {
                return Some(event.trim().to_owned());
            }
        }
    }

    /// The next event of this name. Bells that ring once more than they must do no harm.
    pub fn next_of(&mut self, name: &str, within: Duration) -> Option<String> {
        loop {
            let event = self.next(within)?;
            if event == name {
                return Some(event);
            }
        }
    }
}
