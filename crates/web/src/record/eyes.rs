//! See as …: the owner looks with the eyes of one of their care partners, at the very pages that these see.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::WayBack;
use crate::people::invitation::{permission_words, visible_words};
use sharing::{AccountId, RecordId, Terms};
use store::Record;

/// Whose eyes, as the owner knows them.
pub struct Eyes {
    pub partner: AccountId,
    record: RecordId,
    name: String,
    terms: Terms,
}

impl Eyes {
    /// Only of somebody who was let in to a record of one's own.
    pub async fn of(web: &Web, me: &SignedIn, record: RecordId, partner: &str) -> Result<Self, Problem> {
        let partner = AccountId::parse(partner).ok_or_else(Problem::not_found)?;
        let lines = web.store.with_account(me.actor(), |own| own.care_partners()).await?;
        let line = lines.into_iter().find(|line| line.record == record && line.partner == partner);
        match line {
            Some(line) => Ok(Self { partner, record, name: line.name, terms: line.terms }),
            None => Err(web.refuse_eyes(me, record, partner).await),
        }
    }

    /// How they see it, in words.
    pub fn banner(&self, seen: Option<&Record>) -> String {
        let visible = seen.map_or(self.terms.visibility, |record| record.visibility);
        let (name, permission) = (&self.name, permission_words(self.terms.permission));
        format!("You see this as {name} does: {permission}, {}.", visible_words(visible))
    }

    pub fn way_back(&self) -> WayBack {
        WayBack { words: "Back to Share", href: format!("/records/{}/sharing", self.record) }
    }
}

impl Web {
    /// The gate's own word, so that the try stands in the history.
    async fn refuse_eyes(&self, me: &SignedIn, record: RecordId, partner: AccountId) -> Problem {
        match self.store.see_as(me.actor(), record, partner, |_| Ok(())).await {
            Err(error) => error.into(),
            Ok(()) => Problem::not_found(),
        }
    }
}
