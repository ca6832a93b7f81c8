//! What the person does: eats, boluses, treats lows, corrects highs, moves, changes sets and sensors, writes notes.

use crate::device;
use crate::live::{Life, Tick};
use crate::pump::Segment;
use glucose::event::BolusOrigin;
use glucose::{EventKind, NewEvent};
use jiff::Timestamp;

/// What has been done today already.
#[derive(Clone, Debug, Default)]
pub(crate) struct Habit {
    eaten: usize,
    bolused: Vec<usize>,
    fingers: usize,
    moved: bool,
    noted: bool,
    changed: bool,
    treated_ms: i64,
    alarmed_ms: i64,
    status_ms: i64,
}

impl Habit {
    pub(crate) fn begin_day(&mut self) {
        *self = Self {
            treated_ms: self.treated_ms,
            alarmed_ms: self.alarmed_ms,
            status_ms: self.status_ms,
            ..Self::default()
        };
    }
}

const LOW_ALARM: f64 = 70.0;
const HIGH_ALARM: f64 = 260.0;

impl Life {
    pub(crate) fn act(&mut self, tick: Tick) {
        self.meals(tick);
        self.lows_and_highs(tick);
        self.movement(tick);
        self.fingers_and_notes(tick);
        self.changes(tick);
        self.status(tick);
    }

    fn pump_device(&self) -> u16 {
        if self.swap_on.is_some_and(|on| self.day.date >= on) { device::SECOND_PUMP } else { device::FIRST_PUMP }
    }

    fn note_event(&mut self, tick: Tick, from: Option<u16>, kind: EventKind) {
        self.out.events.push(NewEvent { device: from, ..NewEvent::new(tick.at, tick.offset_min, kind) });
    }

    fn pump_event(&mut self, tick: Tick, kind: EventKind) {
        let pump = self.pump_device();
        self.note_event(tick, Some(pump), kind);
    }

    fn bolus(&mut self, tick: Tick, units: f64, origin: BolusOrigin) {
        let units = (units * 20.0).round() / 20.0;
        if units < 0.1 {
            return;
        }
        self.body.bolus(units);
        self.pump.reservoir -= units;
        self.pump.last_bolus_ms = tick.ms;
        let kind = EventKind::Bolus { normal: units, extended: 0.0, duration_ms: 0, programmed: None, origin };
        self.pump_event(tick, kind);
    }

    /// What a pump's calculator would say: carbohydrate, and half of what is missing to the target beyond active insulin.
    fn advice(&self, grams: f64) -> f64 {
        let shown = self.sensor.seen().map_or(self.traits.target, |(value, _)| value);
        let correction = (shown - self.traits.target) / self.traits.sensitivity - self.body.bolus_insulin.inside();
        grams / self.traits.carb_ratio + correction.clamp(-2.0, 4.0) * 0.7
    }

    fn meals(&mut self, tick: Tick) {
        for index in 0..self.day.meals.len() {
            let meal = self.day.meals[index];
            let due = meal.bolus_minute.is_some_and(|minute| tick.minute >= minute && tick.minute < minute + 60.0);
            if due && !self.habit.bolused.contains(&index) {
                self.habit.bolused.push(index);
                let advised = self.advice(meal.guess).max(0.0);
                let on_board = Some((self.body.bolus_insulin.inside() * 10.0).round() / 10.0);
                let calculation = EventKind::Calculation {
                    advised: Some((advised * 20.0).round() / 20.0),
                    on_board,
                    carbs: Some(meal.guess),
                    delivered: true,
                };
                self.pump_event(tick, calculation);
                self.pump_event(tick, EventKind::Carbs { grams: meal.guess, fat: None, protein: None });
                self.bolus(tick, advised, BolusOrigin::Calculator);
            }
        }
        while let Some(meal) = self.day.meals.get(self.habit.eaten).copied()
            && tick.minute >= meal.minute
        {
            self.habit.eaten += 1;
            if tick.minute < meal.minute + 30.0 {
                self.body.eat(meal.grams);
                if let Some(text) = meal.note {
                    self.note_event(tick, None, EventKind::Note { text: text.to_owned() });
                }
            }
        }
    }

    fn lows_and_highs(&mut self, tick: Tick) {
        let Some((shown, change)) = self.sensor.seen() else { return };
        let awake = self.day.awake(tick.minute);
        if !(LOW_ALARM..=HIGH_ALARM).contains(&shown) && tick.ms - self.habit.alarmed_ms > 45 * 60_000 {
            self.habit.alarmed_ms = tick.ms;
            let (text, code) = if shown < LOW_ALARM { ("Low glucose", 802) } else { ("High glucose", 816) };
            self.note_event(
                tick,
                Some(device::SENSOR),
                EventKind::Alarm { text: text.to_owned(), code: Some(code), cleared: false },
            );
        }
        let notices = if awake { 0.5 } else { 0.16 };
        if shown < 66.0 && change < 6.0 && tick.ms - self.habit.treated_ms > 20 * 60_000 && self.chance.happens(notices)
        {
            self.habit.treated_ms = tick.ms;
            let grams = self.chance.pick(&[10.0, 15.0, 15.0, 20.0]);
            self.body.eat_sugar(grams);
            if self.chance.happens(0.7) {
                self.note_event(tick, None, EventKind::Carbs { grams, fat: None, protein: None });
            }
        }
        let may_bolus = tick.ms - self.pump.last_bolus_ms > 150 * 60_000;
        if awake && may_bolus && shown > self.traits.corrects_above && change > -10.0 && self.chance.happens(0.15) {
            let units = self.advice(0.0).max(0.0);
            self.bolus(tick, units, BolusOrigin::Calculator);
        }
        let may_correct = self.traits.loops && tick.ms - self.pump.last_automatic_ms > 30 * 60_000;
        if may_correct && shown > 180.0 && change > -4.0 {
            let units = self.advice(0.0).max(0.0) * 0.4;
            self.pump.last_automatic_ms = tick.ms;
            self.bolus(tick, units, BolusOrigin::Automatic);
        }
    }

    fn movement(&mut self, tick: Tick) {
        let Some(exercise) = self.day.exercise else { return };
        if !self.habit.moved && tick.minute >= exercise.minute && tick.minute < exercise.minute + 30.0 {
            self.habit.moved = true;
            self.body.activity = exercise.strength;
            if self.body.glucose < 130.0 {
                self.body.eat_sugar(15.0);
            }
            let duration_ms = Some((exercise.duration_min * 60_000.0) as i64);
            let intensity = format!("{}, {}", exercise.what, exercise.intensity);
            self.note_event(tick, None, EventKind::Exercise { duration_ms, intensity });
        }
    }

    fn fingers_and_notes(&mut self, tick: Tick) {
        if self.day.fingers.get(self.habit.fingers).is_some_and(|&minute| tick.minute >= minute) {
            self.habit.fingers += 1;
            self.finger(tick);
        }
        if let Some((minute, text)) = self.day.note
            && !self.habit.noted
            && tick.minute >= minute
        {
            self.habit.noted = true;
            self.note_event(tick, None, EventKind::Note { text: text.to_owned() });
        }
    }

    /// At half past seven in the evening: a set every third day, a sensor when it has run out.
    fn changes(&mut self, tick: Tick) {
        if self.habit.changed || tick.minute < 1170.0 {
            return;
        }
        self.habit.changed = true;
        if self.days_lived() % 3 == 1 {
            self.pump.stopped_until_ms = tick.ms + 10 * 60_000;
            self.pump.reservoir = 280.0;
            let set = |what: &str, units| EventKind::SetChange { what: what.to_owned(), units };
            self.pump_event(tick, EventKind::Suspend { reason: "Set change".to_owned() });
            self.pump_event(tick, set("rewind", None));
            self.pump_event(tick, set("tubing", Some(11.2)));
            self.pump_event(tick, set("cannula", Some(0.3)));
            let on = Tick { ms: tick.ms + 600_000, at: later(tick.ms + 600_000), ..tick };
            self.pump_event(on, EventKind::Resume);
        }
        self.sensor.days_left = self.sensor.days_left.saturating_sub(1);
        if self.sensor.days_left == 0 {
            self.sensor.replace(&mut self.chance);
            self.note_event(tick, Some(device::SENSOR), EventKind::Sensor { what: "change".to_owned() });
        }
    }

    /// Once an hour the pump says how it is.
    fn status(&mut self, tick: Tick) {
        if tick.ms - self.habit.status_ms < 3_600_000 {
            return;
        }
        self.habit.status_ms = tick.ms;
        let tenths = |value: f64| Some((value * 10.0).round() / 10.0);
        let kind = EventKind::Status {
            on_board: tenths(self.body.bolus_insulin.inside()),
            carbs_on_board: None,
            reservoir: tenths(self.pump.reservoir.max(0.0)),
            battery: Some(f64::from(100 - (self.days_lived() % 20) * 4)),
            json: "{}".to_owned(),
        };
        self.pump_event(tick, kind);
    }

    pub(crate) fn basal(&mut self, tick: Tick, ended: Segment, length_ms: i64) {
        let began = Tick { ms: ended.start_ms, at: later(ended.start_ms), ..tick };
        let kind = EventKind::Basal { rate: ended.rate, duration_ms: Some(length_ms), delivery: ended.delivery };
        self.pump_event(began, kind);
    }
}

fn later(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}
