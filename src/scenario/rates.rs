//! Rates that may change over time, from their keys.

use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, Bounds, HUNDRED_YEARS_S, Wrong};
use super::reader::{Chosen, Reader};
use super::yaml::{Node, Value};
use crate::time::{Span, Time};
use crate::workload::{Curve, RateProfile};

const MOST_POINTS: usize = 10_000;
const MOST_FACTORS: usize = 10;
const MOST_FACTOR: f64 = 1e6;
/// A curve of shorter periods is none that messages could follow.
const PERIOD: Bounds = Bounds::new(1e-6, HUNDRED_YEARS_S, "from `1us` to `36500d`");

/// What the values of a profile are.
#[derive(Clone, Copy)]
enum Values {
    Rate,
    /// A plain number, by which a rate is multiplied.
    Factor,
}

impl Values {
    fn read(self, text: &str) -> Result<f64, Wrong> {
        match self {
            Values::Rate => quantity::rate(text),
            Values::Factor => quantity::number(text, 0.0, MOST_FACTOR),
        }
    }

    fn example(self) -> &'static str {
        match self {
            Values::Rate => "200/s",
            Values::Factor => "1.5",
        }
    }

    fn points(self) -> &'static str {
        match self {
            Values::Rate => "write `{0min: 50/s, 10min: 900/s}`",
            Values::Factor => "write `{0h: 0.5, 8h: 1.5}`",
        }
    }
}

/// Reads what stands behind `rate`.
pub fn rated(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<RateProfile> {
    let object = reader.object(chosen.node, chosen.key.place, keys::RATED)?;
    let node = object.need("rate", reader)?;
    let curve = curve(node, Values::Rate, reader)?;
    if curve.is_constant() && curve.value(Time::ZERO) == 0.0 {
        let place = if let Value::Pairs(pairs) = &node.value { pairs[0].0.place } else { node.place };
        let hint = if matches!(node.value, Value::Pairs(_)) {
            "give one point a higher rate"
        } else {
            "write a rate above `0/s`"
        };
        reader.report(Problem::at(place, "no message would ever come").hint(hint));
        return None;
    }
    Some(RateProfile::curve(curve))
}

/// One value, or a profile of such.
fn curve(node: &Node, of: Values, reader: &mut Reader) -> Option<Curve> {
    if !matches!(node.value, Value::Pairs(_)) {
        return reader.quantity(node, of.example(), |text| of.read(text)).map(Curve::constant);
    }
    let chosen = reader.one_of(node, keys::RATE, keys::BESIDE_RATE)?;
    let repeat = chosen.beside.quantity("repeat", reader, |text| quantity::span(text, &PERIOD));
    let curve = match chosen.kind {
        "steps" => Curve::steps(&points(&chosen, of, reader)?),
        "line" => Curve::line(&points(&chosen, of, reader)?),
        "wave" => wave(&chosen, of, reader)?,
        _ => product(&chosen, of, reader)?,
    };
    let Some(every) = repeat else { return Some(curve) };
    ends_in_time(&chosen, &curve, every, reader).then(|| curve.repeating(every))
}

fn points(chosen: &Chosen<'_>, of: Values, reader: &mut Reader) -> Option<Vec<(Time, f64)>> {
    let pairs = match &chosen.node.value {
        Value::Pairs(pairs) if (1..=MOST_POINTS).contains(&pairs.len()) => pairs,
        Value::Pairs(pairs) => {
            let message = format!("has {} points; there may be 1 to {MOST_POINTS}", pairs.len());
            reader.report(Problem::at(chosen.key.place, message).hint(of.points()));
            return None;
        }
        _ => {
            reader.report(Problem::at(chosen.key.place, "is no list of instants and rates").hint(of.points()));
            return None;
        }
    };
    let mut points: Vec<(Time, f64)> = Vec::with_capacity(pairs.len());
    let mut all_good = true;
    for (key, node) in pairs {
        let at_node = Node { place: key.place, value: Value::Text(key.name.clone()) };
        let at = reader.quantity(&at_node, "10min", |text| quantity::span(text, &ANY));
        let value = reader.quantity(node, of.example(), |text| of.read(text));
        let (Some(at), Some(value)) = (at, value) else {
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
        points.push((at, value));
    }
    all_good.then_some(points)
}

fn wave(chosen: &Chosen<'_>, of: Values, reader: &mut Reader) -> Option<Curve> {
    let object = reader.object(chosen.node, chosen.key.place, keys::WAVE)?;
    let mean = object.need("mean", reader).and_then(|node| reader.quantity(node, of.example(), |text| of.read(text)));
    let amplitude = object.need("amplitude", reader);
    let amplitude = amplitude.and_then(|node| reader.quantity(node, of.example(), |text| of.read(text)));
    let period = object.need_quantity("period", reader, |text| quantity::span(text, &PERIOD));
    let peak_at = object.quantity("peak_at", reader, |text| quantity::span(text, &ANY)).unwrap_or(Span::ZERO);
    let (mean, amplitude, period) = (mean?, amplitude?, period?);
    if amplitude > mean {
        let problem =
            Problem::at(object.key_place("amplitude"), "is more than the mean: the wave would fall below zero");
        reader.report(problem.hint("write at most the mean"));
        return None;
    }
    Some(Curve::wave(mean, amplitude, period, peak_at))
}

fn product(chosen: &Chosen<'_>, of: Values, reader: &mut Reader) -> Option<Curve> {
    let items =
        reader.list(chosen.node, "factors", "[100/s, {steps: {0h: 0.5, 8h: 1.5}, repeat: 24h}]", MOST_FACTORS)?;
    let of_item = |at: usize| if at == 0 { of } else { Values::Factor };
    let read: Vec<Option<Curve>> =
        items.iter().enumerate().map(|(at, item)| curve(item, of_item(at), reader)).collect();
    let factors: Vec<Curve> = read.into_iter().collect::<Option<_>>()?;
    Some(Curve::product(factors))
}

/// Whether a profile has come to its end before it is to begin again.
fn ends_in_time(chosen: &Chosen<'_>, curve: &Curve, every: Span, reader: &mut Reader) -> bool {
    let place = chosen.beside.key_place("repeat");
    if chosen.kind == "wave" {
        reader
            .report(Problem::at(place, "a wave comes round by itself").hint("write its `period`, and leave this out"));
        return false;
    }
    // A line may end where it begins again; a step there would never hold.
    let last = curve.last_change().unwrap_or(Time::ZERO).since(Time::ZERO);
    if last > every || (last == every && chosen.kind == "steps") {
        let message = format!("the profile would repeat before its last point, {last}");
        reader.report(Problem::at(place, message).hint(format!("write more than `{last}`")));
        return false;
    }
    true
}
