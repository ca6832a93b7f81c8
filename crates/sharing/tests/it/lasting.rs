//! Until the instant that is named nothing changes by itself.

use jiff::Timestamp;
use sharing::{ClinicRole, Permission, RightKind, Standing, Visibility, allows, lasts_until};

const LAST: i64 = 8;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Every end and every pause within the time that is looked at, and none.
fn standings() -> Vec<Standing> {
    let instants = || (0..LAST).map(|second| Some(at(second))).chain([None]);
    let (permission, visibility) = (Permission::ViewOnly, Visibility::ALL);
    let mut all = vec![
        Standing::Owner,
        Standing::Stranger,
        Standing::ClinicOfRecord { role: ClinicRole::Admin, lacks_second_step: false },
    ];
    for suspended in [false, true] {
        for until_at in instants() {
            let (role, lacks_second_step) = (ClinicRole::Admin, false);
            all.push(Standing::LinkedClinic { role, visibility, until_at, lacks_second_step, suspended });
            let paused = instants().map(|at| (at, None)).chain(instants().map(|at| (None, at)));
            all.extend(paused.map(|(paused_until_at, pauses_at)| Standing::CarePartner {
                permission,
                visibility,
                until_at,
                paused_until_at,
                pauses_at,
                lacks_second_step: false,
                suspended,
            }));
        }
    }
    all
}

#[test]
fn nothing_changes_before_the_instant_that_is_named() {
    for standing in standings() {
        for now in 0..LAST {
            let until = lasts_until(standing, at(now)).unwrap_or(at(2 * LAST));
            assert!(until > at(now), "or whoever waits for it would not wait");
            let answer = allows(standing, RightKind::View, at(now));
            for later in (now..2 * LAST).map(at).take_while(|later| *later < until) {
                assert_eq!(allows(standing, RightKind::View, later), answer, "{standing:?} at {later}");
            }
        }
    }
}
