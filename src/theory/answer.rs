//! From a model to the measures it knows.

use std::collections::{BTreeMap, BTreeSet};

use super::recognise::{Gaps, Model, Seen, System, recognise};
use super::steady::{Steady, Tail, quantile};
use super::{approximate, constant, crowd, feedback, finite, general, markov, phase, renewal, service, transform};
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::result::{Exact, Theory};
use crate::scenario::{Replications, Scenario};
use crate::workload::Distribution;

/// Answers a scenario by formulas, with the usual percentiles and those that its targets and its precision name.
///
/// # Errors
/// The reasons why no formula applies, each a sentence without its full stop.
pub fn answer(scenario: &Scenario) -> Result<Theory, Vec<String>> {
    let (model, steady) = solved(recognise(scenario)?);
    let mut measures = Measures { known: BTreeMap::new(), exact: model.is_exact() };
    match steady {
        Some(steady) => fill(&mut measures, &model, &steady, &percentiles(scenario)),
        None => fill_overloaded(&mut measures, &model),
    }
    Ok(Theory { model: model.name(), source: model.source().to_owned(), measures: measures.known })
}

/// The model as far as its numbers can be had: where they take too long, it is approximated. `None` where there is no
/// steady state.
pub(super) fn solved(model: Model) -> (Model, Option<Steady>) {
    match steady(&model) {
        None if model.system != System::Overloaded => {
            let model = Model { system: System::Approximate, ..model };
            let steady = steady(&model);
            (model, steady)
        }
        steady => (model, steady),
    }
}

/// `None` where there is no steady state, or its numbers cannot be had.
fn steady(model: &Model) -> Option<Steady> {
    let (rate, mean_s, consumers) = (model.rate, model.service.mean_s(), model.consumers);
    match (model.system, &model.service) {
        (System::Markov, _) => Some(markov::solve(rate, mean_s, consumers)),
        (System::Finite { room }, _) => Some(finite::solve(rate, mean_s, consumers, room)),
        (System::Loss, service) => {
            Some(Steady { response_tail: service::tail(service), ..finite::solve(rate, mean_s, consumers, 0) })
        }
        (System::Constant, Distribution::Constant(span)) => Some(constant::solve(rate, *span)),
        (System::Crowd, Distribution::Constant(span)) => crowd::solve(rate, *span, consumers),
        (System::Phases, service) => phase::solve(rate, service),
        (System::Constant | System::Crowd | System::General, service) => Some(general::solve(rate, service)),
        (System::Renewal, _) => renewed(model),
        (System::Feedback, _) => Some(feedback::solve(rate, mean_s, consumers, model.feedback?)),
        (System::Approximate, service) => {
            Some(approximate::solve(rate, model.gaps.scv(), mean_s, service.scv(), consumers))
        }
        (System::Overloaded, _) => None,
    }
}

fn renewed(model: &Model) -> Option<Steady> {
    let Gaps::Renewal(gap) = &model.gaps else { return None };
    let transform = transform::transform(gap)?;
    renewal::solve(&*transform, model.rate, model.service.mean_s(), model.consumers)
}

fn percentiles(scenario: &Scenario) -> BTreeSet<Percentile> {
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

fn fill(measures: &mut Measures, model: &Model, steady: &Steady, percentiles: &BTreeSet<Percentile>) {
    let mean_s = model.service.mean_s();
    let service_variance = model.service.scv() * mean_s * mean_s;
    let service = times(mean_s, Some(service_variance), service::tail(&model.service), percentiles);
    let wait = times(steady.wait_mean_s, steady.wait_variance, steady.wait_tail.as_ref(), percentiles);
    // A message's own service has nothing to do with its wait.
    let response_mean_s = steady.wait_mean_s + mean_s;
    let response_variance = steady.wait_variance.map(|variance| variance + service_variance);
    let response = times(response_mean_s, response_variance, steady.response_tail.as_ref(), percentiles);
    let quantities = [(Quantity::Wait, &wait), (Quantity::Service, &service), (Quantity::Response, &response)];
    for (quantity, (stat, value)) in quantities.into_iter().flat_map(|(q, times)| times.iter().map(move |t| (q, *t))) {
        measures.whole(quantity, stat, value);
        measures.of(&model.queue, quantity, stat, value);
    }
    steady.waited.iter().for_each(|share| measures.whole(Quantity::Waited, Stat::Share, *share));
    fill_levels(measures, model, steady, &wait);
    fill_rates(measures, model, model.rate * (1.0 - steady.loss), steady.busy);
    if matches!(model.system, System::Finite { .. } | System::Loss) {
        measures.whole(Quantity::Lost, Stat::Share, steady.loss);
        measures.whole(Quantity::Refused, Stat::Share, steady.loss);
    }
}

/// Mean, standard deviation and, where the distribution is known, percentiles; in seconds.
fn times<T: std::borrow::Borrow<Tail>>(
    mean: f64,
    variance: Option<f64>,
    tail: Option<T>,
    percentiles: &BTreeSet<Percentile>,
) -> Vec<(Stat, f64)> {
    let mut times = vec![(Stat::Mean, mean)];
    times.extend(variance.map(|variance| (Stat::Sd, variance.sqrt())));
    if let Some(tail) = tail {
        let scale = if mean > 0.0 { mean } else { 1.0 };
        let at = |p: &Percentile| Some((Stat::Percentile(*p), quantile(tail.borrow(), p.quantile(), scale)?));
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
    if model.seen == Seen::All && model.feedback.is_none() {
        // Whoever enters leaves by being delivered.
        wait.iter().for_each(|(stat, value)| measures.of(queue, Quantity::Stay, *stat, *value));
    }
    if model.seen != Seen::Nothing {
        measures.of(queue, Quantity::Backlog, Stat::Mean, steady.length + steady.busy);
    }
}

fn fill_rates(measures: &mut Measures, model: &Model, throughput: f64, busy: f64) {
    measures.whole(Quantity::Throughput, Stat::Value, throughput);
    measures.whole(Quantity::Goodput, Stat::Value, throughput);
    measures.whole(Quantity::Utilization, Stat::Value, busy / model.all_consumers as f64);
    measures.of(&model.entry, Quantity::Throughput, Stat::Value, throughput);
    measures.of(&model.entry, Quantity::Utilization, Stat::Value, busy / f64::from(model.consumers));
}

/// All consumers are busy for good, and what they cannot do stays: the limit of a long run.
fn fill_overloaded(measures: &mut Measures, model: &Model) {
    let done = (f64::from(model.consumers) / model.service.mean_s() / model.attempts()).min(model.rate);
    measures.of(&model.queue, Quantity::Backlog, Stat::Growth, model.rate - done);
    fill_rates(measures, model, done, f64::from(model.consumers));
}
