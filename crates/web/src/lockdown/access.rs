//! Letting people and clinics in again, one by one.

use super::lasting;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::show;
use axum::extract::State;
use axum::response::Redirect;
use serde::Deserialize;
use sharing::{AccountId, ClinicId, Id, Permission, Purpose, RecordId, Visibility};
use store::{Access, Error, Lockdown, Manage, Suspended, Whom};

/// One who waits.
pub struct Line {
    pub record: String,
    pub record_name: String,
    pub kind: &'static str,
    pub who: String,
    pub name: String,
    pub what: String,
    pub since: String,
    pub until: Option<String>,
}

#[derive(Deserialize)]
pub struct Decision {
    record: String,
    kind: String,
    who: String,
    what: String,
}

pub fn lines(lockdown: &Lockdown, me: &SignedIn) -> Vec<Line> {
    lockdown.suspended.iter().map(|suspended| line(suspended, me)).collect()
}

fn line(suspended: &Suspended, me: &SignedIn) -> Line {
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    let (kind, who, level) = match suspended.whom {
        Whom::CarePartner(id, Permission::ViewOnly) => ("partner", id.to_string(), "View only"),
        Whom::CarePartner(id, Permission::ViewAndDownload) => ("partner", id.to_string(), "View and download"),
        Whom::Clinic(id) => ("clinic", id.to_string(), "Clinic"),
    };
    Line {
        record: suspended.record.to_string(),
        record_name: suspended.record_name.clone(),
        kind,
        who,
        name: suspended.name.clone(),
        what: format!("{level}: {}", seen(suspended.visibility)),
        since: moment(suspended.since_at),
        until: suspended.until_at.map(moment),
    }
}

fn seen(visibility: Visibility) -> String {
    let Visibility { insulin, carbs, notes, devices } = visibility;
    let parts = [(true, "glucose"), (insulin, "insulin"), (carbs, "carbs"), (notes, "notes"), (devices, "devices")];
    parts.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}

/// Restores or removes one. The gate asks for the fresh proof and writes the history.
pub async fn decide(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(decision): axum::Form<Decision>,
) -> Result<Redirect, Problem> {
    lasting(&web, &me).await?;
    let record = RecordId::parse(&decision.record).ok_or_else(Problem::not_found)?;
    let who = Id::parse(&decision.who).ok_or_else(Problem::not_found)?;
    let act: fn(&mut Access<'_, Manage>, Id) -> Result<(), Error> =
        match (decision.kind.as_str(), decision.what.as_str()) {
            ("partner", "restore") => |patient, who| patient.restore_care_partner(AccountId(who)),
            ("partner", "remove") => |patient, who| patient.remove_care_partner(AccountId(who)),
            ("clinic", "restore") => |patient, who| patient.restore_clinic(ClinicId(who)),
            ("clinic", "remove") => |patient, who| patient.remove_clinic(ClinicId(who)),
            _ => return Err(Problem::invalid("Restore it or remove it.")),
        };
    let job = move |patient: &mut Access<'_, Manage>| act(patient, who);
    web.store.with_patient(me.actor(), record, Purpose::Lockdown, job).await?;
    Ok(Redirect::to("/lockdown/steps/access"))
}
