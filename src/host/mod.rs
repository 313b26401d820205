//! A broker on tokio: a real queue inside one process, with acknowledgements, by the rules of [`broker`](crate::broker).
//!
//! ```
//! use bytes::Bytes;
//! use kendall::broker::{QueueId, QueueRules};
//! use kendall::host::Host;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let orders = QueueId(0);
//! let host = Host::start([QueueRules::default()])?;
//! let mut publisher = host.publisher()?;
//! let mut consumer = host.consumer(orders, 10)?;
//!
//! publisher.publish(orders, Bytes::from_static(b"two teas")).await?;
//! consumer.recv().await.expect("the host runs").nack(); // the work failed, and is tried again
//! let again = consumer.recv().await.expect("the host runs");
//! assert_eq!((again.payload().as_ref(), again.attempt()), (b"two teas".as_ref(), 2));
//! again.ack();
//!
//! let accounts = host.shutdown().await;
//! assert_eq!((accounts[0].acknowledged, accounts[0].inside()), (1, 0));
//! # Ok(())
//! # }
//! ```
//!
//! **One lock, and no task per message.** All that happens is a command to one [`Broker`](crate::broker::Broker) under
//! one mutex. What follows is put into the mailboxes of consumers while it is held; whom it concerns is woken after it
//! is free. A task that owns the broker and is fed through channels would put two more hand-overs into the way of
//! every message, and the caller would have to wait for an answer that the lock gives at once. The lock is held for one
//! command and what follows from it, or for a batch of them. A consumer fetches all that is in its mailbox at
//! once; [`Publisher::publish_all`] and [`Delivery::ack_all`] hand in many. Payloads stay in a slab beside the broker,
//! which passes numbers around; one is shared with a consumer only as it is delivered.
//!
//! **Bounded.** A queue is bounded by its capacity, and refuses, blocks, or makes room as its rules say. A publisher
//! waits while a message of it is blocked. [`Limits`] bound everything else, and each has an error that names it.
//!
//! **Nothing is lost with a future or a task.** A delivery that is dropped goes back to its queue, and so does what a
//! dropped consumer has not received. What each future does when it is dropped stands with it.
//!
//! **Time** is tokio's clock, in nanoseconds since the host began, unless [`Options`] give it another speed. One task per host sleeps until the next deadline; it
//! ends when the host stops. Messages are kept in memory only: what is confirmed is in its queue, and gone with the
//! process.

mod account;
mod consumer;
mod delivery;
#[cfg(all(test, shuttle))]
mod interleavings;
mod parcels;
mod patience;
mod publisher;
mod shared;
mod timer;
mod told;

pub use account::Account;
pub use consumer::Consumer;
pub use delivery::Delivery;
pub use parcels::Parcel;
pub use publisher::{PublishError, Publisher};
pub use told::Offered;

use std::sync::Arc;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::broker::{Broker, Effect, QueueId, QueueRules, Services, Terms};
use crate::time::{Speed, Time};
use consumer::Seat;
use shared::{Shared, Stage};

/// The most messages a consumer may hold unanswered: what AMQP 0-9-1 can say, §1.7.2.1 (`prefetch-count`, a short).
pub const MOST_PREFETCH: u32 = 65_535;

/// What a host may hold. A publisher or consumer that has gone counts until its last message is let in or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages inside, those blocked and parked included. About 90 bytes each, and their payloads.
    pub messages: u32,
    pub publishers: u32,
    pub consumers: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { messages: 100_000_000, publishers: 65_536, consumers: 65_536 }
    }
}

/// Is told of everything that happens, in its order and under the lock: it must be short, must not panic, and must not
/// use the host.
pub trait Watch: Send {
    fn told(&mut self, at: Time, effect: &Effect<Parcel>, payload: &Bytes);
}

#[derive(Default)]
pub struct Options {
    pub limits: Limits,
    /// For what the rules draw of messages that are published without properties: jitter, and times to live that vary.
    pub seed: u64,
    pub watch: Option<Box<dyn Watch>>,
    /// Of the queues, in their order, by which draws are keyed; none if they have no names.
    pub names: Vec<String>,
    /// How long attempts take on the messages of queues that give out the shortest first.
    pub services: Vec<(QueueId, Services)>,
    /// Whether messages may have a ttl of their own.
    pub messages_expire: bool,
    /// Whether there are to be [outages](Host::begin_outage); without, every message is passed on a little faster.
    pub outages: bool,
    /// When its time begins; now if it is not said. Until then it is instant 0.
    pub began: Option<Instant>,
    /// How fast its time passes, delays and time-outs with it.
    pub speed: Speed,
}

/// What is away for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// They take nothing in and give nothing out. What is in them stays there, and its timers go on.
    pub queues: Vec<QueueId>,
    /// The connection of every consumer is closed as it begins, as by [`Consumer::close`], with a failure of each message
    /// that was held. Each has to close it on its own side, too, and may resume when the outage is over.
    pub disconnects: bool,
    /// Then the queues lose all that they have.
    pub loses: bool,
}

/// Why a host did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    #[error("there is no tokio runtime here; start the host inside one")]
    NoRuntime,
    #[error("a host has {0} queues at most")]
    TooManyQueues(usize),
    #[error("queue {} sends its dead letters to queue {}, which does not exist", .0.0, .1.0)]
    NoDeadLetterQueue(QueueId, QueueId),
    #[error("there is no queue {}; queues are numbered from 0 in the order of their rules", .0.0)]
    NoQueue(QueueId),
    #[error("a prefetch of {0} is not possible; give 1 to {MOST_PREFETCH}")]
    Prefetch(u32),
    #[error("there are {0} publishers, as many as `Limits::publishers` allows; drop one, or raise it")]
    TooManyPublishers(u32),
    #[error("there are {0} consumers, as many as `Limits::consumers` allows; drop one, or raise it")]
    TooManyConsumers(u32),
    #[error("this host knows no outages; start it with `Options::outages`")]
    NoOutages,
    #[error("the host has been stopped")]
    Closed,
}

/// A running broker. Dropped, it stops as [`shutdown`](Host::shutdown) does, without waiting.
pub struct Host {
    shared: Arc<Shared>,
    timer: Option<JoinHandle<()>>,
}

impl Host {
    /// Starts a broker with these queues, numbered from 0 in their order.
    ///
    /// # Errors
    /// If there is no runtime, or a queue's dead letters would go nowhere.
    ///
    /// # Panics
    /// If the runtime's time is not enabled (`tokio::runtime::Builder::enable_time`).
    pub fn start(rules: impl IntoIterator<Item = QueueRules>) -> Result<Host, HostError> {
        Host::start_with(rules, Options::default())
    }

    /// As [`Host::start`], with other limits, or somebody who is told of everything.
    ///
    /// # Errors
    /// As there.
    pub fn start_with(rules: impl IntoIterator<Item = QueueRules>, options: Options) -> Result<Host, HostError> {
        let runtime = Handle::try_current().map_err(|_| HostError::NoRuntime)?;
        // Tells at once, and here, that the runtime has no time; the timer would tell only itself.
        drop(tokio::time::sleep(std::time::Duration::ZERO));
        let shared = Arc::new(Shared::new(checked(rules.into_iter().collect())?, options));
        let timer = Some(runtime.spawn(timer::run(Arc::clone(&shared))));
        Ok(Host { shared, timer })
    }

    /// # Errors
    /// If there are too many, or the host has been closed.
    pub fn publisher(&self) -> Result<Publisher, HostError> {
        let line = self.shared.enter(|state| state.new_line())?;
        Ok(Publisher::new(Arc::clone(&self.shared), line))
    }

    /// A new consumer that may hold `prefetch` messages unanswered.
    ///
    /// # Errors
    /// If the queue does not exist, the prefetch is 0 or over [`MOST_PREFETCH`], there are too many consumers, or the
    /// host has stopped.
    pub fn consumer(&self, queue: QueueId, prefetch: u32) -> Result<Consumer, HostError> {
        if !(1..=MOST_PREFETCH).contains(&prefetch) {
            return Err(HostError::Prefetch(prefetch));
        }
        self.consumer_of(&[queue], Terms::prefetch(prefetch))
    }

    /// A new consumer of several queues, in order of preference, on terms of its own.
    ///
    /// # Errors
    /// If a queue does not exist, there are too many consumers, or the host has stopped.
    pub fn consumer_of(&self, queues: &[QueueId], terms: Terms) -> Result<Consumer, HostError> {
        let consumer = self.shared.enter(|state| match queues.iter().find(|queue| !state.has_queue(**queue)) {
            None => state.subscribe(queues, terms),
            Some(queue) => Err(HostError::NoQueue(*queue)),
        })?;
        Ok(Consumer::new(Seat { shared: Arc::clone(&self.shared), consumer }, queues, terms))
    }

    /// Looks at the broker under the lock, between two commands: it must be short, and must not use the host.
    pub fn look<R>(&self, at: impl FnOnce(&Broker<Parcel>) -> R) -> R {
        self.shared.enter(|state| at(state.broker()))
    }

    /// The accounts of all queues at this instant.
    pub fn accounts(&self) -> Vec<Account> {
        self.shared.enter(|state| state.told.books.0.clone())
    }

    /// An outage begins: all of it takes place before anybody else has a turn.
    ///
    /// # Errors
    /// If a queue does not exist, or the host was not made ready for outages ([`Options::outages`]).
    pub fn begin_outage(&self, outage: &Outage) -> Result<(), HostError> {
        self.shared.enter(|state| state.begin_outage(outage))
    }

    /// The outage is over. A queue is back when every outage of it is.
    pub fn end_outage(&self, outage: &Outage) {
        self.shared.enter(|state| state.end_outage(outage));
    }

    /// By tokio's clock, and at the host's speed.
    pub fn now(&self) -> Time {
        self.shared.now()
    }

    /// Takes no more messages; consumers go on with what is inside, and what is blocked still gets in.
    pub fn close(&self) {
        self.shared.enter(|state| state.stop(Stage::Closed));
    }

    /// Stops: publishers are told that the host is closed, consumers receive what they have fetched and then `None`.
    /// Waits until the host's task has ended, and returns the accounts as they stand; deliveries may still be answered,
    /// and change nothing of what was returned.
    ///
    /// If the future is dropped, the host stops without anybody waiting for it.
    ///
    /// # Panics
    /// If the accounts do not agree with the broker, which is a mistake in kendall.
    pub async fn shutdown(mut self) -> Vec<Account> {
        self.stop();
        if let Some(timer) = self.timer.take() {
            // It fails only with its runtime, and then it has ended too.
            let _ = timer.await;
        }
        self.shared.enter(|state| {
            state.check();
            state.told.books.0.clone()
        })
    }

    fn stop(&self) {
        self.shared.enter(|state| state.stop(Stage::Stopped));
        self.shared.timer.notify_one();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}

fn checked(rules: Vec<QueueRules>) -> Result<Vec<QueueRules>, HostError> {
    if rules.len() > usize::from(u16::MAX) {
        return Err(HostError::TooManyQueues(usize::from(u16::MAX)));
    }
    for (number, queue) in rules.iter().enumerate() {
        if let Some(to) = queue.dead_letter.filter(|to| to.index() >= rules.len()) {
            return Err(HostError::NoDeadLetterQueue(QueueId(number as u16), to));
        }
    }
    Ok(rules)
}
