//! Ways back in: a forgotten password, a changed address or phone, a lost second step. Each is told to every address on
//! file, and can be stopped or undone from there.

pub(crate) mod contact_changes;
pub(crate) mod factor_loss;
pub(crate) mod password_reset;
#[cfg(test)]
mod tests;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    [contact_changes::STATEMENTS, factor_loss::STATEMENTS, password_reset::STATEMENTS].concat()
}
