//! The consumers of the queue that is shown: a sign for each, or how many do what.

use ratatui::layout::Rect;

use super::Screen;
use super::flow::takers;
use super::line::{self, first_that_fits};
use super::palette::Role;
use super::pen::{Pen, rows};
use crate::report::number::count;
use crate::result::{ConsumersScene, Doing};
use crate::tui::changes::held;

const DOINGS: [Doing; 5] = [Doing::Busy, Doing::Idle, Doing::Hung, Doing::Crashed, Doing::Away];

pub fn draw(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let entries: Vec<&ConsumersScene> = takers(screen).map(|(place, _)| &screen.scene.consumers[place]).collect();
    match entries.as_slice() {
        [] => {
            let inner = pen.frame(area, "no consumers", Role::Faint);
            pen.text((inner.x, inner.y), inner.width, Role::Faint, " nobody takes");
        }
        [entry] => single(screen, entry, area, pen),
        several => {
            let inner = pen.frame(area, "consumers", Role::Strong);
            for (row, entry) in rows(inner).zip(several) {
                let name = pen.text((row.x, row.y), row.width / 2, Role::Plain, &entry.name);
                signs(entry, Rect { x: row.x + name + 1, width: row.width.saturating_sub(name + 1), ..row }, pen);
            }
        }
    }
}

fn single(screen: &Screen<'_>, entry: &ConsumersScene, area: Rect, pen: &mut Pen<'_>) {
    let named = if entry.name == "consumer" { "consumers".to_owned() } else { format!("consumers {}", entry.name) };
    let title = first_that_fits([named, "consumers".to_owned()], usize::from(area.width.saturating_sub(4)));
    let inner = pen.frame(area, &title, Role::Strong);
    let cells = Rect { height: line::height(inner.height).min(inner.height), ..inner };
    signs(entry, cells, pen);
    let words = Rect { y: inner.y + cells.height, height: inner.height - cells.height, ..inner };
    let busy = entry.consumers.iter().filter(|doing| **doing == Doing::Busy).count();
    let (holds, room, count) = (count(screen.queue().in_flight), room(entry), entry.count);
    let width = usize::from(words.width);
    let said = [
        first_that_fits([format!("{busy} of {count} busy"), format!("{busy}/{count} busy")], width),
        first_that_fits([format!("{holds} held of {room}"), format!("{holds}/{room} held")], width),
    ];
    for (row, said) in rows(words).zip(said) {
        pen.text((row.x, row.y), row.width, Role::Plain, &said);
    }
}

/// How many they may hold together.
fn room(entry: &ConsumersScene) -> String {
    if entry.prefetch == u32::MAX {
        held(entry.prefetch)
    } else {
        count(u64::from(entry.prefetch) * u64::from(entry.count))
    }
}

/// One for each where there is room, else how many there are of each kind.
fn signs(entry: &ConsumersScene, area: Rect, pen: &mut Pen<'_>) {
    let all = entry.consumers.len();
    let room = usize::from(area.width) * usize::from(area.height);
    if all > room {
        return counts(entry, area, pen);
    }
    // With gaps between them where that is possible.
    let apart = if all * 2 <= usize::from(area.width) * usize::from(area.height) { 2 } else { 1 };
    let in_a_row = (usize::from(area.width) / apart).max(1);
    for (at, doing) in entry.consumers.iter().enumerate() {
        let place = (area.x + (at % in_a_row * apart) as u16, area.y + (at / in_a_row) as u16);
        if place.1 < area.bottom() {
            pen.text(place, 1, role(*doing), sign(*doing));
        }
    }
}

fn counts(entry: &ConsumersScene, area: Rect, pen: &mut Pen<'_>) {
    let of = |doing: Doing| entry.consumers.iter().filter(|other| **other == doing).count();
    let some = DOINGS.into_iter().filter(|doing| of(*doing) > 0);
    let pieces: Vec<(Role, String)> =
        some.map(|doing| (role(doing), format!("{}{} ", sign(doing), of(doing)))).collect();
    pen.pieces(area, &pieces);
}

fn sign(doing: Doing) -> &'static str {
    match doing {
        Doing::Busy => "■",
        Doing::Idle => "□",
        Doing::Hung => "‖",
        Doing::Crashed => "✗",
        Doing::Away => "·",
    }
}

fn role(doing: Doing) -> Role {
    match doing {
        Doing::Busy => Role::Busy,
        Doing::Idle => Role::Plain,
        Doing::Hung => Role::Hung,
        Doing::Crashed => Role::Bad,
        Doing::Away => Role::Faint,
    }
}
