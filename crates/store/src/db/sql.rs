//! Statements: written once, listed, and translated once.

use super::Value;

/// A statement in the portable subset, with parameters `$1`, `$2`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sql(&'static str);

impl Sql {
    /// For [`statements!`] alone, so that every statement is in a list that a test prepares on both databases.
    pub(crate) const fn listed(text: &'static str) -> Self {
        Self(text)
    }

    /// As PostgreSQL takes it.
    pub(crate) fn text(self) -> &'static str {
        self.0
    }

    /// Where it stands in the program: tells statements apart faster than their text does.
    pub(super) fn key(self) -> (usize, usize) {
        (self.0.as_ptr().addr(), self.0.len())
    }

    /// As SQLite takes it: there `$3` is a *named* parameter, numbered by appearance, so it becomes `?3`.
    pub(super) fn for_sqlite(self) -> String {
        self.0.replace('$', "?")
    }
}

/// Names the statements of a file and lists them: `statements! { FIND = "select …"; }`.
macro_rules! statements {
    ($($name:ident = $text:expr;)*) => {
        $(const $name: $crate::db::Sql = $crate::db::Sql::listed($text);)*
        /// All statements of this file.
        pub(crate) const STATEMENTS: &[$crate::db::Sql] = &[$($name),*];
    };
}
pub(crate) use statements;

/// How many rows a statement asks about that takes [`many`] ids.
pub(crate) const MANY: usize = 32;

/// The ids of a statement that asks about many rows at once, for `concat!`: `where id in` and this.
macro_rules! many_ids {
    () => {
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
         $25, $26, $27, $28, $29, $30, $31, $32)"
    };
}
pub(crate) use many_ids;

/// The parameters of such a statement: at most [`MANY`] ids; where there are fewer, the last fills the places.
pub(crate) fn many(ids: &[sharing::Id]) -> Vec<Value> {
    let padded = ids.iter().chain(ids.last().into_iter().cycle());
    padded.take(MANY).map(|id| Value::from(*id)).collect()
}
