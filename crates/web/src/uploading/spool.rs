//! Received bytes go to a temporary file without a name, so that a slow upload costs no memory and leaves nothing.

use crate::edge::problem::Problem;
use axum::body::{Body, Bytes};
use axum::extract::Multipart;
use axum::extract::multipart::Field;
use futures_util::StreamExt as _;
use imports::LARGEST_FILE;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

const MOST_FILES: usize = 50;
/// What is read and thrown away after a limit is passed, so that the browser gets to hear why.
const DRAINED: usize = 4 * LARGEST_FILE;
const NAME_CHARS: usize = 200;

/// A file that was received, to be read as often as needed.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Mutex<File>>);

#[derive(Debug)]
pub struct Received {
    pub name: String,
    pub content: Result<Spool, TooLarge>,
}

/// Larger than the largest file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl TooLarge {
    pub fn words() -> String {
        imports::Refused::TooLarge { limit_mb: LARGEST_FILE / 1024 / 1024 }.to_string()
    }
}

impl Spool {
    fn new() -> std::io::Result<Self> {
        tempfile::tempfile().map(|file| Self(Arc::new(Mutex::new(file))))
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)
    }

    /// On a blocking thread: all of it.
    pub fn bytes(&self) -> std::io::Result<Vec<u8>> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or(0));
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Collects one file, up to the limit; what is beyond is counted and dropped.
struct Sink {
    spool: Spool,
    waiting: Vec<u8>,
    bytes: usize,
}

/// Small pieces are put together, so that a blocking thread is asked once a megabyte.
const PIECE: usize = 1024 * 1024;

impl Sink {
    fn new() -> Result<Self, Problem> {
        Ok(Self { spool: Spool::new().map_err(no_space)?, waiting: Vec::new(), bytes: 0 })
    }

    async fn take(&mut self, piece: &Bytes) -> Result<(), Problem> {
        self.bytes += piece.len();
        if self.bytes > DRAINED {
            return Err(Problem::too_large(TooLarge::words()));
        }
        if self.bytes <= LARGEST_FILE {
            self.waiting.extend_from_slice(piece);
        }
        if self.waiting.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Problem> {
        let (spool, bytes) = (self.spool.clone(), std::mem::take(&mut self.waiting));
        let written = tokio::task::spawn_blocking(move || spool.write(&bytes)).await;
        written.map_err(|_| Problem::ours())?.map_err(no_space)
    }

    async fn done(mut self) -> Result<Result<Spool, TooLarge>, Problem> {
        if self.bytes > LARGEST_FILE {
            return Ok(Err(TooLarge));
        }
        self.flush().await?;
        Ok(Ok(self.spool))
    }
}

fn no_space(error: std::io::Error) -> Problem {
    tracing::error!(kind = ?error.kind(), "an upload could not be written to a temporary file");
    Problem::unavailable()
}

/// All files of a form.
pub async fn receive_files(mut form: Multipart) -> Result<Vec<Received>, Problem> {
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| cut_off())? {
        let Some(name) = field.file_name().map(tidy_name) else { continue };
        if files.len() == MOST_FILES {
            return Err(Problem::too_large(format!("At most {MOST_FILES} files at a time.")));
        }
        let content = receive_field(field).await?;
        // A form without a chosen file sends one with no name and nothing in it.
        if !name.is_empty() {
            files.push(Received { name, content });
        }
    }
    Ok(files)
}

async fn receive_field(mut field: Field<'_>) -> Result<Result<Spool, TooLarge>, Problem> {
    let mut sink = Sink::new()?;
    while let Some(piece) = field.chunk().await.map_err(|_| cut_off())? {
        sink.take(&piece).await?;
    }
    sink.done().await
}

/// A body that is the file itself.
pub async fn receive_body(name: &str, body: Body) -> Result<Received, Problem> {
    let mut sink = Sink::new()?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        sink.take(&piece.map_err(|_| cut_off())?).await?;
    }
    Ok(Received { name: tidy_name(name), content: sink.done().await? })
}

fn cut_off() -> Problem {
    Problem::invalid("The upload was cut off before its end. Nothing was kept; please send it again.")
}

/// The last part of a path, without control characters, of bounded length.
fn tidy_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect::<String>().trim().to_owned()
}
