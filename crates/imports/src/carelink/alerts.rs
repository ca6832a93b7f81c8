//! An alert that sounds again, and louder, is one alert until it is cleared.

use super::entry::{Sited, What};
use crate::Import;
use glucose::{EventKind, NewEvent};

/// Sounded again within this time without having been cleared, it is the same alert.
const SAME_ALERT_MS: i64 = 60 * 60_000;

/// More than these never sound at once.
const MOST_OPEN: usize = 64;

struct Open<'t> {
    text: &'t str,
    code: Option<i32>,
    last_ms: i64,
}

pub(super) fn join(sited: &[Sited<'_>], import: &mut Import) {
    let mut open: Vec<Open<'_>> = Vec::new();
    for one in sited {
        let (text, code, cleared) = match one.what {
            What::Alert { text, code } => (text, code, false),
            What::Cleared { text, code } => (text, code, true),
            _ => continue,
        };
        let at_ms = one.at.as_millisecond();
        // Old pumps clear an alarm by its number, without its name.
        let is_same = |alert: &Open<'_>| if text.is_empty() { alert.code == code } else { alert.text == text };
        let known = open.iter().position(is_same);
        let text = known.map_or(text, |index| open[index].text);
        if cleared {
            known.map(|index| open.swap_remove(index));
        } else if let Some(index) = known {
            let sounds_again = at_ms - open[index].last_ms <= SAME_ALERT_MS;
            open[index].last_ms = at_ms;
            if sounds_again {
                continue;
            }
        } else {
            if open.len() == MOST_OPEN {
                open.remove(0);
            }
            open.push(Open { text, code, last_ms: at_ms });
        }
        let kind = EventKind::Alarm { text: text.to_owned(), code, cleared };
        import.events.push(NewEvent::new(one.at, one.offset_min, kind));
    }
}
