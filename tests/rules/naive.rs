//! A second broker that is obviously right: lists of everything, searched from end to end, one rule at a time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use kendall::broker::{
    Active, DelayLaw, Keeps, LateAck, LimitCounts, Order, OrderedBy, Place, Properties, QueueRules, Redelivery,
    ReturnsTo, Terms, Then, WhenFull,
};
use kendall::measure::Cause;
use kendall::time::{Span, Time};
use kendall::workload::Distribution;

/// A delivery by its message and how many deliveries the message had before it, anywhere.
pub type Handing = (u32, usize);

/// The effects of `kendall::broker`, with places in the scenario as plain numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    Accepted { queue: usize, was_blocked: bool },
    Refused { queue: usize },
    Blocked { queue: usize },
    Delivered { queue: usize, consumer: usize, entry: u16, attempt: u32 },
    Acknowledged { queue: usize, from: Place },
    Returned { queue: usize, to: Place },
    Ready { queue: usize },
    Dropped { queue: usize, from: Place, cause: Cause },
    DeadLettered { queue: usize, from: Place, to: usize, cause: Cause },
    Parked { queue: usize },
}

pub struct Naive {
    rules: Vec<QueueRules>,
    pub messages: Vec<Message>,
    /// In the order in which they were blocked.
    pub blocked: Vec<(usize, u32)>,
    pub consumers: Vec<Consumer>,
    pub happened: Vec<(u32, Happened)>,
    /// By message.
    carried: BTreeMap<u32, Properties>,
    /// By queue, how often it was suspended.
    out: BTreeMap<usize, u32>,
    /// By queue, who alone is given messages.
    active: BTreeMap<usize, usize>,
    /// Counts everything that has an order: entering, being put somewhere, gaining credit.
    stamp: i64,
}

/// A message in a queue.
pub struct Message {
    pub name: u32,
    pub queue: usize,
    pub place: Place,
    /// Its age as the queue sees it; lower is older.
    age: i64,
    /// When it was put where it is.
    put: i64,
    /// When its delay or delivery ends.
    due: Time,
    /// When it expires, if it waits or is delayed then.
    expires: Time,
    /// When it entered the queue.
    entered: i64,
    entries: BTreeMap<usize, u16>,
    deliveries: usize,
    deliveries_before_this_entry: usize,
    /// Of the deliveries since this entry, those that came back unbegun.
    given_back: usize,
}

pub struct Consumer {
    /// In order of preference, with when it got into turn there: as it subscribed, was given a message anywhere, or got
    /// credit that it had not.
    queues: Vec<(usize, i64)>,
    /// When it came to each of them.
    came: BTreeMap<usize, i64>,
    pub prefetch: usize,
    priority: u16,
    keeps: Keeps,
    has_left: bool,
    pub unanswered: Vec<Handing>,
}

impl Naive {
    pub fn new(rules: Vec<QueueRules>) -> Naive {
        let (messages, blocked, consumers, happened, carried, out, active) = Default::default();
        Naive { rules, messages, blocked, consumers, happened, carried, out, active, stamp: 0 }
    }

    pub fn subscribe(&mut self, now: Time, consumer: usize, queue: usize, terms: Terms) {
        self.do_what_is_due(now);
        let turn = self.next_stamp();
        let Terms { prefetch, priority, keeps } = terms;
        if let Some(known) = self.consumers.get_mut(consumer).filter(|known| known.has_left) {
            known.has_left = false;
            known.queues.clear();
            known.came.clear();
            (known.prefetch, known.priority, known.keeps) = (prefetch as usize, priority, keeps);
        }
        if consumer == self.consumers.len() {
            let (queues, came, unanswered) = Default::default();
            self.consumers.push(Consumer {
                queues,
                came,
                prefetch: prefetch as usize,
                priority,
                keeps,
                has_left: false,
                unanswered,
            });
        }
        self.consumers[consumer].queues.push((queue, turn));
        self.consumers[consumer].came.insert(queue, turn);
        self.let_flow(now);
    }

    pub fn publish(&mut self, now: Time, queue: usize, (name, carries): (u32, Properties)) {
        self.carried.insert(name, carries);
        self.do_what_is_due(now);
        match self.rules[queue].when_full {
            _ if self.has_room(queue, name) && self.blocked.iter().all(|(of, _)| *of != queue) => {
                self.enter(now, queue, name, false);
            }
            WhenFull::Block => {
                self.tell(name, Happened::Blocked { queue });
                self.blocked.push((queue, name));
            }
            rule if rule == WhenFull::Refuse || self.out.contains_key(&queue) => {
                self.tell(name, Happened::Refused { queue });
            }
            WhenFull::Refuse => unreachable!("it has been told"),
            WhenFull::DropOldest | WhenFull::DeadLetter => {
                self.enter(now, queue, name, false);
                self.push_out(now, queue, name);
            }
        }
        self.let_flow_first(now, queue);
    }

    pub fn acknowledge(&mut self, now: Time, handing: Handing) {
        self.do_what_is_due(now);
        let Some(consumer) = self.who_answers(handing) else { return };
        // In time or late: the message goes, unless it has left the queue that delivered it, or is parked there.
        let of_this_entry = |m: &&Message| m.name == handing.0 && handing.1 >= m.deliveries_before_this_entry;
        if let Some(message) = self.messages.iter().find(of_this_entry)
            && message.place != Place::Parked
            && (self.rules[message.queue].redelivery.late_ack == LateAck::Accepted || is_in_time(message, handing))
        {
            let (queue, from) = (message.queue, message.place);
            self.remove(handing.0);
            self.tell(handing.0, Happened::Acknowledged { queue, from });
        }
        self.let_flow_to(now, consumer);
    }

    pub fn reject(&mut self, now: Time, handing: Handing, requeue: bool) {
        self.do_what_is_due(now);
        let Some(consumer) = self.who_answers(handing) else { return };
        if self.messages.iter().any(|message| is_in_time(message, handing)) {
            match requeue {
                true => self.fail(now, handing.0),
                false => self.expel(now, handing.0, Cause::Rejected),
            }
        }
        self.let_flow_to(now, consumer);
    }

    pub fn give_back(&mut self, now: Time, handing: Handing) {
        self.do_what_is_due(now);
        let Some(consumer) = self.who_answers(handing) else { return };
        if self.messages.iter().any(|message| is_in_time(message, handing)) {
            self.return_unbegun(now, handing.0);
        }
        self.let_flow_to(now, consumer);
    }

    fn return_unbegun(&mut self, now: Time, name: u32) {
        self.wait_unbegun(name);
        if self.message(name).expires <= now {
            self.expel(now, name, Cause::Expired);
        }
    }

    fn wait_unbegun(&mut self, name: u32) {
        let message = self.message(name);
        message.given_back += 1;
        let queue = message.queue;
        self.put(name, Place::Waiting, Time::NEVER);
        self.take_its_place(name);
        self.tell(name, Happened::Returned { queue, to: Place::Waiting });
    }

    pub fn cancel(&mut self, now: Time, consumer: usize) {
        self.do_what_is_due(now);
        self.consumers[consumer].has_left = true;
        self.active.retain(|_, by| *by != consumer);
        let takes_from = self.consumers[consumer].queues.clone();
        for (queue, _) in takes_from {
            while self.rules[queue].active == Active::Single && (self.deliver(now, queue) || self.let_in(now, queue)) {}
        }
    }

    pub fn close(&mut self, now: Time, consumer: usize, is_failure: bool) {
        self.do_what_is_due(now);
        self.consumers[consumer].has_left = true;
        self.active.retain(|_, by| *by != consumer);
        let unanswered = std::mem::take(&mut self.consumers[consumer].unanswered);
        let is_held = |m: &&Message| unanswered.iter().any(|handing| is_in_time(m, *handing));
        let mut held: Vec<_> = self.messages.iter().filter(is_held).map(|m| (m.queue, m.age, m.name)).collect();
        held.sort();
        for (_, _, name) in held {
            if is_failure {
                self.fail(now, name);
            } else {
                self.return_unbegun(now, name);
            }
        }
        self.let_flow(now);
    }

    pub fn suspend(&mut self, now: Time, queue: usize) {
        self.do_what_is_due(now);
        *self.out.entry(queue).or_default() += 1;
    }

    pub fn resume(&mut self, now: Time, queue: usize) {
        self.do_what_is_due(now);
        let Some(times) = self.out.get_mut(&queue) else { return };
        *times -= 1;
        self.out.retain(|_, times| *times > 0);
        self.let_flow(now);
    }

    pub fn empty(&mut self, now: Time, queue: usize) {
        self.do_what_is_due(now);
        let here = self.messages.iter().filter(|m| m.queue == queue);
        let mut all: Vec<_> = here.map(|m| (m.age, m.name)).collect();
        all.sort();
        for (_, name) in all {
            self.drop(name, Cause::Outage);
        }
        self.let_flow_first(now, queue);
    }

    pub fn tick(&mut self, now: Time) {
        self.do_what_is_due(now);
    }

    pub fn next_deadline(&self) -> Option<Time> {
        self.messages.iter().map(|m| m.due.min(expiry(m))).min().filter(|due| *due != Time::NEVER)
    }

    /// A consumer answers a delivery once; that gives it credit, whatever else it does.
    fn who_answers(&mut self, handing: Handing) -> Option<usize> {
        let stamp = self.next_stamp();
        let at = self.consumers.iter().position(|c| c.unanswered.contains(&handing))?;
        let consumer = &mut self.consumers[at];
        if consumer.unanswered.len() >= consumer.prefetch {
            consumer.queues.iter_mut().for_each(|(_, turn)| *turn = stamp);
        }
        consumer.unanswered.retain(|other| *other != handing);
        Some(at)
    }

    /// In order of time; at one instant messages expire first, then delays end, then deliveries time out; then by queue;
    /// then in order of having been put there, or, of those that expire or whose delays vary, of having entered.
    fn do_what_is_due(&mut self, now: Time) {
        loop {
            let events = self.messages.iter().flat_map(|m| {
                let varies = m.place == Place::Delayed && self.rules[m.queue].redelivery.delay.varies();
                let put = if varies { m.entered } else { m.put };
                let ends = if m.place == Place::Delayed { 1 } else { 2 };
                [(expiry(m), 0, m.queue, m.entered, m.name), (m.due, ends, m.queue, put, m.name)]
            });
            let Some((_, kind, queue, _, name)) = events.filter(|(due, ..)| *due <= now).min() else { return };
            if kind == 0 {
                self.expel(now, name, Cause::Expired);
            } else if kind == 1 {
                self.put(name, Place::Waiting, Time::NEVER);
                self.take_its_place(name);
                self.tell(name, Happened::Ready { queue });
            } else {
                self.fail(now, name);
            }
            self.let_flow_first(now, queue);
        }
    }

    fn fail(&mut self, now: Time, name: u32) {
        let message = self.message(name);
        let (queue, failures) =
            (message.queue, message.deliveries - message.deliveries_before_this_entry - message.given_back);
        let rules = self.rules[queue].redelivery.clone();
        let delay = delay(&rules, failures);
        let forgiven = |limit: u32| match rules.counts {
            LimitCounts::Failures => limit as usize,
            LimitCounts::Deliveries => limit as usize - 1,
        };
        if rules.limit.is_some_and(|limit| failures > forgiven(limit)) {
            match rules.then {
                Then::DeadLetter => self.expel(now, name, Cause::Limit),
                Then::Drop => self.drop(name, Cause::Limit),
                Then::Park => {
                    self.put(name, Place::Parked, Time::NEVER);
                    self.tell(name, Happened::Parked { queue });
                }
            }
            return;
        }
        if delay > Span::ZERO {
            self.put(name, Place::Delayed, now + delay);
            self.tell(name, Happened::Returned { queue, to: Place::Delayed });
        } else {
            self.put(name, Place::Waiting, Time::NEVER);
            self.take_its_place(name);
            self.tell(name, Happened::Returned { queue, to: Place::Waiting });
        }
        if self.message(name).expires <= now {
            self.expel(now, name, Cause::Expired);
        }
    }

    /// Where a message stands that returns.
    fn take_its_place(&mut self, name: u32) {
        let (stamp, queue) = (self.next_stamp(), self.message(name).queue);
        let age = match self.rules[queue].redelivery.returns_to {
            ReturnsTo::Original => return,
            // In a queue that gives out the youngest first, the front is where that stands.
            ReturnsTo::Front if self.rules[queue].order == Order::Lifo => stamp,
            ReturnsTo::Tail if self.rules[queue].order == Order::Lifo => -stamp,
            ReturnsTo::Front => -stamp,
            ReturnsTo::Tail => stamp,
        };
        self.message(name).age = age;
    }

    fn enter(&mut self, now: Time, queue: usize, name: u32, was_blocked: bool) {
        let age = self.next_stamp();
        self.messages.push(Message {
            name,
            queue,
            place: Place::Waiting,
            age,
            put: age,
            due: Time::NEVER,
            expires: self.expires(now, queue, name),
            entered: age,
            entries: BTreeMap::from([(queue, 1)]),
            deliveries: 0,
            deliveries_before_this_entry: 0,
            given_back: 0,
        });
        self.tell(name, Happened::Accepted { queue, was_blocked });
    }

    fn expires(&self, now: Time, queue: usize, name: u32) -> Time {
        let of_queue = self.rules[queue].ttl.as_ref().map(|ttl| match ttl {
            Distribution::Constant(ttl) => *ttl,
            _ => panic!("a constant ttl"),
        });
        let lower = self.carried[&name].ttl.into_iter().chain(of_queue).min();
        lower.map_or(Time::NEVER, |ttl| now + ttl)
    }

    /// Who is lower is delivered sooner.
    fn rank(&self, message: &Message) -> (u64, i64) {
        let carries = self.carried[&message.name];
        match self.rules[message.queue].order {
            Order::Fifo => (0, message.age),
            Order::Lifo => (0, -message.age),
            Order::Priority { levels } => (u64::from(u8::MAX - carries.priority.min(levels - 1)), message.age),
            Order::ShortestFirst => {
                let next = message.deliveries - message.deliveries_before_this_entry + 1;
                (service(&carries, message.entries[&message.queue], next as u32).nanos(), message.age)
            }
        }
    }

    /// Who has to leaves the full queue that a newcomer has entered.
    fn push_out(&mut self, now: Time, queue: usize, newcomer: u32) {
        let most = self.rules[queue].capacity_bytes.unwrap_or(u64::MAX);
        if self.rules[queue].when_full != WhenFull::DropOldest || self.carried[&newcomer].bytes > most {
            return self.expel(now, newcomer, Cause::Full);
        }
        self.expel(now, self.oldest(queue), Cause::Full);
        while self.bytes(queue) > most {
            self.expel(now, self.oldest(queue), Cause::Full);
        }
    }

    fn oldest(&self, queue: usize) -> u32 {
        let here = || self.messages.iter().filter(|m| m.queue == queue);
        let longest_delayed = here().filter(|m| m.place == Place::Delayed).min_by_key(|m| m.put);
        let waiting = here().filter(|m| m.place == Place::Waiting);
        waiting.chain(longest_delayed).min_by_key(|m| m.age).map(|m| m.name).expect("the newcomer at least")
    }

    /// Of those that wait or are delayed.
    pub fn bytes(&self, queue: usize) -> u64 {
        let counts = |m: &&Message| m.queue == queue && matches!(m.place, Place::Waiting | Place::Delayed);
        self.messages.iter().filter(counts).map(|m| self.carried[&m.name].bytes).sum()
    }

    /// To the dead letter queue, or away.
    fn expel(&mut self, now: Time, name: u32, cause: Cause) {
        let queue = self.message(name).queue;
        let Some(to) = self.rules[queue].dead_letter.map(|to| to.index()) else { return self.drop(name, cause) };
        let is_full = !self.has_room(to, name);
        let takes_no_room = !self.is_below_capacity(to, name);
        let is_out = self.out.contains_key(&to);
        if is_full && (is_out || matches!(self.rules[to].when_full, WhenFull::Refuse | WhenFull::Block)) {
            return self.drop(name, Cause::DeadLetterFull);
        }
        let from = self.message(name).place;
        self.put(name, Place::Waiting, Time::NEVER);
        let (age, expires) = (self.next_stamp(), self.expires(now, to, name));
        let message = self.message(name);
        message.queue = to;
        (message.age, message.entered, message.expires) = (age, age, expires);
        message.deliveries_before_this_entry = message.deliveries;
        message.given_back = 0;
        *message.entries.entry(to).or_insert(0) += 1;
        self.tell(name, Happened::DeadLettered { queue, from, to, cause });
        if is_full {
            self.push_out(now, to, name);
        } else if takes_no_room {
            while self.deliver(now, to) || self.let_in(now, to) {}
        }
    }

    fn drop(&mut self, name: u32, cause: Cause) {
        let (queue, from) = (self.message(name).queue, self.message(name).place);
        self.remove(name);
        self.tell(name, Happened::Dropped { queue, from, cause });
    }

    /// Every queue gives out what it can, and lets in who was blocked when that makes room.
    fn let_flow(&mut self, now: Time) {
        for queue in 0..self.rules.len() {
            while self.deliver(now, queue) || self.let_in(now, queue) {}
        }
    }

    /// As [`Naive::let_flow`] after something has happened in a queue, which comes first.
    fn let_flow_first(&mut self, now: Time, queue: usize) {
        while self.deliver(now, queue) || self.let_in(now, queue) {}
        self.let_flow(now);
    }

    /// As [`Naive::let_flow`] after a consumer has answered, who chooses first.
    fn let_flow_to(&mut self, now: Time, consumer: usize) {
        for (queue, _) in self.consumers[consumer].queues.clone() {
            while self.deliver(now, queue) || self.let_in(now, queue) {}
        }
        self.let_flow(now);
    }

    fn deliver(&mut self, now: Time, queue: usize) -> bool {
        let waiting = self.deliverable(queue);
        let Some(name) = waiting.min_by_key(|m| self.rank(m)).map(|m| m.name) else { return false };
        let Some(consumer) = self.in_turn(queue) else { return false };
        if self.rules[queue].active == Active::Single {
            self.active.insert(queue, consumer);
        }
        let stamp = self.next_stamp();
        self.consumers[consumer].queues.iter_mut().for_each(|(_, turn)| *turn = stamp);
        let due = self.rules[queue].redelivery.ack_timeout.map_or(Time::NEVER, |timeout| now + timeout);
        self.put(name, Place::InFlight, due);
        let message = self.message(name);
        message.deliveries += 1;
        let entry = message.entries[&queue];
        let attempt = (message.deliveries - message.deliveries_before_this_entry) as u32;
        let handing = (name, message.deliveries - 1);
        self.consumers[consumer].unanswered.push(handing);
        self.tell(name, Happened::Delivered { queue, consumer, entry, attempt });
        if self.consumers[consumer].keeps == Keeps::UntilDelivered {
            self.consumers[consumer].unanswered.clear();
            self.remove(name);
            self.tell(name, Happened::Acknowledged { queue, from: Place::InFlight });
        } else if self.rules[queue].redelivery.duplicates > 0.0 && attempt % 2 == 1 {
            // All or none are made twice here, but for the second of each two.
            self.wait_unbegun(name);
        }
        true
    }

    fn let_in(&mut self, now: Time, queue: usize) -> bool {
        let Some(first) = self.blocked.iter().position(|(of, _)| *of == queue) else { return false };
        if !self.has_room(queue, self.blocked[first].1) {
            return false;
        }
        let (_, name) = self.blocked.remove(first);
        self.enter(now, queue, name, true);
        true
    }

    /// The consumer with credit of the highest priority, and of these the one whose turn is longest ago.
    fn in_turn(&self, queue: usize) -> Option<usize> {
        let has_credit = |at: &usize| self.consumers[*at].unanswered.len() < self.consumers[*at].prefetch;
        if self.rules[queue].active == Active::Single {
            return self.active.get(&queue).copied().or_else(|| self.first_to_come(queue)).filter(has_credit);
        }
        let with_credit =
            self.consumers.iter().enumerate().filter(|(_, c)| !c.has_left && c.unanswered.len() < c.prefetch);
        let turns = with_credit.filter_map(|(at, c)| {
            let (_, turn) = c.queues.iter().find(|(of, _)| *of == queue)?;
            Some((Reverse(c.priority), *turn, at))
        });
        turns.min().map(|(_, _, at)| at)
    }

    /// Of the highest priority the one that has taken from the queue for longest.
    fn first_to_come(&self, queue: usize) -> Option<usize> {
        let present = self.consumers.iter().enumerate().filter(|(_, c)| !c.has_left);
        let came = present.filter_map(|(at, c)| Some((Reverse(c.priority), *c.came.get(&queue)?, at)));
        came.min().map(|(.., at)| at)
    }

    /// What waits and may be delivered.
    fn deliverable(&self, queue: usize) -> impl Iterator<Item = &Message> {
        let is_out = self.out.contains_key(&queue);
        let is_here = move |m: &&Message| !is_out && m.queue == queue && m.place == Place::Waiting;
        let waiting = self.messages.iter().filter(is_here);
        waiting.filter(move |m| !self.is_locked(queue, m.name))
    }

    /// Another message of its key is out of the queue.
    fn is_locked(&self, queue: usize, name: u32) -> bool {
        let key = self.carried[&name].key;
        let is_out = |m: &&Message| m.queue == queue && matches!(m.place, Place::InFlight | Place::Delayed);
        self.rules[queue].ordered_by == OrderedBy::Key
            && key.is_some()
            && self.messages.iter().filter(is_out).any(|m| self.carried[&m.name].key == key)
    }

    /// For that newcomer.
    fn has_room(&self, queue: usize, name: u32) -> bool {
        if self.out.contains_key(&queue) {
            return false;
        }
        let is_taken_at_once = || {
            self.deliverable(queue).next().is_none() && !self.is_locked(queue, name) && self.in_turn(queue).is_some()
        };
        self.is_below_capacity(queue, name) || is_taken_at_once()
    }

    /// With that newcomer.
    fn is_below_capacity(&self, queue: usize, name: u32) -> bool {
        let (rules, count) = (&self.rules[queue], |place| self.count(queue, place));
        let in_messages = rules.capacity.is_none_or(|most| count(Place::Waiting) + count(Place::Delayed) < most);
        let bytes = self.carried[&name].bytes;
        in_messages && rules.capacity_bytes.is_none_or(|most| self.bytes(queue) + bytes <= most)
    }

    pub fn count(&self, queue: usize, place: Place) -> u64 {
        self.messages.iter().filter(|m| m.queue == queue && m.place == place).count() as u64
    }

    fn message(&mut self, name: u32) -> &mut Message {
        self.messages.iter_mut().find(|m| m.name == name).expect("the message is in a queue")
    }

    fn put(&mut self, name: u32, place: Place, due: Time) {
        let put = self.next_stamp();
        let message = self.message(name);
        (message.place, message.put, message.due) = (place, put, due);
    }

    fn remove(&mut self, name: u32) {
        self.messages.retain(|m| m.name != name);
    }

    fn tell(&mut self, name: u32, what: Happened) {
        self.happened.push((name, what));
    }

    fn next_stamp(&mut self) -> i64 {
        self.stamp += 1;
        self.stamp
    }
}

/// How long an attempt takes: some alike, and each attempt otherwise.
pub fn service(carries: &Properties, entry: u16, attempt: u32) -> Span {
    Span::from_nanos((carries.name.1 + u64::from(entry) + 2 * u64::from(attempt)) % 5)
}

/// Whether a message is in flight by that delivery.
fn is_in_time(message: &Message, handing: Handing) -> bool {
    message.name == handing.0 && message.place == Place::InFlight && message.deliveries == handing.1 + 1
}

/// When a message expires where it is.
fn expiry(message: &Message) -> Time {
    match message.place {
        Place::Waiting | Place::Delayed => message.expires,
        Place::InFlight | Place::Parked => Time::NEVER,
    }
}

fn delay(rules: &Redelivery, failures: usize) -> Span {
    match &rules.delay.law {
        DelayLaw::Constant(span) => *span,
        DelayLaw::List(spans) => *spans.get(failures - 1).or(spans.last()).expect("a delay"),
        law => panic!("{law:?} is random or tested elsewhere"),
    }
}
