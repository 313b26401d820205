//! The statistics of comparisons: false alarms, and what common random numbers are worth.

use kendall::experiment::{Ask, Variant, compare};
use kendall::measure::Measure;
use kendall::result::{Comparison, Shown};
use kendall::scenario::{Scenario, read};
use kendall::sim::Watch;

fn scenario(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    read(None, text, ".".as_ref(), &overrides).unwrap_or_else(|problems| panic!("{problems}"))
}

fn compared(scenarios: [Scenario; 2]) -> Comparison {
    let mut names = ["base", "variant"].into_iter();
    let variants = scenarios.map(|scenario| Variant { name: names.next().unwrap().to_owned(), scenario });
    compare(&variants, &Ask::default(), None, &Watch::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn half(comparison: &Comparison, measure: &str) -> f64 {
    let measure: Measure = measure.parse().unwrap();
    comparison.differences.iter().find(|d| d.measure == measure).unwrap().half.unwrap()
}

fn shop(name: &str, seed: u64) -> Scenario {
    let text = format!(
        "run: {{duration: 20s, warmup: 2s, seed: {seed}}}\n\
         queues: {{jobs: {{capacity: 20}}}}\n\
         producers: {{{name}: {{publishes_to: jobs, arrivals: {{poisson: {{rate: 80/s}}}}}}}}\n\
         consumers: {{workers: {{takes_from: jobs, service: {{exponential: {{mean: 10ms}}}}, fails: 2%}}}}"
    );
    scenario(&text, &[])
}

/// Draws belong to the producer's name, so that these two share nothing and differ in nothing. If all intervals of a pair
/// hold together in 95 % of cases, more than 18 alarms in 200 pairs have a chance of 0.4 %.
#[test]
fn scenarios_that_differ_in_names_alone_raise_few_alarms() {
    let alarms = |seed: &u64| {
        let comparison = compared([shop("shop", *seed), shop("store", *seed)]);
        assert!(comparison.differences.len() >= 9, "{:?}", comparison.differences);
        let is_alarm = |shown: Option<Shown>| matches!(shown, Some(Shown::Less | Shown::More));
        comparison.differences.iter().any(|difference| is_alarm(difference.shown()))
    };
    let alarms = (1..=200).filter(alarms).count();
    assert!(alarms <= 18, "{alarms} of 200");
}

const PREFETCH: &str = "
run: {duration: 100s, warmup: 10s}
queues: {jobs: {}}
producers: {clients: {publishes_to: jobs, arrivals: {poisson: {rate: 34/s}}}}
consumers: {workers: {takes_from: jobs, count: 4, prefetch: 10, service: {exponential: {mean: 100ms}}}}";

/// The interval's half-width is that of the standard error, so that its square stands for the variance.
#[test]
fn common_random_numbers_make_the_variance_of_a_difference_at_least_five_times_smaller() {
    let one = ["consumers.workers.prefetch=1"];
    let common = compared([scenario(PREFETCH, &[]), scenario(PREFETCH, &one)]);
    let other = PREFETCH.replace("clients", "others");
    let apart = compared([scenario(PREFETCH, &[]), scenario(&other, &one)]);
    for measure in ["response.mean", "utilization"] {
        let ratio = (half(&apart, measure) / half(&common, measure)).powi(2);
        assert!(ratio >= 5.0, "{measure}: {ratio}");
    }
}

#[test]
fn all_are_measured_over_the_longest_warm_up() {
    let text = PREFETCH.replace("warmup: 10s", "warmup: auto");
    let comparison = compared([scenario(&text, &["consumers.workers.count=40"]), scenario(&text, &[])]);
    let warmups: Vec<_> =
        comparison.compared.iter().map(|one| one.outcome.simulation().unwrap().warmup.seconds()).collect();
    assert_eq!(warmups[0], warmups[1]);
    assert!(warmups[0] > 0.0);
}

#[test]
fn an_interrupted_comparison_says_so() {
    let watch = Watch::default();
    watch.stop();
    let long = scenario(PREFETCH, &["run.duration=10000s"]);
    let variants = ["a", "b"].map(|name| Variant { name: name.to_owned(), scenario: long.clone() });
    let comparison = compare(&variants, &Ask::default(), None, &watch).unwrap();
    assert!(comparison.partial);
    assert_eq!(comparison.differences, []);
}
