//! The pages of a handed-over screen. What was typed is never shown again, not even when it was wrong.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::security::qr;
use crate::sharing::words;
use crate::show;
use ::words::Language;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sharing::LinkCode;
use store::{Error, Handover, Method};

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
    step: String,
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
    step: String,
    asks: Asks,
    records: Vec<(String, String)>,
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
pub(super) struct Asks {
    pub(super) clinic: String,
    pub(super) contact: String,
    pub(super) kinds: String,
    pub(super) until: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    linked: bool,
}

impl Asks {
    pub(super) fn of(handover: Handover) -> Self {
        let until = |at| show::moment(at, &handover.zone, Language::default());
        Self {
            kinds: words::kinds(handover.terms.visibility),
            until: handover.terms.until_at.map(until),
            clinic: handover.clinic,
            contact: handover.contact,
        }
    }
}

/// Over, used up, never there: all the same.
pub(super) fn over(error: Error) -> Problem {
    match error {
        Error::NotFound | Error::NotSignedIn => Problem::new(
            axum::http::StatusCode::NOT_FOUND,
            "This screen is not handed over any more",
            "It was for ten minutes, for one link and for a few tries. Give the screen back; the clinic can begin again, or give \
             you a code to take along.",
        )
        .with_way_on("Give the screen back", "/here/done"),
        other => other.into(),
    }
}

pub(super) fn frame(visitor: &Visitor, title: &str) -> Frame {
    Frame::plain(title, visitor.theme, "/here/done").bare()
}

pub(super) fn begin(visitor: &Visitor, token: &str, handover: Handover, error: Option<&str>) -> Response {
    let mut form = Form::of(vec![
        Field::input("who", "Your e-mail address", "email", "off", ""),
        Field::input("secret", "Your password", "password", "off", ""),
    ]);
    if let Some(error) = error {
        form.refuse("who", error);
    }
    let frame = frame(visitor, "Link with a clinic");
    render(&BeginPage { frame, token: token.to_owned(), asks: Asks::of(handover), form })
}

pub(super) struct SecondStep<'a> {
    pub(super) token: &'a str,
    pub(super) secret: String,
    pub(super) methods: &'a [Method],
    pub(super) error: Option<&'a str>,
    pub(super) sent: bool,
}

pub(super) fn second_step(web: &Web, visitor: &Visitor, page: SecondStep<'_>) -> Response {
    let SecondStep { token, secret, methods, error, sent } = page;
    let field = Field::text("code", "Code", "off", "");
    let mut form =
        Form::of(vec![field.hint("From your authenticator app or a text message, or one of your recovery codes.")]);
    if let Some(error) = error {
        form.refuse("code", error);
    }
    render(&SecondStepPage {
        frame: frame(visitor, "Second step"),
        token: token.to_owned(),
        step: secret,
        form,
        sms: web.store.sends_sms() && methods.contains(&Method::Phone),
        sent,
        passkey: methods.contains(&Method::Passkey),
    })
}

pub(super) fn choose(
    visitor: &Visitor,
    token: &str,
    step: String,
    handover: Handover,
    records: Vec<(sharing::RecordId, String)>,
) -> Response {
    let records = records.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let (frame, token) = (frame(visitor, "Share with this clinic?"), token.to_owned());
    render(&ChoosePage { frame, token, step, asks: Asks::of(handover), records })
}

pub(super) fn code(web: &Web, visitor: &Visitor, code: &LinkCode) -> Response {
    let link = format!("{}/link/{}", web.settings.base_url, code.plain());
    let square = qr::svg(&link, "Square code with the link for your phone");
    render(&CodePage { frame: frame(visitor, "Your code"), code: code.to_string(), square })
}

/// Says the same of every link that opens nothing.
pub async fn page(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    let handover = web.store.handover(&token).await.map_err(over)?;
    Ok(begin(&visitor, &token, handover, None))
}

/// The screen goes back; the browser drops whatever it kept of these pages.
pub async fn done(visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let page = render(&DonePage { frame: frame(&visitor, "Give the screen back"), linked: asked.linked });
    let clear = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    ([clear], page).into_response()
}
