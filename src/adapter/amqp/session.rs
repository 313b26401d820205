//! A broker during one run.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lapin::options::BasicGetOptions;
use tokio::sync::MutexGuard;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Shared;
use super::consumer::Consumer;
use super::line::{Line, add, all};
use super::link::Link;
use super::publisher::{Desk, Publisher};
use super::queues::{Declared, Names};
use crate::adapter::{Address, Concluded, Session, Setting, TargetError};
use crate::broker::{Place, QueueId, Terms};
use crate::scenario::Scenario;

/// What was sent a moment ago may not have arrived: a queue is looked at so often, and after so long, before messages
/// are given up for lost.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(50);
/// How often the end of a run is begun again because the connection broke.
const TRIES: u32 = 5;

pub struct AmqpSession {
    line: Arc<Line>,
    keeper: Keeper,
    publishers: AtomicU32,
    /// Queues that somebody empties.
    emptied: Vec<QueueId>,
}

/// Keeps the line, as long as this is there.
struct Keeper(JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl AmqpSession {
    /// # Errors
    /// If the broker is not there, lets nobody in, or does not make the queues.
    pub(super) async fn open(
        address: &Address,
        run: Option<&str>,
        setting: &Setting<'_>,
    ) -> Result<AmqpSession, TargetError> {
        let names = Arc::new(Names::new(setting.scenario, run));
        let (resting, emptied) = ids(setting.scenario).partition(|queue| setting.scenario.rests(*queue));
        let line = Arc::new(Line {
            address: address.clone(),
            declared: Declared::new(&names, setting.scenario, setting.speed),
            resting,
            names,
            shared: Arc::new(Shared::new(address.to_string(), Concluded::new(setting))),
            link: tokio::sync::Mutex::new(None),
            desks: Mutex::default(),
            subscriptions: Mutex::default(),
            reconnects: AtomicU64::new(0),
        });
        let link = line.begin(0).await?;
        *line.link.lock().await = Some(link);
        let keeper = Keeper(tokio::spawn(Arc::clone(&line).keep()));
        Ok(AmqpSession { line, keeper, publishers: AtomicU32::new(0), emptied })
    }

    fn shared(&self) -> &Shared {
        &self.line.shared
    }

    /// Nobody is handed anything any more.
    async fn cancel_all(&self) -> lapin::Result<()> {
        for subscription in all(&self.line.subscriptions) {
            subscription.take(false).await?;
        }
        Ok(())
    }

    /// Whether a queue has at least as many messages as are known to wait there, and no copies of them.
    async fn has_all(&self, queue: QueueId) -> Result<bool, TargetError> {
        for _ in 0..LOOKS {
            if self.depth(queue).await? >= self.shared().concluded.waiting(queue) {
                return Ok(!self.shared().concluded.has_copies());
            }
            sleep(LOOK).await;
        }
        Ok(false)
    }

    async fn read_out(&self, link: &Link, queue: QueueId) -> lapin::Result<Vec<Vec<u8>>> {
        let (mut payloads, name) = (Vec::new(), self.line.names.of(queue));
        // Not acknowledged, it is there once more should the connection break.
        let options = BasicGetOptions::default();
        while let Some(message) = link.asking.basic_get(name.clone(), options).await? {
            payloads.push(message.delivery.data);
        }
        Ok(payloads)
    }

    /// Why there is no connection, if there will be none.
    fn lost(&self) -> TargetError {
        let why = || "there is no other".to_owned();
        self.shared().failed().unwrap_or_else(|| TargetError::Lost { target: self.shared().target.clone(), why: why() })
    }

    /// As soon as there is a connection, and that is kept meanwhile.
    async fn link(&self) -> MutexGuard<'_, Option<Link>> {
        self.line.link.lock().await
    }

    fn unwilling(&self, link: &Link, what: &str, why: &lapin::Error) -> TargetError {
        self.shared().trouble(link.breaks, why);
        self.shared().unwilling(what, why)
    }

    /// Whether the connection that was made after so many breaks has broken, and whoever makes another has begun with that.
    async fn comes_back(&self, breaks: u64) -> bool {
        while self.shared().broken().is_some() && self.shared().failed().is_none() {
            sleep(LOOK).await;
        }
        self.shared().present() != breaks && self.shared().failed().is_none()
    }

    async fn settle_once(&self, waiting: &[QueueId]) -> Result<(), TargetError> {
        if self.link().await.is_none() {
            return Err(self.lost());
        }
        self.cancel_all().await.map_err(|why| self.shared().unwilling("cancel a consumer", &why))?;
        for queue in waiting.iter().copied() {
            if !self.has_all(queue).await? {
                let link = self.link().await;
                let link = link.as_ref().ok_or_else(|| self.lost())?;
                let there = self.read_out(link, queue).await;
                let there = there.map_err(|why| self.unwilling(link, "hand out what is left in a queue", &why))?;
                self.shared().concluded.remain(queue, &there);
            }
        }
        Ok(())
    }
}

fn ids(scenario: &Scenario) -> impl Iterator<Item = QueueId> {
    (0..scenario.queues.len()).map(|at| QueueId(at as u16))
}

impl Session for AmqpSession {
    type Publisher = Publisher;
    type Consumer = Consumer;

    async fn publisher(&self) -> Result<Publisher, TargetError> {
        let link = self.link().await;
        let link = link.as_ref().ok_or_else(|| self.lost())?;
        let number = self.publishers.fetch_add(1, Relaxed);
        let desk = Arc::new(Desk::new(number, Arc::clone(&self.line.names), Arc::clone(&self.line.shared)));
        let channel = link.publishing.create_channel().await;
        let channel = channel.map_err(|why| self.shared().unwilling("open another channel", &why))?;
        let plugged = desk.plug(channel, link.breaks).await;
        plugged.map_err(|why| self.shared().unwilling("confirm publishes", &why))?;
        add(&self.line.desks, Arc::clone(&desk));
        Ok(Publisher(desk))
    }

    /// Of the first queue: more than one is refused before the run.
    async fn consumer(&self, queues: &[QueueId], terms: Terms) -> Result<Consumer, TargetError> {
        let link = self.link().await;
        let link = link.as_ref().ok_or_else(|| self.lost())?;
        let channel = link.taking.create_channel().await;
        let channel = channel.map_err(|why| self.shared().unwilling("open another channel", &why))?;
        let (names, shared) = (Arc::clone(&self.line.names), Arc::clone(&self.line.shared));
        let consumer = Consumer::new(queues[0], terms, names, shared);
        let begun = consumer.subscription().go_on(channel, link.breaks).await;
        begun.map_err(|why| self.shared().unwilling("let a consumer take from a queue", &why))?;
        add(&self.line.subscriptions, consumer.subscription());
        Ok(consumer)
    }

    async fn depth(&self, queue: QueueId) -> Result<u64, TargetError> {
        let link = self.link().await;
        let link = link.as_ref().ok_or_else(|| self.lost())?;
        let depth = link.depth(self.line.names.of(queue)).await;
        depth.map_err(|why| self.unwilling(link, "tell how much is in a queue", &why))
    }

    fn reconnects(&self) -> u64 {
        self.line.reconnects.load(Relaxed)
    }

    fn failed(&self) -> Option<TargetError> {
        self.shared().failed()
    }

    fn foreign(&self) -> u64 {
        self.shared().concluded.foreign()
    }

    async fn settle(&self) -> Result<(), TargetError> {
        let waits = |queue: &QueueId| self.shared().concluded.waiting(*queue) > 0;
        let waiting: Vec<QueueId> = self.emptied.iter().copied().filter(waits).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        for _ in 1..TRIES {
            let breaks = self.shared().present();
            match self.settle_once(&waiting).await {
                Err(_) if self.comes_back(breaks).await => {}
                done => return done,
            }
        }
        self.settle_once(&waiting).await
    }

    /// It does not tell where its messages are.
    fn still<R>(&self, close: impl FnOnce(Option<&mut dyn Iterator<Item = (QueueId, Place)>>) -> R) -> R {
        close(None)
    }

    async fn end(self) {
        self.shared().is_over();
        self.keeper.0.abort();
        let link = self.line.link.lock().await.take();
        // It may have broken just now. If the broker stays away, its queues expire.
        if !self.line.delete(link).await && self.failed().is_none() {
            let another = Link::make(&self.line.address, 0).await;
            self.line.delete(another.ok()).await;
        }
    }
}
