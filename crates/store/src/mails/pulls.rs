//! The letter about a source that waits for its owner.

use super::Letter;
use crate::pulls::PullTrouble;
use sharing::RecordId;

/// To whoever connected a source: it is not asked any more.
pub(crate) fn pull_stopped(name: &str, person: &str, why: PullTrouble, record: RecordId) -> Letter {
    let why = match why {
        PullTrouble::WantsConsent => "the service wants new terms accepted first, in its own app",
        PullTrouble::WhichPerson => "the account there follows several people, and does not say whose values these are",
        PullTrouble::NobodyFollowed => "the account there follows nobody any more",
        _ => "the service refused the sign-in",
    };
    Letter::plain(
        "source stopped",
        "A source brings nothing any more",
        format!(
            "{name} brings nothing for {person} any more: {why}. It is not asked again before you do something. Until then no \
             value comes from there, and no alert."
        ),
        "Nothing that came is lost. We never ask for a password by mail: type it on the page of the record alone.",
    )
    .with_link(format!("/records/{record}/sources"), None)
    .button("Look at the sources")
}
