//! Random commands: the broker does what the naive one does, and keeps what always has to hold.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;

use kendall::broker::{
    Active, Broker, Command, ConsumerId, Delay, DelayLaw, DeliveryId, Effect, Jitter, Keeps, LateAck, LimitCounts,
    Order, OrderedBy, Place, Properties, QueueId, QueueRules, Redelivery, ReturnsTo, Terms, Then, WhenFull,
};
use kendall::time::{Span, Time};
use kendall::workload::Distribution;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::naive::{Handing, Happened, Naive, service};

/// What is done next. Picks are taken modulo what there is to pick from, the latest first.
#[derive(Clone, Debug)]
enum Step {
    Publish {
        queue: usize,
        priority: u8,
        ttl: Option<u64>,
        bytes: u64,
        /// What services follow from.
        name: u64,
        key: Option<u64>,
    },
    /// In order of preference, each once.
    Subscribe {
        queues: Vec<usize>,
        terms: Terms,
    },
    Acknowledge {
        pick: usize,
    },
    Reject {
        pick: usize,
        requeue: bool,
    },
    Return {
        pick: usize,
    },
    /// A consumer leaves, or comes back if it has left.
    Cancel {
        pick: usize,
    },
    /// A consumer is gone with all that it holds, or comes back.
    Close {
        pick: usize,
        is_failure: bool,
    },
    /// A queue is out from now on, or is so once less.
    Suspend {
        queue: usize,
        ends: bool,
    },
    /// A queue loses all that it has.
    Empty {
        queue: usize,
    },
    /// Time passes, and the broker is asked at each of its deadlines.
    Wait {
        milliseconds: u64,
    },
    /// Time passes, and nobody looks.
    Jump {
        milliseconds: u64,
    },
    Tick,
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || prop_oneof![4 => 0..3_usize, 1 => any::<usize>()];
    prop_oneof![
        6 => (
            0..3_usize,
            0..4_u8,
            prop::option::weighted(0.1, 1..9_u64),
            0..9_u64,
            0..5_u64,
            prop::option::weighted(0.9, 1..4_u64),
        )
            .prop_map(|(queue, priority, ttl, bytes, name, key)| Step::Publish {
                queue,
                priority,
                ttl,
                bytes,
                name,
                key,
            }),
        1 => subscribe(),
        1 => pick().prop_map(|pick| Step::Return { pick }),
        1 => pick().prop_map(|pick| Step::Cancel { pick }),
        1 => (pick(), any::<bool>()).prop_map(|(pick, is_failure)| Step::Close { pick, is_failure }),
        1 => (0..3_usize, prop::bool::weighted(0.6)).prop_map(|(queue, ends)| Step::Suspend { queue, ends }),
        1 => (0..9_usize).prop_map(|queue| Step::Empty { queue }),
        4 => pick().prop_map(|pick| Step::Acknowledge { pick }),
        5 => (pick(), prop::bool::weighted(0.7)).prop_map(|(pick, requeue)| Step::Reject { pick, requeue }),
        3 => (0..6_u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
        1 => (0..9_u64).prop_map(|milliseconds| Step::Jump { milliseconds }),
        1 => Just(Step::Tick),
    ]
}

fn subscribe() -> impl Strategy<Value = Step> {
    let queues = prop_oneof![3 => Just(1), 1 => 2..=3_usize]
        .prop_flat_map(|most| Just(vec![0, 1, 2]).prop_shuffle().prop_map(move |queues| queues[..most].to_vec()));
    let priority = prop_oneof![2 => Just(0), 1 => 1..3_u16];
    let keeps = prop_oneof![4 => Just(Keeps::UntilAnswered), 1 => Just(Keeps::UntilDelivered)];
    (queues, prefetch(), priority, keeps).prop_map(|(queues, prefetch, priority, keeps)| Step::Subscribe {
        queues,
        terms: Terms { prefetch, priority, keeps },
    })
}

fn prefetch() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 1..3_u32, 1 => Just(u32::MAX)]
}

fn delay() -> impl Strategy<Value = Delay> {
    let list =
        |spans: Vec<u64>| Delay { law: DelayLaw::List(spans.into_iter().map(ms).collect()), jitter: Jitter::None };
    prop_oneof![
        2 => Just(Delay::NONE),
        2 => (1..5_u64).prop_map(|milliseconds| Delay::constant(ms(milliseconds))),
        1 => prop::collection::vec(0..5_u64, 1..4).prop_map(list),
    ]
}

prop_compose! {
    fn redelivery()(
        returns_to in prop_oneof![Just(ReturnsTo::Original), Just(ReturnsTo::Front), Just(ReturnsTo::Tail)],
        limit in prop::option::of(0..3_u32),
        counts in prop_oneof![2 => Just(LimitCounts::Failures), 1 => Just(LimitCounts::Deliveries)],
        late_ack in prop_oneof![2 => Just(LateAck::Accepted), 1 => Just(LateAck::Ignored)],
        then in prop_oneof![2 => Just(Then::DeadLetter), 1 => Just(Then::Drop), 1 => Just(Then::Park)],
        delay in delay(),
        ack_timeout in prop::option::of(1..6_u64),
        duplicates in prop_oneof![3 => Just(0.0), 1 => Just(1.0)],
    ) -> Redelivery {
        let limit = limit.map(|limit| limit + u32::from(counts == LimitCounts::Deliveries));
        Redelivery { returns_to, limit, counts, then, delay, ack_timeout: ack_timeout.map(ms), late_ack, duplicates }
    }
}

prop_compose! {
    fn queue_rules()(
        capacity in prop::option::weighted(0.5, 0..4_u64),
        capacity_bytes in prop::option::weighted(0.4, 0..20_u64),
        when_full in prop_oneof![
            Just(WhenFull::Refuse), Just(WhenFull::Block), Just(WhenFull::DropOldest), Just(WhenFull::DeadLetter),
        ],
        dead_letter in prop::option::weighted(0.7, 0..3_u16),
        redelivery in redelivery(),
        order in prop_oneof![
            2 => Just(Order::Fifo), 1 => Just(Order::Lifo), 1 => (2..4_u8).prop_map(|levels| Order::Priority { levels }),
            1 => Just(Order::ShortestFirst),
        ],
        ttl in prop::option::weighted(0.3, 1..9_u64),
        ordered_by in prop_oneof![1 => Just(OrderedBy::Nothing), 1 => Just(OrderedBy::Key)],
        active in prop_oneof![2 => Just(Active::All), 1 => Just(Active::Single)],
    ) -> QueueRules {
        let ttl = ttl.map(|ttl| Distribution::Constant(ms(ttl)));
        let dead_letter = dead_letter.map(QueueId);
        QueueRules { capacity, capacity_bytes, when_full, dead_letter, redelivery, order, ttl, ordered_by, active }
    }
}

/// One to three queues. Dead letters may go round in circles, but not without time: a queue that sends them back to an
/// earlier one, or to itself, does not pass on what it has no room for.
fn queues() -> impl Strategy<Value = Vec<QueueRules>> {
    prop::collection::vec(queue_rules(), 1..=3).prop_map(|mut queues| {
        let count = queues.len() as u16;
        for (at, rules) in queues.iter_mut().enumerate() {
            rules.dead_letter = rules.dead_letter.filter(|to| to.0 < count && to.index() != at);
            if rules.dead_letter.is_some_and(|to| to.index() < at) && rules.when_full != WhenFull::Refuse {
                rules.when_full = WhenFull::Block;
            }
        }
        queues
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 768,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(3),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_broker_does_what_the_naive_one_does(
        rules in queues(),
        consumers in prop::collection::vec(subscribe(), 1..=4),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut both = Both::new(rules);
        for subscribe in &consumers {
            both.carry_out(subscribe);
        }
        for step in &steps {
            both.carry_out(step);
        }
    }
}

/// The two brokers side by side.
struct Both {
    rules: Vec<QueueRules>,
    broker: Broker<u32>,
    naive: Naive,
    now: Time,
    published: u32,
    /// Where each consumer takes from, on what terms, and whether it has left.
    subscribed: Vec<(Vec<usize>, Terms, bool)>,
    deliveries: Vec<(Handing, DeliveryId)>,
    of_message: HashMap<u32, usize>,
    seen: Vec<Seen>,
    /// That wait or are delayed, by queue.
    bytes: Vec<u64>,
    blocked: u64,
}

/// What the effects of the broker say of a queue.
#[derive(Clone, Default)]
struct Seen {
    entered: u64,
    waiting: u64,
    delayed: u64,
    in_flight: u64,
    acknowledged: u64,
    dropped: u64,
    dead_lettered: u64,
    parked: u64,
}

impl Seen {
    fn level(&mut self, place: Place) -> &mut u64 {
        match place {
            Place::Waiting => &mut self.waiting,
            Place::Delayed => &mut self.delayed,
            Place::InFlight => &mut self.in_flight,
            Place::Parked => &mut self.parked,
        }
    }
}

impl Both {
    fn new(rules: Vec<QueueRules>) -> Both {
        let broker = Broker::with_names(rules.iter().cloned().zip(["a", "b", "c"]), true);
        let mut broker = broker.with_outages();
        (0..rules.len() as u16).for_each(|at| broker.order_by(QueueId(at), Box::new(service)));
        Both {
            broker,
            naive: Naive::new(rules.clone()),
            seen: vec![Seen::default(); rules.len()],
            bytes: vec![0; rules.len()],
            rules,
            now: Time::ZERO,
            published: 0,
            subscribed: Vec::new(),
            deliveries: Vec::new(),
            of_message: HashMap::new(),
            blocked: 0,
        }
    }

    fn carry_out(&mut self, step: &Step) {
        match *step {
            Step::Subscribe { ref queues, terms } => self.subscribe(queues, terms),
            Step::Publish { queue, priority, ttl, bytes, name, key } => {
                let (name, key) = ((0, name), key.and_then(NonZeroU64::new));
                let properties = Properties { priority, ttl: ttl.map(ms), bytes, name, key, ..Properties::default() };
                let (queue, payload) = (queue % self.rules.len(), self.published);
                self.published += 1;
                self.naive.publish(self.now, queue, (payload, properties));
                self.apply(Command::Publish { queue: QueueId(queue as u16), payload, properties });
            }
            Step::Acknowledge { pick } => {
                let Some((handing, delivery)) = self.pick(pick) else { return };
                self.naive.acknowledge(self.now, handing);
                self.apply(Command::Acknowledge { delivery });
            }
            Step::Reject { pick, requeue } => {
                let Some((handing, delivery)) = self.pick(pick) else { return };
                self.naive.reject(self.now, handing, requeue);
                self.apply(Command::Reject { delivery, requeue });
            }
            Step::Return { pick } => {
                let Some((handing, delivery)) = self.pick(pick) else { return };
                self.naive.give_back(self.now, handing);
                self.apply(Command::Return { delivery });
            }
            Step::Cancel { pick } => {
                let Some((at, has_left)) = self.turn_away(pick) else { return };
                if has_left {
                    self.naive.cancel(self.now, at);
                    self.apply(Command::Cancel { consumer: ConsumerId(at as u32) });
                }
            }
            Step::Close { pick, is_failure } => {
                let Some((at, has_left)) = self.turn_away(pick) else { return };
                if has_left {
                    self.naive.close(self.now, at, is_failure);
                    self.apply(Command::Close { consumer: ConsumerId(at as u32), is_failure });
                }
            }
            Step::Suspend { queue, ends } => {
                let queue = queue % self.rules.len();
                if ends {
                    self.naive.resume(self.now, queue);
                    self.apply(Command::Resume { queue: QueueId(queue as u16) });
                } else {
                    self.naive.suspend(self.now, queue);
                    self.apply(Command::Suspend { queue: QueueId(queue as u16) });
                }
            }
            // Seldom, so that queues fill.
            Step::Empty { queue } if queue < self.rules.len() => {
                self.naive.empty(self.now, queue);
                self.apply(Command::Empty { queue: QueueId(queue as u16) });
            }
            Step::Empty { .. } => {}
            Step::Wait { milliseconds } => {
                let until = self.now + ms(milliseconds);
                while let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) {
                    // After a jump the broker is asked late.
                    self.now = self.now.max(due);
                    self.tick();
                }
                self.now = until;
            }
            Step::Jump { milliseconds } => self.now += ms(milliseconds),
            Step::Tick => self.tick(),
        }
    }

    /// A consumer, and whether it is to leave; if it has left it comes back.
    fn turn_away(&mut self, pick: usize) -> Option<(usize, bool)> {
        let back = pick.checked_rem(self.subscribed.len())?;
        let at = self.subscribed.len() - 1 - back;
        self.subscribed[at].2 ^= true;
        let (queues, terms, has_left) = self.subscribed[at].clone();
        if !has_left {
            self.subscribe_as(at, &queues, terms);
        }
        Some((at, has_left))
    }

    fn subscribe(&mut self, queues: &[usize], terms: Terms) {
        let at = self.subscribed.len();
        let mut queues: Vec<usize> = queues.iter().map(|queue| queue % self.rules.len()).collect();
        queues.dedup();
        if queues.first() == queues.get(2) {
            queues.truncate(2);
        }
        self.subscribed.push((queues.clone(), terms, false));
        self.subscribe_as(at, &queues, terms);
    }

    fn subscribe_as(&mut self, at: usize, queues: &[usize], terms: Terms) {
        for queue in queues.iter().copied() {
            self.naive.subscribe(self.now, at, queue, terms);
            let (consumer, queue) = (ConsumerId(at as u32), QueueId(queue as u16));
            self.apply(Command::Subscribe { consumer, queue, terms });
        }
    }

    fn tick(&mut self) {
        self.naive.tick(self.now);
        self.apply(Command::Tick);
        assert!(self.broker.next_deadline().is_none_or(|due| due > self.now), "something due is left");
    }

    /// Any delivery ever made, answered or not.
    fn pick(&self, pick: usize) -> Option<(Handing, DeliveryId)> {
        let back = pick.checked_rem(self.deliveries.len())?;
        Some(self.deliveries[self.deliveries.len() - 1 - back])
    }

    fn apply(&mut self, command: Command<u32>) {
        let occupied_before: Vec<u64> = self.seen.iter().map(|seen| seen.waiting + seen.delayed).collect();
        let bytes_before = self.bytes.clone();
        let mut effects = Vec::new();
        self.broker.apply(self.now, command, &mut effects);
        let happened: Vec<(u32, Happened)> = effects.iter().map(happened).collect();
        for (effect, (name, what)) in effects.iter().zip(&happened) {
            if let Effect::Delivered { delivery, .. } = effect {
                let nth = self.of_message.entry(*name).or_default();
                self.deliveries.push(((*name, *nth), *delivery));
                *nth += 1;
            }
            self.count(what);
        }
        self.compare(&happened);
        self.hold(&occupied_before, &happened);
        self.hold_bytes(&bytes_before, &happened);
    }

    /// What follows from one command has an order for each queue and for each message. Between queues there is none:
    /// which of two queues that a message has passed is looked at first is nobody's concern.
    fn compare(&mut self, got: &[(u32, Happened)]) {
        let expected = std::mem::take(&mut self.naive.happened);
        assert_eq!(by_queue(got), by_queue(&expected), "by queue, at {:?}", self.now);
        assert_eq!(by_message(got), by_message(&expected), "by message, at {:?}", self.now);
        assert_eq!(self.broker.next_deadline(), self.naive.next_deadline());
    }

    fn count(&mut self, what: &Happened) {
        let seen = &mut self.seen;
        match *what {
            Happened::Accepted { queue, was_blocked } => {
                self.blocked -= u64::from(was_blocked);
                seen[queue].entered += 1;
                seen[queue].waiting += 1;
            }
            Happened::Refused { .. } => {}
            Happened::Blocked { .. } => self.blocked += 1,
            Happened::Delivered { queue, .. } => {
                seen[queue].waiting -= 1;
                seen[queue].in_flight += 1;
            }
            Happened::Acknowledged { queue, from } => {
                *seen[queue].level(from) -= 1;
                seen[queue].acknowledged += 1;
            }
            Happened::Returned { queue, to } => {
                seen[queue].in_flight -= 1;
                *seen[queue].level(to) += 1;
            }
            Happened::Ready { queue } => {
                seen[queue].delayed -= 1;
                seen[queue].waiting += 1;
            }
            Happened::Dropped { queue, from, .. } => {
                *seen[queue].level(from) -= 1;
                seen[queue].dropped += 1;
            }
            Happened::DeadLettered { queue, from, to, .. } => {
                *seen[queue].level(from) -= 1;
                seen[queue].dead_lettered += 1;
                seen[to].entered += 1;
                seen[to].waiting += 1;
            }
            Happened::Parked { queue } => {
                seen[queue].in_flight -= 1;
                seen[queue].parked += 1;
            }
        }
    }

    /// As for messages: only what returns gets in above a capacity in bytes.
    fn hold_bytes(&mut self, before: &[u64], happened: &[(u32, Happened)]) {
        for (queue, before) in before.iter().enumerate() {
            let back = |what: &Happened| matches!(what, Happened::Returned { queue: of, .. } if *of == queue);
            let returned = happened.iter().any(|(_, what)| back(what));
            self.bytes[queue] = self.naive.bytes(queue);
            let capacity = self.rules[queue].capacity_bytes.unwrap_or(u64::MAX);
            assert!(returned || self.bytes[queue] <= capacity.max(*before), "queue {queue} holds too many bytes");
        }
    }

    /// What holds after every command.
    fn hold(&self, occupied_before: &[u64], happened: &[(u32, Happened)]) {
        for (queue, seen) in self.seen.iter().enumerate() {
            let gone = seen.acknowledged + seen.dropped + seen.dead_lettered + seen.parked;
            assert_eq!(seen.entered, seen.waiting + seen.delayed + seen.in_flight + gone, "queue {queue}");
            let levels = [Place::Waiting, Place::Delayed, Place::InFlight, Place::Parked];
            let there = levels.map(|place| self.naive.count(queue, place));
            assert_eq!([seen.waiting, seen.delayed, seen.in_flight, seen.parked], there, "queue {queue}");
            // Only what returns gets in above capacity.
            let back = |what: &Happened| matches!(what, Happened::Returned { queue: of, .. } if *of == queue);
            let returned = happened.iter().filter(|(_, what)| back(what)).count() as u64;
            let capacity = self.rules[queue].capacity.unwrap_or(u64::MAX);
            let at_most = capacity.max(occupied_before[queue]).saturating_add(returned);
            assert!(seen.waiting + seen.delayed <= at_most, "queue {queue} holds more than {at_most}");
        }
        let inside: u64 = self.seen.iter().map(|seen| seen.waiting + seen.delayed + seen.in_flight + seen.parked).sum();
        assert_eq!(self.broker.inside(), inside + self.blocked);
        for (at, consumer) in self.naive.consumers.iter().enumerate() {
            assert!(consumer.unanswered.len() <= consumer.prefetch, "consumer {at} holds more than its prefetch");
        }
    }
}

fn by_queue(happened: &[(u32, Happened)]) -> BTreeMap<usize, Vec<&(u32, Happened)>> {
    let mut queues: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for each in happened {
        let queue = match each.1 {
            Happened::DeadLettered { queue, to, .. } => {
                queues.entry(to).or_default().push(each);
                queue
            }
            Happened::Accepted { queue, .. }
            | Happened::Refused { queue }
            | Happened::Blocked { queue }
            | Happened::Delivered { queue, .. }
            | Happened::Acknowledged { queue, .. }
            | Happened::Returned { queue, .. }
            | Happened::Ready { queue }
            | Happened::Dropped { queue, .. }
            | Happened::Parked { queue } => queue,
        };
        queues.entry(queue).or_default().push(each);
    }
    queues
}

fn by_message(happened: &[(u32, Happened)]) -> BTreeMap<u32, Vec<&Happened>> {
    let mut messages: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    happened.iter().for_each(|(name, what)| messages.entry(*name).or_default().push(what));
    messages
}

fn happened(effect: &Effect<u32>) -> (u32, Happened) {
    let at = QueueId::index;
    match *effect {
        Effect::Accepted { queue, was_blocked, payload } => {
            (payload, Happened::Accepted { queue: at(queue), was_blocked })
        }
        Effect::Refused { queue, payload } => (payload, Happened::Refused { queue: at(queue) }),
        Effect::Blocked { queue, payload } => (payload, Happened::Blocked { queue: at(queue) }),
        Effect::Delivered { queue, consumer, entry, attempt, payload, .. } => {
            (payload, Happened::Delivered { queue: at(queue), consumer: consumer.0 as usize, entry, attempt })
        }
        Effect::Acknowledged { queue, from, payload } => (payload, Happened::Acknowledged { queue: at(queue), from }),
        Effect::Returned { queue, to, payload } => (payload, Happened::Returned { queue: at(queue), to }),
        Effect::Ready { queue, payload } => (payload, Happened::Ready { queue: at(queue) }),
        Effect::Dropped { queue, from, cause, payload } => {
            (payload, Happened::Dropped { queue: at(queue), from, cause })
        }
        Effect::DeadLettered { queue, from, to, cause, payload } => {
            (payload, Happened::DeadLettered { queue: at(queue), from, to: at(to), cause })
        }
        Effect::Parked { queue, payload } => (payload, Happened::Parked { queue: at(queue) }),
    }
}

fn ms(milliseconds: u64) -> Span {
    Span::from_nanos(milliseconds * 1_000_000)
}
