//! One act as one call of the store, with everything it needs taken along.

use super::{
    model::Model,
    steps::Act,
    world::{World, address},
};
use sharing::{Id, Purpose, RecordId};
use std::future::Future;
use store::{Access, Actor, Conflict, Error, Manage, NewInvitation, Origin, Own, Store};

/// What came of an act. New invitations and requests come with the number of the play and the store's own.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Done,
    Invited(usize, Id),
    Asked(usize, Id),
    Refused,
    /// Nobody's mailbox is filled by us: less than the model allows, and nothing happened.
    TooMany,
}

impl Reply {
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done | Self::Invited(..) | Self::Asked(..))
    }

    fn of<T>(result: Result<T, Error>, done: impl FnOnce(T) -> Self) -> Self {
        match result {
            Ok(value) => done(value),
            Err(Error::TooMany { .. }) => Self::TooMany,
            Err(error @ (Error::Broken(_) | Error::Unavailable | Error::Conflict(Conflict::Taken))) => {
                panic!("an act ends with a yes or a no: {error:?}")
            }
            Err(_) => Self::Refused,
        }
    }
}

async fn manage<T: Send + 'static>(
    (store, who, record): (&Store, &Actor, RecordId),
    job: impl for<'a> FnMut(&mut Access<'a, Manage>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    store.with_patient(who, record, Purpose::Sharing, job).await
}

async fn own<T: Send + 'static>(
    store: &Store,
    who: &Actor,
    job: impl for<'a> FnMut(&mut Own<'a>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    store.with_account(who, job).await
}

/// One act as one call of the store. What it needs is taken along, so that it can run beside others.
pub fn call(world: &World, model: &Model, act: &Act) -> impl Future<Output = Reply> + Send + use<> {
    let (store, who, act) = (world.store.clone(), world.actors[act.by()].clone(), act.clone());
    let (records, accounts) = (world.records.clone(), world.accounts.clone());
    let (invitations, requests) = (world.invitations.clone(), world.requests.clone());
    let (session, clinic) = (world.sessions[act.by()].clone(), world.clinic);
    let invited = |invitation: usize| model.invitations.get(&invitation).map_or(0, |one| one.record);
    let of_invitation = match &act {
        Act::InviteAgain { invitation, .. } | Act::Withdraw { invitation, .. } => invited(*invitation),
        _ => 0,
    };
    async move {
        let at = |record: usize| (&store, &who, records[record]);
        let invitation = |number: &usize| invitations.get(number).copied().unwrap_or(Id(0));
        let request = |number: &usize| requests.get(number).copied().unwrap_or(Id(0));
        let done = |()| Reply::Done;
        match &act {
            Act::Invite { record, to, terms, key, .. } => {
                let new = NewInvitation { email: address(*to), terms: *terms, message: String::new() };
                let made = manage(at(*record), move |owner| owner.invite(&new)).await;
                Reply::of(made, |id| Reply::Invited(*key, id))
            }
            Act::InviteAgain { invitation: number, .. } => {
                let id = invitation(number);
                Reply::of(manage(at(of_invitation), move |owner| owner.invite_again(id)).await, done)
            }
            Act::Withdraw { invitation: number, .. } => {
                let id = invitation(number);
                Reply::of(manage(at(of_invitation), move |owner| owner.withdraw_invitation(id)).await, done)
            }
            Act::Accept { invitation: number, .. } => {
                let id = invitation(number);
                Reply::of(own(&store, &who, move |own| own.accept(id)).await, |_| Reply::Done)
            }
            Act::Decline { invitation: number, .. } => {
                let id = invitation(number);
                Reply::of(own(&store, &who, move |own| own.decline(id)).await, done)
            }
            Act::Ask { to, key, .. } => {
                let to = address(*to);
                let ask = move |own: &mut Own<'_>| {
                    own.ask_to_follow(&to)?;
                    let asked = own.own_requests()?.into_iter().rfind(|one| one.email == to.as_str());
                    Ok(asked.expect("it was asked just now").id)
                };
                Reply::of(own(&store, &who, ask).await, |id| Reply::Asked(*key, id))
            }
            Act::TakeBack { request: number, .. } => {
                let id = request(number);
                Reply::of(own(&store, &who, move |own| own.withdraw_request(id)).await, done)
            }
            Act::Approve { record, request: number, terms, .. } => {
                let (id, terms) = (request(number), *terms);
                let approved = manage(at(*record), move |owner| owner.approve_request(id, &terms)).await;
                Reply::of(approved, |_| Reply::Done)
            }
            Act::Refuse { request: number, .. } => {
                let id = request(number);
                Reply::of(own(&store, &who, move |own| own.decline_request(id)).await, done)
            }
            Act::Edit { record, of, terms, .. } => {
                let (of, terms) = (accounts[*of], *terms);
                Reply::of(manage(at(*record), move |owner| owner.edit_care_partner(of, &terms)).await, done)
            }
            Act::Pause { record, of, until, .. } => {
                let (of, until) = (accounts[*of], *until);
                Reply::of(manage(at(*record), move |owner| owner.pause_care_partner(of, until)).await, done)
            }
            Act::Resume { record, of, .. } => {
                let of = accounts[*of];
                Reply::of(manage(at(*record), move |owner| owner.resume_care_partner(of)).await, done)
            }
            Act::Remove { record, of, .. } => {
                let of = accounts[*of];
                Reply::of(manage(at(*record), move |owner| owner.remove_care_partner(of)).await, done)
            }
            Act::Stop { record, .. } => {
                let record = records[*record];
                Reply::of(own(&store, &who, move |own| own.stop_following(record)).await, done)
            }
            Act::LetIn { record, of, .. } => {
                let of = accounts[*of];
                Reply::of(manage(at(*record), move |owner| owner.restore_care_partner(of)).await, done)
            }
            Act::LetClinicIn { record, .. } => {
                Reply::of(manage(at(*record), move |owner| owner.restore_clinic(clinic)).await, done)
            }
            Act::Lock { .. } => Reply::of(store.lock_down(&who, Origin::default()).await, done),
            Act::EndLockdown { .. } => Reply::of(own(&store, &who, |own| own.end_lockdown()).await, done),
            Act::Leave { by } => Reply::of(store.leave(&who, &session, address(*by).as_str()).await, |_| Reply::Done),
            Act::Return { .. } => Reply::of(store.restore(&who).await, done),
        }
    }
}
