//! kendall's own broker, in this process.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Consumer, Delivery, Durability, Ear, Envelope, Lacking, Outage, Publisher, Said, Session, Setting, Target,
    TargetError,
};
use crate::broker::{Effect, Place, Properties, QueueId, Terms};
use crate::host::{self, Host, Options, Parcel, PublishError, Watch};
use crate::scenario::Scenario;
use crate::time::Time;

/// The rules themselves, on a real clock: nothing that a scenario says of a queue is lacking.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedded;

/// Tells the ear what the host tells it.
struct Listener(Arc<dyn Ear>);

impl Watch for Listener {
    fn told(&mut self, at: Time, effect: &Effect<Parcel>, payload: &Bytes) {
        // Nobody else publishes here.
        if let Some(envelope) = Envelope::read(payload) {
            self.0.hear(at, &effect.with(envelope));
        }
    }
}

impl Target for Embedded {
    type Session = Host;

    fn name(&self) -> String {
        "embedded".to_owned()
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn lacks(&self, _: &Scenario) -> Vec<Lacking> {
        Vec::new()
    }

    async fn open(&self, setting: Setting<'_>) -> Result<Host, TargetError> {
        let Setting { scenario, began, speed, ear, services } = setting;
        let options = Options {
            watch: Some(Box::new(Listener(ear))),
            names: scenario.queues.iter().map(|queue| queue.name.clone()).collect(),
            services,
            messages_expire: scenario.messages_expire(),
            outages: !scenario.outages.is_empty(),
            began: Some(began.into()),
            speed,
            ..Options::default()
        };
        Ok(Host::start_with(scenario.queues.iter().map(|queue| queue.rules.clone()), options)?)
    }
}

impl Session for Host {
    type Publisher = host::Publisher;
    type Consumer = host::Consumer;

    /// Any number of its messages may be blocked.
    async fn publisher(&self) -> Result<host::Publisher, TargetError> {
        Ok(Host::publisher(self)?.window(u32::MAX))
    }

    async fn consumer(&self, queues: &[QueueId], terms: Terms) -> Result<host::Consumer, TargetError> {
        Ok(self.consumer_of(queues, terms)?)
    }

    async fn depth(&self, queue: QueueId) -> Result<u64, TargetError> {
        Ok(self.accounts()[queue.index()].inside())
    }

    /// There is nothing to lose.
    fn reconnects(&self) -> u64 {
        0
    }

    fn begin_outage(&self, outage: &Outage) -> Result<(), TargetError> {
        Ok(Host::begin_outage(self, outage)?)
    }

    fn end_outage(&self, outage: &Outage) -> Result<(), TargetError> {
        Host::end_outage(self, outage);
        Ok(())
    }

    fn lets_be_changed(&self) -> bool {
        true
    }

    fn still<R>(&self, close: impl FnOnce(Option<&mut dyn Iterator<Item = (QueueId, Place)>>) -> R) -> R {
        self.look(|broker| close(Some(&mut broker.places())))
    }

    async fn end(self) {
        self.shutdown().await;
    }
}

impl Publisher for host::Publisher {
    fn publish(&mut self, queue: QueueId, envelope: Envelope, properties: Properties) -> Result<(), TargetError> {
        match self.offer_with(queue, envelope.to_bytes(), properties) {
            // What is published after the end counts no more.
            Ok(_) | Err(PublishError::Closed) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Consumer for host::Consumer {
    type Tag = host::Delivery;

    async fn recv(&mut self) -> Option<Delivery<host::Delivery>> {
        loop {
            if let Some(known) = opened(host::Consumer::recv(self).await?) {
                return Some(known);
            }
        }
    }

    fn try_recv(&mut self) -> Option<Delivery<host::Delivery>> {
        host::Consumer::try_recv(self).and_then(opened)
    }

    fn answer(&mut self, tag: host::Delivery, said: Said) {
        match said {
            Said::Acknowledge => tag.ack(),
            Said::Requeue => tag.nack(),
            Said::Reject => tag.reject(),
            Said::GiveBack => tag.give_back(),
        }
    }

    fn cancel(&mut self) {
        host::Consumer::cancel(self);
    }

    fn close(&mut self) -> Result<Vec<Delivery<host::Delivery>>, TargetError> {
        Ok(host::Consumer::close(self, true).into_iter().filter_map(opened).collect())
    }

    fn change_terms(&mut self, terms: Terms) -> Result<(), TargetError> {
        host::Consumer::change_terms(self, terms);
        Ok(())
    }

    fn resume(&mut self) {
        host::Consumer::resume(self);
    }
}

fn opened(delivery: host::Delivery) -> Option<Delivery<host::Delivery>> {
    let envelope = Envelope::read(delivery.payload())?;
    let (queue, entry, attempt) = (delivery.queue(), delivery.entry(), delivery.attempt());
    Some(Delivery { envelope, queue, entry, attempt, tag: delivery })
}
