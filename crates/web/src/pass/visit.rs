//! A request of whoever opened a visit pass: by the cookie of that browser and by nothing else. A session in the same browser
//! is neither used nor touched.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, PassFrame};
use crate::show;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use glucose::{Period, Ranges, local_day};
use jiff::SignedDuration;
use reports::Show;
use sharing::{Purpose, Standing};
use store::{Access, Error, OpenPass, Record, View};

pub struct PassVisit {
    pub web: Web,
    pub pass: OpenPass,
    visitor: Visitor,
}

impl FromRequestParts<Web> for PassVisit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Ok(visitor) = Visitor::from_request_parts(parts, web).await;
        let token = cookies::pass_token(&parts.headers, &web.settings.base_url).ok_or_else(Problem::no_pass)?;
        match web.store.pass(token).await {
            Ok(pass) => Ok(Self { web: web.clone(), pass, visitor }),
            Err(error) => Err(refused(error)),
        }
    }
}

fn refused(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::no_pass(),
        error => error.into(),
    }
}

impl PassVisit {
    /// Through the gate, to look and for nothing else.
    pub async fn look<T, F>(&self, purpose: Purpose, job: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, View>) -> Result<T, Error> + Send + 'static,
    {
        self.web.store.with_patient(&self.pass.actor, self.pass.record, purpose, job).await.map_err(refused)
    }

    /// Whole seconds until the pass is over.
    pub fn left_s(&self) -> i64 {
        self.pass.until_at.duration_since(self.web.clock.now()).max(SignedDuration::ZERO).as_secs()
    }

    pub fn frame(&self, title: &str, record: &Record) -> Frame {
        let frame = Frame::plain(title, self.visitor.theme, self.visitor.path.clone());
        let pass = PassFrame {
            tag: self.pass.tag.clone(),
            left_s: self.left_s(),
            until: show::time(self.pass.until_at, &record.zone, frame.language),
            zone: record.zone.iana_name().unwrap_or("UTC").to_owned(),
        };
        Frame { pass: Some(pass), ..frame }.wide().with_script("js/pass.js")
    }
}

/// In the patient's unit: the one that the record is kept in.
pub fn show_of(record: &Record) -> Show {
    Show { language: words::Language::default(), unit: record.unit, ranges: Ranges::ADULT }
}

/// The days that the pass shows; none for anybody else.
pub fn days_of(record: &Record) -> Option<Period> {
    let Standing::Pass { from_at, to_at, .. } = record.standing else { return None };
    let last = to_at.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(to_at);
    Some(Period { first: local_day(from_at, &record.zone), last: local_day(last, &record.zone) })
}
