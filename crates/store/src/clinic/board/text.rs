//! How names, numbers and birth dates are compared and found: without case, accents and the number of spaces, and whichever
//! way a date is typed.

use jiff::civil::Date;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Words in a search; what comes after them is not looked at.
const MOST_TERMS: usize = 12;

/// Lower case, no accents, one space between words.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        for letter in word.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
            match letter {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' | 'ð' => folded.push('d'),
                letter => folded.push(letter),
            }
        }
    }
    folded
}

/// One thing that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// Part of a name or of the clinic's number.
    Text(String),
    /// A birth date in each way that it can be read, or else a text.
    Date(Vec<Date>, String),
}

/// What is looked for: every word must be found, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Search(Vec<Term>);

impl Search {
    pub(super) fn of(text: &str) -> Self {
        let folded = fold(text).replace(',', " ");
        let words: Vec<&str> = folded.split_whitespace().take(MOST_TERMS).collect();
        let (mut terms, mut rest) = (Vec::new(), words.as_slice());
        while let [word, more @ ..] = rest {
            let spread = rest.get(..3).and_then(spread_date);
            let (term, left) = match spread {
                Some(date) => (Term::Date(vec![date], String::new()), &rest[3..]),
                None => (term(word), more),
            };
            terms.push(term);
            rest = left;
        }
        Self(terms)
    }

    /// Whether somebody of this folded name and number, born on this day, is looked for.
    pub(super) fn finds(&self, folded: &str, born_on: Option<Date>) -> bool {
        self.0.iter().all(|term| match term {
            Term::Text(text) => folded.contains(text.as_str()),
            Term::Date(dates, text) => {
                born_on.is_some_and(|day| dates.contains(&day)) || (!text.is_empty() && folded.contains(text.as_str()))
            }
        })
    }
}

fn term(word: &str) -> Term {
    let dates = dates(word);
    if dates.is_empty() { Term::Text(word.to_owned()) } else { Term::Date(dates, word.to_owned()) }
}

/// `2015-09-01`, `1.9.2015`, `01/09/2015` (which is read both ways), `20150901`.
fn dates(word: &str) -> Vec<Date> {
    let parts: Vec<&str> = word.split(['-', '.', '/']).filter(|part| !part.is_empty()).collect();
    let date = |year: &str, month: &str, day: &str| {
        let is_year = year.len() == 4;
        let parsed = (year.parse::<i16>(), month.parse::<i8>(), day.parse::<i8>());
        let (Ok(year), Ok(month), Ok(day)) = parsed else { return None };
        is_year.then(|| Date::new(year, month, day).ok()).flatten()
    };
    let read = match parts.as_slice() {
        [one] if one.len() == 8 && one.is_ascii() => vec![date(&one[..4], &one[4..6], &one[6..])],
        [first, second, third] if first.len() == 4 => vec![date(first, second, third)],
        [first, second, third] if word.contains('.') => vec![date(third, second, first)],
        [first, second, third] => vec![date(third, second, first), date(third, first, second)],
        _ => vec![],
    };
    read.into_iter().flatten().collect()
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `1 sep 2015`, `september 1 2015`, `1. 9. 2015`.
fn spread_date(words: &[&str]) -> Option<Date> {
    let [first, second, year] = *words else { return None };
    let year = (year.len() == 4).then(|| year.parse::<i16>().ok()).flatten()?;
    let day = |word: &str| word.trim_end_matches('.').parse::<i8>().ok();
    let month = |word: &str| {
        let word = word.trim_end_matches('.');
        let place = MONTHS.iter().position(|month| word.len() >= 3 && word.starts_with(month))?;
        i8::try_from(place + 1).ok()
    };
    let both = |day: Option<i8>, month: Option<i8>| day.zip(month);
    let dotted = |word: &str| word.ends_with('.').then(|| day(word)).flatten();
    let (day, month) = both(day(first), month(second))
        .or_else(|| both(day(second), month(first)))
        .or_else(|| both(dotted(first), dotted(second)))?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::{Search, fold};
    use jiff::civil::date;

    #[test]
    fn names_are_compared_without_case_accents_and_spaces() {
        let same = [("  Élodie   Müller ", "elodie muller"), ("GROẞ", "gross"), ("Søren Łukasz", "soren lukasz")];
        for (written, folded) in same {
            assert_eq!(fold(written), folded);
        }
    }

    #[test]
    fn every_word_is_looked_for_in_any_order_and_dates_as_people_type_them() {
        let (folded, born_on) = ("anna berg\nn-204", Some(date(2015, 9, 1)));
        let found = [
            "",
            "berg anna",
            "ANN",
            "Bérg",
            "204",
            "n-204 berg",
            "2015-09-01",
            "1.9.2015",
            "01.09.2015",
            "1/9/2015",
            "9/1/2015",
            "20150901",
            "1 Sep 2015",
            "September 1, 2015",
            "1. 9. 2015",
            "berg 1 september 2015 anna",
        ];
        for text in found {
            assert!(Search::of(text).finds(folded, born_on), "{text}");
        }
        for text in ["bergg", "anna clara", "2015-09-02", "2.9.2015", "2015", "1 Oct 2015", "9.1.2015", "31.2.2015"] {
            assert!(!Search::of(text).finds(folded, born_on), "{text}");
        }
        assert!(!Search::of("2015-09-01").finds(folded, None));
        assert!(Search::of("20150901").finds("anna\n20150901", None), "a number may look like a date");
    }

    #[test]
    fn nonsense_is_harmless() {
        for text in ["ééé日本語\u{301}", "--..//", "99999999", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "\u{0}", "2015-"]
        {
            assert!(!Search::of(text).finds("anna", None), "{text}");
        }
    }
}
