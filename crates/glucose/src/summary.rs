//! What sums up all values of a window, whenever they were (metrics 1.2).

use crate::{tally::Tally, units::MG_DL_PER_MMOL_L};

/// Summary statistics, in mg/dL where not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Arithmetic mean; where rhythms are mixed, each reading weighs its interval.
    pub mean: f64,
    /// Sample standard deviation (n−1), weighed like the mean; none for a single reading.
    pub sd: Option<f64>,
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    /// Percentiles by R type 7, of readings, not of time.
    pub percentiles: crate::Percentiles,
    /// 1.4826 · median |x − median| (iglu).
    pub mad: f64,
}

/// The factor that makes the median absolute deviation of a normal distribution its standard deviation (iglu).
const MAD_FACTOR: f64 = 1.4826;

impl Summary {
    pub(crate) fn of(tally: &Tally) -> Option<Self> {
        let (first, last) = (tally.entries.first()?, tally.entries.last()?);
        let mean = tally.entries.iter().map(|entry| entry.value * entry.weight).sum::<f64>() / tally.weight;
        let p = |share| tally.percentile(share);
        Some(Self {
            mean,
            sd: sample_sd(tally, mean),
            min: first.value,
            max: last.value,
            percentiles: crate::Percentiles { p5: p(0.05), p25: p(0.25), p50: p(0.5), p75: p(0.75), p95: p(0.95) },
            mad: MAD_FACTOR * median_deviation(tally, p(0.5)),
        })
    }

    /// The 50th percentile.
    pub fn median(&self) -> f64 {
        self.percentiles.p50
    }

    /// The 75th percentile less the 25th.
    pub fn iqr(&self) -> f64 {
        self.percentiles.p75 - self.percentiles.p25
    }

    /// Coefficient of variation in percent: 100 · SD / mean. Goal: 36 or less (ADA table 6.2).
    pub fn cv(&self) -> Option<f64> {
        self.sd.map(|sd| 100.0 * sd / self.mean)
    }

    /// Glucose management indicator in percent: 3.31 + 0.02392 · mean (Bergenstal 2018, Diabetes Care 41:2275).
    pub fn gmi(&self) -> f64 {
        gmi_of_mean(self.mean)
    }

    /// The same in mmol/mol: 12.71 + 4.70587 · mean in mmol/L (Bergenstal 2018).
    pub fn gmi_mmol_mol(&self) -> f64 {
        12.71 + 4.70587 * self.mean / MG_DL_PER_MMOL_L
    }

    /// Updated GMI in percent: 1 / (15.36 / mean + 0.0425) (cgmguru 1.0.1).
    pub fn ugmi(&self) -> f64 {
        1.0 / (15.36 / self.mean + 0.0425)
    }

    /// Estimated A1c in percent: (mean + 46.7) / 28.7 (Nathan 2008, Diabetes Care 31:1473).
    pub fn ea1c(&self) -> f64 {
        (self.mean + 46.7) / 28.7
    }

    /// The same as IFCC mmol/mol: 10.929 · (percent − 2.15).
    pub fn ea1c_mmol_mol(&self) -> f64 {
        10.929 * (self.ea1c() - 2.15)
    }

    /// J-index: 0.001 · (mean + SD)² (Wójcicki 1995).
    pub fn j_index(&self) -> Option<f64> {
        self.sd.map(|sd| 0.001 * (self.mean + sd).powi(2))
    }
}

/// With weights it is the weighted variance times n/(n−1), which equals the sample variance when all weigh the same.
fn sample_sd(tally: &Tally, mean: f64) -> Option<f64> {
    let squares: f64 = tally.entries.iter().map(|entry| (entry.value - mean).powi(2) * entry.weight).sum();
    let n = tally.count as f64;
    (tally.count > 1).then(|| (squares / tally.weight * n / (n - 1.0)).sqrt())
}

fn median_deviation(tally: &Tally, median: f64) -> f64 {
    let mut deviations: Vec<(f64, u64)> =
        tally.entries.iter().map(|entry| ((entry.value - median).abs(), entry.count)).collect();
    deviations.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let at_rank = |rank: u64| {
        let mut passed = 0;
        let found = deviations.iter().find(|(_, count)| {
            passed += count;
            rank < passed
        });
        found.map_or(0.0, |(deviation, _)| *deviation)
    };
    let last = tally.count.saturating_sub(1);
    f64::midpoint(at_rank(last / 2), at_rank(last.div_ceil(2)))
}

/// Glucose management indicator in percent, where only the mean (mg/dL) is at hand: lists of many patients.
pub fn gmi_of_mean(mean_mg_dl: f64) -> f64 {
    3.31 + 0.02392 * mean_mg_dl
}
