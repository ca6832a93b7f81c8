//! Hours of the week at which a care partner sees nothing, such as school hours; by the clock of the record.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

const DAY_MIN: u16 = 24 * 60;

/// The same hours on some days of the week. An end that is not after its beginning is on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeeklyPause {
    days: u8,
    from_min: u16,
    to_min: u16,
}

/// Why hours were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A weekly pause needs at least one day and two times of day, and leaves some time in the week.")]
pub struct InvalidWeeklyPause;

impl WeeklyPause {
    /// Days as bits, Monday the lowest; minutes of the day, both below 1,440.
    pub fn new(days: u8, from_min: u16, to_min: u16) -> Result<Self, InvalidWeeklyPause> {
        let always = days == 0x7f && from_min == to_min;
        let fits = (1..=0x7f).contains(&days) && from_min < DAY_MIN && to_min < DAY_MIN && !always;
        if fits { Ok(Self { days, from_min, to_min }) } else { Err(InvalidWeeklyPause) }
    }

    /// As it was made.
    pub fn parts(self) -> (u8, u16, u16) {
        (self.days, self.from_min, self.to_min)
    }

    /// Whether a pause begins on this day.
    pub fn is_on(self, day: Weekday) -> bool {
        self.days & (1 << day.to_monday_zero_offset()) != 0
    }

    /// When it begins and ends.
    pub fn times(self) -> (Time, Time) {
        (time(self.from_min), time(self.to_min))
    }

    /// The end of the pause that `at` lies in; pauses that touch are one.
    pub fn paused_until(self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let spans = self.around(at, zone);
        spans.iter().fold(None, |until: Option<Timestamp>, &(from, to)| {
            let inside = until.unwrap_or(at);
            if from <= inside && inside < to { Some(to) } else { until }
        })
    }

    /// When the next pause begins that `at` does not lie in.
    pub fn next_at(self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.around(at, zone).into_iter().map(|(from, _)| from).find(|from| *from > at)
    }

    /// The pauses from the day before up to eight days later, in their order.
    fn around(self, at: Timestamp, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
        let today = zone.to_datetime(at).date();
        let first = today.yesterday().unwrap_or(today);
        first
            .series(1.day())
            .take(10)
            .filter(|day| self.is_on(day.weekday()))
            .filter_map(|day| self.span(day, zone))
            .collect()
    }

    fn span(self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let last = if self.to_min > self.from_min { day } else { day.tomorrow().ok()? };
        let (from, to) = self.times();
        let at = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
        at(day, from).zip(at(last, to))
    }
}

fn time(min: u16) -> Time {
    let part = |value: u16| i8::try_from(value).expect("minutes of a day are below 1,440");
    Time::constant(part(min / 60), part(min % 60), 0, 0)
}
