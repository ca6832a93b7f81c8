//! One life, tick by tick: the body, the person, the pump and the sensor together.

use crate::body::Body;
use crate::chance::Chance;
use crate::day::Day;
use crate::device::{self, SimulatedDevice};
use crate::habit::Habit;
use crate::person::{Personality, Traits};
use crate::pump::Pump;
use crate::sensor::{self, Sensor};
use glucose::{NewEvent, NewReading, ReadingKind, Unit};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

pub(crate) const TICK_MS: i64 = 300_000;

/// What a stretch of life brought, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// From sensor and meter.
    pub readings: Vec<NewReading>,
    /// From pump and person.
    pub events: Vec<NewEvent>,
}

/// A simulated person, living from a first day on.
#[derive(Clone, Debug)]
pub struct Life {
    pub(crate) traits: Traits,
    pub(crate) unit: Unit,
    pub(crate) body: Body,
    pub(crate) pump: Pump,
    pub(crate) sensor: Sensor,
    pub(crate) habit: Habit,
    pub(crate) day: Day,
    pub(crate) chance: Chance,
    pub(crate) out: Batch,
    /// The day on which a new pump takes over.
    pub(crate) swap_on: Option<Date>,
    seed: u64,
    zone: TimeZone,
    wall: Wall,
    next_ms: i64,
    days_lived: u32,
}

/// The wall clock, with its offset kept until the next change.
#[derive(Clone, Copy, Debug)]
struct Wall {
    offset_s: i32,
    valid_until_ms: i64,
}

/// One tick's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    pub ms: i64,
    pub at: Timestamp,
    pub offset_min: i16,
    pub minute: f64,
}

impl Life {
    /// Begins on `first` in `zone`. Readings are delivered in `unit`.
    pub fn new(seed: u64, personality: Personality, unit: Unit, zone: TimeZone, first: Date) -> Self {
        let mut chance = Chance::new(seed);
        let traits = Traits::of(personality).vary(&mut chance);
        let start = first.to_zoned(zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond());
        let glucose = traits.target + chance.between(0.0, 40.0);
        let day = Day::plan(first, &traits, &mut chance);
        let mut body = Body::new(glucose);
        body.insulin.add(traits.basal_need * 0.7);
        Self {
            body,
            pump: Pump::new(),
            sensor: Sensor::new(glucose, &mut chance),
            habit: Habit::default(),
            out: Batch::default(),
            swap_on: None,
            next_ms: start + chance.below(300) as i64 * 1000,
            wall: Wall { offset_s: 0, valid_until_ms: i64::MIN },
            days_lived: 0,
            traits,
            unit,
            day,
            chance,
            seed,
            zone,
        }
    }

    /// A new pump takes over on that day.
    pub fn with_pump_swap(mut self, on: Date) -> Self {
        self.swap_on = Some(on);
        self
    }

    /// The devices they wear; `device` of a datum is a place in this list.
    pub fn devices(&self) -> Vec<SimulatedDevice> {
        device::of(self.seed)
    }

    /// When the next reading is due.
    pub fn next_at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.next_ms).unwrap_or(Timestamp::MAX)
    }

    /// Lives on until `until` (not included) and yields what that brought.
    pub fn until(&mut self, until: Timestamp) -> Batch {
        let until = until.as_millisecond();
        self.out.readings.reserve(((until - self.next_ms).max(0) / TICK_MS) as usize + 8);
        while self.next_ms < until {
            let tick = self.tick_at(self.next_ms);
            self.live(tick);
            self.next_ms += TICK_MS;
        }
        self.out.events.sort_by_key(|event| event.at);
        std::mem::take(&mut self.out)
    }

    fn tick_at(&mut self, ms: i64) -> Tick {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
        if ms >= self.wall.valid_until_ms {
            let valid_until_ms =
                self.zone.following(at).next().map_or(i64::MAX, |next| next.timestamp().as_millisecond());
            self.wall = Wall { offset_s: self.zone.to_offset(at).seconds(), valid_until_ms };
        }
        let local_ms = ms + i64::from(self.wall.offset_s) * 1000;
        let minute = local_ms.rem_euclid(86_400_000) as f64 / 60_000.0;
        Tick { ms, at, offset_min: (self.wall.offset_s / 60) as i16, minute }
    }

    fn live(&mut self, tick: Tick) {
        if tick.minute < 5.0 || self.day_is_over(tick) {
            self.begin_day(tick);
        }
        self.act(tick);
        let (rate, delivery) = self.pump.rate(&self.traits, tick.minute, tick.ms, self.sensor.seen());
        if let Some((ended, length_ms)) = self.pump.give(tick.ms, rate, delivery) {
            self.basal(tick, ended, length_ms);
        }
        self.body.tick(&self.traits, tick.minute, rate, &mut self.chance);
        if let Some(shown) = self.sensor.tick(self.body.glucose, &self.day, tick.minute, &mut self.chance) {
            let (glucose, limit) = sensor::delivered(shown, self.unit);
            self.out.readings.push(NewReading {
                limit,
                trend: self.sensor.trend(),
                device: Some(device::SENSOR),
                ..NewReading::cgm(tick.at, tick.offset_min, glucose)
            });
        }
    }

    fn day_is_over(&self, tick: Tick) -> bool {
        self.days_lived == 0 && self.day.date != tick.at.to_zoned(self.zone.clone()).date()
    }

    fn begin_day(&mut self, tick: Tick) {
        let date = tick.at.to_zoned(self.zone.clone()).date();
        if date == self.day.date {
            return;
        }
        self.day = Day::plan(date, &self.traits, &mut self.chance);
        self.body.mood = self.day.mood.clamp(0.75, 1.3);
        self.habit.begin_day();
        self.days_lived += 1;
    }

    pub(crate) fn finger(&mut self, tick: Tick) {
        let value = self.body.glucose * (1.0 + 0.04 * self.chance.bell());
        let (glucose, limit) = sensor::delivered(value, self.unit);
        self.out.readings.push(NewReading {
            kind: ReadingKind::Meter,
            limit,
            device: Some(device::METER),
            ..NewReading::cgm(tick.at, tick.offset_min, glucose)
        });
    }

    /// How many whole days have been lived.
    pub(crate) fn days_lived(&self) -> u32 {
        self.days_lived
    }
}
