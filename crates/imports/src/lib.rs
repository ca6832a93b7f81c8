//! Device files in, readings out. Pure: bytes and a zone are arguments, nothing is read or written.
//!
//! The format is recognised from content, never from a name. A bad row is a line in `problems`, not a failure;
//! a file that is no file of ours is [`Refused`] with what to do about it.

mod archive;
mod bogus;
mod carelink;
mod clarity;
mod clock;
mod columns;
mod context;
mod dates;
mod detect;
#[doc(hidden)]
pub mod fuzz_targets;
pub mod import;
mod iso;
mod json;
mod libreview;
pub mod nightscout;
mod number;
mod plain;
pub mod problems;
pub mod pulled;
mod table;
mod text;
mod tidepool;
mod wall;

pub(crate) use context::Context;
pub use import::{Device, DeviceKind, Format, Import, Person, Progress};
pub use problems::{Problem, Refused};

use jiff::tz::TimeZone;

/// The largest file that is taken, in bytes, and the largest that a packed one may unpack to.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;

/// Reads a device file. `zone` is the record's zone: device wall times become instants with it.
/// `progress` is told from time to time how many bytes have been read; it returns `false` to stop.
///
/// The name is for people: what a file is, its content says.
pub fn read(
    _file_name: &str,
    bytes: &[u8],
    zone: &TimeZone,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Import, Refused> {
    if bytes.len() > LARGEST_FILE {
        return Err(Refused::TooLarge { limit_mb: LARGEST_FILE / (1024 * 1024) });
    }
    let mut cx = Context::new(zone, bytes.len(), progress);
    if archive::is_zip(bytes) { archive::read(bytes, &mut cx) } else { read_one(bytes, &mut cx) }
}

/// Reads one file that is not packed.
fn read_one(bytes: &[u8], cx: &mut Context<'_>) -> Result<Import, Refused> {
    let text = text::decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Refused::Empty);
    }
    let format = detect::format_of(&text)?;
    detect::refuse_glued(&text, format)?;
    cx.restart(text.len());
    let import = match format {
        Format::CareLinkPersonal => carelink::read_personal(&text, cx),
        Format::CareLink => carelink::read_sections(&text, cx),
        Format::Clarity => clarity::read(&text, cx),
        Format::LibreView => libreview::read(&text, cx),
        Format::NightscoutEntries
        | Format::NightscoutTreatments
        | Format::NightscoutProfile
        | Format::NightscoutDeviceStatus => nightscout::read(&text, format, cx),
        Format::Tidepool => tidepool::read(&text, cx),
        Format::PlainCsv => plain::read(&text, cx),
    }?;
    cx.done()?;
    Ok(import.finished())
}
