//! What messages carry, from the keys of `work` and `size`: plain numbers, and numbers of bytes.

use std::sync::Arc;

use super::files::read_column;
use super::keys::{self, Key};
use super::problem::Problem;
use super::quantity::{self, Wrong};
use super::reader::{Chosen, Object, Reader};
use super::yaml::{Node, Value};
use crate::time::Span;
use crate::workload::{Distribution, Empirical};

const MOST_WORK: f64 = 1e9;
const MOST_BYTES: f64 = 1_073_741_824.0;
const MOST_VALUES: usize = 100_000;
const CV: (f64, f64) = (0.001, 1000.0);
/// A Pareto distribution of shape 1 has no mean.
const PARETO_SHAPE: (f64, f64) = (1.01, 100.0);

/// How one of the two is written.
pub struct Unit {
    kinds: &'static [Key],
    mean: &'static [Key],
    mean_and_cv: &'static [Key],
    min_and_max: &'static [Key],
    pareto: &'static [Key],
    empirical: &'static [Key],
    read: fn(&str) -> Result<f64, Wrong>,
    most: f64,
}

pub const WORK: Unit = Unit {
    kinds: keys::WORK,
    mean: keys::WORK_MEAN,
    mean_and_cv: keys::WORK_MEAN_AND_CV,
    min_and_max: keys::WORK_MIN_AND_MAX,
    pareto: keys::WORK_PARETO,
    empirical: keys::WORK_EMPIRICAL,
    read: |text| quantity::number(text, 0.0, MOST_WORK),
    most: MOST_WORK,
};

pub const SIZE: Unit = Unit {
    kinds: keys::SIZE,
    mean: keys::SIZE_MEAN,
    mean_and_cv: keys::SIZE_MEAN_AND_CV,
    min_and_max: keys::SIZE_MIN_AND_MAX,
    pareto: keys::SIZE_PARETO,
    empirical: keys::SIZE_EMPIRICAL,
    read: |text| quantity::bytes(text, 0.0, MOST_BYTES),
    most: MOST_BYTES,
};

/// Reads a bare number, which is a constant, or one of the kinds. A second of the distribution stands for 1.
pub fn read(node: &Node, example: &str, unit: &Unit, reader: &mut Reader) -> Option<Distribution> {
    let constant = |number| Distribution::Constant(Span::from_seconds(number));
    if !matches!(node.value, Value::Pairs(_)) {
        return reader.quantity(node, example, unit.read).map(constant);
    }
    let chosen = reader.one_of(node, unit.kinds, &[])?;
    let object = |known, reader: &mut Reader| reader.object(chosen.node, chosen.key.place, known);
    match chosen.kind {
        "constant" => reader.quantity(chosen.node, example, unit.read).map(constant),
        "exponential" => Some(Distribution::Exponential { mean_s: mean(&object(unit.mean, reader)?, unit, reader)? }),
        "uniform" => uniform(&object(unit.min_and_max, reader)?, unit, reader),
        "empirical" => empirical(&chosen, unit, reader),
        "pareto" => {
            let object = object(unit.pareto, reader)?;
            let mean_s = mean(&object, unit, reader);
            let shape = number(&object, "shape", PARETO_SHAPE, reader);
            Some(Distribution::Pareto { mean_s: mean_s?, shape: shape? })
        }
        kind => {
            let object = object(unit.mean_and_cv, reader)?;
            let mean_s = mean(&object, unit, reader);
            let cv = number(&object, "cv", CV, reader);
            let (mean_s, cv) = (mean_s?, cv?);
            let is_gamma = kind == "gamma";
            Some(if is_gamma { Distribution::Gamma { mean_s, cv } } else { Distribution::Lognormal { mean_s, cv } })
        }
    }
}

fn number(object: &Object<'_>, name: &str, (least, most): (f64, f64), reader: &mut Reader) -> Option<f64> {
    object.need_quantity(name, reader, |text| quantity::number(text, least, most))
}

/// A mean above zero.
fn mean(object: &Object<'_>, unit: &Unit, reader: &mut Reader) -> Option<f64> {
    let mean = object.need_quantity("mean", reader, unit.read)?;
    if mean < 1e-6 {
        let problem = Problem::at(object.key_place("mean"), "nothing would be carried");
        reader.report(problem.hint(format!("write more, such as `{}`", object.example("mean"))));
        return None;
    }
    Some(mean)
}

fn uniform(object: &Object<'_>, unit: &Unit, reader: &mut Reader) -> Option<Distribution> {
    let min_s = object.need_quantity("min", reader, unit.read);
    let max_s = object.need_quantity("max", reader, unit.read);
    let (min_s, max_s) = (min_s?, max_s?);
    if min_s >= max_s {
        let problem = Problem::at(object.key_place("max"), "is not above `min`");
        reader.report(problem.hint("write more, or a bare number for a constant"));
        return None;
    }
    Some(Distribution::Uniform { min_s, max_s })
}

fn empirical(chosen: &Chosen<'_>, unit: &Unit, reader: &mut Reader) -> Option<Distribution> {
    let object = reader.object(chosen.node, chosen.key.place, unit.empirical)?;
    let mean = match object.get("mean") {
        Some(_) => Some(mean(&object, unit, reader)?),
        None => None,
    };
    let numbers = match object.get("values") {
        Some(node) => written(node, &object, unit, reader)?,
        None => recorded(&object, unit, reader)?,
    };
    if mean.is_some() && numbers.iter().all(|number| *number == 0.0) {
        let problem = Problem::at(object.key_place("mean"), "numbers that are all zero cannot be stretched");
        reader.report(problem.hint("leave it out, or check `column` or `values`"));
        return None;
    }
    Some(Distribution::Empirical(Arc::new(Empirical::new(numbers, mean))))
}

fn written(node: &Node, object: &Object<'_>, unit: &Unit, reader: &mut Reader) -> Option<Vec<f64>> {
    for other in ["file", "column"].into_iter().filter(|key| object.get(key).is_some()) {
        let problem = Problem::at(object.key_place(other), "stands beside `values`, which replaces the file");
        reader.report(problem.hint("keep either `values` or `file` and `column`"));
    }
    let example = object.example("values");
    let items = reader.list(node, "values", example, MOST_VALUES)?;
    let read: Vec<Option<f64>> = items.iter().map(|item| reader.quantity(item, example, unit.read)).collect();
    read.into_iter().collect()
}

fn recorded(object: &Object<'_>, unit: &Unit, reader: &mut Reader) -> Option<Vec<f64>> {
    let mut numbers = Vec::new();
    read_column(object, reader, |number| match number {
        _ if number < 0.0 => Err(format!("`{number}` is negative")),
        _ if number > unit.most => Err(format!("`{number}` is more than {}", unit.most)),
        _ => {
            numbers.push(number);
            Ok(())
        }
    })?;
    Some(numbers)
}
