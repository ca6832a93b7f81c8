//! How long an answer of the policy lasts when nobody changes anything.

use crate::permissions::Standing;
use jiff::Timestamp;

/// The next instant at which the policy may answer otherwise by itself; none, when only somebody's act can change it. For
/// whoever goes on looking: asked again then, they stay no longer than they may.
pub fn lasts_until(standing: Standing, now: Timestamp) -> Option<Timestamp> {
    let instants = match standing {
        Standing::CarePartner { until_at, paused_until_at, pauses_at, .. } => [until_at, paused_until_at, pauses_at],
        Standing::LinkedClinic { until_at, .. } | Standing::App { until_at, .. } => [until_at, None, None],
        Standing::Pass { until_at, .. } => [Some(until_at), None, None],
        Standing::Owner | Standing::ClinicOfRecord { .. } | Standing::OnDuty(_) | Standing::Stranger => [None; 3],
    };
    instants.into_iter().flatten().filter(|at| now < *at).min()
}
