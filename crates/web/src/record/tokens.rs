//! Tokens with which apps and `kinsight upload` bring data. Shown once, revocable at any time.

use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::forms::{Field, Form};
use crate::page::{Frame, Tab, render};
use crate::show;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{Id, Purpose, TokenScope};
use store::{Access, Manage, NewAppToken, Record};

#[derive(Template)]
#[template(path = "record/tokens.html")]
struct TokensPage {
    frame: Frame,
    record: String,
    base_url: String,
    /// Shown now and never again.
    new: Option<String>,
    form: Form,
    tokens: Vec<Line>,
    /// Whether a token may be made without another proof.
    fresh: bool,
}

struct Line {
    id: String,
    name: String,
    made: String,
    used: String,
}

#[derive(Deserialize)]
pub struct Filled {
    name: String,
}

fn form(name: &str) -> Form {
    let field = Field::text("name", "Name of the app or computer", "off", name);
    Form::of(vec![field.hint("So that you know it again, such as “Clinic PC” or “Phone”.")])
}

async fn shown(visit: &Visit, form: Form, new: Option<String>) -> Result<Response, Problem> {
    let (record, tokens): (Record, _) = visit
        .with(Purpose::Tokens, |patient: &mut Access<'_, Manage>| Ok((patient.record()?, patient.tokens()?)))
        .await?;
    let moment = |at| show::moment(at, &record.zone, visit.me.language);
    let line = |token: store::AppToken| Line {
        id: token.id.to_string(),
        name: token.name,
        made: moment(token.made_at),
        used: token.used_at.map_or_else(|| "never".to_owned(), moment),
    };
    let tokens = tokens.into_iter().map(line).collect();
    let frame = visit.frame(&format!("{}: app tokens", record.name), &record, Tab::Uploads).await?;
    let base_url = visit.web.settings.base_url.to_string();
    let fresh = visit.me.session.is_fresh(visit.web.clock.now());
    Ok(render(&TokensPage { frame, record: visit.record.to_string(), base_url, new, form, tokens, fresh }))
}

pub async fn page(visit: Visit) -> Result<Response, Problem> {
    shown(&visit, form(""), None).await
}

pub async fn add(visit: Visit, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let name = filled.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 {
        let mut form = form(&name);
        form.refuse("name", "A name is needed, of at most 60 characters.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&visit, form, None).await?).into_response());
    }
    let token = visit
        .with(Purpose::Tokens, move |patient: &mut Access<'_, Manage>| {
            patient.add_token(&NewAppToken::new(&name, TokenScope::Upload))
        })
        .await?;
    shown(&visit, form(""), Some(token)).await
}

pub async fn revoke(visit: Visit, Path((_, token)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = Id::parse(&token).ok_or_else(Problem::not_found)?;
    visit.with(Purpose::Tokens, move |patient: &mut Access<'_, Manage>| patient.revoke_token(id)).await?;
    Ok(Redirect::to(&visit.url("/tokens")))
}
