//! What is said of scenarios.

use super::*;
use crate::scenario::{ShortForm, from_short_form};

fn of_system(system: &str, rate: &str) -> String {
    let form = ShortForm {
        system: system.to_owned(),
        rate: Some(rate.to_owned()),
        service: Some("12ms".to_owned()),
        ..ShortForm::default()
    };
    describe(&from_short_form(&form, &[]).unwrap())
}

fn of_text(text: &str) -> String {
    describe(&crate::scenario::read(None, text, std::path::Path::new(""), &[]).unwrap())
}

#[test]
fn a_stable_queue_is_told_in_two_sentences() {
    assert_eq!(
        of_system("M/M/3", "200/s"),
        "200 messages a second (Poisson) to queue `queue`, worked on by 3 `consumer` at 12ms each. \
         Offered load 2.40 on 3 consumers: utilization 80 %, stable."
    );
}

#[test]
fn an_overloaded_queue_is_told_by_how_much_it_grows() {
    let grows = "load 120 %, not stable: the queue grows by 16.7 messages a second.";
    assert!(of_system("M/D/1", "100/s").ends_with(grows), "{}", of_system("M/D/1", "100/s"));
    assert!(of_system("M/D/1/9", "100/s").ends_with("load 120 %, more than they can do: the queue fills up."));
}

#[test]
fn a_normal_service_is_told_with_what_truncation_takes_off() {
    let text = "{queues: {a: {}}, producers: {p: {publishes_to: a, arrivals: {poisson: {rate: 10/s}}}}, \
                consumers: {w: {takes_from: a, service: {normal: {mean: 20ms, sd: 20ms}}}}}";
    let said = of_text(text);
    assert!(said.contains("1 `w` at 25.8ms (normal, truncated at zero, which takes off 15.9 %)"), "{said}");
    assert!(said.contains("Offered load 0.26 on 1 consumer"), "{said}");
}

#[test]
fn retries_count_as_work_and_dead_letters_as_arrivals() {
    let text = "
queues: {a: {dead_letter: b, redelivery: {limit: 1}}, b: {}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 100/s}}}}
consumers:
  w: {takes_from: a, count: 2, service: 10ms, fails: 50%}
  v: {takes_from: b, service: 10ms}
";
    let said = of_text(text);
    assert!(
        said.contains("Offered load of `a` 1.50, retries included, on 2 consumers: utilization 75 %, stable"),
        "{said}"
    );
    assert!(said.contains("offered load of `b` 0.25 on 1 consumer: utilization 25 %, stable"), "{said}");
}

#[test]
fn what_is_passed_on_is_told_and_counts_as_arrivals() {
    let said = of_text(
        "
queues: {a: {}, b: {}, c: {}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 100/s}}}}
consumers:
  w: {takes_from: a, service: 5ms, then: {publishes_to: b}}
  v: {takes_from: b, count: 2, service: 10ms, then: [{publishes_to: b, share: 20%}, {publishes_to: c, share: 50%}]}
  u: {takes_from: c, service: 20ms}
",
    );
    assert_eq!(
        said,
        "100 messages a second (evenly spaced) to queue `a`, worked on by 1 `w` at 5ms, then to `b`. \
         Offered load of `a` 0.50 on 1 consumer: utilization 50 %, stable; \
         offered load of `b` 1.25 on 2 consumers: utilization 62 %, stable; \
         offered load of `c` 1.25 on 1 consumer: load 125 %, not stable: the queue grows by 12.5 messages a second."
    );
}

#[test]
fn what_a_retry_queue_sends_back_counts_as_arrivals() {
    let text = "
queues: {a: {dead_letter: later}, later: {ttl: 10s, dead_letter: a}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 100/s}}}}
consumers: {w: {takes_from: a, count: 2, service: 10ms, fails: 20%, on_failure: reject}}
";
    let said = of_text(text);
    assert!(said.contains("Offered load of `a` 1.25 on 2 consumers") || said.contains("Offered load 1.25"), "{said}");
}

#[test]
fn clients_who_wait_send_less_instead_of_being_too_many() {
    let said = of_text(
        "
queues: {a: {}}
producers: {p: {publishes_to: a, arrivals: {closed: {population: 30, think: 900ms}}}}
consumers: {w: {takes_from: a, service: 100ms}}
",
    );
    assert_eq!(
        said,
        "30 messages a second (at most: clients wait for their answers) to queue `a`, worked on by 1 `w` at 100ms. \
         Offered load at most 3.00 on 1 consumer: load 300 % if nobody waits: the clients wait, and send so much the less."
    );
}

#[test]
fn more_than_consumers_can_do_expires_where_messages_have_a_ttl() {
    let text = "
queues: {a: {ttl: 1s}}
producers: {p: {publishes_to: a, arrivals: {regular: {rate: 200/s}}}}
consumers: {w: {takes_from: a, service: 10ms}}
";
    let said = of_text(text);
    assert!(said.ends_with("load 200 %, more than they can do: what waits too long expires."), "{said}");
}

#[test]
fn rates_are_told_in_the_time_in_which_one_message_comes() {
    let says = |rate: &str, said: &str| {
        let text = format!(
            "{{queues: {{a: {{}}}}, producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: {rate}}}}}}}}}}}"
        );
        let described = of_text(&text);
        assert!(described.starts_with(said), "{rate}: {described}");
        assert!(described.contains(&format!("only fills, by {said}.")), "{rate}: {described}");
    };
    says("1/s", "1 messages a second");
    says("12/min", "12 messages a minute");
    says("7/h", "7 messages an hour");
    says("20/d", "20 messages a day");
}

#[test]
fn work_that_several_messages_share_is_counted_once() {
    let of_time = |time: &str| {
        of_text(&format!(
            "{{queues: {{a: {{}}}}, producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 50/s}}}}}}}}, \
             consumers: {{w: {{takes_from: a, takes: {{up_to: 10, time: {time}}}, service: 100ms}}}}}}"
        ))
    };
    for time in ["once", "longest"] {
        let said = of_time(time);
        assert!(said.ends_with("Offered load 0.50 on 1 consumer with full batches: load 50 %, stable."), "{said}");
    }
    let said = of_time("sum");
    assert!(said.contains("load 500 %, not stable: the queue grows by 40 messages a second."), "{said}");
}

#[test]
fn consumers_who_come_and_go_count_as_long_as_they_are_there() {
    let of_count = |count: &str| {
        of_text(&format!(
            "{{run: {{duration: 100s}}, queues: {{a: {{}}}}, \
             producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 30/s}}}}}}}}, \
             consumers: {{w: {{takes_from: a, count: {{steps: {count}}}, service: 100ms}}}}}}"
        ))
    };
    let said = of_count("{0s: 12, 50s: 0}");
    assert!(said.ends_with("Offered load 3.00 on up to 12 consumers, 6 on average: load 50 % on average."), "{said}");
    let said = of_count("{0s: 4, 50s: 0}");
    assert!(said.ends_with("2 on average: load 150 % on average, not stable even on average."), "{said}");
}

#[test]
fn a_changing_rate_is_told_by_mean_and_peak() {
    let text = "
queues: {a: {}}
producers: {p: {publishes_to: a, arrivals: {poisson: {rate: {steps: {0s: 50/s, 10s: 150/s, 20s: 0/s}}}}}}
consumers: {w: {takes_from: a, service: 10ms}}
";
    assert_eq!(
        of_text(text),
        "100 messages a second on average and 150 at the peak (Poisson) to queue `a`, worked on by 1 `w` at 10ms. \
         Offered load 1.00 on average and 1.50 at the peak on 1 consumer: utilization 100 % on average, \
         not stable even on average; at the peak load 150 %: meanwhile the queue grows by 50 messages a second."
    );
}

#[test]
fn the_way_to_the_broker_and_back_is_told() {
    let text = "
queues: {a: {}}
producers: {p: {publishes_to: a, arrivals: {poisson: {rate: 5/s}}, network: {publish: 20ms, confirm: 30ms}}}
consumers: {w: {takes_from: a, service: 10ms}}
";
    let said = of_text(text);
    assert!(
        said.starts_with("5 messages a second (Poisson, 20ms to the broker and 30ms back) to queue `a`, "),
        "{said}"
    );
}
