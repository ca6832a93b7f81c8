//! A record's events, as far as the person who looks may see them.

use crate::{
    access::Access,
    chunk::{Datum, EventDatum},
    days::{by_day, indexed_ids},
    error::Error,
    news::What,
    readings::Added,
    rights::{CanView, Upload},
};
use glucose::{Event, EventKind, NewEvent};
use jiff::Timestamp;
use sharing::Visibility;

impl<R: CanView> Access<'_, R> {
    /// Events from `from` until before `to`, oldest first, without what is not visible.
    pub fn events_within(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Event>, Error> {
        let visible = self.entered().visibility;
        if visible == Visibility::GLUCOSE_ONLY {
            return Ok(Vec::new());
        }
        let (from, to) = self.entered().seen(from, to);
        if from >= to {
            return Ok(Vec::new());
        }
        let mut events = self.within::<EventDatum>(from, to)?.view();
        events.retain(|event| (from..to).contains(&event.at));
        Ok(events.into_iter().filter_map(|event| as_seen(event, visible)).collect())
    }
}

/// The event, or what is left of it, with this visibility. Finger values stand among the readings.
pub(crate) fn as_seen(mut event: Event, visible: Visibility) -> Option<Event> {
    let shown = match &mut event.kind {
        EventKind::Bolus { .. }
        | EventKind::Basal { .. }
        | EventKind::AutoInsulinDay { .. }
        | EventKind::DailyTotal { .. }
        | EventKind::Injection { .. }
        | EventKind::Suspend { .. }
        | EventKind::Resume => visible.insulin,
        EventKind::Calculation { carbs, .. } => {
            *carbs = carbs.filter(|_| visible.carbs);
            visible.insulin
        }
        EventKind::Carbs { .. } => visible.carbs,
        EventKind::Exercise { .. } | EventKind::Ketone { .. } | EventKind::Note { .. } | EventKind::Other { .. } => {
            visible.notes
        }
        EventKind::Status { on_board, carbs_on_board, reservoir, json, .. } => {
            *on_board = on_board.filter(|_| visible.insulin);
            // What is missing in the reservoir was given.
            *reservoir = reservoir.filter(|_| visible.insulin);
            *carbs_on_board = carbs_on_board.filter(|_| visible.carbs);
            if !(visible.insulin && visible.carbs) {
                json.clear();
            }
            visible.devices
        }
        EventKind::Settings { .. } => visible.devices && visible.insulin && visible.carbs,
        EventKind::SetChange { units, .. } => {
            *units = units.filter(|_| visible.insulin);
            visible.devices
        }
        EventKind::Calibration { .. }
        | EventKind::Alarm { .. }
        | EventKind::Mode { .. }
        | EventKind::Sensor { .. }
        | EventKind::ClockChange { .. }
        | EventKind::Target { .. } => visible.devices,
    };
    shown.then_some(event)
}

impl Access<'_, Upload> {
    /// Adds single events that an app sent just now; the same again change nothing.
    pub fn add_events(&mut self, new: &[NewEvent]) -> Result<Added, Error> {
        let mut headline = self.headline()?;
        let live = self.live_upload(&mut headline)?;
        let now_ms = self.now().as_millisecond();
        let mut total = Added::default();
        for delivery in by_day(new.iter().map(|new| EventDatum::new(new, None)).collect()) {
            let before = self.one_day::<EventDatum>(delivery.day)?;
            let mut chunk = before.chunk::<EventDatum>(&self.key())?;
            let count = chunk.rows().len();
            let ids = indexed_ids(delivery.items.iter().map(|item| (item, true)));
            for item in delivery.items {
                let stamp = headline.stamp(now_ms);
                headline.latest.learn(&item.show(live.upload));
                let merged = chunk.add(live.upload, item, stamp)?;
                total.added += merged.added;
                total.already_here += merged.already_here;
            }
            if chunk.rows().len() > count {
                self.write_day(&before, &chunk)?;
                self.index_ids::<EventDatum>(delivery.day, &ids)?;
            }
        }
        self.end_live(headline, live.source, [0, total.added], true)?;
        if total.added > 0 {
            self.note(What::Events);
        }
        Ok(total)
    }
}
