//! Who lives in the demo: a family with care partners, a parent with two children, a clinic. All invented.

use glucose::Unit;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use life::{Life, Personality};

/// Good for every account of the demo, and printed.
pub const PASSWORD: &str = "only-a-demo-to-look-around";
pub const CLINIC: &str = "Riverside Diabetes Clinic";
pub const CLINIC_PATIENTS: usize = 40;
const DAYS: i64 = 90;
const CLINIC_ZONE: &str = "Europe/Berlin";

/// Somebody who signs in.
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub part: &'static str,
    pub zone: &'static str,
    pub unit: Unit,
}

pub const MARA: Person = person("Mara Lind", "mara@example.org", "patient", Unit::MgDl);
pub const JONAS: Person = person("Jonas Lind", "jonas@example.org", "her care partner, View only", Unit::MgDl);
pub const PETRA: Person = person("Petra Lind", "petra@example.org", "her care partner, View and download", Unit::MgDl);
pub const TOBIAS: Person = person("Tobias Ahlers", "tobias@example.org", "parent of two children", Unit::MmolL);
pub const INES: Person = person("Dr. Ines Vogel", "ines@example.org", "clinic, admin", Unit::MgDl);
pub const SAM: Person = person("Sam Okafor", "sam@example.org", "clinic, clinician", Unit::MgDl);
pub const LEA: Person = person("Lea Brandt", "lea@example.org", "clinic, front desk", Unit::MgDl);
pub const EVERYBODY: [&Person; 7] = [&MARA, &JONAS, &PETRA, &TOBIAS, &INES, &SAM, &LEA];

/// What the authenticator apps of those at the clinic compute their codes from.
pub const SEED: &[u8; 20] = b"Riverside, demo only";

/// As an authenticator app takes it.
pub const SEED_TEXT: &str = "KJUXMZLSONUWIZJMEBSGK3LPEBXW43DZ";

/// Recovery codes of each of those at the clinic: enough for a demo.
pub fn recovery_codes() -> Vec<String> {
    (1..=30).map(|number| format!("DEMO-CODE-0000-{number:04}")).collect()
}

const fn person(name: &'static str, email: &'static str, part: &'static str, unit: Unit) -> Person {
    Person { name, email, part, zone: CLINIC_ZONE, unit }
}

/// Somebody whose devices send.
#[derive(Clone)]
pub struct Patient {
    pub name: String,
    pub born_on: Date,
    pub unit: Unit,
    pub zone: &'static str,
    pub personality: Personality,
    pub seed: u64,
    pub swaps_pump: bool,
    /// Whose devices stopped sending so many days ago; somebody to call.
    pub silent_days: i64,
}

impl Patient {
    fn new(name: &str, born_on: Date, unit: Unit, personality: Personality, seed: u64) -> Self {
        Self {
            name: name.to_owned(),
            born_on,
            unit,
            zone: CLINIC_ZONE,
            personality,
            seed,
            swaps_pump: false,
            silent_days: 0,
        }
    }

    pub fn zone(&self) -> TimeZone {
        TimeZone::get(self.zone).expect("the zones of the demo are in the list")
    }

    /// Ninety days up to now, or a few more, so that a change of the clocks is always among them for who swaps the pump.
    pub fn life(&self, now: Timestamp) -> Life {
        let zone = self.zone();
        let today = zone.to_datetime(now).date();
        let usual = today.saturating_sub(DAYS.days());
        let change = zone.preceding(now).next().map_or(usual, |change| zone.to_datetime(change.timestamp()).date());
        let first = if self.swaps_pump { usual.min(change.saturating_sub(7.days())) } else { usual };
        let life = Life::new(self.seed, self.personality, self.unit, zone, first);
        if self.swaps_pump { life.with_pump_swap(today.saturating_sub(30.days())) } else { life }
    }
}

pub fn mara() -> Patient {
    let born_on = date(1988, 4, 12);
    Patient { swaps_pump: true, ..Patient::new(MARA.name, born_on, MARA.unit, Personality::Steady, 11) }
}

pub fn children() -> Vec<Patient> {
    vec![
        Patient::new("Emil Ahlers", date(2012, 9, 3), Unit::MmolL, Personality::Teen, 21),
        Patient::new("Ida Ahlers", date(2017, 1, 26), Unit::MmolL, Personality::Looper, 22),
    ]
}

/// Forty people with names of their own, of every age and way of living.
pub fn clinic_patients() -> Vec<Patient> {
    const FIRST: [&str; 10] = ["Anna", "Bruno", "Clara", "David", "Elif", "Farid", "Greta", "Hugo", "Irina", "Jakob"];
    const LAST: [&str; 4] = ["Albers", "Becker", "Costa", "Demir"];
    (0..CLINIC_PATIENTS)
        .map(|number| {
            let name = format!("{} {}", FIRST[number % FIRST.len()], LAST[number / FIRST.len()]);
            let years = i16::try_from(number * 37 % 70).expect("below 70");
            let months = i8::try_from(number * 7 % 12).expect("below 12");
            let born_on = date(1942 + years, 1 + months, 1 + months * 2);
            let personality = Personality::ALL[number * 3 % Personality::ALL.len()];
            let silent_days = if number % 13 == 5 { 9 } else { 0 };
            Patient { silent_days, ..Patient::new(&name, born_on, Unit::MgDl, personality, 1000 + number as u64) }
        })
        .collect()
}
