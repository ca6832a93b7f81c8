//! The letters that the system writes, one file for each subject. Without health data; links are paths that the worker puts
//! its address before.

mod accounts;
mod alerts;
mod body;
mod downloads;
mod leaving;
mod letter;
mod pulls;
mod recovery;
mod security;

pub(crate) use accounts::*;
pub(crate) use alerts::*;
pub(crate) use downloads::*;
pub(crate) use leaving::*;
pub(crate) use letter::*;
pub(crate) use pulls::*;
pub(crate) use recovery::*;
pub(crate) use security::*;

/// Stands in a message where the address of this server goes; the worker knows it.
pub const SITE: &str = "{site}";

/// Where the reader chooses which letters come.
pub(crate) const NOTICES: &str = "/settings/notices";

/// Whether the reader can choose not to get letters of this kind. Security letters always come.
pub(crate) fn can_be_chosen_away(kind: &str) -> bool {
    [DOWNLOADED, DIGEST].contains(&kind)
}
