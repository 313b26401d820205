//! The queue that is shown: what waits in it, a sign for each message or a bar, its front to the right.

use ratatui::layout::Rect;

use super::Screen;
use super::palette::Role;
use super::pen::{Pen, rows};
use crate::report::number::count;
use crate::report::text;
use crate::result::QueueScene;

/// Rows of signs among so many inside the frame; the others are for words.
pub fn height(rows: u16) -> u16 {
    rows.saturating_sub(2).max(1)
}

/// How many messages one cell stands for, and how many cells there is reason to show.
struct Scale {
    messages_a_cell: u64,
    cells: u64,
    /// There is no place for more than is shown.
    is_limited: bool,
}

impl Scale {
    fn of(queue: &QueueScene, most_seen: u64, cells: u64) -> Scale {
        let most = queue.capacity.unwrap_or(most_seen).max(1);
        let messages_a_cell = match queue.capacity {
            Some(capacity) => capacity.div_ceil(cells).max(1),
            // Rounded, so that it does not change all the time.
            None => round_up(most.div_ceil(cells)),
        };
        Scale {
            messages_a_cell,
            cells: most.div_ceil(messages_a_cell).min(cells),
            is_limited: queue.capacity.is_some(),
        }
    }
}

/// To 1, 2 or 5 times a power of ten.
fn round_up(number: u64) -> u64 {
    let steps = (0..19).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    steps.into_iter().find(|step| *step >= number).unwrap_or(u64::MAX)
}

pub fn draw(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let queue = screen.queue();
    let title = if queue.name == "queue" { "queue".to_owned() } else { format!("queue {}", queue.name) };
    let (title, role) =
        if queue.is_out { (format!("✗ out: {}", queue.name), Role::Bad) } else { (title, Role::Strong) };
    let inner = pen.frame(area, &title, role);
    let bar = Rect { height: height(inner.height).min(inner.height), ..inner };
    let level = level(queue);
    let most_seen = most_seen(screen).max(level);
    // A single row reads best, in the middle, where the lanes are.
    let middle = Rect { y: bar.y + (bar.height - 1) / 2, height: 1, ..bar };
    let is_short = queue.capacity.unwrap_or(most_seen) <= u64::from(bar.width);
    let place = if is_short { middle } else { bar };
    let scale = Scale::of(queue, most_seen, u64::from(place.width) * u64::from(place.height));
    signs(level, &scale, place, pen);
    let words = Rect { y: inner.y + bar.height, height: inner.height - bar.height, ..inner };
    let width = usize::from(inner.width);
    for (row, said) in rows(words).zip([waiting(queue, width), more(queue, &scale, width)]) {
        pen.text((row.x, row.y), row.width, Role::Plain, &said);
    }
}

/// What waits; where nobody takes anything, also what rests.
fn level(queue: &QueueScene) -> u64 {
    if queue.rests { queue.waiting + queue.parked } else { queue.waiting }
}

fn most_seen(screen: &Screen<'_>) -> u64 {
    let levels = screen.scene.history.iter().filter_map(|moment| moment.levels.get(screen.state.queue));
    levels.map(|(waiting, _)| *waiting).max().unwrap_or(0)
}

/// From the right to the left, column by column.
fn signs(level: u64, scale: &Scale, bar: Rect, pen: &mut Pen<'_>) {
    let full = level / scale.messages_a_cell;
    let is_begun = !level.is_multiple_of(scale.messages_a_cell);
    let sign = if scale.messages_a_cell == 1 { "●" } else { "█" };
    for cell in 0..u64::from(bar.width) * u64::from(bar.height) {
        let (column, row) = ((cell / u64::from(bar.height)) as u16, (cell % u64::from(bar.height)) as u16);
        let place = (bar.right() - 1 - column, bar.y + row);
        match cell {
            _ if cell < full => pen.text(place, 1, Role::Message, sign),
            _ if cell == full && is_begun => pen.text(place, 1, Role::Message, "▐"),
            _ if cell < scale.cells && scale.is_limited => pen.text(place, 1, Role::Faint, "·"),
            _ => 0,
        };
    }
}

fn waiting(queue: &QueueScene, width: usize) -> String {
    let waiting = count(level(queue));
    if queue.rests {
        return format!("{waiting} rest here");
    }
    match queue.capacity {
        Some(capacity) => first_that_fits(
            [format!("{waiting} waiting of {}", count(capacity)), format!("{waiting} of {}", count(capacity))],
            width,
        ),
        None => first_that_fits([format!("{waiting} waiting, no limit"), format!("{waiting} waiting")], width),
    }
}

/// What is delayed, else what a sign stands for.
fn more(queue: &QueueScene, scale: &Scale, width: usize) -> String {
    if queue.delayed > 0 {
        return format!("{} delayed", count(queue.delayed));
    }
    match scale.messages_a_cell {
        1 => "● is a message".to_owned(),
        n => first_that_fits([format!("█ is {} messages", count(n)), format!("█ is {}", count(n))], width),
    }
}

pub fn first_that_fits(said: [String; 2], width: usize) -> String {
    let [long, short] = said;
    if text::columns(&long) <= width { long } else { short }
}
