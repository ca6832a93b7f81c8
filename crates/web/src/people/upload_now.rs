//! *Upload now*: asks every connected source of one's own records, and leads to where files are taken; to the choice among
//! several. A clinic's request leads here.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::Purpose;
use store::{Access, Manage};

#[derive(Template)]
#[template(path = "people/upload_now.html")]
struct UploadNowPage {
    frame: Frame,
    /// How many sources are being asked.
    asked: u64,
    /// Id and name.
    records: Vec<(String, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    asked: u64,
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Query(Asked { asked }): Query<Asked>,
) -> Result<Response, Problem> {
    let records = web.store.with_account(me.actor(), |own| own.records()).await?;
    if let [(only, _)] = records.as_slice() {
        return Ok(Redirect::to(&format!("/records/{only}/uploads{}", words(asked))).into_response());
    }
    let overview = web.store.overview(me.actor()).await?;
    let frame = Frame { narrow: true, ..frame_of(&me, &overview, "Upload now").at(Place::Records) };
    let records = records.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    Ok(render(&UploadNowPage { frame, asked, records }))
}

/// Every source of one's own is due at once; files are taken on the page that follows.
pub async fn ask(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    let records = web.store.with_account(me.actor(), |own| own.records()).await?;
    let mut asked = 0;
    for (record, _) in records {
        let ask = |patient: &mut Access<'_, Manage>| patient.pull_all_now();
        asked += web.store.with_patient(me.actor(), record, Purpose::Tokens, ask).await?;
    }
    Ok(Redirect::to(&format!("/upload-now{}", words(asked))))
}

fn words(asked: u64) -> String {
    if asked == 0 { String::new() } else { format!("?asked={asked}") }
}
