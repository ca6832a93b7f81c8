//! Ways to be told of alerts: those there are, how they do, a test of all of them, and more of them.

use super::words::{Told, channel};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::sharing::proving::{self, Proven};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use glucose::Ranges;
use reports::Show;
use serde::Deserialize;
use sharing::Id;
use store::{AlertChannel, AlertChannels, Channel, NewChannel};

#[derive(Template)]
#[template(path = "alerts/channels.html")]
struct ChannelsPage {
    frame: Frame,
    done: &'static str,
    /// What signs a webhook, this once.
    secret: Option<String>,
    channels: Vec<Line>,
    form: Form,
}

/// One way on the page.
struct Line {
    id: String,
    title: String,
    urgent_only: bool,
    failing: Option<String>,
    worked: Option<String>,
    test: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    kind: String,
    url: String,
    token: String,
    urgent_only: String,
    password: String,
}

const KINDS: [(Channel, &str, &str); 5] = [
    (Channel::Mail, "mail", "E-mail, to the address of your account"),
    (
        Channel::Push,
        "push",
        "Installed app: a notification on this phone or computer, once Kinsight is installed there",
    ),
    (Channel::Sms, "sms", "Text message, to your confirmed phone"),
    (Channel::Ntfy, "ntfy", "ntfy: a topic of an ntfy server"),
    (Channel::Webhook, "webhook", "Webhook: a program of your own"),
];

fn form(filled: &Filled, known: &AlertChannels) -> Form {
    let can = |kind: Channel| match kind {
        Channel::Webhook | Channel::Ntfy => true,
        Channel::Sms if !known.sends_sms => false,
        kind => known.channels.iter().all(|channel| channel.kind != kind),
    };
    let offered: Vec<_> = KINDS.into_iter().filter(|(kind, ..)| can(*kind)).collect();
    let first = offered.first().map_or("ntfy", |(_, word, _)| word);
    let chosen = if filled.kind.is_empty() { first } else { &filled.kind };
    let options = offered.iter().map(|(_, word, label)| (*word, (*label).into()));
    Form::of(vec![
        Field::pick("kind", "How", options, chosen),
        Field::input("url", "Address, for ntfy and webhook", "url", "off", &filled.url)
            .optional()
            .hint("Such as https://ntfy.sh/a-name-that-nobody-guesses. Whoever knows the name of a topic can read it."),
        Field::input("token", "Access token, for ntfy where it asks for one", "text", "off", &filled.token).optional(),
        Field::tick(
            "urgent_only",
            "Only for urgent lows, and when it is my turn to be called",
            filled.urgent_only == "yes",
        ),
    ])
}

fn title(one: &AlertChannel, known: &AlertChannels) -> String {
    match one.kind {
        Channel::Mail => format!("E-mail to {}", known.address),
        Channel::Sms => {
            format!("Text message to {}", known.phone.as_deref().unwrap_or("no phone: confirm one under Security"))
        }
        Channel::Push => channel(one.kind).to_owned(),
        Channel::Webhook | Channel::Ntfy => format!("{} at {}", channel(one.kind), one.host),
    }
}

fn line(one: &AlertChannel, known: &AlertChannels, told: &Told<'_>) -> Line {
    Line {
        id: one.id.to_string(),
        title: title(one, known),
        urgent_only: one.urgent_only,
        failing: one.failing.as_ref().map(|(since, why)| format!("Fails since {}: {why}.", told.moment(*since))),
        worked: one.worked_at.map(|at| told.moment(at)),
        test: one
            .last_test
            .as_ref()
            .map(|test| format!("Test of {}. {}.", told.moment(test.made_at), told.delivered(test))),
    }
}

fn done_words(done: &str) -> &'static str {
    match done {
        "added" => "The new way is there. Press Test alert to see whether it reaches you.",
        "changed" => "It is changed.",
        "removed" => "That way is gone. Nothing is sent by it any more.",
        "tested" => "A test is on its way by each of them. Look again in a moment: what became of it stands below.",
        _ => "",
    }
}

async fn known(web: &Web, me: &SignedIn) -> Result<AlertChannels, Problem> {
    Ok(web.store.with_account(me.actor(), |own| own.alert_channels()).await?)
}

async fn shown(
    web: &Web,
    me: &SignedIn,
    done: &'static str,
    secret: Option<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (overview, known) = (web.store.overview(me.actor()).await?, known(web, me).await?);
    let show = Show { language: me.language, unit: me.session.unit, ranges: Ranges::ADULT };
    let told = Told { show: &show, zone: &me.session.zone };
    let channels = known.channels.iter().map(|one| line(one, &known, &told)).collect();
    let frame = frame_of(me, &overview, "Ways to be told").at(Place::Settings);
    Ok(render(&ChannelsPage { frame, done, secret, channels, form }))
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let form = form(&Filled::default(), &known(&web, &me).await?);
    shown(&web, &me, done_words(&asked.done), None, form).await
}

pub async fn add(
    State(web): State<Web>,
    mut me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    match Proven::by(&web, &mut me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(added(&web, &me, &filled).await)),
        Err(why) => {
            let mut form = form(&filled, &known(&web, &me).await?);
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&web, &me, "", None, form).await?).into_response())
        }
    }
}

async fn added(web: &Web, me: &SignedIn, filled: &Filled) -> Result<Response, Problem> {
    let mut form = form(filled, &known(web, me).await?);
    let Some((kind, ..)) = KINDS.into_iter().find(|(_, word, _)| *word == filled.kind) else {
        form.refuse("kind", "Choose one of these.");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(web, me, "", None, form).await?).into_response());
    };
    let urgent_only = filled.urgent_only == "yes";
    let new = NewChannel { kind, url: filled.url.clone(), token: filled.token.clone(), urgent_only };
    match web.store.with_account(me.actor(), move |own| own.add_alert_channel(&new)).await {
        Ok(None) => Ok(Redirect::to("/alerts/channels?done=added").into_response()),
        // Shown this once, so it cannot be an address to come back to.
        Ok(secret) => {
            let form = self::form(&Filled::default(), &known(web, me).await?);
            shown(web, me, done_words("added"), secret, form).await
        }
        Err(why) => {
            let needed = "From there on others may read it. Confirm that it is you.";
            let status = proving::refuse(&mut form, why, needed, None)?;
            Ok((status, shown(web, me, "", None, form).await?).into_response())
        }
    }
}

pub async fn test(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    web.store.with_account(me.actor(), |own| own.test_alerts()).await?;
    Ok(Redirect::to("/alerts/channels?done=tested").into_response())
}

pub async fn change(
    State(web): State<Web>,
    me: SignedIn,
    Path(channel): Path<String>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let id = Id::parse(&channel).ok_or_else(Problem::not_found)?;
    let urgent_only = filled.urgent_only == "yes";
    web.store.with_account(me.actor(), move |own| own.change_alert_channel(id, urgent_only)).await?;
    Ok(Redirect::to("/alerts/channels?done=changed").into_response())
}

pub async fn remove(State(web): State<Web>, me: SignedIn, Path(channel): Path<String>) -> Result<Response, Problem> {
    let id = Id::parse(&channel).ok_or_else(Problem::not_found)?;
    web.store.with_account(me.actor(), move |own| own.remove_alert_channel(id)).await?;
    Ok(Redirect::to("/alerts/channels?done=removed").into_response())
}
