//! Targets, and measures that must be of something in the scenario.

use super::model::{Op, Target};
use super::problem::Problem;
use super::quantity::{self, ANY, Wrong};
use super::reader::{Reader, cut};
use super::yaml::{Node, Value};
use crate::measure::{Measure, NoSuchMeasure, Quantity, Stat, Unit, nearest};
use crate::time::Span;

const MOST_TARGETS: usize = 100;
const EXAMPLE: &str = "response.p99 < 30s";

/// What a measure may be of.
pub struct Known<'a> {
    pub queues: Vec<&'a str>,
    pub consumers: Vec<&'a str>,
    pub producers: Vec<&'a str>,
    /// The consumers entries that hold what the broker has forgotten.
    pub holders: Vec<&'a str>,
}

pub fn read(node: &Node, known: &Known<'_>, duration: Span, reader: &mut Reader) -> Vec<Target> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        Value::Nothing => &[],
        Value::Text(_) | Value::Pairs(_) => {
            reader.report(Problem::at(node.place, "targets are a list").hint(format!("write `- {EXAMPLE}`")));
            return Vec::new();
        }
    };
    if items.len() > MOST_TARGETS {
        let problem = Problem::at(items[MOST_TARGETS].place, format!("there are more than {MOST_TARGETS} targets"));
        reader.report(problem.hint("keep those that decide something"));
        return Vec::new();
    }
    items.iter().filter_map(|item| reader.quantity(item, EXAMPLE, |text| target(text, known, duration))).collect()
}

fn target(text: &str, known: &Known<'_>, duration: Span) -> Result<Target, Wrong> {
    let (condition, in_runs) = match text.split_once(" in ") {
        None => (text, None),
        Some((condition, runs)) => (condition, Some(share_of_runs(runs)?)),
    };
    let Some((at, length, op)) = find_op(condition) else {
        let message = format!("`{}` compares nothing", cut(text));
        return Err(Wrong::new(message, format!("write a target such as `{EXAMPLE}` or `lost = 0`")));
    };
    if condition[at..].starts_with("=>") || condition[at..].starts_with("=<") {
        let (written, meant) = (&condition[at..at + 2], if condition[at..].starts_with("=>") { ">=" } else { "<=" });
        return Err(Wrong::new(format!("`{written}` compares nothing"), format!("write `{meant}`")));
    }
    let name = condition[..at].trim();
    let measure = measure(name, known, duration)?;
    let value = condition[at + length..].trim();
    let share: Result<Measure, _> = format!("{name}.share").parse();
    if measure.unit() == Unit::Messages && value.ends_with('%') && share.is_ok() {
        let op = &condition[at..at + length];
        return Err(Wrong::new(
            format!("`{name}` is a number, not a share"),
            format!("write `{name}.share {op} {value}`"),
        ));
    }
    let value = bound(value, &measure)?;
    Ok(Target { measure, op, value, in_runs, text: text.to_owned() })
}

fn share_of_runs(text: &str) -> Result<f64, Wrong> {
    let Some(share) = text.trim().strip_suffix("of runs") else {
        return Err(Wrong::new(format!("`in {}` says nothing", cut(text)), "write `in 95% of runs`"));
    };
    quantity::share(share.trim())
}

/// Where the comparison stands, how long it is, and which it is.
fn find_op(text: &str) -> Option<(usize, usize, Op)> {
    let at = text.find(['<', '>', '='])?;
    let (length, op) = match text.as_bytes().get(at..)? {
        [b'<', b'=', ..] => (2, Op::LessOrEqual),
        [b'>', b'=', ..] => (2, Op::GreaterOrEqual),
        [b'=', b'=', ..] => (2, Op::Equal),
        [b'<', ..] => (1, Op::Less),
        [b'>', ..] => (1, Op::Greater),
        _ => (1, Op::Equal),
    };
    Some((at, length, op))
}

/// Reads a measure and checks that what it is of exists and has it.
pub fn measure(text: &str, known: &Known<'_>, duration: Span) -> Result<Measure, Wrong> {
    if let Some((thing, instead)) = of_a_thing(text, known) {
        return Err(Wrong::new(
            format!("`{text}` is {thing}, not a measure"),
            format!("write such as `{text}.{instead}`"),
        ));
    }
    let measure: Measure = text.parse().map_err(no_measure)?;
    let quantity = measure.quantity.name();
    if let Stat::At(at) = measure.stat
        && at > duration
    {
        let message = format!("`{text}` is after the end of the run, {duration}");
        return Err(Wrong::new(message, "write an earlier instant, or a longer `run.duration`"));
    }
    let Some(of) = &measure.of else { return Ok(measure) };
    let of = of.as_str();
    if known.queues.contains(&of) {
        return if measure.quantity.of_a_queue() {
            Ok(measure)
        } else {
            Err(Wrong::new(format!("a queue has no `{quantity}`"), whole_instead(&measure, known)))
        };
    }
    if known.consumers.contains(&of) {
        return if measure.quantity == Quantity::Held && !known.holders.contains(&of) {
            let message = format!("what `{of}` holds is in flight, not `held`");
            Err(Wrong::new(message, "it would be `held` with `acknowledge: on_delivery`"))
        } else if measure.quantity.of_consumers() {
            Ok(measure)
        } else {
            let message = format!("a consumers entry has no `{quantity}`");
            let whole = measure.quantity.of_the_whole();
            let instead = if whole { format!("; write `{}`", Measure { of: None, ..measure }) } else { String::new() };
            Err(Wrong::new(message, format!("it has `utilization`, `wasted` and `throughput`{instead}")))
        };
    }
    if known.producers.contains(&of) {
        return if measure.quantity.of_a_producer() {
            Ok(measure)
        } else {
            Err(Wrong::new(format!("a producer has no `{quantity}`"), whole_instead(&measure, known)))
        };
    }
    let names = || known.queues.iter().chain(&known.consumers).chain(&known.producers).copied();
    let is_of_the_whole = !measure.quantity.of_a_queue() && !measure.quantity.of_consumers();
    let hint = match nearest(of, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if is_of_the_whole => whole_instead(&measure, known),
        None => format!("there is `{}`", names().take(10).collect::<Vec<_>>().join("`, `")),
    };
    Err(Wrong::new(format!("there is no queue, consumers entry or producer `{}`", cut(of)), hint))
}

/// What is named alone, and a measure of it.
fn of_a_thing(name: &str, known: &Known<'_>) -> Option<(&'static str, &'static str)> {
    let things = [
        (&known.queues, "a queue", "length.max"),
        (&known.consumers, "a consumers entry", "utilization"),
        (&known.producers, "a producer", "response.p99"),
    ];
    things.into_iter().find(|(names, ..)| names.contains(&name)).map(|(_, thing, measure)| (thing, measure))
}

/// Parts what is wrong from what to write.
fn no_measure(error: NoSuchMeasure) -> Wrong {
    let text = error.0.as_str();
    match (text.split_once("; "), text.split_once(": write ")) {
        (Some((message, hint)), _) => Wrong::new(message, hint),
        (None, Some((message, hint))) => Wrong::new(message, format!("write {hint}")),
        (None, None) => Wrong::new(text, "write a measure such as `response.p99`"),
    }
}

fn whole_instead(measure: &Measure, known: &Known<'_>) -> String {
    let whole = Measure { of: None, ..measure.clone() };
    if whole.quantity.of_consumers()
        && let Some(consumers) = known.consumers.first()
    {
        return format!("write `{consumers}.{whole}`");
    }
    if !whole.quantity.of_the_whole()
        && let Some(queue) = known.queues.first()
    {
        return format!("write `{queue}.{whole}`");
    }
    format!("write `{whole}`, which is of the whole scenario")
}

fn bound(text: &str, measure: &Measure) -> Result<f64, Wrong> {
    match measure.unit() {
        Unit::Seconds => quantity::seconds(text, &ANY),
        Unit::PerSecond => quantity::rate(text),
        Unit::Share => quantity::share(text),
        Unit::Messages => quantity::number(text, 0.0, 1e15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Target, String> {
        let known =
            Known { queues: vec!["orders"], consumers: vec!["payments"], producers: vec!["shop"], holders: vec![] };
        target(text, &known, Span::from_secs(3600)).map_err(|wrong| format!("{}; {}", wrong.message, wrong.hint))
    }

    #[test]
    fn a_bound_is_read_in_the_unit_of_its_measure() {
        for (text, op, value) in [
            ("response.p99 < 30s", Op::Less, 30.0),
            ("wait.mean<=5ms", Op::LessOrEqual, 0.005),
            ("lost = 0", Op::Equal, 0.0),
            ("lost.share < 0.1%", Op::Less, 0.001),
            ("goodput >= 12/min", Op::GreaterOrEqual, 0.2),
            ("payments.utilization > 50%", Op::Greater, 0.5),
            ("orders.length.p95 < 12.5", Op::Less, 12.5),
            ("orders.length@30min == 3", Op::Equal, 3.0),
            ("orders.drained < 20min", Op::Less, 1200.0),
            ("shop.response.p99 < 1s", Op::Less, 1.0),
            ("orders.backlog.growth < 1/s", Op::Less, 1.0),
        ] {
            let target = read(text).unwrap();
            assert_eq!((target.op, target.value, target.text.as_str()), (op, value, text));
            assert_eq!(target.in_runs, None);
        }
    }

    #[test]
    fn a_share_of_runs_may_follow() {
        let target = read("orders.drained < 20min in 95% of runs").unwrap();
        assert_eq!((target.value, target.in_runs), (1200.0, Some(0.95)));
        assert_eq!(
            read("lost = 0 in 95% of days").unwrap_err(),
            "`in 95% of days` says nothing; write `in 95% of runs`"
        );
    }

    #[test]
    fn a_measure_must_be_of_something_that_has_it() {
        let error = |text: &str| read(text).unwrap_err();
        assert_eq!(
            error("payment.utilization < 80%"),
            "there is no queue, consumers entry or producer `payment`; did you mean `payments`?"
        );
        assert_eq!(error("orders.utilization < 80%"), "a queue has no `utilization`; write `payments.utilization`");
        assert_eq!(
            error("payments.lost = 0"),
            "a consumers entry has no `lost`; it has `utilization`, `wasted` and `throughput`; write `lost`"
        );
        assert_eq!(
            error("payments.held.max < 5"),
            "what `payments` holds is in flight, not `held`; it would be `held` with `acknowledge: on_delivery`"
        );
        assert_eq!(error("shop.utilization < 5%"), "a producer has no `utilization`; write `payments.utilization`");
        assert_eq!(error("orders < 100"), "`orders` is a queue, not a measure; write such as `orders.length.max`");
        assert_eq!(
            error("unpaid.dead < 5"),
            "there is no queue, consumers entry or producer `unpaid`; write `dead`, which is of the whole scenario"
        );
        assert_eq!(error("lost => 5"), "`=>` compares nothing; write `>=`");
        assert_eq!(
            error("orders.length@2h < 5"),
            "`orders.length@2h` is after the end of the run, 1h; write an earlier instant, or a longer `run.duration`"
        );
    }
}
