//! `kinsight upload FILE… --to URL`: for a clinic's PC or a script. The one place in the binary that opens a connection.

use crate::device_file::bytes_of;
use anyhow::{Context, Result, bail};
use reqwest::blocking::{Client, Response};
use reqwest::{StatusCode, Url};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

const UNKNOWN_TOKEN: &str = "the server does not know this token; make a new one on the record's page of app tokens";
const BOUNDARY: &str = "kinsight-5b1d0c5f8f4e4c7f9a54";
const LONGEST: Duration = Duration::from_secs(300);

/// Upload device files to a record on a server.
#[derive(clap::Args)]
pub struct UploadFiles {
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The address of the server: scheme and host, nothing behind it
    #[arg(long, value_name = "URL")]
    to: Url,
    /// The record's upload token; in the environment it is out of the process list's sight
    #[arg(long, env = "KINSIGHT_TOKEN", hide_env_values = true)]
    token: String,
    /// Upload also a file that seems to be another person's
    #[arg(long)]
    accept: bool,
}

/// What the server says of one file: taken, asked about, or refused.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    upload: Option<Taken>,
    found: Found,
    asked: Option<String>,
    refused: Option<String>,
}

#[derive(Deserialize)]
struct Taken {
    number: u32,
    readings_added: u64,
    events_added: u64,
    readings_already_here: u64,
    events_already_here: u64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Found {
    problem_count: u64,
}

/// Told of each file, or a problem with the whole request.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    files: Vec<Told>,
    error: Problem,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Problem {
    title: String,
    text: String,
}

impl UploadFiles {
    /// Every file is tried; one that is refused does not hold up the others.
    pub fn run(self) -> Result<()> {
        let client = Client::builder().timeout(LONGEST).redirect(reqwest::redirect::Policy::none()).build()?;
        let mut refused = 0_usize;
        for file in &self.files {
            match self.bring(&client, file) {
                Ok(told) => super::print(&format!("{}: {told}", file.display()))?,
                Err(error) => {
                    refused += 1;
                    eprintln!("kinsight: {}: {error:#}", file.display());
                }
            }
        }
        if refused > 0 {
            bail!("{refused} of {} files were not uploaded", self.files.len());
        }
        Ok(())
    }

    fn bring(&self, client: &Client, file: &Path) -> Result<String> {
        let bytes = bytes_of(file)?;
        let mut url = self.to.join("/api/v1/uploads").context("--to is no address of a server")?;
        url.set_query(self.accept.then_some("accept_other=true"));
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let request = client
            .post(url.clone())
            .bearer_auth(&self.token)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(form(&name, &bytes));
        match request.send() {
            Ok(response) => told(response),
            Err(error) => bail!("{}", self.why_not(client, url, &error)),
        }
    }

    /// The error's own text holds the address, which may hold what is nobody's business.
    fn why_not(&self, client: &Client, url: Url, error: &reqwest::Error) -> String {
        let host = self.to.host_str().unwrap_or_default();
        if error.is_timeout() {
            return format!("{host} did not answer in time; try again");
        }
        if error.is_connect() {
            return format!("{host} cannot be reached; check the address and the network");
        }
        // A server that does not know the token hangs up in the middle of a file; without one it says so.
        let bare = client.post(url).bearer_auth(&self.token).send();
        match bare.map(|response| response.status()) {
            Ok(StatusCode::UNAUTHORIZED) => UNKNOWN_TOKEN.to_owned(),
            _ => format!("the upload to {host} broke off; nothing was kept, try again"),
        }
    }
}

/// A form with one file. In one piece: a client that streams it says "body" where the truth is "nobody is there".
fn form(name: &str, bytes: &[u8]) -> Vec<u8> {
    let name = name.replace('"', "%22").replace(['\r', '\n'], " ");
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

fn told(response: Response) -> Result<String> {
    let status = response.status();
    let answer: Answer = response.json().unwrap_or_default();
    if let Some(told) = answer.files.into_iter().next() {
        return of_file(told);
    }
    let said = format!("{}. {}", answer.error.title, answer.error.text);
    match status {
        StatusCode::UNAUTHORIZED => {
            bail!(UNKNOWN_TOKEN)
        }
        _ if answer.error.title.is_empty() => bail!("the server answered {status}; is it a Kinsight server?"),
        _ => bail!("{said}"),
    }
}

fn of_file(told: Told) -> Result<String> {
    if let Some(asked) = told.asked {
        bail!("{} (--accept does that)", asked.trim());
    }
    let Some(taken) = told.upload else { bail!("{}", told.refused.unwrap_or_else(|| "not taken".to_owned())) };
    Ok(format!(
        "upload {}: {} readings and {} events added, {} and {} were already here, {} rows not read",
        taken.number,
        taken.readings_added,
        taken.events_added,
        taken.readings_already_here,
        taken.events_already_here,
        told.found.problem_count,
    ))
}
