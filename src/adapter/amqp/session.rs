//! A broker during one run: its two connections, and what goes over them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::options::{BasicGetOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::uri::{AMQPAuthority, AMQPScheme, AMQPUri, AMQPUserInfo};
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::time::{sleep, timeout};

use super::consumer::Consumer;
use super::publisher::Publisher;
use super::queues::{self, Names};
use super::subscription::Subscription;
use super::{Shared, readers};
use crate::adapter::{Address, Concluded, Session, Setting, TargetError};
use crate::broker::{Place, QueueId, Terms};
use crate::scenario::Scenario;

/// How long a broker may take to answer at the beginning, and at the end.
const PATIENCE: Duration = Duration::from_secs(10);
/// What was sent a moment ago may not have arrived: a queue is looked at so often, and after so long, before messages
/// are given up for lost.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(50);

pub struct AmqpSession {
    /// Owns the queues, and takes from them.
    taking: Connection,
    publishing: Connection,
    /// Of the connection that takes, for questions.
    asking: Channel,
    names: Arc<Names>,
    shared: Arc<Shared>,
    publishers: AtomicU32,
    consumers: Mutex<Vec<Arc<Subscription>>>,
    /// Queues that somebody empties.
    emptied: Vec<QueueId>,
}

impl AmqpSession {
    /// # Errors
    /// If the broker is not there, lets nobody in, or does not make the queues.
    pub(super) async fn open(
        address: &Address,
        run: Option<&str>,
        setting: &Setting<'_>,
    ) -> Result<AmqpSession, TargetError> {
        let shared = Arc::new(Shared {
            target: address.to_string(),
            concluded: Concluded::new(setting),
            failure: Mutex::new(None),
            is_over: AtomicBool::new(false),
        });
        let (taking, publishing) = (connect(address).await?, connect(address).await?);
        let asking = taking.create_channel().await.map_err(|why| shared.unwilling("open a channel", &why))?;
        let names = Arc::new(Names::new(setting.scenario, run));
        let session = AmqpSession {
            taking,
            publishing,
            asking,
            names,
            shared,
            publishers: AtomicU32::new(0),
            consumers: Mutex::default(),
            emptied: ids(setting.scenario).filter(|queue| !setting.scenario.rests(*queue)).collect(),
        };
        session.make(setting).await.map_err(|why| session.shared.unwilling("make the queues", &why))?;
        Ok(session)
    }

    async fn make(&self, setting: &Setting<'_>) -> lapin::Result<()> {
        queues::declare(&self.asking, &self.names, setting.scenario, setting.speed).await?;
        readers::begin(&self.taking.create_channel().await?, setting.scenario, &self.names, &self.shared).await
    }

    async fn channel(&self, connection: &Connection) -> Result<Channel, TargetError> {
        connection.create_channel().await.map_err(|why| self.shared.unwilling("open another channel", &why))
    }

    /// Nobody is handed anything any more.
    async fn cancel_all(&self) -> lapin::Result<()> {
        let consumers = std::mem::take(&mut *self.consumers.lock().unwrap_or_else(PoisonError::into_inner));
        self.shared.is_over.store(true, Relaxed);
        for subscription in consumers {
            subscription.end().await?;
        }
        Ok(())
    }

    /// Whether a queue has at least as many messages as are known to wait there.
    async fn has_all(&self, queue: QueueId) -> Result<bool, TargetError> {
        for _ in 0..LOOKS {
            if self.depth(queue).await? >= self.shared.concluded.waiting(queue) {
                return Ok(true);
            }
            sleep(LOOK).await;
        }
        Ok(false)
    }

    async fn read_out(&self, queue: QueueId) -> lapin::Result<Vec<Vec<u8>>> {
        let mut payloads = Vec::new();
        while let Some(message) = self.asking.basic_get(self.names.of(queue), BasicGetOptions { no_ack: true }).await? {
            payloads.push(message.delivery.data);
        }
        Ok(payloads)
    }
}

fn ids(scenario: &Scenario) -> impl Iterator<Item = QueueId> {
    (0..scenario.queues.len()).map(|at| QueueId(at as u16))
}

async fn connect(address: &Address) -> Result<Connection, TargetError> {
    let Address { user, password, host, port, vhost } = address.clone();
    let uri = AMQPUri {
        scheme: AMQPScheme::AMQP,
        authority: AMQPAuthority { userinfo: AMQPUserInfo { username: user, password }, host, port },
        vhost,
        ..AMQPUri::default()
    };
    let properties = ConnectionProperties::default().with_connection_name("kendall".into());
    let unreachable = |why: String, advice| TargetError::Unreachable { target: address.to_string(), why, advice };
    match timeout(PATIENCE, Connection::connect_uri(uri, properties)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) if error.is_io_error() => {
            Err(unreachable(error.to_string(), "start the broker, or name another address"))
        }
        Ok(Err(error)) => Err(unreachable(error.to_string(), "check user, password and virtual host")),
        Err(_) => Err(unreachable("no answer for 10 s".to_owned(), "see whether that is an AMQP broker")),
    }
}

impl Session for AmqpSession {
    type Publisher = Publisher;
    type Consumer = Consumer;

    async fn publisher(&self) -> Result<Publisher, TargetError> {
        let channel = self.channel(&self.publishing).await?;
        let number = self.publishers.fetch_add(1, Relaxed);
        Publisher::new(number, channel, Arc::clone(&self.names), Arc::clone(&self.shared)).await
    }

    /// Of the first queue: more than one is refused before the run.
    async fn consumer(&self, queues: &[QueueId], terms: Terms) -> Result<Consumer, TargetError> {
        let channel = self.channel(&self.taking).await?;
        let (names, shared) = (Arc::clone(&self.names), Arc::clone(&self.shared));
        let consumer = Consumer::new(channel, queues[0], terms, names, shared).await?;
        self.consumers.lock().unwrap_or_else(PoisonError::into_inner).push(consumer.subscription());
        Ok(consumer)
    }

    async fn depth(&self, queue: QueueId) -> Result<u64, TargetError> {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let declared = self.asking.queue_declare(self.names.of(queue), passive, FieldTable::default()).await;
        let declared = declared.map_err(|why| self.shared.unwilling("tell how much is in a queue", &why))?;
        Ok(u64::from(declared.message_count()))
    }

    /// With the connection its queues are gone, and it is not made anew.
    fn reconnects(&self) -> u64 {
        0
    }

    fn failed(&self) -> Option<TargetError> {
        self.shared.failed()
    }

    fn foreign(&self) -> u64 {
        self.shared.concluded.foreign()
    }

    async fn settle(&self) -> Result<(), TargetError> {
        let waits = |queue: &QueueId| self.shared.concluded.waiting(*queue) > 0;
        let waiting: Vec<QueueId> = self.emptied.iter().copied().filter(waits).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        self.cancel_all().await.map_err(|why| self.shared.unwilling("cancel a consumer", &why))?;
        for queue in waiting {
            if !self.has_all(queue).await? {
                let there = self.read_out(queue).await;
                let there = there.map_err(|why| self.shared.unwilling("hand out what is left in a queue", &why))?;
                self.shared.concluded.remain(queue, &there);
            }
        }
        Ok(())
    }

    /// It does not tell where its messages are.
    fn still<R>(&self, close: impl FnOnce(Option<&mut dyn Iterator<Item = (QueueId, Place)>>) -> R) -> R {
        close(None)
    }

    async fn end(self) {
        self.shared.is_over.store(true, Relaxed);
        for connection in [&self.publishing, &self.taking] {
            // One that is gone is closed.
            let _ = timeout(PATIENCE, connection.close(200, "OK".into())).await;
        }
    }
}
