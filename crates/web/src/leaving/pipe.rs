//! From the thread that writes a ZIP to the browser that takes it: a few blocks in between, and no more.

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, stream};
use std::io::{Error, ErrorKind, Result, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Bytes that are handed over at once.
const BLOCK: usize = 64 * 1024;
/// Blocks that wait for the browser.
const WAITING: usize = 4;
/// Whoever takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// The end that is written to, on a blocking thread. Fails as soon as nobody takes what is written.
pub struct Pipe {
    to: mpsc::Sender<Result<Bytes>>,
    handle: Handle,
    block: Vec<u8>,
    hash: Context,
}

/// A pipe, and what comes out of it as the body of an answer.
pub fn pipe() -> (Pipe, Body) {
    let (to, from) = mpsc::channel(WAITING);
    let next = async |mut from: mpsc::Receiver<Result<Bytes>>| from.recv().await.map(|block| (block, from));
    let pipe = Pipe { to, handle: Handle::current(), block: Vec::with_capacity(BLOCK), hash: Context::new(&SHA256) };
    // Whoever packs the body asks once more after its end.
    (pipe, Body::from_stream(stream::unfold(from, next).fuse()))
}

impl Pipe {
    /// Hands over the rest; answers the hash of all that went through.
    pub fn finish(mut self) -> Result<[u8; 32]> {
        self.hand_over()?;
        Ok(self.hash.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes"))
    }

    /// A way to end the body with an error, so that a browser does not take half a file for a whole one.
    pub fn breaker(&self) -> impl FnOnce() + use<> {
        let (to, handle) = (self.to.clone(), self.handle.clone());
        move || {
            let broken = to.send(Err(Error::other("the export broke off")));
            // Nobody is there any more: then nobody takes half a file for a whole one either.
            let _ = handle.block_on(async { timeout(PATIENCE, broken).await });
        }
    }

    fn hand_over(&mut self) -> Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        self.hash.update(&self.block);
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        let sent = self.handle.block_on(async { timeout(PATIENCE, self.to.send(Ok(block.into()))).await });
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ErrorKind::BrokenPipe.into()),
            Err(_) => Err(ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        if self.block.len() == BLOCK {
            self.hand_over()?;
        }
        Ok(taken)
    }

    /// Blocks go when they are full; the last one with [`Pipe::finish`].
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
