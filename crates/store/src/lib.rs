//! The database, and the one gate in front of it. Small on purpose: it owns no decisions, it makes them durable.
//!
//! A record's data are reached only through an [`Access`], which only [`Store::with_patient`] makes; one's own
//! account through [`Own`]; lists through [`Store::overview`] and [`Store::clinic_board`].
#![deny(missing_docs)]

mod access;
mod accounts;
mod actor;
mod alerts;
mod app_tokens;
mod audit;
mod bells;
mod check_up;
#[doc(hidden)]
pub mod chunk;
mod clinic;
mod days;
mod db;
mod devices;
mod documents;
mod downloads;
mod error;
mod events;
mod flags;
mod history;
mod inside;
mod keys;
mod known_apps;
mod leaving;
#[cfg(test)]
mod letters;
mod link;
mod lockdown;
mod mails;
mod news;
mod notices;
mod opened;
mod outbox;
mod overview;
mod own;
mod own_devices;
mod own_push;
mod own_sign_ins;
mod passes;
mod password_change;
mod passwords;
mod pulls;
mod push;
mod readings;
mod receipts;
mod records;
mod recovery;
mod refusals;
mod reports;
mod review;
mod rights;
mod second_step;
mod seed;
mod sessions;
mod settings;
mod share;
mod sign_in;
mod site;
mod sources;
mod standing;
mod throttle;
mod tidy;
mod tokens;
mod uploads;
mod visits;
mod watching;
mod way;
mod wire;
mod words;

pub use access::Access;
pub use accounts::NewAccount;
pub use actor::{Actor, Origin, Roster};
pub use alerts::{
    AlertChannel, AlertChannels, AlertLink, AlertNow, AlertOrder, AlertPage, AlertSettings, Delivered, NewChannel,
    OrderPerson, PastAlert, SeedAlert, TakenAlert, ToldPerson, alert_words,
};
pub use app_tokens::{AppSecret, AppToken, NewAppToken};
pub use audit::{AuditLine, AuditReport, BrokenLine};
pub use chunk::{Collection, Latest, Stamps, Summary14};
pub use clinic::{
    AskForUpload, BOARD_PAGE, Board, BoardFilters, BoardQuery, BoardRow, BoardSort, CallReason, ChangeClinic,
    ClinicActivityLine, ClinicOffer, ClinicSettings, ClosedClinic, Closing, CompareRecords, DeletePatients, Desk,
    DeskRight, Duplicates, KeepMembers, KeepPatients, LetPatientsGo, Link, LinkWord, MemberInvitation, MemberLine,
    MergeAsked, MergePatients, MergeSide, MergeSides, MergedPatient, NewPatient, PatientDetails, PatientProfile,
    PrintReports, SeeActivity, SeeFigures, SeePatients, ToPrint, UNDO_DAYS,
};
pub use days::DatumKind;
pub use devices::DeviceToken;
pub use documents::{
    Document, DocumentHere, Entry, Kept as KeptAs, Lookup, MOST_DOCUMENT_BYTES, NewDocument, Same, object_id,
};
pub use downloads::DownloadNotices;
pub use error::{Conflict, Error, Invalid, WeakPassword};
pub use flags::{AuditOf, Flag};
pub use history::{
    Doer, HistoryEntry, HistoryLine, PageSeen, ReceiptLine, Role, ViewAsked, ViewEntry, ViewHistory, ViewKind, Viewer,
};
pub use inside::Store;
pub use leaving::{Export, Leaving, Membership, Original, Piece, SharedWith, Span, Taken, TakenAccount, TakenUpload};
pub use link::{
    CodeTo, Holder, LinkAct, LinkBy, LinkEvent, LinkOffer, LinkedClinicLine, LinkedPatient, OpenCode, Support, Tie,
};
pub use link::{Handover, HandoverStep, NextStep};
pub use lockdown::{CameIn, Lockdown, State, Step, Steps, Suspended, Whom};
pub use mails::SITE;
pub use news::{News, What};
pub use outbox::{Channel, Message};
pub use overview::{Overview, RecordLine};
pub use own::{Account, AccountSettings, ActivityLine, Own, SentMessage};
pub use own_devices::{DeviceLine, SessionLine};
pub use own_push::{NewPushSubscription, PushLine};
pub use own_sign_ins::{Outcome, SignInLine};
pub use passes::{MadePass, NewPass, OpenPass, PassBrowser, PassKey, PassLine};
pub use passwords::BreachedList;
pub use pulls::{NewPull, PullLine, PullRun, PullSettings, PullState, PullTrouble, TakenPull};
pub use push::{Push, PushMessage};
pub use readings::Added;
pub use receipts::Receipt;
pub use records::{NewRecord, Record, RecordSettings};
pub use recovery::contact_changes::{Contact, Undone};
pub use reports::{Prepared, Report};
pub use review::CarePartnerLine;
pub use rights::{CanView, Download, Manage, Right, Upload, View};
pub use second_step::{AddedStep, Given, Method, NewTotp, RecoveryCodes, SecondStep, SecondSteps};
pub use seed::{SeedAccount, SeedClinic, SeedGrant, SeedPlan, SeedSecondStep, Seeded};
pub use sessions::{Opened, Session, SessionToken};
pub use settings::{Clock, Database, KEEP_DELETED_DAYS, KeySettings, MasterKeySource, PasswordCost, StoreSettings};
pub use share::{FollowRequest, Followed, InvitationLine, NewInvitation, Offer, OwnRequest, Shut};
pub use sign_in::{Entrance, HalfToken};
pub use site::SiteSettings;
pub use sources::{Oddity, Source};
pub use tokens::{Kept, TOKENS, TokenFacts};
pub use uploads::*;
pub use watching::{Ending, Seen, Watch};
pub use wire::{Heard, Said};

/// Every statement of this room, for the test that prepares each on both databases.
fn all_statements() -> Vec<db::Sql> {
    let files: &[&[db::Sql]] = &[
        accounts::STATEMENTS,
        check_up::STATEMENTS,
        days::STATEMENTS,
        documents::STATEMENTS,
        devices::STATEMENTS,
        downloads::STATEMENTS,
        flags::STATEMENTS,
        notices::STATEMENTS,
        outbox::STATEMENTS,
        overview::STATEMENTS,
        own::STATEMENTS,
        own_devices::STATEMENTS,
        own_push::STATEMENTS,
        own_sign_ins::STATEMENTS,
        password_change::STATEMENTS,
        passwords::refresh::STATEMENTS,
        push::STATEMENTS,
        receipts::STATEMENTS,
        app_tokens::STATEMENTS,
        records::STATEMENTS,
        review::STATEMENTS,
        seed::STATEMENTS,
        sessions::STATEMENTS,
        sign_in::STATEMENTS,
        standing::STATEMENTS,
        throttle::STATEMENTS,
        tokens::STATEMENTS,
        uploads::STATEMENTS,
        uploads::MOVE_OVER,
        watching::STATEMENTS,
        db::MIGRATE_STATEMENTS,
    ];
    let more = [
        alerts::statements(),
        audit::statements(),
        clinic::statements(),
        history::statements(),
        leaving::statements(),
        link::statements(),
        lockdown::statements(),
        passes::statements(),
        pulls::statements(),
        recovery::statements(),
        second_step::all_statements(),
        share::statements(),
    ]
    .concat();
    files.iter().flat_map(|list| list.iter().copied()).chain(more).collect()
}
