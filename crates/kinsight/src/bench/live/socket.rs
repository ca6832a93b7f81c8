//! A client of Socket.IO as apps hold it: over a WebSocket, or by long polling.

use crate::bench::asker::{Asker, get, request};
use anyhow::{Context, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::collections::VecDeque;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// What stands between two packets of one answer.
const BETWEEN: char = '\u{1e}';

pub enum Socket {
    Web(Box<WebSocketStream<TcpStream>>),
    Polling { asker: Box<Asker>, address: String, path: String, came: VecDeque<String> },
}

impl Socket {
    pub async fn by_websocket(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server does not answer")?;
        stream.set_nodelay(true)?;
        let path = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let (socket, _) = client_async(path, stream).await?;
        let mut socket = Self::Web(Box::new(socket));
        socket.until("0{").await?;
        Ok(socket)
    }

    pub async fn by_polling(address: &str) -> Result<Self> {
        let path = "/socket.io/?EIO=4&transport=polling".to_owned();
        let asker = Box::new(Asker::connect(address, Vec::new()).await?);
        let mut socket = Self::Polling { asker, address: address.to_owned(), path, came: VecDeque::new() };
        let hello = socket.until("0{").await?;
        let hello: serde_json::Value = serde_json::from_str(&hello[1..])?;
        if let Self::Polling { path, .. } = &mut socket {
            *path += &format!("&sid={}", hello["sid"].as_str().context("no session")?);
        }
        Ok(socket)
    }

    /// Shows a token, and waits for the two days that are told at first.
    pub async fn authorize(&mut self, token: &str) -> Result<()> {
        self.send("40").await?;
        self.until("40").await?;
        let asked = json!(["authorize", { "client": "bench", "secret": token, "history": 48 }]);
        self.send(&format!("421{asked}")).await?;
        self.changed().await
    }

    /// Waits for the next word of what is going on.
    pub async fn changed(&mut self) -> Result<()> {
        self.until("42[\"dataUpdate\"").await.map(drop)
    }

    async fn send(&mut self, packet: &str) -> Result<()> {
        match self {
            Self::Web(socket) => socket.send(Message::text(packet)).await?,
            Self::Polling { asker, address, path, .. } => {
                asker.now_ask(request("POST", address, path, &[("content-type", "text/plain")], packet));
                asker.ask().await?;
            }
        }
        Ok(())
    }

    async fn until(&mut self, wanted: &str) -> Result<String> {
        loop {
            let packet = self.next().await?;
            match packet.as_str() {
                "2" => self.send("3").await?,
                packet if packet.starts_with("41") => bail!("the server closed a socket"),
                found if found.starts_with(wanted) => return Ok(packet),
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> Result<String> {
        match self {
            Self::Web(socket) => loop {
                let message = socket.next().await.context("the server hung up")??;
                if let Message::Text(text) = message {
                    return Ok(text.as_str().to_owned());
                }
            },
            Self::Polling { asker, address, path, came } => {
                while came.is_empty() {
                    asker.now_ask(get(address, path, &[]));
                    let length = asker.ask().await?;
                    came.extend(asker.body(length).split(BETWEEN).map(str::to_owned));
                }
                came.pop_front().context("an answer without a packet")
            }
        }
    }
}
