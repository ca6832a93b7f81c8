//! Basal insulin: rows that tell a rate become segments up to the next one; suspensions are 0; the loop's own
//! doses are five minutes each; what was programmed is not counted where the loop was on.

use super::{
    entry::{DeviceLog, Sited, TempBasal, What},
    loop_spans::{Spans, automatic_spans},
    marks::is_resume,
    sources::{Source, source_of},
};
use crate::{Import, clock::Clock};
use glucose::{EventKind, NewEvent, event::BasalDelivery};
use jiff::Timestamp;

const FIVE_MINUTES: i64 = 5 * 60_000;
/// Pumps write their rate once a day at least: a longer silence is a gap in the data.
const LONGEST_SEGMENT: i64 = 24 * 3_600_000;

#[derive(Clone, Copy)]
enum Step {
    /// A temporary rate ends by itself. First of its instant: the row that tells what follows comes after.
    TempEnds,
    Rate(f64),
    Temp(TempBasal, i64),
    Suspend,
    /// A blockage, or the reservoir taken out: nothing flows until a rate is told again.
    Stop,
    Resume,
    /// Insulin was given, so that nothing is suspended any more.
    Flows,
}

#[derive(Clone, Copy)]
struct Segment {
    from: i64,
    to: i64,
    offset_min: i16,
    rate: f64,
    delivery: BasalDelivery,
}

pub(super) fn join(sited: &[Sited<'_>], log: &DeviceLog<'_>, clock: &mut Clock<'_>, import: &mut Import) {
    for one in sited {
        if let Some(units) = automated_units(&one.what) {
            let (duration_ms, delivery) = (Some(FIVE_MINUTES), BasalDelivery::Automated);
            let kind = EventKind::Basal { rate: tidy(units * 12.0), duration_ms, delivery };
            import.events.push(NewEvent::new(one.at, one.offset_min, kind));
        }
    }
    let spans = automatic_spans(sited, &log.auto_days, clock);
    let mut left_out = 0usize;
    for segment in Sweep::new(log.rates_are_effective).run(sited) {
        let pieces = pieces_of(&segment, &spans);
        left_out += usize::from(pieces.is_empty());
        import.events.extend(pieces.into_iter().filter_map(event_of));
    }
    if left_out > 0 {
        import.remark(format!(
            "{left_out} programmed basal rates fell in automatic mode, where the pump does not give them: left out."
        ));
    }
}

/// Without the dust of binary fractions: to a millionth of a unit.
fn tidy(rate: f64) -> f64 {
    (rate * 1e6).round() / 1e6
}

pub(super) fn automated_units(what: &What<'_>) -> Option<f64> {
    match what {
        What::Bolus(row) if source_of(row.source) == Source::AutomatedBasal => row.delivered,
        _ => None,
    }
}

fn event_of(segment: Segment) -> Option<NewEvent> {
    let at = Timestamp::from_millisecond(segment.from).ok()?;
    let duration_ms = Some(segment.to - segment.from);
    let kind = EventKind::Basal { rate: segment.rate, duration_ms, delivery: segment.delivery };
    Some(NewEvent::new(at, segment.offset_min, kind))
}

/// What is left of a segment outside automatic mode. A suspension is one in any mode.
fn pieces_of(segment: &Segment, spans: &Spans) -> Vec<Segment> {
    if segment.delivery == BasalDelivery::Suspended {
        return vec![*segment];
    }
    let piece = |(from, to)| Segment { from, to, ..*segment };
    spans.outside(segment.from, segment.to).into_iter().map(piece).collect()
}

/// Goes through the rows in order and keeps what is being given.
struct Sweep {
    rates_are_effective: bool,
    programmed: Option<f64>,
    temp: Option<Temp>,
    stopped: Option<Stopped>,
    open: Option<Segment>,
    done: Vec<Segment>,
}

#[derive(Clone, Copy)]
struct Temp {
    rate: Option<f64>,
    ends: i64,
}

#[derive(Clone, Copy)]
struct Stopped {
    since: i64,
    /// A rate that is told ends it; a suspension ends by word only (the pattern goes on changing meanwhile).
    until_rate: bool,
}

impl Sweep {
    fn new(rates_are_effective: bool) -> Self {
        Self { rates_are_effective, programmed: None, temp: None, stopped: None, open: None, done: Vec::new() }
    }

    /// The last open segment is dropped: its end is in another export, as the whole segment is.
    fn run(mut self, sited: &[Sited<'_>]) -> Vec<Segment> {
        let last = sited.last().map_or(0, |one| one.at.as_millisecond());
        for one in sited {
            let Some(step) = step_of(&one.what) else { continue };
            let at = one.at.as_millisecond();
            self.end_temp_before(at, one.offset_min);
            self.take(step, at, one.offset_min);
        }
        self.end_temp_before(last, self.open.map_or(0, |open| open.offset_min));
        self.done
    }

    fn end_temp_before(&mut self, at: i64, offset_min: i16) {
        if let Some(temp) = self.temp.filter(|temp| temp.ends <= at) {
            self.take(Step::TempEnds, temp.ends, offset_min);
        }
    }

    fn take(&mut self, step: Step, at: i64, offset_min: i16) {
        let mut splits = false;
        match step {
            Step::TempEnds => self.temp = None,
            Step::Rate(rate) => splits = self.take_rate(rate),
            Step::Temp(_, 0) => self.temp = None,
            Step::Temp(amount, duration) => {
                let rate = match amount {
                    TempBasal::Rate(rate) => Some(rate),
                    TempBasal::Percent(percent) => self.programmed.map(|rate| tidy(rate * percent / 100.0)),
                };
                self.temp = Some(Temp { rate, ends: at + duration });
                splits = true;
            }
            Step::Suspend => {
                let since = self.stopped.map_or(at, |stopped| stopped.since);
                self.stopped = Some(Stopped { since, until_rate: false });
            }
            Step::Stop => self.stopped = self.stopped.or(Some(Stopped { since: at, until_rate: true })),
            Step::Resume => self.stopped = None,
            Step::Flows => self.stopped = self.stopped.filter(|stopped| at - stopped.since < 60_000),
        }
        self.go_on(at, offset_min, splits);
    }

    /// Whether the row begins a new segment.
    fn take_rate(&mut self, rate: f64) -> bool {
        if let Some(stopped) = self.stopped {
            if rate > 0.0 {
                self.programmed = Some(rate);
            }
            if rate == 0.0 || !stopped.until_rate {
                return false;
            }
            self.stopped = None;
        }
        match &mut self.temp {
            Some(temp) if self.rates_are_effective => temp.rate = Some(rate),
            _ => self.programmed = Some(rate),
        }
        true
    }

    fn current(&self) -> Option<(f64, BasalDelivery)> {
        match (self.stopped, self.temp) {
            (Some(_), _) => Some((0.0, BasalDelivery::Suspended)),
            (None, Some(temp)) => temp.rate.map(|rate| (rate, BasalDelivery::Temporary)),
            (None, None) => self.programmed.map(|rate| (rate, BasalDelivery::Scheduled)),
        }
    }

    fn go_on(&mut self, at: i64, offset_min: i16, splits: bool) {
        let current = self.current();
        if !splits && current == self.open.map(|open| (open.rate, open.delivery)) {
            return;
        }
        if let Some(open) = self.open.take().filter(|open| open.from < at) {
            self.done.push(Segment { to: at.min(open.from + LONGEST_SEGMENT), ..open });
        }
        self.open = current.map(|(rate, delivery)| Segment { from: at, to: at, offset_min, rate, delivery });
    }
}

fn step_of(what: &What<'_>) -> Option<Step> {
    match what {
        What::Basal(rate) => Some(Step::Rate(*rate)),
        What::Temp { amount, duration_ms } => Some(Step::Temp(*amount, *duration_ms)),
        What::Suspend(word) if is_resume(word) => Some(Step::Resume),
        What::Suspend(_) => Some(Step::Suspend),
        What::Rewind => Some(Step::Stop),
        What::Alert { text: "No Delivery", .. } => Some(Step::Stop),
        // The end row of a bolus may stand at the very second of the alarm that stopped it; a start row tells.
        What::Bolus(row) if row.delivered.is_none() || row.number.is_none() => Some(Step::Flows),
        _ => None,
    }
}
