//! An invitation is accepted once, in time, by the confirmed address that it went to; and what counts as letting somebody see more.

use jiff::Timestamp;
use proptest::prelude::*;
use sharing::{AccountId, Id, Invitation, Invitee, NotAccepted, Permission, RecordId, Terms, Visibility, WeeklyPause};

const NOW: i64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn invitation(ends: i64, until: Option<i64>) -> Invitation {
    let terms = Terms { until_at: until.map(at), ..Terms::LEAST };
    Invitation { record: RecordId(Id(1)), owner: Some(AccountId(Id(2))), terms, ends_at: at(ends) }
}

fn invitee(account: u128, is_addressee: bool, is_verified: bool) -> Invitee {
    Invitee { account: AccountId(Id(account)), is_addressee, is_verified }
}

#[test]
fn only_the_confirmed_addressee_accepts_and_in_time() {
    let cases = [
        ("as it should be", invitation(NOW + 1, None), invitee(3, true, true), None),
        ("its end is its end", invitation(NOW, None), invitee(3, true, true), Some(NotAccepted::Over)),
        ("the offer has ended", invitation(NOW + 9, Some(NOW)), invitee(3, true, true), Some(NotAccepted::Over)),
        ("the offer ends soon", invitation(NOW + 9, Some(NOW + 1)), invitee(3, true, true), None),
        ("another address", invitation(NOW + 1, None), invitee(3, false, true), Some(NotAccepted::OtherAddress)),
        ("not confirmed", invitation(NOW + 1, None), invitee(3, true, false), Some(NotAccepted::Unverified)),
        ("the owner", invitation(NOW + 1, None), invitee(2, true, true), Some(NotAccepted::Own)),
    ];
    for (name, invitation, by, why) in cases {
        let terms = invitation.terms;
        match invitation.accept(by, at(NOW)) {
            Ok(grant) => {
                assert_eq!(
                    (why, grant.terms, grant.partner, grant.since_at),
                    (None, terms, by.account, at(NOW)),
                    "{name}"
                );
            }
            Err(refused) => assert_eq!(Some(refused), why, "{name}"),
        }
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let pause = prop::option::of((1u8..0x7f, 0u16..1440, 0u16..1440));
    (any::<bool>(), any::<[bool; 4]>(), prop::option::of(0i64..4), any::<bool>(), pause).prop_map(
        |(download, [insulin, carbs, notes, devices], until, needs_second_step, pause)| Terms {
            permission: if download { Permission::ViewAndDownload } else { Permission::ViewOnly },
            visibility: Visibility { insulin, carbs, notes, devices },
            until_at: until.map(at),
            needs_second_step,
            weekly_pause: pause.map(|(days, from, to)| WeeklyPause::new(days, from, to).unwrap()),
        },
    )
}

proptest! {
    #[test]
    fn nothing_widens_itself_and_what_goes_both_ways_widens_one_way(a in terms(), b in terms()) {
        prop_assert!(!a.are_widened_by(&a));
        prop_assert!(a == b || a.are_widened_by(&b) || b.are_widened_by(&a), "{a:?} {b:?}");
    }

    #[test]
    fn going_on_from_what_does_not_widen_never_widens(a in terms(), b in terms(), c in terms()) {
        if !a.are_widened_by(&b) && !b.are_widened_by(&c) {
            prop_assert!(!a.are_widened_by(&c));
        }
    }
}
