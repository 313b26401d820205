//! Distributions of times, from their keys.

use std::sync::Arc;

use super::files::{data_unit_s, read_column};
use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, SOME, Wrong};
use super::reader::{Chosen, Object, Reader};
use super::yaml::{Node, Value};
use crate::workload::{Branch, Distribution, Empirical};

const MOST_CV: f64 = 1000.0;
const MOST_PHASES: u64 = 1000;
const MOST_BRANCHES: usize = 100;

/// Reads a bare duration, which is a constant, or one of the kinds.
pub fn read(node: &Node, example: &str, reader: &mut Reader) -> Option<Distribution> {
    if let Value::Text(_) | Value::Nothing | Value::List(_) = node.value {
        return constant(node, example, reader);
    }
    let chosen = reader.one_of(node, keys::DISTRIBUTION, &[])?;
    match chosen.kind {
        "constant" => constant(chosen.node, "20ms", reader),
        "exponential" => {
            let object = object(&chosen, keys::MEAN, reader)?;
            Some(Distribution::Exponential { mean_s: mean(&object, reader)? })
        }
        "erlang" => erlang(&chosen, reader),
        "lognormal" => lognormal(&chosen, reader),
        "hyperexponential" => hyperexponential(&chosen, reader),
        _ => empirical(&chosen, reader),
    }
}

fn object<'n>(chosen: &Chosen<'n>, known: &'static [keys::Key], reader: &mut Reader) -> Option<Object<'n>> {
    reader.object(chosen.node, chosen.key.place, known)
}

fn constant(node: &Node, example: &str, reader: &mut Reader) -> Option<Distribution> {
    reader.quantity(node, example, |text| quantity::span(text, &ANY)).map(Distribution::Constant)
}

fn mean(object: &Object<'_>, reader: &mut Reader) -> Option<f64> {
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
        return mixture(branches, reader);
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

fn mixture(node: &Node, reader: &mut Reader) -> Option<Distribution> {
    const EXAMPLE: &str = "write `[{weight: 9, mean: 10ms}, {weight: 1, mean: 110ms}]`";
    let items = match &node.value {
        Value::List(items) if (1..=MOST_BRANCHES).contains(&items.len()) => items,
        Value::List(items) => {
            let message = format!("has {} branches; there may be 1 to {MOST_BRANCHES}", items.len());
            reader.report(Problem::at(node.place, message).hint(EXAMPLE));
            return None;
        }
        _ => {
            reader.report(Problem::at(node.place, "is no list of branches").hint(EXAMPLE));
            return None;
        }
    };
    let read: Vec<Option<Branch>> = items.iter().map(|item| branch(item, reader)).collect();
    let mut branches: Vec<Branch> = read.into_iter().collect::<Option<_>>()?;
    let total: f64 = branches.iter().map(|branch| branch.weight).sum();
    branches.iter_mut().for_each(|branch| branch.weight /= total);
    Some(Distribution::Hyperexponential { branches })
}

fn branch(node: &Node, reader: &mut Reader) -> Option<Branch> {
    let object = reader.object(node, node.place, keys::BRANCH)?;
    let weight = object.need_quantity("weight", reader, |text| quantity::number(text, 1e-9, 1e9));
    let mean_s = mean(&object, reader);
    Some(Branch { weight: weight?, mean_s: mean_s? })
}

fn empirical(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::EMPIRICAL, reader)?;
    let unit_s = data_unit_s(&object, reader);
    let mean_s = object.quantity("mean", reader, |text| quantity::seconds(text, &SOME));
    if object.get("mean").is_some() && mean_s.is_none() {
        return None;
    }
    let unit_s = unit_s?;
    let mut seconds = Vec::new();
    read_column(&object, reader, |value| {
        seconds.push(time_of(value, unit_s)?);
        Ok(())
    })?;
    let average = seconds.iter().sum::<f64>() / seconds.len() as f64;
    if average < 1e-9 {
        let problem = Problem::at(object.place(), "the mean of the recorded times is below 1ns");
        reader.report(problem.hint("check `column` and `unit`"));
        return None;
    }
    Some(Distribution::Empirical(Arc::new(Empirical::new(seconds, mean_s))))
}

fn time_of(value: f64, unit_s: f64) -> Result<f64, String> {
    let seconds = value * unit_s;
    if value < 0.0 {
        Err(format!("`{value}` is negative"))
    } else if seconds > quantity::HUNDRED_YEARS_S {
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
            ("{empirical: {file: data/times.csv, column: seconds, unit: ms, mean: 20ms}}", 0.02, 0.25),
        ] {
            let read = distribution(text).unwrap();
            assert!((read.mean_s() - mean_s).abs() < 1e-12, "{text}: mean {}", read.mean_s());
            assert!((read.scv() - scv).abs() < 1e-9, "{text}: scv {}", read.scv());
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
