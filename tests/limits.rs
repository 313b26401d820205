//! What stops a run by itself, and what is said then.

use std::path::Path;

use kendall::experiment::{Ask, run};
use kendall::result::{Answer, Outcome, Simulation, Stopped, WarningCode};
use kendall::scenario::read;
use kendall::sim::Watch;

fn outcome(text: &str) -> Outcome {
    let scenario = read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    run(&scenario, &Ask::default(), &Watch::default()).expect("a run whose books balance")
}

fn simulation(outcome: &Outcome) -> &Simulation {
    let simulated = outcome.answers.iter().find_map(|answer| match answer {
        Answer::Simulation(simulation) => Some(simulation),
        Answer::Theory(_) | Answer::Live(_) => None,
    });
    simulated.expect("a simulation")
}

fn scenario(run: &str, rate: &str, queue: &str, consumers: &str) -> String {
    format!(
        "name: limits\nrun: {{replications: 3, warmup: none, {run}}}\nqueues: {{q: {queue}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: {rate}}}}}}}}}\n\
         consumers: {{c: {{takes_from: q, {consumers}}}}}\n"
    )
}

/// Stopped by itself, for that reason; what it measured until then counts.
fn is_stopped(text: &str, why: &str) {
    let outcome = outcome(text);
    let simulation = simulation(&outcome);
    assert_eq!(simulation.stopped, Stopped::Overload);
    assert_eq!(simulation.replications, 1, "the first replication to overflow is the last to count");
    let overload = simulation.overload.as_ref().expect("a reason");
    assert!(overload.what.contains(why), "{}", overload.what);
    assert!(outcome.warnings.iter().any(|warning| warning.code == WarningCode::Overload));
    assert_eq!(simulation.accounts.residual(), 0);
}

#[test]
fn a_run_that_holds_too_many_messages_stops_and_keeps_what_it_measured() {
    let text = scenario("duration: 100s, at_most_inside: 5000", "1k/s", "{}", "service: 10ms");
    is_stopped(&text, "more than run.at_most_inside = 5000 messages were inside");
}

#[test]
fn deliveries_that_were_taken_back_count_as_long_as_they_are_in_hand() {
    let run = "duration: 1h, at_most_inside: 5000";
    let queue = "{capacity: 10, redelivery: {ack_timeout: 1ms}}";
    is_stopped(&scenario(run, "10/s", queue, "prefetch: 1000000, service: 1h"), "messages were inside");
}

#[test]
fn time_that_stands_still_stops_a_run() {
    is_stopped(&scenario("duration: 10s", "1/s", "{}", "service: 0s, fails: 100%"), "time stands still");
}

#[test]
#[ignore = "seconds in release: a hundred million commands"]
fn time_that_crawls_stops_a_run() {
    let queue = "{redelivery: {delay: 1ns}}";
    is_stopped(&scenario("duration: 10s", "1/s", queue, "service: 1ns, fails: 100%"), "commands were carried out");
}

#[test]
fn a_load_near_one_is_called_too_short_for_a_steady_state() {
    let short = "name: near\nrun: {duration: 500s, warmup: 50s}\nqueues: {q: {}}\n\
                 producers: {p: {publishes_to: q, arrivals: {poisson: {rate: 99/s}}}}\n\
                 consumers: {c: {takes_from: q, service: {exponential: {mean: 10ms}}}}\n";
    let warned = |text: &str| outcome(text).warnings.iter().any(|warning| warning.code == WarningCode::LongWarmup);
    assert!(warned(short));
    assert!(!warned(&short.replace("99/s", "60/s")));
}
