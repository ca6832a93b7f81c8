//! What phone apps say and expect: documents, queries and answers of the Nightscout API. Pure: no I/O, no clock.
//!
//! | what | where |
//! | --- | --- |
//! | times, ids, fields of a document | `times`, `document` |
//! | what is asked | `query` (versions 1 and 2), `search` (version 3), `filter` behind both |
//! | what is brought | `prepare` (how each version stores a document), `identity` (what is the same), `meaning` |
//! | sensor and finger values, there and back | `entries` |
//! | who asks | `credentials`, `permissions`, `jwt` |
//! | what is answered besides documents | `answers`, `negotiate`, `live`, `carelink` |
//! | what is told without being asked | `sockets` |

pub mod answers;
mod bodies;
pub mod carelink;
mod careportal;
mod collection;
pub mod credentials;
mod document;
pub mod entries;
pub mod filter;
#[doc(hidden)]
pub mod fuzz_targets;
pub mod identity;
pub mod jwt;
pub mod live;
mod markup;
mod meaning;
pub mod negotiate;
mod permissions;
pub mod prepare;
pub mod query;
pub mod search;
mod shown;
pub mod sockets;
pub mod times;

pub use bodies::{document_of_form, documents};
pub use careportal::{check_of, treatment_of};
pub use collection::Collection;
pub use credentials::{Carried, Presented, presented};
pub use document::{Document, is_object_id, is_uuid, stated_app, stated_offset, with_id};
pub use entries::{Entry, EntryParts, Measured, entry, entry_of, write_entries};
pub use identity::{IdentityV1, IdentityV3, identity_v1, identity_v3};
pub use live::Live;
pub use meaning::{Meaning, meaning};
pub use permissions::Permissions;
pub use prepare::{Refused, prepare_v1, prepare_v3};
pub use query::Query;
pub use search::Search;
pub use shown::{shown_v1, shown_v3};
pub use times::Moment;
