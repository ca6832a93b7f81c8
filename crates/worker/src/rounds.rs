//! Rounds: the same work again and again until the end, with a pause that the end cuts short.

use crate::Work;
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::sync::watch;

pub(crate) const TIDY_EVERY: Duration = Duration::from_secs(60);
pub(crate) const ANCHOR_EVERY: Duration = Duration::from_secs(3600);

/// One round of some work.
pub(crate) type Round = fn(Arc<Work>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

pub(crate) async fn repeat(work: Arc<Work>, every: Duration, mut shutdown: watch::Receiver<bool>, round: Round) {
    while !*shutdown.borrow() {
        if let Err(why) = round(Arc::clone(&work)).await {
            tracing::warn!(%why, "a round of work failed; it is tried again");
        }
        tokio::select! {
            _ = shutdown.wait_for(|ended| *ended) => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// Writes the counts of visits that are over, drops what nobody can use any more, removes second steps that were lost,
/// reminds of the care partner review, tells of grants that end, and writes the mails of the morning about downloads.
pub(crate) fn tidy(work: Arc<Work>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(async move {
        work.store.flush_visits(&work.duties.expire).await?;
        work.store.tidy(&work.duties.expire).await?;
        work.store.end_lost_factors(&work.duties.expire).await?;
        work.store.remind_of_reviews(&work.duties.expire).await?;
        work.store.tell_of_ends(&work.duties.expire).await?;
        work.store.tell_of_link_ends(&work.duties.expire).await?;
        work.store.write_digests(&work.duties.expire).await?;
        Ok(())
    })
}

/// Purges accounts whose time is over: keys first, then rows. What broke off the last time is taken up.
pub(crate) fn purge(work: Arc<Work>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(async move {
        let purged = work.store.purge_due(&work.duties.expire).await?;
        if purged > 0 {
            tracing::info!(purged, "accounts were purged");
        }
        work.store.purge_records_due(&work.duties.expire).await?;
        Ok(())
    })
}

/// Anchors the audit, so that a tail cut off later is found.
pub(crate) fn anchor(work: Arc<Work>) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> {
    Box::pin(async move {
        work.store.anchor_heads(&work.duties.expire).await?;
        Ok(())
    })
}
