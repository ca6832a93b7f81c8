//! Data sharing of the account: who asks to follow, and each own record with its care partners and open invitations.

use super::words::Clock;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use sharing::{Purpose, RecordId};
use store::{Access, CarePartnerLine, FollowRequest, LinkedClinicLine, Manage, Record};

#[derive(Template)]
#[template(path = "sharing/home.html")]
struct DataSharingPage {
    frame: Frame,
    requests: Vec<Request>,
    records: Vec<Row>,
    declined: bool,
    /// What was declined was a clinic's code.
    of_clinic: bool,
}

struct Request {
    name: String,
    email: String,
    asked: String,
    ends: String,
    url: String,
}

struct Row {
    id: String,
    name: String,
    partners: Vec<String>,
    clinics: Vec<String>,
    invited: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// The own records, and the addresses that are invited to each.
pub async fn records(web: &Web, me: &SignedIn) -> Result<Vec<(Record, Vec<String>)>, Problem> {
    let own = web.store.overview(me.actor()).await?.own;
    let mut records = Vec::with_capacity(own.len());
    for line in own {
        let read = |patient: &mut Access<'_, Manage>| {
            let invited = patient.invitations()?.into_iter().map(|open| open.email).collect();
            Ok((patient.record()?, invited))
        };
        records.push(web.store.with_patient(me.actor(), line.id, Purpose::Sharing, read).await?);
    }
    Ok(records)
}

pub fn clock<'a>(web: &Web, me: &'a SignedIn) -> Clock<'a> {
    Clock { zone: &me.session.zone, language: me.language, now: web.clock.now() }
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let records = records(&web, &me).await?;
    let read = |own: &mut store::Own<'_>| Ok((own.care_partners()?, own.linked_clinics()?, own.follow_requests()?));
    let (partners, linked, requests) = web.store.with_account(me.actor(), read).await?;
    let clock = clock(&web, &me);
    let row = |(record, invited): (Record, Vec<String>)| Row {
        id: record.id.to_string(),
        partners: names(&partners, record.id, clock),
        clinics: clinics(&linked, record.id, clock),
        name: record.name,
        invited,
    };
    Ok(render(&DataSharingPage {
        frame: frame_of(&me, &overview, "Data sharing").at(Place::Sharing).wide(),
        requests: requests.iter().map(|request| line(request, clock)).collect(),
        records: records.into_iter().map(row).collect(),
        declined: ["declined", "code-declined"].contains(&asked.done.as_str()),
        of_clinic: asked.done == "code-declined",
    }))
}

/// Who can see it, or could when a pause is over.
fn names(partners: &[CarePartnerLine], record: RecordId, clock: Clock<'_>) -> Vec<String> {
    let of_record = partners.iter().filter(|line| line.record == record);
    let lasting = of_record.filter(|line| line.terms.until_at.is_none_or(|until| until > clock.now));
    lasting.map(|line| line.name.clone()).collect()
}

fn clinics(linked: &[LinkedClinicLine], record: RecordId, clock: Clock<'_>) -> Vec<String> {
    let lasting = linked.iter().filter(|line| line.record == record && !line.has_ended(clock.now));
    lasting.map(|line| line.name.clone()).collect()
}

fn line(request: &FollowRequest, clock: Clock<'_>) -> Request {
    Request {
        name: request.name.clone(),
        email: request.email.clone(),
        asked: clock.moment(request.asked_at),
        ends: clock.moment(request.ends_at),
        url: format!("/sharing/requests/{}", request.id),
    }
}
