//! A thousand open streams of care partners over real connections, and how long after its cause each of them ends. Server and
//! listeners share the machine, and here the process too.

use super::crowd::{self, Crowd};
use super::{Measured, percentile, start};
use crate::settings::Settings;
use crate::{clock, server};
use anyhow::{Context, Result, bail};
use glucose::{Glucose, NewReading, Unit};
use jiff::SignedDuration;
use sharing::{AccountId, Purpose, Terms};
use std::time::{Duration, Instant};
use store::{Access, Clock, Manage, Origin, Store, Upload};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use web::Web;

/// Each partner follows each patient, by a stream each.
const PATIENTS: usize = 8;
const PARTNERS: usize = 125;
/// The patients by number, and what happens to their care partners.
const REMOVED: usize = 0;
const PAUSED: usize = 1;
const EXPIRED: std::ops::Range<usize> = 2..4;
const LOCKED: std::ops::Range<usize> = 4..6;
/// Theirs may see less first, and go on watching.
const EDITED: usize = 6;
const SIGNED_OUT: std::ops::Range<usize> = 6..8;
/// From giving an expiry to the expiry: by then all have it.
const UNTIL_EXPIRY: SignedDuration = SignedDuration::from_secs(20);
/// Milliseconds that a stream may outlive what ended it.
const GOAL: Option<f64> = Some(1000.0);
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn streams(settings: &Settings) -> Result<Vec<Measured>> {
    let store = crowd::open(settings)?;
    let crowd = crowd::gather(&store, PATIENTS, PARTNERS).await?;
    let (listener, address) = server::listen("127.0.0.1:0".parse()?).await?;
    let web = Web::new(store.clone(), Clock::new(clock::now), settings.web(address)?);
    let (end, asked) = watch::channel(false);
    let serving = server::spawn(server::answer(listener, web, asked));

    let before = memory_mb();
    let mut hall = Hall::open(&address.to_string(), &crowd).await?;
    let open = (PATIENTS * PARTNERS) as f64;
    let mut measured = vec![
        Measured::new("open streams of care partners", open, "", None),
        Measured::new("memory of a stream, both ends together", (memory_mb() - before) * 1024.0 / open, "KB", None),
    ];

    let begun = clock::instant();
    send_reading(&store, &crowd, 0).await?;
    let told = hall.wait("readings", PARTNERS).await?;
    measured.extend(figures("word of a new reading", &told, |_| begun, None));

    let begun =
        manage(&store, &crowd, EDITED, |patient, partner| patient.edit_care_partner(partner, &Terms::LEAST)).await?;
    let told = hall.wait("access", begun.len()).await?;
    measured.extend(figures("word of a downgrade", &told, |it| begun[it.partner], GOAL));

    let begun = manage(&store, &crowd, REMOVED, |patient, partner| patient.remove_care_partner(partner)).await?;
    let ended = hall.wait("removed", begun.len()).await?;
    measured.extend(figures("end after removal", &ended, |it| begun[it.partner], GOAL));

    let until = clock::now() + SignedDuration::from_hours(1);
    let pause = move |patient: &mut Access<'_, Manage>, partner| patient.pause_care_partner(partner, until);
    let begun = manage(&store, &crowd, PAUSED, pause).await?;
    let ended = hall.wait("paused", begun.len()).await?;
    measured.extend(figures("end after a pause began", &ended, |it| begun[it.partner], GOAL));

    let begun = lock(&store, &crowd).await?;
    let ended = hall.wait("suspended", LOCKED.len() * PARTNERS).await?;
    measured.extend(figures("end after lockdown", &ended, |it| begun[it.patient - LOCKED.start], GOAL));

    let expiry = clock::now() + UNTIL_EXPIRY;
    let terms = Terms { until_at: Some(expiry), ..Terms::LEAST };
    for patient in EXPIRED {
        manage(&store, &crowd, patient, move |record, partner| record.edit_care_partner(partner, &terms)).await?;
    }
    hall.wait("access", EXPIRED.len() * PARTNERS).await?;
    let left = Duration::try_from(expiry.duration_since(clock::now())).context("too slow: expired already")?;
    let begun = clock::instant() + left;
    let ended = hall.wait("expired", EXPIRED.len() * PARTNERS).await?;
    measured.extend(figures("end after expiry", &ended, |_| begun, GOAL));

    let begun = sign_out(&store, &crowd).await?;
    let ended = hall.wait("signed out", SIGNED_OUT.len() * PARTNERS).await?;
    measured.extend(figures("end after logging out", &ended, |it| begun[it.partner], GOAL));

    end.send_replace(true);
    serving.await.context("the server broke off")??;
    Ok(measured)
}

/// From its cause to its arrival.
fn figures(what: &str, heard: &[Heard], begun: impl Fn(&Heard) -> Instant, goal_ms: Option<f64>) -> Vec<Measured> {
    let late = |it: &Heard| it.at.saturating_duration_since(begun(it)).as_secs_f64() * 1000.0;
    let times: Vec<f64> = heard.iter().map(late).collect();
    let figure = |name, part, goal| {
        Measured::new(format!("{what}, {} streams: {name}", times.len()), percentile(times.clone(), part), "ms", goal)
    };
    vec![figure("p50", 0.5, None), figure("p99", 0.99, goal_ms), figure("longest", 1.0, None)]
}

fn memory_mb() -> f64 {
    start::memory_mb(std::process::id(), "VmRSS:").unwrap_or_default()
}

async fn send_reading(store: &Store, crowd: &Crowd, number: usize) -> Result<()> {
    let (record, device) = (crowd.records[number], &crowd.devices[number]);
    let glucose = Glucose::new(123.0, Unit::MgDl).context("no value")?;
    let new = NewReading::cgm(clock::now(), 60, glucose);
    let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&new));
    store.with_patient(device, record, Purpose::DeviceUpload, add).await?;
    Ok(())
}

/// To every care partner of a patient, one after the other as an owner does it; answers when each was asked for.
async fn manage(
    store: &Store,
    crowd: &Crowd,
    patient: usize,
    act: impl Fn(&mut Access<'_, Manage>, AccountId) -> Result<(), store::Error> + Copy + Send + 'static,
) -> Result<Vec<Instant>> {
    let (owner, record) = (&crowd.owners[patient].actor, crowd.records[patient]);
    let mut begun = Vec::new();
    for partner in &crowd.partners {
        let partner = partner.actor.account().context("no account")?;
        let act = move |patient: &mut Access<'_, Manage>| act(patient, partner);
        begun.push(clock::instant());
        store.with_patient(owner, record, Purpose::Settings, act).await?;
    }
    Ok(begun)
}

async fn lock(store: &Store, crowd: &Crowd) -> Result<Vec<Instant>> {
    let mut begun = Vec::new();
    for owner in &crowd.owners[LOCKED] {
        begun.push(clock::instant());
        store.lock_down(&owner.actor, Origin::default()).await?;
    }
    Ok(begun)
}

async fn sign_out(store: &Store, crowd: &Crowd) -> Result<Vec<Instant>> {
    let mut begun = Vec::new();
    for partner in &crowd.partners {
        begun.push(clock::instant());
        store.sign_out(&partner.token).await?;
    }
    Ok(begun)
}

/// What came over one of the streams.
struct Heard {
    word: String,
    patient: usize,
    partner: usize,
    at: Instant,
}

/// All who listen.
struct Hall(mpsc::UnboundedReceiver<Heard>);

impl Hall {
    async fn open(address: &str, crowd: &Crowd) -> Result<Self> {
        let (tell, heard) = mpsc::unbounded_channel();
        let mut hall = Self(heard);
        for (partner, member) in crowd.partners.iter().enumerate() {
            for (patient, record) in crowd.records.iter().enumerate() {
                let request = format!(
                    "GET /records/{record}/stream HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\n\r\n",
                    member.cookie()
                );
                let mut stream = TcpStream::connect(address).await.context("the server does not answer")?;
                stream.write_all(request.as_bytes()).await?;
                let tell = tell.clone();
                let tell = move |word| tell.send(Heard { word, patient, partner, at: clock::instant() }).is_ok();
                server::spawn(listen(stream, tell));
            }
        }
        hall.wait("ready", PATIENTS * PARTNERS).await?;
        Ok(hall)
    }

    /// So many times this word; no other is expected meanwhile.
    async fn wait(&mut self, word: &str, times: usize) -> Result<Vec<Heard>> {
        let mut came = Vec::with_capacity(times);
        while came.len() < times {
            let next = tokio::time::timeout(PATIENCE, self.0.recv()).await;
            let heard = next.with_context(|| format!("“{word}” {} times of {times}", came.len()))?;
            let heard = heard.context("all streams are over")?;
            if heard.word != word {
                bail!("“{}” instead of “{word}”", heard.word);
            }
            came.push(heard);
        }
        Ok(came)
    }
}

/// Names each event, the last one by its reason, until the stream is over or nobody wants to hear more.
async fn listen(stream: TcpStream, tell: impl Fn(String) -> bool + Send) {
    let mut lines = BufReader::with_capacity(1024, stream).lines();
    let mut is_end = false;
    while let Ok(Some(line)) = lines.next_line().await {
        let word = match line.split_once(": ") {
            Some(("event", "end")) => {
                is_end = true;
                continue;
            }
            Some(("event", name)) => name,
            Some(("data", data)) if is_end => reason(data),
            _ if line.starts_with("HTTP/1.1 ") && !line.ends_with("200 OK") => &line,
            _ => continue,
        };
        if !tell(word.to_owned()) || is_end {
            return;
        }
    }
}

fn reason(data: &str) -> &str {
    data.split("\"reason\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or(data)
}
