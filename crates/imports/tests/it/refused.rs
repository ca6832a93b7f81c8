//! What is no device file is refused, with a reason that a person can act on.

use crate::frame::read;
use imports::{LARGEST_FILE, Refused};

#[test]
fn an_empty_file_is_called_empty() {
    for nothing in [&b""[..], b"\n\n", b"  \r\n", b"\xef\xbb\xbf"] {
        assert_eq!(read(nothing), Err(Refused::Empty));
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_without_being_looked_at() {
    assert_eq!(read(&vec![b'1'; LARGEST_FILE + 1]), Err(Refused::TooLarge { limit_mb: 64 }));
}
