//! The clinic's portal.

pub mod activity;
mod asked;
pub mod clinics;
pub mod closing;
pub mod handover;
pub mod invitation;
pub mod invite;
pub mod leaving;
pub mod link_code;
pub mod member;
pub mod members;
pub mod merging;
pub mod office;
pub mod patient;
pub mod patient_form;
mod patient_row;
pub mod patients;
pub mod printing;
pub mod register;
pub mod settings;

use crate::routes::leads_somewhere;
use sharing::{ClinicId, ClinicRight, ClinicRole, clinic_allows};

/// The pages of a clinic that a member of this role may open, as links above each of them.
#[derive(Clone, Debug)]
pub struct Places(pub Vec<PlaceLink>);

#[derive(Clone, Debug)]
pub struct PlaceLink {
    pub words: &'static str,
    pub href: String,
    pub is_here: bool,
}

/// Words, path and what it takes; in the order in which they stand.
const PLACES: [(&str, &str, ClinicRight); 6] = [
    ("Patients", "/clinics/{clinic}/patients", ClinicRight::SeePatients),
    ("Print reports", "/clinics/{clinic}/reports", ClinicRight::PrintReports),
    ("Duplicates", "/clinics/{clinic}/duplicates", ClinicRight::MergePatients),
    ("Members", "/clinics/{clinic}/members", ClinicRight::KeepMembers),
    ("Activity", "/clinics/{clinic}/activity", ClinicRight::SeeActivity),
    ("Settings", "/clinics/{clinic}/settings", ClinicRight::ChangeClinic),
];

impl Places {
    /// For a page whose words are `here`.
    pub fn of(clinic: ClinicId, role: ClinicRole, here: &str) -> Self {
        let links = PLACES
            .iter()
            .filter(|(_, path, right)| leads_somewhere(path) && clinic_allows(role, false, *right).is_ok());
        let link = |(words, path, _): &(&'static str, &str, ClinicRight)| PlaceLink {
            words,
            href: path.replace("{clinic}", &clinic.to_string()),
            is_here: *words == here,
        };
        Self(links.map(link).collect())
    }
}
