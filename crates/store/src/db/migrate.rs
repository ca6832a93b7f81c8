//! Brings a database to the shape that this program knows, and refuses one whose history differs.

use super::{Tx, params, statements};
use crate::error::Error;
use aws_lc_rs::digest;
use jiff::Timestamp;

statements! {
    KNOWN = "select version, hash from migrations order by version";
    NOTE = "insert into migrations (version, hash, applied_at) values ($1, $2, $3)";
}

/// One step, in DDL that both databases take once `{bytes}` is filled in. Append-only: never change one that was released.
#[derive(Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) text: &'static str,
}

/// Applies what is missing, each step in a transaction of its own. Of several nodes that start at once on a new database one makes
/// each step, and it fails for the others, who find it made when they look again.
pub(crate) fn migrate(tx: &mut Tx, steps: &[Migration], now: Timestamp) -> Result<(), Error> {
    for _ in 0..=steps.len() {
        if apply(tx, steps, now).is_ok() {
            return Ok(());
        }
    }
    apply(tx, steps, now)
}

fn apply(tx: &mut Tx, steps: &[Migration], now: Timestamp) -> Result<(), Error> {
    tx.batch(
        "create table if not exists migrations (version bigint primary key, hash text not null, applied_at bigint not null)",
    )?;
    let known = tx.query(KNOWN, params![])?;
    if known.len() > steps.len() {
        return Err(Error::broken("the database was made by a newer program"));
    }
    for (at, step) in steps.iter().enumerate() {
        let hash = hex(digest::digest(&digest::SHA256, step.text.as_bytes()).as_ref());
        match known.get(at) {
            Some(row) if row.int(0)? == step.version && row.text(1)? == hash => {}
            Some(_) => {
                return Err(Error::broken(format!("migration {} is not the one that was applied", step.version)));
            }
            None => tx.write_once(|tx| {
                let text = tx.dialect(step.text);
                tx.batch(&text)?;
                tx.execute(NOTE, params![step.version, hash.as_str(), now]).map(drop)
            })?,
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
