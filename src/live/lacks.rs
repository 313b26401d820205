//! What a scenario may say and a live run does not do, whatever the target.

use crate::broker::Order;
use crate::client::{Acknowledge, Faults};
use crate::scenario::{Consumers, Lacking, Queue, Scenario};

/// Everything that a live run would leave out; it is refused before the run.
pub fn lacks(scenario: &Scenario) -> Vec<Lacking> {
    let of_queues = scenario.queues.iter().filter_map(shortest_first);
    let entries = || scenario.consumers.iter();
    of_queues.chain(entries().filter_map(then_at_a_desk)).chain(entries().flat_map(faults)).collect()
}

/// The broker would have to know how long the next attempt takes.
fn shortest_first(queue: &Queue) -> Option<Lacking> {
    (queue.rules.order == Order::ShortestFirst).then(|| Lacking {
        path: ["queues", &queue.name, "order"].map(str::to_owned).to_vec(),
        what: "`shortest_first` is not supported yet in a live run".to_owned(),
        hint: "write `fifo`, or leave out `--live`".to_owned(),
    })
}

/// What is passed on is passed on one by one. What consumers do is said in full here, so that a new rule is not left out
/// unnoticed.
fn then_at_a_desk(entry: &Consumers) -> Option<Lacking> {
    let Consumers {
        name,
        then,
        rules,
        shifts: _,
        takes_from: _,
        count: _,
        prefetch: _,
        prefetch_given: _,
        priority: _,
        works_by: _,
    } = entry;
    let one_by_one = matches!(rules.acknowledge, Acknowledge::After | Acknowledge::Before) && rules.takes.is_none();
    (!then.is_empty() && !one_by_one).then(|| Lacking {
        path: ["consumers", name, "then"].map(str::to_owned).to_vec(),
        what: "`then` beside `takes`, `on_delivery` or `{every: …}` is not supported yet in a live run".to_owned(),
        hint: "let consumers of another queue behind it do that, or leave out `--live`".to_owned(),
    })
}

/// What goes wrong at consumers, said in full here too. Poison is a matter of the draw that a live consumer makes too.
fn faults(entry: &Consumers) -> impl Iterator<Item = Lacking> {
    let Faults { poison: _, acks_lost, crashes } = &entry.rules.faults;
    let found = [("acks_lost", *acks_lost > 0.0), ("crashes", crashes.is_some())];
    found.into_iter().filter(|(_, is_so)| *is_so).map(|(key, _)| Lacking {
        path: ["consumers", &entry.name, key].map(str::to_owned).to_vec(),
        what: format!("`{key}` is not supported yet in a live run"),
        hint: "leave it out, or leave out `--live`".to_owned(),
    })
}
