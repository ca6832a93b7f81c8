//! The server's life: listen, answer, work, and end in good order when asked to.

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, mpsc, watch};
use tower::{Layer as _, ServiceBuilder};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutBody};
use web::Web;

/// How long open requests may take to end.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the head of a request may take, from its first byte or from the end of the one before.
const SLOWEST_HEAD: Duration = Duration::from_secs(20);
/// How long a body may pause.
const SLOWEST_BODY: Duration = Duration::from_secs(30);
/// A longer head is refused with 431.
const LONGEST_HEAD: usize = 32 * 1024;
/// Connections at once; further ones wait their turn.
const AT_ONCE: usize = 20_000;

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
    let router = web::router(web.clone());
    let ((open, mut all_ended), turns) = (mpsc::channel(1), Arc::new(Semaphore::new(AT_ONCE)));
    let mut ending = std::pin::pin!(ended(asked.clone()));
    loop {
        let turn = Arc::clone(&turns).acquire_owned();
        let (turn, accepted) = tokio::select! {
            came = async { (turn.await, listener.accept().await) } => came,
            () = &mut ending => break,
        };
        match accepted {
            Ok((stream, peer)) => spawn(serve(stream, peer, router.clone(), asked.clone(), (turn, open.clone()))),
            Err(error) => {
                // No file handle is free, most likely; connections that end give some back.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
    }
    web.end_streams();
    drop(open);
    // Each connection holds a sender: when none is left, there is nothing to hear.
    if tokio::time::timeout(PATIENCE, all_ended.recv()).await.is_err() {
        tracing::warn!("some requests took too long to end and were cut off");
    }
    Ok(())
}

/// One connection, which may become a socket. Whoever takes too long over a head or between two parts of a body is cut off; what is
/// `held` is given back at the end.
async fn serve<T>(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    asked: watch::Receiver<bool>,
    held: (T, mpsc::Sender<()>),
) {
    let service = ServiceBuilder::new()
        .map_request(move |mut request: hyper::Request<TimeoutBody<Incoming>>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(Body::new)
        })
        .service(router);
    let service = RequestBodyTimeoutLayer::new(SLOWEST_BODY).layer(service);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SLOWEST_HEAD)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // A connection that breaks off is nobody's fault that could be told to somebody.
    let open = tokio::select! {
        _ = connection.as_mut() => false,
        () = ended(asked) => true,
    };
    if open {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
    drop(held);
}

async fn ended(mut asked: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = asked.wait_for(|ending| *ending).await;
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
