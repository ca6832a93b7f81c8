//! The audit: whoever changes, drops or cuts a line is found, and the line is named. `tampering.rs` has the whole list.

use sharing::{Duty, Purpose};
use std::fs;
use store::{Access, View};
use testkit::{
    both::{TestStore, both},
    cast::{People, people},
};

use crate::tampering::{alone, tamper};

async fn busy(kit: &TestStore) -> People {
    let family = people(kit).await;
    let look = |patient: &mut Access<'_, View>| patient.record().map(drop);
    for who in [&family.ben, &family.carla, &family.ben.clone().coming_from(&elsewhere())] {
        kit.store.with_patient(who, family.record, Purpose::Home, look).await.unwrap();
    }
    family
}

fn elsewhere() -> store::Origin {
    store::Origin { address: "192.0.2.7".parse().ok(), ..Default::default() }
}

#[test]
fn an_untouched_audit_holds() {
    both(async |kit| {
        busy(&kit).await;
        let duty = kit.roster.on(Duty::Expire);
        assert!(kit.store.anchor_heads(&duty).await.unwrap() >= 7);
        assert_eq!(kit.store.anchor_heads(&duty).await.unwrap(), 0, "nothing grew");
        let report = kit.store.verify_audit().await.unwrap();
        assert_eq!(report.broken, []);
        assert!(report.lines >= 9 && report.chains >= 7 && report.anchored >= 7);
    });
}

#[test]
fn a_changed_line_is_named() {
    alone(async |kit| {
        let family = busy(&kit).await;
        tamper(&kit.settings.database, "update audit set purpose = 'nothing' where number = 2 and act = 'looked'");
        let broken = kit.store.verify_audit().await.unwrap().broken;
        assert_eq!((broken[0].chain.clone(), broken[0].number), (family.record.to_string(), 2));
        assert_eq!(broken[0].why, "this line was changed");
    });
}

#[test]
fn a_dropped_line_is_named() {
    alone(async |kit| {
        let family = busy(&kit).await;
        tamper(&kit.settings.database, "delete from audit where number = 2 and act = 'looked'");
        let broken = kit.store.verify_audit().await.unwrap().broken;
        assert_eq!((broken[0].chain.clone(), broken[0].number), (family.record.to_string(), 3));
        assert_eq!(broken[0].why, "a line before this one is missing");
    });
}

#[test]
fn a_tail_cut_off_with_its_head_set_back_is_found_by_the_anchor() {
    alone(async |kit| {
        let family = busy(&kit).await;
        kit.store.anchor_heads(&kit.roster.on(Duty::Expire)).await.unwrap();
        let chain = family.record;
        tamper(&kit.settings.database, &format!("delete from audit where chain = '{chain}' and number = 3"));
        tamper(
            &kit.settings.database,
            &format!(
                "update audit_heads set number = 2, hash = (select hash from audit where chain = '{chain}' and number = 2) \
                 where chain = '{chain}'"
            ),
        );
        let broken = kit.store.verify_audit().await.unwrap().broken;
        assert_eq!((broken[0].chain.clone(), broken[0].number), (chain.to_string(), 3));
    });
}

#[test]
fn a_whole_chain_dropped_with_its_anchors_is_found_by_the_file_outside() {
    alone(async |kit| {
        let family = busy(&kit).await;
        kit.store.anchor_heads(&kit.roster.on(Duty::Expire)).await.unwrap();
        for sql in
            ["delete from anchors", "delete from audit where chain = $", "delete from audit_heads where chain = $"]
        {
            tamper(&kit.settings.database, &sql.replace('$', &format!("'{}'", family.record)));
        }
        let broken = kit.store.verify_audit().await.unwrap().broken;
        assert!(broken.iter().any(|line| line.chain == "anchors" && line.number == 1));
        assert!(broken.iter().any(|line| line.chain == family.record.to_string()));
    });
}

#[test]
fn a_file_that_missed_an_anchor_gets_it_with_the_next() {
    alone(async |kit| {
        let family = busy(&kit).await;
        let (duty, file) = (kit.roster.on(Duty::Expire), kit.folder().join("audit-heads.txt"));
        kit.store.anchor_heads(&duty).await.unwrap();
        fs::remove_file(&file).unwrap();
        let look = |patient: &mut Access<'_, View>| patient.record().map(drop);
        kit.store.with_patient(&family.anna, family.mia, Purpose::Home, look).await.unwrap();
        kit.store.anchor_heads(&duty).await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 2);
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn a_forged_anchor_is_found() {
    alone(async |kit| {
        busy(&kit).await;
        kit.store.anchor_heads(&kit.roster.on(Duty::Expire)).await.unwrap();
        let file = kit.folder().join("audit-heads.txt");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen("=1:", "=9:", 1)).unwrap();
        tamper(&kit.settings.database, "update anchors set line = replace(line, '=1:', '=9:')");
        let broken = kit.store.verify_audit().await.unwrap().broken;
        assert!(broken.iter().any(|line| line.why == "the signature or the order does not hold"));
    });
}
