//! What is shown of a live run to whoever watches, and changed as they wish. Numbers are copied from the books in a moment;
//! what is made of them the run does not wait for.

use super::hand::Hand;
use super::run::{Onlooker, Order, Run};
use crate::metrics::History;
use crate::scene::{progress, scene};
use crate::time::{Span, Time};

/// How often it is shown how the run stands, in real time.
const SHOW: Span = Span::from_nanos(100_000_000);
/// How far apart moments of the past are at first, in real time.
const MOMENT: Span = Span::from_nanos(20_000_000);

pub struct Show<'a> {
    pub hand: Hand<'a>,
    history: History,
    shown: Time,
}

impl<'a> Show<'a> {
    pub fn new(order: &Order, hand: Hand<'a>) -> Show<'a> {
        let step = order.speed.instant(MOMENT).since(Time::ZERO);
        Show { hand, history: History::with_step(step), shown: Time::ZERO }
    }

    pub fn go_on(&mut self, run: &Run<'_>, now: Time, onlooker: &dyn Onlooker) {
        while let Some(change) = onlooker.next_change() {
            if let Err(why) = self.hand.alter(now, &change) {
                onlooker.is_refused(why);
            }
        }
        self.note(run, now);
        if run.clock.real(now.since(self.shown)) >= SHOW {
            self.shown = now;
            self.show(run, now, onlooker);
        }
    }

    fn note(&mut self, run: &Run<'_>, now: Time) {
        if self.history.next() > now {
            return;
        }
        let (published, processed, levels) = run.books.flows();
        while self.history.next() <= now {
            self.history.note(self.history.next(), published, processed, levels.clone());
        }
    }

    fn show(&self, run: &Run<'_>, now: Time, onlooker: &dyn Onlooker) {
        let scenario = &run.order.scenario;
        let Some(figures) = run.books.figures(scenario, now) else { return };
        let stage = progress(now, scenario.run.duration, false, false);
        let moments = self.history.moments();
        onlooker.is_shown(scene(scenario, &figures, &self.hand.changes, self.hand.crews(), stage, moments));
    }
}
