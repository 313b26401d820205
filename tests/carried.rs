//! Messages that carry work and size: what services, capacities and orders make of it, in whole runs.

use std::path::Path;

use kendall::measure::Measure;
use kendall::metrics::Record;
use kendall::result::CONFIDENCE;
use kendall::scenario::{Scenario, describe, read};
use kendall::sim::{self, Steady, Watch};
use kendall::stats::interval;
use kendall::theory::{self, recognise};

fn scenario(text: &str) -> Scenario {
    read(None, text, Path::new("tests/bad"), &[]).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

fn simulated(text: &str) -> Record {
    sim::one(&scenario(text)).expect("the books balance")
}

/// The sum of all services of a queue, in seconds.
fn work_s(record: &Record, queue: usize) -> f64 {
    record.queues[queue].times.service.sum as f64 / 1e9
}

const RUN: &str = "run: {duration: 500s, warmup: none, replications: 1}\n";
const SHOP: &str = "poisson: {rate: 80/s}";

#[test]
fn what_a_message_carries_goes_with_it_through_then_and_dead_letters() {
    let text = format!(
        "{RUN}
queues: {{a: {{}}, b: {{dead_letter: c, redelivery: {{limit: 0}}}}, c: {{}}}}
producers: {{p: {{publishes_to: a, arrivals: {{{SHOP}}}, messages: {{work: {{lognormal: {{mean: 5, cv: 2}}}}}}}}}}
consumers:
  u: {{takes_from: a, service: {{per_work: 1ms}}, then: {{publishes_to: b}}}}
  v: {{takes_from: b, service: 1ms, fails: 100%}}
  w: {{takes_from: c, service: {{per_work: 2ms}}}}
"
    );
    let record = simulated(&text);
    let (first, last) = (work_s(&record, 0), work_s(&record, 2));
    assert!(record.queues[0].times.service.count > 30_000 && record.queues[2].times.service.count > 30_000);
    // Each is rounded to a nanosecond.
    assert!((last / first - 2.0).abs() < 1e-6, "{first} and {last}");
}

#[test]
fn retries_take_as_long_as_the_first_try_whatever_on_retry_says() {
    let of = |on_retry: &str| {
        let text = format!(
            "{RUN}
queues: {{a: {{}}}}
producers: {{p: {{publishes_to: a, arrivals: {{{SHOP}}}, messages: {{work: {{exponential: {{mean: 5}}}}}}}}}}
consumers: {{u: {{takes_from: a, service: {{per_work: 1ms}}, fails: 30%, on_retry: {on_retry}}}}}
"
        );
        let record = simulated(&text);
        (record.times.service.sum, record.times.response.sum)
    };
    assert_eq!(of("same"), of("fresh"));
}

#[test]
fn work_of_a_size_is_the_work_of_its_kibibytes() {
    let of = |messages: &str, service: &str| {
        let text = format!(
            "{RUN}
queues: {{a: {{}}}}
producers: {{p: {{publishes_to: a, arrivals: {{{SHOP}}}, messages: {messages}}}}}
consumers: {{u: {{takes_from: a, service: {service}}}}}
"
        );
        let record = simulated(&text);
        (record.times.wait.sum, record.times.service.sum)
    };
    let constant = of("{}", "9ms");
    assert_eq!(of("{work: 2}", "{per_work: 4ms, plus: 1ms}"), constant);
    assert_eq!(of("{size: 2KiB}", "{per_kib: 4ms, plus: 1ms}"), constant);
}

#[test]
fn messages_in_batches_carry_each_its_own_work() {
    let text = format!(
        "{RUN}
queues: {{a: {{}}}}
producers: {{p: {{publishes_to: a, arrivals: {{regular: {{rate: 10/s}}, batch: 4}}, messages: {{work: {{uniform: {{min: 0, max: 2}}}}}}}}}}
consumers: {{u: {{takes_from: a, takes: {{up_to: 4, wait: 1ms, time: longest}}, service: {{per_work: 10ms}}}}}}
"
    );
    let record = simulated(&text);
    let mean_s = work_s(&record, 0) / record.queues[0].times.service.count as f64;
    // The longest of four uniform times: 4/5 of the most. The standard deviation is 0.163 of it.
    assert!((mean_s - 0.016).abs() < 4.0 * 0.163 * 0.02 / 5000_f64.sqrt(), "{mean_s}");
}

#[test]
fn a_capacity_in_bytes_is_one_in_messages_where_all_are_alike() {
    for when_full in ["refuse", "block", "drop_oldest", "dead_letter"] {
        let of = |capacity: &str| {
            let text = format!(
                "{RUN}
queues: {{a: {{{capacity}, when_full: {when_full}, dead_letter: b}}, b: {{}}}}
producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 120/s}}}}, messages: {{size: 2KiB}}}}}}
consumers: {{u: {{takes_from: a, service: {{exponential: {{mean: 10ms}}}}, fails: 10%}}}}
"
            );
            let record = simulated(&text);
            let (stay, account) = (record.queues[0].stay.sum, format!("{:?}", record.queues[0].account));
            (format!("{:?}", record.counts), account, record.times.wait.sum, stay)
        };
        assert_eq!(of("capacity_bytes: 10KiB"), of("capacity: 5"), "{when_full}");
        assert_ne!(of("capacity_bytes: 10KiB"), of("capacity: 6"), "{when_full}");
    }
}

#[test]
fn the_shortest_first_waits_as_long_as_phipps_says() {
    let text = |queue: &str, rest: &str| {
        format!(
            "run: {{duration: 2000s, warmup: 20s, replications: 20}}
queues: {{a: {{{queue}}}}}
producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 80/s}}}}{rest}}}}}
"
        )
    };
    let drawn =
        text("order: shortest_first", "") + "consumers: {u: {takes_from: a, service: {exponential: {mean: 10ms}}}}";
    let carried = text("order: shortest_first", ", messages: {work: {exponential: {mean: 10}}}")
        + "consumers: {u: {takes_from: a, service: {per_work: 1ms}}}";
    let expected = theory::order::shortest_first(80.0, 0.01).expect("a load below one");
    // An M/M/1 in the order of arrival: 40 ms.
    assert!(expected < 0.025, "{expected}");
    for text in [drawn, carried] {
        let wait = simulated_mean(&text, "wait.mean");
        assert!((wait.0 - expected).abs() < 1.5 * wait.1, "{} ± {}, not {expected}", wait.0, wait.1);
    }
}

/// A mean and the half-width of its interval.
fn simulated_mean(text: &str, measure: &str) -> (f64, f64) {
    let simulated = sim::simulate(&scenario(text), Steady::Never, &Watch::default()).expect("the books balance");
    let measure: Measure = measure.parse().expect("a measure");
    let estimate = &simulated.simulation.measures[&measure];
    let (low, high) = interval(estimate, CONFIDENCE).expect("an interval");
    (estimate.value.expect("a value"), (high - low) / 2.0)
}

#[test]
fn a_trace_says_what_its_messages_carry() {
    let text = "
run: {duration: 1000s, warmup: none}
queues: {a: {}}
producers: {p: {publishes_to: a, arrivals: {trace: {file: data/carried.csv, column: time, unit: s, work: {in: 2, out: 1}, size: bytes}}}}
consumers: {u: {takes_from: a, service: {per_work: 1s}}}
";
    // 2·1 + 5, 2·3 + 0, 2·0 + 4.
    assert_eq!(work_s(&simulated(text), 0), 17.0);
    let by_size = text.replace("per_work: 1s", "per_kib: 1s, plus: 2s");
    assert_eq!(work_s(&simulated(&by_size), 0), 3.0 * 2.0 + 3.5);
}

#[test]
fn what_follows_is_described_by_its_mean_and_its_law() {
    let text = "
queues: {a: {}}
producers:
  p: {publishes_to: a, arrivals: {poisson: {rate: 30/s}}, messages: {work: {exponential: {mean: 3}}}}
  r: {publishes_to: a, arrivals: {poisson: {rate: 10/s}}, messages: {work: 7}}
consumers: {u: {takes_from: a, service: {per_work: 4ms, plus: 1ms}}}
";
    let said = describe(&scenario(text));
    assert!(said.contains("1 `u` at 17ms on average (4ms for each unit of work and 1ms)"), "{said}");
    assert!(said.contains("Offered load 0.68 on 1 consumer: utilization 68 %, stable"), "{said}");
}

#[test]
fn a_service_that_follows_work_drawn_for_each_message_is_a_known_model() {
    let text = |rest: &str, service: &str| {
        format!(
            "queues: {{a: {{}}, b: {{}}}}
producers: {{p: {{publishes_to: a, arrivals: {{{SHOP}}}, messages: {{work: {{exponential: {{mean: 5}}}}}}}}}}
consumers: {{u: {{takes_from: a, service: {service}{rest}}}}}
"
        )
    };
    let name = |text: &str| match recognise(&scenario(text)) {
        Ok(Found::Queue(model)) => Ok(model.name()),
        Ok(found) => panic!("one queue is no {found:?}"),
        Err(reasons) => Err(reasons),
    };
    assert_eq!(name(&text("", "{per_work: 2ms}")), Ok("M/M/1".to_owned()));
    assert_eq!(name(&text("", "{per_work: 2ms, plus: 1ms}")), Ok("M/G/1".to_owned()));
    let not_known = "the service of `u` follows what the message carries: the formulas know independent services";
    for rest in [", fails: 10%, on_retry: fresh", ", then: {publishes_to: b}"] {
        let reasons = name(&text(rest, "{per_work: 2ms}")).unwrap_err();
        assert!(reasons.iter().any(|reason| reason == not_known), "{rest}: {reasons:?}");
    }
}
