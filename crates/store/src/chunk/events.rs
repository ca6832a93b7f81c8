//! An event in a chunk. What happened is kept as canonical bytes, so that equal events are equal bytes.

use super::bytes::{Cursor, put_decimal, put_runs, put_signed, put_text, put_varint};
use super::kinds::{DELIVERIES, INSULINS, ORIGINS, name, number};
use super::{ChunkError, Common, Datum, Row};
use glucose::{Event, EventKind, Glucose, NewEvent, Provenance, Unit};
use std::cmp::Ordering;

/// An event as a chunk keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDatum {
    /// When, by which device, and what came beside it.
    pub common: Common,
    /// The number of its kind, and what it holds.
    body: Box<[u8]>,
}

impl EventDatum {
    /// What came, with the record's number of its device.
    pub fn new(new: &NewEvent, device: Option<u16>) -> Self {
        let common = Common::new(new.at, new.offset_min, device, new.given.as_deref());
        Self { common, body: body(&new.kind).into_boxed_slice() }
    }

    /// What happened. The bytes were checked when they were read.
    pub fn what(&self) -> EventKind {
        let unreadable = |_| EventKind::Other { name: "unreadable".to_owned(), text: String::new() };
        read_body(&self.body).unwrap_or_else(unreadable)
    }
}

impl Datum for EventDatum {
    type Shown = Event;
    const TAG: u8 = 2;

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    fn kind(&self) -> u8 {
        self.body.first().copied().unwrap_or_default()
    }

    fn compare_identity(&self, other: &Self) -> Ordering {
        (self.common.at_ms, &self.body).cmp(&(other.common.at_ms, &other.body))
    }

    fn compare_marks(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }

    /// The same dose, meal or finger value. Other kinds of events are the same only at the same instant.
    fn close(&self, other: &Self) -> bool {
        self.kind() == other.kind()
            && match (self.what(), other.what()) {
                (
                    EventKind::Bolus { normal, extended, .. },
                    EventKind::Bolus { normal: other_normal, extended: other_extended, .. },
                ) => equal(normal + extended, other_normal + other_extended),
                (EventKind::Injection { units, insulin }, EventKind::Injection { units: other, insulin: which }) => {
                    equal(units, other) && insulin == which
                }
                (EventKind::Carbs { grams, .. }, EventKind::Carbs { grams: other, .. }) => equal(grams, other),
                (EventKind::Calibration { glucose }, EventKind::Calibration { glucose: other }) => {
                    (glucose.display_in(Unit::MgDl) - other.display_in(Unit::MgDl)).abs() <= 1.0
                }
                _ => self.body == other.body,
            }
    }

    fn identity(&self) -> Vec<u8> {
        self.body.to_vec()
    }

    fn show(&self, upload: u32) -> Event {
        Event {
            at: self.common.at(),
            offset_min: self.common.offset_min,
            kind: self.what(),
            from: Provenance { upload },
        }
    }

    /// The kinds in runs, then the bodies of each kind together: like stands beside like.
    fn write(rows: &[Row<Self>], out: &mut Vec<u8>) {
        put_runs(out, rows.iter().map(|row| u64::from(row.item.kind())));
        let mut order: Vec<&EventDatum> = rows.iter().map(|row| &row.item).collect();
        order.sort_by_key(|item| item.kind());
        order.iter().for_each(|item| out.extend_from_slice(item.body.get(1..).unwrap_or_default()));
    }

    fn read(cursor: &mut Cursor<'_>, commons: Vec<Common>) -> Result<Vec<Self>, ChunkError> {
        let mut kinds = vec![0u8; commons.len()];
        cursor.runs(commons.len(), |from, to, value| {
            kinds[from..to].fill(u8::try_from(value).map_err(|_| ChunkError::Damaged("a kind is unknown"))?);
            Ok(())
        })?;
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        order.sort_by_key(|&row| kinds[row]);
        let mut bodies = vec![Box::default(); kinds.len()];
        for row in order {
            bodies[row] = body(&read_kind(kinds[row], cursor)?).into_boxed_slice();
        }
        Ok(commons.into_iter().zip(bodies).map(|(common, body)| Self { common, body }).collect())
    }
}

/// Doses come in thousandths at most.
fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.0005
}

fn put_maybe(out: &mut Vec<u8>, value: Option<f64>) {
    out.push(u8::from(value.is_some()));
    value.into_iter().for_each(|value| put_decimal(out, value));
}

fn put_maybe_signed(out: &mut Vec<u8>, value: Option<i64>) {
    out.push(u8::from(value.is_some()));
    value.into_iter().for_each(|value| put_signed(out, value));
}

/// The kind's number, then its fields in order. New kinds and fields get new numbers; these never change.
fn body(kind: &EventKind) -> Vec<u8> {
    let mut body = Vec::with_capacity(16);
    let out = &mut body;
    match kind {
        EventKind::Bolus { normal, extended, duration_ms, programmed, origin } => {
            out.push(1);
            put_decimal(out, *normal);
            put_decimal(out, *extended);
            put_signed(out, *duration_ms);
            put_maybe(out, *programmed);
            out.push(number(&ORIGINS, *origin));
        }
        EventKind::Basal { rate, duration_ms, delivery } => {
            out.push(2);
            put_decimal(out, *rate);
            put_maybe_signed(out, *duration_ms);
            out.push(number(&DELIVERIES, *delivery));
        }
        EventKind::AutoInsulinDay { units } => put_number(out, 3, *units),
        EventKind::DailyTotal { units } => put_number(out, 4, *units),
        EventKind::Injection { units, insulin } => {
            put_number(out, 5, *units);
            out.push(number(&INSULINS, *insulin));
        }
        EventKind::Carbs { grams, fat, protein } => {
            put_number(out, 6, *grams);
            put_maybe(out, *fat);
            put_maybe(out, *protein);
        }
        EventKind::Calculation { advised, on_board, carbs, delivered } => {
            out.push(7);
            [advised, on_board, carbs].into_iter().for_each(|each| put_maybe(out, *each));
            out.push(u8::from(*delivered));
        }
        EventKind::Calibration { glucose } => {
            out.extend_from_slice(&[8, u8::from(glucose.unit() == Unit::MmolL)]);
            put_signed(out, i64::from(glucose.thousandths()));
        }
        _ => put_words(out, kind),
    }
    body
}

fn put_number(out: &mut Vec<u8>, kind: u8, value: f64) {
    out.push(kind);
    put_decimal(out, value);
}

fn put_words(out: &mut Vec<u8>, kind: &EventKind) {
    match kind {
        EventKind::Alarm { text, code, cleared } => {
            out.push(9);
            put_text(out, text);
            put_maybe_signed(out, code.map(i64::from));
            out.push(u8::from(*cleared));
        }
        EventKind::Suspend { reason } => put_named(out, 10, reason),
        EventKind::Resume => out.push(11),
        EventKind::Mode { name, automated } => {
            put_named(out, 12, name);
            out.push(automated.map_or(0, |automated| 1 + u8::from(automated)));
        }
        EventKind::Sensor { what } => put_named(out, 13, what),
        EventKind::SetChange { what, units } => {
            put_named(out, 14, what);
            put_maybe(out, *units);
        }
        EventKind::Exercise { duration_ms, intensity } => {
            put_named(out, 15, intensity);
            put_maybe_signed(out, *duration_ms);
        }
        EventKind::Ketone { mmol_l } => put_number(out, 16, *mmol_l),
        EventKind::Note { text } => put_named(out, 17, text),
        EventKind::ClockChange { by_ms } => {
            out.push(18);
            put_signed(out, *by_ms);
        }
        EventKind::Target { low, high, duration_ms, reason } => {
            put_named(out, 19, reason);
            put_maybe(out, *low);
            put_maybe(out, *high);
            put_maybe_signed(out, *duration_ms);
        }
        EventKind::Settings { name, json } => {
            put_named(out, 20, name);
            put_text(out, json);
        }
        EventKind::Status { on_board, carbs_on_board, reservoir, battery, json } => {
            put_named(out, 21, json);
            [on_board, carbs_on_board, reservoir, battery].into_iter().for_each(|each| put_maybe(out, *each));
        }
        EventKind::Other { name, text } => {
            put_named(out, 22, name);
            put_text(out, text);
        }
        _ => put_varint(out, 0),
    }
}

fn put_named(out: &mut Vec<u8>, kind: u8, text: &str) {
    out.push(kind);
    put_text(out, text);
}

fn read_body(body: &[u8]) -> Result<EventKind, ChunkError> {
    let mut cursor = Cursor::new(body);
    let kind = cursor.byte()?;
    read_kind(kind, &mut cursor)
}

fn read_kind(kind: u8, from: &mut Cursor<'_>) -> Result<EventKind, ChunkError> {
    Ok(match kind {
        1 => EventKind::Bolus {
            normal: from.decimal()?,
            extended: from.decimal()?,
            duration_ms: from.signed()?,
            programmed: maybe(from)?,
            origin: name(&ORIGINS, from.byte()?)?,
        },
        2 => EventKind::Basal {
            rate: from.decimal()?,
            duration_ms: maybe_signed(from)?,
            delivery: name(&DELIVERIES, from.byte()?)?,
        },
        3 => EventKind::AutoInsulinDay { units: from.decimal()? },
        4 => EventKind::DailyTotal { units: from.decimal()? },
        5 => EventKind::Injection { units: from.decimal()?, insulin: name(&INSULINS, from.byte()?)? },
        6 => EventKind::Carbs { grams: from.decimal()?, fat: maybe(from)?, protein: maybe(from)? },
        7 => EventKind::Calculation {
            advised: maybe(from)?,
            on_board: maybe(from)?,
            carbs: maybe(from)?,
            delivered: yes(from)?,
        },
        8 => {
            let unit = if yes(from)? { Unit::MmolL } else { Unit::MgDl };
            EventKind::Calibration { glucose: Glucose::of_thousandths(int(from.signed()?)?, unit) }
        }
        _ => read_words(kind, from)?,
    })
}

fn read_words(kind: u8, from: &mut Cursor<'_>) -> Result<EventKind, ChunkError> {
    Ok(match kind {
        9 => EventKind::Alarm {
            text: from.text()?.to_owned(),
            code: maybe_signed(from)?.map(int).transpose()?,
            cleared: yes(from)?,
        },
        10 => EventKind::Suspend { reason: from.text()?.to_owned() },
        11 => EventKind::Resume,
        12 => EventKind::Mode {
            name: from.text()?.to_owned(),
            automated: match from.byte()? {
                0 => None,
                1 => Some(false),
                2 => Some(true),
                _ => return Err(ODD),
            },
        },
        13 => EventKind::Sensor { what: from.text()?.to_owned() },
        14 => EventKind::SetChange { what: from.text()?.to_owned(), units: maybe(from)? },
        15 => EventKind::Exercise { intensity: from.text()?.to_owned(), duration_ms: maybe_signed(from)? },
        16 => EventKind::Ketone { mmol_l: from.decimal()? },
        17 => EventKind::Note { text: from.text()?.to_owned() },
        18 => EventKind::ClockChange { by_ms: from.signed()? },
        19 => EventKind::Target {
            reason: from.text()?.to_owned(),
            low: maybe(from)?,
            high: maybe(from)?,
            duration_ms: maybe_signed(from)?,
        },
        20 => EventKind::Settings { name: from.text()?.to_owned(), json: from.text()?.to_owned() },
        21 => EventKind::Status {
            json: from.text()?.to_owned(),
            on_board: maybe(from)?,
            carbs_on_board: maybe(from)?,
            reservoir: maybe(from)?,
            battery: maybe(from)?,
        },
        22 => EventKind::Other { name: from.text()?.to_owned(), text: from.text()?.to_owned() },
        _ => return Err(ChunkError::Damaged("an event's kind is unknown")),
    })
}

const ODD: ChunkError = ChunkError::Damaged("an event holds what it cannot");

fn yes(from: &mut Cursor<'_>) -> Result<bool, ChunkError> {
    match from.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(ODD),
    }
}

fn maybe(from: &mut Cursor<'_>) -> Result<Option<f64>, ChunkError> {
    if yes(from)? { from.decimal().map(Some) } else { Ok(None) }
}

fn maybe_signed(from: &mut Cursor<'_>) -> Result<Option<i64>, ChunkError> {
    if yes(from)? { from.signed().map(Some) } else { Ok(None) }
}

fn int(value: i64) -> Result<i32, ChunkError> {
    i32::try_from(value).map_err(|_| ODD)
}
