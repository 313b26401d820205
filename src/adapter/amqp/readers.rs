//! Reads the queues that nobody in the scenario takes from: where messages rest, and where those go that leave a queue
//! without a dead letter queue.

use std::future::ready;
use std::sync::Arc;

use lapin::Channel;
use lapin::message::{Delivery, DeliveryResult};
use lapin::options::BasicConsumeOptions;
use lapin::types::{FieldTable, ShortString};

use super::queues::Names;
use super::{Shared, deaths};
use crate::broker::QueueId;

/// On a channel that was made after so many breaks.
///
/// # Errors
/// If the broker does not let them.
pub async fn begin(
    channel: &Channel,
    breaks: u64,
    resting: &[QueueId],
    names: &Arc<Names>,
    shared: &Arc<Shared>,
) -> lapin::Result<()> {
    let (known, told) = (Arc::clone(names), Arc::clone(shared));
    let gone =
        move |delivery: &Delivery| told.concluded.gone(&delivery.data, &deaths::read(&delivery.properties, &known));
    read((channel, breaks), names.gone(), shared, gone).await?;
    for queue in resting.iter().copied() {
        let (known, told) = (Arc::clone(names), Arc::clone(shared));
        let rests = move |delivery: &Delivery| {
            told.concluded.rests(queue, &delivery.data, &deaths::read(&delivery.properties, &known));
        };
        read((channel, breaks), names.of(queue), shared, rests).await?;
    }
    Ok(())
}

/// The broker forgets what is read.
async fn read(
    (channel, breaks): (&Channel, u64),
    queue: ShortString,
    shared: &Arc<Shared>,
    tell: impl Fn(&Delivery) + Send + Sync + 'static,
) -> lapin::Result<()> {
    let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let consumer = channel.basic_consume(queue, "".into(), options, FieldTable::default()).await?;
    let shared = Arc::clone(shared);
    consumer.set_delegate(move |result: DeliveryResult| {
        match result {
            Ok(Some(delivery)) => tell(&delivery),
            Ok(None) => shared.cancelled(breaks, "a reader of dead letters"),
            Err(error) => shared.trouble(breaks, &error),
        }
        ready(())
    });
    Ok(())
}
