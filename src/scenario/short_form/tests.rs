use super::*;

fn form(system: &str) -> ShortForm {
    let text = |text: &str| Some(text.to_owned());
    ShortForm { system: system.to_owned(), rate: text("200/s"), service: text("12ms"), ..ShortForm::default() }
}

fn said(form: &ShortForm) -> String {
    let problems = expand(form).unwrap_err();
    let said: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}; {}", problem.message, problem.hint.as_deref().unwrap_or_default()))
        .collect();
    said.join("\n")
}

#[test]
fn a_short_form_is_written_out_as_a_file() {
    let expected = "\
name: M/M/3

queues:
  queue: {}

producers:
  producer:
    publishes_to: queue
    arrivals: {poisson: {rate: 200/s}}

consumers:
  consumer:
    takes_from: queue
    count: 3
    service: {exponential: {mean: 12ms}}
";
    assert_eq!(expand(&form("M/M/3")).unwrap(), expected);
}

#[test]
fn every_family_is_read_as_the_distribution_it_stands_for() {
    for system in ["D/D/1", "E4/E3/2", "H2/H2/2", "G/G/3", "M/M/3/5", "M/M/2/2", "M/M/1/inf/inf/FIFO"] {
        let cv = system.contains('G').then(|| "1.5".to_owned());
        let scenario = from_short_form(&ShortForm { cv, ..form(system) }, &[]);
        let scenario = scenario.unwrap_or_else(|problems| panic!("{system}: {problems}"));
        let rate = scenario.producers[0].arrivals.steady_rate().unwrap();
        assert!((rate - 200.0).abs() < 1e-9, "{system}: {rate}");
        assert!((scenario.consumers[0].rules.service.mean_s() - 0.012).abs() < 1e-15);
    }
}

#[test]
fn k_counts_what_is_worked_on_too() {
    let scenario = from_short_form(&form("M/M/3/5"), &[]).unwrap();
    assert_eq!(scenario.queues[0].rules.capacity, Some(2));
    assert!(said(&form("M/M/3/2")).starts_with("the system holds 2, fewer than its 3 consumers"));
}

#[test]
fn a_load_stands_for_the_rate() {
    let form = ShortForm { rate: None, load: Some("80%".to_owned()), ..form("M/M/3") };
    assert!(expand(&form).unwrap().contains("{rate: 200/s}"));
}

#[test]
fn what_the_notation_lacks_is_asked_for() {
    assert!(said(&form("M/G/1")).contains("write `--cv 1.5`"));
    assert!(said(&ShortForm { rate: None, ..form("M/M/1") }).contains("write `--rate 200/s` or `--load 80%`"));
    assert!(said(&ShortForm { service: None, ..form("M/M/1") }).contains("write `--service 12ms`"));
    assert!(said(&ShortForm { cv: Some("2".to_owned()), ..form("M/M/1") }).contains("leave it out"));
    assert!(said(&ShortForm { cv: Some("0.5".to_owned()), ..form("M/H2/1") }).contains("at least 1"));
    assert!(said(&form("M/X/1")).contains("there is no `X` in the notation"));
    assert!(said(&form("M/M/1/9/inf/RANDOM")).contains("write `FIFO` or `LIFO`"));
    assert!(said(&form("M/M/1///HOL")).contains("kendall new priorities"));
    assert!(said(&ShortForm { family: Some("gamma".to_owned()), ..form("M/M/1") }).contains("only a G has a `family`"));
    let cv = Some("2".to_owned());
    let pareto = ShortForm { family: Some("pareto".to_owned()), cv, ..form("M/G/1") };
    assert!(said(&pareto).contains("write `lognormal` or `gamma`"));
}

#[test]
fn a_population_is_clients_who_think_for_one_over_the_rate() {
    let text = expand(&form("M/M/2//10")).unwrap();
    assert!(text.contains("{closed: {population: 10, think: {exponential: {mean: 5ms}}}}"), "{text}");
    let load = ShortForm { rate: None, load: Some("80%".to_owned()), ..form("M/M/2//10") };
    assert!(said(&load).contains("follows from their number; write `--rate 0.2/s` instead"));
}

#[test]
fn endlessly_many_consumers_are_so_many_that_none_waits() {
    // 200/s × 12 ms are 2.4 at work.
    let scenario = from_short_form(&form("M/M/inf"), &[]).unwrap();
    assert_eq!(scenario.consumers[0].count, 55);
    let too_many = ShortForm { service: Some("10min".to_owned()), ..form("M/G/inf") };
    assert!(said(&ShortForm { cv: Some("1".to_owned()), ..too_many }).contains("more than the 50000 consumers"));
    assert!(said(&form("M/M/inf/9")).contains("leave K out"));
    let load = ShortForm { rate: None, load: Some("80%".to_owned()), ..form("M/M/inf") };
    assert!(said(&load).starts_with("endlessly many consumers have no load"));
}

#[test]
fn last_in_first_out_and_a_gamma_are_written_out() {
    assert!(expand(&form("M/M/3/5//LIFO")).unwrap().contains("queue: {capacity: 2, order: lifo}"));
    let gamma = ShortForm { family: Some("gamma".to_owned()), cv: Some("2".to_owned()), ..form("M/G/1") };
    assert!(expand(&gamma).unwrap().contains("service: {gamma: {mean: 12ms, cv: 2}}"));
}
