//! The pages of a handed-over screen. What was typed is never shown again, not even when it was wrong.

use super::steps::Secret;
use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::refusals::{conflict_words, invalid_words};
use crate::security::qr;
use crate::sharing::words;
use crate::show;
use ::words::Language;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sharing::{LinkCode, RecordId};
use store::{Conflict, Error, Handover, Invalid, Method, NextStep};

#[derive(Template)]
#[template(path = "here/begin.html")]
struct BeginPage {
    frame: Frame,
    token: String,
    asks: Asks,
    form: Form,
}

#[derive(Template)]
#[template(path = "here/second_step.html")]
struct SecondStepPage {
    frame: Frame,
    token: String,
    form: Form,
    sms: bool,
    sent: bool,
    passkey: bool,
}

#[derive(Template)]
#[template(path = "here/choose.html")]
struct ChoosePage {
    frame: Frame,
    token: String,
    asks: Asks,
    records: Vec<(String, String)>,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "here/code.html")]
struct CodePage {
    frame: Frame,
    code: String,
    /// The link to it, for a phone's camera.
    square: Option<String>,
}

#[derive(Template)]
#[template(path = "here/done.html")]
struct DonePage {
    frame: Frame,
    linked: bool,
}

/// Which clinic asks for what, in words.
struct Asks {
    clinic: String,
    contact: String,
    kinds: String,
    until: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    linked: bool,
    said: String,
}

impl Asks {
    fn of(handover: Handover) -> Self {
        let until = |at| show::moment(at, &handover.zone, Language::default());
        Self {
            kinds: words::kinds(handover.terms.visibility),
            until: handover.terms.until_at.map(until),
            clinic: handover.clinic,
            contact: handover.contact,
        }
    }
}

/// What came of the step before, if it was refused.
fn error_words(said: &str) -> Option<&'static str> {
    match said {
        "wrong" => Some("E-mail address and password do not belong together, or this account cannot be used now."),
        "code" => Some(invalid_words(Invalid::Code)),
        "unconfirmed" => Some(invalid_words(Invalid::Unconfirmed)),
        "wait" => Some("Too many tries. Wait a while, or take a unique code along."),
        "linked" => Some(conflict_words(Conflict::Linked)),
        "failed" => Some("That did not work, and nothing was changed. Try once more."),
        _ => None,
    }
}

/// Over, used up, never there: all the same.
fn over(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::new(
            StatusCode::NOT_FOUND,
            "This screen is not handed over any more",
            "It was for ten minutes, for one link and for a few tries. Give the screen back; the clinic can begin again, or give \
             you a code to take along.",
        )
        .with_way_on("Give the screen back", "/here/done"),
        other => other.into(),
    }
}

fn frame(visitor: &Visitor, title: &str) -> Frame {
    Frame::plain(title, visitor.theme, "/here/done").bare()
}

/// The page of the step that this browser is at.
pub async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Secret(secret): Secret,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let handover = web.store.handover(&token).await.map_err(over)?;
    let error = error_words(&asked.said);
    Ok(match web.store.step_at_handover(&token, &secret).await.map_err(over)? {
        None => begin(&visitor, token, handover, error),
        Some(NextStep::SecondStep(methods)) => {
            second_step(&web, &visitor, token, &methods, error, asked.said == "sent")
        }
        Some(NextStep::Choose(records)) => choose(&visitor, token, handover, records, error),
    })
}

fn begin(visitor: &Visitor, token: String, handover: Handover, error: Option<&'static str>) -> Response {
    let mut form = Form::of(vec![
        Field::input("who", "Your e-mail address", "email", "off", ""),
        Field::input("secret", "Your password", "password", "off", ""),
    ]);
    error.iter().for_each(|error| form.refuse("who", *error));
    render(&BeginPage { frame: frame(visitor, "Link with a clinic"), token, asks: Asks::of(handover), form })
}

fn second_step(
    web: &Web,
    visitor: &Visitor,
    token: String,
    methods: &[Method],
    error: Option<&'static str>,
    sent: bool,
) -> Response {
    let field = Field::text("code", "Code", "off", "");
    let hint = "From your authenticator app or a text message, or one of your recovery codes.";
    let mut form = Form::of(vec![field.hint(hint)]);
    error.iter().for_each(|error| form.refuse("code", *error));
    render(&SecondStepPage {
        frame: frame(visitor, "Second step"),
        token,
        form,
        sms: web.store.sends_sms() && methods.contains(&Method::Phone),
        sent,
        passkey: methods.contains(&Method::Passkey),
    })
}

fn choose(
    visitor: &Visitor,
    token: String,
    handover: Handover,
    records: Vec<(RecordId, String)>,
    error: Option<&'static str>,
) -> Response {
    let records = records.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let frame = frame(visitor, "Share with this clinic?");
    render(&ChoosePage { frame, token, asks: Asks::of(handover), records, error })
}

/// The screen is over, and a code that the person takes along stands on it once. Nothing was typed to get it.
pub async fn on_my_phone(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let code = web.store.code_at_handover(&token).await.map_err(over)?;
    Ok(code_page(&web, &visitor, &code))
}

fn code_page(web: &Web, visitor: &Visitor, code: &LinkCode) -> Response {
    let link = format!("{}/link/{}", web.settings.base_url, code.plain());
    let square = qr::svg(&link, "Square code with the link for your phone");
    render(&CodePage { frame: frame(visitor, "Your code"), code: code.to_string(), square })
}

/// The screen goes back: the step's secret goes, and the browser drops whatever it kept of these pages.
pub async fn done(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let page = render(&DonePage { frame: frame(&visitor, "Give the screen back"), linked: asked.linked });
    let clear = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    ([clear, (header::SET_COOKIE, cookies::here_over(&web.settings.base_url))], page).into_response()
}
