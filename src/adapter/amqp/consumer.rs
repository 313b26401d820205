//! One consumer on a channel of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use lapin::Channel;
use lapin::message::DeliveryResult;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::queues::Names;
use super::{Shared, deaths, sent};
use crate::adapter::{self, Delivery, Envelope, Said, TargetError};
use crate::broker::{Keeps, QueueId, Terms};

pub struct Consumer {
    channel: Channel,
    name: ShortString,
    inbox: UnboundedReceiver<Delivery<Tag>>,
    shared: Arc<Shared>,
    /// Deliveries that are not answered.
    held: BTreeSet<u64>,
    keeps: Keeps,
}

/// What the broker is answered with.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    envelope: Envelope,
    number: u64,
}

/// Whoever hears of deliveries as they come from the network, one after the other.
struct Ears {
    queue: QueueId,
    keeps: Keeps,
    names: Arc<Names>,
    shared: Arc<Shared>,
    inbox: UnboundedSender<Delivery<Tag>>,
}

impl Consumer {
    /// # Errors
    /// If the broker does not let it consume.
    pub(super) async fn new(
        channel: Channel,
        queue: QueueId,
        terms: Terms,
        names: Arc<Names>,
        shared: Arc<Shared>,
    ) -> Result<Consumer, TargetError> {
        let keeps = terms.keeps;
        let consuming = async {
            // 0 is unlimited.
            let prefetch = u16::try_from(terms.prefetch).unwrap_or(0);
            channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
            let options =
                BasicConsumeOptions { no_ack: keeps == Keeps::UntilDelivered, ..BasicConsumeOptions::default() };
            let mut arguments = FieldTable::default();
            arguments.insert("x-priority".into(), AMQPValue::LongInt(i32::from(terms.priority)));
            channel.basic_consume(names.of(queue), "".into(), options, arguments).await
        };
        let consumer = consuming.await.map_err(|why| shared.unwilling("let a consumer take from a queue", &why))?;
        let (sender, inbox) = unbounded_channel();
        let ears = Ears { queue, keeps, names, shared: Arc::clone(&shared), inbox: sender };
        consumer.set_delegate(move |result: DeliveryResult| {
            let foreign = ears.hear(result);
            async move {
                if let Some(foreign) = foreign {
                    // Who does not hear it has no connection any more, and others say so.
                    let _ = foreign.acker.ack(BasicAckOptions::default()).await;
                }
            }
        });
        Ok(Consumer { channel, name: consumer.tag(), inbox, shared, held: BTreeSet::new(), keeps })
    }

    /// What it is cancelled by.
    pub fn handle(&self) -> (Channel, ShortString) {
        (self.channel.clone(), self.name.clone())
    }

    fn noted(&mut self, delivery: Delivery<Tag>) -> Delivery<Tag> {
        if self.keeps == Keeps::UntilAnswered {
            self.held.insert(delivery.tag.number);
        }
        delivery
    }

    /// It is not to be answered again.
    fn answers(&mut self, tag: Tag, said: Said) -> bool {
        let is_held = self.held.remove(&tag.number);
        if is_held {
            self.shared.concluded.answered(tag.envelope, said);
        }
        is_held
    }
}

impl Ears {
    /// What nobody is to work on comes back, to be taken out of the queue; not at once, because lapin holds its channel
    /// while it tells of a delivery.
    fn hear(&self, result: DeliveryResult) -> Option<lapin::message::Delivery> {
        match result {
            Ok(Some(delivery)) => {
                let is_foreign = self.take(&delivery).is_none() && self.keeps == Keeps::UntilAnswered;
                is_foreign.then_some(delivery)
            }
            Ok(None) => {
                self.shared.fail("the broker has cancelled a consumer");
                None
            }
            Err(error) => {
                self.shared.fail(error);
                None
            }
        }
    }

    fn take(&self, delivery: &lapin::message::Delivery) -> Option<()> {
        let deaths = deaths::read(&delivery.properties, &self.names);
        let delivered = self.shared.concluded.delivered(self.queue, &delivery.data, &deaths, self.keeps);
        let (envelope, entry, attempt) = delivered?;
        let tag = Tag { envelope, number: delivery.delivery_tag };
        // Nobody takes it any more when the run is over.
        let _ = self.inbox.send(Delivery { envelope, queue: self.queue, entry, attempt, tag });
        Some(())
    }
}

impl adapter::Consumer for Consumer {
    type Tag = Tag;

    async fn recv(&mut self) -> Option<Delivery<Tag>> {
        let delivery = self.inbox.recv().await?;
        Some(self.noted(delivery))
    }

    fn try_recv(&mut self) -> Option<Delivery<Tag>> {
        let delivery = self.inbox.try_recv().ok()?;
        Some(self.noted(delivery))
    }

    /// What is told is told before the broker hears of it, because what it does then may be heard at once.
    fn answer(&mut self, tag: Tag, said: Said) {
        if !self.answers(tag, said) {
            return;
        }
        let requeue = matches!(said, Said::Requeue | Said::GiveBack);
        match said {
            Said::Acknowledge => sent(self.channel.basic_ack(tag.number, BasicAckOptions::default())),
            Said::Requeue | Said::GiveBack | Said::Reject => {
                sent(self.channel.basic_nack(tag.number, BasicNackOptions { requeue, multiple: false }));
            }
        }
    }

    /// With one word if these are all that it holds up to the last of them.
    fn acknowledge_all(&mut self, tags: Vec<Tag>) {
        let Some(last) = tags.iter().map(|tag| tag.number).max() else { return };
        if self.held.range(..=last).count() != tags.len() {
            return tags.into_iter().for_each(|tag| self.answer(tag, Said::Acknowledge));
        }
        for tag in tags {
            self.answers(tag, Said::Acknowledge);
        }
        sent(self.channel.basic_ack(last, BasicAckOptions { multiple: true }));
    }

    fn cancel(&mut self) {
        sent(self.channel.basic_cancel(self.name.clone(), BasicCancelOptions { nowait: true }));
    }
}
