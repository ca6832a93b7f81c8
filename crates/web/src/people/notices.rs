//! Which mails a person gets from us, as far as they can choose.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::DownloadNotices;

#[derive(Template)]
#[template(path = "people/notices.html")]
struct NoticesPage {
    frame: Frame,
    kept: bool,
    form: Form,
}

#[derive(Deserialize)]
pub struct Filled {
    #[serde(default)]
    downloads: String,
}

#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

const CHOICES: [(DownloadNotices, &str, &str); 4] = [
    (DownloadNotices::AtOnce, "at-once", "A mail for each, at once"),
    (DownloadNotices::Push, "push", "A notice on my phone or computer, at once"),
    (DownloadNotices::Daily, "daily", "One mail each morning at 8"),
    (DownloadNotices::InApp, "in-app", "No mail: only in the view history"),
];

fn form(chosen: DownloadNotices) -> Form {
    let options = CHOICES.map(|(_, word, label)| (word, label));
    let chosen = CHOICES.iter().find(|(choice, ..)| *choice == chosen).map_or("", |(_, word, _)| *word);
    let field = Field::choose("downloads", "When somebody else downloads a report of yours", &options, chosen);
    Form::of(vec![
        field.hint("With who it was, which report and days, and the receipt number. Without glucose values. Where no browser of yours shows notices, a mail comes instead of them."),
    ])
}

async fn shown(web: &Web, me: &SignedIn, kept: bool, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(me, &overview, "Messages from us").at(Place::Settings);
    Ok(render(&NoticesPage { frame, kept, form }))
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(done): Query<Done>) -> Result<Response, Problem> {
    let chosen = web.store.with_account(me.actor(), |own| own.download_notices()).await?;
    shown(&web, &me, done.done.is_some(), form(chosen)).await
}

pub async fn change(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let Some((chosen, ..)) = CHOICES.into_iter().find(|(_, word, _)| *word == filled.downloads) else {
        let now = web.store.with_account(me.actor(), |own| own.download_notices()).await?;
        let mut form = form(now);
        form.refuse("downloads", "Choose one of the four.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, false, form).await?).into_response());
    };
    web.store.with_account(me.actor(), move |own| own.choose_download_notices(chosen)).await?;
    Ok(Redirect::to("/settings/notices?done=kept").into_response())
}
