//! Sending an invitation again, and taking one back.

use crate::edge::problem::Problem;
use crate::edge::session::to_proof;
use crate::record::visit::Visit;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use sharing::{Id, Purpose};
use store::{Access, Error, Manage};

/// Nothing was typed, so the proof is asked for on its own page, and the button is pressed again.
pub async fn send_again(visit: Visit, Path((_, invitation)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = Id::parse(&invitation);
    let send = move |patient: &mut Access<'_, Manage>| patient.invite_again(id.ok_or(Error::NotFound)?);
    match visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Sharing, send).await {
        Ok(()) => {
            let place = visit.url(&format!("/sharing?done=sent&invitation={invitation}"));
            Ok(Redirect::to(&place).into_response())
        }
        Err(Error::ProofNeeded) => Ok(to_proof(&visit.url("/sharing"))),
        Err(error) => Err(error.into()),
    }
}

pub async fn withdraw(visit: Visit, Path((_, invitation)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = Id::parse(&invitation);
    let withdraw = move |patient: &mut Access<'_, Manage>| patient.withdraw_invitation(id.ok_or(Error::NotFound)?);
    visit.with(Purpose::Sharing, withdraw).await?;
    Ok(Redirect::to(&visit.url("/sharing?done=withdrawn")))
}
