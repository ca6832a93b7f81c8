//! Which column is what: by the header's words where it has some, else by what stands in the columns.

use super::{cells, stamp};
use crate::{
    columns::Columns,
    number,
    table::{Row, Table, delimiter_of},
};
use glucose::Unit;

/// How many rows are looked at.
const SAMPLE: usize = 200;

/// The layout of a table, as far as it can be guessed.
pub(super) struct Guess {
    pub delimiter: u8,
    /// Lines before the first row of data.
    pub rows_above: usize,
    pub time: usize,
    pub time_of_day: Option<usize>,
    pub glucose: usize,
    /// A second glucose column, of a meter.
    pub meter: Option<usize>,
    pub unit: Unit,
    unit_by_header: bool,
    pub person: Option<usize>,
    pub carbs: Option<usize>,
    pub bolus: Option<usize>,
    pub basal: Option<usize>,
    pub notes: Option<usize>,
    pub method: Option<usize>,
    names: Vec<String>,
}

/// Names that a glucose column has, in the order they are believed.
const GLUCOSE: &[&str] = &[
    "gl",
    "glucose",
    "sgv",
    "cgms",
    "glukose",
    "glucosa",
    "glucosio",
    "glycémie",
    "glucemia",
    "readings",
    "blutzucker",
    "mg/dl",
    "mmol",
    "bg",
    "value",
];
const METER: &[&str] = &["bg_level", "bg", "meter", "smbg", "fingerstick", "finger", "strip"];
const PERSON: &[&str] =
    &["id", "subject", "patient", "participant", "subject_id", "patient_id", "usubjid", "deidentid"];
const CARBS: &[&str] = &["carbs", "carb", "ch_gr", "carbsize", "carbohydrates", "carb_input", "kohlenhydrate"];
const BOLUS: &[&str] = &["bolus", "insulin", "totalbolusinsulindelivered", "bolus_volume_delivered"];
const BASAL: &[&str] = &["basal", "basal_rate", "basalrate"];
const NOTES: &[&str] = &["notes", "note", "remark", "comment", "comments", "bemerkung"];
const METHOD: &[&str] = &["method", "measure method", "record type", "source"];

impl Guess {
    pub fn of(head: &str) -> Option<Self> {
        let usual = delimiter_of(head.lines().find(|line| !line.trim().is_empty())?);
        let others = [b',', b';', b'\t', b'|'].into_iter().filter(|other| *other != usual);
        std::iter::once(usual).chain(others).find_map(|delimiter| Self::with(head, delimiter))
    }

    fn with(head: &str, delimiter: u8) -> Option<Self> {
        let (rows, header) = sample(head, delimiter)?;
        let names = header.as_ref().map(|header| Columns::of(header));
        let column = |index: usize| rows.iter().map(move |row| row.get(index)).filter(|cell| !cells::is_nothing(cell));
        let width = rows.iter().map(Row::len).max()?.min(200);
        let mostly = |index: usize, test: fn(&str) -> bool| share(column(index), test);
        let named = |keys: &[&str]| names.as_ref().and_then(|names| find(names, keys));
        let timed = (0..width).find(|index| mostly(*index, stamp::is_time));
        let (time, time_of_day) = match timed {
            Some(index) => (index, None),
            None => {
                let date = (0..width).find(|index| mostly(*index, stamp::is_date))?;
                (date, Some((0..width).find(|index| mostly(*index, stamp::is_time_of_day))?))
            }
        };
        let taken = [Some(time), time_of_day, named(PERSON), named(CARBS), named(BOLUS), named(BASAL)];
        let free = |index: &usize| !taken.contains(&Some(*index));
        let fits = |index: &usize| free(index) && cells::is_glucose(column(*index));
        let by_name = names.as_ref().and_then(|names| {
            GLUCOSE.iter().find_map(|key| {
                (0..width).filter(fits).find(|index| cells::has_word(names.key(*index), names.name(*index), key))
            })
        });
        // Without a header, or with one whose words we do not know, a few rows are too few to guess from.
        let by_content = || (0..width).filter(fits).find(|index| rows.len() >= 3 && !cells::is_count(column(*index)));
        let glucose = by_name.or_else(by_content)?;
        let by_header = names.as_ref().and_then(|names| names.glucose_unit(glucose));
        let method = named(METHOD).or_else(|| (0..width).find(|index| mostly(*index, cells::is_method)));
        Some(Self {
            delimiter,
            rows_above: rows.first()?.line - 1,
            time,
            time_of_day,
            glucose,
            meter: named(METER).filter(|index| *index != glucose),
            unit: by_header.unwrap_or_else(|| unit_of(cells::median(column(glucose)))),
            unit_by_header: by_header.is_some(),
            person: named(PERSON),
            carbs: named(CARBS),
            bolus: named(BOLUS),
            basal: named(BASAL),
            notes: named(NOTES),
            method,
            names: (0..width).map(|index| names.as_ref().map_or("", |names| names.name(index)).to_owned()).collect(),
        })
    }

    pub fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// What was guessed, for the person to check.
    pub fn words(&self) -> String {
        let called = |index: usize| match self.name(index) {
            "" => format!("column {}", index + 1),
            name => format!("column “{}”", name.chars().take(40).collect::<String>()),
        };
        let why = if self.unit_by_header { "as its header says" } else { "judged by its values" };
        let unit = self.unit.symbol();
        format!("Time was read from {}, glucose from {} in {unit}, {why}.", called(self.time), called(self.glucose))
    }
}

/// The first rows of data and the row above them, when it is a header.
fn sample(head: &str, delimiter: u8) -> Option<(Vec<Row<'_>>, Option<Row<'_>>)> {
    let mut table = Table::new(head, delimiter);
    let (mut rows, mut above): (Vec<Row<'_>>, Option<Row<'_>>) = (Vec::new(), None);
    while rows.len() < SAMPLE {
        let mut row = Row::default();
        if !table.next(&mut row).ok()? {
            break;
        }
        if row.is_blank() || row.get(0).starts_with('#') {
            continue;
        }
        let has_time =
            || (0..row.len().min(50)).any(|at| stamp::is_time(row.get(at)) || stamp::is_time_of_day(row.get(at)));
        if !rows.is_empty() || has_time() {
            rows.push(row);
        } else {
            above = Some(row);
        }
    }
    // The head of a long file may end inside a row.
    if rows.len() > 20 {
        rows.pop();
    }
    let header = above.filter(|row| row.len() >= 2 && row.filled().any(|(_, cell)| number::parse(cell).is_none()));
    rows.first().is_some_and(|row| row.len() >= 2).then_some((rows, header))
}

fn find(names: &Columns, keys: &[&str]) -> Option<usize> {
    keys.iter().find_map(|key| names.find(key))
}

/// Nine in ten of the cells that hold something.
fn share<'t>(cells: impl Iterator<Item = &'t str>, test: fn(&str) -> bool) -> bool {
    let (mut held, mut fitting) = (0, 0);
    for cell in cells {
        held += 1;
        fitting += usize::from(test(cell));
    }
    held > 0 && fitting * 10 >= held * 9
}

/// Half of all values above 30 are mg/dL; nobody's are that high in mmol/L.
fn unit_of(median: Option<f64>) -> Unit {
    if median.is_some_and(|median| median < 30.0) { Unit::MmolL } else { Unit::MgDl }
}
