//! One consumer's task: it takes, works for as long as a draw says, and answers, by the rules of its crew.

mod presence;
mod struck;
mod told;

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{oneshot, watch};

use super::books::Books;
use super::fate::Fate;
use super::first::{First, first_of};
use super::roster::Place;
use super::run::{LiveError, Phase};
use super::{Hands, Lateness, TimerError};
use crate::adapter::{Consumer, Delivery, Envelope, Publisher, Said};
use crate::broker::{DeliveryId, Terms};
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
    /// The time is counted for which it could work.
    pub is_counted: bool,
    pub fate: Fate,
    /// Where it lets be seen what it does, if somebody watches.
    pub doing: Option<Arc<AtomicU8>>,
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
    let mut task = Task::new(parts);
    let closed = async { phase.wait_for(|phase| *phase == Phase::Closed).await.map(drop) };
    match first_of(closed, task.go()).await {
        First::A(_) => Ok(std::mem::take(task.parts.hands.lateness())),
        First::B(ended) => ended.map(|()| std::mem::take(task.parts.hands.lateness())),
    }
}

struct Task<C: Consumer, P> {
    parts: Consuming<C, P>,
    /// When each delivery was made that is not answered, and what to answer it with.
    tags: BTreeMap<DeliveryId, (Time, C::Tag)>,
    deliveries: u64,
    /// Of what is held and not begun, in its order: when it entered its queue and when it was delivered.
    held: VecDeque<(Time, Time)>,
    next: Next,
    /// When the attempt began that is under way.
    began: Time,
    /// It has passed these on, and waits until each is let in or refused.
    outside: Vec<LetIn>,
    /// It counts as somebody who could work: it is there, or has something left to work on, and is not down.
    is_available: bool,
    /// The broker is away.
    is_cut_off: bool,
    /// How it is to acknowledge, and on what terms it takes, as soon as it has nothing left to work on.
    becomes: Option<(Terms, Acknowledge)>,
}

/// Tells when a queue has let in what was passed on to it, or refused it.
type LetIn = oneshot::Receiver<()>;

/// What a consumer has waited for.
enum Step<T> {
    /// None when the target has ended.
    Delivered(Option<Delivery<T>>),
    /// Until now.
    Waited(Time),
    /// Until the second instant, on what was to end at the first.
    Worked(Time, Time),
    /// The last of what is outside is so no more.
    LetIn,
}

/// The next time that a consumer is called in or sent home.
async fn call(place: &mut Option<Place>) -> bool {
    match place {
        Some(place) => place.call().await,
        None => pending().await,
    }
}

/// Goes on with what it does. Nothing has happened if it is not awaited to its end.
async fn step<C: Consumer>(
    inbox: &mut C,
    hands: &mut Hands,
    next: Next,
    outside: Option<&mut LetIn>,
) -> Result<Step<C::Tag>, TimerError> {
    if let Some(let_in) = outside {
        // Whoever would tell is gone only with the books.
        let _ = let_in.await;
        return Ok(Step::LetIn);
    }
    Ok(match next {
        Next::Nothing => Step::Delivered(inbox.recv().await),
        Next::Wait(until) => match first_of(inbox.recv(), hands.rest(until)).await {
            First::A(delivery) => Step::Delivered(delivery),
            First::B(now) => Step::Waited(now?),
        },
        Next::Work(ends) => Step::Worked(ends, hands.work(ends).await?),
    })
}

impl<C: Consumer, P: Publisher> Task<C, P> {
    fn new(parts: Consuming<C, P>) -> Task<C, P> {
        let mut task = Task {
            is_available: parts.is_present,
            parts,
            tags: BTreeMap::new(),
            deliveries: 0,
            held: VecDeque::new(),
            next: Next::Nothing,
            began: Time::ZERO,
            outside: Vec::new(),
            is_cut_off: false,
            becomes: None,
        };
        if !task.is_available {
            task.leave();
        }
        task
    }

    /// What befalls it interrupts whatever it does.
    async fn go(&mut self) -> Result<(), LiveError> {
        loop {
            self.show();
            let Consuming { inbox, hands, place, fate, .. } = &mut self.parts;
            let goes_on = step(inbox, hands, self.next, self.outside.last_mut());
            match first_of(first_of(fate.next(), call(place)), goes_on).await {
                First::A(First::A(blow)) => self.is_struck(blow?)?,
                First::A(First::B(is_called)) => self.attend(is_called),
                First::B(step) => match step? {
                    Step::Delivered(None) => return Ok(()),
                    Step::Delivered(Some(delivery)) => self.put(delivery),
                    Step::Waited(now) => self.has_waited(now),
                    Step::Worked(ends, ended) => self.has_worked(ends, ended)?,
                    Step::LetIn => self.is_rid_of_one(),
                },
            }
        }
    }

    /// A delivery comes to its desk. What it does already it goes on with, unless that changes it.
    fn put(&mut self, delivery: Delivery<C::Tag>) {
        let Delivery { envelope: Envelope { letter, number, .. }, queue, entry, attempt, tag } = delivery;
        let now = self.parts.hands.now();
        let (entered, delivered, entry) = self.parts.books.delivery(letter.track, (entry, attempt), now);
        let id = DeliveryId::numbered(self.deliveries);
        self.deliveries += 1;
        self.tags.insert(id, (delivered, tag));
        let (producer, label) = (letter.producer, letter.track);
        let handed = Handed { delivery: id, queue, number, producer, entry, attempt, label };
        if !self.parts.crew.desk(DESK).is_present() && self.parts.acknowledge != Acknowledge::OnDelivery {
            // It was on its way as this consumer left.
            return self.give_back(handed);
        }
        self.held.push_back((entered, delivered));
        self.forgotten(delivered, 1);
        let begins = self.batch_begins().max(self.parts.hands.begins(entered, delivered));
        match self.begin(begins, |crew| crew.put(DESK, begins, handed)) {
            Next::Nothing => {}
            next => self.next = next,
        }
    }

    /// It has waited for more, or it has hung: then it begins by rights when that should have ended.
    fn has_waited(&mut self, now: Time) {
        let at = match self.next {
            Next::Wait(until) if self.parts.crew.desk(DESK).hangs() => until,
            _ => now,
        };
        self.next = self.begin(at, |crew| crew.next_batch(DESK, at, true));
    }

    /// With what is held, once its hands are free.
    fn next_batch(&mut self) -> Next {
        if self.held.is_empty() {
            return Next::Nothing;
        }
        let begins = self.batch_begins();
        self.begin(begins, |crew| crew.next_batch(DESK, begins, false))
    }

    /// When it begins by rights with the next of what is held: with each of these it could by then. What has come again
    /// after others entered its queue before them.
    fn batch_begins(&self) -> Time {
        let next = self.held.iter().take(self.parts.up_to);
        next.map(|(entered, delivered)| self.parts.hands.begins(*entered, *delivered)).max().unwrap_or(Time::ZERO)
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

    /// The work on its batch is done; it may be that some of that is passed on and not let in yet.
    fn has_worked(&mut self, ends: Time, ended: Time) -> Result<(), LiveError> {
        self.next = Next::Nothing;
        // What has come meanwhile is on the desk: whoever acknowledges several at once goes on if there is more to do.
        while let Some(delivery) = self.parts.inbox.try_recv() {
            self.put(delivery);
        }
        let done = self.parts.crew.done(DESK);
        // The next attempt begins by rights where this one should have ended, and no time is counted twice.
        self.parts.books.worked(ends, self.parts.entry, self.began);
        for (handed, success) in done {
            let let_in = self.ended(ended, handed, success)?;
            self.outside.extend(let_in);
            if self.parts.acknowledge == Acknowledge::OnDelivery {
                self.tags.remove(&handed.delivery);
            }
        }
        // As a rule there is room at once.
        self.outside.retain_mut(|let_in| let_in.try_recv() == Err(TryRecvError::Empty));
        self.parts.crew.pass_on(DESK, self.outside.len());
        if self.outside.is_empty() {
            self.clear();
        }
        Ok(())
    }

    /// The time until all that it passes on has a place is not its own lateness.
    fn is_rid_of_one(&mut self) {
        self.outside.pop();
        if self.parts.crew.is_rid_of_one(DESK) {
            self.parts.hands.was_held_up();
            self.clear();
        }
    }

    /// It is through with its batch: it answers, and goes on.
    fn clear(&mut self) {
        if self.parts.acknowledge == Acknowledge::OnDelivery {
            let count = self.parts.crew.desk(DESK).batch().len() as i64;
            self.forgotten(self.parts.hands.now(), -count);
        }
        self.keep_unheard();
        let said = self.parts.crew.clear(DESK);
        self.say(said);
        if !self.parts.crew.desk(DESK).is_present() && self.parts.crew.is_over(DESK) {
            self.go_home();
            self.becomes_so();
        }
        self.next = self.next_batch();
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
            acknowledged_before: self.parts.crew.acknowledges_before(DESK),
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

    fn say(&mut self, answers: Vec<Answer>) {
        let acknowledged = |answer: &Answer| match answer {
            Answer::Acknowledge(delivery) => Some(*delivery),
            _ => None,
        };
        let all: Option<Vec<DeliveryId>> = answers.iter().map(acknowledged).collect();
        if let Some(all) = all.filter(|all| all.len() > 1) {
            let tags = all.iter().filter_map(|delivery| self.tags.remove(delivery)).map(|(_, tag)| tag).collect();
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
            if let Some((_, tag)) = self.tags.remove(&delivery) {
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
