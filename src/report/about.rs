//! What a result tells of the scenario that it answers.

use crate::broker::QueueId;
use crate::result::{About, AboutConsumers, AboutQueue};
use crate::scenario::{Consumers, Scenario};

/// As much of a scenario as the reader of its result has to know.
pub fn about(scenario: &Scenario) -> About {
    let source = &scenario.source;
    About {
        name: scenario.name.clone(),
        question: scenario.question.clone(),
        file: source.file.clone(),
        text: source.text.clone(),
        overrides: source.overrides.clone(),
        is_steady: scenario.is_steady(),
        queues: (0..scenario.queues.len()).map(|at| queue(scenario, QueueId(at as u16))).collect(),
        consumers: scenario.consumers.iter().map(|entry| consumers(scenario, entry)).collect(),
    }
}

fn queue(scenario: &Scenario, id: QueueId) -> AboutQueue {
    let queue = scenario.queue(id);
    AboutQueue { name: queue.name.clone(), capacity: queue.rules.capacity, rests: scenario.rests(id) }
}

fn consumers(scenario: &Scenario, entry: &Consumers) -> AboutConsumers {
    let takes_from = entry.takes_from.iter().map(|id| scenario.queue(*id).name.clone()).collect();
    AboutConsumers { name: entry.name.clone(), takes_from, count: entry.count }
}
