//! Who can see one record: care partners, open invitations, and what was changed just now.

use super::cards::Card;
use super::clinics::ClinicCard;
use super::link_terms::sees;
use super::words::{self, Clock};
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use crate::refusals::invalid_words;
use crate::routes::leads_somewhere;
use crate::show;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use sharing::{AccountId, ClinicId, Purpose};
use store::{Access, CarePartnerLine, Invalid, InvitationLine, LinkedClinicLine, Manage, Record};

#[derive(Template)]
#[template(path = "sharing/record.html")]
struct SharingPage {
    frame: Frame,
    record: String,
    done: Option<String>,
    cards: Vec<Card>,
    clinics: Vec<ClinicCard>,
    invitations: Vec<Open>,
    /// `2 of 3 care partners`, where that is limited.
    room: Option<String>,
    is_full: bool,
    /// When the list was last stamped.
    last: Option<String>,
    /// Whether this is the only record that somebody can see, so that it can be stamped from here.
    stamps: bool,
    view_history: bool,
    passes: bool,
    zone: String,
}

/// An invitation that waits.
struct Open {
    email: String,
    sees: String,
    message: String,
    sent: String,
    ends: String,
    url: String,
}

/// What was done just now; told from what holds now, so that a made-up address tells nothing untrue.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
    partner: String,
    invitation: String,
    clinic: String,
}

/// What stands on the page of one record.
pub struct Shared {
    pub record: Record,
    pub invitations: Vec<InvitationLine>,
    pub clinics: Vec<LinkedClinicLine>,
    pub most: Option<u32>,
}

/// Through the gate. A record that a clinic keeps is shared by its links.
pub async fn shared(visit: &Visit) -> Result<Shared, Problem> {
    let read = |patient: &mut Access<'_, Manage>| {
        Ok(Shared {
            record: patient.record()?,
            invitations: patient.invitations()?,
            clinics: patient.linked_clinics()?,
            most: patient.most_care_partners(),
        })
    };
    let shared = visit.with(Purpose::Sharing, read).await?;
    if shared.record.own {
        return Ok(shared);
    }
    Err(Problem::invalid(invalid_words(Invalid::Record)).with_way_on("Back to the record", visit.url("")))
}

/// One care partner of this record, after the gate.
pub async fn partner(visit: &Visit, partner: &str) -> Result<CarePartnerLine, Problem> {
    let (record, partner) = (visit.record, AccountId::parse(partner).ok_or_else(Problem::not_found)?);
    let lines = visit.web.store.with_account(visit.me.actor(), |own| own.care_partners()).await?;
    let line = lines.into_iter().find(|line| (line.record, line.partner) == (record, partner));
    line.ok_or_else(Problem::not_found)
}

pub fn clock<'a>(visit: &Visit, record: &'a Record) -> Clock<'a> {
    Clock { zone: &record.zone, language: visit.me.language, now: visit.web.clock.now() }
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let read = |own: &mut store::Own<'_>| Ok((own.care_partners()?, own.check_up()?.reviewed_at));
    let (all, reviewed_at) = visit.web.store.with_account(visit.me.actor(), read).await?;
    let stamps = all.iter().all(|line| line.record == visit.record);
    let lines: Vec<_> = all.into_iter().filter(|line| line.record == visit.record).collect();
    let clock = clock(&visit, &shared.record);
    let (room, is_full) = room(&shared, &lines, clock);
    let frame = visit.frame(&format!("{}: share", shared.record.name), &shared.record, Tab::Share).await?;
    Ok(render(&SharingPage {
        frame,
        record: visit.record.to_string(),
        done: done(&asked, &lines, &shared, clock),
        clinics: shared.clinics.iter().map(|line| ClinicCard::of(line, clock)).collect(),
        cards: lines.iter().map(|line| Card::of(line, clock)).collect(),
        invitations: shared.invitations.iter().map(|line| open(&visit, line, clock)).collect(),
        room,
        is_full,
        last: reviewed_at.map(|at| show::moment(at, &visit.me.session.zone, visit.me.language)),
        stamps,
        view_history: leads_somewhere("/records/{record}/view-history"),
        passes: leads_somewhere("/records/{record}/passes"),
        zone: words::zone_name(&shared.record.zone),
    }))
}

fn open(visit: &Visit, line: &InvitationLine, clock: Clock<'_>) -> Open {
    Open {
        email: line.email.clone(),
        sees: format!("Will {}", words::sentence(&line.terms, clock).replacen("sees", "see", 1)),
        message: line.message.clone(),
        sent: clock.moment(line.sent_at),
        ends: clock.moment(line.ends_at),
        url: visit.url(&format!("/sharing/invitations/{}", line.id)),
    }
}

/// How many there are of how many there may be. Whose time is over takes no place.
fn room(shared: &Shared, lines: &[CarePartnerLine], clock: Clock<'_>) -> (Option<String>, bool) {
    let Some(most) = shared.most else { return (None, false) };
    let active = lines.iter().filter(|line| line.terms.until_at.is_none_or(|until| until > clock.now)).count();
    let (open, most) = (shared.invitations.len(), most as usize);
    let invited = match open {
        0 => String::new(),
        1 => " One more is invited.".to_owned(),
        _ => format!(" {open} more are invited."),
    };
    let partners = if most == 1 { "care partner" } else { "care partners" };
    (Some(format!("{active} of {most} {partners}.{invited}")), active + open >= most)
}

fn done(asked: &Asked, lines: &[CarePartnerLine], shared: &Shared, clock: Clock<'_>) -> Option<String> {
    let partner = AccountId::parse(&asked.partner);
    let line = lines.iter().find(|line| Some(line.partner) == partner);
    let open = shared.invitations.iter().find(|line| line.id.to_string() == asked.invitation);
    Some(match (asked.done.as_str(), line, open) {
        ("invited" | "sent", _, Some(open)) => format!(
            "A mail with a link is on its way to {}. Nothing is shared until they accept. The link is good until {}.",
            open.email,
            clock.moment(open.ends_at)
        ),
        ("withdrawn", ..) => "The invitation is withdrawn: its link opens nothing any more.".to_owned(),
        ("changed", Some(line), _) => {
            format!("From now on {} {} Both of you are told by mail.", line.name, words::sentence(&line.terms, clock))
        }
        ("approved", Some(line), _) => {
            format!("{} is let in and {} Both of you are told by mail.", line.name, words::sentence(&line.terms, clock))
        }
        ("paused", Some(line), _) => {
            let until = line.paused_until_at.filter(|until| *until > clock.now)?;
            format!("{} sees nothing until {}. Both of you are told by mail.", line.name, clock.moment(until))
        }
        ("resumed", Some(line), _) => {
            format!(
                "The pause is over: {} {} Both of you are told by mail.",
                line.name,
                words::sentence(&line.terms, clock)
            )
        }
        ("removed", ..) => {
            "Removed. They are out at once, and what they had open has ended. Both of you are told by mail.".to_owned()
        }
        ("linked" | "clinic-changed", ..) => {
            let clinic = ClinicId::parse(&asked.clinic);
            let line = shared.clinics.iter().find(|line| Some(line.clinic) == clinic)?;
            format!("From now on {} sees {}.", line.name, sees(&line.terms, clock))
        }
        ("clinic-removed", ..) => {
            "The link has ended. The clinic is out at once, and what it had open has ended. It keeps what it uploaded itself."
                .to_owned()
        }
        ("reviewed", ..) => "Thank you. We remind you in three months.".to_owned(),
        _ => return None,
    })
}
