//! How far a run is, on standard error, where somebody is looking and it takes longer than a second.

use std::io::{IsTerminal as _, stderr};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::live::Status;
use crate::sim::Watch;

/// Shorter runs need no progress.
const PATIENCE: Duration = Duration::from_secs(1);
const REDRAWS_PER_SECOND: u8 = 5;
/// Before this share is done, the time that is left is anybody's guess.
const ENOUGH: f64 = 0.02;

/// Does the work on this thread while another shows how far it is.
pub fn shown<R>(watch: &Watch, status: &Status, work: impl FnOnce() -> R) -> R {
    if !stderr().is_terminal() {
        return work();
    }
    thread::scope(|scope| {
        let (working, ended) = channel::<()>();
        scope.spawn(move || draw(watch, status, &ended));
        let result = work();
        drop(working);
        result
    })
}

fn draw(watch: &Watch, status: &Status, ended: &Receiver<()>) {
    let begun = Instant::now();
    if !is_working(ended, PATIENCE) {
        return;
    }
    let bar = bar();
    loop {
        let simulating = || line(watch.share(), begun.elapsed(), watch.stopped());
        bar.set_message(status.line().unwrap_or_else(simulating));
        if !is_working(ended, Duration::from_secs(1) / u32::from(REDRAWS_PER_SECOND)) {
            break;
        }
    }
    bar.finish_and_clear();
}

/// Waits for so long, or until the work has ended.
fn is_working(ended: &Receiver<()>, wait: Duration) -> bool {
    ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout)
}

/// One message holds the whole line, because each thing that is set on a bar draws it once more.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}").expect("the template is well-formed");
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND)).with_style(style)
}

fn line(share: f64, elapsed: Duration, stopping: bool) -> String {
    const CELLS: usize = 24;
    let full = ((share * CELLS as f64) as usize).min(CELLS);
    let bar = "█".repeat(full) + &"░".repeat(CELLS - full);
    format!("simulating {bar} {:.0} %{}", (share * 100.0).floor(), remaining(share, elapsed, stopping))
}

/// The pace so far goes on; a run in rounds may turn out longer.
fn remaining(share: f64, elapsed: Duration, stopping: bool) -> String {
    if stopping {
        return ", stopping; Ctrl-C again leaves at once".to_owned();
    }
    if share < ENOUGH {
        return String::new();
    }
    let left_s = elapsed.as_secs_f64() * (1.0 - share) / share;
    match left_s.ceil() as u64 {
        s if s < 120 => format!(", about {s} s left"),
        s if s < 7200 => format!(", about {} min left", s.div_ceil(60)),
        s => format!(", about {} h left", s.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_pace_so_far() {
        let after = |seconds, share| remaining(share, Duration::from_secs(seconds), false);
        assert_eq!(after(6, 0.43), ", about 8 s left");
        assert_eq!(after(10, 0.01), "");
        assert_eq!(after(100, 0.1), ", about 15 min left");
        assert_eq!(after(3600, 0.05), ", about 19 h left");
    }

    #[test]
    fn a_line_shows_what_is_done_and_what_is_left() {
        let line = line(0.43, Duration::from_secs(6), false);
        assert_eq!(line, "simulating ██████████░░░░░░░░░░░░░░ 43 %, about 8 s left");
    }

    #[test]
    fn the_result_of_the_work_comes_back() {
        assert_eq!(shown(&Watch::default(), &Status::default(), || 42), 42);
    }
}
