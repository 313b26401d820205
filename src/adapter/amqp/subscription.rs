//! What a consumer takes by from one queue: begun and ended any number of times, under one name, over one connection after
//! the other.

use std::future::ready;
use std::sync::Arc;

use lapin::message::DeliveryResult;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::sync::{Mutex, MutexGuard};

use super::{Shared, begun};

/// Of each on its channel.
const NAME: &str = "kendall";

/// Whoever hears of deliveries as they come from the network, one after the other. lapin holds its channel meanwhile:
/// nothing can be sent over it.
pub trait Ears: Send + Sync + 'static {
    /// After so many breaks.
    fn hear(&self, breaks: u64, delivery: &lapin::message::Delivery);

    /// What comes from now on, comes over this channel.
    fn goes_on(&self, breaks: u64, channel: &Channel);
}

pub struct Subscription {
    pub queue: ShortString,
    /// 0 is unlimited.
    pub prefetch: u16,
    pub options: BasicConsumeOptions,
    pub arguments: FieldTable,
    pub ears: Arc<dyn Ears>,
    pub(super) shared: Arc<Shared>,
    /// The lock, which is given in the order in which it was asked for, keeps beginning and ending apart.
    pub state: Mutex<State>,
}

/// Where it takes.
pub struct State {
    /// While there is a connection.
    channel: Option<Channel>,
    /// How many have broken before.
    breaks: u64,
    /// It is to take, over whatever connection.
    takes: bool,
    /// While it does.
    current: Option<Consumer>,
}

impl Default for State {
    /// To take as soon as there is a connection.
    fn default() -> State {
        State { channel: None, breaks: 0, takes: true, current: None }
    }
}

impl Subscription {
    /// Goes on over this channel, which is new.
    ///
    /// # Errors
    /// If the broker does not let it.
    pub async fn go_on(&self, channel: Channel, breaks: u64) -> lapin::Result<()> {
        let mut state = self.state.lock().await;
        channel.basic_qos(self.prefetch, BasicQosOptions::default()).await?;
        self.ears.goes_on(breaks, &channel);
        *state = State { channel: Some(channel), breaks, takes: state.takes, current: None };
        if state.takes { self.begin(&mut state).await } else { Ok(()) }
    }

    /// Takes, unless it does.
    async fn begin(&self, state: &mut MutexGuard<'_, State>) -> lapin::Result<()> {
        let Some(channel) = state.channel.as_ref().filter(|_| state.current.is_none()) else { return Ok(()) };
        let (options, arguments, breaks) = (self.options, self.arguments.clone(), state.breaks);
        let consumer = channel.basic_consume(self.queue.clone(), NAME.into(), options, arguments).await?;
        let (ears, shared) = (Arc::clone(&self.ears), Arc::clone(&self.shared));
        consumer.set_delegate(move |result: DeliveryResult| {
            match result {
                Ok(Some(delivery)) => ears.hear(breaks, &delivery),
                Ok(None) => shared.cancelled(breaks, "a consumer"),
                Err(error) => shared.trouble(breaks, &error),
            }
            ready(())
        });
        state.current = Some(consumer);
        Ok(())
    }

    /// Takes nothing more, once this is over. What comes until the broker has heard of it is heard then: lapin sets it
    /// aside as soon as it is told.
    async fn end(&self, state: &mut MutexGuard<'_, State>) -> lapin::Result<()> {
        let (Some(consumer), Some(channel)) = (state.current.take(), &state.channel) else { return Ok(()) };
        let breaks = state.breaks;
        channel.basic_cancel(NAME.into(), BasicCancelOptions::default()).await?;
        let ears = Arc::clone(&self.ears);
        consumer.set_delegate(move |result: DeliveryResult| {
            if let Ok(Some(delivery)) = result {
                ears.hear(breaks, &delivery);
            }
            ready(())
        });
        Ok(())
    }

    /// Takes from now on, or takes nothing more.
    ///
    /// # Errors
    /// If the broker does not answer.
    pub async fn take(&self, takes: bool) -> lapin::Result<()> {
        let mut state = self.state.lock().await;
        state.takes = takes;
        let done = if takes { self.begin(&mut state).await } else { self.end(&mut state).await };
        done.inspect_err(|why| self.shared.trouble(state.breaks, why))
    }

    /// Has it begun, or ended, in the order of these calls; what is sent afterwards comes afterwards to the broker too,
    /// unless the last call is not over.
    pub fn turn(self: &Arc<Self>, takes: bool) {
        let this = Arc::clone(self);
        // What goes wrong is told, and made good over the next connection.
        let turning = begun(async move { drop(this.take(takes).await) });
        if let Err(rest) = turning {
            tokio::spawn(rest);
        }
    }
}
