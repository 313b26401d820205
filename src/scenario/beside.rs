//! What stands beside the kind of arrivals: when they begin and end, how many come, how many together.

use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, SOME};
use super::reader::{Chosen, Reader};
use super::yaml::{Node, Value};
use crate::time::{Span, Time};
use crate::workload::{Arrivals, Batch, Shaped};

const MOST_AT_ONCE: u64 = 100_000;
const MOST_MESSAGES: u64 = 10_000_000_000;

pub fn read(arrivals: Arrivals, chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Arrivals> {
    let beside = &chosen.beside;
    let start = beside.quantity("start", reader, |text| quantity::span(text, &ANY)).unwrap_or(Span::ZERO);
    let stop = beside.quantity("stop", reader, |text| quantity::span(text, &SOME));
    let limit = beside.quantity("limit", reader, |text| quantity::count(text, 1, MOST_MESSAGES));
    let batch = match beside.get("batch") {
        Some(node) => batch(node, reader)?,
        None => Batch::Fixed(1),
    };
    if stop.is_some_and(|stop| stop <= start) {
        let problem = Problem::at(beside.key_place("stop"), "arrivals would stop before they start");
        reader.report(problem.hint(format!("write more than `{start}`")));
        return None;
    }
    let carries = arrivals.work(0).is_some() || arrivals.size(0).is_some();
    if carries && batch != Batch::Fixed(1) {
        let problem = Problem::at(beside.key_place("batch"), "stands beside recorded work or sizes");
        reader.report(problem.hint("leave out `batch`, or `work` and `size` of the trace"));
        return None;
    }
    let stop = stop.map_or(Time::NEVER, |stop| Time::ZERO + stop);
    let shaped = Shaped { arrivals, start: Time::ZERO + start, stop, limit, batch };
    if !shaped.is_planned() && batch == Batch::Fixed(1) {
        return Some(shaped.arrivals);
    }
    Some(Arrivals::Shaped(Box::new(shaped)))
}

fn batch(node: &Node, reader: &mut Reader) -> Option<Batch> {
    if !matches!(node.value, Value::Pairs(_)) {
        return reader.quantity(node, "3", |text| quantity::count(text, 1, MOST_AT_ONCE)).map(Batch::Fixed);
    }
    let chosen = reader.one_of(node, keys::BATCH, &[])?;
    if chosen.kind == "uniform" {
        return uniform(&chosen, reader);
    }
    let object = reader.object(chosen.node, chosen.key.place, keys::BATCH_MEAN)?;
    let least = if chosen.kind == "geometric" { 1.0 } else { 0.01 };
    let mean = object.need_quantity("mean", reader, |text| quantity::number(text, least, MOST_AT_ONCE as f64))?;
    Some(if chosen.kind == "geometric" { Batch::Geometric { mean } } else { Batch::Poisson { mean } })
}

fn uniform(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Batch> {
    let object = reader.object(chosen.node, chosen.key.place, keys::BATCH_BOUNDS)?;
    let min = object.need_quantity("min", reader, |text| quantity::count(text, 0, MOST_AT_ONCE));
    let max = object.need_quantity("max", reader, |text| quantity::count(text, 1, MOST_AT_ONCE));
    let (min, max) = (min?, max?);
    if min > max {
        reader.report(Problem::at(object.key_place("max"), "is below `min`").hint(format!("write at least `{min}`")));
        return None;
    }
    Some(Batch::Uniform { min, max })
}
