//! Links about another address or phone: to the new address, to confirm it, and to the old one, to undo the change. Opening
//! them changes nothing; the buttons do.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use store::Contact;

#[derive(Template)]
#[template(path = "people/new_address.html")]
struct NewAddressPage {
    frame: Frame,
    token: String,
    done: bool,
}

#[derive(Template)]
#[template(path = "people/undo_change.html")]
struct UndoPage {
    frame: Frame,
    token: String,
    is_email: bool,
}

#[derive(Template)]
#[template(path = "people/undone_change.html")]
struct UndonePage {
    frame: Frame,
    is_email: bool,
    /// Where the account can be locked.
    lockdown: String,
}

pub async fn new_address(visitor: Visitor, Path(token): Path<String>) -> Response {
    let frame = Frame::plain("Confirm your new address", visitor.theme, "/");
    render(&NewAddressPage { frame, token, done: false })
}

pub async fn confirm(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    let way_on = |error| Problem::from(error).with_way_on("Go to Security", "/security");
    web.store.confirm_new_email(&token).await.map_err(way_on)?;
    let frame = Frame::plain("Your address was changed", visitor.theme, "/");
    Ok(render(&NewAddressPage { frame, token, done: true }))
}

pub async fn page(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    let is_email = web.store.contact_change(&token).await.map_err(too_late)? == Contact::Email;
    Ok(render(&UndoPage { frame: Frame::plain("Undo the change", visitor.theme, "/"), token, is_email }))
}

pub async fn undo(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    let undone = web.store.undo_contact_change(&token, visitor.origin.clone()).await.map_err(too_late)?;
    Ok(render(&UndonePage {
        frame: Frame::plain("The change was undone", visitor.theme, "/"),
        is_email: undone.contact == Contact::Email,
        lockdown: format!("/lockdown/mail/{}", undone.lockdown),
    }))
}

fn too_late(error: store::Error) -> Problem {
    Problem::from(error).with_way_on("Go to sign in", "/sign-in")
}
