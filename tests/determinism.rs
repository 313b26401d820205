//! Same scenario, same seed, same bytes: for any number of threads, in debug and in release.

use std::path::Path;

use kendall::experiment::{Ask, run};
use kendall::report::json;
use kendall::scenario::{Scenario, read};
use kendall::sim::Watch;
use sha2::{Digest, Sha256};

/// Every feature that could depend on an order: several queues, retries, time-outs, dead letters, two producers, two
/// consumers entries, blocking, a precision that adds rounds.
const BUSY: &str = "
name: busy
run: {duration: 60s, warmup: none, seed: 7, replications: {precision: 3%, of: response.mean, at_most: 25}}
queues:
  orders: {capacity: 40, when_full: block, dead_letter: failed, redelivery: {limit: 2, then: dead_letter, delay: 50ms, ack_timeout: 300ms}}
  small: {capacity: 5, when_full: drop_oldest, redelivery: {returns_to: tail}}
  failed: {}
producers:
  shop: {publishes_to: orders, arrivals: {poisson: {rate: {steps: {0s: 20/s, 20s: 60/s, 30s: 10/s}}}}}
  clock: {publishes_to: orders, arrivals: {regular: {rate: 5/s}}}
  other: {publishes_to: small, arrivals: {renewal: {gap: {lognormal: {mean: 50ms, cv: 2}}}}}
consumers:
  quick: {takes_from: orders, count: 2, prefetch: 5, service: {erlang: {mean: 40ms, phases: 3}}, fails: 10%}
  slow: {takes_from: orders, count: 1, service: {hyperexponential: {mean: 90ms, cv: 2}}, on_retry: fresh}
  third: {takes_from: small, count: 1, service: {exponential: {mean: 60ms}}, acknowledge: before, fails: 5%, on_failure: reject}
targets: [response.p99 < 5s, lost.share < 50%, orders.length@25s < 30]
";

const STEADY: &str = "
name: steady
run: {seed: 3, replications: 10, duration: 200s, warmup: auto}
queues: {queue: {}}
producers: {producer: {publishes_to: queue, arrivals: {poisson: {rate: 24/s}}}}
consumers: {consumer: {takes_from: queue, count: 3, service: {exponential: {mean: 100ms}}}}
";

fn scenario(text: &str) -> Scenario {
    read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn hash(text: &str, threads: usize) -> String {
    let scenario = scenario(text);
    let ask = Ask { threads: Some(threads), ..Ask::default() };
    let outcome = run(&scenario, &ask, &Watch::default()).expect("a run");
    Sha256::digest(json(&outcome, &scenario)).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Stored as debug and release builds agree on them. A change of the rules, the draws or the statistics changes them,
/// and then says so in the changelog: the same seed no longer gives the same numbers.
const HASHES: [(&str, &str, &str); 2] = [
    ("busy", BUSY, "c471a9361a9cb5586eeac629a55bdb965f0da5c8b1572267d45f1f47bdcfb6b4"),
    ("steady", STEADY, "d5a366945f76597635902a3b10547548487c2646e4cb09461d48614bda3ca05d"),
];

#[test]
fn the_bytes_of_a_result_do_not_depend_on_the_number_of_threads() {
    for (name, text, _) in HASHES {
        let one = hash(text, 1);
        for threads in [2, 3] {
            assert_eq!(hash(text, threads), one, "{name} on {threads} threads");
        }
    }
}

/// On one platform only: `ln` and `exp` are the platform's, and may differ in the last digit.
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[test]
fn the_bytes_of_a_result_are_the_same_in_debug_and_in_release() {
    if !std::is_x86_feature_detected!("fma") {
        eprintln!("skipped: the bytes were stored on a processor with FMA, whose `ln` and `exp` differ");
        return;
    }
    for (name, text, stored) in HASHES {
        assert_eq!(hash(text, 2), stored, "{name}");
    }
}

#[test]
fn another_seed_gives_other_numbers() {
    let other = STEADY.replace("seed: 3", "seed: 4");
    assert_ne!(hash(STEADY, 1), hash(&other, 1));
}
