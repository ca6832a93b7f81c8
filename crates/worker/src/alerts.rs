//! Looks at alert rules as soon as readings come in, and when the clock alone gives a reason.

use crate::Work;
use std::sync::Arc;
use store::{News, What};
use tokio::sync::{broadcast, watch};

/// Until the end. News only make it quick: what is due stands in the database, and is found without them.
pub(crate) async fn watch(work: Arc<Work>, mut shutdown: watch::Receiver<bool>) {
    let mut news = work.store.news();
    while !*shutdown.borrow() {
        if let Err(why) = work.store.raise_alerts(&work.duties.raise_alerts).await {
            tracing::warn!(%why, "alert rules could not be looked at; they are looked at again");
        }
        tokio::select! {
            _ = shutdown.wait_for(|ended| *ended) => return,
            () = readings(&mut news) => {}
            () = tokio::time::sleep(work.every) => {}
        }
    }
}

/// Until readings came in somewhere. Whoever lags has missed some.
async fn readings(news: &mut broadcast::Receiver<News>) {
    loop {
        match news.recv().await {
            Ok(News { what: What::Readings, .. }) | Err(broadcast::error::RecvError::Lagged(_)) => break,
            Ok(_) => {}
            // Nobody speaks any more: the clock goes on.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
    while news.try_recv().is_ok() {}
}
