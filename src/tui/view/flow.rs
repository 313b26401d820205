//! The flow, drawn: producers, the queue that is shown, its consumers, and messages on their way between them.

use ratatui::layout::Rect;

use super::Screen;
use super::crew;
use super::line::{self, first_that_fits};
use super::palette::Role;
use super::pen::Pen;
use crate::broker::QueueId;
use crate::measure::Unit;
use crate::report::number::{self, count};
use crate::report::text;
use crate::result::{ProducerScene, QueueScene};
use crate::scenario::Consumers;
use crate::tui::lanes::Way;

/// Where things stand, from the left to the right.
struct Places {
    producers: Rect,
    queue: Rect,
    consumers: Rect,
    done: Rect,
    /// The row of the lanes.
    y: u16,
    /// The row below the boxes.
    below: u16,
}

impl Places {
    fn of(area: Rect) -> Places {
        let share = |percent: u32| (u32::from(area.width) * percent / 1000) as u16;
        let (producers, queue, consumers, lane) = (share(220), share(280), share(205), share(75));
        let height = area.height.saturating_sub(2);
        let part = |x: u16, width: u16| Rect { x: area.x + x, width, height, ..area };
        let done = producers + queue + consumers + 2 * lane;
        Places {
            producers: part(0, producers),
            queue: part(producers + lane, queue),
            consumers: part(producers + lane + queue + lane, consumers),
            done: part(done, area.width - done),
            y: area.y + 1 + (line::height(height.saturating_sub(2)) - 1) / 2,
            below: area.y + height,
        }
    }
}

pub fn draw(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let places = Places::of(area);
    sources(screen, places.producers, pen);
    line::draw(screen, places.queue, pen);
    crew::draw(screen, places.consumers, pen);
    lane(screen, Way::In, (places.producers.right(), places.queue.x, places.y), pen);
    if takers(screen).next().is_some() {
        lane(screen, Way::Out, (places.queue.right(), places.consumers.x, places.y), pen);
        done(screen, &places, pen);
        back(screen, &places, pen);
    }
    losses(screen, &places, area, pen);
}

/// The entries that take from the shown queue, by place.
pub fn takers<'a>(screen: &'a Screen<'_>) -> impl Iterator<Item = (usize, &'a Consumers)> {
    let queue = QueueId(screen.state.queue as u16);
    screen.scenario.consumers.iter().enumerate().filter(move |(_, entry)| entry.takes_from.contains(&queue))
}

/// Signs on a line that ends in an arrow.
fn lane(screen: &Screen<'_>, way: Way, (from, to, y): (u16, u16, u16), pen: &mut Pen<'_>) {
    let length = to.saturating_sub(from);
    if length == 0 {
        return;
    }
    let arrow = format!("{}▶", "─".repeat(usize::from(length - 1)));
    pen.text((from, y), length, Role::Faint, &arrow);
    for cell in screen.state.lanes.cells(way, length - 1) {
        pen.text((from + cell, y), 1, Role::Message, "●");
    }
}

fn sources(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let queue = screen.state.queue;
    let producers = screen.scene.producers.iter().enumerate().filter(|(_, p)| p.publishes_to.contains(&queue));
    let mut lines: Vec<(String, String)> =
        producers.map(|(place, producer)| (producer.name.clone(), rate_of(screen, place, producer))).collect();
    let title = match lines.as_slice() {
        [] => "comes from".to_owned(),
        [_] => "producer".to_owned(),
        _ => "producers".to_owned(),
    };
    lines.extend(others(screen));
    let inner = pen.frame(area, &title, Role::Faint);
    let room = usize::from(inner.height);
    // A single one has a line for its name, and one for what it does.
    if let [(name, rate)] = lines.as_slice() {
        lines = vec![(name.clone(), String::new()), (String::new(), rate.clone())];
    }
    let more = lines.len().saturating_sub(room);
    for (at, (row, (name, rate))) in super::pen::rows(inner).zip(&lines).enumerate() {
        if more > 0 && at + 1 == room {
            pen.text((row.x + 1, row.y), row.width - 1, Role::Faint, &format!("and {} more", more + 1));
            break;
        }
        let width = text::columns(rate) as u16;
        pen.text((row.x + 1, row.y), (row.width - 1).saturating_sub(width), Role::Strong, name);
        pen.right(Rect { width: row.width.saturating_sub(1), ..row }, Role::Plain, rate);
    }
}

/// What a producer does of late, and whether somebody has turned it.
fn rate_of(screen: &Screen<'_>, place: usize, producer: &ProducerScene) -> String {
    let rate = screen.state.recent.published(place, screen.scene);
    let rate = rate.map_or(number::NOTHING.to_owned(), |rate| number::in_unit(Unit::PerSecond, rate));
    if producer.factor == 1.0 { rate } else { format!("×{} {rate}", producer.factor) }
}

/// Consumers who pass messages on, and queues whose dead letters come.
fn others(screen: &Screen<'_>) -> Vec<(String, String)> {
    let here = QueueId(screen.state.queue as u16);
    let passes = |entry: &&Consumers| entry.then.iter().any(|way| way.to == here);
    let consumers = screen.scenario.consumers.iter().filter(passes).map(|entry| format!("→ {}", entry.name));
    let dead = screen.scenario.queues.iter().filter(|queue| queue.rules.dead_letter == Some(here));
    let dead = dead.map(|queue| format!("† {}", queue.name));
    consumers.chain(dead).map(|name| (name, String::new())).collect()
}

/// What leaves for good, or where it goes on to.
fn done(screen: &Screen<'_>, places: &Places, pen: &mut Pen<'_>) {
    let shown = screen.queue();
    let area = places.done;
    let length = (area.width / 4).clamp(3, 8);
    lane(screen, Way::Done, (area.x, area.x + length, places.y), pen);
    let onward: Vec<&str> = takers(screen)
        .flat_map(|(_, entry)| entry.then.iter().map(|way| way.to))
        .map(|queue| screen.scenario.queue(queue).name.as_str())
        .collect();
    let (x, room) = (area.x + length + 1, area.width.saturating_sub(length + 1));
    let all = first_that_fits([count(shown.acknowledged), short(shown.acknowledged)], usize::from(room) - 2);
    pen.text((x, places.y), room, Role::Good, &format!("✓ {all}"));
    let word = onward.first().map_or("done".to_owned(), |name| format!("→ {name}"));
    pen.text((x, places.y + 1), room, Role::Faint, &word);
}

/// `1.23M`
fn short(messages: u64) -> String {
    match messages {
        0..1_000_000 => format!("{}k", messages / 1000),
        _ => format!("{:.2}M", messages as f64 / 1e6),
    }
}

/// The way back, below the boxes.
fn back(screen: &Screen<'_>, places: &Places, pen: &mut Pen<'_>) {
    let (left, right) = (middle(places.queue), middle(places.consumers));
    let y = places.below;
    let returned = screen.queue().redelivered;
    let role = if returned > 0 { Role::Message } else { Role::Faint };
    let length = right.saturating_sub(left + 1);
    pen.text((left, y), length + 2, Role::Faint, &format!("▲{}╯", "─".repeat(usize::from(length))));
    let lane = length.saturating_sub(1);
    for cell in screen.state.lanes.cells(Way::Back, lane) {
        pen.text((right - 1 - cell, y), 1, Role::Message, "●");
    }
    let said = format!(" {} came back ", count(returned));
    pen.text((left + 2, y), length.saturating_sub(3), role, &said);
}

fn middle(area: Rect) -> u16 {
    area.x + area.width / 2
}

/// What did not get in, and what got out dead.
fn losses(screen: &Screen<'_>, places: &Places, area: Rect, pen: &mut Pen<'_>) {
    let queue = screen.queue();
    let here = screen.scene.producers.iter().filter(|p| p.publishes_to.contains(&screen.state.queue));
    let (refused, outside) = here.fold((0, 0), |sum, p| (sum.0 + p.refused, sum.1 + p.outside));
    let at = |x: u16, y: u16| (x + 1, y);
    let width = places.producers.width;
    let role = if refused > 0 { Role::Bad } else { Role::Faint };
    pen.text(at(places.producers.x, places.below), width, role, &format!("✗ {} refused", count(refused)));
    if outside > 0 {
        let said = format!("{} not let in yet", count(outside));
        pen.text(at(places.producers.x, places.below + 1), width, Role::Message, &said);
    }
    if places.below + 1 < area.bottom() {
        let role = if queue.dead_lettered + queue.dropped > 0 { Role::Bad } else { Role::Faint };
        let room = area.right().saturating_sub(places.queue.x + 1);
        pen.text(at(places.queue.x, places.below + 1), room, role, &gone(screen, queue));
    }
}

/// `† 4 dead letters → unpaid   2 dropped`
fn gone(screen: &Screen<'_>, queue: &QueueScene) -> String {
    let to = screen.scenario.queues[screen.state.queue].rules.dead_letter;
    let to = to.map_or(String::new(), |to| format!(" → {}", screen.scenario.queue(to).name));
    let mut said = vec![format!("† {} dead letters{to}", count(queue.dead_lettered))];
    if queue.dropped > 0 {
        said.push(format!("✗ {} dropped", count(queue.dropped)));
    }
    if queue.parked > 0 {
        said.push(format!("{} parked", count(queue.parked)));
    }
    said.join("   ")
}
