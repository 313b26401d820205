//! Whole runs against the embedded broker. That the books balance to 0, agree with the broker and obey Little's law is
//! checked by every run itself; here is what must come out of it. Nothing depends on how fast the machine is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use kendall::adapter::{Embedded, Target};
use kendall::live::{self, Ending, Finished, LiveError, Onlooker, Order, Progress, Speed};
use kendall::measure::Cause;
use kendall::metrics::Record;
use kendall::result::ProducerAccount;
use kendall::scenario::{Scenario, read};
use kendall::sim;
use kendall::time::{Span, Time};
use tokio::runtime::Builder;

/// Looks on, and stops the run after so many looks, if it does.
pub struct Eye {
    pub looks_left: AtomicU32,
}

pub const FOR_EVER: u32 = u32::MAX;

impl Eye {
    pub fn new(looks: u32) -> Eye {
        Eye { looks_left: AtomicU32::new(looks) }
    }
}

impl Onlooker for Eye {
    fn stops(&self) -> bool {
        match self.looks_left.load(Relaxed) {
            FOR_EVER => false,
            0 => true,
            left => {
                self.looks_left.store(left - 1, Relaxed);
                false
            }
        }
    }

    fn sees(&self, _: &Progress) {}
}

pub fn scenario(text: &str) -> Scenario {
    read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

/// With `warmup` cut, seen by `eye`.
pub fn run_against<T: Target>(
    target: &T,
    scenario: &Scenario,
    warmup: Span,
    speed: f64,
    eye: &Eye,
) -> Result<Finished, LiveError> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let order = Order {
        scenario: Arc::new(scenario.clone()),
        replication: 0,
        plan: sim::measured_live(scenario, warmup),
        speed: Speed::new(speed).unwrap(),
    };
    runtime.block_on(live::run(&order, target, eye))
}

pub fn run(text: &str) -> Record {
    let finished = run_against(&Embedded, &scenario(text), Span::ZERO, 1.0, &Eye::new(FOR_EVER));
    let finished = finished.unwrap_or_else(|error| panic!("{text}\n{error}"));
    assert_eq!(finished.ending, Ending::Complete);
    finished.record
}

pub fn producer(record: &Record) -> ProducerAccount {
    record.producer_accounts().next().expect("one producer")
}

pub fn simulated(text: &str) -> Record {
    sim::one(&scenario(text)).expect("the books balance")
}

const PLAIN: &str = "
run: {duration: 400ms, warmup: none}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {poisson: {rate: 500/s}}}}
consumers: {c: {takes_from: q, service: {exponential: {mean: 1ms}}}}
";

#[test]
fn every_message_of_the_plan_is_published_and_processed() {
    let (live, simulated) = (run(PLAIN), simulated(PLAIN));
    let expected = producer(&simulated);
    assert!(expected.published > 100);
    assert_eq!(producer(&live), expected);
    assert_eq!(live.times.response.count, expected.processed, "every value is recorded");
    assert!(live.times.service.sum >= simulated.times.service.sum, "nothing is worked on for less than its draw");
}

#[test]
fn the_window_counts_what_was_planned_after_the_warm_up() {
    let scenario = scenario(PLAIN);
    let warmup = Span::from_nanos(150_000_000);
    let live = run_against(&Embedded, &scenario, warmup, 1.0, &Eye::new(FOR_EVER)).unwrap().record;
    let twin = sim::replications(&scenario, warmup, 1).unwrap().remove(0);
    assert_eq!(live.window, twin.window);
    let published = |record: &Record| [record.counts[0][0].published, record.counts[0][1].published];
    assert!(published(&twin)[0] > 30);
    assert_eq!(published(&live), published(&twin));
    assert_eq!(live.times.response.count, published(&twin)[1]);
}

/// Each takes another way through the rules of clients and broker.
#[test]
fn whatever_clients_and_queues_do_the_books_balance_and_nothing_is_left() {
    let consumers = [
        "service: 1ms, prefetch: 10, count: 3",
        "service: {exponential: {mean: 1ms}}, prefetch: unlimited, fails: 20%",
        "service: 1ms, acknowledge: before, fails: 10%",
        "service: 1ms, acknowledge: on_delivery, count: 2",
        "service: 1ms, acknowledge: {every: 5}, prefetch: 8",
        "service: 1ms, takes: {up_to: 4, wait: 3ms, time: sum}",
        "service: 1ms, takes: {up_to: 3}, acknowledge: {every: 4}, prefetch: 10",
        "service: 1ms, works_by: spin",
        "service: 500us, then: {publishes_to: second}",
        "service: 500us, then: [{publishes_to: second, share: 50%}, {publishes_to: q, share: 20%}]",
        "service: 1ms, takes: {up_to: 4, wait: 3ms}, then: [{publishes_to: second, share: 50%}, {publishes_to: q, share: 20%}]",
        "service: 1ms, takes: {up_to: 3}, acknowledge: {every: 4}, prefetch: 10, fails: 10%, then: {publishes_to: second}",
        "service: 1ms, acknowledge: on_delivery, then: {publishes_to: second}",
        "service: 1ms, acknowledge: {every: 3}, prefetch: 4, then: {publishes_to: second}",
    ];
    for rest in consumers {
        let text = format!(
            "run: {{duration: 250ms, warmup: none}}\nqueues: {{q: {{}}, second: {{}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 400/s}}}}}}}}\n\
             consumers: {{c: {{takes_from: q, {rest}}}, d: {{takes_from: second, service: 100us}}}}\n"
        );
        let (live, simulated) = (run(&text), simulated(&text));
        let (live, simulated) = (producer(&live), producer(&simulated));
        assert_eq!(live.unfinished + live.not_yet_accepted, 0, "{rest}");
        // What is drawn for a message does not depend on when it happens.
        assert_eq!(
            (live.published, live.processed, live.lost),
            (simulated.published, simulated.processed, simulated.lost),
            "{rest}"
        );
    }
}

#[test]
fn full_queues_refuse_block_drop_and_dead_letter_in_a_live_run_too() {
    let queues = [
        ("q: {capacity: 2}", "retries: {delay: 5ms, limit: 3}"),
        ("q: {capacity: 2}", "retries: {delay: 1ms}"),
        ("q: {capacity: 2, when_full: block}", "confirms: 3"),
        ("q: {capacity: 2, when_full: drop_oldest}", "messages: {ttl: 10ms}"),
        ("q: {capacity: 2, when_full: dead_letter, dead_letter: rest}, rest: {}", "confirms: 1"),
        ("q: {ttl: 3ms, dead_letter: rest}, rest: {ttl: 20ms, dead_letter: q}", "retries: {delay: 1ms, limit: 1}"),
        ("q: {redelivery: {ack_timeout: 3ms, limit: 3, delay: 2ms, jitter: full, then: park}}", "confirms: 100"),
    ];
    for (queues, rest) in queues {
        let text = format!(
            "run: {{duration: 200ms, warmup: none, drain: 10s}}\nqueues: {{{queues}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 900/s}}}}, {rest}}}}}\n\
             consumers: {{c: {{takes_from: q, service: {{exponential: {{mean: 2ms}}}}}}}}\n"
        );
        let account = producer(&run(&text));
        assert_eq!(account.published, producer(&simulated(&text)).published, "{queues} {rest}");
        assert_eq!(account.not_yet_accepted + account.unfinished, 0, "{queues} {rest}");
    }
}

#[test]
fn only_messages_of_the_same_key_are_out_of_order_in_a_live_run_too() {
    let reordered = |keys: u32| {
        let record = run(&format!(
            "
run: {{duration: 100ms, warmup: none}}
queues: {{q: {{ordered_by: key, order: lifo}}}}
producers: {{p: {{publishes_to: q, arrivals: {{regular: {{rate: 10/s}}, batch: 20}}, messages: {{key: {{among: {keys}}}}}}}}}
consumers: {{c: {{takes_from: q, service: 5ms}}}}
"
        ));
        record.counts.iter().flatten().map(|counts| counts.reordered).sum::<u64>()
    };
    assert_eq!(reordered(1_000_000_000), 0);
    assert!(reordered(1) > 0);
}

#[test]
fn a_message_has_a_copy_for_each_queue() {
    let text = "
run: {duration: 200ms, warmup: none}
queues: {a: {}, b: {}}
producers: {p: {publishes_to: [a, b], arrivals: {regular: {rate: 300/s}}}}
consumers: {c: {takes_from: a, service: 1ms}, d: {takes_from: b, service: 2ms}}
";
    let record = run(text);
    assert_eq!((producer(&record).published, producer(&record).processed), (60, 60));
    assert!(record.queues.iter().all(|queue| queue.account.acknowledged == 60));
}

#[test]
fn clients_who_wait_for_their_answers_have_one_message_each() {
    let text = "
run: {duration: 300ms, warmup: none}
queues: {q: {}}
producers: {users: {publishes_to: q, arrivals: {closed: {population: 5, think: {exponential: {mean: 5ms}}}}}}
consumers: {c: {takes_from: q, service: {exponential: {mean: 2ms}}}}
";
    let record = run(text);
    let account = producer(&record);
    assert!(account.published > 5 && account.published == account.processed, "{account:?}");
    let most = record.queues[0].window.as_ref().expect("a window").backlog.max;
    assert!((1..=5).contains(&most), "{most} of 5 clients");
}

/// Ten seconds of the scenario each second.
#[test]
fn speed_divides_every_duration() {
    let text = "
run: {duration: 4s, warmup: none}
queues: {q: {redelivery: {delay: 100ms, limit: 1}}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 25/s}}}}
consumers: {c: {takes_from: q, service: 10ms, fails: 30%}}
";
    let began = std::time::Instant::now();
    let finished = run_against(&Embedded, &scenario(text), Span::ZERO, 10.0, &Eye::new(FOR_EVER)).unwrap();
    assert!(began.elapsed().as_secs_f64() >= 0.4);
    let record = finished.record;
    assert!(record.end >= Time::ZERO + Span::from_secs(4));
    assert_eq!(producer(&record).published, 100);
    assert_eq!(producer(&record).processed, producer(&simulated(text)).processed);
    assert!(record.times.service.mean().unwrap() >= 0.01, "in the scenario's own time");
    let longest = record.times.response.max as f64 / 1e9;
    assert!(longest >= 0.12, "a message that failed once has waited 100 ms: {longest} s");
}

#[test]
fn an_interrupted_run_plans_no_more_drains_and_reports() {
    let text = PLAIN.replace("duration: 400ms", "duration: 1h");
    let scenario = scenario(&text);
    let finished = run_against(&Embedded, &scenario, Span::ZERO, 1.0, &Eye::new(100)).unwrap();
    assert_eq!(finished.ending, Ending::Interrupted);
    let account = producer(&finished.record);
    assert!(account.published > 0 && account.published == account.processed, "{account:?}");
    assert!(finished.record.end < Time::ZERO + Span::from_secs(600));
}

#[test]
fn a_drain_that_takes_too_long_is_cut_and_what_is_left_is_counted_with_its_age() {
    let text = "
run: {duration: 200ms, warmup: none, drain: 100ms}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 100/s}}}}
consumers: {c: {takes_from: q, service: 10s}}
";
    let record = run(text);
    let account = producer(&record);
    assert_eq!((account.published, account.processed, account.unfinished), (20, 0, 20));
    let oldest = record.oldest_unfinished.expect("some are left");
    assert!(oldest >= Span::from_nanos(300_000_000), "planned at 0, and the run ended after 300 ms: {oldest}");
}

#[test]
fn a_run_that_holds_too_much_is_stopped() {
    let text = "
run: {duration: 1h, warmup: none, at_most_inside: 50}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 1k/s}}}}
consumers: {c: {takes_from: q, service: 10s}}
";
    let finished = run_against(&Embedded, &scenario(text), Span::ZERO, 1.0, &Eye::new(FOR_EVER)).unwrap();
    assert_eq!(finished.ending, Ending::Overload(50));
    assert!(producer(&finished.record).unfinished > 50);
}

/// A batch is passed on whole and then acknowledged, and waits for room until then.
#[test]
fn a_batch_waits_with_what_it_passes_on() {
    let text = "
run: {duration: 200ms, warmup: none}
queues: {q: {}, narrow: {capacity: 1, when_full: block}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 10/s}, batch: 8}}}
consumers:
  c: {takes_from: q, service: 1ms, takes: {up_to: 4}, then: {publishes_to: narrow}}
  d: {takes_from: narrow, service: 10ms}
";
    let (live, simulated) = (run(text), simulated(text));
    assert_eq!(producer(&live), producer(&simulated));
    assert_eq!(producer(&live).processed, 16);
    // One of a batch is worked on and one waits, so that the last has room after 20 ms and the next batch begins.
    let waited = |record: &Record| record.queues[0].times.wait.sum as f64 / 1e9;
    assert!(waited(&live) >= 0.9 * waited(&simulated), "{} s of {} s", waited(&live), waited(&simulated));
}

/// Thirty come at once. In the order of arrival they wait a good deal longer.
#[test]
fn the_shortest_goes_first_in_a_live_run_too() {
    let text = |order: &str| {
        format!(
            "run: {{duration: 100ms, warmup: none}}\nqueues: {{q: {{order: {order}}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{regular: {{rate: 1/s}}, batch: 30}}}}}}\n\
             consumers: {{c: {{takes_from: q, service: {{exponential: {{mean: 10ms}}}}}}}}\n"
        )
    };
    let wait = |record: &Record| record.times.wait.mean().unwrap();
    let [first, shortest] = ["fifo", "shortest_first"].map(|order| wait(&simulated(&text(order))));
    let live = wait(&run(&text("shortest_first")));
    assert!(first > 1.4 * shortest, "{first} and {shortest} s");
    assert!((live / shortest - 1.0).abs() < 0.15, "{live} and {shortest} s");
}

#[test]
fn what_fails_for_good_is_lost_by_its_cause() {
    let text = "
run: {duration: 200ms, warmup: none}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 500/s}}}}
consumers: {c: {takes_from: q, service: 500us, fails: 30%, on_failure: reject}}
";
    let (live, simulated) = (producer(&run(text)), producer(&simulated(text)));
    assert!(live.lost[&Cause::Rejected] > 0);
    assert_eq!(live, simulated);
}
