//! The engine against a slow, plain second implementation, and against what must follow from changing a scenario.
//!
//! The second implementation is the recursion of Kiefer and Wolfowitz (1955): a sorted list of the instants at which each
//! consumer is free. It knows no broker, no agenda and no recorder; only the draws are the same.

use std::path::Path;

use kendall::metrics::{Record, Tally};
use kendall::random::Key;
use kendall::scenario::{Scenario, read};
use kendall::sim;
use kendall::time::Time;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn scenario(text: &str) -> Scenario {
    read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

fn simulated(text: &str) -> Record {
    sim::one(&scenario(text)).expect("the books balance")
}

/// Waits, services and refusals of one replication.
#[derive(Default)]
struct Drawn {
    wait: Tally,
    service: Tally,
    refused: u64,
}

/// Kiefer–Wolfowitz, with a limit on how many wait.
fn second_implementation(scenario: &Scenario) -> Drawn {
    let (queue, consumers) = (&scenario.queues[0], &scenario.consumers[0]);
    let replication = Key::of_seed(scenario.run.seed).number(0);
    let service = consumers.rules.service.sampler();
    let mut path = Drawn::default();
    let mut free = vec![Time::ZERO; consumers.count as usize];
    let mut starts: Vec<Time> = Vec::new();
    for (at, producer, number) in arrivals(scenario, replication) {
        let waiting = starts.iter().filter(|start| **start > at).count() as u64;
        if free[0] > at && queue.rules.capacity.is_some_and(|capacity| waiting >= capacity) {
            path.refused += 1;
            continue;
        }
        let key = replication.name(producer).name(&queue.name).name("work").number(number);
        let work = service.draw(&mut key.draws());
        let start = free[0].max(at);
        starts.push(start);
        free[0] = start + work;
        free.sort_unstable();
        path.wait.record(start.since(at));
        path.service.record(work);
    }
    path.wait.settle();
    path.service.settle();
    path
}

/// When each message comes, of which producer, and its number there.
fn arrivals(scenario: &Scenario, replication: Key) -> Vec<(Time, &str, u64)> {
    let end = Time::ZERO + scenario.run.duration;
    let mut all = Vec::new();
    for producer in &scenario.producers {
        let stream = producer.arrivals.stream(replication.name(&producer.name));
        all.extend(stream.take_while(|at| *at < end).zip(0..).map(|(at, number)| (at, producer.name.as_str(), number)));
    }
    all.sort_by_key(|(at, ..)| *at);
    all
}

fn same(ours: &Tally, theirs: &Tally, what: &str) {
    assert_eq!((ours.count, ours.sum, ours.max), (theirs.count, theirs.sum, theirs.max), "{what}");
    assert_eq!(ours.squared_distances(), theirs.squared_distances(), "{what}: squares");
    assert_eq!(ours.histogram, theirs.histogram, "{what}: histogram");
}

prop_compose! {
    fn any_station()(
        seed in 0..1_000_000_u64,
        producers in 1..4_usize,
        kind in 0..3_usize,
        load in 0.1..1.3_f64,
        consumers in 1..6_u32,
        capacity in prop_oneof![2 => Just(None), 1 => (0..6_u64).prop_map(Some)],
        service in 0..4_usize,
    ) -> String {
        let gap_ms = 10.0 * producers as f64 / (load * f64::from(consumers));
        let arrivals = [
            format!("{{poisson: {{rate: {}/s}}}}", 1000.0 / gap_ms),
            format!("{{renewal: {{gap: {{lognormal: {{mean: {gap_ms}ms, cv: 2}}}}}}}}"),
            format!("{{renewal: {{gap: {{erlang: {{mean: {gap_ms}ms, phases: 3}}}}}}}}"),
        ];
        let services = [
            "10ms", "{exponential: {mean: 10ms}}", "{lognormal: {mean: 10ms, cv: 1.5}}",
            "{hyperexponential: {mean: 10ms, cv: 3}}",
        ];
        let queue = capacity.map_or("{}".to_owned(), |capacity| format!("{{capacity: {capacity}}}"));
        let producers: String = (0..producers)
            .map(|place| format!("  p{place}: {{publishes_to: q, arrivals: {}}}\n", arrivals[kind]))
            .collect();
        format!(
            "name: path\nrun: {{duration: 2s, seed: {seed}, warmup: none}}\nqueues: {{q: {queue}}}\nproducers:\n{producers}\
             consumers: {{c: {{takes_from: q, count: {consumers}, service: {}}}}}\n",
            services[service]
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000, rng_seed: RngSeed::Fixed(1955), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_engine_takes_the_path_of_a_second_implementation(text in any_station()) {
        let (record, path) = (simulated(&text), second_implementation(&scenario(&text)));
        same(&record.times.wait, &path.wait, "wait");
        same(&record.times.service, &path.service, "service");
        let refused: u64 = record.counts.iter().flatten().map(|counts| counts.refused).sum();
        prop_assert_eq!(refused, path.refused);
    }
}

/// A station with load 0.9, whose times all have the given factor.
fn station(factor: u64) -> String {
    format!(
        "name: s\nrun: {{duration: {}s, warmup: none}}\nqueues: {{q: {{}}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: {}/s}}}}}}}}\n\
         consumers: {{c: {{takes_from: q, count: 2, service: {{exponential: {{mean: {}ms}}}}}}}}\n",
        100 * factor,
        180.0 / factor as f64,
        10 * factor
    )
}

#[test]
fn twice_as_slow_takes_twice_as_long() {
    let (once, twice) = (simulated(&station(1)), simulated(&station(2)));
    assert_eq!(once.times.wait.count, twice.times.wait.count);
    for (once, twice) in [(&once.times.wait, &twice.times.wait), (&once.times.response, &twice.times.response)] {
        let ratio = twice.sum as f64 / once.sum as f64;
        assert!((ratio - 2.0).abs() < 1e-6, "{ratio}: only rounding to nanoseconds may differ");
    }
}

#[test]
fn consumers_entries_that_are_alike_may_be_swapped() {
    let two = |first: &str, second: &str| {
        let entry = |name: &str| format!("  {name}: {{takes_from: q, service: 12ms}}\n");
        station(1).replace(
            "consumers: {c: {takes_from: q, count: 2, service: {exponential: {mean: 10ms}}}}\n",
            &format!("consumers:\n{}{}", entry(first), entry(second)),
        )
    };
    let (one, other) = (simulated(&two("a", "b")), simulated(&two("b", "a")));
    same(&one.times.wait, &other.times.wait, "wait");
    assert_eq!(
        one.crews.iter().map(|crew| crew.busy).collect::<Vec<_>>(),
        other.crews.iter().map(|crew| crew.busy).collect::<Vec<_>>()
    );
}

#[test]
fn what_nobody_uses_changes_nothing() {
    let with = station(1).replace("queues: {q: {}}", "queues: {idle: {}, q: {}}")
        + "  other: {takes_from: idle, service: 1s}\n";
    let with = with.replace(
        "consumers: {c: {takes_from: q, count: 2, service: {exponential: {mean: 10ms}}}}\n",
        "consumers:\n  c: {takes_from: q, count: 2, service: {exponential: {mean: 10ms}}}\n",
    );
    let (without, with) = (simulated(&station(1)), simulated(&with));
    same(&without.times.wait, &with.times.wait, "wait");
    assert_eq!(without.queues[0].account, with.queues[1].account);
}

/// The share of messages that find the consumer busy, and the share of the time that it is.
fn found_and_is_busy(arrivals: &str) -> (f64, f64) {
    let record = simulated(&format!(
        "name: p\nrun: {{duration: 1000s, warmup: none}}\nqueues: {{q: {{}}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {arrivals}}}}}\n\
         consumers: {{c: {{takes_from: q, service: {{exponential: {{mean: 10ms}}}}}}}}\n"
    ));
    let waited: u64 = record.counts.iter().flatten().map(|counts| counts.waited).sum();
    let window = record.window.1.since(record.window.0);
    (waited as f64 / record.times.wait.count as f64, record.crews[0].busy as f64 / window.nanos() as f64)
}

#[test]
fn poisson_arrivals_see_time_averages_and_regular_ones_do_not() {
    // Wolff 1982. 50,000 messages at load 0.5: a standard error is about 0.004.
    let (found, is) = found_and_is_busy("{poisson: {rate: 50/s}}");
    assert!((found - is).abs() < 0.015, "{found} against {is}");
    // D/M/1: the root of σ = e^(−2(1−σ)) is 0.2032.
    let (found, is) = found_and_is_busy("{regular: {rate: 50/s}}");
    assert!((found - 0.2032).abs() < 0.015 && (is - 0.5).abs() < 0.02, "{found} against {is}");
}

#[test]
fn the_order_of_service_does_not_change_when_the_consumer_is_busy() {
    let one = |order: &str| {
        let text = station(1).replace("q: {}", &format!("q: {{order: {order}}}")).replace("count: 2", "count: 1");
        simulated(&text.replace("180/s", "90/s"))
    };
    let fifo = one("fifo");
    for order in ["lifo", "{priority: {levels: 2}}"] {
        let other = one(order);
        assert_eq!((fifo.crews[0].busy, fifo.end), (other.crews[0].busy, other.end), "{order}");
        assert_eq!(fifo.times.service.sum, other.times.service.sum, "{order}");
    }
    assert_ne!(fifo.times.wait.max, one("lifo").times.wait.max, "the orders do differ");
}
