//! A fresh proof in the very form that needs one, so that nothing typed is lost on the way.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::refusals::{conflict_words, field_of, invalid_words};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::Error;

pub const FIELD: &str = "password";

/// The session's new cookie, after a proof; it goes out with whatever is answered.
#[derive(Default)]
pub struct Proven(Option<HeaderValue>);

impl Proven {
    /// Takes the password for a proof, if one was typed; what follows is done with the session that was proved.
    pub async fn by(web: &Web, me: &mut SignedIn, password: &str) -> Result<Self, Error> {
        if password.is_empty() {
            return Ok(Self::default());
        }
        let token = me.visitor.token.clone().unwrap_or_default();
        let token = web.store.prove_password(&token, password, me.visitor.origin.clone()).await?;
        me.session = web.store.session(token.as_str()).await?;
        me.visitor.token = Some(token.as_str().to_owned());
        let cookie = cookies::session(token.as_str(), me.session.own_device, &web.settings.base_url);
        Ok(Self(Some(cookie)))
    }

    pub fn onto(self, answer: Result<Response, Problem>) -> Response {
        let mut answer = answer.unwrap_or_else(IntoResponse::into_response);
        if let Some(cookie) = self.0 {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }
}

/// Asks for the password at the end of a form.
pub fn ask(form: &mut Form, text: &str) {
    let field = Field::input(FIELD, "Your password", "password", "current-password", "");
    form.fields.push(field.hint("Only you let more people see more. Nothing else that you filled in is lost."));
    form.refuse(FIELD, text);
}

/// Puts what was refused at the field that it is about, and answers with which status the form is shown again. `conflicts` is
/// the field that conflicts are about, where there can be any.
pub fn refuse(form: &mut Form, why: Error, needed: &str, conflicts: Option<&str>) -> Result<StatusCode, Problem> {
    match (why, conflicts) {
        (Error::WrongProof, _) => {
            ask(form, WRONG);
            Ok(StatusCode::FORBIDDEN)
        }
        (Error::ProofNeeded, _) => {
            ask(form, needed);
            Ok(StatusCode::FORBIDDEN)
        }
        (Error::Invalid(invalid), _) => {
            form.refuse(field_of(invalid), invalid_words(invalid));
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        (Error::Conflict(conflict), Some(field)) => {
            form.refuse(field, conflict_words(conflict));
            Ok(StatusCode::CONFLICT)
        }
        (why, _) => Err(why.into()),
    }
}

pub const NEEDED: &str = "Confirm that it is you: your last proof is more than ten minutes ago.";
const WRONG: &str = "That is not the password of this account. Nothing was changed.";
