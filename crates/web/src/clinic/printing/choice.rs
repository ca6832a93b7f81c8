//! What a member chose: whose reports, which, how many days, on which paper.

use super::make::Kind;
use jiff::civil::Date;
use reports::{Paper, Show, Stack};
use sharing::RecordId;
use store::ToPrint;

/// More in one job are refused.
pub const MOST_PATIENTS: usize = 300;
/// A PDF is finished in memory, so that it has an end; a ZIP has none.
const MOST_PAGES: usize = 1500;

/// The fields of the form, or of an address that leads to it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Words to search for.
    pub search: String,
    /// The clinic's numbers, pasted.
    pub numbers: String,
    /// `group:…` or `tag:…`: everybody in it.
    pub whole: Vec<String>,
    pub patients: Vec<RecordId>,
    pub agp: bool,
    pub daily: bool,
    pub days: u16,
    pub letter: bool,
    pub as_zip: bool,
}

impl Wanted {
    /// Of an address: the usual reports, and everybody of a group or a tag.
    pub fn of_query(fields: &[(String, String)]) -> Self {
        Self { agp: true, ..Self::of_form(fields) }
    }

    pub fn of_form(fields: &[(String, String)]) -> Self {
        let one = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
        let mut wanted = Self {
            search: one("q").trim().to_owned(),
            numbers: one("numbers").to_owned(),
            agp: one("agp") == "yes",
            daily: one("daily") == "yes",
            days: one("days").parse().ok().filter(|days| [14, 30, 90].contains(days)).unwrap_or(14),
            letter: one("paper") == "letter",
            as_zip: one("file") == "zip",
            ..Self::default()
        };
        for (field, value) in fields.iter().filter(|(_, value)| !value.trim().is_empty()) {
            match field.as_str() {
                "patient" => wanted.patients.extend(RecordId::parse(value)),
                "group" => wanted.whole.push(format!("group:{}", value.trim())),
                "tag" => wanted.whole.push(format!("tag:{}", value.trim())),
                "whole" => wanted.whole.push(value.clone()),
                _ => {}
            }
        }
        wanted
    }

    /// Whether a patient is chosen: ticked, of a whole group or tag, or by a pasted number.
    pub fn chose(&self, patient: &ToPrint) -> bool {
        let details = &patient.details;
        let same = |text: &str, other: &str| text.to_lowercase() == other.to_lowercase();
        let is_in = |whole: &String| match whole.split_once(':') {
            Some(("group", group)) => same(&details.group, group),
            Some(("tag", tag)) => details.tags.iter().any(|own| same(own, tag)),
            _ => false,
        };
        self.patients.contains(&patient.profile)
            || self.whole.iter().any(is_in)
            || (!details.number.is_empty() && self.pasted().any(|number| same(number, &details.number)))
    }

    /// The numbers that were pasted, in whatever way they were set apart.
    pub fn pasted(&self) -> impl Iterator<Item = &str> {
        self.numbers.split(['\n', '\r', '\t', ',', ';']).map(str::trim).filter(|number| !number.is_empty())
    }

    /// Whether a patient is found by the words: each stands in the name, the number or the birth date.
    pub fn finds(&self, patient: &ToPrint) -> bool {
        let born = patient.born_on.map(|day| day.to_string()).unwrap_or_default();
        let hay = format!("{} {} {born}", patient.name, patient.details.number).to_lowercase();
        self.search.to_lowercase().split_whitespace().all(|word| hay.contains(word))
    }

    fn kinds(&self) -> Vec<Kind> {
        [(self.agp, Kind::Agp), (self.daily, Kind::Daily)]
            .into_iter()
            .filter_map(|(on, kind)| on.then_some(kind))
            .collect()
    }

    /// What is to be made, or why it cannot be: the field and the words.
    pub fn order(&self, patients: Vec<ToPrint>, show: Show, today: Date) -> Result<Ordered, (&'static str, String)> {
        let kinds = self.kinds();
        if patients.is_empty() {
            return Err(("patients", "Choose at least one patient.".to_owned()));
        }
        if patients.len() > MOST_PATIENTS {
            return Err(("patients", format!("Choose at most {MOST_PATIENTS} patients at a time.")));
        }
        if kinds.is_empty() {
            return Err(("reports", "Choose at least one report.".to_owned()));
        }
        let pages =
            patients.len() * (usize::from(self.agp) + usize::from(self.daily) * usize::from(self.days).div_ceil(2));
        if !self.as_zip && pages > MOST_PAGES {
            let words = format!("That would be about {pages} pages. Choose a ZIP file, fewer patients or fewer days.");
            return Err(("file", words));
        }
        let paper = if self.letter { Paper::Letter } else { Paper::A4 };
        let (days, as_zip, stem) = (self.days, self.as_zip, format!("reports_{today}"));
        Ok(Ordered { patients, kinds, days, paper, as_zip, show, today, stem })
    }
}

/// What is to be made.
#[derive(Debug)]
pub struct Ordered {
    pub patients: Vec<ToPrint>,
    pub kinds: Vec<Kind>,
    pub days: u16,
    pub paper: Paper,
    pub as_zip: bool,
    pub show: Show,
    pub today: Date,
    /// What the file is called, but for its ending.
    pub stem: String,
}

impl Ordered {
    /// The one file for all, still empty. Its title names nobody.
    pub fn stack(&self) -> Stack {
        let language = self.show.language;
        Stack::new(self.paper, format!("Reports – {}", language.date(self.today)), language.tag(), self.today)
    }
}
