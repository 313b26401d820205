//! Producers at some distance from the broker, in exact times.

use std::path::Path;

use kendall::scenario::read;
use kendall::sim::{self, Watch};

use crate::flows::{counts, ms, run};

const ONE_EACH_10MS: &str = "w: {takes_from: a, service: 10ms}";

fn far(arrivals: &str, rest: &str) -> String {
    format!("p: {{publishes_to: a, arrivals: {arrivals}, {rest}}}")
}

#[test]
fn what_is_published_from_afar_waits_until_it_is_there() {
    let record = run("a: {}", &far("{regular: {rate: 10/s}}", "network: {publish: 50ms}"), ONE_EACH_10MS);
    assert_eq!((ms(&record.times.wait), ms(&record.times.response)), ((10, 50.0), (10, 60.0)));
    assert_eq!(ms(&record.queues[0].times.response), (10, 10.0));
}

#[test]
fn a_publish_is_unconfirmed_until_its_confirmation_is_back() {
    let producer = far("{regular: {rate: 100/s}, limit: 20}", "confirms: 1, network: {publish: 20ms, confirm: 30ms}");
    let record = run("a: {}", &producer, "w: {takes_from: a, service: 1ms}");
    // One every 50 ms: number 19 is planned at 190 ms, and done at 19 · 50 + 21.
    assert_eq!(ms(&record.times.response), (20, 781.0));
    let six = run("a: {}", &producer.replace("confirms: 1", "confirms: 6"), "w: {takes_from: a, service: 1ms}");
    assert_eq!(ms(&six.times.response), (20, 21.0), "five in 50 ms");
}

#[test]
fn a_refusal_is_known_when_it_is_back() {
    let of = |delay: &str| {
        let rest = format!("retries: {{delay: {delay}, limit: 1}}, network: {{publish: 50ms, confirm: 30ms}}");
        let producer = far("{trace: {values: [0s, 1ms]}}", &rest);
        run("a: {capacity: 0}", &producer, "w: {takes_from: a, service: 200ms}")
    };
    // The first is worked on from 50 to 250 ms. The second is refused at 51, known to be at 81, and there again after the
    // delay and 50 ms: at 261, or too soon.
    assert_eq!(ms(&of("130ms").times.response), (2, 460.0));
    assert_eq!((counts(&of("20ms")).processed, counts(&of("20ms")).refused, counts(&of("20ms")).tries), (1, 1, 3));
}

#[test]
fn a_confirmation_that_gets_lost_is_missed_when_it_should_be_back() {
    let rest = "retries: {delay: 20ms, limit: 1, confirms_lost: 100%}, network: {publish: 50ms, confirm: 30ms}";
    let record = run("a: {}", &far("{trace: {values: [0s]}}", rest), ONE_EACH_10MS);
    // There at 50 ms, missed at 80, sent once more at 100, there at 150, and done twice.
    assert_eq!((counts(&record).processed, counts(&record).duplicates), (1, 1));
    assert_eq!(ms(&record.queues[0].times.response), (2, 10.0));
}

#[test]
fn nothing_overtakes_what_its_producer_published_before() {
    let producer = far("{regular: {rate: 100/s}}", "network: {publish: {uniform: {min: 0s, max: 50ms}}}");
    let text = format!(
        "run: {{duration: 1s, warmup: none}}\nqueues: {{a: {{}}}}\nproducers: {{{producer}}}\nconsumers: {{{ONE_EACH_10MS}}}\n"
    );
    let scenario = read(None, &text, Path::new(""), &[]).unwrap();
    let mut accepted = Vec::new();
    sim::listen(&scenario, &Watch::default(), &mut |event| {
        if event.what == "accepted" {
            accepted.extend(event.message.map(|(_, number)| number));
        }
    })
    .unwrap();
    assert_eq!(accepted, (0..100).collect::<Vec<u64>>());
}
