//! A mail server of a few lines that keeps what it was told.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

pub struct PostOffice {
    pub port: u16,
    mails: Mutex<mpsc::UnboundedReceiver<String>>,
    _clerk: JoinSet<()>,
}

impl PostOffice {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (keep, mails) = mpsc::unbounded_channel();
        let mut clerk = JoinSet::new();
        clerk.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(mail) = converse(stream).await {
                    let _ = keep.send(mail);
                }
            }
        });
        Self { port, mails: Mutex::new(mails), _clerk: clerk }
    }

    /// The next mail: what the sender said, from the first word to the last dot.
    pub async fn next(&self) -> String {
        self.mails.lock().await.recv().await.unwrap()
    }

    /// Nobody is there any more.
    pub fn close(self) -> u16 {
        self.port
    }
}

async fn converse(stream: TcpStream) -> Option<String> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut said = String::new();
    let mut in_text = false;
    write.write_all(b"220 post office\r\n").await.ok()?;
    while let Ok(Some(line)) = lines.next_line().await {
        said.push_str(&line);
        said.push_str("\r\n");
        let answer: &[u8] = match line.as_str() {
            "." if in_text => {
                write.write_all(b"250 taken\r\n").await.ok()?;
                return Some(said);
            }
            _ if in_text => continue,
            "DATA" => {
                in_text = true;
                b"354 go on\r\n"
            }
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await.ok()?;
    }
    None
}
