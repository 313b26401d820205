//! Distributions of times, from their keys.

use std::sync::Arc;

use super::files::{data_unit_s, read_column};
use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, HUNDRED_YEARS_S, SOME, Wrong};
use super::reader::{Chosen, Object, Reader};
use super::shapes;
use super::yaml::{Node, Value};
use crate::workload::{Branch, Distribution, Empirical, Part, PhaseType};

const MOST_CV: f64 = 1000.0;
const MOST_PHASES: u64 = 1000;
const MOST_BRANCHES: usize = 100;
const MOST_VALUES: usize = 100_000;

/// Reads a bare duration, which is a constant, or one of the kinds.
pub fn read(node: &Node, example: &str, reader: &mut Reader) -> Option<Distribution> {
    if let Some(kind) = bare_kind(node) {
        let problem = Problem::at(node.place, format!("`{}` does not say how long", kind.name));
        reader.report(problem.hint(format!("write `{{{}: {}}}`", kind.name, kind.example)));
        return None;
    }
    if let Value::Text(_) | Value::Nothing | Value::List(_) = node.value {
        return constant(node, example, reader);
    }
    let chosen = reader.one_of(node, keys::DISTRIBUTION, &[])?;
    of_kind(&chosen, reader)
}

/// The kind that a word names, where its parameters should stand too.
fn bare_kind(node: &Node) -> Option<&'static keys::Key> {
    let Value::Text(text) = &node.value else { return None };
    keys::DISTRIBUTION.iter().find(|key| key.name == text)
}

fn of_kind(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    match chosen.kind {
        "constant" => constant(chosen.node, "20ms", reader),
        "exponential" => {
            let object = object(chosen, keys::MEAN, reader)?;
            Some(Distribution::Exponential { mean_s: mean(&object, reader)? })
        }
        "erlang" => erlang(chosen, reader),
        "lognormal" => lognormal(chosen, reader),
        "hyperexponential" => hyperexponential(chosen, reader),
        "empirical" => empirical(chosen, reader),
        "mixture" => mixture(chosen, reader),
        "phase_type" => phase_type(chosen, reader),
        _ => shapes::read(chosen, reader),
    }
}

pub(super) fn object<'n>(chosen: &Chosen<'n>, known: &'static [keys::Key], reader: &mut Reader) -> Option<Object<'n>> {
    reader.object(chosen.node, chosen.key.place, known)
}

fn constant(node: &Node, example: &str, reader: &mut Reader) -> Option<Distribution> {
    reader.quantity(node, example, |text| quantity::span(text, &ANY)).map(Distribution::Constant)
}

pub(super) fn mean(object: &Object<'_>, reader: &mut Reader) -> Option<f64> {
    object.need_quantity("mean", reader, |text| quantity::seconds(text, &SOME))
}

fn erlang(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::ERLANG, reader)?;
    let mean_s = mean(&object, reader);
    let phases = object.need_quantity("phases", reader, |text| quantity::count(text, 1, MOST_PHASES));
    Some(Distribution::Erlang { mean_s: mean_s?, phases: u32::try_from(phases?).ok()? })
}

fn lognormal(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::MEAN_AND_CV, reader)?;
    let mean_s = mean(&object, reader);
    let cv = object.need_quantity("cv", reader, |text| quantity::number(text, 0.0, MOST_CV));
    Some(Distribution::Lognormal { mean_s: mean_s?, cv: cv? })
}

fn hyperexponential(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::HYPEREXPONENTIAL, reader)?;
    if let Some(branches) = object.get("branches") {
        for other in ["mean", "cv"].into_iter().filter(|key| object.get(key).is_some()) {
            let problem = Problem::at(object.key_place(other), "stands beside `branches`, which says it all");
            reader.report(problem.hint("keep either `mean` and `cv` or `branches`"));
        }
        return mixed_exponentials(branches, reader);
    }
    let mean_s = mean(&object, reader);
    let cv = object.need_quantity("cv", reader, at_least_one);
    Some(Distribution::balanced_hyperexponential(mean_s?, cv?))
}

fn at_least_one(text: &str) -> Result<f64, Wrong> {
    let cv = quantity::number(text, 0.0, MOST_CV)?;
    if cv >= 1.0 {
        return Ok(cv);
    }
    let hint = "write a number from 1 to 1000, or use `erlang` or `lognormal` for less variation";
    Err(Wrong::new(format!("`{text}` is below 1, which no hyperexponential has"), hint))
}

fn mixed_exponentials(node: &Node, reader: &mut Reader) -> Option<Distribution> {
    const EXAMPLE: &str = "[{weight: 9, mean: 10ms}, {weight: 1, mean: 110ms}]";
    let items = reader.list(node, "branches", EXAMPLE, MOST_BRANCHES)?;
    let read: Vec<Option<Branch>> = items.iter().map(|item| branch(item, reader)).collect();
    let mut branches: Vec<Branch> = read.into_iter().collect::<Option<_>>()?;
    let total: f64 = branches.iter().map(|branch| branch.weight).sum();
    branches.iter_mut().for_each(|branch| branch.weight /= total);
    Some(Distribution::Hyperexponential { branches })
}

fn mixture(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    const EXAMPLE: &str = "[{weight: 9, constant: 10ms}, {weight: 1, exponential: {mean: 110ms}}]";
    let items = reader.list(chosen.node, "parts", EXAMPLE, MOST_BRANCHES)?;
    let read: Vec<Option<Part>> = items.iter().map(|item| part(item, reader)).collect();
    let mut parts: Vec<Part> = read.into_iter().collect::<Option<_>>()?;
    let total: f64 = parts.iter().map(|part| part.weight).sum();
    parts.iter_mut().for_each(|part| part.weight /= total);
    Some(Distribution::Mixture(parts))
}

fn part(node: &Node, reader: &mut Reader) -> Option<Part> {
    let chosen = reader.one_of(node, keys::DISTRIBUTION, keys::BESIDE_PART)?;
    let weight = weight(&chosen.beside, reader);
    let of = of_kind(&chosen, reader);
    Some(Part { weight: weight?, of: of? })
}

fn weight(object: &Object<'_>, reader: &mut Reader) -> Option<f64> {
    object.need_quantity("weight", reader, |text| quantity::number(text, 1e-9, 1e9))
}

fn branch(node: &Node, reader: &mut Reader) -> Option<Branch> {
    let object = reader.object(node, node.place, keys::BRANCH)?;
    let weight = weight(&object, reader);
    let mean_s = mean(&object, reader);
    Some(Branch { weight: weight?, mean_s: mean_s? })
}

fn empirical(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::EMPIRICAL, reader)?;
    let mean_s = object.quantity("mean", reader, |text| quantity::seconds(text, &SOME));
    if object.get("mean").is_some() && mean_s.is_none() {
        return None;
    }
    let seconds = match object.get("values") {
        Some(values) => written_times(values, &object, reader)?,
        None => recorded_times(&object, reader)?,
    };
    let average = seconds.iter().sum::<f64>() / seconds.len() as f64;
    if average < 1e-9 {
        let problem = Problem::at(object.place(), "the mean of the recorded times is below 1ns");
        reader.report(problem.hint("check `column` and `unit`, or write longer `values`"));
        return None;
    }
    Some(Distribution::Empirical(Arc::new(Empirical::new(seconds, mean_s))))
}

fn recorded_times(object: &Object<'_>, reader: &mut Reader) -> Option<Vec<f64>> {
    let unit_s = data_unit_s(object, reader)?;
    let mut seconds = Vec::new();
    read_column(object, reader, |value| {
        seconds.push(time_of(value, unit_s)?);
        Ok(())
    })?;
    Some(seconds)
}

/// Reads durations that stand in the scenario itself, where nothing may name a file as well.
pub fn written_times(node: &Node, object: &Object<'_>, reader: &mut Reader) -> Option<Vec<f64>> {
    for other in ["file", "column", "unit"].into_iter().filter(|key| object.get(key).is_some()) {
        let problem = Problem::at(object.key_place(other), "stands beside `values`, which replaces the file");
        reader.report(problem.hint("keep either `values` or `file`, `column` and `unit`"));
    }
    let items = reader.list(node, "values", "[10ms, 15ms, 90ms]", MOST_VALUES)?;
    let read: Vec<Option<f64>> =
        items.iter().map(|item| reader.quantity(item, "10ms", |text| quantity::seconds(text, &ANY))).collect();
    read.into_iter().collect()
}

fn phase_type(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::PHASE_TYPE, reader)?;
    let initial = object.need("initial", reader).and_then(|node| chances(node, reader));
    let rates = object.need("rates", reader)?;
    let initial = initial?;
    let n = initial.len();
    let rows = reader.list(rates, "rows", object.example("rates"), MOST_BRANCHES)?;
    if rows.len() != n {
        let message = format!("has {} rows for {n} phases", rows.len());
        reader.report(Problem::at(rates.place, message).hint("write one row for each phase of `initial`"));
        return None;
    }
    let read: Vec<Option<Vec<f64>>> = rows.iter().enumerate().map(|(at, row)| phase(row, at, n, reader)).collect();
    let rows: Vec<Vec<f64>> = read.into_iter().collect::<Option<_>>()?;
    match PhaseType::new(initial, rows) {
        Ok(phases) if phases.moment(1) <= HUNDRED_YEARS_S => Some(Distribution::PhaseType(Arc::new(phases))),
        Ok(_) => {
            let problem = Problem::at(rates.place, "takes more than 36500d on average");
            reader.report(problem.hint("write higher rates"));
            None
        }
        Err(wrong) => {
            let hint = "the last rate of a row is the one to the end; write a higher one";
            reader.report(Problem::at(rates.place, wrong.to_string()).hint(hint));
            None
        }
    }
}

fn chances(node: &Node, reader: &mut Reader) -> Option<Vec<f64>> {
    let items = reader.list(node, "chances", "[100%, 0%]", MOST_BRANCHES)?;
    let read: Vec<Option<f64>> = items.iter().map(|item| reader.quantity(item, "100%", quantity::share)).collect();
    let mut chances: Vec<f64> = read.into_iter().collect::<Option<_>>()?;
    let total: f64 = chances.iter().sum();
    if (total - 1.0).abs() > 1e-6 {
        let message = format!("adds up to {:.4}%", total * 100.0);
        reader.report(Problem::at(node.place, message).hint("write shares that add up to 100%"));
        return None;
    }
    chances.iter_mut().for_each(|chance| *chance /= total);
    Some(chances)
}

/// A row of rates: to each of the `n` phases, and to the end.
fn phase(row: &Node, at: usize, n: usize, reader: &mut Reader) -> Option<Vec<f64>> {
    let items = reader.list(row, "rates", "[0/s, 100/s, 0/s]", MOST_BRANCHES + 1)?;
    if items.len() != n + 1 {
        let message = format!("has {} rates for {n} phases and the end", items.len());
        reader.report(
            Problem::at(row.place, message).hint("write a rate to each phase, `0/s` to itself, and to the end"),
        );
        return None;
    }
    let read: Vec<Option<f64>> = items.iter().map(|item| reader.quantity(item, "100/s", quantity::rate)).collect();
    let rates: Vec<f64> = read.into_iter().collect::<Option<_>>()?;
    if rates[at] > 0.0 {
        let problem = Problem::at(items[at].place, format!("leads from phase {} to itself", at + 1));
        reader.report(problem.hint("write `0/s`"));
        return None;
    }
    Some(rates)
}

fn time_of(value: f64, unit_s: f64) -> Result<f64, String> {
    let seconds = value * unit_s;
    if value < 0.0 {
        Err(format!("`{value}` is negative"))
    } else if seconds > HUNDRED_YEARS_S {
        Err(format!("`{value}` is more than 36500d"))
    } else {
        Ok(seconds)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::files::Files;
    use crate::scenario::yaml;
    use crate::time::Span;

    fn distribution(text: &str) -> Result<Distribution, String> {
        let mut reader = Reader::new(Files::beside(Path::new("tests/bad")));
        let read = super::read(&yaml::parse(text, 0, 0).unwrap(), "12ms", &mut reader);
        match (read, reader.problems.first()) {
            (Some(distribution), None) => Ok(distribution),
            (_, problem) => Err(problem.map(|problem| problem.message.clone()).unwrap_or_default()),
        }
    }

    #[test]
    fn a_bare_duration_is_a_constant() {
        assert_eq!(distribution("12ms"), Ok(Distribution::Constant(Span::from_nanos(12_000_000))));
        assert_eq!(distribution("{constant: 0s}"), Ok(Distribution::Constant(Span::ZERO)));
    }

    #[test]
    fn every_kind_has_the_mean_and_variation_that_is_written() {
        for (text, mean_s, scv) in [
            ("{exponential: {mean: 20ms}}", 0.02, 1.0),
            ("{erlang: {mean: 20ms, phases: 4}}", 0.02, 0.25),
            ("{lognormal: {mean: 20ms, cv: 1.5}}", 0.02, 2.25),
            ("{hyperexponential: {mean: 20ms, cv: 2}}", 0.02, 4.0),
            ("{hyperexponential: {mean: 20ms, cv: 1}}", 0.02, 1.0),
            ("{hyperexponential: {branches: [{weight: 3, mean: 10ms}, {weight: 1, mean: 50ms}]}}", 0.02, 2.5),
            ("{empirical: {file: data/times.csv, column: seconds, unit: s}}", 1.0, 0.25),
            ("{empirical: {values: [10ms, 30ms]}}", 0.02, 0.25),
            ("{empirical: {values: [1s, 3s], mean: 20ms}}", 0.02, 0.25),
            ("{uniform: {min: 10ms, max: 30ms}}", 0.02, 1.0 / 12.0),
            ("{gamma: {mean: 20ms, cv: 0.7}}", 0.02, 0.49),
            ("{weibull: {mean: 20ms, shape: 0.5}}", 0.02, 5.0),
            ("{pareto: {mean: 20ms, shape: 3}}", 0.02, 1.0 / 3.0),
            ("{pareto: {mean: 20ms, shape: 2}}", 0.02, f64::INFINITY),
            ("{pareto: {min: 1s, max: 4s, shape: 1}}", 1.848_392_481_493_187, 0.170_770_051_815_654_5),
            ("{normal: {mean: 20ms, sd: 1ms}}", 0.02, 0.0025),
            ("{triangular: {min: 10ms, mode: 20ms, max: 30ms}}", 0.02, 1.0 / 24.0),
            ("{phase_type: {initial: [100%, 0%], rates: [[0/s, 100/s, 0/s], [0/s, 0/s, 100/s]]}}", 0.02, 0.5),
            ("{mixture: [{weight: 3, constant: 10ms}, {weight: 1, constant: 50ms}]}", 0.02, 0.75),
            ("{empirical: {file: data/times.csv, column: seconds, unit: ms, mean: 20ms}}", 0.02, 0.25),
        ] {
            let read = distribution(text).unwrap();
            assert!((read.mean_s() - mean_s).abs() < 1e-12, "{text}: mean {}", read.mean_s());
            assert!(read.scv() == scv || (read.scv() - scv).abs() < 1e-9, "{text}: scv {}", read.scv());
        }
    }

    #[test]
    fn what_every_kind_needs_is_asked_for() {
        assert_eq!(distribution("{erlang: {mean: 20ms}}").unwrap_err(), "`phases` is missing");
        assert_eq!(distribution("{lognormal: {mean: 20ms}}").unwrap_err(), "`cv` is missing");
        assert_eq!(distribution("{exponential: {}}").unwrap_err(), "`mean` is missing");
        assert_eq!(
            distribution("{hyperexponential: {branches: []}}").unwrap_err(),
            "has 0 branches; there may be 1 to 100"
        );
        assert_eq!(distribution("{}").unwrap_err(), "has nothing behind it");
    }
}
