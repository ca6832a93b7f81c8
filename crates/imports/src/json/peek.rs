//! The beginning of a JSON text tells what it is: its keys, read without recursion and without believing it is whole.

/// How deep keys are looked at.
const DEEPEST: usize = 3;
/// How many keys are enough.
const MOST_KEYS: usize = 4000;

struct Key<'t> {
    depth: usize,
    name: &'t str,
    /// The value, when it is a string.
    text: &'t str,
}

/// The keys of the first documents of a JSON text.
pub(crate) struct Peek<'t> {
    keys: Vec<Key<'t>>,
    level: usize,
}

impl<'t> Peek<'t> {
    pub fn at(head: &'t str) -> Self {
        let keys = keys_of(head);
        let wrapped = keys.iter().any(|key| key.depth == 1 && key.name == "result");
        let level = match head.as_bytes().first() {
            Some(b'[') => 2,
            _ if wrapped => 3,
            _ => 1,
        };
        Self { keys, level }
    }

    /// Whether a document has this key.
    pub fn has(&self, name: &str) -> bool {
        self.documents().any(|key| key.name == name)
    }

    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Whether a document's key is one of these strings.
    pub fn says(&self, name: &str, texts: &[&str]) -> bool {
        self.documents().any(|key| key.name == name && texts.contains(&key.text))
    }

    fn documents(&self) -> impl Iterator<Item = &Key<'t>> {
        self.keys.iter().filter(|key| key.depth == self.level)
    }
}

fn keys_of(head: &str) -> Vec<Key<'_>> {
    let bytes = head.as_bytes();
    let (mut keys, mut depth, mut at): (Vec<Key<'_>>, usize, usize) = (Vec::new(), 0, 0);
    while at < bytes.len() && keys.len() < MOST_KEYS {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = string_end(bytes, at + 1) else { break };
                let name = &head[at + 1..end];
                at = end;
                let next = skip_blank(bytes, end + 1);
                if depth <= DEEPEST && bytes.get(next) == Some(&b':') {
                    keys.push(Key { depth, name, text: string_at(head, skip_blank(bytes, next + 1)) });
                }
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

fn string_at(head: &str, at: usize) -> &str {
    let bytes = head.as_bytes();
    let end = (bytes.get(at) == Some(&b'"')).then(|| string_end(bytes, at + 1)).flatten();
    end.map_or("", |end| &head[at + 1..end])
}

/// Where the string that began before `at` ends.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

fn skip_blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}
