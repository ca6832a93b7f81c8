//! A flood of tries at stolen passwords: 100,000 of them within a day, over 200 addresses and 2,000 networks, ten of them large.
//! Nothing gets through, and the owners still come in: from a device that is known, and by a mailed link from a new one.

use jiff::SignedDuration;
use sharing::Duty;
use std::collections::HashMap;
use store::{Error, Origin, Store};
use testkit::{
    both::TestStore,
    cast::{PASSWORD, email, new_account},
};
use tokio::task::JoinSet;

const ADDRESSES: u32 = 200;
/// Of these, so many have an account.
const OWNERS: u32 = 100;
/// Tries at one moment: a crowd, not a queue.
const AT_ONCE: u32 = 50;

fn owner(number: u32) -> String {
    email(&format!("owner{number}")).as_str().to_owned()
}

/// Half of the tries come from networks that try rarely, half from ten that do nothing else.
fn network(at: u32) -> Origin {
    let number = if (at / ADDRESSES).is_multiple_of(2) { 10 + (at.wrapping_mul(7919)) % 1990 } else { at % 10 };
    let address = std::net::Ipv4Addr::new(198, 18, (number / 250) as u8, (number % 250) as u8);
    Origin { address: Some(address.into()), browser: "curl/8".to_owned(), device: None }
}

/// What came of all tries so far.
#[derive(Debug, Default)]
struct Tally {
    let_in: u32,
    refused: u32,
    evaluated: HashMap<u32, u32>,
}

/// The last fifth of the tries at every address is the right password.
async fn one_try(store: Store, at: u32, tries: u32) -> (u32, Result<(), Error>) {
    let address = at % ADDRESSES;
    let password = if at >= tries / 5 * 4 { PASSWORD.to_owned() } else { format!("stolen password {at}") };
    (address, store.sign_in(&owner(address), &password, false, network(at)).await.map(drop))
}

/// One tenth of it.
async fn flood(kit: &TestStore, part: u32, tries: u32, tally: &mut Tally) {
    for first in (tries / 10 * part..tries / 10 * (part + 1)).step_by(AT_ONCE as usize) {
        let mut crowd = JoinSet::new();
        for at in first..first + AT_ONCE {
            crowd.spawn(one_try(kit.store.clone(), at, tries));
        }
        while let Some(came) = crowd.join_next().await {
            match came.unwrap() {
                (_, Ok(())) => tally.let_in += 1,
                (address, Err(Error::NotSignedIn)) => *tally.evaluated.entry(address).or_default() += 1,
                (_, Err(Error::TooMany { .. })) => tally.refused += 1,
                (_, Err(error)) => panic!("{error:?}"),
            }
        }
        kit.clock.advance(SignedDuration::from_millis(864) * AT_ONCE as i32);
    }
}

fn at_home(device: Option<&str>) -> Origin {
    let address = Some("203.0.113.5".parse().unwrap());
    Origin { address, browser: "Firefox".to_owned(), device: device.map(str::to_owned) }
}

/// Every owner signs up and signs in once at home; answers what their browsers hold.
async fn owners(kit: &TestStore) -> Vec<String> {
    let mut devices = Vec::new();
    for number in 0..OWNERS {
        let home = Origin { address: Some(std::net::Ipv4Addr::new(192, 0, 2, number as u8).into()), ..at_home(None) };
        kit.store.sign_up(new_account(&format!("owner{number}"), false), home.clone()).await.unwrap();
        let opened = kit.store.sign_in(&owner(number), PASSWORD, false, home).await.unwrap().opened().unwrap();
        devices.push(opened.device.unwrap().as_str().to_owned());
    }
    devices
}

/// The link in the last mail to this owner.
async fn mailed_way(kit: &TestStore, to: &str) -> Option<String> {
    let duty = kit.roster.on(Duty::Deliver);
    let mails = kit.store.claim_messages(&duty, 1000).await.unwrap();
    let mail = mails.iter().rev().find(|mail| mail.to == to && mail.text.contains("/sign-in/way/"))?;
    Some(mail.text.split("/sign-in/way/").nth(1)?.split_whitespace().next()?.to_owned())
}

async fn a_new_device_comes_in_by_mail(kit: &TestStore, number: u32) {
    let (name, away) = (owner(number), Origin { address: Some("203.0.113.77".parse().unwrap()), ..at_home(None) });
    let right = kit.store.sign_in(&name, PASSWORD, false, away.clone()).await;
    let wrong = kit.store.sign_in(&name, "not the password", false, away.clone()).await;
    let (Err(Error::TooMany { retry_after_s: one }), Err(Error::TooMany { retry_after_s: two })) = (&right, &wrong)
    else {
        panic!("{right:?} and {wrong:?}");
    };
    assert_eq!(one, two, "the right password does not show itself");
    kit.store.ask_for_way(&name, away.clone()).await.unwrap();
    let token = mailed_way(kit, &name).await.expect("a link was mailed");
    let device = kit.store.take_way(&token, away.clone()).await.unwrap().expect("the browser had no cookie of ours");
    let known = Origin { device: Some(device.as_str().to_owned()), ..away };
    assert!(kit.store.sign_in(&name, PASSWORD, false, known.clone()).await.is_ok(), "from a new device, by the link");
    assert!(matches!(kit.store.take_way(&token, known).await, Err(Error::Invalid(_))), "the link works once");
}

async fn simulate(mut kit: TestStore, tries: u32) {
    let devices = owners(&kit).await;
    let mut tally = Tally::default();
    for part in 0..10 {
        flood(&kit, part, tries, &mut tally).await;
        for number in [part, 99 - part] {
            let home = at_home(Some(&devices[number as usize]));
            let came = kit.store.sign_in(&owner(number), PASSWORD, false, home).await;
            assert!(came.is_ok(), "owner {number} at home in part {part}: {came:?}");
        }
        if part == 4 {
            // The counters are in the database: who waits for a restart of the server gains nothing.
            kit = kit.reopen();
        }
    }
    a_new_device_comes_in_by_mail(&kit, 42).await;
    let evaluated: u32 = tally.evaluated.values().sum();
    let most = tally.evaluated.values().max().copied().unwrap_or_default();
    println!(
        "{tries} tries: {} let in, {evaluated} evaluated (at most {most} an account), {} refused unlooked",
        tally.let_in, tally.refused
    );
    assert_eq!(tally.let_in, 0);
    assert_eq!(tally.refused + evaluated, tries);
    assert!(most <= 100, "at most 100 in a row an account: {most}");
    assert!(evaluated * 2 < tries, "most are not even looked at");
    assert!(tally.evaluated[&150] == tally.evaluated[&50], "accounts that are and that are not answer alike");
}

fn run(kit: TestStore, tries: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(simulate(kit, tries));
}

#[test]
fn stolen_passwords_by_the_hundred_thousand_open_nothing() {
    run(TestStore::sqlite(), 100_000);
}

#[test]
fn nor_on_postgresql() {
    if let Some(kit) = TestStore::postgres() {
        run(kit, 60_000);
    }
}
