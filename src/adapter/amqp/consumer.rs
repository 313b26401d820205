//! One consumer on a channel of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use lapin::Channel;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::queues::Names;
use super::subscription::{self, Subscription};
use super::{Shared, deaths, sent};
use crate::adapter::{self, Delivery, Envelope, Said, TargetError};
use crate::broker::{Keeps, QueueId, Terms};

pub struct Consumer {
    channel: Channel,
    inbox: UnboundedReceiver<Incoming>,
    shared: Arc<Shared>,
    /// Deliveries that are not answered.
    held: BTreeSet<u64>,
    keeps: Keeps,
    subscription: Arc<Subscription>,
    /// It begins when nothing is held.
    is_to_resume: bool,
}

/// What the broker is answered with.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    envelope: Envelope,
    number: u64,
}

/// A delivery that nobody is to work on, by its number.
struct Foreign(u64);

type Incoming = Result<Delivery<Tag>, Foreign>;

struct Ears {
    queue: QueueId,
    keeps: Keeps,
    names: Arc<Names>,
    shared: Arc<Shared>,
    inbox: UnboundedSender<Incoming>,
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
        let mut arguments = FieldTable::default();
        arguments.insert("x-priority".into(), AMQPValue::LongInt(i32::from(terms.priority)));
        let (sender, inbox) = unbounded_channel();
        let subscription = Arc::new(Subscription {
            channel: channel.clone(),
            queue: names.of(queue),
            options: BasicConsumeOptions { no_ack: keeps == Keeps::UntilDelivered, ..BasicConsumeOptions::default() },
            arguments,
            ears: Arc::new(Ears { queue, keeps, names, shared: Arc::clone(&shared), inbox: sender }),
            shared: Arc::clone(&shared),
            current: Mutex::default(),
        });
        let consuming = async {
            // 0 is unlimited.
            let prefetch = u16::try_from(terms.prefetch).unwrap_or(0);
            channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
            subscription.begin().await
        };
        consuming.await.map_err(|why| shared.unwilling("let a consumer take from a queue", &why))?;
        let held = BTreeSet::new();
        Ok(Consumer { channel, inbox, shared, held, keeps, subscription, is_to_resume: false })
    }

    /// What it is cancelled by.
    pub fn subscription(&self) -> Arc<Subscription> {
        Arc::clone(&self.subscription)
    }

    /// To RabbitMQ it is a new consumer then, of whose prefetch nothing is used: it has to hold nothing.
    fn resume_if_empty(&mut self) {
        if self.is_to_resume && self.held.is_empty() {
            self.is_to_resume = false;
            self.subscription.turn(true);
        }
    }

    /// What is foreign is taken out of the queue.
    fn noted(&mut self, incoming: Incoming) -> Option<Delivery<Tag>> {
        let is_answered = self.keeps == Keeps::UntilAnswered;
        match incoming {
            Ok(delivery) => {
                if is_answered {
                    self.held.insert(delivery.tag.number);
                }
                Some(delivery)
            }
            Err(Foreign(number)) => {
                if is_answered {
                    sent(self.channel.basic_ack(number, BasicAckOptions::default()));
                }
                None
            }
        }
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

impl subscription::Ears for Ears {
    fn hear(&self, delivery: &lapin::message::Delivery) {
        // Nobody takes it any more when the run is over.
        let _ = self.inbox.send(self.taken(delivery));
    }
}

impl Ears {
    fn taken(&self, delivery: &lapin::message::Delivery) -> Incoming {
        let number = delivery.delivery_tag;
        let deaths = deaths::read(&delivery.properties, &self.names);
        let delivered = self.shared.concluded.delivered(self.queue, &delivery.data, &deaths, self.keeps);
        let (envelope, entry, attempt) = delivered.ok_or(Foreign(number))?;
        Ok(Delivery { envelope, queue: self.queue, entry, attempt, tag: Tag { envelope, number } })
    }
}

impl adapter::Consumer for Consumer {
    type Tag = Tag;

    async fn recv(&mut self) -> Option<Delivery<Tag>> {
        loop {
            let incoming = self.inbox.recv().await?;
            if let Some(delivery) = self.noted(incoming) {
                return Some(delivery);
            }
        }
    }

    fn try_recv(&mut self) -> Option<Delivery<Tag>> {
        loop {
            let incoming = self.inbox.try_recv().ok()?;
            if let Some(delivery) = self.noted(incoming) {
                return Some(delivery);
            }
        }
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
        self.resume_if_empty();
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
        self.resume_if_empty();
    }

    fn cancel(&mut self) {
        self.is_to_resume = false;
        self.subscription.turn(false);
    }

    fn resume(&mut self) {
        self.is_to_resume = true;
        self.resume_if_empty();
    }
}
