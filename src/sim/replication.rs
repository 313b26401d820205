//! One run of a scenario on a simulated clock.
//!
//! Long: what happens in one run, from its first event to its last.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hint::cold_path;
use std::sync::MutexGuard;

use super::Watch;
use super::agenda::{Agenda, AgendaWithGap};
use super::clients::{Clients, NO_DESK, Plain, Seat, Source};
use super::desks::Shift;
use super::listen::{Listener, Nobody};
use crate::broker::{Broker, Command, ConsumerId, Message, Order, Properties, QueueId, Terms};
use crate::client::{
    Acknowledge, Answer, Carried, Crashing, Crew, Onward, Producer, Reply, Thinking, Unconfirmed, Worker, key_of,
};
use crate::metrics::{Broken, Letter, Ordered, Plan, Record, Recorder};
use crate::random::Key;
use crate::result::Overload;
use crate::scenario::{Consumers, Drain, Scenario};
use crate::time::{Span, Time};

/// About as many commands at one instant, and time stands still.
const COMMANDS_AT_ONE_INSTANT: u64 = 10_000_000;
/// Replications that hold more than this take turns: a message takes some 120 bytes.
const LARGE: u64 = 60_000;
/// How many commands pass between two looks at the watch.
const LOOK_EVERY: u64 = 4096;

/// How a replication ended.
pub enum Ending {
    /// As the scenario says.
    Complete,
    /// Too much was inside, or time stood still; in words. What was measured until then counts.
    Overload(Overload),
    /// Whoever watches wants it to stop; there is no record worth keeping.
    Interrupted,
}

/// Runs one replication. `key` names seed and replication.
///
/// # Errors
/// If the books do not balance afterwards.
pub fn run(scenario: &Scenario, key: Key, plan: &Plan, watch: &Watch) -> Result<(Record, Ending), Broken> {
    run_heard(scenario, key, plan, watch, Nobody)
}

/// Runs one replication, and somebody listens.
///
/// # Errors
/// If the books do not balance afterwards.
pub fn run_heard<L: Listener>(
    scenario: &Scenario,
    key: Key,
    plan: &Plan,
    watch: &Watch,
    listener: L,
) -> Result<(Record, Ending), Broken> {
    let mut run = Run::new(scenario, key, plan, listener, |entry| entry.count);
    let ending = if run.is_plain() { run.go::<true>(watch) } else { run.go::<false>(watch) };
    run.listener.up_to_date(&mut run.clients);
    if !matches!(ending, Ending::Interrupted) {
        watch.advance(run.duration.since(run.reported).nanos());
    }
    Ok((run.close_books(&ending)?, ending))
}

pub struct Run<'a, L> {
    pub(super) scenario: &'a Scenario,
    pub(super) listener: L,
    pub(super) duration: Time,
    pub(super) has_copies: bool,
    /// Some clients wait for the ends of their messages.
    is_closed: bool,
    /// Nothing is followed beyond.
    limit: Time,
    until_empty: bool,
    at_most_inside: u64,
    pub(super) broker: Broker<Letter>,
    /// By producer.
    carried: Vec<Carried>,
    pub(super) clients: Clients<'a>,
    /// On what terms consumers take from their queues, by crew.
    pub(super) terms: Vec<Terms>,
    /// Outside the agenda of completions, because there are few and each is replaced by the next.
    pub(super) arrivals: Agenda<u16>,
    pub(super) commands: u64,
    most_commands: u64,
    next_look: u64,
    /// The same, but where clients are to be looked after all the time.
    next_watch: u64,
    /// When the last look was, and how many commands it had been by the first look at that instant.
    last_look: (Time, u64),
    reported: Time,
    /// Held from when the replication is large until its end.
    turn: Option<MutexGuard<'a, ()>>,
}

impl<'a, L: Listener> Run<'a, L> {
    /// `seats_of` says how many seats the consumers of an entry have; who is not there by plan takes none yet.
    pub(super) fn new(
        scenario: &'a Scenario,
        key: Key,
        plan: &Plan,
        listener: L,
        seats_of: fn(&Consumers) -> u32,
    ) -> Run<'a, L> {
        let run = &scenario.run;
        let end = Time::ZERO + run.duration;
        let sources = scenario.producers.iter().enumerate().map(|(at, p)| Source {
            producer: Producer::new(at as u16, p.arrivals.stream(key.name(&p.name)), end)
                .with_retries(p.retries.as_ref(), key.name(&p.name))
                .with_uplink(p.network.as_ref(), key.name(&p.name)),
            publishes_to: &p.publishes_to,
            is_apart: scenario.has_copies() || p.confirms.is_some() || p.network.is_some(),
            planned: Message { producer: at as u16, number: 0, planned: Time::NEVER },
            thinking: Thinking::of(&p.arrivals, key.name(&p.name)),
            confirms: p.confirms,
            unconfirmed: 0,
            held: VecDeque::new(),
            slipped_in: 0,
        });
        let clients = Clients {
            now: Time::ZERO,
            sources: sources.collect(),
            crews: Vec::new(),
            seats: Vec::new(),
            completions: AgendaWithGap::new(),
            entered: 0,
            recorder: recorder(scenario, key, plan),
            shifts: Vec::new(),
            shift_to_change: None,
            answer: Answer::Nothing,
            reply: Reply::Accepted,
            tries: 1,
            queues: &scenario.queues,
            entries: &scenario.consumers,
            errands: Vec::new(),
            free_errands: Vec::new(),
            unconfirmed: Unconfirmed::default(),
            onward: Vec::new(),
            crashing: Vec::new(),
            spares: BTreeSet::new(),
            brokers_out: 0,
            follow_ups: VecDeque::new(),
            waiting: BTreeMap::new(),
            diary: (!L::IS_NOBODY).then(Vec::new),
        };
        let mut this = Run {
            scenario,
            listener,
            duration: end,
            has_copies: scenario.has_copies(),
            is_closed: scenario.producers.iter().any(|producer| producer.arrivals.is_closed()),
            limit: end + run.drain_limit(),
            until_empty: run.drain == Drain::UntilEmpty,
            at_most_inside: run.at_most_inside,
            broker: broker(scenario),
            carried: carried(scenario, key),
            clients,
            terms: scenario.consumers.iter().map(Consumers::terms).collect(),
            arrivals: Agenda::new(),
            commands: 0,
            most_commands: most_commands(scenario),
            next_look: LOOK_EVERY,
            next_watch: LOOK_EVERY,
            last_look: (Time::ZERO, 0),
            reported: Time::ZERO,
            turn: None,
        };
        this.seat_consumers(scenario, key, seats_of);
        this.order_by_service(scenario);
        this.plan_outages();
        this.plan_first();
        (0..this.clients.shifts.len()).for_each(|shift| this.change_shift(shift));
        this
    }

    fn seat_consumers(&mut self, scenario: &Scenario, key: Key, seats_of: fn(&Consumers) -> u32) {
        for (crew, entry) in scenario.consumers.iter().enumerate() {
            let queues = || entry.takes_from.iter().map(|id| (*id, scenario.queue(*id).name.as_str()));
            let producers = || scenario.producers.iter().map(|p| p.name.as_str());
            let with_desk = has_desk(entry) || scenario.cuts_off(crew);
            let plain = Crew::new(&entry.rules, key, queues(), producers()).following(&self.carried);
            self.clients.crews.push(if with_desk { plain.with_desks(seats_of(entry)) } else { plain });
            self.clients.onward.push(Onward::new(&entry.then, key, queues(), producers));
            for place in 0..seats_of(entry) {
                let consumer = ConsumerId(self.clients.seats.len() as u32);
                self.clients.seats.push(Seat {
                    worker: Worker::idle(),
                    crew: crew as u32,
                    desk: if with_desk { place } else { NO_DESK },
                    is_plain: !with_desk && entry.then.is_empty(),
                    began: Time::ZERO,
                });
                self.subscribe(crew, consumer);
                if place >= entry.count {
                    self.stay_away(crew, consumer);
                }
            }
            if entry.shifts.is_some() || entry.rules.faults.crashes.is_some() || scenario.cuts_off(crew) {
                self.clients.recorder.available(Time::ZERO, crew, i64::from(entry.count));
            }
            let crashes = entry.rules.faults.crashes.as_ref();
            self.clients.crashing.push(crashes.map(|crashes| Crashing::new(crashes, key.name(&entry.name))));
            self.clients.plan_first_crashes(crew);
            if let Some(profile) = entry.shifts.clone() {
                self.clients.shifts.push(Shift { crew, profile, next: 0 });
            }
        }
    }

    /// Tells the queues that give out the shortest first how long attempts take.
    fn order_by_service(&mut self, scenario: &Scenario) {
        for (entry, crew) in scenario.consumers.iter().zip(&self.clients.crews) {
            let is_ordered = |id: &&QueueId| scenario.queue(**id).rules.order == Order::ShortestFirst;
            for queue in entry.takes_from.iter().filter(is_ordered) {
                let works = crew.works(*queue);
                let service = move |carried: &Properties, entry, attempt| works.service(carried.name, entry, attempt);
                self.broker.order_by(*queue, Box::new(service));
            }
        }
    }

    fn plan_first(&mut self) {
        if self.is_closed {
            self.begin_thinking();
            self.next_look = 0;
        }
        for source in &mut self.clients.sources {
            if let Some(next) = source.producer.plan() {
                source.planned = next;
                self.arrivals.enter(next.planned, self.clients.entered, next.producer);
                self.clients.entered += 1;
            }
        }
    }

    /// Whether one message after the other is published once, worked on once, with success, and acknowledged, each without
    /// copies, and nobody listens. What else a run may have is then asked for when it begins and never again.
    fn is_plain(&self) -> bool {
        let clients = &self.clients;
        let is_common = |source: &Source<'_>| !source.is_apart && !source.producer.tries_again();
        L::IS_NOBODY
            && !self.is_closed
            && clients.shifts.is_empty()
            && self.broker.is_plain()
            && clients.sources.iter().all(is_common)
            && clients.seats.iter().all(|seat| seat.is_plain)
            && clients.crews.iter().all(Crew::is_plain)
    }

    // Kept apart from what prepares it, so that all registers are the loop's.
    #[inline(never)]
    fn go<const PLAIN: bool>(&mut self, watch: &'a Watch) -> Ending {
        loop {
            if let Some(ending) = self.carry_out_next::<PLAIN>() {
                return ending;
            }
            if self.commands >= self.next_look
                && let Some(ending) = self.look(watch)
            {
                return ending;
            }
        }
    }

    /// Carries out what comes next, or says that nothing more does.
    #[inline(always)]
    fn carry_out_next<const PLAIN: bool>(&mut self) -> Option<Ending> {
        let (arrival, completion) = (self.arrivals.first(), self.clients.completions.first());
        let deadline = if PLAIN { None } else { self.broker.next_deadline() }.unwrap_or(Time::NEVER);
        let next = deadline.min(arrival.at()).min(completion.at());
        if next > self.limit {
            cold_path();
            // A drain that is cut short ends at its limit, one that is over ended with the last event.
            self.clients.now = if next == Time::NEVER { self.clients.now } else { self.limit };
            return Some(Ending::Complete);
        }
        let is_deadline = !PLAIN && deadline == next;
        if arrival < completion && !is_deadline {
            self.clients.now = next;
            self.publish::<PLAIN>();
        } else {
            if arrival.at() == Time::NEVER {
                cold_path();
                if next > self.clients.now && next >= self.duration && self.is_empty() {
                    return Some(Ending::Complete);
                }
            }
            self.clients.now = next;
            if is_deadline {
                cold_path();
                self.tick();
            } else {
                self.complete::<PLAIN>();
            }
        }
        None
    }

    /// The same for whoever goes step by step, and looks up after each.
    pub(super) fn step(&mut self) -> Option<Ending> {
        let ending = self.carry_out_next::<false>();
        if ending.is_none() && self.commands >= self.next_look && self.is_time_to_look() {
            return self.is_too_much();
        }
        ending
    }

    /// When the next step is.
    pub(super) fn next_at(&mut self) -> Time {
        let deadline = self.broker.next_deadline().unwrap_or(Time::NEVER);
        deadline.min(self.arrivals.first().at()).min(self.clients.completions.first().at())
    }

    /// Whether nothing more comes of a run all of whose steps until `at` are done.
    pub(super) fn is_over_at(&mut self, at: Time) -> bool {
        let is_planned = self.arrivals.first().at() != Time::NEVER;
        let is_done = self.next_at() == Time::NEVER || !is_planned && self.is_empty();
        at >= self.limit || at >= self.duration && is_done
    }

    /// Closes the books of a run that has ended so.
    pub(super) fn close_books(self, ending: &Ending) -> Result<Record, Broken> {
        let end = match ending {
            Ending::Complete => self.clients.now.max(self.duration),
            _ => self.clients.now,
        };
        self.clients.recorder.agrees_with(&self.broker)?;
        self.clients.recorder.finish(end)
    }

    /// Whether a run that drains until it is empty is so.
    fn is_empty(&self) -> bool {
        self.until_empty && self.clients.recorder.open() == 0
    }

    /// Looks up now and then: how far is it, should it stop, does it hold too much.
    #[cold]
    fn look(&mut self, watch: &'a Watch) -> Option<Ending> {
        if !self.is_time_to_look() {
            return None;
        }
        let until = self.clients.now.min(self.duration);
        watch.advance(until.since(self.reported).nanos());
        self.reported = until;
        if watch.stopped() {
            return Some(Ending::Interrupted);
        }
        if self.inside() > LARGE && self.turn.is_none() {
            self.turn = Some(watch.large());
        }
        self.is_too_much()
    }

    /// Clients who wait for the ends of their messages are looked after each time.
    fn is_time_to_look(&mut self) -> bool {
        if self.is_closed {
            self.think_again();
            if self.commands < self.next_watch {
                return false;
            }
        }
        self.next_watch = self.commands + LOOK_EVERY;
        self.next_look = if self.is_closed { 0 } else { self.next_watch };
        if self.last_look.0 != self.clients.now {
            self.last_look = (self.clients.now, self.commands);
        }
        true
    }

    /// A delivery that its queue took back is still in somebody's hands, and takes as much room as a message.
    fn inside(&self) -> u64 {
        self.clients.recorder.under_way() + self.broker.unanswered()
    }

    fn is_too_much(&self) -> Option<Ending> {
        if self.inside() > self.at_most_inside {
            return Some(self.overload(
                &format!("more than run.at_most_inside = {} messages were inside", self.at_most_inside),
                "Add consumers, or give the queue a capacity",
            ));
        }
        if self.commands - self.last_look.1 > COMMANDS_AT_ONE_INSTANT {
            return Some(self.overload(
                &format!("time stands still, with more than {COMMANDS_AT_ONE_INSTANT} commands at this instant"),
                "Something goes round without taking time: give it a service, a delay or a limit",
            ));
        }
        if self.commands > self.most_commands {
            return Some(self.overload(
                &format!("more than {} commands were carried out", self.most_commands),
                "Something goes round many times for each message: give it a delay or a limit",
            ));
        }
        None
    }

    fn overload(&self, why: &str, advice: &'static str) -> Ending {
        let seconds = self.clients.now.seconds();
        let what = format!("stopped {seconds:.3} s into the run: {why}");
        Ending::Overload(Overload { what, advice: advice.to_owned() })
    }

    /// Nothing is due, because a deadline has its turn before all else of its instant.
    #[inline(always)]
    fn send<const PLAIN: bool>(&mut self, command: Command<Letter>) {
        self.commands += 1;
        if PLAIN {
            return self.broker.carry_out(self.clients.now, command, &mut Plain(&mut self.clients));
        }
        self.listener.carry_out(&mut self.broker, command, &mut self.clients);
        if !self.clients.follow_ups.is_empty() {
            cold_path();
            self.follow_up();
        }
    }

    /// The next point of a shift is reached.
    #[inline(never)]
    fn change_shift(&mut self, at: usize) {
        self.commands += 1;
        let shift = &mut self.clients.shifts[at];
        let (crew, nth) = (shift.crew, shift.next);
        shift.next += 1;
        let Some((_, count)) = shift.profile.point(nth) else { return };
        let following = shift.profile.point(shift.next);
        self.change_count(crew, count);
        if let Some((at_time, _)) = following {
            let consumer = ConsumerId((self.clients.seats.len() + at) as u32);
            self.clients.completions.enter(at_time, self.clients.entered, consumer);
            self.clients.entered += 1;
        }
        self.follow_up();
    }

    /// The consumers of an entry become so many; what follows from that is to be carried out.
    pub(super) fn change_count(&mut self, crew: usize, count: u32) {
        let changes = self.clients.change_count(crew, count);
        for consumer in changes.leave {
            self.listener.apply(&mut self.broker, Command::Cancel { consumer }, &mut self.clients);
        }
        changes.come.into_iter().for_each(|consumer| self.subscribe(crew, consumer));
    }

    /// A consumer whose seat is spare.
    fn stay_away(&mut self, crew: usize, consumer: ConsumerId) {
        self.listener.apply(&mut self.broker, Command::Cancel { consumer }, &mut self.clients);
        let desk = self.clients.seats[consumer.0 as usize].desk;
        if desk != NO_DESK {
            self.clients.crews[crew].leave(desk as usize);
        }
    }

    /// A consumer comes back to all of its queues; while the broker is away it waits for that.
    pub(super) fn subscribe(&mut self, crew: usize, consumer: ConsumerId) {
        if self.clients.brokers_out > 0 {
            return;
        }
        let terms = self.terms[crew];
        for queue in self.scenario.consumers[crew].takes_from.iter().copied() {
            let subscribe = Command::Subscribe { consumer, queue, terms };
            self.listener.apply(&mut self.broker, subscribe, &mut self.clients);
        }
    }

    #[inline(never)]
    fn tick(&mut self) {
        self.commands += 1;
        self.listener.apply(&mut self.broker, Command::Tick, &mut self.clients);
        self.follow_up();
    }

    /// What a message carries, where a queue has to know.
    pub(super) fn properties(&self, producer: u16, number: u64) -> Properties {
        if self.broker.keeps_properties() {
            cold_path();
            return self.carried[usize::from(producer)].properties(number);
        }
        Properties::default()
    }

    /// The next planned instant is reached.
    #[inline]
    fn publish<const PLAIN: bool>(&mut self) {
        let Some(producer) = self.arrivals.what_is_first() else { return };
        let source = &mut self.clients.sources[usize::from(producer)];
        let message = source.planned;
        match source.producer.plan() {
            Some(next) => {
                source.planned = next;
                self.arrivals.replace_first(next.planned, self.clients.entered, producer);
                self.clients.entered += 1;
            }
            None => self.arrivals.remove_first(),
        }
        if !PLAIN && source.is_apart {
            cold_path();
            self.publish_apart(message);
            return self.follow_up();
        }
        self.publish_message::<PLAIN>(message);
    }

    #[inline(always)]
    pub(super) fn publish_message<const PLAIN: bool>(&mut self, message: Message) {
        let queue = self.clients.sources[usize::from(message.producer)].publishes_to[0];
        let payload = self.clients.recorder.published(message);
        self.listener.published(&mut self.clients, queue, payload);
        if !PLAIN && self.broker.keeps_properties() {
            cold_path();
            return self.publish_carried(queue, payload, message);
        }
        self.send::<PLAIN>(Command::Publish { queue, payload, properties: Properties::default() });
    }

    // Apart, so that what most messages do not carry is a constant for them, and not kept in memory.
    #[inline(never)]
    fn publish_carried(&mut self, queue: QueueId, payload: Letter, message: Message) {
        let properties = self.properties(message.producer, message.number);
        self.send::<false>(Command::Publish { queue, payload, properties });
    }

    /// The first consumer to finish has finished.
    #[inline]
    fn complete<const PLAIN: bool>(&mut self) {
        match self.clients.complete::<PLAIN>() {
            Some(delivery) => self.send::<PLAIN>(Command::Acknowledge { delivery }),
            None => self.complete_other(),
        }
    }

    #[cold]
    fn complete_other(&mut self) {
        match std::mem::replace(&mut self.clients.answer, Answer::Nothing) {
            Answer::Acknowledge(delivery) => self.send::<false>(Command::Acknowledge { delivery }),
            Answer::Reject { delivery, requeue } => self.send::<false>(Command::Reject { delivery, requeue }),
            Answer::Nothing | Answer::Return(_) => {
                self.follow_up();
                if let Some(shift) = self.clients.shift_to_change.take() {
                    self.change_shift(shift);
                }
            }
        }
    }
}

fn broker(scenario: &Scenario) -> Broker<Letter> {
    let queues = scenario.queues.iter().map(|queue| (queue.rules.clone(), queue.name.as_str()));
    let broker = Broker::with_names(queues, scenario.messages_expire());
    if scenario.outages.is_empty() { broker } else { broker.with_outages() }
}

fn carried(scenario: &Scenario, key: Key) -> Vec<Carried> {
    let of = |(p, at): (&crate::scenario::Producer, u16)| Carried::new(&p.messages, at, &p.arrivals, key.name(&p.name));
    scenario.producers.iter().zip(0..).map(of).collect()
}

fn recorder(scenario: &Scenario, key: Key, plan: &Plan) -> Recorder {
    if plan.queues.iter().all(|queue| queue.ordered != Ordered::ByKey) {
        return Recorder::new(plan);
    }
    Recorder::new(plan).with_keys(key_of(carried(scenario, key)))
}

/// Whether its consumers do more than to work on one message after the other.
fn has_desk(entry: &Consumers) -> bool {
    let answers = matches!(entry.rules.acknowledge, Acknowledge::OnDelivery | Acknowledge::Every(_));
    answers || entry.rules.takes.is_some() || entry.shifts.is_some() || entry.rules.faults.need_desks()
}

/// A thousand for each message expected: no run of use comes near, and time that crawls ends.
fn most_commands(scenario: &Scenario) -> u64 {
    let end = Time::ZERO + scenario.run.duration;
    let expected: f64 = scenario.producers.iter().map(|producer| producer.arrivals.expected(end)).sum();
    100_000_000 + 1000 * expected as u64
}

/// The key of a pilot run: seeds of its own, so that the cut does not depend on what is measured.
pub fn pilot_key(seed: u64, pilot: u32) -> Key {
    Key::of_seed(seed).name("pilot").number(u64::from(pilot))
}

/// The steps of a pilot run.
pub fn pilot_step(duration: Span, steps: u64) -> Span {
    Span::from_nanos(duration.nanos().div_ceil(steps).max(1))
}
