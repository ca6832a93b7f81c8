//! What home pages and lists ask for all the time: the last values and the last days' counts, in one small row.

use super::bytes::{Cursor, put_decimal, put_signed, put_varint};
use super::{ChunkError, NEAR_MS, kinds};
use glucose::{Event, EventKind, Glucose, Limit, Provenance, Reading, ReadingKind, Unit};
use jiff::Timestamp;

use super::summary::Summary;

const FORMAT: u8 = 1;
/// A sensor's value that is no older than this beside a newer finger value is still the one to show.
const SENSOR_FIRST_MS: i64 = 15 * 60_000;
/// A change is told against a value no older than this.
const PREVIOUS_MS: i64 = 16 * 60_000;

/// A number that a device said, and when.
pub type Said = Option<(Timestamp, f64)>;

/// The last values of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Latest {
    /// The newest reading; a sensor's before a finger's of about the same time.
    pub reading: Option<Reading>,
    /// The one before it, of the same kind and not much older, to tell the change from.
    pub previous: Option<Reading>,
    /// Insulin on board, U, by the device's own reckoning.
    pub on_board: Said,
    /// Insulin in the reservoir, U.
    pub reservoir: Said,
    /// The device's battery, percent.
    pub battery: Said,
    /// When the sensor was started.
    pub sensor_started_at: Option<Timestamp>,
    /// When the infusion set was changed.
    pub set_changed_at: Option<Timestamp>,
}

/// One app's stream of single values, which has one upload number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    /// Which app: the start of the hash of its token's id.
    pub source: u64,
    /// Its upload.
    pub upload: u32,
    /// How many readings and events it added.
    pub added: [u64; 2],
}

/// The one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Headline {
    pub latest: Latest,
    pub summary: Summary,
    pub live: Vec<Live>,
    /// The newest stamp given to a datum; stamps never repeat.
    pub stamp_ms: i64,
}

impl Latest {
    /// Takes in a reading that is newer than all before.
    pub(crate) fn absorb(&mut self, reading: Reading) {
        if let Some(shown) = self.reading {
            let apart = reading.at.as_millisecond() - shown.at.as_millisecond();
            if reading.kind == ReadingKind::Meter && shown.kind != ReadingKind::Meter && apart <= SENSOR_FIRST_MS {
                return;
            }
            self.previous = (reading.kind == shown.kind && apart <= PREVIOUS_MS).then_some(shown);
        }
        self.reading = Some(reading);
    }

    /// Whether a reading of this instant would change nothing: two values of a sensor came after it, and such are taken in
    /// whatever was before.
    fn stands_after(&self, at: Timestamp) -> bool {
        let of_sensor = |reading: &Reading| reading.kind != ReadingKind::Meter;
        self.reading.as_ref().is_some_and(of_sensor)
            && self.previous.is_some_and(|before| of_sensor(&before) && at < before.at)
    }

    /// Leaves out what is not of these instants.
    pub(crate) fn keep(&mut self, seen: impl Fn(Timestamp) -> bool) {
        self.reading = self.reading.filter(|reading| seen(reading.at));
        self.previous = self.previous.filter(|reading| seen(reading.at) && self.reading.is_some());
        for said in [&mut self.on_board, &mut self.reservoir, &mut self.battery] {
            *said = said.filter(|(at, _)| seen(*at));
        }
        for marked in [&mut self.sensor_started_at, &mut self.set_changed_at] {
            *marked = marked.filter(|at| seen(*at));
        }
    }

    /// Takes in what an event says of the device; older news than what is known change nothing.
    pub(crate) fn learn(&mut self, event: &Event) {
        let newer = |said: &Said| said.is_none_or(|(at, _)| at <= event.at);
        let say = |said: &mut Said, value: Option<f64>| {
            if let Some(value) = value.filter(|_| newer(said)) {
                *said = Some((event.at, value));
            }
        };
        let mark = |at: &mut Option<Timestamp>| *at = (*at).max(Some(event.at));
        match &event.kind {
            EventKind::Calculation { on_board, .. } => say(&mut self.on_board, *on_board),
            EventKind::Status { on_board, reservoir, battery, .. } => {
                say(&mut self.on_board, *on_board);
                say(&mut self.reservoir, *reservoir);
                say(&mut self.battery, *battery);
            }
            EventKind::Sensor { what } if what == "start" || what == "change" => mark(&mut self.sensor_started_at),
            EventKind::SetChange { what, .. } if what == "cannula" || what == "site" => mark(&mut self.set_changed_at),
            _ => {}
        }
    }
}

impl Headline {
    /// Whether a reading comes after everything, so that it changes nothing but the end.
    pub(crate) fn is_next(&self, at_ms: i64) -> bool {
        let newest = [self.latest.reading.map(|it| it.at.as_millisecond()), self.summary.newest_ms()];
        newest.into_iter().flatten().max().is_none_or(|newest| at_ms > newest + NEAR_MS)
    }

    /// Takes in a reading that comes after everything.
    pub(crate) fn absorb(&mut self, reading: Reading) {
        self.latest.absorb(reading);
        self.summary.absorb(&reading);
    }

    /// Takes in a reading that lies before others, where that is the same as making all of it anew; `false`, and nothing is
    /// changed, where it may not be. The reading is shown and hides no other ([`super::Chunk::is_alone`]).
    pub(crate) fn take_in(&mut self, reading: Reading) -> bool {
        self.latest.stands_after(reading.at) && self.summary.take_in(&reading)
    }

    /// The next stamp: whole seconds as a rule, which pack well, and never the same twice.
    pub(crate) fn stamp(&mut self, now_ms: i64) -> i64 {
        let second = now_ms.div_euclid(1000).saturating_add(1).saturating_mul(1000);
        self.stamp_ms = second.max(self.stamp_ms + 1);
        self.stamp_ms
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        let out = &mut bytes;
        put_signed(out, self.stamp_ms);
        put_varint(out, self.live.len() as u64);
        for live in &self.live {
            out.extend_from_slice(&live.source.to_le_bytes());
            put_varint(out, u64::from(live.upload));
            live.added.iter().for_each(|added| put_varint(out, *added));
        }
        let latest = &self.latest;
        [latest.reading, latest.previous].iter().for_each(|reading| put_reading(out, reading.as_ref()));
        for said in [latest.on_board, latest.reservoir, latest.battery] {
            put_maybe_at(out, said.map(|(at, _)| at));
            said.iter().for_each(|(_, value)| put_decimal(out, *value));
        }
        put_maybe_at(out, latest.sensor_started_at);
        put_maybe_at(out, latest.set_changed_at);
        self.summary.write(out);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ChunkError> {
        let mut from = Cursor::new(bytes);
        match from.byte()? {
            FORMAT => {}
            other => return Err(ChunkError::UnknownFormat(other)),
        }
        let stamp_ms = from.signed()?;
        let count: usize = from.small()?;
        let live = (0..count).map(|_| read_live(&mut from)).collect::<Result<_, _>>()?;
        let latest = Latest {
            reading: read_reading(&mut from)?,
            previous: read_reading(&mut from)?,
            on_board: read_said(&mut from)?,
            reservoir: read_said(&mut from)?,
            battery: read_said(&mut from)?,
            sensor_started_at: read_maybe_at(&mut from)?,
            set_changed_at: read_maybe_at(&mut from)?,
        };
        let summary = Summary::read(&mut from)?;
        from.end()?;
        Ok(Self { latest, summary, live, stamp_ms })
    }
}

fn read_live(from: &mut Cursor<'_>) -> Result<Live, ChunkError> {
    let source = from.take(8)?.try_into().map_err(|_| ChunkError::Damaged("it ends too early"))?;
    Ok(Live { source: u64::from_le_bytes(source), upload: from.small()?, added: [from.varint()?, from.varint()?] })
}

fn put_maybe_at(out: &mut Vec<u8>, at: Option<Timestamp>) {
    out.push(u8::from(at.is_some()));
    at.iter().for_each(|at| put_signed(out, at.as_millisecond()));
}

fn read_maybe_at(from: &mut Cursor<'_>) -> Result<Option<Timestamp>, ChunkError> {
    if from.byte()? == 0 { Ok(None) } else { read_at(from).map(Some) }
}

fn read_at(from: &mut Cursor<'_>) -> Result<Timestamp, ChunkError> {
    Timestamp::from_millisecond(from.signed()?).map_err(|_| ChunkError::Damaged("an instant is out of range"))
}

fn read_said(from: &mut Cursor<'_>) -> Result<Said, ChunkError> {
    let Some(at) = read_maybe_at(from)? else { return Ok(None) };
    Ok(Some((at, from.decimal()?)))
}

fn put_reading(out: &mut Vec<u8>, reading: Option<&Reading>) {
    put_maybe_at(out, reading.map(|reading| reading.at));
    let Some(reading) = reading else { return };
    put_signed(out, i64::from(reading.offset_min));
    put_signed(out, i64::from(reading.glucose.thousandths()));
    let limit = reading.limit.map_or(0, |limit| 1 + u8::from(limit == Limit::Above));
    let unit = u8::from(reading.glucose.unit() == Unit::MmolL);
    out.extend_from_slice(&[unit, kinds::of_reading(reading.kind), limit]);
    put_varint(out, kinds::of_trend(reading.trend));
    put_varint(out, u64::from(reading.from.upload));
}

fn read_reading(from: &mut Cursor<'_>) -> Result<Option<Reading>, ChunkError> {
    let odd = |_| ChunkError::Damaged("a reading holds what it cannot");
    let Some(at) = read_maybe_at(from)? else { return Ok(None) };
    let offset_min = i16::try_from(from.signed()?).map_err(odd)?;
    let thousandths = i32::try_from(from.signed()?).map_err(odd)?;
    let unit = if from.byte()? == 0 { Unit::MgDl } else { Unit::MmolL };
    let kind = kinds::reading(from.byte()?)?;
    let limit = match from.byte()? {
        0 => None,
        1 => Some(Limit::Below),
        _ => Some(Limit::Above),
    };
    let trend = kinds::trend(from.varint()?)?;
    let from = Provenance { upload: from.small()? };
    Ok(Some(Reading { at, offset_min, glucose: Glucose::of_thousandths(thousandths, unit), kind, limit, trend, from }))
}

#[cfg(test)]
mod tests {
    use super::Headline;
    use glucose::{Glucose, NewReading, Reading, ReadingKind};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn reading() -> impl Strategy<Value = Reading> {
        let kind =
            prop_oneof![5 => Just(ReadingKind::Cgm), 1 => Just(ReadingKind::Scan), 1 => Just(ReadingKind::Meter)];
        (0i64..200, 0i64..20, 60i32..300, kind).prop_map(|(slot, day, mg_dl, kind)| {
            let at = Timestamp::from_second(1_780_000_000 + day * 86_400 + slot * 200).unwrap();
            Reading::unstored(&NewReading { kind, ..NewReading::cgm(at, 60, Glucose::mg_dl(mg_dl)) })
        })
    }

    fn anew(readings: &[Reading]) -> Headline {
        let mut headline = Headline::default();
        readings.iter().for_each(|reading| headline.absorb(*reading));
        headline
    }

    proptest! {
        #[test]
        fn what_is_taken_in_is_as_if_all_were_made_anew(
            mut readings in prop::collection::vec(reading(), 1..120),
            which in any::<prop::sample::Index>(),
        ) {
            readings.sort_by_key(|reading| reading.at);
            readings.dedup_by_key(|reading| reading.at);
            let late = which.index(readings.len());
            let mut others = readings.clone();
            let reading = others.remove(late);
            let mut headline = anew(&others);
            if headline.take_in(reading) {
                prop_assert_eq!(headline, anew(&readings));
            }
        }
    }
}
