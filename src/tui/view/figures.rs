//! Rates, accounts and targets, a row each; and where there is room, all queues and what single steps brought.

use ratatui::layout::Rect;

use super::Screen;
use super::flow::takers;
use super::palette::Role;
use super::pen::{Pen, rows};
use crate::measure::{Measure, Quantity, Stat, Unit};
use crate::report::number::{self, count};
use crate::report::text;
use crate::result::{ProducerAccount, Scene};
use crate::scenario::Target;

/// From here on targets get a row each.
const ROWS_FOR_TARGETS: u16 = 3;

pub fn draw(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let mut rows = rows(area);
    let mut row = || rows.next().map(|row| Rect { x: row.x + 1, width: row.width - 1, ..row });
    if let Some(row) = row() {
        flows(screen, row, pen);
    }
    // Where there is one row left, what must hold is worth more than the accounts.
    let has_targets = !screen.scenario.targets.is_empty();
    if area.height >= ROWS_FOR_TARGETS || !has_targets {
        row().into_iter().for_each(|row| accounts(screen, row, pen));
    }
    let targets = &screen.scenario.targets;
    let listed = usize::from(area.height.saturating_sub(2)).max(1);
    for (at, target) in targets.iter().enumerate().take(listed) {
        let Some(row) = row() else { return };
        let (role, said) = judged(screen, target);
        let more = targets.len() - listed.min(targets.len());
        pen.text((row.x, row.y), row.width, role, &said);
        if at + 1 == listed && more > 0 {
            pen.right(row, Role::Faint, &format!(" and {more} more "));
        }
    }
}

/// `in 80.1 /s   out 79.9 /s   busy 80.2 % (theory 80.0 %)`
fn flows(screen: &Screen<'_>, row: Rect, pen: &mut Pen<'_>) {
    let (recent, place) = (&screen.state.recent, screen.state.queue);
    let rate =
        |rate: Option<f64>| rate.map_or(number::NOTHING.to_owned(), |rate| number::in_unit(Unit::PerSecond, rate));
    let mut pieces = vec![
        (Role::Faint, "in ".to_owned()),
        (Role::Message, rate(recent.entered(place, screen.scene))),
        (Role::Faint, "   out ".to_owned()),
        (Role::Busy, rate(recent.acknowledged(place, screen.scene))),
    ];
    for (place, entry) in takers(screen).take(3) {
        let Some(busy) = screen.scene.consumers[place].utilization else { continue };
        let percent = |share: f64| number::in_unit(Unit::Share, share);
        pieces.push((Role::Faint, format!("   {} busy ", entry.name)));
        pieces.push((Role::Strong, percent(busy)));
        if let Some(theory) = screen.theory(&Measure::of(&entry.name, Quantity::Utilization, Stat::Value)) {
            pieces.push((Role::Theory, format!(" (theory {})", percent(theory))));
        }
    }
    // What does not fit is left out whole.
    while pieces.iter().map(|(_, piece)| text::columns(piece)).sum::<usize>() > usize::from(row.width) {
        pieces.pop();
    }
    pen.pieces(row, &pieces);
}

/// With what is missing from them: nothing, or the rules are broken.
fn accounts(screen: &Screen<'_>, row: Rect, pen: &mut Pen<'_>) {
    let pieces = pieces_of_accounts(screen.scene);
    let used: usize = pieces.iter().map(|(_, piece)| text::columns(piece)).sum();
    let balance = if used + 12 < usize::from(row.width) { "balance 0 " } else { " ✓ " };
    pen.pieces(row, &pieces);
    match screen.scene.accounts.residual() {
        0 => pen.right(row, Role::Faint, balance),
        n => pen.right(row, Role::Bad, &format!("balance {n}: a bug in kendall ")),
    }
}

/// `1,036 published = 1,024 processed + 12 inside`, over all producers.
pub fn pieces_of_accounts(scene: &Scene) -> Vec<(Role, String)> {
    let mut all = ProducerAccount::default();
    scene.accounts.producers.iter().for_each(|(_, account)| all.add(account));
    let terms = [
        (Role::Busy, all.processed, "processed"),
        (Role::Message, all.unfinished, "inside"),
        (Role::Message, all.not_yet_accepted, "not let in yet"),
        (Role::Bad, all.refused, "refused"),
        (Role::Bad, all.lost.values().sum(), "lost"),
        (Role::Bad, all.dead, "dead"),
    ];
    let mut pieces = vec![(Role::Plain, format!("{} published = ", count(all.published)))];
    let shown = terms.into_iter().enumerate().filter(|(at, (_, messages, _))| *at < 2 || *messages > 0);
    for (at, (role, messages, what)) in shown {
        let plus = if at == 0 { "" } else { " + " };
        pieces.push((Role::Plain, plus.to_owned()));
        pieces.push((role, format!("{} {what}", count(messages))));
    }
    pieces
}

/// By the value so far; nothing is judged by a run that was altered by hand.
fn judged(screen: &Screen<'_>, target: &Target) -> (Role, String) {
    let value = screen.scene.measures.get(&target.measure).copied();
    let shown = value.map(|value| format!(" ({} so far)", number::beside(&target.measure, value, target.value)));
    let (role, sign) = match value {
        _ if screen.scene.is_altered => (Role::Faint, "·"),
        None => (Role::Faint, "·"),
        Some(value) if target.op.holds(value, target.value) => (Role::Good, "✓"),
        Some(_) => (Role::Bad, "✗"),
    };
    let text = text::clip(&text::clean(&target.text), 60);
    (role, format!("{sign} {text}{}", shown.unwrap_or_default()))
}

/// All queues, one below the other.
pub fn queues(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let inner = pen.frame(area, "all queues", Role::Plain);
    let mut rows = rows(inner);
    let Some(head) = rows.next() else { return };
    let columns = ["waiting", "in flight", "came back", "dead", "done"];
    let name = inner.width.saturating_sub(columns.len() as u16 * 11);
    let cell = |row: Rect, at: usize, role: Role, text: &str, pen: &mut Pen<'_>| {
        pen.right(Rect { x: row.x + name + at as u16 * 11, width: 11, ..row }, role, text);
    };
    columns.iter().enumerate().for_each(|(at, column)| cell(head, at, Role::Faint, column, pen));
    for (place, (row, queue)) in rows.zip(&screen.scene.queues).enumerate() {
        let role = if place == screen.state.queue { Role::Strong } else { Role::Plain };
        pen.text((row.x + 1, row.y), name.saturating_sub(1), role, &queue.name);
        let figures =
            [queue.waiting + queue.parked, queue.in_flight, queue.redelivered, queue.dead_lettered, queue.acknowledged];
        figures.iter().enumerate().for_each(|(at, figure)| cell(row, at, role, &count(*figure), pen));
    }
}

/// The latest below.
pub fn told(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let inner = pen.frame(area, "what happened, step by step", Role::Plain);
    let told = &screen.state.told;
    if told.is_empty() {
        pen.text((inner.x + 1, inner.y), inner.width, Role::Faint, ". takes a single step, and tells it here");
    }
    let from = told.len().saturating_sub(usize::from(inner.height));
    for (row, line) in rows(inner).zip(told.iter().skip(from)) {
        pen.text((row.x + 1, row.y), row.width - 1, Role::Plain, line);
    }
}
