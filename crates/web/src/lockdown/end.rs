//! The end, with what is still shut.

use super::steps::{state_words, title};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use axum::extract::State;
use axum::response::Redirect;
use store::{Lockdown, State as HowFar, Step};

/// What is left when it ends.
pub struct Ending {
    /// Steps that were not done.
    pub undone: Vec<(&'static str, &'static str, &'static str)>,
    /// Who stays shut out, and of which record.
    pub shut: Vec<(String, String)>,
}

pub fn ending(lockdown: &Lockdown) -> Ending {
    let left = Step::ALL.into_iter().filter(|step| *step != Step::End && lockdown.steps.of(*step) != HowFar::Done);
    Ending {
        undone: left.map(|step| (step.word(), title(step), state_words(lockdown.steps.of(step)))).collect(),
        shut: lockdown.suspended.iter().map(|one| (one.name.clone(), one.record_name.clone())).collect(),
    }
}

pub async fn end(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    web.store.with_account(me.actor(), |own| own.end_lockdown()).await?;
    Ok(Redirect::to("/activity"))
}
