//! Whatever comes over the network, in whatever order: what is concluded from it fits together, and the books balance.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use kendall::adapter::{Arrived, Concluded, Death, Ear, Envelope, Handed, Said, Setting};
use kendall::broker::{Effect, Keeps, Message, QueueId};
use kendall::live::Speed;
use kendall::measure::Cause;
use kendall::metrics::{Attempt, Recorder};
use kendall::sim;
use kendall::time::{Span, Time};
use proptest::prelude::*;

use crate::runs::scenario;

const QUEUES: &str = "
run: {duration: 1h, warmup: none}
queues:
  a: {capacity: 5, when_full: dead_letter, dead_letter: b}
  b: {ttl: 1s, dead_letter: c}
  c: {}
  d: {ttl: 1s}
producers: {p: {publishes_to: [a, d], arrivals: {poisson: {rate: 1/s}}}}
consumers: {w: {takes_from: [a, b, d], service: 1ms}}
";

/// What a network may bring, of one of the messages so far.
#[derive(Clone, Debug)]
enum Heard {
    Published(u16),
    Confirmed(bool),
    /// Over the present connection, or one of those that are lost.
    Delivered(u16, Vec<Death>, bool, bool),
    /// One of the deliveries so far.
    Answered(prop::sample::Index, Said),
    /// The connection breaks; a letter that was not confirmed is sent again, which the broker may have had.
    Broken,
    SentAgain(bool),
    Rests(u16, Vec<Death>),
    Gone(Vec<Death>),
    Remain(u16, bool),
    Garbage(Vec<u8>),
}

/// A recorder that hears as the books of a live run do.
struct Books(Mutex<(Recorder, Time)>);

impl Ear for Books {
    fn hear(&self, at: Time, effect: &Effect<Envelope>) {
        let (recorder, latest) = &mut *self.0.lock().unwrap();
        *latest = at.max(*latest);
        match effect.with(effect.payload().letter) {
            Effect::Accepted { queue, payload, .. } => {
                recorder.effect(*latest, &Effect::Accepted { queue, was_blocked: true, payload });
            }
            Effect::Refused { payload, .. } => {
                recorder.comes_again(payload.track);
                recorder.gave_up(payload.track);
            }
            effect => recorder.effect(*latest, &effect),
        }
    }

    fn overtaken(&self, envelope: Envelope) {
        self.0.lock().unwrap().0.overtaken(envelope.letter.track);
    }

    fn tried_again(&self, envelope: Envelope) {
        let (recorder, _) = &mut *self.0.lock().unwrap();
        recorder.tries_again(envelope.letter.track);
        recorder.keeps_outside(envelope.letter.track);
    }

    fn came_again(&self, envelope: Envelope) {
        self.0.lock().unwrap().0.came_again(envelope.message());
    }
}

struct Run {
    books: Arc<Books>,
    concluded: Concluded,
    messages: Vec<(Envelope, u64)>,
    deliveries: Vec<Arrived>,
    breaks: u64,
}

impl Run {
    fn publish(&mut self, queue: u16) {
        let message = Message { producer: 0, number: self.messages.len() as u64, planned: Time::ZERO };
        let letter = {
            let (recorder, _) = &mut *self.books.0.lock().unwrap();
            let letter = recorder.published_alone(message, false);
            recorder.keeps_outside(letter.track);
            letter
        };
        let envelope = Envelope::new(letter, message);
        self.messages.push((envelope, self.concluded.sent(u32::from(queue % 2), QueueId(queue), envelope)));
    }

    fn delivered(&mut self, queue: QueueId, payload: &[u8], deaths: &[Death], forgets: bool, is_late: bool) {
        let keeps = if forgets { Keeps::UntilDelivered } else { Keeps::UntilAnswered };
        let breaks = self.breaks.saturating_sub(u64::from(is_late));
        let handed = self.concluded.delivered(breaks, queue, payload, deaths, keeps);
        assert!(handed != Handed::Void || is_late && !forgets);
        let Handed::Message(arrived) = handed else { return };
        let Arrived { envelope, entry, .. } = arrived;
        self.deliveries.push(arrived);
        let (recorder, latest) = &mut *self.books.0.lock().unwrap();
        let track = envelope.letter.track;
        // Nobody acknowledges what has failed, unless before.
        let (began, success) = (*latest, !forgets || envelope.message().number % 3 > 0);
        let attempt = Attempt {
            crew: 0,
            queue,
            track,
            entry,
            began,
            of: 1,
            success,
            acknowledged_before: forgets,
            passes_on: false,
        };
        recorder.ended_in_batch(*latest, attempt);
    }

    fn hear(&mut self, which: prop::sample::Index, heard: Heard) {
        if let Heard::Published(queue) = heard {
            return self.publish(queue);
        }
        let Some(&(envelope, nth)) = (!self.messages.is_empty()).then(|| which.get(&self.messages)) else { return };
        let payload = envelope.to_bytes();
        match heard {
            Heard::Published(_) => {}
            Heard::Confirmed(taken) => self.concluded.confirmed(envelope, nth, taken),
            Heard::Delivered(queue, deaths, forgets, is_late) => {
                self.delivered(QueueId(queue), &payload, &deaths, forgets, is_late);
            }
            Heard::Answered(delivery, said) => {
                if !self.deliveries.is_empty() {
                    let Arrived { envelope, delivery, .. } = *delivery.get(&self.deliveries);
                    self.concluded.answered(envelope, delivery, said);
                }
            }
            Heard::Broken => self.breaks = self.concluded.broke(),
            Heard::SentAgain(was_handed) => {
                if let Some(again) = self.concluded.sent_again(envelope, nth, was_handed) {
                    let at = which.index(self.messages.len());
                    self.messages[at].1 = again;
                }
            }
            Heard::Rests(queue, deaths) => self.concluded.rests(QueueId(queue), &payload, &deaths),
            Heard::Gone(deaths) => self.concluded.gone(&payload, &deaths),
            Heard::Remain(queue, is_there) => {
                let there = if is_there { vec![payload.to_vec()] } else { Vec::new() };
                self.concluded.remain(QueueId(queue), &there);
            }
            Heard::Garbage(bytes) => self.delivered(QueueId(0), &bytes, &[], false, false),
        }
    }
}

fn deaths() -> impl Strategy<Value = Vec<Death>> {
    let causes = prop::sample::select(vec![Cause::Expired, Cause::Full, Cause::Rejected, Cause::Limit]);
    let count = prop_oneof![8 => 1..3_u64, 1 => any::<u64>()];
    let one = (0..4_u16, causes, count).prop_map(|(queue, cause, count)| Death { queue: QueueId(queue), cause, count });
    prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(one, 1..3)]
}

fn heard() -> impl Strategy<Value = Heard> {
    let said = prop::sample::select(vec![Said::Acknowledge, Said::Requeue, Said::Reject, Said::GiveBack]);
    prop_oneof![
        6 => prop::sample::select(vec![0, 3]).prop_map(Heard::Published),
        4 => any::<bool>().prop_map(Heard::Confirmed),
        8 => (0..4_u16, deaths(), prop::bool::weighted(0.2), prop::bool::weighted(0.1))
            .prop_map(|(queue, deaths, forgets, is_late)| Heard::Delivered(queue, deaths, forgets, is_late)),
        6 => (any::<prop::sample::Index>(), said).prop_map(|(delivery, said)| Heard::Answered(delivery, said)),
        1 => Just(Heard::Broken),
        2 => any::<bool>().prop_map(Heard::SentAgain),
        2 => (Just(2), deaths()).prop_map(|(queue, deaths)| Heard::Rests(queue, deaths)),
        2 => deaths().prop_map(Heard::Gone),
        1 => (0..4_u16, any::<bool>()).prop_map(|(queue, is_there)| Heard::Remain(queue, is_there)),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Heard::Garbage),
    ]
}

proptest! {
    #[test]
    fn the_books_balance_whatever_is_heard(events in prop::collection::vec((any::<prop::sample::Index>(), heard()), 1..120)) {
        let scenario = scenario(QUEUES);
        let recorder = Recorder::new(&sim::measured_live(&scenario, Span::ZERO));
        let books = Arc::new(Books(Mutex::new((recorder, Time::ZERO))));
        let ear = Arc::clone(&books) as Arc<dyn Ear>;
        let setting = Setting { scenario: &scenario, began: Instant::now(), speed: Speed::REAL, ear, services: Vec::new() };
        let mut run = Run { books, concluded: Concluded::new(&setting), messages: Vec::new(), deliveries: Vec::new(), breaks: 0 };
        for (which, heard) in events {
            run.hear(which, heard);
        }
        let Run { books, concluded, messages, .. } = run;
        drop((concluded, setting));
        let (recorder, latest) = Arc::into_inner(books).expect("nobody else has it").0.into_inner().unwrap();
        let record = recorder.finish(latest).unwrap();
        let account = record.producer_accounts().next().unwrap();
        prop_assert_eq!(account.published, messages.len() as u64);
    }
}
