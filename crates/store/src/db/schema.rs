//! What a migrated database looks like, told alike for both: the snapshot that shows what a migration did.

use super::{Sql, Tx, params, tx::Conn};
use crate::error::Error;

// Not in the list of statements: each of the two is asked in its own words, and only here.
const SQLITE: Sql = Sql::listed(
    "select m.name, p.name, lower(p.type), p.\"notnull\" + (p.pk > 0) from sqlite_master m, pragma_table_info(m.name) p \
        where m.type = 'table' order by m.name, p.cid",
);
const SQLITE_INDEXES: Sql =
    Sql::listed("select name, tbl_name from sqlite_master where type = 'index' and sql is not null order by name");
const POSTGRES: Sql = Sql::listed(
    "select table_name::text, column_name::text, data_type::text, case when is_nullable = 'NO' then 1::bigint else 0 end \
        from information_schema.columns where table_schema = current_schema() \
        order by table_name collate \"C\", ordinal_position",
);
const POSTGRES_INDEXES: Sql = Sql::listed(
    "select indexname::text, tablename::text from pg_indexes where schemaname = current_schema() \
        and indexname not like '%_pkey' and indexname not like '%_key' order by indexname collate \"C\"",
);

/// Every table with its columns, then every index of our own.
pub(crate) fn describe(tx: &mut Tx) -> Result<String, Error> {
    let lite = matches!(tx.conn, Conn::Lite(_));
    let mut text = String::new();
    let mut table = String::new();
    for row in tx.query(if lite { SQLITE } else { POSTGRES }, params![])? {
        if row.text(0)? != table {
            row.text(0)?.clone_into(&mut table);
            text.push_str(&format!("\n{table}\n"));
        }
        let kind = row.text(2)?.replace("blob", "bytea");
        let null = if row.int(3)? == 0 { " or null" } else { "" };
        text.push_str(&format!("  {} {kind}{null}\n", row.text(1)?));
    }
    text.push_str("\nindexes\n");
    for row in tx.query(if lite { SQLITE_INDEXES } else { POSTGRES_INDEXES }, params![])? {
        text.push_str(&format!("  {} on {}\n", row.text(0)?, row.text(1)?));
    }
    Ok(text.trim_start().to_owned())
}
