//! From the start of the process to its first answer, and what it holds in memory when nobody asks.

use super::{Measured, median};
use crate::clock;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const STARTS: usize = 5;
const REST: Duration = Duration::from_secs(3);

/// Of this very program, on data that are there already.
pub fn start(folder: &Path) -> Result<Vec<Measured>> {
    let mut times = Vec::new();
    let mut at_rest = 0.0;
    for _ in 0..STARTS {
        let begun = clock::instant();
        let mut server = serve(folder)?;
        let answered = first_answer(&mut server);
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        std::thread::sleep(REST);
        at_rest = memory_mb(server.id(), "VmRSS:").unwrap_or_default();
        server.kill()?;
        server.wait()?;
        answered?;
    }
    Ok(vec![
        Measured::new("start to first answer", median(times), "ms", Some(150.0)),
        Measured::new("resident memory at rest", at_rest, "MB", Some(40.0)),
    ])
}

pub(super) fn serve(folder: &Path) -> Result<Child> {
    serve_with(folder, &[])
}

pub(super) fn serve_with(folder: &Path, more: &[&str]) -> Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder)
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start the server")
}

/// Where it answers, as it says itself.
pub(super) fn address(server: &mut Child) -> Result<String> {
    let mut line = String::new();
    BufReader::new(server.stdout.take().context("no output")?).read_line(&mut line)?;
    Ok(line.trim().rsplit("http://").next().unwrap_or_default().to_owned())
}

fn first_answer(server: &mut Child) -> Result<()> {
    let address = address(server)?;
    let mut stream = TcpStream::connect(&address).context("the server does not answer")?;
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("the server is not well");
    }
    Ok(())
}

/// What the kernel says of a process's memory: `VmRSS:` now, `VmHWM:` at its peak.
pub(super) fn memory_mb(process: u32, which: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(which))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// The time that a process has had on all processors so far, in milliseconds: to a hundredth of a second.
pub(super) fn processor_ms(process: u32) -> Option<f64> {
    const TICK_MS: f64 = 10.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything: the state, and as the 12th and 13th field from there the two times.
    let mut times = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    Some((user + system) * TICK_MS)
}
