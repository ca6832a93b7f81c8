//! Everything spoken over HTTP: portals, upload API.

mod alerts;
mod api;
mod app;
mod clinic;
mod edge;
mod forms;
mod here;
mod leaving;
mod live;
mod lockdown;
mod page;
mod pass;
mod people;
mod record;
mod refusals;
mod routes;
mod security;
mod settings;
mod sharing;
mod show;
mod uploading;
mod whence;

pub use edge::headers::CONTENT_SECURITY_POLICY;
pub use edge::problem::Problem;
pub use routes::{ROUTES, Route, Who};
pub use settings::{API_LIMIT, BaseUrl, InvalidBaseUrl, InvalidSites, Sites, WebSettings};
pub use whence::{Places, UnreadablePlaces};

use std::sync::Arc;
use store::{Clock, Store};
use tokio::sync::Semaphore;
use uploading::Uploading;

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<WebSettings>,
    pub(crate) uploading: Arc<Uploading>,
    pub(crate) exporting: Arc<Semaphore>,
    pub(crate) live: Arc<live::Seats>,
    pub(crate) printing: Arc<clinic::printing::Printing>,
    pub(crate) answers: Arc<api::nightscout::Answers>,
    pub(crate) guesses: Arc<api::nightscout::Guesses>,
    pub(crate) limits: Arc<api::nightscout::Limits>,
    pub(crate) tables: Arc<api::nightscout::sockets::Tables>,
}

impl Web {
    pub fn new(store: Store, clock: Clock, settings: WebSettings) -> Self {
        Self {
            store,
            clock,
            settings: Arc::new(settings),
            uploading: Arc::default(),
            exporting: Arc::new(Semaphore::new(leaving::export::AT_ONCE)),
            live: Arc::default(),
            printing: Arc::default(),
            answers: Arc::default(),
            guesses: Arc::default(),
            limits: Arc::default(),
            tables: Arc::default(),
        }
    }

    /// Ends every open live stream, and reports being made: whoever shuts the server down waits for nobody who only listens.
    pub fn end_streams(&self) {
        self.live.end();
        self.printing.end_all();
    }
}

/// The whole server, without a socket.
pub fn router(web: Web) -> axum::Router {
    routes::router(web)
}
