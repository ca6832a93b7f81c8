//! The clinic's list of patients: each in one row, with the figures of whichever record has the newer data, sorted so that who needs
//! a call stands on top. Ten thousand patients are read, filtered and sorted anew at every look; only what is sealed is not
//! opened twice (`opened.rs`).
//!
//! **Invariant:** of a linked record a row tells nothing unless the policy lets this member see it at this moment; and
//! whoever was on the page that was shown has it in their view history.

mod calls;
mod duplicates;
mod opened;
mod query;
mod read;
mod text;
mod to_print;

pub use calls::CallReason;
pub use duplicates::Duplicates;
pub(crate) use opened::Boards;
pub use query::{BoardFilters, BoardQuery, BoardSort};

use super::{AtDesk, Desk, DeskRight, SeePatients};
use crate::{
    access::Entered,
    actor::{Actor, Who},
    chunk::Summary14,
    db::Sql,
    error::Error,
    inside::Store,
};
use jiff::{Timestamp, civil::Date};
use opened::Person;
use read::{Line, LinkState};
use sharing::{ClinicId, ClinicRight, ClinicRole, Purpose, RecordId, Standing, Visibility, clinic_allows};
use std::{collections::BTreeSet, sync::Arc};
use text::Search;

/// All statements of the list.
pub(super) const STATEMENTS: &[Sql] = read::STATEMENTS;

/// Rows on one page.
pub const BOARD_PAGE: usize = 50;

/// One page of the list, and what stands around it.
#[derive(Clone, Debug)]
pub struct Board {
    /// What the clinic is called.
    pub name: String,
    /// What the one who looks does there.
    pub role: ClinicRole,
    /// Whether the one who looks sees figures; else there are none, and no order or filter by them.
    pub shows_figures: bool,
    /// The rows of this page.
    pub rows: Vec<BoardRow>,
    /// Which page, from 0.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// How many patients were found.
    pub found: usize,
    /// How many patients the clinic has.
    pub all: usize,
    /// How many have left.
    pub left: usize,
    /// The groups that there are.
    pub groups: Vec<String>,
    /// The tags that there are.
    pub tags: Vec<String>,
    /// How many patients may be there twice.
    pub twice: usize,
}

/// A patient in the list.
#[derive(Clone)]
pub struct BoardRow {
    /// The clinic's own record.
    pub profile: RecordId,
    /// Whether there is a link to a personal record.
    pub link: LinkWord,
    /// The newest data of either record, finger values included.
    pub newest_at: Option<Timestamp>,
    /// The last fourteen days of the record that has the newest data; none for whoever sees no figures.
    pub summary: Option<Summary14>,
    /// Why they need a call, the strongest reason first; none for whoever sees no figures.
    pub reasons: Vec<CallReason>,
    /// When they left the clinic.
    pub left_at: Option<Timestamp>,
    /// When they were last asked to upload.
    pub asked_at: Option<Timestamp>,
    person: Arc<Person>,
    /// The record that this tells of, and how the member stands to it.
    told: Option<(RecordId, Standing)>,
}

/// Whether a patient's own record is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkWord {
    /// There is no link.
    None,
    /// It shows the clinic data now.
    Active {
        /// Until when.
        until_at: Option<Timestamp>,
    },
    /// Its time is over.
    Ended,
    /// The patient has locked their account, and did not restore it yet.
    Suspended,
}

impl std::fmt::Debug for BoardRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BoardRow({})", self.profile)
    }
}

impl BoardRow {
    /// The patient's name, as the clinic wrote it.
    pub fn name(&self) -> &str {
        &self.person.name
    }

    /// Their birth date.
    pub fn born_on(&self) -> Option<Date> {
        self.person.born_on
    }

    /// The clinic's own number; empty for none.
    pub fn number(&self) -> &str {
        &self.person.number
    }

    /// The group; empty for none.
    pub fn group(&self) -> &str {
        &self.person.group
    }

    /// Words by which the clinic finds patients.
    pub fn tags(&self) -> &[String] {
        &self.person.tags
    }

    /// The last fourteen days, when there is a sensor's reading in them.
    pub fn figures(&self) -> Option<&Summary14> {
        self.summary.as_ref().filter(|summary| summary.readings > 0)
    }

    fn folded_name(&self) -> &str {
        self.person.folded_name()
    }

    fn of(line: Line, at: AtDesk, shows_figures: bool) -> Self {
        let own = Standing::ClinicOfRecord { role: at.role, lacks_second_step: false };
        let candidates = [
            line.own.map(|figures| (figures, line.profile, own)),
            line.linked.zip(line.link).map(|(figures, (link, _))| (figures, link.record, link.standing)),
        ];
        let newest = candidates.into_iter().flatten().filter(|(figures, ..)| figures.newest_at.is_some());
        let shown = newest.max_by_key(|(figures, ..)| figures.newest_at);
        let newest_at = shown.and_then(|(figures, ..)| figures.newest_at);
        let summary = shown.map(|(figures, ..)| figures.summary).filter(|_| shows_figures);
        let reasons = if shows_figures { calls::reasons(summary.as_ref(), newest_at, at.now) } else { Vec::new() };
        Self {
            profile: line.profile,
            link: line.link.map_or(LinkWord::None, |(link, state)| match state {
                LinkState::Active => LinkWord::Active { until_at: link.until_at },
                LinkState::Ended => LinkWord::Ended,
                LinkState::Suspended => LinkWord::Suspended,
            }),
            newest_at,
            summary,
            reasons,
            left_at: line.left_at,
            asked_at: line.asked_at,
            person: line.person,
            told: shown.map(|(_, record, standing)| (record, standing)),
        }
    }
}

impl Store {
    /// One page of a clinic's patients, for its members. Whoever is on it and has data was looked at, and has it in their view
    /// history.
    pub async fn clinic_board(&self, who: &Actor, clinic: ClinicId, query: BoardQuery) -> Result<Board, Error> {
        let look = move |desk: &mut Desk<'_, SeePatients>| Ok((desk.board(&query)?, desk.at));
        let (board, at) = self.with_clinic(who, clinic, look).await?;
        let looks: Vec<_> = board.rows.iter().filter_map(|row| Some((row.look(at)?, None))).collect();
        self.write_looks(&looks, &who.origin).await?;
        Ok(board)
    }
}

impl BoardRow {
    /// The look at the record that this row tells of.
    fn look(&self, at: AtDesk) -> Option<Entered> {
        let (record, standing) = self.told?;
        let visibility = match standing {
            Standing::LinkedClinic { visibility, .. } => visibility,
            _ => Visibility::ALL,
        };
        let (who, purpose, now) = (Who::Account { id: at.member }, Purpose::PatientList, at.now);
        let clinic = Some(at.clinic);
        Some(Entered { who, record, purpose, standing, clinic, visibility, proved_at: None, now })
    }
}

impl<R: DeskRight> Desk<'_, R> {
    /// The groups that the clinic's patients are in.
    pub fn groups(&mut self) -> Result<Vec<String>, Error> {
        let lines = read::lines(self.tx, self.inside, self.at)?;
        Ok(words(lines.iter().map(|line| line.person.group.as_str())))
    }
}

impl Desk<'_, SeePatients> {
    fn board(&mut self, query: &BoardQuery) -> Result<Board, Error> {
        let at = self.at;
        let shows_figures = clinic_allows(at.role, false, ClinicRight::SeeFigures).is_ok();
        let query = if shows_figures { query.clone() } else { query.clone().without_figures() };
        let lines = read::lines(self.tx, self.inside, at)?;
        let rows: Vec<BoardRow> = lines.into_iter().map(|line| BoardRow::of(line, at, shows_figures)).collect();
        let here = || rows.iter().filter(|row| row.left_at.is_none());
        let twice = duplicates::twice(here().map(|row| (row.profile, &*row.person)));
        let mut board = Board {
            name: self.clinic_name()?,
            role: at.role,
            shows_figures,
            rows: Vec::new(),
            page: 0,
            pages: 0,
            found: 0,
            all: here().count(),
            left: rows.len() - here().count(),
            groups: words(rows.iter().map(BoardRow::group)),
            tags: words(rows.iter().flat_map(BoardRow::tags).map(String::as_str)),
            twice: twice.iter().map(Vec::len).sum(),
        };
        let search = Search::of(&query.search);
        let found = rows
            .into_iter()
            .filter(|row| query.takes(row, at.now) && search.finds(row.person.found_by(), row.born_on()));
        board.take_page(found.collect(), &query);
        Ok(board)
    }
}

impl Board {
    /// Sorts what was found and keeps the page that was asked for, or the last one.
    fn take_page(&mut self, mut found: Vec<BoardRow>, query: &BoardQuery) {
        found.sort_unstable_by(|a, b| query.compare(a, b));
        self.found = found.len();
        self.pages = found.len().div_ceil(BOARD_PAGE).max(1);
        self.page = query.page.min(self.pages - 1);
        self.rows = found.into_iter().skip(self.page * BOARD_PAGE).take(BOARD_PAGE).collect();
    }
}

/// Each word once, in order, however it is written.
fn words<'a>(all: impl Iterator<Item = &'a str>) -> Vec<String> {
    let once: BTreeSet<&str> = all.filter(|word| !word.is_empty()).collect();
    let mut words: Vec<String> = once.into_iter().map(str::to_owned).collect();
    words.sort_by_key(|word| word.to_lowercase());
    words.dedup_by_key(|word| word.to_lowercase());
    words
}
