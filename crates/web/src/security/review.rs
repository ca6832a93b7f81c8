//! The care partner review: who can see which record of mine, with a way to remove each, and a reminder for the calendar.

use super::calendar;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::{Visit, frame_of};
use crate::show;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use sharing::{AccountId, Permission, Purpose};
use store::{Access, CarePartnerLine, Manage};

#[derive(Template)]
#[template(path = "security/review.html")]
struct ReviewPage {
    frame: Frame,
    records: Vec<(String, Vec<Row>)>,
    last: Option<String>,
    done: bool,
}

struct Row {
    name: String,
    email: String,
    permission: &'static str,
    since: String,
    until: String,
    second_step: &'static str,
    looked: String,
    removal: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: bool,
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let read = |own: &mut store::Own<'_>| Ok((own.care_partners()?, own.check_up()?.reviewed_at));
    let (lines, reviewed_at) = web.store.with_account(me.actor(), read).await?;
    let mut records: Vec<(String, Vec<Row>)> = Vec::new();
    let mut last_record = None;
    for line in lines {
        if last_record != Some(line.record) {
            last_record = Some(line.record);
            records.push((line.record_name.clone(), Vec::new()));
        }
        if let Some((_, rows)) = records.last_mut() {
            rows.push(row(&line, &me, web.clock.now()));
        }
    }
    Ok(render(&ReviewPage {
        frame: frame_of(&me, &overview, "Who can see your data").at(Place::Security).wide(),
        records,
        last: reviewed_at.map(|at| moment(at, &me)),
        done: asked.done,
    }))
}

fn moment(at: Timestamp, me: &SignedIn) -> String {
    show::moment(at, &me.session.zone, me.language)
}

fn row(line: &CarePartnerLine, me: &SignedIn, now: Timestamp) -> Row {
    let until = match (line.terms.until_at, line.paused_until_at) {
        (Some(until), _) if until <= now => format!("ended {}", moment(until, me)),
        _ if line.suspended_at.is_some() => "suspended by lockdown".to_owned(),
        (_, Some(until)) if until > now => format!("paused until {}", moment(until, me)),
        (Some(until), _) => moment(until, me),
        (None, _) => "removed by you".to_owned(),
    };
    Row {
        name: line.name.clone(),
        email: line.email.clone(),
        permission: match line.terms.permission {
            Permission::ViewOnly => "View only",
            Permission::ViewAndDownload => "View and download",
        },
        since: moment(line.since_at, me),
        until,
        second_step: if line.second_step { "on" } else { "off" },
        looked: line.looked_at.map_or_else(|| "never".to_owned(), |at| moment(at, me)),
        removal: format!("/records/{}/care-partners/{}/removal", line.record, line.partner),
    }
}

pub async fn reviewed(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    web.store.with_account(me.actor(), |own| own.review()).await?;
    Ok(Redirect::to("/security/review?done=true"))
}

pub async fn remove(visit: Visit, Path((_, partner)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let partner = AccountId::parse(&partner);
    let remove =
        move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(partner.ok_or(store::Error::NotFound)?);
    visit.with(Purpose::Settings, remove).await?;
    Ok(Redirect::to("/security/review"))
}

/// Every three months from the last review on; without one, from today.
pub async fn calendar(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let now = web.clock.now();
    let reviewed_at = web.store.with_account(me.actor(), |own| Ok(own.check_up()?.reviewed_at)).await?;
    let from_on = me.session.zone.to_datetime(reviewed_at.unwrap_or(now)).date();
    let url = format!("{}/security/review", web.settings.base_url);
    let text = calendar::quarterly(&me.session.account.to_string(), from_on, &url, now);
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"kinsight-review.ics\"");
    Ok(([kind, name], text).into_response())
}
