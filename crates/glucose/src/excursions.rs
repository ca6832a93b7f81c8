//! Turning points of one part of a trace, and the excursions between them that are high enough to count.

use crate::spread::Spread;

/// What MAGE needs to know of one part.
pub(crate) struct Part {
    /// Its length in steps.
    pub weight: f64,
    /// Mean height of the rises that count.
    pub plus: Option<f64>,
    /// Mean height of the falls that count.
    pub minus: Option<f64>,
    /// Whether the first excursion that counts is a rise.
    pub is_plus_first: bool,
}

/// Points of the short moving average: 25 minutes.
const SHORT: usize = 5;

/// Points of the long moving average: 160 minutes. A shorter part has no MAGE.
const LONG: usize = 32;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Nadir,
    Peak,
}

/// A rise, as indices into the turning points.
struct Rise {
    from: usize,
    to: usize,
    height: f64,
}

impl Part {
    /// Of values on steps of five minutes, NaN in gaps; first and last are values. None when it is too short.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        if values.len() < LONG {
            return None;
        }
        let mut spread = Spread::around(values[0]);
        values.iter().filter(|value| !value.is_nan()).for_each(|value| spread.add(*value));
        let sd = spread.sd()?;
        let turns = turning_points(values, &crossings(values));
        let rises = rises(&turns, sd);
        let falls = rises_of_mirrored(&turns, sd);
        let is_plus_first = match (rises.first(), falls.first()) {
            (Some(rise), Some(fall)) => rise.to <= fall.from,
            (rise, _) => rise.is_some(),
        };
        let weight = (values.len() - 1) as f64;
        Some(Self { weight, plus: mean_height(&rises), minus: mean_height(&falls), is_plus_first })
    }
}

fn rises_of_mirrored(turns: &[f64], sd: f64) -> Vec<Rise> {
    let mirrored: Vec<f64> = turns.iter().map(|value| -value).collect();
    rises(&mirrored, sd)
}

fn mean_height(rises: &[Rise]) -> Option<f64> {
    crate::spread::mean_of(rises.iter().map(|rise| rise.height))
}

/// Where the short average crosses the long one, and which kind of turning point lies behind; the first point and the
/// last one too. After a gap, or a point at which both are equal, it is compared with the last crossing. (A trace that
/// begins flat has a crossing where it leaves the level; iglu finds none from there on.)
fn crossings(values: &[f64]) -> Vec<(usize, Kind)> {
    let kind = |is_rising: bool| if is_rising { Kind::Peak } else { Kind::Nadir };
    let mut list = Vec::new();
    let (mut before, mut at_last) = (f64::NAN, f64::NAN);
    for (index, now) in averages_apart(values).enumerate() {
        let is_crossed = now * before < 0.0 || now * at_last < 0.0 || (at_last == 0.0 && now != 0.0);
        if index == 0 || is_crossed && !values[index].is_nan() && !values[index - 1].is_nan() {
            list.push((index, kind(now > 0.0)));
            at_last = now;
        }
        before = now;
    }
    list.push((values.len() - 1, Kind::Nadir));
    list
}

/// The short average less the long one at each point, times the number of values in both windows: only its sign is
/// used, and of whole values it is exact. The first points take the average of the first full window.
fn averages_apart(values: &[f64]) -> impl Iterator<Item = f64> {
    let (mut short, mut long) = (Window::first(&values[..SHORT]), Window::first(&values[..LONG]));
    (0..values.len()).map(move |index| {
        if index >= SHORT {
            short.slide(values[index - SHORT], values[index]);
        }
        if index >= LONG {
            long.slide(values[index - LONG], values[index]);
        }
        // Behind a gap both windows can hold the same values, and then nothing is left of the difference but noise.
        if short.count == long.count {
            0.0
        } else {
            short.sum * f64::from(long.count) - long.sum * f64::from(short.count)
        }
    })
}

/// Sum and number of the values in a window; gaps are left out.
struct Window {
    sum: f64,
    count: i32,
}

impl Window {
    fn first(values: &[f64]) -> Self {
        let mut window = Self { sum: 0.0, count: 0 };
        values.iter().for_each(|value| window.slide(f64::NAN, *value));
        window
    }

    fn slide(&mut self, leaving: f64, entering: f64) {
        let (left, came) = (!leaving.is_nan(), !entering.is_nan());
        self.sum += if came { entering } else { 0.0 } - if left { leaving } else { 0.0 };
        self.count += i32::from(came) - i32::from(left);
    }
}

/// The lowest or highest value behind each crossing, from the turning point before it to the next crossing.
fn turning_points(values: &[f64], crossings: &[(usize, Kind)]) -> Vec<f64> {
    let mut from = 0;
    let turn = |pair: &[(usize, Kind)]| {
        let (kind, until) = (pair[0].1, pair[1].0);
        let mut found = from;
        for index in from..=until {
            let is_further =
                if kind == Kind::Peak { values[index] > values[found] } else { values[index] < values[found] };
            if is_further {
                found = index;
            }
        }
        from = found;
        values[found]
    };
    crossings.windows(2).map(turn).collect()
}

/// Rises of more than `sd` from the lowest point before; each is ridden up to its highest point, until a fall of more
/// than `sd` or the end.
fn rises(turns: &[f64], sd: f64) -> Vec<Rise> {
    let mut list = Vec::new();
    let (mut lowest, mut now) = (0, 0);
    while now < turns.len() {
        if turns[now] < turns[lowest] {
            lowest = now;
        }
        if turns[now] - turns[lowest] <= sd {
            now += 1;
            continue;
        }
        let (peak, end) = ride(turns, now, sd);
        list.push(Rise { from: lowest, to: peak, height: turns[peak] - turns[lowest] });
        (lowest, now) = (end, end);
    }
    list
}

/// The highest point from `start` on before the trace falls by more than `sd`, and where it has fallen so (or ends).
fn ride(turns: &[f64], start: usize, sd: f64) -> (usize, usize) {
    let mut peak = start;
    for (index, value) in turns.iter().enumerate().skip(start) {
        if *value > turns[peak] {
            peak = index;
        }
        if turns[peak] - value > sd {
            return (peak, index);
        }
    }
    (peak, turns.len() - 1)
}
