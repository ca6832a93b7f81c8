//! A reading in a chunk, and its columns: what kind, how much, the arrow.

use super::bytes::{Cursor, put_runs, put_signed};
use super::{ChunkError, Common, Datum, Row, id, kinds};
use glucose::{Given, Glucose, Limit, MG_DL_PER_MMOL_L, NewReading, Provenance, Reading, ReadingKind, Trend, Unit};
use jiff::Timestamp;
use std::cmp::Ordering;

/// A reading as a chunk keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingDatum {
    /// When, by which device, and what came beside it.
    pub common: Common,
    /// How much.
    pub glucose: Glucose,
    /// How it was measured.
    pub kind: ReadingKind,
    /// The device's end of scale, when it was reached.
    pub limit: Option<Limit>,
    /// The device's arrow, when it gave one.
    pub trend: Option<Trend>,
}

impl ReadingDatum {
    /// What came, with the record's number of its device.
    pub fn new(new: &NewReading, device: Option<u16>) -> Self {
        Self {
            common: Common::new(new.at, new.offset_min, device, new.given.as_deref()),
            glucose: new.glucose,
            kind: new.kind,
            limit: new.limit,
            trend: new.trend,
        }
    }
}

impl Common {
    /// Instants are kept to the millisecond; an id that is no id (empty, or longer than 64 characters) is left out.
    pub(super) fn new(at: Timestamp, offset_min: i16, device: Option<u16>, given: Option<&Given>) -> Self {
        let given = given.map(|given| Given {
            id: given.id.clone().filter(|id| id::keepable(id)),
            app: given.app.clone(),
            fields: given.fields.clone(),
        });
        let given = given.filter(|given| *given != Given::default()).map(Box::new);
        Self { at_ms: at.as_millisecond(), offset_min, device, given }
    }

    /// The instant; checked when the chunk was read, and a `Timestamp` before it was written.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl Datum for ReadingDatum {
    type Shown = Reading;
    const TAG: u8 = 1;

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    fn kind(&self) -> u8 {
        kinds::of_reading(self.kind)
    }

    #[inline]
    fn compare_identity(&self, other: &Self) -> Ordering {
        let identity = |datum: &Self| (datum.common.at_ms, datum.kind, datum.glucose);
        identity(self).cmp(&identity(other))
    }

    fn compare_marks(&self, other: &Self) -> Ordering {
        (self.limit, self.trend).cmp(&(other.limit, other.trend))
    }

    /// Within 1 mg/dL.
    fn close(&self, other: &Self) -> bool {
        let apart = self.glucose.display_in(Unit::MgDl) - other.glucose.display_in(Unit::MgDl);
        self.kind == other.kind && apart.abs() <= 1.0
    }

    fn identity(&self) -> Vec<u8> {
        let mut bytes = vec![self.kind(), self.glucose.unit() as u8];
        bytes.extend_from_slice(&self.glucose.thousandths().to_le_bytes());
        bytes
    }

    fn show(&self, upload: u32) -> Reading {
        Reading {
            at: self.common.at(),
            offset_min: self.common.offset_min,
            glucose: self.glucose,
            kind: self.kind,
            limit: self.limit,
            trend: self.trend,
            from: Provenance { upload },
        }
    }

    fn write(rows: &[Row<Self>], out: &mut Vec<u8>) {
        put_runs(out, rows.iter().map(|row| marks(&row.item)));
        put_runs(out, rows.iter().map(|row| kinds::of_trend(row.item.trend)));
        let scale = Scale::of(rows);
        out.push(scale as u8);
        let mut before = 0;
        for row in rows {
            let value = scale.shrink(row.item.glucose.thousandths());
            put_signed(out, value - before);
            before = value;
        }
    }

    fn read(cursor: &mut Cursor<'_>, commons: Vec<Common>) -> Result<Vec<Self>, ChunkError> {
        let blank = |common| ReadingDatum {
            common,
            glucose: Glucose::mg_dl(0),
            kind: ReadingKind::Cgm,
            limit: None,
            trend: None,
        };
        let mut items: Vec<Self> = commons.into_iter().map(blank).collect();
        let mut units = vec![Unit::MgDl; items.len()];
        cursor.runs(items.len(), |from, to, value| {
            let (kind, limit, unit) = read_marks(value)?;
            items[from..to].iter_mut().for_each(|item| (item.kind, item.limit) = (kind, limit));
            units[from..to].fill(unit);
            Ok(())
        })?;
        cursor.runs(items.len(), |from, to, value| {
            let trend = kinds::trend(value)?;
            items[from..to].iter_mut().for_each(|item| item.trend = trend);
            Ok(())
        })?;
        let scale = Scale::read(cursor.byte()?)?;
        let mut value = 0i64;
        for (item, unit) in items.iter_mut().zip(units) {
            value = value.wrapping_add(cursor.signed()?);
            item.glucose = Glucose::of_thousandths(scale.grow(value)?, unit);
        }
        Ok(items)
    }
}

/// Kind, limit and unit in one small number.
fn marks(item: &ReadingDatum) -> u64 {
    let limit = item.limit.map_or(0, |limit| 1 + u64::from(limit == Limit::Above));
    u64::from(kinds::of_reading(item.kind)) | limit << 2 | u64::from(item.glucose.unit() == Unit::MmolL) << 4
}

fn read_marks(value: u64) -> Result<(ReadingKind, Option<Limit>, Unit), ChunkError> {
    let limit = match value >> 2 & 3 {
        0 => None,
        1 => Some(Limit::Below),
        2 => Some(Limit::Above),
        _ => return Err(ChunkError::Damaged("a limit is unknown")),
    };
    let unit = match value >> 4 {
        0 => Unit::MgDl,
        1 => Unit::MmolL,
        _ => return Err(ChunkError::Damaged("a unit is unknown")),
    };
    Ok((kinds::reading((value & 3) as u8)?, limit, unit))
}

/// What a day's values are multiples of.
#[derive(Clone, Copy)]
enum Scale {
    Thousandths = 0,
    Tenths = 1,
    Whole = 2,
    /// mmol/L that are images of whole mg/dL, as CareLink and Tidepool write them.
    ImageOfMgDl = 3,
}

impl Scale {
    fn of(rows: &[Row<ReadingDatum>]) -> Self {
        let every = |scale: Self| {
            rows.iter().map(|row| row.item.glucose.thousandths()).all(|it| scale.grow(scale.shrink(it)) == Ok(it))
        };
        let fits = [Self::Whole, Self::Tenths, Self::ImageOfMgDl].into_iter().find(|scale| every(*scale));
        fits.unwrap_or(Self::Thousandths)
    }

    fn read(number: u8) -> Result<Self, ChunkError> {
        match number {
            0 => Ok(Self::Thousandths),
            1 => Ok(Self::Tenths),
            2 => Ok(Self::Whole),
            3 => Ok(Self::ImageOfMgDl),
            _ => Err(ChunkError::Damaged("a scale is unknown")),
        }
    }

    fn shrink(self, thousandths: i32) -> i64 {
        match self {
            Self::Thousandths => i64::from(thousandths),
            Self::Tenths => i64::from(thousandths / 100),
            Self::Whole => i64::from(thousandths / 1000),
            Self::ImageOfMgDl => (f64::from(thousandths) / 1000.0 * MG_DL_PER_MMOL_L).round() as i64,
        }
    }

    fn grow(self, value: i64) -> Result<i32, ChunkError> {
        let thousandths = match self {
            Self::Thousandths => Some(value),
            Self::Tenths => value.checked_mul(100),
            Self::Whole => value.checked_mul(1000),
            Self::ImageOfMgDl => Some((value as f64 / MG_DL_PER_MMOL_L * 1000.0).round() as i64),
        };
        thousandths.and_then(|it| i32::try_from(it).ok()).ok_or(ChunkError::Damaged("a value is out of range"))
    }
}
