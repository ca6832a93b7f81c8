//! *Upload now*: to the uploads of the account's record, or the choice among several. A clinic's request leads here.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

#[derive(Template)]
#[template(path = "people/upload_now.html")]
struct UploadNowPage {
    frame: Frame,
    /// Id and name.
    records: Vec<(String, String)>,
}

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let records = web.store.with_account(me.actor(), |own| own.records()).await?;
    if let [(only, _)] = records.as_slice() {
        return Ok(Redirect::to(&format!("/records/{only}/uploads")).into_response());
    }
    let overview = web.store.overview(me.actor()).await?;
    let frame = Frame { narrow: true, ..frame_of(&me, &overview, "Upload now").at(Place::Records) };
    let records = records.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    Ok(render(&UploadNowPage { frame, records }))
}
