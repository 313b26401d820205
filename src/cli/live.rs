//! `kendall run --live`: what is shown while it runs, and how it is stopped.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use super::args::Live;
use super::exit::Failure;
use super::metrics::{self, Metrics};
use super::target::{self, Chosen};
use crate::live::{Onlooker, Progress, Speed};
use crate::measure::Unit;
use crate::report::number;
use crate::sim::Watch;

/// A line about a live run; none while there is none.
#[derive(Default)]
pub struct Status(Mutex<Option<String>>);

impl Status {
    pub fn line(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set(&self, line: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }
}

/// Stops the run as Ctrl-C wants it, and passes on how it stands.
pub struct Eye<'a> {
    pub watch: &'a Watch,
    pub status: &'a Status,
    pub metrics: Option<&'a Metrics>,
    /// Its name.
    pub scenario: &'a str,
}

impl Onlooker for Eye<'_> {
    fn stops(&self) -> bool {
        self.watch.stopped()
    }

    fn sees(&self, progress: &Progress) {
        self.status.set(Some(line(progress, self.watch.stopped())));
        if let Some(metrics) = self.metrics {
            metrics.tell(self.scenario, progress);
        }
    }
}

/// Against what, how fast and how often.
pub struct Asked {
    pub target: Chosen,
    pub speed: Speed,
    pub runs: u32,
    pub metrics: Option<SocketAddr>,
}

/// What the arguments say, with so many runs if they do not; fails before anything is run.
pub fn asked(args: &Live, usual_runs: u32) -> Result<Option<Asked>, Failure> {
    let Some(target) = &args.live else { return Ok(None) };
    let target = target::chosen(target, args.allow_remote)?;
    let factor = args.speed.unwrap_or(1.0);
    let speed = Speed::new(factor).ok_or_else(|| {
        Failure::Arguments(format!("`--speed {factor}`: write a number from 0.000001 to 1000000, such as 60"))
    })?;
    let metrics = args.metrics.as_deref().map(|text| metrics::address(text, args.allow_remote)).transpose()?;
    Ok(Some(Asked { target, speed, runs: args.repeat.unwrap_or(usual_runs), metrics }))
}

/// `live 12.0 of 30.0 s: in 349/s, out 350/s, 3 waiting, response p99 12.3 ms, sent 0.04 ms late`
fn line(progress: &Progress, is_stopping: bool) -> String {
    let seconds = |value: f64| number::in_unit(Unit::Seconds, value);
    let standing = &progress.standing;
    let p99 = standing.response_p99.map_or(number::NOTHING.to_owned(), |p99| seconds(p99.seconds()));
    let phase = match (is_stopping, progress.is_draining) {
        (true, _) => "; stopping, Ctrl-C again leaves at once",
        (false, true) => "; draining",
        (false, false) => "",
    };
    format!(
        "live {:.1} of {:.1} s: in {}, out {}, {} waiting, response p99 {p99}, sent {} late{phase}",
        progress.at.seconds(),
        progress.duration.seconds(),
        number::in_unit(Unit::PerSecond, progress.rate_in),
        number::in_unit(Unit::PerSecond, progress.rate_out),
        standing.waiting,
        seconds(progress.speed.real(standing.sent_late).seconds()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Standing;
    use crate::time::{Span, Time};

    #[test]
    fn a_line_says_how_a_run_stands() {
        let nanos = Span::from_nanos;
        let standing = Standing {
            waiting: 3,
            response_p99: Some(nanos(12_300_000)),
            sent_late: nanos(40_000),
            ..Standing::default()
        };
        let progress = Progress {
            at: Time::from_nanos(12_000_000_000),
            duration: Span::from_secs(30),
            speed: Speed::REAL,
            standing,
            rate_in: 349.0,
            rate_out: 350.5,
            is_draining: false,
        };
        let expected = "live 12.0 of 30.0 s: in 349 /s, out 350 /s, 3 waiting, response p99 12.3 ms, sent 40.0 µs late";
        assert_eq!(line(&progress, false), expected);
        assert_eq!(line(&Progress { is_draining: true, ..progress }, false), format!("{expected}; draining"));
        assert!(line(&progress, true).ends_with("; stopping, Ctrl-C again leaves at once"));
    }
}
