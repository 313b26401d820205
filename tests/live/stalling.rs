//! A target that misbehaves in a way of its own: everything else is the embedded broker.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use kendall::adapter::{
    Consumer, Delivery, Durability, Embedded, Envelope, Lacking, Publisher, Said, Session, Setting, Target, TargetError,
};
use kendall::broker::{Place, Properties, QueueId, Terms};
use kendall::scenario::Scenario;

/// From when on, and for how long.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stall {
    pub from: Duration,
    pub lasts: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Stalling {
    /// Nothing is handed to consumers meanwhile.
    pub deliveries: Stall,
    /// Whoever publishes meanwhile is held up until its end.
    pub publishes: Stall,
    /// Each publish takes so long.
    pub each_publish: Duration,
    /// Messages that lie in the queue before the run.
    pub before: u64,
    /// It has nothing for a queue's order.
    pub lacks_order: bool,
}

pub struct Stalled<T> {
    inner: T,
    began: Instant,
    how: Stalling,
}

pub struct StalledConsumer<C: Consumer> {
    inner: C,
    began: Instant,
    stall: Stall,
    received: VecDeque<Delivery<C::Tag>>,
}

impl Stall {
    /// When what is asked now may go on.
    fn until(self, began: Instant) -> Option<Instant> {
        let (from, until) = (began + self.from, began + self.from + self.lasts);
        (from..until).contains(&Instant::now()).then_some(until)
    }
}

impl Target for Stalling {
    type Session = Stalled<<Embedded as Target>::Session>;

    fn name(&self) -> String {
        "stalling".to_owned()
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn lacks(&self, scenario: &Scenario) -> Vec<Lacking> {
        let lacking = |name: &String| Lacking {
            path: ["queues", name, "order"].map(str::to_owned).to_vec(),
            what: "this target keeps no order".to_owned(),
            hint: "leave it out".to_owned(),
        };
        scenario.queues.iter().filter(|_| self.lacks_order).map(|queue| lacking(&queue.name)).collect()
    }

    async fn open(&self, setting: Setting<'_>) -> Result<Self::Session, TargetError> {
        let began = setting.began;
        Ok(Stalled { inner: Embedded.open(setting).await?, began, how: *self })
    }
}

impl<S: Session> Session for Stalled<S> {
    type Publisher = Stalled<S::Publisher>;
    type Consumer = StalledConsumer<S::Consumer>;

    async fn publisher(&self) -> Result<Self::Publisher, TargetError> {
        Ok(Stalled { inner: self.inner.publisher().await?, began: self.began, how: self.how })
    }

    async fn consumer(&self, queues: &[QueueId], terms: Terms) -> Result<Self::Consumer, TargetError> {
        let inner = self.inner.consumer(queues, terms).await?;
        Ok(StalledConsumer { inner, began: self.began, stall: self.how.deliveries, received: VecDeque::new() })
    }

    async fn depth(&self, queue: QueueId) -> Result<u64, TargetError> {
        Ok(self.inner.depth(queue).await? + self.how.before)
    }

    fn reconnects(&self) -> u64 {
        self.inner.reconnects()
    }

    fn still<R>(&self, close: impl FnOnce(Option<&mut dyn Iterator<Item = (QueueId, Place)>>) -> R) -> R {
        self.inner.still(close)
    }

    async fn end(self) {
        self.inner.end().await;
    }
}

impl<P: Publisher> Publisher for Stalled<P> {
    fn publish(&mut self, queue: QueueId, envelope: Envelope, properties: Properties) -> Result<(), TargetError> {
        if let Some(until) = self.how.publishes.until(self.began) {
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
        }
        std::thread::sleep(self.how.each_publish);
        self.inner.publish(queue, envelope, properties)
    }
}

impl<C: Consumer> Consumer for StalledConsumer<C> {
    type Tag = C::Tag;

    async fn recv(&mut self) -> Option<Delivery<C::Tag>> {
        if self.received.is_empty() {
            let delivery = self.inner.recv().await?;
            self.received.push_back(delivery);
        }
        if let Some(until) = self.stall.until(self.began) {
            tokio::time::sleep_until(until.into()).await;
        }
        self.received.pop_front()
    }

    fn try_recv(&mut self) -> Option<Delivery<C::Tag>> {
        if self.stall.until(self.began).is_some() {
            return None;
        }
        self.received.pop_front().or_else(|| self.inner.try_recv())
    }

    fn answer(&mut self, tag: C::Tag, said: Said) {
        self.inner.answer(tag, said);
    }

    fn cancel(&mut self) {
        self.inner.cancel();
    }

    fn resume(&mut self) {
        self.inner.resume();
    }
}
