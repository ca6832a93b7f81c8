//! News between the nodes of one house, over NATS. What goes over it is sealed by the store and holds no data; NATS may lose it,
//! so whoever was away asks again.
//!
//! ```text
//! connected (again)      say hello, until this node hears itself: only then is the subscription there for certain
//! heard itself           every bell here rings once, for what came before
//! another one's hello    the same, for what that node could not say while it was away
//! ```

use crate::Work;
use anyhow::Context as _;
use async_nats::{Client, ConnectOptions, Event, ServerAddr, Subscriber};
use futures_util::StreamExt as _;
use percent_encoding::percent_decode_str;
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::Heard;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

/// A bell that rings for a gap rings for all gaps of so long: many nodes come back at once.
const GATHER: Duration = Duration::from_millis(100);
/// A hello that was not heard for so many ticks is said again.
const HELLO_AFTER: u32 = 10;
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Where the other nodes are to be found.
#[derive(Clone)]
pub struct Nats {
    servers: Vec<ServerAddr>,
    /// A file of credentials, as `nsc` makes it.
    credentials: Option<PathBuf>,
    /// Who vouches for the server besides the usual authorities, as PEM.
    authority: Option<PathBuf>,
}

impl std::fmt::Debug for Nats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Nats({} servers)", self.servers.len())
    }
}

impl Nats {
    /// `nats://` or `tls://`, with user and password or a token before the host; several, with commas between them.
    pub fn parse(urls: &str, credentials: Option<PathBuf>, authority: Option<PathBuf>) -> anyhow::Result<Self> {
        const LOOKS: &str = "--nats looks like nats://host:4222 or tls://user:password@host:4222";
        let server = |url: &str| -> anyhow::Result<ServerAddr> {
            anyhow::ensure!(url.starts_with("nats://") || url.starts_with("tls://"), LOOKS);
            // What was wrong may hold the password.
            url.parse().map_err(|_| anyhow::anyhow!(LOOKS))
        };
        let servers = urls.split(',').map(str::trim).map(server).collect::<anyhow::Result<_>>()?;
        Ok(Self { servers, credentials, authority })
    }

    /// Goes on trying until there is a server, however long that takes: this node works alone meanwhile.
    async fn connect(&self, connected: mpsc::UnboundedSender<()>) -> anyhow::Result<Client> {
        let mut options = ConnectOptions::new()
            .name("kinsight")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .ping_interval(Duration::from_secs(10))
            .reconnect_delay_callback(|tries| LONGEST_PAUSE.min(Duration::from_millis(50 * tries.min(40) as u64)))
            .event_callback(move |event| {
                match event {
                    Event::Connected => {
                        tracing::info!("connected to NATS");
                        // A receiver that is gone means that the program ends.
                        let _ = connected.send(());
                    }
                    Event::Disconnected => {
                        tracing::warn!("NATS is away; other nodes hear of news within seconds instead")
                    }
                    Event::ServerError(_) | Event::ClientError(_) => tracing::warn!("NATS refused something of ours"),
                    _ => {}
                }
                async {}
            });
        // The library takes them from nowhere but its options.
        if let Some((user, password)) = self.servers.iter().find_map(named_in) {
            options = match password {
                Some(password) => options.user_and_password(user, password),
                None => options.token(user),
            };
        }
        if let Some(file) = &self.credentials {
            options = options.credentials_file(file).await.context("--nats-credentials")?;
        }
        if let Some(file) = &self.authority {
            options = options.add_root_certificates(file.clone());
        }
        options.connect(self.servers.clone()).await.context("NATS")
    }
}

/// User and password that stand before the host, or a token.
fn named_in(server: &ServerAddr) -> Option<(String, Option<String>)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(server.username()?), server.password().map(plain)))
}

/// Carries news out and in until the end.
pub(crate) async fn carry(work: Arc<Work>, nats: Nats, mut shutdown: watch::Receiver<bool>) {
    tokio::select! {
        _ = shutdown.wait_for(|ended| *ended) => {}
        ended = carried(&work, &nats) => {
            if let Err(why) = ended {
                tracing::error!(%why, "news of other nodes are not heard: look at --nats and start again");
            }
        }
    }
}

async fn carried(work: &Work, nats: &Nats) -> anyhow::Result<()> {
    let (tell, mut connected) = mpsc::unbounded_channel();
    let client = nats.connect(tell).await?;
    let subject = format!("kinsight.{}", work.store.house());
    let duty = &work.duties.deliver;
    let mut heard: Subscriber = client.subscribe(subject.clone()).await?;
    let mut said = work.store.said(duty)?;
    let mut tick = tokio::time::interval(GATHER);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // In tenths of a second since the last hello, until this node hears itself.
    let mut waited = None;
    let mut rings = false;
    loop {
        tokio::select! {
            Some(()) = connected.recv() => {
                client.publish(subject.clone(), work.store.hello(duty)?.into()).await?;
                waited = Some(0);
            }
            packet = heard.next() => {
                let packet = packet.context("the subscription ended")?;
                match work.store.hear(duty, &packet.payload)? {
                    Heard::Itself => {
                        tracing::info!("news of other nodes are heard");
                        (waited, rings) = (None, true);
                    }
                    Heard::Hello => rings = true,
                    Heard::News | Heard::Nothing => {}
                }
            }
            packet = said.next() => {
                let packet = packet.context("the store was closed")?;
                client.publish(subject.clone(), packet.into()).await?;
            }
            _ = tick.tick(), if rings || waited.is_some() => {
                if std::mem::take(&mut rings) {
                    work.store.ring_all(duty)?;
                }
                waited = waited.map(|ticks| ticks + 1);
                if waited == Some(HELLO_AFTER) {
                    client.publish(subject.clone(), work.store.hello(duty)?.into()).await?;
                    waited = Some(0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Nats, named_in};

    #[test]
    fn who_stands_before_the_host() {
        for (url, found) in [
            ("nats://localhost", None),
            ("tls://kinsight:two%20words@nats.example.org", Some(("kinsight", Some("two words")))),
            ("nats://t0ken@localhost", Some(("t0ken", None))),
        ] {
            let found = found.map(|(user, password)| (user.to_owned(), password.map(str::to_owned)));
            assert_eq!(named_in(&Nats::parse(url, None, None).unwrap().servers[0]), found);
        }
    }

    #[test]
    fn what_is_an_address_and_what_is_none() {
        for right in ["nats://localhost:4222", "tls://user:secret@nats.example.org", "nats://a:1, nats://b:2"] {
            let nats = Nats::parse(right, None, None).unwrap();
            assert_eq!(nats.servers.len(), right.split(',').count());
            assert!(!format!("{nats:?}").contains("secret"));
        }
        for wrong in ["", "localhost:4222", "http://localhost", "ws://localhost", "nats://u:secret@", "nats://a,b"] {
            let said = Nats::parse(wrong, None, None).unwrap_err().to_string();
            assert!(said.starts_with("--nats looks like"), "{wrong}: {said}");
        }
    }
}
