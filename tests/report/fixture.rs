//! Results made by hand, for the tests of views.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use kendall::broker::{QueueId, QueueRules};
use kendall::client::{Acknowledge, ConsumerRules, Faults, MessageRules, OnFailure, OnRetry, WorksBy};
use kendall::measure::{Cause, Measure, Quantity};
use kendall::result::*;
use kendall::scenario::*;
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Distribution, RateProfile};

pub fn measure(name: &str) -> Measure {
    name.parse().unwrap()
}

pub fn estimate(value: f64, error: f64) -> Estimate {
    let error = Some(StandardError { error, freedom: 19.0, at_least: 0.0 });
    Estimate { value: Some(value), error, why: None }
}

pub fn unknown(why: &str) -> Estimate {
    Estimate { value: None, error: None, why: Some(why.to_owned()) }
}

pub fn bare(value: f64, why: &str) -> Estimate {
    Estimate { value: Some(value), error: None, why: Some(why.to_owned()) }
}

fn histogram(nanos: &[u64]) -> Histogram<u64> {
    let mut histogram = Histogram::new(3).unwrap();
    nanos.iter().for_each(|&value| histogram.record(value).unwrap());
    histogram
}

fn simulation(measures: &[(&str, Estimate)], accounts: Accounts) -> Simulation {
    Simulation {
        replications: 20,
        warmup: Span::from_seconds(12.0),
        duration: Span::from_secs(500),
        stopped: Stopped::Replications,
        overload: None,
        altered: false,
        messages: 1_999_887,
        measures: measures.iter().map(|(name, e)| (measure(name), e.clone())).collect(),
        per_replication: BTreeMap::from([(measure("response.mean"), vec![Some(0.0155), None, Some(f64::NAN)])]),
        wait: histogram(&[0, 4_000_000]),
        service: histogram(&[12_000_000]),
        response: histogram(&[12_000_000, 16_000_000]),
        accounts,
        series: BTreeMap::new(),
    }
}

fn outcome(answers: Vec<Answer>) -> Outcome {
    Outcome {
        seed: 1,
        partial: false,
        answers,
        agreement: Vec::new(),
        live_agreement: Vec::new(),
        targets: Vec::new(),
        warnings: Vec::new(),
        no_theory: None,
        stability: Vec::new(),
    }
}

fn queue(name: &str, capacity: Option<u64>, dead_letter: Option<QueueId>) -> Queue {
    Queue { name: name.to_owned(), rules: QueueRules { capacity, dead_letter, ..QueueRules::default() } }
}

fn consumers(name: &str, takes_from: u16, count: u32, prefetch: u32) -> Consumers {
    let rules = ConsumerRules {
        follows: None,
        service: Distribution::Exponential { mean_s: 0.012 },
        on_retry: OnRetry::Same,
        acknowledge: Acknowledge::After,
        fails: 0.0,
        on_failure: OnFailure::Requeue,
        takes: None,
        faults: Faults::default(),
    };
    Consumers {
        name: name.to_owned(),
        takes_from: vec![QueueId(takes_from)],
        count,
        shifts: None,
        prefetch,
        prefetch_given: false,
        then: Vec::new(),
        priority: 0,
        works_by: WorksBy::Sleep,
        rules,
    }
}

fn producer(name: &str, rate: RateProfile) -> Producer {
    Producer {
        name: name.to_owned(),
        publishes_to: vec![QueueId(0)],
        arrivals: Arrivals::Poisson { rate },
        retries: None,
        confirms: None,
        network: None,
        messages: MessageRules::default(),
    }
}

fn run() -> Run {
    Run {
        duration: Span::from_secs(500),
        duration_given: false,
        warmup: Warmup::Auto,
        seed: 1,
        replications: Replications::Fixed(20),
        drain: Drain::UntilEmpty,
        drain_at_most: None,
        at_most_inside: 1_000_000,
    }
}

fn target(text: &str) -> Target {
    let (name, bound) = text.split_once(" < ").unwrap_or((text, "0"));
    let name = name.split(' ').next().unwrap();
    let value = bound.trim_end_matches('s').parse().unwrap_or(0.0);
    Target { measure: measure(name), op: Op::Less, value, in_runs: None, text: text.to_owned() }
}

pub fn judged(target: &str, holds: Holds, note: &str) -> TargetResult {
    let Target { measure, op, value, in_runs, text } = self::target(target);
    TargetResult { target: text, measure, op, bound: value, in_runs, by: "simulation", holds, note: note.to_owned() }
}

fn mm3_scenario() -> Scenario {
    Scenario {
        name: "M/M/3".to_owned(),
        question: None,
        run: run(),
        queues: vec![queue("queue", None, None)],
        producers: vec![producer("producer", RateProfile::constant(200.0))],
        consumers: vec![consumers("consumer", 0, 3, 1)],
        outages: Vec::new(),
        targets: Vec::new(),
        source: Source {
            file: None,
            text: "{system: M/M/3, rate: 200/s, service: 12ms}\n".to_owned(),
            overrides: vec![],
        },
    }
}

const MM3: [(&str, f64, f64, f64); 13] = [
    ("wait.mean", 0.010_356_164, 0.010_401, 0.000_06),
    ("wait.p50", 0.005_14, 0.005_16, 0.000_03),
    ("wait.p95", 0.038_87, 0.038_9, 0.000_25),
    ("wait.p99", 0.063_01, 0.063_3, 0.000_5),
    ("waited.share", 0.6472, 0.6478, 0.0012),
    ("service.mean", 0.012, 0.012_003, 0.000_006),
    ("response.mean", 0.022_356_164, 0.022_404, 0.000_062),
    ("response.p50", 0.016_78, 0.016_8, 0.000_04),
    ("response.p95", 0.060_1, 0.060_3, 0.000_3),
    ("response.p99", 0.092_6, 0.092_9, 0.000_6),
    ("queue.length.mean", 2.071_23, 2.079, 0.014),
    ("queue.backlog.mean", 4.471_23, 4.48, 0.016),
    ("utilization", 0.8, 0.8002, 0.0006),
];

/// One queue, theory and simulation agreeing but in one measure.
pub fn mm3() -> (Outcome, Scenario) {
    let exact = |value| Exact { value, exact: true };
    let theory = Theory {
        model: "M/M/3".to_owned(),
        source: "Erlang C (Erlang 1917; Kleinrock 1975, eq. 3.40)".to_owned(),
        measures: MM3.iter().map(|(name, theory, ..)| (measure(name), exact(*theory))).collect(),
        curves: BTreeMap::from([(Quantity::Response, vec![(0.5, 0.016_78), (0.99, 0.092_6)])]),
    };
    let mut measures: Vec<(&str, Estimate)> = MM3.iter().map(|&(name, _, v, e)| (name, estimate(v, e))).collect();
    measures.push(("response.p999", unknown("100 messages above it are needed; about 40 s more would do")));
    measures.push(("queue.wait.mean", estimate(0.010_401, 0.000_06)));
    measures.push(("throughput", estimate(200.04, 0.12)));
    measures.push(("goodput", estimate(200.04, 0.12)));
    measures.push(("queue.length.p99", bare(21.0, "a percentile of time has no interval")));
    measures.push(("queue.length.max", estimate(58.3, 3.0)));
    measures.push(("lost.share", estimate(0.0, 0.0)));
    let account = QueueAccount { entered_published: 1_999_887, acknowledged: 1_999_887, ..QueueAccount::default() };
    let shop = ProducerAccount {
        published: 1_999_887,
        tries: 1_999_887,
        accepted: 1_999_887,
        processed: 1_999_887,
        ..ProducerAccount::default()
    };
    let accounts = Accounts { queues: vec![("queue".into(), account)], producers: vec![("producer".into(), shop)] };
    let agreement = MM3.iter().map(|&(name, theory, value, error)| Agreement {
        measure: measure(name),
        simulation: Some(value),
        theory,
        verdict: Ok(if name == "wait.p99" { Verdict::Differs } else { Verdict::Agrees }),
        within: Some(3.2 * error / value),
    });
    let answers = vec![Answer::Theory(theory), Answer::Simulation(Box::new(simulation(&measures, accounts)))];
    let outcome = Outcome {
        agreement: agreement.collect(),
        stability: vec![Stability {
            queue: "queue".into(),
            rate: 200.0,
            offered_load: 2.4,
            consumers: 3,
            present: 3.0,
            growth: 0.0,
        }],
        ..outcome(answers)
    };
    (outcome, mm3_scenario())
}

/// The same by theory alone.
pub fn theory_only() -> (Outcome, Scenario) {
    let (mut outcome, scenario) = mm3();
    outcome.answers.truncate(1);
    outcome.agreement.clear();
    (outcome, scenario)
}

/// More work than can be done, stopped by hand.
pub fn unstable() -> (Outcome, Scenario) {
    let (mut outcome, mut scenario) = mm3();
    scenario.source.file = Some("/elsewhere/orders.yaml".to_owned());
    let measures = [
        ("response.mean", bare(31.2, "it grows with the run")),
        ("queue.backlog.growth", estimate(12.04, 0.2)),
        ("utilization", estimate(1.0, 0.0)),
    ];
    let account = QueueAccount {
        entered_published: 300,
        acknowledged: 280,
        waiting: 17,
        in_flight: 3,
        ..QueueAccount::default()
    };
    let producer = ProducerAccount {
        published: 300,
        tries: 300,
        accepted: 300,
        processed: 280,
        unfinished: 20,
        ..ProducerAccount::default()
    };
    let accounts = Accounts { queues: vec![("queue".into(), account)], producers: vec![("producer".into(), producer)] };
    let mut stopped = simulation(&measures, accounts);
    stopped.replications = 1;
    stopped.warmup = Span::ZERO;
    stopped.messages = 300;
    stopped.stopped = Stopped::Interrupted;
    outcome.answers = vec![Answer::Simulation(Box::new(stopped))];
    outcome.agreement.clear();
    outcome.no_theory = Some("the queue is offered more than it can do".to_owned());
    outcome.partial = true;
    outcome.stability[0].growth = 12.0;
    (outcome, scenario)
}

fn sale_scenario(targets: &[&str]) -> Scenario {
    let at = |minutes: u64| Time::from_nanos(minutes * 60_000_000_000);
    let rate = RateProfile::steps(&[(at(0), 50.0), (at(10), 900.0), (at(15), 80.0)]);
    Scenario {
        name: "flash-sale".to_owned(),
        question: Some("How many payment workers keep orders moving when the sale opens?".to_owned()),
        run: Run { duration: Span::from_secs(1800), duration_given: true, warmup: Warmup::None, ..run() },
        queues: vec![queue("orders", Some(100_000), Some(QueueId(1))), queue("unpaid", None, None)],
        producers: vec![producer("shop", rate)],
        consumers: vec![consumers("payments", 0, 12, 10)],
        outages: Vec::new(),
        targets: targets.iter().map(|text| target(text)).collect(),
        source: Source {
            file: Some("scenarios/flash-sale.yaml".to_owned()),
            text: "name: flash-sale\n".to_owned(),
            overrides: vec!["consumers.payments.count=12".to_owned()],
        },
    }
}

/// Something that starts and ends: several queues, dead letters, refusals, targets of every kind, warnings.
pub fn sale() -> (Outcome, Scenario) {
    let scenario =
        sale_scenario(&["response.p99 < 30s", "lost = 0", "orders.length.max < 100000", "response.mean < 20s"]);
    let measures = [
        ("wait.mean", estimate(102.2, 0.9)),
        ("wait.p99", estimate(248.0, 1.4)),
        ("service.mean", estimate(0.020_01, 0.000_03)),
        ("response.mean", estimate(102.3, 0.9)),
        ("response.p50", estimate(93.0, 0.8)),
        ("response.p99", estimate(251.0, 1.4)),
        ("response.p999", unknown("needs at least 10 replications")),
        ("orders.length.mean", estimate(21_034.0, 170.0)),
        ("orders.length.p99", bare(83_100.0, "a percentile of time has no interval")),
        ("orders.length.max", estimate(89_990.4, 210.0)),
        ("orders.drained", estimate(1214.0, 4.0)),
        ("unpaid.length.mean", estimate(2.1, 0.2)),
        ("unpaid.length.max", estimate(6.2, 0.5)),
        ("unpaid.drained", Estimate { value: None, error: None, why: None }),
        ("utilization", estimate(0.3444, 0.0006)),
        ("throughput", estimate(207.3, 0.4)),
        ("goodput", estimate(205.2, 0.4)),
        ("lost", estimate(0.5, 0.2)),
        ("lost.share", estimate(0.000_001_3, 0.000_000_6)),
        ("dead.share", estimate(0.000_016_7, 0.000_001)),
    ];
    let orders = QueueAccount {
        entered_published: 7_442_070,
        acknowledged: 7_441_946,
        dead_lettered: BTreeMap::from([(Cause::Limit, 124)]),
        ..QueueAccount::default()
    };
    let unpaid = QueueAccount { entered_dead_lettered: 124, waiting: 124, ..QueueAccount::default() };
    let shop = ProducerAccount {
        published: 7_442_080,
        tries: 7_442_080,
        refused: 10,
        accepted: 7_442_070,
        processed: 7_441_936,
        lost: BTreeMap::from([(Cause::Failed, 10)]),
        dead: 124,
        ..ProducerAccount::default()
    };
    let accounts = Accounts {
        queues: vec![("orders".into(), orders), ("unpaid".into(), unpaid)],
        producers: vec![("shop".into(), shop)],
    };
    let mut answer = simulation(&measures, accounts);
    (answer.warmup, answer.duration, answer.messages) = (Span::ZERO, Span::from_secs(1800), 7_442_080);
    let outcome = Outcome {
        targets: vec![
            judged("response.p99 < 30s", Holds::No, ""),
            judged("lost = 0", Holds::No, ""),
            judged("orders.length.max < 100000", Holds::Yes, ""),
            judged("response.mean < 20s", Holds::Undecided, "about 30 replications more would decide it"),
        ],
        warnings: vec![
            Warning {
                code: WarningCode::ShortRun,
                measure: Some(measure("response.p999")),
                text: "too few replications for a percentile; ask for at least 10 with `--replications 10`".to_owned(),
            },
            Warning {
                code: WarningCode::Scenario,
                measure: None,
                text: "`unpaid` is emptied by nobody: what enters it counts as dead".to_owned(),
            },
        ],
        no_theory: Some("the arrival rate changes during the run".to_owned()),
        ..outcome(vec![Answer::Simulation(Box::new(answer))])
    };
    (outcome, scenario)
}

/// Two worked queues with names as long as may be, numbers as large as may be, and texts that mean harm.
pub fn hostile() -> (Outcome, Scenario) {
    let (mut outcome, mut scenario) = sale();
    let long = "a-queue-whose-name-is-as-long-as-the-language-allows-it-to-be-ok";
    scenario.name = "\u{1b}[31mred\u{7}".to_owned();
    scenario.question =
        Some("What\u{202e} does\r\nthis 待ち行列待ち行列待ち行列待ち行列待ち行列待ち行列待ち行列 do?".to_owned());
    scenario.queues = vec![queue(long, Some(u64::MAX), None), queue("b", None, None)];
    scenario.consumers = vec![consumers("left", 0, u32::MAX, u32::MAX), consumers("right", 1, 1, 1)];
    scenario.targets = vec![target("lost = 0")];
    outcome.targets = vec![judged("lost = 0", Holds::Undecided, "\u{1b}]0;title\u{7}no word")];
    outcome.warnings[0].text = "an-unbroken-word-".repeat(12);
    outcome.no_theory = Some("\u{9b}2Jthere are several queues".to_owned());
    let wide = format!("{long}.length.mean");
    let measures = [
        ("response.mean", estimate(1e30, 1e28)),
        ("response.p99", estimate(f64::INFINITY, 0.0)),
        ("wait.mean", estimate(f64::NAN, f64::NAN)),
        (wide.as_str(), estimate(123_456_789.0, 1000.5)),
        ("b.wait.p99", unknown("no message was in it")),
        ("lost.share", estimate(0.999_999, 0.0)),
    ];
    let theory = Theory {
        model: "M/G/1".to_owned(),
        source: "approximation".to_owned(),
        measures: BTreeMap::from([
            (measure("response.mean"), Exact { value: 1e30, exact: false }),
            (measure("wait.mean"), Exact { value: f64::INFINITY, exact: true }),
            (measure(&wide), Exact { value: 123_456_790.0, exact: true }),
        ]),
        curves: BTreeMap::new(),
    };
    outcome.agreement = vec![
        Agreement {
            measure: measure("response.mean"),
            simulation: Some(1e30),
            theory: 1e30,
            verdict: Err("the scenario has no steady state".to_owned()),
            within: None,
        },
        Agreement {
            measure: measure(&wide),
            simulation: Some(123_456_789.0),
            theory: 123_456_790.0,
            verdict: Ok(Verdict::Undecided),
            within: Some(f64::INFINITY),
        },
    ];
    let accounts = Accounts {
        queues: vec![(long.to_owned(), QueueAccount { waiting: 3, ..QueueAccount::default() })],
        producers: vec![],
    };
    outcome.answers = vec![Answer::Theory(theory), Answer::Simulation(Box::new(simulation(&measures, accounts)))];
    (outcome, scenario)
}
