//! Publishes with confirms, as many under way as there are; nobody waits for one to publish the next.
//!
//! What is not confirmed is kept, and published again over the next connection if this one breaks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::queues::Names;
use super::{Boxed, Shared, begun};
use crate::adapter::{self, Envelope, TargetError};
use crate::broker::{Properties, QueueId};

/// As RabbitMQ has it by default since version 4.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Not written to disk.
const TRANSIENT: u8 = 1;

pub struct Publisher(pub(super) Arc<Desk>);

/// Where a publisher's messages go out.
pub struct Desk {
    number: u32,
    names: Arc<Names>,
    shared: Arc<Shared>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// While there is a connection.
    outlet: Option<Outlet>,
    /// By number of the sending.
    unconfirmed: BTreeMap<u64, Unconfirmed>,
}

struct Outlet {
    channel: Channel,
    under_way: UnboundedSender<UnderWay>,
    /// How many connections have broken before.
    breaks: u64,
}

#[derive(Clone, Copy)]
struct Unconfirmed {
    queue: QueueId,
    envelope: Envelope,
    properties: Properties,
    /// The broker may have it.
    was_handed: bool,
}

/// A publish that is not confirmed.
struct UnderWay {
    envelope: Envelope,
    nth: u64,
    confirmed: Boxed<lapin::Result<Confirmation>>,
}

impl Desk {
    /// It has no connection yet.
    pub(super) fn new(number: u32, names: Arc<Names>, shared: Arc<Shared>) -> Desk {
        Desk { number, names, shared, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is published waits here until there is another connection.
    pub(super) fn unplug(&self) {
        self.state().outlet = None;
    }

    /// Goes on over this channel, with what is not confirmed.
    ///
    /// # Errors
    /// If the broker knows no confirms.
    pub(super) async fn plug(self: &Arc<Self>, channel: Channel, breaks: u64) -> lapin::Result<()> {
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let (under_way, receiver) = unbounded_channel();
        tokio::spawn(Arc::clone(self).hear(receiver, breaks));
        let mut state = self.state();
        state.outlet = Some(Outlet { channel, under_way, breaks });
        for (nth, letter) in std::mem::take(&mut state.unconfirmed) {
            if let Some(nth) = self.shared.concluded.sent_again(letter.envelope, nth, letter.was_handed) {
                self.send(&mut state, nth, letter);
            }
        }
        Ok(())
    }

    /// Confirmations of one channel come in the order of publishing, but for some that come early and are heard in their
    /// turn.
    async fn hear(self: Arc<Self>, mut under_way: UnboundedReceiver<UnderWay>, breaks: u64) {
        while let Some(UnderWay { envelope, nth, confirmed }) = under_way.recv().await {
            let confirmed = confirmed.await;
            let is_confirmed = self.confirm(breaks, envelope, nth, confirmed);
            if is_confirmed {
                self.state().unconfirmed.remove(&nth);
            }
        }
    }

    /// Whether nothing more is to be heard of it.
    fn confirm(&self, breaks: u64, envelope: Envelope, nth: u64, confirmed: lapin::Result<Confirmation>) -> bool {
        let shared = &self.shared;
        match confirmed {
            Ok(Confirmation::Ack(None)) => shared.concluded.confirmed(envelope, nth, true),
            Ok(Confirmation::Nack(_)) => shared.concluded.confirmed(envelope, nth, false),
            Ok(Confirmation::Ack(Some(_))) => shared.fail("a queue of the run is gone"),
            Ok(Confirmation::NotRequested) => shared.fail("publishes are not confirmed"),
            Err(error) => {
                shared.trouble(breaks, &error);
                return false;
            }
        }
        true
    }

    /// Now if there is a connection.
    fn send(&self, state: &mut State, nth: u64, letter: Unconfirmed) {
        let Some(Outlet { channel, under_way, breaks }) = &state.outlet else {
            state.unconfirmed.insert(nth, letter);
            return;
        };
        let Unconfirmed { queue, envelope, properties, .. } = letter;
        let (channel, name, payload) = (channel.clone(), self.names.of(queue), padded(envelope, properties.bytes));
        let of_message = BasicProperties::default().with_delivery_mode(TRANSIENT).with_priority(properties.priority);
        let publishing = begun(async move {
            // What no queue takes comes back, instead of being confirmed and lost.
            let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
            channel.basic_publish("".into(), name, options, &payload, of_message).await?.await
        });
        let is_confirmed = match publishing {
            Ok(confirmed) => self.confirm(*breaks, envelope, nth, confirmed),
            Err(confirmed) => {
                // The other end hears until all is heard that was published over this connection.
                let _ = under_way.send(UnderWay { envelope, nth, confirmed });
                false
            }
        };
        if !is_confirmed {
            state.unconfirmed.insert(nth, Unconfirmed { was_handed: true, ..letter });
        }
    }
}

impl adapter::Publisher for Publisher {
    fn publish(&mut self, queue: QueueId, envelope: Envelope, properties: Properties) -> Result<(), TargetError> {
        if properties.bytes > MOST_BYTES {
            return Err(TargetError::TooLarge { bytes: properties.bytes, most: MOST_BYTES });
        }
        let Publisher(desk) = self;
        let mut state = desk.state();
        let nth = desk.shared.concluded.sent(desk.number, queue, envelope);
        desk.send(&mut state, nth, Unconfirmed { queue, envelope, properties, was_handed: false });
        Ok(())
    }
}

/// As many bytes as the message has, and never less than its envelope.
fn padded(envelope: Envelope, bytes: u64) -> Vec<u8> {
    let mut payload = envelope.to_bytes().to_vec();
    payload.resize(payload.len().max(bytes as usize), 0);
    payload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Message;
    use crate::metrics::Letter;
    use crate::time::Time;

    #[test]
    fn a_payload_is_as_long_as_its_message_and_begins_with_the_envelope() {
        let message = Message { producer: 3, number: 7, planned: Time::from_nanos(11) };
        let envelope = Envelope::new(Letter { track: 5, producer: 3 }, message);
        for (bytes, expected) in [(0, 22), (22, 22), (1000, 1000)] {
            let payload = padded(envelope, bytes);
            assert_eq!((payload.len(), Envelope::read(&payload)), (expected, Some(envelope)));
        }
    }
}
