//! How much insulin was given, by local day and in all (metrics 1.9).
//!
//! Basal insulin is rate times hours of each segment, bolus what was delivered. A device's own daily total is kept
//! beside the sum and never added to it.

use crate::{
    basal::{Segment, segments},
    event::{BasalDelivery, BolusOrigin, Event, EventKind, InsulinKind},
    loop_hours::LoopHours,
    told::Told,
    wall_clock::{WallClock, date_of, day_of},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Insulin and carbohydrate of one local day, in U and g.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InsulinDay {
    /// The local day.
    pub on: Date,
    /// Basal insulin, automated part included; long-acting injections too.
    pub basal: f64,
    /// The part of it that a closed loop gave. Where a device tells only the whole of a day (CareLink's aggregate), its
    /// automatic corrections are in it.
    pub automated_basal: f64,
    /// Boluses, automatic corrections and rapid injections.
    pub bolus: f64,
    /// Insulin that is neither.
    pub other: f64,
    /// Number of boluses and rapid injections.
    pub boluses: u64,
    /// Carbohydrate.
    pub carbs: f64,
    /// Entries of carbohydrate.
    pub meals: u64,
    /// What the device itself says of the whole day.
    pub device_total: Option<f64>,
    /// Whether there is any insulin record on it.
    pub has_insulin: bool,
}

impl InsulinDay {
    fn new(on: Date) -> Self {
        Self {
            on,
            basal: 0.0,
            automated_basal: 0.0,
            bolus: 0.0,
            other: 0.0,
            boluses: 0,
            carbs: 0.0,
            meals: 0,
            device_total: None,
            has_insulin: false,
        }
    }

    /// All insulin of the day.
    pub fn total(&self) -> f64 {
        self.basal + self.bolus + self.other
    }
}

/// Insulin of a window, by day and in all.
#[derive(Clone, Debug, PartialEq)]
pub struct InsulinTotals {
    /// The days with any insulin or carbohydrate record, in order.
    pub days: Vec<InsulinDay>,
    /// Over how many days the means are taken (Tidepool `getActiveDaysWithData`): those with any insulin record, one
    /// less where the window does not begin at midnight and has data on both edge dates.
    pub insulin_days: u64,
    /// The same for insulin or carbohydrate.
    pub carb_days: u64,
    /// The events hold all insulin, as far as the device's own totals can tell: on whole days that have one, they add up
    /// to at least 80 % of it. Older pumps export no programmed basal rates, and a total without them would mislead; then
    /// there is no total daily dose and no basal figure.
    pub is_complete: bool,
    /// Percent of basal time in which a loop dosed by itself (Tidepool `getTimeInAutoData`).
    pub time_in_auto: Option<f64>,
}

impl InsulinTotals {
    /// Of events in any order, clipped to `from` ≤ instant < `to`. Events before `from` are looked at too: a basal
    /// segment may reach into the window.
    pub fn of(events: &[Event], from: Timestamp, to: Timestamp, zone: &TimeZone) -> Self {
        let (from, to) = (from.as_millisecond(), to.as_millisecond());
        let told = Told::by(events);
        let list = segments(&told, from, to);
        let hours = LoopHours::of(&told, from, to, zone);
        let mut days = Days { clock: WallClock::new(zone), list: Vec::new(), near: 0 };
        for event in events {
            if (from..to).contains(&event.at.as_millisecond()) {
                days.add_event(event, &hours);
            }
        }
        let mut clock = WallClock::new(zone);
        for segment in &list {
            segment.by_day(&mut clock, |part| days.add_part(&part, &hours));
        }
        let is_midnight = clock.at(from).rem_euclid(crate::wall_clock::DAY_MS) == 0;
        let edges = [day_of(clock.at(from)), day_of(clock.at(to - 1))];
        let count = |is_counted: fn(&InsulinDay) -> bool| {
            let counted: Vec<i64> = days.list.iter().filter(|(_, day)| is_counted(day)).map(|(day, _)| *day).collect();
            let is_split = !is_midnight && edges[0] != edges[1] && edges.iter().all(|edge| counted.contains(edge));
            counted.len() as u64 - u64::from(is_split)
        };
        let whole_days = edges[0] + i64::from(!is_midnight)..=day_of(clock.at(to)) - 1;
        Self {
            is_complete: is_complete(days.list.iter().filter(|(day, _)| whole_days.contains(day)).map(|(_, day)| day)),
            insulin_days: count(|day| day.has_insulin),
            carb_days: count(|day| day.has_insulin || day.meals > 0),
            time_in_auto: hours.percent(&list),
            days: days.list.into_iter().map(|(_, day)| day).collect(),
        }
    }

    /// Total daily dose, U.
    pub fn tdd(&self) -> Option<f64> {
        self.a_day(InsulinDay::total).filter(|_| self.is_complete)
    }

    /// Basal insulin a day, U.
    pub fn basal_per_day(&self) -> Option<f64> {
        self.a_day(|day| day.basal).filter(|_| self.is_complete)
    }

    /// Basal insulin a day that a loop gave, U.
    pub fn automated_basal_per_day(&self) -> Option<f64> {
        self.a_day(|day| day.automated_basal)
    }

    /// Bolus insulin a day, U.
    pub fn bolus_per_day(&self) -> Option<f64> {
        self.a_day(|day| day.bolus)
    }

    /// Boluses a day.
    pub fn boluses_per_day(&self) -> Option<f64> {
        self.a_day(|day| day.boluses as f64)
    }

    /// Percent of all insulin that is basal.
    pub fn basal_percent(&self) -> Option<f64> {
        self.percent(|day| day.basal)
    }

    /// Percent of all insulin that is bolus.
    pub fn bolus_percent(&self) -> Option<f64> {
        self.percent(|day| day.bolus)
    }

    /// Carbohydrate a day, g, over the days with any insulin or carbohydrate record; none without any.
    pub fn carbs_per_day(&self) -> Option<f64> {
        let meals: u64 = self.days.iter().map(|day| day.meals).sum();
        (meals > 0 && self.carb_days > 0).then(|| self.sum(|day| day.carbs) / self.carb_days as f64)
    }

    /// The mean of the device's own daily totals, to check the sum against.
    pub fn device_tdd(&self) -> Option<f64> {
        crate::spread::mean_of(self.days.iter().filter_map(|day| day.device_total))
    }

    fn a_day(&self, amount: impl Fn(&InsulinDay) -> f64) -> Option<f64> {
        (self.insulin_days > 0).then(|| self.sum(amount) / self.insulin_days as f64)
    }

    fn percent(&self, amount: impl Fn(&InsulinDay) -> f64) -> Option<f64> {
        let total = self.sum(InsulinDay::total);
        (total > 0.0 && self.is_complete).then(|| 100.0 * self.sum(amount) / total)
    }

    fn sum(&self, amount: impl Fn(&InsulinDay) -> f64) -> f64 {
        self.days.iter().map(amount).sum()
    }
}

/// Days while they are being added up.
struct Days<'zone> {
    clock: WallClock<'zone>,
    /// By rising day, in days since 1970.
    list: Vec<(i64, InsulinDay)>,
    /// Where the last one asked for is: the next is mostly the same.
    near: usize,
}

impl Days<'_> {
    fn at(&mut self, ms: i64) -> &mut InsulinDay {
        let day = day_of(self.clock.at(ms));
        if self.list.get(self.near).is_none_or(|(near, _)| *near != day) {
            self.near = self.list.partition_point(|(other, _)| *other < day);
            if self.list.get(self.near).is_none_or(|(found, _)| *found != day) {
                self.list.insert(self.near, (day, InsulinDay::new(date_of(day))));
            }
        }
        &mut self.list[self.near].1
    }

    fn add_event(&mut self, event: &Event, hours: &LoopHours) {
        let at = event.at.as_millisecond();
        match event.kind {
            // What the device added up for the day has its automatic corrections in it already.
            EventKind::Bolus { origin: BolusOrigin::Automatic, .. } if hours.has_day_total(at) => {}
            EventKind::Bolus { normal, extended, .. } => self.add_bolus(at, normal + extended),
            EventKind::Injection { units, insulin: InsulinKind::Rapid } => self.add_bolus(at, units),
            EventKind::Injection { units, insulin } => {
                let day = self.at(at);
                day.has_insulin = true;
                *(if insulin == InsulinKind::Long { &mut day.basal } else { &mut day.other }) += amount(units);
            }
            EventKind::AutoInsulinDay { units } => {
                let day = self.at(at);
                day.has_insulin = true;
                day.basal += amount(units);
                day.automated_basal += amount(units);
            }
            EventKind::DailyTotal { units } => self.at(at).device_total = Some(amount(units)),
            EventKind::Carbs { grams, .. } => {
                let day = self.at(at);
                day.carbs += amount(grams);
                day.meals += 1;
            }
            _ => {}
        }
    }

    fn add_bolus(&mut self, at: i64, units: f64) {
        let day = self.at(at);
        day.has_insulin = true;
        day.bolus += amount(units);
        day.boluses += 1;
    }

    /// A part of a basal segment within one local day.
    fn add_part(&mut self, part: &Segment, hours: &LoopHours) {
        let units = hours.delivered_units(part);
        let day = self.at(part.start);
        day.has_insulin = true;
        day.basal += units;
        day.automated_basal += if part.delivery == BasalDelivery::Automated { units } else { 0.0 };
    }
}

/// Systems differ by a tenth on the same day (iAPS issue 527); less than this share of the device's total is a gap.
const COMPLETE: f64 = 0.8;

fn is_complete<'a>(days: impl Iterator<Item = &'a InsulinDay>) -> bool {
    let both = days.filter_map(|day| Some((day.total(), day.device_total?)));
    let (added, told) = both.fold((0.0, 0.0), |sums, day| (sums.0 + day.0, sums.1 + day.1));
    added >= COMPLETE * told
}

/// A wrong amount is none.
fn amount(value: f64) -> f64 {
    if value.is_finite() { value.max(0.0) } else { 0.0 }
}
