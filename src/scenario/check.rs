//! What can be checked only with the whole scenario in view: names, sums, circles.

use super::consumers::MOST_CONSUMERS;
use super::model::{Consumers, Producer, Queue};
use super::problem::{Place, Problem};
use super::reader::{Reader, cut};
use super::yaml::{Key, Node};
use crate::broker::{Order, OrderedBy, QueueId, Then, WhenFull};
use crate::client::OnFailure;
use crate::measure::RESERVED;

const MOST_NAME: usize = 64;
/// Of queues, of producers and of consumers entries. What is measured of a queue takes some 4 MiB a thread.
pub const MOST_THINGS: usize = 40;
const NOT_NAMES: [&str; 5] = ["null", "true", "false", "none", "unlimited"];

/// Checks the names of one section; `taken` holds those of the sections before.
pub fn names(section: &str, keys: &[&Key], taken: &mut Vec<(String, String)>, reader: &mut Reader) {
    if let Some(key) = keys.get(MOST_THINGS) {
        let problem = Problem::at(key.place, format!("there are more than {MOST_THINGS} {section}"));
        reader.report(problem.hint("put what is alike together"));
    }
    for key in keys.iter().take(MOST_THINGS) {
        if let Some(problem) = bad_name(key) {
            reader.report(problem);
        }
        if let Some((_, other)) = taken.iter().find(|(name, _)| *name == key.name) {
            let problem = Problem::at(key.place, format!("`{}` is a name under `{other}` already", cut(&key.name)));
            reader.report(problem.hint("names are unique over the whole file; choose another"));
        }
    }
    taken.extend(keys.iter().take(MOST_THINGS).map(|key| (key.name.clone(), section.to_owned())));
}

fn bad_name(key: &Key) -> Option<Problem> {
    let name = key.name.as_str();
    let problem = |message: &str, hint: String| Some(Problem::at(key.place, message).hint(hint));
    if RESERVED.contains(&name) || NOT_NAMES.contains(&name) {
        return problem("is a word of the language, not a name", format!("choose another, such as `{name}-1`"));
    }
    if name.chars().count() > MOST_NAME {
        return problem("is longer than 64 characters", "choose a shorter name".to_owned());
    }
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_good) {
        return None;
    }
    let message = if name.contains('.') { "a name has no dot" } else { "is no name" };
    let mut plain: String = name.to_lowercase().chars().map(|c| if is_good(c) { c } else { '-' }).collect();
    plain = plain.trim_matches('-').to_owned();
    if !plain.starts_with(|c: char| c.is_ascii_lowercase()) {
        plain = format!("q{plain}");
    }
    problem(message, format!("names are a-z, 0-9, `_` and `-`, a letter first; write `{plain}`"))
}

/// All consumers together.
pub fn total_count(consumers: &[Consumers], place: Place, reader: &mut Reader) {
    let total: u64 = consumers.iter().map(|entry| u64::from(entry.count)).sum();
    if total > MOST_CONSUMERS {
        let message = format!("there are {total} consumers; the most is {MOST_CONSUMERS}");
        reader.report(Problem::at(place, message).hint("write lower counts"));
    }
}

/// Priorities that no queue knows. Messages may come to any queue, whichever they are published to.
pub fn priorities(queues: &[Queue], producers: &[Producer], root: &Node, reader: &mut Reader) {
    let levels = |queue: &Queue| match queue.rules.order {
        Order::Priority { levels } => Some(levels),
        Order::Fifo | Order::Lifo | Order::ShortestFirst => None,
    };
    let most = queues.iter().filter_map(|queue| Some((levels(queue)?, queue))).max_by_key(|(levels, _)| *levels);
    for producer in producers {
        let priority = producer.messages.priority;
        let message = match most {
            Some((levels, _)) if priority < levels => continue,
            Some((levels, queue)) => format!("`{}` knows priorities from 0 to {}", queue.name, levels - 1),
            None if priority == 0 => continue,
            None => "no queue goes by priority".to_owned(),
        };
        let place =
            root.find(&["producers", &producer.name, "messages", "priority"]).map_or(Place::TOP, |node| node.place);
        let levels = u16::from(priority) + 1;
        let hint =
            format!("write `order: {{priority: {{levels: {levels}}}}}` under the queue, or leave out the priority");
        reader.report(Problem::at(place, message).hint(hint));
    }
}

/// Keys that no queue goes by, and queues that go by keys which no message carries.
pub fn keys(queues: &[Queue], producers: &[Producer], root: &Node, reader: &mut Reader) {
    let ordered = || queues.iter().filter(|queue| queue.rules.ordered_by == OrderedBy::Key);
    let place = |path: &[&str]| root.find(path).map_or(Place::TOP, |node| node.place);
    // What is written and could not be read has been told.
    let is_written = |producer: &&Producer| root.find(&["producers", &producer.name, "messages", "key"]).is_some();
    let keyed = || producers.iter().filter(is_written);
    for queue in ordered().filter(|_| keyed().next().is_none()) {
        let problem = Problem::at(place(&["queues", &queue.name, "ordered_by"]), "no message carries a key");
        reader.report(problem.hint("write `messages: {key: {among: 1000}}` under a producer, or leave it out"));
    }
    for producer in keyed().filter(|_| ordered().next().is_none()) {
        let problem = Problem::at(place(&["producers", &producer.name, "messages", "key"]), "no queue goes by keys");
        reader.report(problem.hint("write `ordered_by: key` under a queue, or leave out the key"));
    }
}

/// A step from a queue to another that a message can take without time passing.
#[derive(Clone, Copy)]
struct Step<'a> {
    to: usize,
    /// The consumers entry that passes it on; none where it is a dead letter.
    by: Option<&'a Consumers>,
}

/// Finds messages that may go round for ever at one instant.
pub fn circles(queues: &[Queue], consumers: &[Consumers], root: &Node, reader: &mut Reader) {
    let next: Vec<Vec<Step<'_>>> = (0..queues.len()).map(|at| steps_without_time(at, queues, consumers)).collect();
    let mut done = vec![false; queues.len()];
    for start in 0..queues.len() {
        let Some(circle) = circle_from(start, &next, &mut done, &mut Vec::new()) else { continue };
        let passes_on = circle.iter().find_map(|(_, step)| step.by);
        // A queue that names itself is told where that is read.
        if circle.len() == 1 && passes_on.is_none() {
            continue;
        }
        let name = |at: &usize| queues[*at].name.as_str();
        let first = name(&circle[0].0);
        let way: Vec<&str> = circle.iter().chain(&circle[..1]).map(|(at, _)| name(at)).collect();
        let (path, what, hint) = match passes_on {
            None => (
                ["queues", first, "dead_letter"],
                "dead letters",
                "leave out one of these `dead_letter`, use `when_full: refuse`, or let the work or the ttl take time",
            ),
            Some(entry) => (
                ["consumers", &entry.name, "then"],
                "messages",
                "leave out one of these `then`, or let the work take time",
            ),
        };
        let place = root.find(&path).map_or(Place::TOP, |node| node.place);
        let message = format!("{what} can go round in no time: {}", way.join(" → "));
        reader.report(Problem::at(place, message).hint(hint));
    }
}

/// The steps that a message can take out of this queue without time passing.
fn steps_without_time<'a>(at: usize, queues: &[Queue], consumers: &'a [Consumers]) -> Vec<Step<'a>> {
    let dead_letter = dead_letter_without_time(at, queues, consumers).map(|to| Step { to: to.index(), by: None });
    let in_no_time =
        |entry: &&Consumers| entry.takes_from.contains(&QueueId(at as u16)) && entry.rules.service.can_be_zero();
    let passed_on = consumers.iter().filter(in_no_time).flat_map(|entry| {
        let ways = entry.then.iter().filter(|way| way.share > 0.0);
        ways.map(move |way| Step { to: way.to.index(), by: Some(entry) })
    });
    dead_letter.into_iter().chain(passed_on).collect()
}

/// The queue to which a message can be dead-lettered out of this one without time passing.
fn dead_letter_without_time(at: usize, queues: &[Queue], consumers: &[Consumers]) -> Option<QueueId> {
    let rules = &queues[at].rules;
    let to = rules.dead_letter?;
    let by_full = rules.is_limited() && matches!(rules.when_full, WhenFull::DropOldest | WhenFull::DeadLetter);
    let redelivery = &rules.redelivery;
    let by_limit = redelivery.then == Then::DeadLetter
        && redelivery.forgiven().is_some_and(|forgiven| forgiven == 0 || redelivery.delay.can_be_zero());
    let by_ttl = rules.ttl.as_ref().is_some_and(|ttl| ttl.can_be_zero());
    let fails = |entry: &Consumers| entry.rules.fails > 0.0 || entry.rules.faults.poison > 0.0;
    let by_failure = consumers
        .iter()
        .filter(|entry| entry.takes_from.iter().any(|queue| queue.index() == at) && fails(entry))
        .filter(|entry| entry.rules.acknowledge.is_after() && entry.rules.service.can_be_zero())
        .any(|entry| entry.rules.on_failure == OnFailure::Reject || by_limit);
    (by_full || by_failure || by_ttl).then_some(to)
}

/// Follows every way out of a queue; `way` is how it was reached. Of the circles through one queue one is found, once.
fn circle_from<'a>(
    at: usize,
    next: &[Vec<Step<'a>>],
    done: &mut [bool],
    way: &mut Vec<(usize, Step<'a>)>,
) -> Option<Vec<(usize, Step<'a>)>> {
    if let Some(begin) = way.iter().position(|(seen, _)| *seen == at) {
        return Some(way.split_off(begin));
    }
    if std::mem::replace(&mut done[at], true) {
        return None;
    }
    for step in &next[at] {
        way.push((at, *step));
        let circle = circle_from(step.to, next, done, way);
        if circle.is_some() {
            return circle;
        }
        way.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::scenario::read;

    /// What is said about these queues and consumers, if anything.
    fn said(queues: &str, consumers: &str) -> String {
        let text = format!(
            "queues: {{{queues}}}\nproducers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 5/s}}}}}}}}\n\
             consumers: {{{consumers}}}\n"
        );
        read(None, &text, Path::new(""), &[]).err().map(|problems| problems.to_string()).unwrap_or_default()
    }

    const FULL: &str = "capacity: 5, when_full: drop_oldest, dead_letter";

    #[test]
    fn full_queues_that_dead_letter_into_one_another_are_a_circle() {
        let circle = said(&format!("a: {{{FULL}: b}}, b: {{{FULL}: c}}, c: {{{FULL}: b}}"), "");
        assert!(circle.contains("dead letters can go round in no time: b → c → b"), "{circle}");
        assert_eq!(circle.matches("error:").count(), 1, "{circle}");
    }

    #[test]
    fn a_circle_that_refuses_or_takes_time_somewhere_is_legal() {
        assert_eq!(said(&format!("a: {{{FULL}: b}}, b: {{capacity: 5, dead_letter: a}}"), ""), "");
        let rejects = "w: {takes_from: b, fails: 5%, on_failure: reject, service: ";
        assert_eq!(said(&format!("a: {{{FULL}: b}}, b: {{dead_letter: a}}"), &format!("{rejects}1ms}}")), "");
        let in_no_time = said(&format!("a: {{{FULL}: b}}, b: {{dead_letter: a}}"), &format!("{rejects}0s}}"));
        assert!(in_no_time.contains("a → b → a"), "{in_no_time}");
    }

    #[test]
    fn messages_that_are_passed_on_in_a_circle_need_work_that_takes_time() {
        let consumers = |service: &str| {
            format!(
                "w: {{takes_from: a, service: 0s, then: {{publishes_to: b}}}}, \
                 v: {{takes_from: b, service: {service}, then: [{{publishes_to: a, share: 5%}}]}}"
            )
        };
        assert_eq!(said("a: {}, b: {}", &consumers("1ms")), "");
        let in_no_time = said("a: {}, b: {}", &consumers("0s"));
        assert!(in_no_time.contains("messages can go round in no time: a → b → a"), "{in_no_time}");
        let to_itself = said("a: {}", "w: {takes_from: a, service: 0s, then: {publishes_to: a}}");
        assert!(to_itself.contains("messages can go round in no time: a → a"), "{to_itself}");
        // A retry queue that is passed back, as dead letters come.
        let back = "w: {takes_from: b, service: 0s, then: {publishes_to: a}}";
        let mixed = said(&format!("a: {{{FULL}: b}}, b: {{}}"), back);
        assert!(mixed.contains("messages can go round in no time: a → b → a"), "{mixed}");
    }

    #[test]
    fn failures_beyond_the_limit_take_no_time_only_without_work_and_delay() {
        let queues =
            |delay: &str| format!("a: {{{FULL}: b}}, b: {{dead_letter: a, redelivery: {{limit: 2, delay: {delay}}}}}");
        let consumers = "w: {takes_from: b, fails: 5%, service: 0s}";
        assert!(said(&queues("none"), consumers).contains("a → b → a"));
        assert_eq!(said(&queues("1s"), consumers), "");
    }

    #[test]
    fn every_word_that_begins_a_measure_is_no_name() {
        for word in crate::measure::RESERVED.iter().chain(&super::NOT_NAMES) {
            let said = said(&format!("a: {{}}, \"{word}\": {{}}"), "");
            assert!(said.contains("is a word of the language, not a name"), "{word}: {said}");
        }
    }
}
