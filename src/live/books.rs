//! The books of a live run: one recorder under a lock, told by the target what happens there and by the tasks what they do.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::run::LiveError;
use crate::adapter::{Ear, Envelope};
use crate::broker::{Effect, Message, Place, QueueId};
use crate::metrics::{Attempt, KeyOf, Letter, Plan, Record, Recorder, Tally};
use crate::scenario::Scenario;
use crate::scene::Figures;
use crate::time::{Span, Time};

/// What a producer is told, if it wants to know.
#[derive(Debug)]
pub enum News {
    /// One of its letters was let into a queue, or refused for good.
    Confirmed(Letter),
    /// A queue has refused a letter, for the so-manyth time.
    Refused { at: Time, queue: QueueId, letter: Letter, tries: u32 },
    /// A message that it waited for has ended.
    Over { at: Time, message: Message },
    /// Somebody changes its rate by hand to so many times what is planned.
    Rate(f64),
    /// It is to publish one message more, on which every attempt fails.
    SlipIn,
}

/// What a producer wants to be told.
pub struct Wants {
    pub sender: UnboundedSender<News>,
    pub confirmations: bool,
    pub refusals: bool,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Planned instants that were reached, and messages processed.
    pub published: u64,
    pub processed: u64,
    /// Messages that wait in queues.
    pub waiting: u64,
    pub response_p99: Option<Span>,
    /// The latest sending since that was last asked, in scenario time.
    pub sent_late: Span,
}

/// What the recorder does not keep of a message, by its track.
#[derive(Default)]
struct Note {
    /// When it was actually sent; taken by its first success.
    sent: Option<Time>,
    tries: u32,
    /// The consumer that has passed it on waits for it to be let in.
    let_in: Option<oneshot::Sender<()>>,
}

pub struct Books(Mutex<Shelf>);

struct Shelf {
    /// Until the books are closed.
    recorder: Option<Recorder>,
    notes: Notes,
}

/// What stands beside the recorder.
struct Notes {
    /// Several threads read the clock and then wait for the lock; what is booked later does not happen before.
    latest: Time,
    /// By track.
    letters: Vec<Note>,
    /// By producer.
    wants: Vec<Wants>,
    window: (Time, Time),
    published: u64,
    processed: u64,
    sent_late: Span,
    /// By queue: deliveries, and those that were not the first.
    deliveries: Vec<(u64, u64)>,
    /// From the planned instant, of all messages, for the eye.
    responses: Tally,
    /// From the actual sending, of the messages planned in the window.
    uncorrected: Tally,
}

impl Books {
    /// Books that are open, for producers who want to be told so much.
    pub fn new(plan: &Plan, wants: Vec<Wants>, key_of: Box<KeyOf>) -> Books {
        let notes = Notes {
            latest: Time::ZERO,
            letters: Vec::new(),
            wants,
            window: plan.window,
            published: 0,
            processed: 0,
            sent_late: Span::ZERO,
            deliveries: vec![(0, 0); plan.queues.len()],
            responses: Tally::default(),
            uncorrected: Tally::default(),
        };
        Books(Mutex::new(Shelf { recorder: Some(Recorder::new(plan).with_keys(key_of)), notes }))
    }

    /// A panic while it is held leaves books that do not balance, which is found out at the end.
    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is booked once the books are closed.
    fn with<R: Default>(&self, book: impl FnOnce(&mut Notes, &mut Recorder) -> R) -> R {
        let mut shelf = self.lock();
        let Shelf { recorder, notes } = &mut *shelf;
        recorder.as_mut().map_or_else(R::default, |recorder| book(notes, recorder))
    }

    /// A planned instant is reached. What is sent stands outside until the target says otherwise.
    pub fn published(&self, message: Message, copies: Option<u32>, is_awaited: bool, letters: &mut Vec<Letter>) {
        letters.clear();
        self.with(|notes, recorder| {
            match copies {
                None => letters.push(recorder.published_alone(message, is_awaited)),
                Some(copies) => letters.extend(recorder.published_in_copies(message, copies, is_awaited)),
            }
            notes.published += 1;
            for letter in letters.iter() {
                recorder.keeps_outside(letter.track);
                *notes.note(letter.track) = Note { sent: None, tries: 1, let_in: None };
            }
        });
    }

    /// Whose message a letter is; none once the books are closed.
    pub fn message(&self, letter: Letter) -> Option<Message> {
        self.with(|_, recorder| Some(recorder.message(letter.track)))
    }

    /// A letter is handed to the target now. Where a message has several, it has no time from one sending.
    pub fn sent(&self, letter: Letter, planned: Time, now: Time, is_only: bool) {
        self.with(|notes, _| {
            notes.sent_late = notes.sent_late.max(now.since(planned));
            notes.note(letter.track).sent = is_only.then_some(now);
        });
    }

    /// A letter is handed to the target once more.
    pub fn tries_again(&self, letter: Letter) {
        self.with(|notes, recorder| {
            recorder.tries_again(letter.track);
            recorder.keeps_outside(letter.track);
            notes.note(letter.track).tries += 1;
        });
    }

    /// A producer tries no more.
    pub fn gave_up(&self, letter: Letter, now: Time) {
        self.with(|notes, recorder| {
            recorder.comes_again(letter.track);
            recorder.gave_up(letter.track);
            notes.tell_ends(recorder, now);
        });
    }

    /// When the message of a delivery entered its queue, when it was delivered, and its entry there. Once the queue has
    /// taken the message back it only tells that this was before `now`.
    pub fn delivery(&self, track: u32, (entry, attempt): (u16, u32), now: Time) -> (Time, Time, u16) {
        let stay = self.with(|_, recorder| Some(recorder.stay(track)));
        match stay {
            Some((entered, since, (entry, latest))) if latest == attempt => (entered.min(now), since.min(now), entry),
            _ => (now, now, entry),
        }
    }

    /// A consumer begins to work on a delivery.
    pub fn began(&self, at: Time, queue: QueueId, delivery: (u16, u32), track: u32) {
        self.with(|notes, recorder| recorder.began(notes.on(at), queue, delivery, track));
    }

    /// A consumer of an entry has worked.
    pub fn worked(&self, ended: Time, crew: usize, began: Time) {
        self.with(|_, recorder| recorder.worked(ended, crew, began));
    }

    /// An attempt has ended. If it succeeded and its message is passed on, this is the copy.
    pub fn ended(&self, ended: Time, attempt: Attempt, producer: u16) -> Option<(Letter, oneshot::Receiver<()>)> {
        self.with(|notes, recorder| {
            let message = recorder.message(attempt.track);
            recorder.ended_in_batch(ended, attempt);
            if attempt.success && !attempt.passes_on {
                notes.succeeded(message, attempt.track, ended);
            }
            let passed_on = attempt.passes_on.then(|| {
                let letter = recorder.pass_on(attempt.track, producer);
                recorder.keeps_outside(letter.track);
                let (sender, receiver) = oneshot::channel();
                *notes.note(letter.track) = Note { sent: None, tries: 1, let_in: Some(sender) };
                (letter, receiver)
            });
            notes.tell_ends(recorder, ended);
            passed_on
        })
    }

    /// Consumers of an entry hold so many more messages that the broker has forgotten.
    pub fn hold(&self, at: Time, crew: usize, more: i64) {
        self.with(|notes, recorder| recorder.hold(notes.on(at), crew, more));
    }

    /// So many more consumers of an entry are available.
    pub fn available(&self, at: Time, crew: usize, more: i64) {
        self.with(|notes, recorder| recorder.available(notes.on(at), crew, more));
    }

    /// A consumer is cut off from its queue with a message in its hands.
    pub fn cut_off(&self, at: Time, track: u32) {
        self.with(|notes, recorder| recorder.cut_off(notes.on(at), track));
    }

    /// A consumer gives a message back that it has not begun.
    pub fn handed_back(&self, track: u32) {
        self.with(|_, recorder| recorder.handed_back(track));
    }

    /// A consumer has crashed with a message in its hands. What the broker was told or believed to be done is lost.
    pub fn crashed(&self, at: Time, track: u32, acknowledged_before: bool) {
        self.with(|notes, recorder| {
            recorder.crashed(track, acknowledged_before);
            notes.tell_ends(recorder, at);
        });
    }

    pub fn standing(&self) -> Standing {
        self.with(|notes, recorder| {
            notes.responses.settle();
            let p99 = notes.responses.quantiles(std::iter::once(0.99)).pop().flatten();
            Standing {
                published: notes.published,
                processed: notes.processed,
                waiting: recorder.waiting(),
                response_p99: p99.map(Span::from_seconds),
                sent_late: std::mem::take(&mut notes.sent_late),
            }
        })
    }

    /// What they say at an instant, or when something was booked last if that is later; none once they are closed.
    pub fn figures(&self, scenario: &Scenario, now: Time) -> Option<Figures> {
        self.with(|notes, recorder| Some(Figures::copy(scenario, recorder, notes.on(now), &notes.deliveries)))
    }

    /// Messages published and processed so far, and what waits and what is in flight in each queue.
    pub fn flows(&self) -> (u64, u64, Vec<(u64, u64)>) {
        self.with(|notes, recorder| {
            let queues = 0..notes.deliveries.len() as u16;
            (notes.published, notes.processed, queues.map(|queue| recorder.levels(QueueId(queue))).collect())
        })
    }

    /// Messages under way, and those without a fate.
    pub fn inside(&self) -> (u64, u64) {
        self.with(|_, recorder| (recorder.under_way(), recorder.open()))
    }

    /// Closes the books: nothing that is told afterwards counts. The end is no earlier than `now`, nor than what was
    /// booked last. Returns the times from the actual sending too.
    ///
    /// # Errors
    /// If they do not balance, or not agree with the target, where that tells what it holds.
    pub fn close(
        &self,
        now: Time,
        places: Option<&mut dyn Iterator<Item = (QueueId, Place)>>,
    ) -> Result<(Record, Tally), LiveError> {
        let mut shelf = self.lock();
        let recorder = shelf.recorder.take().expect("the books are closed once");
        if let Some(places) = places {
            recorder.agrees_with_places(places)?;
        }
        shelf.notes.uncorrected.settle();
        let record = recorder.finish(now.max(shelf.notes.latest))?;
        Ok((record, std::mem::take(&mut shelf.notes.uncorrected)))
    }
}

impl Notes {
    /// An instant as it is booked.
    fn on(&mut self, at: Time) -> Time {
        self.latest = self.latest.max(at);
        self.latest
    }

    fn note(&mut self, track: u32) -> &mut Note {
        let at = track as usize;
        if at >= self.letters.len() {
            self.letters.resize_with(at + 1, Note::default);
        }
        &mut self.letters[at]
    }

    /// A first success counts from the sending and for the eye.
    fn succeeded(&mut self, message: Message, track: u32, ended: Time) {
        let Some(sent) = self.note(track).sent.take() else { return };
        self.processed += 1;
        self.responses.record(ended.since(message.planned));
        if self.window.0 <= message.planned && message.planned < self.window.1 {
            self.uncorrected.record(ended.since(sent));
        }
    }

    fn let_in(&mut self, letter: Letter) {
        if let Some(waits) = self.note(letter.track).let_in.take() {
            // Whoever waited may be gone.
            let _ = waits.send(());
        }
        self.tell(letter.producer, |wants| wants.confirmations.then_some(News::Confirmed(letter)));
    }

    fn tell(&self, producer: u16, news: impl FnOnce(&Wants) -> Option<News>) -> bool {
        let wants = &self.wants[usize::from(producer)];
        let Some(news) = news(wants) else { return false };
        wants.sender.send(news).is_ok()
    }

    fn refused(&mut self, recorder: &mut Recorder, at: Time, queue: QueueId, letter: Letter) {
        let is_passed_on = recorder.message_of(letter).is_none();
        let tries = self.note(letter.track).tries;
        let refused = |wants: &Wants| wants.refusals.then_some(News::Refused { at, queue, letter, tries });
        if is_passed_on || !self.tell(letter.producer, refused) {
            recorder.comes_again(letter.track);
            recorder.gave_up(letter.track);
        }
        self.let_in(letter);
    }

    /// Clients are told of the messages that they waited for.
    fn tell_ends(&self, recorder: &mut Recorder, at: Time) {
        for message in recorder.take_over() {
            self.tell(message.producer, |_| Some(News::Over { at, message }));
        }
    }
}

impl Ear for Books {
    fn hear(&self, at: Time, effect: &Effect<Envelope>) {
        let effect = effect.with(effect.payload().letter);
        self.with(|notes, recorder| {
            let at = notes.on(at);
            match effect {
                // It was outside until now, blocked or on its way.
                Effect::Accepted { queue, payload, .. } => {
                    recorder.effect(at, &Effect::Accepted { queue, was_blocked: true, payload });
                    notes.let_in(payload);
                }
                Effect::Blocked { .. } => {}
                Effect::Delivered { queue, attempt, .. } => {
                    let (all, again) = &mut notes.deliveries[queue.index()];
                    *all += 1;
                    *again += u64::from(attempt > 1);
                    recorder.effect(at, &effect);
                }
                Effect::Refused { queue, payload } => notes.refused(recorder, at, queue, payload),
                effect => recorder.effect(at, &effect),
            }
            notes.tell_ends(recorder, at);
        });
    }

    fn overtaken(&self, envelope: Envelope) {
        self.with(|_, recorder| recorder.overtaken(envelope.letter.track));
    }

    fn tried_again(&self, envelope: Envelope) {
        self.with(|_, recorder| {
            recorder.tries_again(envelope.letter.track);
            recorder.keeps_outside(envelope.letter.track);
        });
    }

    fn came_again(&self, envelope: Envelope) {
        self.with(|_, recorder| recorder.came_again(envelope.message()));
    }
}
