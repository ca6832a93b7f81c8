//! The text behind the question mark: names with brackets become a tree.

use super::QueryRefused;
use percent_encoding::percent_decode_str;

/// How deep brackets may be.
const DEEPEST: usize = 8;
const MOST_PAIRS: usize = 256;
const LONGEST_NAME: usize = 512;
const LONGEST_VALUE: usize = 2048;

/// Names and values in the order in which they stand, decoded.
pub fn pairs(raw: &str) -> impl Iterator<Item = (String, String)> + '_ {
    raw.trim_start_matches('?').split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The first value of a parameter.
pub fn parameter(raw: &str, name: &str) -> Option<String> {
    pairs(raw).find(|(found, _)| found == name).map(|(_, value)| value)
}

/// What stands below a name: a value, or names again.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Leaf(String),
    Branch(Vec<(String, Node)>),
}

/// Everything below `find`.
pub(super) fn tree(raw: &str) -> Result<Vec<(String, Node)>, QueryRefused> {
    let mut root = Vec::new();
    for (count, (name, value)) in pairs(raw).enumerate() {
        if count >= MOST_PAIRS {
            return Err(QueryRefused::TooMuch);
        }
        if name.len() > LONGEST_NAME || value.len() > LONGEST_VALUE {
            return Err(QueryRefused::TooLong);
        }
        let Some(path) = name.strip_prefix("find[") else { continue };
        let path: Vec<&str> = path.strip_suffix(']').unwrap_or(path).split("][").collect();
        if path.len() > DEEPEST {
            return Err(QueryRefused::TooDeep);
        }
        put(&mut root, &path, value)?;
    }
    Ok(root)
}

/// The same name twice is a list; so is an empty one.
fn put(branch: &mut Vec<(String, Node)>, path: &[&str], value: String) -> Result<(), QueryRefused> {
    let (name, rest) = path.split_first().ok_or(QueryRefused::Malformed)?;
    let name = if name.is_empty() { branch.len().to_string() } else { (*name).to_owned() };
    let known = branch.iter_mut().find(|(known, _)| *known == name).map(|(_, node)| node);
    match (known, rest.is_empty()) {
        (None, true) => branch.push((name, Node::Leaf(value))),
        (None, false) => {
            let mut below = Vec::new();
            put(&mut below, rest, value)?;
            branch.push((name, Node::Branch(below)));
        }
        (Some(Node::Branch(below)), false) => put(below, rest, value)?,
        (Some(node @ Node::Leaf(_)), true) => {
            let Node::Leaf(first) = std::mem::replace(node, Node::Branch(Vec::new())) else { return Ok(()) };
            *node = Node::Branch(vec![("0".to_owned(), Node::Leaf(first)), ("1".to_owned(), Node::Leaf(value))]);
        }
        (Some(Node::Branch(below)), true) => below.push((below.len().to_string(), Node::Leaf(value))),
        (Some(Node::Leaf(_)), false) => return Err(QueryRefused::Malformed),
    }
    Ok(())
}
