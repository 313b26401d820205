//! The traps of load tests, each provoked from outside: it must not spoil a number, or must be said.

use std::time::Duration;

use kendall::adapter::{Embedded, Target};
use kendall::experiment::{self, Ask, LiveAsk, RunError};
use kendall::live::{Finished, LiveError, Speed, Verdict, most_allowed};
use kendall::metrics::Tally;
use kendall::result::{Answer, Holds, Live, Outcome, WarningCode};
use kendall::scenario::Scenario;
use kendall::sim::Watch;
use kendall::time::Span;

use crate::runs::{Eye, FOR_EVER, run_against, scenario};
use crate::stalling::{Stall, Stalling};

const SECOND: Duration = Duration::from_secs(1);

/// Ten seconds at a constant rate, 1 % busy. At 5 %, half of what a stall of a second held back would take 25 ms of work,
/// which is all that the median may be off.
const CONSTANT: &str = "
run: {duration: 10s, warmup: none}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 200/s}}}}
consumers: {c: {takes_from: q, service: 50us}}
";

const SHORT: &str = "
run: {duration: 300ms, warmup: none, replications: 2}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 200/s}}}}
consumers: {c: {takes_from: q, service: 250us}}
targets: [response.p50 < 1h]
";

fn quantile(tally: &Tally, quantile: f64) -> f64 {
    tally.quantiles(std::iter::once(quantile)).pop().flatten().expect("it has times")
}

/// What a stall of a second out of ten must look like, whoever noticed it.
fn shows_the_stall(response: &Tally) {
    let (p95, p99) = (quantile(response, 0.95), quantile(response, 0.99));
    assert!((p95 / 0.50 - 1.0).abs() <= 0.05, "p95 = {p95} s");
    assert!((p99 / 0.90 - 1.0).abs() <= 0.05, "p99 = {p99} s");
}

/// A run against a target that stalls, which shows.
fn stalled(target: &Stalling) -> Finished {
    let finished = run_against(target, &scenario(CONSTANT), Span::ZERO, 1.0, &Eye::new(FOR_EVER)).unwrap();
    shows_the_stall(&finished.record.times.response);
    finished
}

fn run_live<T: Target>(target: &T, scenario: &Scenario, runs: u32) -> Result<Outcome, RunError> {
    let (eye, watch) = (Eye::new(FOR_EVER), Watch::default());
    let asked = LiveAsk { speed: Speed::REAL, runs, onlooker: &eye };
    experiment::run_live(scenario, &Ask::default(), &asked, target, &watch)
}

fn live(outcome: &Outcome) -> &Live {
    match outcome.answers.last() {
        Some(Answer::Live(live)) => live,
        other => panic!("no live answer but {other:?}"),
    }
}

/// A broker that stalls is asked no less meanwhile, and each message that waited counts for as long as it did. Were the
/// next message sent when the last is answered, one long response would be seen in place of all.
#[test]
fn a_stall_of_the_broker_is_seen_by_every_message_that_was_planned_in_it() {
    let target = Stalling { deliveries: Stall { from: 4 * SECOND, lasts: SECOND }, ..Stalling::default() };
    assert_eq!(stalled(&target).record.times.response.count, 2000);
}

/// A sender that is held up sends late; from its plan the messages have waited all the same. What is counted from the
/// sending shows nothing of it, and the run does not count, because its sender was late.
#[test]
fn a_stall_of_the_sender_is_seen_from_the_plan_and_makes_the_run_invalid() {
    let target = Stalling { publishes: Stall { from: 4 * SECOND, lasts: SECOND }, ..Stalling::default() };
    let mut finished = stalled(&target);
    assert_eq!(finished.uncorrected.count, 2000);
    assert!(quantile(&finished.uncorrected, 0.95) < 0.25, "from the sending nothing is seen of the stall");
    let verdict = finished.sent_late.verdict(most_allowed(Some(Span::from_nanos(300_000))));
    assert!(matches!(verdict, Verdict::GeneratorBound { .. }), "{verdict}");
    assert!(finished.sent_late.lag().max >= Span::from_nanos(900_000_000));
}

#[test]
fn a_run_whose_generator_is_late_has_no_verdict_and_decides_no_target() {
    let target = Stalling { each_publish: Duration::from_millis(20), ..Stalling::default() };
    let outcome = run_live(&target, &scenario(SHORT), 1).unwrap();
    let live = live(&outcome);
    let why = live.valid.as_ref().expect_err("each message is 20 ms later than the one before");
    assert!(why.starts_with("invalid: generator-bound"), "{why}");
    assert!(outcome.live_agreement.iter().all(|row| row.verdict.is_err()));
    assert!(outcome.warnings.iter().any(|warning| warning.code == WarningCode::GeneratorBound));
    let by_live: Vec<Holds> = outcome.targets.iter().filter(|t| t.by == "live").map(|t| t.holds).collect();
    assert_eq!(by_live, [Holds::Undecided]);
}

/// Twice as much comes in the second half, which the simulation of the same draws shows too; what only the target does is
/// no state that the run is in.
#[test]
fn a_run_that_does_not_go_on_as_it_had_begun_is_told_and_a_plan_that_changes_is_none() {
    let text = "
run: {duration: 2s, warmup: none, replications: 2}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: {steps: {0s: 100/s, 1s: 300/s}}}}}}
consumers: {c: {takes_from: q, service: 4ms}}
";
    let is_told = |target: &Stalling| {
        let outcome = run_live(target, &scenario(text), 1).unwrap();
        let told = outcome.warnings.iter().find(|warning| warning.code == WarningCode::NotStationary).cloned();
        (told.map(|warning| warning.text), live(&outcome).halves.expect("it has halves"))
    };
    let stall = Stall { from: 1200 * SECOND / 1000, lasts: 600 * SECOND / 1000 };
    let (why, halves) = is_told(&Stalling { deliveries: stall, ..Stalling::default() });
    assert!(why.as_ref().is_some_and(|why| why.contains("it falls behind")), "{why:?} {halves:?}");
    let (why, halves) = is_told(&Stalling::default());
    assert!(why.is_none(), "{why:?} {halves:?}");
    assert!(halves.twin.1 > 2.0 * halves.twin.0, "{halves:?}");
}

/// The time of day may be set while a run goes on; nothing asks for it.
#[test]
fn no_code_knows_the_time_of_day() {
    fn look(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in folder.read_dir().unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                look(&path, found);
            } else if std::fs::read_to_string(&path).unwrap().contains("SystemTime") {
                found.push(path.display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    look(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_is_lost_and_what_is_left_is_in_no_percentile_but_in_those_of_all() {
    let text = "
run: {duration: 1s, warmup: none, drain: none, replications: 1}
queues: {q: {capacity: 1}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 1k/s}}}}
consumers: {c: {takes_from: q, service: 4ms}}
";
    let outcome = run_live(&Embedded, &scenario(text), 1).unwrap();
    let measures = &live(&outcome).runs.measures;
    let of = |name: &str| measures.get(&name.parse().unwrap()).expect(name);
    assert!(of("lost.share").value.unwrap() > 0.6, "three of four are refused");
    assert!(of("response.p50").value.unwrap() < 1.0);
    let all = of("response_all.p50");
    assert!(all.value.is_none() && all.why.as_ref().unwrap().starts_with("infinite"), "{all:?}");
    assert!(live(&outcome).oldest_unfinished.is_some());
}

/// A percentile with fewer than a hundred messages above it is not told.
#[test]
fn a_tail_of_too_few_messages_has_no_number() {
    let outcome = run_live(&Embedded, &scenario(SHORT), 1).unwrap();
    let p99 = &live(&outcome).runs.measures[&"response.p99".parse().unwrap()];
    assert!(p99.value.is_none() && p99.why.as_ref().unwrap().starts_with("needs about"), "{p99:?}");
}

/// Histograms of runs are merged; of each run every message is in them.
#[test]
fn repeated_runs_are_added_up_and_have_draws_of_their_own() {
    let text = SHORT.replace("regular", "poisson");
    let outcome = run_live(&Embedded, &scenario(&text), 5).unwrap();
    let runs = &live(&outcome).runs;
    let published = &runs.per_replication[&"published".parse().unwrap()];
    let all: f64 = published.iter().map(|count| count.unwrap()).sum();
    assert_eq!((runs.replications, runs.response.len() as f64), (5, all));
    assert!(published.iter().any(|count| *count != published[0]), "{published:?}");
    assert!(runs.measures[&"response.mean".parse().unwrap()].error.is_some(), "five have an interval");
    assert_eq!(runs.accounts.residual(), 0);
}

#[test]
fn a_queue_that_is_not_empty_is_refused() {
    let target = Stalling { before: 7, ..Stalling::default() };
    let error = run_against(&target, &scenario(SHORT), Span::ZERO, 1.0, &Eye::new(FOR_EVER)).err().unwrap();
    assert!(matches!(&error, LiveError::NotEmpty { messages: 7, .. }), "{error}");
}

#[test]
fn what_a_target_lacks_is_refused_at_its_place_before_anything_is_run() {
    let text = "{run: {duration: 1h}, queues: {q: {order: lifo}}, producers: {p: {publishes_to: q, \
                arrivals: {poisson: {rate: 1/s}}}}, consumers: {c: {takes_from: q, service: 1ms}}}";
    let target = Stalling { lacks_order: true, ..Stalling::default() };
    let Err(RunError::Lacking(problems)) = run_live(&target, &scenario(text), 1) else { panic!("it was run") };
    let shown = problems.to_string();
    assert!(shown.starts_with("error: queues.q.order: this target keeps no order\n --> scenario:1:"), "{shown}");
}
