//! Columns are found by name, never by position; the unit in parentheses is read from the header.

use crate::table::Row;
use glucose::Unit;

struct Column {
    name: String,
    key: String,
    unit: Option<String>,
}

/// The header of a table. Look a column up once, then use its index.
pub(crate) struct Columns(Vec<Column>);

impl Columns {
    pub fn of(header: &Row<'_>) -> Self {
        Self((0..header.len()).map(|index| Column::of(&header.words(index))).collect())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The first column of this name: lower case, single spaces, without the unit in parentheses.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.0.iter().position(|column| column.key == key)
    }

    /// The first of several names that the file has.
    pub fn find_any(&self, keys: &[&str]) -> Option<usize> {
        keys.iter().find_map(|key| self.find(key))
    }

    /// The name as the file has it, for problems.
    pub fn name(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |column| &column.name)
    }

    /// The name as it is looked up.
    pub fn key(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |column| &column.key)
    }

    /// What the last parentheses of the name hold.
    pub fn unit(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.unit.as_deref()
    }

    /// The glucose unit that the header names for a column, also without parentheses (`Scan Glucose mmol/L`).
    pub fn glucose_unit(&self, index: usize) -> Option<Unit> {
        let name = self.0.get(index)?.name.to_ascii_lowercase();
        if name.contains("mmol") {
            Some(Unit::MmolL)
        } else {
            (name.contains("mg/dl") || name.contains("mgdl")).then_some(Unit::MgDl)
        }
    }

    /// Names that are not among `known`, as the file has them.
    pub fn unknown(&self, known: &[&str]) -> Vec<&str> {
        let is_new = |column: &&Column| !column.key.is_empty() && !known.contains(&column.key.as_str());
        self.0.iter().filter(is_new).map(|column| column.name.as_str()).collect()
    }
}

impl Column {
    fn of(cell: &str) -> Self {
        let name = cell.trim_matches(|c: char| c == '"' || c == '\u{feff}' || c.is_whitespace());
        let (words, unit) = match (name.strip_suffix(')'), name.rfind('(')) {
            (Some(inner), Some(open)) => (&name[..open], Some(inner[open + 1..].trim().to_owned())),
            _ => (name, None),
        };
        let key = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Self { name: name.to_owned(), key, unit }
    }
}
