//! When messages come, from the keys of `arrivals`.

use std::sync::Arc;

use super::files::{data_unit_s, read_column};
use super::keys;
use super::problem::Problem;
use super::quantity::{self, HUNDRED_YEARS_S, SOME};
use super::rates;
use super::reader::{Chosen, Reader, cut};
use super::yaml::{Node, Value};
use crate::time::{Span, Time};
use crate::workload::{Arrivals, Trace};

pub fn read(node: &Node, reader: &mut Reader) -> Option<Arrivals> {
    if let Some(rate) = bare_rate(node) {
        let problem = Problem::at(node.place, "does not say how messages come");
        reader
            .report(problem.hint(format!("write `{{poisson: {{rate: {rate}}}}}` or `{{regular: {{rate: {rate}}}}}`")));
        return None;
    }
    let chosen = reader.one_of(node, keys::ARRIVALS, keys::BESIDE_ARRIVALS)?;
    match chosen.kind {
        "poisson" => Some(Arrivals::Poisson { rate: rates::rated(&chosen, reader)? }),
        "regular" => Some(Arrivals::Regular { rate: rates::rated(&chosen, reader)? }),
        "renewal" => renewal(&chosen, reader),
        _ => trace(&chosen, reader).map(|trace| Arrivals::Trace(Arc::new(trace))),
    }
}

/// The commonest slip: a rate where the kind of arrivals belongs.
fn bare_rate(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(cut(text)),
        Value::Pairs(pairs) => {
            let (_, rate) = pairs.iter().find(|(key, _)| key.name == "rate")?;
            match &rate.value {
                Value::Text(text) => Some(cut(text)),
                _ => Some("200/s".to_owned()),
            }
        }
        _ => None,
    }
}

fn renewal(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Arrivals> {
    let object = reader.object(chosen.node, chosen.key.place, keys::RENEWAL)?;
    let node = object.need("gap", reader)?;
    let gap = super::distribution::read(node, object.example("gap"), reader)?;
    // A hundred million a second is the limit of every rate.
    if gap.mean_s() < 1e-8 {
        reader.report(Problem::at(node.place, "the mean gap is below 10ns").hint("write a longer gap, such as `5ms`"));
        return None;
    }
    Some(Arrivals::Renewal { gap })
}

fn trace(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Trace> {
    let object = reader.object(chosen.node, chosen.key.place, keys::TRACE)?;
    let unit_s = data_unit_s(&object, reader);
    let resolution = object.quantity("resolution", reader, |text| quantity::span(text, &SOME));
    let repeat = object.quantity("repeat", reader, |text| quantity::span(text, &SOME));
    let unit_s = unit_s?;
    let mut stamps = Stamps::new(unit_s);
    read_column(&object, reader, |value| stamps.push(value))?;
    if let Some(resolution) = resolution
        && let Err(near) = stamps.spread(resolution)
    {
        let problem =
            Problem::at(object.key_place("resolution"), format!("stamps lie closer together, such as {near}"));
        reader.report(problem.hint("write the smallest distance between two different stamps, or leave it out"));
        return None;
    }
    let last = stamps.instants[stamps.instants.len() - 1].since(Time::ZERO);
    if let Some(repeat) = repeat
        && repeat <= last
    {
        let message = format!("the trace would repeat before its last instant, {last}");
        reader.report(Problem::at(object.key_place("repeat"), message).hint(format!("write more than `{last}`")));
        return None;
    }
    Some(Trace::new(stamps.instants, repeat))
}

/// Recorded stamps on their way to instants; the first is instant 0.
struct Stamps {
    unit_s: f64,
    first: Option<f64>,
    last: f64,
    instants: Vec<Time>,
}

impl Stamps {
    fn new(unit_s: f64) -> Stamps {
        Stamps { unit_s, first: None, last: f64::NEG_INFINITY, instants: Vec::new() }
    }

    fn push(&mut self, stamp: f64) -> Result<(), String> {
        if stamp < self.last {
            return Err(format!("{stamp} comes before {}, the stamp above it", self.last));
        }
        let first = *self.first.get_or_insert(stamp);
        // The difference first: seconds since 1970 in nanoseconds are beyond what an f64 tells apart.
        let seconds = (stamp - first) * self.unit_s;
        if seconds > HUNDRED_YEARS_S {
            return Err(format!("{stamp} is more than 36500d after the first stamp"));
        }
        self.last = stamp;
        self.instants.push(Time::ZERO + Span::from_seconds(seconds));
        Ok(())
    }

    /// Spreads stamps of the same value evenly over the resolution; fails with a stamp that lies within it.
    fn spread(&mut self, resolution: Span) -> Result<(), Span> {
        let mut from = 0;
        for group in self.instants.chunk_by_mut(|a, b| a == b) {
            let (start, n) = (group[0], group.len());
            if start.nanos() < from {
                return Err(start.since(Time::ZERO));
            }
            for (k, instant) in group.iter_mut().enumerate() {
                *instant = start + Span::from_nanos_f64(resolution.nanos() as f64 * k as f64 / n as f64);
            }
            from = group[n - 1].nanos();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(values: &[f64]) -> Stamps {
        let mut stamps = Stamps::new(1.0);
        values.iter().for_each(|value| stamps.push(*value).unwrap());
        stamps
    }

    fn nanos(stamps: &Stamps) -> Vec<u64> {
        stamps.instants.iter().map(|at| at.nanos() / 1_000_000).collect()
    }

    #[test]
    fn the_first_stamp_is_instant_zero() {
        assert_eq!(nanos(&stamps(&[804_571_201.0, 804_571_202.5])), [0, 1500]);
    }

    #[test]
    fn stamps_that_share_a_value_are_spread_evenly_over_the_resolution() {
        let mut stamps = stamps(&[5.0, 5.0, 5.0, 5.0, 6.0, 8.0, 8.0]);
        stamps.spread(Span::from_secs(1)).unwrap();
        assert_eq!(nanos(&stamps), [0, 250, 500, 750, 1000, 3000, 3500]);
    }

    #[test]
    fn a_resolution_coarser_than_the_stamps_is_refused() {
        assert!(stamps(&[0.0, 0.0, 0.1]).spread(Span::from_secs(1)).is_err());
        assert!(stamps(&[0.0, 0.1]).spread(Span::from_secs(1)).is_ok());
    }

    #[test]
    fn stamps_may_not_fall() {
        assert_eq!(stamps(&[2.0]).push(1.0), Err("1 comes before 2, the stamp above it".to_owned()));
    }
}
