//! What happened to one's own account: who signed in or tried to, what was changed, what was sent.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use crate::whence::{Whence, detail_words};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use store::{ActivityLine, Outcome, Own, SignInLine};

const MOST: u32 = 100;

#[derive(Template)]
#[template(path = "people/activity.html")]
struct ActivityPage {
    frame: Frame,
    /// Word, what it is called, whether it is shown.
    filters: Vec<(&'static str, &'static str, bool)>,
    sign_ins: Option<Vec<SignInRow>>,
    lines: Option<Vec<Line>>,
    messages: Vec<(String, String)>,
}

struct SignInRow {
    at: String,
    outcome: &'static str,
    failed: bool,
    method: String,
    whence: Whence,
}

struct Line {
    at: String,
    what: String,
    count: u32,
    detail: String,
}

/// What is shown of the activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shown {
    #[default]
    All,
    SignIns,
    Changes,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    show: Shown,
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let shown = asked.show;
    let look = move |own: &mut Own<'_>| {
        let sign_ins = (shown != Shown::Changes).then(|| own.sign_ins(MOST)).transpose()?;
        let lines = (shown != Shown::SignIns).then(|| own.changes(MOST)).transpose()?;
        Ok((sign_ins, lines, own.messages(MOST)?))
    };
    let (sign_ins, lines, messages) = web.store.with_account(me.actor(), look).await?;
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    let filter = |(word, words, filter)| (word, words, filter == shown);
    Ok(render(&ActivityPage {
        frame: frame_of(&me, &overview, "Activity").at(Place::Activity).wide(),
        filters: FILTERS.into_iter().map(filter).collect(),
        sign_ins: sign_ins.map(|lines| lines.into_iter().map(|line| sign_in_row(&web, &me, line)).collect()),
        lines: lines.map(|lines| lines.into_iter().map(|line| change_row(&me, line)).collect()),
        messages: messages.into_iter().map(|message| (moment(message.made_at), message.subject)).collect(),
    }))
}

const FILTERS: [(&str, &str, Shown); 3] =
    [("all", "All", Shown::All), ("sign-ins", "Sign-ins", Shown::SignIns), ("changes", "Changes", Shown::Changes)];

fn sign_in_row(web: &Web, me: &SignedIn, line: SignInLine) -> SignInRow {
    SignInRow {
        at: show::moment(line.at, &me.session.zone, me.language),
        outcome: outcome_words(line.outcome),
        failed: matches!(line.outcome, Outcome::WrongPassword | Outcome::WrongSecondStep),
        method: if line.method.is_empty() { "–".to_owned() } else { capital(&line.method) },
        whence: Whence::of(&line.origin, web.settings.places.as_deref()),
    }
}

fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::In => "Signed in",
        Outcome::WrongPassword => "Failed: wrong password",
        Outcome::Half => "Password right, second step asked",
        Outcome::WrongSecondStep => "Failed: wrong second step",
        Outcome::LetIn => "Let in to try by a mailed link",
    }
}

fn change_row(me: &SignedIn, line: ActivityLine) -> Line {
    Line {
        at: show::moment(line.at, &me.session.zone, me.language),
        what: capital(&line.what),
        count: line.count,
        detail: detail_words(&line.detail),
    }
}

pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
