//! From a model to the measures it knows.

use std::collections::{BTreeMap, BTreeSet};

mod apart;
mod network;

use super::model::{Gaps, Model, Seen, System};
use super::recognise::{Found, recognise};
use super::service;
use super::solve::{classes, solved};
use super::steady::{Steady, quantile};
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::result::{Exact, Theory};
use crate::scenario::{Consumers, Producer, Replications, Scenario};
use crate::workload::Distribution;

/// Answers a scenario by formulas, with the usual percentiles and those that its targets and its precision name.
///
/// # Errors
/// The reasons why no formula applies, each a sentence without its full stop.
pub fn answer(scenario: &Scenario) -> Result<Theory, Vec<String>> {
    let theory = match recognise(scenario)? {
        Found::Queue(model) => of_queue(scenario, *model),
        Found::Apart(models) => apart::answer(scenario, &models),
        Found::Network(network) => network::answer(scenario, &network),
    };
    Ok(with_curves(scenario, theory))
}

/// Of the whole scenario all percentiles together are a curve; those that nobody asked for are no measures.
fn with_curves(scenario: &Scenario, mut theory: Theory) -> Theory {
    for (Measure { of, quantity, stat }, exact) in &theory.measures {
        if let (None, Stat::Percentile(percentile)) = (of, stat) {
            theory.curves.entry(*quantity).or_default().push((percentile.quantile(), exact.value));
        }
    }
    theory.curves.values_mut().for_each(|curve| curve.sort_by(|one, other| one.0.total_cmp(&other.0)));
    let told = told_percentiles(scenario);
    theory.measures.retain(|measure, _| match measure.stat {
        Stat::Percentile(percentile) => told.contains(&percentile),
        _ => true,
    });
    theory
}

fn of_queue(scenario: &Scenario, model: Model) -> Theory {
    let (model, steady) = solved(model);
    let mut measures = Measures { known: BTreeMap::new(), exact: model.is_exact() };
    match steady {
        Some(steady) => fill(&mut measures, scenario, &model, &steady),
        None => fill_overloaded(&mut measures, &model),
    }
    Theory { model: model.name(), source: model.source().to_owned(), measures: measures.known, curves: BTreeMap::new() }
}

/// Those that are told, and those that make a curve.
fn percentiles(scenario: &Scenario) -> BTreeSet<Percentile> {
    Percentile::of_a_curve().chain(told_percentiles(scenario)).collect()
}

fn told_percentiles(scenario: &Scenario) -> BTreeSet<Percentile> {
    let usual = [Percentile::P50, Percentile::P90, Percentile::P95, Percentile::P99, Percentile::P999];
    let targets = scenario.targets.iter().map(|target| &target.measure);
    let precision = match &scenario.run.replications {
        Replications::Fixed(_) => None,
        Replications::Precision { of, .. } => Some(of),
    };
    let named = targets.chain(precision).filter_map(|measure| match measure.stat {
        Stat::Percentile(percentile) => Some(percentile),
        _ => None,
    });
    usual.into_iter().chain(named).collect()
}

struct Measures {
    known: BTreeMap<Measure, Exact>,
    /// Whether waits, and what follows from them, are exact.
    exact: bool,
}

impl Measures {
    fn whole(&mut self, quantity: Quantity, stat: Stat, value: f64) {
        self.put(Measure::whole(quantity, stat), value);
    }

    fn of(&mut self, name: &str, quantity: Quantity, stat: Stat, value: f64) {
        self.put(Measure::of(name, quantity, stat), value);
    }

    /// A moment too large for a number is left out.
    fn put(&mut self, measure: Measure, value: f64) {
        use Quantity::{Goodput, InFlight, Service, Throughput, Utilization};
        // Where nothing is lost these follow from the means alone.
        let is_certain = matches!(measure.quantity, Service | InFlight | Throughput | Goodput | Utilization);
        if value.is_finite() {
            self.known.insert(measure, Exact { value, exact: self.exact || is_certain });
        }
    }
}

/// Wait, service and response, each with its statistics.
type Times = [(Quantity, Vec<(Stat, f64)>); 3];

fn fill(measures: &mut Measures, scenario: &Scenario, model: &Model, steady: &Steady) {
    let times = all_times(&model.service, steady, true, &percentiles(scenario));
    for (quantity, stat, value) in each(&times) {
        measures.whole(quantity, stat, value);
        measures.of(&model.queue, quantity, stat, value);
    }
    steady.waited.iter().for_each(|share| measures.whole(Quantity::Waited, Stat::Share, *share));
    fill_levels(measures, model, steady, &times[0].1);
    let throughput = model.rate * (1.0 - steady.loss);
    measures.whole(Quantity::Throughput, Stat::Value, throughput);
    measures.whole(Quantity::Goodput, Stat::Value, throughput);
    measures.whole(Quantity::Utilization, Stat::Value, steady.busy / model.all_consumers as f64);
    fill_rates(measures, model, throughput, steady.busy);
    fill_losses(measures, model, steady);
    fill_producers(measures, scenario, model, steady);
}

/// `is_served` says whether the response of `steady` is one with this service, and not with that of others too.
fn all_times(service: &Distribution, steady: &Steady, is_served: bool, percentiles: &BTreeSet<Percentile>) -> Times {
    let mean_s = service.mean_s();
    let service_variance = service.scv() * mean_s * mean_s;
    let own = times(mean_s, Some(service_variance), service::tail(service).as_deref(), percentiles);
    let wait = times(steady.wait_mean_s, steady.wait_variance, steady.wait_tail.as_deref(), percentiles);
    // A message's own service has nothing to do with its wait.
    let response_mean_s = steady.wait_mean_s + mean_s;
    let response_variance = steady.wait_variance.map(|variance| variance + service_variance);
    let response_tail = steady.response_tail.as_deref().filter(|_| is_served);
    let response = times(response_mean_s, response_variance, response_tail, percentiles);
    [(Quantity::Wait, wait), (Quantity::Service, own), (Quantity::Response, response)]
}

fn each(times: &Times) -> impl Iterator<Item = (Quantity, Stat, f64)> {
    times.iter().flat_map(|(quantity, stats)| stats.iter().map(|(stat, value)| (*quantity, *stat, *value)))
}

fn fill_losses(measures: &mut Measures, model: &Model, steady: &Steady) {
    if matches!(model.system, System::Finite { .. } | System::Loss) {
        measures.whole(Quantity::Lost, Stat::Share, steady.loss);
        measures.whole(Quantity::Refused, Stat::Share, steady.loss);
    }
    if model.system == System::Impatient {
        measures.whole(Quantity::Lost, Stat::Share, steady.loss);
    }
}

/// Poisson arrivals find what is there on average, whoever sends them, so that every producer's messages wait alike
/// (Wolff 1982) unless they differ in priority.
fn fill_producers(measures: &mut Measures, scenario: &Scenario, model: &Model, steady: &Steady) {
    if model.system == System::Priority {
        return fill_classes(measures, scenario, model);
    }
    if model.gaps != Gaps::Poisson && scenario.producers.len() > 1 {
        return;
    }
    let active = scenario.producers.iter().filter(|producer| producer.arrivals.steady_rate() != Some(0.0));
    let asked = active.filter(|producer| scenario.asks_for(producer));
    asked.for_each(|producer| fill_producer(measures, scenario, model, steady, producer));
}

fn fill_classes(measures: &mut Measures, scenario: &Scenario, model: &Model) {
    for (class, steady) in model.classes.iter().zip(classes(model)) {
        let own = scenario.producers.iter().filter(|producer| class.producers.contains(&producer.name));
        own.for_each(|producer| fill_producer(measures, scenario, model, &steady, producer));
    }
}

/// Of one producer, whose services may be others than those of all.
fn fill_producer(measures: &mut Measures, scenario: &Scenario, model: &Model, steady: &Steady, producer: &Producer) {
    let entry = scenario.consumers.iter().find(|entry| entry.name == model.entry);
    let service = entry.map_or(model.service.clone(), |entry: &Consumers| entry.service_of(&[producer]));
    let times = all_times(&service, steady, service == model.service, &percentiles(scenario));
    each(&times).for_each(|(quantity, stat, value)| measures.of(&producer.name, quantity, stat, value));
    steady.waited.iter().for_each(|share| measures.of(&producer.name, Quantity::Waited, Stat::Share, *share));
}

/// Mean, standard deviation and, where the distribution is known, percentiles; in seconds.
fn times(
    mean: f64,
    variance: Option<f64>,
    tail: Option<&dyn Fn(f64) -> f64>,
    percentiles: &BTreeSet<Percentile>,
) -> Vec<(Stat, f64)> {
    let mut times = vec![(Stat::Mean, mean)];
    times.extend(variance.map(|variance| (Stat::Sd, variance.sqrt())));
    if let Some(tail) = tail {
        let scale = if mean > 0.0 { mean } else { 1.0 };
        let at = |p: &Percentile| Some((Stat::Percentile(*p), quantile(tail, p.quantile(), scale)?));
        times.extend(percentiles.iter().filter_map(at));
    }
    times
}

/// What the broker counts, as far as it sees what the model speaks of.
fn fill_levels(measures: &mut Measures, model: &Model, steady: &Steady, wait: &[(Stat, f64)]) {
    let queue = &model.queue;
    if model.seen == Seen::All {
        measures.of(queue, Quantity::Length, Stat::Mean, steady.length);
        measures.of(queue, Quantity::InFlight, Stat::Mean, steady.busy);
    }
    match steady.stay_mean_s {
        Some(stay_s) => measures.of(queue, Quantity::Stay, Stat::Mean, stay_s),
        // Whoever enters leaves by being delivered.
        None if model.seen == Seen::All && model.feedback.is_none() => {
            wait.iter().for_each(|(stat, value)| measures.of(queue, Quantity::Stay, *stat, *value));
        }
        None => {}
    }
    if model.seen != Seen::Nothing {
        measures.of(queue, Quantity::Backlog, Stat::Mean, steady.length + steady.busy);
    }
}

/// Of the consumers entry.
fn fill_rates(measures: &mut Measures, model: &Model, throughput: f64, busy: f64) {
    measures.of(&model.entry, Quantity::Throughput, Stat::Value, throughput);
    measures.of(&model.entry, Quantity::Utilization, Stat::Value, busy / f64::from(model.consumers));
}

/// All consumers are busy for good, and what they cannot do stays: the limit of a long run.
fn fill_overloaded(measures: &mut Measures, model: &Model) {
    let done = fill_growth(measures, model);
    measures.whole(Quantity::Throughput, Stat::Value, done);
    measures.whole(Quantity::Goodput, Stat::Value, done);
    let utilization = f64::from(model.consumers) / model.all_consumers as f64;
    measures.whole(Quantity::Utilization, Stat::Value, utilization);
}

/// Of the queue and its consumers. Returns what these do a second.
fn fill_growth(measures: &mut Measures, model: &Model) -> f64 {
    let consumers = f64::from(model.consumers);
    let done = (consumers / model.service.mean_s() / model.attempts()).min(model.rate);
    measures.of(&model.queue, Quantity::Backlog, Stat::Growth, model.rate - done);
    fill_rates(measures, model, done, consumers);
    done
}
