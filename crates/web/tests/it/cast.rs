//! Everybody to whom a record can stand: those of the family, and care partners in each state that there is.

use jiff::SignedDuration;
use sharing::{AccountId, Email, Id, Purpose, Terms, Visibility, WeeklyPause};
use store::{Access, Actor, Error, Manage, NewInvitation};
use testkit::app::App;
use testkit::people::{self, ANNA, PASSWORD};

const NEW_PASSWORD: &str = "purple lanterns over the quiet bay";

/// All of it, on screen only.
pub const ALL: Terms = Terms { visibility: Visibility::ALL, ..Terms::LEAST };

/// Something that Anna does with her own record.
pub async fn manage<T, F>(app: &App, anna: &Actor, job: F) -> T
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Access<'a, Manage>) -> Result<T, Error> + Send + 'static,
{
    app.store.with_patient(anna, app.family.anna_record, Purpose::Sharing, job).await.expect("it is Anna's record")
}

/// Anna invites somebody.
pub async fn invite(app: &App, to: &str, terms: Terms, message: &str) -> Id {
    let new = NewInvitation { email: Email::parse(to).unwrap(), terms, message: message.to_owned() };
    manage(app, &app.actor(ANNA).await, move |anna| anna.invite(&new)).await
}

/// Anna invites somebody, who accepts.
pub async fn let_in(app: &App, to: &str, terms: Terms) -> AccountId {
    let invitation = invite(app, to, terms, "").await;
    let partner = app.actor(to).await;
    app.store.with_account(&partner, move |own| own.accept(invitation)).await.expect("it went to them");
    partner.account().unwrap()
}

/// Sven is let in and shut out by a lockdown that has ended; the others are as before.
pub async fn suspend_sven(app: &App) {
    let_in(app, people::SVEN, ALL).await;
    let mut anna = app.signed_in(ANNA).await;
    anna.post("/lockdown", &[]).await;
    let mails = app.mails().await;
    let link = mails.iter().find_map(|mail| mail.text.split("/lockdown/unlock/").nth(1)).expect("a link that unlocks");
    let place = format!("/lockdown/unlock/{}", link.split_whitespace().next().unwrap());
    let mut anna = app.browser();
    assert_eq!(anna.post(&place, &[("password", NEW_PASSWORD)]).await.status, 303);
    let record = app.family.anna_record.to_string();
    for partner in &app.family.seeded.accounts[1..4] {
        let who = partner.to_string();
        let fields = [("record", record.as_str()), ("kind", "partner"), ("who", who.as_str()), ("what", "restore")];
        assert_eq!(anna.post("/lockdown/access", &fields).await.status, 303);
    }
    let (mia, southside) = (app.family.mia_record.to_string(), app.family.southside.to_string());
    let fields = [("record", mia.as_str()), ("kind", "clinic"), ("who", southside.as_str()), ("what", "restore")];
    assert_eq!(anna.post("/lockdown/access", &fields).await.status, 303);
    assert_eq!(anna.post("/lockdown/end", &[]).await.place(), "/activity");
    let back = [("current", NEW_PASSWORD), ("password", PASSWORD)];
    assert_eq!(anna.post("/security/password", &back).await.status, 303);
}

/// Care partners in each state: paused, paused by the week, suspended, without the second step that is asked for, invited,
/// asking, removed. Good for one day from now.
pub async fn every_state(app: &App) {
    suspend_sven(app).await;
    let pia = let_in(app, people::PIA, ALL).await;
    // All of the week but one minute that has just passed.
    let pause = WeeklyPause::new(0x7f, 1, 0).unwrap();
    let_in(app, people::WIM, Terms { weekly_pause: Some(pause), ..ALL }).await;
    let_in(app, people::LENA, Terms { needs_second_step: true, ..ALL }).await;
    let remo = let_in(app, people::REMO, ALL).await;
    let anna = app.actor(ANNA).await;
    let until = app.clock.now() + SignedDuration::from_hours(24);
    manage(app, &anna, move |anna| anna.pause_care_partner(pia, until)).await;
    manage(app, &anna, move |anna| anna.remove_care_partner(remo)).await;
    invite(app, people::INGA, ALL, "").await;
    let arne = app.actor(people::ARNE).await;
    let address = Email::parse(ANNA).unwrap();
    app.store.with_account(&arne, move |own| own.ask_to_follow(&address)).await.unwrap();
}
