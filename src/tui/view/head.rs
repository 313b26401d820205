//! What is asked, when it is, how fast it goes; and below, what the keys do.

use ratatui::layout::Rect;

use super::Screen;
use super::palette::Role;
use super::pen::{Pen, rows};
use crate::report::{number, text};
use crate::result::Progress;

/// As many as there is room for.
const KEYS: [&str; 3] = [
    "space pause  . step  -/+ speed  e end  a/A rate  c/C consumers  x crash  m poison  ? all keys  q quit",
    "space pause  . step  -/+ speed  a/A rate  c/C consumers  ? all keys  q quit",
    "space pause  . step  -/+ speed  ? all keys  q quit",
];

pub fn draw(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let mut rows = rows(area);
    if let Some(row) = rows.next() {
        question(screen, row, pen);
    }
    if let Some(row) = rows.next() {
        status(screen, row, pen);
    }
}

fn question(screen: &Screen<'_>, row: Rect, pen: &mut Pen<'_>) {
    let name = text::clip(&text::clean(&screen.scenario.name), usize::from(row.width / 3));
    let question = screen.scenario.question.as_ref().map_or(String::new(), |question| format!(": {question}"));
    // The end of a question can be guessed, its middle cannot.
    let room = usize::from(row.width).saturating_sub(text::columns(&name) + 3);
    let line = text::wrap(&question, room);
    let rest = if line.len() > 1 { " …" } else { "" };
    pen.pieces(row, &[(Role::Strong, format!(" {name}")), (Role::Plain, format!("{}{rest}", line[0]))]);
}

fn status(screen: &Screen<'_>, row: Rect, pen: &mut Pen<'_>) {
    let scene = screen.scene;
    let (role, word) = match scene.stage {
        Progress::Over => (Role::Strong, "■ ended"),
        Progress::Overloaded => (Role::Bad, "■ stopped: overload"),
        _ if screen.state.is_paused => (Role::Strong, "‖ paused"),
        Progress::Running if screen.state.is_live => (Role::Busy, "▶ live"),
        Progress::Draining => (Role::Busy, "▶ draining"),
        Progress::Running => (Role::Busy, "▶ running"),
    };
    let mut pieces = vec![(role, format!(" {word}")), (Role::Plain, format!("  {}", clock(screen)))];
    pieces.push((Role::Faint, format!("  {}", progress(screen, if row.width < 100 { 8 } else { 24 }))));
    pieces.push((Role::Plain, format!("  {}", screen.state.pace.words())));
    if scene.is_altered {
        let said = if row.width < 100 { "altered by hand" } else { "altered by hand: no theory, no verdict" };
        pieces.push((Role::Plain, "  ".to_owned()));
        pieces.push((Role::Altered, format!(" {said} ")));
    }
    pen.pieces(row, &pieces);
}

/// `12.30 s of 1250 s`
fn clock(screen: &Screen<'_>) -> String {
    format!("{} of {}", instant(screen.scene.at.seconds()), number::span(screen.scene.duration))
}

/// As a clock shows it: nothing of it jumps from one unit to another as time goes on.
pub fn instant(seconds: f64) -> String {
    let whole = seconds as u64;
    match whole {
        0..60 => format!("{seconds:.2} s"),
        60..3600 => format!("{}:{:04.1} min", whole / 60, (seconds % 60.0 * 10.0).floor() / 10.0),
        _ => format!("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60),
    }
}

fn progress(screen: &Screen<'_>, cells: usize) -> String {
    let share = screen.scene.at.seconds() / screen.scene.duration.seconds().max(1e-9);
    let full = ((share * cells as f64) as usize).min(cells);
    format!("{}{}", "█".repeat(full), "░".repeat(cells - full))
}

/// A queue each, with what waits in it.
pub fn tabs(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let shown = screen.state.queue;
    let tab = |(place, queue): (usize, &crate::result::QueueScene)| {
        let sign = if queue.is_out { "✗" } else { "" };
        let name = text::clip(&queue.name, 20);
        let tab = format!("{} {name} {}{sign}", place + 1, number::count(queue.waiting + queue.parked));
        if place == shown { format!("▐{tab}▌") } else { format!(" {tab} ") }
    };
    let tabs: Vec<String> = screen.scene.queues.iter().enumerate().map(tab).collect();
    // The shown one is among those there is room for.
    let width = |from: usize| tabs[from..=shown].iter().map(|tab| text::columns(tab) + 1).sum::<usize>();
    let first = (0..=shown).find(|from| width(*from) < usize::from(area.width)).unwrap_or(shown);
    let pieces: Vec<(Role, String)> = tabs
        .iter()
        .enumerate()
        .skip(first)
        .map(|(place, tab)| (if place == shown { Role::Strong } else { Role::Faint }, format!("{tab} ")))
        .collect();
    pen.pieces(area, &pieces);
}

/// What happened, or what a key has done; below it the keys.
pub fn foot(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let mut rows = rows(area);
    if let Some(row) = rows.next() {
        pen.text((row.x + 1, row.y), row.width - 1, Role::Strong, &screen.state.notice);
    }
    if let Some(row) = rows.next() {
        let fitting = KEYS.into_iter().find(|keys| keys.len() < usize::from(row.width));
        let keys = fitting.unwrap_or(KEYS[KEYS.len() - 1]);
        pen.text((row.x + 1, row.y), row.width - 1, Role::Faint, keys);
    }
}
