//! What Tobias shares of his children: two people are invited to follow the one, and Jonas is paused for the other.

use super::cast::{JONAS, PASSWORD, TOBIAS};
use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use sharing::{Email, Purpose, Terms, Visibility};
use store::{Access, Manage, NewInvitation, Origin, Store};

/// Has no account yet; the mail with the link waits in the folder.
const NEWCOMER: &str = "nora@example.org";

fn invitation(address: &str) -> NewInvitation {
    NewInvitation {
        email: Email::parse(address).expect("the addresses of the demo have the right shape"),
        terms: Terms { visibility: Visibility { carbs: true, ..Visibility::GLUCOSE_ONLY }, ..Terms::LEAST },
        message: "Could you keep an eye on Emil during practice?".to_owned(),
    }
}

pub async fn share(store: &Store, now: Timestamp) -> Result<()> {
    let entrance = store.sign_in(TOBIAS.email, PASSWORD, false, Origin::default()).await.context("Tobias signs in")?;
    let token = entrance.opened().context("Tobias has no second step")?.session;
    let tobias = store.session(token.as_str()).await?.actor;
    let (records, lines) = store.with_account(&tobias, |own| Ok((own.records()?, own.care_partners()?))).await?;
    let emil = records.first().context("Tobias has children")?.0;
    for address in [JONAS.email, NEWCOMER] {
        let invitation = invitation(address);
        let invite = move |patient: &mut Access<'_, Manage>| patient.invite(&invitation).map(drop);
        store.with_patient(&tobias, emil, Purpose::Sharing, invite).await?;
    }
    let ida = lines.first().context("Jonas follows Ida")?;
    let (partner, until) = (ida.partner, now + SignedDuration::from_hours(8));
    let pause = move |patient: &mut Access<'_, Manage>| patient.pause_care_partner(partner, until);
    store.with_patient(&tobias, ida.record, Purpose::Sharing, pause).await?;
    store.sign_out(token.as_str()).await.context("Tobias signs out")
}
