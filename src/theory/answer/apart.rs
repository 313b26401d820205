//! What is known of several queues that have nothing to do with each other: each by itself, and the whole as their average.

use std::collections::BTreeMap;

use super::{Measures, all_times, each, fill_classes, fill_growth, fill_levels, fill_rates, percentiles, times};
use crate::measure::{Quantity, Stat};
use crate::result::Theory;
use crate::scenario::Scenario;
use crate::theory::model::{Model, System};
use crate::theory::service;
use crate::theory::solve::solved;
use crate::theory::steady::{Steady, Tail};

pub fn answer(scenario: &Scenario, models: &[Model]) -> Theory {
    let all: Vec<(Model, Option<Steady>)> = models.iter().map(|model| solved(model.clone())).collect();
    let mut measures = Measures { known: BTreeMap::new(), exact: true };
    for (model, steady) in &all {
        measures.exact = model.is_exact();
        match steady {
            Some(steady) => fill(&mut measures, scenario, model, steady),
            None => {
                fill_growth(&mut measures, model);
            }
        }
    }
    measures.exact = all.iter().all(|(model, _)| model.is_exact());
    let steady = all.iter().map(|(model, steady)| Some((model, steady.as_ref()?))).collect::<Option<Vec<_>>>();
    // With one that has no steady state the whole has none.
    steady.iter().for_each(|all| fill_whole(&mut measures, scenario, all));
    let said = |of: fn(&Model) -> String| all.iter().map(|(model, _)| of(model)).collect::<Vec<_>>().join("; ");
    Theory {
        model: said(|model| format!("{} at {}", model.name(), model.queue)),
        source: said(|model| model.source().to_owned()),
        measures: measures.known,
        curves: BTreeMap::new(),
    }
}

fn fill(measures: &mut Measures, scenario: &Scenario, model: &Model, steady: &Steady) {
    let times = all_times(&model.service, steady, true, &percentiles(scenario));
    each(&times).for_each(|(quantity, stat, value)| measures.of(&model.queue, quantity, stat, value));
    fill_levels(measures, model, steady, &times[0].1);
    fill_rates(measures, model, model.rate * (1.0 - steady.loss), steady.busy);
    if model.system == System::Priority {
        fill_classes(measures, scenario, model);
    }
}

fn fill_whole(measures: &mut Measures, scenario: &Scenario, all: &[(&Model, &Steady)]) {
    let sum = |of: &dyn Fn(&Model, &Steady) -> f64| all.iter().map(|(model, steady)| of(model, steady)).sum::<f64>();
    let processed = |model: &Model, steady: &Steady| model.rate * (1.0 - steady.loss);
    let throughput = sum(&processed);
    let shares: Vec<f64> = all.iter().map(|(model, steady)| processed(model, steady) / throughput).collect();
    fill_times(measures, scenario, all, &shares);
    measures.whole(Quantity::Throughput, Stat::Value, throughput);
    measures.whole(Quantity::Goodput, Stat::Value, throughput);
    let busy = sum(&|_, steady| steady.busy);
    measures.whole(Quantity::Utilization, Stat::Value, busy / all[0].0.all_consumers as f64);
    let loses = |model: &Model| matches!(model.system, System::Finite { .. } | System::Loss | System::Impatient);
    if all.iter().any(|(model, _)| loses(model)) {
        let rate = sum(&|model, _| model.rate);
        measures.whole(Quantity::Lost, Stat::Share, sum(&|model, steady| model.rate * steady.loss) / rate);
    }
}

/// Each queue's times with its share of the messages that are processed.
fn fill_times(measures: &mut Measures, scenario: &Scenario, all: &[(&Model, &Steady)], shares: &[f64]) {
    let mean =
        |of: &dyn Fn(&Model, &Steady) -> f64| shares.iter().zip(all).map(|(share, (m, s))| share * of(m, s)).sum();
    let (wait_s, service_s): (f64, f64) = (mean(&|_, steady| steady.wait_mean_s), mean(&|m, _| m.service.mean_s()));
    let services: Vec<Option<Tail>> = all.iter().map(|(model, _)| service::tail(&model.service)).collect();
    let wait = mixed(shares, all.iter().map(|(_, steady)| steady.wait_tail.as_deref()));
    let work = mixed(shares, services.iter().map(Option::as_deref));
    let response = mixed(shares, all.iter().map(|(_, steady)| steady.response_tail.as_deref()));
    let known = [
        (Quantity::Wait, wait_s, wait),
        (Quantity::Service, service_s, work),
        (Quantity::Response, wait_s + service_s, response),
    ];
    for (quantity, mean_s, tail) in known {
        let times = times(mean_s, None, tail.as_deref(), &percentiles(scenario));
        times.into_iter().for_each(|(stat, value)| measures.whole(quantity, stat, value));
    }
    let waited = shares.iter().zip(all).map(|(share, (_, steady))| Some(share * steady.waited?)).sum::<Option<f64>>();
    waited.iter().for_each(|share| measures.whole(Quantity::Waited, Stat::Share, *share));
}

type Chance<'a> = dyn Fn(f64) -> f64 + 'a;

/// Of times that are of one kind or another with such shares; `None` unless all are known.
fn mixed<'a>(shares: &'a [f64], tails: impl Iterator<Item = Option<&'a Chance<'static>>>) -> Option<Box<Chance<'a>>> {
    let tails = tails.collect::<Option<Vec<_>>>()?;
    Some(Box::new(move |t| shares.iter().zip(&tails).map(|(share, tail)| share * tail(t)).sum()))
}
