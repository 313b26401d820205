//! What holds where a scenario says nothing.

use super::model::Producer;
use super::quantity::HUNDRED_YEARS_S;
use crate::time::{Span, Time};
use crate::workload::Arrivals;
use crate::workload::arrivals::span_of;

pub const REPLICATIONS: u32 = 20;
pub const REPLICATIONS_AT_MOST: u32 = 400;
pub const AT_MOST_INSIDE: u64 = 1_000_000;
const MESSAGES: f64 = 100_000.0;

/// Whether nothing changes by plan.
pub fn is_steady(producers: &[Producer]) -> bool {
    producers.iter().all(|producer| producer.arrivals.steady_rate().is_some())
}

/// What 100,000 messages of all producers together take; with traces and profiles, the longest of their spans.
pub fn duration(producers: &[Producer]) -> Option<Span> {
    let planned = producers.iter().filter(|producer| producer.arrivals.steady_rate().is_none());
    if let Some(longest) = planned.map(|producer| span(&producer.arrivals)).max() {
        return longest.filter(|span| *span > Span::ZERO);
    }
    let rate: f64 = producers.iter().filter_map(|producer| producer.arrivals.steady_rate()).sum();
    let takes = span_of(MESSAGES, rate);
    (rate > 0.0 && takes.seconds() <= HUNDRED_YEARS_S).then(|| rounded_up(takes))
}

/// How long something lasts that changes by plan.
pub fn span(arrivals: &Arrivals) -> Option<Span> {
    match arrivals {
        Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.last_change().map(|at| at.since(Time::ZERO)),
        Arrivals::Trace(trace) => match trace.repeats() {
            Some(every) => Some(every),
            // What is planned for the very end of a run does not come any more.
            None => Some(rounded_up(trace.last().since(Time::ZERO) + Span::from_nanos(1))),
        },
        Arrivals::Renewal { .. } | Arrivals::Bursts(_) | Arrivals::Closed { .. } => None,
        Arrivals::Shaped(shaped) => {
            let stop = (shaped.stop < Time::NEVER).then(|| shaped.stop.since(Time::ZERO));
            span(&shaped.arrivals).into_iter().chain(stop).min()
        }
    }
}

/// To three digits or more of a unit, so that it reads well.
fn rounded_up(span: Span) -> Span {
    let unit = [1_000_000_000, 1_000_000, 1_000].into_iter().find(|unit| span.nanos() >= 100 * unit).unwrap_or(1);
    Span::from_nanos(span.nanos().div_ceil(unit).saturating_mul(unit))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::broker::QueueId;
    use crate::client::MessageRules;
    use crate::workload::{RateProfile, Trace};

    fn of(arrivals: &[Arrivals]) -> Option<String> {
        let producer = |arrivals: &Arrivals| Producer {
            name: "p".to_owned(),
            publishes_to: vec![QueueId(0)],
            arrivals: arrivals.clone(),
            retries: None,
            confirms: None,
            network: None,
            messages: MessageRules::default(),
        };
        duration(&arrivals.iter().map(producer).collect::<Vec<_>>()).map(|span| span.to_string())
    }

    fn poisson(per_second: f64) -> Arrivals {
        Arrivals::Poisson { rate: RateProfile::constant(per_second) }
    }

    #[test]
    fn a_steady_run_lasts_as_long_as_a_hundred_thousand_messages_of_all_producers() {
        assert_eq!(of(&[poisson(200.0)]).unwrap(), "500s");
        assert_eq!(of(&[poisson(150.0), poisson(50.0)]).unwrap(), "500s");
        assert_eq!(of(&[poisson(7.0)]).unwrap(), "14286s");
    }

    #[test]
    fn a_profile_lasts_until_its_last_point_and_a_trace_beyond_its_last_instant() {
        let minute = |m: u64| Time::from_nanos(m * 60_000_000_000);
        let rate = RateProfile::steps(&[(minute(0), 5.0), (minute(10), 9.0), (minute(15), 0.0)]);
        let steps = Arrivals::Poisson { rate };
        assert_eq!(of(&[steps.clone(), poisson(1.0)]).unwrap(), "15min");
        let trace = |repeat| Arrivals::Trace(Arc::new(Trace::new(vec![minute(0), minute(30)], repeat)));
        assert_eq!(of(&[steps, trace(None)]).unwrap(), "1801s");
        assert_eq!(of(&[trace(Some(Span::from_secs(3600)))]).unwrap(), "1h");
    }
}
