//! The steps of a handed-over screen: each form comes with the secret of the page before it, and answers with the next page.

use super::pages::{self, SecondStep, over};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::refusals::invalid_words;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::RecordId;
use store::{Error, HandoverStep, Invalid, NextStep};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    who: String,
    secret: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Code {
    step: String,
    code: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    step: String,
    record: String,
}

const WRONG: &str = "E-mail address and password do not belong together, or this account cannot be used now.";

pub async fn prove(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    let origin = visitor.origin.clone();
    match web.store.prove_at_handover(&token, &typed.who, &typed.secret, origin).await {
        Ok(step) => next(&web, &visitor, &token, step).await,
        Err(Error::WrongProof) => refused(&web, &visitor, &token, WRONG).await,
        Err(Error::Invalid(invalid)) => refused(&web, &visitor, &token, invalid_words(invalid)).await,
        Err(error) => Err(over(error)),
    }
}

async fn refused(web: &Web, visitor: &Visitor, token: &str, why: &str) -> Result<Response, Problem> {
    let handover = web.store.handover(token).await.map_err(over)?;
    Ok((StatusCode::UNAUTHORIZED, pages::begin(visitor, token, handover, Some(why))).into_response())
}

async fn next(web: &Web, visitor: &Visitor, token: &str, step: HandoverStep) -> Result<Response, Problem> {
    let HandoverStep { secret, next } = step;
    match next {
        NextStep::SecondStep(methods) => {
            let page = SecondStep { token, secret, methods: &methods, error: None, sent: false };
            Ok(pages::second_step(web, visitor, page))
        }
        NextStep::Choose(records) => {
            let handover = web.store.handover(token).await.map_err(over)?;
            Ok(pages::choose(visitor, token, secret, handover, records))
        }
    }
}

pub async fn second_step(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    axum::Form(typed): axum::Form<Code>,
) -> Result<Response, Problem> {
    let origin = visitor.origin.clone();
    match web.store.second_step_at_handover(&token, &typed.step, &typed.code, origin).await {
        Ok(step) => next(&web, &visitor, &token, step).await,
        Err(Error::WrongProof) => {
            let error = Some(invalid_words(Invalid::Code));
            again(&web, &visitor, &token, typed.step, error, StatusCode::UNAUTHORIZED).await
        }
        Err(error) => Err(over(error)),
    }
}

pub async fn send_code(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    axum::Form(typed): axum::Form<Code>,
) -> Result<Response, Problem> {
    web.store.send_code_at_handover(&token, &typed.step).await.map_err(over)?;
    again(&web, &visitor, &token, typed.step, None, StatusCode::OK).await
}

/// The page of the second step once more: after a wrong code, or when one was sent.
async fn again(
    web: &Web,
    visitor: &Visitor,
    token: &str,
    secret: String,
    error: Option<&str>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let methods = web.store.second_steps_at_handover(token, &secret).await.map_err(over)?;
    let page = SecondStep { token, secret, methods: &methods, error, sent: error.is_none() };
    Ok((status, pages::second_step(web, visitor, page)).into_response())
}

pub async fn accept(
    State(web): State<Web>,
    Path(token): Path<String>,
    axum::Form(chosen): axum::Form<Chosen>,
) -> Result<Response, Problem> {
    let record = RecordId::parse(&chosen.record).ok_or_else(|| over(Error::NotFound))?;
    web.store.accept_at_handover(&token, &chosen.step, record).await.map_err(over)?;
    Ok(Redirect::to("/here/done?linked=true").into_response())
}

/// The screen is over, and a code that the person takes along stands on it once.
pub async fn on_my_phone(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let code = web.store.code_at_handover(&token).await.map_err(over)?;
    Ok(pages::code(&web, &visitor, &code))
}

pub async fn end(State(web): State<Web>, Path(token): Path<String>) -> Result<Response, Problem> {
    web.store.end_handover(&token).await?;
    Ok(Redirect::to("/here/done").into_response())
}
