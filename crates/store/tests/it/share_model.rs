//! Sharing against a plain model of it: whatever people do, in whatever order, nobody sees more than the model says, nor less.
//!
//! The model (`model.rs`, `rules.rs`) is written from the product's words, and calls nothing of what it judges.

mod call;
mod check;
mod model;
mod play;
mod rules;
mod rush;
mod steps;
mod world;

use play::Play;
use proptest::{array::uniform4, collection::vec, prelude::*};
use steps::{Dice, rush, step, terms};
use testkit::both::TestStore;
use world::World;

/// A hundredth of what the environment says, and a few otherwise: each case has a store of its own, on a server a schema.
fn config(few: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse::<u32>().ok());
    let cases = cases.map_or(few, |cases| (cases / 100).max(few));
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() }
}

/// On threads of their own, on both databases.
fn both(story: impl AsyncFn(TestStore)) {
    for kit in [Some(TestStore::sqlite()), TestStore::postgres()].into_iter().flatten() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_time().build();
        runtime.expect("a runtime starts").block_on(story(kit));
    }
}

async fn begin(kit: TestStore, dice: &[Dice; 4]) -> Play {
    Play::begin(World::new(kit).await, dice).await
}

async fn end(play: Play) {
    assert_eq!(play.world.store.verify_audit().await.unwrap().broken, []);
}

proptest! {
    #![proptest_config(config(3))]

    /// Whatever was given: an end, a pause and the hours of a week are kept to the millisecond, without anybody's doing.
    #[test]
    fn what_ends_by_itself_ends_to_the_millisecond(dice in uniform4(terms())) {
        both(async |kit| {
            let mut play = begin(kit, &dice).await;
            play.wait().await;
            end(play).await;
        });
    }

    /// One after the other: every answer, every list and every letter is what the model says, after every step.
    #[test]
    fn whatever_people_do_nobody_sees_more_than_the_model_says(dice in uniform4(terms()), steps in vec(step(), 10..50)) {
        both(async |kit| {
            let mut play = begin(kit, &dice).await;
            play.check("at the beginning").await;
            for (number, step) in steps.iter().enumerate() {
                play.step(step).await;
                play.check(&format!("after step {number} of {steps:#?}")).await;
            }
            play.wait().await;
            end(play).await;
        });
    }

    /// Two or three at once, again and again: as if one had come after the other, for those who act and those who look.
    #[test]
    fn what_meets_at_once_ends_as_if_one_came_after_the_other(dice in uniform4(terms()), rounds in vec((vec(step(), 0..4), rush()), 4..10)) {
        both(async |kit| {
            let mut play = begin(kit, &dice).await;
            play.reads_letters = false;
            for (steps, throws) in &rounds {
                for step in steps {
                    play.step(step).await;
                }
                play.rush(throws).await;
            }
            end(play).await;
        });
    }
}
