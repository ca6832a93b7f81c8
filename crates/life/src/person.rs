//! What makes one person's days differ from another's.

use crate::chance::Chance;

/// How somebody fares with their diabetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Personality {
    /// Counts well, boluses early: time in range around 75 to 85 %.
    Steady,
    /// Forgets boluses, snacks: high afternoons.
    Teen,
    /// Runs high, careful about lows.
    HighRunner,
    /// Tight targets, lows at night.
    HypoProne,
    /// A hybrid closed loop doses every five minutes.
    Looper,
}

impl Personality {
    /// All of them, for a clinic's list.
    pub const ALL: [Self; 5] = [Self::Steady, Self::Teen, Self::HighRunner, Self::HypoProne, Self::Looper];
}

/// The numbers behind a personality.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    /// What the person (or loop) aims at, mg/dL.
    pub target: f64,
    /// How much one unit lowers, mg/dL.
    pub sensitivity: f64,
    /// Grams that one unit covers.
    pub carb_ratio: f64,
    /// U/h that hold glucose level, on average.
    pub basal_need: f64,
    /// Programmed basal as a share of the need.
    pub basal_set: f64,
    /// Spread of the guess at carbohydrate, as a share.
    pub guess_spread: f64,
    /// How often a meal goes without its bolus.
    pub forgets: f64,
    /// Minutes from the bolus to the first bite: negative when it comes late.
    pub early_min: f64,
    /// Snacks a day.
    pub snacks: f64,
    /// Corrects above this, mg/dL, when awake.
    pub corrects_above: f64,
    /// A loop doses by itself.
    pub loops: bool,
    /// Meals in grams: breakfast, lunch, dinner.
    pub meals: [f64; 3],
}

impl Traits {
    pub(crate) fn of(personality: Personality) -> Self {
        let steady = Self {
            target: 110.0,
            sensitivity: 42.0,
            carb_ratio: 9.0,
            basal_need: 0.85,
            basal_set: 1.0,
            guess_spread: 0.14,
            forgets: 0.02,
            early_min: 10.0,
            snacks: 0.8,
            corrects_above: 200.0,
            loops: false,
            meals: [42.0, 55.0, 62.0],
        };
        match personality {
            Personality::Steady => steady,
            Personality::Teen => Self {
                target: 120.0,
                sensitivity: 36.0,
                carb_ratio: 7.0,
                basal_need: 1.2,
                basal_set: 0.95,
                guess_spread: 0.30,
                forgets: 0.14,
                early_min: -8.0,
                snacks: 2.2,
                corrects_above: 250.0,
                meals: [50.0, 75.0, 85.0],
                ..steady
            },
            Personality::HighRunner => Self {
                target: 150.0,
                basal_need: 1.0,
                basal_set: 0.93,
                guess_spread: 0.22,
                forgets: 0.08,
                early_min: 0.0,
                corrects_above: 260.0,
                ..steady
            },
            Personality::HypoProne => {
                Self { target: 95.0, sensitivity: 55.0, basal_set: 1.08, guess_spread: 0.20, early_min: 12.0, ..steady }
            }
            Personality::Looper => Self {
                target: 118.0,
                guess_spread: 0.26,
                early_min: -2.0,
                forgets: 0.12,
                snacks: 1.4,
                loops: true,
                ..steady
            },
        }
    }

    /// No two people of one kind are the same: this one's own numbers.
    pub(crate) fn vary(self, chance: &mut Chance) -> Self {
        let mut about = |value: f64, spread: f64| value * (1.0 + spread * chance.bell().clamp(-2.0, 2.0));
        let size = about(1.0, 0.12);
        Self {
            sensitivity: about(self.sensitivity / size, 0.05),
            carb_ratio: about(self.carb_ratio / size, 0.04),
            basal_need: self.basal_need * size,
            basal_set: about(self.basal_set, 0.02),
            guess_spread: about(self.guess_spread, 0.2),
            forgets: about(self.forgets, 0.4),
            snacks: about(self.snacks, 0.2),
            meals: self.meals.map(|grams| about(grams, 0.1)),
            ..self
        }
    }
}
