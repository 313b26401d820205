//! How messages come, as the formulas see it.

use crate::scenario::Producer;
use crate::theory::model::Gaps;
use crate::theory::service::is_exponential;
use crate::time::Span;
use crate::workload::{Arrivals, Batch, Distribution, Shaped};

/// Why a producer has no steady state, or is in the way of one.
pub(super) fn not_steady(producer: &Producer) -> Option<String> {
    let name = &producer.name;
    if let Some(retries) = &producer.retries {
        let what = if retries.timeout.is_some() { "what takes too long" } else { "what is refused" };
        return Some(format!("`{name}` tries again {what}"));
    }
    if producer.network.is_some() {
        return Some(format!("what `{name}` publishes is under way for some time"));
    }
    match &producer.arrivals {
        Arrivals::Shaped(shaped) if shaped.is_planned() => {
            Some(format!("the arrivals of `{name}` begin or end by plan: there is no steady state"))
        }
        Arrivals::Trace(_) => Some(format!("`{name}` replays a trace, which is not poisson")),
        Arrivals::Shaped(shaped) if matches!(shaped.arrivals, Arrivals::Trace(_)) => {
            Some(format!("`{name}` replays a trace, which is not poisson"))
        }
        arrivals if arrivals.steady_rate().is_some() => None,
        _ => Some(format!("the rate of `{name}` changes over time: there is no steady state")),
    }
}

/// Poisson streams together are one; of others together only the variation is known, roughly: the average, weighted by
/// rate (the asymptotic method; Whitt 1982).
///
/// # Errors
/// If one of several producers is of a kind that the formulas know only alone.
pub(super) fn gaps(active: &[&Producer]) -> Result<Gaps, String> {
    let all: Vec<Gaps> = active.iter().map(|producer| of_one(&producer.arrivals)).collect();
    if let [only] = all.as_slice() {
        return Ok(only.clone());
    }
    if let Some((producer, gaps)) = active.iter().zip(&all).find(|(_, gaps)| !gaps.is_single()) {
        let name = &producer.name;
        return Err(format!("{}: the formulas know such a producer alone", in_words(name, gaps)));
    }
    if all.iter().all(|gaps| *gaps == Gaps::Poisson) {
        return Ok(Gaps::Poisson);
    }
    let rates = || active.iter().map(|producer| producer.arrivals.steady_rate().unwrap_or(0.0));
    let sum: f64 = all.iter().zip(rates()).map(|(gaps, rate)| gaps.scv() * rate).sum();
    Ok(Gaps::Several { scv: sum / rates().sum::<f64>() })
}

/// What is special about a producer, in words.
pub(super) fn in_words(name: &str, gaps: &Gaps) -> String {
    match gaps {
        Gaps::Batches(_) => format!("`{name}` publishes in batches"),
        Gaps::Bursts(_) => format!("`{name}` publishes in bursts (mmpp)"),
        Gaps::Closed { .. } => format!("the clients of `{name}` wait for their answers"),
        _ => format!("the gaps between arrivals of `{name}` are not exponential"),
    }
}

fn of_one(arrivals: &Arrivals) -> Gaps {
    match arrivals {
        Arrivals::Regular { rate } => Gaps::Renewal(Distribution::Constant(Span::from_seconds(1.0 / rate.first()))),
        Arrivals::Renewal { gap } if !is_exponential(gap) => Gaps::Renewal(gap.clone()),
        Arrivals::Bursts(bursts) => Gaps::Bursts(bursts.clone()),
        Arrivals::Closed { population, think, .. } => Gaps::Closed { population: *population, think: think.clone() },
        Arrivals::Shaped(shaped) => of_batches(shaped),
        _ => Gaps::Poisson,
    }
}

/// Batches that do not come as Poisson are known by their variation alone.
fn of_batches(shaped: &Shaped) -> Gaps {
    match (of_one(&shaped.arrivals), shaped.batch) {
        (gaps, Batch::Fixed(1) | Batch::Geometric { mean: 1.0 }) => gaps,
        (Gaps::Poisson, size) => Gaps::Batches(size),
        _ => Gaps::Several { scv: shaped.scv() },
    }
}
