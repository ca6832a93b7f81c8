//! Numbers as people read them: decimal mark and thousands by language, rounded half to even (metrics 1.10).

use crate::Language;

/// Shown in place of a figure that cannot be computed.
const NONE: &str = "–";

impl Language {
    /// A number with this many decimals, rounded half to even, thousands grouped.
    pub fn number(self, value: f64, decimals: u8) -> String {
        if !value.is_finite() {
            return NONE.to_owned();
        }
        let rounded = round_half_even(value, decimals);
        let plain = format!("{:.*}", usize::from(decimals), rounded.abs());
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::with_capacity(plain.len() + 4);
        if rounded < 0.0 {
            text.push('−');
        }
        text.push_str(&self.grouped(whole));
        if !fraction.is_empty() {
            text.push(self.decimal_mark());
            text.push_str(fraction);
        }
        text
    }

    /// A number, or a dash for none.
    pub fn number_or_none(self, value: Option<f64>, decimals: u8) -> String {
        value.map_or_else(|| NONE.to_owned(), |value| self.number(value, decimals))
    }

    /// A whole count.
    pub fn count(self, count: u64) -> String {
        self.grouped(&count.to_string())
    }

    /// A percentage: `70 %` is written `70%` in English.
    pub fn percent(self, value: f64, decimals: u8) -> String {
        let number = self.number(value, decimals);
        match self {
            Language::English => format!("{number}%"),
        }
    }

    /// An amount of glucose in mg/dL, whole, without its unit.
    pub fn mg_dl(self, value: f64) -> String {
        self.number(value, 0)
    }

    /// An amount of glucose in mmol/L, one decimal, without its unit.
    pub fn mmol_l(self, value: f64) -> String {
        self.number(value, 1)
    }

    /// Units of insulin, without trailing zeros beyond one decimal: `0.5`, `12.0`, `0.025`.
    pub fn insulin(self, units: f64) -> String {
        let decimals = [1, 2].into_iter().find(|decimals| (round_half_even(units, *decimals) - units).abs() < 5e-4);
        self.number(units, decimals.unwrap_or(3))
    }

    fn grouped(self, digits: &str) -> String {
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(self.group_mark());
            }
            text.push(digit);
        }
        text
    }
}

/// Rounds to `decimals` digits, half to even, as glucose reports do (metrics 1.10, pitfall 1). The decision is taken
/// on the decimal number a person sees, so 0.25 becomes 0.2 and 2.675 becomes 2.68.
pub fn round_half_even(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    let scaled = value * scale;
    let is_half = ((scaled - scaled.trunc()).abs() - 0.5).abs() < 1e-9;
    let rounded = if is_half { 2.0 * (scaled / 2.0).round() } else { scaled.round() };
    rounded / scale
}
