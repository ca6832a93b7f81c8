//! Who works at a clinic, and who was invited.

use super::Places;
use super::office::{Office, role_words};
use crate::edge::problem::Problem;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use sharing::Id;
use store::{Desk, KeepMembers, MemberInvitation, MemberLine};

#[derive(Template)]
#[template(path = "clinic/members.html")]
struct MembersPage {
    frame: Frame,
    places: Places,
    url: String,
    done: &'static str,
    members: Vec<Member>,
    invited: Vec<Invited>,
}

struct Member {
    url: String,
    name: String,
    email: String,
    role: &'static str,
    since: String,
    acted: String,
    has_second_step: bool,
    is_me: bool,
}

struct Invited {
    url: String,
    email: String,
    role: &'static str,
    sent: String,
    ends: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

fn done_words(done: &str) -> &'static str {
    match done {
        "registered" => "Your clinic is registered, and you are its first admin. Invite your colleagues next.",
        "invited" => "The invitation is on its way. It is good for 7 days.",
        "sent" => "The invitation was sent again, with a new link. The former link is void.",
        "withdrawn" => "The invitation was taken back.",
        "changed" => "The role was changed. The member and all admins are told.",
        "removed" => "The member was removed, and sees nothing of this clinic any more.",
        _ => "",
    }
}

pub async fn page(office: Office, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let read = |desk: &mut Desk<'_, KeepMembers>| Ok((desk.members()?, desk.member_invitations()?));
    let (members, invited) = office.with(read).await?;
    Ok(render(&MembersPage {
        frame: office.frame("Members").await?.wide(),
        places: office.places("Members"),
        url: office.url("/members"),
        done: done_words(&asked.done),
        members: members.into_iter().map(|line| member(&office, line)).collect(),
        invited: invited.into_iter().map(|line| waiting(&office, line)).collect(),
    }))
}

fn member(office: &Office, line: MemberLine) -> Member {
    Member {
        url: office.url(&format!("/members/{}", line.id)),
        name: line.name,
        email: line.email,
        role: role_words(line.role),
        since: office.moment(line.since_at),
        acted: line.acted_at.map_or_else(|| "nothing yet".to_owned(), |at| office.moment(at)),
        has_second_step: line.has_second_step,
        is_me: line.is_me,
    }
}

fn waiting(office: &Office, line: MemberInvitation) -> Invited {
    Invited {
        url: office.url(&format!("/members/invitations/{}", line.id)),
        email: line.email,
        role: role_words(line.role),
        sent: office.moment(line.sent_at),
        ends: office.moment(line.ends_at),
    }
}

/// The invitation in the path.
fn id(text: &str) -> Result<Id, Problem> {
    Id::parse(text).ok_or_else(Problem::not_found)
}

pub async fn send_again(office: Office, Path((_, which)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = id(&which)?;
    office.with(move |desk: &mut Desk<'_, KeepMembers>| desk.invite_member_again(id)).await?;
    Ok(Redirect::to(&office.url("/members?done=sent")))
}

pub async fn withdraw(office: Office, Path((_, which)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = id(&which)?;
    office.with(move |desk: &mut Desk<'_, KeepMembers>| desk.withdraw_member_invitation(id)).await?;
    Ok(Redirect::to(&office.url("/members?done=withdrawn")))
}
