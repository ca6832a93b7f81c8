//! The server's life: listen, answer, work, and end in good order when asked to.

use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use web::Web;

/// How long open requests may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn listen(on: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(on)
        .await
        .with_context(|| format!("cannot listen on {on}; is another server there? --listen takes another address"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// True once the program was asked to end, by the system or from the keyboard.
pub fn asked_to_end() -> Result<watch::Receiver<bool>> {
    let (ending, asked) = watch::channel(false);
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    spawn(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        tracing::info!("asked to end");
        let _ = ending.send(true);
    });
    Ok(asked)
}

/// Answers until asked to end; then lets open requests finish, for a while.
pub async fn answer(listener: TcpListener, web: Web, asked: watch::Receiver<bool>) -> Result<()> {
    let service = web::router(web).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(ended(asked.clone()));
    tokio::select! {
        outcome = server => outcome.context("the server stopped")?,
        () = late(asked) => tracing::warn!("some requests took too long to end and were cut off"),
    }
    Ok(())
}

async fn ended(mut asked: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = asked.wait_for(|ending| *ending).await;
}

async fn late(asked: watch::Receiver<bool>) {
    ended(asked).await;
    tokio::time::sleep(PATIENCE).await;
}

/// Work beside the answers; whoever spawns it waits for it or lets it end with the program.
#[expect(clippy::disallowed_methods, reason = "the binary is where background work is started")]
pub fn spawn<F>(work: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(work)
}
