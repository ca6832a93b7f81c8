//! Means and standard deviations of plain numbers, in one pass and without losing digits.

/// Count, mean and squares of numbers, gathered around a pivot near their mean.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread {
    count: f64,
    pivot: f64,
    sum: f64,
    squares: f64,
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut spread = Self { pivot: values.first().copied().unwrap_or(0.0), ..Self::default() };
        values.iter().for_each(|value| spread.add(*value));
        spread
    }

    /// Empty, for numbers around `pivot`.
    pub(crate) fn around(pivot: f64) -> Self {
        Self { pivot, ..Self::default() }
    }

    pub(crate) fn add(&mut self, value: f64) {
        let beside = value - self.pivot;
        self.count += 1.0;
        self.sum += beside;
        self.squares += beside * beside;
    }

    /// One goes, one comes; NaN is nothing.
    pub(crate) fn slide(&mut self, leaving: f64, entering: f64) {
        let part = |value: f64| if value.is_nan() { (0.0, 0.0) } else { (value - self.pivot, 1.0) };
        let ((left, one_less), (came, one_more)) = (part(leaving), part(entering));
        self.sum += came - left;
        self.squares += came * came - left * left;
        self.count += one_more - one_less;
    }

    pub(crate) fn count(&self) -> f64 {
        self.count
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.pivot + self.sum / self.count)
    }

    /// Sample standard deviation, n−1; none for fewer than two numbers.
    pub(crate) fn sd(&self) -> Option<f64> {
        let squares = self.squares * self.count - self.sum * self.sum;
        (self.count > 1.0).then(|| (squares.max(0.0) / (self.count * (self.count - 1.0))).sqrt())
    }
}

/// The mean of numbers; none of none.
pub(crate) fn mean_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}
