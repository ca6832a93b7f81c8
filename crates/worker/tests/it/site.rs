//! A Nightscout site of a few lines, and whatever else answers HTTP: it heeds the conditions of version 1, and keeps what it was asked.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[derive(Default)]
pub struct Kept {
    /// By collection.
    pub lists: HashMap<&'static str, Vec<Value>>,
    /// SHA-1 of the secret that is wanted in the header.
    pub wants_header: Option<String>,
    /// The token that is wanted in the address.
    pub wants_in_address: Option<String>,
    /// What it answers to everything instead.
    pub instead: Option<(u16, String)>,
    /// By the beginning of a path: status and body, one after the other, the last again and again.
    pub fixed: HashMap<&'static str, Vec<(u16, String)>>,
    /// Head and body of all requests.
    pub asked: Vec<String>,
}

pub struct Site {
    pub url: String,
    kept: Arc<Mutex<Kept>>,
    /// Each answer takes one: without any left, the site is slow.
    answers: Arc<Semaphore>,
    _clerk: JoinSet<()>,
}

impl Site {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let (kept, answers) = (Arc::new(Mutex::new(Kept::default())), Arc::new(Semaphore::new(1_000_000)));
        let (here, left) = (Arc::clone(&kept), Arc::clone(&answers));
        let mut clerk = JoinSet::new();
        clerk.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                converse(stream, &here, &left).await;
            }
        });
        Self { url, kept, answers, _clerk: clerk }
    }

    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    /// What it was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.kept().asked)
    }

    /// Answers nobody until it is let go on.
    pub fn hold(&self) {
        self.answers.forget_permits(usize::MAX);
    }

    pub fn go_on(&self) {
        self.answers.add_permits(1_000_000);
    }

    /// Until it was asked.
    pub async fn is_asked(&self) {
        while self.kept().asked.is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

async fn converse(mut stream: TcpStream, kept: &Mutex<Kept>, answers: &Semaphore) -> Option<()> {
    let mut said = Vec::new();
    let text = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok()?;
        said.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&said).into_owned();
        if read == 0 || is_whole(&text) {
            break text;
        }
    };
    let (status, body) = {
        let mut kept = kept.lock().unwrap();
        kept.asked.push(text.clone());
        kept.answer(&text)
    };
    answers.acquire().await.ok()?.forget();
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.ok()
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

impl Kept {
    fn answer(&mut self, request: &str) -> (u16, String) {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let target = request.split(' ').nth(1).unwrap_or_default();
        let fitting = self.fixed.iter_mut().filter(|(path, _)| target.starts_with(**path));
        if let Some((_, answers)) = fitting.max_by_key(|(path, _)| path.len()) {
            return if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: Vec<(String, String)> = query.split('&').filter_map(pair).collect();
        let shown = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let header = request.lines().find_map(|line| line.strip_prefix("api-secret: "));
        let knows_header = self.wants_header.as_deref().is_none_or(|wanted| header == Some(wanted));
        let knows_address = self.wants_in_address.as_ref().is_none_or(|wanted| shown("token").as_ref() == Some(wanted));
        if !knows_header || !knows_address {
            return (401, r#"{"status":401,"message":"Unauthorized"}"#.to_owned());
        }
        let name = path.trim_start_matches("/api/v1/").trim_end_matches(".json");
        let field = if name == "entries" { "date" } else { "created_at" };
        let mut list = self.lists.get(name).cloned().unwrap_or_default();
        list.retain(|one| query.iter().all(|condition| heeds(one, field, condition)));
        list.sort_by_key(|one| std::cmp::Reverse(one[field].to_string()));
        list.truncate(shown("count").and_then(|count| count.parse().ok()).unwrap_or(10));
        (200, Value::Array(list).to_string())
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(name), plain(value)))
}

fn heeds(one: &Value, field: &str, (name, value): &(String, String)) -> bool {
    let order = match one[field].as_i64() {
        Some(number) => value.parse().ok().map(|value: i64| number.cmp(&value)),
        None => one[field].as_str().map(|text| text.cmp(value.as_str())),
    };
    match name.strip_prefix(&format!("find[{field}]")) {
        Some("[$gte]") => order.is_some_and(|order| order.is_ge()),
        Some("[$lt]") => order.is_some_and(|order| order.is_lt()),
        _ => true,
    }
}
