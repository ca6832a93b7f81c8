//! A connection that stays, and what is asked over it: plain HTTP with nothing in between, so that the load costs little.

use crate::clock;
use anyhow::{Context, Result, bail};
use std::borrow::Cow;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub struct Asker {
    stream: TcpStream,
    /// Asked one after the other, again and again.
    requests: Vec<Vec<u8>>,
    next: usize,
    answer: Vec<u8>,
    /// Bytes of it that came.
    came: usize,
}

/// A question without a body.
pub fn get(address: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    request("GET", address, path, headers, "")
}

/// A question with a body.
pub fn request(method: &str, address: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{more}{length}\r\n{body}").into_bytes()
}

impl Asker {
    pub async fn connect(address: &str, requests: Vec<Vec<u8>>) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server does not answer")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, requests, next: 0, answer: vec![0; 256 * 1024], came: 0 })
    }

    /// From now on asks this.
    pub fn now_ask(&mut self, request: Vec<u8>) {
        self.requests = vec![request];
    }

    /// The last bytes that came, so many as the last answer has.
    pub fn body(&self, length: usize) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.answer[self.came - length..self.came])
    }

    /// The time of each answer, in milliseconds, and the bytes of the last one.
    pub async fn ask_until(mut self, until: Instant) -> Result<(Self, Vec<f64>, usize)> {
        let (mut times_ms, mut bytes) = (Vec::new(), 0);
        loop {
            let begun = clock::instant();
            if begun >= until {
                return Ok((self, times_ms, bytes));
            }
            bytes = self.ask().await?;
            times_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }

    /// One question and the whole answer; its length without the head.
    pub async fn ask(&mut self) -> Result<usize> {
        let request = self.requests.get(self.next % self.requests.len()).context("nothing to ask")?;
        self.next += 1;
        self.stream.write_all(request).await?;
        let (mut have, mut whole) = (0, None);
        while whole.is_none_or(|(head, body)| have < head + body) {
            if have == self.answer.len() {
                self.answer.resize(have * 2, 0);
            }
            match self.stream.read(&mut self.answer[have..]).await? {
                0 => bail!("the server hung up"),
                came => have += came,
            }
            whole = whole.or_else(|| lengths(&self.answer[..have]));
        }
        if !self.answer.starts_with(b"HTTP/1.1 200") {
            bail!("{} instead of data", String::from_utf8_lossy(&self.answer[..have.min(200)]));
        }
        self.came = have;
        Ok(whole.map_or(0, |(_, body)| body))
    }
}

/// Of the head and of the body, once the head is there.
fn lengths(answer: &[u8]) -> Option<(usize, usize)> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let lines = std::str::from_utf8(&answer[..head]).ok()?.lines();
    let length =
        lines.filter_map(|line| line.split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some((head, length?.1.parse().ok()?))
}
