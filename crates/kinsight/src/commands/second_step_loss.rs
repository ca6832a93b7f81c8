//! `kinsight admin second-step-loss EMAIL`: the operator begins the wait for somebody they know in person.

use crate::settings::Given;
use anyhow::{Context as _, Result, bail};
use sharing::{Duty, Email};
use store::{Conflict, Error, Store};

/// Remove the second step of somebody who has lost it, after 72 hours; every address of theirs is told and can stop it
#[derive(clap::Args)]
pub struct SecondStepLoss {
    #[command(flatten)]
    given: Box<Given>,
    /// The e-mail address of the account
    email: String,
}

impl SecondStepLoss {
    /// The operator neither sees nor sets the password, and the owner hears of it at once.
    pub fn run(self) -> Result<()> {
        let settings = self.given.decide()?;
        if !settings.has_data() {
            bail!("there are no data in {}; --data names the folder", settings.data.display());
        }
        let email = Email::parse(&self.email)?;
        let (store, roster) = Store::open(settings.store()).context("cannot open the data")?;
        let begun = super::runtime()?.block_on(store.begin_factor_loss(&roster.on(Duty::Expire), &email));
        match begun {
            Ok(due_at) => super::print(&format!("The second step is removed at {due_at}, unless its owner stops it.")),
            Err(Error::NotFound) => bail!("there is no account with this address"),
            Err(Error::Conflict(Conflict::NoSecondStep)) => bail!("this account has no second step"),
            Err(error) => Err(error).context("the second step stays"),
        }
    }
}
