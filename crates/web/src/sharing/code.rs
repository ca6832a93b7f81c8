//! A code from a clinic: typed or followed, then who asks for what, and the answer. The code stands in the form or in a cookie
//! that lasts over signing in, and in no address of ours but the one that the clinic sent.

use super::home::clock;
use super::link_terms::{TypedLink, sees};
use super::proving::{self, Proven};
use super::words::zone_name;
use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, Visitor};
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::refusals::{conflict_words, field_of, invalid_words};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{LinkCode, LinkTerms, RecordId};
use store::{Error, LinkOffer};

#[derive(Template)]
#[template(path = "sharing/code.html")]
struct CodePage {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "sharing/link.html")]
struct LinkPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "sharing/offer.html")]
struct OfferPage {
    frame: Frame,
    offer: Offered,
    /// None of one's own: there is nothing to link.
    has_records: bool,
    form: Form,
}

/// An offer in words.
struct Offered {
    /// In the form alone.
    code: String,
    clinic: String,
    contact: String,
    /// `P. W., born in 1984`.
    patient: String,
    sees: String,
    ends: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    code: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    code: String,
    record: String,
    password: String,
    #[serde(flatten)]
    terms: TypedLink,
}

const HERE: &str = "/sharing/code";

/// Says the same of every link, to whoever is not signed in; nothing is looked up before that.
pub async fn link(
    State(web): State<Web>,
    visitor: Visitor,
    me: Result<SignedIn, Problem>,
    Path(code): Path<String>,
) -> Response {
    let code = LinkCode::parse(&code).map_or_else(String::new, |code| code.plain());
    let keep = cookies::link_code(&code, &web.settings.base_url);
    let answer = match me {
        Ok(_) => Redirect::to(HERE).into_response(),
        Err(_) => render(&LinkPage { frame: Frame::plain("A code from your clinic", visitor.theme, HERE) }),
    };
    with_cookie(answer, keep)
}

fn with_cookie(mut answer: Response, cookie: HeaderValue) -> Response {
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    answer
}

fn code_form(code: &str) -> Form {
    let field = Field::text("code", "Code", "off", code);
    Form::of(vec![
        field.hint("Ten letters and digits, such as 7K3MQ-9TRW4. Capitals, spaces and dashes do not matter."),
    ])
}

async fn code_page(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let frame = Frame { narrow: true, ..frame_of(me, &overview, "A code from your clinic").at(Place::Sharing) };
    Ok(render(&CodePage { frame, form }))
}

/// The form, or the offer of the code that this browser came with.
pub async fn page(State(web): State<Web>, me: SignedIn, headers: HeaderMap) -> Result<Response, Problem> {
    match cookies::kept_link_code(&headers, &web.settings.base_url) {
        Some(code) => offer(&web, &me, code).await,
        None => code_page(&web, &me, code_form("")).await,
    }
}

/// By a form, so that the code is in no address.
pub async fn look(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    match LinkCode::parse(&typed.code) {
        Some(code) => offer(&web, &me, &code.plain()).await,
        // Not even the shape of one: no try.
        None => refused(&web, &me, &typed.code, Error::Invalid(store::Invalid::LinkCode)).await,
    }
}

async fn offer(web: &Web, me: &SignedIn, code: &str) -> Result<Response, Problem> {
    match web.store.look_up_link_code(me.actor(), me.visitor.origin.clone(), code).await {
        Ok(found) => {
            let records = records(web, me).await?;
            let zone = &me.session.zone;
            let filled = Filled { terms: TypedLink::of(&found.terms, zone), ..Filled::default() };
            let form = form(&filled, &found, &records, zone);
            offer_page(web, me, code, &found, (form, !records.is_empty())).await
        }
        Err(why) => refused(web, me, code, why).await,
    }
}

/// The form again, and the browser forgets the code: looking once more at the page is no other try.
async fn refused(web: &Web, me: &SignedIn, code: &str, why: Error) -> Result<Response, Problem> {
    let forget = cookies::link_code_over(&web.settings.base_url);
    let answer = match why {
        Error::Invalid(invalid) => {
            let mut form = code_form(code);
            form.refuse("code", invalid_words(invalid));
            (StatusCode::UNPROCESSABLE_ENTITY, code_page(web, me, form).await?).into_response()
        }
        why => Problem::from(why).with_way_on("Type the code again", HERE).into_response(),
    };
    Ok(with_cookie(answer, forget))
}

async fn records(web: &Web, me: &SignedIn) -> Result<Vec<(RecordId, String)>, Problem> {
    Ok(web.store.with_account(me.actor(), |own| own.records()).await?)
}

fn form(filled: &Filled, offer: &LinkOffer, records: &[(RecordId, String)], zone: &jiff::tz::TimeZone) -> Form {
    let mut fields = Vec::new();
    if records.len() > 1 {
        let ids: Vec<String> = records.iter().map(|(id, _)| id.to_string()).collect();
        let mut options = vec![("", "Choose a record")];
        options.extend(ids.iter().zip(records).map(|(id, (_, name))| (id.as_str(), name.as_str())));
        fields.push(Field::choose("record", "Which record", &options, &filled.record));
    }
    let end = if offer.terms.until_at.is_some() { "Not later than it asks for." } else { "Leave it empty for no end." };
    fields.extend(filled.terms.fields(
        offer.terms.visibility,
        "What the clinic sees",
        format!("{end} By the clock of {}, where your account is.", zone_name(zone)),
    ));
    Form::of(fields)
}

async fn offer_page(
    web: &Web,
    me: &SignedIn,
    code: &str,
    offer: &LinkOffer,
    (form, has_records): (Form, bool),
) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let title = format!("{} asks to see your data", offer.clinic_name);
    let frame = Frame { narrow: true, ..frame_of(me, &overview, &title).at(Place::Sharing) };
    let frame = Frame { path: HERE.to_owned(), ..frame };
    let clock = clock(web, me);
    let born = offer.born_in.map_or_else(String::new, |year| format!(", born in {year}"));
    let offer = Offered {
        code: code.to_owned(),
        clinic: offer.clinic_name.clone(),
        contact: offer.contact.clone(),
        patient: format!("{}{born}", offer.initials),
        sees: sees(&offer.terms, clock),
        ends: clock.moment(offer.ends_at),
    };
    Ok(render(&OfferPage { frame, offer, has_records, form }))
}

pub async fn accept(
    State(web): State<Web>,
    mut me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let found = web.store.look_up_link_code(me.actor(), me.visitor.origin.clone(), &filled.code).await;
    let offer = match found {
        Ok(offer) => offer,
        Err(why) => return refused(&web, &me, &filled.code, why).await,
    };
    match Proven::by(&web, &mut me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(answer(&web, &me, &offer, &filled).await)),
        Err(why) => again(&web, &me, &offer, &filled, why).await,
    }
}

/// The same page with what was refused at its field.
async fn again(web: &Web, me: &SignedIn, offer: &LinkOffer, filled: &Filled, why: Error) -> Result<Response, Problem> {
    let records = records(web, me).await?;
    let mut form = form(filled, offer, &records, &me.session.zone);
    let status = match why {
        Error::Conflict(conflict) => {
            form.refuse("record", conflict_words(conflict));
            StatusCode::CONFLICT
        }
        Error::Invalid(invalid) => {
            form.refuse(field_of(invalid), invalid_words(invalid));
            StatusCode::UNPROCESSABLE_ENTITY
        }
        why => proving::refuse(&mut form, why, "The clinic will see your data. Confirm that it is you.", None)?,
    };
    let page = offer_page(web, me, &filled.code, offer, (form, !records.is_empty())).await?;
    Ok((status, page).into_response())
}

async fn answer(web: &Web, me: &SignedIn, offer: &LinkOffer, filled: &Filled) -> Result<Response, Problem> {
    let records = records(web, me).await?;
    let mut form = form(filled, offer, &records, &me.session.zone);
    let record = match records.as_slice() {
        [(only, _)] => Some(*only),
        all => RecordId::parse(&filled.record).filter(|id| all.iter().any(|(one, _)| one == id)),
    };
    if record.is_none() {
        form.refuse("record", "Choose whose data the clinic may see.");
    }
    let terms: Option<LinkTerms> = filled.terms.terms(&me.session.zone, Some(&offer.terms), &mut form);
    let (Some(record), Some(terms)) = (record, terms) else {
        let page = offer_page(web, me, &filled.code, offer, (form, !records.is_empty())).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let origin = me.visitor.origin.clone();
    match web.store.accept_link(me.actor(), origin, record, &filled.code, terms).await {
        Ok(clinic) => {
            let place = format!("/records/{record}/sharing?done=linked&clinic={clinic}");
            let forget = cookies::link_code_over(&web.settings.base_url);
            Ok(with_cookie(Redirect::to(&place).into_response(), forget))
        }
        Err(why) => again(web, me, offer, filled, why).await,
    }
}

pub async fn decline(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    match web.store.decline_link(me.actor(), me.visitor.origin.clone(), &typed.code).await {
        Ok(()) => {
            let forget = cookies::link_code_over(&web.settings.base_url);
            Ok(with_cookie(Redirect::to("/sharing?done=code-declined").into_response(), forget))
        }
        Err(why) => refused(&web, &me, &typed.code, why).await,
    }
}
