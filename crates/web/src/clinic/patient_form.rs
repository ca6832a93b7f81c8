//! Adding a patient, and changing what the clinic keeps of one: who they are, not what was measured.

use super::Places;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Control, Field, Form};
use crate::page::{Frame, Place, render};
use crate::people::choices;
use crate::record::visit::frame_of;
use crate::refusals::{field_of, invalid_words};
use crate::routes::leads_somewhere;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use sharing::{ClinicId, ClinicRole, RecordId};
use store::{Desk, Error, Invalid, KeepPatients, NewPatient, NewRecord, PatientDetails, PatientProfile, SeePatients};

#[derive(Template)]
#[template(path = "clinic/patient_form.html")]
struct PatientPage {
    frame: Frame,
    places: Places,
    title: &'static str,
    button: &'static str,
    form: Form,
    /// Address and words of patients who may be the same person.
    alike: Vec<(String, String)>,
    back: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    name: String,
    born_on: String,
    number: String,
    group: String,
    tags: String,
    email: String,
    phone: String,
    unit: String,
    zone: String,
    /// Somebody of this name and birth date is there, and this is another one.
    anyway: String,
}

/// Which form, and what the clinic has.
struct Around {
    clinic: ClinicId,
    role: ClinicRole,
    groups: Vec<String>,
    /// The patient who is changed.
    patient: Option<RecordId>,
}

pub async fn new(State(web): State<Web>, me: SignedIn, Path(clinic): Path<String>) -> Result<Response, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    let around = web.store.with_clinic(me.actor(), clinic, around).await?;
    let filled = Filled {
        unit: me.session.unit.symbol().to_owned(),
        zone: me.session.zone.iana_name().unwrap_or_default().to_owned(),
        ..Filled::default()
    };
    shown(&web, &me, &around, filled.form(&around), vec![]).await
}

pub async fn add(
    State(web): State<Web>,
    me: SignedIn,
    Path(clinic): Path<String>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    let around = web.store.with_clinic(me.actor(), clinic, around).await?;
    let Some(new) = filled.patient(&me) else { return refused_date(&web, &me, &around, &filled).await };
    if filled.anyway != "yes" {
        let (name, born_on) = (new.record.name.clone(), new.record.born_on);
        let look = move |desk: &mut Desk<'_, SeePatients>| desk.namesakes(&name, born_on);
        let alike = web.store.with_clinic(me.actor(), clinic, look).await?;
        if !alike.is_empty() {
            let page = shown(&web, &me, &around, filled.form(&around), alike).await?;
            return Ok((StatusCode::CONFLICT, page).into_response());
        }
    }
    let keep = move |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&new);
    match web.store.with_clinic(me.actor(), clinic, keep).await {
        Ok(patient) => Ok(Redirect::to(&address(clinic, patient)).into_response()),
        Err(Error::Invalid(invalid)) => refused(&web, &me, &around, &filled, invalid).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, patient)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (around, profile) = here(&web, &me, &clinic, &patient).await?;
    shown(&web, &me, &around, Filled::of(profile).form(&around), vec![]).await
}

pub async fn change(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, patient)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let (around, profile) = here(&web, &me, &clinic, &patient).await?;
    let Some(new) = filled.patient(&me) else { return refused_date(&web, &me, &around, &filled).await };
    let keep = move |desk: &mut Desk<'_, KeepPatients>| desk.change_patient(profile.id, &new);
    match web.store.with_clinic(me.actor(), around.clinic, keep).await {
        Ok(()) => Ok(Redirect::to(&address(around.clinic, profile.id)).into_response()),
        Err(Error::Invalid(invalid)) => refused(&web, &me, &around, &filled, invalid).await,
        Err(error) => Err(error.into()),
    }
}

fn around(desk: &mut Desk<'_, SeePatients>) -> Result<Around, Error> {
    Ok(Around { clinic: desk.clinic(), role: desk.role(), groups: desk.groups()?, patient: None })
}

async fn here(web: &Web, me: &SignedIn, clinic: &str, patient: &str) -> Result<(Around, PatientProfile), Problem> {
    let ids = ClinicId::parse(clinic).zip(RecordId::parse(patient));
    let (clinic, patient) = ids.ok_or_else(Problem::not_found)?;
    let look = move |desk: &mut Desk<'_, SeePatients>| {
        let profile = desk.patient(patient)?;
        Ok((Around { patient: Some(patient), ..around(desk)? }, profile))
    };
    Ok(web.store.with_clinic(me.actor(), clinic, look).await?)
}

/// The patient's page; the list, where there is none.
fn address(clinic: ClinicId, patient: RecordId) -> String {
    match leads_somewhere("/clinics/{clinic}/patients/{record}") {
        true => format!("/clinics/{clinic}/patients/{patient}"),
        false => format!("/clinics/{clinic}/patients"),
    }
}

impl Filled {
    fn of(profile: PatientProfile) -> Self {
        let PatientDetails { number, group, tags, email, phone } = profile.details;
        Self {
            name: profile.name,
            born_on: profile.born_on.map_or_else(String::new, |day: Date| day.to_string()),
            number,
            group,
            tags: tags.join(", "),
            email,
            phone,
            unit: profile.unit.symbol().to_owned(),
            zone: profile.zone.iana_name().unwrap_or_default().to_owned(),
            anyway: String::new(),
        }
    }

    /// What is to be kept; nothing when the date is none.
    fn patient(&self, me: &SignedIn) -> Option<NewPatient> {
        let record = NewRecord {
            name: self.name.trim().to_owned(),
            born_on: choices::date(&self.born_on).ok()?,
            unit: choices::unit_of(&self.unit).unwrap_or(me.session.unit),
            zone: self.zone.trim().to_owned(),
        };
        let details = PatientDetails {
            number: self.number.clone(),
            group: self.group.clone(),
            tags: self.tags.split(',').map(str::to_owned).collect(),
            email: self.email.clone(),
            phone: self.phone.clone(),
        };
        Some(NewPatient { record, details })
    }

    fn form(&self, around: &Around) -> Form {
        let groups = Control::List { options: around.groups.clone(), value: self.group.clone() };
        let unit = choices::unit_of(&self.unit).unwrap_or(glucose::Unit::MgDl);
        Form::of(vec![
            Field::text("name", "Name", "off", &self.name),
            Field::input("born_on", "Date of birth", "date", "off", &self.born_on)
                .optional()
                .hint("By name and date of birth the list notices when somebody is there twice."),
            Field::text("number", "Number", "off", &self.number)
                .optional()
                .hint("The patient’s number in your clinic."),
            Field::new("group", "Group", groups).optional().hint("Such as the team or the kind of therapy."),
            Field::text("tags", "Tags", "off", &self.tags)
                .optional()
                .hint("Words to find the patient by, with commas between."),
            Field::input("email", "E-mail", "email", "off", &self.email)
                .optional()
                .hint("To send the patient a code to link with."),
            Field::input("phone", "Mobile phone", "tel", "off", &self.phone)
                .optional()
                .hint("With the country in front, such as +49 151 2345678."),
            choices::unit(unit),
            choices::zone("zone", "Time zone", &self.zone).hint("Where the patient lives."),
        ])
    }
}

async fn refused_date(web: &Web, me: &SignedIn, around: &Around, filled: &Filled) -> Result<Response, Problem> {
    let mut form = filled.form(around);
    form.refuse("born_on", "Write the date as year-month-day, such as 2016-03-12.");
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(web, me, around, form, vec![]).await?).into_response())
}

async fn refused(
    web: &Web,
    me: &SignedIn,
    around: &Around,
    filled: &Filled,
    invalid: Invalid,
) -> Result<Response, Problem> {
    let mut form = filled.form(around);
    let field = if invalid == Invalid::PatientDetails { "number" } else { field_of(invalid) };
    form.refuse(field, invalid_words(invalid));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(web, me, around, form, vec![]).await?).into_response())
}

async fn shown(
    web: &Web,
    me: &SignedIn,
    around: &Around,
    form: Form,
    alike: Vec<PatientProfile>,
) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let (title, button) = match (around.patient, alike.is_empty()) {
        (Some(_), _) => ("Change a patient", "Save"),
        (None, true) => ("Add a patient", "Add"),
        (None, false) => ("Add a patient", "Add anyway"),
    };
    let clinic = around.clinic;
    let line = |one: &PatientProfile| {
        let born = one.born_on.map(|day| format!(", born {}", me.language.short_date(day))).unwrap_or_default();
        let number =
            if one.details.number.is_empty() { String::new() } else { format!(", no. {}", one.details.number) };
        let patient = format!("/clinics/{clinic}/patients/{}", one.id);
        let details = if leads_somewhere("/clinics/{clinic}/patients/{record}") { "" } else { "/details" };
        (format!("{patient}{details}"), format!("{}{born}{number}", one.name))
    };
    Ok(render(&PatientPage {
        frame: frame_of(me, &overview, title).at(Place::Clinic),
        places: Places::of(clinic, around.role, "Patients"),
        title,
        button,
        form,
        alike: alike.iter().map(line).collect(),
        back: around.patient.map_or_else(|| format!("/clinics/{clinic}/patients"), |patient| address(clinic, patient)),
    }))
}
