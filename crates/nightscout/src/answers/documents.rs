//! Documents of version 3 as a table or as XML.

use crate::Document;
use serde_json::Value;

/// Every field that any of them has is a column.
pub fn csv_v3(documents: &[Document]) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for name in documents.iter().flat_map(|document| document.keys()) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let row = |document: &Document| {
        let cells = columns.iter().map(|name| document.get(*name).map(cell).unwrap_or_default());
        cells.collect::<Vec<_>>().join(",") + "\n"
    };
    let head = columns.iter().map(|name| cell(&Value::from(*name))).collect::<Vec<_>>().join(",");
    head + "\n" + &documents.iter().map(row).collect::<String>()
}

fn cell(value: &Value) -> String {
    let text = plain(value);
    // A sheet would run what begins like this.
    let text = if value.is_string() && text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Each document an `item`, each field an element.
pub fn xml_v3(documents: &[Document]) -> String {
    let mut out = String::from("<?xml version='1.0' encoding='utf-8'?>\n<items>");
    for document in documents {
        out.push_str("<item>");
        document.iter().for_each(|(name, value)| element(&mut out, name, value));
        out.push_str("</item>");
    }
    out + "</items>"
}

fn element(out: &mut String, name: &str, value: &Value) {
    let letter =
        |(at, c): (usize, char)| if c.is_ascii_alphanumeric() && (at > 0 || !c.is_ascii_digit()) { c } else { '_' };
    let name: String = name.chars().enumerate().map(letter).collect();
    let name = if name.is_empty() { "_".to_owned() } else { name };
    match value {
        Value::Array(list) => list.iter().for_each(|value| element(out, &name, value)),
        Value::Object(fields) => {
            out.push_str(&format!("<{name}>"));
            fields.iter().for_each(|(name, value)| element(out, name, value));
            out.push_str(&format!("</{name}>"));
        }
        other => out.push_str(&format!("<{name}>{}</{name}>", escaped(&plain(other)))),
    }
}

fn escaped(text: &str) -> String {
    // Most control characters cannot stand in XML at all.
    let may = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let text: String = text.chars().filter(may).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
