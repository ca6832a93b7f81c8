//! The second step: what an account has besides its password.

use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
};
use sharing::AccountId;

statements! {
    METHODS = "select distinct kind from factors where account = $1 and confirmed_at is not null order by kind";
}

/// A kind of second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// An authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A code to the phone.
    Phone,
}

/// The kinds that an account has; none when the password is all.
pub(crate) fn methods(tx: &mut Tx, account: AccountId) -> Result<Vec<Method>, Error> {
    tx.query(METHODS, params![account])?.iter().map(|row: &Row| method(row.text(0)?)).collect()
}

/// As the database wrote it.
fn method(word: &str) -> Result<Method, Error> {
    match word {
        "totp" => Ok(Method::Totp),
        "passkey" => Ok(Method::Passkey),
        "phone" => Ok(Method::Phone),
        _ => Err(Error::broken("not a kind of second step")),
    }
}
