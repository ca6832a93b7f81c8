//! Who signed in to one's own account, or tried to: when, from where, by what, and what came of it.

use crate::{
    audit::detail_column,
    db::{Row, params, statements},
    error::Error,
    keys::place,
    own::{ActivityLine, Own},
};
use jiff::Timestamp;

statements! {
    SIGN_INS = "select number, at, act, detail from audit where chain = $1 and act in ('signed in', 'sign-in failed', \
        'gave the password, second step asked', 'second step failed', 'let a browser in by a mailed link') \
        order by number desc limit $2";
    CHANGES = "select number, at, act, count, detail from audit where chain = $1 and act not in ('signed in', 'sign-in failed', \
        'gave the password, second step asked', 'second step failed', 'let a browser in by a mailed link', 'signed out', \
        'signed out everywhere', 'confirmed who they are', 'gave a wrong password') order by number desc limit $2";
}

/// What came of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody came in.
    In,
    /// The password was wrong.
    WrongPassword,
    /// The password was right, and the second step was asked.
    Half,
    /// The second step was wrong.
    WrongSecondStep,
    /// A mailed link made a browser known; the password was still to come.
    LetIn,
}

/// A sign-in, or a try at one.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInLine {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// By what somebody came in; nothing when nobody did.
    pub method: String,
    /// Network address and browser.
    pub origin: String,
}

impl Own<'_> {
    /// Sign-ins and tries, newest first.
    pub fn sign_ins(&mut self, most: u32) -> Result<Vec<SignInLine>, Error> {
        let rows = self.tx.query(SIGN_INS, params![self.account, most])?;
        rows.iter().map(|row| self.sign_in_line(row)).collect()
    }

    fn sign_in_line(&self, row: &Row) -> Result<SignInLine, Error> {
        let detail = self.detail(row.int(0)?, row.bytes(3)?)?;
        let outcome = outcome(row.text(2)?)?;
        let (method, origin) = match detail.split_once(" · ") {
            Some((method, origin)) if outcome == Outcome::In => (method.to_owned(), origin.to_owned()),
            _ => (String::new(), detail),
        };
        Ok(SignInLine { at: row.instant(1)?, outcome, method, origin })
    }

    /// What was changed, newest first: all but the coming and going.
    pub fn changes(&mut self, most: u32) -> Result<Vec<ActivityLine>, Error> {
        let rows = self.tx.query(CHANGES, params![self.account, most])?;
        let line = |row: &Row| {
            let detail = self.detail(row.int(0)?, row.bytes(4)?)?;
            Ok(ActivityLine { at: row.instant(1)?, what: row.text(2)?.to_owned(), count: row.count(3)?, detail })
        };
        rows.iter().map(line).collect()
    }

    fn detail(&self, number: i64, sealed: &[u8]) -> Result<String, Error> {
        match sealed {
            [] => Ok(String::new()),
            sealed => self.inside.keys.open_text(place("audit", &detail_column(number), self.account.0), sealed),
        }
    }
}

fn outcome(act: &str) -> Result<Outcome, Error> {
    match act {
        "signed in" => Ok(Outcome::In),
        "sign-in failed" => Ok(Outcome::WrongPassword),
        "gave the password, second step asked" => Ok(Outcome::Half),
        "second step failed" => Ok(Outcome::WrongSecondStep),
        "let a browser in by a mailed link" => Ok(Outcome::LetIn),
        _ => Err(Error::broken("not a sign-in")),
    }
}
