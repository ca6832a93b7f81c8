//! Why a call is refused, in the words and with the status that apps look for.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightscout::Refused;
use nightscout::query::QueryRefused;
use serde_json::json;
use sharing::Refusal;

#[derive(Debug)]
pub enum Failure {
    /// Nobody, somebody unknown, or somebody who may not: version 1 tells these apart by nothing.
    Unauthorized,
    /// Too many calls that nobody known made.
    TooMany,
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
        let plain = |status: StatusCode, words: &str| {
            (status, Json(json!({ "status": status.as_u16(), "message": words }))).into_response()
        };
        match self {
            Self::Unauthorized => {
                let body = json!({ "status": 401, "message": "Unauthorized", "description": "Invalid/Missing" });
                (StatusCode::UNAUTHORIZED, Json(body)).into_response()
            }
            Self::TooMany => {
                let words = "Too many calls with a wrong secret or token. Check it in the app, and wait a minute.";
                ([(header::RETRY_AFTER, "60")], plain(StatusCode::TOO_MANY_REQUESTS, words)).into_response()
            }
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
