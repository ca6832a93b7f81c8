//! The documents of a JSON text, one after the other, so that a big file never stands in memory as a whole tree.
//!
//! A text is an array of documents, one document, or `{"status": …, "result": […]}`.

use crate::{Context, Format, Refused};
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Map, Value, error::Category};

/// Hands every document to `take`, with its number from 1. `format` is what the text was taken for.
pub(crate) fn each(
    text: &str,
    format: Format,
    cx: &mut Context<'_>,
    mut take: impl FnMut(usize, Value),
) -> Result<(), Refused> {
    let mut walk = Walk { text, at: 0, format };
    match walk.peek() {
        Some(b'[') => walk.array(cx, &mut take)?,
        Some(b'{') => walk.object(cx, &mut take)?,
        _ => return Err(walk.broken(NOT_JSON, 0)),
    }
    walk.end()
}

const NOT_JSON: &str = "This is not well-formed JSON.";
const TOO_DEEP: &str = "This JSON is nested deeper than any device export.";
const TRAILING: &str = "Something follows the end of the JSON text.";

struct Walk<'t> {
    text: &'t str,
    at: usize,
    format: Format,
}

impl Walk<'_> {
    /// The next byte that is not blank; moves to it.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), Refused> {
        match self.peek() {
            Some(next) if next == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.broken(NOT_JSON, 0)),
            None => Err(self.truncated()),
        }
    }

    /// After an element: whether another one follows before `closing`.
    fn goes_on(&mut self, closing: u8) -> Result<bool, Refused> {
        if self.peek() == Some(closing) {
            self.at += 1;
            return Ok(false);
        }
        self.expect(b',')?;
        Ok(true)
    }

    fn value<T: DeserializeOwned>(&mut self) -> Result<T, Refused> {
        if self.peek().is_none() {
            return Err(self.truncated());
        }
        let mut stream = Deserializer::from_str(&self.text[self.at..]).into_iter::<T>();
        match stream.next() {
            Some(Ok(value)) => {
                self.at += stream.byte_offset();
                Ok(value)
            }
            Some(Err(error)) => Err(self.refusal(&error)),
            None => Err(self.truncated()),
        }
    }

    fn array(&mut self, cx: &mut Context<'_>, take: &mut impl FnMut(usize, Value)) -> Result<(), Refused> {
        self.expect(b'[')?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for number in 1.. {
            let value = self.value()?;
            take(number, value);
            cx.tick(self.at)?;
            if !self.goes_on(b']')? {
                break;
            }
        }
        Ok(())
    }

    fn object(&mut self, cx: &mut Context<'_>, take: &mut impl FnMut(usize, Value)) -> Result<(), Refused> {
        self.expect(b'{')?;
        let (mut document, mut wrapped) = (Map::new(), false);
        while self.peek() != Some(b'}') {
            let key: String = self.value()?;
            self.expect(b':')?;
            if key == "result" && self.peek() == Some(b'[') {
                wrapped = true;
                self.array(cx, take)?;
            } else {
                document.insert(key, self.value()?);
            }
            if !self.goes_on(b'}')? {
                self.at -= 1;
                break;
            }
        }
        self.expect(b'}')?;
        if !wrapped {
            take(1, Value::Object(document));
        }
        Ok(())
    }

    /// Nothing may follow.
    fn end(&mut self) -> Result<(), Refused> {
        if self.peek().is_none() {
            return Ok(());
        }
        let line = self.line();
        match crate::detect::format_of(&self.text[self.at..]) {
            Ok(second) => Err(Refused::TwoFormats {
                first: self.format.name().to_owned(),
                second: second.name().to_owned(),
                line,
            }),
            Err(_) => Err(self.broken(TRAILING, 0)),
        }
    }

    fn refusal(&self, error: &serde_json::Error) -> Refused {
        if error.classify() == Category::Eof {
            return self.truncated();
        }
        let deep = error.to_string().starts_with("recursion limit");
        self.broken(if deep { TOO_DEEP } else { NOT_JSON }, error.line().saturating_sub(1))
    }

    fn broken(&self, what: &str, lines_on: usize) -> Refused {
        let why = "from here on it cannot be read".to_owned();
        Refused::Broken { what: what.to_owned(), line: self.line() + lines_on, why }
    }

    fn truncated(&self) -> Refused {
        Refused::Truncated { what: format!("{} (JSON)", self.format.name()) }
    }

    fn line(&self) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..self.at]).count()
    }
}
