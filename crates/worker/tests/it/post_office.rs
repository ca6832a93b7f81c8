//! A mail server of a few lines that follows a script, and keeps every word that it was told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What the server does at a step instead of what is usual.
#[derive(Clone, Copy)]
pub enum Act {
    Say(&'static str),
    /// Hangs up without a word.
    Drop,
    /// Says nothing, and stays.
    Silence,
}

#[derive(Clone, Default)]
pub struct Script {
    acts: Arc<Mutex<HashMap<&'static str, VecDeque<Act>>>>,
    auth: Option<&'static str>,
    tls: Option<TlsAcceptor>,
    starttls: bool,
}

impl Script {
    /// At the next such step, and no longer: `greeting`, `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `.`, `RSET`.
    pub fn at(self, step: &'static str, act: Act) -> Self {
        self.acts.lock().unwrap().entry(step).or_default().push_back(act);
        self
    }

    /// Lets nobody in without a password, by this mechanism.
    pub fn asks_by(self, mechanism: &'static str) -> Self {
        Self { auth: Some(mechanism), ..self }
    }

    pub fn with_tls(self, tls: TlsAcceptor, starttls: bool) -> Self {
        Self { tls: Some(tls), starttls, ..self }
    }

    fn act(&self, step: &str) -> Option<Act> {
        self.acts.lock().unwrap().get_mut(step)?.pop_front()
    }
}

pub struct PostOffice {
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
    _clerk: JoinSet<()>,
}

#[derive(Default)]
struct Kept {
    said: Vec<String>,
    mails: Vec<Vec<u8>>,
    raw: Vec<String>,
}

impl PostOffice {
    pub async fn open() -> Self {
        Self::with(Script::default()).await
    }

    pub async fn with(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let mut clerk = JoinSet::new();
        let book = Arc::clone(&kept);
        clerk.spawn(async move {
            let mut visitors = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                visitors.spawn(meet(Box::new(stream), script.clone(), Arc::clone(&book)));
            }
        });
        Self { port, kept, _clerk: clerk }
    }

    /// Every mail that was taken, as it was before the dots were doubled.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.kept.lock().unwrap().mails.clone()
    }

    /// What the sender said, in order; `(connected)` where it came anew.
    pub fn dialogue(&self) -> Vec<String> {
        self.kept.lock().unwrap().said.clone()
    }

    /// The lines of messages as they came over the wire.
    pub fn wire(&self) -> Vec<String> {
        self.kept.lock().unwrap().raw.clone()
    }

    /// Nobody is there any more.
    pub fn close(self) -> u16 {
        self.port
    }
}

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn meet(stream: Box<dyn Stream>, script: Script, kept: Arc<Mutex<Kept>>) {
    kept.lock().unwrap().said.push("(connected)".to_owned());
    let stream: Box<dyn Stream> = match &script.tls {
        Some(tls) if !script.starttls => match tls.accept(stream).await {
            Ok(stream) => Box::new(stream),
            Err(_) => return,
        },
        _ => stream,
    };
    let mut clerk = Clerk { stream: BufReader::new(stream), script, kept, text: Vec::new(), is_private: false };
    let _ = clerk.converse().await;
}

struct Clerk {
    stream: BufReader<Box<dyn Stream>>,
    script: Script,
    kept: Arc<Mutex<Kept>>,
    text: Vec<u8>,
    is_private: bool,
}

impl Clerk {
    async fn converse(&mut self) -> Option<()> {
        self.answer("greeting", "220 post office").await?;
        loop {
            let line = self.line().await?;
            self.kept.lock().unwrap().said.push(line.clone());
            let verb = line.split(' ').next().unwrap_or_default();
            match verb {
                "EHLO" => {
                    let hello = self.hello();
                    self.answer("EHLO", &hello).await?;
                }
                "STARTTLS" => self.become_private().await?,
                "AUTH" => self.know(&line).await?,
                "DATA" => self.take().await?,
                "QUIT" => return self.answer("QUIT", "221 bye").await,
                "MAIL" | "RCPT" | "RSET" | "NOOP" => self.answer(verb, "250 ok").await?,
                _ => self.answer(verb, "500 what?").await?,
            }
        }
    }

    fn hello(&self) -> String {
        let mut hello = "250-post office\r\n250-8BITMIME\r\n".to_owned();
        if self.script.starttls && !self.is_private {
            hello.push_str("250-STARTTLS\r\n");
        }
        if let Some(mechanism) = self.script.auth {
            hello.push_str(&format!("250-AUTH {mechanism}\r\n"));
        }
        hello + "250 SIZE 1000000"
    }

    async fn answer(&mut self, step: &str, usual: &str) -> Option<()> {
        match self.script.act(step) {
            Some(Act::Drop) => None,
            Some(Act::Silence) => std::future::pending().await,
            Some(Act::Say(words)) => {
                self.say(words).await?;
                (!words.starts_with("421")).then_some(())
            }
            None => self.say(usual).await,
        }
    }

    async fn say(&mut self, words: &str) -> Option<()> {
        self.stream.write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
        self.stream.flush().await.ok()
    }

    /// Lines end with CR LF, and with nothing else.
    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await.ok().filter(|read| *read > 0)?;
        assert!(line.ends_with(b"\r\n"), "{line:?}");
        assert!(line.len() <= 1000, "RFC 5321 allows no more than 1,000 bytes a line");
        line.truncate(line.len() - 2);
        assert!(!line.contains(&b'\r'), "a CR alone in {line:?}");
        Some(String::from_utf8_lossy(&line).into_owned())
    }

    async fn become_private(&mut self) -> Option<()> {
        self.say("220 go ahead").await?;
        let (here, _) = tokio::io::duplex(1);
        let open = std::mem::replace(&mut self.stream, BufReader::new(Box::new(here)));
        let tls = self.script.tls.clone()?.accept(open.into_inner()).await.ok()?;
        let private: Box<dyn Stream> = Box::new(tls);
        (self.stream, self.is_private) = (BufReader::new(private), true);
        Some(())
    }

    /// Keeps what it was told of name and password, readable.
    async fn know(&mut self, line: &str) -> Option<()> {
        let decoded = |text: &str| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap();
        let mut told = Vec::new();
        if let Some(both) = line.strip_prefix("AUTH PLAIN ") {
            told.push(decoded(both));
        } else {
            for question in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say(question).await?;
                told.push(decoded(&self.line().await?));
            }
        }
        self.kept.lock().unwrap().said.push(format!("({})", told.join(" ").replace('\0', " ").trim()));
        self.answer("AUTH", "235 welcome").await
    }

    async fn take(&mut self) -> Option<()> {
        self.answer("DATA", "354 go on").await?;
        self.text.clear();
        loop {
            let line = self.line().await?;
            if line == "." {
                break;
            }
            self.kept.lock().unwrap().raw.push(line.clone());
            // A dot at the beginning was doubled on the way.
            self.text.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
            self.text.extend_from_slice(b"\r\n");
        }
        let refused = self.script.acts.lock().unwrap().get(".").is_some_and(|acts| {
            acts.front().is_some_and(|act| matches!(act, Act::Say(words) if !words.starts_with('2')))
        });
        if !refused {
            self.kept.lock().unwrap().mails.push(self.text.clone());
        }
        self.answer(".", "250 taken").await
    }
}
