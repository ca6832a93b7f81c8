//! What is asked of the list of patients, as it stands in a form or in an address. What is searched for is a name as a rule, so it
//! is sent in the body of a request and never stands in an address, where histories and logs of servers would keep it.

use crate::edge::session::in_query;
use serde::Deserialize;
use store::{BoardFilters, BoardQuery, BoardSort};

/// Every field may be missing or empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub search: String,
    pub sort: String,
    /// `up` or `down`; each order has its usual one.
    pub order: String,
    pub page: String,
    pub no_data: String,
    pub very_low: String,
    pub low: String,
    pub under: String,
    pub linked: String,
    pub unanswered: String,
    pub left: String,
    pub group: String,
    pub tag: String,
    /// Sort, order and page in one, as a button sends them.
    go: String,
}

/// The same without the search: for an address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct InAddress {
    sort: String,
    order: String,
    page: String,
    no_data: String,
    very_low: String,
    low: String,
    under: String,
    linked: String,
    unanswered: String,
    left: String,
    group: String,
    tag: String,
}

/// Word, order, whether it usually begins with the largest.
const SORTS: [(&str, BoardSort, bool); 10] = [
    ("call", BoardSort::Call, false),
    ("name", BoardSort::Name, false),
    ("born", BoardSort::BornOn, false),
    ("number", BoardSort::Number, false),
    ("newest", BoardSort::Newest, false),
    ("days", BoardSort::Days, false),
    ("mean", BoardSort::Mean, true),
    ("gmi", BoardSort::Mean, true),
    ("in_range", BoardSort::InRange, false),
    ("below", BoardSort::Below, true),
];

impl From<InAddress> for Asked {
    fn from(asked: InAddress) -> Self {
        let InAddress { sort, order, page, no_data, very_low, low, under, linked, unanswered, left, group, tag } =
            asked;
        Self {
            sort,
            order,
            page,
            no_data,
            very_low,
            low,
            under,
            linked,
            unanswered,
            left,
            group,
            tag,
            ..Self::default()
        }
    }
}

impl Asked {
    /// With what the button says that was pressed.
    pub fn going(mut self) -> Self {
        let go = std::mem::take(&mut self.go);
        let mut parts = go.split('.').map(str::to_owned);
        if let (Some(sort), Some(order), Some(page)) = (parts.next(), parts.next(), parts.next()) {
            (self.sort, self.order, self.page) = (sort, order, page);
        }
        self
    }

    pub fn is_search(&self) -> bool {
        !self.search.trim().is_empty()
    }

    /// Whether anything but the order was asked for.
    pub fn narrows(&self) -> bool {
        self.is_search() || !self.hidden().is_empty()
    }

    pub fn sorted(&self) -> (&'static str, bool) {
        let (word, _, largest_first) = *SORTS.iter().find(|(word, ..)| *word == self.sort).unwrap_or(&SORTS[0]);
        let down = match self.order.as_str() {
            "up" => false,
            "down" => true,
            _ => largest_first,
        };
        (word, down)
    }

    /// The order that choosing a column leads to: its usual one, and the other way round when it is chosen already.
    pub fn next_order(&self, word: &str) -> &'static str {
        let usual = SORTS.iter().any(|(known, _, largest_first)| *known == word && *largest_first);
        let down = if self.sorted().0 == word { !self.sorted().1 } else { usual };
        if down { "down" } else { "up" }
    }

    fn filters(&self) -> [(&'static str, &str); 9] {
        [
            ("no_data", &self.no_data),
            ("very_low", &self.very_low),
            ("low", &self.low),
            ("under", &self.under),
            ("linked", &self.linked),
            ("unanswered", &self.unanswered),
            ("left", &self.left),
            ("group", &self.group),
            ("tag", &self.tag),
        ]
    }

    /// What else a form sends along, besides search, order and page.
    pub fn hidden(&self) -> Vec<(&'static str, String)> {
        let all = self.filters().into_iter().filter(|(_, value)| !value.is_empty());
        all.map(|(name, value)| (name, value.to_owned())).collect()
    }

    /// The query of the address of this list in another order or on another page; without the search.
    pub fn query(&self, sort: &str, order: &str, page: usize) -> String {
        let mut query = format!("sort={sort}&order={order}");
        if page > 0 {
            query.push_str(&format!("&page={page}"));
        }
        self.hidden().iter().fold(query, |query, (name, value)| format!("{query}&{name}={}", in_query(value)))
    }

    pub fn board(&self) -> BoardQuery {
        let (word, descending) = self.sorted();
        let sort = SORTS.iter().find(|(known, ..)| *known == word).map_or(BoardSort::Call, |(_, sort, _)| *sort);
        let yes = |text: &str| text == "yes";
        let filters = BoardFilters {
            no_data_days: self.no_data.parse().ok().filter(|days| (1..=365).contains(days)),
            very_low: yes(&self.very_low),
            low: yes(&self.low),
            under_50: self.under == "50",
            under_70: self.under == "70",
            linked: match self.linked.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            unanswered: yes(&self.unanswered),
            left: yes(&self.left),
        };
        BoardQuery {
            search: self.search.trim().chars().take(200).collect(),
            sort,
            descending,
            filters,
            group: self.group.trim().to_owned(),
            tag: self.tag.trim().to_owned(),
            page: self.page.parse().unwrap_or(0),
        }
    }
}
