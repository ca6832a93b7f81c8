//! Words that hold markup lose what could do something. Words without a real tag stay as they were written, `a < b` and all.

/// Goes with everything up to its end.
const WITH_CONTENT: &[&str] = &[
    "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "textarea", "title", "xmp",
];
/// Stays, without attributes.
const HARMLESS: &[&str] =
    &["b", "i", "u", "s", "em", "strong", "small", "sub", "sup", "p", "br", "ul", "ol", "li", "div", "span", "code"];
/// What is taken out may leave a new tag; after so many rounds every `<` goes.
const ROUNDS: usize = 8;

/// The words without what could do something; `None` when there was nothing to take out.
pub(crate) fn cleaned(text: &str) -> Option<String> {
    let mut cleaned = once(text)?;
    for _ in 0..ROUNDS {
        match once(&cleaned) {
            Some(again) if again != cleaned => cleaned = again,
            _ => return Some(cleaned),
        }
    }
    Some(cleaned.replace('<', ""))
}

/// `None` without a tag.
fn once(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match Tag::at(rest) {
            Some(tag) => {
                found = true;
                rest = tag.take(rest, &mut out);
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    found.then_some(out)
}

struct Tag {
    name: String,
    closes: bool,
    length: usize,
}

impl Tag {
    /// A text that begins with `<` and a letter, `/` or `!`, and has an end.
    fn at(text: &str) -> Option<Self> {
        let inner = &text[1..];
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            return None;
        }
        let (end, mark) = if inner.starts_with("!--") { (inner.find("-->")?, 3) } else { (inner.find('>')?, 1) };
        let closes = inner.starts_with('/');
        let name = inner.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric);
        Some(Self { name: name.collect::<String>().to_ascii_lowercase(), closes, length: 1 + end + mark })
    }

    /// What comes after it; what stays of it goes into `out`.
    fn take<'t>(&self, text: &'t str, out: &mut String) -> &'t str {
        let rest = &text[self.length..];
        if HARMLESS.contains(&self.name.as_str()) {
            out.push_str(if self.closes { "</" } else { "<" });
            out.push_str(&self.name);
            out.push('>');
        } else if WITH_CONTENT.contains(&self.name.as_str()) && !self.closes {
            return after(rest, &self.name);
        }
        rest
    }
}

/// What comes after the end of an element; nothing when it has none.
fn after<'t>(text: &'t str, name: &str) -> &'t str {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find(&format!("</{name}")) else { return "" };
    text[at..].find('>').map_or("", |end| &text[at + end + 1..])
}
