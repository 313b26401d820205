//! One consumer, on a channel of its own of each connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use lapin::Channel;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions};
use lapin::types::{AMQPValue, FieldTable};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::queues::Names;
use super::subscription::{self, State, Subscription};
use super::{Shared, deaths, sent};
use crate::adapter::{self, Arrived, Delivery, Envelope, Handed, Said};
use crate::broker::{Keeps, QueueId, Terms};

pub struct Consumer {
    /// Where it answers, once it has heard of it.
    channel: Option<Channel>,
    /// How many connections have broken before that.
    breaks: u64,
    inbox: UnboundedReceiver<Incoming>,
    shared: Arc<Shared>,
    /// Deliveries over it that are not answered.
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
    /// Of all deliveries of the run.
    delivery: u64,
    /// Over which connection, and of the deliveries there.
    breaks: u64,
    number: u64,
}

/// In the order in which it came.
enum Incoming {
    Delivery(Delivery<Tag>),
    /// A delivery that nobody is to work on: after how many breaks it came, and its number.
    Nobody(u64, u64, Said),
    /// What follows comes over this channel, after so many breaks.
    GoesOn(u64, Channel),
}

struct Ears {
    queue: QueueId,
    keeps: Keeps,
    names: Arc<Names>,
    shared: Arc<Shared>,
    inbox: UnboundedSender<Incoming>,
}

impl Consumer {
    /// It has no connection yet.
    pub(super) fn new(queue: QueueId, terms: Terms, names: Arc<Names>, shared: Arc<Shared>) -> Consumer {
        let keeps = terms.keeps;
        let mut arguments = FieldTable::default();
        arguments.insert("x-priority".into(), AMQPValue::LongInt(i32::from(terms.priority)));
        let (sender, inbox) = unbounded_channel();
        let subscription = Arc::new(Subscription {
            queue: names.of(queue),
            prefetch: u16::try_from(terms.prefetch).unwrap_or(0),
            options: BasicConsumeOptions { no_ack: keeps == Keeps::UntilDelivered, ..BasicConsumeOptions::default() },
            arguments,
            ears: Arc::new(Ears { queue, keeps, names, shared: Arc::clone(&shared), inbox: sender }),
            shared: Arc::clone(&shared),
            state: Mutex::new(State::default()),
        });
        let (held, is_to_resume) = (BTreeSet::new(), false);
        Consumer { channel: None, breaks: 0, inbox, shared, held, keeps, subscription, is_to_resume }
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

    fn noted(&mut self, incoming: Incoming) -> Option<Delivery<Tag>> {
        match incoming {
            Incoming::Delivery(delivery) => {
                if self.is_awaited(delivery.tag.breaks) {
                    self.held.insert(delivery.tag.number);
                }
                return Some(delivery);
            }
            Incoming::Nobody(breaks, number, said) => {
                if self.is_awaited(breaks) {
                    self.tell(number, said);
                }
            }
            Incoming::GoesOn(breaks, channel) => {
                (self.breaks, self.channel) = (breaks, Some(channel));
                // The broker has taken back all that it held.
                self.held.clear();
                self.resume_if_empty();
            }
        }
        None
    }

    /// Whether the broker waits for an answer to what came over that connection.
    fn is_awaited(&self, breaks: u64) -> bool {
        self.keeps == Keeps::UntilAnswered && self.breaks == breaks
    }

    /// It is not to be answered again, nor over another connection.
    fn answers(&mut self, tag: Tag, said: Said) -> bool {
        let is_held = tag.breaks == self.breaks && self.held.remove(&tag.number);
        is_held && self.shared.concluded.answered(tag.envelope, tag.delivery, said)
    }

    fn tell(&self, number: u64, said: Said) {
        let Some(channel) = &self.channel else { return };
        let requeue = matches!(said, Said::Requeue | Said::GiveBack);
        match said {
            Said::Acknowledge => sent(channel.basic_ack(number, BasicAckOptions::default())),
            Said::Requeue | Said::GiveBack | Said::Reject => {
                sent(channel.basic_nack(number, BasicNackOptions { requeue, multiple: false }));
            }
        }
    }
}

impl subscription::Ears for Ears {
    fn hear(&self, breaks: u64, delivery: &lapin::message::Delivery) {
        if let Some(incoming) = self.taken(breaks, delivery) {
            // Nobody takes it any more when the run is over.
            let _ = self.inbox.send(incoming);
        }
    }

    fn goes_on(&self, breaks: u64, channel: &Channel) {
        let _ = self.inbox.send(Incoming::GoesOn(breaks, channel.clone()));
    }
}

impl Ears {
    fn taken(&self, breaks: u64, delivery: &lapin::message::Delivery) -> Option<Incoming> {
        let number = delivery.delivery_tag;
        let deaths = deaths::read(&delivery.properties, &self.names);
        let queue = self.queue;
        match self.shared.concluded.delivered(breaks, queue, &delivery.data, &deaths, self.keeps) {
            Handed::Message(Arrived { envelope, entry, attempt, delivery }) => {
                let tag = Tag { envelope, delivery, breaks, number };
                Some(Incoming::Delivery(Delivery { envelope, queue, entry, attempt, tag }))
            }
            Handed::Nobody(said) => Some(Incoming::Nobody(breaks, number, said)),
            Handed::Void => None,
        }
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
        self.tell(tag.number, said);
        self.resume_if_empty();
    }

    /// With one word if these are all that it holds up to the last of them.
    fn acknowledge_all(&mut self, tags: Vec<Tag>) {
        let present: Vec<Tag> = tags.into_iter().filter(|tag| tag.breaks == self.breaks).collect();
        let Some(last) = present.iter().map(|tag| tag.number).max() else { return };
        if self.held.range(..=last).count() != present.len() {
            return present.into_iter().for_each(|tag| self.answer(tag, Said::Acknowledge));
        }
        for tag in present {
            self.answers(tag, Said::Acknowledge);
        }
        if let Some(channel) = &self.channel {
            sent(channel.basic_ack(last, BasicAckOptions { multiple: true }));
        }
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
