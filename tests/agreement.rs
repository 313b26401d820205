//! Every model that is found in a scenario, held against the simulation of that scenario: all measures that both know.

use std::path::Path;

use kendall::experiment::{Ask, run};
use kendall::result::{Answer, Estimate, Exact, Simulation, Theory};
use kendall::scenario::read;
use kendall::sim::Watch;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Measures of all kinds together that both must know at least.
const FEWEST: usize = 12;

/// How far off an estimate is, as a standard normal score; `None` where it has no interval.
fn score(estimate: &Estimate, exact: &Exact) -> Option<f64> {
    let (value, error) = (estimate.value?, estimate.error?);
    let standard_error = error.error.hypot(error.at_least / 2.0);
    let off = value - exact.value;
    if off.abs() <= 1e-9 * exact.value.abs() {
        return Some(0.0);
    }
    let t = StudentsT::new(0.0, 1.0, error.freedom).ok()?;
    Some(Normal::standard().inverse_cdf(t.cdf(off / standard_error).clamp(1e-15, 1.0 - 1e-15)))
}

fn answers(text: &str) -> (Theory, Simulation) {
    let scenario = read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let outcome = run(&scenario, &Ask::default(), &Watch::default()).expect("a run");
    assert_eq!(outcome.no_theory, None);
    let (mut theory, mut simulation) = (None, None);
    for answer in outcome.answers {
        match answer {
            Answer::Theory(found) => theory = Some(found),
            Answer::Simulation(found) => simulation = Some(*found),
            Answer::Live(_) => unreachable!("none was asked for"),
        }
    }
    (theory.expect("a theory"), simulation.expect("a simulation"))
}

/// Runs about so many messages a replication of a scenario, which is `model`, and expects every measure that theory calls
/// exact within four standard errors, those of `must` among them.
fn agrees(model: &str, duration: &str, must: &[&str], text: &str) {
    let run = format!("name: case\nrun: {{duration: {duration}, warmup: auto, seed: 7, replications: 20}}\n");
    let (theory, simulation) = answers(&(run + text));
    assert_eq!(theory.model, model);
    let mut compared = Vec::new();
    for (measure, exact) in theory.measures.iter().filter(|(_, exact)| exact.exact) {
        let Some(z) = simulation.measures.get(measure).and_then(|estimate| score(estimate, exact)) else { continue };
        let found = simulation.measures[measure].value.expect("what has a score has a value");
        assert!(z.abs() <= 4.0, "{model}: {measure} is {found}, not {} (z = {z:.1})", exact.value);
        compared.push(measure.to_string());
    }
    assert!(compared.len() >= FEWEST, "{model}: {compared:?}");
    must.iter().for_each(|measure| assert!(compared.iter().any(|c| c == measure), "{model}: no {measure}"));
}

/// One producer `producer`, one queue `queue`, one consumers entry `consumer`.
fn one(model: &str, duration: &str, must: &[&str], arrivals: &str, queue: &str, consumer: &str) {
    let text = format!(
        "queues: {{queue: {{{queue}}}}}\nproducers: {{producer: {{publishes_to: queue, arrivals: {{{arrivals}}}}}}}\n\
         consumers: {{consumer: {{takes_from: queue, {consumer}}}}}\n"
    );
    agrees(model, duration, must, &text);
}

/// Two producers of different priority.
fn two(model: &str, duration: &str, must: &[&str], rates: [&str; 2], consumer: &str) {
    let [high, low] = rates;
    let text = format!(
        "queues: {{queue: {{order: {{priority: {{levels: 3}}}}}}}}\n\
         producers:\n  high: {{publishes_to: queue, arrivals: {{poisson: {{rate: {high}}}}}, messages: {{priority: 2}}}}\n  \
         low: {{publishes_to: queue, arrivals: {{poisson: {{rate: {low}}}}}}}\n\
         consumers: {{consumer: {{takes_from: queue, {consumer}}}}}\n\
         targets: [high.wait.mean < 9s, low.wait.mean < 9s]\n"
    );
    let always = ["high.wait.mean", "low.wait.mean", "high.response.mean", "wait.mean", "high.waited.share"];
    agrees(model, duration, &[&always, must].concat(), &text);
}

const M: &str = "service: {exponential: {mean: 1s}}";

#[test]
fn priorities_at_one_and_at_several_consumers() {
    let known =
        ["high.wait.p90", "low.wait.p99", "low.wait.sd", "low.response.p99", "wait.p99", "response.p50", "wait.sd"];
    two("M/M/1 with 2 priorities", "20000s", &known, ["0.3/s", "0.4/s"], M);
    two("M/M/1 with 2 priorities", "20000s", &known, ["0.5/s", "0.2/s"], M);
    two("M/E3/1 with 2 priorities", "20000s", &[], ["0.3/s", "0.4/s"], "service: {erlang: {mean: 1s, phases: 3}}");
    two("M/M/4 with 2 priorities", "20000s", &known, ["1.2/s", "2/s"], &format!("count: 4, {M}"));
}

/// Work differs from producer to producer, and with it the service.
#[test]
fn services_of_one_producer_that_are_others_than_those_of_all() {
    let text = |queue: &str, priority: &str| {
        format!(
            "queues: {{queue: {{{queue}}}}}\nproducers:\n  \
             short: {{publishes_to: queue, arrivals: {{poisson: {{rate: 0.4/s}}}}, messages: {{{priority}work: 0.5}}}}\n  \
             long: {{publishes_to: queue, arrivals: {{poisson: {{rate: 0.1/s}}}}, messages: {{work: {{exponential: {{mean: 4}}}}}}}}\n\
             consumers: {{consumer: {{takes_from: queue, service: {{per_work: 1s}}}}}}\n\
             targets: [short.response.mean < 99s, long.response.mean < 99s]\n"
        )
    };
    let must = ["short.wait.mean", "long.wait.mean", "short.response.mean", "long.response.mean", "long.service.p90"];
    agrees("M/G/1", "40000s", &must, &text("", ""));
    agrees("M/G/1 with 2 priorities", "40000s", &must, &text("order: {priority: {levels: 2}}", "priority: 1, "));
}

/// Arrivals of either of two Poisson producers find the queue as those of both do (Wolff 1982).
#[test]
fn messages_of_one_producer_wait_as_all_do() {
    // M/M/1 at a load of 0.7: P(wait > t) = 0.7 exp(−0.3 t), and the response is exponential with mean 1 / 0.3 s.
    let known = [("response.p99", 100_f64.ln() / 0.3), ("wait.mean", 0.7 / 0.3), ("wait.p90", 7_f64.ln() / 0.3)];
    let measures = ["web", "app"].map(|producer| known.map(|(name, value)| (format!("{producer}.{name}"), value)));
    let targets: Vec<String> = measures.iter().flatten().map(|(name, _)| format!("{name} < 1h")).collect();
    let text = format!(
        "run: {{duration: 20000s, warmup: auto, seed: 7, replications: 20}}\nqueues: {{queue: {{}}}}\n\
         producers:\n  web: {{publishes_to: queue, arrivals: {{poisson: {{rate: 0.5/s}}}}}}\n  \
         app: {{publishes_to: queue, arrivals: {{poisson: {{rate: 0.2/s}}}}}}\n\
         consumers: {{consumer: {{takes_from: queue, {M}}}}}\ntargets: [{}]\n",
        targets.join(", ")
    );
    let (_, simulation) = answers(&text);
    for (name, value) in measures.into_iter().flatten() {
        let mut found = simulation.measures.iter().filter(|(measure, _)| measure.to_string() == name);
        let (_, estimate) = found.next().unwrap_or_else(|| panic!("{name} is measured"));
        let z = score(estimate, &Exact { value, exact: true }).expect("it has an interval");
        assert!(z.abs() <= 4.0, "{name} is {:?}, not {value} (z = {z:.1})", estimate.value);
    }
}

#[test]
fn the_youngest_first() {
    let must = ["wait.mean", "wait.sd", "queue.stay.mean"];
    let known = ["wait.p50", "wait.p90", "wait.p99", "response.p50", "response.p99", "queue.stay.p95"];
    let all = [must.as_slice(), known.as_slice()].concat();
    one("M/M/1, last in first out", "20000s", &all, "poisson: {rate: 0.6/s}", "order: lifo", M);
    one("M/D/1, last in first out", "20000s", &must, "poisson: {rate: 0.6/s}", "order: lifo", "service: 1s");
    one("M/M/3, last in first out", "8000s", &all, "poisson: {rate: 2/s}", "order: lifo", &format!("count: 3, {M}"));
}

#[test]
fn messages_that_expire() {
    let must = ["lost.share", "wait.mean", "wait.sd", "wait.p90", "response.p99", "waited.share", "queue.stay.mean"];
    let three = format!("count: 3, {M}");
    let patient = "ttl: {exponential: {mean: 1500ms}}";
    one("M/M/3+M", "5000s", &must, "poisson: {rate: 2.5/s}", patient, &three);
    one("M/M/3+M", "4000s", &must, "poisson: {rate: 5/s}", patient, &three);
    one("M/M/3+D", "5000s", &must, "poisson: {rate: 2.5/s}", "ttl: 700ms", &three);
    one("M/M/3+D", "4000s", &must, "poisson: {rate: 4/s}", "ttl: 3s", &three);
    let of_its_own = "queues: {queue: {}}\n\
         producers: {producer: {publishes_to: queue, arrivals: {poisson: {rate: 1/s}}, messages: {ttl: 2s}}}\n\
         consumers: {consumer: {takes_from: queue, service: {exponential: {mean: 1s}}}}\n";
    agrees("M/M/1+D", "10000s", &must, of_its_own);
}

#[test]
fn messages_that_come_in_batches() {
    let (must, rate) = (["wait.mean", "waited.share", "queue.backlog.mean"], "poisson: {rate: 0.2/s}");
    one(
        "M^X/M/1",
        "30000s",
        &["wait.p99", "response.p50"],
        &format!("{rate}, batch: {{geometric: {{mean: 3}}}}"),
        "",
        M,
    );
    one("M^X/D/1", "30000s", &must, &format!("{rate}, batch: 3"), "", "service: 1s");
    one("M^X/M/1", "30000s", &must, &format!("{rate}, batch: {{uniform: {{min: 0, max: 6}}}}"), "", M);
    one("M^X/M/1", "30000s", &must, &format!("{rate}, batch: {{poisson: {{mean: 3}}}}"), "", M);
}

#[test]
fn bursts() {
    let states = "mmpp: {states: [{rate: 1.2/s, stay: 5s}, {rate: 0.2/s, stay: 10s}, {rate: 0.5/s, stay: 3s}]}";
    one("MMPP3/M/1", "30000s", &["wait.p90", "wait.sd", "response.p99", "waited.share"], states, "", M);
    let faster = "mmpp: {states: [{rate: 3.6/s, stay: 5s}, {rate: 0.6/s, stay: 10s}, {rate: 1.5/s, stay: 3s}]}";
    let three = format!("count: 3, {M}");
    one("MMPP3/M/3", "20000s", &["wait.p90", "wait.sd", "response.p99", "waited.share"], faster, "", &three);
    one("MMPP3/H2/1", "40000s", &["wait.mean"], states, "", "service: {hyperexponential: {mean: 1s, cv: 1.5}}");
}

#[test]
fn clients_who_wait_for_their_answers() {
    let must = ["throughput", "wait.mean", "wait.sd", "wait.p90", "response.p99", "waited.share"];
    let clients = |think: &str| format!("closed: {{population: 10, think: {think}}}");
    one("M/M/2//10", "8000s", &must, &clients("{exponential: {mean: 6s}}"), "", &format!("count: 2, {M}"));
    one("D/M/1//10", "8000s", &must, &clients("8s"), "", M);
}

#[test]
fn queues_behind_one_another() {
    let pipeline = "queues: {first: {}, second: {}, third: {}}
producers:
  web: {publishes_to: first, arrivals: {poisson: {rate: 2/s}}}
  app: {publishes_to: second, arrivals: {poisson: {rate: 0.5/s}}}
consumers:
  a: {takes_from: first, count: 3, service: {exponential: {mean: 1s}}, then: [{publishes_to: second, share: 60%}, {publishes_to: third, share: 30%}]}
  b: {takes_from: second, service: {exponential: {mean: 400ms}}, on_retry: fresh, then: [{publishes_to: second, share: 10%}, {publishes_to: third, share: 50%}]}
  c: {takes_from: third, count: 2, service: {exponential: {mean: 1s}}}
";
    let must =
        ["response.mean", "wait.mean", "second.wait.p90", "third.stay.mean", "goodput", "service.p99", "service.sd"];
    agrees("Jackson network of 3 queues", "6000s", &must, pipeline);
    let tree = "queues: {first: {}, left: {}, right: {}, last: {}}
producers:
  web: {publishes_to: first, arrivals: {poisson: {rate: 0.6/s}}}
  app: {publishes_to: left, arrivals: {poisson: {rate: 0.3/s}}}
consumers:
  a: {takes_from: first, service: {exponential: {mean: 1s}}, then: [{publishes_to: left, share: 50%}, {publishes_to: right, share: 30%}]}
  b: {takes_from: left, service: {exponential: {mean: 1s}}, then: [{publishes_to: last, share: 80%}]}
  c: {takes_from: right, service: {exponential: {mean: 2s}}}
  d: {takes_from: last, service: {exponential: {mean: 500ms}}}
targets: [web.response.p90 < 99s, app.response.p90 < 99s]
";
    let must =
        ["response.p50", "response.p99", "response.sd", "web.response.p90", "app.response.p99", "app.service.p90"];
    agrees("Jackson network of 4 queues", "20000s", &must, tree);
    let round = "queues: {front: {}, back: {}}
producers: {users: {publishes_to: front, arrivals: {closed: {population: 8, think: {uniform: {min: 0s, max: 10s}}}}}}
consumers:
  web: {takes_from: front, service: {exponential: {mean: 500ms}}, on_retry: fresh, then: [{publishes_to: back, share: 70%}]}
  db: {takes_from: back, service: {exponential: {mean: 700ms}}, on_retry: fresh, then: [{publishes_to: front, share: 20%}]}
";
    agrees(
        "closed network of 2 queues",
        "8000s",
        &["goodput", "response.mean", "front.backlog.mean", "db.utilization"],
        round,
    );
}

#[test]
fn queues_that_have_nothing_to_do_with_each_other() {
    let apart = "queues: {left: {}, right: {ttl: 500ms}}
producers:
  a: {publishes_to: left, arrivals: {regular: {rate: 0.8/s}}}
  b: {publishes_to: right, arrivals: {poisson: {rate: 3/s}}}
consumers:
  c: {takes_from: left, service: {exponential: {mean: 1s}}}
  d: {takes_from: right, count: 3, service: {exponential: {mean: 1s}}}
";
    let must = [
        "lost.share",
        "wait.mean",
        "wait.p90",
        "waited.share",
        "service.p90",
        "response.p99",
        "left.wait.p90",
        "throughput",
    ];
    agrees("D/M/1 at left; M/M/3+D at right", "6000s", &must, apart);
}

#[test]
fn so_many_consumers_that_nobody_waits() {
    let service = "count: 30, service: {lognormal: {mean: 1s, cv: 1.5}}";
    one("M/G/∞", "5000s", &["queue.backlog.mean", "response.p90", "wait.mean"], "poisson: {rate: 2/s}", "", service);
}

#[test]
fn more_distributions_in_the_old_formulas() {
    let phases = "service: {phase_type: {initial: [100%, 0%], rates: [[0/s, 2/s, 1/s], [3/s, 0/s, 3/s]]}}";
    one("M/PH/1", "20000s", &["wait.p90", "response.p99"], "poisson: {rate: 0.8/s}", "", phases);
    one("G/M/1", "20000s", &["wait.p90"], "renewal: {gap: {weibull: {mean: 1.5s, shape: 0.8}}}", "", M);
    one(
        "G/M/2",
        "10000s",
        &["wait.p90"],
        "renewal: {gap: {triangular: {min: 100ms, mode: 200ms, max: 1500ms}}}",
        "",
        &format!("count: 2, {M}"),
    );
}
