//! A page's open stream of events, as a test reads it.

use axum::body::BodyDataStream;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use std::time::Duration;

/// Keeps a test that waits in vain from waiting for ever; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer that goes on.
#[derive(Debug)]
pub struct OpenStream {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: BodyDataStream,
    text: String,
}

impl OpenStream {
    pub(crate) fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body: body.into_data_stream(), text: String::new() }
    }

    /// The next event and its data; none when the stream is over.
    pub async fn next(&mut self) -> Option<(String, String)> {
        tokio::time::timeout(PATIENCE, self.read()).await.expect("something is said, or the stream is over")
    }

    async fn read(&mut self) -> Option<(String, String)> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event(block), rest.to_owned());
                self.text = rest;
                if event.is_some() {
                    return event;
                }
            }
            let more = self.body.next().await?.expect("streams in memory do not break off");
            self.text.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// The name of the next event; nothing when the stream is over.
    pub async fn word(&mut self) -> String {
        self.next().await.map_or(String::new(), |(word, _)| word)
    }

    /// Why it ended, which is the next and the last that it says.
    pub async fn reason(&mut self) -> String {
        let (word, data) = self.next().await.expect("the stream says that it ends");
        assert_eq!(word, "end", "{data}");
        let data: serde_json::Value = serde_json::from_str(&data).expect("the data are JSON");
        data["reason"].as_str().expect("there is a reason").to_owned()
    }
}

/// Comments are none.
fn event(block: &str) -> Option<(String, String)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some((field("event")?.to_owned(), field("data").unwrap_or_default().to_owned()))
}
