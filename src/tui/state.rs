//! What whoever watches has chosen, and what follows from a key.

use std::collections::VecDeque;

use super::changes;
use super::keys::Wish;
use super::lanes::{Lanes, Way};
use super::pace::Pace;
use super::recent::Recent;
use super::words;
use crate::result::{Event, Progress, Scene};
use crate::scenario::{Change, Scenario};

/// Lines of what happened, as many as a screen shows.
const REMEMBERED: usize = 64;

/// Everything about the screen that is not about the run.
#[derive(Clone, Debug)]
pub struct State {
    /// The queue that is shown, by its place.
    pub queue: usize,
    pub pace: Pace,
    pub is_paused: bool,
    /// The run goes by itself.
    pub is_live: bool,
    pub shows_help: bool,
    /// What a key has brought about, or why it has not.
    pub notice: String,
    /// What happened in single steps, the latest last.
    pub told: VecDeque<String>,
    pub lanes: Lanes,
    pub recent: Recent,
}

/// What is to be done with the run.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    Nothing,
    Quit,
    Interrupt,
    Step,
    Restart,
    Alter(Vec<Change>),
}

impl State {
    pub fn new(pace: Pace) -> State {
        State {
            queue: 0,
            pace,
            is_paused: false,
            is_live: false,
            shows_help: false,
            notice: String::new(),
            told: VecDeque::new(),
            lanes: Lanes::default(),
            recent: Recent::default(),
        }
    }

    /// Carries out what concerns the screen alone, and says what there is to do with the run.
    pub fn heed(&mut self, wish: Wish, scene: &Scene, scenario: &Scenario) -> Order {
        self.notice.clear();
        if self.shows_help && !matches!(wish, Wish::Interrupt) {
            // Whoever has read enough wants to see the run, whatever the key.
            self.shows_help = false;
            return Order::Nothing;
        }
        match wish {
            Wish::Quit => return Order::Quit,
            Wish::Interrupt => return Order::Interrupt,
            Wish::Help => self.shows_help = true,
            Wish::Pause | Wish::Step | Wish::Faster | Wish::Slower | Wish::End | Wish::Restart if self.is_live => {
                self.notice = "a live run goes by itself: it can be changed, but neither held nor hurried".to_owned();
            }
            Wish::Faster => self.pace = self.pace.faster(),
            Wish::Slower => self.pace = self.pace.slower(),
            Wish::NextQueue => self.show((self.queue + 1) % scene.queues.len()),
            Wish::PreviousQueue => self.show((self.queue + scene.queues.len() - 1) % scene.queues.len()),
            Wish::Queue(place) if place < scene.queues.len() => self.show(place),
            Wish::Queue(place) => self.notice = format!("there is no queue {}", place + 1),
            Wish::Restart => return Order::Restart,
            Wish::Pause | Wish::Step | Wish::End if is_over(scene) => {
                self.notice = "the run is over: r begins it again, q leaves".to_owned();
            }
            Wish::Pause => self.pause(!self.is_paused),
            Wish::Step => {
                self.pause(true);
                return Order::Step;
            }
            Wish::End => {
                self.pace = self.pace.full();
                self.pause(false);
            }
            _ if is_over(scene) => {
                self.notice = "the run is over, and cannot be changed any more: r begins it again".to_owned();
            }
            change => return self.change(change, scene, scenario),
        }
        Order::Nothing
    }

    fn change(&mut self, wish: Wish, scene: &Scene, scenario: &Scenario) -> Order {
        match changes::wanted(wish, self.queue, scene, scenario) {
            Ok((changes, notice)) => {
                self.notice = notice;
                Order::Alter(changes)
            }
            Err(why) => {
                self.notice = why;
                Order::Nothing
            }
        }
    }

    /// What single steps brought is of no interest once the run has gone on.
    fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
        if !is_paused {
            self.told.clear();
        }
    }

    fn show(&mut self, queue: usize) {
        self.queue = queue;
        self.lanes = Lanes::default();
    }

    /// What a step has brought: each event in words, the last one that is about the shown queue on its lane.
    pub fn tell(&mut self, events: &[Event], scenario: &Scenario) {
        self.told.extend(events.iter().map(|event| words::told(event, scenario)));
        let excess = self.told.len().saturating_sub(REMEMBERED);
        self.told.drain(..excess);
        let here = events.iter().rev().filter(|event| event.queue == Some(self.queue));
        let way: Option<Way> = here.filter_map(words::way).next();
        self.lanes = way.map_or_else(Lanes::default, Lanes::only);
    }

    /// So much real time has passed, in which the run went from one scene to the next.
    pub fn advance(&mut self, real_s: f64, before: &Scene, after: &Scene) {
        self.recent.look(real_s, after);
        let (Some(old), Some(new)) = (before.queues.get(self.queue), after.queues.get(self.queue)) else { return };
        let since = |old: u64, new: u64| new.saturating_sub(old);
        self.lanes.advance(
            real_s,
            [
                since(old.entered, new.entered),
                since(old.delivered, new.delivered),
                since(old.acknowledged, new.acknowledged),
                since(old.redelivered, new.redelivered),
            ],
        );
    }

    /// The run begins again; what was chosen stays.
    pub fn restart(&mut self) {
        *self = State { queue: self.queue, ..State::new(self.pace) };
    }
}

pub fn is_over(scene: &Scene) -> bool {
    matches!(scene.stage, Progress::Over | Progress::Overloaded)
}
