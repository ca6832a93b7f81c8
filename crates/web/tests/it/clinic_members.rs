//! Clinics as organisations, on their pages: registered, joined, changed, left, closed.

use testkit::{
    app::App,
    authenticator_app::code,
    browser::Browser,
    people::{self, ANNA, BEN, NOA, NORTHSIDE_ADMIN, NORTHSIDE_CLINICIAN, NORTHSIDE_FRONT_DESK, SOUTHSIDE_ADMIN},
};

fn link(mails: &[store::Message], to: &str) -> String {
    let path = "/clinic-invitations/";
    let mail = mails.iter().rfind(|mail| mail.to == to && mail.text.contains(path)).expect("a mail with a link");
    let start = mail.text.find(path).unwrap();
    mail.text[start..].split_whitespace().next().unwrap().to_owned()
}

/// The address that a form of the page sends to.
fn form(page: &str, ending: &str) -> String {
    let end = page.find(&format!("{ending}\"")).unwrap_or_else(|| panic!("a form to …{ending}: {page}"));
    let start = page[..end].rfind("action=\"").unwrap() + "action=\"".len();
    format!("{}{ending}", &page[start..end])
}

/// Sets up an authenticator app, in the very browser.
async fn second_step(app: &App, browser: &mut Browser, email: &str) {
    browser.post("/security/second-step/totp", &[("name", "Phone")]).await;
    let actor = app.actor(email).await;
    let waiting = app.store.with_account(&actor, |own| own.waiting_totp()).await.unwrap().unwrap();
    let typed = code(&waiting.seed, app.clock.now());
    let answer = browser.post("/security/second-step/totp/confirmation", &[("code", &typed)]).await;
    assert!(answer.text().contains("recovery codes"), "{}", answer.text());
}

#[tokio::test]
async fn a_clinic_is_registered_after_a_second_step() {
    let app = App::start().await;
    let mut anna = app.signed_in(ANNA).await;
    assert!(anna.get("/settings").await.text().contains("href=\"/clinics\""));
    assert!(anna.get("/clinics").await.text().contains("href=\"/clinics/new\""));
    let page = anna.get("/clinics/new").await.text();
    assert!(page.contains("href=\"/security/second-step\"") && !page.contains("name=\"contact\""), "{page}");
    let early = anna.post("/clinics/new", &[("name", "Eastside")]).await;
    assert_eq!(early.status, 403);
    assert!(early.text().contains("/security/second-step"));

    second_step(&app, &mut anna, ANNA).await;
    let refused = anna.post("/clinics/new", &[("name", "Call evil.com")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("without the address of a web page"));
    let done = anna.post("/clinics/new", &[("name", "Eastside <b>"), ("contact", "2 High Street")]).await;
    let page = anna.follow(done).await.text();
    assert!(page.contains("Your clinic is registered") && page.contains("Anna Berg"), "{page}");
    assert!(page.contains("Eastside &#60;b&#62;"), "its name stands above every page");
}

#[tokio::test]
async fn a_colleague_is_invited_joins_and_is_removed() {
    let app = App::start().await;
    let members = format!("/clinics/{}/members", app.family.northside);
    let mut admin = app.signed_in(NORTHSIDE_ADMIN).await;
    let invite = [("email", BEN), ("role", "clinician")];
    let sent = admin.post(&format!("{members}/new"), &invite).await;
    let page = admin.follow(sent).await.text();
    assert!(page.contains("The invitation is on its way") && page.contains(BEN), "{page}");
    let twice = admin.post(&format!("{members}/new"), &invite).await;
    assert_eq!(twice.status, 409);
    assert!(twice.text().contains("was invited already"));

    let place = link(&app.mails().await, BEN);
    let stranger = app.browser().get(&place).await;
    assert!(stranger.text().contains("href=\"/sign-in?next=/clinics\"") && !stranger.text().contains(BEN));
    let mut anna = app.signed_in(ANNA).await;
    assert!(anna.get(&place).await.text().contains("went to another address"));
    let mut ben = app.signed_in(BEN).await;
    let page = ben.get(&place).await.text();
    assert!(page.contains("Set up a second step") && !page.contains("/acceptance"), "{page}");
    assert!(ben.get("/clinics").await.text().contains("Northside Diabetes Clinic"), "and it waits here");
    second_step(&app, &mut ben, BEN).await;
    let page = ben.get("/clinics").await.text();
    let joined = ben.post(&form(&page, "/acceptance"), &[]).await;
    assert_eq!(joined.place(), format!("/clinics/{}/patients", app.family.northside));
    assert_eq!(ben.follow(joined).await.status, 200);
    assert_eq!(ben.get(&members).await.status, 403, "a clinician keeps no members");
    assert_eq!(ben.get(&place).await.status, 422, "the link is used up");

    let page = admin.get(&members).await.text();
    assert!(page.contains("Ben Berg") && page.contains("no second step: nothing opens for them"), "Noa has none");
    let id = app.family.ben;
    let raised = admin.post(&format!("{members}/{id}"), &[("role", "admin")]).await;
    assert!(admin.follow(raised).await.text().contains("The role was changed"));
    assert_eq!(ben.get(&members).await.status, 200);
    assert!(admin.get(&format!("{members}/{id}/removal")).await.text().contains("Remove Ben Berg?"));
    let removed = admin.post(&format!("{members}/{id}/removal"), &[]).await;
    assert!(admin.follow(removed).await.text().contains("The member was removed"));
    for gone in [members.clone(), format!("/records/{}", app.family.northside_patient)] {
        assert_eq!(ben.get(&gone).await.status, 404);
    }
    let activity = admin.get(&format!("/clinics/{}/activity", app.family.northside)).await.text();
    for words in
        ["Adam North", "Removed a member", "Joined the clinic", "Ben Berg: admin", "ben@example.org: clinician"]
    {
        assert!(activity.contains(words), "{words}: {activity}");
    }
}

#[tokio::test]
async fn the_pages_of_an_admin_are_for_admins_of_this_clinic() {
    let app = App::start().await;
    let pages = ["members", "members/new", "activity", "settings", "closing"];
    for (who, status) in [
        (NORTHSIDE_ADMIN, 200),
        (NORTHSIDE_CLINICIAN, 403),
        (NORTHSIDE_FRONT_DESK, 403),
        (NOA, 403),
        (SOUTHSIDE_ADMIN, 404),
        (ANNA, 404),
    ] {
        let mut browser = app.signed_in(who).await;
        for page in pages {
            let answer = browser.get(&format!("/clinics/{}/{page}", app.family.northside)).await;
            assert_eq!(answer.status, status, "{who}: {page}");
            let leads = answer.text().contains("href=\"/security/second-step\"");
            assert_eq!(leads, who == NOA, "{who}: {page}");
        }
    }
    let mut sue = app.signed_in(SOUTHSIDE_ADMIN).await;
    let mut foreign = sue.get(&format!("/clinics/{}/members", app.family.northside)).await;
    let mut never = sue.get("/clinics/0190aaaa-0000-7000-8000-00000000000a/members").await;
    let number = |answer: &mut testkit::browser::Answer| {
        let id = answer.header("x-request-id").to_owned();
        answer.text().replace(&id, "").replace(&app.family.northside.to_string(), "")
    };
    let never_text = number(&mut never).replace("0190aaaa-0000-7000-8000-00000000000a", "");
    assert_eq!(number(&mut foreign), never_text, "a foreign clinic looks like none");
}

#[tokio::test]
async fn the_last_admin_stays_and_closing_ends_everything_until_it_is_undone() {
    let app = App::start().await;
    let clinic = format!("/clinics/{}", app.family.northside);
    let mut admin = app.signed_in(NORTHSIDE_ADMIN).await;
    let stuck = admin.post(&format!("{clinic}/departure"), &[]).await;
    assert_eq!(stuck.status, 409);
    assert!(stuck.text().contains(&format!("{clinic}/members")), "the way on");
    let page = admin.get("/leaving").await.text();
    assert!(page.contains("your clinic needs another admin") && page.contains(&format!("{clinic}/closing")), "{page}");
    let leaving = admin.post("/leaving", &[("confirmation", NORTHSIDE_ADMIN)]).await;
    assert_eq!(leaving.status, 409);
    assert!(leaving.text().contains("your clinic needs another admin"));

    let new = [("name", "Northside"), ("contact", "1 Hill Road\r\nPhone 0199")];
    let saved = admin.post(&format!("{clinic}/settings"), &new).await;
    let page = admin.follow(saved).await.text();
    assert!(page.contains("Saved.") && page.contains("1 Hill Road\nPhone 0199"), "{page}");
    let page = admin.get(&format!("{clinic}/closing")).await.text();
    assert!(page.contains("Links with patients (1)") && page.contains("Members (4)"), "{page}");
    let slip = admin.post(&format!("{clinic}/closing"), &[("confirmation", "Southside")]).await;
    assert_eq!(slip.status, 422);
    assert!(slip.text().contains("not the name of this clinic"));
    app.mails().await;
    let closed = admin.post(&format!("{clinic}/closing"), &[("confirmation", "northside")]).await;
    let page = admin.follow(closed).await.text();
    assert!(page.contains("Bring Northside back"), "{page}");
    let mut chen = app.signed_in(NORTHSIDE_CLINICIAN).await;
    for gone in [format!("{clinic}/patients"), format!("/records/{}", app.family.northside_patient)] {
        assert!(admin.get(&gone).await.status == 404 && chen.get(&gone).await.status == 404, "{gone}");
    }
    assert!(
        app.mails().await.iter().any(|mail| mail.to == people::EVE && mail.subject == "Your clinic has closed here")
    );
    assert_eq!(chen.post(&format!("{clinic}/reopening"), &[]).await.status, 404);
    let back = admin.post(&form(&page, "/reopening"), &[]).await;
    assert!(admin.follow(back).await.text().contains("The clinic is back"));
    assert_eq!(chen.get(&format!("{clinic}/patients")).await.status, 200);
}

#[tokio::test]
async fn the_last_second_step_says_what_it_opens() {
    let app = App::start().await;
    let mut fay = app.signed_in(NORTHSIDE_FRONT_DESK).await;
    let page = fay.get("/security/second-step").await.text();
    let removal = page.match_indices("/security/second-step/").map(|(at, _)| &page[at..]);
    let removal = removal.filter_map(|rest| rest.split('"').next()).find(|path| path.ends_with("/removal"));
    assert!(fay.get(removal.unwrap()).await.text().contains("nothing of it opens for you"));
    let left = fay.post(&format!("/clinics/{}/departure", app.family.northside), &[]).await;
    assert!(fay.follow(left).await.text().contains("You left the clinic"));
}
