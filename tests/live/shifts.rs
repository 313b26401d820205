//! Consumers that come and go by plan. That the books balance is checked by every run itself.

use kendall::adapter::Embedded;
use kendall::live::Ending;
use kendall::metrics::Record;
use kendall::sim;
use kendall::time::{Span, Time};

use crate::runs::{Eye, FOR_EVER, producer, run, run_against, scenario, simulated};

/// Messages come all the time or all at once, and are worked on by consumers of whom there are so many.
fn shifts(arrivals: &str, consumers: &str) -> String {
    format!(
        "run: {{duration: 400ms, warmup: none, drain: 30s}}\nqueues: {{q: {{redelivery: {{limit: 1}}}}, second: {{}}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{{arrivals}}}}}}}\n\
         consumers: {{c: {{takes_from: q, {consumers}}}, d: {{takes_from: second, service: 100us}}}}\n"
    )
}

/// Consumer time that was there, in seconds.
fn available(record: &Record) -> f64 {
    record.crews[0].available.expect("their number changes") as f64 / 1e9
}

fn redelivered(record: &Record) -> u64 {
    record.counts.iter().flatten().map(|counts| counts.redelivered).sum()
}

/// Each leaves and comes back with something else in its hands.
#[test]
fn whatever_consumers_do_as_they_come_and_go_nothing_is_lost_and_no_failure_is_counted() {
    let count = "count: {steps: {0ms: 3, 50ms: 1, 75ms: 4, 100ms: 0, 150ms: 2}, repeat: 160ms}";
    for rest in [
        "service: 5ms",
        "service: 5ms, prefetch: 10",
        "service: {exponential: {mean: 5ms}}, prefetch: unlimited",
        "service: 5ms, acknowledge: before, prefetch: 4",
        "service: 5ms, acknowledge: on_delivery",
        "service: 5ms, acknowledge: {every: 5}, prefetch: 8",
        "service: 5ms, takes: {up_to: 4, wait: 20ms}",
        "service: 5ms, takes: {up_to: 4, wait: 20ms}, acknowledge: on_delivery",
        "service: 5ms, works_by: spin",
        "service: 5ms, prefetch: 3, then: {publishes_to: second}",
    ] {
        let text = shifts("poisson: {rate: 200/s}", &format!("{count}, {rest}"));
        let (live, simulated) = (producer(&run(&text)), producer(&simulated(&text)));
        assert_eq!(live, simulated, "{rest}");
        assert_eq!(live.processed, live.published, "{rest}");
    }
}

#[test]
fn who_leaves_finishes_what_it_has_begun_and_returns_the_rest() {
    let count = "count: {steps: {0ms: 1, 100ms: 0, 300ms: 1}}";
    let text = shifts("regular: {rate: 1/s}, batch: 10", &format!("{count}, service: 40ms, prefetch: unlimited"));
    let (live, simulated) = (run(&text), simulated(&text));
    // The third ends at 120 ms, and seven return.
    assert_eq!(redelivered(&simulated), 7);
    assert!((1..=9).contains(&redelivered(&live)), "{}", redelivered(&live));
    assert_eq!(producer(&live).processed, 10);
    let longest = Span::from_nanos(live.times.response.max);
    assert!(longest >= Span::from_nanos(300_000_000) + Span::from_nanos(40_000_000).saturating_mul(redelivered(&live)));
}

#[test]
fn nobody_works_before_they_are_called() {
    let text = shifts("regular: {rate: 1/s}, batch: 4", "count: {steps: {0ms: 0, 150ms: 2}}, service: 1ms");
    let live = run(&text);
    assert_eq!(producer(&live).processed, 4);
    assert!(live.times.wait.sum >= 4 * 150_000_000, "{}", live.times.wait.sum);
}

#[test]
fn utilization_is_of_the_time_for_which_consumers_are_there() {
    // Nothing to do: two are there for 100 ms, none for 100 ms, and one for 200 ms.
    let count = "count: {steps: {0ms: 2, 100ms: 0, 200ms: 1}}";
    let live = available(&run(&shifts("regular: {rate: 1/s}", &format!("{count}, service: 1ms"))));
    assert!((live - 0.4).abs() < 0.1, "{live} s");
    // Who is gone and still works is there until that is done.
    let count = "count: {steps: {0ms: 1, 100ms: 0}}";
    let text = shifts("regular: {rate: 1/s}", &format!("{count}, service: 300ms"));
    let (live, simulated) = (run(&text), simulated(&text));
    assert_eq!(available(&simulated), 0.3);
    assert!((available(&live) - 0.3).abs() < 0.05, "{} s", available(&live));
    assert_eq!(live.crews[0].busy, simulated.crews[0].busy);
}

/// A day of a help desk in two seconds.
#[test]
fn a_scenario_whose_consumers_go_to_lunch_runs_live() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/shift-change.yaml");
    let scenario = scenario(&std::fs::read_to_string(path).unwrap());
    let finished = run_against(&Embedded, &scenario, Span::ZERO, 43_200.0, &Eye::new(FOR_EVER)).unwrap();
    assert_eq!(finished.ending, Ending::Complete);
    let record = finished.record;
    let (account, simulated) = (producer(&record), sim::one(&scenario).unwrap());
    assert!(account.published > 1_000 && account.processed == account.published, "{account:?}");
    assert_eq!(account.published, producer(&simulated).published);
    let hours = |record: &Record| available(record) / 3600.0;
    // 130 h by plan, and what is finished afterwards.
    assert!((hours(&record) / hours(&simulated) - 1.0).abs() < 0.1, "{} h", hours(&record));
    assert!(record.end >= Time::ZERO + Span::from_secs(24 * 3600));
}
