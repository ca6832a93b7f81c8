//! A request about one record: who asks, whose data, and the way through the gate.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, PersonFrame, Place, RecordFrame, Tab};
use crate::record::eyes::Eyes;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use glucose::Ranges;
use jiff::Timestamp;
use reports::Show;
use sharing::{Decision, Permission, Purpose, RecordId, Refusal, RightKind, Standing, allows};
use store::{Access, Error, Record, Right, Step, View};

pub struct Visit {
    pub web: Web,
    pub me: SignedIn,
    pub record: RecordId,
    /// With whose eyes the owner looks.
    pub eyes: Option<Eyes>,
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let me = SignedIn::from_request_parts(parts, web).await?;
        let params = RawPathParams::from_request_parts(parts, web).await.map_err(|_| Problem::not_found())?;
        let record =
            params.iter().find_map(|(name, value)| (name == "record").then(|| RecordId::parse(value)).flatten());
        let record = record.ok_or_else(Problem::not_found)?;
        let eyes = match params.iter().find(|(name, _)| *name == "eyes") {
            Some((_, partner)) => Some(Eyes::of(web, &me, record, partner).await?),
            None => None,
        };
        Ok(Self { web: web.clone(), me, record, eyes })
    }
}

impl Visit {
    /// A look through the gate, with the eyes of this visit.
    pub async fn look<T, F>(&self, purpose: Purpose, job: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, View>) -> Result<T, Error> + Send + 'static,
    {
        let Some(eyes) = &self.eyes else { return self.with(purpose, job).await };
        let seen = self.web.store.see_as(self.me.actor(), self.record, eyes.partner, job).await;
        seen.map_err(|error| self.refused(error).seen_as(eyes.banner(None), eyes.way_back()))
    }

    /// Through the gate. A refusal names the way back to the record, when there is one.
    pub async fn with<R, T, F>(&self, purpose: Purpose, job: F) -> Result<T, Problem>
    where
        R: Right,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let done = self.web.store.with_patient(self.me.actor(), self.record, purpose, job).await;
        done.map_err(|error| self.refused(error))
    }

    fn refused(&self, error: Error) -> Problem {
        let is_shut = matches!(&error, Error::Forbidden(why) if shuts(*why));
        let problem = Problem::from(error);
        match problem.status {
            StatusCode::FORBIDDEN if is_shut => problem,
            StatusCode::FORBIDDEN | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
                problem.with_way_on("Back to the record", self.url(""))
            }
            _ => problem,
        }
    }

    /// An address within this record, as it is seen here.
    pub fn url(&self, rest: &str) -> String {
        match &self.eyes {
            Some(eyes) => format!("/records/{}/see-as/{}{rest}", self.record, eyes.partner),
            None => format!("/records/{}{rest}", self.record),
        }
    }

    pub fn show(&self) -> Show {
        Show { language: self.me.language, unit: self.me.session.unit, ranges: Ranges::ADULT }
    }

    pub async fn frame(&self, title: &str, record: &Record, tab: Tab) -> Result<Frame, Problem> {
        let overview = self.web.store.overview(self.me.actor()).await?;
        let now = self.web.clock.now();
        let others = overview.own.iter().filter(|line| line.id != self.record && record.own);
        let record_frame = RecordFrame {
            id: self.record.to_string(),
            base: self.url(""),
            name: record.name.clone(),
            tab,
            views: may(record, RightKind::View, now),
            uploads: may(record, RightKind::Upload, now),
            manages: may(record, RightKind::Manage, now),
            alerts: self.eyes.is_none() && matches!(record.standing, Standing::Owner | Standing::CarePartner { .. }),
            shares: record.own && self.eyes.is_none(),
            downloads: may(record, RightKind::Download, now),
            standing: match &self.eyes {
                Some(eyes) => Some(eyes.banner(Some(record))),
                None => standing_words(record),
            },
            way_back: self.eyes.as_ref().map(Eyes::way_back),
            others: others.map(|line| (line.id.to_string(), line.name.clone())).collect(),
        };
        let place = match record.standing {
            Standing::CarePartner { .. } => Place::Following,
            Standing::ClinicOfRecord { .. } | Standing::LinkedClinic { .. } => Place::Clinic,
            _ => Place::Nowhere,
        };
        let frame = frame_of(&self.me, &overview, title).at(place).wide();
        let frame = if self.eyes.is_some() { frame.at(Place::Nowhere).without_notes() } else { frame };
        Ok(Frame { record: Some(record_frame), ..frame })
    }
}

/// The frame of a signed-in person's page.
pub fn frame_of(me: &SignedIn, overview: &store::Overview, title: &str) -> Frame {
    let person = PersonFrame {
        name: me.session.name.clone(),
        unit: me.session.unit,
        unconfirmed: (!me.session.verified).then(|| me.session.email.clone()),
        review_due: overview.review_due,
        tag: me.session.tag.clone(),
        clinics: overview.clinics.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
        lockdown: me.session.lockdown.map(|steps| (steps.settled(), Step::ALL.len())),
    };
    let frame = Frame::plain(title, me.visitor.theme, me.visitor.path.clone());
    Frame { person: Some(person), language: me.language, ..frame }
}

/// Whether the record itself is shut for this reason, so that no way leads back to it.
fn shuts(why: Refusal) -> bool {
    matches!(
        why,
        Refusal::Expired | Refusal::Paused | Refusal::SecondStep | Refusal::MemberSecondStep | Refusal::Suspended
    )
}

/// Asks the policy, so that a page offers nothing that would be refused.
pub fn may(record: &Record, right: RightKind, now: Timestamp) -> bool {
    matches!(allows(record.standing, right, now), Decision::Allowed(_))
}

fn standing_words(record: &Record) -> Option<String> {
    let name = &record.name;
    match record.standing {
        Standing::Owner => {
            let why = record.flag.as_ref()?;
            Some(format!("Flagged for the operator of this server, who sees no health data. Reason: {why}."))
        }
        Standing::CarePartner { permission: Permission::ViewOnly, .. } => {
            Some(format!("You see this as {}. View only.", care_partner_of(name)))
        }
        Standing::CarePartner { .. } => Some(format!("You see this as {}. View and download.", care_partner_of(name))),
        Standing::ClinicOfRecord { .. } => {
            Some(format!("A record of your clinic. {name} sees that you looked, once linked."))
        }
        Standing::LinkedClinic { .. } => {
            Some(format!("You see this as a member of a linked clinic. {name} sees that you looked."))
        }
        Standing::App { .. } | Standing::Pass { .. } | Standing::OnDuty(_) | Standing::Stranger => None,
    }
}

/// `Anna's care partner`.
fn care_partner_of(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or(name);
    let ending = if first.ends_with('s') { "’" } else { "’s" };
    format!("{first}{ending} care partner")
}
