//! CareLink, both generations: how their beginnings look. The readers are beside this file.

mod alerts;
mod basal;
mod boluses;
mod columns;
mod entry;
mod fingers;
mod gather;
mod loop_spans;
mod marks;
mod modes;
mod order;
mod personal;
mod preamble;
mod raw_rows;
mod rows;
mod sections;
mod sources;
mod timeline;

pub(crate) use personal::read as read_personal;
pub(crate) use sections::read as read_sections;

pub(crate) const PERSONAL_MARKS: &[&str] = &["CareLink Personal Data Export File"];
pub(crate) const SECTION_MARKS: &[&str] = &["Last Name"];

pub(crate) fn personal_begins(line: &str) -> bool {
    line.trim_start_matches(['"', '\u{feff}']).starts_with("Medtronic Diabetes CareLink Personal Data Export File")
}

pub(crate) fn sections_begin(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').replace('"', "");
    ["Last Name,First Name", "Last Name;First Name", "Last Name\tFirst Name"]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Generation 1: its title, or the raw columns.
pub(crate) fn is_personal(head: &str) -> bool {
    head.lines().take(60).any(|line| {
        line.contains("CareLink Personal Data Export File")
            || (line.contains("Raw-Type") && line.contains("Raw-Values"))
    })
}

/// Generation 2: its first line, a section line, or the header of a section.
pub(crate) fn is_sections(head: &str) -> bool {
    head.lines().take(60).any(|line| {
        let line = line.trim_start_matches(['"', '\u{feff}']);
        let plain = line.replace('"', "").replace([';', '\t'], ",");
        sections_begin(line) || plain.starts_with("-------,") || plain.starts_with("Index,Date,Time,New Device Time")
    })
}
