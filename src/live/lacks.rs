//! What a scenario may say and a live run does not do, whatever the target.

use crate::broker::Order;
use crate::scenario::{Consumers, Lacking, Queue, Scenario};

/// Everything that a live run would leave out; it is refused before the run.
pub fn lacks(scenario: &Scenario) -> Vec<Lacking> {
    let queues = scenario.queues.iter().filter_map(shortest_first);
    queues.chain(scenario.consumers.iter().filter_map(changing_count)).collect()
}

/// The broker would have to know how long the next attempt takes.
fn shortest_first(queue: &Queue) -> Option<Lacking> {
    (queue.rules.order == Order::ShortestFirst).then(|| Lacking {
        path: ["queues", &queue.name, "order"].map(str::to_owned).to_vec(),
        what: "`shortest_first` is not supported yet in a live run".to_owned(),
        hint: "write `fifo`, or leave out `--live`".to_owned(),
    })
}

/// What consumers do is said in full here, so that a new rule is not left out unnoticed.
fn changing_count(entry: &Consumers) -> Option<Lacking> {
    let Consumers {
        name,
        shifts,
        takes_from: _,
        count: _,
        prefetch: _,
        prefetch_given: _,
        then: _,
        priority: _,
        works_by: _,
        rules: _,
    } = entry;
    shifts.as_ref()?;
    Some(Lacking {
        path: ["consumers", name, "count"].map(str::to_owned).to_vec(),
        what: "a number of consumers that changes is not supported yet in a live run".to_owned(),
        hint: "write one number, or leave out `--live`".to_owned(),
    })
}
