//! One open socket: who holds it, once they said so, and its end.

use super::super::caller::Caller;
use super::super::failure::Failure;
use super::super::site;
use crate::Web;
use crate::live::Seat;
use nightscout::Permissions;
use socketioxide::extract::SocketRef;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Seen, Watch};
use tokio::sync::watch;

/// Whoever said nothing for so long is cut off.
const SILENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Line {
    pub web: Web,
    caller: Arc<OnceLock<Arc<Caller>>>,
    closed: watch::Receiver<bool>,
}

impl Line {
    /// Of a socket that was opened just now.
    pub fn of(socket: &SocketRef, web: Web) -> Self {
        let (close, closed) = watch::channel(false);
        socket.on_disconnect(async move || {
            close.send_replace(true);
        });
        Self { web, caller: Arc::default(), closed }
    }

    /// Cuts off whoever does not say who they are.
    pub async fn cut_off_the_silent(mut self, socket: &SocketRef) {
        let silent = tokio::time::timeout(SILENCE, self.closed.wait_for(|closed| *closed)).await.is_err();
        if silent && self.caller.get().is_none() {
            let _ = socket.clone().disconnect();
        }
    }

    /// Who holds it.
    pub fn caller(&self) -> Option<&Arc<Caller>> {
        self.caller.get()
    }

    /// Takes what an app shows for itself; what it may, when it is known and nobody else held this socket before.
    pub async fn let_in(&self, socket: &SocketRef, secrets: &[&str]) -> Result<Permissions, Failure> {
        let caller = Caller::of_socket(&self.web, socket.req_parts(), secrets).await;
        let known = site::known(&caller).await?.ok_or(Failure::Unauthorized)?;
        self.caller.set(Arc::new(caller)).map_err(|_| Failure::Unauthorized)?;
        Ok(known.permissions)
    }

    /// A seat for a stream that goes on; none when the token holds enough of them.
    pub fn seat(&self) -> Option<Seat> {
        let (_, record) = self.caller()?.app().ok()?;
        self.web.live.take(&format!("app of {record}"))
    }

    /// The next thing to tell; none when it is over, and then the socket is closed.
    pub async fn next(&mut self, socket: &SocketRef, watch: &mut Watch, seat: &mut Seat) -> Option<()> {
        let seen = tokio::select! {
            biased;
            _ = self.closed.wait_for(|closed| *closed) => return None,
            () = seat.ended() => None,
            seen = watch.next() => seen.ok(),
        };
        match seen {
            Some(Seen::Readings | Seen::Access) => Some(()),
            Some(Seen::Ended(_)) | None => {
                let _ = socket.clone().disconnect();
                None
            }
        }
    }
}
