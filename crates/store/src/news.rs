//! Who has something new; never what. Each listener asks the gate again.

use sharing::RecordId;
use tokio::sync::broadcast;

/// Something changed about one record. Carries no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// Whose.
    pub record: RecordId,
    /// In which respect.
    pub what: What,
}

/// In which respect something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Readings or events were added or taken back.
    Readings,
    /// Somebody's access changed.
    Access,
}

/// The in-process carrier. A listener that lags loses news and asks again anyway.
#[derive(Debug)]
pub(crate) struct Carrier(broadcast::Sender<News>);

impl Carrier {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(1024).0)
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<News> {
        self.0.subscribe()
    }

    /// Tells whoever listens; nobody listening is fine.
    pub(crate) fn publish(&self, news: &[News]) {
        for one in news {
            let _ = self.0.send(*one);
        }
    }
}
