//! From the tree of a question to a filter: known operators only, and each field compared as what it is.

use super::{QueryRefused, pairs::Node};
use crate::{
    Collection, Moment,
    document::{is_uuid, leading_number},
    filter::{Filter, Operand, Test, pattern},
};

/// How many conditions one question may have, and how long its lists may be.
const MOST_CONDITIONS: usize = 64;
const LONGEST_LIST: usize = 256;

/// Fields that are compared as numbers.
const NUMBERS: [(Collection, &[&str]); 2] = [
    (Collection::Entries, &["sgv", "filtered", "unfiltered", "rssi", "noise", "mbg"]),
    (Collection::Treatments, &["insulin", "carbs", "glucose"]),
];

/// Fields whose plain value may be a pattern between slashes.
const PATTERNS: &[&str] = &["notes", "eventType", "enteredBy"];

pub(super) struct Conditions {
    pub collection: Collection,
    pub count: usize,
}

impl Conditions {
    /// Every one of a branch must hold.
    pub fn all(&mut self, branch: &[(String, Node)]) -> Result<Filter, QueryRefused> {
        let filters = branch.iter().map(|(name, node)| self.one(name, node)).collect::<Result<_, _>>()?;
        Ok(Filter::All(filters))
    }

    fn one(&mut self, name: &str, node: &Node) -> Result<Filter, QueryRefused> {
        match (name, node) {
            ("$or", Node::Branch(list)) => Ok(Filter::Any(self.list(list)?)),
            ("$and", Node::Branch(list)) => Ok(Filter::All(self.list(list)?)),
            (name, _) if name.starts_with('$') => Err(QueryRefused::Operator(short(name))),
            (name, node) => self.field(name, node),
        }
    }

    fn list(&mut self, list: &[(String, Node)]) -> Result<Vec<Filter>, QueryRefused> {
        let numbered = list.iter().all(|(name, _)| name.bytes().all(|byte| byte.is_ascii_digit()));
        if !numbered || list.is_empty() {
            return Err(QueryRefused::Malformed);
        }
        let branch = |node: &Node, this: &mut Self| match node {
            Node::Branch(below) => this.all(below),
            Node::Leaf(_) => Err(QueryRefused::Malformed),
        };
        list.iter().map(|(_, node)| branch(node, self)).collect()
    }

    /// A field: a value, a list of values, operators, or fields within it.
    fn field(&mut self, path: &str, node: &Node) -> Result<Filter, QueryRefused> {
        let below = match node {
            Node::Leaf(value) => return self.condition(path, "$eq", node, Some(value)),
            Node::Branch(below) => below,
        };
        if below.iter().all(|(name, node)| is_place(name) && matches!(node, Node::Leaf(_))) {
            return self.condition(path, "$in", node, None);
        }
        let each = |(name, node): &(String, Node), this: &mut Self| match name.starts_with('$') {
            true => this.condition(path, name, node, None),
            false => this.field(&format!("{path}.{name}"), node),
        };
        Ok(Filter::All(below.iter().map(|one| each(one, self)).collect::<Result<_, _>>()?))
    }

    fn condition(
        &mut self,
        path: &str,
        operator: &str,
        node: &Node,
        plain: Option<&str>,
    ) -> Result<Filter, QueryRefused> {
        self.count += 1;
        if self.count > MOST_CONDITIONS {
            return Err(QueryRefused::TooMuch);
        }
        if let Some(pattern) = plain.and_then(|value| self.slashed(path, value)) {
            return Ok(is(path, Test::Like(pattern?)));
        }
        let test = self.test(path, operator, node)?;
        // An id in the form of a UUID stands in another field.
        let other = match &test {
            Test::Equal(Operand::Text(id)) if path == "_id" && is_uuid(id) => is("identifier", test.clone()),
            _ => return Ok(is(path, test)),
        };
        Ok(Filter::Any(vec![is(path, test), other]))
    }

    fn test(&self, path: &str, operator: &str, node: &Node) -> Result<Test, QueryRefused> {
        if matches!(operator, "$in" | "$nin") {
            let values = values(node)?;
            let operands = values.iter().map(|value| self.operand(path, value)).collect();
            return Ok(if operator == "$in" { Test::OneOf(operands) } else { Test::NoneOf(operands) });
        }
        let Node::Leaf(value) = node else { return Err(QueryRefused::Malformed) };
        let operand = || self.operand(path, value);
        Ok(match operator {
            "$eq" => Test::Equal(operand()),
            "$ne" => Test::NotEqual(operand()),
            "$gt" => Test::Above(operand()),
            "$gte" => Test::AtLeast(operand()),
            "$lt" => Test::Below(operand()),
            "$lte" => Test::AtMost(operand()),
            "$exists" => Test::There(!matches!(value.as_str(), "false" | "0")),
            "$regex" => match between_slashes(value) {
                Some((text, flags)) => Test::Like(pattern(text, flags).ok_or(QueryRefused::Pattern)?),
                None => Test::Like(pattern(value, "").ok_or(QueryRefused::Pattern)?),
            },
            _ => return Err(QueryRefused::Operator(short(operator))),
        })
    }

    fn slashed(&self, path: &str, value: &str) -> Option<Result<regex::Regex, QueryRefused>> {
        let may = self.collection == Collection::Treatments && PATTERNS.contains(&path);
        let (text, flags) = may.then(|| between_slashes(value)).flatten()?;
        Some(pattern(text, flags).ok_or(QueryRefused::Pattern))
    }

    fn operand(&self, path: &str, value: &str) -> Operand {
        if is_time(self.collection, path) {
            let number = leading_number(value).filter(|number| number.abs() >= 1e11);
            let exact = number.filter(|_| value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
            let ms = exact.or_else(|| Moment::asked(value).map(|moment| moment.ms as f64));
            return ms.map_or(Operand::Unreadable, Operand::Instant);
        }
        let of_numbers = NUMBERS.iter().any(|(of, fields)| *of == self.collection && fields.contains(&path));
        match of_numbers {
            true => leading_number(value).map_or(Operand::Unreadable, Operand::Number),
            false => Operand::Text(value.to_owned()),
        }
    }
}

/// Fields that are compared as times, however both sides are written.
pub(super) fn is_time(collection: Collection, path: &str) -> bool {
    path == collection.time_field() || collection == Collection::Entries && matches!(path, "dateString" | "sysTime")
}

fn is(path: &str, test: Test) -> Filter {
    Filter::Is { path: path.to_owned(), test }
}

fn is_place(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

fn values(node: &Node) -> Result<Vec<&str>, QueryRefused> {
    let leaf = |node: &'_ Node| matches!(node, Node::Leaf(_));
    match node {
        Node::Leaf(value) => Ok(vec![value]),
        Node::Branch(list) if list.len() > LONGEST_LIST => Err(QueryRefused::TooMuch),
        Node::Branch(list) if !list.iter().all(|(name, node)| is_place(name) && leaf(node)) => {
            Err(QueryRefused::Malformed)
        }
        Node::Branch(list) => Ok(list.iter().filter_map(|(_, node)| node.leaf()).collect()),
    }
}

impl Node {
    fn leaf(&self) -> Option<&str> {
        match self {
            Self::Leaf(value) => Some(value),
            Self::Branch(_) => None,
        }
    }
}

/// The pattern and the flags of `/pattern/flags`.
fn between_slashes(value: &str) -> Option<(&str, &str)> {
    let (text, flags) = value.strip_prefix('/')?.rsplit_once('/')?;
    let known = flags.bytes().all(|flag| b"gimsuy".contains(&flag));
    (known && !text.is_empty()).then_some((text, flags))
}

fn short(name: &str) -> String {
    name.chars().take(32).collect()
}
