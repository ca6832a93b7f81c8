//! What a token may, in the form that apps know: `api:treatments:create`, with `*` for all of a part.

use crate::Collection;

/// What an app's token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permissions {
    /// Bringing data, and changing what was brought.
    Upload,
    /// Reading alone.
    Follow,
    Both,
}

const READ: &str = "*:*:read";
/// Before it brings anything, an app asks what this is and what it may.
const STATUS: &str = "api:status:read";
const ACTS: [&str; 3] = ["create", "update", "delete"];

impl Permissions {
    /// A list for each role, as tokens tell it.
    pub fn groups(self) -> Vec<Vec<String>> {
        let bring = || {
            let acts = |collection: Collection| ACTS.map(|act| format!("api:{}:{act}", collection.name()));
            let brought = Collection::ALL.into_iter().filter(|collection| *collection != Collection::Settings);
            brought.flat_map(acts).chain([STATUS.to_owned()]).collect()
        };
        match self {
            Self::Upload => vec![bring()],
            Self::Follow => vec![vec![READ.to_owned()]],
            Self::Both => vec![vec![READ.to_owned()], bring()],
        }
    }

    /// Whether one of them covers what is wanted.
    pub fn allows(self, wanted: &str) -> bool {
        self.groups().iter().flatten().any(|permission| covers(permission, wanted))
    }
}

/// Part by part: the same, one of several, or all. A permission with fewer parts covers everything below it.
fn covers(permission: &str, wanted: &str) -> bool {
    let mut wanted = wanted.split(':');
    permission.split(':').all(|part| {
        let asked = wanted.next();
        part == "*" || asked.is_some_and(|asked| part.split(',').any(|one| one == asked))
    })
}
