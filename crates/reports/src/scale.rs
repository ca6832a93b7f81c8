//! Where values and hours stand on a chart.

use crate::{
    show::Show,
    svg::{Anchor, Canvas, Size},
};
use glucose::Unit;

/// The part of a chart that the data are drawn in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Plot {
    pub(crate) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// All of a chart but its margins: left, top, right, bottom.
    pub(crate) fn within(size: Size, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right: size.width - right, bottom: size.height - bottom }
    }

    /// `part` from 0 (left) to 1 (right).
    pub(crate) fn x(self, part: f64) -> f64 {
        self.left + part * self.width()
    }
}

/// The glucose axis in the reader's unit: from zero to a round top, beyond which values are drawn at the top.
#[derive(Clone, Copy)]
pub(crate) struct GlucoseAxis<'a> {
    pub(crate) show: &'a Show,
    pub(crate) plot: Plot,
    /// In the reader's unit.
    pub(crate) top: f64,
}

impl<'a> GlucoseAxis<'a> {
    /// To 350 mg/dL or 19.4 mmol/L (metrics 1.4).
    pub(crate) fn of_profile(show: &'a Show, plot: Plot) -> Self {
        let top = if show.unit == Unit::MgDl { 350.0 } else { 19.4 };
        Self { show, plot, top }
    }

    /// To 300 mg/dL or 16.7 mmol/L, or to 400 and 22.2 when something is higher.
    pub(crate) fn of_values(show: &'a Show, plot: Plot, highest_mg_dl: f64) -> Self {
        let top = match (show.unit, highest_mg_dl > 300.0) {
            (Unit::MgDl, false) => 300.0,
            (Unit::MgDl, true) => 400.0,
            (Unit::MmolL, false) => 16.7,
            (Unit::MmolL, true) => 22.2,
        };
        Self { show, plot, top }
    }

    /// Of a value in the reader's unit.
    pub(crate) fn y(self, amount: f64) -> f64 {
        self.plot.bottom - amount.clamp(0.0, self.top) / self.top * self.plot.height()
    }

    /// Of a value in mg/dL.
    pub(crate) fn y_mg_dl(self, mg_dl: f64) -> f64 {
        self.y(self.show.in_shown_unit(mg_dl))
    }

    /// The band of the target range.
    pub(crate) fn draw_target(self, canvas: &mut Canvas) {
        let limits = self.show.ranges.limits(self.show.unit);
        let (top, bottom) = (self.y(limits.high), self.y(limits.low));
        canvas.rect("p-target", self.plot.left, top, self.plot.width(), bottom - top);
    }

    /// The lines of the target range.
    pub(crate) fn draw_limits(self, canvas: &mut Canvas) {
        let limits = self.show.ranges.limits(self.show.unit);
        for limit in [limits.low, limits.high] {
            let y = self.y(limit);
            canvas.line("p-limit", (self.plot.left, y), (self.plot.right, y));
        }
    }

    /// Lines and labels at the limits of the bands and at the top; those of the target range stand out.
    pub(crate) fn draw_ticks(self, canvas: &mut Canvas) {
        let limits = self.show.ranges.limits(self.show.unit);
        for amount in [Some(limits.very_low), limits.very_high, Some(self.top)].into_iter().flatten() {
            let y = self.y(amount);
            canvas.line("p-grid", (self.plot.left, y), (self.plot.right, y));
        }
        let label = |canvas: &mut Canvas, class: &'static str, amount: f64, down: f64| {
            let at = (self.plot.left - 6.0, self.y(amount) + down);
            canvas.text(class, Anchor::End, at, &self.show.amount(amount));
        };
        let crowded = self.y(limits.very_low) - self.y(limits.low) < 12.0;
        label(canvas, "p-axis", limits.very_low, if crowded { 8.0 } else { 4.0 });
        label(canvas, "p-strong", limits.low, if crowded { 1.0 } else { 4.0 });
        label(canvas, "p-strong", limits.high, 4.0);
        if let Some(very_high) = limits.very_high {
            label(canvas, "p-axis", very_high, 4.0);
        }
        label(canvas, "p-axis", self.top, 4.0);
        let foot = (self.plot.left - 4.0, self.plot.bottom + 2.0);
        canvas.text("p-axis", Anchor::End, foot, self.show.unit_symbol());
    }
}

/// Hours of the day along the bottom, each `step` hours, from midnight to midnight.
pub(crate) fn draw_hours(canvas: &mut Canvas, show: &Show, plot: Plot, step: u8) {
    for hour in (0..=24).step_by(usize::from(step)) {
        let x = plot.x(f64::from(hour) / 24.0);
        canvas.line("p-grid", (x, plot.top), (x, plot.bottom));
        let anchor = match hour {
            0 => Anchor::Start,
            24 => Anchor::End,
            _ => Anchor::Middle,
        };
        let x = if hour == 0 { x - 4.0 } else { x };
        canvas.text("p-axis", anchor, (x, plot.bottom + 15.0), &show.language.hour(hour));
    }
}
