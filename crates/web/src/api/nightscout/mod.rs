//! The Nightscout API: what phone apps call, answered from a record's data through the gate. Rules and shapes are `nightscout`'s;
//! here stands who calls, what is loaded and what is kept.
//!
//! | what | where |
//! | --- | --- |
//! | who calls, by what an app shows for itself | `caller` |
//! | how often a token may call | `limits` |
//! | version 1, and version 2 where it is the same | `v1` |
//! | what version 2 has besides | `v2` |
//! | version 3 | `v3`, `changes` |
//! | watches and small displays | `displays` |
//! | keeping, deleting and finding documents | `keep`, `find` |
//! | glucose values, ready for thousands of polls | `entries`, `answers` |
//! | what is going on just now | `live` |
//! | streams | `sockets` |

mod answers;
mod body;
mod caller;
mod changes;
pub mod displays;
mod entries;
mod failure;
mod find;
mod keep;
mod limits;
mod live;
mod reply;
mod site;
pub mod sockets;
pub mod v1;
pub mod v2;
pub mod v3;

use crate::Web;
use axum::extract::DefaultBodyLimit;
use axum::routing::MethodRouter;

pub use answers::Answers;
pub use caller::Guesses;
pub use limits::Limits;

/// Takes bodies that are large.
pub fn brought(route: MethodRouter<Web>) -> MethodRouter<Web> {
    route.layer(DefaultBodyLimit::max(body::MOST_BYTES))
}
