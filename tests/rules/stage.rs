//! Runs that are watched and changed by hand, in virtual time.

use kendall::client::{Acknowledge, ConsumerRules, Faults, OnFailure, OnRetry};
use kendall::metrics::{Counts, Record};
use kendall::result::{Doing, Progress};
use kendall::scenario::{Change, Drain, Scenario};
use kendall::sim::{Ending, Stage};
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Distribution, RateProfile};
use proptest::prelude::*;

use super::runs::{anything, config, instant, ms, plain, run, shown};

/// One message every 10 ms for 150 ms, each of which takes 15 ms.
fn regular(count: u32, prefetch: u32) -> Scenario {
    let rules = ConsumerRules {
        follows: None,
        service: Distribution::Constant(ms(15)),
        on_retry: OnRetry::Same,
        acknowledge: Acknowledge::After,
        fails: 0.0,
        on_failure: OnFailure::Requeue,
        takes: None,
        faults: Faults::default(),
    };
    plain(Arrivals::Regular { rate: RateProfile::constant(100.0) }, rules, count, prefetch, 1)
}

fn altered<'a>(scenario: &'a Scenario, changes: &[(u64, Change)]) -> Stage<'a> {
    let mut stage = Stage::new(scenario, 0);
    for (milliseconds, change) in changes {
        stage.until(instant(*milliseconds));
        stage.alter(change).unwrap();
    }
    stage
}

fn finished(mut stage: Stage<'_>) -> Record {
    stage.to_the_end();
    stage.finish().unwrap_or_else(|broken| panic!("{broken}")).0
}

fn counts(record: &Record) -> Counts {
    let mut all = Counts::default();
    record.counts.iter().flatten().for_each(|counts| all.add(counts));
    all
}

/// What is done in each crew too.
fn all_shown(record: &Record) -> Vec<String> {
    let crews = record.crews.iter().map(|crew| format!("{crew:?}"));
    let held = record.held.iter().map(|held| format!("{:?}", held.as_ref().map(|held| &held.probes)));
    shown(record).into_iter().chain(crews).chain(held).collect()
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0..3_usize;
    let how = prop_oneof![
        Just(Acknowledge::After),
        Just(Acknowledge::Before),
        Just(Acknowledge::OnDelivery),
        (1..4_u32).prop_map(Acknowledge::Every),
    ];
    let prefetch = prop_oneof![3 => 1..6_u32, 1 => Just(u32::MAX)];
    prop_oneof![
        2 => (place.clone(), 0.2..5.0).prop_map(|(producer, factor)| Change::Rate { producer, factor }),
        2 => (place.clone(), 0..9_u32).prop_map(|(consumers, count)| Change::Count { consumers, count }),
        2 => (place.clone(), prefetch).prop_map(|(consumers, prefetch)| Change::Prefetch { consumers, prefetch }),
        2 => (place.clone(), how).prop_map(|(consumers, how)| Change::Acknowledge { consumers, how }),
        2 => (place.clone(), prop::option::of(0..3_u32)).prop_map(|(consumers, which)| Change::Crash { consumers, which }),
        1 => place.prop_map(|producer| Change::Poison { producer }),
    ]
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_run_that_is_only_watched_is_that_of_the_simulation(
        scenario in anything(),
        steps in prop::collection::vec((0..30_u64, 0..9_u32), 0..12),
    ) {
        let mut stage = Stage::new(&scenario, 0);
        let mut at = 0;
        for (passed, single) in steps {
            at += passed;
            stage.until(instant(at));
            (0..single).for_each(|_| _ = stage.step());
            stage.scene();
        }
        prop_assert_eq!(all_shown(&finished(stage)), all_shown(&run(&scenario)));
    }

    /// That the books balance and Little's law holds is checked as they are closed.
    #[test]
    fn the_books_balance_whatever_is_changed_and_when(
        scenario in anything(),
        changes in prop::collection::vec((0..40_u64, change()), 1..12),
    ) {
        let mut stage = Stage::new(&scenario, 0);
        let mut at = 0;
        for (passed, change) in changes {
            at += passed;
            stage.until(instant(at));
            // Some cannot be made in this scenario, or as it stands.
            let before = stage.is_altered();
            let made = stage.alter(&change).is_ok();
            prop_assert_eq!(stage.is_altered(), before || made);
            let scene = stage.scene();
            prop_assert_eq!(scene.accounts.residual(), 0, "at {}: {:?}", at, scene.accounts);
        }
        finished(stage);
    }
}

#[test]
fn a_scene_shows_what_waits_what_is_worked_on_and_what_is_done() {
    let scenario = regular(1, 1);
    let mut stage = Stage::new(&scenario, 0);
    stage.until(instant(45));
    let scene = stage.scene();
    // Published at 0, 10, 20, 30, 40; done at 15, 30, 45.
    assert_eq!((scene.at, scene.stage, scene.is_altered), (instant(45), Progress::Running, false));
    assert_eq!(scene.producers[0].published, 5);
    let queue = &scene.queues[0];
    assert_eq!((queue.waiting, queue.in_flight, queue.acknowledged, queue.delivered), (1, 1, 3, 4));
    assert_eq!(scene.consumers[0].consumers, [Doing::Busy]);
    assert_eq!(scene.consumers[0].utilization, Some(1.0));
    assert_eq!((scene.response.len(), scene.wait.max() / 1_000_000), (3, 10));
}

#[test]
fn a_rate_that_is_doubled_publishes_twice_as_much_from_then_on() {
    let record = finished(altered(&regular(1, 1), &[(50, Change::Rate { producer: 0, factor: 2.0 })]));
    // At 0, 10, … 50 and every 5 ms then.
    assert_eq!(counts(&record).published, 6 + 19);
}

#[test]
fn a_consumer_more_begins_with_what_waits() {
    let scenario = regular(1, 1);
    let mut stage = altered(&scenario, &[(45, Change::Count { consumers: 0, count: 2 })]);
    let scene = stage.scene();
    assert_eq!((scene.queues[0].waiting, scene.queues[0].in_flight, scene.is_altered), (0, 2, true));
    assert_eq!((scene.consumers[0].count, scene.consumers[0].consumers.len()), (2, 2));
}

#[test]
fn a_consumer_that_is_sent_home_finishes_first() {
    let scenario = regular(2, 1);
    let mut stage = altered(&scenario, &[(12, Change::Count { consumers: 0, count: 1 })]);
    assert_eq!(stage.scene().consumers[0].consumers, [Doing::Busy, Doing::Busy]);
    stage.until(instant(26));
    assert_eq!(stage.scene().consumers[0].consumers, [Doing::Busy, Doing::Away]);
    let record = finished(stage);
    assert_eq!(record.crews[0].available, Some(150_000_000 + 25_000_000));
}

#[test]
fn a_lower_prefetch_holds_for_what_is_delivered_from_then_on() {
    let scenario = regular(1, 4);
    let mut stage = altered(&scenario, &[(45, Change::Prefetch { consumers: 0, prefetch: 1 })]);
    assert_eq!((stage.scene().queues[0].waiting, stage.scene().queues[0].in_flight), (0, 2), "what it holds it keeps");
    stage.until(instant(61));
    assert_eq!((stage.scene().queues[0].waiting, stage.scene().queues[0].in_flight), (2, 1));
}

#[test]
fn who_acknowledges_otherwise_finishes_first_as_it_was_told() {
    let scenario = regular(1, 2);
    let before = Change::Acknowledge { consumers: 0, how: Acknowledge::Before };
    let mut stage = altered(&scenario, &[(40, before)]);
    let scene = stage.scene();
    assert_eq!((scene.queues[0].waiting, scene.queues[0].in_flight, scene.queues[0].acknowledged), (2, 1, 2));
    assert_eq!(scene.consumers[0].acknowledge, "before");
    stage.until(instant(45));
    // It has finished one, and has begun with the next, which it has acknowledged at once.
    assert_eq!((stage.scene().queues[0].acknowledged, stage.scene().consumers[0].consumers[0]), (4, Doing::Busy));
    assert_eq!(counts(&finished(stage)).processed, 15);
}

#[test]
fn a_crashed_consumer_gives_back_what_it_held_and_is_back_after_a_while() {
    let scenario = regular(1, 2);
    let mut stage = altered(&scenario, &[(40, Change::Crash { consumers: 0, which: None })]);
    let scene = stage.scene();
    assert_eq!((scene.queues[0].waiting, scene.queues[0].in_flight), (3, 0));
    assert_eq!((scene.consumers[0].consumers[0], scene.consumers[0].count), (Doing::Crashed, 1));
    assert!(stage.alter(&Change::Crash { consumers: 0, which: Some(0) }).is_err(), "it has crashed already");
    stage.until(instant(40) + Span::from_secs(5));
    assert_eq!(stage.scene().consumers[0].consumers[0], Doing::Busy);
    assert_eq!(counts(&finished(stage)).processed, 15);
}

#[test]
fn a_poison_message_that_returns_to_its_place_holds_up_all_behind_it() {
    let mut scenario = regular(1, 1);
    scenario.run.drain = Drain::For(ms(1000));
    let mut stage = altered(&scenario, &[(45, Change::Poison { producer: 0 })]);
    assert_eq!(stage.scene().producers[0].published, 6);
    stage.to_the_end();
    let scene = stage.scene();
    assert!(scene.queues[0].redelivered > 30, "{}", scene.queues[0].redelivered);
    let record = finished(stage);
    assert_eq!((counts(&record).processed, counts(&record).unfinished), (5, 11));
}

#[test]
fn what_cannot_be_changed_is_said_in_words() {
    let scenario = regular(1, 1);
    let mut stage = Stage::new(&scenario, 0);
    let refused = |stage: &mut Stage<'_>, change| stage.alter(&change).unwrap_err();
    let rate = refused(&mut stage, Change::Rate { producer: 0, factor: 0.0 });
    assert_eq!(rate, "producer: a rate can be changed to between 0.01 and 100 times what is planned");
    let count = refused(&mut stage, Change::Count { consumers: 0, count: 10 });
    assert_eq!(count, "consumer: there are seats for 9; say `count: 10` in the scenario");
    assert!(!stage.is_altered());
    stage.to_the_end();
    assert_eq!(refused(&mut stage, Change::Poison { producer: 0 }), "the run is over");
}

#[test]
fn each_step_tells_what_happened() {
    let scenario = regular(1, 1);
    let mut stage = Stage::new(&scenario, 0);
    let told = |stage: &mut Stage<'_>| stage.step().iter().map(|event| event.what).collect::<Vec<_>>();
    assert_eq!(told(&mut stage), ["published", "accepted", "delivered", "began"]);
    assert_eq!(told(&mut stage), ["published", "accepted"]);
    assert_eq!(told(&mut stage), ["ended", "acknowledged", "delivered", "began"]);
    assert_eq!(stage.at(), instant(15));
    let ending = stage.finish().unwrap().1;
    assert!(matches!(ending, Ending::Interrupted));
}

#[test]
fn the_past_is_there_in_as_many_moments_as_a_plot_has_columns() {
    let scenario = regular(1, 1);
    let mut stage = Stage::new(&scenario, 0);
    stage.to_the_end();
    let scene = stage.scene();
    assert_eq!((scene.stage, scene.at), (Progress::Over, Time::ZERO + ms(225)));
    assert!((256..512).contains(&scene.history.len()), "{}", scene.history.len());
    let published: f64 = scene.history.windows(2).map(|two| two[1].rate_in * (two[1].at - two[0].at).seconds()).sum();
    assert!((13.0..=15.0).contains(&published), "{published}");
}
