//! One consumer's task: it takes, works for as long as a draw says, and answers, by the rules of its crew.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use super::books::Books;
use super::first::{First, first_of};
use super::roster::Place;
use super::run::{LiveError, Phase};
use super::{Hands, Lateness};
use crate::adapter::{Consumer, Delivery, Envelope, Publisher, Said};
use crate::broker::DeliveryId;
use crate::client::{Acknowledge, Answer, Carried, Crew, Handed, Next, Onward};
use crate::metrics::Attempt;
use crate::time::Time;

/// Its desk in a crew of one.
const DESK: usize = 0;

/// What a consumer is made of.
pub struct Consuming<C: Consumer, P> {
    pub inbox: C,
    pub crew: Crew<u32>,
    /// Its entry's place in the scenario.
    pub entry: usize,
    pub acknowledge: Acknowledge,
    /// How many messages are worked on together.
    pub up_to: usize,
    /// Where it is called in and sent home, if it comes and goes.
    pub place: Option<Place>,
    /// It takes part from the beginning.
    pub is_present: bool,
    /// Where it passes messages on, if it does.
    pub onward: Option<Passes<P>>,
    pub books: Arc<Books>,
    pub hands: Hands,
}

/// How messages are passed on.
pub struct Passes<P> {
    pub ways: Onward,
    pub publisher: P,
    /// By producer.
    pub carried: Arc<Vec<Carried>>,
}

/// Until the books are closed; says how late work ended.
///
/// # Errors
/// If the timer or the target fails.
pub async fn run<C: Consumer, P: Publisher>(
    parts: Consuming<C, P>,
    mut phase: watch::Receiver<Phase>,
) -> Result<Lateness, LiveError> {
    let held = VecDeque::new();
    let is_available = parts.is_present;
    let mut task = Task { parts, tags: BTreeMap::new(), deliveries: 0, held, began: Time::ZERO, is_available };
    if !is_available {
        task.leave(Next::Nothing);
    }
    let closed = async { phase.wait_for(|phase| *phase == Phase::Closed).await.map(drop) };
    match first_of(closed, task.go()).await {
        First::A(_) => Ok(std::mem::take(task.parts.hands.lateness())),
        First::B(ended) => ended.map(|()| std::mem::take(task.parts.hands.lateness())),
    }
}

struct Task<C: Consumer, P> {
    parts: Consuming<C, P>,
    /// What to answer for deliveries with.
    tags: BTreeMap<DeliveryId, C::Tag>,
    deliveries: u64,
    /// Of what is held and not begun, in its order: when it entered its queue and when it was delivered.
    held: VecDeque<(Time, Time)>,
    /// When the attempt began that is under way.
    began: Time,
    /// It counts as somebody who could work: it is there, or has something left to work on.
    is_available: bool,
}

/// Tells when a queue has let in what was passed on to it, or refused it.
type LetIn = oneshot::Receiver<()>;

/// The next time that a consumer is called in or sent home.
async fn call(place: &mut Option<Place>) -> bool {
    match place {
        Some(place) => place.call().await,
        None => pending().await,
    }
}

impl<C: Consumer, P: Publisher> Task<C, P> {
    async fn go(&mut self) -> Result<(), LiveError> {
        let mut next = Next::Nothing;
        loop {
            let Consuming { inbox, hands, place, .. } = &mut self.parts;
            next = match next {
                Next::Nothing => match first_of(call(place), inbox.recv()).await {
                    First::A(is_called) => self.attend(is_called, next),
                    First::B(Some(delivery)) => self.put(delivery),
                    First::B(None) => return Ok(()),
                },
                Next::Wait(until) => match first_of(call(place), first_of(inbox.recv(), hands.rest(until))).await {
                    First::A(is_called) => self.attend(is_called, next),
                    First::B(First::A(Some(delivery))) => self.put_to(next, delivery),
                    First::B(First::A(None)) => return Ok(()),
                    First::B(First::B(now)) => {
                        let now = now?;
                        self.begin(now, |crew| crew.next_batch(DESK, now, true))
                    }
                },
                Next::Work(ends) => {
                    self.attempt(ends).await?;
                    self.next_batch()
                }
            };
            self.show();
        }
    }

    /// It is called in or sent home; what it does then instead of `next`.
    fn attend(&mut self, is_called: bool, next: Next) -> Next {
        match (self.parts.crew.desk(DESK).is_present(), is_called) {
            (true, false) => self.leave(next),
            (false, true) => {
                self.come_back();
                next
            }
            (true, true) | (false, false) => next,
        }
    }

    /// It takes nothing more, finishes what it works on, and gives the rest back.
    fn leave(&mut self, next: Next) -> Next {
        self.parts.inbox.cancel();
        let mut next = next;
        // It was handed this before: as soon as that is noticed, it has begun with the first.
        while let Some(delivery) = self.parts.inbox.try_recv() {
            next = self.put_to(next, delivery);
        }
        for handed in self.parts.crew.leave(DESK) {
            self.give_back(handed);
        }
        if self.parts.acknowledge != Acknowledge::OnDelivery {
            self.held.clear();
        }
        if self.parts.crew.is_over(DESK) {
            let rest = self.parts.crew.tell_rest(DESK);
            self.say(rest);
        }
        self.show();
        match next {
            Next::Wait(_) if self.held.is_empty() => Next::Nothing,
            next => next,
        }
    }

    fn come_back(&mut self) {
        self.parts.crew.come_back(DESK);
        if self.parts.crew.is_over(DESK) {
            self.parts.hands.was_held_up();
        }
        self.parts.inbox.resume();
        self.show();
    }

    /// It has not begun with it.
    fn give_back(&mut self, handed: Handed<u32>) {
        self.parts.books.handed_back(handed.label);
        self.say(vec![Answer::Return(handed.delivery)]);
    }

    /// Lets it be known whether it could work, and whether it does.
    fn show(&mut self) {
        let Some(place) = &self.parts.place else { return };
        let is_idle = self.parts.crew.is_over(DESK);
        place.tell(is_idle);
        let is_available = !is_idle || self.parts.crew.desk(DESK).is_present();
        if is_available != self.is_available {
            let more = if is_available { 1 } else { -1 };
            self.parts.books.available(self.parts.hands.now(), self.parts.entry, more);
            self.is_available = is_available;
        }
    }

    /// A delivery comes to its desk while it does something else, which it goes on with unless the delivery changes that.
    fn put_to(&mut self, next: Next, delivery: Delivery<C::Tag>) -> Next {
        match self.put(delivery) {
            Next::Nothing => next,
            next => next,
        }
    }

    /// A delivery comes to its desk.
    fn put(&mut self, delivery: Delivery<C::Tag>) -> Next {
        let Delivery { envelope: Envelope { letter, number, .. }, queue, entry, attempt, tag } = delivery;
        let now = self.parts.hands.now();
        let (entered, delivered, entry) = self.parts.books.delivery(letter.track, (entry, attempt), now);
        let id = DeliveryId::numbered(self.deliveries);
        self.deliveries += 1;
        self.tags.insert(id, tag);
        let (producer, label) = (letter.producer, letter.track);
        let handed = Handed { delivery: id, queue, number, producer, entry, attempt, label };
        if !self.parts.crew.desk(DESK).is_present() && self.parts.acknowledge != Acknowledge::OnDelivery {
            // It was on its way as this consumer left.
            self.give_back(handed);
            return Next::Nothing;
        }
        self.held.push_back((entered, delivered));
        self.forgotten(delivered, 1);
        let begins = self.parts.hands.begins(entered, delivered);
        self.begin(begins, |crew| crew.put(DESK, begins, handed))
    }

    /// With what is held, once its hands are free.
    fn next_batch(&mut self) -> Next {
        let enough = self.parts.up_to.min(self.held.len());
        let Some((entered, delivered)) = enough.checked_sub(1).and_then(|last| self.held.get(last)) else {
            return Next::Nothing;
        };
        let begins = self.parts.hands.begins(*entered, *delivered);
        self.begin(begins, |crew| crew.next_batch(DESK, begins, false))
    }

    fn begin(&mut self, at: Time, ask: impl FnOnce(&mut Crew<u32>) -> Next) -> Next {
        let next = ask(&mut self.parts.crew);
        if let Next::Work(_) = next {
            self.began = at;
            let batch = self.parts.crew.desk(DESK).batch();
            self.held.drain(..batch.len());
            for handed in batch {
                self.parts.books.began(at, handed.queue, (handed.entry, handed.attempt), handed.label);
            }
            let said = self.parts.crew.said_at_begin(DESK);
            self.say(said);
        }
        next
    }

    async fn attempt(&mut self, ends: Time) -> Result<(), LiveError> {
        let ended = self.work(ends).await?;
        // What has come meanwhile is on the desk: whoever acknowledges several at once goes on if there is more to do.
        while let Some(delivery) = self.parts.inbox.try_recv() {
            self.put(delivery);
        }
        let done = self.parts.crew.done(DESK);
        // The next attempt begins by rights where this one should have ended, and no time is counted twice.
        self.parts.books.worked(ends, self.parts.entry, self.began);
        let mut outside = Vec::new();
        for (handed, success) in done {
            outside.extend(self.ended(ended, handed, success)?);
            if self.parts.acknowledge == Acknowledge::OnDelivery {
                self.tags.remove(&handed.delivery);
            }
        }
        self.wait_with(outside).await;
        self.forgotten(ended, -(self.parts.crew.desk(DESK).batch().len() as i64));
        let said = self.parts.crew.clear(DESK);
        self.say(said);
        Ok(())
    }

    /// Works until `ends`, and says when that ended.
    async fn work(&mut self, ends: Time) -> Result<Time, LiveError> {
        self.show();
        loop {
            let Consuming { hands, place, .. } = &mut self.parts;
            match first_of(call(place), hands.work(ends)).await {
                First::A(is_called) => _ = self.attend(is_called, Next::Work(ends)),
                First::B(ended) => return Ok(ended?),
            }
        }
    }

    /// Returns who tells when what is passed on has been let in or refused, if it is passed on.
    fn ended(&mut self, ended: Time, handed: Handed<u32>, success: bool) -> Result<Option<LetIn>, LiveError> {
        let Handed { queue, producer, number, entry, label: track, .. } = handed;
        let ways = self.parts.onward.as_ref().filter(|_| success);
        let to = ways.and_then(|passes| passes.ways.way(queue, producer, number, entry));
        let attempt = Attempt {
            crew: self.parts.entry,
            queue,
            track,
            entry,
            began: self.began,
            of: self.parts.crew.desk(DESK).batch().len() as u32,
            success,
            acknowledged_before: self.parts.crew.acknowledges_before(),
            passes_on: to.is_some(),
        };
        let passed_on = self.parts.books.ended(ended, attempt, producer);
        let (Some(to), Some((letter, let_in)), Some(passes)) = (to, passed_on, &mut self.parts.onward) else {
            return Ok(None);
        };
        let Some(message) = self.parts.books.message(letter) else { return Ok(None) };
        let properties = passes.carried[usize::from(producer)].properties(number);
        passes.publisher.publish(to, Envelope::new(letter, message), properties)?;
        Ok(Some(let_in))
    }

    /// It waits with what it passes on until all of that has a place, and that time is not its own lateness.
    async fn wait_with(&mut self, outside: Vec<LetIn>) {
        for mut let_in in outside {
            // As a rule there is room at once.
            if let_in.try_recv().is_ok() {
                continue;
            }
            while let First::A(is_called) = first_of(call(&mut self.parts.place), &mut let_in).await {
                self.attend(is_called, Next::Nothing);
            }
            self.parts.hands.was_held_up();
        }
    }

    fn say(&mut self, answers: Vec<Answer>) {
        let acknowledged = |answer: &Answer| match answer {
            Answer::Acknowledge(delivery) => Some(*delivery),
            _ => None,
        };
        let all: Option<Vec<DeliveryId>> = answers.iter().map(acknowledged).collect();
        if let Some(all) = all.filter(|all| all.len() > 1) {
            let tags = all.iter().filter_map(|delivery| self.tags.remove(delivery)).collect();
            return self.parts.inbox.acknowledge_all(tags);
        }
        for answer in answers {
            let (delivery, said) = match answer {
                Answer::Acknowledge(delivery) => (delivery, Said::Acknowledge),
                Answer::Reject { delivery, requeue: true } => (delivery, Said::Requeue),
                Answer::Reject { delivery, requeue: false } => (delivery, Said::Reject),
                Answer::Return(delivery) => (delivery, Said::GiveBack),
                Answer::Nothing => continue,
            };
            if let Some(tag) = self.tags.remove(&delivery) {
                self.parts.inbox.answer(tag, said);
            }
        }
    }

    /// So many more are held that the broker has forgotten, if it forgets them.
    fn forgotten(&self, at: Time, more: i64) {
        if self.parts.acknowledge == Acknowledge::OnDelivery {
            self.parts.books.hold(at, self.parts.entry, more);
        }
    }
}
