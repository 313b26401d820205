//! From a key to a change of the run: what is turned by how much, around the queue that is shown.

use super::keys::{Turn, Wish};
use crate::client::Acknowledge;
use crate::result::{ConsumersScene, ProducerScene, Scene};
use crate::scenario::{Change, FACTORS, Scenario};

/// A tenth of what the scenario says.
const STEPS_OF_A_RATE: f64 = 10.0;
/// What a prefetch is turned through.
const PREFETCHES: [u32; 9] = [1, 2, 3, 5, 10, 20, 50, 100, u32::MAX];
/// How many are acknowledged at once, where that is turned to.
const AT_ONCE: u32 = 10;

/// The changes, and what to say of them.
///
/// # Errors
/// Why the key does nothing here.
pub fn wanted(wish: Wish, queue: usize, scene: &Scene, scenario: &Scenario) -> Result<(Vec<Change>, String), String> {
    let change = match wish {
        Wish::Rate(turn) => of_producers(queue, scene, |place, producer| rate(turn, place, producer))?,
        Wish::Poison => of_producers(queue, scene, |producer, it| {
            Ok((Change::Poison { producer }, format!("{}: one more message, which always fails", it.name)))
        })?,
        Wish::Consumers(turn) => of_consumers(queue, scene, |place, entry| count(turn, place, entry))?,
        Wish::Prefetch(turn) => of_consumers(queue, scene, |place, entry| prefetch(turn, place, entry))?,
        Wish::Acknowledge => of_consumers(queue, scene, |place, entry| Ok(acknowledge(place, entry)))?,
        Wish::Crash => of_consumers(queue, scene, |consumers, it| {
            Ok((Change::Crash { consumers, which: None }, format!("{}: one of them crashes", it.name)))
        })?,
        _ => return Err(String::new()),
    };
    // One message and one crash are enough to see what follows.
    let only_one = matches!(wish, Wish::Poison | Wish::Crash);
    let change = if only_one { change.into_iter().take(1).collect() } else { change };
    let (changes, notices): (Vec<Change>, Vec<String>) = change.into_iter().unzip();
    changes.iter().try_for_each(|change| change.check(scenario))?;
    Ok((changes, notices.join("; ")))
}

type Turned = Result<(Change, String), String>;

/// For each producer that publishes to the queue.
fn of_producers(
    queue: usize,
    scene: &Scene,
    change: impl Fn(usize, &ProducerScene) -> Turned,
) -> Result<Vec<(Change, String)>, String> {
    let all = scene.producers.iter().enumerate().filter(|(_, producer)| producer.publishes_to.contains(&queue));
    let turned: Vec<_> = all.map(|(place, producer)| change(place, producer)).collect::<Result<_, _>>()?;
    let nobody = "no producer publishes to this queue; tab shows another";
    if turned.is_empty() { Err(nobody.to_owned()) } else { Ok(turned) }
}

/// For each consumers entry that takes from the queue.
fn of_consumers(
    queue: usize,
    scene: &Scene,
    change: impl Fn(usize, &ConsumersScene) -> Turned,
) -> Result<Vec<(Change, String)>, String> {
    let all = scene.consumers.iter().enumerate().filter(|(_, entry)| entry.takes_from.contains(&queue));
    let turned: Vec<_> = all.map(|(place, entry)| change(place, entry)).collect::<Result<_, _>>()?;
    let nobody = "nobody takes from this queue; tab shows another";
    if turned.is_empty() { Err(nobody.to_owned()) } else { Ok(turned) }
}

fn rate(turn: Turn, place: usize, producer: &ProducerScene) -> Turned {
    let tenths = (producer.factor * STEPS_OF_A_RATE).round();
    let tenths = match turn {
        Turn::Less => (tenths - 1.0).max(1.0),
        Turn::More => (tenths + 1.0).min(FACTORS.1 * STEPS_OF_A_RATE),
    };
    let factor = tenths / STEPS_OF_A_RATE;
    if factor == producer.factor {
        return Err(format!("{}: its rate goes no further, at {factor} times what is planned", producer.name));
    }
    let said = if factor == 1.0 { "as planned".to_owned() } else { format!("{factor} times what is planned") };
    Ok((Change::Rate { producer: place, factor }, format!("{}: its rate is {said}", producer.name)))
}

fn count(turn: Turn, consumers: usize, entry: &ConsumersScene) -> Turned {
    let count = match turn {
        Turn::Less => entry.count.checked_sub(1).ok_or(format!("{}: there is none left", entry.name))?,
        Turn::More => entry.count + 1,
    };
    Ok((Change::Count { consumers, count }, format!("{}: there are {count}", entry.name)))
}

fn prefetch(turn: Turn, consumers: usize, entry: &ConsumersScene) -> Turned {
    let next = match turn {
        Turn::Less => PREFETCHES.into_iter().rev().find(|step| *step < entry.prefetch),
        Turn::More => PREFETCHES.into_iter().find(|step| *step > entry.prefetch),
    };
    let prefetch = next.ok_or(format!("{}: the prefetch goes no further", entry.name))?;
    Ok((Change::Prefetch { consumers, prefetch }, format!("{}: the prefetch is {}", entry.name, held(prefetch))))
}

/// As the scenario language writes a prefetch.
pub fn held(prefetch: u32) -> String {
    if prefetch == u32::MAX { "unlimited".to_owned() } else { prefetch.to_string() }
}

fn acknowledge(consumers: usize, entry: &ConsumersScene) -> (Change, String) {
    let (how, said) = match entry.acknowledge.as_str() {
        "after" => (Acknowledge::Before, "before the work"),
        "before" => (Acknowledge::OnDelivery, "on delivery"),
        "on_delivery" if entry.prefetch >= AT_ONCE => (Acknowledge::Every(AT_ONCE), "ten at once, after the work"),
        _ => (Acknowledge::After, "after the work"),
    };
    (Change::Acknowledge { consumers, how }, format!("{}: they acknowledge {said}", entry.name))
}
