//! Clinics as organisations: registered, joined, changed, left. Who works there is decided anew at every request.

use crate::{
    second_step::{Seat, with_app},
    tampering::tamper,
};
use jiff::SignedDuration;
use sharing::{ClinicId, ClinicRole, Duty, Purpose, Refusal};
use store::{
    Access, Actor, ChangeClinic, ClinicSettings, Conflict, Desk, Ending, Error, Invalid, KeepMembers, MemberLine,
    Message, Origin, Own, SeeActivity, SeePatients, Seen, View,
};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, People, device_of, email, people},
};

pub async fn own<T, F>(kit: &TestStore, who: &Actor, job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Own<'a>) -> Result<T, Error> + Send + 'static,
{
    kit.store.with_account(who, job).await
}

async fn keep<T, F>(kit: &TestStore, who: &Actor, clinic: ClinicId, job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Desk<'a, KeepMembers>) -> Result<T, Error> + Send + 'static,
{
    kit.store.with_clinic(who, clinic, job).await
}

async fn members(kit: &TestStore, who: &Actor, clinic: ClinicId) -> Result<Vec<MemberLine>, Error> {
    keep(kit, who, clinic, |desk| desk.members()).await
}

pub async fn role(
    kit: &TestStore,
    who: &Actor,
    member: &Actor,
    clinic: ClinicId,
    new: ClinicRole,
) -> Result<(), Error> {
    let member = member.account().unwrap();
    keep(kit, who, clinic, move |desk| desk.change_role(member, new)).await
}

async fn remove(kit: &TestStore, who: &Actor, member: &Actor, clinic: ClinicId) -> Result<(), Error> {
    let member = member.account().unwrap();
    keep(kit, who, clinic, move |desk| desk.remove_member(member)).await
}

async fn invite(kit: &TestStore, people: &People, to: &str, role: ClinicRole) -> Result<sharing::Id, Error> {
    let to = email(to);
    keep(kit, &people.dr_chen, people.northside, move |desk| desk.invite_member(&to, role)).await
}

/// Whether somebody gets in at all.
async fn is_in(kit: &TestStore, who: &Actor, clinic: ClinicId) -> bool {
    let look = |desk: &mut Desk<'_, SeePatients>| desk.clinic_name().map(drop);
    kit.store.with_clinic(who, clinic, look).await.is_ok()
}

fn told<'m>(mails: &'m [Message], to: &str, words: &str) -> Vec<&'m str> {
    let of = mails.iter().filter(|mail| mail.to.starts_with(to) && mail.text.replace('\n', " ").contains(words));
    of.map(|mail| mail.subject.as_str()).collect()
}

fn token(mails: &[Message], to: &str) -> String {
    let mail = mails.iter().find(|mail| mail.to.starts_with(to) && mail.text.contains("/clinic-invitations/"));
    let text = &mail.expect("an invitation went out").text;
    text.split("/clinic-invitations/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn whoever_has_a_second_step_registers_a_clinic_and_is_its_first_admin() {
    both(async |kit| {
        let people = people(&kit).await;
        let register = |own: &mut Own<'_>| own.register_clinic(" Eastside ", "2 High Street\r\nPhone 0199");
        let without = own(&kit, &people.anna, register).await;
        assert!(matches!(without, Err(Error::Forbidden(Refusal::MemberSecondStep))));
        let (anna, ..) = with_app(&kit).await;
        kit.mails().await;
        let clinic = own(&kit, &anna.actor, register).await.unwrap();
        assert_eq!(told(&kit.mails().await, "anna@", "registered Eastside"), ["You registered a clinic"]);
        let settings = |desk: &mut Desk<'_, ChangeClinic>| desk.clinic_settings();
        let kept = kit.store.with_clinic(&anna.actor, clinic, settings).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.contact.as_str()), ("Eastside", "2 High Street\nPhone 0199"));
        let list = members(&kit, &anna.actor, clinic).await.unwrap();
        assert_eq!((list.len(), list[0].role, list[0].has_second_step), (1, ClinicRole::Admin, true));
        for other in [&people.dr_chen, &people.stranger] {
            assert!(matches!(members(&kit, other, clinic).await, Err(Error::NotFound)));
        }
        let names = kit.store.overview(&anna.actor).await.unwrap().clinics;
        assert_eq!(names, [(clinic, "Eastside".to_owned())]);

        for (name, contact) in [("", ""), ("Call evil.com", ""), ("a\nb", ""), ("Fine", &"x".repeat(301))] {
            let contact = contact.to_owned();
            let refused = own(&kit, &anna.actor, move |own| own.register_clinic(name, &contact)).await;
            assert!(matches!(refused, Err(Error::Invalid(Invalid::Name | Invalid::ClinicContact))), "{name}");
        }
        for _ in 0..2 {
            own(&kit, &anna.actor, register).await.unwrap();
        }
        assert!(matches!(own(&kit, &anna.actor, register).await, Err(Error::TooMany { .. })), "a few in a day");
        kit.clock.advance(SignedDuration::from_mins(11));
        assert!(matches!(own(&kit, &anna.actor, register).await, Err(Error::ProofNeeded)));
    });
}

#[test]
fn a_colleague_is_invited_and_works_there_once_there_is_a_second_step() {
    both(async |kit| {
        let people = people(&kit).await;
        let id = invite(&kit, &people, "anna", ClinicRole::Clinician).await.unwrap();
        let mails = kit.mails().await;
        assert_eq!(told(&mails, "chen@", "invited anna@example.org to Northside").len(), 1);
        let link = token(&mails, "anna@");
        let offer = kit.store.clinic_offer(&link).await.unwrap();
        assert_eq!((offer.id, offer.clinic.as_str(), offer.from.as_str()), (id, "Northside", "chen"));
        let mine = link.clone();
        assert!(own(&kit, &people.anna, move |own| own.is_invited_to_clinic(&mine)).await.unwrap());
        let others = link.clone();
        assert!(!own(&kit, &people.ben, move |own| own.is_invited_to_clinic(&others)).await.unwrap());
        let ben = own(&kit, &people.ben, move |own| own.accept_membership(id)).await;
        assert!(matches!(ben, Err(Error::NotFound)), "it went to somebody else");

        let early = own(&kit, &people.anna, move |own| own.accept_membership(id)).await;
        assert!(matches!(early, Err(Error::Forbidden(Refusal::MemberSecondStep))));
        let (anna, ..) = with_app(&kit).await;
        assert_eq!(own(&kit, &anna.actor, |own| own.clinic_invitations()).await.unwrap(), [offer], "it waited");
        kit.mails().await;
        assert_eq!(own(&kit, &anna.actor, move |own| own.accept_membership(id)).await.unwrap(), people.northside);
        let mails = kit.mails().await;
        assert_eq!(told(&mails, "anna@", "work there from now on").len(), 1);
        assert_eq!(told(&mails, "chen@", "anna works at Northside from now on").len(), 1);
        assert!(is_in(&kit, &anna.actor, people.northside).await);
        assert!(matches!(members(&kit, &anna.actor, people.northside).await, Err(Error::Forbidden(Refusal::Role))));
        assert!(matches!(kit.store.clinic_offer(&link).await, Err(Error::Invalid(Invalid::Invitation))), "used up");
        let again = own(&kit, &anna.actor, move |own| own.accept_membership(id)).await;
        assert!(matches!(again, Err(Error::NotFound)));
        let twice = invite(&kit, &people, "anna", ClinicRole::Admin).await;
        assert!(matches!(twice, Err(Error::Conflict(Conflict::Member))));
        let activity = own(&kit, &anna.actor, |own| own.activity(50)).await.unwrap();
        assert!(activity.iter().any(|line| line.what == "joined a clinic" && line.detail == "Northside: clinician"));
    });
}

#[test]
fn inviting_answers_the_same_for_everybody_and_ends_after_seven_days() {
    both(async |kit| {
        let people = people(&kit).await;
        let known = invite(&kit, &people, "zoe", ClinicRole::FrontDesk).await;
        let unknown = invite(&kit, &people, "nobody", ClinicRole::FrontDesk).await;
        assert!(known.is_ok() && unknown.is_ok());
        let zoe = known.unwrap();
        let again = invite(&kit, &people, "zoe", ClinicRole::Admin).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Invited))));
        let first = token(&kit.mails().await, "zoe@");
        keep(&kit, &people.dr_chen, people.northside, move |desk| desk.invite_member_again(zoe)).await.unwrap();
        let second = token(&kit.mails().await, "zoe@");
        assert!(kit.store.clinic_offer(&first).await.is_err() && kit.store.clinic_offer(&second).await.is_ok());
        let open = keep(&kit, &people.dr_chen, people.northside, |desk| desk.member_invitations()).await.unwrap();
        assert_eq!(
            open.iter().map(|one| one.email.as_str()).collect::<Vec<_>>(),
            ["zoe@example.org", "nobody@example.org"]
        );
        let (other, northside) = (open[1].id, people.northside);
        keep(&kit, &people.dr_chen, northside, move |desk| desk.withdraw_member_invitation(other)).await.unwrap();
        let open = keep(&kit, &people.dr_chen, northside, |desk| desk.member_invitations()).await.unwrap();
        assert_eq!(open.len(), 1);

        kit.clock.advance(SignedDuration::from_hours(24 * 7));
        assert!(kit.store.clinic_offer(&second).await.is_err());
        let late = own(&kit, &people.stranger, move |own| own.accept_membership(zoe)).await;
        assert!(matches!(late, Err(Error::Invalid(Invalid::Invitation))));
        assert!(kit.store.tidy(&kit.roster.on(Duty::Expire)).await.unwrap() >= 1);
        let stale = invite(&kit, &people, "ben", ClinicRole::Clinician).await;
        assert!(matches!(stale, Err(Error::ProofNeeded)));
    });
}

#[test]
fn a_clinic_keeps_an_admin_and_roles_change_at_once() {
    both(async |kit| {
        let people = people(&kit).await;
        let (chen, fred, northside) = (&people.dr_chen, &people.front_desk, people.northside);
        for last in [
            role(&kit, chen, chen, northside, ClinicRole::Clinician).await,
            remove(&kit, chen, chen, northside).await,
            own(&kit, chen, move |own| own.leave_clinic(northside)).await,
        ] {
            assert!(matches!(last, Err(Error::Conflict(Conflict::LastAdmin))));
        }
        assert!(matches!(remove(&kit, fred, chen, northside).await, Err(Error::Forbidden(Refusal::Role))));
        assert!(matches!(remove(&kit, chen, &people.stranger, northside).await, Err(Error::NotFound)));
        kit.mails().await;
        role(&kit, chen, fred, northside, ClinicRole::Admin).await.unwrap();
        let mails = kit.mails().await;
        assert_eq!(told(&mails, "fred@", "your role at Northside was changed: it is admin now").len(), 1);
        assert_eq!(told(&mails, "chen@", "chen changed the role of fred").len(), 1);
        role(&kit, fred, chen, northside, ClinicRole::FrontDesk).await.unwrap();
        assert!(matches!(members(&kit, chen, northside).await, Err(Error::Forbidden(Refusal::Role))));

        kit.clock.advance(SignedDuration::from_mins(11));
        let raised = role(&kit, fred, chen, northside, ClinicRole::Clinician).await;
        assert!(matches!(raised, Err(Error::ProofNeeded)), "more asks for a proof");
        own(&kit, chen, move |own| own.leave_clinic(northside)).await.unwrap();
        assert!(!is_in(&kit, chen, northside).await);
        assert_eq!(kit.store.overview(chen).await.unwrap().clinics, []);
    });
}

#[test]
fn what_a_removed_member_has_open_ends_at_once_with_what_they_began() {
    both(async |kit| {
        let people = people(&kit).await;
        let (chen, fred, northside) = (&people.dr_chen, &people.front_desk, people.northside);
        role(&kit, chen, fred, northside, ClinicRole::Admin).await.unwrap();
        let origin = Origin { device: Some(device_of("fred")), ..Origin::default() };
        let entrance = kit.store.sign_in(email("fred").as_str(), PASSWORD, false, origin).await.unwrap();
        let token = entrance.opened().unwrap().session;
        let session = kit.store.session(token.as_str()).await.unwrap();
        let (mut own_patient, mut linked) = (
            kit.store.watch(&session, people.patient).await.unwrap(),
            kit.store.watch(&session, people.mia).await.unwrap(),
        );
        let to = email("zoe");
        let by_fred =
            keep(&kit, fred, northside, move |desk| desk.invite_member(&to, ClinicRole::Admin)).await.unwrap();

        remove(&kit, chen, fred, northside).await.unwrap();
        assert_eq!(own_patient.next().await.unwrap(), Seen::Ended(Ending::Removed));
        assert_eq!(linked.next().await.unwrap(), Seen::Ended(Ending::Removed));
        let look = |patient: &mut Access<'_, View>| patient.record().map(drop);
        for record in [people.patient, people.mia, people.mia_profile] {
            let gone = kit.store.with_patient(fred, record, Purpose::Home, look).await;
            assert!(matches!(gone, Err(Error::NotFound)));
        }
        assert!(matches!(members(&kit, fred, northside).await, Err(Error::NotFound)));
        let left = own(&kit, &people.stranger, move |own| own.accept_membership(by_fred)).await;
        assert!(matches!(left, Err(Error::NotFound)), "who was invited by them is invited no more");
    });
}

#[test]
fn a_role_that_shrinks_is_told_to_what_is_open() {
    both(async |kit| {
        let people = people(&kit).await;
        role(&kit, &people.dr_chen, &people.front_desk, people.northside, ClinicRole::Clinician).await.unwrap();
        let origin = Origin { device: Some(device_of("fred")), ..Origin::default() };
        let entrance = kit.store.sign_in(email("fred").as_str(), PASSWORD, false, origin).await.unwrap();
        let session = kit.store.session(entrance.opened().unwrap().session.as_str()).await.unwrap();
        let mut watch = kit.store.watch(&session, people.patient).await.unwrap();
        role(&kit, &people.dr_chen, &people.front_desk, people.northside, ClinicRole::FrontDesk).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Changed));
    });
}

#[test]
fn the_last_second_step_removed_shuts_the_clinic_until_there_is_one_again() {
    both(async |kit| {
        let people = people(&kit).await;
        let id = invite(&kit, &people, "anna", ClinicRole::Clinician).await.unwrap();
        let (seat, ..) = with_app(&kit).await;
        own(&kit, &seat.actor, move |own| own.accept_membership(id)).await.unwrap();
        let session = kit.store.session(&seat.session).await.unwrap();
        let mut watch = kit.store.watch(&session, people.patient).await.unwrap();
        let step = own(&kit, &seat.actor, |own| own.second_steps()).await.unwrap().steps[0].id;
        let token = seat.session.clone();
        let new = own(&kit, &seat.actor, move |own| own.remove_second_step(&token, step)).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Changed));
        let seat = Seat::of(&kit, new.as_str()).await;
        let look = |desk: &mut Desk<'_, SeePatients>| desk.clinic_name().map(drop);
        let shut = kit.store.with_clinic(&seat.actor, people.northside, look).await;
        assert!(matches!(shut, Err(Error::Forbidden(Refusal::MemberSecondStep))));
        assert_eq!(kit.store.overview(&seat.actor).await.unwrap().clinics.len(), 1, "so that the page can say why");
    });
}

#[test]
fn what_members_did_is_a_chain_that_nobody_changes_unseen() {
    both(async |kit| {
        let people = people(&kit).await;
        let northside = people.northside;
        let to = invite(&kit, &people, "zoe", ClinicRole::Clinician).await.unwrap();
        role(&kit, &people.dr_chen, &people.front_desk, northside, ClinicRole::Clinician).await.unwrap();
        let new = ClinicSettings { name: "Northside 2".to_owned(), contact: String::new() };
        let change = move |desk: &mut Desk<'_, ChangeClinic>| desk.change_clinic(&new);
        kit.store.with_clinic(&people.dr_chen, northside, change).await.unwrap();
        own(&kit, &people.stranger, move |own| own.decline_membership(to)).await.unwrap();
        let see = |desk: &mut Desk<'_, SeeActivity>| Ok((desk.activity(3, None)?, desk.activity(9, Some(2))?));
        let (newest, older) = kit.store.with_clinic(&people.dr_chen, northside, see).await.unwrap();
        let line = |line: &store::ClinicActivityLine| {
            format!("{} {}: {} {}", line.number, line.who.as_deref().unwrap_or("–"), line.what, line.detail)
        };
        assert_eq!(
            newest.iter().map(line).collect::<Vec<_>>(),
            [
                "4 zoe: declined an invitation ",
                "3 chen: changed the clinic Northside → Northside 2",
                "2 chen: changed the role of a member fred: clinician",
            ]
        );
        assert_eq!(older.iter().map(line).collect::<Vec<_>>(), ["1 chen: invited a member zoe@example.org: clinician"]);
        let fred = kit.store.with_clinic(&people.front_desk, northside, see).await;
        assert!(matches!(fred, Err(Error::Forbidden(Refusal::Role))));

        kit.store.anchor_heads(&kit.roster.on(Duty::Expire)).await.unwrap();
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
        tamper(
            &kit.settings.database,
            &format!("update audit set act = 'looked' where chain = '{northside}' and number = 2"),
        );
        let broken = kit.store.verify_audit().await.unwrap().broken;
        assert_eq!((broken[0].chain.as_str(), broken[0].number), (northside.to_string().as_str(), 2));
    });
}

#[test]
fn whoever_locks_the_account_takes_back_what_a_thief_offered() {
    both(async |kit| {
        let people = people(&kit).await;
        let id = invite(&kit, &people, "zoe", ClinicRole::Admin).await.unwrap();
        kit.store.lock_down(&people.dr_chen, Origin::default()).await.unwrap();
        let late = own(&kit, &people.stranger, move |own| own.accept_membership(id)).await;
        assert!(matches!(late, Err(Error::NotFound)));
    });
}
