//! The policy: one pure function, and nothing else decides.
//!
//! **Invariant:** the whole table is `tests/it/policy.rs`'s snapshot, which a privacy officer can read.

use crate::grant::{Permission, Visibility};
use crate::permissions::{ClinicRight, ClinicRole, Duty, RightKind, Standing};
use jiff::Timestamp;

/// Why somebody who has some access was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// *View only* reaches no further than the screen.
    ViewOnly,
    /// Care partners, clinics and apps change nothing here.
    NotYours,
    /// The grant or link has ended.
    Expired,
    /// The grant is paused.
    Paused,
    /// The owner asks for a second step, and this person has none.
    SecondStep,
    /// Members of a clinic must have a second step, and this person has none.
    MemberSecondStep,
    /// The owner's account was in lockdown, and the owner has not restored this access yet.
    Suspended,
    /// The role in the clinic does not reach that far.
    Role,
    /// The token is for something else.
    TokenScope,
}

/// What the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let in, and what is visible.
    Allowed(Visibility),
    /// Known here, and refused for this reason.
    Refused(Refusal),
    /// Not even told that the record exists.
    Unknown,
}

/// Decides whether `standing` may do `right` at `now`. Expiry is to the instant: at `until_at` it is over.
pub fn allows(standing: Standing, right: RightKind, now: Timestamp) -> Decision {
    use Decision::{Allowed, Refused, Unknown};
    match (standing, right) {
        (Standing::Owner, _) => Allowed(Visibility::ALL),

        (Standing::CarePartner { until_at, .. } | Standing::LinkedClinic { until_at, .. }, _)
            if until_at.is_some_and(|until| now >= until) =>
        {
            Refused(Refusal::Expired)
        }
        (Standing::CarePartner { suspended: true, .. } | Standing::LinkedClinic { suspended: true, .. }, _) => {
            Refused(Refusal::Suspended)
        }
        (Standing::CarePartner { paused_until_at: Some(until), .. }, _) if now < until => Refused(Refusal::Paused),
        (Standing::CarePartner { lacks_second_step: true, .. }, _) => Refused(Refusal::SecondStep),
        (Standing::CarePartner { visibility, .. }, RightKind::View) => Allowed(visibility),
        (Standing::CarePartner { permission: Permission::ViewAndDownload, visibility, .. }, RightKind::Download) => {
            Allowed(visibility)
        }
        (Standing::CarePartner { .. }, RightKind::Download) => Refused(Refusal::ViewOnly),
        (Standing::CarePartner { .. }, RightKind::Upload | RightKind::Manage) => Refused(Refusal::NotYours),

        (
            Standing::ClinicOfRecord { lacks_second_step: true, .. }
            | Standing::LinkedClinic { lacks_second_step: true, .. },
            _,
        ) => Refused(Refusal::MemberSecondStep),
        (Standing::ClinicOfRecord { role: ClinicRole::Admin | ClinicRole::Clinician, .. }, _) => {
            Allowed(Visibility::ALL)
        }
        (Standing::ClinicOfRecord { role: ClinicRole::FrontDesk, .. }, RightKind::Upload) => Allowed(Visibility::ALL),
        (Standing::ClinicOfRecord { role: ClinicRole::FrontDesk, .. }, _) => Refused(Refusal::Role),

        (
            Standing::LinkedClinic { role: ClinicRole::Admin | ClinicRole::Clinician, visibility, .. },
            RightKind::View | RightKind::Download,
        ) => Allowed(visibility),
        (Standing::LinkedClinic { role: ClinicRole::FrontDesk, .. }, RightKind::View | RightKind::Download) => {
            Refused(Refusal::Role)
        }
        (Standing::LinkedClinic { .. }, RightKind::Upload | RightKind::Manage) => Refused(Refusal::NotYours),

        (Standing::App { until_at: Some(until), .. }, _) if now >= until => Refused(Refusal::Expired),
        (Standing::App { scope, .. }, RightKind::Upload) if scope.uploads() => Allowed(Visibility::ALL),
        (Standing::App { scope, visibility, .. }, RightKind::View) if scope.follows() => Allowed(visibility),
        (Standing::App { .. }, _) => Refused(Refusal::TokenScope),

        // A pass that is over looks like one that never was.
        (Standing::Pass { until_at, .. }, _) if now >= until_at => Unknown,
        (Standing::Pass { visibility, .. }, RightKind::View) => Allowed(visibility),
        (Standing::Pass { .. }, RightKind::Download) => Refused(Refusal::ViewOnly),
        (Standing::Pass { .. }, RightKind::Upload | RightKind::Manage) => Refused(Refusal::NotYours),

        (Standing::OnDuty(Duty::RaiseAlerts), RightKind::View) => Allowed(Visibility::ALL),
        (Standing::OnDuty(_), _) => Unknown,

        (Standing::Stranger, _) => Unknown,
    }
}

/// Decides whether a member may do `right` in the clinic. Nobody without a second step may do anything there.
pub fn clinic_allows(role: ClinicRole, lacks_second_step: bool, right: ClinicRight) -> Result<(), Refusal> {
    use ClinicRight::{
        AskForUpload, ChangeClinic, DeletePatients, KeepMembers, KeepPatients, LetPatientsGo, Link, MergePatients,
        PrintReports, SeeActivity, SeeFigures, SeePatients,
    };
    if lacks_second_step {
        return Err(Refusal::MemberSecondStep);
    }
    match (role, right) {
        (ClinicRole::Admin, _) => Ok(()),
        (_, SeePatients | KeepPatients | Link | AskForUpload) => Ok(()),
        (ClinicRole::Clinician, SeeFigures | PrintReports | MergePatients | LetPatientsGo) => Ok(()),
        (ClinicRole::FrontDesk, SeeFigures | PrintReports | MergePatients | LetPatientsGo)
        | (_, DeletePatients | SeeActivity | KeepMembers | ChangeClinic) => Err(Refusal::Role),
    }
}
