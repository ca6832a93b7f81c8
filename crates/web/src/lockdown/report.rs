//! The prepared report for support: what happened when, as PDF and as JSON. No health data, and nobody's name but that of
//! the account's own address.

use super::{lasting, since, steps};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::people::activity::capital;
use crate::show;
use crate::whence::detail_words;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use glucose::local_day;
use jiff::Timestamp;
use reports::{Paper, SupportReport, SupportSection};
use serde_json::{Value, json};
use sharing::{Permission, Purpose, RecordId};
use store::{Access, ActivityLine, Doer, HistoryEntry, Lockdown, Manage, Step, View, Whom};

const MOST: u32 = 500;

/// Everything that goes into it.
struct Facts {
    email: String,
    lockdown: Lockdown,
    made_at: Timestamp,
    devices: Vec<store::CameIn>,
    account: Vec<ActivityLine>,
    records: Vec<(RecordId, Option<String>, Vec<HistoryEntry>)>,
}

pub async fn pdf(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let report = report(&gather(&web, &me).await?, &me);
    let drawn = tokio::task::spawn_blocking(move || reports::support_report(&report, Paper::A4)).await;
    let pdf = drawn.map_err(|_| Problem::ours())?.map_err(|error| {
        tracing::error!(%error, "a report could not be drawn");
        Problem::ours()
    })?;
    Ok(file("application/pdf", "pdf", pdf.into_bytes().into_response()))
}

pub async fn json(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let facts = gather(&web, &me).await?;
    Ok(file("application/json", "json", Json(as_json(&facts)).into_response()))
}

fn file(kind: &'static str, ending: &str, mut response: Response) -> Response {
    let name = format!("attachment; filename=\"kinsight-lockdown.{ending}\"");
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = HeaderValue::try_from(name).expect("the name is plain ASCII");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    response
}

async fn gather(web: &Web, me: &SignedIn) -> Result<Facts, Problem> {
    let (lockdown, since) = (lasting(web, me).await?, since(web));
    let (owned, devices, account) = web
        .store
        .with_account(me.actor(), move |own| Ok((own.records()?, own.new_devices(since)?, own.activity(MOST)?)))
        .await?;
    let mut records = Vec::with_capacity(owned.len());
    for (record, _) in owned {
        let flag = |patient: &mut Access<'_, View>| Ok(patient.record()?.flag);
        let flag = web.store.with_patient(me.actor(), record, Purpose::Lockdown, flag).await?;
        let read = move |patient: &mut Access<'_, Manage>| patient.history(since);
        let mut lines = web.store.with_patient(me.actor(), record, Purpose::Lockdown, read).await?;
        lines.retain(|line| line.weighs);
        records.push((record, flag, lines));
    }
    let account = account.into_iter().filter(|line| line.at >= since).collect();
    Ok(Facts { email: me.session.email.clone(), lockdown, made_at: web.clock.now(), devices, account, records })
}

/// Who, without a name.
fn kind_of(doer: &Doer) -> &'static str {
    match doer {
        Doer::You => "the account",
        Doer::Person(_) => "another person",
        Doer::App(_) => "an app",
        Doer::Pass(_) => "a visit pass",
        Doer::Operator => "the operator",
        Doer::Server => "the server",
    }
}

fn access_words(whom: Whom) -> (&'static str, String) {
    match whom {
        Whom::CarePartner(id, Permission::ViewOnly) => ("Care partner, View only", id.to_string()),
        Whom::CarePartner(id, Permission::ViewAndDownload) => ("Care partner, View and download", id.to_string()),
        Whom::Clinic(id) => ("Clinic", id.to_string()),
    }
}

/// Only these tell from where; the details of other lines can hold names.
fn tells_origin(line: &ActivityLine) -> bool {
    matches!(
        line.what.as_str(),
        "signed in"
            | "sign-in failed"
            | "second step failed"
            | "locked the account"
            | "changed the password"
            | "confirmed who they are"
    )
}

fn report(facts: &Facts, me: &SignedIn) -> SupportReport {
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    let zone = me.session.zone.iana_name().unwrap_or("UTC");
    let settled = format!("{} of {}", facts.lockdown.steps.settled(), Step::ALL.len());
    SupportReport {
        title: "Report of a lockdown".to_owned(),
        about: "For support, about a suspected breach of an account. It holds what happened when in the last 90 days, and no \
                health data."
            .to_owned(),
        language: me.language.tag(),
        made_on: local_day(facts.made_at, &me.session.zone),
        facts: vec![
            ("Account", facts.email.clone()),
            ("Locked", format!("{}, {}", moment(facts.lockdown.began_at), facts.lockdown.how)),
            ("Steps done or skipped", settled),
            ("Times in", zone.to_owned()),
        ],
        sections: sections(facts, &moment),
    }
}

fn sections(facts: &Facts, moment: &dyn Fn(Timestamp) -> String) -> Vec<SupportSection> {
    let step = |step: Step| {
        let state = facts.lockdown.steps.of(step);
        vec![steps::title(step).to_owned(), steps::state_words(state).to_owned()]
    };
    let flag = |(record, why, _): &(RecordId, Option<String>, Vec<HistoryEntry>)| {
        why.as_ref().map(|why| vec![record.to_string(), why.clone()])
    };
    let device = |one: &store::CameIn| vec![moment(one.first_at), moment(one.seen_at), detail_words(&one.origin)];
    let suspended = |one: &store::Suspended| {
        let (what, id) = access_words(one.whom);
        vec![what.to_owned(), id, one.record.to_string(), moment(one.since_at)]
    };
    let activity = |line: &ActivityLine| {
        let from = if tells_origin(line) { detail_words(&line.detail) } else { String::new() };
        vec![moment(line.at), counted(&line.what, line.count), from]
    };
    let history = |(record, _, lines): &(RecordId, Option<String>, Vec<HistoryEntry>)| {
        let record = record.to_string();
        let line = move |line: &HistoryEntry| {
            vec![moment(line.at), kind_of(&line.who).to_owned(), counted(&line.what, line.count), record.clone()]
        };
        lines.iter().map(line).collect::<Vec<_>>()
    };
    let of = |title, columns, rows, none| SupportSection { title, columns, rows, none };
    vec![
        of("Steps", &[("Step", 70), ("State", 30)], Step::ALL.into_iter().map(step).collect(), "None."),
        of(
            "Flagged records",
            &[("Record", 45), ("Reason", 55)],
            facts.records.iter().filter_map(flag).collect(),
            "None.",
        ),
        of(
            "New devices",
            &[("First", 20), ("Last", 20), ("From", 60)],
            facts.devices.iter().map(device).collect(),
            "None.",
        ),
        of(
            "Suspended access",
            &[("Whose", 22), ("Number", 30), ("Record", 30), ("Since", 18)],
            facts.lockdown.suspended.iter().map(suspended).collect(),
            "Nobody is suspended any more.",
        ),
        of(
            "The account",
            &[("When", 20), ("What", 40), ("From", 40)],
            facts.account.iter().map(activity).collect(),
            "Nothing.",
        ),
        of(
            "The records",
            &[("When", 20), ("Who", 16), ("What", 34), ("Record", 30)],
            facts.records.iter().flat_map(history).collect(),
            "Nothing.",
        ),
    ]
}

fn counted(what: &str, count: u32) -> String {
    if count > 1 { format!("{} ({count} times)", capital(what)) } else { capital(what) }
}

fn as_json(facts: &Facts) -> Value {
    let steps: serde_json::Map<String, Value> = Step::ALL
        .into_iter()
        .map(|step| (step.word().to_owned(), steps::state_words(facts.lockdown.steps.of(step)).to_lowercase().into()))
        .collect();
    let device = |one: &store::CameIn| json!({ "first_at": one.first_at.to_string(), "last_at": one.seen_at.to_string(), "from": one.origin });
    let suspended = |one: &store::Suspended| {
        let (what, id) = access_words(one.whom);
        json!({ "what": what, "id": id, "record": one.record.to_string(), "since": one.since_at.to_string() })
    };
    let activity = |line: &ActivityLine| {
        let from = tells_origin(line).then_some(line.detail.as_str());
        json!({ "at": line.at.to_string(), "what": line.what, "count": line.count, "from": from })
    };
    let record = |(record, flag, lines): &(RecordId, Option<String>, Vec<HistoryEntry>)| {
        let line = |line: &HistoryEntry| json!({ "at": line.at.to_string(), "who": kind_of(&line.who), "what": line.what, "count": line.count, "receipt": line.receipt });
        json!({ "record": record.to_string(), "flag": flag, "history": lines.iter().map(line).collect::<Vec<_>>() })
    };
    json!({
        "report": "lockdown",
        "made_at": facts.made_at.to_string(),
        "account": facts.email,
        "began_at": facts.lockdown.began_at.to_string(),
        "how": facts.lockdown.how,
        "steps": steps,
        "new_devices": facts.devices.iter().map(device).collect::<Vec<_>>(),
        "suspended": facts.lockdown.suspended.iter().map(suspended).collect::<Vec<_>>(),
        "activity": facts.account.iter().map(activity).collect::<Vec<_>>(),
        "records": facts.records.iter().map(record).collect::<Vec<_>>(),
    })
}
