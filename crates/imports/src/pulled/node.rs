//! One object of an answer, looked into without taking anything out. What is missing or of another kind is nothing.

use crate::json::number_of;
use serde_json::Value;

/// The longest code of a service that is passed on.
const LONGEST_CODE: usize = 40;

#[derive(Clone, Copy)]
pub(super) struct Node<'v>(pub &'v Value);

impl<'v> Node<'v> {
    /// What stands under a name; `null` is nothing.
    pub fn get(self, key: &str) -> Option<Node<'v>> {
        self.0.get(key).filter(|value| !value.is_null()).map(Node)
    }

    /// A number, also one written as a string.
    pub fn number(self, key: &str) -> Option<f64> {
        self.0.get(key).and_then(number_of)
    }

    /// The first of several names that holds a number.
    pub fn first_number(self, keys: &[&str]) -> Option<f64> {
        keys.iter().find_map(|key| self.number(key))
    }

    pub fn text(self, key: &str) -> Option<&'v str> {
        self.0.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The first of several names that holds words.
    pub fn first_text(self, keys: &[&str]) -> Option<&'v str> {
        keys.iter().find_map(|key| self.text(key))
    }

    pub fn flag(self, key: &str) -> Option<bool> {
        self.0.get(key)?.as_bool()
    }

    pub fn list(self, key: &str) -> impl DoubleEndedIterator<Item = Node<'v>> + ExactSizeIterator + use<'v> {
        self.0.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter().map(Node)
    }

    /// A service's own code for why it refuses: a word, never a sentence, which might hold a name.
    pub fn code(self, key: &str) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        match self.0.get(key)? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) if !text.is_empty() && text.len() <= LONGEST_CODE && text.chars().all(plain) => {
                Some(text.clone())
            }
            _ => None,
        }
    }
}
