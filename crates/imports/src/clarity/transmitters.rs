//! Transmitters count seconds evenly. That tells apart the two turns of an hour, and two showings of one value.

use crate::{
    clock::{Clock, Placed},
    wall::Wall,
};
use glucose::NewReading;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// One value as a transmitter counted it.
#[derive(Clone, Copy)]
struct Tick {
    transmitter: u16,
    ticks: i64,
    reading: u32,
}

struct Transmitter<'t> {
    id: &'t str,
    /// A count whose instant is beyond doubt.
    anchor: Option<(i64, Timestamp)>,
}

/// A value of a repeated hour that came before any anchor.
struct Waiting {
    tick: Tick,
    wall: Wall,
}

#[derive(Default)]
pub(super) struct Transmitters<'t> {
    known: Vec<Transmitter<'t>>,
    places: HashMap<&'t str, usize>,
    last: usize,
    ticks: Vec<Tick>,
    waiting: Vec<Waiting>,
}

/// Two showings of one value lie no farther apart than clocks of two phones of one person.
const SAME_VALUE: i64 = 3 * 3600;
/// More transmitters than a life has; the rest share the last one's place.
const MOST: usize = 4000;

impl<'t> Transmitters<'t> {
    /// Places a value of which the transmitter said when it was; it will be the reading of this index.
    #[inline]
    pub fn place(&mut self, id: &'t str, ticks: i64, wall: Wall, reading: usize, clock: &mut Clock<'_>) -> Placed {
        let transmitter = self.index(id);
        let tick = Tick { transmitter: transmitter as u16, ticks, reading: reading as u32 };
        self.ticks.push(tick);
        if clock.twice(wall).is_none() {
            let placed = clock.place(wall);
            self.known[transmitter].anchor = Some((ticks, placed.at));
            return placed;
        }
        match self.known[transmitter].expected(ticks) {
            Some(expected) => clock.place_near(wall, expected),
            None => {
                self.waiting.push(Waiting { tick, wall });
                clock.place_turn(wall, false)
            }
        }
    }

    /// What had to wait for an anchor gets its place; what two devices showed is taken once.
    pub fn settle(self, readings: &mut Vec<NewReading>, clock: &mut Clock<'_>) -> usize {
        for Waiting { tick, wall } in &self.waiting {
            if let Some(expected) = self.known[usize::from(tick.transmitter)].expected(tick.ticks) {
                let placed = clock.place_near(*wall, expected);
                let reading = &mut readings[tick.reading as usize];
                (reading.at, reading.offset_min) = (placed.at, placed.offset_min);
            }
        }
        drop_shown_twice(self.ticks, readings)
    }

    #[inline]
    fn index(&mut self, id: &'t str) -> usize {
        if self.known.get(self.last).is_none_or(|known| known.id != id) {
            self.last = self.find(id);
        }
        self.last
    }

    fn find(&mut self, id: &'t str) -> usize {
        if let Some(index) = self.places.get(id) {
            return *index;
        }
        if self.known.len() < MOST {
            self.known.push(Transmitter { id, anchor: None });
        }
        self.places.insert(id, self.known.len() - 1);
        self.known.len() - 1
    }
}

impl Transmitter<'_> {
    fn expected(&self, ticks: i64) -> Option<Timestamp> {
        let (anchor, at) = self.anchor?;
        at.checked_add(SignedDuration::from_secs(ticks.checked_sub(anchor)?)).ok()
    }
}

/// Keeps the first of what has one transmitter and count and was shown by two devices.
fn drop_shown_twice(mut ticks: Vec<Tick>, readings: &mut Vec<NewReading>) -> usize {
    let first = readings.first().and_then(|reading| reading.device);
    if readings.iter().all(|reading| reading.device == first) {
        return 0;
    }
    ticks.sort_unstable_by_key(|tick| (tick.transmitter, tick.ticks, tick.reading));
    let mut repeats = vec![false; readings.len()];
    for pair in ticks.windows(2) {
        let [one, other] = [pair[0], pair[1]];
        let (kept, next) = (&readings[one.reading as usize], &readings[other.reading as usize]);
        let near = (kept.at.as_second() - next.at.as_second()).abs() <= SAME_VALUE;
        let same = (one.transmitter, one.ticks) == (other.transmitter, other.ticks);
        if same && near && kept.device != next.device {
            repeats[other.reading as usize] = true;
        }
    }
    let held = readings.len();
    let mut repeat = repeats.into_iter();
    readings.retain(|_| !repeat.next().unwrap_or(false));
    held - readings.len()
}
