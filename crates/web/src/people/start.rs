//! The first address: on to where this person most likely wants to be.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{EvenLeaving, SignedIn, Visitor};
use axum::Json;
use axum::extract::State;
use axum::response::Redirect;

pub async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    me: Result<EvenLeaving, Problem>,
) -> Result<Redirect, Problem> {
    if visitor.token.is_none() {
        return Ok(Redirect::to("/sign-in"));
    }
    let Ok(EvenLeaving(me)) = me else { return Ok(Redirect::to("/sign-in")) };
    if me.session.leaving.is_some() {
        return Ok(Redirect::to("/leaving"));
    }
    let overview = web.store.overview(me.actor()).await?;
    let place = match (&overview.own[..], &overview.following[..], &overview.clinics[..]) {
        ([own], _, _) => format!("/records/{}", own.id),
        ([], [], [(clinic, _), ..]) => format!("/clinics/{clinic}/patients"),
        ([], [_, ..], _) => "/following".to_owned(),
        ([], [], []) if is_awaited(&web, &me).await? => "/following".to_owned(),
        _ => "/records".to_owned(),
    };
    Ok(Redirect::to(&place))
}

/// Whether there is something under Following for somebody who has nothing else: an invitation, or access that is paused.
async fn is_awaited(web: &Web, me: &SignedIn) -> Result<bool, Problem> {
    let invited = web.store.with_account(me.actor(), |own| Ok(!own.offers()?.is_empty())).await?;
    Ok(invited || !web.store.following(me.actor()).await?.is_empty())
}

/// For probes: the process answers. Says nothing else to strangers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Where password managers look for the page that changes a password.
pub async fn change_password() -> Redirect {
    Redirect::to("/security/password")
}

/// Where password managers look for the pages about passkeys.
pub async fn passkey_endpoints(State(web): State<Web>) -> Result<Json<serde_json::Value>, Problem> {
    let origin = web.store.passkey_origin().ok_or_else(Problem::not_found)?;
    let manage = format!("{origin}/security/second-step");
    Ok(Json(serde_json::json!({ "enroll": format!("{manage}/passkeys"), "manage": manage })))
}

/// Nothing here is for search engines.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /\n"
}
