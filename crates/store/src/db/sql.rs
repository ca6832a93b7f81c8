//! Statements: written once, listed, and translated once.

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
