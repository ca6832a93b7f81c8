//! An SMS gateway of a few lines that keeps what it was sent and answers as it is told.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

pub struct Gateway {
    pub url: String,
    requests: Mutex<mpsc::UnboundedReceiver<String>>,
    _clerk: JoinSet<()>,
}

impl Gateway {
    /// Answers each request with the next of these lines, and the last again and again.
    pub async fn open(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/send", listener.local_addr().unwrap().port());
        let (keep, requests) = mpsc::unbounded_channel();
        let mut clerk = JoinSet::new();
        clerk.spawn(async move {
            let mut number = 0;
            while let Ok((stream, _)) = listener.accept().await {
                let answer = answers[number.min(answers.len() - 1)];
                number += 1;
                if let Some(request) = converse(stream, answer).await {
                    let _ = keep.send(request);
                }
            }
        });
        Self { url, requests: Mutex::new(requests), _clerk: clerk }
    }

    /// Whether nothing has come so far.
    pub async fn is_unasked(&self) -> bool {
        self.requests.lock().await.try_recv().is_err()
    }

    /// The next request, head and body.
    pub async fn next(&self) -> String {
        self.requests.lock().await.recv().await.unwrap()
    }
}

async fn converse(mut stream: TcpStream, answer: &str) -> Option<String> {
    let mut said = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok()?;
        said.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&said).into_owned();
        if read == 0 || is_whole(&text) {
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.ok()?;
            return Some(text);
        }
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
