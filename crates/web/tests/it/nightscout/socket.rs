//! A client of Socket.IO as apps have it: by long polling or over a WebSocket, and from the one to the other; version 4 of
//! Engine.IO, and version 3 as older apps speak it.

use super::Phone;
use axum::body::Body;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use std::collections::VecDeque;
use testkit::app::App;
use testkit::browser::HOST;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How packets travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Polling,
    WebSocket,
    /// Begins by polling and goes on over a WebSocket, as clients do when they are asked nothing.
    Upgraded,
}

pub(crate) struct Socket {
    phone: Phone,
    version: u8,
    sid: String,
    space: &'static str,
    came: VecDeque<String>,
    asked: u32,
    web: Option<Connection>,
}

/// A connection in memory, with the server at its other end.
struct Connection {
    socket: WebSocketStream<DuplexStream>,
    server: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Connection {
    #[expect(clippy::disallowed_methods, reason = "the other end of a connection, which ends with it")]
    async fn open(app: &App, path: &str) -> Self {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let service = TowerToHyperService::new(app.router.clone());
        let serving = http1::Builder::new().serve_connection(TokioIo::new(far), service).with_upgrades();
        let server = tokio::spawn(async move { drop(serving.await) });
        let (socket, _) = client_async(format!("ws://{HOST}{path}"), near).await.unwrap();
        Self { socket, server }
    }

    async fn send(&mut self, packet: &str) {
        self.socket.send(Message::text(packet)).await.unwrap();
    }

    async fn next(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => return Some(text.as_str().to_owned()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}

impl Socket {
    pub(crate) async fn open(app: &App, version: u8, space: &'static str) -> Self {
        Self::open_by(Way::Polling, app, version, space).await
    }

    pub(crate) async fn open_by(way: Way, app: &App, version: u8, space: &'static str) -> Self {
        let phone = Phone::showing(app, Vec::new());
        let (sid, came) = (String::new(), VecDeque::new());
        let mut socket = Self { phone, version, sid, space, came, asked: 0, web: None };
        if way == Way::WebSocket {
            socket.web = Some(Connection::open(app, &socket.path("websocket")).await);
        }
        let hello = socket.next().await.unwrap();
        let hello: Value = serde_json::from_str(hello.strip_prefix('0').unwrap()).unwrap();
        socket.sid = hello["sid"].as_str().unwrap().to_owned();
        if way == Way::Upgraded {
            assert_eq!(hello["upgrades"], json!(["websocket"]));
            socket.upgrade(app).await;
        }
        if version == 4 || !space.is_empty() {
            let connect = if space.is_empty() { "40".to_owned() } else { format!("40{space},") };
            socket.send(&connect).await;
        }
        socket.until(|packet| packet.starts_with("40") && packet.contains(space)).await;
        socket
    }

    /// Tries whether a WebSocket goes through before anything is trusted to it.
    async fn upgrade(&mut self, app: &App) {
        let mut web = Connection::open(app, &self.path("websocket")).await;
        web.send("2probe").await;
        assert_eq!(web.next().await.as_deref(), Some("3probe"));
        // The poll that hangs meanwhile is answered by nothing, so that none is left when the line changes.
        loop {
            let answer = self.phone.call("GET", &self.path("polling"), &[], Body::empty()).await;
            let (noops, others): (Vec<String>, Vec<String>) =
                packets(self.version, &answer.text()).into_iter().partition(|packet| packet == "6");
            self.came.extend(others);
            if !noops.is_empty() {
                break;
            }
        }
        web.send("5").await;
        self.web = Some(web);
    }

    fn path(&self, transport: &str) -> String {
        let sid = if self.sid.is_empty() { String::new() } else { format!("&sid={}", self.sid) };
        format!("/socket.io/?EIO={}&transport={transport}{sid}", self.version)
    }

    pub(crate) async fn send(&mut self, packet: &str) {
        if let Some(web) = &mut self.web {
            return web.send(packet).await;
        }
        let body = match self.version {
            3 => format!("{}:{packet}", packet.chars().count()),
            _ => packet.to_owned(),
        };
        // A phone says nothing of pages or sites, as a browser would.
        let headers = [("content-type", "text/plain"), ("sec-fetch-site", "")];
        let answer = self.phone.call("POST", &self.path("polling"), &headers, Body::from(body)).await;
        assert_eq!(answer.status, 200, "{packet}: {}", answer.text());
    }

    /// The next packet; none when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<String> {
        while self.came.is_empty() {
            if let Some(web) = &mut self.web {
                self.came.push_back(web.next().await?);
                continue;
            }
            let answer = self.phone.call("GET", &self.path("polling"), &[], Body::empty()).await;
            if answer.status != 200 {
                return None;
            }
            self.came.extend(packets(self.version, &answer.text()));
        }
        let packet = self.came.pop_front()?;
        match packet.as_str() {
            "2" => {
                self.send("3").await;
                Box::pin(self.next()).await
            }
            "1" => None,
            _ => Some(packet),
        }
    }

    pub(crate) async fn until(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let packet = self.next().await.expect("the stream goes on");
            if wanted(&packet) {
                return packet;
            }
        }
    }

    /// Says something and waits for its answer.
    pub(crate) async fn ask(&mut self, event: &str, data: Value) -> Value {
        self.asked += 1;
        let comma = if self.space.is_empty() { "" } else { "," };
        let head = format!("42{}{comma}{}", self.space, self.asked);
        self.send(&format!("{head}{}", json!([event, data]))).await;
        let answer = format!("43{}{comma}{}", self.space, self.asked);
        // What is told meanwhile may come first, and is still to be heard.
        let mut meanwhile = Vec::new();
        let packet = loop {
            let packet = self.next().await.expect("the stream goes on");
            if packet.starts_with(&answer) {
                break packet;
            }
            meanwhile.push(packet);
        };
        meanwhile.into_iter().rev().for_each(|packet| self.came.push_front(packet));
        let list: Value = serde_json::from_str(&packet[answer.len()..]).unwrap();
        list[0].clone()
    }

    /// The next event of this name.
    pub(crate) async fn hear(&mut self, event: &str) -> Value {
        let comma = if self.space.is_empty() { "" } else { "," };
        let head = format!("42{}{comma}[\"{event}\"", self.space);
        let packet = self.until(|packet| packet.starts_with(&head)).await;
        let list: Value = serde_json::from_str(&packet[packet.find('[').unwrap()..]).unwrap();
        list[1].clone()
    }

    /// Waits for its end, and hears nothing of anybody's data until then.
    pub(crate) async fn hears_nothing_more(&mut self) {
        while let Some(packet) = self.next().await {
            assert!(!packet.contains("dataUpdate") && !packet.contains("\"create\""), "{packet}");
            if packet.starts_with("41") {
                break;
            }
        }
    }
}

/// What came in one answer.
fn packets(version: u8, text: &str) -> Vec<String> {
    if version != 3 {
        return text.split('\u{1e}').map(str::to_owned).collect();
    }
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some((length, more)) = rest.split_once(':') {
        let length: usize = length.parse().unwrap();
        let packet: String = more.chars().take(length).collect();
        rest = &more[packet.len()..];
        all.push(packet);
    }
    all
}
