//! Why a call is refused, in the words and with the status that apps look for.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightscout::query::QueryRefused;
use nightscout::{Refused, answers};
use serde_json::Value;
use sharing::Refusal;

#[derive(Debug)]
pub enum Failure {
    /// Nobody, somebody unknown, or somebody who may not: version 1 tells these apart by nothing.
    Unauthorized,
    /// Too many calls that nobody known made.
    TooMany,
    /// More calls than one token has; in so many seconds there is one again.
    TooOften(u64),
    /// Whoever calls is known, and may not.
    Forbidden(&'static str),
    /// As version 3 says it.
    Told(StatusCode, Value),
    NotFound,
    Bad(String),
    Refused(Refused),
    TooLarge,
    Store(store::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotSignedIn
            | store::Error::NotFound
            | store::Error::Forbidden(Refusal::TokenScope | Refusal::Expired) => Self::Unauthorized,
            store::Error::Invalid(store::Invalid::TooLong) => Self::TooLarge,
            other => Self::Store(other),
        }
    }
}

impl From<QueryRefused> for Failure {
    fn from(why: QueryRefused) -> Self {
        Self::Bad(why.to_string())
    }
}

impl From<Refused> for Failure {
    fn from(why: Refused) -> Self {
        Self::Refused(why)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let plain =
            |status: StatusCode, words: &str| (status, Json(answers::refused(status.as_u16(), words))).into_response();
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, Json(answers::unauthorized_v1())).into_response(),
            Self::TooMany => {
                let words = "Too many calls with a wrong secret or token. Check it in the app, and wait a minute.";
                ([(header::RETRY_AFTER, "60")], plain(StatusCode::TOO_MANY_REQUESTS, words)).into_response()
            }
            Self::TooOften(seconds) => {
                let words = "Too many calls of this app. Wait a little.";
                let after = [(header::RETRY_AFTER, seconds.to_string())];
                (after, plain(StatusCode::TOO_MANY_REQUESTS, words)).into_response()
            }
            Self::Forbidden(words) => plain(StatusCode::FORBIDDEN, words),
            Self::Told(status, body) => (status, Json(body)).into_response(),
            Self::NotFound => plain(StatusCode::NOT_FOUND, "Not found"),
            Self::Bad(words) => plain(StatusCode::BAD_REQUEST, &words),
            Self::Refused(why) => {
                let status = StatusCode::from_u16(why.status()).unwrap_or(StatusCode::BAD_REQUEST);
                plain(status, &why.to_string())
            }
            Self::TooLarge => plain(StatusCode::PAYLOAD_TOO_LARGE, "This is larger than can be kept."),
            Self::Store(error) => crate::edge::problem::Problem::from(error).into_response(),
        }
    }
}
