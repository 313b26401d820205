//! What RabbitMQ's queues do with what they cannot keep, and that all of it is found out.

use kendall::measure::Cause;

use crate::runs::{counts, producer, run, simulated};

/// More comes than one consumer can do.
fn overloaded(queues: &str, rest: &str) -> String {
    format!(
        "run: {{duration: 200ms, warmup: none, drain: 30s}}\nqueues: {{{queues}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 500/s}}}}{rest}}}}}\n\
         consumers: {{c: {{takes_from: q, service: 10ms}}}}\n"
    )
}

pub fn a_full_queue_refuses() {
    let text = overloaded("q: {capacity: 2}", "");
    let account = producer(&run(&text));
    assert_eq!(account.published, producer(&simulated(&text)).published);
    assert!(account.refused > 20 && account.processed > 5, "{account:?}");
    assert_eq!(account.processed + account.refused, account.published);
    // What is refused is tried again, each time as a publish of its own.
    let patient = producer(&run(&overloaded("q: {capacity: 5}", ", retries: {delay: 5ms}, confirms: 20")));
    assert_eq!((patient.processed, patient.refused), (patient.published, 0));
    assert!(patient.tries > patient.published);
}

pub fn a_full_queue_drops_the_oldest_and_it_is_known_which() {
    let record = run(&overloaded("q: {capacity: 2, when_full: drop_oldest}", ""));
    let account = producer(&record);
    assert!(account.lost[&Cause::Full] > 20, "{account:?}");
    assert_eq!((account.processed + account.lost[&Cause::Full], account.unfinished), (account.published, 0));
    assert_eq!(counts(&record).reordered, 0);
}

pub fn a_full_queue_dead_letters_newcomers() {
    let queues = "q: {capacity: 2, when_full: dead_letter, dead_letter: rest}, rest: {}";
    let record = run(&overloaded(queues, ", confirms: 10"));
    let account = producer(&record);
    assert!(account.dead > 20, "{account:?}");
    assert_eq!((account.processed + account.dead, account.accepted), (account.published, account.published));
    assert_eq!(record.queues[0].account.dead_lettered[&Cause::Full], account.dead);
}

pub fn what_expires_is_counted_with_and_without_a_dead_letter_queue() {
    let with = run(&overloaded("q: {ttl: 20ms, dead_letter: late}, late: {}", ""));
    let account = producer(&with);
    assert!(account.dead > 20, "{account:?}");
    assert_eq!(account.processed + account.dead, account.published);
    assert_eq!(with.queues[0].account.dead_lettered[&Cause::Expired], account.dead);
    let without = producer(&run(&overloaded("q: {ttl: 20ms}", "")));
    assert!(without.lost[&Cause::Expired] > 20, "{without:?}");
    assert_eq!(without.processed + without.lost[&Cause::Expired], without.published);
}

/// Whoever comes back counts its entries as the simulation does: then the same attempts fail.
pub fn a_queue_of_retries_gives_back_what_was_rejected() {
    let text = "
run: {duration: 200ms, warmup: none, drain: 30s}
queues: {q: {dead_letter: again}, again: {ttl: 15ms, dead_letter: q}}
producers: {p: {publishes_to: q, arrivals: {poisson: {rate: 200/s}}}}
consumers: {c: {takes_from: q, service: 1ms, fails: 40%, on_failure: reject}}
";
    let (live, simulated) = (run(text), simulated(text));
    assert_eq!(producer(&live), producer(&simulated));
    assert!(producer(&live).processed > 20);
    let [live, simulated] = [&live, &simulated].map(|record| record.queues[0].account.clone());
    assert!(live.entered_dead_lettered > 10);
    assert_eq!(live, simulated);
}

pub fn messages_are_as_large_as_the_scenario_says() {
    // Two of 40,000 bytes have room, three have not.
    let queues = "q: {capacity_bytes: 100000B}";
    let account = producer(&run(&overloaded(queues, ", messages: {size: 40000B}")));
    assert!(account.refused > 20 && account.processed > 5, "{account:?}");
    let small = producer(&run(&overloaded(queues, ", messages: {size: 100B}")));
    assert_eq!((small.refused, small.processed), (0, small.published));
}
