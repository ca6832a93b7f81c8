//! The fields of one JSON document. What is understood is taken out; what is left is kept as it came.

use serde_json::{Map, Value};

/// The longest id that is kept as one.
const LONGEST_ID: usize = 64;

#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// `None` when a value is no object.
    pub fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self(map)),
            _ => None,
        }
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Looks along a path of keys without taking anything; an array stands for its first element.
    pub fn look(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(*first)?, |value, key| match value {
            Value::Array(list) => list.first()?.get(*key),
            other => other.get(*key),
        })
    }

    /// A number along a path, also one written as a string.
    pub fn look_number(&self, path: &[&str]) -> Option<f64> {
        self.look(path).and_then(number_of)
    }

    pub fn look_text(&self, path: &[&str]) -> Option<&str> {
        self.look(path).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Takes a number, also one written as a string. What is something else stays.
    pub fn number(&mut self, key: &str) -> Option<f64> {
        let value = number_of(self.0.get(key)?);
        if value.is_some() || self.is_nothing(key) {
            self.0.shift_remove(key);
        }
        value
    }

    /// Takes words; empty ones are nothing.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let value = self.0.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        if value.is_some() || self.is_nothing(key) {
            self.0.shift_remove(key);
        }
        value
    }

    /// Takes an id: words of up to 64 characters, or a number.
    pub fn id(&mut self, key: &str) -> Option<String> {
        let id = match self.0.get(key)? {
            Value::String(text) if !text.is_empty() && text.chars().count() <= LONGEST_ID => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        self.0.shift_remove(key);
        Some(id)
    }

    pub fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.0.get(key)?.as_bool();
        if value.is_some() || self.is_nothing(key) {
            self.0.shift_remove(key);
        }
        value
    }

    /// Drops fields whose content is known from elsewhere.
    pub fn drop(&mut self, keys: &[&str]) {
        for key in keys {
            self.0.shift_remove(*key);
        }
    }

    /// Drops what holds nothing.
    pub fn drop_if_nothing(&mut self, keys: &[&str]) {
        for key in keys {
            if self.is_nothing(key) {
                self.0.shift_remove(*key);
            }
        }
    }

    /// Drops numbers that are zero.
    pub fn drop_if_zero(&mut self, keys: &[&str]) {
        for key in keys {
            if self.look_number(&[key]) == Some(0.0) {
                self.0.shift_remove(*key);
            }
        }
    }

    /// All that is left: one JSON object, as text.
    pub fn rest(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.as_text())
    }

    /// All of it, as text.
    pub fn as_text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    fn is_nothing(&self, key: &str) -> bool {
        match self.0.get(key) {
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(value) => value.is_null(),
            None => false,
        }
    }
}

/// A number, also one written as a string.
pub(crate) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        Value::String(text) => crate::number::parse(text),
        _ => None,
    }
}
