//! The one task of a host: it carries out what is due by itself, time-outs and ends of delays.

use std::sync::Arc;

use tokio::time::timeout_at;

use super::shared::{Shared, Stage};

/// Runs until the host stops. tokio's timer is whole milliseconds, so that it comes up to one late and never early.
pub(super) async fn run(shared: Arc<Shared>) {
    while let Some(due) = shared.enter(|state| (state.stage < Stage::Stopped).then(|| state.tick())) {
        let earlier = shared.timer.notified();
        match shared.instant(due) {
            // Whether the deadline came or an earlier one is known, the next round finds out.
            Some(instant) => drop(timeout_at(instant, earlier).await),
            None => earlier.await,
        }
    }
}
