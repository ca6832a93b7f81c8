//! `kinsight analyze FILE`: every figure of a device file, without a server.

use crate::device_file::{Contents, DeviceFile};
use anyhow::Result;
use glucose::{Figure, Figures};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::fmt::Write;

/// Print every figure of a device file.
#[derive(clap::Args)]
pub struct Analyze {
    #[command(flatten)]
    file: DeviceFile,
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Analyze {
    pub fn run(self) -> Result<()> {
        let contents = self.file.read()?;
        let figures = Figures::of(&contents.readings, &contents.events, &contents.window());
        let shown = if self.json { as_json(&contents, &figures)? } else { as_table(&contents, &figures) };
        super::print(&shown)
    }
}

/// First and last reading.
fn span(contents: &Contents) -> Option<(Timestamp, Timestamp)> {
    contents.readings_at().min().zip(contents.readings_at().max())
}

fn as_json(contents: &Contents, figures: &Figures) -> Result<String> {
    let import = &contents.import;
    let span = span(contents);
    let problems: Vec<Value> = import
        .problems
        .iter()
        .map(|problem| {
            json!({ "line": problem.line, "column": problem.column, "why": problem.why, "set_aside": problem.quarantined })
        })
        .collect();
    let devices: Vec<Value> =
        import.devices.iter().map(|device| json!({ "name": device.name, "serial": device.serial })).collect();
    let object = json!({
        "format": import.format.name(),
        "readings": contents.readings_at().count(),
        "events": contents.events_at().count(),
        "first": span.map(|(first, _)| first.to_string()),
        "last": span.map(|(_, last)| last.to_string()),
        "first_day": contents.period.map(|period| period.first.to_string()),
        "last_day": contents.period.map(|period| period.last.to_string()),
        "days": contents.period.map(|period| period.days()),
        "zone": zone_name(&contents.zone),
        "devices": devices,
        "rows": import.rows,
        "problem_count": import.problem_count,
        "problems": problems,
        "remarks": import.remarks,
        "figures": figures.entries().map(|(key, figure)| (key.to_owned(), number(figure))).collect::<serde_json::Map<_, _>>(),
    });
    Ok(serde_json::to_string_pretty(&object)?)
}

fn number(figure: Figure) -> Value {
    match figure {
        Figure::Number(value) => json!(value),
        Figure::Count(count) => json!(count),
        Figure::Text(word) => json!(word),
        Figure::Flag(yes) => json!(yes),
        Figure::None => Value::Null,
    }
}

fn as_table(contents: &Contents, figures: &Figures) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<30} {value}");
    };
    line("format", contents.import.format.name().to_owned());
    line("readings", contents.readings_at().count().to_string());
    line("events", contents.events_at().count().to_string());
    if let Some(period) = contents.period {
        line("days", format!("{} ({} to {})", period.days(), period.first, period.last));
    }
    line("time zone", zone_name(&contents.zone));
    for device in &contents.import.devices {
        line("device", device.name.clone());
    }
    line("rows not read", contents.import.problem_count.to_string());
    line("", String::new());
    for (key, figure) in figures.entries() {
        line(key, plain(figure));
    }
    for remark in &contents.import.remarks {
        let _ = writeln!(text, "\n{remark}");
    }
    text + &problem_lines(contents)
}

/// At most ten; `--json` has them all.
fn problem_lines(contents: &Contents) -> String {
    let import = &contents.import;
    let mut text = String::new();
    for problem in import.problems.iter().take(10) {
        let column = if problem.column.is_empty() { String::new() } else { format!(", {}", problem.column) };
        let _ = writeln!(text, "\nline {}{column}: {}", problem.line, problem.why);
    }
    if import.problem_count > 10 {
        let _ = writeln!(text, "\nand {} more; --json lists them", import.problem_count - 10);
    }
    text
}

fn plain(figure: Figure) -> String {
    match figure {
        Figure::Number(value) => format!("{value:.4}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        Figure::Count(count) => count.to_string(),
        Figure::Text(word) => word.to_owned(),
        Figure::Flag(yes) => if yes { "yes" } else { "no" }.to_owned(),
        Figure::None => "–".to_owned(),
    }
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}
