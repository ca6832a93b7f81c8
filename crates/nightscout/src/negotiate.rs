//! In which form an answer is wanted: the ending of the address wins, then `Accept`.

/// A form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    Csv,
    /// Tabs between; what whoever takes anything gets of entries.
    Tsv,
    Xml,
}

impl Form {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Tsv => "text/plain; charset=utf-8",
            Self::Xml => "application/xml; charset=utf-8",
        }
    }
}

/// Of entries under version 1, from the ending of the address (without its dot) and the header.
pub fn negotiate(extension: Option<&str>, accept: Option<&str>) -> Form {
    let by_ending = match extension {
        Some("json") => Some(Form::Json),
        Some("csv") => Some(Form::Csv),
        Some("tsv" | "txt") => Some(Form::Tsv),
        _ => None,
    };
    let known = |kind: &str| match kind {
        "application/json" | "application/*" => Some(Form::Json),
        "text/csv" => Some(Form::Csv),
        "text/plain" | "text/tab-separated-values" | "text/*" | "*/*" => Some(Form::Tsv),
        _ => None,
    };
    by_ending.unwrap_or_else(|| match accept.filter(|accept| !accept.trim().is_empty()) {
        Some(accept) => wanted(accept).iter().find_map(|kind| known(kind)).unwrap_or(Form::Json),
        None => Form::Tsv,
    })
}

/// Under version 3; `None` when nothing that is wanted can be had.
pub fn negotiate_v3(extension: Option<&str>, accept: Option<&str>) -> Option<Form> {
    match extension {
        Some("json") => return Some(Form::Json),
        Some("csv") => return Some(Form::Csv),
        Some("xml") => return Some(Form::Xml),
        Some(_) => return None,
        None => {}
    }
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return Some(Form::Json) };
    wanted(accept).iter().find_map(|kind| match kind.as_str() {
        "application/json" | "application/*" | "*/*" => Some(Form::Json),
        "text/csv" => Some(Form::Csv),
        "application/xml" | "text/xml" => Some(Form::Xml),
        _ => None,
    })
}

/// The kinds of a header, the most wanted first.
fn wanted(accept: &str) -> Vec<String> {
    let kind = |part: &str| {
        let mut words = part.split(';').map(str::trim);
        let name = words.next().unwrap_or_default().to_ascii_lowercase();
        let quality = words.find_map(|word| word.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (quality > 0.0).then_some((name, quality))
    };
    let mut kinds: Vec<(String, f32)> = accept.split(',').filter_map(kind).collect();
    kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
    kinds.into_iter().map(|(name, _)| name).collect()
}
