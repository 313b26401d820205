//! One line for each queue and for each consumers entry.

use super::super::number::{self, NOTHING};
use super::{Entry, View};
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::scenario::{Consumers, Queue, Scenario};

pub fn queues(view: &View, scenario: &Scenario) -> Vec<String> {
    let entries: Vec<Entry> = scenario.queues.iter().map(|q| Entry::new(&q.name, queue(view, scenario, q))).collect();
    section(view, "queues", &entries)
}

pub fn consumers(view: &View, scenario: &Scenario) -> Vec<String> {
    let entries: Vec<Entry> =
        scenario.consumers.iter().map(|c| Entry::new(&c.name, consumers_entry(view, scenario, c))).collect();
    section(view, "consumers", &entries)
}

pub fn section(view: &View, title: &str, entries: &[Entry]) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![view.style.title(title)];
    lines.extend(view.style.labelled(entries));
    lines
}

fn queue(view: &View, scenario: &Scenario, queue: &Queue) -> String {
    let room = queue.rules.capacity.map(|most| format!("room for {}", number::count(most)));
    let bytes = queue.rules.capacity_bytes.map(|most| format!("room for {} bytes", number::count(most)));
    let mut parts: Vec<String> = room.into_iter().chain(bytes).collect();
    if parts.is_empty() {
        parts.push("unlimited".to_owned());
    }
    parts.extend(length(view, &queue.name));
    parts.extend(queue.rules.dead_letter.map(|to| format!("dead letters to {}", scenario.queue(to).name)));
    parts.extend(drained(view, &queue.name));
    parts.join("; ")
}

/// `length 6.21 on average, p99 41, max 43`
fn length(view: &View, name: &str) -> Option<String> {
    let of = |stat| {
        let measure = Measure::of(name, Quantity::Length, stat);
        Some(number::value(&measure, view.value(&measure)?))
    };
    let mean = of(Stat::Mean).map(|mean| format!("length {mean} on average"));
    let p99 = of(Stat::Percentile(Percentile::P99)).map(|p99| format!("p99 {p99}"));
    let max = of(Stat::Max).map(|max| format!("max {max}"));
    let parts: Vec<String> = [mean, p99, max].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Says something only of what starts and ends: in a steady state every queue runs empty now and then.
fn drained(view: &View, name: &str) -> Option<String> {
    let simulation = view.simulation.filter(|_| !view.about.is_steady)?;
    // What was always empty has nothing to drain.
    if view.value(&Measure::of(name, Quantity::Backlog, Stat::Max)) == Some(0.0) {
        return None;
    }
    let measure = Measure::of(name, Quantity::Drained, Stat::Value);
    let estimate = simulation.measures.get(&measure)?;
    Some(match (estimate.value, &estimate.why) {
        (Some(at), _) => format!("drained at {}", number::value(&measure, at)),
        (None, Some(why)) => format!("not drained ({why})"),
        (None, None) => "not drained".to_owned(),
    })
}

fn consumers_entry(view: &View, scenario: &Scenario, entry: &Consumers) -> String {
    let queues: Vec<&str> = entry.takes_from.iter().map(|id| scenario.queue(*id).name.as_str()).collect();
    let queue = queues.join(", then ");
    let whole = Measure::whole(Quantity::Utilization, Stat::Value);
    let own = Measure { of: Some(entry.name.clone()), ..whole.clone() };
    let alone = scenario.consumers.len() == 1;
    let busy = view.value(&own).or_else(|| view.value(&whole).filter(|_| alone));
    let busy = busy.map_or(NOTHING.to_owned(), |share| number::value(&whole, share));
    let up_to = if entry.shifts.is_some() { "up to " } else { "" };
    let together = entry.rules.takes.map_or(String::new(), |takes| format!(", up to {} together", takes.up_to));
    let who = if entry.count == 1 { "consumer" } else { "consumers" };
    let count = number::count(u64::from(entry.count));
    format!("{up_to}{count} {who} of {queue}, prefetch {}{together}; utilization {busy}", prefetch(entry.prefetch))
}

fn prefetch(most: u32) -> String {
    if most == u32::MAX { "unlimited".to_owned() } else { number::count(u64::from(most)) }
}
