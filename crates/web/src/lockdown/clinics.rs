//! Telling the clinics: one press, one mail to the admins of each.

use super::{lasting, steps};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use axum::extract::State;
use axum::response::Redirect;

pub async fn notify(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    lasting(&web, &me).await?;
    web.store.with_account(me.actor(), |own| own.notify_clinics()).await?;
    Ok(Redirect::to(&steps::after(&lasting(&web, &me).await?)))
}
