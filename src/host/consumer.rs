//! Consumers: what waits is fetched many at a time, and handed out one by one.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::task::coop::consume_budget;

use super::delivery::Delivery;
use super::shared::{Shared, Stage};
use super::told::Handed;
use crate::broker::{ConsumerId, QueueId, Terms};

/// What a consumer and its deliveries share.
pub(super) struct Seat {
    pub shared: Arc<Shared>,
    pub consumer: ConsumerId,
}

/// Takes messages from a queue of a host.
///
/// It is handed as many messages as its prefetch at once, and more as it answers them; an acknowledgement time-out runs
/// from then on. When it is dropped, what it has not received goes back into the queue at once, where its rules want
/// what returns; no failure is counted. Deliveries that it has received live on by themselves.
pub struct Consumer {
    seat: Arc<Seat>,
    /// Fetched under the lock, not yet received.
    received: VecDeque<Handed>,
    /// What it takes from, and how.
    queues: Vec<QueueId>,
    terms: Terms,
    is_cancelled: bool,
}

impl Consumer {
    pub(super) fn new(seat: Seat, queues: &[QueueId], terms: Terms) -> Consumer {
        let queues = queues.to_vec();
        Consumer { seat: Arc::new(seat), received: VecDeque::new(), queues, terms, is_cancelled: false }
    }

    /// The next message, or `None` when the host has stopped.
    ///
    /// Cancel safe: a message is received when the future is ready, and never lost with one that is dropped before.
    pub async fn recv(&mut self) -> Option<Delivery> {
        consume_budget().await;
        if self.received.is_empty() {
            poll_fn(|context| self.poll_fetch(context)).await;
        }
        self.take()
    }

    /// Adds up to `limit` messages that are there to `deliveries`, waits if there is none, and says how many it added:
    /// 0 when the host has stopped, or `limit` is 0. Cancel safe as [`recv`](Consumer::recv) is.
    pub async fn recv_many(&mut self, deliveries: &mut Vec<Delivery>, limit: usize) -> usize {
        if limit == 0 {
            return 0;
        }
        consume_budget().await;
        if self.received.is_empty() {
            poll_fn(|context| self.poll_fetch(context)).await;
        }
        let many = self.received.len().min(limit);
        let seat = &self.seat;
        deliveries.extend(self.received.drain(..many).map(|handed| Delivery::new(Arc::clone(seat), handed)));
        many
    }

    /// The next message, if there is one.
    pub fn try_recv(&mut self) -> Option<Delivery> {
        if self.received.is_empty() {
            let Consumer { seat, received, .. } = self;
            seat.shared.enter(|state| {
                if state.stage < Stage::Stopped {
                    std::mem::swap(received, &mut state.mailbox(seat.consumer).ready);
                }
            });
        }
        self.take()
    }

    /// It is handed nothing more from now on; what it has been handed it still receives.
    pub fn cancel(&mut self) {
        self.is_cancelled = true;
        self.seat.shared.enter(|state| state.cancel(self.seat.consumer));
    }

    /// Takes back a [`cancel`](Consumer::cancel) or a [`close`](Consumer::close): it is handed messages again, on the same
    /// terms. What it has not answered since before a `cancel` counts against its prefetch.
    pub fn resume(&mut self) {
        if std::mem::take(&mut self.is_cancelled) {
            self.seat.shared.enter(|state| state.subscribe_again(self.seat.consumer, &self.queues, self.terms));
        }
    }

    /// It takes on other terms from now on. What it has not answered counts as before.
    pub fn change_terms(&mut self, terms: Terms) {
        self.terms = terms;
        if !self.is_cancelled {
            let Consumer { seat, queues, .. } = self;
            seat.shared.enter(|state| {
                state.cancel(seat.consumer);
                state.subscribe_again(seat.consumer, queues, terms);
            });
        }
    }

    /// Its connection is closed, as when whoever consumes has crashed: all that it has not answered goes back before any of
    /// it is handed to another, and that may be a failure of each. It is handed nothing more until it [resumes]. Returns
    /// what it had not received; an answer to that, or to what it had received before, has no effect any more.
    ///
    /// [resumes]: Consumer::resume
    pub fn close(&mut self, is_failure: bool) -> Vec<Delivery> {
        self.is_cancelled = true;
        let Consumer { seat, received, .. } = self;
        let unfetched = seat.shared.enter(|state| state.close(seat.consumer, is_failure));
        let unreceived = received.drain(..).chain(unfetched);
        unreceived.map(|handed| Delivery::new(Arc::clone(seat), handed)).collect()
    }

    fn take(&mut self) -> Option<Delivery> {
        self.received.pop_front().map(|handed| Delivery::new(Arc::clone(&self.seat), handed))
    }

    /// Ready with messages, or with none when the host has stopped.
    fn poll_fetch(&mut self, context: &Context<'_>) -> Poll<()> {
        let Consumer { seat, received, .. } = self;
        seat.shared.enter(|state| {
            let done = state.stage == Stage::Stopped || state.fetch(seat.consumer, received, context);
            if done { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let Consumer { seat, received, .. } = self;
        let received = std::mem::take(received);
        seat.shared.enter(|state| state.leave(seat.consumer, received.into_iter()));
    }
}
