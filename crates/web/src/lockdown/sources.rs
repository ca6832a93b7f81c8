//! Which source wrote what lately, and what about it does not fit.

use super::since;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::record::view_history::words::who;
use crate::show;
use jiff::{SignedDuration, Timestamp};
use sharing::Purpose;
use store::{Access, HistoryEntry, Lockdown, Manage, Oddity, Source, View};

/// A token that was made this shortly before the lockdown may be the thief's.
const SUSPICIOUS: SignedDuration = SignedDuration::from_hours(30 * 24);

pub struct OfRecord {
    pub record: String,
    pub name: String,
    pub uploads: Vec<Line>,
    pub apps: Vec<App>,
}

pub struct Line {
    pub number: u32,
    pub at: String,
    pub name: String,
    pub source: String,
    pub added: String,
    pub odd: Vec<String>,
    pub taken_back: bool,
}

/// An app whose token was made lately.
pub struct App {
    pub at: String,
    pub name: String,
    pub who: String,
    pub odd: bool,
}

pub async fn read(web: &Web, me: &SignedIn, lockdown: &Lockdown) -> Result<Vec<OfRecord>, Problem> {
    let since = since(web);
    let suspicious = lockdown.began_at.saturating_sub(SUSPICIOUS).unwrap_or(Timestamp::MIN);
    let records = web.store.with_account(me.actor(), |own| own.records()).await?;
    let mut all = Vec::with_capacity(records.len());
    for (record, name) in records {
        let sources = move |patient: &mut Access<'_, View>| patient.sources(since);
        let sources = web.store.with_patient(me.actor(), record, Purpose::Lockdown, sources).await?;
        let history = move |patient: &mut Access<'_, Manage>| patient.history(since);
        let history = web.store.with_patient(me.actor(), record, Purpose::Lockdown, history).await?;
        let made = history
            .into_iter()
            .filter(|line| ["made an app token", "connected a source"].contains(&line.what.as_str()));
        all.push(OfRecord {
            record: record.to_string(),
            name,
            uploads: sources.into_iter().map(|source| line(source, me)).collect(),
            apps: made.map(|line| app(line, me, suspicious)).collect(),
        });
    }
    Ok(all)
}

fn line(source: Source, me: &SignedIn) -> Line {
    let upload = source.upload;
    let name = if upload.file_name.is_empty() { "Single values".to_owned() } else { upload.file_name };
    Line {
        number: upload.number,
        at: show::moment(upload.at, &me.session.zone, me.language),
        name,
        source: if upload.format.is_empty() { upload.source.name().to_owned() } else { upload.format },
        added: me.language.count(upload.added),
        odd: source.odd.iter().map(|oddity| words(oddity, me)).collect(),
        taken_back: upload.taken_back_at.is_some(),
    }
}

fn words(oddity: &Oddity, me: &SignedIn) -> String {
    match oddity {
        Oddity::NewSerial(serial) => format!("Device {serial} was not seen before"),
        Oddity::Disagrees(1) => "One value disagrees with another sensor by more than 30 %".to_owned(),
        Oddity::Disagrees(count) => {
            let count = me.language.count(u64::from(*count));
            format!("{count} values disagree with another sensor by more than 30 %")
        }
    }
}

fn app(line: HistoryEntry, me: &SignedIn, suspicious: Timestamp) -> App {
    App {
        at: show::moment(line.at, &me.session.zone, me.language),
        who: who(&line.who),
        odd: line.at >= suspicious,
        name: line.detail,
    }
}
