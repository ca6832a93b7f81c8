//! The rows of a bolus become one: advice, start, end, both parts of a dual one. Only what was delivered counts.

use super::{
    entry::{BolusRow, Part, Sited, What, WizardRow},
    sources::{Source, source_of},
};
use crate::Import;
use glucose::{EventKind, NewEvent, event::BolusOrigin};

const MINUTE: i64 = 60_000;
/// A bolus number comes round again after some days; its rows lie within this time.
const LONGEST_BOLUS: i64 = 24 * 60 * MINUTE;
/// From the calculator's advice to the start of the bolus.
const ADVICE_TO_BOLUS: i64 = 2 * MINUTE;
/// The parts of a dual bolus that bears no number.
const BETWEEN_PARTS: i64 = 15 * MINUTE;
/// More than these are never under way at once; more in a file are damage, and looking through them would take long.
const MOST_OPEN: usize = 64;
/// How many rows are looked through for what belongs to one.
const NEIGHBOURS: usize = 200;
/// A normal bolus is over by then.
const SOON_OVER: i64 = 30 * MINUTE;

/// One bolus, or one part of a dual one.
#[derive(Clone, Copy)]
struct Given<'t> {
    start: Sited<'t>,
    row: BolusRow<'t>,
    normal: f64,
    extended: f64,
    duration_ms: i64,
    selected: f64,
}

impl Given<'_> {
    fn at_ms(&self) -> i64 {
        self.start.at.as_millisecond()
    }
}

pub(super) fn join(sited: &[Sited<'_>], import: &mut Import) {
    let given = join_parts(join_ends(sited, import));
    let advised: Vec<bool> = given.iter().map(|bolus| advice_before(sited, bolus.at_ms()).is_some()).collect();
    join_wizards(sited, &given, import);
    for (bolus, advised) in given.iter().zip(advised) {
        let total = bolus.normal + bolus.extended;
        if total == 0.0 && bolus.selected == 0.0 {
            continue;
        }
        let kind = EventKind::Bolus {
            normal: bolus.normal,
            extended: bolus.extended,
            duration_ms: bolus.duration_ms,
            programmed: ((bolus.selected - total).abs() > 0.0005).then_some(bolus.selected),
            origin: origin(bolus.row.source, advised),
        };
        import.events.push(NewEvent::new(bolus.start.at, bolus.start.offset_min, kind));
    }
}

fn origin(source: &str, advised: bool) -> BolusOrigin {
    match source_of(source) {
        Source::Automatic => BolusOrigin::Automatic,
        Source::Calculator | Source::LoopCalculator => BolusOrigin::Calculator,
        Source::ByHand => BolusOrigin::Manual,
        Source::Unsaid if advised => BolusOrigin::Calculator,
        Source::Unsaid => BolusOrigin::Manual,
        Source::AutomatedBasal | Source::Unknown => BolusOrigin::Unknown,
    }
}

/// Start rows and end rows become one, by number and nearness.
fn join_ends<'t>(sited: &[Sited<'t>], import: &mut Import) -> Vec<Given<'t>> {
    let (mut open, mut given): (Vec<(Sited<'t>, BolusRow<'t>)>, Vec<Given<'t>>) = (Vec::new(), Vec::new());
    for one in sited {
        let What::Bolus(row) = one.what else { continue };
        if source_of(row.source) == Source::AutomatedBasal {
            continue;
        }
        let Some(delivered) = row.delivered else {
            if open.len() == MOST_OPEN {
                let (start, row) = open.remove(0);
                report_open(&start, &row, one.at.as_millisecond(), import);
            }
            open.push((*one, row));
            continue;
        };
        let is_start = |(start, first): &(Sited<'t>, BolusRow<'t>)| {
            let apart = one.at.as_millisecond() - start.at.as_millisecond();
            first.number == row.number && first.part == row.part && apart <= LONGEST_BOLUS
        };
        let start = open.iter().rposition(is_start).map(|index| open.remove(index));
        given.push(finished(one, row, delivered, start));
    }
    let last_ms = sited.last().map_or(0, |one| one.at.as_millisecond());
    for (start, row) in open {
        report_open(&start, &row, last_ms, import);
    }
    given.sort_by_key(Given::at_ms);
    given
}

fn finished<'t>(
    end: &Sited<'t>,
    row: BolusRow<'t>,
    delivered: f64,
    start: Option<(Sited<'t>, BolusRow<'t>)>,
) -> Given<'t> {
    let selected = row.selected.or(start.and_then(|(_, first)| first.selected)).unwrap_or(delivered);
    let duration_ms = match row.duration_ms {
        // With no end row the duration is the programmed one: what was cut short took its share of it.
        Some(programmed) if start.is_none() && selected > 0.0 && delivered < selected => {
            (programmed as f64 * delivered / selected) as i64
        }
        Some(duration) => duration,
        None => start.and_then(|(_, first)| first.duration_ms).unwrap_or(0),
    };
    let (normal, extended) = if row.part.is_square() { (0.0, delivered) } else { (delivered, 0.0) };
    let duration_ms = if row.part.is_square() { duration_ms } else { 0 };
    Given { start: start.map_or(*end, |(start, _)| start), row, normal, extended, duration_ms, selected }
}

/// Started, and no row tells what was delivered.
fn report_open(start: &Sited<'_>, row: &BolusRow<'_>, last_ms: i64, import: &mut Import) {
    let takes = row.duration_ms.unwrap_or(0) + SOON_OVER;
    let why = if start.at.as_millisecond() + takes > last_ms {
        "This bolus was still being delivered when the file was exported; another export has all of it."
    } else {
        "This bolus was programmed, but no row says what was delivered. It is not counted."
    };
    import.problem(start.line as usize, "Bolus Volume Delivered (U)", why);
}

/// The normal and the square part of a dual bolus become one.
fn join_parts(given: Vec<Given<'_>>) -> Vec<Given<'_>> {
    let mut joined: Vec<Given<'_>> = Vec::with_capacity(given.len());
    for part in given {
        let is_other_part = |other: &&mut Given<'_>| {
            let limit = if part.row.number.is_some() { LONGEST_BOLUS } else { BETWEEN_PARTS };
            other.row.part.is_dual()
                && other.row.part != part.row.part
                && other.row.number == part.row.number
                && part.at_ms() - other.at_ms() <= limit
        };
        let other = part.row.part.is_dual().then(|| joined.iter_mut().rev().take(8).find(is_other_part)).flatten();
        match other {
            Some(other) => {
                other.normal += part.normal;
                other.extended += part.extended;
                other.selected += part.selected;
                other.duration_ms = other.duration_ms.max(part.duration_ms);
                // Both parts are there: a third row belongs to another bolus.
                other.row.part = Part::Normal;
            }
            None => joined.push(part),
        }
    }
    joined
}

/// The calculator's advice that a bolus followed: the last one shortly before it.
fn advice_before(sited: &[Sited<'_>], bolus_ms: i64) -> Option<usize> {
    let end = sited.partition_point(|one| one.at.as_millisecond() <= bolus_ms + 2000);
    let near = |one: &Sited<'_>| one.at.as_millisecond() >= bolus_ms - ADVICE_TO_BOLUS;
    (0..end)
        .rev()
        .take(NEIGHBOURS)
        .take_while(|index| near(&sited[*index]))
        .find(|index| matches!(sited[*index].what, What::Wizard(_)))
}

fn join_wizards(sited: &[Sited<'_>], given: &[Given<'_>], import: &mut Import) {
    let mut followed = vec![false; sited.len()];
    for bolus in given {
        if let Some(index) = advice_before(sited, bolus.at_ms()) {
            followed[index] = true;
        }
    }
    for (index, one) in sited.iter().enumerate() {
        let What::Wizard(row) = one.what else { continue };
        let delivered = row.delivered.unwrap_or_else(|| followed[index] || stands_alone(sited, index, &row));
        add_wizard(one, &row, delivered, import);
    }
}

/// Carbohydrate that needed no insulin: nothing was advised, and it was not typed in again soon after.
fn stands_alone(sited: &[Sited<'_>], index: usize, row: &WizardRow) -> bool {
    let at_ms = sited[index].at.as_millisecond();
    let soon = |one: &&Sited<'_>| one.at.as_millisecond() - at_ms <= 10 * MINUTE;
    let typed_again =
        sited[index + 1..].iter().take(NEIGHBOURS).take_while(soon).any(|one| matches!(one.what, What::Wizard(_)));
    row.advised.is_some_and(|units| units <= 0.0) && !typed_again
}

fn add_wizard(one: &Sited<'_>, row: &WizardRow, delivered: bool, import: &mut Import) {
    let mut add = |kind| import.events.push(NewEvent::new(one.at, one.offset_min, kind));
    add(EventKind::Calculation { advised: row.advised, on_board: row.on_board, carbs: row.carbs, delivered });
    if let Some(grams) = row.carbs.filter(|grams| *grams > 0.0 && delivered) {
        add(EventKind::Carbs { grams, fat: None, protein: None });
    }
    if let Some(exchanges) = row.exchanges.filter(|exchanges| *exchanges > 0.0 && delivered) {
        add(EventKind::Other { name: "carbohydrate exchanges".to_owned(), text: exchanges.to_string() });
        import.remark("Carbohydrate is in exchanges in this file; how many grams one has is a setting of the pump, so no grams were read.");
    }
}
