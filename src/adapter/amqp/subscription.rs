//! What a consumer takes by from one queue: begun and ended any number of times, under one name.

use std::future::ready;
use std::sync::Arc;

use lapin::message::DeliveryResult;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::sync::Mutex;

use super::{Shared, begun};

/// Of each on its channel.
const NAME: &str = "kendall";

/// Whoever hears of deliveries as they come from the network, one after the other. lapin holds its channel meanwhile:
/// nothing can be sent over it.
pub trait Ears: Send + Sync + 'static {
    fn hear(&self, delivery: &lapin::message::Delivery);
}

pub struct Subscription {
    pub channel: Channel,
    pub queue: ShortString,
    pub options: BasicConsumeOptions,
    pub arguments: FieldTable,
    pub ears: Arc<dyn Ears>,
    pub(super) shared: Arc<Shared>,
    /// While it takes. The lock, which is given in the order in which it was asked for, keeps beginning and ending apart.
    pub current: Mutex<Option<Consumer>>,
}

impl Subscription {
    /// Takes, unless it does.
    ///
    /// # Errors
    /// If the broker does not let it.
    pub async fn begin(&self) -> lapin::Result<()> {
        let mut current = self.current.lock().await;
        if current.is_some() {
            return Ok(());
        }
        let (options, arguments) = (self.options, self.arguments.clone());
        let consumer = self.channel.basic_consume(self.queue.clone(), NAME.into(), options, arguments).await?;
        let (ears, shared) = (Arc::clone(&self.ears), Arc::clone(&self.shared));
        consumer.set_delegate(move |result: DeliveryResult| {
            match result {
                Ok(Some(delivery)) => ears.hear(&delivery),
                Ok(None) => shared.fail("the broker has cancelled a consumer"),
                Err(error) => shared.fail(error),
            }
            ready(())
        });
        *current = Some(consumer);
        Ok(())
    }

    /// Takes nothing more, once this is over. What comes until the broker has heard of it is heard then: lapin sets it
    /// aside as soon as it is told.
    ///
    /// # Errors
    /// If the broker does not answer.
    pub async fn end(&self) -> lapin::Result<()> {
        let mut current = self.current.lock().await;
        let Some(consumer) = current.take() else { return Ok(()) };
        self.channel.basic_cancel(NAME.into(), BasicCancelOptions::default()).await?;
        let ears = Arc::clone(&self.ears);
        consumer.set_delegate(move |result: DeliveryResult| {
            if let Ok(Some(delivery)) = result {
                ears.hear(&delivery);
            }
            ready(())
        });
        Ok(())
    }

    /// Has it begun, or ended, in the order of these calls; what is sent afterwards comes afterwards to the broker too,
    /// unless the last call is not over.
    pub fn turn(self: &Arc<Self>, takes: bool) {
        let this = Arc::clone(self);
        let turning = begun(async move {
            let done = if takes { this.begin().await } else { this.end().await };
            if let Err(why) = done {
                this.shared.fail(why);
            }
        });
        if let Err(rest) = turning {
            tokio::spawn(rest);
        }
    }
}
