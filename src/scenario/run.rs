//! How long, how often and with which seed, from the keys of `run`.

use super::defaults;
use super::keys;
use super::model::{Drain, Producer, Replications, Run, Warmup};
use super::problem::{Place, Problem};
use super::quantity::{self, ANY, SOME, Wrong};
use super::reader::{Object, Reader};
use super::targets::{self, Known};
use super::yaml::{Node, Value};
use crate::measure::{Measure, Quantity, Stat};
use crate::time::{Span, Time};

const MOST_REPLICATIONS: u64 = 10_000;
const MOST_INSIDE: u64 = 1_000_000;
/// Of one rate in one replication; each takes some 100 ns.
const MOST_CHANGES: f64 = 1e6;
/// Expected in one replication; some hours of simulation.
const MOST_MESSAGES: f64 = 1e10;

/// Reads `run`; `plan` is how long what changes by plan takes, if anything but arrivals does, and what that is.
/// Without a duration there is no run to speak of.
pub fn read(
    node: &Node,
    place: Place,
    (producers, plan): (&[Producer], Option<(Span, &str)>),
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<Run> {
    let object = reader.object(node, place, keys::RUN)?;
    let given = object.quantity("duration", reader, |text| quantity::span(text, &SOME));
    let duration = match object.get("duration") {
        Some(_) => given,
        None => {
            default_duration(&object, producers, reader).map(|span| span.max(plan.map_or(Span::ZERO, |(span, _)| span)))
        }
    };
    let seed = object.quantity("seed", reader, |text| quantity::count(text, 0, u64::MAX)).unwrap_or(1);
    let at_most_inside = object
        .quantity("at_most_inside", reader, |text| quantity::count(text, 1, MOST_INSIDE))
        .unwrap_or(defaults::AT_MOST_INSIDE);
    let drain = drain(&object, reader).unwrap_or(Drain::UntilEmpty);
    let replications = replications(&object, known, duration.unwrap_or(Span::MAX), reader)
        .unwrap_or(Replications::Fixed(defaults::REPLICATIONS));
    let is_ours = object.get("duration").is_none() && defaults::is_steady(producers) && plan.is_none();
    let duration = duration.map(|span| if is_ours { span.min(longest(&replications, drain)) } else { span });
    let warmup = warmup(&object, (producers, plan), duration.unwrap_or(Span::MAX), reader);
    let duration = duration?;
    if check_size(&object, producers, duration, reader) {
        check_total(&object, &replications, duration, drain, reader);
    }
    let duration_given = given.is_some();
    Some(Run { duration, duration_given, warmup, seed, replications, drain, drain_at_most: None, at_most_inside })
}

/// Of scenario time, over all replications.
const MOST_YEARS: f64 = 500.0;

fn default_duration(object: &Object<'_>, producers: &[Producer], reader: &mut Reader) -> Option<Span> {
    let duration = defaults::duration(producers);
    if duration.is_none() && !producers.is_empty() {
        let message = if defaults::is_steady(producers) {
            "100,000 messages, what a run takes by default, would take more than 36500d"
        } else {
            "there is no telling how long to run"
        };
        let problem = Problem::at(object.place(), message);
        reader.report(problem.hint("write `run: {duration: 30min}`"));
    }
    duration
}

fn drain(object: &Object<'_>, reader: &mut Reader) -> Option<Drain> {
    let node = object.get("drain")?;
    if starts_like_a_number(node) {
        return reader.quantity(node, "30s", |text| quantity::span(text, &ANY)).map(Drain::For);
    }
    reader.word(node, keys::DRAIN)
}

/// A word or a duration may stand here; a duration begins with a digit.
fn starts_like_a_number(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')))
}

fn warmup(
    object: &Object<'_>,
    (producers, plan): (&[Producer], Option<(Span, &str)>),
    duration: Span,
    reader: &mut Reader,
) -> Warmup {
    let steady = defaults::is_steady(producers) && plan.is_none();
    let by_default = if steady { Warmup::Auto } else { Warmup::None };
    let Some(node) = object.get("warmup") else { return by_default };
    if starts_like_a_number(node) {
        let span = reader.quantity(node, "auto", |text| {
            let span = quantity::span(text, &ANY)?;
            if span < duration {
                return Ok(span);
            }
            Err(Wrong::new(format!("the warm-up takes the whole run, {duration}"), "write a shorter one, or `auto`"))
        });
        return span.map_or(by_default, Warmup::For);
    }
    let warmup = reader.word(node, keys::WARMUP).unwrap_or(by_default);
    if warmup == Warmup::Auto && !steady {
        let what = plan.map_or("arrivals change", |(_, what)| what);
        let message = format!("{what} by plan, so there is no steady state to wait for");
        let problem = Problem::at(node.place, message);
        reader.report(problem.hint("write `none` or a duration"));
    }
    warmup
}

fn replications(object: &Object<'_>, known: &Known<'_>, duration: Span, reader: &mut Reader) -> Option<Replications> {
    let count = |text: &str| quantity::count(text, 1, MOST_REPLICATIONS).map(|number| number as u32);
    let node = object.get("replications")?;
    if !matches!(node.value, Value::Pairs(_)) {
        return reader.quantity(node, "20", count).map(Replications::Fixed);
    }
    let precision = reader.object(node, object.key_place("replications"), keys::REPLICATIONS)?;
    let relative = precision.need_quantity("precision", reader, relative);
    let of = match precision.get("of") {
        Some(node) => reader.quantity(node, "response.p99", |text| targets::measure(text, known, duration)),
        None => Some(Measure::whole(Quantity::Response, Stat::Mean)),
    };
    let at_most = match precision.get("at_most") {
        Some(node) => {
            reader.quantity(node, "400", |text| quantity::count(text, 2, MOST_REPLICATIONS).map(|number| number as u32))
        }
        None => Some(defaults::REPLICATIONS_AT_MOST),
    };
    Some(Replications::Precision { relative: relative?, of: of?, at_most: at_most? })
}

fn relative(text: &str) -> Result<f64, Wrong> {
    let share = quantity::share(text)?;
    if share > 0.0 && share < 1.0 {
        return Ok(share);
    }
    Err(Wrong::new(format!("`{text}` is no precision"), "write a share between `0%` and `100%`, such as `2%`"))
}

fn check_size(object: &Object<'_>, producers: &[Producer], duration: Span, reader: &mut Reader) -> bool {
    let end = Time::ZERO + duration;
    let place = object.key_place("duration");
    let changes = producers.iter().map(|producer| producer.arrivals.changes(end)).fold(0.0, f64::max);
    if changes > MOST_CHANGES {
        let message = format!("a rate would change about {changes:.1e} times in {duration}; the most is 1e6");
        reader.report(Problem::at(place, message).hint("write longer periods or a shorter `run: {duration: …}`"));
        return false;
    }
    let expected: f64 = producers.iter().map(|producer| producer.arrivals.expected(end)).sum();
    if expected > MOST_MESSAGES {
        let message = format!("about {expected:.1e} messages would come in {duration}; the most is 1e10");
        reader.report(Problem::at(place, message).hint("write a shorter `run: {duration: …}`"));
    }
    if expected == 0.0 && !producers.is_empty() {
        let problem = Problem::at(place, format!("no message comes in {duration}"));
        reader.report(problem.hint("write a longer `run: {duration: …}`"));
    }
    (0.0..=MOST_MESSAGES).contains(&expected)
}

/// What a run may last by default, so that all replications and their drains are within [`MOST_YEARS`]; whole days.
fn longest(replications: &Replications, drain: Drain) -> Span {
    let days = MOST_YEARS * 365.0 / f64::from(most(replications));
    let share = if drain == Drain::UntilEmpty { 0.5 } else { 1.0 };
    Span::from_seconds((days * share).floor() * 86_400.0)
}

fn most(replications: &Replications) -> u32 {
    match replications {
        Replications::Fixed(count) => *count,
        Replications::Precision { at_most, .. } => *at_most,
    }
}

/// Time spent at a level is added up over replications, in nanoseconds that a `u64` can hold.
fn check_total(object: &Object<'_>, replications: &Replications, duration: Span, drain: Drain, reader: &mut Reader) {
    let count = most(replications);
    let followed = match drain {
        Drain::UntilEmpty => duration,
        Drain::None => Span::ZERO,
        Drain::For(span) => span,
    };
    if f64::from(count) * (duration + followed).seconds() > MOST_YEARS * 365.0 * 86_400.0 {
        let message = format!("{count} replications of {duration} are more than {MOST_YEARS} years with their drains");
        let problem = Problem::at(object.key_place("duration"), message);
        reader.report(problem.hint("write fewer `replications` or a shorter `duration`"));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::read;

    fn run(keys: &str, rate: &str) -> Result<Run, String> {
        let text = format!(
            "run: {{{keys}}}\nqueues: {{a: }}\nproducers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: {rate}}}}}}}}}\n"
        );
        let scenario = read(None, &text, Path::new(""), &[]);
        scenario.map(|scenario| scenario.run).map_err(|problems| problems.iter().map(|p| p.message.as_str()).collect())
    }

    #[test]
    fn a_steady_scenario_warms_up_by_itself_and_one_that_changes_does_not() {
        assert_eq!(run("", "5/s").unwrap().warmup, Warmup::Auto);
        assert_eq!(run("", "{steps: {0s: 5/s, 10s: 5/s}}").unwrap().warmup, Warmup::Auto);
        assert_eq!(run("", "{steps: {0s: 5/s, 10s: 9/s}}").unwrap().warmup, Warmup::None);
    }

    #[test]
    fn defaults_are_filled_in() {
        let run = run("", "{steps: {0s: 5/s, 10s: 9/s}}").unwrap();
        assert_eq!((run.duration, run.duration_given, run.seed), (Span::from_secs(10), false, 1));
        assert_eq!(
            (run.replications, run.drain, run.at_most_inside),
            (Replications::Fixed(20), Drain::UntilEmpty, 1_000_000)
        );
    }

    #[test]
    fn the_default_duration_leaves_room_for_all_replications() {
        // 100,000 messages would take 22.8 years, twenty times, and as long again for the drains.
        assert_eq!(run("", "0.5/h").unwrap().duration, Span::from_secs(4562 * 86_400));
        assert_eq!(run("replications: 10", "0.5/h").unwrap().duration, Span::from_secs(200_000 * 3600));
        assert!(run("duration: 200000h", "0.5/h").unwrap_err().contains("more than 500 years"));
    }

    #[test]
    fn words_durations_and_precision_are_read() {
        let run = run(
            "duration: 1h, warmup: 5min, drain: 30s, replications: {precision: 2%}, seed: 18446744073709551615",
            "5/s",
        )
        .unwrap();
        assert_eq!((run.warmup, run.drain), (Warmup::For(Span::from_secs(300)), Drain::For(Span::from_secs(30))));
        let of = Measure::whole(Quantity::Response, Stat::Mean);
        assert_eq!(run.replications, Replications::Precision { relative: 0.02, of, at_most: 400 });
        assert_eq!((run.seed, run.duration_given), (u64::MAX, true));
    }

    #[test]
    fn a_measure_in_run_must_be_of_something_that_exists() {
        let error = run("replications: {precision: 2%, of: b.wait.mean}", "5/s").unwrap_err();
        assert_eq!(error, "run.replications.of: there is no queue, consumers entry or producer `b`");
    }
}
