//! The clinic's patients at a glance, sorted so that who needs a call stands on top.

use super::Places;
use super::asked::{Asked, InAddress};
use super::patient_row::{Reader, Row};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::routes::leads_somewhere;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use glucose::Ranges;
use reports::Show;
use sharing::{ClinicId, ClinicRight, clinic_allows};
use store::Board;

#[derive(Template)]
#[template(path = "clinic/patients.html")]
struct PatientsPage {
    frame: Frame,
    clinic: String,
    name: String,
    places: Places,
    asked: Asked,
    figures: bool,
    /// `3 of 40 patients`.
    count: String,
    all: usize,
    left: usize,
    columns: Vec<Column>,
    rows: Vec<Row>,
    choices: Vec<Choice>,
    sorts: Vec<(&'static str, &'static str, bool)>,
    twice: usize,
    /// Whether there is a page for them that this member may open.
    merges: bool,
    adds: bool,
    earlier: Option<Step>,
    later: Option<Step>,
    which_page: String,
    below_54: String,
    below_70: String,
}

/// A list to choose from in the filter.
struct Choice {
    name: &'static str,
    words: &'static str,
    /// Value, words, whether it is chosen.
    options: Vec<(String, String, bool)>,
}

struct Column {
    words: &'static str,
    is_number: bool,
    /// For `aria-sort`; empty for what is no order.
    sorted: &'static str,
    step: Step,
}

/// To another order or page: a link, or a button while a search goes along that must not stand in an address.
struct Step {
    href: String,
    go: String,
}

/// Word, heading, whether numbers stand below, whether it is shown to whoever sees no figures.
const COLUMNS: [(&str, &str, bool, bool); 8] = [
    ("name", "Name", false, true),
    ("", "Link", false, true),
    ("newest", "Newest data", false, true),
    ("days", "Days with data of 14", true, false),
    ("mean", "Mean", true, false),
    ("gmi", "GMI", true, false),
    ("in_range", "Time in range", true, false),
    ("below", "Time below", true, false),
];

/// Word, words, whether it tells of figures.
const SORTS: [(&str, &str, bool); 9] = [
    ("call", "Who needs a call first", true),
    ("name", "Name", false),
    ("born", "Date of birth", false),
    ("number", "Number", false),
    ("newest", "Newest data", false),
    ("days", "Days with data", true),
    ("mean", "Mean and GMI", true),
    ("in_range", "Time in range", true),
    ("below", "Time below", true),
];

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path(clinic): Path<String>,
    Query(asked): Query<InAddress>,
) -> Result<Response, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    shown(&web, &me, clinic, asked.into()).await
}

/// A search is answered at once; anything else has an address of its own, so that *back* and *reload* work.
pub async fn search(
    State(web): State<Web>,
    me: SignedIn,
    Path(clinic): Path<String>,
    axum::Form(asked): axum::Form<Asked>,
) -> Result<Response, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    let asked = asked.going();
    if asked.is_search() {
        return shown(&web, &me, clinic, asked).await;
    }
    let (sort, down) = asked.sorted();
    let query = asked.query(sort, if down { "down" } else { "up" }, 0);
    Ok(Redirect::to(&format!("/clinics/{clinic}/patients?{query}")).into_response())
}

async fn shown(web: &Web, me: &SignedIn, clinic: ClinicId, asked: Asked) -> Result<Response, Problem> {
    let board = web.store.clinic_board(me.actor(), clinic, asked.board()).await?;
    let overview = web.store.overview(me.actor()).await?;
    let show = Show { language: me.language, unit: me.session.unit, ranges: Ranges::ADULT };
    let now = web.clock.now();
    let reader = Reader { clinic, show: &show, zone: &me.session.zone, now, figures: board.shows_figures };
    let below = |mg_dl: f64| format!("{} {}", show.mg_dl(mg_dl), show.unit_symbol());
    let mut asked = asked;
    if !board.shows_figures && asked.sorted().0 == "call" {
        "name".clone_into(&mut asked.sort);
    }
    let merges = leads_somewhere("/clinics/{clinic}/duplicates")
        && clinic_allows(board.role, false, ClinicRight::MergePatients).is_ok();
    Ok(render(&PatientsPage {
        frame: frame_of(me, &overview, &board.name).at(Place::Clinic).wide(),
        clinic: clinic.to_string(),
        name: board.name.clone(),
        places: Places::of(clinic, board.role, "Patients"),
        figures: board.shows_figures,
        count: count(&board, &show),
        all: board.all,
        left: board.left,
        columns: columns(clinic, &asked, board.shows_figures),
        rows: board.rows.iter().map(|row| reader.row(row)).collect(),
        choices: choices(&asked, &board),
        sorts: sorts(&asked, board.shows_figures),
        twice: board.twice,
        merges,
        adds: clinic_allows(board.role, false, ClinicRight::KeepPatients).is_ok(),
        earlier: board.page.checked_sub(1).map(|page| same_order(clinic, &asked, page)),
        later: (board.page + 1 < board.pages).then(|| same_order(clinic, &asked, board.page + 1)),
        which_page: format!("Page {} of {}", board.page + 1, board.pages),
        below_54: below(54.0),
        below_70: below(70.0),
        asked,
    }))
}

fn count(board: &Board, show: &Show) -> String {
    let count = |count: usize| show.language.count(count as u64);
    let patients = |number: usize| if number == 1 { "patient" } else { "patients" };
    match board.found {
        found if found == board.all => format!("{} {}", count(found), patients(found)),
        found => format!("{} of {} {}", count(found), count(board.all), patients(board.all)),
    }
}

fn step(clinic: ClinicId, asked: &Asked, sort: &str, order: &str, page: usize) -> Step {
    let href = format!("/clinics/{clinic}/patients?{}", asked.query(sort, order, page));
    Step { href, go: format!("{sort}.{order}.{page}") }
}

fn same_order(clinic: ClinicId, asked: &Asked, page: usize) -> Step {
    let (sort, down) = asked.sorted();
    step(clinic, asked, sort, if down { "down" } else { "up" }, page)
}

fn columns(clinic: ClinicId, asked: &Asked, figures: bool) -> Vec<Column> {
    let (sort, down) = asked.sorted();
    let shown = COLUMNS.iter().filter(|(.., without_figures)| figures || *without_figures);
    let column = |(word, words, is_number, _): &(&'static str, &'static str, bool, bool)| Column {
        words,
        is_number: *is_number,
        sorted: match (*word == sort, down) {
            _ if word.is_empty() => "",
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        },
        step: step(clinic, asked, word, asked.next_order(word), 0),
    };
    shown.map(column).collect()
}

fn sorts(asked: &Asked, figures: bool) -> Vec<(&'static str, &'static str, bool)> {
    let chosen = asked.sorted().0;
    let shown = SORTS.iter().filter(|(.., tells_figures)| figures || !tells_figures);
    shown.map(|(word, words, _)| (*word, *words, *word == chosen || (chosen == "gmi" && *word == "mean"))).collect()
}

fn choices(asked: &Asked, board: &Board) -> Vec<Choice> {
    let choice = |name, words, chosen: &str, options: &[(&str, &str)]| {
        let option = |(value, words): &(&str, &str)| {
            ((*value).to_owned(), (*words).to_owned(), value.to_lowercase() == chosen.to_lowercase())
        };
        Choice { name, words, options: options.iter().map(option).collect() }
    };
    let named = |any: &'static str, all: &'static [(&'static str, &'static str)]| [&[("", any)], all].concat();
    let of = |words: &'_ [String]| words.iter().map(|word| (word.clone(), word.clone())).collect::<Vec<_>>();
    let owned = |name, words, chosen: &str, all: Vec<(String, String)>| {
        let options: Vec<(&str, &str)> =
            [("", "All")].into_iter().chain(all.iter().map(|(a, b)| (a.as_str(), b.as_str()))).collect();
        choice(name, words, chosen, &options)
    };
    let no_data = [("3", "for 3 days"), ("7", "for 7 days"), ("14", "for 14 days")];
    let mut choices = vec![
        choice("no_data", "No data", &asked.no_data, &[&[("", "Does not matter")], &no_data[..]].concat()),
        choice("linked", "Link", &asked.linked, &named("Does not matter", &[("yes", "Linked"), ("no", "Not linked")])),
    ];
    if board.shows_figures {
        let under = named("Does not matter", &[("50", "less than 50%"), ("70", "less than 70%")]);
        choices.push(choice("under", "Time in range", &asked.under, &under));
    }
    if !board.groups.is_empty() {
        choices.push(owned("group", "Group", &asked.group, of(&board.groups)));
    }
    if !board.tags.is_empty() {
        choices.push(owned("tag", "Tag", &asked.tag, of(&board.tags)));
    }
    choices
}
