//! Passwords through the front door: what is known from breaches, and hashes that grow dearer as machines do.

use sharing::Email;
use std::fs;
use store::{BreachedList, Error, Invalid, Origin, PasswordCost, Store, WeakPassword};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, new_account},
};

/// Long enough for the rule of length, and known to everybody who tries passwords.
const KNOWN: [&str; 60] = [
    "passwordpassword",
    "passwordpassword1",
    "PasswordPassword1",
    "passwordpassword123",
    "password1234567",
    "Password123456789",
    "123456789012345",
    "1234567890123456",
    "12345678901234567890",
    "987654321987654",
    "1234567812345678",
    "123123123123123",
    "112233445566778899",
    "111111111111111",
    "000000000000000",
    "aaaaaaaaaaaaaaa",
    "abcdefghijklmno",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyqwertyqwerty",
    "qwertyuiop1234567890",
    "asdfghjklasdfghjkl",
    "asdasdasdasdasd",
    "qweqweqweqweqwe",
    "123qwe123qwe123",
    "abc123abc123abc123",
    "1q2w3e4r5t6y7u8i",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8",
    "1qaz2wsx3edc4rfv",
    "1qaz2wsx3edc4rfv5tgb",
    "zaq12wsxcde34rfv",
    "1qaz@WSX3edc$RFV",
    "!QAZ@WSX#EDC$RFV",
    "iloveyouiloveyou",
    "iloveyouforever",
    "iloveyou1234567890",
    "letmeinletmein1",
    "changemechangeme",
    "testtesttesttest",
    "testtesttesttest1",
    "footballfootball",
    "baseballbaseball",
    "princessprincess",
    "sunshinesunshine",
    "computercomputer",
    "starwarsstarwars",
    "superman123456789",
    "charlie123456789",
    "welcome123456789",
    "trustno1trustno1",
    "correcthorsebatterystaple",
    "thisismypassword",
    "ihavenopassword",
    "passwordispassword",
    "administrator123",
    "manchesterunited",
    "Passw0rdPassw0rd",
];

async fn said(kit: &TestStore, number: usize, password: &str) -> Option<WeakPassword> {
    let mut new = new_account("dora", false);
    new.email = Email::parse(&format!("q{number}@example.org")).unwrap();
    new.password = password.to_owned();
    match kit.store.sign_up(new, Origin::default()).await {
        Ok(()) => None,
        Err(Error::Invalid(Invalid::Password(why))) => Some(why),
        Err(error) => panic!("{password}: {error:?}"),
    }
}

fn alone(story: impl AsyncFn(TestStore)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(story(TestStore::sqlite()));
}

#[test]
fn well_known_passwords_are_refused_because_they_are_on_the_list() {
    alone(async |kit| {
        for (number, password) in KNOWN.into_iter().enumerate() {
            assert_eq!(said(&kit, number, password).await, Some(WeakPassword::Breached), "{password}");
            let shouted = password.to_uppercase();
            assert_eq!(said(&kit, number, &shouted).await, Some(WeakPassword::Breached), "{shouted}");
        }
    });
}

#[test]
fn a_known_password_may_be_part_of_a_longer_phrase() {
    alone(async |kit| {
        for (number, password) in KNOWN.into_iter().enumerate() {
            let phrase = format!("seven {password} bicycles");
            assert_eq!(said(&kit, number, &phrase).await, None, "{phrase}");
        }
        assert_eq!(said(&kit, 99, "correct horse battery staple").await, None);
    });
}

#[test]
fn the_device_in_the_hand_and_the_name_of_the_site_are_as_easy_to_guess_as_ones_own_name() {
    alone(async |kit| {
        let guessed = [
            "MiniMed 780G rocks",
            "minimed-780g 2024!",
            "My Dexcom G7 2025",
            "FreeStyleLibre3-me",
            "Kinsight.Kinsight.1",
        ];
        for (number, password) in guessed.into_iter().enumerate() {
            assert_eq!(said(&kit, number, password).await, Some(WeakPassword::Personal), "{password}");
        }
        let fine = ["my guardian angel sings", "a dexcom bought with pocket money", "freestyle swimming at dawn"];
        for (number, password) in fine.into_iter().enumerate() {
            assert_eq!(said(&kit, number, password).await, None, "{password}");
        }
    });
}

#[test]
fn an_operator_brings_a_longer_list() {
    alone(async |kit| {
        let mut list = BreachedList::default();
        list.add("leaked from the clinic's old system");
        let (mut bytes, _) = list.finish("an operator's lists").unwrap();
        let mut settings = kit.settings.clone();
        let file = kit.folder().join("more.filter");
        settings.breached = Some(file.clone());
        let missing = Store::open(settings.clone()).unwrap_err();
        assert!(told(&missing).contains("more.filter"), "{}", told(&missing));

        fs::write(&file, &bytes).unwrap();
        let mut kit = kit;
        kit.settings = settings.clone();
        let kit = kit.reopen();
        assert_eq!(said(&kit, 1, "Leaked from the clinic's old system").await, Some(WeakPassword::Breached));
        assert_eq!(
            said(&kit, 2, "passwordpassword1").await,
            Some(WeakPassword::Breached),
            "the shipped one is asked too"
        );

        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&file, &bytes).unwrap();
        let damaged = Store::open(settings).unwrap_err();
        assert!(told(&damaged).contains("damaged"), "{}", told(&damaged));
    });
}

fn told(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

fn kept_hashes(kit: &TestStore) -> Vec<String> {
    let file = rusqlite::Connection::open(kit.folder().join("kinsight.sqlite")).unwrap();
    let mut rows = file.prepare("select password from accounts order by id").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn raised_parameters_reach_a_hash_when_its_owner_signs_in() {
    alone(async |kit| {
        let sign_in = async |kit: &TestStore, name: &str, password: &str| {
            kit.store.sign_in(email(name).as_str(), password, false, Origin::default()).await.map(drop)
        };
        for name in ["dora", "emil"] {
            kit.store.sign_up(new_account(name, false), Origin::default()).await.unwrap();
        }
        let mut kit = kit;
        kit.settings.password_cost = PasswordCost::Fixed { memory_kib: 64, rounds: 2 };
        let kit = kit.reopen();
        assert!(matches!(sign_in(&kit, "dora", "not the password").await, Err(Error::NotSignedIn)));
        assert!(
            kept_hashes(&kit).iter().all(|kept| kept.starts_with("$argon2id$v=19$m=8,t=1,p=1$")),
            "not by a wrong one"
        );
        sign_in(&kit, "dora", PASSWORD).await.unwrap();
        let first = kept_hashes(&kit);
        assert!(first[0].starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{}", first[0]);
        assert!(first[1].starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "nobody came for the other");
        sign_in(&kit, "dora", PASSWORD).await.unwrap();
        assert_eq!(kept_hashes(&kit), first, "once is enough");

        let mut kit = kit;
        kit.settings.password_cost = PasswordCost::CheapForTests;
        let kit = kit.reopen();
        for name in ["dora", "emil"] {
            sign_in(&kit, name, PASSWORD).await.unwrap();
            assert!(matches!(sign_in(&kit, name, "not the password").await, Err(Error::NotSignedIn)), "{name}");
        }
        assert_eq!(kept_hashes(&kit), first, "a cheaper setting takes nothing away");
    });
}

#[test]
fn a_raised_hash_is_kept_on_both_databases() {
    both(async |mut kit| {
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        for rounds in [2, 3] {
            kit.settings.password_cost = PasswordCost::Fixed { memory_kib: 16, rounds };
            kit = kit.reopen();
            kit.store.sign_in(email("dora").as_str(), PASSWORD, false, Origin::default()).await.unwrap();
        }
    });
}
