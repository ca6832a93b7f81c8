//! A request about one clinic: who asks, which clinic, and the way through its door.

use super::Places;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, to_proof};
use crate::page::{Frame, Place};
use crate::record::visit::frame_of;
use crate::show;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;
use jiff::Timestamp;
use sharing::{ClinicId, ClinicRole};
use store::{Desk, DeskRight, Error};

/// Somebody at the door of a clinic.
pub struct Office {
    pub web: Web,
    pub me: SignedIn,
    pub clinic: ClinicId,
}

impl FromRequestParts<Web> for Office {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let me = SignedIn::from_request_parts(parts, web).await?;
        let params = RawPathParams::from_request_parts(parts, web).await.map_err(|_| Problem::not_found())?;
        let clinic =
            params.iter().find_map(|(name, value)| (name == "clinic").then(|| ClinicId::parse(value)).flatten());
        Ok(Self { web: web.clone(), me, clinic: clinic.ok_or_else(Problem::not_found)? })
    }
}

impl Office {
    /// Through the clinic's door.
    pub async fn with<R, T, F>(&self, job: F) -> Result<T, Error>
    where
        R: DeskRight,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Desk<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        self.web.store.with_clinic(self.me.actor(), self.clinic, job).await
    }

    /// An address within this clinic.
    pub fn url(&self, rest: &str) -> String {
        format!("/clinics/{}{rest}", self.clinic)
    }

    pub async fn frame(&self, title: &str) -> Result<Frame, Problem> {
        let overview = self.web.store.overview(self.me.actor()).await?;
        Ok(frame_of(&self.me, &overview, title).at(Place::Clinic))
    }

    /// The row of links above the pages of an admin.
    pub fn places(&self, here: &str) -> Places {
        Places::of(self.clinic, ClinicRole::Admin, here)
    }

    /// To the page that asks for a proof and back here, when the last one is too long ago.
    pub fn proof_first(&self) -> Option<Response> {
        (!self.me.session.is_fresh(self.web.clock.now())).then(|| to_proof(&self.me.visitor.path))
    }

    pub fn moment(&self, at: Timestamp) -> String {
        show::moment(at, &self.me.session.zone, self.me.language)
    }
}

/// What a member does there, with what that reaches.
pub const ROLES: [(ClinicRole, &str, &str, &str); 3] = [
    (ClinicRole::Admin, "admin", "Admin", "members and settings, and everything a clinician does"),
    (ClinicRole::Clinician, "clinician", "Clinician", "data, reports and links of all patients"),
    (
        ClinicRole::FrontDesk,
        "front-desk",
        "Front desk",
        "the list of patients, uploads and links; no figures, no reports",
    ),
];

pub fn role_words(role: ClinicRole) -> &'static str {
    ROLES.iter().find(|(known, ..)| *known == role).map_or("", |(_, _, words, _)| words)
}

pub fn role_name(role: ClinicRole) -> &'static str {
    ROLES.iter().find(|(known, ..)| *known == role).map_or("", |(_, name, ..)| name)
}

pub fn role_of(name: &str) -> Option<ClinicRole> {
    ROLES.iter().find(|(_, known, ..)| *known == name).map(|(role, ..)| *role)
}
