//! What one local day will bring: when they get up, eat, move, forget, and what goes wrong.

use crate::chance::Chance;
use crate::person::Traits;
use jiff::civil::Date;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Meal {
    /// Minute of the day at the first bite.
    pub minute: f64,
    pub grams: f64,
    /// What the person believes it is.
    pub guess: f64,
    /// Minute of the bolus; `None` when it is forgotten.
    pub bolus_minute: Option<f64>,
    pub note: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Exercise {
    pub minute: f64,
    pub duration_min: f64,
    pub what: &'static str,
    pub intensity: &'static str,
    pub strength: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub date: Date,
    pub wakes: f64,
    pub sleeps: f64,
    pub meals: Vec<Meal>,
    pub exercise: Option<Exercise>,
    /// Minutes of the day without a signal: from, to.
    pub gap: Option<(f64, f64)>,
    /// Lying on the sensor: from, to.
    pub pressure: Option<(f64, f64)>,
    pub note: Option<(f64, &'static str)>,
    pub fingers: Vec<f64>,
    /// Sensitivity of this day against the usual.
    pub mood: f64,
}

const NOTES: [&str; 6] = [
    "Slept badly, a cold is coming.",
    "School trip, long walk.",
    "New infusion set, other side.",
    "Birthday party.",
    "Stress at work.",
    "Sensor reads lower than the meter.",
];
const MEAL_NOTES: [&str; 4] = ["Pizza", "Pasta", "Eating out, a guess", "Big dessert"];

impl Day {
    pub(crate) fn plan(date: Date, traits: &Traits, chance: &mut Chance) -> Self {
        let weekend = matches!(date.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        let wakes = if weekend { chance.between(450.0, 570.0) } else { chance.between(375.0, 430.0) };
        let usual = [wakes + chance.between(20.0, 60.0), chance.between(720.0, 800.0), chance.between(1080.0, 1180.0)];
        let mut meals: Vec<Meal> =
            usual.iter().zip(traits.meals).map(|(&minute, grams)| meal(minute, grams, traits, chance)).collect();
        meals.retain(|_| !chance.happens(0.04));
        for _ in 0..(traits.snacks + chance.share()).floor() as usize {
            let minute = chance.pick(&[600.0, 930.0, 960.0, 1260.0, 1300.0]) + chance.between(-20.0, 20.0);
            meals.push(meal(minute, chance.between(10.0, 26.0), traits, chance));
        }
        meals.sort_by(|a, b| a.minute.total_cmp(&b.minute));
        let span = |at: f64, length: f64| (at, at + length);
        Self {
            date,
            wakes,
            sleeps: chance.between(1340.0, 1430.0),
            meals,
            exercise: chance.happens(0.35).then(|| exercise(chance)),
            gap: chance.happens(0.16).then(|| span(chance.between(0.0, 1380.0), chance.between(15.0, 170.0))),
            pressure: chance.happens(0.07).then(|| span(chance.between(60.0, 300.0), chance.between(20.0, 45.0))),
            note: chance.happens(0.12).then(|| (chance.between(600.0, 1260.0), chance.pick(&NOTES))),
            fingers: (0..chance.below(3)).map(|_| chance.between(420.0, 1320.0)).collect(),
            mood: 1.0 + 0.07 * chance.bell(),
        }
    }

    pub(crate) fn awake(&self, minute: f64) -> bool {
        (self.wakes..self.sleeps).contains(&minute)
    }
}

fn meal(minute: f64, grams: f64, traits: &Traits, chance: &mut Chance) -> Meal {
    let grams = (grams * (1.0 + 0.18 * chance.bell())).clamp(6.0, 150.0);
    let guess = grams * (1.0 + traits.guess_spread * chance.bell());
    let bolus = minute - traits.early_min + chance.between(-5.0, 8.0);
    Meal {
        minute,
        grams,
        guess: (guess.clamp(5.0, 160.0) / 5.0).round() * 5.0,
        bolus_minute: (!chance.happens(traits.forgets)).then_some(bolus),
        note: (grams > 60.0 && chance.happens(0.12)).then(|| chance.pick(&MEAL_NOTES)),
    }
}

fn exercise(chance: &mut Chance) -> Exercise {
    let (what, intensity, strength) = chance.pick(&[
        ("Walk", "light", 1.25),
        ("Cycling", "medium", 1.6),
        ("Running", "heavy", 1.9),
        ("Football", "heavy", 1.8),
    ]);
    Exercise {
        minute: chance.between(960.0, 1080.0),
        duration_min: chance.pick(&[30.0, 45.0, 60.0, 75.0]),
        what,
        intensity,
        strength,
    }
}
