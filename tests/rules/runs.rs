//! Random small scenarios, simulated: the books balance, and what cannot matter does not.

use std::sync::Arc;

use kendall::broker::{
    Active, Delay, DelayLaw, Jitter, LateAck, LimitCounts, Message, Order, OrderedBy, QueueId, QueueRules, Redelivery,
    ReturnsTo, Then, WhenFull,
};
use kendall::client::{
    Acknowledge, BatchTime, Carried, Carries, ConsumerRules, Crashes, Faults, Follows, Hangs, MessageRules, Network,
    OnFailure, OnRetry, Retries, Takes, Uplink, Way, WorksBy, key_of,
};
use kendall::measure::Cause;
use kendall::metrics::{Counts, Record, Tally, place};
use kendall::random::Key;
use kendall::result::QueueAccount;
use kendall::scenario::{
    Consumers, Drain, Loses, Outage, OutageOf, Producer, Queue, Replications, Run, Scenario, Source, Warmup,
};
use kendall::sim;
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Branch, CountProfile, Distribution, Empirical, Keys, RateProfile, Trace};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

pub fn ms(milliseconds: u64) -> Span {
    Span::from_nanos(milliseconds * 1_000_000)
}

pub fn instant(milliseconds: u64) -> Time {
    Time::ZERO + ms(milliseconds)
}

/// Whole milliseconds, so that things happen at equal instants; never zero, so that time moves on.
fn constant() -> impl Strategy<Value = Distribution> {
    (1..12_u64).prop_map(|milliseconds| Distribution::Constant(ms(milliseconds)))
}

fn distribution(at_random: bool) -> BoxedStrategy<Distribution> {
    if at_random { random_distribution().boxed() } else { constant().boxed() }
}

fn random_distribution() -> impl Strategy<Value = Distribution> {
    let mean_s = || (1..12_u32).prop_map(|milliseconds| f64::from(milliseconds) / 1e3);
    prop_oneof![
        4 => constant(),
        1 => mean_s().prop_map(|mean_s| Distribution::Exponential { mean_s }),
        1 => (mean_s(), 1..4_u32).prop_map(|(mean_s, phases)| Distribution::Erlang { mean_s, phases }),
        1 => (mean_s(), 1.0..4.0).prop_map(|(mean_s, cv)| Distribution::balanced_hyperexponential(mean_s, cv)),
        1 => (mean_s(), mean_s()).prop_map(|(a, b)| Distribution::Hyperexponential {
            branches: vec![Branch { weight: 0.25, mean_s: a }, Branch { weight: 0.75, mean_s: b }],
        }),
        1 => (mean_s(), 0.1..3.0).prop_map(|(mean_s, cv)| Distribution::Lognormal { mean_s, cv }),
        1 => prop::collection::vec(1..20_u32, 1..5).prop_map(|values| {
            let seconds = values.into_iter().map(|milliseconds| f64::from(milliseconds) / 1e3);
            Distribution::Empirical(Arc::new(Empirical::new(seconds.collect(), None)))
        }),
    ]
}

fn trace() -> impl Strategy<Value = Arrivals> {
    (prop::collection::vec(0..40_u64, 1..30), any::<bool>()).prop_map(|(gaps, repeats)| {
        let mut at = 0;
        let instants: Vec<Time> = gaps
            .iter()
            .map(|gap| {
                at += gap / 4;
                instant(at)
            })
            .collect();
        Arrivals::Trace(Arc::new(Trace::new(instants, repeats.then(|| ms(at + 1)))))
    })
}

fn messages(at_random: bool) -> impl Strategy<Value = MessageRules> {
    let keys = (1..5_u64, prop_oneof![Just(0.0), Just(1.5)], prop::option::weighted(0.3, 0.0..1.0))
        .prop_map(|(among, skew, hot)| Keys { among, skew, hot });
    let key = prop::option::weighted(0.7, keys);
    let amount = move || prop::option::weighted(0.6, distribution(at_random));
    (0..3_u8, prop::option::weighted(0.2, distribution(at_random)), amount(), amount(), key).prop_map(
        |(priority, ttl, work, size, key)| {
            // Thousandths of bytes would all be none.
            let size = size.map(|size| size.times_plus(1000.0, Span::ZERO));
            MessageRules { priority, ttl, key, work, size }
        },
    )
}

/// So long for each unit, and at least a millisecond.
fn follows() -> impl Strategy<Value = Option<Follows>> {
    let law = (prop_oneof![Just((Carries::Work, 1.0)), Just((Carries::Size, 0.001))], 1..5_u64);
    prop::option::weighted(0.2, law.prop_map(|((what, each_s), plus)| Follows { what, each_s, plus: ms(plus) }))
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let rate = || prop_oneof![Just(50.0), Just(100.0), Just(250.0), Just(500.0)];
    let profile = move || {
        prop_oneof![
            3 => rate().prop_map(RateProfile::constant),
            1 => (rate(), rate()).prop_map(|(a, b)| {
                RateProfile::steps(&[(instant(0), a), (instant(60), 0.0), (instant(90), b)])
            }),
        ]
    };
    prop_oneof![
        2 => profile().prop_map(|rate| Arrivals::Poisson { rate }),
        2 => profile().prop_map(|rate| Arrivals::Regular { rate }),
        1 => random_distribution().prop_map(|gap| Arrivals::Renewal { gap }),
        2 => trace(),
    ]
}

/// `at_random` is false where nothing but whole milliseconds is wanted.
fn delay(at_random: bool) -> impl Strategy<Value = Delay> {
    let law = prop_oneof![
        3 => Just(DelayLaw::Constant(Span::ZERO)),
        3 => (1..15_u64).prop_map(|delay| DelayLaw::Constant(ms(delay))),
        1 => (1..9_u64).prop_map(|step| DelayLaw::Linear { step: ms(step), at_most: ms(12) }),
        1 => (1..9_u64).prop_map(|first| DelayLaw::Backoff { first: ms(first), factor: 2.0, at_most: ms(20) }),
        1 => prop::collection::vec(0..15_u64, 1..4).prop_map(|list| DelayLaw::List(list.into_iter().map(ms).collect())),
        1 => distribution(at_random).prop_map(DelayLaw::Drawn),
    ];
    let jitter = prop_oneof![2 => Just(0.0), 1 => Just(1.0), 1 => Just(0.3)];
    (law, jitter).prop_map(move |(law, share)| {
        let jitter = if share == 0.0 || !at_random { Jitter::None } else { Jitter::Share(share) };
        Delay { law, jitter }
    })
}

prop_compose! {
    fn redelivery(at_random: bool)(
        returns_to in prop_oneof![Just(ReturnsTo::Original), Just(ReturnsTo::Front), Just(ReturnsTo::Tail)],
        limit in prop::option::of(1..4_u32),
        counts in prop_oneof![2 => Just(LimitCounts::Failures), 1 => Just(LimitCounts::Deliveries)],
        late_ack in prop_oneof![2 => Just(LateAck::Accepted), 1 => Just(LateAck::Ignored)],
        then in prop_oneof![Just(Then::DeadLetter), Just(Then::Drop), Just(Then::Park)],
        delay in delay(at_random),
        ack_timeout in prop::option::weighted(0.4, 1..25_u64),
        duplicates in prop_oneof![4 => Just(0.0), 1 => 0.05..0.9_f64],
    ) -> Redelivery {
        let limit = limit.map(|limit| if counts == LimitCounts::Failures { limit - 1 } else { limit });
        Redelivery { returns_to, limit, counts, then, delay, ack_timeout: ack_timeout.map(ms), late_ack, duplicates }
    }
}

prop_compose! {
    fn queue_rules(at_random: bool)(
        capacity in prop::option::of(0..6_u64),
        capacity_bytes in prop::option::weighted(0.3, 0..40_u64),
        when_full in prop_oneof![
            Just(WhenFull::Refuse), Just(WhenFull::Block), Just(WhenFull::DropOldest), Just(WhenFull::DeadLetter),
        ],
        dead_letter in prop::option::of(0..3_u16),
        redelivery in redelivery(at_random),
        order in prop_oneof![
            2 => Just(Order::Fifo), 1 => Just(Order::Lifo), 1 => Just(Order::Priority { levels: 3 }),
            1 => Just(Order::ShortestFirst),
        ],
        ttl in prop::option::weighted(0.3, distribution(at_random)),
        ordered_by in prop_oneof![3 => Just(OrderedBy::Nothing), 1 => Just(OrderedBy::Key)],
        active in prop_oneof![3 => Just(Active::All), 1 => Just(Active::Single)],
    ) -> QueueRules {
        let dead_letter = dead_letter.map(QueueId);
        QueueRules { capacity, capacity_bytes, when_full, dead_letter, redelivery, order, ttl, ordered_by, active }
    }
}

/// One to three queues; dead letters go round in no circle that takes no time.
fn queues(at_random: bool) -> impl Strategy<Value = Vec<Queue>> {
    prop::collection::vec(queue_rules(at_random), 1..=3).prop_map(|rules| {
        let count = rules.len() as u16;
        let check = |(at, mut rules): (usize, QueueRules)| {
            rules.dead_letter = rules.dead_letter.filter(|to| to.0 < count && to.index() != at);
            let goes_back = rules.dead_letter.is_none_or(|to| to.index() < at);
            if goes_back && matches!(rules.when_full, WhenFull::DropOldest | WhenFull::DeadLetter) {
                rules.when_full = if rules.dead_letter.is_none() { WhenFull::DropOldest } else { WhenFull::Refuse };
            }
            Queue { name: format!("queue-{at}"), rules }
        };
        rules.into_iter().enumerate().map(check).collect()
    })
}

fn takes() -> impl Strategy<Value = Takes> {
    let time = prop_oneof![Just(BatchTime::Longest), Just(BatchTime::Sum), Just(BatchTime::Once)];
    (1..5_u32, 0..10_u64, time).prop_map(|(up_to, wait, time)| Takes { up_to, wait: ms(wait), time })
}

/// A number of consumers over time, zero included.
fn shifts() -> impl Strategy<Value = CountProfile> {
    (prop::collection::vec((1..40_u64, 0..4_u32), 1..5), any::<bool>()).prop_map(|(points, repeats)| {
        let mut at = Span::ZERO;
        let points = points.into_iter().map(|(gap, count)| {
            at = at + ms(gap);
            (at, count)
        });
        let mut points: Vec<(Span, u32)> = points.collect();
        points[0].1 = points[0].1.max(u32::from(points.iter().all(|(_, count)| *count == 0)));
        CountProfile::new(points, repeats.then(|| at + ms(5)))
    })
}

/// Mostly none; times up and down in whole milliseconds.
fn faults() -> impl Strategy<Value = Faults> {
    let crashes = (1..40_u64, 0..20_u64).prop_map(|(every, restart)| Crashes {
        every: Distribution::Constant(ms(every)),
        restart: Distribution::Constant(ms(restart)),
    });
    let share = || prop_oneof![3 => Just(0.0), 1 => Just(0.3), 1 => Just(1.0)];
    let lasts = || (1..20_u64).prop_map(|lasts| Distribution::Constant(ms(lasts)));
    let hangs = (share(), lasts()).prop_map(|(share, lasts)| Hangs { share, lasts });
    let leg = || (0..15_u64).prop_map(|lasts| Distribution::Constant(ms(lasts)));
    let network = (leg(), leg(), leg());
    let network = network.prop_map(|(publish, deliver, acknowledge)| Network { publish, deliver, acknowledge });
    let some =
        (share(), share(), prop::option::of(crashes), prop::option::of(hangs), prop::option::weighted(0.4, network));
    let some = some.prop_map(|(poison, acks_lost, crashes, hangs, network)| Faults {
        poison,
        acks_lost,
        crashes,
        hangs,
        network,
    });
    prop_oneof![2 => Just(Faults::default()), 1 => some]
}

prop_compose! {
    fn consumer_rules(service: impl Strategy<Value = Distribution>)(
        service in service,
        follows in follows(),
        on_retry in prop_oneof![Just(OnRetry::Same), Just(OnRetry::Fresh)],
        acknowledge in prop_oneof![
            3 => Just(Acknowledge::After),
            1 => Just(Acknowledge::Before),
            1 => Just(Acknowledge::OnDelivery),
            1 => (1..4_u32).prop_map(Acknowledge::Every),
        ],
        fails in prop_oneof![2 => Just(0.0), 2 => Just(0.3), 1 => Just(1.0)],
        on_failure in prop_oneof![Just(OnFailure::Requeue), Just(OnFailure::Reject)],
        takes in prop::option::weighted(0.3, takes()),
        faults in faults(),
    ) -> ConsumerRules {
        let acks_lost = if acknowledge == Acknowledge::OnDelivery { 0.0 } else { faults.acks_lost };
        let faults = Faults { acks_lost, ..faults };
        ConsumerRules { service, follows, on_retry, acknowledge, fails, on_failure, takes, faults }
    }
}

/// Mostly nowhere; else to one queue, or to two by share, of which each comes after the other or the consumer's own.
fn then() -> impl Strategy<Value = Vec<Way>> {
    let way = |share: f64| (0..3_u16).prop_map(move |to| Way { to: QueueId(to), share });
    prop_oneof![
        4 => Just(Vec::new()),
        2 => way(1.0).prop_map(|way| vec![way]),
        1 => (way(0.4), way(0.3)).prop_map(|(one, other)| vec![one, other]),
    ]
}

prop_compose! {
    fn consumers(service: BoxedStrategy<Distribution>)(
        takes_from in prop_oneof![
            3 => (0..3_u16).prop_map(|queue| vec![QueueId(queue)]),
            1 => Just([0, 1, 2].map(QueueId).to_vec()).prop_shuffle(),
        ],
        count in 1..4_u32,
        prefetch in prop_oneof![3 => Just(1), 2 => 2..5_u32, 1 => Just(u32::MAX)],
        then in then(),
        priority in prop_oneof![2 => Just(0), 1 => 1..3_u16],
        rules in consumer_rules(service),
        shifts in prop::option::weighted(0.3, shifts()),
    ) -> Consumers {
        let count = shifts.as_ref().map_or(count, CountProfile::most);
        let prefetch = prefetch.max(least_prefetch(&rules));
        let name = String::new();
        Consumers { name, takes_from, count, shifts, prefetch, prefetch_given: true, then, priority, works_by: WorksBy::Sleep, rules }
    }
}

/// What the rules want a consumer to hold at once.
fn least_prefetch(rules: &ConsumerRules) -> u32 {
    let every = if let Acknowledge::Every(every) = rules.acknowledge { every } else { 1 };
    every.max(rules.takes.map_or(1, |takes| takes.up_to))
}

/// All that the language of a scenario offers, in small.
pub fn anything() -> impl Strategy<Value = Scenario> {
    let closed = (1..9_u32, distribution(true)).prop_map(|(population, think)| Arrivals::Closed {
        population,
        at_most_per_s: f64::from(population) / think.mean_s(),
        think,
    });
    scenario(prop_oneof![5 => arrivals(), 1 => closed].boxed(), true)
}

/// Whether it publishes once more what is not processed in time.
fn repeats(producer: &Producer) -> bool {
    producer.retries.as_ref().is_some_and(Retries::may_repeat)
}

/// Without time-outs, after which what a consumer has done and what became of the message part ways, and with nothing
/// passed on, so that a message is in one queue.
fn anything_answered_in_time() -> impl Strategy<Value = Scenario> {
    anything().prop_map(|mut scenario| {
        for entry in &mut scenario.consumers {
            entry.then.clear();
            let rules = &mut entry.rules;
            rules.faults.acks_lost = 0.0;
            // What is under way as it crashes is done, and returns.
            rules.faults.network.take_if(|_| rules.faults.crashes.is_some() || entry.shifts.is_some());
            // What it has done and not acknowledged would return.
            rules.faults.crashes.take_if(|_| matches!(rules.acknowledge, Acknowledge::Every(_)));
        }
        scenario.producers.iter_mut().for_each(|producer| producer.publishes_to.truncate(1));
        let retries = scenario.producers.iter_mut().filter_map(|producer| producer.retries.as_mut());
        retries.for_each(|retries| (retries.timeout, retries.confirms_lost) = (None, 0.0));
        let redeliveries = scenario.queues.iter_mut().map(|queue| &mut queue.rules.redelivery);
        redeliveries.for_each(|rules| (rules.ack_timeout, rules.duplicates) = (None, 0.0));
        // Who works on while the broker is away is not heard, and what a queue loses meanwhile may yet be done.
        scenario.outages.retain(|outage| outage.of != OutageOf::Broker && outage.loses == Loses::Nothing);
        scenario.outages.retain(|outage| match outage.of {
            OutageOf::Consumers(entry) => !matches!(scenario.consumers[entry].rules.acknowledge, Acknowledge::Every(_)),
            OutageOf::Broker | OutageOf::Queue(_) => true,
        });
        scenario
    })
}

/// Nothing but whole milliseconds.
fn anything_constant() -> impl Strategy<Value = Scenario> {
    let arrivals = prop_oneof![trace(), constant().prop_map(|gap| Arrivals::Renewal { gap })];
    scenario(arrivals.boxed(), false)
}

prop_compose! {
    fn retries()(
        delay in 1..12_u64,
        jitter in prop_oneof![2 => Just(Jitter::None), 1 => Just(Jitter::Share(0.5))],
        limit in prop::option::of(0..4_u32),
        within in prop::option::of(1..40_u64),
        timeout in prop::option::weighted(0.4, 1..30_u64),
        confirms_lost in prop_oneof![3 => Just(0.0), 1 => 0.05..0.9_f64],
        budget in prop::option::weighted(0.3, 0.05..1.0_f64),
    ) -> Retries {
        let delay = Delay { law: DelayLaw::Constant(ms(delay)), jitter };
        Retries { delay, limit, within: within.map(ms), timeout: timeout.map(ms), confirms_lost, budget }
    }
}

prop_compose! {
    fn producer(arrivals: BoxedStrategy<Arrivals>, at_random: bool)(
        publishes_to in prop_oneof![
            4 => (0..3_u16).prop_map(|to| vec![to]),
            1 => (0..2_u16, 0..2_u16).prop_map(|(to, more)| vec![to, to + more]),
        ],
        arrivals in arrivals,
        messages in messages(at_random),
        mut retries in prop::option::weighted(0.3, retries()),
        confirms in prop::option::weighted(0.2, 1..4_u32),
        network in prop::option::weighted(0.2, (distribution(at_random), distribution(at_random))),
    ) -> Producer {
        let publishes_to: Vec<QueueId> = publishes_to.into_iter().map(QueueId).collect();
        if let Some(retries) = &mut retries
            && (publishes_to.len() > 1 || arrivals.is_closed())
        {
            (retries.timeout, retries.confirms_lost) = (None, 0.0);
        }
        let network = network.map(|(publish, confirm)| Uplink { publish, confirm });
        Producer { name: String::new(), publishes_to, arrivals, messages, retries, confirms, network }
    }
}

prop_compose! {
    fn scenario(arrivals: BoxedStrategy<Arrivals>, at_random: bool)(
        queues in queues(at_random),
        producers in prop::collection::vec(producer(arrivals, at_random), 1..=3),
        consumers in prop::collection::vec(consumers(distribution(at_random)), 1..=3),
        duration in 50..200_u64,
        drain in prop_oneof![Just(Drain::UntilEmpty), Just(Drain::None), (0..80_u64).prop_map(|d| Drain::For(ms(d)))],
        seed in any::<u64>(),
        outages in outages(),
    ) -> Scenario {
        let count = queues.len() as u16;
        let producers = producers.into_iter().enumerate().map(|(at, producer)| {
            let mut to: Vec<QueueId> = producer.publishes_to.iter().map(|to| QueueId(to.0 % count)).collect();
            to.dedup();
            Producer { name: format!("producer-{at}"), publishes_to: to, ..producer }
        });
        let consumers = consumers.into_iter().enumerate().map(|(at, entry)| {
            let then = entry.then.iter().map(|way| Way { to: QueueId(way.to.0 % count), ..*way }).collect();
            let mut takes_from: Vec<QueueId> = entry.takes_from.iter().map(|id| QueueId(id.0 % count)).collect();
            takes_from.sort_by_key(|id| entry.takes_from.iter().position(|first| first == id));
            takes_from.dedup();
            Consumers { name: format!("consumer-{at}"), takes_from, then, ..entry }
        });
        let consumers: Vec<Consumers> = consumers.collect();
        let entries = consumers.len();
        let scenario = run_of(queues, producers.collect(), consumers, ms(duration), drain, seed);
        let outages = outages.into_iter().map(|outage| within(outage, count, entries)).collect();
        Scenario { outages, ..scenario }
    }
}

/// Mostly none; else up to three, which may overlap.
fn outages() -> impl Strategy<Value = Vec<Outage>> {
    let of = prop_oneof![
        Just(OutageOf::Broker),
        (0..3_u16).prop_map(|queue| OutageOf::Queue(QueueId(queue))),
        (0..3_usize).prop_map(OutageOf::Consumers),
    ];
    let loses = prop_oneof![2 => Just(Loses::Nothing), 1 => Just(Loses::Everything)];
    let one = (0..120_u64, 1..50_u64, of, loses);
    let one = one.prop_map(|(at, lasts, of, loses)| Outage { at: ms(at), lasts: ms(lasts), of, loses });
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(one, 1..4)]
}

/// Of what there is.
fn within(outage: Outage, queues: u16, entries: usize) -> Outage {
    match outage.of {
        OutageOf::Broker => outage,
        OutageOf::Queue(queue) => Outage { of: OutageOf::Queue(QueueId(queue.0 % queues)), ..outage },
        OutageOf::Consumers(entry) => {
            Outage { of: OutageOf::Consumers(entry % entries), loses: Loses::Nothing, ..outage }
        }
    }
}

fn run_of(
    queues: Vec<Queue>,
    producers: Vec<Producer>,
    consumers: Vec<Consumers>,
    duration: Span,
    drain: Drain,
    seed: u64,
) -> Scenario {
    Scenario {
        name: "random".into(),
        question: None,
        run: Run {
            duration,
            duration_given: true,
            warmup: Warmup::None,
            seed,
            replications: Replications::Fixed(1),
            drain,
            drain_at_most: None,
            at_most_inside: 1_000_000,
        },
        queues,
        producers,
        consumers,
        outages: Vec::new(),
        targets: Vec::new(),
        source: Source::default(),
    }
}

/// One queue without limits, one producer, consumers whose attempts all succeed; followed to the end.
pub fn plain(arrivals: Arrivals, rules: ConsumerRules, count: u32, prefetch: u32, seed: u64) -> Scenario {
    let queues = vec![Queue { name: "queue".into(), rules: QueueRules::default() }];
    let producers = vec![Producer {
        name: "producer".into(),
        publishes_to: vec![QueueId(0)],
        arrivals,
        retries: None,
        confirms: None,
        network: None,
        messages: MessageRules::default(),
    }];
    let acknowledge = match rules.acknowledge {
        Acknowledge::Before => Acknowledge::Before,
        _ => Acknowledge::After,
    };
    let rules = ConsumerRules { fails: 0.0, takes: None, acknowledge, faults: Faults::default(), ..rules };
    let consumers = vec![Consumers {
        name: "consumer".into(),
        takes_from: vec![QueueId(0)],
        count,
        shifts: None,
        prefetch,
        prefetch_given: false,
        then: Vec::new(),
        priority: 0,
        works_by: WorksBy::Sleep,
        rules,
    }];
    run_of(queues, producers, consumers, ms(150), Drain::For(Span::from_secs(1000)), seed)
}

/// Runs a scenario; that the books balance and Little's law holds is checked in there.
pub fn run(scenario: &Scenario) -> Record {
    sim::one(scenario).unwrap_or_else(|broken| panic!("{broken}"))
}

/// Of all messages: nothing was cut off, so they are all planned in the window.
fn all(record: &Record, count: impl Fn(&Counts) -> u64) -> u64 {
    record.counts.iter().flatten().map(count).sum()
}

fn in_short(tally: &Tally) -> (u64, u128, u64) {
    (tally.count, tally.sum, tally.max)
}

/// Of a message into a queue, and the turn of its first delivery.
type Entry = ((usize, u64), Option<usize>);

/// From the events of a run in which nothing is passed on: for each entry into a queue whether it was overtaken in its
/// first delivery, by how many, and the most.
fn out_of_order(scenario: &Scenario) -> (u64, u64, u64) {
    let key = Key::of_replication(scenario.run.seed, 0);
    let carried = scenario.producers.iter().zip(0..);
    let key_of = key_of(carried.map(|(p, at)| Carried::new(&p.messages, at, &p.arrivals, key.name(&p.name))).collect());
    let mut entries: Vec<Vec<Entry>> = vec![Vec::new(); scenario.queues.len()];
    let mut turn = 0;
    sim::listen(scenario, &sim::Watch::default(), &mut |event| {
        turn += 1;
        let (Some(message), Some(queue)) = (event.message, event.queue) else { return };
        let dead_letter = || scenario.queues[queue].rules.dead_letter.expect("a dead letter queue").index();
        match event.what {
            "accepted" => entries[queue].push((message, None)),
            "dead_lettered" => entries[dead_letter()].push((message, None)),
            "delivered" if event.attempt == Some(1) => {
                let latest = entries[queue].iter_mut().rfind(|(entered, _)| *entered == message);
                latest.expect("it has entered").1 = Some(turn);
            }
            _ => {}
        }
    })
    .unwrap();
    let mut found = (0, 0, 0);
    for (queue, entries) in scenario.queues.iter().zip(&entries) {
        let key = |(producer, number): (usize, u64)| {
            key_of(Message { producer: producer as u16, number, planned: Time::ZERO })
        };
        let are_ordered =
            |one, other| queue.rules.ordered_by != OrderedBy::Key || key(one).is_some() && key(one) == key(other);
        for (at, (message, turn)) in entries.iter().enumerate().filter(|(_, entry)| entry.1.is_some()) {
            let sooner = entries[at + 1..].iter().filter(|later| later.1.is_some() && later.1 < *turn);
            let by = sooner.filter(|later| are_ordered(*message, later.0)).count() as u64;
            found = (found.0 + u64::from(by > 0), found.1 + by, found.2.max(by));
        }
    }
    found
}

/// Everything in a record but what each consumers entry did.
pub fn shown(record: &Record) -> Vec<String> {
    let mut lines = vec![
        format!("{:?} {:?} {:?}", record.end, record.counts, record.oldest_unfinished),
        format!("{} {}", record.processed_in_window, record.succeeded_in_window),
        format!("{:?}", [&record.times.wait, &record.times.service, &record.times.response].map(in_short)),
    ];
    lines.extend(record.queues.iter().map(|queue| {
        let tallies = [&queue.times.wait, &queue.times.service, &queue.times.response, &queue.stay].map(in_short);
        format!("{:?} {tallies:?} {:?} {:?}", queue.account, queue.drained, queue.steps)
    }));
    lines
}

pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_books_of_any_run_balance(scenario in anything()) {
        let record = run(&scenario);
        let key = Key::of_seed(scenario.run.seed).number(0);
        let end = Time::ZERO + scenario.run.duration;
        for (producer, counts) in scenario.producers.iter().zip(&record.counts) {
            prop_assert!(counts[1].tries >= counts[1].published);
            if producer.arrivals.is_closed() {
                continue;
            }
            let planned = producer.arrivals.stream(key.name(&producer.name)).take_while(|at| *at < end).count() as u64;
            prop_assert_eq!(counts[1].published, planned, "every planned message is published");
            prop_assert_eq!(counts[0].published, 0);
        }
        let queues = |of: &dyn Fn(&QueueAccount) -> u64| record.queues.iter().map(|q| of(&q.account)).sum::<u64>();
        let copies = queues(&|q| q.entered_published);
        prop_assert!(copies >= all(&record, |c| c.accepted));
        if scenario.producers.iter().all(|producer| producer.publishes_to.len() == 1 && !repeats(producer)) {
            prop_assert_eq!(copies, all(&record, |c| c.accepted));
        }
        prop_assert_eq!(queues(&|q| q.entered_dead_lettered), queues(&|q| q.dead_lettered.values().sum()));
        for (at, counted) in [&record.times.wait, &record.times.service, &record.times.response].iter().enumerate() {
            prop_assert_eq!(counted.count, all(&record, |c| c.processed), "times {} of processed messages", at);
        }
        prop_assert!(record.processed_in_window <= record.succeeded_in_window);
        prop_assert!(all(&record, |c| c.waited) <= all(&record, |c| c.processed));
    }

    /// What the producers' books say became of the messages is what the queues' books say of where they went.
    #[test]
    fn fates_follow_from_where_messages_went(scenario in anything_answered_in_time()) {
        let record = run(&scenario);
        let rests = |at: usize| {
            let id = QueueId(at as u16);
            scenario.consumers_of(id).next().is_none() && !scenario.may_expire(id)
        };
        let sum = |of: &dyn Fn(usize, &QueueAccount) -> u64| {
            record.queues.iter().enumerate().map(|(at, queue)| of(at, &queue.account)).sum::<u64>()
        };
        for cause in [Cause::Full, Cause::Rejected, Cause::Limit, Cause::DeadLetterFull] {
            let dropped = sum(&|_, queue| queue.dropped.get(&cause).copied().unwrap_or(0));
            prop_assert_eq!(all(&record, |c| c.lost[place(cause)]), dropped, "{:?}", cause);
        }
        prop_assert_eq!(all(&record, |c| c.lost[place(Cause::Expired)]), sum(&|_, queue| queue.expired));
        let resting = sum(&|at, queue| if rests(at) { queue.waiting + queue.parked } else { queue.parked });
        prop_assert_eq!(all(&record, |c| Counts::total(&c.dead)), resting);
        // What was acknowledged before may still be worked on.
        let failed = all(&record, |c| c.lost[place(Cause::Failed)]);
        let crashed = all(&record, |c| c.lost[place(Cause::Crashed)]);
        let over = all(&record, |c| c.processed) + failed + crashed;
        let inside = sum(&|at, queue| if rests(at) { 0 } else { queue.waiting + queue.delayed + queue.in_flight });
        let unfinished = all(&record, |c| c.unfinished);
        prop_assert_eq!(over + unfinished, sum(&|_, queue| queue.acknowledged) + inside);
        if scenario.consumers.iter().all(|entry| entry.rules.acknowledge == Acknowledge::After) {
            prop_assert_eq!(failed + crashed, 0);
            // What is done and whose answer is under way is still inside.
            if scenario.consumers.iter().all(|entry| entry.rules.faults.network.is_none()) {
                prop_assert_eq!(unfinished, inside);
            }
        }
        prop_assert_eq!(all(&record, |c| c.duplicates), 0);
    }

    #[test]
    fn what_is_out_of_order_is_what_a_count_of_all_pairs_says(scenario in anything_answered_in_time()) {
        let record = run(&scenario);
        let (reordered, inversions, displacement) = out_of_order(&scenario);
        prop_assert_eq!(all(&record, |c| c.reordered), reordered);
        prop_assert_eq!(all(&record, |c| c.inversions), inversions);
        prop_assert_eq!(record.counts.iter().flatten().map(|c| c.displacement).max(), Some(displacement));
    }

    #[test]
    fn the_same_scenario_gives_the_same_record(scenario in anything()) {
        prop_assert_eq!(shown(&run(&scenario)), shown(&run(&scenario)));
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn a_queue_that_nobody_uses_changes_nothing_else(scenario in anything(), rules in queue_rules(true)) {
        let before = shown(&run(&scenario));
        let mut with_another = scenario;
        let rules = QueueRules { dead_letter: None, ..rules };
        with_another.queues.push(Queue { name: "unused".into(), rules });
        prop_assert_eq!(&shown(&run(&with_another))[..before.len()], &before[..]);
    }

    #[test]
    fn all_times_twice_as_long_are_measured_twice_as_long(scenario in anything_constant()) {
        let mut scenario = scenario;
        // When a consumer crashes first is rounded too.
        scenario.consumers.iter_mut().for_each(|entry| (entry.shifts, entry.rules.faults.crashes) = (None, None));
        let retries = scenario.producers.iter_mut().filter_map(|producer| producer.retries.as_mut());
        // A varied delay is rounded to a nanosecond, and twice a rounded one is another.
        retries.for_each(|retries| retries.delay.jitter = Jitter::None);
        let (once, twice) = (run(&scenario), run(&doubled(&scenario)));
        let (once_accounts, twice_accounts) = (accounts(&once), accounts(&twice));
        prop_assert_eq!(once_accounts, twice_accounts);
        prop_assert_eq!(&once.counts, &twice.counts);
        prop_assert_eq!(twice.end.nanos(), 2 * once.end.nanos());
        let double = |tally: &Tally| (tally.count, 2 * tally.sum, 2 * tally.max);
        for (once, twice) in tallies(&once).into_iter().zip(tallies(&twice)) {
            prop_assert_eq!(in_short(twice), double(once));
        }
        for (once, twice) in once.crews.iter().zip(&twice.crews) {
            prop_assert_eq!(twice.busy, 2 * once.busy);
            prop_assert_eq!(twice.successes, once.successes);
        }
    }

    #[test]
    fn consumers_that_are_alike_may_stand_in_one_entry_or_in_two(scenario in anything()) {
        let mut scenario = scenario;
        // Who crashes when is a matter of the entry's name.
        let first = &mut scenario.consumers[0];
        (first.shifts, first.rules.faults.crashes) = (None, None);
        scenario.outages.retain(|outage| !matches!(outage.of, OutageOf::Consumers(_)));
        let together = run(&scenario);
        let mut apart = scenario.clone();
        let first = apart.consumers[0].clone();
        apart.consumers[0].count = 1;
        if first.count > 1 {
            apart.consumers.insert(1, Consumers { name: "others".into(), count: first.count - 1, ..first });
        }
        let apart = run(&apart);
        prop_assert_eq!(shown(&apart), shown(&together));
        let work = |record: &Record| record.crews.iter().map(|crew| (crew.busy, crew.successes)).fold(
            (0, 0), |sum, crew| (sum.0 + crew.0, sum.1 + crew.1),
        );
        prop_assert_eq!(work(&apart), work(&together));
    }

    #[test]
    fn a_single_consumer_works_alike_whatever_it_may_hold(
        arrivals in arrivals(),
        rules in consumer_rules(distribution(true)),
        prefetch in 2..6_u32,
        seed in any::<u64>(),
    ) {
        let one = run(&plain(arrivals.clone(), rules.clone(), 1, 1, seed));
        let more = run(&plain(arrivals.clone(), rules.clone(), 1, prefetch, seed));
        prop_assert_eq!(in_short(&one.times.wait), in_short(&more.times.wait));
        prop_assert_eq!(in_short(&one.times.response), in_short(&more.times.response));
        let before = ConsumerRules { acknowledge: Acknowledge::Before, ..rules };
        let before = run(&plain(arrivals, before, 1, prefetch, seed));
        prop_assert_eq!(in_short(&one.times.response), in_short(&before.times.response));
    }

    /// What is held is held from its planned instant to the end of its response: Little's law, to the nanosecond.
    #[test]
    fn what_consumers_hold_on_average_is_tied_to_responses(
        milliseconds in prop::collection::vec(0..120_u64, 1..30),
        rules in consumer_rules(distribution(true)),
        count in 1..4_u32,
        seed in any::<u64>(),
    ) {
        let mut milliseconds = milliseconds;
        milliseconds.sort_unstable();
        let arrivals = Trace::new(milliseconds.into_iter().map(instant).collect(), None);
        let mut scenario = plain(Arrivals::Trace(Arc::new(arrivals)), rules, count, u32::MAX, seed);
        scenario.consumers[0].rules.acknowledge = Acknowledge::OnDelivery;
        // All of it within the window.
        scenario.run.duration = Span::from_secs(1000);
        let record = run(&scenario);
        let held = record.held[0].as_ref().and_then(|held| held.window.as_ref());
        prop_assert_eq!(held.map(|window| window.length_area), Some(record.times.response.sum));
    }

    /// With one queue in the order of arrival, one more consumer lets no attempt start later (Kiefer and Wolfowitz 1955).
    #[test]
    fn one_more_consumer_makes_nobody_wait_longer(
        arrivals in arrivals(),
        rules in consumer_rules(distribution(true)),
        count in 1..4_u32,
        seed in any::<u64>(),
    ) {
        // Who acknowledges before the work holds a message while another may be idle.
        let rules = ConsumerRules { acknowledge: Acknowledge::After, ..rules };
        let few = run(&plain(arrivals.clone(), rules.clone(), count, 1, seed));
        let many = run(&plain(arrivals, rules, count + 1, 1, seed));
        prop_assert_eq!(few.times.wait.count, many.times.wait.count);
        prop_assert!(many.times.wait.sum <= few.times.wait.sum);
        prop_assert!(many.times.wait.max <= few.times.wait.max);
        prop_assert_eq!(few.times.service.sum, many.times.service.sum, "the work is the same");
    }
}

fn accounts(record: &Record) -> Vec<&QueueAccount> {
    record.queues.iter().map(|queue| &queue.account).collect()
}

fn tallies(record: &Record) -> Vec<&Tally> {
    let whole = [&record.times.wait, &record.times.service, &record.times.response];
    let queues = record.queues.iter().flat_map(|q| [&q.times.wait, &q.times.service, &q.times.response, &q.stay]);
    whole.into_iter().chain(queues).collect()
}

/// Every length of time in a scenario of constants, twice.
fn doubled(scenario: &Scenario) -> Scenario {
    let twice = |span: Span| span + span;
    let distribution = |given: &Distribution| match given {
        Distribution::Constant(span) => Distribution::Constant(twice(*span)),
        other => panic!("a constant, not {other:?}"),
    };
    let mut scenario = scenario.clone();
    scenario.run.duration = twice(scenario.run.duration);
    if let Drain::For(span) = &mut scenario.run.drain {
        *span = twice(*span);
    }
    for outage in &mut scenario.outages {
        (outage.at, outage.lasts) = (twice(outage.at), twice(outage.lasts));
    }
    for queue in &mut scenario.queues {
        let redelivery = &mut queue.rules.redelivery;
        match &mut redelivery.delay.law {
            DelayLaw::Constant(span) => *span = twice(*span),
            DelayLaw::Linear { step, at_most } => (*step, *at_most) = (twice(*step), twice(*at_most)),
            DelayLaw::Backoff { first, at_most, .. } => (*first, *at_most) = (twice(*first), twice(*at_most)),
            DelayLaw::List(spans) => spans.iter_mut().for_each(|span| *span = twice(*span)),
            DelayLaw::Drawn(drawn) => *drawn = distribution(drawn),
        }
        queue.rules.ttl = queue.rules.ttl.as_ref().map(distribution);
        redelivery.ack_timeout = redelivery.ack_timeout.map(twice);
    }
    for producer in &mut scenario.producers {
        producer.messages.ttl = producer.messages.ttl.as_ref().map(distribution);
        producer.arrivals = match &producer.arrivals {
            Arrivals::Renewal { gap } => Arrivals::Renewal { gap: distribution(gap) },
            Arrivals::Trace(trace) => {
                let instants = (0..trace.len() as u64).map_while(|number| trace.instant(number));
                let instants = instants.map(|at| Time::ZERO + twice(at.since(Time::ZERO)));
                Arrivals::Trace(Arc::new(Trace::new(instants.collect(), trace.repeats().map(twice))))
            }
            other => panic!("constant gaps or a trace, not {other:?}"),
        };
    }
    for retries in scenario.producers.iter_mut().filter_map(|producer| producer.retries.as_mut()) {
        retries.within = retries.within.map(twice);
        retries.timeout = retries.timeout.map(twice);
        if let DelayLaw::Constant(delay) = &mut retries.delay.law {
            *delay = twice(*delay);
        }
    }
    for Uplink { publish, confirm } in scenario.producers.iter_mut().filter_map(|producer| producer.network.as_mut()) {
        [publish, confirm].into_iter().for_each(|leg| *leg = distribution(leg));
    }
    for entry in &mut scenario.consumers {
        entry.rules.service = distribution(&entry.rules.service);
        if let Some(Network { publish, deliver, acknowledge }) = &mut entry.rules.faults.network {
            [publish, deliver, acknowledge].into_iter().for_each(|leg| *leg = distribution(leg));
        }
        if let Some(hangs) = &mut entry.rules.faults.hangs {
            hangs.lasts = distribution(&hangs.lasts);
        }
        entry.rules.takes = entry.rules.takes.map(|takes| Takes { wait: twice(takes.wait), ..takes });
        let law = |law: Follows| Follows { each_s: 2.0 * law.each_s, plus: twice(law.plus), ..law };
        entry.rules.follows = entry.rules.follows.map(law);
    }
    scenario
}

/// One message at the beginning. Its consumer takes longer than the queue waits for an answer; what the queue takes
/// back goes to the next one.
fn late_success(service_of_the_next: Option<u64>) -> Scenario {
    let first = QueueRules {
        dead_letter: Some(QueueId(1)),
        redelivery: Redelivery {
            limit: Some(0),
            then: Then::DeadLetter,
            ack_timeout: Some(ms(5)),
            ..Redelivery::default()
        },
        ..QueueRules::default()
    };
    let queue = |name: &str, rules| Queue { name: name.into(), rules };
    let queues = vec![queue("first", first), queue("next", QueueRules::default())];
    let arrivals = Arrivals::Trace(Arc::new(Trace::new(vec![instant(0)], None)));
    let producers = vec![Producer {
        name: "producer".into(),
        publishes_to: vec![QueueId(0)],
        arrivals,
        retries: None,
        confirms: None,
        network: None,
        messages: MessageRules::default(),
    }];
    let consumers = |name: &str, queue, service| Consumers {
        name: name.into(),
        takes_from: vec![QueueId(queue)],
        count: 1,
        prefetch: 1,
        shifts: None,
        prefetch_given: false,
        then: Vec::new(),
        priority: 0,
        works_by: WorksBy::Sleep,
        rules: ConsumerRules {
            follows: None,
            service: Distribution::Constant(ms(service)),
            on_retry: OnRetry::Same,
            acknowledge: Acknowledge::After,
            fails: 0.0,
            on_failure: OnFailure::Requeue,
            takes: None,
            faults: Faults::default(),
        },
    };
    let mut entries = vec![consumers("slow", 0, 8)];
    entries.extend(service_of_the_next.map(|service| consumers("next-one", 1, service)));
    run_of(queues, producers, entries, ms(100), Drain::UntilEmpty, 1)
}

#[test]
fn a_success_after_the_message_came_to_rest_counts_in_its_response() {
    let record = run(&late_success(None));
    assert_eq!(all(&record, |c| c.processed), 1);
    assert_eq!(all(&record, |c| Counts::total(&c.dead)), 0);
    assert_eq!(in_short(&record.times.response), (1, 8_000_000, 8_000_000));
}

#[test]
fn a_success_after_the_message_moved_on_ends_its_response() {
    let record = run(&late_success(Some(30)));
    assert_eq!(in_short(&record.times.response), (1, 8_000_000, 8_000_000));
    assert_eq!(all(&record, |c| c.duplicates), 1, "the second success is one too many");
    assert_eq!(in_short(&record.queues[1].times.response), (1, 30_000_000, 30_000_000));
}

#[test]
fn work_on_what_was_taken_back_is_not_taken_for_work_on_its_next_delivery() {
    let mut scenario = late_success(Some(20));
    scenario.producers[0].arrivals = Arrivals::Trace(Arc::new(Trace::new(vec![instant(0), instant(0)], None)));
    scenario.consumers.iter_mut().for_each(|entry| entry.prefetch = 2);
    let record = run(&scenario);
    // Both are moved on after 5 ms. The slow consumer turns to its second at 8 ms, the next one at 25 ms.
    assert_eq!(record.queues[1].drained, Some(ms(25)));
}

/// The first consumer holds a message that its queue takes back. The second fails on it before its acknowledgement, which
/// is under way, is heard; and then the first is struck down.
#[test]
fn what_was_acknowledged_unheard_and_failed_is_lost_when_the_last_who_had_it_crashes() {
    let mut scenario = late_success(None);
    scenario.queues[0].rules.redelivery = Redelivery { ack_timeout: Some(ms(1)), ..Redelivery::default() };
    scenario.queues[0].rules.dead_letter = None;
    let mut second = scenario.consumers[0].clone();
    second.name = "second".into();
    second.rules.acknowledge = Acknowledge::Before;
    second.rules.service = Distribution::Constant(ms(1));
    second.rules.faults.poison = 1.0;
    let [publish, deliver, acknowledge] = [0, 0, 3].map(|lasts| Distribution::Constant(ms(lasts)));
    second.rules.faults.network = Some(Network { publish, deliver, acknowledge });
    scenario.consumers[0].priority = 1;
    scenario.consumers[0].rules.service = Distribution::Constant(ms(30));
    scenario.consumers.push(second);
    let of = OutageOf::Consumers(0);
    scenario.outages = vec![Outage { at: ms(10), lasts: ms(5), of, loses: Loses::Nothing }];
    let record = run(&scenario);
    assert_eq!(all(&record, |c| c.lost[place(Cause::Failed)]), 1);
}
