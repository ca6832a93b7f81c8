//! The days of one kind that one job works on: each read once, changed in memory, and written once.

use crate::{
    access::Access,
    chunk::Chunk,
    days::{Day, Stored},
    error::Error,
    rights::Upload,
};
use std::collections::{BTreeMap, btree_map::Entry};
use std::ops::RangeInclusive;

pub(super) struct Drawer<T>(BTreeMap<i64, Pulled<T>>);

/// A day as it was, and as it is to be.
struct Pulled<T> {
    before: Day,
    chunk: Chunk<T>,
    changed: bool,
    /// Names of what was put, under which this day is to be found.
    names: Vec<String>,
}

impl<T: Stored> Drawer<T> {
    pub(super) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// A day to look at.
    pub(super) fn look(&mut self, access: &mut Access<'_, Upload>, day: i64) -> Result<&Chunk<T>, Error> {
        self.pull(access, day).map(|pulled| &pulled.chunk)
    }

    /// Days to look at.
    pub(super) fn look_at(
        &mut self,
        access: &mut Access<'_, Upload>,
        days: RangeInclusive<i64>,
    ) -> Result<Vec<&Chunk<T>>, Error> {
        for day in days.clone() {
            self.pull(access, day)?;
        }
        Ok(self.0.range(days).map(|(_, pulled)| &pulled.chunk).collect())
    }

    /// A day to change.
    pub(super) fn change(&mut self, access: &mut Access<'_, Upload>, day: i64) -> Result<&mut Chunk<T>, Error> {
        let pulled = self.pull(access, day)?;
        pulled.changed = true;
        Ok(&mut pulled.chunk)
    }

    /// What was put on a day that was changed is to be found by these names.
    pub(super) fn name(&mut self, day: i64, names: Vec<String>) {
        if let Some(pulled) = self.0.get_mut(&day) {
            pulled.names.extend(names);
        }
    }

    fn pull(&mut self, access: &mut Access<'_, Upload>, day: i64) -> Result<&mut Pulled<T>, Error> {
        match self.0.entry(day) {
            Entry::Occupied(pulled) => Ok(pulled.into_mut()),
            Entry::Vacant(place) => {
                let before = access.one_day::<T>(day)?;
                let chunk = before.chunk::<T>(&access.key())?;
                Ok(place.insert(Pulled { before, chunk, changed: false, names: Vec::new() }))
            }
        }
    }

    /// Writes what was changed.
    pub(super) fn write(self, access: &mut Access<'_, Upload>) -> Result<(), Error> {
        for (day, pulled) in self.0 {
            if pulled.changed && !(pulled.before.is_new() && pulled.chunk.is_empty()) {
                access.write_day(&pulled.before, &pulled.chunk)?;
                access.index_ids::<T>(day, &pulled.names)?;
            }
        }
        Ok(())
    }
}
