//! What a text is, by its content; and whether a second export begins somewhere inside it.

use crate::{Format, Refused, carelink, clarity, libreview, nightscout, plain, text, tidepool};

/// The format of a text, by the first test that fits (names of files are never asked).
pub(crate) fn format_of(whole: &str) -> Result<Format, Refused> {
    let head = text::head(whole);
    let start = head.trim_start();
    if start.starts_with(['[', '{']) {
        return json_format(start, whole);
    }
    if carelink::is_personal(head) {
        Ok(Format::CareLinkPersonal)
    } else if carelink::is_sections(head) {
        Ok(Format::CareLink)
    } else if clarity::recognises(head) {
        Ok(Format::Clarity)
    } else if libreview::recognises(head) {
        Ok(Format::LibreView)
    } else if let Some(format) = nightscout::recognises_table(head) {
        Ok(format)
    } else if plain::recognises(head) {
        Ok(Format::PlainCsv)
    } else {
        Err(Refused::UnknownFormat { looks_like: words_for(start).to_owned() })
    }
}

fn json_format(start: &str, whole: &str) -> Result<Format, Refused> {
    if tidepool::recognises(start) {
        return Ok(Format::Tidepool);
    }
    if let Some(format) = nightscout::recognises_json(start) {
        return Ok(format);
    }
    if serde_json::from_str::<serde::de::IgnoredAny>(whole).is_err_and(|error| error.is_eof()) {
        return Err(Refused::Truncated { what: "a JSON text".to_owned() });
    }
    Err(Refused::UnknownFormat { looks_like: "it is JSON, but none that we know".to_owned() })
}

fn words_for(start: &str) -> &'static str {
    const KNOWN: &[(&str, &str)] = &[
        ("<?xml", "it is an XML file"),
        ("<!DOCTYPE html", "it is a web page"),
        ("<html", "it is a web page"),
        ("Tandem Diabetes Care", "it is a Tandem t:connect export"),
        ("Name:", "it looks like a Glooko file"),
        ("Medtronic Diabetes iPro", "it is a CareLink iPro export"),
    ];
    let known = KNOWN.iter().find(|(sign, _)| start.get(..sign.len()).is_some_and(|s| s.eq_ignore_ascii_case(sign)));
    known.map_or("it is text, but without a header line that we know", |(_, words)| words)
}

/// A line at which an export of some format begins: where such a line may be found, and the test itself.
struct Beginning {
    format: Format,
    /// Strings of which one stands on every such line; rare elsewhere, so that looking is quick.
    marks: &'static [&'static str],
    begins: fn(&str) -> bool,
}

const BEGINNINGS: &[Beginning] = &[
    Beginning { format: Format::CareLinkPersonal, marks: carelink::PERSONAL_MARKS, begins: carelink::personal_begins },
    Beginning { format: Format::CareLink, marks: carelink::SECTION_MARKS, begins: carelink::sections_begin },
    Beginning { format: Format::Clarity, marks: clarity::MARKS, begins: clarity::begins },
    Beginning { format: Format::LibreView, marks: libreview::MARKS, begins: libreview::begins },
    Beginning { format: Format::Tidepool, marks: tidepool::MARKS, begins: tidepool::begins },
    Beginning { format: Format::NightscoutEntries, marks: nightscout::MARKS, begins: nightscout::begins },
];

/// Refuses a table inside which another export begins. (Two JSON texts are found by the JSON readers.)
pub(crate) fn refuse_glued(whole: &str, first: Format) -> Result<(), Refused> {
    if whole.trim_start().starts_with(['[', '{']) {
        return Ok(());
    }
    let mut found: Option<(usize, Format)> = None;
    for beginning in BEGINNINGS {
        // The export's own beginning is allowed once.
        let own = usize::from(beginning.format == first);
        if let Some(at) = lines_that_begin(whole, beginning).nth(own)
            && found.is_none_or(|(earlier, _)| at < earlier)
        {
            found = Some((at, beginning.format));
        }
    }
    let Some((at, second)) = found.filter(|(at, _)| *at > 0) else { return Ok(()) };
    let line = 1 + memchr::memchr_iter(b'\n', &whole.as_bytes()[..at]).count();
    Err(Refused::TwoFormats { first: first.name().to_owned(), second: second.name().to_owned(), line })
}

/// Byte offsets of the lines at which an export of this kind begins.
fn lines_that_begin<'t>(whole: &'t str, beginning: &'t Beginning) -> impl Iterator<Item = usize> + 't {
    let bytes = whole.as_bytes();
    let mut starts: Vec<usize> = Vec::new();
    for mark in beginning.marks {
        let (mut line_start, mut looked_from) = (0, 0);
        for at in memchr::memmem::find_iter(bytes, mark) {
            // Only what lies between two finds is looked at, so that a line full of them costs no more than its length.
            let line_end = memchr::memrchr2(b'\n', b'\r', &bytes[looked_from..at]);
            line_start = line_end.map_or(line_start, |end| looked_from + end + 1);
            looked_from = at;
            if starts.last() != Some(&line_start) {
                starts.push(line_start);
            }
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().filter(|start| {
        let rest = &bytes[*start..];
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        (beginning.begins)(&whole[*start..*start + end])
    })
}
