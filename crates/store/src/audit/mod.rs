//! The audit: one hash chain a record and one an account, insert-only, written in the transaction of what it records.

mod anchor;
mod detail;
mod lines;
mod verify;

pub(crate) use detail::{Detail, Page, Span, add_page, is_gate};
pub use lines::AuditLine;
pub(crate) use lines::{Opened, after, before, details, ends_between, line, lines, of_purposes, opened};
pub use verify::{AuditReport, BrokenLine};

use crate::{
    access::Entered,
    actor::Who,
    db::{Sql, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    standing,
    visits::{Begun, Kind, Over},
};
use aws_lc_rs::digest;
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole, Duty, Id, Purpose, RecordId, RightKind, Standing};

statements! {
    // Takes the next number and answers the hash that the new line stands on; also locks the chain.
    NEXT = "insert into audit_heads (chain, number, hash, anchored) values ($1, 1, $2, 0) \
        on conflict (chain) do update set number = audit_heads.number + 1, anchored = 0 returning number, hash";
    INSERT = "insert into audit (chain, number, at, who, act, purpose, count, detail, hash) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    ACCOUNT = "select 1 from accounts where id = $1";
    HEAD = "update audit_heads set hash = $2 where chain = $1";
}

/// All statements of the audit.
pub(crate) fn statements() -> Vec<Sql> {
    [STATEMENTS, anchor::STATEMENTS, lines::STATEMENTS, verify::STATEMENTS].concat()
}

/// What the first line of a chain stands on.
const NOTHING: [u8; 32] = [0; 32];

/// A line to be written.
pub(crate) struct Entry {
    chain: Chain,
    at: Timestamp,
    who: Who,
    act: &'static str,
    purpose: &'static str,
    count: u32,
    detail: Detail,
    /// How the person relates to the record, for lines that say so.
    standing: Option<Standing>,
    /// The clinic through which they came in, where it is known.
    clinic: Option<ClinicId>,
}

/// Whose chain a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chain {
    Record(RecordId),
    Account(AccountId),
    Clinic(ClinicId),
}

impl Chain {
    fn id(self) -> Id {
        match self {
            Self::Record(RecordId(id)) | Self::Account(AccountId(id)) | Self::Clinic(ClinicId(id)) => id,
        }
    }
}

impl Entry {
    /// The first look of a visit, and the days it was at.
    pub(crate) fn look(entered: &Entered, begun: Begun, seen: Option<Span>) -> Self {
        let mut entry = Self::act(RightKind::View, entered, Some(begun));
        entry.detail.pages = vec![Page::once(entered.purpose, seen)];
        entry
    }

    /// Anything that changes or takes away; with the visit that it begins, if it begins one.
    pub(crate) fn act(right: RightKind, entered: &Entered, begun: Option<Begun>) -> Self {
        let act = match right {
            RightKind::View => "looked",
            RightKind::Download => "downloaded",
            RightKind::Upload => "uploaded",
            RightKind::Manage => "changed",
        };
        let mut entry = Self::of(entered, act, "");
        entry.detail.visit = begun.map_or(String::new(), |begun| begun.visit.to_string());
        entry
    }

    /// A refusal; `standing` tells whether the person has some access.
    pub(crate) fn refusal(
        who: Who,
        record: RecordId,
        right: RightKind,
        purpose: Purpose,
        standing: Standing,
        at: Timestamp,
    ) -> Self {
        let act = match right {
            RightKind::View => "refused a look",
            RightKind::Download => "refused a download",
            RightKind::Upload => "refused an upload",
            RightKind::Manage => "refused a change",
        };
        Self {
            standing: Some(standing),
            purpose: purpose.name(),
            ..Self::new(Chain::Record(record), who, at, act, Detail::default())
        }
    }

    /// Another line about the same visit: what exactly was done.
    pub(crate) fn more(entered: &Entered, act: &'static str, detail: &str) -> Self {
        Self::of(entered, act, detail)
    }

    /// The same, so many times.
    pub(crate) fn times(self, count: u32) -> Self {
        Self { count, ..self }
    }

    /// The end of a visit: so many looks more than the first, and all pages and days of it.
    pub(crate) fn over(over: &Over, at: Timestamp) -> Self {
        let act = if over.key.kind == Kind::Uploads { "uploaded again" } else { "looked again" };
        let detail = Detail {
            visit: over.begun.visit.to_string(),
            lasted: Some((over.begun.at.as_millisecond(), over.last_at.as_millisecond())),
            pages: over.pages.clone(),
            ..Detail::default()
        };
        let entry = Self {
            standing: Some(over.standing),
            clinic: over.key.clinic,
            purpose: over.purpose.name(),
            count: over.repeats,
            ..Self::new(Chain::Record(over.key.record), over.key.who, at, act, detail)
        };
        entry.coming_from(&over.key.origin)
    }

    /// A line of a record for a purpose, after the gate has closed.
    pub(crate) fn about(
        who: Who,
        record: RecordId,
        purpose: Purpose,
        at: Timestamp,
        act: &'static str,
        detail: &str,
    ) -> Self {
        let entry = Self::new(Chain::Record(record), who, at, act, Detail::plain(detail));
        Self { purpose: purpose.name(), ..entry }
    }

    /// A line of a record that no visit of it belongs to: lockdown, and what the operator does.
    pub(crate) fn beside(who: Who, record: RecordId, at: Timestamp, act: &'static str, detail: String) -> Self {
        let purpose = match who {
            Who::Account { .. } | Who::App { .. } => Purpose::Lockdown,
            Who::Pass { .. } => Purpose::VisitPass,
            Who::Duty(_) => Purpose::Duty,
        };
        let entry = Self::new(Chain::Record(record), who, at, act, Detail::plain(detail));
        Self { purpose: purpose.name(), ..entry }
    }

    /// What the operator does about an account.
    pub(crate) fn by_operator(account: AccountId, at: Timestamp, act: &'static str, detail: String) -> Self {
        Self { who: Who::Duty(Duty::Operate), ..Self::activity(account, at, act, detail) }
    }

    /// A line of an account's activity.
    pub(crate) fn activity(account: AccountId, at: Timestamp, act: &'static str, detail: String) -> Self {
        let who = Who::Account { id: account };
        Self::new(Chain::Account(account), who, at, act, Detail::plain(detail))
    }

    /// What an owner did about a link with a clinic.
    pub(crate) fn of_link(
        record: RecordId,
        owner: AccountId,
        at: Timestamp,
        act: &'static str,
        detail: String,
    ) -> Self {
        let who = Who::Account { id: owner };
        let entry = Self::new(Chain::Record(record), who, at, act, Detail::plain(detail));
        Self { purpose: Purpose::ClinicLink.name(), ..entry }
    }

    /// A line of a clinic's activity, with the member who did it.
    pub(crate) fn of_clinic(
        clinic: ClinicId,
        member: AccountId,
        at: Timestamp,
        act: &'static str,
        detail: &str,
    ) -> Self {
        Self::new(Chain::Clinic(clinic), Who::Account { id: member }, at, act, Detail::plain(detail))
    }

    /// What a member did to a record from the clinic's desk; names the clinic and the role even where no link stands any more.
    pub(crate) fn by_member(
        member: AccountId,
        record: RecordId,
        (role, clinic): (ClinicRole, ClinicId),
        at: Timestamp,
        act: &'static str,
        detail: &str,
    ) -> Self {
        let detail = Detail::plain(detail).of_member(role, clinic);
        let entry = Self::new(Chain::Record(record), Who::Account { id: member }, at, act, detail);
        Self { purpose: Purpose::ClinicLink.name(), ..entry }
    }

    /// The same, for another purpose.
    pub(crate) fn for_purpose(self, purpose: Purpose) -> Self {
        Self { purpose: purpose.name(), ..self }
    }

    /// What an owner did to a record from outside of it.
    pub(crate) fn of_record(record: RecordId, owner: AccountId, at: Timestamp, act: &'static str) -> Self {
        let who = Who::Account { id: owner };
        Self::new(Chain::Record(record), who, at, act, Detail::default())
    }

    /// The last line of a chain whose record or account is gone.
    pub(crate) fn last(chain: Chain, who: Who, at: Timestamp) -> Self {
        Self::new(chain, who, at, "purged", Detail::default())
    }

    fn of(entered: &Entered, act: &'static str, detail: &str) -> Self {
        Self {
            standing: Some(entered.standing),
            clinic: entered.clinic,
            purpose: entered.purpose.name(),
            ..Self::new(Chain::Record(entered.record), entered.who, entered.now, act, Detail::plain(detail))
        }
    }

    fn new(chain: Chain, who: Who, at: Timestamp, act: &'static str, detail: Detail) -> Self {
        Self { chain, at, who, act, purpose: "", count: 1, detail, standing: None, clinic: None }
    }
}

/// Writes a line at the end of its chain. What a stranger asks about a record that does not exist goes to the
/// stranger's own chain, so that nobody can grow chains of nothing.
pub(crate) fn write(tx: &mut Tx, inside: &Inside, entry: &Entry) -> Result<(), Error> {
    write_numbered(tx, inside, entry).map(drop)
}

/// The same; answers the line's number in its chain.
pub(crate) fn write_numbered(tx: &mut Tx, inside: &Inside, entry: &Entry) -> Result<i64, Error> {
    let chain = match entry.chain {
        Chain::Record(record) if !standing::exists(tx, record)? => match entry.who {
            Who::Account { id } if tx.query_one(ACCOUNT, params![id])?.is_some() => Chain::Account(id),
            Who::App { record, .. } if standing::exists(tx, record)? => Chain::Record(record),
            // Whoever was purged meanwhile: their chain has its last line.
            _ => return Ok(0),
        },
        chain => chain,
    };
    let id = chain.id().to_string();
    let row = tx.query_one(NEXT, params![id.as_str(), NOTHING])?.ok_or(Error::Unavailable)?;
    let (number, before) = (row.int(0)?, row.bytes(1)?);
    let text = kept(tx, entry, chain)?;
    let detail = match text.as_str() {
        "" => Vec::new(),
        text => inside.keys.seal(place("audit", &detail_column(number), chain.id()), text.as_bytes())?,
    };
    let line = Line {
        chain: &id,
        number,
        at: entry.at.as_millisecond(),
        who: &who_text(entry.who),
        act: entry.act,
        purpose: entry.purpose,
        count: entry.count.into(),
        detail: &detail,
    };
    let hash = line.hash(before);
    tx.execute(
        INSERT,
        params![id.as_str(), number, line.at, line.who, line.act, line.purpose, line.count, detail.as_slice(), hash],
    )?;
    tx.execute(HEAD, params![id.as_str(), hash])?;
    Ok(number)
}

/// The text that is sealed: in a record's chain it has a form, in an account's it is in words.
fn kept(tx: &mut Tx, entry: &Entry, chain: Chain) -> Result<String, Error> {
    let mut detail = entry.detail.clone();
    match (chain, entry.standing) {
        (Chain::Record(record), _) => {
            detail.relate(tx, entry, record)?;
            detail.write()
        }
        (Chain::Account(_) | Chain::Clinic(_), Some(standing)) if detail.text.is_empty() => {
            Ok(standing_word(standing).to_owned())
        }
        (Chain::Account(_) | Chain::Clinic(_), _) => Ok(detail.text),
    }
}

/// The sealed column of one line, which opens nowhere else.
pub(crate) fn detail_column(number: i64) -> String {
    format!("detail:{number}")
}

/// A line as it is hashed.
struct Line<'a> {
    chain: &'a str,
    number: i64,
    at: i64,
    who: &'a str,
    act: &'a str,
    purpose: &'a str,
    count: i64,
    detail: &'a [u8],
}

impl Line<'_> {
    /// Over everything in the line and the hash before it; each field with its length, so that none runs into the next.
    fn hash(&self, before: &[u8]) -> [u8; 32] {
        let mut sum = digest::Context::new(&digest::SHA256);
        let fields = [before, self.chain.as_bytes(), self.who.as_bytes(), self.act.as_bytes(), self.purpose.as_bytes()];
        for field in fields.into_iter().chain([self.detail]) {
            sum.update(&(field.len() as u64).to_be_bytes());
            sum.update(field);
        }
        for number in [self.number, self.at, self.count] {
            sum.update(&number.to_be_bytes());
        }
        sum.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

/// Who, as a line names them.
pub(crate) fn who_text(who: Who) -> String {
    match who {
        Who::Account { id } => format!("account {id}"),
        Who::App { token, .. } => format!("app {token}"),
        Who::Pass { id, .. } => format!("pass {id}"),
        Who::Duty(Duty::Operate) => "operator".to_owned(),
        Who::Duty(duty) => format!("duty {duty:?}"),
    }
}

fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Owner => "owner",
        Standing::CarePartner { .. } => "care partner",
        Standing::ClinicOfRecord { .. } => "clinic that keeps the record",
        Standing::LinkedClinic { .. } => "linked clinic",
        Standing::App { .. } => "app",
        Standing::Pass { .. } => "visit pass",
        Standing::OnDuty(_) => "server",
        Standing::Stranger => "stranger",
    }
}
