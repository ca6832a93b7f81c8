//! All routes, as data, so that the permission matrix can be complete: the router is made from this list alone.

use crate::api::nightscout::{self, displays, v1, v2, v3};
use crate::app::{notifications, shell};
use crate::edge::{csrf, headers, host, problem, request_id, statics};
use crate::pass::{door, look};
use crate::people::{
    activity, ask_to_follow, confirm, contact_changes, following, invitation, notices, password_reset, records,
    second_step_loss, settings, sign_in, sign_up, start, stop_following, switches, upload_now, way,
};
use crate::record::{
    agp, daily, dashboard, home, jobs, passes, pdf, record_settings, sources, take_back, tokens, uploads, view_history,
};
use crate::security::{
    authenticator_app, devices, e_mail, hub, messages, passkeys, password, phone, phrase, proof, recovery_codes,
    review, second_step, session, sign_in_second_step,
};
use crate::sharing::{
    care_partner, clinics as linked_clinics, code as link_answer, home as data_sharing, invitations, invite, pause,
    record as share, removal, requests,
};
use crate::{Web, alerts, api, clinic, here, leaving, live, lockdown};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use sharing::RightKind;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _};
use tower_http::compression::{CompressionLayer, DefaultPredicate};

/// Who may come in here; the rest is the gate's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anybody,
    SignedIn,
    /// Signed in, and let in by the gate with this right on the record in the path.
    OfRecord(RightKind),
    /// A member of the clinic in the path.
    OfClinic,
    /// An app with the token of a record.
    App,
    /// A browser in which a visit pass was opened.
    Pass,
}

#[derive(Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    handler: fn() -> MethodRouter<Web>,
}

impl Route {
    const fn get(path: &'static str, who: Who, handler: fn() -> MethodRouter<Web>) -> Self {
        Self { method: "GET", path, who, handler }
    }

    const fn post(path: &'static str, who: Who, handler: fn() -> MethodRouter<Web>) -> Self {
        Self { method: "POST", path, who, handler }
    }
}

/// Forms are small. Uploads have their own limit.
const FORM_BYTES: usize = 64 * 1024;

/// Packing an export again would only take time.
const ALREADY_PACKED: NotForContentType = NotForContentType::const_new("application/zip");

const VIEW: Who = Who::OfRecord(RightKind::View);
const DOWNLOAD: Who = Who::OfRecord(RightKind::Download);
const UPLOAD: Who = Who::OfRecord(RightKind::Upload);
const MANAGE: Who = Who::OfRecord(RightKind::Manage);

pub static ROUTES: &[Route] = &[
    Route::get("/", Who::Anybody, || get(start::page)),
    Route::get("/healthz", Who::Anybody, || get(start::healthz)),
    Route::get("/robots.txt", Who::Anybody, || get(start::robots)),
    Route::get("/.well-known/change-password", Who::Anybody, || get(start::change_password)),
    Route::get("/.well-known/passkey-endpoints", Who::Anybody, || get(start::passkey_endpoints)),
    Route::get("/static/{tree}/{*path}", Who::Anybody, || get(statics::file)),
    Route::get("/charts/{name}", Who::Anybody, || get(statics::charts)),
    Route::post("/theme", Who::Anybody, || post(switches::theme)),
    // accounts
    Route::get("/sign-up", Who::Anybody, || get(sign_up::page)),
    Route::post("/sign-up", Who::Anybody, || post(sign_up::join)),
    Route::get("/sign-up/sent", Who::Anybody, || get(sign_up::sent)),
    Route::get("/confirmations/{token}", Who::Anybody, || get(confirm::page)),
    Route::post("/confirmations/{token}", Who::Anybody, || post(confirm::confirm)),
    Route::get("/sign-in", Who::Anybody, || get(sign_in::page)),
    Route::post("/sign-in", Who::Anybody, || post(sign_in::enter)),
    Route::post("/sign-out", Who::Anybody, || post(sign_in::leave)),
    Route::post("/sign-out-everywhere", Who::SignedIn, || post(sign_in::leave_everywhere)),
    Route::post("/unit", Who::SignedIn, || post(switches::unit)),
    Route::get("/settings", Who::SignedIn, || get(settings::page)),
    Route::post("/settings", Who::SignedIn, || post(settings::change)),
    Route::get("/settings/notices", Who::SignedIn, || get(notices::page)),
    Route::post("/settings/notices", Who::SignedIn, || post(notices::change)),
    Route::get("/activity", Who::SignedIn, || get(activity::page)),
    Route::get("/records", Who::SignedIn, || get(records::page)),
    Route::post("/records", Who::SignedIn, || post(records::add)),
    Route::get("/records/new", Who::SignedIn, || get(records::new)),
    Route::get("/following", Who::SignedIn, || get(following::page)),
    Route::get("/following/stream", Who::SignedIn, || get(live::of_following)),
    // following
    Route::get("/invitations/{token}", Who::Anybody, || get(invitation::page)),
    Route::post("/following/invitations/{invitation}/acceptance", Who::SignedIn, || post(invitation::accept)),
    Route::post("/following/invitations/{invitation}/decline", Who::SignedIn, || post(invitation::decline)),
    Route::post("/following/requests", Who::SignedIn, || post(ask_to_follow::ask)),
    Route::post("/following/requests/{request}/removal", Who::SignedIn, || post(ask_to_follow::withdraw)),
    Route::get("/following/{record}/removal", Who::SignedIn, || get(stop_following::page)),
    Route::post("/following/{record}/removal", Who::SignedIn, || post(stop_following::stop)),
    // proof and password
    Route::get("/proof", Who::SignedIn, || get(proof::page)),
    Route::post("/proof", Who::SignedIn, || post(proof::prove)),
    Route::get("/security/password", Who::SignedIn, || get(password::page)),
    Route::post("/security/password", Who::SignedIn, || post(password::change)),
    // second step
    Route::post("/proof/challenge", Who::SignedIn, || post(proof::ask)),
    Route::post("/proof/second-step", Who::SignedIn, || post(proof::prove_by_second_step)),
    Route::get("/security/second-step", Who::SignedIn, || get(second_step::page)),
    Route::get("/security/second-step/totp", Who::SignedIn, || get(authenticator_app::page)),
    Route::post("/security/second-step/totp", Who::SignedIn, || post(authenticator_app::make)),
    Route::post("/security/second-step/totp/confirmation", Who::SignedIn, || post(authenticator_app::prove)),
    Route::get("/security/second-step/passkeys", Who::SignedIn, || get(passkeys::page)),
    Route::post("/security/second-step/passkeys", Who::SignedIn, || post(passkeys::add)),
    Route::post("/security/second-step/passkeys/challenge", Who::SignedIn, || post(passkeys::ask)),
    Route::get("/security/second-step/phone", Who::SignedIn, || get(phone::page)),
    Route::post("/security/second-step/phone", Who::SignedIn, || post(phone::send)),
    Route::post("/security/second-step/phone/confirmation", Who::SignedIn, || post(phone::prove)),
    Route::get("/security/second-step/codes", Who::SignedIn, || get(recovery_codes::page)),
    Route::post("/security/second-step/codes", Who::SignedIn, || post(recovery_codes::renew)),
    Route::get("/security/second-step/{factor}/removal", Who::SignedIn, || get(second_step::removal)),
    Route::post("/security/second-step/{factor}/removal", Who::SignedIn, || post(second_step::remove)),
    Route::get("/sign-in/second-step", Who::Anybody, || get(sign_in_second_step::page)),
    Route::post("/sign-in/second-step", Who::Anybody, || post(sign_in_second_step::enter)),
    Route::post("/sign-in/second-step/challenge", Who::Anybody, || post(sign_in_second_step::ask)),
    Route::post("/sign-in/second-step/sms", Who::Anybody, || post(sign_in_second_step::send_code)),
    Route::post("/sign-in/passkey/challenge", Who::Anybody, || post(passkeys::ask_anybody)),
    Route::post("/sign-in/passkey", Who::Anybody, || post(passkeys::enter)),
    // devices and sessions
    Route::get("/session", Who::Anybody, || get(session::ends)),
    Route::post("/session", Who::Anybody, || post(session::stay)),
    Route::get("/security/devices", Who::SignedIn, || get(devices::page)),
    Route::post("/security/devices/removal", Who::SignedIn, || post(devices::forget_all)),
    Route::post("/security/devices/{device}/removal", Who::SignedIn, || post(devices::forget)),
    Route::post("/security/sessions/removal", Who::SignedIn, || post(devices::end_others)),
    Route::post("/security/sessions/{session}/removal", Who::SignedIn, || post(devices::end)),
    Route::post("/sign-in/way", Who::Anybody, || post(way::ask)),
    Route::get("/sign-in/way/sent", Who::Anybody, || get(way::sent)),
    Route::get("/sign-in/way/{token}", Who::Anybody, || get(way::page)),
    Route::post("/sign-in/way/{token}", Who::Anybody, || post(way::take)),
    // recovery, addresses, check-up
    Route::get("/password-reset", Who::Anybody, || get(password_reset::page)),
    Route::post("/password-reset", Who::Anybody, || post(password_reset::ask)),
    Route::get("/password-reset/sent", Who::Anybody, || get(password_reset::sent)),
    Route::get("/password-reset/{token}", Who::Anybody, || get(password_reset::chosen_page)),
    Route::post("/password-reset/{token}", Who::Anybody, || post(password_reset::choose)),
    Route::get("/new-addresses/{token}", Who::Anybody, || get(contact_changes::new_address)),
    Route::post("/new-addresses/{token}", Who::Anybody, || post(contact_changes::confirm)),
    Route::get("/changes/undo/{token}", Who::Anybody, || get(contact_changes::page)),
    Route::post("/changes/undo/{token}", Who::Anybody, || post(contact_changes::undo)),
    Route::get("/second-step-loss", Who::Anybody, || get(second_step_loss::page)),
    Route::post("/second-step-loss", Who::Anybody, || post(second_step_loss::ask)),
    Route::get("/second-step-loss/{token}", Who::Anybody, || get(second_step_loss::stop_page)),
    Route::post("/second-step-loss/{token}", Who::Anybody, || post(second_step_loss::stop)),
    Route::get("/security", Who::SignedIn, || get(hub::page)),
    Route::post("/security/confirmation", Who::SignedIn, || post(hub::send_confirmation)),
    Route::post("/security/second-step-loss/removal", Who::SignedIn, || post(hub::keep_second_step)),
    Route::post("/security/unused-tokens/removal", Who::SignedIn, || post(hub::end_unused_tokens)),
    Route::get("/security/review", Who::SignedIn, || get(review::page)),
    Route::post("/security/review", Who::SignedIn, || post(review::reviewed)),
    Route::get("/security/review.ics", Who::SignedIn, || get(review::calendar)),
    Route::get("/security/e-mail", Who::SignedIn, || get(e_mail::page)),
    Route::post("/security/e-mail", Who::SignedIn, || post(e_mail::ask)),
    Route::get("/security/phrase", Who::SignedIn, || get(phrase::page)),
    Route::post("/security/phrase", Who::SignedIn, || post(phrase::change)),
    Route::get("/security/messages", Who::SignedIn, || get(messages::page)),
    // sharing, the patient's side
    Route::get("/sharing", Who::SignedIn, || get(data_sharing::page)),
    Route::get("/sharing/requests/{request}", Who::SignedIn, || get(requests::page)),
    Route::post("/sharing/requests/{request}", Who::SignedIn, || post(requests::approve)),
    Route::post("/sharing/requests/{request}/refusal", Who::SignedIn, || post(requests::decline)),
    Route::get("/records/{record}/sharing", MANAGE, || get(share::page)),
    Route::get("/records/{record}/sharing/invitations/new", MANAGE, || get(invite::page)),
    Route::post("/records/{record}/sharing/invitations/new", MANAGE, || post(invite::invite)),
    Route::post("/records/{record}/sharing/invitations/{invitation}/sending", MANAGE, || post(invitations::send_again)),
    Route::post("/records/{record}/sharing/invitations/{invitation}/removal", MANAGE, || post(invitations::withdraw)),
    Route::get("/records/{record}/care-partners/{partner}", MANAGE, || get(care_partner::page)),
    Route::post("/records/{record}/care-partners/{partner}", MANAGE, || post(care_partner::change)),
    Route::get("/records/{record}/care-partners/{partner}/pause", MANAGE, || get(pause::page)),
    Route::post("/records/{record}/care-partners/{partner}/pause", MANAGE, || post(pause::pause)),
    Route::post("/records/{record}/care-partners/{partner}/resumption", MANAGE, || post(pause::resume)),
    Route::get("/records/{record}/care-partners/{partner}/removal", MANAGE, || get(removal::page)),
    Route::post("/records/{record}/care-partners/{partner}/removal", MANAGE, || post(removal::remove)),
    // lockdown
    Route::get("/lockdown", Who::Anybody, || get(lockdown::button::page)),
    Route::post("/lockdown", Who::SignedIn, || post(lockdown::button::lock)),
    Route::get("/lockdown/locked", Who::Anybody, || get(lockdown::locked::page)),
    Route::get("/lockdown/mail/{token}", Who::Anybody, || get(lockdown::mail::page)),
    Route::post("/lockdown/mail/{token}", Who::Anybody, || post(lockdown::mail::lock)),
    Route::get("/lockdown/code", Who::Anybody, || get(lockdown::code::page)),
    Route::post("/lockdown/code", Who::Anybody, || post(lockdown::code::lock)),
    Route::get("/lockdown/unlock/{token}", Who::Anybody, || get(lockdown::unlock::page)),
    Route::post("/lockdown/unlock/{token}", Who::Anybody, || post(lockdown::unlock::unlock)),
    Route::get("/lockdown/steps", Who::SignedIn, || get(lockdown::steps::list)),
    Route::get("/lockdown/steps/{step}", Who::SignedIn, || get(lockdown::steps::page)),
    Route::post("/lockdown/steps/{step}", Who::SignedIn, || post(lockdown::steps::mark)),
    Route::post("/lockdown/access", Who::SignedIn, || post(lockdown::access::decide)),
    Route::post("/lockdown/clinics", Who::SignedIn, || post(lockdown::clinics::notify)),
    Route::post("/lockdown/end", Who::SignedIn, || post(lockdown::end::end)),
    Route::get("/lockdown/report.pdf", Who::SignedIn, || get(lockdown::report::pdf)),
    Route::get("/lockdown/report.json", Who::SignedIn, || get(lockdown::report::json)),
    // leaving
    Route::get("/export", Who::SignedIn, || get(leaving::export::page)),
    Route::get("/export.zip", Who::SignedIn, || get(leaving::export::zip)),
    Route::get("/leaving", Who::SignedIn, || get(leaving::pages::page)),
    Route::post("/leaving", Who::SignedIn, || post(leaving::pages::delete)),
    Route::post("/leaving/restore", Who::SignedIn, || post(leaving::pages::restore)),
    Route::post("/leaving/purge", Who::SignedIn, || post(leaving::pages::purge)),
    // one record
    Route::get("/records/{record}", VIEW, || get(home::page)),
    Route::get("/records/{record}/stream", VIEW, || get(live::of_record)),
    Route::get("/records/{record}/dashboard.json", VIEW, || get(dashboard::data)),
    Route::get("/records/{record}/reports/agp", VIEW, || get(agp::page)),
    Route::get("/records/{record}/reports/daily", VIEW, || get(daily::page)),
    Route::get("/records/{record}/reports/agp.pdf", DOWNLOAD, || get(pdf::agp)),
    Route::get("/records/{record}/reports/daily.pdf", DOWNLOAD, || get(pdf::daily)),
    // with a care partner's eyes
    Route::get("/records/{record}/see-as/{eyes}", MANAGE, || get(home::page)),
    Route::get("/records/{record}/see-as/{eyes}/reports/agp", MANAGE, || get(agp::page)),
    Route::get("/records/{record}/see-as/{eyes}/reports/daily", MANAGE, || get(daily::page)),
    Route::get("/records/{record}/uploads", UPLOAD, || get(uploads::page)),
    Route::get("/records/{record}/uploads/jobs/{job}", UPLOAD, || get(jobs::page)),
    Route::post("/records/{record}/uploads/jobs/{job}", UPLOAD, || {
        post(jobs::bring).layer(DefaultBodyLimit::disable())
    }),
    Route::post("/records/{record}/uploads/jobs/{job}/acceptance", UPLOAD, || post(jobs::accept)),
    Route::get("/records/{record}/uploads/{number}/removal", UPLOAD, || get(take_back::page)),
    Route::post("/records/{record}/uploads/{number}/removal", UPLOAD, || post(take_back::take_back)),
    Route::get("/records/{record}/tokens", MANAGE, || get(tokens::page)),
    Route::post("/records/{record}/tokens", MANAGE, || post(tokens::add)),
    Route::post("/records/{record}/tokens/{token}/removal", MANAGE, || post(tokens::revoke)),
    // services that are asked
    Route::get("/records/{record}/sources", MANAGE, || get(sources::page)),
    Route::get("/records/{record}/sources/new/{service}", MANAGE, || get(sources::new)),
    Route::post("/records/{record}/sources/new/{service}", MANAGE, || post(sources::add)),
    Route::post("/records/{record}/sources/request", MANAGE, || post(sources::ask_all)),
    Route::get("/records/{record}/sources/{source}/sign-in", MANAGE, || get(sources::sign_in)),
    Route::post("/records/{record}/sources/{source}/sign-in", MANAGE, || post(sources::change)),
    Route::post("/records/{record}/sources/{source}/request", MANAGE, || post(sources::ask)),
    Route::post("/records/{record}/sources/{source}/pause", MANAGE, || post(sources::pause)),
    Route::post("/records/{record}/sources/{source}/resumption", MANAGE, || post(sources::resume)),
    Route::post("/records/{record}/sources/{source}/removal", MANAGE, || post(sources::remove)),
    Route::get("/records/{record}/passes", MANAGE, || get(passes::page)),
    Route::post("/records/{record}/passes", MANAGE, || post(passes::make)),
    Route::get("/records/{record}/passes/state", MANAGE, || get(passes::state)),
    Route::post("/records/{record}/passes/{pass}/removal", MANAGE, || post(passes::end)),
    Route::get("/records/{record}/settings", MANAGE, || get(record_settings::page)),
    Route::post("/records/{record}/settings", MANAGE, || post(record_settings::change)),
    // visit passes, for whoever has no account
    Route::get("/pass", Who::Anybody, || get(door::page)),
    Route::post("/pass", Who::Anybody, || post(door::by_code)),
    Route::get("/pass/look", Who::Pass, || get(look::profile)),
    Route::get("/pass/look/daily", Who::Pass, || get(look::daily)),
    Route::get("/pass/state", Who::Anybody, || get(look::state)),
    Route::post("/pass/end", Who::Anybody, || post(look::end)),
    Route::get("/pass/over", Who::Anybody, || get(door::over)),
    Route::get("/pass/{token}", Who::Anybody, || get(door::link)),
    Route::post("/pass/{token}", Who::Anybody, || post(door::by_link)),
    Route::get("/records/{record}/view-history", MANAGE, || get(view_history::page)),
    Route::get("/records/{record}/view-history.csv", MANAGE, || get(view_history::export::csv)),
    Route::get("/records/{record}/view-history.json", MANAGE, || get(view_history::export::json)),
    Route::get("/records/{record}/receipts", MANAGE, || get(view_history::receipt::find)),
    Route::get("/records/{record}/receipts/{number}", MANAGE, || get(view_history::receipt::page)),
    // alerts
    Route::get("/records/{record}/alerts", VIEW, || get(alerts::page::page)),
    Route::get("/records/{record}/alerts/rules", VIEW, || get(alerts::rules::page)),
    Route::post("/records/{record}/alerts/rules", VIEW, || post(alerts::rules::change)),
    Route::get("/records/{record}/alerts/order", MANAGE, || get(alerts::order::page)),
    Route::post("/records/{record}/alerts/order", MANAGE, || post(alerts::order::change)),
    Route::get("/alerts/channels", Who::SignedIn, || get(alerts::channels::page)),
    Route::post("/alerts/channels", Who::SignedIn, || post(alerts::channels::add)),
    Route::post("/alerts/channels/test", Who::SignedIn, || post(alerts::channels::test)),
    Route::post("/alerts/channels/{channel}", Who::SignedIn, || post(alerts::channels::change)),
    Route::post("/alerts/channels/{channel}/removal", Who::SignedIn, || post(alerts::channels::remove)),
    Route::get("/alerts/links/{token}", Who::Anybody, || get(alerts::link::page)),
    Route::post("/alerts/links/{token}", Who::Anybody, || post(alerts::link::take)),
    Route::get("/alerts/{alert}", Who::SignedIn, || get(alerts::one::page)),
    Route::post("/alerts/{alert}/acknowledgement", Who::SignedIn, || post(alerts::one::take)),
    // a clinic's screen in a patient's hands
    Route::get("/clinics/{clinic}/patients/{record}/handover", Who::OfClinic, || get(clinic::handover::page)),
    Route::post("/clinics/{clinic}/patients/{record}/handover", Who::OfClinic, || post(clinic::handover::hand_over)),
    Route::get("/here/done", Who::Anybody, || get(here::done)),
    Route::get("/here/{token}", Who::Anybody, || get(here::page)),
    Route::post("/here/{token}", Who::Anybody, || post(here::prove)),
    Route::post("/here/{token}/second-step", Who::Anybody, || post(here::second_step)),
    Route::post("/here/{token}/sms", Who::Anybody, || post(here::send_code)),
    Route::post("/here/{token}/acceptance", Who::Anybody, || post(here::accept)),
    Route::post("/here/{token}/phone", Who::Anybody, || post(here::on_my_phone)),
    Route::post("/here/{token}/end", Who::Anybody, || post(here::end)),
    // clinics
    Route::get("/clinics/{clinic}/patients", Who::OfClinic, || get(clinic::patients::page)),
    // clinics as organisations
    Route::get("/clinics", Who::SignedIn, || get(clinic::clinics::page)),
    Route::get("/clinics/new", Who::SignedIn, || get(clinic::register::page)),
    Route::post("/clinics/new", Who::SignedIn, || post(clinic::register::register)),
    Route::get("/clinic-invitations/{token}", Who::Anybody, || get(clinic::invitation::page)),
    Route::post("/clinics/invitations/{invitation}/acceptance", Who::SignedIn, || post(clinic::invitation::accept)),
    Route::post("/clinics/invitations/{invitation}/decline", Who::SignedIn, || post(clinic::invitation::decline)),
    Route::get("/clinics/{clinic}/departure", Who::SignedIn, || get(clinic::clinics::departure)),
    Route::post("/clinics/{clinic}/departure", Who::SignedIn, || post(clinic::clinics::depart)),
    Route::post("/clinics/{clinic}/reopening", Who::SignedIn, || post(clinic::clinics::reopen)),
    Route::get("/clinics/{clinic}/members", Who::OfClinic, || get(clinic::members::page)),
    Route::get("/clinics/{clinic}/members/new", Who::OfClinic, || get(clinic::invite::page)),
    Route::post("/clinics/{clinic}/members/new", Who::OfClinic, || post(clinic::invite::invite)),
    Route::post("/clinics/{clinic}/members/invitations/{invitation}/sending", Who::OfClinic, || {
        post(clinic::members::send_again)
    }),
    Route::post("/clinics/{clinic}/members/invitations/{invitation}/removal", Who::OfClinic, || {
        post(clinic::members::withdraw)
    }),
    Route::get("/clinics/{clinic}/members/{member}", Who::OfClinic, || get(clinic::member::page)),
    Route::post("/clinics/{clinic}/members/{member}", Who::OfClinic, || post(clinic::member::change)),
    Route::get("/clinics/{clinic}/members/{member}/removal", Who::OfClinic, || get(clinic::member::removal)),
    Route::post("/clinics/{clinic}/members/{member}/removal", Who::OfClinic, || post(clinic::member::remove)),
    Route::get("/clinics/{clinic}/activity", Who::OfClinic, || get(clinic::activity::page)),
    Route::get("/clinics/{clinic}/settings", Who::OfClinic, || get(clinic::settings::page)),
    Route::post("/clinics/{clinic}/settings", Who::OfClinic, || post(clinic::settings::change)),
    Route::get("/clinics/{clinic}/closing", Who::OfClinic, || get(clinic::closing::page)),
    Route::post("/clinics/{clinic}/closing", Who::OfClinic, || post(clinic::closing::close)),
    // one patient: the support path, links and their codes
    Route::get("/clinics/{clinic}/patients/{record}", Who::OfClinic, || get(clinic::patient::page)),
    Route::post("/clinics/{clinic}/patients/{record}/upload-request", Who::OfClinic, || post(clinic::patient::ask)),
    Route::get("/clinics/{clinic}/patients/{record}/link/removal", Who::OfClinic, || get(clinic::patient::removal)),
    Route::post("/clinics/{clinic}/patients/{record}/link/removal", Who::OfClinic, || post(clinic::patient::end)),
    Route::get("/clinics/{clinic}/patients/{record}/code", Who::OfClinic, || get(clinic::link_code::page)),
    Route::post("/clinics/{clinic}/patients/{record}/code", Who::OfClinic, || post(clinic::link_code::make)),
    Route::post("/clinics/{clinic}/patients/{record}/code/sending", Who::OfClinic, || post(clinic::link_code::send)),
    Route::post("/clinics/{clinic}/patients/{record}/code/letter", Who::OfClinic, || post(clinic::link_code::letter)),
    Route::post("/clinics/{clinic}/patients/{record}/code/removal", Who::OfClinic, || {
        post(clinic::link_code::withdraw)
    }),
    // links, the patient's side
    Route::get("/link/{code}", Who::Anybody, || get(link_answer::link)),
    Route::get("/sharing/code", Who::SignedIn, || get(link_answer::page)),
    Route::post("/sharing/code", Who::SignedIn, || post(link_answer::look)),
    Route::post("/sharing/code/acceptance", Who::SignedIn, || post(link_answer::accept)),
    Route::post("/sharing/code/decline", Who::SignedIn, || post(link_answer::decline)),
    Route::get("/records/{record}/clinics/{clinic}", MANAGE, || get(linked_clinics::page)),
    Route::post("/records/{record}/clinics/{clinic}", MANAGE, || post(linked_clinics::change)),
    Route::get("/records/{record}/clinics/{clinic}/removal", MANAGE, || get(linked_clinics::removal)),
    Route::post("/records/{record}/clinics/{clinic}/removal", MANAGE, || post(linked_clinics::remove)),
    Route::get("/upload-now", Who::SignedIn, || get(upload_now::page)),
    Route::post("/upload-now", Who::SignedIn, || post(upload_now::ask)),
    // clinics: the list of patients, adding and changing them
    Route::post("/clinics/{clinic}/patients", Who::OfClinic, || post(clinic::patients::search)),
    Route::get("/clinics/{clinic}/patients/new", Who::OfClinic, || get(clinic::patient_form::new)),
    Route::post("/clinics/{clinic}/patients/new", Who::OfClinic, || post(clinic::patient_form::add)),
    Route::get("/clinics/{clinic}/patients/{record}/details", Who::OfClinic, || get(clinic::patient_form::page)),
    Route::post("/clinics/{clinic}/patients/{record}/details", Who::OfClinic, || post(clinic::patient_form::change)),
    // printing for a clinic's day
    Route::get("/clinics/{clinic}/reports", Who::OfClinic, || get(clinic::printing::page::page)),
    Route::post("/clinics/{clinic}/reports", Who::OfClinic, || post(clinic::printing::page::choose)),
    Route::get("/clinics/{clinic}/reports/jobs/{job}", Who::OfClinic, || get(clinic::printing::progress::page)),
    Route::post("/clinics/{clinic}/reports/jobs/{job}", Who::OfClinic, || post(clinic::printing::page::begin)),
    Route::post("/clinics/{clinic}/reports/jobs/{job}/cancellation", Who::OfClinic, || {
        post(clinic::printing::progress::cancel)
    }),
    Route::post("/clinics/{clinic}/reports/jobs/{job}/file", Who::OfClinic, || post(clinic::printing::progress::file)),
    // merging patients, and patients who leave
    Route::get("/clinics/{clinic}/duplicates", Who::OfClinic, || get(clinic::merging::duplicates)),
    Route::get("/clinics/{clinic}/patients/{record}/merge", Who::OfClinic, || get(clinic::merging::page)),
    Route::post("/clinics/{clinic}/patients/{record}/merge", Who::OfClinic, || post(clinic::merging::confirm)),
    Route::post("/clinics/{clinic}/merges/{record}/undo", Who::OfClinic, || post(clinic::merging::undo)),
    Route::get("/clinics/{clinic}/patients/{record}/leaving", Who::OfClinic, || get(clinic::leaving::page)),
    Route::post("/clinics/{clinic}/patients/{record}/leaving", Who::OfClinic, || post(clinic::leaving::note)),
    Route::post("/clinics/{clinic}/patients/{record}/deletion", Who::OfClinic, || post(clinic::leaving::delete)),
    // the installed app, and notices in this browser
    Route::get("/manifest.webmanifest", Who::Anybody, || get(shell::manifest)),
    Route::get("/service-worker.js", Who::Anybody, || get(shell::service_worker)),
    Route::get("/offline", Who::Anybody, || get(shell::offline)),
    Route::get("/settings/notifications", Who::SignedIn, || get(notifications::page)),
    Route::post("/settings/notifications", Who::SignedIn, || post(notifications::turn_on)),
    Route::post("/settings/notifications/test", Who::SignedIn, || post(notifications::test)),
    Route::post("/settings/notifications/removal", Who::SignedIn, || post(notifications::turn_off)),
    Route::post("/security/notifications/{subscription}/removal", Who::SignedIn, || post(notifications::remove)),
    // apps
    Route::post("/api/v1/uploads", Who::App, || post(api::uploads::bring).layer(DefaultBodyLimit::disable())),
    // phone apps
    Route::get("/api/versions", Who::Anybody, || get(v1::versions)),
    Route::get("/api/v1/{*call}", Who::App, || get(v1::get)),
    Route::post("/api/v1/{*call}", Who::App, || nightscout::brought(post(v1::post))),
    Route { method: "PUT", path: "/api/v1/{*call}", who: Who::App, handler: || nightscout::brought(put(v1::put)) },
    Route { method: "DELETE", path: "/api/v1/{*call}", who: Who::App, handler: || delete(v1::delete) },
    Route::get("/api/v2/authorization/request/{token}", Who::App, || get(v2::request)),
    Route::get("/api/v2/{*call}", Who::App, || get(v2::get)),
    Route::post("/api/v2/{*call}", Who::App, || nightscout::brought(post(v2::post))),
    Route { method: "PUT", path: "/api/v2/{*call}", who: Who::App, handler: || nightscout::brought(put(v2::put)) },
    Route { method: "DELETE", path: "/api/v2/{*call}", who: Who::App, handler: || delete(v2::delete) },
    Route::get("/api/v3/version", Who::Anybody, || get(v3::version)),
    Route::get("/api/v3/{*call}", Who::App, || get(v3::get)),
    Route::post("/api/v3/{*call}", Who::App, || nightscout::brought(post(v3::post))),
    Route { method: "PUT", path: "/api/v3/{*call}", who: Who::App, handler: || nightscout::brought(put(v3::put)) },
    Route {
        method: "PATCH",
        path: "/api/v3/{*call}",
        who: Who::App,
        handler: || nightscout::brought(patch(v3::patch)),
    },
    Route { method: "DELETE", path: "/api/v3/{*call}", who: Who::App, handler: || delete(v3::delete) },
    Route::get("/pebble", Who::App, || get(displays::pebble)),
    Route::get("/carelink/", Who::App, || get(displays::carelink)),
    Route::get("/carelink/nohistory", Who::App, || get(displays::carelink_now)),
];

/// Whether a page of ours is at this address, so that nothing leads nowhere.
pub fn leads_somewhere(path: &str) -> bool {
    ROUTES.iter().any(|route| route.method == "GET" && route.path == path)
}

/// Whether a form of ours can be sent to this address.
pub fn takes_a_form(path: &str) -> bool {
    ROUTES.iter().any(|route| route.method == "POST" && route.path == path)
}

/// From the outside inwards: number, headers, error pages, packing, panics, host, forgery.
pub fn router(web: Web) -> Router {
    ROUTES
        .iter()
        .fold(Router::new(), |router, route| router.route(route.path, (route.handler)()))
        .layer(nightscout::sockets::layer(&web))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(from_fn_with_state(web.clone(), csrf::guard))
        .layer(from_fn_with_state(web.clone(), host::guard))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::shown))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(ALREADY_PACKED)))
        .layer(from_fn_with_state(web.clone(), headers::add))
        .layer(from_fn(request_id::give))
        .with_state(web)
}
