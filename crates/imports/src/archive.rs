//! A ZIP that holds device files: members are read in memory, none is ever written, so their names are harmless.

use crate::{Context, Import, LARGEST_FILE, Refused};
use std::io::Read;
use zip::ZipArchive;

/// How many members are looked at.
const MOST_MEMBERS: usize = 200;

pub(crate) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads every member that is a device file. They must be of one kind; they become one import.
pub(crate) fn read(bytes: &[u8], cx: &mut Context<'_>) -> Result<Import, Refused> {
    let mut archive = ZipArchive::new(std::io::Cursor::new(bytes))
        .map_err(|_| Refused::Truncated { what: "a ZIP archive".to_owned() })?;
    if archive.len() > MOST_MEMBERS {
        return Err(unsafe_archive(format!("it holds more than {MOST_MEMBERS} files")));
    }
    refuse_office(&archive)?;
    let (mut whole, mut left, mut refused): (Option<Import>, usize, Option<Refused>) = (None, LARGEST_FILE, None);
    for index in 0..archive.len() {
        let Some(member) = unpack(&mut archive, index, &mut left)? else { continue };
        cx.restart(member.len());
        match crate::read_one(&member, cx) {
            Ok(import) => whole = Some(merge(whole, import)?),
            Err(Refused::Stopped) => return Err(Refused::Stopped),
            Err(why @ Refused::UnknownFormat { .. } | why @ Refused::Empty) => {
                refused.get_or_insert(why);
            }
            Err(why) => return Err(why),
        }
    }
    whole.ok_or_else(|| refused.unwrap_or(Refused::Empty))
}

fn unpack(
    archive: &mut ZipArchive<std::io::Cursor<&[u8]>>,
    index: usize,
    left: &mut usize,
) -> Result<Option<Vec<u8>>, Refused> {
    let member = match archive.by_index(index) {
        Ok(member) => member,
        Err(zip::result::ZipError::UnsupportedArchive(_)) => {
            return Err(unsafe_archive("a file in it is locked or packed in a way that we do not open".to_owned()));
        }
        Err(_) => return Err(Refused::Truncated { what: "a ZIP archive".to_owned() }),
    };
    if member.is_dir() || member.name().is_ok_and(|name| is_clutter(&name)) {
        return Ok(None);
    }
    let mut content = Vec::new();
    // The size that the archive states is not believed: what comes out is counted.
    member
        .take(*left as u64 + 1)
        .read_to_end(&mut content)
        .map_err(|_| Refused::Truncated { what: "a ZIP archive".to_owned() })?;
    if content.len() > *left {
        let limit_mb = LARGEST_FILE / (1024 * 1024);
        return Err(unsafe_archive(format!("it unpacks to more than {limit_mb} MB")));
    }
    *left -= content.len();
    Ok(Some(content))
}

/// What systems add by themselves.
fn is_clutter(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX") || last.starts_with('.') || last.eq_ignore_ascii_case("thumbs.db")
}

fn refuse_office(archive: &ZipArchive<std::io::Cursor<&[u8]>>) -> Result<(), Refused> {
    const KNOWN: &[(&str, &str)] = &[
        ("xl/workbook.xml", "it looks like an Excel workbook (.xlsx)"),
        ("word/document.xml", "it looks like a Word document"),
        ("apple_health_export/", "it looks like an Apple Health export"),
    ];
    let names: Vec<_> = archive.file_names().filter_map(Result::ok).collect();
    let known = KNOWN.iter().find(|(sign, _)| names.iter().any(|name| name.starts_with(sign)));
    known.map_or(Ok(()), |(_, words)| Err(Refused::UnknownFormat { looks_like: (*words).to_owned() }))
}

fn merge(whole: Option<Import>, next: Import) -> Result<Import, Refused> {
    match whole {
        None => Ok(next),
        Some(whole) if whole.format == next.format => Ok(whole.joined_with(next)),
        Some(whole) => Err(unsafe_archive(format!(
            "it holds files of two kinds, {} and {}; upload them one by one",
            whole.format.name(),
            next.format.name()
        ))),
    }
}

fn unsafe_archive(why: String) -> Refused {
    Refused::UnsafeArchive { why }
}
