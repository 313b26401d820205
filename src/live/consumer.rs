//! One consumer's task: it takes, works for as long as a draw says, and answers, by the rules of its crew.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::sync::watch;

use super::books::Books;
use super::first::{First, first_of};
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
    let mut task = Task { parts, tags: BTreeMap::new(), deliveries: 0, held, began: Time::ZERO };
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
}

impl<C: Consumer, P: Publisher> Task<C, P> {
    async fn go(&mut self) -> Result<(), LiveError> {
        let mut next = Next::Nothing;
        loop {
            next = match next {
                Next::Nothing => match self.parts.inbox.recv().await {
                    Some(delivery) => self.put(delivery),
                    None => return Ok(()),
                },
                Next::Wait(until) => match first_of(self.parts.inbox.recv(), self.parts.hands.rest(until)).await {
                    First::A(None) => return Ok(()),
                    First::A(Some(delivery)) => match self.put(delivery) {
                        Next::Nothing => Next::Wait(until),
                        next => next,
                    },
                    First::B(now) => {
                        let now = now?;
                        self.begin(now, |crew| crew.next_batch(DESK, now, true))
                    }
                },
                Next::Work(ends) => {
                    self.attempt(ends).await?;
                    self.next_batch()
                }
            }
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
        self.held.push_back((entered, delivered));
        self.forgotten(delivered, 1);
        let (producer, label) = (letter.producer, letter.track);
        let handed = Handed { delivery: id, queue, number, producer, entry, attempt, label };
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
        let ended = self.parts.hands.work(ends).await?;
        // What has come meanwhile is on the desk: whoever acknowledges several at once goes on if there is more to do.
        while let Some(delivery) = self.parts.inbox.try_recv() {
            self.put(delivery);
        }
        let done = self.parts.crew.done(DESK);
        // The next attempt begins by rights where this one should have ended, and no time is counted twice.
        self.parts.books.worked(ends, self.parts.entry, self.began);
        for (handed, success) in done {
            self.forgotten(ended, -1);
            self.ended(ended, handed, success).await?;
            if self.parts.acknowledge == Acknowledge::OnDelivery {
                self.tags.remove(&handed.delivery);
            }
        }
        let said = self.parts.crew.clear(DESK);
        self.say(said);
        Ok(())
    }

    async fn ended(&mut self, ended: Time, handed: Handed<u32>, success: bool) -> Result<(), LiveError> {
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
        let (Some(to), Some((letter, mut let_in)), Some(passes)) = (to, passed_on, &mut self.parts.onward) else {
            return Ok(());
        };
        let Some(message) = self.parts.books.message(letter) else { return Ok(()) };
        let properties = passes.carried[usize::from(producer)].properties(number);
        passes.publisher.publish(to, Envelope::new(letter, message), properties)?;
        if let_in.try_recv().is_err() {
            // It waits with it, and the time until there is room is not its own lateness.
            let _ = let_in.await;
            self.parts.hands.was_held_up();
        }
        Ok(())
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
