//! `entries.csv`: no header, `dateString,date,sgv,direction,device`, each cell encoded as JSON; with tabs it is `entries.txt`.

use super::{entries, when::When};
use crate::{
    Context, DeviceKind, Format, Import, Refused, iso,
    iso::Iso,
    number,
    table::{Row, Table, delimiter_of},
};
use glucose::{Glucose, NewReading, Unit};
use jiff::Timestamp;

/// The first line is a time, the same in milliseconds, and a value.
pub(super) fn recognises(head: &str) -> bool {
    let Some(first) = head.lines().next() else { return false };
    let (mut table, mut row) = (Table::new(first, delimiter_of(first)), Row::default());
    let read = table.next(&mut row).is_ok_and(|more| more);
    let stamp = number::parse(row.get(1)).filter(|number| *number > 1e11).and_then(iso::from_epoch);
    read && stamp.is_some() && Iso::parse(row.get(0)).is_some() && number::parse(row.get(2)).is_some()
}

pub(super) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let mut import = Import::new(Format::NightscoutEntries);
    let mut when = When::new(cx.zone);
    let first = text.lines().next().unwrap_or_default();
    let (mut table, mut row) = (Table::new(text, delimiter_of(first)), Row::default());
    while table.next(&mut row)? {
        cx.tick(table.position())?;
        if row.is_blank() {
            continue;
        }
        import.rows += 1;
        match reading(&row, &mut when) {
            Ok(mut reading) => {
                let name = row.get(4);
                reading.device = (!name.is_empty() && name != "null")
                    .then(|| import.device(name, None, DeviceKind::Unknown))
                    .flatten();
                import.readings.push(reading);
            }
            Err((column, why)) => import.problem(row.line, column, why),
        }
    }
    Ok(import)
}

fn reading(row: &Row<'_>, when: &mut When<'_>) -> Result<NewReading, (&'static str, &'static str)> {
    let stamp = number::parse(row.get(1)).and_then(iso::from_epoch);
    let at: Timestamp = stamp
        .or_else(|| Iso::parse(row.get(0)).and_then(Iso::instant))
        .filter(|at| !iso::is_bogus(*at))
        .ok_or(("date", "This is no date."))?;
    let value = number::parse(row.get(2)).ok_or(("sgv", "This is no number."))?;
    if value < 39.0 {
        return Err(("sgv", "This is an error code of the sensor, no glucose."));
    }
    let glucose = Glucose::new(value, Unit::MgDl).ok_or(("sgv", "This is beyond what any sensor measures."))?;
    let reading = NewReading::cgm(at, when.offset_at(at), glucose);
    Ok(NewReading { limit: entries::limit_of(value), trend: entries::trend_of(row.get(3)), ..reading })
}
