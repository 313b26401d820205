//! From a model to its steady state, and the waits of its classes.

use super::model::{Class, Gaps, Model, System};
use super::priority;
use super::steady::Steady;
use super::{approximate, batch, closed, constant, crowd, endless, feedback, finite, general, markov, order};
use super::{patience, phase, quasi, renewal, service, transform};
use crate::workload::Distribution;

/// The model as far as its numbers can be had: where they take too long, it is approximated. `None` where there is no
/// steady state. What clients who wait for their answers publish a second is known now.
pub(super) fn solved(model: Model) -> (Model, Option<Steady>) {
    if let Gaps::Closed { population, think } = &model.gaps {
        let (steady, rate) = closed::steady(*population, think.mean_s(), model.service.mean_s(), model.consumers);
        return (Model { rate, ..model }, Some(steady));
    }
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
        (System::LastFirst, service) => order::last_first_steady(rate, service, consumers),
        (System::ShortestFirst, _) => order::shortest_first_steady(rate, mean_s),
        (System::Priority, _) => Some(of_classes(model)),
        (System::Impatient, _) => Some(patience::steady(rate, mean_s, consumers, model.patience.as_ref()?)),
        (System::Endless, service) => {
            Some(Steady { response_tail: service::tail(service), ..endless::steady(model.offered()) })
        }
        (System::Batches, service) => match model.gaps {
            Gaps::Batches(size) => Some(batch::steady(rate / size.mean(), size, service)),
            _ => None,
        },
        (System::Bursts, service) => match &model.gaps {
            Gaps::Bursts(bursts) => quasi::steady(bursts, service, consumers),
            _ => None,
        },
        (System::Approximate, service) => {
            Some(approximate::solve(rate, model.gaps.scv(), mean_s, service.scv(), consumers))
        }
        (System::Overloaded | System::Closed, _) => None,
    }
}

fn renewed(model: &Model) -> Option<Steady> {
    let Gaps::Renewal(gap) = &model.gaps else { return None };
    let transform = transform::transform(gap)?;
    renewal::solve(&*transform, model.rate, model.service.mean_s(), model.consumers)
}

/// Each class by itself, the highest priority first.
pub(super) fn classes(model: &Model) -> Vec<Steady> {
    let class = |class: &Class| priority::Class { rate: class.rate, service: class.service.clone() };
    let classes: Vec<priority::Class> = model.classes.iter().map(class).collect();
    let mean_s = service::is_exponential(&model.service).then(|| model.service.mean_s());
    priority::each(&classes, mean_s, model.consumers)
}

/// All classes together.
fn of_classes(model: &Model) -> Steady {
    let rates: Vec<f64> = model.classes.iter().map(|class| class.rate).collect();
    priority::together(classes(model), &rates)
}
