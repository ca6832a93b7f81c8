//! Open pages: the streams of everybody in the circle, held open.

use super::{Moment, now};
use crate::bench::crowd::Crowd;
use crate::server;
use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

/// The longest words that come at once.
const WORDS: usize = 512;

/// All of them; they hang up when this is dropped.
pub struct Listeners(UnboundedReceiver<Moment>);

impl Listeners {
    pub async fn open(address: &str, crowd: &Crowd, followed: usize) -> Result<Self> {
        let (tell, heard) = mpsc::unbounded_channel();
        for (person, member) in crowd.owners.iter().enumerate() {
            for next in 0..followed {
                let place = (person + next) % crowd.records.len();
                let head = format!(
                    "GET /records/{}/stream HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\n\r\n",
                    crowd.records[place],
                    member.cookie()
                );
                let mut stream = TcpStream::connect(address).await.context("the server does not answer")?;
                stream.write_all(head.as_bytes()).await?;
                ready(&mut stream).await?;
                server::spawn(listen(stream, place, tell.clone()));
            }
        }
        Ok(Self(heard))
    }

    pub async fn hear(&mut self, many: usize) -> Result<Vec<Moment>> {
        super::hear(&mut self.0, many).await
    }
}

async fn ready(stream: &mut TcpStream) -> Result<()> {
    let (mut came, mut have) = ([0; 4096], 0);
    while !came[..have].windows(12).any(|words| words == b"event: ready") {
        match stream.read(&mut came[have..]).await? {
            0 => bail!("no stream was opened: {}", String::from_utf8_lossy(&came[..have.min(200)])),
            more => have += more,
        }
    }
    Ok(())
}

/// Tells of each word of new values until nobody wants to hear more.
async fn listen(mut stream: TcpStream, record: usize, tell: UnboundedSender<Moment>) {
    let mut came = [0; WORDS];
    loop {
        let read = tokio::select! {
            read = stream.read(&mut came) => read,
            () = tell.closed() => return,
        };
        let Ok(length @ 1..) = read else { return };
        if came[..length].windows(15).any(|words| words == b"event: readings") {
            let _ = tell.send(now(record));
        }
    }
}
