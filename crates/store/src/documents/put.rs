//! Keeping what an app sends: by id, or else by what says the same.

use super::{Kept, MOST_DOCUMENT_BYTES, NewDocument, Same, drawer::Drawer, seen};
use crate::{
    access::Access,
    chunk::{
        Collection, DOCUMENTS, Datum, DocumentDatum, EventDatum, Found, Headline, ReadingChunk, ReadingDatum, STATUSES,
        day_of, derived_at,
    },
    days::Stored,
    error::{Error, Invalid},
    news::What,
    rights::Upload,
};
use glucose::{Given, NewEvent, NewReading};

/// What a job has in hand while it puts one thing after the other.
pub(super) struct Putting {
    pub(super) headline: Headline,
    pub(super) source: u64,
    pub(super) upload: u32,
    pub(super) now_ms: i64,
    pub(super) readings: Drawer<ReadingDatum>,
    pub(super) events: Drawer<EventDatum>,
    pub(super) documents: Drawer<DocumentDatum<DOCUMENTS>>,
    pub(super) statuses: Drawer<DocumentDatum<STATUSES>>,
    pub(super) added: [u64; 2],
    /// Last values and counts took in everything that came.
    pub(super) at_end: bool,
    pub(super) changed: Option<What>,
}

impl Putting {
    pub(super) fn begin(access: &mut Access<'_, Upload>) -> Result<Self, Error> {
        let mut headline = access.headline()?;
        let live = access.live_upload(&mut headline)?;
        Ok(Self {
            headline,
            source: live.source,
            upload: live.upload,
            now_ms: access.now().as_millisecond(),
            readings: Drawer::new(),
            events: Drawer::new(),
            documents: Drawer::new(),
            statuses: Drawer::new(),
            added: [0; 2],
            at_end: true,
            changed: None,
        })
    }

    /// Writes all of it, and tells.
    pub(super) fn end(self, access: &mut Access<'_, Upload>) -> Result<(), Error> {
        self.readings.write(access)?;
        self.events.write(access)?;
        self.documents.write(access)?;
        self.statuses.write(access)?;
        access.end_live(self.headline, self.source, self.added, self.at_end)?;
        match self.changed {
            Some(What::Readings) => access.note_readings(),
            Some(what) => {
                access.note(what);
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn stamp(&mut self) -> i64 {
        self.headline.stamp(self.now_ms)
    }

    /// Of a new reading that lies before others: last values and counts are made anew unless they can take it in.
    fn take_in(&mut self, access: &mut Access<'_, Upload>, item: &ReadingDatum) -> Result<(), Error> {
        if self.at_end {
            let days = self.readings.look_at(access, ReadingChunk::days_around(item))?;
            let alone = ReadingChunk::is_alone(&days, item, self.upload);
            self.at_end = alone && self.headline.take_in(item.show(self.upload));
        }
        Ok(())
    }

    /// Readings are the greater news.
    pub(super) fn tell(&mut self, what: What) {
        if self.changed != Some(What::Readings) {
            self.changed = Some(what);
        }
    }
}

impl Access<'_, Upload> {
    /// Keeps readings; in the same order, what became of each.
    pub fn put_entries(&mut self, new: &[NewReading], same: Same) -> Result<Vec<Kept>, Error> {
        let mut putting = Putting::begin(self)?;
        let kept = match self.put_newest(&mut putting, new)? {
            Some(kept) => vec![kept],
            None => self.put_all(&mut putting, new, same)?,
        };
        putting.end(self)?;
        Ok(kept)
    }

    fn put_all(&mut self, putting: &mut Putting, new: &[NewReading], same: Same) -> Result<Vec<Kept>, Error> {
        match self.put_fresh(putting, new)? {
            Some(kept) => Ok(kept),
            None => new.iter().map(|new| self.put_reading(putting, new, same)).collect(),
        }
    }

    /// Keeps one reading that comes after all others, as most do, behind its day; none is kept where that cannot be.
    fn put_newest(&mut self, putting: &mut Putting, new: &[NewReading]) -> Result<Option<Kept>, Error> {
        let [new] = new else { return Ok(None) };
        let item = ReadingDatum::new(new, None);
        if !putting.headline.is_next(item.at_ms()) {
            return Ok(None);
        }
        let before = self.one_day::<ReadingDatum>(day_of(item.at_ms()))?;
        if before.is_new() {
            return Ok(None);
        }
        let (plain, stamp_ms) = (before.plain::<ReadingDatum>(&self.key())?, putting.headline.stamp_ms);
        let stamp = putting.stamp();
        let Some((bytes, count)) = ReadingChunk::append(&plain, putting.upload, &item, stamp)? else {
            putting.headline.stamp_ms = stamp_ms;
            return Ok(None);
        };
        self.write_bytes::<ReadingDatum>(&before, &bytes, count)?;
        putting.headline.absorb(item.show(putting.upload));
        putting.added[0] += 1;
        putting.tell(What::Readings);
        let id = item.own_id();
        Ok(Some(Kept { own_id: id.clone(), id, new: true, changed_ms: stamp }))
    }

    /// Keeps readings of whose instants nothing is here, each day's at once; none are kept, and nothing is changed, where
    /// something is.
    fn put_fresh(&mut self, putting: &mut Putting, new: &[NewReading]) -> Result<Option<Vec<Kept>>, Error> {
        let mut items: Vec<(usize, ReadingDatum)> =
            new.iter().map(|new| ReadingDatum::new(new, None)).enumerate().collect();
        items.sort_by_key(|(_, item)| item.at_ms());
        for day in items.chunk_by(|(_, a), (_, b)| day_of(a.at_ms()) == day_of(b.at_ms())) {
            let here = putting.readings.look(self, day_of(day[0].1.at_ms()))?;
            if !here.is_fresh(day.iter().map(|(_, item)| item)) {
                return Ok(None);
            }
        }
        let stamps: Vec<i64> = new.iter().map(|_| putting.stamp()).collect();
        let kept = |(place, item): (usize, &ReadingDatum)| {
            let id = item.own_id();
            (place, Kept { own_id: id.clone(), id, new: true, changed_ms: stamps[place] })
        };
        let mut all: Vec<(usize, Kept)> = items.iter().map(|(place, item)| kept((*place, item))).collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        let mut items = items.into_iter().map(|(place, item)| (item, stamps[place])).peekable();
        while let Some((first, _)) = items.peek() {
            let day = day_of(first.at_ms());
            let of_day: Vec<_> =
                std::iter::from_fn(|| items.next_if(|(item, _)| day_of(item.at_ms()) == day)).collect();
            self.put_fresh_day(putting, day, of_day)?;
        }
        Ok(Some(all.into_iter().map(|(_, kept)| kept).collect()))
    }

    fn put_fresh_day(&mut self, putting: &mut Putting, day: i64, items: Vec<(ReadingDatum, i64)>) -> Result<(), Error> {
        let (upload, mut between) = (putting.upload, Vec::new());
        putting.added[0] += items.len() as u64;
        putting.tell(What::Readings);
        for (item, _) in &items {
            if putting.headline.is_next(item.at_ms()) {
                putting.headline.absorb(item.show(upload));
            } else {
                between.push(item.clone());
            }
        }
        putting.readings.change(self, day)?.put_fresh(upload, items);
        between.iter().try_for_each(|item| putting.take_in(self, item))
    }

    pub(super) fn put_reading(&mut self, putting: &mut Putting, new: &NewReading, same: Same) -> Result<Kept, Error> {
        let mut item = ReadingDatum::new(new, None);
        let day = day_of(item.at_ms());
        if same == Same::TimeAndKind
            && let Some(known) = putting.readings.look(self, day)?.id_at(item.at_ms(), item.kind())
        {
            let given = item.common.given.get_or_insert_default();
            given.id = Some(known);
        }
        if let Some(id) = item.common().given_id().map(str::to_owned) {
            self.leave_other_days::<ReadingDatum>(&id, &id, day, putting, |putting| &mut putting.readings)?;
        }
        let (next, stamp, upload) = (putting.headline.is_next(item.at_ms()), putting.stamp(), putting.upload);
        let put = putting.readings.change(self, day)?.put(upload, vec![item.clone()], stamp)?;
        putting.readings.name(day, item.index_names());
        putting.added[0] += u64::from(put.new);
        putting.tell(What::Readings);
        if next && put.new {
            putting.headline.absorb(item.show(upload));
        } else if put.new {
            putting.take_in(self, &item)?;
        } else {
            putting.at_end = false;
        }
        Ok(Kept { own_id: item.own_id(), id: put.id, new: put.new, changed_ms: stamp })
    }

    /// Keeps documents, each replacing what has its id, with what they mean; in the same order, what became of each.
    pub fn put_documents(&mut self, new: &[NewDocument]) -> Result<Vec<Kept>, Error> {
        let mut putting = Putting::begin(self)?;
        let kept = new.iter().map(|new| self.put_document(&mut putting, new)).collect::<Result<_, _>>()?;
        putting.end(self)?;
        Ok(kept)
    }

    fn put_document(&mut self, putting: &mut Putting, new: &NewDocument) -> Result<Kept, Error> {
        if new.json.len() > MOST_DOCUMENT_BYTES {
            return Err(Error::Invalid(Invalid::TooLong));
        }
        if new.collection == Collection::DeviceStatus {
            self.put_on::<STATUSES>(putting, new, |putting| &mut putting.statuses)
        } else {
            self.put_on::<DOCUMENTS>(putting, new, |putting| &mut putting.documents)
        }
    }

    fn put_on<const SHELF: u8>(
        &mut self,
        putting: &mut Putting,
        new: &NewDocument,
        drawer: impl Fn(&mut Putting) -> &mut Drawer<DocumentDatum<SHELF>>,
    ) -> Result<Kept, Error>
    where
        DocumentDatum<SHELF>: Stored,
    {
        let given = Given { id: Some(new.id.clone()), app: new.app.clone(), fields: None };
        let item = DocumentDatum::<SHELF>::new(new.at, new.offset_min, &given, new.collection, &new.json);
        let day = day_of(item.at_ms());
        let name = seen::name_in(new.collection, &new.id);
        let moved = self.leave_other_days(&name, &new.id, day, putting, &drawer)?;
        if let Some(before) = moved {
            self.drop_meaning(putting, before, &new.id)?;
        }
        let (stamp, upload) = (putting.stamp(), putting.upload);
        let names = item.index_names();
        let put = drawer(putting).change(self, day)?.put(upload, vec![item], stamp)?;
        drawer(putting).name(day, names);
        self.put_meaning(putting, new, put.new, stamp)?;
        putting.tell(What::Events);
        Ok(Kept { own_id: put.id.clone(), id: put.id, new: put.new, changed_ms: stamp })
    }

    /// Takes away what has this id on another day, where the new version is not; that day.
    fn leave_other_days<T: Stored>(
        &mut self,
        name: &str,
        id: &str,
        day: i64,
        putting: &mut Putting,
        drawer: impl Fn(&mut Putting) -> &mut Drawer<T>,
    ) -> Result<Option<i64>, Error> {
        let known = if name == id { derived_at(id).map(day_of) } else { None };
        let before = match known {
            Some(day) => Some(day),
            None => self.day_named::<T>(name)?,
        };
        let Some(before) = before.filter(|before| *before != day) else { return Ok(None) };
        if matches!(drawer(putting).look(self, before)?.find(id), Found::Here(..)) {
            let (stamp, upload) = (putting.stamp(), putting.upload);
            drawer(putting).change(self, before)?.delete(upload, id, stamp);
            putting.at_end = false;
        }
        Ok(Some(before))
    }

    /// Keeps what a document means under its id, and no more what it meant before.
    fn put_meaning(&mut self, putting: &mut Putting, new: &NewDocument, fresh: bool, stamp: i64) -> Result<(), Error> {
        let upload = putting.upload;
        let days = |ats: Vec<i64>| {
            let mut days: Vec<i64> = ats.into_iter().map(day_of).collect();
            days.sort_unstable();
            days.dedup();
            days
        };
        let of_id = |given: &Option<Box<Given>>| {
            let app = given.as_ref().and_then(|given| given.app.clone());
            Some(Box::new(Given { id: Some(new.id.clone()), app, fields: None }))
        };
        let events: Vec<EventDatum> = new
            .events
            .iter()
            .map(|event| EventDatum::new(&NewEvent { given: of_id(&event.given), ..event.clone() }, None))
            .collect();
        let readings: Vec<ReadingDatum> = new
            .readings
            .iter()
            .map(|reading| ReadingDatum::new(&NewReading { given: of_id(&reading.given), ..reading.clone() }, None))
            .collect();
        if !fresh {
            self.drop_meaning(putting, day_of(new.at.as_millisecond()), &new.id)?;
        }
        for day in days(events.iter().map(Datum::at_ms).collect()) {
            let parts: Vec<EventDatum> = events.iter().filter(|item| day_of(item.at_ms()) == day).cloned().collect();
            parts.iter().for_each(|part| putting.headline.latest.learn(&part.show(upload)));
            let put = putting.events.change(self, day)?.put(upload, parts, stamp)?;
            putting.added[1] += u64::from(put.new && fresh);
        }
        for day in days(readings.iter().map(Datum::at_ms).collect()) {
            let parts: Vec<ReadingDatum> =
                readings.iter().filter(|item| day_of(item.at_ms()) == day).cloned().collect();
            let put = putting.readings.change(self, day)?.put(upload, parts, stamp)?;
            putting.added[0] += u64::from(put.new && fresh);
            putting.at_end = false;
            putting.tell(What::Readings);
        }
        Ok(())
    }

    /// Takes away what a document meant; parts of it that lie on the day after go too.
    pub(super) fn drop_meaning(&mut self, putting: &mut Putting, day: i64, id: &str) -> Result<(), Error> {
        for day in [day, day + 1] {
            let stamp = putting.stamp();
            if !matches!(putting.events.look(self, day)?.find(id), Found::Unknown) {
                putting.events.change(self, day)?.delete(putting.upload, id, stamp);
                putting.at_end = false;
            }
            if !matches!(putting.readings.look(self, day)?.find(id), Found::Unknown) {
                putting.readings.change(self, day)?.delete(putting.upload, id, stamp);
                putting.at_end = false;
                putting.tell(What::Readings);
            }
        }
        Ok(())
    }
}
