//! Live runs that are watched and changed by hand. That the books balance and agree with the broker is checked by every run
//! itself.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kendall::adapter::Embedded;
use kendall::client::Acknowledge;
use kendall::experiment::WatchingLive;
use kendall::live::{self, Ending, Finished, Onlooker, Order, Progress, Speed};
use kendall::result::{Doing, Progress as Stage, Scene, WarningCode};
use kendall::scenario::Change;
use kendall::sim;
use kendall::time::Span;
use tokio::runtime::Builder;

use crate::runs::{producer, scenario, simulated};

/// Changes things after so many milliseconds, and keeps all that it is shown.
struct Watcher {
    began: Instant,
    changes: Mutex<Vec<(u64, Change)>>,
    scenes: Mutex<Vec<Scene>>,
    refusals: Mutex<Vec<String>>,
}

impl Onlooker for Watcher {
    fn stops(&self) -> bool {
        false
    }

    fn sees(&self, _: &Progress) {}

    fn watches(&self) -> bool {
        true
    }

    fn is_shown(&self, scene: Scene) {
        self.scenes.lock().unwrap().push(scene);
    }

    fn next_change(&self) -> Option<Change> {
        let mut changes = self.changes.lock().unwrap();
        let is_due = changes.first().is_some_and(|(at, _)| self.began.elapsed() >= Duration::from_millis(*at));
        is_due.then(|| changes.remove(0).1)
    }

    fn is_refused(&self, why: String) {
        self.refusals.lock().unwrap().push(why);
    }
}

fn watched(text: &str, changes: &[(u64, Change)]) -> (Finished, Watcher) {
    let scenario = scenario(text);
    let plan = sim::measured_live(&scenario, Span::ZERO);
    let order = Order { scenario: Arc::new(scenario), replication: 0, plan, speed: Speed::REAL };
    let changes = Mutex::new(changes.to_vec());
    let watcher = Watcher { began: Instant::now(), changes, scenes: Mutex::default(), refusals: Mutex::default() };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let finished = runtime.block_on(live::run(&order, &Embedded, &watcher));
    let finished = finished.unwrap_or_else(|error| panic!("{text}\n{error}"));
    assert_eq!(finished.ending, Ending::Complete);
    (finished, watcher)
}

/// For 600 ms, and until nothing is left.
fn text(arrivals: &str, consumers: &str) -> String {
    format!(
        "run: {{duration: 600ms, warmup: none, drain: 30s}}\n\
         queues: {{q: {{redelivery: {{limit: 3}}}}, second: {{}}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{{arrivals}}}}}}}\n\
         consumers: {{c: {{takes_from: q, {consumers}}}, d: {{takes_from: second, service: 100us}}}}\n"
    )
}

const POISSON: &str = "poisson: {rate: 200/s}";

fn every_kind() -> Vec<(u64, Change)> {
    let acknowledge = |how| Change::Acknowledge { consumers: 0, how };
    vec![
        (100, Change::Count { consumers: 0, count: 3 }),
        (130, Change::Prefetch { consumers: 0, prefetch: 10 }),
        (160, Change::Rate { producer: 0, factor: 2.0 }),
        (190, acknowledge(Acknowledge::Before)),
        (220, Change::Crash { consumers: 0, which: None }),
        (250, acknowledge(Acknowledge::OnDelivery)),
        (280, Change::Poison { producer: 0 }),
        (310, Change::Crash { consumers: 0, which: None }),
        (340, acknowledge(Acknowledge::Every(3))),
        (370, Change::Count { consumers: 0, count: 5 }),
        (400, Change::Rate { producer: 0, factor: 0.5 }),
        (430, Change::Count { consumers: 0, count: 2 }),
        (460, acknowledge(Acknowledge::After)),
        (490, Change::Poison { producer: 0 }),
        (520, Change::Prefetch { consumers: 0, prefetch: 4 }),
    ]
}

#[test]
fn a_live_run_that_is_only_watched_comes_to_the_same() {
    let text = text(POISSON, "count: 2, service: 5ms");
    let (finished, watcher) = watched(&text, &[]);
    assert_eq!(producer(&finished.record), producer(&simulated(&text)));
    assert!(!finished.is_altered);
    let scenes = watcher.scenes.into_inner().unwrap();
    assert!(scenes.windows(2).all(|two| two[0].at < two[1].at));
    let last = scenes.last().expect("it takes longer than a tenth of a second");
    assert_eq!((last.accounts.residual(), last.is_altered), (0, false));
    assert_eq!((last.consumers[0].count, last.consumers[0].consumers.len()), (2, 2));
    assert!(!last.history.is_empty());
}

#[test]
fn whatever_is_changed_nothing_gets_lost_in_the_books() {
    for consumers in [
        "count: 2, service: 5ms",
        "count: 2, service: {exponential: {mean: 5ms}}, prefetch: unlimited, fails: 10%",
        "count: 2, service: 5ms, acknowledge: on_delivery",
        "count: 2, service: 5ms, takes: {up_to: 4, wait: 20ms}",
        "count: 2, service: 5ms, prefetch: 4, then: {publishes_to: second}, crashes: {every: 200ms, restart: 20ms}",
        "count: {steps: {0ms: 2, 200ms: 0, 300ms: 4}}, service: 5ms, prefetch: 5, acks_lost: 10%",
    ] {
        let (finished, watcher) = watched(&text(POISSON, consumers), &every_kind());
        assert!(finished.is_altered, "{consumers}");
        let scenes = watcher.scenes.into_inner().unwrap();
        assert!(scenes.iter().all(|scene| scene.accounts.residual() == 0), "{consumers}");
    }
}

#[test]
fn consumers_more_and_messages_more_are_there() {
    let text = text("regular: {rate: 100/s}", "count: 1, service: 1ms");
    let changes = [
        (200, Change::Count { consumers: 0, count: 4 }),
        (201, Change::Rate { producer: 0, factor: 3.0 }),
        (202, Change::Poison { producer: 0 }),
    ];
    let (finished, watcher) = watched(&text, &changes);
    let account = producer(&finished.record);
    // 60 by plan; three times as many from some 150 ms on, or later on a busy machine.
    assert!((60 + 2..60 + 95).contains(&account.published), "{account:?}");
    assert_eq!((account.processed, account.lost.values().sum::<u64>()), (account.published - 1, 1));
    let scenes = watcher.scenes.into_inner().unwrap();
    assert_eq!(scenes.last().unwrap().consumers[0].count, 4);
    assert_eq!(scenes.last().unwrap().producers[0].factor, 3.0);
    let available = finished.record.crews[0].available.expect("it is counted");
    assert!(available > 600_000_000, "more than one consumer's: {available}");
}

#[test]
fn a_consumer_that_is_crashed_by_hand_is_seen_to_be_gone_and_its_message_comes_again() {
    let text = text("trace: {values: [0s]}", "count: 2, service: 300ms, crashes: {every: 1h, restart: 1s}");
    let (finished, watcher) = watched(&text, &[(200, Change::Crash { consumers: 0, which: None })]);
    let scenes = watcher.scenes.into_inner().unwrap();
    let crashed = |scene: &Scene| scene.consumers[0].consumers.contains(&Doing::Crashed);
    assert!(scenes.iter().any(crashed));
    assert_eq!(producer(&finished.record).processed, 1);
    assert_eq!(scenes.last().unwrap().queues[0].redelivered, 1);
}

#[test]
fn what_cannot_be_changed_now_is_refused_in_words() {
    let text = text("trace: {values: [0s]}", "count: 1, service: 1s");
    let (finished, watcher) = watched(
        &text,
        &[
            (100, Change::Count { consumers: 0, count: 99 }),
            (150, Change::Crash { consumers: 0, which: Some(7) }),
            (900, Change::Poison { producer: 0 }),
        ],
    );
    assert!(!finished.is_altered);
    assert_eq!(
        watcher.refusals.into_inner().unwrap(),
        [
            "c: there are seats for 9; say `count: 99` in the scenario",
            "c: nobody is there who could crash",
            "nothing is published any more, and what is left is worked off as it is",
        ]
    );
}

#[test]
fn nothing_is_judged_by_a_live_run_that_was_changed() {
    let text =
        format!("{}targets: [response.mean < 1h]\n", text(POISSON, "count: 3, service: {exponential: {mean: 5ms}}"));
    for is_changed in [false, true] {
        let watching = WatchingLive::start(&scenario(&text), Speed::REAL, Embedded).unwrap();
        if is_changed {
            watching.alter(Change::Count { consumers: 0, count: 2 }).unwrap();
        }
        while !watching.is_over() {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(watching.scene().map(|scene| (scene.stage, scene.is_altered)), Some((Stage::Over, is_changed)));
        let outcome = watching.finish().unwrap();
        let live = outcome.live().expect("it ran");
        assert_eq!((live.runs.altered, outcome.targets.len()), (is_changed, usize::from(!is_changed)));
        assert_eq!(outcome.live_agreement.is_empty(), is_changed);
        assert_eq!(outcome.warnings.iter().any(|warning| warning.code == WarningCode::Altered), is_changed);
    }
}
