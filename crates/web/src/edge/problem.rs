//! The one type that becomes an error answer: a title, one plain sentence, and a way on.
//!
//! A handler only says *what* is wrong. [`shown`] turns it into a page or JSON, by what was asked for, and into a
//! page also those errors that come from below (an unknown path, a wrong method, a body too large).

use super::cookies::Theme;
use super::request_id::RequestId;
use crate::page::{Frame, WayBack, render};
use askama::Template;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::borrow::Cow;

#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub title: Cow<'static, str>,
    pub text: Cow<'static, str>,
    /// Words and address of the way on.
    pub way_on: (Cow<'static, str>, Cow<'static, str>),
    pub retry_after_s: Option<u32>,
    /// With whose eyes the owner saw this.
    pub seen_as: Option<Box<(String, WayBack)>>,
}

const HOME: (Cow<'static, str>, Cow<'static, str>) = (Cow::Borrowed("Go to your records"), Cow::Borrowed("/"));

impl Problem {
    pub fn new(status: StatusCode, title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { status, title: title.into(), text: text.into(), way_on: HOME, retry_after_s: None, seen_as: None }
    }

    pub fn with_way_on(mut self, words: impl Into<Cow<'static, str>>, href: impl Into<Cow<'static, str>>) -> Self {
        self.way_on = (words.into(), href.into());
        self
    }

    /// A refusal that the owner sees with a care partner's eyes.
    pub fn seen_as(self, words: String, way_back: WayBack) -> Self {
        Self { seen_as: Some(Box::new((words, way_back))), ..self }
    }

    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Nothing here",
            "There is nothing at this address, or it is not for this account.",
        )
    }

    /// One that is over, one that was ended and one that never was look alike.
    pub fn no_pass() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "No visit pass is open here",
            "A visit pass ends by itself, or when one of you ends it. Ask the patient for a new one if you need to look again.",
        )
        .with_way_on("Type a code", "/pass")
    }

    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Please sign in", "You are not signed in, or your session has ended.")
            .with_way_on("Sign in", "/sign-in")
    }

    pub fn proof_needed() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Confirm that it is you",
            "This changes who can see your data or how you sign in, and your last proof is more than ten minutes ago. Open the \
             page below in a new tab, confirm, come back with your browser's Back button and send the form again: what you \
             typed is still there.",
        )
        .with_way_on("Confirm that it is you", "/proof")
    }

    pub fn leaving() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Your account is going to be deleted",
            "It is closed until then. You can bring it back, or delete it for good at once.",
        )
        .with_way_on("See what you can do", "/leaving")
    }

    pub fn no_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "No valid token",
            "This address needs a token of a record, sent as `Authorization: Bearer …`. Make one on Sources and uploads.",
        )
    }

    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This did not come from our pages",
            "Your browser says that another site sent this form, so nothing was changed.",
        )
    }

    pub fn wrong_host() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This server has another name",
            "It does not answer to the address that was asked for.",
        )
    }

    pub fn invalid(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "That cannot be right", text)
    }

    pub fn too_large(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "That is too large", text)
    }

    pub fn used_form() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "This form was used already",
            "The page was sent a second time. Open Sources and uploads again to send more files.",
        )
    }

    pub fn too_many(retry_after_s: u32) -> Self {
        let minutes = retry_after_s.div_ceil(60).max(1);
        let text = format!("Please wait {minutes} minute{}, then try again.", if minutes == 1 { "" } else { "s" });
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many tries", text);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    pub fn unavailable() -> Self {
        let text = "The server cannot reach its data just now. Nothing was lost; please try again in a moment.";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not available just now", text);
        Self { retry_after_s: Some(5), ..problem }
    }

    pub fn ours() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
            "It is not your fault, and nothing was changed. If it happens again, tell the operator the number below.",
        )
    }

    /// Errors that no handler of ours made.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(status, "Not that way", "This address does not take that kind of request.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("More was sent than this page takes."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(status, "Not in that form", "This address does not take that kind of content.")
            }
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "That took too long", "Please try again."),
            status if status.is_server_error() => Self { status, ..Self::ours() },
            status => Self::new(status, "That cannot be read", "Something in the request is missing or malformed."),
        }
    }

    fn page(&self, id: &str, theme: Theme, path: &str) -> Response {
        let frame = Frame::plain(self.title.to_string(), theme, path);
        render(&ProblemPage { frame, problem: self, id })
    }

    fn json(&self, id: &str) -> Response {
        let body = serde_json::json!({ "error": { "title": self.title, "text": self.text, "request": id } });
        Json(body).into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// For tower-http's catch-panic. What was said is logged there and never shown.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::ours().into_response()
}

/// Outside of everything that can fail.
pub async fn shown(request: Request, next: Next) -> Response {
    let as_json = wants_json(request.uri().path(), request.headers());
    let theme = Theme::of(request.headers());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    // A form's answer cannot be asked for again; whoever signs in after it goes to the start.
    let path = if request.method().is_safe() { path } else { "/".to_owned() };
    let id = request.extensions().get::<RequestId>().map_or(String::new(), |id| id.0.clone());
    let mut response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_error && !has_own_body(&response) => Problem::of_status(status),
        None => return response,
    };
    let mut answer = if as_json { problem.json(&id) } else { problem.page(&id, theme, &path) };
    *answer.status_mut() = problem.status;
    if let Some(seconds) = problem.retry_after_s {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    // A session that was proved has another token, whatever came after.
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        answer.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

/// A form that is shown again with its errors, or an API's answer; not axum's one line of plain text.
fn has_own_body(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html") || kind.starts_with("application/json")
}

fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    path.starts_with("/api/") || accepts.starts_with("application/json")
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    problem: &'a Problem,
    id: &'a str,
}
