//! The power of the checks: a run that is told wrongly is not believed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use kendall::broker::{
    Broker, Command, ConsumerId, Delay, Effect, Message, Properties, QueueId, QueueRules, Redelivery, Terms,
};
use kendall::metrics::{CrewPlan, Letter, Mark, MarkKind, Ordered, Plan, QueuePlan, Recorder};
use kendall::time::{Span, Time};

fn at(milliseconds: u64) -> Time {
    Time::ZERO + Span::from_nanos(milliseconds * 1_000_000)
}

fn recorder() -> Recorder {
    let mark = |at, what| Mark { at, what };
    let marks = [mark(at(0), MarkKind::WindowBegins), mark(at(100), MarkKind::WindowEnds)];
    let queue = QueuePlan { rests: false, is_journey: true, stay_is_wait: false, ordered: Ordered::All };
    Recorder::new(&Plan {
        producers: 1,
        producers_timed: Vec::new(),
        queues: vec![queue, queue],
        crews: vec![CrewPlan::default()],
        window: (at(0), at(100)),
        marks: Arc::from(marks),
        step: None,
        pilot_step: None,
    })
}

/// A broker and its recorder; what is told of each effect is `retell`'s to say.
struct Told<F> {
    broker: Broker<Letter>,
    recorder: Recorder,
    retell: F,
}

impl<F: Fn(Effect<Letter>) -> Vec<Effect<Letter>>> Told<F> {
    fn apply(&mut self, now: Time, command: Command<Letter>) -> Vec<Effect<Letter>> {
        let mut effects = Vec::new();
        self.broker.apply(now, command, &mut effects);
        for effect in effects.iter().flat_map(|effect| (self.retell)(*effect)) {
            self.recorder.effect(now, &effect);
        }
        effects
    }

    fn publish(&mut self, now: Time, number: u64) -> Vec<Effect<Letter>> {
        let payload = self.recorder.published(Message { producer: 0, number, planned: now });
        self.apply(now, Command::Publish { queue: QueueId(0), payload, properties: Properties::default() })
    }
}

/// One message fails and returns, one is delivered, acknowledged and processed, one is refused. Whether that is believed.
fn is_believed(gives_up: bool, retell: impl Fn(Effect<Letter>) -> Vec<Effect<Letter>>) -> bool {
    let story = || {
        let redelivery = Redelivery { delay: Delay::constant(Span::from_secs(1)), ..Redelivery::default() };
        let rules = QueueRules { capacity: Some(1), redelivery, ..QueueRules::default() };
        let broker = Broker::new([rules, QueueRules::default()]);
        let mut told = Told { broker, recorder: recorder(), retell };
        told.apply(at(0), Command::Subscribe { consumer: ConsumerId(0), queue: QueueId(0), terms: Terms::prefetch(1) });
        for (number, answered_at) in [(0, 10), (1, 20)] {
            let effects = told.publish(at(answered_at - 5), number);
            let Some(Effect::Delivered { delivery, .. }) = effects.last() else { panic!("delivered") };
            let answer = match number {
                0 => Command::Reject { delivery: *delivery, requeue: true },
                _ => Command::Acknowledge { delivery: *delivery },
            };
            told.apply(at(answered_at), answer);
        }
        told.publish(at(30), 2);
        for effect in told.publish(at(40), 3) {
            if let Effect::Refused { payload, .. } = effect
                && gives_up
            {
                told.recorder.gave_up(payload.track);
            }
        }
        told.recorder.agrees_with(&told.broker).and_then(|()| told.recorder.finish(at(100)))
    };
    // What cannot be booked at all is an assertion, at the latest in `finish`.
    catch_unwind(AssertUnwindSafe(story)).is_ok_and(|record| record.is_ok())
}

fn without(is_left_out: fn(&Effect<Letter>) -> bool) -> bool {
    is_believed(true, |effect| if is_left_out(&effect) { vec![] } else { vec![effect] })
}

#[test]
fn what_happened_is_believed() {
    assert!(is_believed(true, |effect| vec![effect]));
}

#[test]
fn an_acceptance_that_is_not_told_is_noticed() {
    assert!(!without(|effect| matches!(effect, Effect::Accepted { .. })));
}

#[test]
fn a_delivery_that_is_not_told_is_noticed() {
    assert!(!without(|effect| matches!(effect, Effect::Delivered { payload: Letter { track: 2, .. }, .. })));
}

#[test]
fn an_acknowledgement_that_is_not_told_is_noticed() {
    assert!(!without(|effect| matches!(effect, Effect::Acknowledged { .. })));
}

#[test]
fn a_return_that_is_not_told_is_noticed() {
    assert!(!without(|effect| matches!(effect, Effect::Returned { .. })));
}

#[test]
fn an_effect_that_is_told_twice_is_noticed() {
    for twice in [
        |effect: &Effect<Letter>| matches!(effect, Effect::Accepted { .. }),
        |effect: &Effect<Letter>| matches!(effect, Effect::Acknowledged { .. }),
    ] {
        assert!(!is_believed(true, |effect| if twice(&effect) { vec![effect, effect] } else { vec![effect] }));
    }
}

#[test]
fn an_effect_that_is_told_of_another_queue_is_noticed() {
    assert!(!is_believed(true, |effect| match effect {
        Effect::Acknowledged { from, payload, .. } => vec![Effect::Acknowledged { queue: QueueId(1), from, payload }],
        other => vec![other],
    }));
}

#[test]
fn a_refusal_that_nobody_gives_up_is_noticed() {
    assert!(!is_believed(false, |effect| vec![effect]));
}
