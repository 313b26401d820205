//! What is known of several queues that have nothing to do with each other: each by itself, and the whole as their average.

use std::collections::BTreeMap;

use super::{Measures, all_times, each, fill_classes, fill_growth, fill_levels, fill_rates, percentiles};
use crate::measure::{Quantity, Stat};
use crate::result::Theory;
use crate::scenario::Scenario;
use crate::theory::model::{Model, System};
use crate::theory::solve::solved;
use crate::theory::steady::Steady;

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
    steady.iter().for_each(|all| fill_whole(&mut measures, all));
    let said = |of: fn(&Model) -> String| all.iter().map(|(model, _)| of(model)).collect::<Vec<_>>().join("; ");
    Theory {
        model: said(|model| format!("{} at {}", model.name(), model.queue)),
        source: said(|model| model.source().to_owned()),
        measures: measures.known,
    }
}

fn fill(measures: &mut Measures, scenario: &Scenario, model: &Model, steady: &Steady) {
    let times = all_times(model, steady, &percentiles(scenario));
    each(&times).for_each(|(quantity, stat, value)| measures.of(&model.queue, quantity, stat, value));
    fill_levels(measures, model, steady, &times[0].1);
    fill_rates(measures, model, model.rate * (1.0 - steady.loss), steady.busy);
    if model.system == System::Priority {
        fill_classes(measures, model);
    }
}

fn fill_whole(measures: &mut Measures, all: &[(&Model, &Steady)]) {
    let sum = |of: &dyn Fn(&Model, &Steady) -> f64| all.iter().map(|(model, steady)| of(model, steady)).sum::<f64>();
    let processed = |model: &Model, steady: &Steady| model.rate * (1.0 - steady.loss);
    let throughput = sum(&processed);
    let wait_s = sum(&|model, steady| processed(model, steady) * steady.wait_mean_s) / throughput;
    let service_s = sum(&|model, steady| processed(model, steady) * model.service.mean_s()) / throughput;
    measures.whole(Quantity::Wait, Stat::Mean, wait_s);
    measures.whole(Quantity::Service, Stat::Mean, service_s);
    measures.whole(Quantity::Response, Stat::Mean, wait_s + service_s);
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
