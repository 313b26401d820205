//! What a live run needs of a broker: one trait, and one file for each target.
//!
//! A [`Target`] is opened for one run. Its queues are made, publishers and consumers are handed out, and an [`Ear`] is told
//! everything that happens there as the [`Effect`]s of kendall's own rules: so one recorder books every target. A broker of
//! kendall's own tells what happened; for a foreign one its adapter concludes it from what the clients see: a confirmed
//! publish was accepted, a delivery was delivered, an acknowledgement that was sent was acknowledged. The run makes one
//! task for each publisher and consumer; none of them waits for another's.

mod address;
#[cfg(feature = "amqp-client")]
mod amqp;
// What a foreign target is booked by, and only of use with one.
#[cfg(feature = "amqp-client")]
mod concluded;
mod embedded;
mod envelope;

pub use address::{Address, AddressError};
#[cfg(feature = "amqp-client")]
pub use amqp::Amqp;
#[cfg(feature = "amqp-client")]
pub use concluded::{Arrived, Concluded, Death, Handed};
pub use embedded::Embedded;
pub use envelope::Envelope;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::broker::{Effect, Place, Properties, QueueId, Services, Terms};
use crate::host::HostError;
pub use crate::host::Outage;
pub use crate::scenario::Lacking;
use crate::scenario::Scenario;
use crate::time::{Speed, Time};

/// What becomes of a message that a target has confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Lost with the broker's process.
    Memory,
    /// Lost if the broker's machine stops.
    PageCache,
    /// Kept on one machine.
    Disk,
    /// Kept on most of several machines.
    Quorum,
}

impl Durability {
    /// As results spell it.
    pub fn name(self) -> &'static str {
        match self {
            Durability::Memory => "memory",
            Durability::PageCache => "page cache",
            Durability::Disk => "disk",
            Durability::Quorum => "quorum",
        }
    }
}

/// Why a target does not do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    #[error(transparent)]
    Embedded(#[from] HostError),
    #[error("a message could not be published: {0}")]
    Publish(#[from] crate::host::PublishError),
    #[error("cannot connect to {target}: {why}; {advice}")]
    Unreachable { target: String, why: String, advice: &'static str },
    #[error("{target} does not {what}: {why}")]
    Unwilling { target: String, what: String, why: String },
    #[error("the connection to {target} broke: {why}")]
    Lost { target: String, why: String },
    #[error(
        "a message of {bytes} bytes is larger than the {most} that are sent to this target; give messages a smaller `size`"
    )]
    TooLarge { bytes: u64, most: u64 },
}

/// Where a run's time begins and how fast it passes, whose it is, and who hears of it.
pub struct Setting<'a> {
    pub scenario: &'a Scenario,
    /// Instant 0, which may be to come.
    pub began: Instant,
    pub speed: Speed,
    pub ear: Arc<dyn Ear>,
    /// How long attempts take on the messages of queues that give out the shortest first.
    pub services: Vec<(QueueId, Services)>,
}

/// Hears everything that happens at a target, each message's in its order.
pub trait Ear: Send + Sync {
    /// It must be short, and must not use the target.
    fn hear(&self, at: Time, effect: &Effect<Envelope>);

    /// A message was delivered for the first time after one that had entered its queue later. A target that tells when
    /// messages enter does not say so: it shows.
    fn overtaken(&self, envelope: Envelope);

    /// What was handed to a target that then could not be heard any more is handed to it once more.
    fn tried_again(&self, _: Envelope) {}

    /// A message has come again after all was said about it, and nobody works on it: a target that cannot lose its
    /// connection has none such.
    fn came_again(&self, _: Envelope) {}
}

/// Somewhere to run a scenario.
pub trait Target: Send + Sync {
    type Session: Session;

    /// As results call it; without credentials.
    fn name(&self) -> String;

    fn durability(&self) -> Durability;

    /// Why figures of its queues have no value, if only the broker knows them and it does not tell: lengths, what is in
    /// flight, and times since messages entered. Then it does not tell the order in which messages enter either.
    fn untold(&self) -> Option<&'static str> {
        None
    }

    /// How long before a run it has to be opened, in real time, beyond what any target takes.
    fn lead(&self, _: &Scenario) -> Duration {
        Duration::ZERO
    }

    /// What the scenario asks for and this target has no equivalent of. It is looked at before anything is opened.
    fn lacks(&self, scenario: &Scenario) -> Vec<Lacking>;

    /// Connects, and makes the queues of the scenario, which are empty then.
    ///
    /// # Errors
    /// If that is not possible.
    fn open(&self, setting: Setting<'_>) -> impl Future<Output = Result<Self::Session, TargetError>> + Send;
}

/// A target during one run. One that loses its connection makes a new one by itself, and tells the ear what came of it,
/// or has failed for good.
pub trait Session: Send + Sync + 'static {
    type Publisher: Publisher;
    type Consumer: Consumer;

    /// # Errors
    /// If there can be no further publisher.
    fn publisher(&self) -> impl Future<Output = Result<Self::Publisher, TargetError>> + Send;

    /// A consumer of these queues, in order of preference.
    ///
    /// # Errors
    /// If there can be no further consumer.
    fn consumer(
        &self,
        queues: &[QueueId],
        terms: Terms,
    ) -> impl Future<Output = Result<Self::Consumer, TargetError>> + Send;

    /// Messages in a queue, as the target counts them: those that wait, at least.
    ///
    /// # Errors
    /// If the target does not answer.
    fn depth(&self, queue: QueueId) -> impl Future<Output = Result<u64, TargetError>> + Send;

    /// How often the connection was lost and made anew.
    fn reconnects(&self) -> u64;

    /// Why there is nothing more to come, if it has failed.
    fn failed(&self) -> Option<TargetError> {
        None
    }

    /// Messages in its queues that were not of this run, and that nobody was handed.
    fn foreign(&self) -> u64 {
        0
    }

    /// Queues are away from now on, and with the broker every consumer's connection is closed, as [`Outage`] says. A target
    /// that [lacks](Target::lacks) outages is not asked.
    ///
    /// # Errors
    /// If the target knows no outages.
    fn begin_outage(&self, _: &Outage) -> Result<(), TargetError> {
        Err(not_by_plan("go away"))
    }

    /// They are back, where no other outage lasts.
    ///
    /// # Errors
    /// As [`Session::begin_outage`].
    fn end_outage(&self, _: &Outage) -> Result<(), TargetError> {
        Err(not_by_plan("come back"))
    }

    /// Whether somebody may change by hand what its consumers do: crash them, and tell them otherwise on what terms they take.
    fn lets_be_changed(&self) -> bool {
        false
    }

    /// Finds out, when nothing more is planned, what became of messages that were not heard of since they were accepted,
    /// and tells the ear. Consumers may be handed nothing afterwards.
    ///
    /// # Errors
    /// If the target does not answer.
    fn settle(&self) -> impl Future<Output = Result<(), TargetError>> + Send {
        async { Ok(()) }
    }

    /// Closes the books: the ear is told nothing while `close` runs. It is handed the places of all messages, where the
    /// target can tell them, for the books to be held against.
    fn still<R>(&self, close: impl FnOnce(Option<&mut dyn Iterator<Item = (QueueId, Place)>>) -> R) -> R;

    /// Ends it; publishers and consumers may still be there.
    fn end(self) -> impl Future<Output = ()> + Send;
}

/// Publishes, without waiting for anything.
pub trait Publisher: Send + 'static {
    /// Hands a message over. What becomes of it, the ear is told: it is accepted, blocked or refused. Any number may be
    /// on the way at once; what the target does not take yet waits here, so that the sender is never held up.
    ///
    /// # Errors
    /// If the target is gone for good.
    fn publish(&mut self, queue: QueueId, envelope: Envelope, properties: Properties) -> Result<(), TargetError>;
}

/// A message in somebody's hands.
#[derive(Debug)]
pub struct Delivery<T> {
    pub envelope: Envelope,
    pub queue: QueueId,
    /// How many times the message has entered the queue, and deliveries since; at a target that does not count, 1 and
    /// whether it was delivered before.
    pub entry: u16,
    pub attempt: u32,
    /// What to answer for it with.
    pub tag: T,
}

/// What a consumer says of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Acknowledge,
    /// It failed: back into the queue.
    Requeue,
    /// It failed: out of the queue.
    Reject,
    /// It was not begun: back into the queue, without a failure.
    GiveBack,
}

/// Takes messages.
pub trait Consumer: Send + 'static {
    type Tag: Send;

    /// The next message; `None` when the target has ended. Cancel safe.
    fn recv(&mut self) -> impl Future<Output = Option<Delivery<Self::Tag>>> + Send;

    /// The next message, if it is there already.
    fn try_recv(&mut self) -> Option<Delivery<Self::Tag>>;

    /// Answers without waiting for anything.
    fn answer(&mut self, tag: Self::Tag, said: Said);

    /// Acknowledges several, with one word if the target knows one for that.
    fn acknowledge_all(&mut self, tags: Vec<Self::Tag>) {
        tags.into_iter().for_each(|tag| self.answer(tag, Said::Acknowledge));
    }

    /// It is handed nothing more from now on; what is on its way it may still receive.
    fn cancel(&mut self);

    /// Its connection is closed: it is handed nothing more, and the target takes back all that it has not answered, as a
    /// failure of each message. Returns what it had not received; no answer to that, or to what it had received before,
    /// reaches the target. A target that [lacks](Target::lacks) crashes and outages is not asked.
    ///
    /// # Errors
    /// If the target knows none.
    fn close(&mut self) -> Result<Vec<Delivery<Self::Tag>>, TargetError> {
        Err(not_by_plan("close a consumer's connection"))
    }

    /// It takes on other terms from now on, or as soon as it takes part again. Only a target that [lets itself be
    /// changed](Session::lets_be_changed) is asked.
    ///
    /// # Errors
    /// If the target knows no such change.
    fn change_terms(&mut self, _: Terms) -> Result<(), TargetError> {
        Err(not_by_plan("change the terms of a consumer"))
    }

    /// It takes part again after a [`cancel`](Consumer::cancel) or a [`close`](Consumer::close), on the same terms. None of
    /// these waits for anything.
    fn resume(&mut self);
}

fn not_by_plan(what: &str) -> TargetError {
    let (target, why) = ("the target".to_owned(), "it has no equivalent of outages and crashes".to_owned());
    TargetError::Unwilling { target, what: format!("{what} by plan"), why }
}
