//! The frame of every page, and how a template becomes an answer.

use crate::edge::cookies::Theme;
use crate::edge::problem::Problem;
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use glucose::Unit;
use words::Language;

/// What surrounds a page's own content.
#[derive(Clone, Debug)]
pub struct Frame {
    pub title: String,
    pub language: Language,
    pub theme: Theme,
    /// This page's own address, for forms that come back to it.
    pub path: String,
    pub place: Place,
    pub person: Option<PersonFrame>,
    pub record: Option<RecordFrame>,
    /// The visit pass with which this is seen.
    pub pass: Option<PassFrame>,
    /// Modules of this page besides `js/app.js`.
    pub scripts: Vec<&'static str>,
    /// Where passkeys work, on pages with a form to sign in that offers them.
    pub passkeys: Option<String>,
    /// Nothing leads from here to anywhere else: the screen is in somebody else's hands.
    pub bare: bool,
    /// One short column: forms, questions, problems.
    pub narrow: bool,
}

/// Which entry of the main navigation is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Nowhere,
    Records,
    Following,
    Clinic,
    Settings,
    Sharing,
    Security,
    Activity,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct PersonFrame {
    pub name: String,
    pub unit: Unit,
    /// The address, while nobody has followed the link sent to it.
    pub unconfirmed: Option<String>,
    /// It is time to look at who can see their data.
    pub review_due: bool,
    /// By which a page knows its own person again.
    pub tag: String,
    /// Id and name of the clinics this person is a member of.
    pub clinics: Vec<(String, String)>,
    /// How many of how many steps of a lockdown are done, while it lasts.
    pub lockdown: Option<(usize, usize)>,
}

impl PersonFrame {
    pub fn other_unit(&self) -> &'static str {
        match self.unit {
            Unit::MgDl => Unit::MmolL.symbol(),
            Unit::MmolL => Unit::MgDl.symbol(),
        }
    }
}

/// Which record is open, and how the reader stands to it.
#[derive(Clone, Debug)]
pub struct RecordFrame {
    pub id: String,
    /// Where its pages are, as they are seen here.
    pub base: String,
    pub name: String,
    pub tab: Tab,
    /// May see home and reports; a clinic's front desk may not.
    pub views: bool,
    /// May bring data.
    pub uploads: bool,
    /// May change settings and hand out tokens.
    pub manages: bool,
    /// Can be told of alerts: its owner, and care partners.
    pub alerts: bool,
    /// May say who else sees it: it is the reader's own.
    pub shares: bool,
    /// May take it away, on paper too.
    pub downloads: bool,
    /// In words, for everybody but the owner.
    pub standing: Option<String>,
    /// Where the owner goes back to, who sees this with a care partner's eyes.
    pub way_back: Option<WayBack>,
    /// Id and name of the reader's other own records.
    pub others: Vec<(String, String)>,
}

/// A look without an account: there is nowhere to go from here but to the end of it.
#[derive(Clone, Debug)]
pub struct PassFrame {
    /// By which a page knows its own pass again.
    pub tag: String,
    pub left_s: i64,
    /// On the wall clock of the record.
    pub until: String,
    pub zone: String,
}

/// A link in a line above the page.
#[derive(Clone, Debug)]
pub struct WayBack {
    pub words: &'static str,
    pub href: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Home,
    Reports,
    Uploads,
    Alerts,
    Share,
    ViewHistory,
    Settings,
}

impl Theme {
    pub const ALL: &'static [Self] = &[Self::System, Self::Light, Self::Dark];

    pub fn words(self) -> &'static str {
        match self {
            Self::System => "Automatic",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The colour that browsers give to what surrounds the page, and for which scheme.
    pub fn bar(self) -> &'static [(&'static str, &'static str)] {
        const LIGHT: &str = "#ffffff";
        const DARK: &str = "#181f22";
        match self {
            Self::System => &[(LIGHT, "(prefers-color-scheme: light)"), (DARK, "(prefers-color-scheme: dark)")],
            Self::Light => &[(LIGHT, "")],
            Self::Dark => &[(DARK, "")],
        }
    }
}

impl Frame {
    /// A page for anybody, signed in or not.
    pub fn plain(title: impl Into<String>, theme: Theme, path: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            language: Language::default(),
            theme,
            path: path.into(),
            place: Place::Nowhere,
            person: None,
            record: None,
            pass: None,
            scripts: Vec::new(),
            passkeys: None,
            bare: false,
            narrow: true,
        }
    }

    pub fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// Without a way to anywhere else.
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    pub fn wide(self) -> Self {
        Self { narrow: false, ..self }
    }

    /// Offers passkeys, on a server that can have them.
    pub fn with_passkeys(self, origin: Option<&str>) -> Self {
        let Some(origin) = origin else { return self };
        Self { passkeys: Some(origin.to_owned()), ..self.with_script("js/passkeys.js") }
    }

    /// Leaves out what stands on a page for the one who is signed in, where somebody else's page is shown.
    pub fn without_notes(mut self) -> Self {
        if let Some(person) = &mut self.person {
            (person.unconfirmed, person.review_due) = (None, false);
        }
        self
    }

    /// Whether a print of this page would take away what may only be seen on screen.
    pub fn on_screen_only(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.views && !record.downloads)
    }

    pub fn with_script(mut self, script: &'static str) -> Self {
        self.scripts.push(script);
        self
    }
}

/// A template as an answer. A template that cannot be written is our fault.
pub fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::ours().into_response()
        }
    }
}

/// An address to come back to: a path of ours, never another host.
pub fn own_path(text: &str) -> Option<&str> {
    let is_own = text.starts_with('/') && !text.starts_with("//") && !text.contains(['\\', '\n', '\r', '\t']);
    is_own.then_some(text)
}
