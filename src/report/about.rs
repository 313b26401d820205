//! What a result tells of the scenario that it answers.

use crate::result::{About, AboutConsumers, AboutOutage, AboutQueue, Asked};
use crate::scenario::{Consumers, Outage, OutageOf, Replications, Scenario};

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
        asked: asked(&scenario.run.replications),
        queues: queues(scenario),
        consumers: scenario.consumers.iter().map(|entry| consumers(scenario, entry)).collect(),
        outages: scenario.outages.iter().map(|outage| away(scenario, outage)).collect(),
    }
}

fn asked(replications: &Replications) -> Asked {
    match replications {
        Replications::Fixed(count) => Asked::Replications(*count),
        Replications::Precision { relative, of, .. } => Asked::Precision { relative: *relative, of: of.clone() },
    }
}

fn queues(scenario: &Scenario) -> Vec<AboutQueue> {
    let about = |id| {
        let queue = scenario.queue(id);
        AboutQueue { name: queue.name.clone(), capacity: queue.rules.capacity, rests: scenario.rests(id) }
    };
    scenario.queue_ids().map(about).collect()
}

fn away(scenario: &Scenario, outage: &Outage) -> AboutOutage {
    let of = match outage.of {
        OutageOf::Broker => "broker".to_owned(),
        OutageOf::Queue(queue) => scenario.queue(queue).name.clone(),
        OutageOf::Consumers(entry) => scenario.consumers[entry].name.clone(),
    };
    AboutOutage { of, from: outage.at, until: outage.at + outage.lasts }
}

fn consumers(scenario: &Scenario, entry: &Consumers) -> AboutConsumers {
    let takes_from = entry.takes_from.iter().map(|id| scenario.queue(*id).name.clone()).collect();
    AboutConsumers { name: entry.name.clone(), takes_from, count: entry.count }
}
