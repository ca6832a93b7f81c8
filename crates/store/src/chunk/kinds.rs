//! The numbers that stand for names on disk. Never changed, only added to.

use super::ChunkError;
use glucose::event::{BasalDelivery, BolusOrigin, InsulinKind};
use glucose::{ReadingKind, Trend};

const UNKNOWN: ChunkError = ChunkError::Damaged("a kind is unknown");

pub(super) fn of_reading(kind: ReadingKind) -> u8 {
    match kind {
        ReadingKind::Cgm => 0,
        ReadingKind::Scan => 1,
        ReadingKind::Meter => 2,
    }
}

pub(super) fn reading(number: u8) -> Result<ReadingKind, ChunkError> {
    [ReadingKind::Cgm, ReadingKind::Scan, ReadingKind::Meter].get(usize::from(number)).copied().ok_or(UNKNOWN)
}

const TRENDS: [Trend; 9] = [
    Trend::TripleUp,
    Trend::DoubleUp,
    Trend::SingleUp,
    Trend::FortyFiveUp,
    Trend::Flat,
    Trend::FortyFiveDown,
    Trend::SingleDown,
    Trend::DoubleDown,
    Trend::TripleDown,
];

pub(super) fn of_trend(trend: Option<Trend>) -> u64 {
    trend.and_then(|trend| TRENDS.iter().position(|each| *each == trend)).map_or(0, |place| place as u64 + 1)
}

pub(super) fn trend(number: u64) -> Result<Option<Trend>, ChunkError> {
    match usize::try_from(number) {
        Ok(0) => Ok(None),
        Ok(place) => TRENDS.get(place - 1).copied().map(Some).ok_or(UNKNOWN),
        Err(_) => Err(UNKNOWN),
    }
}

pub(super) const ORIGINS: [BolusOrigin; 4] =
    [BolusOrigin::Manual, BolusOrigin::Calculator, BolusOrigin::Automatic, BolusOrigin::Unknown];
pub(super) const DELIVERIES: [BasalDelivery; 4] =
    [BasalDelivery::Scheduled, BasalDelivery::Temporary, BasalDelivery::Automated, BasalDelivery::Suspended];
pub(super) const INSULINS: [InsulinKind; 3] = [InsulinKind::Rapid, InsulinKind::Long, InsulinKind::Other];

/// The place of a name in its list.
pub(super) fn number<T: PartialEq>(list: &[T], name: T) -> u8 {
    list.iter().position(|each| *each == name).unwrap_or_default() as u8
}

/// The name at a place.
pub(super) fn name<T: Copy>(list: &[T], number: u8) -> Result<T, ChunkError> {
    list.get(usize::from(number)).copied().ok_or(UNKNOWN)
}
