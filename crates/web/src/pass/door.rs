//! How a visit pass is opened: by the link in its square, or by typing its code. Opening an address changes nothing, for mail
//! scanners and previews do that; the button does.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Error, PassKey};

#[derive(Template)]
#[template(path = "pass/code.html")]
struct CodePage {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "pass/link.html")]
struct LinkPage {
    frame: Frame,
    token: String,
    refused: bool,
}

#[derive(Template)]
#[template(path = "pass/over.html")]
struct OverPage {
    frame: Frame,
}

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    code: String,
}

fn form(code: &str) -> Form {
    let field = Field::text("code", "Code", "off", code);
    Form::of(vec![field.hint("Three groups of four, such as 7K3M-Q9TR-04WD. Capitals and dashes do not matter.")])
}

fn shown(visitor: &Visitor, form: Form) -> Response {
    render(&CodePage { frame: Frame::plain("Open a visit pass", visitor.theme, "/pass"), form })
}

pub async fn page(visitor: Visitor) -> Response {
    shown(&visitor, form(""))
}

pub async fn by_code(
    State(web): State<Web>,
    visitor: Visitor,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    match web.store.open_pass(PassKey::Code(typed.code.clone()), visitor.origin.clone()).await {
        Ok(browser) => Ok(opened(&web, browser.as_str())),
        Err(Error::Invalid(_)) => {
            let mut form = form(&typed.code);
            form.refuse("code", "This code is wrong, was used before, or is older than ten minutes.");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&visitor, form)).into_response())
        }
        Err(error) => Err(Problem::from(error).with_way_on("Try again", "/pass")),
    }
}

/// Says the same of every link, whether it opens something or not.
pub async fn link(visitor: Visitor, Path(token): Path<String>) -> Response {
    link_page(&visitor, token, false)
}

fn link_page(visitor: &Visitor, token: String, refused: bool) -> Response {
    render(&LinkPage { frame: Frame::plain("Open a visit pass", visitor.theme, "/pass"), token, refused })
}

pub async fn by_link(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    match web.store.open_pass(PassKey::Link(token.clone()), visitor.origin.clone()).await {
        Ok(browser) => Ok(opened(&web, browser.as_str())),
        Err(Error::Invalid(_)) => Ok((StatusCode::NOT_FOUND, link_page(&visitor, token, true)).into_response()),
        Err(error) => Err(error.into()),
    }
}

fn opened(web: &Web, browser: &str) -> Response {
    let cookie = cookies::pass(browser, &web.settings.base_url);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/pass/look")).into_response()
}

/// Where every look ends.
pub async fn over(visitor: Visitor) -> Response {
    render(&OverPage { frame: Frame::plain("Visit pass over", visitor.theme, "/pass/over") })
}
