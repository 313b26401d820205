//! Observations in; histograms, averages over time, series and accounts out.
//!
//! Whoever runs a scenario, simulated or not, tells a [`Recorder`] what happened; nothing else is measured from.
//!
//! Long: every effect is booked here and nowhere else.

mod copies;
mod families;
mod history;
mod journeys;
mod ledger;
mod levels;
mod now;
mod order;
mod overtaken;
mod page;
mod record;
mod recovery;
mod spread;
mod tally;

pub use copies::Standing;
pub use history::History;
pub use journeys::Pilot;
pub use ledger::{Counts, place};
pub use levels::{Mark, MarkKind, Step, TimeAt, Window};
pub use order::{KeyOf, Ordered};
pub use record::{Broken, HeldRecord, QueueRecord, Record};
pub use spread::Spread;
pub use tally::{Tally, histogram};

use std::collections::BTreeMap;
use std::hint::cold_path;
use std::sync::Arc;

use crate::broker::{Effect, Message, MessageKey, Place, QueueId};
use crate::measure::Cause;
use crate::time::{Span, Time};
use journeys::Journeys;
use ledger::{At, Fate, Ledger, Special, Track};
use levels::Levels;
use order::Order;
use recovery::Recovery;

/// What travels with a message while it is measured: where its track is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub track: u32,
    pub producer: u16,
}

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct Plan {
    pub producers: usize,
    /// Whose times are wanted by themselves: by producer, or nothing at all if nobody's are.
    pub producers_timed: Vec<bool>,
    pub queues: Vec<QueuePlan>,
    /// Consumers entries.
    pub crews: Vec<CrewPlan>,
    /// Measures of messages are of those planned from the first to before the second.
    pub window: (Time, Time),
    pub marks: Arc<[Mark]>,
    /// Of the series, from the beginning; none in a pilot run.
    pub step: Option<Span>,
    /// Steps in which the pilot adds up waits by planned instant; none in a measured run.
    pub pilot_step: Option<Span>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct CrewPlan {
    /// Its consumers hold messages that the broker has forgotten, and these are to be counted.
    pub holds: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct QueuePlan {
    /// Nothing ever empties it: what comes here is dead.
    pub rests: bool,
    /// A message's journey through the scenario is its journey through this queue.
    pub is_journey: bool,
    /// Every time spent waiting here is the wait of a message that is processed, or will be.
    pub stay_is_wait: bool,
    pub ordered: Ordered,
}

/// Wait, service and response of processed messages.
#[derive(Clone, Debug, Default)]
pub struct Times {
    pub wait: Tally,
    pub service: Tally,
    pub response: Tally,
}

impl Times {
    #[inline(always)]
    fn record(&mut self, from: Time, began: Time, ended: Time) {
        let service = ended - began;
        let response = ended - from;
        self.response.record(response);
        self.service.record(service);
        self.wait.record(response.saturating_sub(service));
    }

    fn settle(&mut self) {
        [&mut self.wait, &mut self.service, &mut self.response].into_iter().for_each(Tally::settle);
    }

    pub fn merge(&mut self, other: &Times) {
        self.wait.merge(&other.wait);
        self.service.merge(&other.service);
        self.response.merge(&other.response);
    }
}

struct QueueState {
    plan: QueuePlan,
    levels: Levels,
    times: Times,
    stay: Tally,
    /// Time spent waiting and in flight within the window, added up message by message: the other side of Little's law.
    waited_in_window: u128,
    in_flight_in_window: u128,
    /// Of those that entered.
    entered_dead_lettered: u64,
    entered_passed_on: u64,
    acknowledged: u64,
    dropped: BTreeMap<Cause, u64>,
    dead_lettered: BTreeMap<Cause, u64>,
    parked: u64,
    order: Order,
}

#[derive(Clone, Debug, Default)]
pub struct CrewRecord {
    /// Consumer time at work within the window.
    pub busy: u128,
    /// Of that, in attempts that failed, crashed, or succeeded once more on the same message.
    pub wasted: u128,
    /// Of that, in those that succeeded once more.
    pub repeated: u128,
    /// Attempts that succeeded within the window.
    pub successes: u64,
    /// Consumer time available within the window, where the number of consumers changes.
    pub available: Option<u128>,
    /// Consumer time at work, and available where the number of consumers changes, by step of the whole run.
    pub busy_steps: Spread,
    pub available_steps: Spread,
}

/// Of one consumers entry, now.
#[derive(Debug, Default)]
struct CrewState {
    /// Consumers that are available, and since when, where their number changes.
    available: Option<(i64, Time)>,
    /// What they hold and the broker has forgotten, as a length.
    held: Option<Box<Levels>>,
}

/// A message that has been delivered.
#[derive(Clone, Copy, Debug)]
pub struct Delivered {
    pub queue: QueueId,
    /// How many times the message has entered the queue.
    pub entry: u16,
    /// Deliveries since.
    pub attempt: u32,
    pub track: u32,
}

/// An attempt that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub crew: usize,
    pub queue: QueueId,
    pub track: u32,
    /// How many times the message had entered the queue when it was delivered.
    pub entry: u16,
    pub began: Time,
    /// How many were worked on together.
    pub of: u32,
    pub success: bool,
    /// It was acknowledged as the work began.
    pub acknowledged_before: bool,
    /// Its message is to be passed on, which [`Recorder::pass_on`] says next.
    pub passes_on: bool,
}

/// Listens to one run.
pub struct Recorder {
    ledger: Ledger,
    queues: Vec<QueueState>,
    crews: Vec<CrewRecord>,
    crew_states: Vec<CrewState>,
    journeys: Journeys,
    processed_in_window: u64,
    succeeded_in_window: u64,
    window: (Time, Time),
    key_of: Option<Box<KeyOf>>,
    /// By track, what was said of those in queues that are ordered by key.
    keys: Vec<Option<MessageKey>>,
    recovery: Recovery,
}

impl Recorder {
    pub fn new(plan: &Plan) -> Recorder {
        Recorder {
            ledger: Ledger::new(plan.producers, plan.window),
            queues: plan.queues.iter().map(|queue| QueueState::new(*queue, &plan.marks)).collect(),
            crews: vec![CrewRecord::new(plan.step); plan.crews.len()],
            crew_states: plan.crews.iter().map(|crew| CrewState::new(*crew, &plan.marks)).collect(),
            journeys: Journeys::new(plan),
            processed_in_window: 0,
            succeeded_in_window: 0,
            window: plan.window,
            key_of: None,
            keys: Vec::new(),
            recovery: Recovery::default(),
        }
    }

    /// Messages under way: in queues, blocked, in somebody's hands, or at rest.
    #[inline]
    pub fn under_way(&self) -> u64 {
        self.ledger.len()
    }

    /// Messages of which it is not known yet what becomes of them.
    pub fn open(&self) -> u64 {
        self.ledger.open_messages()
    }

    /// Messages that wait in any queue.
    pub fn waiting(&self) -> u64 {
        self.queues.iter().map(|queue| queue.levels.length).sum()
    }

    /// When a message entered the queue it is in, since when it is where it is there, and the entry and the attempt of its
    /// latest delivery.
    pub fn stay(&self, track: u32) -> (Time, Time, (u16, u32)) {
        let track = self.ledger.track(track);
        (track.entered, track.since, (track.entry, track.attempt))
    }

    /// A message's planned instant is reached.
    #[inline]
    pub fn published(&mut self, message: Message) -> Letter {
        Letter { track: self.ledger.open(message), producer: message.producer }
    }

    /// Whose message a track is.
    pub fn message(&self, track: u32) -> Message {
        let track = self.ledger.track(track);
        Message { producer: track.producer(), number: track.number, planned: track.planned }
    }

    /// The producer of a refused message has given it up.
    pub fn gave_up(&mut self, track: u32) {
        self.ledger.refuse(track);
    }

    /// The broker has done something.
    #[inline(always)]
    pub fn effect(&mut self, now: Time, effect: &Effect<Letter>) {
        self.effect_on::<false>(now, effect);
    }

    /// As [`Recorder::effect`]; `ALONE` says that no message has copies, that nobody waits for the end of one, and that
    /// whoever works on one has answered before its queue does anything else with it: whose hands it is in is not counted.
    #[inline(always)]
    pub fn effect_on<const ALONE: bool>(&mut self, now: Time, effect: &Effect<Letter>) {
        match *effect {
            Effect::Accepted { queue, was_blocked, payload } => {
                self.accepted::<ALONE>(now, queue, was_blocked, payload.track);
            }
            Effect::Delivered { queue, entry, attempt, payload, .. } => {
                self.delivered::<ALONE>(now, Delivered { queue, entry, attempt, track: payload.track }, false);
            }
            Effect::Acknowledged { queue, payload, .. } => self.acknowledged::<ALONE>(now, queue, payload.track),
            _ => self.rare_effect(now, effect),
        }
    }

    #[inline(never)]
    fn rare_effect(&mut self, now: Time, effect: &Effect<Letter>) {
        match *effect {
            Effect::Accepted { .. } | Effect::Delivered { .. } | Effect::Acknowledged { .. } => {
                unreachable!("these are not rare")
            }
            // What it means is the producer's to say.
            Effect::Refused { .. } => {}
            Effect::Blocked { payload, .. } => self.ledger.keep_outside(payload.track),
            Effect::Returned { queue, to, payload } => {
                self.leave(now, queue, payload.track);
                self.arrive(now, queue, to, payload.track);
            }
            Effect::Ready { queue, payload } => {
                self.leave(now, queue, payload.track);
                self.arrive(now, queue, Place::Waiting, payload.track);
            }
            Effect::Parked { queue, payload } => {
                self.leave(now, queue, payload.track);
                self.queues[queue.index()].parked += 1;
                self.ledger.track_mut(payload.track).at = At::Parked;
                self.ledger.page(payload.track).settle(Fate::Dead(Cause::Parked));
            }
            Effect::Dropped { queue, cause, payload, .. } => self.dropped(now, queue, cause, payload.track),
            Effect::DeadLettered { queue, to, cause, payload, .. } => {
                self.leave(now, queue, payload.track);
                *self.queues[queue.index()].dead_lettered.entry(cause).or_default() += 1;
                self.queues[to.index()].entered_dead_lettered += 1;
                // It may have rested before, until a full queue pushed it on to one that somebody empties.
                let rests = self.queues[to.index()].plan.rests;
                self.gives_up_its_turn(queue, payload.track);
                self.queues[to.index()].enter(now, to, self.ledger.track_mut(payload.track));
                if self.queues[to.index()].order.is_by_key() {
                    self.joins_its_key(to, payload.track);
                }
                if self.ledger.track(payload.track).is.has(Special::COPY) {
                    self.ledger.families.enter(payload.track, to);
                }
                self.ledger.page(payload.track).settle(if rests { Fate::Dead(cause) } else { Fate::Open });
            }
        }
    }

    #[inline(always)]
    fn accepted<const ALONE: bool>(&mut self, now: Time, queue: QueueId, was_blocked: bool, id: u32) {
        let mut page = self.ledger.page(id);
        if !ALONE && page.track.is.has(Special::COPY) {
            cold_path();
            return self.accepted_copy(now, queue, id);
        }
        page.counts.accepted += 1;
        page.counts.not_yet_accepted -= u64::from(was_blocked);
        let state = &mut self.queues[queue.index()];
        state.enter(now, queue, page.track);
        let is_by_key = !ALONE && state.order.is_by_key();
        if state.plan.rests {
            cold_path();
            page.settle(Fate::Dead(Cause::Parked));
        }
        if is_by_key {
            cold_path();
            self.joins_its_key(queue, id);
        }
    }

    #[inline(always)]
    fn acknowledged<const ALONE: bool>(&mut self, now: Time, queue: QueueId, id: u32) {
        let state = &mut self.queues[queue.index()];
        let track = self.ledger.track_mut(id);
        state.leave(now, track, self.window);
        state.acknowledged += 1;
        track.at = At::Out;
        if ALONE {
            track.at = At::Nowhere;
            return self.ledger.free_alone(id);
        }
        if track.is.has(Special::COPY) {
            cold_path();
            return self.acknowledged_copy(id);
        }
        if track.close_if_over() {
            if track.fate == Fate::Open {
                cold_path();
                self.failed_unheard(id);
            }
            self.ledger.free_alone(id);
        }
    }

    /// A message was acknowledged before its work, and that had failed before the broker heard of it.
    #[inline(never)]
    fn failed_unheard(&mut self, id: u32) {
        self.ledger.page(id).settle(Fate::Lost(Cause::Failed));
    }

    /// A message that has been delivered is back in its queue.
    fn arrive(&mut self, now: Time, queue: QueueId, to: Place, id: u32) {
        let levels = &mut self.queues[queue.index()].levels;
        levels.touch(now);
        let track = self.ledger.track_mut(id);
        track.since = now;
        track.begun = false;
        match to {
            Place::Waiting => {
                levels.length += 1;
                track.at = At::Waiting;
            }
            Place::Delayed => {
                levels.delayed += 1;
                track.at = At::Delayed;
            }
            Place::InFlight | Place::Parked => unreachable!("a message returns to wait or to be delayed"),
        }
    }

    #[inline(never)]
    fn leave(&mut self, now: Time, queue: QueueId, id: u32) {
        self.queues[queue.index()].leave(now, self.ledger.track(id), self.window);
    }

    /// What [`Recorder::effect`] books for a delivery, and [`Recorder::began`] with it if it `begins` at once. Returns the
    /// message, and how many times it has entered the queue: of a message of several copies the broker does not know.
    #[inline(always)]
    pub fn delivered<const ALONE: bool>(&mut self, now: Time, delivered: Delivered, begins: bool) -> (Message, u16) {
        let mut entry = delivered.entry;
        if !ALONE && self.ledger.track(delivered.track).is.has(Special::COPY) {
            cold_path();
            entry = self.ledger.families.kin(delivered.track).entry;
        }
        let track = self.ledger.track_mut(delivered.track);
        let message = Message { producer: track.producer(), number: track.number, planned: track.planned };
        assert_eq!(track.at, At::Waiting, "only what waits is delivered");
        let state = &mut self.queues[delivered.queue.index()];
        state.levels.touch_again(now);
        state.levels.length -= 1;
        state.levels.in_flight += 1;
        state.levels.held_idle += u64::from(!begins);
        state.end_wait(now, track, self.window);
        track.since = now;
        track.at = At::InFlight;
        track.begun = begins;
        track.hands += u32::from(!ALONE);
        track.entry = entry;
        track.attempt = delivered.attempt;
        if delivered.attempt > 1 {
            cold_path();
            self.ledger.page(delivered.track).counts.redelivered += 1;
            self.recovery.delivered(now, delivered.track, self.ledger.track(delivered.track));
        } else if track.nth == state.order.next {
            state.order.next += 1;
        } else {
            cold_path();
            self.not_in_turn(delivered.queue, delivered.track);
        }
        (message, entry)
    }

    fn dropped(&mut self, now: Time, queue: QueueId, cause: Cause, id: u32) {
        match self.ledger.track(id).at {
            At::Parked => self.queues[queue.index()].parked -= 1,
            _ => self.leave(now, queue, id),
        }
        self.gives_up_its_turn(queue, id);
        *self.queues[queue.index()].dropped.entry(cause).or_default() += 1;
        let mut page = self.ledger.page(id);
        page.track.at = At::Out;
        page.settle(Fate::Lost(cause));
        if page.track.close_if_over() {
            self.ledger.free(id);
        }
    }

    /// A consumer begins to work on a delivery, which the queue may have taken back by now.
    #[inline]
    pub fn began(&mut self, now: Time, queue: QueueId, (entry, attempt): (u16, u32), id: u32) {
        let track = self.ledger.track_mut(id);
        let is_latest = (track.queue, track.entry, track.attempt) == (queue.0, entry, attempt);
        if is_latest && track.at == At::InFlight && !track.begun {
            track.begun = true;
            let levels = &mut self.queues[queue.index()].levels;
            levels.touch_again(now);
            levels.held_idle -= 1;
        }
    }

    /// An attempt has ended; its answer has not reached the broker yet.
    #[inline(always)]
    pub fn ended<const ALONE: bool>(&mut self, now: Time, attempt: Attempt) {
        let busy = u128::from(overlap(attempt.began, now, self.window));
        self.crews[attempt.crew].busy_steps.add(attempt.began, now);
        self.attempt_ended::<ALONE>(now, attempt, busy);
    }

    /// One of the attempts of a batch has ended; the work on it is told once, with [`Recorder::worked`].
    #[inline(never)]
    pub fn ended_in_batch(&mut self, now: Time, attempt: Attempt) {
        // So that what is wasted of it is told apart; the whole is added by `worked`.
        let busy = u128::from(overlap(attempt.began, now, self.window)) / u128::from(attempt.of.max(1));
        self.attempt_ended::<false>(now, attempt, busy);
        self.crews[attempt.crew].busy -= busy;
    }

    /// A consumer has worked on a batch until now.
    pub fn worked(&mut self, now: Time, crew: usize, began: Time) {
        self.crews[crew].busy += u128::from(overlap(began, now, self.window));
        self.crews[crew].busy_steps.add(began, now);
    }

    /// The same, but the work was in vain.
    pub fn worked_in_vain(&mut self, now: Time, crew: usize, began: Time) {
        self.worked(now, crew, began);
        self.crews[crew].wasted += u128::from(overlap(began, now, self.window));
    }

    /// A consumer is cut off from its queue with a message in its hands, which is to return.
    pub fn cut_off(&mut self, now: Time, id: u32) {
        let track = self.ledger.track(id);
        if track.at == At::InFlight {
            self.recovery.begin(now, id, track);
        }
    }

    /// A consumer gives a message back that it has not begun.
    pub fn handed_back(&mut self, id: u32) {
        self.ledger.track_mut(id).hands -= 1;
        self.close_without_success(id);
    }

    /// Nobody has a message in his hands any more that its queue has let go of. What nobody has succeeded on is lost:
    /// whoever acknowledged it has failed before that was heard, while another still had it.
    fn close_without_success(&mut self, id: u32) {
        let mut page = self.ledger.page(id);
        if page.track.close_if_over() {
            if page.track.fate == Fate::Open {
                page.settle(Fate::Lost(Cause::Failed));
            }
            self.ledger.free(id);
        }
    }

    /// A consumer has crashed with a delivery in its hands, begun or not. What the broker was told or believed to be done
    /// is lost.
    pub fn crashed(&mut self, id: u32, acknowledged_before: bool) {
        let mut page = self.ledger.page(id);
        page.track.hands -= 1;
        if acknowledged_before && page.track.at == At::Out {
            page.settle(Fate::Lost(Cause::Crashed));
        }
        self.close_without_success(id);
    }

    /// So many more consumers of an entry are available from now on.
    pub fn available(&mut self, now: Time, crew: usize, more: i64) {
        let (count, since) = self.crew_states[crew].available.unwrap_or((0, now));
        let nanos = u128::from(overlap(since, now, self.window));
        *self.crews[crew].available.get_or_insert(0) += nanos * u128::from(count.unsigned_abs());
        self.crews[crew].available_steps.add_many(since, now, count.unsigned_abs());
        self.crew_states[crew].available = Some((count + more, now));
    }

    /// Consumers hold so many more messages that the broker has forgotten, where these are counted.
    pub fn hold(&mut self, now: Time, crew: usize, more: i64) {
        if let Some(held) = &mut self.crew_states[crew].held {
            held.touch(now);
            held.length = held.length.strict_add_signed(more);
        }
    }

    #[inline(always)]
    fn attempt_ended<const ALONE: bool>(&mut self, now: Time, attempt: Attempt, busy: u128) {
        let now_in_window = u64::from(self.window.0 <= now && now < self.window.1);
        let crew = &mut self.crews[attempt.crew];
        crew.busy += busy;
        crew.successes += now_in_window * u64::from(attempt.success);
        let mut page = self.ledger.page(attempt.track);
        page.track.hands -= u32::from(!ALONE);
        if !attempt.success {
            cold_path();
            crew.wasted += busy;
            if attempt.acknowledged_before && page.track.at == At::Out {
                page.settle(Fate::Lost(Cause::Failed));
            }
            return self.close_without_success(attempt.track);
        }
        self.succeeded_in_window += now_in_window;
        if !ALONE && page.track.is.has(Special::COPY) {
            cold_path();
            let Attempt { queue, track, entry, began, passes_on, .. } = attempt;
            let repeated = if self.ledger.families.is_duplicate(track) { busy } else { 0 };
            crew.wasted += repeated;
            crew.repeated += repeated;
            return self.succeeded_on_copy(now, began, (queue, entry), track, passes_on);
        }
        if !ALONE && page.track.fate == Fate::Processed {
            cold_path();
            crew.wasted += busy;
            crew.repeated += busy;
            page.counts.duplicates += 1;
        } else {
            self.processed_in_window += now_in_window;
            if ALONE {
                page.settle_alone(Fate::Processed);
            } else {
                page.settle(Fate::Processed);
            }
            let planned = page.track.planned;
            let wait = attempt.began - planned;
            page.counts.waited += u64::from(wait > Span::ZERO);
            if self.journeys.are_timed {
                self.journeys.record(page.track, attempt.began, now);
            }
        }
        let track = page.track;
        let is_of_this_entry = ALONE || track.queue == attempt.queue.0 && track.entry == attempt.entry;
        if is_of_this_entry && (ALONE || !track.done_here) {
            if !ALONE {
                track.done_here = true;
            }
            if track.in_window {
                self.queues[attempt.queue.index()].times.record(track.entered, attempt.began, now);
            }
        }
        if !ALONE && track.close_if_over() {
            self.ledger.free_alone(attempt.track);
        }
    }
}

impl Recorder {
    /// Brings every histogram up to date.
    fn settle(&mut self) {
        for queue in &mut self.queues {
            queue.times.settle();
            queue.stay.settle();
        }
        self.journeys.settle();
        self.recovery.times.settle();
    }
}

impl CrewRecord {
    fn new(step: Option<Span>) -> CrewRecord {
        let [busy_steps, available_steps] = [Spread::over(step), Spread::over(step)];
        CrewRecord { busy_steps, available_steps, ..CrewRecord::default() }
    }
}

impl CrewState {
    fn new(plan: CrewPlan, marks: &Arc<[Mark]>) -> CrewState {
        let held = plan.holds.then(|| Box::new(Levels::new(Arc::clone(marks))));
        CrewState { available: None, held }
    }
}

impl QueueState {
    fn new(plan: QueuePlan, marks: &Arc<[Mark]>) -> QueueState {
        QueueState {
            plan,
            levels: Levels::new(Arc::clone(marks)),
            times: Times::default(),
            stay: Tally::default(),
            waited_in_window: 0,
            in_flight_in_window: 0,
            entered_dead_lettered: 0,
            entered_passed_on: 0,
            acknowledged: 0,
            dropped: BTreeMap::new(),
            dead_lettered: BTreeMap::new(),
            parked: 0,
            order: Order::new(plan.ordered),
        }
    }
    /// A message is new in the queue, and waits there.
    #[inline(always)]
    fn enter(&mut self, now: Time, queue: QueueId, track: &mut Track) {
        self.levels.touch(now);
        self.levels.length += 1;
        self.levels.entered += 1;
        track.nth = self.levels.entered;
        track.entered = now;
        track.since = now;
        track.queue = queue.0;
        track.at = At::Waiting;
        track.begun = false;
        track.done_here = false;
        track.entry = 0;
        track.attempt = 0;
    }

    /// A message leaves the place that it has in the queue.
    #[inline(always)]
    fn leave(&mut self, now: Time, track: &Track, window: (Time, Time)) {
        self.levels.touch(now);
        if track.at == At::InFlight {
            self.levels.in_flight -= 1;
            self.levels.held_idle -= u64::from(!track.begun);
            self.in_flight_in_window += u128::from(overlap(track.since, now, window));
        } else {
            cold_path();
            self.leave_other(now, track, window);
        }
    }

    #[inline(never)]
    fn leave_other(&mut self, now: Time, track: &Track, window: (Time, Time)) {
        match track.at {
            At::Waiting => {
                self.levels.length -= 1;
                self.end_wait(now, track, window);
            }
            At::Delayed => self.levels.delayed -= 1,
            At::InFlight | At::Nowhere | At::Blocked | At::Parked | At::Out => {
                unreachable!("only what is in a queue leaves it")
            }
        }
    }

    #[inline]
    fn end_wait(&mut self, now: Time, track: &Track, window: (Time, Time)) {
        self.waited_in_window += u128::from(overlap(track.since, now, window));
        if !self.plan.stay_is_wait && track.in_window {
            self.stay.record(now - track.since);
        }
    }
}

/// How many nanoseconds of a stay lie in the window.
#[inline]
fn overlap(from: Time, until: Time, window: (Time, Time)) -> u64 {
    if window.0 <= from && until <= window.1 {
        return (until - from).nanos();
    }
    cold_path();
    until.min(window.1).since(from.max(window.0)).nanos()
}
