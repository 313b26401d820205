//! What the keys do and the signs mean, above everything else.

use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

use super::palette::Role;
use super::pen::{Pen, rows};

const LINES: [(&str, &str); 19] = [
    ("space", "pause and go on"),
    (". →", "one event, told in words"),
    ("- +", "slower, faster"),
    ("e r", "to the end at full speed; begin again"),
    ("tab 1-9", "another queue"),
    ("", ""),
    ("a A", "arrival rate less, more: a tenth of what is planned"),
    ("c C", "consumers fewer, more"),
    ("p P", "prefetch less, more"),
    ("k", "another way to acknowledge"),
    ("x", "a consumer crashes"),
    ("m", "a message that always fails"),
    ("", ""),
    ("●", "a message (many are a bar)"),
    ("■ □", "a consumer busy, idle"),
    ("‖ ✗ ·", "a consumer hung, crashed, away"),
    ("†", "dead letters"),
    ("╌", "theory, on a plot"),
    ("q", "leave"),
];
const WIDTH: u16 = 66;

pub fn draw(area: Rect, pen: &mut Pen<'_>) {
    let (width, height) = (WIDTH.min(area.width), (LINES.len() as u16 + 2).min(area.height));
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    let place = Rect { x, y, width, height };
    Clear.render(place, pen.buffer);
    let inner = pen.frame(place, "keys and signs (any key closes this)", Role::Strong);
    // Where there is no room for all, the gaps go first.
    let all = LINES.iter().filter(|(key, _)| usize::from(inner.height) >= LINES.len() || !key.is_empty());
    for (row, (key, what)) in rows(inner).zip(all) {
        pen.text((row.x + 1, row.y), 8, Role::Strong, key);
        pen.text((row.x + 10, row.y), row.width.saturating_sub(11), Role::Plain, what);
    }
}
