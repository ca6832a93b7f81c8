//! The true order of generation 1's rows. The file is sorted by wall time; where the clock was set, rows from
//! before and after are mixed. Within one upload and log, a row's sequence number counts back from the newest.

use super::entry::{DeviceLog, What};
use crate::wall::Wall;

/// Where a row stood in the device's log.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub upload: u64,
    pub seq: i64,
}

/// More in one file are damage.
const MOST_TURNS: usize = 200;

struct Turn {
    from: Wall,
    to: Wall,
    place: Place,
}

impl Turn {
    fn covers(&self, wall: Wall) -> bool {
        self.from.min(self.to) <= wall && wall <= self.from.max(self.to)
    }

    /// Of a row of the pump's own log: whether it was written before the clock was set.
    fn is_after(&self, place: Place) -> bool {
        if place.upload == self.place.upload { place.seq < self.place.seq } else { place.upload > self.place.upload }
    }
}

/// Puts rows that stand between the old and the new time of a change where they belong.
pub(super) fn in_true_order(log: &mut DeviceLog<'_>, entry_places: &[Place], sensor_places: &[Place]) {
    let mut entries: Vec<_> = log.entries.drain(..).zip(entry_places.iter().copied()).collect();
    entries.sort_by_key(|(entry, _)| entry.wall);
    let turns: Vec<Turn> = entries
        .iter()
        .filter_map(|(entry, place)| match entry.what {
            What::ClockSet(to) if to < entry.wall => Some(Turn { from: entry.wall, to, place: *place }),
            _ => None,
        })
        .take(MOST_TURNS)
        .collect();
    for turn in &turns {
        regroup(&mut entries, |(entry, _)| entry.wall, |(_, place)| turn.is_after(*place), turn);
    }
    log.entries = entries.into_iter().map(|(entry, _)| entry).collect();

    let mut sensor: Vec<_> = log.sensor.drain(..).zip(sensor_places.iter().copied()).collect();
    sensor.sort_by_key(|(row, _)| row.wall);
    for turn in &turns {
        // The sensor's log has its own numbers: there the order is that of numbers alone, newest last.
        let start = sensor.partition_point(|(row, _)| row.wall < turn.to);
        let end = sensor.partition_point(|(row, _)| row.wall <= turn.from);
        sensor[start..end].sort_by_key(|(_, place)| (place.upload, -place.seq));
    }
    log.sensor = sensor.into_iter().map(|(row, _)| row).collect();
}

fn regroup<T>(rows: &mut [T], wall: impl Fn(&T) -> Wall, is_after: impl Fn(&T) -> bool, turn: &Turn) {
    let start = rows.partition_point(|row| wall(row) < turn.from.min(turn.to));
    let length = rows[start..].iter().take_while(|row| turn.covers(wall(row))).count();
    // Stable: the change itself is the last of those before it.
    rows[start..start + length].sort_by_key(|row| is_after(row));
}
