//! Device files in, readings out. Pure: bytes and a zone are arguments, nothing is read or written.
//!
//! The format is recognised from content, never from a name. A bad row is a line in `problems`, not a failure;
//! a file that is no file of ours is [`Refused`] with what to do about it.

pub mod import;
pub mod problems;

pub use import::{Device, DeviceKind, Format, Import, Person, Progress};
pub use problems::{Problem, Refused};

use jiff::tz::TimeZone;

/// The largest file that is taken, in bytes, and the largest that a packed one may unpack to.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;

/// Reads a device file. `zone` is the record's zone: device wall times become instants with it.
/// `progress` is told from time to time how many bytes have been read; it returns `false` to stop.
pub fn read(
    file_name: &str,
    bytes: &[u8],
    zone: &TimeZone,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Import, Refused> {
    let _ = (file_name, bytes, zone, progress);
    Err(Refused::UnknownFormat { looks_like: String::new() })
}
