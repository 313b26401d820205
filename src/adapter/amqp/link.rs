//! The two connections of a run, which are made and end together.

use std::time::Duration;

use lapin::types::FieldTable;
use lapin::uri::{AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo};
use lapin::{Channel, Connection, ConnectionProperties, options::QueueDeclareOptions, types::ShortString};
use tokio::time::timeout;

use crate::adapter::{Address, TargetError};

/// How long a broker may take to answer at the beginning, and at the end.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// A broker that is silent for twice that long is gone.
const HEARTBEAT_S: u16 = 10;

pub struct Link {
    /// Takes from the queues.
    pub taking: Connection,
    pub publishing: Connection,
    /// Of the connection that takes, for questions.
    pub asking: Channel,
    /// How many have broken before.
    pub breaks: u64,
}

impl Link {
    /// # Errors
    /// If the broker is not there, or lets nobody in.
    pub async fn make(address: &Address, breaks: u64) -> Result<Link, TargetError> {
        let (taking, publishing) = (connect(address).await?, connect(address).await?);
        let asking = taking.create_channel().await.map_err(|why| refused(address, &why))?;
        Ok(Link { taking, publishing, asking, breaks })
    }

    /// Messages that wait in a queue.
    ///
    /// # Errors
    /// If the broker does not answer.
    pub async fn depth(&self, queue: ShortString) -> lapin::Result<u64> {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let declared = self.asking.queue_declare(queue, passive, FieldTable::default()).await?;
        Ok(u64::from(declared.message_count()))
    }

    /// Waits so long at most; one that is gone is closed.
    pub async fn close(self, patience: Duration) {
        let close = async {
            for connection in [&self.publishing, &self.taking] {
                let _ = connection.close(200, "OK".into()).await;
            }
        };
        let _ = timeout(patience, close).await;
    }
}

fn refused(address: &Address, why: &lapin::Error) -> TargetError {
    TargetError::Unwilling { target: address.to_string(), what: "open a channel".to_owned(), why: why.to_string() }
}

async fn connect(address: &Address) -> Result<Connection, TargetError> {
    let Address { user, password, host, port, vhost } = address.clone();
    let uri = AMQPUri {
        scheme: AMQPScheme::AMQP,
        authority: AMQPAuthority { userinfo: AMQPUserInfo { username: user, password }, host, port },
        vhost,
        query: AMQPQueryString { heartbeat: Some(HEARTBEAT_S), ..AMQPQueryString::default() },
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
