//! One producer's task: it sends at the planned instants, whatever became of the messages before.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::books::{Books, News};
use super::first::{First, first_of};
use super::plan::Messages;
use super::run::{LiveError, Phase};
use super::{Generator, Lateness, Plan, Timer};
use crate::adapter::{Envelope, Publisher};
use crate::broker::{Message, QueueId};
use crate::client::{self, Carried, SLIPPED_IN, Thinking, Unconfirmed};
use crate::metrics::Letter;
use crate::scenario::Scenario;
use crate::time::Time;

/// What a producer is made of.
pub struct Producing<P> {
    pub scenario: Arc<Scenario>,
    pub replication: u32,
    /// Its place in the scenario.
    pub place: usize,
    pub publisher: P,
    pub books: Arc<Books>,
    pub timer: Timer,
    pub news: UnboundedReceiver<News>,
    pub phase: watch::Receiver<Phase>,
    /// Producers that have something planned.
    pub planning: Arc<AtomicUsize>,
}

/// A letter that a queue has refused.
struct Again {
    queue: QueueId,
    letter: Letter,
}

impl<P: Publisher> Producing<P> {
    /// Runs until the books are closed, and says how late it sent.
    ///
    /// # Errors
    /// If the timer or the target fails.
    pub async fn run(self) -> Result<Lateness, LiveError> {
        let scenario = Arc::clone(&self.scenario);
        let plan = Plan::of(&scenario, self.replication);
        let key = plan.key().name(&scenario.producers[self.place].name);
        let rules = &scenario.producers[self.place];
        let mut task = Task {
            generator: Generator::new(plan.messages_of(self.place), NonZeroUsize::MAX, self.timer),
            rules: client::Producer::new(self.place as u16, rules.arrivals.stream(key), Time::NEVER)
                .with_retries(rules.retries.as_ref(), key),
            carried: plan.carried().swap_remove(self.place),
            thinking: Thinking::of(&rules.arrivals, key),
            thinkers: 0,
            end: Time::ZERO + scenario.run.duration,
            copies: scenario.has_copies().then_some(rules.publishes_to.len() as u32),
            publishes_to: &rules.publishes_to,
            confirms: rules.confirms,
            scenario: &scenario,
            publisher: self.publisher,
            books: self.books,
            unconfirmed: Unconfirmed::default(),
            on_the_way: 0,
            held: VecDeque::new(),
            again: BTreeMap::new(),
            batch: Vec::new(),
            letters: Vec::new(),
            slipped_in: 0,
        };
        task.go(self.news, self.phase, &self.planning).await?;
        Ok(task.generator.stop())
    }
}

struct Task<'a, P> {
    scenario: &'a Scenario,
    generator: Generator<Messages<'a>>,
    rules: client::Producer<'a>,
    publishes_to: &'a [QueueId],
    carried: Carried,
    thinking: Option<Thinking>,
    /// Clients that think, or whose message is under way.
    thinkers: u32,
    /// Nothing is planned from then on.
    end: Time,
    /// Where a message may have several: how many are published.
    copies: Option<u32>,
    confirms: Option<u32>,
    publisher: P,
    books: Arc<Books>,
    unconfirmed: Unconfirmed,
    /// Publishes that are not confirmed, and what waits for one to be.
    on_the_way: u32,
    held: VecDeque<Vec<Letter>>,
    /// By number and the instant of the next try.
    again: BTreeMap<(u64, Time), Vec<Again>>,
    batch: Vec<Message>,
    letters: Vec<Letter>,
    /// Messages that were slipped in by hand.
    slipped_in: u64,
}

impl<P: Publisher> Task<'_, P> {
    async fn go(
        &mut self,
        mut news: UnboundedReceiver<News>,
        mut phase: watch::Receiver<Phase>,
        planning: &AtomicUsize,
    ) -> Result<(), LiveError> {
        let thinking = self.thinking.iter().flat_map(|thinking| thinking.first(self.rules.place()));
        let first: Vec<Message> = thinking.collect();
        first.into_iter().for_each(|message| self.plan(message));
        let mut is_planning = true;
        loop {
            let plans_more = !self.generator.is_over() || self.thinkers > 0;
            match (is_planning, plans_more) {
                (true, false) => _ = planning.fetch_sub(1, Relaxed),
                // Somebody has made its rate higher.
                (false, true) => _ = planning.fetch_add(1, Relaxed),
                (true, true) | (false, false) => {}
            }
            is_planning = plans_more;
            let heard = first_of(phase.changed(), news.recv());
            match first_of(heard, self.next_due()).await {
                First::A(First::A(_)) => match *phase.borrow_and_update() {
                    Phase::Running => {}
                    Phase::Draining => self.plan_no_more(),
                    Phase::Closed => return Ok(()),
                },
                First::A(First::B(Some(news))) => self.hear(news)?,
                First::A(First::B(None)) => return Ok(()),
                First::B(due) => {
                    due?;
                    self.send_batch(&mut news)?;
                }
            }
        }
    }

    /// Puts what is due into the batch; never comes back while nothing is planned.
    async fn next_due(&mut self) -> Result<(), LiveError> {
        match self.generator.next().await? {
            Some(batch) => self.batch.extend_from_slice(batch),
            None => std::future::pending().await,
        }
        Ok(())
    }

    fn plan_no_more(&mut self) {
        self.generator.cut();
        self.end = Time::ZERO;
        self.thinkers = 0;
    }

    /// Of a client that begins to think.
    fn plan(&mut self, message: Message) {
        if message.planned < self.end {
            self.thinkers += 1;
            self.generator.add(message);
        }
    }

    fn send_batch(&mut self, news: &mut UnboundedReceiver<News>) -> Result<(), LiveError> {
        let mut batch = std::mem::take(&mut self.batch);
        for message in batch.drain(..) {
            match self.again.remove(&(message.number, message.planned)) {
                Some(again) => self.try_again(again)?,
                // A client that was planned before the end was called.
                None if message.planned >= self.end => {}
                None => self.publish(message)?,
            }
            // A window that a full queue has closed may be open again.
            while let Ok(news) = news.try_recv() {
                self.hear(news)?;
            }
        }
        self.batch = batch;
        Ok(())
    }

    fn publish(&mut self, message: Message) -> Result<(), LiveError> {
        let mut letters = std::mem::take(&mut self.letters);
        // No client has thought of what is slipped in.
        let is_awaited = self.thinking.is_some() && message.number < SLIPPED_IN;
        self.books.published(message, self.copies, is_awaited, &mut letters);
        if self.confirms.is_some_and(|most| self.on_the_way >= most) {
            self.held.push_back(letters);
            return Ok(());
        }
        self.send(&letters, message)?;
        self.letters = letters;
        Ok(())
    }

    /// Sends each copy to its queue.
    fn send(&mut self, letters: &[Letter], message: Message) -> Result<(), LiveError> {
        if self.confirms.is_some() {
            self.on_the_way += 1;
            self.unconfirmed.await_all(letters.iter().map(|letter| letter.track).collect());
        }
        let properties = self.carried.properties(message.number);
        let now = self.generator.now();
        for (queue, letter) in self.publishes_to.iter().zip(letters) {
            self.books.sent(*letter, message.planned, now, self.copies.is_none());
            self.publisher.publish(*queue, Envelope::new(*letter, message), properties)?;
        }
        Ok(())
    }

    fn hear(&mut self, news: News) -> Result<(), LiveError> {
        match news {
            News::Confirmed(letter) => {
                if self.unconfirmed.let_in(letter.track) {
                    self.on_the_way -= 1;
                    self.send_held()?;
                }
            }
            News::Refused { at, queue, letter, tries } => self.refused(at, queue, letter, tries),
            News::Over { at, message } => {
                self.thinkers = self.thinkers.saturating_sub(1);
                if let Some(next) = self.thinking.as_ref().map(|thinking| thinking.next(message, at)) {
                    self.plan(next);
                }
            }
            News::Rate(factor) => {
                let now = self.generator.now();
                self.generator.replan(|plan, next| plan.change_rate(now, factor, next));
            }
            News::SlipIn => {
                let number = SLIPPED_IN + self.slipped_in;
                self.slipped_in += 1;
                self.publish(Message { producer: self.rules.place(), number, planned: self.generator.now() })?;
            }
        }
        Ok(())
    }

    fn send_held(&mut self) -> Result<(), LiveError> {
        let Some(letters) = self.held.pop_front() else { return Ok(()) };
        let Some(message) = self.books.message(letters[0]) else { return Ok(()) };
        self.send(&letters, message)
    }

    fn refused(&mut self, at: Time, queue: QueueId, letter: Letter, tries: u32) {
        let Some(message) = self.books.message(letter) else { return };
        let name = &self.scenario.queue(queue).name;
        match self.rules.tries_again_at(at, message, name, tries) {
            None => self.books.gave_up(letter, at),
            Some(planned) => {
                self.again.entry((message.number, planned)).or_default().push(Again { queue, letter });
                self.generator.add(Message { planned, ..message });
            }
        }
    }

    fn try_again(&mut self, again: Vec<Again>) -> Result<(), LiveError> {
        for Again { queue, letter } in again {
            let Some(message) = self.books.message(letter) else { continue };
            self.books.tries_again(letter);
            let properties = self.carried.properties(message.number);
            self.publisher.publish(queue, Envelope::new(letter, message), properties)?;
        }
        Ok(())
    }
}
