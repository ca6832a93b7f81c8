//! Apps and their tokens: what brings data into a record or lets somebody follow it without signing in here. Shown once,
//! with what the app wants to have copied or scanned; revocable at any time.

use super::apps::{self, APPS, Recipe};
use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::forms::{Control, Field, Form, Tick};
use crate::page::{Frame, Tab, render};
use crate::sharing::terms::moment;
use crate::sharing::words;
use crate::show;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{Id, Purpose, TokenScope, Visibility};
use store::{Access, AppToken, Error, Manage, NewAppToken, Record};

#[derive(Template)]
#[template(path = "record/tokens.html")]
struct TokensPage {
    frame: Frame,
    record: String,
    record_name: String,
    site: String,
    /// Shown now and never again.
    new: Option<Recipe>,
    form: Form,
    tokens: Vec<Line>,
    /// Whether a token may be made without another proof.
    fresh: bool,
}

struct Line {
    id: String,
    name: String,
    may: String,
    made: String,
    used: String,
    until: String,
    over: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    name: String,
    app: String,
    may: String,
    insulin: String,
    carbs: String,
    notes: String,
    devices: String,
    until: String,
}

impl Filled {
    fn usual() -> Self {
        let yes = || "yes".to_owned();
        Self { insulin: yes(), carbs: yes(), notes: yes(), devices: yes(), ..Self::default() }
    }

    fn form(&self) -> Form {
        let apps: Vec<(&str, &str)> = APPS.iter().map(|app| (app.key, app.name)).collect();
        let may = [
            ("", "What the app needs".into()),
            ("follow", "Follow only: see values, change nothing".into()),
            ("upload", "Bring data only: see nothing".into()),
            ("both", "Bring data and follow".into()),
        ];
        let tick = |name, label, value: &str| Tick { name, label, on: value == "yes", fixed: false };
        let ticks = vec![
            Tick { name: "glucose", label: "Glucose (always)", on: true, fixed: true },
            tick("insulin", "Insulin", &self.insulin),
            tick("carbs", "Carbs", &self.carbs),
            tick("notes", "Notes", &self.notes),
            tick("devices", "Device settings and alarms", &self.devices),
        ];
        let name = Field::text("name", "Name", "off", &self.name);
        Form::of(vec![
            Field::choose("app", "App", &apps, &self.app),
            name.hint("Whose phone or which computer, such as “Ben’s phone”. It stands in the view history."),
            Field::pick("may", "What it may do", may, &self.may),
            Field::new("visible", "What it sees when it follows", Control::Ticks { ticks }),
            Field::input("until", "Last day", "date", "off", &self.until).optional().hint("Leave it empty for no end."),
        ])
    }

    fn visibility(&self) -> Visibility {
        let on = |text: &str| text == "yes";
        Visibility {
            insulin: on(&self.insulin),
            carbs: on(&self.carbs),
            notes: on(&self.notes),
            devices: on(&self.devices),
        }
    }

    /// The token that is wanted, or `None` with the error at its field.
    fn token(&self, visit: &Visit, record: &Record, form: &mut Form) -> Option<(&'static apps::App, NewAppToken)> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 60 {
            form.refuse("name", "A name is needed, of at most 60 characters.");
        }
        let app = apps::find(&self.app).unwrap_or(&APPS[APPS.len() - 1]);
        let scope = match self.may.as_str() {
            "follow" => TokenScope::Follow,
            "upload" => TokenScope::Upload,
            "both" => TokenScope::Both,
            _ => app.needs,
        };
        let until_at = moment("until", &self.until, "", &record.zone, &mut |field, text| form.refuse(field, text))?;
        if until_at.is_some_and(|until| until <= visit.web.clock.now()) {
            form.refuse("until", "Choose a day from today on.");
        }
        let new = NewAppToken { name, scope, visibility: self.visibility(), until_at, short: app.short };
        (!form.is_refused()).then_some((app, new))
    }
}

async fn shown(visit: &Visit, form: Form, new: Option<Recipe>) -> Result<Response, Problem> {
    let (record, site, tokens): (Record, _, _) = visit
        .with(Purpose::Tokens, |patient: &mut Access<'_, Manage>| {
            Ok((patient.record()?, patient.site()?, patient.tokens()?))
        })
        .await?;
    let now = visit.web.clock.now();
    let tokens = tokens.into_iter().map(|token| line(token, &record, visit, now)).collect();
    let frame = visit.frame(&format!("{}: apps", record.name), &record, Tab::Uploads).await?;
    let fresh = visit.me.session.is_fresh(now);
    let (site, record_name) = (visit.web.settings.site_url(&site), record.name);
    Ok(render(&TokensPage { frame, record: visit.record.to_string(), record_name, site, new, form, tokens, fresh }))
}

fn line(token: AppToken, record: &Record, visit: &Visit, now: jiff::Timestamp) -> Line {
    let moment = |at| show::moment(at, &record.zone, visit.me.language);
    let sees = match token.scope {
        TokenScope::Upload => String::new(),
        _ => format!(": {}", words::kinds(token.visibility)),
    };
    Line {
        id: token.id.to_string(),
        name: token.name,
        may: format!("{}{sees}", apps::may(token.scope)),
        made: moment(token.made_at),
        used: token.used_at.map_or_else(|| "never".to_owned(), moment),
        until: token.until_at.map_or_else(|| "no end".to_owned(), moment),
        over: token.until_at.is_some_and(|until| until <= now),
    }
}

pub async fn page(visit: Visit) -> Result<Response, Problem> {
    shown(&visit, Filled::usual().form(), None).await
}

pub async fn add(visit: Visit, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let record: Record = visit.with(Purpose::Tokens, |patient: &mut Access<'_, Manage>| patient.record()).await?;
    let mut form = filled.form();
    let Some((app, new)) = filled.token(&visit, &record, &mut form) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&visit, form, None).await?).into_response());
    };
    let made: Result<(String, String), Problem> = visit
        .with(Purpose::Tokens, move |patient: &mut Access<'_, Manage>| -> Result<_, Error> {
            Ok((patient.add_token(&new)?, patient.site()?))
        })
        .await;
    let (token, site) = made?;
    let recipe = app.recipe(&visit.web.settings.site_url(&site), &token);
    shown(&visit, Filled::usual().form(), Some(recipe)).await
}

pub async fn revoke(visit: Visit, Path((_, token)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = Id::parse(&token).ok_or_else(Problem::not_found)?;
    visit.with(Purpose::Tokens, move |patient: &mut Access<'_, Manage>| patient.revoke_token(id)).await?;
    Ok(Redirect::to(&visit.url("/tokens")))
}
