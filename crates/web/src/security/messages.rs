//! Every message that we sent to this account, so that a suspicious one can be checked.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

const MOST: u32 = 100;

#[derive(Template)]
#[template(path = "security/messages.html")]
struct MessagesPage {
    frame: Frame,
    messages: Vec<Row>,
}

struct Row {
    subject: String,
    written: String,
    sent: Option<String>,
    refused: Option<String>,
    paragraphs: Vec<String>,
}

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let messages = web.store.with_account(me.actor(), |own| own.messages(MOST)).await?;
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    let row = |message: store::SentMessage| Row {
        subject: message.subject,
        written: moment(message.made_at),
        sent: message.sent_at.map(moment),
        refused: message.refused_at.map(moment),
        paragraphs: message.text.split("\n\n").map(|part| part.trim().to_owned()).collect(),
    };
    Ok(render(&MessagesPage {
        frame: frame_of(&me, &overview, "Messages we sent you").at(Place::Security),
        messages: messages.into_iter().map(row).collect(),
    }))
}
