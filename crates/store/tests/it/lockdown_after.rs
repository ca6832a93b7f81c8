//! After the button: who is told, what the history and the data show, what the operator sees, and that nobody has any right.

use crate::lockdown::*;
use glucose::{Glucose, NewReading, ReadingKind};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use sharing::{Duty, Purpose, Refusal, RightKind};
use store::{Access, Actor, AuditOf, Doer, Download, Error, Invalid, Manage, Oddity, Origin, Upload, View};
use testkit::{
    both::both,
    cast::{People, email, people},
};

#[test]
fn clinics_are_told_once_and_nobody_is_named() {
    both(async |kit| {
        let family = people(&kit).await;
        lock(&kit, &family.anna).await;
        let anna = unlocked(&kit).await;
        kit.mails().await;
        let clinic = family.northside;
        let remove = move |patient: &mut Access<'_, Manage>| patient.remove_clinic(clinic);
        kit.store.with_patient(&anna, family.mia, Purpose::Lockdown, remove).await.unwrap();
        let told = kit.store.with_account(&anna, |own| own.notify_clinics()).await.unwrap();
        assert_eq!(told, 1, "a clinic that was removed since is told as well");
        let mail = kit.mails().await.pop().unwrap();
        assert_eq!(mail.to, "chen@example.org");
        assert!(
            mail.text.contains(&family.mia.to_string()) && !mail.text.to_lowercase().contains("mia"),
            "{}",
            mail.text
        );
        assert!(!mail.text.contains("anna"));
        assert_eq!(kit.store.with_account(&anna, |own| own.notify_clinics()).await.unwrap(), 0);
        assert!(kit.mails().await.is_empty());
    });
}

#[test]
fn the_history_names_people_and_apps_even_when_their_tokens_are_gone() {
    both(async |kit| {
        let family = people(&kit).await;
        let app = app_token(&kit, &family.anna, family.record, "Night phone").await;
        let app = kit.store.app(store::AppSecret::Token(&app), Origin::default()).await.unwrap();
        let value = NewReading {
            at: kit.clock.now(),
            offset_min: 0,
            device: None,
            glucose: Glucose::mg_dl(110),
            kind: ReadingKind::Cgm,
            limit: None,
            trend: None,
            given: None,
        };
        let send = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&value)).map(drop);
        kit.store.with_patient(&app, family.record, Purpose::DeviceUpload, send).await.unwrap();
        look(&kit, &family.ben, family.record).await.unwrap();
        let period = glucose::Period::ending(jiff::civil::date(2026, 11, 20), 14);
        let report = move |patient: &mut Access<'_, Download>| patient.prepare_report(store::Report::Agp(period));
        let prepared = kit.store.with_patient(&family.carla, family.record, Purpose::AgpReport, report).await.unwrap();
        lock(&kit, &family.anna).await;
        let anna = unlocked(&kit).await;

        let read = |patient: &mut Access<'_, Manage>| patient.history(Timestamp::UNIX_EPOCH);
        let lines = kit.store.with_patient(&anna, family.record, Purpose::Lockdown, read).await.unwrap();
        let line = |what: &str| {
            lines.iter().find(|line| line.what.contains(what)).unwrap_or_else(|| panic!("{what}: {lines:?}"))
        };
        assert_eq!(line("opened for upload: device upload").who, Doer::App(Some("Night phone".to_owned())));
        let report = line("prepared a report");
        assert_eq!(
            (report.who.clone(), report.receipt.clone()),
            (Doer::Person(Some("carla".to_owned())), Some(prepared.receipt.number))
        );
        assert_eq!(report.detail, "agp 2026-11-07 2026-11-20");
        assert_eq!(line("looked: home").who, Doer::Person(Some("ben".to_owned())));
        assert_eq!(
            (line("locked the account").who.clone(), line("ended an app token").detail.as_str()),
            (Doer::You, "Night phone")
        );
    });
}

#[test]
fn data_that_do_not_fit_stand_out() {
    both(async |kit| {
        let family = people(&kit).await;
        let start = kit.clock.now() - SignedDuration::from_hours(3);
        let bring = async |serial: &'static str, mg_dl: i32| {
            let new = upload(serial, mg_dl, start);
            let add = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new).map(|outcome| outcome.upload);
            kit.store.with_patient(&family.anna, family.record, Purpose::Import, add).await.unwrap()
        };
        let first = bring("SM-1", 110).await;
        let same = bring("SM-1", 111).await;
        let odd = bring("ZZ-9", 190).await;
        let sources = |patient: &mut Access<'_, View>| patient.sources(Timestamp::UNIX_EPOCH);
        let sources = kit.store.with_patient(&family.anna, family.record, Purpose::Lockdown, sources).await.unwrap();
        let of = |number| sources.iter().find(|source| source.upload.number == number).unwrap().odd.clone();
        assert_eq!((of(first), of(same)), (vec![], vec![]));
        assert_eq!(of(odd), [Oddity::NewSerial("ZZ-9".to_owned()), Oddity::Disagrees(6)]);
        let others = |patient: &mut Access<'_, View>| patient.sources(Timestamp::UNIX_EPOCH).map(drop);
        let tried = kit.store.with_patient(&family.ben, family.record, Purpose::Lockdown, others).await;
        assert!(matches!(tried, Err(Error::Forbidden(Refusal::NotYours))));
    });
}

/// Six values, five minutes apart, by one sensor.
fn upload(serial: &str, mg_dl: i32, start: Timestamp) -> store::NewUpload {
    let value = |number: i64| NewReading {
        at: start + SignedDuration::from_mins(5 * number),
        offset_min: 0,
        device: Some(0),
        glucose: Glucose::mg_dl(mg_dl),
        kind: ReadingKind::Cgm,
        limit: None,
        trend: None,
        given: None,
    };
    let kind = store::DeviceKind::Sensor;
    store::NewUpload {
        source: store::SourceKind::Clarity,
        file_name: format!("{serial}.csv"),
        sha256: [0; 32],
        bytes: 0,
        format: "Dexcom Clarity CSV".to_owned(),
        devices: vec![store::NewDevice { name: "Sensor".to_owned(), serial: Some(serial.to_owned()), kind }],
        readings: (0..6).map(value).collect(),
        events: vec![],
        problems: 0,
        original: None,
    }
}

#[test]
fn the_operator_sees_flags_and_chains_and_leaves_lines() {
    both(async |kit| {
        let family = people(&kit).await;
        let operator = kit.roster.on(Duty::Operate);
        assert!(matches!(kit.store.flags(&family.anna).await, Err(Error::NotFound)), "nobody else");
        assert!(
            matches!(look(&kit, &operator, family.record).await, Err(Error::NotFound)),
            "and no data for the operator"
        );
        lock(&kit, &family.anna).await;
        let flags = kit.store.flags(&operator).await.unwrap();
        assert_eq!(flags.len(), 2);
        assert_eq!((flags[0].owner.as_deref(), flags[0].by.as_str()), (Some("a…@example.org"), "lockdown"));
        kit.store.flag(&operator, family.record, "asked by phone").await.unwrap();
        assert!(matches!(kit.store.flag(&operator, family.record, " ").await, Err(Error::Invalid(Invalid::Empty))));
        let anna = unlocked(&kit).await;
        let why = kit
            .store
            .with_patient(&anna, family.record, Purpose::Home, |patient: &mut Access<'_, View>| {
                Ok(patient.record()?.flag)
            })
            .await;
        assert_eq!(why.unwrap().as_deref(), Some("asked by phone"), "the owner reads it");
        kit.store.unflag(&operator, family.record).await.unwrap();
        assert!(matches!(kit.store.unflag(&operator, family.record).await, Err(Error::NotFound)));

        let lines = kit.store.audit_export(&operator, AuditOf::Record(family.record)).await.unwrap();
        let acts: Vec<&str> =
            lines.iter().filter(|line| line.who == "operator").map(|line| line.act.as_str()).collect();
        assert_eq!(
            acts,
            [
                "refused a look",
                "looked at the flag",
                "flagged the record",
                "took the flag off the record",
                "exported the history"
            ]
        );
        assert!(lines.iter().enumerate().all(|(at, line)| line.number == at as i64 + 1));
        assert!(
            lines.iter().all(|line| line.hash.len() == 32 && !String::from_utf8_lossy(&line.detail).contains("asked"))
        );
        verify(&lines);
        let account = kit.store.audit_export(&operator, AuditOf::Account(email("anna"))).await.unwrap();
        assert_eq!(account.last().map(|line| line.act.as_str()), Some("exported the history"));
        let read = |patient: &mut Access<'_, Manage>| patient.history(Timestamp::UNIX_EPOCH);
        let lines = kit.store.with_patient(&anna, family.record, Purpose::Lockdown, read).await.unwrap();
        assert!(lines.iter().any(|line| line.who == Doer::Operator && line.what == "exported the history"));
    });
}

/// As whoever got the export would check it: each hash over the line and the hash before.
fn verify(lines: &[store::AuditLine]) {
    let mut before = vec![0; 32];
    for line in lines {
        let mut sum = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        let texts = [&line.chain, &line.who, &line.act, &line.purpose].map(|text| text.as_bytes());
        for field in [before.as_slice()].into_iter().chain(texts).chain([line.detail.as_slice()]) {
            sum.update(&(field.len() as u64).to_be_bytes());
            sum.update(field);
        }
        for number in [line.number, line.at_ms, line.count] {
            sum.update(&number.to_be_bytes());
        }
        before = sum.finish().as_ref().to_vec();
        assert_eq!(line.hash, before, "line {}", line.number);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was opened and done before: after the button no right on an owned record is anybody's but the owner's.
    #[test]
    fn after_the_button_nobody_but_the_owner_has_any_right(
        before in proptest::collection::vec((0usize..6, 0usize..4, 0usize..3), 0..12),
        minutes in 0i64..90,
        presses in 1usize..3,
    ) {
        both(async |kit| {
            let family = people(&kit).await;
            let everybody = everybody(&family);
            for (who, right, whose) in &before {
                let record = [family.record, family.mia, family.patient][*whose];
                let _ = try_right(&kit, &everybody[*who], record, RightKind::ALL[*right]).await;
            }
            kit.clock.advance(SignedDuration::from_mins(minutes));
            for _ in 0..presses {
                lock(&kit, &family.anna).await;
            }
            for record in [family.record, family.mia] {
                for who in everybody.iter().chain([&family.anna, &family.devices[&record]]) {
                    for right in RightKind::ALL {
                        assert!(try_right(&kit, who, record, right).await.is_err(), "{right:?}");
                    }
                }
            }
            let anna = unlocked(&kit).await;
            for right in RightKind::ALL {
                try_right(&kit, &anna, family.record, right).await.unwrap();
                for who in &everybody {
                    assert!(try_right(&kit, who, family.record, right).await.is_err(), "{right:?}");
                }
            }
            // What is not Anna's is as it was.
            try_right(&kit, &family.dr_chen, family.patient, RightKind::View).await.unwrap();
        });
    }
}

fn everybody(family: &People) -> [Actor; 6] {
    let People { ben, carla, stranger, dr_chen, front_desk, .. } = family;
    [ben, carla, stranger, dr_chen, front_desk, &family.devices[&family.mia]].map(Clone::clone)
}
