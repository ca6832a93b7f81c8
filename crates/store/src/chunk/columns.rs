//! The columns that readings and events share: instants, clocks, devices, uploads, stamps, and what was given beside.

use super::bytes::{Cursor, put_runs, put_signed, put_text, put_varint};
use super::id::{put_id, read_id};
use super::{ChunkError, Common, Datum, Row, Stamps, Uploads};
use glucose::Given;
use jiff::Timestamp;

const OVERFLOW: ChunkError = ChunkError::Damaged("a number is out of range");

/// Sensors keep a rhythm: what is written is how far each step is from the usual one.
pub(super) fn write_instants<T: Datum>(rows: &[Row<T>], out: &mut Vec<u8>) {
    let seconds = rows.iter().all(|row| row.item.at_ms() % 1000 == 0);
    let unit = if seconds { 1000 } else { 1 };
    let instants = || rows.iter().map(|row| row.item.at_ms() / unit);
    let mut steps: Vec<i64> = instants().zip(instants().skip(1)).map(|(a, b)| b - a).collect();
    let middle = steps.len() / 2;
    let usual = if steps.is_empty() { 0 } else { *steps.clone().select_nth_unstable(middle).1 };
    out.push(u8::from(seconds));
    put_signed(out, instants().next().unwrap_or_default());
    put_signed(out, usual);
    steps.drain(..).for_each(|step| put_signed(out, step - usual));
}

pub(super) fn read_instants(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<i64>, ChunkError> {
    let unit = if cursor.byte()? == 0 { 1 } else { 1000 };
    let mut at = cursor.signed()?;
    let usual = cursor.signed()?;
    let mut instants = Vec::with_capacity(count);
    for row in 0..count {
        if row > 0 {
            let step = cursor.signed()?.checked_add(usual).filter(|step| *step >= 0).ok_or(OVERFLOW)?;
            at = at.checked_add(step).ok_or(OVERFLOW)?;
        }
        instants.push(at.checked_mul(unit).ok_or(OVERFLOW)?);
    }
    let known = |at: Option<&i64>| at.is_none_or(|&at| Timestamp::from_millisecond(at).is_ok());
    if known(instants.first()) && known(instants.last()) { Ok(instants) } else { Err(OVERFLOW) }
}

/// What came beside data as texts: each that occurs, once.
pub(super) struct Fields<'a> {
    distinct: Vec<&'a str>,
    count: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn of<T: Datum>(rows: &'a [Row<T>]) -> Self {
        let mut distinct: Vec<&str> = Vec::new();
        let mut count = 0;
        for text in rows.iter().filter_map(|row| row.item.common().given.as_ref()?.fields.as_deref()) {
            count += 1;
            // One sender's mostly are the same as the ones before.
            if distinct.last() != Some(&text) {
                distinct.push(text);
            }
        }
        distinct.sort_unstable();
        distinct.dedup();
        Self { distinct, count }
    }

    pub(super) fn are_shared(&self) -> bool {
        self.distinct.len() < self.count
    }

    fn number(&self, text: &str) -> u64 {
        self.distinct.binary_search(&text).unwrap_or_default() as u64
    }
}

pub(super) fn write_commons<T: Datum>(rows: &[Row<T>], fields: &Fields<'_>, out: &mut Vec<u8>) {
    write_instants(rows, out);
    let commons = || rows.iter().map(|row| row.item.common());
    put_runs(out, commons().map(|common| super::bytes::zigzag(i64::from(common.offset_min))));
    put_runs(out, commons().map(|common| common.device.map_or(0, |device| u64::from(device) + 1)));
    write_given(commons().map(|common| common.given.as_deref()), fields, out);
}

pub(super) fn read_commons(cursor: &mut Cursor<'_>, count: usize, shared: bool) -> Result<Vec<Common>, ChunkError> {
    let plain = |at_ms| Common { at_ms, offset_min: 0, device: None, given: None };
    let mut commons: Vec<Common> = read_instants(cursor, count)?.into_iter().map(plain).collect();
    cursor.runs(count, |from, to, value| {
        let offset = i16::try_from((value >> 1) as i64 ^ -((value & 1) as i64)).map_err(|_| OVERFLOW)?;
        commons[from..to].iter_mut().for_each(|common| common.offset_min = offset);
        Ok(())
    })?;
    cursor.runs(count, |from, to, value| {
        let device = u16::try_from(value.saturating_sub(1)).map_err(|_| OVERFLOW)?;
        commons[from..to].iter_mut().for_each(|common| common.device = (value > 0).then_some(device));
        Ok(())
    })?;
    read_given(cursor, &mut commons, shared)?;
    Ok(commons)
}

/// Sparse: only the rows that have any. Apps stand once in a list of names, and fields too where some are the same.
fn write_given<'a>(given: impl Iterator<Item = Option<&'a Given>>, fields: &Fields<'_>, out: &mut Vec<u8>) {
    let some: Vec<(usize, &Given)> = given.enumerate().filter_map(|(at, given)| Some((at, given?))).collect();
    put_varint(out, some.len() as u64);
    if some.is_empty() {
        return;
    }
    let mut next = 0;
    for (at, _) in &some {
        put_varint(out, (at - next) as u64);
        next = at + 1;
    }
    let bits = |given: &Given| u64::from(given.id.is_some()) | u64::from(given.fields.is_some()) << 1;
    put_runs(out, some.iter().map(|(_, given)| bits(given)));
    let mut apps: Vec<&str> = some.iter().filter_map(|(_, given)| given.app.as_deref()).collect();
    apps.sort_unstable();
    apps.dedup();
    put_varint(out, apps.len() as u64);
    apps.iter().for_each(|app| put_text(out, app));
    let number =
        |given: &Given| given.app.as_deref().and_then(|app| apps.binary_search(&app).ok()).map_or(0, |n| n + 1);
    put_runs(out, some.iter().map(|(_, given)| number(given) as u64));
    some.iter().filter_map(|(_, given)| given.id.as_deref()).for_each(|id| put_id(out, id));
    let texts = some.iter().filter_map(|(_, given)| given.fields.as_deref());
    if fields.are_shared() {
        put_varint(out, fields.distinct.len() as u64);
        fields.distinct.iter().for_each(|text| put_text(out, text));
        put_runs(out, texts.map(|text| fields.number(text)));
    } else {
        texts.for_each(|text| put_text(out, text));
    }
}

fn read_given(cursor: &mut Cursor<'_>, commons: &mut [Common], shared: bool) -> Result<(), ChunkError> {
    let count: usize = cursor.small()?;
    if count == 0 {
        return Ok(());
    }
    if count > commons.len() {
        return Err(OVERFLOW);
    }
    let mut rows = Vec::with_capacity(count);
    let mut next = 0usize;
    for _ in 0..count {
        let at = next.checked_add(cursor.small()?).filter(|at| *at < commons.len()).ok_or(OVERFLOW)?;
        rows.push(at);
        next = at + 1;
    }
    let mut bits = vec![0; count];
    cursor.runs(count, |from, to, value| {
        bits[from..to].fill(value);
        Ok(())
    })?;
    let apps = read_texts(cursor)?;
    let mut given = vec![Given::default(); count];
    cursor.runs(count, |from, to, value| {
        let app = usize::try_from(value).map_err(|_| OVERFLOW)?.checked_sub(1);
        let app = app.map(|number| apps.get(number).ok_or(OVERFLOW)).transpose()?;
        given[from..to].iter_mut().for_each(|given| given.app = app.map(|app| (*app).to_owned()));
        Ok(())
    })?;
    for (given, _) in given.iter_mut().zip(&bits).filter(|(_, bits)| **bits & 1 != 0) {
        given.id = Some(read_id(cursor)?);
    }
    let mut with_fields: Vec<&mut Given> =
        given.iter_mut().zip(&bits).filter(|(_, bits)| **bits & 2 != 0).map(|(given, _)| given).collect();
    if shared {
        let texts = read_texts(cursor)?;
        cursor.runs(with_fields.len(), |from, to, value| {
            let text = usize::try_from(value).ok().and_then(|number| texts.get(number)).ok_or(OVERFLOW)?;
            with_fields[from..to].iter_mut().for_each(|given| given.fields = Some((*text).to_owned()));
            Ok(())
        })?;
    } else {
        for given in with_fields {
            given.fields = Some(cursor.text()?.to_owned());
        }
    }
    rows.into_iter().zip(given).for_each(|(row, given)| commons[row].given = Some(Box::new(given)));
    Ok(())
}

fn read_texts<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<&'a str>, ChunkError> {
    let count: usize = cursor.small()?;
    if count > cursor.left() {
        return Err(OVERFLOW);
    }
    (0..count).map(|_| cursor.text()).collect()
}

/// The sets that occur, each once, and for every row which of them.
pub(super) fn write_uploads<T: Datum>(rows: &[Row<T>], out: &mut Vec<u8>) {
    let mut sets: Vec<&Uploads> = rows.iter().map(|row| &row.uploads).collect();
    sets.dedup();
    sets.sort_unstable();
    sets.dedup();
    put_varint(out, sets.len() as u64);
    for set in &sets {
        let all = set.as_slice();
        put_varint(out, all.len() as u64);
        let mut before = 0;
        for upload in all {
            put_varint(out, u64::from(upload - before));
            before = *upload;
        }
    }
    put_runs(out, rows.iter().map(|row| sets.binary_search(&&row.uploads).unwrap_or_default() as u64));
}

pub(super) fn read_uploads(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<Uploads>, ChunkError> {
    let sets: usize = cursor.small()?;
    if sets > cursor.left() {
        return Err(OVERFLOW);
    }
    let sets = (0..sets).map(|_| read_set(cursor)).collect::<Result<Vec<_>, _>>()?;
    let mut uploads = Vec::with_capacity(count);
    cursor.runs(count, |from, to, value| {
        let set = usize::try_from(value).ok().and_then(|set| sets.get(set)).ok_or(OVERFLOW)?;
        uploads.extend(std::iter::repeat_n(set, to - from).cloned());
        Ok(())
    })?;
    Ok(uploads)
}

fn read_set(cursor: &mut Cursor<'_>) -> Result<Uploads, ChunkError> {
    let count: usize = cursor.small()?;
    if count > cursor.left() {
        return Err(OVERFLOW);
    }
    let mut all = Vec::with_capacity(count);
    let mut upload = 0u32;
    for place in 0..count {
        let step: u32 = cursor.small()?;
        upload = upload.checked_add(step).filter(|_| place == 0 || step > 0).ok_or(OVERFLOW)?;
        all.push(upload);
    }
    Uploads::from_sorted(all).ok_or(ChunkError::Damaged("a value has no upload"))
}

/// One zero when nothing is stamped. Stamps are near the instant they are about, and mostly whole seconds.
pub(super) fn write_stamps<T: Datum>(rows: &[Row<T>], out: &mut Vec<u8>) {
    let some = || rows.iter().filter_map(|row| Some((row.item.at_ms(), row.stamps?)));
    out.push(u8::from(some().next().is_some()));
    if some().next().is_none() {
        return;
    }
    put_runs(out, rows.iter().map(|row| row.stamps.map_or(0, |stamps| 1 + u64::from(stamps.deleted))));
    for (at, stamps) in some() {
        put_signed(out, stamps.created_ms.div_euclid(1000).wrapping_sub(at.div_euclid(1000)));
    }
    put_runs(out, some().map(|(_, stamps)| stamps.created_ms.rem_euclid(1000) as u64));
    put_runs(out, some().map(|(_, stamps)| super::bytes::zigzag(stamps.changed_ms.wrapping_sub(stamps.created_ms))));
}

pub(super) fn read_stamps(cursor: &mut Cursor<'_>, commons: &[Common]) -> Result<Vec<Option<Stamps>>, ChunkError> {
    let mut stamps = vec![None; commons.len()];
    if cursor.byte()? == 0 {
        return Ok(stamps);
    }
    cursor.runs(commons.len(), |from, to, value| {
        let blank = Stamps { created_ms: 0, changed_ms: 0, deleted: value == 2 };
        stamps[from..to].fill((value > 0).then_some(blank));
        Ok(())
    })?;
    let mut some: Vec<&mut Stamps> = Vec::new();
    for (stamps, common) in stamps.iter_mut().zip(commons) {
        if let Some(stamps) = stamps {
            let second = cursor.signed()?.checked_add(common.at_ms.div_euclid(1000));
            stamps.created_ms = second.and_then(|second| second.checked_mul(1000)).ok_or(OVERFLOW)?;
            some.push(stamps);
        }
    }
    cursor.runs(some.len(), |from, to, value| {
        let rest = i64::try_from(value).map_err(|_| OVERFLOW)?;
        for stamps in &mut some[from..to] {
            stamps.created_ms = stamps.created_ms.checked_add(rest).ok_or(OVERFLOW)?;
        }
        Ok(())
    })?;
    cursor.runs(some.len(), |from, to, value| {
        let later = (value >> 1) as i64 ^ -((value & 1) as i64);
        for stamps in &mut some[from..to] {
            stamps.changed_ms = stamps.created_ms.checked_add(later).ok_or(OVERFLOW)?;
        }
        Ok(())
    })?;
    Ok(stamps)
}
