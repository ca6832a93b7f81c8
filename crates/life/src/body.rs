//! A small model of a body: what was eaten and what insulin is acting move glucose, five minutes at a time.

use crate::chance::Chance;
use crate::person::Traits;

/// Minutes in one tick.
pub(crate) const TICK_MIN: f64 = 5.0;

/// Two compartments in a row: what goes in comes out later, smoothly, all of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pipe {
    first: f64,
    second: f64,
}

impl Pipe {
    pub(crate) fn add(&mut self, amount: f64) {
        self.first += amount;
    }

    /// What comes out within one tick, with `minutes` spent in each compartment on average.
    fn flow(&mut self, minutes: f64) -> f64 {
        let share = TICK_MIN / minutes;
        let out = self.second * share;
        self.second += self.first * share - out;
        self.first -= self.first * share;
        out
    }

    pub(crate) fn inside(&self) -> f64 {
        self.first + self.second
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) glucose: f64,
    /// Insulin given above or below the need, units.
    pub(crate) insulin: Pipe,
    /// Boluses alone, for the pump's own reckoning of active insulin.
    pub(crate) bolus_insulin: Pipe,
    food: Pipe,
    fast_food: Pipe,
    drift: f64,
    /// How much more sensitive movement makes it: 1 is plain.
    pub(crate) activity: f64,
    /// Today's own sensitivity: nobody is the same every day.
    pub(crate) mood: f64,
}

impl Body {
    pub(crate) fn new(glucose: f64) -> Self {
        Self {
            glucose,
            insulin: Pipe::default(),
            bolus_insulin: Pipe::default(),
            food: Pipe::default(),
            fast_food: Pipe::default(),
            drift: 0.0,
            activity: 1.0,
            mood: 1.0,
        }
    }

    pub(crate) fn eat(&mut self, grams: f64) {
        self.food.add(grams);
    }

    pub(crate) fn eat_sugar(&mut self, grams: f64) {
        self.fast_food.add(grams);
    }

    pub(crate) fn bolus(&mut self, units: f64) {
        self.insulin.add(units);
        self.bolus_insulin.add(units);
    }

    /// U/h that would hold glucose level at this time of day: most before dawn, least in the early night.
    pub(crate) fn need(traits: &Traits, minute_of_day: f64) -> f64 {
        let dawn = (-((minute_of_day - 390.0) / 130.0).powi(2)).exp();
        let night = (-((minute_of_day - 60.0) / 120.0).powi(2)).exp();
        traits.basal_need * (0.92 + 0.42 * dawn - 0.14 * night)
    }

    /// Five minutes of life with `basal` U/h given.
    pub(crate) fn tick(&mut self, traits: &Traits, minute_of_day: f64, basal: f64, chance: &mut Chance) {
        let per_tick = TICK_MIN / 60.0;
        let need = Self::need(traits, minute_of_day) * self.mood;
        self.insulin.add((basal - need) * per_tick);
        let acting = self.insulin.flow(42.0);
        self.bolus_insulin.flow(60.0);
        let absorbed = self.food.flow(34.0) + self.fast_food.flow(11.0);
        let per_gram = traits.sensitivity / traits.carb_ratio;
        self.drift = 0.97 * self.drift + 0.32 * chance.bell();
        // Movement burns by itself, and low glucose makes the liver answer.
        let burned = (self.activity - 1.0) * 2.2;
        let rescue = (78.0 - self.glucose).max(0.0) * 0.055;
        let kidneys = (self.glucose - 230.0).max(0.0) * 0.011;
        self.glucose += absorbed * per_gram - acting * traits.sensitivity * self.activity.sqrt() + self.drift - burned
            + rescue
            - kidneys
            + (traits.target + 12.0 - self.glucose) * 0.004;
        self.glucose = self.glucose.clamp(32.0, 480.0);
        self.activity = 1.0 + (self.activity - 1.0) * 0.985;
    }
}
