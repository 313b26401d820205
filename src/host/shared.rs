//! The one lock around the broker, and what is done under it.

use std::collections::VecDeque;
#[cfg(not(all(test, shuttle)))]
use std::sync::Mutex;
use std::task::Context;
use std::time::Duration;

use bytes::Bytes;
#[cfg(all(test, shuttle))]
use shuttle::sync::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::account::{Account, Books};
use super::parcels::{Parcel, Parcels};
use super::told::{Handed, Line, Mailbox, Offered, Told, Wakes};
use super::{HostError, Limits, Options, Outage, patience};
use crate::broker::{Broker, Command, ConsumerId, DeliveryId, Place, Properties, QueueId, QueueRules, Terms};
use crate::random::Key;
use crate::time::{Span, Speed, Time};

/// What publishers, consumers, deliveries and the timer share.
pub(super) struct Shared {
    state: Mutex<State>,
    began: Instant,
    speed: Speed,
    /// Told when there is a deadline earlier than the one the timer waits for.
    pub timer: Notify,
}

/// How far the host has been told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Open,
    /// Nothing new comes in.
    Closed,
    /// Nothing goes out either, and the timer ends.
    Stopped,
}

pub(super) struct State {
    broker: Broker<Parcel>,
    /// The broker is ready for outages.
    knows_outages: bool,
    pub told: Told,
    pub stage: Stage,
    limits: Limits,
    free_consumers: Vec<u32>,
    /// What draws for messages are keyed by, with the number of the message.
    draws: Key,
    published: u64,
    /// When the timer looks next.
    armed: Time,
}

impl Shared {
    pub fn new(rules: Vec<QueueRules>, options: Options) -> Shared {
        let (began, speed) = (options.began.unwrap_or_else(Instant::now), options.speed);
        Shared { state: Mutex::new(State::new(rules, options)), began, speed, timer: Notify::new() }
    }

    /// Does something under the lock, and wakes whom it concerns once the lock is free, so that nobody is woken only to
    /// wait for the lock. The clock is read outside, and time never runs back.
    pub fn enter<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let now = self.now();
        let mut state = patience::lock(&self.state);
        state.told.now = state.told.now.max(now);
        let result = work(&mut state);
        let is_earlier = state.deadline() < state.armed;
        if is_earlier {
            state.armed = state.deadline();
        }
        let wakes = std::mem::take(&mut state.told.wakes);
        drop(state);
        if is_earlier {
            self.timer.notify_one();
        }
        wakes.wake();
        result
    }

    pub fn now(&self) -> Time {
        let passed = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.speed.instant(Span::from_nanos(passed))
    }

    /// The instant of the real clock, if it can be told.
    pub fn instant(&self, at: Time) -> Option<Instant> {
        let passed = self.speed.real(at.since(Time::ZERO));
        if at == Time::NEVER { None } else { self.began.checked_add(Duration::from_nanos(passed.nanos())) }
    }
}

impl State {
    fn new(rules: Vec<QueueRules>, options: Options) -> State {
        let told = Told {
            now: Time::ZERO,
            parcels: Parcels::default(),
            mailboxes: Vec::new(),
            lines: Vec::new(),
            free_lines: Vec::new(),
            books: Books(vec![Account::default(); rules.len()]),
            wakes: Wakes::default(),
            offered: Offered::Accepted,
            watch: options.watch,
        };
        let mut broker = match options.names.is_empty() {
            true => Broker::new(rules),
            false => Broker::with_names(
                rules.into_iter().zip(options.names.iter().map(String::as_str)),
                options.messages_expire,
            ),
        };
        if options.outages {
            broker = broker.with_outages();
        }
        for (queue, services) in options.services {
            broker.order_by(queue, services);
        }
        State {
            broker,
            knows_outages: options.outages,
            told,
            stage: Stage::Open,
            limits: options.limits,
            free_consumers: Vec::new(),
            draws: Key::of_seed(options.seed),
            published: 0,
            armed: Time::NEVER,
        }
    }

    pub fn broker(&self) -> &Broker<Parcel> {
        &self.broker
    }

    fn apply(&mut self, command: Command<Parcel>) {
        self.broker.apply(self.told.now, command, &mut self.told);
    }

    fn deadline(&self) -> Time {
        self.broker.next_deadline().unwrap_or(Time::NEVER)
    }

    pub fn has_queue(&self, queue: QueueId) -> bool {
        queue.index() < self.told.books.0.len()
    }

    /// Carries out what is due, and says when to come again.
    pub fn tick(&mut self) -> Time {
        self.apply(Command::Tick);
        self.armed = self.deadline();
        self.armed
    }

    pub fn is_full(&self) -> bool {
        self.broker.inside() >= u64::from(self.limits.messages)
    }

    /// A message without properties has draws of its own, in the order in which such were published.
    pub fn publish(&mut self, queue: QueueId, line: u32, payload: Bytes, properties: Option<Properties>) -> Offered {
        let properties = properties.unwrap_or_else(|| {
            self.published += 1;
            let (draws, bytes) = (self.draws.number(self.published - 1), payload.len() as u64);
            Properties { draws, bytes, ..Properties::default() }
        });
        let parcel = self.told.parcels.insert(line, payload);
        self.told.books.of(queue).published += 1;
        self.apply(Command::Publish { queue, payload: parcel, properties });
        self.told.offered
    }

    pub fn new_line(&mut self) -> Result<u32, HostError> {
        if self.stage > Stage::Open {
            return Err(HostError::Closed);
        }
        let line = match self.told.free_lines.pop() {
            Some(line) => line,
            None => next_number(self.told.lines.len(), self.limits.publishers, HostError::TooManyPublishers)?,
        };
        put(&mut self.told.lines, line, Line::default());
        Ok(line)
    }

    /// What a publisher leaves blocked still gets in, in its turn.
    pub fn leave_line(&mut self, number: u32) {
        let line = &mut self.told.lines[number as usize];
        line.left = true;
        self.told.wakes.add(&mut line.waker);
        if line.blocked == 0 {
            self.told.free_lines.push(number);
        }
    }

    pub fn subscribe(&mut self, queues: &[QueueId], terms: Terms) -> Result<ConsumerId, HostError> {
        if self.stage == Stage::Stopped {
            return Err(HostError::Closed);
        }
        let number = match self.free_consumers.pop() {
            Some(number) => number,
            None => next_number(self.told.mailboxes.len(), self.limits.consumers, HostError::TooManyConsumers)?,
        };
        put(&mut self.told.mailboxes, number, Mailbox::default());
        let consumer = ConsumerId(number);
        self.subscribe_again(consumer, queues, terms);
        Ok(consumer)
    }

    /// A consumer that takes from nothing takes from these queues.
    pub fn subscribe_again(&mut self, consumer: ConsumerId, queues: &[QueueId], terms: Terms) {
        for queue in queues.iter().copied() {
            self.apply(Command::Subscribe { consumer, queue, terms });
        }
    }

    /// The consumer is handed nothing more.
    pub fn cancel(&mut self, consumer: ConsumerId) {
        self.apply(Command::Cancel { consumer });
    }

    /// The consumer's connection is closed: what it has not answered goes back, and it is handed nothing more. Returns what
    /// it has not fetched, which counts as handed over until it is answered in vain.
    pub fn close(&mut self, consumer: ConsumerId, is_failure: bool) -> VecDeque<Handed> {
        self.apply(Command::Close { consumer, is_failure });
        std::mem::take(&mut self.mailbox(consumer).ready)
    }

    pub fn begin_outage(&mut self, outage: &Outage) -> Result<(), HostError> {
        if !self.knows_outages {
            return Err(HostError::NoOutages);
        }
        if let Some(queue) = outage.queues.iter().find(|queue| !self.has_queue(**queue)) {
            return Err(HostError::NoQueue(*queue));
        }
        // Before anything returns, so that nothing is handed out again.
        outage.queues.iter().for_each(|queue| self.apply(Command::Suspend { queue: *queue }));
        if outage.disconnects {
            let consumers = 0..self.told.mailboxes.len() as u32;
            consumers.map(ConsumerId).for_each(|consumer| self.apply(Command::Close { consumer, is_failure: true }));
        }
        if outage.loses {
            outage.queues.iter().for_each(|queue| self.apply(Command::Empty { queue: *queue }));
        }
        Ok(())
    }

    pub fn end_outage(&mut self, outage: &Outage) {
        for queue in outage.queues.iter().copied() {
            if self.has_queue(queue) {
                self.apply(Command::Resume { queue });
            }
        }
    }

    /// The consumer is gone; what it has not been given goes back, and what it has been given stays out.
    pub fn leave(&mut self, consumer: ConsumerId, received: impl Iterator<Item = Handed>) {
        self.apply(Command::Cancel { consumer });
        let mailbox = &mut self.told.mailboxes[consumer.0 as usize];
        mailbox.left = true;
        self.told.wakes.add(&mut mailbox.waker);
        let unread = std::mem::take(&mut mailbox.ready);
        for handed in received.chain(unread) {
            self.apply(Command::Return { delivery: handed.delivery });
            self.mailbox(consumer).held -= 1;
        }
        self.release(consumer);
    }

    pub fn answer(&mut self, consumer: ConsumerId, answer: Answer, delivery: DeliveryId) {
        self.apply(match answer {
            Answer::Acknowledge => Command::Acknowledge { delivery },
            Answer::Return => Command::Reject { delivery, requeue: true },
            Answer::Reject => Command::Reject { delivery, requeue: false },
            Answer::GiveBack => Command::Return { delivery },
        });
        self.mailbox(consumer).held -= 1;
        self.release(consumer);
    }

    fn release(&mut self, consumer: ConsumerId) {
        let mailbox = self.mailbox(consumer);
        if mailbox.left && mailbox.held == 0 {
            self.free_consumers.push(consumer.0);
        }
    }

    /// What lies ready for a consumer changes places with `received`, which is empty. If there is nothing, the consumer
    /// is woken as soon as there is.
    pub fn fetch(&mut self, consumer: ConsumerId, received: &mut VecDeque<Handed>, context: &Context<'_>) -> bool {
        let Told { mailboxes, wakes, .. } = &mut self.told;
        let mailbox = &mut mailboxes[consumer.0 as usize];
        if mailbox.ready.is_empty() {
            wakes.remember(&mut mailbox.waker, context);
            return false;
        }
        std::mem::swap(received, &mut mailbox.ready);
        true
    }

    /// Whether none of a publisher's messages is outside; if one is, the publisher is woken when the last has been let in.
    pub fn is_settled(&mut self, line: u32, context: &Context<'_>) -> bool {
        let Told { lines, wakes, .. } = &mut self.told;
        let line = &mut lines[line as usize];
        if line.blocked > 0 {
            wakes.remember(&mut line.waker, context);
        }
        line.blocked == 0
    }

    pub fn mailbox(&mut self, consumer: ConsumerId) -> &mut Mailbox {
        &mut self.told.mailboxes[consumer.0 as usize]
    }

    /// Goes on to that stage, and lets everybody who waits see it.
    pub fn stop(&mut self, stage: Stage) {
        self.stage = self.stage.max(stage);
        let consumers = self.told.mailboxes.iter_mut().map(|mailbox| &mut mailbox.waker);
        let publishers = self.told.lines.iter_mut().map(|line| &mut line.waker);
        consumers.chain(publishers).for_each(|waker| self.told.wakes.add(waker));
    }

    /// Holds the accounts against the broker.
    ///
    /// # Panics
    /// If they differ: then messages were lost or made up, and no figure can be trusted.
    pub fn check(&self) {
        let mut found = vec![Account::default(); self.told.books.0.len()];
        for (queue, place) in self.broker.places() {
            *found[queue.index()].at(place) += 1;
        }
        for (number, (account, found)) in self.told.books.0.iter().zip(&found).enumerate() {
            let places = |a: &Account| {
                [Place::Waiting, Place::Delayed, Place::InFlight, Place::Parked].map(|p| *a.clone().at(p))
            };
            assert_eq!(places(account), places(found), "queue {number}: the account and the broker differ");
            assert_eq!((account.difference(), account.unconfirmed()), (0, 0), "queue {number}: {account:?}");
        }
        assert_eq!(self.told.parcels.len() as u64, self.broker.inside(), "payloads and messages inside");
    }
}

/// What a consumer says of a delivery.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Acknowledge,
    /// Back into the queue, as failed.
    Return,
    /// Out of the queue.
    Reject,
    /// Back into the queue, unbegun.
    GiveBack,
}

fn next_number(taken: usize, limit: u32, error: fn(u32) -> HostError) -> Result<u32, HostError> {
    u32::try_from(taken).ok().filter(|number| *number < limit).ok_or(error(limit))
}

fn put<T>(all: &mut Vec<T>, number: u32, one: T) {
    match all.get_mut(number as usize) {
        Some(place) => *place = one,
        None => all.push(one),
    }
}
