//! How much is in a queue over time: areas under the curve, time spent at each level, values at set instants.

use std::hint::cold_path;
use std::sync::Arc;

use hdrhistogram::Histogram;

use super::tally::histogram;
use crate::time::{Span, Time};

/// An instant at which something has to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub at: Time,
    pub what: MarkKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    WindowBegins,
    /// A value at an instant was asked for.
    Probe,
    /// A step of the series ends.
    Step,
    WindowEnds,
}

/// Levels below this have a counter of their own; higher ones share those of a histogram, within 0.1 %.
const EXACT_LEVELS: usize = 1024;

/// Nanoseconds spent at each level.
#[derive(Clone, Debug)]
pub struct TimeAt {
    exact: Box<[u64; EXACT_LEVELS]>,
    above: Option<Box<Histogram<u64>>>,
    /// Under the levels above, in levels × nanoseconds.
    area_above: u128,
    pub max: u64,
}

impl Default for TimeAt {
    fn default() -> TimeAt {
        TimeAt { exact: Box::new([0; EXACT_LEVELS]), above: None, area_above: 0, max: 0 }
    }
}

impl TimeAt {
    /// For levels below [`EXACT_LEVELS`].
    #[inline]
    fn add_exact(&mut self, level: u64, nanos: u64) {
        self.exact[level as usize % EXACT_LEVELS] += nanos;
    }

    fn add(&mut self, level: u64, nanos: u64) {
        match self.exact.get_mut(level as usize) {
            Some(time) => *time += nanos,
            None => self.add_above(level, nanos),
        }
    }

    #[cold]
    fn add_above(&mut self, level: u64, nanos: u64) {
        self.max = self.max.max(level);
        let above = self.above.get_or_insert_with(|| Box::new(histogram()));
        above.record_n(level, nanos).expect("a histogram that grows takes every level");
        self.area_above += u128::from(level) * u128::from(nanos);
    }

    /// The area under the levels, none of which was above `highest`, in levels × nanoseconds.
    fn area(&self, highest: u64) -> u128 {
        let exact = self.exact.iter().zip(0_u128..).take(highest.saturating_add(1) as usize);
        exact.map(|(nanos, level)| level * u128::from(*nanos)).sum::<u128>() + self.area_above
    }

    fn settled(mut self) -> TimeAt {
        let highest = self.exact.iter().rposition(|nanos| *nanos > 0);
        self.max = self.max.max(highest.unwrap_or(0) as u64);
        self
    }

    pub fn merge(&mut self, other: &TimeAt) {
        self.max = self.max.max(other.max);
        self.exact.iter_mut().zip(other.exact.iter()).for_each(|(mine, theirs)| *mine = mine.saturating_add(*theirs));
        if let Some(theirs) = &other.above {
            let mine = self.above.get_or_insert_with(|| Box::new(histogram()));
            mine.add(theirs.as_ref()).expect("a histogram that grows takes another's values");
        }
    }

    /// How many levels are counted together with this one; 0 if it is counted by itself.
    pub fn bucket(&self, level: u64) -> u64 {
        let shared = self.above.as_ref().filter(|_| level >= EXACT_LEVELS as u64);
        shared.map_or(0, |h| h.equivalent_range(level) - 1)
    }

    /// The level that is not exceeded for that share of the time.
    pub fn quantile(&self, quantile: f64) -> u64 {
        let above = self.above.as_ref().map_or(0, |h| h.len());
        let total = self.exact.iter().sum::<u64>() + above;
        let wanted = ((quantile * total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (level, nanos) in self.exact.iter().enumerate() {
            seen += nanos;
            if seen >= wanted {
                return level as u64;
            }
        }
        match &self.above {
            Some(h) => h.value_at_quantile(((wanted - seen) as f64 / h.len() as f64).min(1.0)).min(self.max),
            None => 0,
        }
    }
}

/// What a queue holds now, and what has become of it over time.
#[derive(Clone, Debug)]
pub struct Levels {
    pub length: u64,
    pub delayed: u64,
    pub in_flight: u64,
    /// Messages that have come in so far.
    pub entered: u64,
    /// In flight and not worked on.
    pub held_idle: u64,
    last: Time,
    next_mark: Time,
    marks: Arc<[Mark]>,
    passed: usize,
    /// The areas of the times at levels that have been taken.
    before: (u128, u128),
    length_time: TimeAt,
    in_flight_time: TimeAt,
    backlog_time: TimeAt,
    peak: u64,
    drained: Option<Time>,
    at_window_begin: Point,
    pub noted: Noted,
}

#[derive(Clone, Copy, Debug, Default)]
struct Point {
    at: Time,
    length_area: u128,
    in_flight_area: u128,
    backlog: u64,
}

/// What the marks have left behind.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    pub window: Option<Window>,
    /// At the end of each step, and of the run.
    pub steps: Vec<Step>,
    /// Length and in flight at the instants asked for, in their order.
    pub probes: Vec<(u64, u64)>,
}

/// What has been until an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// In messages × nanoseconds.
    pub length_area: u128,
    pub in_flight_area: u128,
    pub entered: u64,
    /// Then, wherever in the queue.
    pub inside: u64,
}

/// A queue's levels over the window.
#[derive(Clone, Debug)]
pub struct Window {
    /// Its length.
    pub nanos: u64,
    /// In messages × nanoseconds.
    pub length_area: u128,
    pub in_flight_area: u128,
    pub length: TimeAt,
    pub in_flight: TimeAt,
    pub backlog: TimeAt,
    pub backlog_at_begin: u64,
    pub backlog_at_end: u64,
}

impl Levels {
    /// `marks` are in order of time.
    pub fn new(marks: Arc<[Mark]>) -> Levels {
        let next_mark = marks.first().map_or(Time::NEVER, |mark| mark.at);
        Levels {
            length: 0,
            delayed: 0,
            in_flight: 0,
            entered: 0,
            held_idle: 0,
            last: Time::ZERO,
            next_mark,
            marks,
            passed: 0,
            before: (0, 0),
            length_time: TimeAt::default(),
            in_flight_time: TimeAt::default(),
            backlog_time: TimeAt::default(),
            peak: 0,
            drained: None,
            at_window_begin: Point::default(),
            noted: Noted::default(),
        }
    }

    /// Counts the time since the last change at the levels of now. To be called before every change.
    #[inline(always)]
    pub fn touch(&mut self, now: Time) {
        if now == self.last {
            return;
        }
        if now >= self.next_mark {
            self.pass_marks(now);
        }
        self.count(now);
    }

    /// As [`Levels::touch`], where another change at this instant has mostly come before.
    #[inline]
    pub fn touch_again(&mut self, now: Time) {
        if now != self.last {
            self.touch_late(now);
        }
    }

    #[cold]
    fn touch_late(&mut self, now: Time) {
        self.touch(now);
    }

    #[inline(always)]
    fn count(&mut self, now: Time) {
        let nanos = (now - self.last).nanos();
        let backlog = self.length + self.in_flight;
        // The backlog is the highest of the three, so that one comparison does for all.
        if backlog < EXACT_LEVELS as u64 {
            self.length_time.add_exact(self.length, nanos);
            self.in_flight_time.add_exact(self.in_flight, nanos);
            self.backlog_time.add_exact(backlog, nanos);
        } else {
            cold_path();
            self.count_high(nanos);
        }
        if backlog > self.peak {
            cold_path();
            self.peak = backlog;
            self.drained = None;
        }
        if self.drained.is_none() && self.length + self.delayed + self.held_idle == 0 && nanos > 0 {
            self.drained = Some(self.last);
        }
        self.last = now;
    }

    #[inline(never)]
    fn count_high(&mut self, nanos: u64) {
        self.length_time.add(self.length, nanos);
        self.in_flight_time.add(self.in_flight, nanos);
        self.backlog_time.add(self.length + self.in_flight, nanos);
    }

    #[cold]
    fn pass_marks(&mut self, now: Time) {
        while self.next_mark <= now {
            let mark = self.marks[self.passed];
            self.count(mark.at);
            self.note(mark.what);
            self.passed += 1;
            self.next_mark = self.marks.get(self.passed).map_or(Time::NEVER, |mark| mark.at);
        }
    }

    fn note(&mut self, what: MarkKind) {
        match what {
            MarkKind::WindowBegins => {
                self.at_window_begin = self.point();
                self.take_times();
            }
            MarkKind::Probe => self.noted.probes.push((self.length, self.in_flight)),
            MarkKind::Step => self.note_step(),
            MarkKind::WindowEnds => self.noted.window = Some(self.window()),
        }
    }

    fn note_step(&mut self) {
        let (length_area, in_flight_area) = self.areas();
        let inside = self.length + self.delayed + self.in_flight;
        self.noted.steps.push(Step { length_area, in_flight_area, entered: self.entered, inside });
    }

    /// Under length and under in flight, in messages × nanoseconds: added up when they are asked for, which is seldom.
    fn areas(&self) -> (u128, u128) {
        let area = |time: &TimeAt| time.area(self.peak);
        (self.before.0 + area(&self.length_time), self.before.1 + area(&self.in_flight_time))
    }

    /// The same up to `now`, which is no earlier than the last change.
    pub fn areas_until(&self, now: Time) -> (u128, u128) {
        let (length, in_flight) = self.areas();
        let nanos = u128::from(now.since(self.last).nanos());
        (length + u128::from(self.length) * nanos, in_flight + u128::from(self.in_flight) * nanos)
    }

    fn point(&self) -> Point {
        let (length_area, in_flight_area) = self.areas();
        Point { at: self.last, length_area, in_flight_area, backlog: self.length + self.in_flight }
    }

    /// Of length, in flight and backlog; they begin anew.
    fn take_times(&mut self) -> [TimeAt; 3] {
        self.before = self.areas();
        [&mut self.length_time, &mut self.in_flight_time, &mut self.backlog_time].map(std::mem::take)
    }

    fn window(&mut self) -> Window {
        let (begin, end) = (self.at_window_begin, self.point());
        let [length, in_flight, backlog] = self.take_times().map(TimeAt::settled);
        Window {
            nanos: (end.at - begin.at).nanos(),
            length_area: end.length_area - begin.length_area,
            in_flight_area: end.in_flight_area - begin.in_flight_area,
            length,
            in_flight,
            backlog,
            backlog_at_begin: begin.backlog,
            backlog_at_end: end.backlog,
        }
    }

    /// Ends at `end`; a window that is open is closed there.
    pub fn finish(&mut self, end: Time) {
        if end >= self.next_mark {
            self.pass_marks(end);
        }
        self.count(end);
        // The last step, which the end cuts short.
        self.note(MarkKind::Step);
        let has_begun = self.marks[..self.passed].iter().any(|mark| mark.what == MarkKind::WindowBegins);
        if has_begun && self.noted.window.is_none() {
            self.note(MarkKind::WindowEnds);
        }
    }

    /// From the beginning to the first instant after the largest backlog at which all that is left is worked on.
    pub fn drained(&self) -> Option<Span> {
        self.drained.filter(|_| self.peak > 0).map(|at| at.since(Time::ZERO))
    }
}
