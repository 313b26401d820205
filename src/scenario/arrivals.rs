//! When messages come, from the keys of `arrivals`.

use std::sync::Arc;

use super::files::{data_unit_s, read_column};
use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, HUNDRED_YEARS_S, SOME};
use super::reader::{Chosen, Reader, cut};
use super::yaml::{Node, Value};
use crate::time::{Span, Time};
use crate::workload::{Arrivals, RateProfile, Trace};

const MOST_STEPS: usize = 10_000;
const MOST_CLIENTS: u64 = 100_000;

pub fn read(node: &Node, reader: &mut Reader) -> Option<Arrivals> {
    if let Some(rate) = bare_rate(node) {
        let problem = Problem::at(node.place, "does not say how messages come");
        reader
            .report(problem.hint(format!("write `{{poisson: {{rate: {rate}}}}}` or `{{regular: {{rate: {rate}}}}}`")));
        return None;
    }
    let chosen = reader.one_of(node, keys::ARRIVALS, keys::BESIDE_ARRIVALS)?;
    match chosen.kind {
        "poisson" => Some(Arrivals::Poisson { rate: rated(&chosen, reader)? }),
        "regular" => Some(Arrivals::Regular { rate: rated(&chosen, reader)? }),
        "renewal" => renewal(&chosen, reader),
        "closed" => closed(&chosen, reader),
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

fn rated(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<RateProfile> {
    let object = reader.object(chosen.node, chosen.key.place, keys::RATED)?;
    let node = object.need("rate", reader)?;
    if !matches!(node.value, Value::Pairs(_)) {
        let per_second = reader.quantity(node, "200/s", quantity::rate)?;
        if per_second == 0.0 {
            reader.report(Problem::at(node.place, "no message would ever come").hint("write a rate above `0/s`"));
            return None;
        }
        return Some(RateProfile::constant(per_second));
    }
    let profile = reader.one_of(node, keys::RATE, keys::BESIDE_RATE)?;
    steps(&profile, reader)
}

fn steps(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<RateProfile> {
    const EXAMPLE: &str = "write `{0min: 50/s, 10min: 900/s}`";
    let pairs = match &chosen.node.value {
        Value::Pairs(pairs) if (1..=MOST_STEPS).contains(&pairs.len()) => pairs,
        Value::Pairs(pairs) => {
            let message = format!("has {} points; there may be 1 to {MOST_STEPS}", pairs.len());
            reader.report(Problem::at(chosen.key.place, message).hint(EXAMPLE));
            return None;
        }
        _ => {
            reader.report(Problem::at(chosen.key.place, "is no list of instants and rates").hint(EXAMPLE));
            return None;
        }
    };
    let mut points: Vec<(Time, f64)> = Vec::with_capacity(pairs.len());
    let mut all_good = true;
    for (key, node) in pairs {
        let at_node = Node { place: key.place, value: Value::Text(key.name.clone()) };
        let at = reader.quantity(&at_node, "10min", |text| quantity::span(text, &ANY));
        let per_second = reader.quantity(node, "200/s", quantity::rate);
        let (Some(at), Some(per_second)) = (at, per_second) else {
            all_good = false;
            continue;
        };
        let at = Time::ZERO + at;
        if points.last().is_some_and(|(last, _)| *last >= at) {
            reader.report(
                Problem::at(key.place, "does not come after the point above it").hint("put the points in order"),
            );
            all_good = false;
            continue;
        }
        points.push((at, per_second));
    }
    if all_good && points.iter().all(|(_, rate)| *rate == 0.0) {
        reader.report(Problem::at(chosen.key.place, "no message would ever come").hint("give one point a higher rate"));
        return None;
    }
    all_good.then(|| RateProfile::steps(&points))
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

/// How often clients come follows from who works for them, which is not known here.
fn closed(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Arrivals> {
    let object = reader.object(chosen.node, chosen.key.place, keys::CLOSED)?;
    let population = object.need_quantity("population", reader, |text| quantity::count(text, 1, MOST_CLIENTS));
    let node = object.need("think", reader);
    let think = node.and_then(|node| super::distribution::read(node, object.example("think"), reader));
    let population = u32::try_from(population?).ok()?;
    Some(Arrivals::Closed { population, think: think?, at_most_per_s: f64::from(population) })
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
