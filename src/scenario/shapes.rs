//! Distributions that bounds, a shape or a deviation describe, from their keys.

use super::distribution::{mean, object};
use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY};
use super::reader::{Chosen, Object, Reader};
use crate::workload::Distribution;

/// Below these bounds moments are beyond what a number holds, or draws are nearly all zero.
const CV: (f64, f64) = (0.001, 1000.0);
const WEIBULL_SHAPE: (f64, f64) = (0.1, 100.0);
/// A Pareto distribution of shape 1 has no mean.
const PARETO_SHAPE: (f64, f64) = (1.01, 100.0);
const BOUNDED_SHAPE: (f64, f64) = (0.01, 100.0);

pub fn read(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    match chosen.kind {
        "uniform" => uniform(chosen, reader),
        "gamma" => gamma(chosen, reader),
        "weibull" => weibull(chosen, reader),
        "pareto" => pareto(chosen, reader),
        "normal" => normal(chosen, reader),
        _ => triangular(chosen, reader),
    }
}

fn uniform(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::MIN_AND_MAX, reader)?;
    let (min_s, max_s) = bounds(&object, reader)?;
    Some(Distribution::Uniform { min_s, max_s })
}

fn gamma(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::MEAN_AND_CV, reader)?;
    let mean_s = mean(&object, reader);
    let cv = number(&object, "cv", CV, reader);
    Some(Distribution::Gamma { mean_s: mean_s?, cv: cv? })
}

fn weibull(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::MEAN_AND_SHAPE, reader)?;
    let mean_s = mean(&object, reader);
    let shape = number(&object, "shape", WEIBULL_SHAPE, reader);
    Some(Distribution::Weibull { mean_s: mean_s?, shape: shape? })
}

fn pareto(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::PARETO, reader)?;
    if object.get("min").is_none() && object.get("max").is_none() {
        let mean_s = mean(&object, reader);
        let shape = number(&object, "shape", PARETO_SHAPE, reader);
        return Some(Distribution::Pareto { mean_s: mean_s?, shape: shape? });
    }
    if object.get("mean").is_some() {
        let problem = Problem::at(object.key_place("mean"), "stands beside `min` and `max`, from which it follows");
        reader.report(problem.hint("keep either `mean` and `shape` or `min`, `max` and `shape`"));
    }
    let bounds = bounds(&object, reader);
    let shape = number(&object, "shape", BOUNDED_SHAPE, reader);
    let ((min_s, max_s), shape) = (bounds?, shape?);
    if min_s == 0.0 {
        reader.report(Problem::at(object.key_place("min"), "a pareto time is never zero").hint("write `1ms`, or more"));
        return None;
    }
    Some(Distribution::BoundedPareto { min_s, max_s, shape })
}

fn normal(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::NORMAL, reader)?;
    let mean_s = mean(&object, reader);
    let sd_s = object.need_quantity("sd", reader, |text| quantity::seconds(text, &ANY));
    Some(Distribution::Normal { mean_s: mean_s?, sd_s: sd_s? })
}

fn triangular(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Distribution> {
    let object = object(chosen, keys::TRIANGULAR, reader)?;
    let mode_s = object.need_quantity("mode", reader, |text| quantity::seconds(text, &ANY));
    let (min_s, max_s) = bounds(&object, reader)?;
    let mode_s = mode_s?;
    if !(min_s..=max_s).contains(&mode_s) {
        let problem = Problem::at(object.key_place("mode"), "lies outside of `min` and `max`");
        reader.report(problem.hint("write a time between the two"));
        return None;
    }
    Some(Distribution::Triangular { min_s, mode_s, max_s })
}

fn number(object: &Object<'_>, name: &str, (least, most): (f64, f64), reader: &mut Reader) -> Option<f64> {
    object.need_quantity(name, reader, |text| quantity::number(text, least, most))
}

fn bounds(object: &Object<'_>, reader: &mut Reader) -> Option<(f64, f64)> {
    let min_s = object.need_quantity("min", reader, |text| quantity::seconds(text, &ANY));
    let max_s = object.need_quantity("max", reader, |text| quantity::seconds(text, &ANY));
    let (min_s, max_s) = (min_s?, max_s?);
    if min_s >= max_s {
        let problem = Problem::at(object.key_place("max"), "is not above `min`");
        reader.report(problem.hint("write a longer time, or a bare duration for a constant"));
        return None;
    }
    Some((min_s, max_s))
}
