//! The four types that both databases keep alike, and null.

use crate::error::Error;

/// A parameter or a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

macro_rules! from {
    ($($type:ty => $make:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let make: fn($type) -> Value = $make;
                make(value)
            }
        })*
    };
}

from! {
    i64 => Value::Int,
    u32 => |value| Value::Int(i64::from(value)),
    bool => |value| Value::Int(i64::from(value)),
    f64 => Value::Real,
    String => Value::Text,
    &str => |value| Value::Text(value.to_owned()),
    Vec<u8> => Value::Bytes,
    &[u8] => |value| Value::Bytes(value.to_vec()),
    jiff::Timestamp => |value| Value::Int(value.as_millisecond()),
    sharing::Id => |value| Value::Text(value.to_string()),
    sharing::RecordId => |value| Value::Text(value.to_string()),
    sharing::AccountId => |value| Value::Text(value.to_string()),
    sharing::ClinicId => |value| Value::Text(value.to_string()),
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Makes a parameter list: `params![record, day, sealed]`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}
pub(crate) use params;

/// One row of an answer; columns by position, in the order of the statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row(pub(super) Vec<Value>);

impl Row {
    fn at(&self, column: usize) -> Result<&Value, Error> {
        self.0.get(column).ok_or_else(|| unexpected(column))
    }

    /// A whole number.
    pub(crate) fn int(&self, column: usize) -> Result<i64, Error> {
        self.opt_int(column)?.ok_or_else(|| unexpected(column))
    }

    /// A whole number or null.
    pub(crate) fn opt_int(&self, column: usize) -> Result<Option<i64>, Error> {
        match self.at(column)? {
            Value::Int(value) => Ok(Some(*value)),
            Value::Null => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// A number between 0 and `u32::MAX`.
    pub(crate) fn count(&self, column: usize) -> Result<u32, Error> {
        u32::try_from(self.int(column)?).map_err(|_| unexpected(column))
    }

    /// A text.
    pub(crate) fn text(&self, column: usize) -> Result<&str, Error> {
        self.opt_text(column)?.ok_or_else(|| unexpected(column))
    }

    /// A text or null.
    pub(crate) fn opt_text(&self, column: usize) -> Result<Option<&str>, Error> {
        match self.at(column)? {
            Value::Text(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&self, column: usize) -> Result<&[u8], Error> {
        self.opt_bytes(column)?.ok_or_else(|| unexpected(column))
    }

    /// Bytes or null.
    pub(crate) fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, Error> {
        match self.at(column)? {
            Value::Bytes(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// Bytes, without copying them; the row is used up.
    pub(crate) fn into_bytes(mut self, column: usize) -> Result<Vec<u8>, Error> {
        match self.0.get_mut(column).map(|value| std::mem::replace(value, Value::Null)) {
            Some(Value::Bytes(value)) => Ok(value),
            _ => Err(unexpected(column)),
        }
    }

    /// An instant, kept as UTC milliseconds.
    pub(crate) fn instant(&self, column: usize) -> Result<jiff::Timestamp, Error> {
        jiff::Timestamp::from_millisecond(self.int(column)?).map_err(Error::broken)
    }

    /// An instant or null.
    pub(crate) fn opt_instant(&self, column: usize) -> Result<Option<jiff::Timestamp>, Error> {
        let Some(value) = self.opt_int(column)? else { return Ok(None) };
        jiff::Timestamp::from_millisecond(value).map(Some).map_err(Error::broken)
    }

    /// An id of any kind: `row.id(0).map(RecordId)`.
    pub(crate) fn id(&self, column: usize) -> Result<sharing::Id, Error> {
        sharing::Id::parse(self.text(column)?).ok_or_else(|| unexpected(column))
    }

    /// An id or null.
    pub(crate) fn opt_id(&self, column: usize) -> Result<Option<sharing::Id>, Error> {
        if self.opt_text(column)?.is_none() { Ok(None) } else { self.id(column).map(Some) }
    }
}

fn unexpected(column: usize) -> Error {
    Error::broken(format!("column {column} is missing or of another type"))
}
