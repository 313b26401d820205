//! RabbitMQ, or whatever else speaks AMQP 0-9-1, through lapin.
//!
//! The queues of a run are classic and have names of their own; its messages are transient. The queues are deleted at its
//! end, and by the broker when nobody has asked after them for a while. Publishes go over a second connection, because a
//! broker that holds back a publisher stops reading from its connection, and with it acknowledgements. If one of the two
//! breaks, both are made anew ([`line`]), and the run goes on.
//!
//! What such a broker does with a message it tells nobody: [`Concluded`] says how it is found out. Messages
//! that leave a queue without an acknowledgement, and have no dead letter queue in the scenario, go to a queue of the run's
//! own, and are read there with the reason.

mod consumer;
mod deaths;
mod lacks;
mod line;
mod link;
mod publisher;
mod queues;
mod readers;
mod session;
mod shared;
mod subscription;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{Address, Durability, Lacking, Setting, Target, TargetError};
use crate::scenario::Scenario;
use session::AmqpSession;
use shared::Shared;

/// What it takes to connect and to make queues …
const LEAD: Duration = Duration::from_secs(2);
/// … and for each channel.
const LEAD_EACH: Duration = Duration::from_millis(10);

/// A broker that speaks AMQP 0-9-1.
#[derive(Clone, Debug)]
pub struct Amqp {
    address: Address,
    run: Option<String>,
}

impl Amqp {
    pub fn new(address: Address) -> Amqp {
        Amqp { address, run: None }
    }

    /// Names its queues `kendall.RUN.QUEUE`, for others to find them; otherwise each run has names like no other.
    pub fn naming(self, run: &str) -> Amqp {
        Amqp { run: Some(run.to_owned()), ..self }
    }
}

impl Target for Amqp {
    type Session = AmqpSession;

    fn name(&self) -> String {
        self.address.to_string()
    }

    /// Its messages are transient.
    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn untold(&self) -> Option<&'static str> {
        Some("an AMQP broker does not tell when messages enter and leave its queues")
    }

    fn lead(&self, scenario: &Scenario) -> Duration {
        let channels: usize = scenario.consumers.iter().map(lacks::channels).sum();
        LEAD + LEAD_EACH * channels as u32
    }

    fn lacks(&self, scenario: &Scenario) -> Vec<Lacking> {
        lacks::lacks(scenario)
    }

    async fn open(&self, setting: Setting<'_>) -> Result<AmqpSession, TargetError> {
        AmqpSession::open(&self.address, self.run.as_deref(), &setting).await
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Begins something that is handed to lapin as it is first looked at, in the order of these calls, and that is only
/// its end from then on.
fn begun<T>(future: impl Future<Output = T> + Send + 'static) -> Result<T, Boxed<T>> {
    let mut future: Boxed<T> = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => Err(future),
    }
}

/// Hands something to lapin whose end nobody waits for; a connection that fails says so to others.
fn sent<T: 'static>(future: impl Future<Output = T>) {
    let mut future = std::pin::pin!(future);
    let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}
