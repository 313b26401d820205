//! What follows from a key, without a terminal.

use kendall::client::Acknowledge;
use kendall::result::{Event, Progress, Scene, Who};
use kendall::scenario::{Change, Scenario};
use kendall::time::{Span, Time};
use kendall::tui::keys::{Turn, Wish};
use kendall::tui::{Order, Pace, State};

use crate::fixture;

fn state((scenario, _): &(Scenario, Scene)) -> State {
    State::new(Pace::usual(scenario))
}

fn order(wish: Wish, made: &(Scenario, Scene)) -> (Order, String) {
    let mut state = state(made);
    (state.heed(wish, &made.1, &made.0), state.notice)
}

#[test]
fn a_rate_is_turned_by_a_tenth_of_what_is_planned() {
    let mut made = fixture::mm1();
    let (turned, notice) = order(Wish::Rate(Turn::More), &made);
    assert_eq!(turned, Order::Alter(vec![Change::Rate { producer: 0, factor: 1.1 }]));
    assert_eq!(notice, "office: its rate is 1.1 times what is planned");
    made.1.producers[0].factor = 1.1;
    let (turned, notice) = order(Wish::Rate(Turn::Less), &made);
    assert_eq!(turned, Order::Alter(vec![Change::Rate { producer: 0, factor: 1.0 }]));
    assert_eq!(notice, "office: its rate is as planned");
    made.1.producers[0].factor = 0.1;
    let (turned, notice) = order(Wish::Rate(Turn::Less), &made);
    assert_eq!(
        (turned, notice.as_str()),
        (Order::Nothing, "office: its rate goes no further, at 0.1 times what is planned")
    );
}

#[test]
fn consumers_come_and_go_one_by_one() {
    let mut made = fixture::orders();
    assert_eq!(
        order(Wish::Consumers(Turn::More), &made).0,
        Order::Alter(vec![Change::Count { consumers: 0, count: 7 }])
    );
    assert_eq!(
        order(Wish::Consumers(Turn::Less), &made).0,
        Order::Alter(vec![Change::Count { consumers: 0, count: 5 }])
    );
    made.1.consumers[0].count = 0;
    assert_eq!(order(Wish::Consumers(Turn::Less), &made), (Order::Nothing, "payments: there is none left".to_owned()));
}

#[test]
fn ways_to_acknowledge_come_in_turn() {
    let mut made = fixture::orders();
    let mut next = |now: &str, prefetch: u32| {
        made.1.consumers[0].acknowledge = now.to_owned();
        made.1.consumers[0].prefetch = prefetch;
        made.0.consumers[0].prefetch = prefetch;
        match order(Wish::Acknowledge, &made).0 {
            Order::Alter(changes) => changes[0].clone(),
            other => panic!("{other:?}"),
        }
    };
    let acknowledge = |how| Change::Acknowledge { consumers: 0, how };
    assert_eq!(next("after", 20), acknowledge(Acknowledge::Before));
    assert_eq!(next("before", 20), acknowledge(Acknowledge::OnDelivery));
    assert_eq!(next("on_delivery", 20), acknowledge(Acknowledge::Every(10)));
    assert_eq!(next("on_delivery", 1), acknowledge(Acknowledge::After));
}

#[test]
fn what_a_key_cannot_do_here_is_said() {
    let made = fixture::orders();
    let mut state = state(&made);
    state.heed(Wish::NextQueue, &made.1, &made.0);
    assert_eq!(state.heed(Wish::Crash, &made.1, &made.0), Order::Nothing);
    assert_eq!(state.notice, "nobody takes from this queue; tab shows another");
    assert_eq!(state.heed(Wish::Poison, &made.1, &made.0), Order::Nothing);
    assert_eq!(state.notice, "no producer publishes to this queue; tab shows another");
    state.heed(Wish::Queue(8), &made.1, &made.0);
    assert_eq!((state.queue, state.notice.as_str()), (1, "there is no queue 9"));
}

#[test]
fn a_run_that_is_over_can_only_be_begun_again_or_left() {
    let mut made = fixture::mm1();
    made.1.stage = Progress::Over;
    for wish in [Wish::Step, Wish::End, Wish::Pause, Wish::Crash, Wish::Rate(Turn::More)] {
        let (order, notice) = order(wish, &made);
        assert_eq!(order, Order::Nothing);
        assert!(notice.starts_with("the run is over"), "{notice}");
    }
    assert_eq!(order(Wish::Restart, &made).0, Order::Restart);
    assert_eq!(order(Wish::Quit, &made).0, Order::Quit);
}

#[test]
fn a_step_pauses_and_is_told_in_words() {
    let made = fixture::orders();
    let mut state = state(&made);
    assert_eq!(state.heed(Wish::Step, &made.1, &made.0), Order::Step);
    assert!(state.is_paused);
    let event = Event {
        at: Time::ZERO + Span::from_seconds(12.304),
        what: "delivered",
        message: Some((0, 16)),
        queue: Some(0),
        consumer: Some(Who { entry: 0, number: 2 }),
        attempt: Some(1),
        why: "",
    };
    state.tell(&[event], &made.0);
    assert_eq!(state.told, ["12.304 s  message 17 of shop delivered to payments 3, attempt 1"]);
}

#[test]
fn a_live_run_can_be_changed_but_neither_held_nor_hurried() {
    let made = fixture::mm1();
    let mut state = State { is_live: true, ..state(&made) };
    for wish in [Wish::Pause, Wish::Step, Wish::Faster, Wish::Slower, Wish::End, Wish::Restart] {
        assert_eq!(state.heed(wish, &made.1, &made.0), Order::Nothing);
        assert!(state.notice.starts_with("a live run goes by itself"), "{}", state.notice);
        assert!(!state.is_paused);
    }
    assert!(matches!(state.heed(Wish::Crash, &made.1, &made.0), Order::Alter(_)));
}

#[test]
fn any_key_closes_the_help() {
    let made = fixture::mm1();
    let mut state = state(&made);
    state.heed(Wish::Help, &made.1, &made.0);
    assert_eq!(state.heed(Wish::Quit, &made.1, &made.0), Order::Nothing);
    assert!(!state.shows_help);
    assert_eq!(state.heed(Wish::Quit, &made.1, &made.0), Order::Quit);
}

#[test]
fn the_usual_pace_shows_single_messages_or_a_whole_run() {
    let words = |name: &str| Pace::usual(&fixture::load(name)).words();
    assert_eq!(words("mm1"), "10 × slower");
    assert_eq!(words("flash-sale"), "20 × faster");
}
