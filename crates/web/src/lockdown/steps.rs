//! The nine steps: the list, and a page for each. They can be left at any time; what was done stays done.

use super::{access, end, identity, lasting, review, sources};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, to_proof};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use store::{Lockdown, State as HowFar, Step};

#[derive(Template)]
#[template(path = "lockdown/steps.html")]
struct StepsPage {
    frame: Frame,
    began: String,
    how: String,
    settled: usize,
    next: &'static str,
    steps: Vec<Line>,
    still: usize,
}

struct Line {
    step: &'static str,
    title: &'static str,
    state: &'static str,
    settled: bool,
}

#[derive(Template)]
#[template(path = "lockdown/step.html")]
struct StepPage {
    frame: Frame,
    number: usize,
    of: usize,
    step: &'static str,
    title: &'static str,
    state: &'static str,
    open: bool,
    content: Content,
}

/// What stands on the page of a step.
enum Content {
    Password,
    SecondStep,
    Review(review::Review),
    Access(Vec<access::Line>),
    Clinics { names: Vec<String>, told: bool },
    Support { contact: Option<String>, href: Option<String> },
    Data(Vec<sources::OfRecord>),
    Identity(identity::Place),
    End(end::Ending),
}

#[derive(Deserialize)]
pub struct Marked {
    state: String,
}

pub fn title(step: Step) -> &'static str {
    match step {
        Step::Password => "Set a new password",
        Step::SecondStep => "Set up a new second step",
        Step::Review => "See what changed and what was looked at",
        Step::Access => "Let people in again",
        Step::Clinics => "Tell your clinics",
        Step::Support => "Contact support",
        Step::Data => "Look for data that does not fit",
        Step::Identity => "Get help with identity theft",
        Step::End => "End the lockdown",
    }
}

pub fn state_words(state: HowFar) -> &'static str {
    match state {
        HowFar::Open => "To do",
        HowFar::Done => "Done",
        HowFar::Skipped => "Skipped",
    }
}

pub async fn list(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let lockdown = lasting(&web, &me).await?;
    let overview = web.store.overview(me.actor()).await?;
    let line = |step: Step| {
        let state = lockdown.steps.of(step);
        Line { step: step.word(), title: title(step), state: state_words(state), settled: state != HowFar::Open }
    };
    Ok(render(&StepsPage {
        frame: frame_of(&me, &overview, "Lockdown").at(Place::Security),
        began: show::moment(lockdown.began_at, &me.session.zone, me.language),
        how: lockdown.how.clone(),
        settled: lockdown.steps.settled(),
        next: lockdown.steps.next().word(),
        steps: Step::ALL.into_iter().map(line).collect(),
        still: lockdown.suspended.len(),
    }))
}

pub async fn page(State(web): State<Web>, me: SignedIn, Path(step): Path<String>) -> Result<Response, Problem> {
    let step = Step::parse(&step).ok_or_else(Problem::not_found)?;
    let lockdown = lasting(&web, &me).await?;
    // Asked before anything is pressed, so that no press is in vain.
    if matches!(step, Step::Access | Step::End) && !me.session.is_fresh(web.clock.now()) {
        return Ok(to_proof(&me.visitor.path));
    }
    let content = content(&web, &me, &lockdown, step).await?;
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(&me, &overview, title(step)).at(Place::Security);
    let wide = matches!(step, Step::Review | Step::Access | Step::Data);
    let state = lockdown.steps.of(step);
    Ok(render(&StepPage {
        frame: if wide { frame.wide() } else { frame },
        number: step as usize + 1,
        of: Step::ALL.len(),
        step: step.word(),
        title: title(step),
        state: state_words(state),
        open: state == HowFar::Open,
        content,
    }))
}

async fn content(web: &Web, me: &SignedIn, lockdown: &Lockdown, step: Step) -> Result<Content, Problem> {
    Ok(match step {
        Step::Password => Content::Password,
        Step::SecondStep => Content::SecondStep,
        Step::Review => Content::Review(review::read(web, me).await?),
        Step::Access => Content::Access(access::lines(lockdown, me)),
        Step::Clinics => {
            let mut names: Vec<String> = lockdown.clinics.iter().map(|(_, _, name)| name.clone()).collect();
            names.dedup();
            Content::Clinics { names, told: lockdown.steps.of(Step::Clinics) == HowFar::Done }
        }
        Step::Support => {
            let contact = web.settings.support_contact.clone();
            Content::Support { href: contact.as_deref().and_then(href), contact }
        }
        Step::Data => Content::Data(sources::read(web, me, lockdown).await?),
        Step::Identity => {
            let account = web.store.with_account(me.actor(), |own| own.account()).await?;
            Content::Identity(identity::of(&account.country))
        }
        Step::End => Content::End(end::ending(lockdown)),
    })
}

/// An address of the web or for mail can be followed; anything else is only read.
fn href(contact: &str) -> Option<String> {
    let is_mail = contact.contains('@') && !contact.contains([' ', '/', ':', '?', '&']);
    let is_web = contact.starts_with("https://") && !contact.contains(' ');
    if is_mail { Some(format!("mailto:{contact}")) } else { is_web.then(|| contact.to_owned()) }
}

pub async fn mark(
    State(web): State<Web>,
    me: SignedIn,
    Path(step): Path<String>,
    axum::Form(marked): axum::Form<Marked>,
) -> Result<Redirect, Problem> {
    let step = Step::parse(&step).ok_or_else(Problem::not_found)?;
    let state = match marked.state.as_str() {
        "done" => HowFar::Done,
        "skipped" => HowFar::Skipped,
        "open" => HowFar::Open,
        _ => return Err(Problem::invalid("A step is done, skipped or open.")),
    };
    lasting(&web, &me).await?;
    web.store.with_account(me.actor(), move |own| own.mark_step(step, state)).await?;
    Ok(Redirect::to(&after(&lasting(&web, &me).await?)))
}

/// The next step that is still to do.
pub fn after(lockdown: &Lockdown) -> String {
    format!("/lockdown/steps/{}", lockdown.steps.next().word())
}
