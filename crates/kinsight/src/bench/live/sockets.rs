//! What apps hold open: two WebSockets and one long poll on each of a hundred records.

use super::sender::Sender;
use super::socket::Socket;
use super::{Moment, figures, memory_mb, now};
use crate::bench::Measured;
use crate::server;
use anyhow::{Result, bail};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::mpsc::UnboundedSender;

const RECORDS: usize = 100;
const BY_WEBSOCKET: usize = 2;
const A_SECOND: f64 = 20.0;
const ROUND: Duration = Duration::from_secs(20);

pub async fn sockets(address: &str, server: u32, tokens: &[String]) -> Result<Vec<Measured>> {
    let before = memory_mb(server, "VmRSS:");
    let (tell_web, mut by_websocket) = mpsc::unbounded_channel();
    let (tell_poll, mut by_polling) = mpsc::unbounded_channel();
    for (record, token) in tokens.iter().take(RECORDS).enumerate() {
        for _ in 0..BY_WEBSOCKET {
            open(Socket::by_websocket(address).await?, token, record, &tell_web).await?;
        }
        open(Socket::by_polling(address).await?, token, record, &tell_poll).await?;
    }
    let (open, with_sockets) = (RECORDS * (BY_WEBSOCKET + 1), memory_mb(server, "VmRSS:"));
    let mut measured = vec![
        Measured::new("live: open sockets of apps", open as f64, "", None),
        Measured::new("live: memory of a socket", (with_sockets - before) * 1024.0 / open as f64, "KB", None),
    ];
    let mut sender = Sender::new(address, &tokens[..RECORDS.min(tokens.len())]);
    let count = (A_SECOND * ROUND.as_secs_f64()) as usize;
    let sent = sender.send(count, A_SECOND).await?;
    let heard = super::hear(&mut by_websocket, count * BY_WEBSOCKET).await?;
    measured.extend(figures(&format!("live: WebSockets, {A_SECOND} readings a second"), &sent, &heard, 50.0)?);
    let heard = super::hear(&mut by_polling, count).await?;
    measured.extend(figures(&format!("live: long polls, {A_SECOND} readings a second"), &sent, &heard, 50.0)?);
    Ok(measured)
}

/// Holds it open, and tells of each change.
async fn open(mut socket: Socket, token: &str, record: usize, tell: &UnboundedSender<Moment>) -> Result<()> {
    if tokio::time::timeout(super::PATIENCE, socket.authorize(token)).await.is_err() {
        bail!("a socket was told nothing");
    }
    let tell = tell.clone();
    server::spawn(async move { while socket.changed().await.is_ok() && tell.send(now(record)).is_ok() {} });
    Ok(())
}
