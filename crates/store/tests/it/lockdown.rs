//! Lockdown: what a thief still gets after the button (nothing), and how the owner opens things again, one by one.

use jiff::SignedDuration;
use sharing::{Purpose, RecordId, Refusal, RightKind, TokenScope};
use store::{
    Access, Actor, Download, Entrance, Error, Given, Invalid, Lockdown, Manage, Message, Opened, Origin, State, Step,
    Upload, View, What, Whom,
};
use testkit::{
    authenticator_app::code,
    both::{TestStore, both},
    cast::{PASSWORD, email, people},
};

use crate::second_step::{finish, half, with_app};

pub const NEW: &str = "purple lanterns over the quiet bay";

/// The token of the last mail to this address with such a link.
pub fn token(mails: &[Message], name: &str, path: &str) -> String {
    let to = email(name);
    let mail = mails.iter().rfind(|mail| mail.to == to.as_str() && mail.text.contains(path)).expect("such a mail");
    mail.text.split(path).nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

pub async fn enter(kit: &TestStore, password: &str) -> Result<Entrance, Error> {
    kit.store.sign_in(email("anna").as_str(), password, false, Origin::default()).await
}

pub async fn open(kit: &TestStore) -> Opened {
    enter(kit, PASSWORD).await.and_then(Entrance::opened).unwrap()
}

pub async fn lock(kit: &TestStore, anna: &Actor) {
    kit.store.lock_down(anna, Origin::default()).await.unwrap();
}

/// Anna again, after the link of the mail.
pub async fn unlocked(kit: &TestStore) -> Actor {
    let link = token(&kit.mails().await, "anna", "/lockdown/unlock/");
    let opened = kit.store.unlock(&link, NEW, Origin::default()).await.and_then(Entrance::opened).unwrap();
    kit.store.session(opened.session.as_str()).await.unwrap().actor
}

pub async fn lockdown(kit: &TestStore, anna: &Actor) -> Option<Lockdown> {
    kit.store.with_account(anna, |own| own.lockdown()).await.unwrap()
}

pub async fn look(kit: &TestStore, who: &Actor, record: RecordId) -> Result<(), Error> {
    kit.store.with_patient(who, record, Purpose::Home, |_: &mut Access<'_, View>| Ok(())).await
}

pub async fn try_right(kit: &TestStore, who: &Actor, record: RecordId, right: RightKind) -> Result<(), Error> {
    let (store, purpose) = (&kit.store, Purpose::Home);
    match right {
        RightKind::View => store.with_patient(who, record, purpose, |_: &mut Access<'_, View>| Ok(())).await,
        RightKind::Download => store.with_patient(who, record, purpose, |_: &mut Access<'_, Download>| Ok(())).await,
        RightKind::Upload => store.with_patient(who, record, purpose, |_: &mut Access<'_, Upload>| Ok(())).await,
        RightKind::Manage => store.with_patient(who, record, purpose, |_: &mut Access<'_, Manage>| Ok(())).await,
    }
}

pub async fn app_token(kit: &TestStore, anna: &Actor, record: RecordId, name: &'static str) -> String {
    let make =
        move |patient: &mut Access<'_, Manage>| patient.add_token(&store::NewAppToken::new(name, TokenScope::Upload));
    kit.store.with_patient(anna, record, Purpose::Tokens, make).await.unwrap()
}

#[test]
fn whatever_a_thief_holds_is_worth_nothing_at_the_next_request() {
    both(async |kit| {
        let family = people(&kit).await;
        let (own, stolen) = (open(&kit).await, open(&kit).await);
        let thief = kit.store.session(stolen.session.as_str()).await.unwrap().actor;
        let app = app_token(&kit, &family.anna, family.record, "Phone").await;
        let app_actor = kit.store.app(store::AppSecret::Token(&app), Origin::default()).await.unwrap();
        let mut news = kit.store.news();
        lock(&kit, &family.anna).await;

        for session in [&own, &stolen] {
            assert!(matches!(kit.store.session(session.session.as_str()).await, Err(Error::NotSignedIn)));
        }
        // Requests that had come in before the button was pressed end with nothing, too.
        for right in RightKind::ALL {
            assert!(matches!(try_right(&kit, &thief, family.record, right).await, Err(Error::NotFound)));
        }
        let change = kit.store.with_account(&thief, |own| own.account()).await;
        assert!(matches!(change, Err(Error::NotSignedIn)));
        assert!(matches!(kit.store.overview(&thief).await, Err(Error::NotSignedIn)));
        let gone = kit.store.leave(&thief, stolen.session.as_str(), email("anna").as_str()).await;
        assert!(matches!(gone, Err(Error::NotSignedIn)), "a thief deletes nothing: {gone:?}");
        assert!(matches!(
            kit.store.app(store::AppSecret::Token(&app), Origin::default()).await,
            Err(Error::NotSignedIn)
        ));
        assert!(matches!(try_right(&kit, &app_actor, family.record, RightKind::Upload).await, Err(Error::NotFound)));
        assert!(matches!(look(&kit, &family.ben, family.record).await, Err(Error::Forbidden(Refusal::Suspended))));
        assert!(matches!(look(&kit, &family.dr_chen, family.mia).await, Err(Error::Forbidden(Refusal::Suspended))));
        assert!(kit.store.overview(&family.ben).await.unwrap().following.is_empty());
        let heard = [news.try_recv().unwrap(), news.try_recv().unwrap()];
        assert_eq!(heard.map(|one| one.what), [What::Access, What::Access]);
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn a_right_password_opens_nothing_until_a_new_one_is_set_by_mail() {
    both(async |kit| {
        let family = people(&kit).await;
        lock(&kit, &family.anna).await;
        assert!(matches!(enter(&kit, "wrong").await, Err(Error::NotSignedIn)));
        let first = token(&kit.mails().await, "anna", "/lockdown/unlock/");
        assert!(matches!(enter(&kit, PASSWORD).await, Err(Error::Locked)));
        let second = token(&kit.mails().await, "anna", "/lockdown/unlock/");
        assert!(kit.store.unlock_link(&first).await.is_ok(), "nobody voids it by asking again");
        assert_eq!(kit.store.unlock_link(&second).await.unwrap(), "anna@example.org");
        // Five links an hour: the button's own, the one above, and three more.
        for _ in 0..9 {
            assert!(matches!(enter(&kit, PASSWORD).await, Err(Error::Locked)));
        }
        let more = kit.mails().await;
        assert_eq!(more.len(), 3);
        let last = token(&more, "anna", "/lockdown/unlock/");
        assert!(matches!(kit.store.unlock(&last, "short", Origin::default()).await, Err(Error::Invalid(_))));
        kit.store.unlock(&last, NEW, Origin::default()).await.unwrap().opened().unwrap();
        let again = kit.store.unlock(&last, NEW, Origin::default()).await;
        assert!(matches!(again, Err(Error::Invalid(Invalid::Token))), "it works once");
        assert!(
            matches!(kit.store.unlock_link(&first).await, Err(Error::Invalid(Invalid::Token))),
            "and ends the others"
        );
        assert!(matches!(enter(&kit, PASSWORD).await, Err(Error::NotSignedIn)), "the old password is over");
        assert!(enter(&kit, NEW).await.is_ok());
    });
}

#[test]
fn an_unlock_link_is_over_after_an_hour() {
    both(async |kit| {
        let family = people(&kit).await;
        lock(&kit, &family.anna).await;
        let link = token(&kit.mails().await, "anna", "/lockdown/unlock/");
        kit.clock.advance(SignedDuration::from_mins(60));
        let late = kit.store.unlock(&link, NEW, Origin::default()).await;
        assert!(matches!(late, Err(Error::Invalid(Invalid::Token))));
        assert!(matches!(enter(&kit, PASSWORD).await, Err(Error::Locked)));
        assert_eq!(kit.mails().await.len(), 1, "a new link is on its way");
    });
}

#[test]
fn the_link_of_a_security_mail_locks_without_a_session_and_only_once() {
    both(async |kit| {
        people(&kit).await;
        // A device that was not known: two mails, each with a link of its own.
        open(&kit).await;
        open(&kit).await;
        let all = kit.mails().await;
        let links: Vec<String> = all
            .iter()
            .filter(|mail| mail.to == "anna@example.org")
            .map(|mail| token(std::slice::from_ref(mail), "anna", "/lockdown/mail/"))
            .collect();
        assert_eq!(links.len(), 2);
        for wrong in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(matches!(kit.store.check_lock_link(wrong).await, Err(Error::Invalid(Invalid::Token))));
            let tried = kit.store.lock_by_mail(wrong, Origin::default()).await;
            assert!(matches!(tried, Err(Error::Invalid(Invalid::Token))));
        }
        assert!(kit.store.check_lock_link(&links[0]).await.is_ok(), "looking changes nothing");
        assert!(enter(&kit, PASSWORD).await.is_ok());
        kit.store.lock_by_mail(&links[0], Origin::default()).await.unwrap();
        assert!(matches!(enter(&kit, PASSWORD).await, Err(Error::Locked)));
        let again = kit.store.lock_by_mail(&links[0], Origin::default()).await;
        assert!(matches!(again, Err(Error::Invalid(Invalid::Token))), "each link works once");
        kit.store.lock_by_mail(&links[1], Origin::default()).await.unwrap();
        let told = kit.mails().await;
        assert_eq!(told.iter().filter(|mail| mail.subject == "Your account is locked").count(), 1, "one lockdown");
    });
}

#[test]
fn a_link_to_lock_is_over_after_thirty_days() {
    both(async |kit| {
        people(&kit).await;
        open(&kit).await;
        let link = token(&kit.mails().await, "anna", "/lockdown/mail/");
        kit.clock.advance(SignedDuration::from_hours(30 * 24));
        assert!(matches!(kit.store.lock_by_mail(&link, Origin::default()).await, Err(Error::Invalid(Invalid::Token))));
    });
}

#[test]
fn a_wrong_code_and_an_unknown_address_answer_the_same_and_are_counted() {
    both(async |kit| {
        people(&kit).await;
        for address in ["anna@example.org", "nobody@example.org", "no address"] {
            for _ in 0..5 {
                let tried = kit.store.lock_by_code(address, "AAAA-BBBB", Origin::default()).await;
                assert!(matches!(tried, Err(Error::WrongProof)), "{address}");
            }
            let tried = kit.store.lock_by_code(address, "AAAA-BBBB", Origin::default()).await;
            assert!(matches!(tried, Err(Error::TooMany { .. })), "{address}");
        }
        assert!(enter(&kit, PASSWORD).await.is_ok(), "and nobody was kept out by it");
    });
}

#[test]
fn a_recovery_code_locks_once_and_a_stolen_half_sign_in_is_over() {
    both(async |kit| {
        people(&kit).await;
        let (_, seed, codes) = with_app(&kit).await;
        // Longer ago than what a lockdown distrusts.
        kit.clock.advance(SignedDuration::from_hours(73));
        let stolen = half(&kit).await;
        let typed = codes.0[3].to_lowercase().replace('-', " ");
        kit.store.lock_by_code("anna@example.org", &typed, Origin::default()).await.unwrap();
        let given = Given::Code(code(&seed, kit.clock.now()));
        assert!(matches!(finish(&kit, &stolen, given.clone()).await, Err(Error::NotSignedIn)));
        let again = kit.store.lock_by_code("anna@example.org", &codes.0[3], Origin::default()).await;
        assert!(matches!(again, Err(Error::WrongProof)), "it is used up");

        // The link sets the password; the second step is still asked.
        let link = token(&kit.mails().await, "anna", "/lockdown/unlock/");
        let Entrance::SecondStep(half) = kit.store.unlock(&link, NEW, Origin::default()).await.unwrap() else {
            panic!("in without the second step")
        };
        let opened = finish(&kit, half.as_str(), given).await.unwrap();
        let session = kit.store.session(opened.session.as_str()).await.unwrap();
        assert_eq!(session.lockdown.map(|steps| steps.next()), Some(Step::SecondStep));
    });
}

#[test]
fn restored_access_is_what_it_was_and_the_rest_stays_shut() {
    both(async |kit| {
        let family = people(&kit).await;
        lock(&kit, &family.anna).await;
        let anna = unlocked(&kit).await;
        let waiting = lockdown(&kit, &anna).await.unwrap().suspended;
        assert_eq!(waiting.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ben", "carla", "Northside"]);
        let (ben, chen) = (family.ben.account().unwrap(), family.northside);
        assert_eq!(waiting[0].whom, Whom::CarePartner(ben, sharing::Permission::ViewOnly));

        let restore = move |patient: &mut Access<'_, Manage>| patient.restore_care_partner(ben);
        kit.store.with_patient(&anna, family.record, Purpose::Lockdown, restore).await.unwrap();
        let seen = |patient: &mut Access<'_, View>| Ok(patient.record()?.visibility);
        let seen = kit.store.with_patient(&family.ben, family.record, Purpose::Home, seen).await.unwrap();
        assert_eq!(seen, sharing::Visibility::GLUCOSE_ONLY, "as before");
        let taken = try_right(&kit, &family.ben, family.record, RightKind::Download).await;
        assert!(matches!(taken, Err(Error::Forbidden(Refusal::ViewOnly))));
        assert!(matches!(look(&kit, &family.carla, family.record).await, Err(Error::Forbidden(Refusal::Suspended))));

        let clinic = move |patient: &mut Access<'_, Manage>| patient.restore_clinic(chen);
        kit.store.with_patient(&anna, family.mia, Purpose::Lockdown, clinic).await.unwrap();
        assert!(look(&kit, &family.dr_chen, family.mia).await.is_ok());
        let again = kit.store.with_patient(&anna, family.mia, Purpose::Lockdown, clinic).await;
        assert!(matches!(again, Err(Error::NotFound)), "there is nothing more to restore");
        let remove = move |patient: &mut Access<'_, Manage>| patient.remove_clinic(chen);
        kit.store.with_patient(&anna, family.mia, Purpose::Lockdown, remove).await.unwrap();
        assert!(matches!(look(&kit, &family.dr_chen, family.mia).await, Err(Error::NotFound)));
    });
}

#[test]
fn restoring_and_ending_ask_for_a_fresh_proof() {
    both(async |kit| {
        let family = people(&kit).await;
        lock(&kit, &family.anna).await;
        let anna = unlocked(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(11));
        let ben = family.ben.account().unwrap();
        let restore = move |patient: &mut Access<'_, Manage>| patient.restore_care_partner(ben);
        let tried = kit.store.with_patient(&anna, family.record, Purpose::Lockdown, restore).await;
        assert!(matches!(tried, Err(Error::ProofNeeded)));
        let tried = kit.store.with_account(&anna, |own| own.end_lockdown()).await;
        assert!(matches!(tried, Err(Error::ProofNeeded)));
    });
}

#[test]
fn the_steps_survive_a_restart_and_pressing_twice_is_one_lockdown() {
    both(async |kit| {
        let family = people(&kit).await;
        let began = kit.clock.now();
        lock(&kit, &family.anna).await;
        let anna = unlocked(&kit).await;
        kit.store.with_account(&anna, |own| own.mark_step(Step::SecondStep, State::Skipped)).await.unwrap();
        let kit = kit.reopen();
        let steps = lockdown(&kit, &anna).await.unwrap().steps;
        assert_eq!((steps.of(Step::Password), steps.of(Step::SecondStep)), (State::Done, State::Skipped));
        assert_eq!((steps.settled(), steps.next()), (2, Step::Review));
        for step in [Step::Password, Step::End] {
            let tried = kit.store.with_account(&anna, move |own| own.mark_step(step, State::Done)).await;
            assert!(matches!(tried, Err(Error::Invalid(Invalid::Lockdown))), "these have ways of their own");
        }

        // Pressed again: what was opened since is shut again, and only the password is to do once more.
        let ben = family.ben.account().unwrap();
        let restore = move |patient: &mut Access<'_, Manage>| patient.restore_care_partner(ben);
        kit.store.with_patient(&anna, family.record, Purpose::Lockdown, restore).await.unwrap();
        kit.clock.advance(SignedDuration::from_mins(5));
        lock(&kit, &anna).await;
        assert!(matches!(look(&kit, &family.ben, family.record).await, Err(Error::Forbidden(Refusal::Suspended))));
        let link = token(&kit.mails().await, "anna", "/lockdown/unlock/");
        let opened = kit.store.unlock(&link, "a third one with seven words in", Origin::default()).await.unwrap();
        let session = kit.store.session(opened.opened().unwrap().session.as_str()).await.unwrap();
        assert_eq!(session.lockdown.map(|steps| steps.settled()), Some(2));
        let now = lockdown(&kit, &session.actor).await.unwrap();
        assert_eq!((now.began_at, now.steps.of(Step::SecondStep)), (began, State::Skipped));

        kit.store.with_account(&session.actor, |own| own.end_lockdown()).await.unwrap();
        assert_eq!(lockdown(&kit, &session.actor).await, None);
        assert!(matches!(look(&kit, &family.ben, family.record).await, Err(Error::Forbidden(Refusal::Suspended))));
        let told = kit.mails().await;
        let ended = told.iter().find(|mail| mail.subject == "The lockdown has ended").unwrap();
        assert!(
            ended.text.replace('\n', " ").contains("3 care partners and clinics are still suspended"),
            "{}",
            ended.text
        );
    });
}
