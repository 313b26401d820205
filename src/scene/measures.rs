//! Measures as far as a run has come: those that can be told before its end at little cost.

use std::collections::BTreeMap;

use super::Figures;
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::metrics::{Counts, Tally};
use crate::scenario::Scenario;

/// Percentiles that are always told; others where a target asks for them.
const ALWAYS: [Percentile; 5] = [Percentile::P50, Percentile::P90, Percentile::P95, Percentile::P99, Percentile::P999];

pub fn of(scenario: &Scenario, figures: &Figures) -> BTreeMap<Measure, f64> {
    let mut known = BTreeMap::new();
    let times = &figures.times;
    let tallies =
        [(Quantity::Wait, &times.wait), (Quantity::Service, &times.service), (Quantity::Response, &times.response)];
    tallies.into_iter().for_each(|(quantity, tally)| add_times(&mut known, scenario, quantity, tally));
    add_counts(&mut known, &figures.counts);
    add_rates(&mut known, scenario, figures);
    for (queue, figures) in scenario.queues.iter().zip(&figures.queues) {
        if let Some((length, in_flight)) = figures.mean_levels {
            known.insert(Measure::of(&queue.name, Quantity::Length, Stat::Mean), length);
            known.insert(Measure::of(&queue.name, Quantity::InFlight, Stat::Mean), in_flight);
            known.insert(Measure::of(&queue.name, Quantity::Backlog, Stat::Mean), length + in_flight);
        }
    }
    known
}

fn add_times(known: &mut BTreeMap<Measure, f64>, scenario: &Scenario, quantity: Quantity, tally: &Tally) {
    let Some(mean) = tally.mean() else { return };
    let mut add = |stat, value| known.insert(Measure::whole(quantity, stat), value);
    add(Stat::Mean, mean);
    add(Stat::Max, tally.max as f64 / 1e9);
    let asked = scenario.asked().filter_map(|measure| match measure.stat {
        Stat::Percentile(percentile) => Some(percentile),
        _ => None,
    });
    let mut percentiles: Vec<Percentile> = ALWAYS.into_iter().chain(asked).collect();
    percentiles.sort_by(|a, b| a.quantile().total_cmp(&b.quantile()));
    percentiles.dedup();
    let values = tally.quantiles(percentiles.iter().map(|percentile| percentile.quantile()));
    for (percentile, value) in percentiles.into_iter().zip(values) {
        value.into_iter().for_each(|value| _ = add(Stat::Percentile(percentile), value));
    }
}

fn add_counts(known: &mut BTreeMap<Measure, f64>, counts: &Counts) {
    let (lost, dead) = (Counts::total(&counts.lost), Counts::total(&counts.dead));
    let ended = counts.processed + lost + dead;
    let all = [
        (Quantity::Published, counts.published),
        (Quantity::Accepted, counts.accepted),
        (Quantity::Refused, counts.refused),
        (Quantity::Lost, counts.refused + lost),
        (Quantity::Dead, dead),
        (Quantity::Duplicates, counts.duplicates),
        (Quantity::Redelivered, counts.redelivered),
        (Quantity::Reordered, counts.reordered),
        (Quantity::Unfinished, counts.not_yet_accepted + counts.accepted.saturating_sub(ended)),
    ];
    for (quantity, count) in all {
        known.insert(Measure::whole(quantity, Stat::Value), count as f64);
        if quantity.has(Stat::Share) && counts.published > 0 {
            known.insert(Measure::whole(quantity, Stat::Share), count as f64 / counts.published as f64);
        }
    }
}

fn add_rates(known: &mut BTreeMap<Measure, f64>, scenario: &Scenario, figures: &Figures) {
    let seconds = figures.passed.seconds();
    if seconds > 0.0 {
        known.insert(Measure::whole(Quantity::Throughput, Stat::Value), figures.succeeded as f64 / seconds);
        known.insert(Measure::whole(Quantity::Goodput, Stat::Value), figures.processed as f64 / seconds);
    }
    let (mut busy, mut available) = (0.0, 0.0);
    for (at, entry) in scenario.consumers.iter().enumerate() {
        let time = figures.crew_time(scenario, at);
        (busy, available) = (busy + time.0, available + time.1);
        if let Some(utilization) = figures.utilization(scenario, at) {
            known.insert(Measure::of(&entry.name, Quantity::Utilization, Stat::Value), utilization);
        }
    }
    if available > 0.0 {
        known.insert(Measure::whole(Quantity::Utilization, Stat::Value), busy / available);
    }
}
