//! Publishes with confirms, as many under way as there are; nobody waits for one to publish the next.

use std::sync::Arc;

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

pub struct Publisher {
    number: u32,
    channel: Channel,
    names: Arc<Names>,
    shared: Arc<Shared>,
    under_way: UnboundedSender<UnderWay>,
}

/// A publish that is not confirmed.
struct UnderWay {
    envelope: Envelope,
    nth: u64,
    confirmed: Boxed<lapin::Result<Confirmation>>,
}

impl Publisher {
    /// # Errors
    /// If the broker knows no confirms.
    pub(super) async fn new(
        number: u32,
        channel: Channel,
        names: Arc<Names>,
        shared: Arc<Shared>,
    ) -> Result<Publisher, TargetError> {
        let select = channel.confirm_select(ConfirmSelectOptions::default()).await;
        select.map_err(|why| shared.unwilling("confirm publishes", &why))?;
        let (sender, receiver) = unbounded_channel();
        tokio::spawn(hear(receiver, Arc::clone(&shared)));
        Ok(Publisher { number, channel, names, shared, under_way: sender })
    }
}

/// Confirmations of one channel come in the order of publishing, but for some that come early and are heard in their turn.
async fn hear(mut under_way: UnboundedReceiver<UnderWay>, shared: Arc<Shared>) {
    while let Some(UnderWay { envelope, nth, confirmed }) = under_way.recv().await {
        confirm(&shared, envelope, nth, confirmed.await);
    }
}

fn confirm(shared: &Shared, envelope: Envelope, nth: u64, confirmed: lapin::Result<Confirmation>) {
    match confirmed {
        Ok(Confirmation::Ack(None)) => shared.concluded.confirmed(envelope, nth, true),
        Ok(Confirmation::Nack(_)) => shared.concluded.confirmed(envelope, nth, false),
        Ok(Confirmation::Ack(Some(_))) => shared.fail("a queue of the run is gone"),
        Ok(Confirmation::NotRequested) => shared.fail("publishes are not confirmed"),
        Err(error) => shared.fail(error),
    }
}

impl adapter::Publisher for Publisher {
    fn publish(&mut self, queue: QueueId, envelope: Envelope, properties: Properties) -> Result<(), TargetError> {
        let payload = padded(envelope, properties.bytes)?;
        let nth = self.shared.concluded.sent(self.number, queue, envelope);
        let (channel, name) = (self.channel.clone(), self.names.of(queue));
        let of_message = BasicProperties::default().with_delivery_mode(TRANSIENT).with_priority(properties.priority);
        let publishing = begun(async move {
            // What no queue takes comes back, instead of being confirmed and lost.
            let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
            channel.basic_publish("".into(), name, options, &payload, of_message).await?.await
        });
        match publishing {
            Ok(confirmed) => confirm(&self.shared, envelope, nth, confirmed),
            Err(confirmed) => {
                // The other end hears as long as this one is there, unless the run is over.
                let _ = self.under_way.send(UnderWay { envelope, nth, confirmed });
            }
        }
        Ok(())
    }
}

/// As many bytes as the message has, and never less than its envelope.
fn padded(envelope: Envelope, bytes: u64) -> Result<Vec<u8>, TargetError> {
    if bytes > MOST_BYTES {
        return Err(TargetError::TooLarge { bytes, most: MOST_BYTES });
    }
    let mut payload = envelope.to_bytes().to_vec();
    payload.resize(payload.len().max(bytes as usize), 0);
    Ok(payload)
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
            let payload = padded(envelope, bytes).unwrap();
            assert_eq!((payload.len(), Envelope::read(&payload)), (expected, Some(envelope)));
        }
        assert!(padded(envelope, MOST_BYTES + 1).unwrap_err().to_string().contains("smaller `size`"));
    }
}
