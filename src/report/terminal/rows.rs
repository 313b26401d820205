//! Which measures the table shows: what a person looks for first, what targets name, and what differs.

use super::View;
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::result::Verdict;

/// In the order in which they are shown; each has a value, or a reason for having none.
pub fn shown(view: &View) -> Vec<Measure> {
    let mut measures: Vec<Measure> = Vec::new();
    let named = view.outcome.targets.iter().map(|target| target.measure.clone());
    let differing = view.outcome.agreement.iter().filter(|a| a.verdict == Ok(Verdict::Differs)).map(|a| &a.measure);
    let chosen = usual(view).into_iter().filter(|measure| is_known(view, measure));
    for measure in chosen.chain(named).chain(differing.cloned()) {
        if !measures.contains(&measure) && !is_repeated(view, &measure, &measures) {
            let place = beside_its_kin(&measures, &measure);
            measures.insert(place, measure);
        }
    }
    measures
}

/// Behind the last figure of the same quantity, or at the end.
fn beside_its_kin(measures: &[Measure], new: &Measure) -> usize {
    let kin = |known: &Measure| known.of == new.of && known.quantity == new.quantity;
    measures.iter().rposition(kin).map_or(measures.len(), |last| last + 1)
}

fn is_known(view: &View, measure: &Measure) -> bool {
    let simulated = view.simulation.and_then(|s| s.measures.get(measure));
    simulated.is_some_and(|e| e.value.is_some() || e.why.is_some())
        || view.theory.is_some_and(|t| t.measures.contains_key(measure))
}

/// With one queue its own times are the whole's; both need no row unless a target names them.
fn is_repeated(view: &View, measure: &Measure, shown: &[Measure]) -> bool {
    let named = view.outcome.targets.iter().any(|target| target.measure == *measure);
    let whole = Measure { of: None, ..measure.clone() };
    !named && measure.of.is_some() && shown.contains(&whole) && view.value(measure) == view.value(&whole)
}

fn usual(view: &View) -> Vec<Measure> {
    let mut measures = times();
    measures.extend(of_queues(view));
    measures.extend(of_consumers(view));
    measures.extend(rates(view));
    measures.extend(losses(view));
    measures.extend(in_vain(view));
    measures
}

/// What crashes and their like bring about, if they do.
fn in_vain(view: &View) -> Vec<Measure> {
    let wasted = Measure::whole(Quantity::Wasted, Stat::Value);
    let recovered =
        [Stat::Mean, Stat::Percentile(Percentile::P99)].map(|stat| Measure::whole(Quantity::Recovered, stat));
    let is_some = |measure: &Measure| view.value(measure).is_some_and(|value| value > 0.0);
    [wasted].into_iter().chain(recovered).filter(is_some).collect()
}

fn times() -> Vec<Measure> {
    use Percentile as P;
    let mean_and = |quantity, percentiles: &[P]| {
        let percentiles = percentiles.iter().map(|&p| Stat::Percentile(p));
        let stats = std::iter::once(Stat::Mean).chain(percentiles);
        stats.map(|stat| Measure::whole(quantity, stat)).collect::<Vec<_>>()
    };
    let mut measures = mean_and(Quantity::Wait, &[P::P50, P::P95, P::P99]);
    measures.push(Measure::whole(Quantity::Waited, Stat::Share));
    measures.extend(mean_and(Quantity::Service, &[]));
    measures.extend(mean_and(Quantity::Response, &[P::P50, P::P95, P::P99, P::P999]));
    measures
}

/// Of queues that somebody works on; the others have their line below the table.
fn of_queues(view: &View) -> Vec<Measure> {
    let worked_on = |name: &&str| view.about.consumers.iter().any(|c| c.takes_from.iter().any(|queue| queue == name));
    let queues: Vec<&str> = view.about.queues.iter().map(|queue| queue.name.as_str()).filter(worked_on).collect();
    queues.iter().flat_map(|name| of_queue(view, name, queues.len() > 1)).collect()
}

fn of_queue(view: &View, name: &str, several: bool) -> Vec<Measure> {
    let mut measures = Vec::new();
    if several {
        measures.push(Measure::of(name, Quantity::Wait, Stat::Mean));
        measures.push(Measure::of(name, Quantity::Wait, Stat::Percentile(Percentile::P99)));
    }
    measures.push(Measure::of(name, Quantity::Length, Stat::Mean));
    if grows(view, name) {
        measures.push(Measure::of(name, Quantity::Backlog, Stat::Growth));
    }
    measures.push(Measure::of(name, Quantity::Backlog, Stat::Mean));
    measures.push(Measure::of(name, Quantity::Backlog, Stat::Max));
    measures
}

fn grows(view: &View, queue: &str) -> bool {
    view.outcome.stability.iter().any(|s| s.queue == queue && s.growth > 0.0)
}

fn of_consumers(view: &View) -> Vec<Measure> {
    let whole = Measure::whole(Quantity::Utilization, Stat::Value);
    let each = view.about.consumers.iter().map(|c| Measure::of(&c.name, Quantity::Utilization, Stat::Value));
    if view.about.consumers.len() == 1 && is_known(view, &whole) { vec![whole] } else { each.collect() }
}

fn rates(view: &View) -> Vec<Measure> {
    let throughput = Measure::whole(Quantity::Throughput, Stat::Value);
    let goodput = Measure::whole(Quantity::Goodput, Stat::Value);
    let same = match (view.value(&throughput), view.value(&goodput)) {
        (Some(all), Some(good)) => (all - good).abs() <= 0.001 * all.abs(),
        _ => true,
    };
    if same { vec![throughput] } else { vec![throughput, goodput] }
}

/// Only what happened at all.
fn losses(view: &View) -> Vec<Measure> {
    use Quantity::{Dead, Displacement, Duplicates, Inversions, Lost, Redelivered, Reordered, Unfinished};
    let shares = [Lost, Dead, Unfinished, Redelivered, Duplicates, Reordered];
    let shares = shares.into_iter().map(|quantity| Measure::whole(quantity, Stat::Share));
    let counts = [Inversions, Displacement].into_iter().map(|quantity| Measure::whole(quantity, Stat::Value));
    shares.chain(counts).filter(|measure| view.value(measure).is_some_and(|value| value > 0.0)).collect()
}
