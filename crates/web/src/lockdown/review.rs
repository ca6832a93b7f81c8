//! What the review shows: the account's own activity, devices that came lately, and the history of every record.

use super::since;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::people::activity::capital;
use crate::record::view_history::words::who;
use crate::show;
use crate::whence::detail_words;
use sharing::Purpose;
use store::{Access, HistoryEntry, Manage};

/// More lines of the account than this are on its own page.
const MOST: u32 = 500;

/// The last 90 days.
pub struct Review {
    pub devices: Vec<Device>,
    pub account: Vec<Line>,
    pub records: Vec<OfRecord>,
}

pub struct Device {
    pub first: String,
    pub seen: String,
    pub origin: String,
}

pub struct OfRecord {
    pub name: String,
    /// What changed something or took something away, and then the looks.
    pub parts: [(&'static str, Vec<Line>); 2],
}

pub struct Line {
    pub at: String,
    pub who: String,
    pub what: String,
    pub count: u32,
    pub detail: String,
    pub receipt: Option<String>,
}

pub async fn read(web: &Web, me: &SignedIn) -> Result<Review, Problem> {
    let since = since(web);
    let (records, devices, activity) = web
        .store
        .with_account(me.actor(), move |own| Ok((own.records()?, own.new_devices(since)?, own.activity(MOST)?)))
        .await?;
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    let device = |device: store::CameIn| Device {
        first: moment(device.first_at),
        seen: moment(device.seen_at),
        origin: detail_words(&device.origin),
    };
    let line = |line: store::ActivityLine| Line {
        at: moment(line.at),
        who: String::new(),
        what: capital(&line.what),
        count: line.count,
        detail: detail_words(&line.detail),
        receipt: None,
    };
    let mut histories = Vec::with_capacity(records.len());
    for (record, name) in records {
        let read = move |patient: &mut Access<'_, Manage>| patient.history(since);
        let lines = web.store.with_patient(me.actor(), record, Purpose::Lockdown, read).await?;
        let (heavy, looks): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.weighs);
        let told = |lines: Vec<HistoryEntry>| lines.into_iter().map(|line| told(line, me)).collect();
        let parts = [("Changed or taken away", told(heavy)), ("Opened or looked at", told(looks))];
        histories.push(OfRecord { name, parts });
    }
    Ok(Review {
        devices: devices.into_iter().map(device).collect(),
        account: activity.into_iter().filter(|line| line.at >= since).map(line).collect(),
        records: histories,
    })
}

fn told(line: HistoryEntry, me: &SignedIn) -> Line {
    Line {
        at: show::moment(line.at, &me.session.zone, me.language),
        who: who(&line.who),
        what: capital(&line.what),
        count: line.count,
        detail: line.detail,
        receipt: line.receipt,
    }
}
