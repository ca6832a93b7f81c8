//! File handles: each open connection holds one, and most systems give a program far fewer than it may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Takes as many as this program may have. Where that is refused the server works with what it has.
pub fn take_all() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
}

/// How many may be open at once; none when there is no limit.
pub fn at_most() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}
