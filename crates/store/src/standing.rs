//! How somebody relates to a record, read in the transaction that uses it. No cache, no copy.

use crate::{
    actor::Who,
    db::{Row, Tx, params, statements},
    error::Error,
    passes, share,
    words::zone,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole, Permission, RecordId, Standing, TokenScope, Visibility};

statements! {
    // The record of an account that is leaving is unknown to everybody, and such an account knows no record.
    // So is one that was merged into another; and a clinic that has closed has no members.
    KEPT_BY = "select r.account, r.clinic, m.role, (select locked_at from accounts me where me.id = $2), case when m.role is null then 0 \
        else (select count(*) from factors f where f.account = $2 and f.confirmed_at is not null) end \
        from records r left join accounts a on a.id = r.account left join clinics c on c.id = r.clinic and c.closed_at is null \
        left join clinic_members m on m.clinic = c.id and m.account = $2 \
        where r.id = $1 and a.delete_at is null and r.merged_into is null and not exists (select 1 from accounts me where me.id = $2 and me.delete_at is not null)";
    GRANT = "select g.permission, g.insulin, g.carbs, g.notes, g.devices, g.until_at, g.needs_second_step, g.pause_days, \
        g.pause_from_min, g.pause_to_min, g.paused_until_at, g.suspended_at, r.zone, case when g.needs_second_step = 0 then 1 else \
        (select count(*) from factors f where f.account = g.partner and f.confirmed_at is not null) end \
        from grants g join records r on r.id = g.record where g.record = $1 and g.partner = $2";
    LINKED = "select m.role, l.insulin, l.carbs, l.notes, l.devices, l.until_at, l.suspended_at, \
        (select count(*) from factors f where f.account = $2 and f.confirmed_at is not null) from links l \
        join clinics c on c.id = l.clinic and c.closed_at is null \
        join clinic_members m on m.clinic = l.clinic and m.account = $2 where l.record = $1 \
        order by coalesce(l.suspended_at, 0), l.since_at, l.clinic";
    APP = "select t.scope, t.insulin, t.carbs, t.notes, t.devices, t.until_at from app_tokens t join records r on r.id = t.record left join accounts a on a.id = r.account \
        left join clinics c on c.id = r.clinic \
        where t.id = $2 and t.record = $1 and a.delete_at is null and r.merged_into is null and c.closed_at is null";
    HERE = "select 1 from records r left join accounts a on a.id = r.account where r.id = $1 and a.delete_at is null";
    CLINIC = "select r.clinic from records r join clinic_members m on m.clinic = r.clinic and m.account = $2 where r.id = $1";
    LINKED_CLINIC = "select l.clinic from links l join clinic_members m on m.clinic = l.clinic and m.account = $2 \
        where l.record = $1 order by coalesce(l.suspended_at, 0), l.since_at, l.clinic";
    EXISTS = "select 1 from records where id = $1";
}

/// The standing of `who` to `record`, right now.
pub(crate) fn of(tx: &mut Tx, who: Who, record: RecordId, now: Timestamp) -> Result<Standing, Error> {
    match who {
        Who::Account { id } => of_account(tx, id, record, now),
        Who::App { token, record: own, .. } if own == record => {
            let row = tx.query_one(APP, params![record, token])?;
            row.map_or(Ok(Standing::Stranger), |row| app(&row))
        }
        Who::Pass { id, record: own } if own == record => passes::standing(tx, id, record),
        Who::App { .. } | Who::Pass { .. } => Ok(Standing::Stranger),
        Who::Duty(duty) => {
            let known = tx.query_one(HERE, params![record])?.is_some();
            Ok(if known { Standing::OnDuty(duty) } else { Standing::Stranger })
        }
    }
}

fn app(row: &Row) -> Result<Standing, Error> {
    Ok(Standing::App { scope: scope(row.text(0)?)?, visibility: visibility(row, 1)?, until_at: row.opt_instant(5)? })
}

fn of_account(tx: &mut Tx, account: AccountId, record: RecordId, now: Timestamp) -> Result<Standing, Error> {
    let Some(kept) = tx.query_one(KEPT_BY, params![record, account])? else { return Ok(Standing::Stranger) };
    // Nobody acts for a locked account, not even by a request that came in before it was locked.
    if kept.opt_int(3)?.is_some() {
        return Ok(Standing::Stranger);
    }
    if kept.opt_id(0)? == Some(account.0) {
        return Ok(Standing::Owner);
    }
    if let (Some(_), Some(role)) = (kept.opt_id(1)?.map(ClinicId), kept.opt_text(2)?) {
        return Ok(Standing::ClinicOfRecord { role: self::role(role)?, lacks_second_step: kept.int(4)? == 0 });
    }
    if let Some(row) = tx.query_one(GRANT, params![record, account])? {
        return care_partner(&row, now);
    }
    tx.query_one(LINKED, params![record, account])?.map_or(Ok(Standing::Stranger), |row| {
        Ok(Standing::LinkedClinic {
            role: self::role(row.text(0)?)?,
            visibility: visibility(&row, 1)?,
            until_at: row.opt_instant(5)?,
            lacks_second_step: row.int(7)? == 0,
            suspended: row.opt_int(6)?.is_some(),
        })
    })
}

/// A care partner; a weekly pause is worked out here, by the clock of the record.
fn care_partner(row: &Row, now: Timestamp) -> Result<Standing, Error> {
    let terms = share::terms(row, 0)?;
    let (mut paused_until_at, mut pauses_at) = (row.opt_instant(10)?, None);
    if let Some(pause) = terms.weekly_pause {
        let zone = zone(row.text(12)?)?;
        paused_until_at = paused_until_at.max(pause.paused_until(now, &zone));
        pauses_at = pause.next_at(now, &zone);
    }
    Ok(Standing::CarePartner {
        permission: terms.permission,
        visibility: terms.visibility,
        until_at: terms.until_at,
        paused_until_at,
        pauses_at,
        lacks_second_step: row.int(13)? == 0,
        suspended: row.opt_int(11)?.is_some(),
    })
}

/// The clinic through which a member stands to a record: the one that keeps it, else the link that counts.
pub(crate) fn clinic(tx: &mut Tx, who: Who, record: RecordId) -> Result<Option<ClinicId>, Error> {
    let Who::Account { id } = who else { return Ok(None) };
    for sql in [CLINIC, LINKED_CLINIC] {
        if let Some(row) = tx.query_one(sql, params![record, id])? {
            return Ok(Some(ClinicId(row.id(0)?)));
        }
    }
    Ok(None)
}

/// Whether there is such a record.
pub(crate) fn exists(tx: &mut Tx, record: RecordId) -> Result<bool, Error> {
    Ok(tx.query_one(EXISTS, params![record])?.is_some())
}

/// What is visible, from four columns that begin at `first`.
pub(crate) fn visibility(row: &Row, first: usize) -> Result<Visibility, Error> {
    let flag = |column| row.int(column).map(|value| value != 0);
    Ok(Visibility {
        insulin: flag(first)?,
        carbs: flag(first + 1)?,
        notes: flag(first + 2)?,
        devices: flag(first + 3)?,
    })
}

macro_rules! words {
    ($type:ident, $to:ident, $from:ident: $($variant:ident = $word:literal),*) => {
        /// As the database writes it.
        pub(crate) fn $to(value: $type) -> &'static str {
            match value { $($type::$variant => $word),* }
        }

        /// As the database wrote it.
        pub(crate) fn $from(word: &str) -> Result<$type, $crate::error::Error> {
            match word {
                $($word => Ok($type::$variant),)*
                _ => Err($crate::error::Error::broken(concat!("not a ", stringify!($type)))),
            }
        }
    };
}
pub(crate) use words;

words!(Permission, permission_word, permission: ViewOnly = "view only", ViewAndDownload = "view and download");
words!(ClinicRole, role_word, role: Admin = "admin", Clinician = "clinician", FrontDesk = "front desk");
words!(TokenScope, scope_word, scope: Upload = "upload", Follow = "follow", Both = "both");
