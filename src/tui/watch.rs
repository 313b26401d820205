//! The loop: keys in, slices of the run between them, pictures out. Nothing else here knows a terminal or a clock.

#![expect(clippy::disallowed_methods, reason = "whoever watches has a clock")]

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event as Happening};
use ratatui::crossterm::execute;

use super::keys;
use super::pace::Pace;
use super::run::Run;
use super::state::{Order, State, is_over};
use super::view::{Palette, Screen, draw};
use crate::result::Scene;
use crate::scenario::{Change, Scenario};
use crate::time::{Span, Time};

/// Between two pictures: 20 a second move smoothly enough.
const FRAME: Duration = Duration::from_millis(50);
/// However much is typed, no two pictures follow each other faster.
const SHORTEST: Duration = Duration::from_millis(34);
/// Between two pictures of what stands still, so that a signal is heard.
const REST: Duration = Duration::from_millis(250);
/// Of each frame, for the run; what it does not get done then, it is late.
const SLICE: Duration = Duration::from_millis(10);
/// As much at full speed, where there is nothing to be late for.
const LONG_SLICE: Duration = Duration::from_millis(40);
/// A longer pause of the machine passes as this much.
const LONGEST_S: f64 = 0.25;
/// Steps of which there is nothing to tell, before it is given up.
const SILENT_STEPS: u32 = 1000;

/// What is watched, and how.
pub struct Watch<'a> {
    pub scenario: &'a Scenario,
    pub pace: Pace,
    pub has_colour: bool,
    /// Whether somebody outside wants it to end.
    pub stops: &'a dyn Fn() -> bool,
}

/// How it was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    ByKey,
    Interrupted,
}

/// Shows the run on the terminal until whoever watches leaves; how it stood then.
///
/// # Errors
/// If the terminal cannot be read or written; it is left as it was found, then too.
pub fn watch(run: &mut Run<'_>, watch: &Watch<'_>) -> io::Result<(Scene, Left)> {
    show_cursor_after_a_panic();
    let mut terminal = ratatui::try_init().inspect_err(|_| ratatui::restore())?;
    let scene = run.scene();
    let state = State { is_live: run.is_live(), ..State::new(watch.pace) };
    let mut sitting = Sitting { run, watch, state, scene, slice: Span::from_nanos(1_000_000) };
    let left = sitting.go(&mut terminal, &keyboard());
    drop(terminal);
    restore();
    Ok((sitting.scene, left?))
}

/// Leaves the terminal as it was, whatever it is like now.
pub fn restore() {
    let _ = execute!(io::stdout(), Show);
    ratatui::restore();
}

/// What `ratatui` does then leaves the cursor hidden.
fn show_cursor_after_a_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = execute!(io::stdout(), Show);
        before(panic);
    }));
}

/// What is typed, read on a thread of its own: from a terminal that is gone `crossterm` never comes back.
fn keyboard() -> Receiver<Happening> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        while let Ok(happening) = event::read() {
            if tell.send(happening).is_err() {
                break;
            }
        }
    });
    told
}

struct Sitting<'a, 'r> {
    run: &'a mut Run<'r>,
    watch: &'a Watch<'a>,
    state: State,
    scene: Scene,
    /// Scenario time that takes a few milliseconds.
    slice: Span,
}

impl Sitting<'_, '_> {
    fn go(&mut self, terminal: &mut DefaultTerminal, keyboard: &Receiver<Happening>) -> io::Result<Left> {
        let mut last = Instant::now();
        let mut drawn: Option<Instant> = None;
        let mut is_due = true;
        loop {
            if is_due && drawn.is_none_or(|drawn| drawn.elapsed() >= SHORTEST) {
                self.draw(terminal)?;
                (drawn, is_due) = (Some(Instant::now()), false);
            }
            let wait = match self.rests() && !is_due {
                true => REST,
                false => FRAME.saturating_sub(last.elapsed()),
            };
            let first = keyboard.recv_timeout(wait);
            if (self.watch.stops)() || first == Err(RecvTimeoutError::Disconnected) {
                return Ok(Left::Interrupted);
            }
            let happened: Vec<Happening> = first.into_iter().chain(keyboard.try_iter()).collect();
            if let Some(left) = happened.iter().find_map(|happening| self.hear(happening)) {
                return Ok(left);
            }
            let real_s = last.elapsed().as_secs_f64().min(LONGEST_S);
            last = Instant::now();
            let has_moved = !self.rests() && self.advance(real_s, last);
            is_due |= has_moved || !happened.is_empty();
        }
    }

    /// Nothing moves until a key is pressed.
    fn rests(&self) -> bool {
        self.state.is_paused || is_over(&self.scene)
    }

    fn draw(&self, terminal: &mut DefaultTerminal) -> io::Result<()> {
        let Watch { scenario, has_colour, .. } = *self.watch;
        let palette = Palette::new(has_colour);
        let screen = Screen { scenario, theory: self.run.theory(), scene: &self.scene, state: &self.state, palette };
        terminal.draw(|frame| draw(&screen, frame.area(), frame.buffer_mut())).map(drop)
    }

    /// Does what a key asks for; how it was left, if it was.
    fn hear(&mut self, happening: &Happening) -> Option<Left> {
        let Happening::Key(key) = happening else { return None };
        match self.state.heed(keys::wish(key)?, &self.scene, self.watch.scenario) {
            Order::Nothing => {}
            Order::Quit => return Some(Left::ByKey),
            Order::Interrupt => return Some(Left::Interrupted),
            Order::Step => self.step(),
            Order::Restart => self.restart(),
            Order::Alter(changes) => self.alter(&changes),
        }
        None
    }

    fn step(&mut self) {
        let mut events = Vec::new();
        for _ in 0..SILENT_STEPS {
            events = self.run.step();
            if !events.is_empty() {
                break;
            }
        }
        self.scene = self.run.scene();
        self.state.tell(&events, self.watch.scenario);
    }

    fn restart(&mut self) {
        self.run.restart();
        self.state.restart();
        self.scene = self.run.scene();
    }

    fn alter(&mut self, changes: &[Change]) {
        if let Err(why) = changes.iter().try_for_each(|change| self.run.alter(change)) {
            self.state.notice = why;
        }
        self.scene = self.run.scene();
    }

    /// The run goes on for so much real time; whether there is anything new to be seen.
    fn advance(&mut self, real_s: f64, now: Instant) -> bool {
        if !self.run.is_live() {
            let target = self.state.pace.passes(real_s).map(|span| self.scene.at + span);
            self.run_until(target, now);
        }
        let scene = self.run.scene();
        let refusals = self.run.refusals();
        if !refusals.is_empty() {
            self.state.notice = refusals.join("; ");
        }
        let is_new = scene.at != self.scene.at || scene.stage != self.scene.stage || !self.state.lanes.is_empty();
        self.state.advance(real_s, &self.scene, &scene);
        self.scene = scene;
        is_new
    }

    /// In slices, until there or until the frame has had its share.
    fn run_until(&mut self, target: Option<Time>, begun: Instant) {
        let share = if target.is_some() { SLICE } else { LONG_SLICE };
        let target = target.unwrap_or(Time::NEVER);
        let mut at = self.scene.at;
        while at < target && begun.elapsed() < share {
            let (from, next) = (Instant::now(), at + self.slice);
            at = target.min(next);
            self.run.until(at);
            self.slice = match from.elapsed().as_millis() {
                // What was cut short tells nothing of how long a whole one takes.
                0 if at < next => self.slice,
                0 => Span::from_nanos(self.slice.nanos().saturating_mul(2)),
                1..4 => self.slice,
                _ => Span::from_nanos((self.slice.nanos() / 2).max(1)),
            };
        }
    }
}
