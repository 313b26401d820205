//! A live run is replication 0 of the simulation: the plan, worked off by plain arithmetic, gives the simulation's own
//! times to the nanosecond. A draw that differed would show in their sums.

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use kendall::broker::{
    Broker, Command, ConsumerId, DeliveryId, Effect, Message, Properties, QueueId, QueueRules, Terms,
};
use kendall::client::{Crew, Handed, Worker};
use kendall::live::{Clock, Generator, Plan, Speed, Timer};
use kendall::metrics::{Record, Tally};
use kendall::scenario::{Scenario, read};
use kendall::sim;
use kendall::time::{Span, Time};

/// Producers, how many consumers, and what else is said of them.
const SCENARIOS: [(&str, u32, &str); 5] = [
    ("{p: {publishes_to: q, arrivals: {poisson: {rate: 80/s}}}}", 1, "service: {exponential: {mean: 10ms}}"),
    ("{p: {publishes_to: q, arrivals: {regular: {rate: 70/s}}}}", 1, "service: {lognormal: {mean: 10ms, cv: 2}}"),
    (
        "{p: {publishes_to: q, arrivals: {renewal: {gap: {erlang: {mean: 9ms, phases: 3}}}}}, \
          r: {publishes_to: q, arrivals: {poisson: {rate: {steps: {0s: 10/s, 5s: 200/s, 8s: 20/s}}}}}}",
        4,
        "service: {hyperexponential: {mean: 15ms, cv: 3}}",
    ),
    (
        "{p: {publishes_to: q, arrivals: {poisson: {rate: 80/s}}}}",
        1,
        "service: {exponential: {mean: 10ms}}, fails: 20%, on_failure: reject",
    ),
    (
        "{p: {publishes_to: q, arrivals: {poisson: {rate: 80/s}}, messages: {work: {lognormal: {mean: 5, cv: 1}}}}}",
        1,
        "service: {per_work: 1ms, plus: 4ms}",
    ),
];

fn scenario((producers, count, rest): (&str, u32, &str), seed: u64) -> Scenario {
    let text = format!(
        "name: plan\nrun: {{duration: 10s, warmup: none, seed: {seed}}}\nqueues: {{q: {{}}}}\nproducers: {producers}\n\
         consumers: {{c: {{takes_from: q, count: {count}, {rest}}}}}\n"
    );
    read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

/// Waits and services of what succeeds, first come first served (Kiefer and Wolfowitz 1955).
fn worked_off(scenario: &Scenario) -> (Tally, Tally) {
    let mut messages: Vec<Message> = Plan::new(scenario).messages().flatten().collect();
    messages.sort_by_key(|message| (message.planned, message.producer));
    let mut crew: Crew<()> = Plan::new(scenario).crews().next().expect("one consumers entry");
    let mut free = vec![Time::ZERO; scenario.consumers[0].count as usize];
    let (mut wait, mut service) = (Tally::default(), Tally::default());
    for message in messages {
        let (work, success) = attempt(&mut crew, message);
        let start = free[0].max(message.planned);
        free[0] = start + work;
        free.sort_unstable();
        if success {
            wait.record(start - message.planned);
            service.record(work);
        }
    }
    wait.settle();
    service.settle();
    (wait, service)
}

fn attempt(crew: &mut Crew<()>, Message { producer, number, .. }: Message) -> (Span, bool) {
    let handed =
        Handed { delivery: some_delivery(), queue: QueueId(0), number, producer, entry: 1, attempt: 1, label: () };
    let mut worker = Worker::idle();
    let begin = crew.take::<false>(&mut worker, handed).expect("the consumer is idle");
    (begin.work, crew.finish::<false>(&mut worker).success)
}

/// Only a broker makes deliveries.
fn some_delivery() -> DeliveryId {
    let mut effects = Vec::new();
    let mut broker = Broker::new([QueueRules::default()]);
    let queue = QueueId(0);
    broker.apply(
        Time::ZERO,
        Command::Subscribe { consumer: ConsumerId(0), queue, terms: Terms::prefetch(1) },
        &mut effects,
    );
    broker.apply(Time::ZERO, Command::Publish { queue, payload: (), properties: Properties::default() }, &mut effects);
    match effects.pop() {
        Some(Effect::Delivered { delivery, .. }) => delivery,
        other => panic!("a delivery, not {other:?}"),
    }
}

fn exactly(tally: &Tally) -> (u64, u128, u64) {
    (tally.count, tally.sum, tally.max)
}

#[test]
fn the_plan_has_the_instants_the_work_and_the_failures_of_replication_0() {
    for parts in SCENARIOS {
        for seed in [1, 7] {
            let scenario = scenario(parts, seed);
            let Record { times, counts, .. } = sim::one(&scenario).expect("the books balance");
            let (wait, service) = worked_off(&scenario);
            assert_eq!(exactly(&wait), exactly(&times.wait), "wait of {parts:?}");
            assert_eq!(exactly(&service), exactly(&times.service), "service of {parts:?}");
            let planned = Plan::new(&scenario).messages().map(|messages| messages.count() as u64);
            let published = counts.iter().map(|[outside, inside]| outside.published + inside.published);
            assert_eq!(planned.collect::<Vec<_>>(), published.collect::<Vec<_>>(), "messages of {parts:?}");
        }
    }
}

#[test]
fn another_seed_is_another_plan() {
    let first = |seed| Plan::new(&scenario(SCENARIOS[0], seed)).messages().flatten().next();
    assert_ne!(first(1), first(2));
}

/// Each producer on a thread and a runtime of its own, which borrow the scenario.
#[test]
fn a_plan_is_sent_as_it_is() {
    let mut scenario = scenario(SCENARIOS[2], 1);
    scenario.run.duration = Span::from_nanos(300_000_000);
    let (clock, plan) = (Clock::start(Speed::REAL), Plan::new(&scenario));
    thread::scope(|threads| {
        let tasks = plan.messages().map(|messages| threads.spawn(move || send(messages, clock))).collect::<Vec<_>>();
        for (task, planned) in tasks.into_iter().zip(plan.messages()) {
            let sent = task.join().expect("a thread that ends");
            assert!(!sent.is_empty());
            assert_eq!(sent, planned.collect::<Vec<_>>());
        }
    });
}

fn send(messages: impl Iterator<Item = Message>, clock: Clock) -> Vec<Message> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut generator = Generator::new(messages, NonZeroUsize::MIN, Timer::new(clock).unwrap());
        let mut sent = Vec::new();
        while let Some(batch) = generator.next().await.unwrap() {
            sent.extend_from_slice(batch);
        }
        sent
    })
}
