//! The clinic's list of patients: who stands where and why, what each member sees, and who is told of it.

use crate::{
    data::{file, row},
    lockdown::{lock, unlocked},
    purge::{leave, purge},
    tampering::tamper,
};
use glucose::{Glucose, NewReading, Unit};
use jiff::{SignedDuration, civil::date};
use sharing::{ClinicId, LinkTerms, Purpose, RecordId, Visibility};
use store::{
    Access, Actor, BOARD_PAGE, Board, BoardFilters, BoardQuery, BoardSort, CallReason, Desk, Error, KeepPatients, Link,
    LinkWord, Manage, NewPatient, NewRecord, Origin, Own, PatientDetails, SeePatients, Store, Upload, ViewAsked,
};
use testkit::{
    both::{TestStore, both},
    cast::{People, people, signed_in},
};

async fn ask(store: &Store, who: &Actor, people: &People, query: BoardQuery) -> Board {
    store.clinic_board(who, people.northside, query).await.unwrap()
}

async fn board(kit: &TestStore, people: &People, query: BoardQuery) -> Board {
    ask(&kit.store, &people.dr_chen, people, query).await
}

fn names(board: &Board) -> Vec<&str> {
    board.rows.iter().map(|row| row.name()).collect()
}

fn filtered(filters: BoardFilters) -> BoardQuery {
    BoardQuery { filters, ..BoardQuery::default() }
}

fn sorted(sort: BoardSort, descending: bool) -> BoardQuery {
    BoardQuery { sort, descending, ..BoardQuery::default() }
}

fn patient(name: &str, number: &str, group: &str, tags: &[&str]) -> NewPatient {
    NewPatient {
        record: NewRecord {
            name: name.to_owned(),
            born_on: Some(date(1984, 3, 12)),
            unit: Unit::MgDl,
            zone: "Europe/Berlin".to_owned(),
        },
        details: PatientDetails {
            number: number.to_owned(),
            group: group.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..PatientDetails::default()
        },
    }
}

async fn add(kit: &TestStore, people: &People, new: NewPatient) -> RecordId {
    let job = move |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&new);
    kit.store.with_clinic(&people.dr_chen, people.northside, job).await.unwrap()
}

/// One day of readings, until `days` ago: so many of hundred are of the first value, the rest of 120 mg/dL.
async fn bring(kit: &TestStore, who: &Actor, record: RecordId, days: i64, value: i32, of_hundred: i64) {
    let from = kit.clock.now() - SignedDuration::from_hours(24 * days + 25);
    let new = file("a day", row(from, 200, |slot| if slot % 100 < of_hundred { value } else { 120 }), vec![]);
    let job = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
    kit.store.with_patient(who, record, Purpose::Import, job).await.unwrap();
}

/// A clinic with a patient for each reason to call, added in the order of the alphabet; Paul and Mia have no data yet.
async fn reasons_to_call(kit: &TestStore) -> (People, Vec<RecordId>) {
    let people = people(kit).await;
    let of = [
        ("Ada Fine", 0, 120, 0),
        ("Bea Gone", 9, 120, 0),
        ("Cem High", 0, 250, 45),
        ("Dan Higher", 0, 250, 80),
        ("Eva Low", 1, 60, 6),
        ("Fay Lower", 2, 50, 3),
    ];
    let mut added = Vec::new();
    for (number, (name, days, value, of_hundred)) in of.into_iter().enumerate() {
        let group = if number % 2 == 0 { "Pump" } else { "Pen" };
        let tags: &[&str] = if number < 3 { &["tuesday", "Study A"] } else { &["study a"] };
        let id = add(kit, &people, patient(name, &format!("{}", 8 + number), group, tags)).await;
        bring(kit, &people.dr_chen, id, days, value, of_hundred).await;
        added.push(id);
    }
    (people, added)
}

#[test]
fn who_needs_a_call_stands_on_top_and_the_row_says_why() {
    both(async |kit| {
        let (people, _) = reasons_to_call(&kit).await;
        let board = board(&kit, &people, BoardQuery::default()).await;
        let order = ["Fay Lower", "Eva Low", "Bea Gone", "Dan Higher", "Cem High", "Mia", "Paul", "Ada Fine"];
        assert_eq!(names(&board), order);
        assert_eq!((board.all, board.found, board.left, board.pages, board.name.as_str()), (8, 8, 0, 1, "Northside"));
        assert_eq!(board.rows[0].reasons, [CallReason::VeryLow(3.0)]);
        assert_eq!(board.rows[1].reasons, [CallReason::Low(6.0)]);
        assert_eq!(board.rows[2].reasons, [CallReason::NoData(9)]);
        assert_eq!(board.rows[3].reasons, [CallReason::InRange(20.0)]);
        assert_eq!(board.rows[6].reasons, [CallReason::NoDataYet]);
        assert_eq!(board.rows[7].reasons, []);
        assert_eq!(board.rows[0].figures().unwrap().readings, 200);
    });
}

#[test]
fn every_order_both_ways_leaves_those_without_data_at_the_end() {
    both(async |kit| {
        let (people, _) = reasons_to_call(&kit).await;
        let first = async |sort, descending| {
            let board = board(&kit, &people, sorted(sort, descending)).await;
            (board.rows[0].name().to_owned(), board.rows[7].name().to_owned())
        };
        let pair = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(first(BoardSort::Name, false).await, pair("Ada Fine", "Paul"));
        assert_eq!(first(BoardSort::Name, true).await, pair("Paul", "Ada Fine"));
        assert_eq!(first(BoardSort::Number, false).await, pair("Ada Fine", "Paul"), "8 comes before 10");
        assert_eq!(first(BoardSort::Number, true).await, pair("Fay Lower", "Paul"));
        assert_eq!(first(BoardSort::BornOn, true).await, pair("Mia", "Fay Lower"));
        assert_eq!(first(BoardSort::Newest, false).await, pair("Bea Gone", "Paul"));
        assert_eq!(first(BoardSort::Mean, true).await, pair("Dan Higher", "Paul"));
        assert_eq!(first(BoardSort::InRange, false).await, pair("Dan Higher", "Paul"));
        assert_eq!(first(BoardSort::Below, true).await, pair("Eva Low", "Paul"));
        assert_eq!(first(BoardSort::Call, true).await, pair("Ada Fine", "Fay Lower"));
    });
}

#[test]
fn filters_hold_together_and_groups_and_tags_are_named_once() {
    both(async |kit| {
        let (people, _) = reasons_to_call(&kit).await;
        let none = BoardFilters::default();
        let found = async |query| names(&board(&kit, &people, query).await).join(", ");
        let with = async |filters| found(filtered(filters)).await;
        assert_eq!(with(BoardFilters { no_data_days: Some(7), ..none }).await, "Bea Gone, Mia, Paul");
        assert_eq!(with(BoardFilters { no_data_days: Some(14), ..none }).await, "Mia, Paul");
        assert_eq!(with(BoardFilters { very_low: true, ..none }).await, "Fay Lower");
        assert_eq!(with(BoardFilters { low: true, ..none }).await, "Eva Low");
        assert_eq!(with(BoardFilters { under_50: true, ..none }).await, "Dan Higher");
        assert_eq!(with(BoardFilters { under_70: true, ..none }).await, "Dan Higher, Cem High");
        assert_eq!(with(BoardFilters { linked: Some(true), ..none }).await, "Mia");
        assert_eq!(with(BoardFilters { low: true, linked: Some(true), ..none }).await, "");
        let pump = BoardQuery { group: "pump".to_owned(), ..filtered(BoardFilters { under_70: true, ..none }) };
        assert_eq!(found(pump).await, "Cem High");
        assert_eq!(
            found(BoardQuery { tag: "TUESDAY".to_owned(), search: "fine".to_owned(), ..BoardQuery::default() }).await,
            "Ada Fine"
        );
        let board = board(&kit, &people, BoardQuery::default()).await;
        assert_eq!(board.groups, ["Pen", "Pump"]);
        assert_eq!(board.tags, ["Study A", "tuesday"]);
    });
}

#[test]
fn names_birth_dates_and_numbers_are_found_as_people_type_them() {
    both(async |kit| {
        let people = people(&kit).await;
        add(&kit, &people, patient("Élodie  Müller", "N-204", "", &[])).await;
        let found = async |text: &str| {
            names(&board(&kit, &people, BoardQuery { search: text.to_owned(), ..BoardQuery::default() }).await)
                .join(", ")
        };
        for text in ["muller elodie", "n-204", "12.3.1984", "1984-03-12", "12 Mar 1984 élo", "MÜL"] {
            assert_eq!(found(text).await, "Élodie  Müller", "{text}");
        }
        assert_eq!(found("1.9.2015").await, "Mia, Paul");
        assert_eq!(found("nobody").await, "");
    });
}

#[test]
fn pages_are_of_fifty_and_one_beyond_the_end_is_the_last() {
    both(async |kit| {
        let people = people(&kit).await;
        for number in 0..BOARD_PAGE {
            add(&kit, &people, patient(&format!("Patient {number:02}"), "", "", &[])).await;
        }
        let page = |page| BoardQuery { page, ..sorted(BoardSort::Name, false) };
        let first = board(&kit, &people, page(0)).await;
        assert_eq!((first.rows.len(), first.pages, first.found), (BOARD_PAGE, 2, BOARD_PAGE + 2));
        let last = board(&kit, &people, page(99)).await;
        assert_eq!((names(&last), last.page), (vec!["Patient 49", "Paul"], 1));
    });
}

#[test]
fn the_front_desk_sees_whom_and_since_when_and_nothing_that_was_measured() {
    both(async |kit| {
        let (people, _) = reasons_to_call(&kit).await;
        bring(&kit, &people.anna, people.mia, 1, 50, 50).await;
        let as_desk = async |query| ask(&kit.store, &people.front_desk, &people, query).await;
        for query in [
            BoardQuery::default(),
            sorted(BoardSort::Below, true),
            filtered(BoardFilters {
                very_low: true,
                low: true,
                under_50: true,
                under_70: true,
                ..BoardFilters::default()
            }),
        ] {
            let board = as_desk(query).await;
            assert!(!board.shows_figures);
            let order = ["Ada Fine", "Bea Gone", "Cem High", "Dan Higher", "Eva Low", "Fay Lower", "Mia", "Paul"];
            assert_eq!(names(&board), order, "no order and no filter tells of figures");
            assert!(board.rows.iter().all(|row| row.summary.is_none() && row.reasons.is_empty()));
            let mia = &board.rows[6];
            assert_eq!(mia.link, LinkWord::Active { until_at: None });
            assert!(mia.newest_at.is_some());
        }
        let old = as_desk(filtered(BoardFilters { no_data_days: Some(7), ..BoardFilters::default() })).await;
        assert_eq!(names(&old), ["Bea Gone", "Paul"]);
    });
}

#[test]
fn whoever_is_no_member_finds_no_clinic() {
    both(async |kit| {
        let people = people(&kit).await;
        for who in [&people.anna, &people.stranger, &people.ben] {
            let none = kit.store.clinic_board(who, people.northside, BoardQuery::default()).await;
            assert!(matches!(none, Err(Error::NotFound)));
            assert!(matches!(kit.store.clinic_duplicates(who, people.northside).await, Err(Error::NotFound)));
        }
        let nowhere = sharing::ClinicId(sharing::Id(7));
        assert!(matches!(
            kit.store.clinic_board(&people.dr_chen, nowhere, BoardQuery::default()).await,
            Err(Error::NotFound)
        ));
    });
}

/// Mia's row.
async fn mia(kit: &TestStore, people: &People) -> store::BoardRow {
    let search = BoardQuery { search: "Mia".to_owned(), ..BoardQuery::default() };
    board(kit, people, search).await.rows.remove(0)
}

#[test]
fn the_record_with_the_newer_data_is_shown_and_what_came_just_now_at_once() {
    both(async |kit| {
        let people = people(&kit).await;
        assert_eq!(mia(&kit, &people).await.newest_at, None);
        bring(&kit, &people.dr_chen, people.mia_profile, 2, 120, 100).await;
        let row = mia(&kit, &people).await;
        assert_eq!((row.figures().unwrap().in_range, row.reasons.len()), (100.0, 0));
        bring(&kit, &people.anna, people.mia, 1, 50, 50).await;
        assert_eq!(mia(&kit, &people).await.reasons[0], CallReason::VeryLow(50.0), "her own is newer");
        let now = kit.clock.now();
        let reading = NewReading::cgm(now, 60, Glucose::mg_dl(100));
        let send = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&reading));
        kit.store.with_patient(&people.devices[&people.mia], people.mia, Purpose::DeviceUpload, send).await.unwrap();
        let row = mia(&kit, &people).await;
        assert_eq!((row.newest_at, row.figures().unwrap().readings), (Some(now), 201));
    });
}

#[test]
fn of_a_suspended_or_ended_link_nothing_is_shown() {
    both(async |kit| {
        let people = people(&kit).await;
        bring(&kit, &people.anna, people.mia, 0, 50, 50).await;
        assert!(mia(&kit, &people).await.figures().is_some());
        lock(&kit, &people.anna).await;
        let row = mia(&kit, &people).await;
        assert_eq!((row.link, row.newest_at, row.figures(), row.reasons.len()), (LinkWord::Suspended, None, None, 1));
        let anna = unlocked(&kit).await;
        let clinic = people.northside;
        let restore = move |patient: &mut Access<'_, Manage>| patient.restore_clinic(clinic);
        kit.store.with_patient(&anna, people.mia, Purpose::Lockdown, restore).await.unwrap();
        assert!(mia(&kit, &people).await.figures().is_some());
        let until = kit.clock.now() + SignedDuration::from_mins(5);
        tamper(&kit.settings.database, &format!("update links set until_at = {}", until.as_millisecond()));
        let row = mia(&kit, &people).await;
        assert_eq!((row.link, row.figures().is_some()), (LinkWord::Active { until_at: Some(until) }, true));
        kit.clock.advance(SignedDuration::from_mins(5));
        let row = mia(&kit, &people).await;
        assert_eq!((row.link, row.newest_at, row.figures()), (LinkWord::Ended, None, None), "to the second");
        let desk = ask(&kit.store, &people.front_desk, &people, BoardQuery::default()).await;
        assert_eq!(desk.rows[0].newest_at, None);
    });
}

#[test]
fn what_is_kept_open_is_never_older_than_what_stands_there() {
    both(async |kit| {
        let (people, ids) = reasons_to_call(&kit).await;
        let (another, _) = Store::open(kit.settings.clone()).unwrap();
        let of = async |store: &Store| {
            let board = ask(store, &people.dr_chen, &people, sorted(BoardSort::Name, false)).await;
            names(&board).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of(&kit.store).await, of(&another).await);
        // What one server changes, the other shows at its next look.
        let (changed, new) = (ids[0], patient("Zoe Fine", "1", "", &[]));
        let change = move |desk: &mut Desk<'_, KeepPatients>| desk.change_patient(changed, &new);
        another.with_clinic(&people.dr_chen, people.northside, change).await.unwrap();
        assert_eq!(of(&kit.store).await.last().map(String::as_str), Some("Zoe Fine"));
        tamper(
            &kit.settings.database,
            &format!("update records set merged_into = '{}' where id = '{}'", ids[1], ids[0]),
        );
        for store in [&kit.store, &another] {
            assert!(!of(store).await.contains(&"Zoe Fine".to_owned()), "one that was merged is gone");
        }
        tamper(&kit.settings.database, &format!("update records set left_at = 1 where id = '{}'", ids[1]));
        let left = filtered(BoardFilters { left: true, ..BoardFilters::default() });
        let board = board(&kit, &people, left).await;
        assert_eq!((names(&board), board.all, board.left), (vec!["Bea Gone"], 6, 1));
        another.close().await.unwrap();
    });
}

#[test]
fn what_was_purged_is_nowhere() {
    both(async |kit| {
        let people = people(&kit).await;
        bring(&kit, &people.anna, people.mia, 0, 50, 50).await;
        assert!(mia(&kit, &people).await.figures().is_some());
        leave(&kit).await;
        let dr_chen = signed_in(&kit, "chen").await;
        let row = ask(&kit.store, &dr_chen, &people, sorted(BoardSort::Name, false)).await.rows.remove(0);
        assert_eq!((row.link, row.newest_at), (LinkWord::None, None), "whoever leaves is linked to nobody");
        assert_eq!(purge(&kit).await, 1);
        let board = ask(&kit.store, &dr_chen, &people, sorted(BoardSort::Name, false)).await;
        assert_eq!(names(&board), ["Mia", "Paul"], "the clinic keeps its own");
    });
}

/// Another clinic of Dr Chen, to which Mia's record is linked as well.
async fn eastside(kit: &TestStore, people: &People) -> (ClinicId, RecordId) {
    let (store, chen, new) = (&kit.store, &people.dr_chen, patient("Mia", "", "", &[]));
    let register = |own: &mut Own<'_>| own.register_clinic("Eastside", "");
    let clinic = store.with_account(chen, register).await.unwrap();
    let add = move |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&new);
    let profile = store.with_clinic(chen, clinic, add).await.unwrap();
    let terms = LinkTerms { visibility: Visibility::ALL, until_at: None };
    let offer = move |desk: &mut Desk<'_, Link>| desk.offer_link(profile, &terms);
    let code = store.with_clinic(chen, clinic, offer).await.unwrap().to_string();
    store.accept_link(&people.anna, Origin::default(), people.mia, &code, terms).await.unwrap();
    (clinic, profile)
}

#[test]
fn a_member_of_two_clinics_looked_through_the_one_where_they_looked() {
    both(async |kit| {
        let people = people(&kit).await;
        bring(&kit, &people.anna, people.mia, 0, 50, 50).await;
        let (eastside, profile) = eastside(&kit, &people).await;
        let looks = async || {
            let see = |patient: &mut Access<'_, Manage>| patient.view_history(&ViewAsked::newest(50));
            let history = kit.store.with_patient(&people.anna, people.mia, Purpose::ViewHistory, see).await.unwrap();
            let of =
                |word: &str| history.entries.iter().filter(|entry| entry.role.clinic.as_deref() == Some(word)).count();
            (of("Northside"), of("Eastside"))
        };
        let before = looks().await;
        kit.store.clinic_board(&people.dr_chen, eastside, BoardQuery::default()).await.unwrap();
        assert_eq!(looks().await, (before.0, before.1 + 1), "the younger link, and no look through the older");
        board(&kit, &people, BoardQuery::default()).await;
        assert_eq!(looks().await, (before.0 + 1, before.1 + 1), "each clinic is a visit of its own");
        kit.clock.advance(SignedDuration::from_mins(16));
        kit.store.support(&people.dr_chen, eastside, profile).await.unwrap();
        assert_eq!(looks().await, (before.0 + 1, before.1 + 2));
    });
}

#[test]
fn whoever_was_on_the_page_has_it_in_their_history_by_name_and_role() {
    both(async |kit| {
        let people = people(&kit).await;
        bring(&kit, &people.anna, people.mia, 0, 50, 50).await;
        let looks = async || {
            let see = |patient: &mut Access<'_, Manage>| patient.view_history(&ViewAsked::newest(50));
            let history = kit.store.with_patient(&people.anna, people.mia, Purpose::ViewHistory, see).await.unwrap();
            let others = history.entries.into_iter().filter(|entry| entry.purpose == Purpose::PatientList.name());
            others.map(|entry| format!("{:?} {:?} {}", entry.who, entry.role, entry.count)).collect::<Vec<_>>()
        };
        let paul = BoardQuery { search: "Paul".to_owned(), ..BoardQuery::default() };
        board(&kit, &people, paul).await;
        assert_eq!(looks().await, Vec::<String>::new(), "a row that was not shown is no look");
        board(&kit, &people, BoardQuery::default()).await;
        board(&kit, &people, sorted(BoardSort::Name, false)).await;
        let seen = looks().await;
        assert_eq!(seen.len(), 1, "one visit: {seen:?}");
        assert!(seen[0].contains("chen") && seen[0].contains("admin") && seen[0].contains("Northside"), "{seen:?}");
        ask(&kit.store, &people.front_desk, &people, BoardQuery::default()).await;
        let seen = looks().await;
        assert!(
            seen.len() == 2 && seen.iter().any(|line| line.contains("fred") && line.contains("front desk")),
            "{seen:?}"
        );
        kit.clock.advance(SignedDuration::from_mins(16));
        board(&kit, &people, BoardQuery::default()).await;
        assert_eq!(looks().await.len(), 3, "after a quarter of an hour it is another visit");
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn a_long_list_of_duplicates_and_adding_without_end_are_bounded() {
    both(async |kit| {
        let people = people(&kit).await;
        let (store, chen, clinic) = (&kit.store, &people.dr_chen, people.northside);
        let many = |desk: &mut Desk<'_, KeepPatients>| {
            let pairs = (0..52).flat_map(|number| [number, number]);
            pairs
                .map(|number| desk.add_patient(&patient(&format!("Ann {number}"), "", "", &[])))
                .collect::<Result<Vec<_>, _>>()
        };
        store.with_clinic(chen, clinic, many).await.unwrap();
        let twice = store.clinic_duplicates(chen, clinic).await.unwrap();
        assert_eq!((twice.groups.len(), twice.more), (50, 2));
        let rest = |desk: &mut Desk<'_, KeepPatients>| {
            (104..300).map(|_| desk.add_patient(&patient("Bob", "", "", &[]))).collect::<Result<Vec<_>, _>>()
        };
        store.with_clinic(chen, clinic, rest).await.unwrap();
        let one = |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&patient("Bob", "", "", &[]));
        let refused = store.with_clinic(chen, clinic, one).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
        kit.clock.advance(SignedDuration::from_secs(31));
        store.with_clinic(chen, clinic, one).await.unwrap();
    });
}

#[test]
fn patients_who_may_be_there_twice_are_pointed_out() {
    both(async |kit| {
        let people = people(&kit).await;
        let first = add(&kit, &people, patient("Élodie Müller", "1", "", &[])).await;
        assert_eq!(kit.store.clinic_duplicates(&people.dr_chen, people.northside).await.unwrap().groups.len(), 0);
        let second = add(&kit, &people, patient(" elodie   MULLER", "2", "", &[])).await;
        let mut other = patient("Elodie Muller", "3", "", &[]);
        other.record.born_on = Some(date(1984, 3, 13));
        add(&kit, &people, other).await;
        let mut none = patient("Élodie Müller", "4", "", &[]);
        none.record.born_on = None;
        add(&kit, &people, none).await;
        let groups = kit.store.clinic_duplicates(&people.dr_chen, people.northside).await.unwrap().groups;
        let ids: Vec<Vec<RecordId>> = groups.iter().map(|group| group.iter().map(|one| one.id).collect()).collect();
        assert_eq!(ids, [vec![first, second]]);
        assert_eq!(board(&kit, &people, BoardQuery::default()).await.twice, 2);
        let alike = |desk: &mut Desk<'_, SeePatients>| desk.namesakes("elodie muller", Some(date(1984, 3, 12)));
        assert_eq!(kit.store.with_clinic(&people.dr_chen, people.northside, alike).await.unwrap().len(), 2);
        tamper(&kit.settings.database, &format!("update records set left_at = 1 where id = '{second}'"));
        assert_eq!(kit.store.clinic_duplicates(&people.dr_chen, people.northside).await.unwrap().groups.len(), 0);
    });
}
