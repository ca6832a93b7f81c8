//! Merging two records of one patient: who may be there twice, both side by side, which stays, and the undo.

use super::Places;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use sharing::{ClinicId, RecordId};
use store::{Desk, MergeAsked, MergePatients, MergeSide, MergeSides, MergedPatient, PatientProfile, UNDO_DAYS};

/// More are not listed; a longer search finds them.
const MOST_FOUND: usize = 20;

#[derive(Template)]
#[template(path = "clinic/duplicates.html")]
struct DuplicatesPage {
    frame: Frame,
    places: Places,
    clinic: String,
    groups: Vec<Group>,
    /// How many groups more there are; empty when none.
    more: String,
    merges: Vec<Merge>,
    undo_days: i64,
}

struct Group {
    name: String,
    born_on: String,
    /// Each of the others beside the first.
    pairs: Vec<(Twin, Twin)>,
}

#[derive(Clone)]
struct Twin {
    id: String,
    about: String,
}

struct Merge {
    gone: String,
    gone_name: String,
    kept: String,
    kept_name: String,
    by: String,
    at: String,
    until: String,
}

#[derive(Template)]
#[template(path = "clinic/merge.html")]
struct MergePage {
    frame: Frame,
    places: Places,
    clinic: String,
    one: Side,
    other: Option<Side>,
    search: String,
    found: Vec<Twin>,
    undo_days: i64,
}

struct Side {
    id: String,
    name: String,
    born_on: String,
    number: String,
    group: String,
    linked: bool,
    newest: String,
    uploads: u32,
    since: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    with: String,
    q: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    with: String,
    /// The one that stays.
    keep: String,
}

fn ids(clinic: &str, record: &str) -> Result<(ClinicId, RecordId), Problem> {
    ClinicId::parse(clinic).zip(RecordId::parse(record)).ok_or_else(Problem::not_found)
}

async fn frame(web: &Web, me: &SignedIn, title: &str) -> Result<Frame, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    Ok(frame_of(me, &overview, title).at(Place::Clinic).wide())
}

pub async fn duplicates(State(web): State<Web>, me: SignedIn, Path(clinic): Path<String>) -> Result<Response, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    let look = |desk: &mut Desk<'_, MergePatients>| Ok((desk.role(), desk.merges()?));
    let (role, merges) = web.store.with_clinic(me.actor(), clinic, look).await?;
    let twice = web.store.clinic_duplicates(me.actor(), clinic).await?;
    Ok(render(&DuplicatesPage {
        frame: frame(&web, &me, "Duplicates").await?,
        places: Places::of(clinic, role, "Duplicates"),
        clinic: clinic.to_string(),
        groups: twice.groups.iter().filter_map(|group| self::group(group, &me)).collect(),
        more: if twice.more > 0 { me.language.count(twice.more as u64) } else { String::new() },
        merges: merges.into_iter().map(|merge| self::merge(merge, &me)).collect(),
        undo_days: UNDO_DAYS,
    }))
}

fn group(group: &[PatientProfile], me: &SignedIn) -> Option<Group> {
    let (first, others) = group.split_first()?;
    let born_on = first.born_on.map(|day| me.language.short_date(day)).unwrap_or_default();
    let pairs = others.iter().map(|other| (twin(first, me), twin(other, me))).collect();
    Some(Group { name: first.name.clone(), born_on, pairs })
}

/// What tells two of one name apart.
fn twin(patient: &PatientProfile, me: &SignedIn) -> Twin {
    let number = Some(&patient.details.number).filter(|number| !number.is_empty());
    let number = number.map_or_else(|| "no number".to_owned(), |number| format!("no. {number}"));
    let group = Some(&patient.details.group).filter(|group| !group.is_empty()).map(|group| format!(", group {group}"));
    let since = me.language.short_date(glucose::local_day(patient.made_at, &patient.zone));
    Twin { id: patient.id.to_string(), about: format!("{number}{}, kept since {since}", group.unwrap_or_default()) }
}

fn merge(merge: MergedPatient, me: &SignedIn) -> Merge {
    let day = |at: Timestamp| me.language.short_date(glucose::local_day(at, &jiff::tz::TimeZone::UTC));
    Merge {
        gone: merge.gone.to_string(),
        gone_name: merge.gone_name,
        kept: merge.kept.to_string(),
        kept_name: merge.kept_name,
        by: merge.by.unwrap_or_else(|| "somebody whose account is gone".to_owned()),
        at: day(merge.at),
        until: day(merge.until),
    }
}

/// The record beside another, or the search for the other.
pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (clinic, record) = ids(&clinic, &record)?;
    let with = RecordId::parse(&asked.with).filter(|with| *with != record);
    let words = asked.q.trim().to_owned();
    let asked = MergeAsked { record, with, search: words.clone(), most: MOST_FOUND };
    let MergeSides { role, one, other, found } = web.store.merge_sides(me.actor(), clinic, asked).await?;
    let now = web.clock.now();
    let twin = |patient: &PatientProfile| {
        let born = patient.born_on.map(|day| format!(", born {}", me.language.short_date(day))).unwrap_or_default();
        let twin = twin(patient, &me);
        Twin { about: format!("{}{born}, {}", patient.name, twin.about), ..twin }
    };
    Ok(render(&MergePage {
        frame: frame(&web, &me, "Merge two records").await?,
        places: Places::of(clinic, role, ""),
        clinic: clinic.to_string(),
        one: side(one, &me, now),
        other: other.map(|other| side(other, &me, now)),
        search: words,
        found: found.iter().map(twin).collect(),
        undo_days: UNDO_DAYS,
    }))
}

fn side(side: MergeSide, me: &SignedIn, now: Timestamp) -> Side {
    let (patient, language) = (side.patient, me.language);
    let or_none = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    Side {
        id: patient.id.to_string(),
        born_on: or_none(patient.born_on.map(|day| language.short_date(day)).unwrap_or_default()),
        number: or_none(patient.details.number),
        group: or_none(patient.details.group),
        linked: side.linked,
        newest: side.newest_at.map_or_else(|| "none yet".to_owned(), |at| language.ago(at, now)),
        uploads: side.uploads,
        since: show::moment(patient.made_at, &patient.zone, language),
        name: patient.name,
    }
}

pub async fn confirm(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
    Form(filled): Form<Filled>,
) -> Result<Redirect, Problem> {
    let (clinic, record) = ids(&clinic, &record)?;
    let (with, keep) = (RecordId::parse(&filled.with), RecordId::parse(&filled.keep));
    let merge = move |desk: &mut Desk<'_, MergePatients>| {
        let (Some(with), Some(kept)) = (with, keep) else { return Err(store::Error::NotFound) };
        let gone = if kept == record { with } else { record };
        if kept != record && kept != with {
            return Err(store::Error::NotFound);
        }
        desk.merge(gone, kept)
    };
    let back = format!("/clinics/{clinic}/patients/{record}/merge?with={}", filled.with);
    let merged = web.store.with_clinic(me.actor(), clinic, merge).await;
    merged.map_err(|error| match error {
        error @ store::Error::Conflict(_) => Problem::from(error).with_way_on("Back to both records", back),
        error => error.into(),
    })?;
    Ok(Redirect::to(&format!("/clinics/{clinic}/duplicates")))
}

pub async fn undo(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let (clinic, record) = ids(&clinic, &record)?;
    let undo = move |desk: &mut Desk<'_, MergePatients>| desk.undo_merge(record);
    web.store.with_clinic(me.actor(), clinic, undo).await?;
    Ok(Redirect::to(&format!("/clinics/{clinic}/duplicates")))
}
