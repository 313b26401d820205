//! Who listens to what happens in a run: nobody, as a rule, and then it costs nothing; or somebody who writes it down.

use super::clients::Clients;
use super::diary::Note;
use crate::broker::{Broker, Command, ConsumerId, Effect, Effects, Place, QueueId};
use crate::metrics::Letter;
use crate::result::{Event, Who};
use crate::time::Time;

/// Hands commands to the broker and hears what follows from them. A type of its own for each kind of listener, so
/// that nobody asks on the common path whether there is one.
pub trait Listener {
    /// It hears nothing of what it is told.
    const IS_NOBODY: bool = false;

    /// A planned instant is reached.
    fn published(&mut self, clients: &mut Clients<'_>, queue: QueueId, letter: Letter);

    /// As [`Broker::apply`].
    fn apply(&mut self, broker: &mut Broker<Letter>, command: Command<Letter>, clients: &mut Clients<'_>);

    /// As [`Broker::carry_out`].
    fn carry_out(&mut self, broker: &mut Broker<Letter>, command: Command<Letter>, clients: &mut Clients<'_>);

    /// Hears what it has not heard yet.
    fn up_to_date(&mut self, clients: &mut Clients<'_>);
}

/// Nobody listens.
pub struct Nobody;

impl Listener for Nobody {
    const IS_NOBODY: bool = true;

    #[inline(always)]
    fn published(&mut self, _: &mut Clients<'_>, _: QueueId, _: Letter) {}

    #[inline(always)]
    fn apply(&mut self, broker: &mut Broker<Letter>, command: Command<Letter>, clients: &mut Clients<'_>) {
        broker.apply(clients.now, command, clients);
    }

    #[inline(always)]
    fn carry_out(&mut self, broker: &mut Broker<Letter>, command: Command<Letter>, clients: &mut Clients<'_>) {
        broker.carry_out(clients.now, command, clients);
    }

    fn up_to_date(&mut self, _: &mut Clients<'_>) {}
}

/// What becomes of events.
pub trait Write {
    fn write(&mut self, event: &Event);
}

impl Write for &mut dyn FnMut(&Event) {
    fn write(&mut self, event: &Event) {
        self(event);
    }
}

/// Makes an event of everything that happens to a message, and of what happens to consumers.
pub struct Scribe<W> {
    pub write: W,
    /// By track: to whom its message was delivered last, and which attempt that was.
    deliveries: Vec<Option<(ConsumerId, u32)>>,
}

impl<W: Write> Scribe<W> {
    pub fn new(write: W) -> Scribe<W> {
        Scribe { write, deliveries: Vec::new() }
    }

    fn hear(&mut self, clients: &mut Clients<'_>, effect: &Effect<Letter>) {
        self.read_diary(clients);
        if let Effect::Delivered { consumer, attempt, payload, .. } = *effect {
            let at = payload.track as usize;
            if self.deliveries.len() <= at {
                self.deliveries.resize(at + 1, None);
            }
            self.deliveries[at] = Some((consumer, attempt));
        }
        let (what, queue, letter, why) = said(effect);
        let is_with_consumer = matches!(
            effect,
            Effect::Delivered { .. }
                | Effect::Returned { .. }
                | Effect::Acknowledged { from: Place::InFlight, .. }
                | Effect::Dropped { from: Place::InFlight, .. }
                | Effect::DeadLettered { from: Place::InFlight, .. }
        );
        let delivery = self.deliveries.get(letter.track as usize).copied().flatten().filter(|_| is_with_consumer);
        self.tell(clients, what, queue, letter, delivery, why);
    }

    fn tell(
        &mut self,
        clients: &Clients<'_>,
        what: &'static str,
        queue: QueueId,
        letter: Letter,
        delivery: Option<(ConsumerId, u32)>,
        why: &'static str,
    ) {
        let message = clients.recorder.message(letter.track);
        self.write.write(&Event {
            at: clients.now,
            what,
            message: Some((usize::from(message.producer), message.number)),
            queue: Some(queue.index()),
            consumer: delivery.map(|(consumer, _)| who(clients, consumer)),
            attempt: delivery.map(|(_, attempt)| attempt),
            why,
        });
    }

    /// What consumers have done comes before what the broker does next.
    fn read_diary(&mut self, clients: &mut Clients<'_>) {
        let mut diary = clients.diary.take().unwrap_or_default();
        for Note { at, what, consumer, handed, why } in diary.drain(..) {
            self.write.write(&Event {
                at,
                what,
                message: handed.map(|handed| (usize::from(handed.producer), handed.number)),
                queue: handed.map(|handed| handed.queue.index()),
                consumer: Some(who(clients, consumer)),
                attempt: handed.map(|handed| handed.attempt),
                why,
            });
        }
        clients.diary = Some(diary);
    }
}

fn who(clients: &Clients<'_>, consumer: ConsumerId) -> Who {
    let entry = clients.seats[consumer.0 as usize].crew;
    Who { entry: entry as usize, number: consumer.0 - clients.first_of(entry) }
}

/// What an effect is called, of what, and why it happened.
fn said(effect: &Effect<Letter>) -> (&'static str, QueueId, Letter, &'static str) {
    match *effect {
        Effect::Accepted { queue, was_blocked, payload } => {
            ("accepted", queue, payload, if was_blocked { "was blocked" } else { "" })
        }
        Effect::Refused { queue, payload } => ("refused", queue, payload, ""),
        Effect::Blocked { queue, payload } => ("blocked", queue, payload, ""),
        Effect::Delivered { queue, payload, .. } => ("delivered", queue, payload, ""),
        Effect::Acknowledged { queue, payload, from } => {
            ("acknowledged", queue, payload, if from == Place::InFlight { "" } else { "late" })
        }
        Effect::Returned { queue, payload, to } => {
            ("returned", queue, payload, if to == Place::Delayed { "delayed" } else { "" })
        }
        Effect::Ready { queue, payload } => ("ready", queue, payload, ""),
        Effect::Dropped { queue, payload, cause, .. } => ("dropped", queue, payload, cause.name()),
        Effect::DeadLettered { queue, payload, cause, .. } => ("dead_lettered", queue, payload, cause.name()),
        Effect::Parked { queue, payload } => ("parked", queue, payload, ""),
    }
}

/// Told of an effect, the scribe hears it first, and then the clients carry it out.
struct Both<'c, 'a, 's, W> {
    scribe: &'s mut Scribe<W>,
    clients: &'c mut Clients<'a>,
}

impl<W: Write> Effects<Letter> for Both<'_, '_, '_, W> {
    fn push(&mut self, effect: Effect<Letter>) {
        self.scribe.hear(self.clients, &effect);
        self.clients.push(effect);
    }
}

impl<W: Write> Listener for Scribe<W> {
    fn published(&mut self, clients: &mut Clients<'_>, queue: QueueId, letter: Letter) {
        self.read_diary(clients);
        self.tell(clients, "published", queue, letter, None, "");
    }

    fn apply(&mut self, broker: &mut Broker<Letter>, command: Command<Letter>, clients: &mut Clients<'_>) {
        let now: Time = clients.now;
        broker.apply(now, command, &mut Both { scribe: self, clients });
    }

    fn carry_out(&mut self, broker: &mut Broker<Letter>, command: Command<Letter>, clients: &mut Clients<'_>) {
        let now: Time = clients.now;
        broker.carry_out(now, command, &mut Both { scribe: self, clients });
    }

    fn up_to_date(&mut self, clients: &mut Clients<'_>) {
        self.read_diary(clients);
    }
}
