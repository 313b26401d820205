//! Rates of late: over the last seconds of whoever watches, whatever the pace.

use std::collections::VecDeque;

use crate::result::Scene;
use crate::time::Time;

/// Between two looks.
const EVERY_S: f64 = 0.5;
const LOOKS: usize = 16;

#[derive(Clone, Debug, Default)]
pub struct Recent {
    looks: VecDeque<Look>,
    since_s: f64,
}

#[derive(Clone, Debug)]
struct Look {
    at: Time,
    /// By producer.
    published: Vec<u64>,
    /// By queue: entered, acknowledged.
    queues: Vec<(u64, u64)>,
}

impl Look {
    fn at(scene: &Scene) -> Look {
        Look {
            at: scene.at,
            published: scene.producers.iter().map(|producer| producer.published).collect(),
            queues: scene.queues.iter().map(|queue| (queue.entered, queue.acknowledged)).collect(),
        }
    }
}

impl Recent {
    /// So much real time has passed since the last call.
    pub fn look(&mut self, real_s: f64, scene: &Scene) {
        self.since_s += real_s;
        if self.looks.is_empty() || self.since_s >= EVERY_S {
            self.since_s = 0.0;
            self.looks.push_back(Look::at(scene));
            if self.looks.len() > LOOKS {
                self.looks.pop_front();
            }
        }
    }

    /// Messages a second that a producer published.
    pub fn published(&self, producer: usize, scene: &Scene) -> Option<f64> {
        self.rate(scene, |look| look.published.get(producer).copied())
    }

    /// Messages a second that entered a queue.
    pub fn entered(&self, queue: usize, scene: &Scene) -> Option<f64> {
        self.rate(scene, |look| look.queues.get(queue).map(|(entered, _)| *entered))
    }

    /// Messages a second that left a queue for good, acknowledged.
    pub fn acknowledged(&self, queue: usize, scene: &Scene) -> Option<f64> {
        self.rate(scene, |look| look.queues.get(queue).map(|(_, acknowledged)| *acknowledged))
    }

    fn rate(&self, scene: &Scene, count: impl Fn(&Look) -> Option<u64>) -> Option<f64> {
        let (first, now) = (self.looks.front()?, Look::at(scene));
        let seconds = now.at.since(first.at).seconds();
        let messages = count(&now)?.saturating_sub(count(first)?);
        (seconds > 0.0).then(|| messages as f64 / seconds)
    }
}
