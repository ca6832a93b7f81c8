//! The letters about clinics: to members, to those who are invited, and to patients when their clinic closes.

use crate::{mails::Letter, standing::role_word};
use sharing::ClinicRole;

/// What changed among the members of a clinic.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// Invited, in this role.
    Invited(ClinicRole),
    /// Accepted, in this role.
    Joined(ClinicRole),
    /// Said no.
    Declined,
    /// Another role.
    Role(ClinicRole),
    /// Removed by an admin.
    Removed,
    /// Left.
    Left,
}

/// To whoever registered a clinic.
pub(crate) fn registered(clinic: &str) -> Letter {
    Letter::plain(
        "clinic registered",
        "You registered a clinic",
        format!("you, most likely, registered {clinic} with your account, and you are its first admin."),
        "You find it on its own page. Invite your colleagues there; each of them signs in with a second step.",
    )
    .security()
}

/// To whoever was invited to work at a clinic.
pub(crate) fn invitation(clinic: &str, from: &str, role: ClinicRole, token: String) -> Letter {
    let role = role_word(role);
    Letter::plain(
        "clinic invitation",
        "An invitation to work at a clinic on Kinsight",
        format!("{from} invites you to {clinic}, as {role}. Open this link within 7 days to accept or decline:"),
        "You sign in or make a free account of your own with this address; nobody else can accept. Members sign in with a \
         second step. If you do not know who this is, do nothing.",
    )
    .with_link("/clinic-invitations/", Some(token))
    .button("See the invitation")
}

/// To the admins. `by` did it, about `person`.
pub(crate) fn to_admin(change: Change, clinic: &str, person: &str, by: &str) -> Letter {
    let words = match change {
        Change::Invited(role) => format!("{by} invited {person} to {clinic}, as {}.", role_word(role)),
        Change::Joined(role) => format!("{person} works at {clinic} from now on, as {}.", role_word(role)),
        Change::Declined => format!("{person} declined the invitation to {clinic}."),
        Change::Role(role) => format!("{by} changed the role of {person} at {clinic}: it is {} now.", role_word(role)),
        Change::Removed => format!("{by} removed {person} from {clinic}. What they could see there is closed to them."),
        Change::Left => format!("{person} left {clinic}. What they could see there is closed to them."),
    };
    Letter::plain(
        "clinic members",
        "The members of your clinic changed",
        words,
        "You see all members and invitations on the clinic's page Members. If something there is wrong, change it at once.",
    )
}

/// To the member.
pub(crate) fn to_member(change: Change, clinic: &str) -> Letter {
    let words = match change {
        Change::Invited(role) => format!("you are invited to {clinic}, as {}.", role_word(role)),
        Change::Joined(role) => {
            format!("you accepted the invitation to {clinic} and work there from now on, as {}.", role_word(role))
        }
        Change::Declined => format!("you declined the invitation to {clinic}."),
        Change::Role(role) => format!("your role at {clinic} was changed: it is {} now.", role_word(role)),
        Change::Removed => format!("an admin removed you from {clinic}. Its pages are closed to you."),
        Change::Left => format!("you left {clinic}. Its pages are closed to you."),
    };
    Letter::plain(
        "clinic membership",
        "Your place at a clinic changed",
        words,
        "The admins of the clinic were told too.",
    )
    .security()
}

/// To a patient whose record was linked.
pub(crate) fn closed(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "clinic closed",
        "Your clinic has closed here",
        format!("{clinic} has closed on Kinsight. It sees nothing of the data of {record} any more."),
        "There is nothing to do. Your data stay yours, and nothing of them was deleted.",
    )
}

/// To the members of a clinic that closes.
pub(crate) fn closed_to_member(clinic: &str, by: &str, until: &str) -> Letter {
    Letter::plain(
        "clinic closed for members",
        "Your clinic was closed",
        format!(
            "{by} closed {clinic}. Its patients and their records are closed to everybody. Until {until} an admin can bring the \
             clinic back under Settings; then its records are deleted for good."
        ),
        "All links with patients have ended, and do not come back by themselves.",
    )
}

/// To the members of a clinic that was brought back.
pub(crate) fn reopened(clinic: &str, by: &str) -> Letter {
    Letter::plain(
        "clinic reopened",
        "Your clinic is back",
        format!("{by} brought {clinic} back. Its members and its own records are as they were."),
        "Links with patients are not: each patient decides anew.",
    )
}
