//! One fact each, told as a list of effects.
#![expect(clippy::disallowed_methods, reason = "a run begins when the test does")]

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::*;
use crate::broker::Message;
use crate::metrics::Letter;

/// Writes down what it hears: `accepted 0 by q`.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

const QUEUES: [&str; 4] = ["a", "b", "c", "d"];
const A: QueueId = QueueId(0);
const B: QueueId = QueueId(1);
const C: QueueId = QueueId(2);

fn name(queue: &QueueId) -> &'static str {
    QUEUES[queue.index()]
}

impl Ear for Notes {
    fn hear(&self, _: Time, effect: &Effect<Envelope>) {
        let number = effect.payload().number;
        let said = match effect {
            Effect::Accepted { queue, .. } => format!("{number} accepted by {}", name(queue)),
            Effect::Refused { queue, .. } => format!("{number} refused by {}", name(queue)),
            Effect::Delivered { queue, entry, attempt, .. } => {
                format!("{number} delivered from {} entry {entry} attempt {attempt}", name(queue))
            }
            Effect::Acknowledged { queue, .. } => format!("{number} acknowledged to {}", name(queue)),
            Effect::Returned { queue, .. } => format!("{number} back in {}", name(queue)),
            Effect::Dropped { queue, cause, .. } => format!("{number} dropped from {}: {}", name(queue), cause.name()),
            Effect::DeadLettered { queue, to, cause, .. } => {
                format!("{number} from {} to {}: {}", name(queue), name(to), cause.name())
            }
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().push(said);
    }

    fn overtaken(&self, envelope: Envelope) {
        self.0.lock().unwrap().push(format!("{} overtaken", envelope.number));
    }

    fn tried_again(&self, envelope: Envelope) {
        self.0.lock().unwrap().push(format!("{} tried again", envelope.number));
    }

    fn came_again(&self, envelope: Envelope) {
        self.0.lock().unwrap().push(format!("{} came again", envelope.number));
    }
}

struct Check {
    notes: Arc<Notes>,
    concluded: Concluded,
    /// Connections that have broken, and of each message its latest delivery.
    breaks: Cell<u64>,
    deliveries: RefCell<BTreeMap<u32, u64>>,
}

fn check(queues: &str) -> Check {
    let text = format!(
        "queues: {queues}\nproducers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 1/s}}}}}}}}\n\
         consumers: {{w: {{takes_from: a, service: 1ms}}}}\n"
    );
    let scenario = crate::scenario::read(None, &text, Path::new("."), &[]).unwrap_or_else(|p| panic!("{text}\n{p}"));
    let notes = Arc::new(Notes::default());
    let ear = Arc::clone(&notes) as Arc<dyn Ear>;
    let concluded = Concluded::new(&Setting {
        scenario: &scenario,
        began: Instant::now(),
        speed: Speed::REAL,
        ear,
        services: Vec::new(),
    });
    Check { notes, concluded, breaks: Cell::new(0), deliveries: RefCell::default() }
}

/// Message and track of that number.
fn envelope(number: u32) -> Envelope {
    let message = Message { producer: 0, number: u64::from(number), planned: Time::ZERO };
    Envelope::new(Letter { track: number, producer: 0 }, message)
}

fn death(queue: QueueId, cause: Cause, count: u64) -> Death {
    Death { queue, cause, count }
}

impl Check {
    fn sent(&self, number: u32) -> u64 {
        self.concluded.sent(0, A, envelope(number))
    }

    fn accepted(&self, number: u32) {
        let nth = self.sent(number);
        self.concluded.confirmed(envelope(number), nth, true);
    }

    fn delivered(&self, queue: QueueId, number: u32, deaths: &[Death]) -> bool {
        let handed = self.handed(self.breaks.get(), queue, number, deaths);
        matches!(handed, Handed::Message(_))
    }

    fn handed(&self, breaks: u64, queue: QueueId, number: u32, deaths: &[Death]) -> Handed {
        let payload = envelope(number).to_bytes();
        let handed = self.concluded.delivered(breaks, queue, &payload, deaths, Keeps::UntilAnswered);
        if let Handed::Message(arrived) = handed {
            self.deliveries.borrow_mut().insert(number, arrived.delivery);
        }
        handed
    }

    /// Answers the latest delivery of that message.
    fn answered(&self, number: u32, said: Said) -> bool {
        let delivery = self.deliveries.borrow()[&number];
        self.concluded.answered(envelope(number), delivery, said)
    }

    fn breaks(&self) {
        self.breaks.set(self.concluded.broke());
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.0.lock().unwrap())
    }
}

#[test]
fn a_confirmed_publish_was_accepted_and_a_rejected_one_refused() {
    let check = check("{a: {capacity: 1}}");
    let (first, second) = (check.sent(0), check.sent(1));
    check.concluded.confirmed(envelope(0), first, true);
    check.concluded.confirmed(envelope(1), second, false);
    assert_eq!(check.told(), ["0 accepted by a", "1 refused by a"]);
    assert_eq!(check.concluded.waiting(A), 1);
}

#[test]
fn a_delivery_may_come_before_its_confirmation() {
    let check = check("{a: {}}");
    let nth = check.sent(0);
    assert!(check.delivered(A, 0, &[]));
    check.concluded.confirmed(envelope(0), nth, true);
    assert_eq!(check.told(), ["0 accepted by a", "0 delivered from a entry 1 attempt 1"]);
}

#[test]
fn the_confirmation_of_an_earlier_try_says_nothing_of_a_later_one() {
    let check = check("{a: {capacity: 1}}");
    let first = check.sent(0);
    check.concluded.confirmed(envelope(0), first, false);
    check.sent(0);
    check.concluded.confirmed(envelope(0), first, true);
    assert_eq!(check.told(), ["0 refused by a"]);
}

#[test]
fn what_is_put_back_is_delivered_again() {
    let check = check("{a: {}}");
    check.accepted(0);
    check.delivered(A, 0, &[]);
    assert!(check.answered(0, Said::Requeue));
    check.delivered(A, 0, &[]);
    assert!(check.answered(0, Said::Acknowledge));
    let expected = ["0 delivered from a entry 1 attempt 1", "0 back in a", "0 delivered from a entry 1 attempt 2"];
    assert_eq!(check.told()[1..], [&expected[..], &["0 acknowledged to a"]].concat());
}

#[test]
fn an_expired_message_is_seen_where_it_comes_out() {
    let check = check("{a: {ttl: 1s, dead_letter: b}, b: {}}");
    check.accepted(0);
    let payload = envelope(0).to_bytes();
    check.concluded.rests(B, &payload, &[death(A, Cause::Expired, 1)]);
    assert_eq!(check.told(), ["0 accepted by a", "0 from a to b: expired"]);
    assert_eq!((check.concluded.waiting(A), check.concluded.waiting(B), check.concluded.foreign()), (0, 1, 0));
}

#[test]
fn what_leaves_a_queue_without_dead_letters_is_dropped_for_the_reason_that_the_broker_gives() {
    let check = check("{a: {capacity: 1, when_full: drop_oldest}}");
    check.accepted(0);
    check.concluded.gone(&envelope(0).to_bytes(), &[death(A, Cause::Full, 1)]);
    assert_eq!(check.told(), ["0 accepted by a", "0 dropped from a: full"]);
}

#[test]
fn what_a_consumer_rejected_was_told_when_it_did() {
    let check = check("{a: {}}");
    check.accepted(0);
    check.delivered(A, 0, &[]);
    assert!(check.answered(0, Said::Reject));
    check.concluded.gone(&envelope(0).to_bytes(), &[death(A, Cause::Rejected, 1)]);
    assert_eq!(check.told()[2..], ["0 dropped from a: rejected"]);
    assert_eq!(check.concluded.foreign(), 0);
}

#[test]
fn a_message_comes_back_from_a_queue_of_retries_with_its_next_entry() {
    let check = check("{a: {dead_letter: b}, b: {ttl: 1s, dead_letter: a}}");
    check.accepted(0);
    check.delivered(A, 0, &[]);
    for round in 1..=2 {
        assert!(check.answered(0, Said::Reject));
        check.told();
        assert!(check.delivered(A, 0, &[death(B, Cause::Expired, round), death(A, Cause::Rejected, round)]));
        let delivered = format!("0 delivered from a entry {} attempt 1", round + 1);
        assert_eq!(check.told(), ["0 from b to a: expired".to_owned(), delivered]);
    }
}

#[test]
fn several_queues_may_be_passed_unseen() {
    let check = check("{a: {ttl: 1s, dead_letter: b}, b: {ttl: 1s, dead_letter: c}, c: {}}");
    check.sent(0);
    check.concluded.rests(C, &envelope(0).to_bytes(), &[death(B, Cause::Expired, 1), death(A, Cause::Expired, 1)]);
    assert_eq!(check.told(), ["0 accepted by a", "0 from a to b: expired", "0 from b to c: expired"]);
}

#[test]
fn a_full_queue_that_dead_letters_newcomers_says_that_it_refuses_them() {
    for delivered_first in [false, true] {
        let check = check("{a: {capacity: 1, when_full: dead_letter, dead_letter: b}, b: {}}");
        let nth = check.sent(0);
        let comes = || check.concluded.rests(B, &envelope(0).to_bytes(), &[death(A, Cause::Full, 1)]);
        if delivered_first {
            comes();
        }
        check.concluded.confirmed(envelope(0), nth, false);
        if !delivered_first {
            comes();
        }
        assert_eq!(check.told(), ["0 accepted by a", "0 from a to b: full"]);
    }
}

#[test]
fn what_one_publisher_sent_earlier_and_comes_later_was_overtaken() {
    let check = check("{a: {}}");
    (0..3).for_each(|number| check.accepted(number));
    check.told();
    [1, 0, 2].into_iter().for_each(|number| assert!(check.delivered(A, number, &[])));
    assert_eq!(check.told()[1..3], ["0 delivered from a entry 1 attempt 1", "0 overtaken"]);
}

#[test]
fn another_publisher_overtakes_nobody() {
    let check = check("{a: {}}");
    check.accepted(0);
    check.concluded.sent(1, A, envelope(1));
    [1, 0].into_iter().for_each(|number| assert!(check.delivered(A, number, &[])));
    assert!(check.told().iter().all(|told| !told.contains("overtaken")));
}

#[test]
fn what_does_not_fit_is_foreign_and_told_to_nobody() {
    let check = check("{a: {dead_letter: b}, b: {}}");
    check.accepted(0);
    check.told();
    let payload = envelope(0).to_bytes();
    let (keeps, nobody) = (Keeps::UntilAnswered, Handed::Nobody(Said::Acknowledge));
    // No envelope; one of nobody; in a queue that it cannot be in; more often dead than there are queues.
    assert_eq!(check.concluded.delivered(0, A, b"hello", &[], keeps), nobody);
    assert_eq!(check.concluded.delivered(0, A, &envelope(u32::MAX).to_bytes(), &[], keeps), nobody);
    assert_eq!(check.concluded.delivered(0, B, &payload, &[], keeps), nobody);
    assert_eq!(check.concluded.delivered(0, A, &payload, &[death(A, Cause::Expired, u64::MAX); 2], keeps), nobody);
    check.concluded.gone(&payload, &[]);
    assert_eq!((check.told().len(), check.concluded.foreign()), (0, 5));
    assert!(check.delivered(A, 0, &[]));
    assert!(!check.delivered(A, 0, &[]), "it is in somebody's hands");
    assert_eq!(check.concluded.foreign(), 6);
}

#[test]
fn what_is_not_there_any_more_is_lost_and_nobody_knows_why() {
    let check = check("{a: {dead_letter: b}, b: {}}");
    (0..3).for_each(|number| check.accepted(number));
    check.told();
    check.concluded.remain(A, &[envelope(1).to_bytes().to_vec()]);
    assert_eq!(check.told(), ["0 dropped from a: unknown", "2 dropped from a: unknown"]);
    assert_eq!(check.concluded.waiting(A), 1);
}

#[test]
fn what_was_in_flight_as_the_connection_broke_is_back_and_no_answer_to_it_counts() {
    let check = check("{a: {}}");
    (0..2).for_each(|number| check.accepted(number));
    check.delivered(A, 0, &[]);
    check.told();
    check.breaks();
    assert_eq!((check.told(), check.concluded.waiting(A)), (vec!["0 back in a".to_owned()], 2));
    assert!(!check.answered(0, Said::Acknowledge), "the broker would not hear it");
    let first = check.deliveries.borrow()[&0];
    assert!(check.delivered(A, 0, &[]));
    assert!(!check.concluded.answered(envelope(0), first, Said::Acknowledge), "it is of the first delivery");
    assert_eq!(check.told(), ["0 delivered from a entry 1 attempt 2"]);
    assert!(check.answered(0, Said::Acknowledge));
}

#[test]
fn what_still_comes_over_a_connection_that_broke_is_void_unless_the_broker_has_forgotten_it() {
    let check = check("{a: {}}");
    check.accepted(0);
    check.breaks();
    check.told();
    assert_eq!(check.handed(0, A, 0, &[]), Handed::Void);
    assert!(check.told().is_empty());
    let payload = envelope(0).to_bytes();
    let handed = check.concluded.delivered(0, A, &payload, &[], Keeps::UntilDelivered);
    assert!(matches!(handed, Handed::Message(_)), "{handed:?}");
    assert_eq!(check.told(), ["0 delivered from a entry 1 attempt 1", "0 acknowledged to a"]);
}

#[test]
fn what_was_not_confirmed_is_tried_again_and_may_be_there_twice() {
    let check = check("{a: {}}");
    let nth = check.sent(0);
    check.breaks();
    let again = check.concluded.sent_again(envelope(0), nth, true).expect("it is not known to be there");
    check.concluded.confirmed(envelope(0), nth, true);
    assert_eq!(check.told(), ["0 tried again"], "the first sending is not the one that is awaited");
    assert!(check.delivered(A, 0, &[]) && check.concluded.has_copies());
    check.concluded.confirmed(envelope(0), again, true);
    assert!(check.answered(0, Said::Acknowledge));
    let expected = ["0 accepted by a", "0 delivered from a entry 1 attempt 1", "0 acknowledged to a"];
    assert_eq!(check.told(), expected);
    assert_eq!(check.handed(1, A, 0, &[]), Handed::Nobody(Said::Acknowledge));
    assert_eq!((check.told(), check.concluded.foreign()), (vec!["0 came again".to_owned()], 0));
}

#[test]
fn what_nobody_can_have_heard_is_no_further_try_and_what_has_come_is_not_sent_again() {
    let check = check("{a: {}}");
    let (first, second) = (check.sent(0), check.sent(1));
    check.delivered(A, 1, &[]);
    check.breaks();
    assert!(check.concluded.sent_again(envelope(0), first, false).is_some());
    assert!(check.concluded.sent_again(envelope(1), second, true).is_none());
    assert!(!check.concluded.has_copies() && check.told().iter().all(|told| !told.contains("tried")));
}

/// Nobody knows which of the two it was that came first.
#[test]
fn of_what_was_sent_twice_none_is_said_to_have_been_overtaken_unless_both_were() {
    let check = check("{a: {}}");
    let nth = check.sent(0);
    check.accepted(1);
    check.breaks();
    check.concluded.sent_again(envelope(0), nth, true);
    [0, 1].into_iter().for_each(|number| assert!(check.delivered(A, number, &[])));
    assert!(check.told().iter().all(|told| !told.contains("overtaken")));
}

#[test]
fn a_rejection_that_was_not_heard_is_repeated() {
    let check = check("{a: {dead_letter: b}, b: {}}");
    check.accepted(0);
    check.delivered(A, 0, &[]);
    assert!(check.answered(0, Said::Reject));
    check.breaks();
    check.told();
    assert_eq!(check.handed(1, A, 0, &[]), Handed::Nobody(Said::Reject));
    check.concluded.rests(B, &envelope(0).to_bytes(), &[death(A, Cause::Rejected, 1)]);
    assert_eq!((check.told().len(), check.concluded.waiting(B), check.concluded.foreign()), (0, 1, 0));
}

#[test]
fn what_is_not_of_this_run_is_foreign_after_a_break_too() {
    let check = check("{a: {}}");
    check.accepted(0);
    check.breaks();
    assert_eq!(check.handed(1, A, 7, &[]), Handed::Nobody(Said::Acknowledge));
    assert_eq!(check.concluded.foreign(), 1);
}
