//! Publishers: messages in, and what became of them.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::coop::consume_budget;

use super::shared::{Shared, Stage, State};
use super::told::Offered;
use crate::broker::{Properties, QueueId};

/// How many messages are published under one lock; then others have a turn.
const BATCH: usize = 64;

/// Why a message was not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    #[error("queue {} is full and refuses; publish again when its consumers have taken some", .0.0)]
    Refused(QueueId),
    #[error("there is no queue {}; queues are numbered from 0 in the order of their rules", .0.0)]
    NoQueue(QueueId),
    #[error("this publisher has {0} messages outside full queues, its window; wait until they are let in")]
    WindowFull(u32),
    #[error("the host holds as many messages as `Limits::messages` allows; publish again when some are acknowledged")]
    HostFull,
    #[error("the host takes no more messages")]
    Closed,
}

/// Publishes to the queues of a host.
///
/// A message is confirmed when it is in its queue: [`publish`](Publisher::publish) waits for that. A message that is
/// blocked stands outside in its turn and enters as soon as there is room, whether or not somebody still waits for
/// it, even when its publisher has been dropped; a publisher has at most its window of them.
pub struct Publisher {
    shared: Arc<Shared>,
    line: u32,
    window: u32,
    /// Whether messages of this publisher may be outside.
    unsettled: bool,
}

impl Publisher {
    pub(super) fn new(shared: Arc<Shared>, line: u32) -> Publisher {
        Publisher { shared, line, window: 1, unsettled: false }
    }

    /// How many messages of this publisher may be blocked at once; 1 unless it is said. With more,
    /// [`publish_all`](Publisher::publish_all) waits less often, and [`offer`](Publisher::offer) goes on longer.
    pub fn window(mut self, messages: u32) -> Publisher {
        self.window = messages.max(1);
        self
    }

    /// Publishes a message and waits until it is in the queue. `Bytes` share what they hold: who wants to try again
    /// after an error keeps a clone.
    ///
    /// Cancel safe in this sense: until the message has been handed to the broker, dropping the future publishes
    /// nothing; afterwards the message is in line and will enter. Only a full queue that blocks makes it wait between
    /// the two.
    ///
    /// # Errors
    /// If the queue refuses or does not exist, or the host is full or closed. A host that stops leaves a message that
    /// is blocked outside.
    pub async fn publish(&mut self, queue: QueueId, payload: Bytes) -> Result<(), PublishError> {
        self.may_go_on().await?;
        match self.offer(queue, payload)? {
            Offered::Accepted => Ok(()),
            Offered::Refused => Err(PublishError::Refused(queue)),
            Offered::Blocked => self.settled().await,
        }
    }

    /// Publishes the messages in their order, many under one lock, and waits until all are in the queue.
    ///
    /// Each is taken out of `payloads` as it is handed to the broker. So the call is cancel safe: what is left there has
    /// not been published, and what is gone is in the queue, or in line.
    ///
    /// # Errors
    /// As [`publish`](Publisher::publish); the message that was refused is gone, those behind it are left.
    pub async fn publish_all(&mut self, queue: QueueId, payloads: &mut VecDeque<Bytes>) -> Result<(), PublishError> {
        while !payloads.is_empty() {
            self.may_go_on().await?;
            let (line, window) = (self.line, self.window);
            let offered = self.shared.enter(|state| publish_some(state, queue, line, window, payloads));
            // Those before the one that failed may be outside too.
            self.unsettled = offered != Ok(Offered::Accepted);
            if offered? == Offered::Refused {
                return Err(PublishError::Refused(queue));
            }
        }
        self.settled().await
    }

    /// Publishes a message without waiting, and says what became of it at once. One that is blocked is let in later;
    /// [`settled`](Publisher::settled) waits for that.
    ///
    /// # Errors
    /// If the window is full, the queue does not exist, or the host is full or closed.
    pub fn offer(&mut self, queue: QueueId, payload: Bytes) -> Result<Offered, PublishError> {
        self.offer_as(queue, payload, None)
    }

    /// The same, of a message that carries properties.
    ///
    /// # Errors
    /// As [`offer`](Publisher::offer).
    pub fn offer_with(
        &mut self,
        queue: QueueId,
        payload: Bytes,
        properties: Properties,
    ) -> Result<Offered, PublishError> {
        self.offer_as(queue, payload, Some(properties))
    }

    fn offer_as(
        &mut self,
        queue: QueueId,
        payload: Bytes,
        properties: Option<Properties>,
    ) -> Result<Offered, PublishError> {
        let (line, window) = (self.line, self.window);
        let offered = self.shared.enter(|state| {
            may_publish(state, queue)?;
            if state.told.lines[line as usize].blocked >= window {
                return Err(PublishError::WindowFull(window));
            }
            Ok(state.publish(queue, line, payload, properties))
        })?;
        self.unsettled |= offered == Offered::Blocked;
        Ok(offered)
    }

    /// Waits until none of this publisher's messages is outside a full queue. Dropping the future changes nothing.
    ///
    /// # Errors
    /// If the host stops before.
    pub async fn settled(&mut self) -> Result<(), PublishError> {
        if self.unsettled {
            poll_fn(|context| self.poll_settled(context)).await?;
            self.unsettled = false;
        }
        Ok(())
    }

    /// Lets other tasks have a turn, and waits for what an earlier call, since dropped, left in line.
    async fn may_go_on(&mut self) -> Result<(), PublishError> {
        consume_budget().await;
        self.settled().await
    }

    fn poll_settled(&self, context: &Context<'_>) -> Poll<Result<(), PublishError>> {
        self.shared.enter(|state| match state.is_settled(self.line, context) {
            true => Poll::Ready(Ok(())),
            false if state.stage == Stage::Stopped => Poll::Ready(Err(PublishError::Closed)),
            false => Poll::Pending,
        })
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.enter(|state| state.leave_line(self.line));
    }
}

fn may_publish(state: &State, queue: QueueId) -> Result<(), PublishError> {
    if state.stage > Stage::Open {
        return Err(PublishError::Closed);
    }
    if !state.has_queue(queue) {
        return Err(PublishError::NoQueue(queue));
    }
    if state.is_full() { Err(PublishError::HostFull) } else { Ok(()) }
}

/// Publishes up to a batch, and stops at a message that is refused or fills the window.
fn publish_some(
    state: &mut State,
    queue: QueueId,
    line: u32,
    window: u32,
    payloads: &mut VecDeque<Bytes>,
) -> Result<Offered, PublishError> {
    for _ in 0..payloads.len().min(BATCH) {
        may_publish(state, queue)?;
        let Some(payload) = payloads.pop_front() else { break };
        let offered = state.publish(queue, line, payload, None);
        if offered == Offered::Refused || state.told.lines[line as usize].blocked >= window {
            return Ok(offered);
        }
    }
    let is_blocked = state.told.lines[line as usize].blocked > 0;
    Ok(if is_blocked { Offered::Blocked } else { Offered::Accepted })
}
