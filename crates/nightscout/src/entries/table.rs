//! Entries as text: `"dateString",date,sgv,"direction","device"`, each cell as JSON writes it.

use crate::Document;

const COLUMNS: [&str; 5] = ["dateString", "date", "sgv", "direction", "device"];

/// With commas between.
pub fn write_csv(entries: &[Document]) -> String {
    table(entries, ",")
}

/// With tabs between; what is answered to whoever takes anything.
pub fn write_tsv(entries: &[Document]) -> String {
    table(entries, "\t")
}

fn table(entries: &[Document], between: &str) -> String {
    let cell = |entry: &Document, name: &str| entry.get(name).map(ToString::to_string).unwrap_or_default();
    let row = |entry: &Document| COLUMNS.map(|name| cell(entry, name)).join(between);
    entries.iter().map(row).collect::<Vec<_>>().join("\r\n")
}
