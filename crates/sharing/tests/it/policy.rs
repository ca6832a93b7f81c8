//! The whole policy as one table: every standing × every right.

use jiff::Timestamp;
use sharing::{
    ClinicRight, ClinicRole, Decision, Duty, Permission, Refusal, RightKind, Standing, TokenScope, Visibility, allows,
    clinic_allows,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

const NOW: i64 = 1_000;

fn partner(permission: Permission, until: Option<i64>, paused_until: Option<i64>) -> Standing {
    Standing::CarePartner {
        permission,
        visibility: Visibility::GLUCOSE_ONLY,
        until_at: until.map(at),
        paused_until_at: paused_until.map(at),
        pauses_at: None,
        lacks_second_step: false,
        suspended: false,
    }
}

/// The same access, of somebody without the second step that is asked for.
fn bare(standing: Standing) -> Standing {
    match standing {
        Standing::CarePartner { permission, visibility, until_at, paused_until_at, pauses_at, suspended, .. } => {
            let lacks_second_step = true;
            Standing::CarePartner {
                permission,
                visibility,
                until_at,
                paused_until_at,
                pauses_at,
                lacks_second_step,
                suspended,
            }
        }
        other => other,
    }
}

/// The same access, suspended by lockdown.
fn suspended(standing: Standing) -> Standing {
    match standing {
        Standing::CarePartner {
            permission,
            visibility,
            until_at,
            paused_until_at,
            pauses_at,
            lacks_second_step,
            ..
        } => Standing::CarePartner {
            permission,
            visibility,
            until_at,
            paused_until_at,
            pauses_at,
            lacks_second_step,
            suspended: true,
        },
        Standing::LinkedClinic { role, visibility, until_at, lacks_second_step, .. } => {
            Standing::LinkedClinic { role, visibility, until_at, lacks_second_step, suspended: true }
        }
        other => other,
    }
}

fn linked(role: ClinicRole, until: Option<i64>) -> Standing {
    let (until_at, lacks_second_step) = (until.map(at), false);
    Standing::LinkedClinic { role, visibility: Visibility::ALL, until_at, lacks_second_step, suspended: false }
}

fn keeps(role: ClinicRole) -> Standing {
    Standing::ClinicOfRecord { role, lacks_second_step: false }
}

/// The same member without a second step.
fn without(standing: Standing) -> Standing {
    match standing {
        Standing::ClinicOfRecord { role, .. } => Standing::ClinicOfRecord { role, lacks_second_step: true },
        Standing::LinkedClinic { role, visibility, until_at, suspended, .. } => {
            Standing::LinkedClinic { role, visibility, until_at, lacks_second_step: true, suspended }
        }
        other => other,
    }
}

fn app(scope: TokenScope, until: Option<i64>) -> Standing {
    Standing::App { scope, visibility: Visibility::GLUCOSE_ONLY, until_at: until.map(at) }
}

fn pass(until: i64) -> Standing {
    let visibility = Visibility::GLUCOSE_ONLY;
    Standing::Pass { visibility, from_at: at(0), to_at: at(NOW), until_at: at(until) }
}

fn standings() -> Vec<(&'static str, Standing)> {
    use Permission::{ViewAndDownload, ViewOnly};
    vec![
        ("owner", Standing::Owner),
        ("care partner, View only", partner(ViewOnly, None, None)),
        ("care partner, View and download", partner(ViewAndDownload, None, None)),
        ("care partner, ends in one second", partner(ViewAndDownload, Some(NOW + 1), None)),
        ("care partner, ends now", partner(ViewAndDownload, Some(NOW), None)),
        ("care partner, ended", partner(ViewAndDownload, Some(NOW - 1), None)),
        ("care partner, paused", partner(ViewAndDownload, None, Some(NOW + 1))),
        ("care partner, pause over", partner(ViewAndDownload, None, Some(NOW))),
        ("care partner, paused and ended", partner(ViewAndDownload, Some(NOW), Some(NOW + 1))),
        ("care partner, without the second step", bare(partner(ViewAndDownload, None, None))),
        ("care partner, no second step, ended", bare(partner(ViewAndDownload, Some(NOW), None))),
        ("care partner, suspended", suspended(partner(ViewAndDownload, None, None))),
        ("care partner, suspended and ended", suspended(partner(ViewAndDownload, Some(NOW), None))),
        ("care partner, suspended and paused", suspended(partner(ViewOnly, None, Some(NOW + 1)))),
        ("clinic that keeps it, admin", keeps(ClinicRole::Admin)),
        ("clinic that keeps it, clinician", keeps(ClinicRole::Clinician)),
        ("clinic that keeps it, front desk", keeps(ClinicRole::FrontDesk)),
        ("clinic that keeps it, no second step", without(keeps(ClinicRole::Admin))),
        ("linked clinic, admin", linked(ClinicRole::Admin, None)),
        ("linked clinic, clinician", linked(ClinicRole::Clinician, None)),
        ("linked clinic, front desk", linked(ClinicRole::FrontDesk, None)),
        ("linked clinic, no second step", without(linked(ClinicRole::Clinician, None))),
        ("linked clinic, clinician, ended", linked(ClinicRole::Clinician, Some(NOW))),
        ("linked clinic, admin, suspended", suspended(linked(ClinicRole::Admin, None))),
        ("linked clinic, front desk, suspended", suspended(linked(ClinicRole::FrontDesk, None))),
        ("app that uploads", app(TokenScope::Upload, None)),
        ("app that follows", app(TokenScope::Follow, None)),
        ("app that does both", app(TokenScope::Both, None)),
        ("app that follows, ends in one second", app(TokenScope::Follow, Some(NOW + 1))),
        ("app that does both, ends now", app(TokenScope::Both, Some(NOW))),
        ("visit pass, ends in one second", pass(NOW + 1)),
        ("visit pass, ends now", pass(NOW)),
        ("worker raising alerts", Standing::OnDuty(Duty::RaiseAlerts)),
        ("worker delivering", Standing::OnDuty(Duty::Deliver)),
        ("worker pulling", Standing::OnDuty(Duty::Pull)),
        ("worker tidying", Standing::OnDuty(Duty::Expire)),
        ("operator", Standing::OnDuty(Duty::Operate)),
        ("stranger", Standing::Stranger),
    ]
}

fn cell(decision: Decision) -> String {
    match decision {
        Decision::Allowed(Visibility::ALL) => "✔".into(),
        Decision::Allowed(Visibility::GLUCOSE_ONLY) => "✔ glucose".into(),
        Decision::Allowed(other) => format!("✔ {other:?}"),
        Decision::Refused(why) => format!("✘ {why:?}"),
        Decision::Unknown => "not there".into(),
    }
}

#[test]
fn every_standing_and_every_right() {
    let mut table = format!("{:<38}{:<14}{:<14}{:<14}{}\n", "", "View", "Download", "Upload", "Manage");
    for (name, standing) in standings() {
        table.push_str(&format!("{name:<38}"));
        for right in RightKind::ALL {
            table.push_str(&format!("{:<14}", cell(allows(standing, right, at(NOW)))));
        }
        table.truncate(table.trim_end().len());
        table.push('\n');
    }
    insta::assert_snapshot!(table);
}

#[test]
fn nobody_but_owner_and_keeping_clinic_changes_anything() {
    for (name, standing) in standings() {
        let may = matches!(allows(standing, RightKind::Manage, at(NOW)), Decision::Allowed(_));
        assert_eq!(
            may,
            matches!(
                standing,
                Standing::Owner
                    | Standing::ClinicOfRecord {
                        role: ClinicRole::Admin | ClinicRole::Clinician,
                        lacks_second_step: false
                    }
            ),
            "{name}"
        );
    }
}

#[test]
fn suspended_access_opens_nothing_at_all() {
    for (name, standing) in standings().into_iter().map(|(name, standing)| (name, suspended(standing))) {
        if matches!(standing, Standing::CarePartner { .. } | Standing::LinkedClinic { .. }) {
            for right in RightKind::ALL {
                assert!(!matches!(allows(standing, right, at(NOW)), Decision::Allowed(_)), "{name}, {right:?}");
            }
        }
    }
}

#[test]
fn what_may_be_taken_away_may_also_be_seen() {
    for (name, standing) in standings() {
        let allowed = |right| matches!(allows(standing, right, at(NOW)), Decision::Allowed(_));
        assert!(!allowed(RightKind::Download) || allowed(RightKind::View), "{name}");
    }
}

#[test]
fn every_role_and_every_right_in_a_clinic() {
    let mut table = format!("{:<18}{:<18}{:<18}{:<18}{}\n", "", "Admin", "Clinician", "FrontDesk", "no second step");
    let cell = |result: Result<(), Refusal>| result.map_or_else(|why| format!("✘ {why:?}"), |()| "✔".to_owned());
    for right in ClinicRight::ALL {
        table.push_str(&format!("{:<18}", format!("{right:?}")));
        for role in ClinicRole::ALL {
            table.push_str(&format!("{:<18}", cell(clinic_allows(role, false, right))));
        }
        let bare: Vec<_> = ClinicRole::ALL.iter().map(|role| clinic_allows(*role, true, right)).collect();
        assert!(bare.windows(2).all(|two| two[0] == two[1]), "{right:?}");
        table.push_str(&format!("{}\n", cell(bare[0])));
    }
    insta::assert_snapshot!(table);
}
