//! The two switches that stand on every page: the colours, and the unit.

use super::choices;
use super::settings::settings_of;
use crate::Web;
use crate::edge::cookies::{self, Theme};
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::own_path;
use axum::Form;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use store::AccountSettings;

#[derive(Deserialize)]
pub struct ThemeChoice {
    theme: String,
    back: String,
}

pub async fn theme(State(web): State<Web>, Form(choice): Form<ThemeChoice>) -> impl IntoResponse {
    let cookie = cookies::theme(Theme::parse(&choice.theme), &web.settings.base_url);
    ([(header::SET_COOKIE, cookie)], Redirect::to(own_path(&choice.back).unwrap_or("/")))
}

#[derive(Deserialize)]
pub struct UnitChoice {
    unit: String,
    back: String,
}

pub async fn unit(
    State(web): State<Web>,
    me: SignedIn,
    Form(choice): Form<UnitChoice>,
) -> Result<impl IntoResponse, Problem> {
    let unit =
        choices::unit_of(&choice.unit).ok_or_else(|| Problem::invalid("There are two units: mg/dL and mmol/L."))?;
    web.store
        .with_account(me.actor(), move |own| {
            let account = own.account()?;
            own.change_settings(&AccountSettings { unit, ..settings_of(account) })
        })
        .await?;
    Ok(Redirect::to(own_path(&choice.back).unwrap_or("/")))
}
