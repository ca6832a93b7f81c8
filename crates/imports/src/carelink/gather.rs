//! The logs of all devices become one import: placed in time, joined, sorted.

use super::{
    alerts, basal, boluses,
    entry::{DeviceLog, Entry, Sited, What},
    fingers, marks, modes,
    preamble::Preamble,
    timeline::{Change, Timeline, changes},
};
use crate::{Import, bogus::Bounds, clock::Clock, wall::Wall};
use glucose::{EventKind, NewEvent, NewReading};
use jiff::tz::TimeZone;

const DAY: i64 = 86_400;
/// How long after the last day that was asked for rows may still be: an export holds what was uploaded since.
const BEYOND_END: i64 = 92 * DAY;
/// A day is whole in an export when its last row is not earlier than this.
const NEARLY_MIDNIGHT: i64 = 23 * 3600 + 1800;

pub(super) fn into_import(
    mut import: Import,
    mut logs: Vec<DeviceLog<'_>>,
    preamble: &Preamble,
    zone: &TimeZone,
) -> Import {
    logs.iter_mut().for_each(oldest_first);
    logs.iter_mut().for_each(shift_first_settings);
    let (bounds, newest) = bounds(&logs, preamble);
    let mut clock = Clock::new(zone);
    for log in &mut logs {
        set_aside(log, &bounds, &mut import);
        one_device(log, preamble, newest, &mut clock, &mut import);
    }
    clock.remarks().into_iter().for_each(|words| import.remark(words));
    import.problems.sort_by_key(|problem| problem.line);
    import
}

/// Files of generation 2 are newest first. Order within the file is kept: it tells repeated hours apart.
fn oldest_first(log: &mut DeviceLog<'_>) {
    let newest_first = |walls: [Option<Wall>; 2]| matches!(walls, [Some(first), Some(last)] if first > last);
    if newest_first([log.entries.first().map(|one| one.wall), log.entries.last().map(|one| one.wall)]) {
        // Rows turn round, the entries of one row do not.
        log.entries.sort_by_key(|entry| std::cmp::Reverse(entry.line));
    }
    if newest_first([log.sensor.first().map(|one| one.wall), log.sensor.last().map(|one| one.wall)]) {
        log.sensor.reverse();
    }
}

/// Rows written before the clock was first set move to when they happened: the setting tells by how much.
fn shift_first_settings(log: &mut DeviceLog<'_>) {
    let mut next: Option<Change> = None;
    for entry in log.entries.iter_mut().rev() {
        if let What::ClockSet(to) = entry.what {
            let change = Change { from: entry.wall, to };
            if change.is_first_setting() {
                next = Some(change);
                entry.what = What::Network("The device's clock was set for the first time");
                entry.wall = to;
                continue;
            }
        }
        let Some(change) = next else { continue };
        if entry.wall <= change.from && change.from.0 - entry.wall.0 < 14 * DAY {
            entry.wall.0 += change.by();
            if let What::ClockSet(to) = &mut entry.what {
                to.0 += change.by();
            }
        } else {
            next = None;
        }
    }
}

/// What is known of the file's time, and its newest row.
fn bounds(logs: &[DeviceLog<'_>], preamble: &Preamble) -> (Bounds, Option<Wall>) {
    let entries = logs.iter().flat_map(|log| log.entries.iter().map(|entry| entry.wall));
    let sensor = logs.iter().flat_map(|log| log.sensor.iter().map(|row| row.wall));
    let walls: Vec<Wall> = entries.chain(sensor).collect();
    let exported = preamble.exported.or(preamble.end.map(|end| Wall(end.0 + BEYOND_END)));
    let all = walls.clone();
    let bounds = Bounds::of(walls, exported);
    let newest = all.into_iter().filter(|wall| bounds.bogus(*wall).is_none()).max();
    (bounds, newest)
}

fn set_aside(log: &mut DeviceLog<'_>, bounds: &Bounds, import: &mut Import) {
    let mut keep = |wall: Wall, line: u32| match bounds.bogus(wall) {
        Some(why) => {
            import.quarantine(line as usize, "Date", why);
            false
        }
        None => true,
    };
    log.entries.retain(|entry| is_noise(entry) || keep(entry.wall, entry.line));
    log.entries.retain(|entry| !is_noise(entry));
    log.sensor.retain(|row| keep(row.wall, row.line));
    log.auto_days.retain(|(wall, _, line)| keep(*wall, *line));
}

/// `Start of the day`, `End of the day` at every midnight.
fn is_noise(entry: &Entry<'_>) -> bool {
    matches!(entry.what, What::Marker(text) if text.ends_with(" of the day"))
}

fn one_device(
    log: &DeviceLog<'_>,
    preamble: &Preamble,
    newest: Option<Wall>,
    clock: &mut Clock<'_>,
    import: &mut Import,
) {
    let changes = changes(&log.entries);
    let (sited, astray) = site(log, &changes, clock);
    let mut sensor_timeline = Timeline::new(&changes, clock);
    for row in &log.sensor {
        let placed = sensor_timeline.place(clock, row.wall);
        let reading = NewReading::cgm(placed.at, placed.offset_min, row.glucose);
        import.readings.push(NewReading { limit: row.limit, device: log.device, ..reading });
    }
    let astray = astray + sensor_timeline.placed_astray;
    if astray > 0 {
        import.remark(format!(
            "{astray} rows from before the device's clock was set to (or after it was set back from) summer time: \
             placed by the clock it had."
        ));
    }
    let (first_event, first_finger) = (import.events.len(), import.readings.len());
    fingers::join(&sited, !log.sensor.is_empty(), import);
    boluses::join(&sited, import);
    basal::join(&sited, log, clock, import);
    alerts::join(&sited, import);
    marks::join(&sited, import);
    let whole = auto_days(log, preamble, newest, clock, import);
    let mut listed: Vec<Wall> = log.auto_days.iter().map(|(day, ..)| *day).collect();
    listed.sort_unstable();
    modes::join(&sited, modes::Days { whole: &whole, listed: &listed, newest }, clock, import);
    import.events[first_event..].iter_mut().for_each(|event| event.device = log.device);
    import.readings[first_finger..].iter_mut().for_each(|reading| reading.device = log.device);
}

/// Entries at their instants, oldest first.
fn site<'t>(log: &DeviceLog<'t>, changes: &[Change], clock: &mut Clock<'_>) -> (Vec<Sited<'t>>, usize) {
    let mut timeline = Timeline::new(changes, clock);
    let mut sited: Vec<Sited<'t>> = Vec::with_capacity(log.entries.len());
    for entry in &log.entries {
        // A day's total stands at midnight whatever the order around it.
        let placed = match entry.what {
            What::DailyTotal(_) => clock.place(entry.wall),
            _ => timeline.place(clock, entry.wall),
        };
        sited.push(Sited { at: placed.at, offset_min: placed.offset_min, line: entry.line, what: entry.what });
    }
    sited.sort_by_key(|one| one.at);
    (sited, timeline.placed_astray)
}

/// Whole days of automatic insulin. The first day before the range and the day of the export hold a part only,
/// and another export holds more of them: they are left out, so that a day is never there twice.
/// Gives the midnights of those taken.
fn auto_days(
    log: &DeviceLog<'_>,
    preamble: &Preamble,
    newest: Option<Wall>,
    clock: &mut Clock<'_>,
    import: &mut Import,
) -> Vec<Wall> {
    let mut whole = Vec::new();
    let oldest = log.auto_days.iter().map(|(day, ..)| *day).min();
    for (day, units, line) in &log.auto_days {
        let begun_before = Some(*day) == oldest && preamble.start.is_some_and(|start| *day < start);
        let not_over = newest.is_some_and(|newest| newest.0 - day.0 < NEARLY_MIDNIGHT);
        if begun_before || not_over {
            import.problem(
                *line as usize,
                "Bolus Volume Delivered (U)",
                "Only a part of this day's automatic insulin is in this export; another export has all of it.",
            );
            continue;
        }
        let placed = clock.place(*day);
        let kind = EventKind::AutoInsulinDay { units: *units };
        import.events.push(NewEvent::new(placed.at, placed.offset_min, kind));
        if *units > 0.0 {
            whole.push(*day);
        }
    }
    whole.sort_unstable();
    whole.dedup();
    whole
}
