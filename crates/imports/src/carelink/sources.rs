//! Who asked for a bolus, by the pump's own words; and whether the loop was on.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The loop's basal insulin, written as a bolus every five minutes.
    AutomatedBasal,
    /// The loop's correction.
    Automatic,
    /// The person, through the calculator, in automatic mode.
    LoopCalculator,
    /// The person, through the calculator, in manual mode.
    Calculator,
    ByHand,
    Unsaid,
    Unknown,
}

pub(super) fn source_of(word: &str) -> Source {
    match word {
        "" => Source::Unsaid,
        "CLOSED_LOOP_MICRO_BOLUS" | "CL_MICRO_BOLUS" | "CLOSED_LOOP_AUTO_BASAL" => Source::AutomatedBasal,
        "CLOSED_LOOP_AUTO_BOLUS" => Source::Automatic,
        "BOLUS_WIZARD" => Source::Calculator,
        "MANUAL" | "EASY_BOLUS" | "PRESET_BOLUS" => Source::ByHand,
        word if word.starts_with("CLOSED_LOOP_") => Source::LoopCalculator,
        _ => Source::Unknown,
    }
}

impl Source {
    /// Whether the loop was on when this was asked for; `None` when the word does not tell.
    pub fn in_automatic_mode(self) -> Option<bool> {
        match self {
            Source::AutomatedBasal | Source::Automatic | Source::LoopCalculator => Some(true),
            Source::Calculator | Source::ByHand => Some(false),
            Source::Unsaid | Source::Unknown => None,
        }
    }
}
