//! Recorded instants and recorded counts, from the keys of `trace` and `counts`.

use super::distribution::written_times;
use super::files::{Column, StampUnit, column, read_columns, stamp_unit, stamp_word};
use super::keys;
use super::problem::Problem;
use super::quantity::{self, HUNDRED_YEARS_S, SOME};
use super::reader::{Chosen, Object, Reader};
use super::yaml::Value;
use crate::time::{Span, Time};
use crate::workload::columns::Row;
use crate::workload::{RateProfile, Trace};

const MOST_FACTOR: f64 = 1e9;
/// Of a rate; the most that a rate may be.
const MOST_PER_SECOND: f64 = 1e8;

pub fn trace(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Trace> {
    let object = reader.object(chosen.node, chosen.key.place, keys::TRACE)?;
    let resolution = object.quantity("resolution", reader, |text| quantity::span(text, &SOME));
    let repeat = object.quantity("repeat", reader, |text| quantity::span(text, &SOME));
    let speed = object.quantity("speed", reader, |text| quantity::number(text, 1e-6, 1e6));
    let (mut stamps, carried) = match object.get("values") {
        Some(_) => (written(&object, reader)?, [Vec::new(), Vec::new()]),
        None => recorded(&object, reader)?,
    };
    if let Some(resolution) = resolution
        && let Err(near) = stamps.spread(resolution)
    {
        let problem =
            Problem::at(object.key_place("resolution"), format!("stamps lie closer together, such as {near}"));
        reader.report(problem.hint("write the smallest distance between two different stamps, or leave it out"));
        return None;
    }
    if let Some(speed) = speed {
        let faster = |at: &mut Time| *at = Time::ZERO + Span::from_nanos_f64(at.nanos() as f64 / speed);
        stamps.instants.iter_mut().for_each(faster);
    }
    let last = stamps.instants[stamps.instants.len() - 1].since(Time::ZERO);
    if last.seconds() > HUNDRED_YEARS_S {
        let problem = Problem::at(object.key_place("speed"), "makes the trace longer than 36500d");
        reader.report(problem.hint("write a higher speed"));
        return None;
    }
    if let Some(repeat) = repeat
        && repeat <= last
    {
        let message = format!("the trace would repeat before its last instant, {last}");
        reader.report(Problem::at(object.key_place("repeat"), message).hint(format!("write more than `{last}`")));
        return None;
    }
    let [work, size] = carried;
    Some(Trace::new(stamps.instants, repeat).carrying(work, size))
}

/// Instants that stand in the scenario itself.
fn written(object: &Object<'_>, reader: &mut Reader) -> Option<Stamps> {
    for other in ["work", "size", "resolution"].into_iter().filter(|key| object.get(key).is_some()) {
        let problem = Problem::at(object.key_place(other), "belongs to a file, which `values` replaces");
        reader.report(problem.hint("leave it out"));
    }
    let node = object.get("values")?;
    let seconds = written_times(node, object, reader)?;
    if !seconds.is_sorted() {
        reader.report(Problem::at(node.place, "instants are not in order").hint("write the earliest first"));
        return None;
    }
    let instants = seconds.into_iter().map(|seconds| Time::ZERO + Span::from_seconds(seconds)).collect();
    Some(Stamps { last_s: 0.0, instants })
}

/// Instants out of a file, and what the messages carry: work and size.
fn recorded(object: &Object<'_>, reader: &mut Reader) -> Option<(Stamps, [Vec<f64>; 2])> {
    let unit = stamp_unit(object, reader);
    let stamp = column(object, "column", reader);
    let sums = [sum(object, "work", reader), sum(object, "size", reader)];
    let (unit, stamp) = (unit?, stamp?);
    let mut columns = vec![stamp];
    let sums = sums.map(|sum| sum.map(|sum| sum.placed(&mut columns)));
    let (mut stamps, mut origin, mut carried) = (Stamps::new(), None, [Vec::new(), Vec::new()]);
    read_columns(object, columns, reader, |row| {
        stamps.push(unit.seconds(&row, 0, &mut origin)?, &row.text(0))?;
        for (sum, carried) in sums.iter().zip(&mut carried) {
            if let Some(sum) = sum {
                carried.push(sum.of(&row)?);
            }
        }
        Ok(())
    })?;
    Some((stamps, carried))
}

/// Columns with factors, to be added up.
struct Sum<'n>(Vec<(Column<'n>, f64)>);

/// The same by the places of the columns in a row.
struct Placed(Vec<(usize, f64)>);

impl<'n> Sum<'n> {
    fn placed(self, columns: &mut Vec<Column<'n>>) -> Placed {
        let place = |(column, factor)| {
            columns.push(column);
            (columns.len() - 1, factor)
        };
        Placed(self.0.into_iter().map(place).collect())
    }
}

impl Placed {
    fn of(&self, row: &Row<'_>) -> Result<f64, String> {
        let mut sum = 0.0;
        for (column, factor) in &self.0 {
            let value = row.number(*column)?;
            if value < 0.0 {
                return Err(format!("`{value}` is negative"));
            }
            sum += value * factor;
        }
        Ok(sum)
    }
}

/// Reads a column's name, or columns with their factors.
fn sum<'n>(object: &Object<'n>, key: &str, reader: &mut Reader) -> Option<Sum<'n>> {
    let node = object.get(key)?;
    let Value::Pairs(pairs) = &node.value else {
        return Some(Sum(vec![(column(object, key, reader)?, 1.0)]));
    };
    if pairs.is_empty() {
        reader.report(Problem::at(node.place, "names no column").hint(format!("write `{key}: {{bytes: 1}}`")));
    }
    let factor = |text: &str| quantity::number(text, 0.0, MOST_FACTOR);
    let read: Vec<Option<_>> = pairs
        .iter()
        .map(|(name, node)| Some(((name.name.as_str(), name.place), reader.quantity(node, "1", factor)?)))
        .collect();
    read.into_iter().collect::<Option<_>>().map(Sum)
}

/// Recorded counts as a rate that changes from interval to interval, and is zero after the last.
pub fn counts(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<RateProfile> {
    let object = reader.object(chosen.node, chosen.key.place, keys::COUNTS)?;
    let every = object.need_quantity("every", reader, |text| quantity::span(text, &SOME));
    let scale = object.quantity("scale", reader, |text| quantity::number(text, 1e-9, 1e9)).unwrap_or(1.0);
    let count = column(&object, "column", reader);
    let unit = match object.get("unit") {
        Some(node) => stamp_word(node, reader)?,
        None => StampUnit::DateTime,
    };
    let unit = match object.get("time") {
        Some(_) => Some((column(&object, "time", reader)?, unit)),
        None => None,
    };
    let (every, count) = (every?, count?);
    let columns = [count].into_iter().chain(unit.iter().map(|(column, _)| *column)).collect();
    let mut intervals = Intervals { every, next: 0, points: Vec::new() };
    let mut origin = None;
    read_columns(&object, columns, reader, |row| {
        let count = row.number(0)?;
        let at = match unit {
            Some((_, unit)) => Some((unit.seconds(&row, 1, &mut origin)?, row.text(1))),
            None => None,
        };
        intervals.push(count, scale, at)
    })?;
    if intervals.points.iter().all(|(_, rate)| *rate == 0.0) {
        reader.report(Problem::at(count.1, "all counts are zero: no message would ever come").hint("check the file"));
        return None;
    }
    Some(RateProfile::steps(&intervals.ended()))
}

/// Counts on their way to rates.
struct Intervals {
    every: Span,
    /// The number of the interval after the last that has come.
    next: u64,
    points: Vec<(Time, f64)>,
}

impl Intervals {
    /// Takes a count, and where it is known how many seconds after the first its interval begins.
    fn push(&mut self, count: f64, scale: f64, at: Option<(f64, String)>) -> Result<(), String> {
        let number = match at {
            Some((seconds, shown)) => {
                // To the nearest interval: clocks that record are seldom on time.
                let number = (seconds / self.every.seconds()).round();
                if number < self.next as f64 {
                    let why = "begins in the interval of the row above it, or before";
                    return Err(format!("`{shown}` {why}"));
                }
                number as u64
            }
            None => self.next,
        };
        if count < 0.0 {
            return Err(format!("`{count}` is negative"));
        }
        let per_second = count * scale / self.every.seconds();
        if per_second > MOST_PER_SECOND {
            return Err(format!("`{count}` is a rate of more than 100000k/s"));
        }
        if number > self.next {
            self.points.push((self.begin(self.next), 0.0));
        }
        self.points.push((self.begin(number), per_second));
        self.next = number + 1;
        if self.begin(self.next).seconds() > HUNDRED_YEARS_S {
            return Err("is more than 36500d after the first interval".to_owned());
        }
        Ok(())
    }

    fn begin(&self, number: u64) -> Time {
        Time::ZERO + self.every.saturating_mul(number)
    }

    fn ended(mut self) -> Vec<(Time, f64)> {
        self.points.push((self.begin(self.next), 0.0));
        self.points
    }
}

/// Recorded stamps on their way to instants; the first is instant 0.
struct Stamps {
    last_s: f64,
    instants: Vec<Time>,
}

impl Stamps {
    fn new() -> Stamps {
        Stamps { last_s: 0.0, instants: Vec::new() }
    }

    /// Takes the next stamp, so many seconds after the first.
    fn push(&mut self, seconds: f64, shown: &str) -> Result<(), String> {
        if seconds < self.last_s {
            return Err(format!("`{shown}` comes before the stamp above it"));
        }
        if seconds > HUNDRED_YEARS_S {
            return Err(format!("`{shown}` is more than 36500d after the first stamp"));
        }
        self.last_s = seconds;
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
        let mut stamps = Stamps::new();
        values.iter().for_each(|value| stamps.push(*value - values[0], "").unwrap());
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
        let said = Err("`1` comes before the stamp above it".to_owned());
        assert_eq!(stamps(&[2.0]).push(-1.0, "1"), said);
    }
}
