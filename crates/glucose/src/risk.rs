//! Indices of risk: how harmful the values are, low or high (metrics 1.5).

use crate::{series::Series, tally::Tally, wall_clock::LocalDay};
use std::sync::LazyLock;

/// Risk indices over all readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risk {
    /// Low blood glucose index (Kovatchev 1997).
    pub lbgi: f64,
    /// High blood glucose index (Kovatchev 1997).
    pub hbgi: f64,
    /// Average daily risk range (Kovatchev 2006).
    pub adrr: f64,
    /// Glycemic risk assessment diabetes equation: the score and its parts in percent (Hill 2007, Diabet Med 24:753).
    pub grade: Grade,
    /// Σ(g−140)^1.1 / 30n over values above 140 (Rodbard 2009).
    pub hyper_index: f64,
    /// Σ(80−g)² / 30n over values below 80 (Rodbard 2009).
    pub hypo_index: f64,
    /// Mean of |10·log10(g/90)|³ (Schlichtkrull 1965, as iglu takes it).
    pub m_value: f64,
}

/// GRADE and what parts of it come from low, normal and high values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grade {
    /// The mean score; each reading at most 50.
    pub score: f64,
    /// Percent of it from values below 70 mg/dL.
    pub hypo: f64,
    /// Percent of it from 70–140 mg/dL.
    pub eu: f64,
    /// Percent of it from values above 140 mg/dL.
    pub hyper: f64,
}

impl Risk {
    pub(crate) fn of(series: &Series, tally: &Tally) -> Option<Self> {
        let mut sums = ValueRisk::default();
        for entry in &tally.entries {
            sums.add(ValueRisk::of(entry.value), entry.count as f64);
        }
        let n = tally.count as f64;
        (tally.count > 0).then(|| Self {
            lbgi: sums.low / n,
            hbgi: sums.high / n,
            adrr: average_daily_risk_range(series),
            grade: Grade::of(&sums, n),
            hyper_index: sums.hyper / (30.0 * n),
            hypo_index: sums.hypo / (30.0 * n),
            m_value: sums.m / n,
        })
    }

    /// Index of glycemic control: hyper plus hypo index.
    pub fn igc(&self) -> f64 {
        self.hyper_index + self.hypo_index
    }
}

/// Values that cannot be are taken as 1 mg/dL, so that no logarithm fails.
fn floor(mg_dl: f64) -> f64 {
    mg_dl.max(1.0)
}

/// The symmetrising scale f(g) = 1.509 · (ln(g)^1.084 − 5.381), g in mg/dL (Kovatchev 1997, appendix).
fn scale(mg_dl: f64) -> f64 {
    1.509 * (floor(mg_dl).ln().powf(1.084) - 5.381)
}

/// r = 10·f² where f is negative, so 22.77081·(…)²; some packages round that constant to 22.77.
fn low_risk(mg_dl: f64) -> f64 {
    10.0 * scale(mg_dl).min(0.0).powi(2)
}

fn high_risk(mg_dl: f64) -> f64 {
    10.0 * scale(mg_dl).max(0.0).powi(2)
}

/// The mean over local days of the greatest low risk plus the greatest high risk of each. Risk rises away from
/// 112.5 mg/dL on both sides, so a day's least and greatest values give it.
fn average_daily_risk_range(series: &Series) -> f64 {
    let risk_range = |day: &LocalDay| {
        let values = &series.mg_dl[day.places.clone()];
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), g| (low.min(*g), high.max(*g)));
        ValueRisk::of(least).low + ValueRisk::of(most).high
    };
    series.days.iter().map(risk_range).sum::<f64>() / series.days.len().max(1) as f64
}

impl Grade {
    fn of(sums: &ValueRisk, n: f64) -> Self {
        let [hypo, eu, hyper] = sums.grade;
        let all = hypo + eu + hyper;
        Self { score: all / n, hypo: 100.0 * hypo / all, eu: 100.0 * eu / all, hyper: 100.0 * hyper / all }
    }
}

/// 425·(log10(log10(g)) + 0.16)², g in mmol/L by the factor 18, at most 50. At 18 mg/dL and below the logarithm of the
/// logarithm does not exist; its neighbours are at the cap, so 50 stands there too.
fn grade(mg_dl: f64) -> f64 {
    let inner = (mg_dl / 18.0).log10();
    if inner > 0.0 { (425.0 * (inner.log10() + 0.16).powi(2)).min(50.0) } else { 50.0 }
}

/// What one value adds to each index.
#[derive(Clone, Copy, Default)]
struct ValueRisk {
    low: f64,
    high: f64,
    /// Below 70, 70–140, above 140.
    grade: [f64; 3],
    hyper: f64,
    hypo: f64,
    m: f64,
}

/// Logarithms of whole mg/dL, taken once.
static BY_MG_DL: LazyLock<Vec<ValueRisk>> =
    LazyLock::new(|| (0..=1000).map(|g| ValueRisk::compute(f64::from(g))).collect());

impl ValueRisk {
    fn of(mg_dl: f64) -> Self {
        let whole = mg_dl as usize;
        if whole as f64 == mg_dl
            && let Some(known) = BY_MG_DL.get(whole)
        {
            return *known;
        }
        Self::compute(mg_dl)
    }

    fn compute(mg_dl: f64) -> Self {
        let mut parts = [0.0; 3];
        parts[usize::from(mg_dl >= 70.0) + usize::from(mg_dl > 140.0)] = grade(mg_dl);
        Self {
            low: low_risk(mg_dl),
            high: high_risk(mg_dl),
            grade: parts,
            hyper: (mg_dl - 140.0).max(0.0).powf(1.1),
            hypo: (80.0 - mg_dl).max(0.0).powi(2),
            m: (10.0 * (floor(mg_dl) / 90.0).log10()).abs().powi(3),
        }
    }

    fn add(&mut self, other: Self, times: f64) {
        self.low += other.low * times;
        self.high += other.high * times;
        self.hyper += other.hyper * times;
        self.hypo += other.hypo * times;
        self.m += other.m * times;
        for (sum, part) in self.grade.iter_mut().zip(other.grade) {
            *sum += part * times;
        }
    }
}
