//! Leaving: taking everything along, deleting the account, coming back, being gone.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::Frame;
use crate::record::visit::frame_of;

mod archive;
mod events;
pub mod export;
mod names;
pub mod pages;
pub mod pipe;
mod readme;
pub mod rows;

/// The frame of a page that is also for somebody whose account is leaving: there is nothing left to go to.
pub async fn frame_even_leaving(web: &Web, me: &SignedIn, title: &str) -> Result<Frame, Problem> {
    if me.session.leaving.is_some() {
        return Ok(Frame::plain(title, me.visitor.theme, me.visitor.path.clone()));
    }
    let overview = web.store.overview(me.actor()).await?;
    Ok(frame_of(me, &overview, title))
}
