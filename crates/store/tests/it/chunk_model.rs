//! A chunk against a plain model of it: a list of who said what, looked at with loops.

use glucose::{EventKind, Given, Glucose, Limit, NewEvent, NewReading, Reading, ReadingKind, Trend, Unit};
use jiff::Timestamp;
use proptest::prelude::*;
use store::chunk::{Chunk, Datum, EventChunk, EventDatum, NEAR_MS, Put, ReadingChunk, ReadingDatum, Stamps, day_of};

const DAY: i64 = 20_413 * 86_400_000;

/// One thing that can happen to a day.
#[derive(Clone, Debug)]
enum Step<T> {
    Merge(u32, Vec<T>),
    Add(u32, T),
    Put(u32, T),
    Delete(u32, T),
    TakeBack(u32),
}

/// Who said what, and when the server heard it.
#[derive(Clone, Debug)]
struct Said<T> {
    upload: u32,
    item: T,
    stamps: Option<Stamps>,
}

#[derive(Clone, Debug)]
struct Model<T>(Vec<Said<T>>);

impl<T: Datum + PartialEq> Model<T> {
    fn run(steps: &[Step<T>]) -> Self {
        let mut model = Self(Vec::new());
        for (now, step) in (1..).zip(steps) {
            model.step(step, now);
        }
        model
    }

    fn step(&mut self, step: &Step<T>, now: i64) {
        match step {
            Step::Merge(upload, items) => items.iter().for_each(|item| self.say(*upload, item, None)),
            Step::Add(upload, item) => {
                let heard = |said: &Said<T>| said.upload == *upload && said.item.compare_identity(item).is_eq();
                if !self.0.iter().any(heard) {
                    self.say(*upload, item, Some(live(now, now)));
                }
            }
            Step::Put(upload, item) => self.put(*upload, item, now),
            Step::Delete(upload, item) => self.delete(*upload, &item.id(), now),
            Step::TakeBack(upload) => self.0.retain(|said| said.upload != *upload),
        }
    }

    fn say(&mut self, upload: u32, item: &T, stamps: Option<Stamps>) {
        if !self.0.iter().any(|said| said.upload == upload && said.item == *item) {
            self.0.push(Said { upload, item: item.clone(), stamps });
        }
    }

    fn put(&mut self, upload: u32, item: &T, now: i64) {
        let same_time_and_kind = |said: &Said<T>| said.item.at_ms() == item.at_ms() && said.item.kind() == item.kind();
        let shown = || self.shown().into_iter().find(same_time_and_kind).map(|said| said.item.id());
        let id = item.common().given_id().map(str::to_owned).or_else(shown).unwrap_or_else(|| item.own_id());
        let created = self.newest(&id).filter(|said| !is_deleted(said)).and_then(|said| Some(said.stamps?.created_ms));
        self.0.retain(|said| said.upload != upload || said.item.id() != id);
        self.0.push(Said { upload, item: with_id(item, &id), stamps: Some(live(created.unwrap_or(now), now)) });
    }

    fn delete(&mut self, upload: u32, id: &str, now: i64) {
        let Some(newest) = self.newest(id).filter(|said| !is_deleted(said)) else { return };
        let created_ms = newest.stamps.map_or(now, |stamps| stamps.created_ms);
        let parts: Vec<T> =
            self.0.iter().filter(|said| is_version(said, &newest)).map(|said| said.item.clone()).collect();
        self.0.retain(|said| said.upload != upload || said.item.id() != id);
        for part in parts {
            let stamps = Some(Stamps { created_ms, changed_ms: now, deleted: true });
            let tomb = Said { upload, item: with_id(&part, id), stamps };
            if !self.0.iter().any(|said| said.upload == upload && said.item == tomb.item && said.stamps == stamps) {
                self.0.push(tomb);
            }
        }
    }

    /// The newest change; else the earliest upload's.
    fn newest(&self, id: &str) -> Option<Said<T>> {
        let versions = self.0.iter().filter(|said| said.item.id() == id);
        versions.max_by_key(|said| (changed(said), std::cmp::Reverse(said.upload))).cloned()
    }

    fn shown(&self) -> Vec<Said<T>> {
        let mut left: Vec<Said<T>> = self.0.clone();
        left.sort_by(|a, b| a.item.compare(&b.item).then(a.stamps.cmp(&b.stamps)).then(a.upload.cmp(&b.upload)));
        let named = |id: &str| self.0.iter().any(|said| said.item.id() == id && is_named(said));
        let newest = |said: &Said<T>| {
            let id = said.item.id();
            !named(&id) || self.newest(&id).is_some_and(|newest| is_version(said, &newest))
        };
        let buried = |said: &Said<T>| {
            let mut tombs = self.0.iter().filter(|tomb| is_deleted(tomb));
            tombs.any(|tomb| {
                let gone = changed(tomb).unwrap_or_default();
                said.stamps.is_none_or(|stamps| stamps.created_ms <= gone) && self.one_measurement(tomb, said)
            })
        };
        let mut candidates: Vec<&Said<T>> =
            left.iter().filter(|said| newest(said) && !is_deleted(said) && !buried(said)).collect();
        candidates.sort_by_key(|said| self.bringers(said).into_iter().min());
        let mut shown: Vec<Said<T>> = Vec::new();
        for said in candidates {
            if !shown.iter().any(|other| self.one_measurement(other, said)) {
                shown.push(said.clone());
            }
        }
        shown.sort_by(|a, b| a.item.compare(&b.item).then(a.stamps.cmp(&b.stamps)));
        shown
    }

    /// All uploads that said exactly this.
    fn bringers(&self, it: &Said<T>) -> Vec<u32> {
        self.0.iter().filter(|said| said.item == it.item && said.stamps == it.stamps).map(|said| said.upload).collect()
    }

    fn one_measurement(&self, one: &Said<T>, other: &Said<T>) -> bool {
        let devices = one.item.common().device.zip(other.item.common().device).is_some_and(|(a, b)| a != b);
        let apart = !self.bringers(one).iter().any(|upload| self.bringers(other).contains(upload));
        one.item.compare_identity(&other.item).is_eq()
            || (one.item.at_ms().abs_diff(other.item.at_ms()) <= NEAR_MS as u64
                && one.item.close(&other.item)
                && (devices || apart))
    }
}

fn live(created_ms: i64, changed_ms: i64) -> Stamps {
    Stamps { created_ms, changed_ms, deleted: false }
}

fn changed<T>(said: &Said<T>) -> Option<i64> {
    said.stamps.map(|stamps| stamps.changed_ms)
}

fn is_deleted<T>(said: &Said<T>) -> bool {
    said.stamps.is_some_and(|stamps| stamps.deleted)
}

fn is_named<T: Datum>(said: &Said<T>) -> bool {
    is_deleted(said) || said.item.common().given_id().is_some()
}

/// Of the same document, as the same upload had it then.
fn is_version<T: Datum>(said: &Said<T>, newest: &Said<T>) -> bool {
    said.item.id() == newest.item.id()
        && changed(said) == changed(newest)
        && (changed(said).is_some() || said.upload == newest.upload)
}

fn with_id<T: Datum>(item: &T, id: &str) -> T {
    let mut item = item.clone();
    let derived = item.own_id() == id;
    let mut given = item.common_mut().given.take().map(|given| *given).unwrap_or_default();
    given.id = (!derived).then(|| id.to_owned());
    item.common_mut().given = (given != Given::default()).then(|| Box::new(given));
    item
}

fn play<T: Datum>(steps: &[Step<T>]) -> Chunk<T> {
    let mut chunk = Chunk::default();
    for (now, step) in (1..).zip(steps) {
        match step.clone() {
            Step::Merge(upload, items) => {
                chunk.merge(upload, items).unwrap();
            }
            Step::Add(upload, item) => {
                chunk.add(upload, item, now).unwrap();
            }
            Step::Put(upload, item) => {
                chunk.put(upload, vec![item], now).unwrap();
            }
            Step::Delete(upload, item) => {
                chunk.delete(upload, &item.id(), now);
            }
            Step::TakeBack(upload) => {
                chunk.take_back(upload);
            }
        }
    }
    chunk
}

fn expected<T: Datum + PartialEq>(steps: &[Step<T>]) -> Vec<T::Shown> {
    let model = Model::run(steps);
    model.shown().iter().map(|said| said.item.show(model.bringers(said).into_iter().min().unwrap())).collect()
}

/// Few instants and values, so that things meet.
fn reading() -> impl Strategy<Value = ReadingDatum> {
    let when = (0i64..6, prop::sample::select(vec![0i64, 10_000, 30_000, 31_000]));
    let value = prop_oneof![(100i32..103).prop_map(Glucose::mg_dl), Just(Glucose::of_thousandths(5600, Unit::MmolL))];
    let marks = (prop::option::of(Just(Trend::Flat)), prop::option::of(Just(Limit::Above)), prop::option::of(0u16..2));
    let kind = prop::sample::select(vec![ReadingKind::Cgm, ReadingKind::Cgm, ReadingKind::Meter]);
    (when, value, marks, kind, given()).prop_map(|((slot, late), glucose, (trend, limit, device), kind, given)| {
        let at = Timestamp::from_millisecond(DAY + slot * 300_000 + late).unwrap();
        let new = NewReading { kind, trend, limit, given, ..NewReading::cgm(at, 60, glucose) };
        ReadingDatum::new(&new, device)
    })
}

/// Of the last half hour before midnight; of the others some come within seconds after it.
fn last() -> impl Strategy<Value = ReadingDatum> {
    without_id().prop_map(|mut item| {
        item.common.at_ms -= 5 * 300_000 + 31_001;
        item
    })
}

/// An id is of one day alone.
fn without_id() -> impl Strategy<Value = ReadingDatum> {
    reading().prop_map(|mut item| {
        item.common.given = None;
        item
    })
}

fn both(days: &[ReadingChunk; 2]) -> ReadingChunk {
    let mut both = ReadingChunk::default();
    days.iter().for_each(|day| both.decode_onto(&day.encode()).unwrap());
    both
}

fn by_time(mut all: Vec<Reading>) -> Vec<Reading> {
    all.sort_by_key(|one| (one.at, one.kind, one.glucose));
    all
}

fn event() -> impl Strategy<Value = EventDatum> {
    let kind = prop_oneof![
        Just(EventKind::Carbs { grams: 40.0, fat: None, protein: None }),
        Just(EventKind::Carbs { grams: 40.0, fat: Some(3.5), protein: None }),
        Just(EventKind::Note { text: "swim".to_owned() }),
        Just(EventKind::Resume),
    ];
    (0i64..4, prop::sample::select(vec![0i64, 20_000]), kind, given()).prop_map(|(slot, late, kind, given)| {
        let at = Timestamp::from_millisecond(DAY + slot * 300_000 + late).unwrap();
        EventDatum::new(&NewEvent { given, ..NewEvent::new(at, 60, kind) }, None)
    })
}

fn given() -> impl Strategy<Value = Option<Box<Given>>> {
    let id = prop::option::of(prop::sample::select(vec!["5f1e0c1db3c8f0a1b2c3d4e5", "mine"]).prop_map(str::to_owned));
    let given = (id, prop::option::of(Just("xDrip".to_owned()))).prop_map(|(id, app)| Given { id, app, fields: None });
    prop_oneof![4 => Just(None), 1 => given.prop_map(|given| Some(Box::new(given)))]
}

fn steps<T: Datum>(item: impl Strategy<Value = T> + Clone + 'static) -> impl Strategy<Value = Vec<Step<T>>> {
    let upload = || 1u32..5;
    let step = prop_oneof![
        4 => (upload(), prop::collection::vec(item.clone(), 0..8)).prop_map(|(upload, items)| Step::Merge(upload, items)),
        2 => (upload(), item.clone()).prop_map(|(upload, item)| Step::Add(upload, item)),
        2 => (upload(), item.clone()).prop_map(|(upload, item)| Step::Put(upload, item)),
        1 => (upload(), item).prop_map(|(upload, item)| Step::Delete(upload, item)),
        1 => upload().prop_map(Step::TakeBack),
    ];
    prop::collection::vec(step, 0..14)
}

proptest! {
    #[test]
    fn readings_do_what_the_model_does(steps in steps(reading().boxed())) {
        let chunk = play(&steps);
        prop_assert_eq!(chunk.view(), expected(&steps));
        let again = ReadingChunk::decode(&chunk.encode()).unwrap();
        prop_assert_eq!(again.view(), chunk.view());
        prop_assert_eq!(again.encode(), chunk.encode());
    }

    #[test]
    fn many_put_at_once_are_as_if_put_one_by_one(
        steps in steps(reading().boxed()),
        mut items in prop::collection::vec(reading(), 0..10),
        upload in 1u32..5,
    ) {
        let mut at_once = play(&steps);
        items.sort_by_key(Datum::at_ms);
        items.dedup_by_key(|item| item.at_ms());
        items.retain(|item| at_once.is_fresh([item]));
        prop_assert!(items.is_empty() || at_once.is_fresh(&items));
        let mut one_by_one = at_once.clone();
        for (now, item) in (100..).zip(&items) {
            let put = one_by_one.put(upload, vec![item.clone()], now).unwrap();
            prop_assert_eq!(put, Put { id: item.own_id(), new: true });
        }
        at_once.put_fresh(upload, items.into_iter().zip(100..).collect());
        prop_assert_eq!(format!("{at_once:?}"), format!("{one_by_one:?}"));
    }

    #[test]
    fn what_is_put_behind_a_day_is_as_if_put_into_it(
        steps in steps(reading().boxed()),
        mut items in prop::collection::vec(reading(), 0..40),
    ) {
        // Mostly after all that is there, one after the other.
        items.sort_by_key(Datum::at_ms);
        items.iter_mut().zip(0..).for_each(|(item, place)| item.common.at_ms += 1_000_000 + place * 20_000);
        let mut chunk = play(&steps);
        let mut bytes = chunk.encode();
        for (now, item) in (100..).zip(items) {
            if let Some((longer, count)) = ReadingChunk::append(&bytes, 2, &item, now).unwrap() {
                prop_assert!(chunk.is_fresh([&item]) && longer.len() < bytes.len() + 200);
                chunk.put(2, vec![item], now).unwrap();
                prop_assert_eq!(count, chunk.rows().len());
                bytes = longer;
            } else {
                chunk.put(2, vec![item], now).unwrap();
                bytes = chunk.encode();
            }
            prop_assert_eq!(format!("{:?}", ReadingChunk::decode(&bytes).unwrap()), format!("{chunk:?}"));
        }
    }

    #[test]
    fn who_is_alone_changes_nobody_else(steps in steps(reading().boxed()), item in reading(), upload in 1u32..5) {
        let mut chunk = play(&steps);
        let mut expected = chunk.view();
        let put = chunk.put(upload, vec![item.clone()], 100).unwrap();
        if put.new && ReadingChunk::is_alone(&[&chunk], &item, upload) {
            expected.push(item.show(upload));
            prop_assert_eq!(by_time(chunk.view()), by_time(expected));
        }
    }

    #[test]
    fn who_is_alone_near_midnight_changes_nobody_of_either_day(
        (first, second) in (steps(last().boxed()), steps(without_id().boxed())),
        item in prop_oneof![last(), without_id()],
        upload in 1u32..5,
    ) {
        let mut days = [play(&first), play(&second)];
        let mut expected = both(&days).view();
        let around = ReadingChunk::days_around(&item);
        let of_day = usize::from(item.common().at_ms >= DAY);
        prop_assert!(around.contains(&day_of(item.common().at_ms)));
        let put = days[of_day].put(upload, vec![item.clone()], 100).unwrap();
        let around: Vec<&ReadingChunk> = around.map(|day| &days[usize::from(day >= day_of(DAY))]).collect();
        if put.new && ReadingChunk::is_alone(&around, &item, upload) {
            expected.push(item.show(upload));
            prop_assert_eq!(by_time(both(&days).view()), by_time(expected));
        }
    }

    #[test]
    fn events_do_what_the_model_does(steps in steps(event().boxed())) {
        let chunk = play(&steps);
        prop_assert_eq!(chunk.view(), expected(&steps));
        let again = EventChunk::decode(&chunk.encode()).unwrap();
        prop_assert_eq!(again.encode(), chunk.encode());
    }

    #[test]
    fn the_order_of_uploads_does_not_matter(
        files in prop::collection::vec(prop::collection::vec(reading(), 0..12), 1..5),
        order in any::<prop::sample::Index>(),
    ) {
        let merges: Vec<_> = (1..).zip(files).map(|(upload, items)| Step::Merge(upload, items)).collect();
        let mut turned = merges.clone();
        turned.rotate_left(order.index(merges.len()));
        prop_assert_eq!(play(&merges).encode(), play(&turned).encode());
    }

    #[test]
    fn taken_back_is_as_if_it_had_never_come(
        files in prop::collection::vec(prop::collection::vec(reading(), 0..12), 2..6),
        which in any::<prop::sample::Index>(),
    ) {
        let merges: Vec<_> = (1..).zip(files).map(|(upload, items)| Step::Merge(upload, items)).collect();
        let gone = which.index(merges.len());
        let mut without = merges.clone();
        without.remove(gone);
        let mut chunk = play(&merges);
        chunk.take_back(gone as u32 + 1);
        prop_assert_eq!(chunk.encode(), play(&without).encode());
    }

    #[test]
    fn the_same_file_twice_adds_nothing(items in prop::collection::vec(reading(), 0..30)) {
        let mut chunk = ReadingChunk::default();
        let first = chunk.merge(1, items.clone()).unwrap();
        prop_assert_eq!(first.added + first.already_here, items.len() as u64);
        let before: Vec<Reading> = chunk.view();
        let again = chunk.merge(2, items.clone()).unwrap();
        prop_assert_eq!(again.added, 0);
        prop_assert_eq!(again.already_here, items.len() as u64);
        prop_assert_eq!(chunk.view(), before);
    }
}

#[test]
fn the_day_of_an_instant() {
    assert_eq!((day_of(DAY), day_of(DAY - 1), day_of(-1)), (20_413, 20_412, -1));
}
