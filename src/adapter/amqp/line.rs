//! The line to a broker: what a run has there, and how it comes back to that when a connection breaks.
//!
//! One connection that breaks takes the other with it, so that there is one order of breaks. Who is told of something says
//! after how many of them; what belongs to an earlier one is void.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::link::{Link, PATIENCE};
use super::publisher::Desk;
use super::queues::{Declared, Names};
use super::subscription::Subscription;
use super::{Shared, readers};
use crate::adapter::{Address, TargetError};
use crate::broker::QueueId;

/// How long a run looks for a broker that it has lost.
const LOOKS_FOR: Duration = Duration::from_secs(30);
/// Between two tries: doubled after each, up to the second.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How long an old connection may take to close: as long as it is not closed, the broker may hand over it what it has.
const CLOSING: Duration = Duration::from_secs(1);
/// How often it is seen whether the connections are there …
const SEES: Duration = Duration::from_millis(100);
/// … and after how many times its queues are asked after.
const ASKS: u64 = 200;

pub struct Line {
    pub address: Address,
    pub declared: Declared,
    /// Queues that nobody in the scenario takes from.
    pub resting: Vec<QueueId>,
    pub names: Arc<Names>,
    pub shared: Arc<Shared>,
    /// While it is made anew, nobody has it; none if it could not be.
    pub link: tokio::sync::Mutex<Option<Link>>,
    pub desks: Mutex<Vec<Arc<Desk>>>,
    pub subscriptions: Mutex<Vec<Arc<Subscription>>>,
    pub reconnects: AtomicU64,
}

pub fn all<T: Clone>(list: &Mutex<Vec<T>>) -> Vec<T> {
    list.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

pub fn add<T>(list: &Mutex<Vec<T>>, one: T) {
    list.lock().unwrap_or_else(PoisonError::into_inner).push(one);
}

impl Line {
    /// Keeps the queues there, and the connections, until they are lost for good.
    pub async fn keep(self: Arc<Self>) {
        for seen in 1_u64.. {
            if timeout(SEES, self.shared.breaks()).await.is_err() {
                self.shared.look();
            }
            if seen.is_multiple_of(ASKS) {
                self.ask().await;
            }
            let Some(why) = self.shared.broken() else { continue };
            if let Err(last) = self.reconnect().await {
                let looked = LOOKS_FOR.as_secs();
                return self.shared.fail(format!("{why}; for {looked} s there was no other: {last}"));
            }
        }
    }

    async fn ask(&self) {
        let link = self.link.lock().await;
        let Some(link) = link.as_ref() else { return };
        if let Err(why) = self.declared.ask(&link.asking).await {
            self.shared.trouble(link.breaks, &why);
        }
    }

    /// Why it was not possible.
    async fn reconnect(&self) -> Result<(), String> {
        let mut link = self.link.lock().await;
        self.let_go();
        if let Some(old) = link.take() {
            old.close(CLOSING).await;
        }
        let mut last = "no answer".to_owned();
        let made = timeout(LOOKS_FOR, self.look(&mut last)).await;
        *link = Some(made.map_err(|_| last)?);
        self.reconnects.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn look(&self, last: &mut String) -> Link {
        let (mut pause, longest) = PAUSE;
        loop {
            sleep(pause).await;
            match self.begin(self.let_go()).await {
                Ok(link) => return link,
                Err(why) => *last = why.to_string(),
            }
            pause = longest.min(2 * pause);
        }
    }

    /// Nothing goes over the connections any more, and what was in flight is back. How many are broken by now.
    fn let_go(&self) -> u64 {
        let breaks = self.shared.concluded.broke();
        self.shared.begins(breaks, Vec::new());
        all(&self.desks).iter().for_each(|desk| desk.unplug());
        breaks
    }

    /// Deletes the queues over a connection, which ends; whether that was done.
    pub async fn delete(&self, link: Option<Link>) -> bool {
        let Some(link) = link else { return false };
        let deleted = timeout(PATIENCE, self.declared.delete(&link.asking)).await;
        link.close(PATIENCE).await;
        matches!(deleted, Ok(Ok(())))
    }

    /// Connects, and goes on with everything that the run has.
    ///
    /// # Errors
    /// If the broker does not let it.
    pub async fn begin(&self, breaks: u64) -> Result<Link, TargetError> {
        let link = Link::make(&self.address, breaks).await?;
        self.shared.begins(breaks, [&link.taking, &link.publishing].map(|one| one.status().clone()).to_vec());
        let what = "make the queues";
        self.go_on(&link).await.map_err(|why| self.shared.unwilling(what, &why))?;
        Ok(link)
    }

    async fn go_on(&self, link: &Link) -> lapin::Result<()> {
        self.declared.make(&link.asking).await?;
        let channel = link.taking.create_channel().await?;
        readers::begin(&channel, link.breaks, &self.resting, &self.names, &self.shared).await?;
        for subscription in all(&self.subscriptions) {
            subscription.go_on(link.taking.create_channel().await?, link.breaks).await?;
        }
        for desk in all(&self.desks) {
            desk.plug(link.publishing.create_channel().await?, link.breaks).await?;
        }
        Ok(())
    }
}
