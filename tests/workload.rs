//! Arrivals as a scenario writes them: what is recorded, what comes in bursts, what comes together.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kendall::experiment::{Ask, run};
use kendall::measure::{Measure, Quantity, Stat};
use kendall::random::Key;
use kendall::result::{Answer, CONFIDENCE, Estimate, Simulation};
use kendall::scenario::{Scenario, describe, read};
use kendall::sim::Watch;
use kendall::stats::half_width;
use kendall::theory::batch::{self, Size};
use kendall::theory::quasi;
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Branch};

/// Written once, as tests run side by side.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(written)
}

fn written() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workload");
    std::fs::create_dir_all(&folder).unwrap();
    let trace = "at,in,out,bytes\n2014-04-10T23:59:30Z,10,1,100\n2014-04-10T23:59:30Z,20,2,200\n2014-04-11T02:00:30+02:00,40,3,0\n";
    std::fs::write(folder.join("trace.csv"), trace).unwrap();
    std::fs::write(folder.join("counts.csv"), "at,n\n2014-04-10T00:04,60\n2014-04-10T00:09,30\n2014-04-10T00:20,90\n")
        .unwrap();
    folder
}

fn scenario(arrivals: &str) -> Scenario {
    let text = format!(
        "queues: {{q: {{}}}}\nproducers: {{p: {{publishes_to: q, arrivals: {arrivals}}}}}\n\
         consumers: {{c: {{takes_from: q, service: {{exponential: {{mean: 10ms}}}}}}}}\n"
    );
    read(None, &text, folder(), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn arrivals(text: &str) -> Arrivals {
    scenario(text).producers[0].arrivals.clone()
}

fn seconds(arrivals: &Arrivals) -> Vec<f64> {
    arrivals.stream(Key::of_seed(1)).take(10).map(|at| at.seconds()).collect()
}

fn expected(arrivals: &Arrivals, second: u64) -> f64 {
    arrivals.expected(Time::ZERO + Span::from_secs(second))
}

const RECORDED: &str = "file: trace.csv, column: at, unit: datetime";

#[test]
fn dates_are_instants_after_the_first() {
    assert_eq!(seconds(&arrivals(&format!("{{trace: {{{RECORDED}}}}}"))), [0.0, 0.0, 60.0]);
    let spread = arrivals(&format!("{{trace: {{{RECORDED}, resolution: 1s}}}}"));
    assert_eq!(seconds(&spread), [0.0, 0.5, 60.0]);
}

#[test]
fn speed_shortens_what_was_recorded_and_not_the_time_until_it_repeats() {
    let fast = arrivals(&format!("{{trace: {{{RECORDED}, resolution: 1s, speed: 10, repeat: 7s}}}}"));
    assert_eq!(seconds(&fast)[..5], [0.0, 0.05, 6.0, 7.0, 7.05]);
}

#[test]
fn written_instants_stand_as_they_are() {
    assert_eq!(seconds(&arrivals("{trace: {values: [2h, 3h, 3h]}}")), [7200.0, 10_800.0, 10_800.0]);
}

#[test]
fn messages_carry_the_recorded_work_and_size_of_their_number() {
    let all = format!("{RECORDED}, repeat: 2min, work: {{in: 0.5, out: 10}}, size: bytes");
    let trace = arrivals(&format!("{{trace: {{{all}}}}}"));
    let of = |arrivals: &Arrivals, numbers: &[u64]| numbers.iter().map(|n| arrivals.work(*n)).collect::<Vec<_>>();
    assert_eq!(of(&trace, &[0, 1, 2, 3]), [Some(15.0), Some(30.0), Some(50.0), Some(15.0)]);
    assert_eq!(trace.size(1), Some(200.0));
    // Messages are counted from the first that comes.
    let late = arrivals(&format!("{{trace: {{{all}}}, start: 30s}}"));
    assert_eq!((of(&late, &[0, 1]), seconds(&late)[0]), (vec![Some(50.0), Some(15.0)], 60.0));
    let once = arrivals(&format!("{{trace: {{{RECORDED}, work: in}}}}"));
    assert_eq!((once.work(2), once.work(3), once.size(0)), (Some(40.0), None, None));
    assert_eq!(arrivals("{poisson: {rate: 5/s}}").work(0), None);
}

#[test]
fn counts_are_rates_and_an_interval_without_a_row_is_zero() {
    let counts = arrivals("{counts: {file: counts.csv, column: n, every: 5min, time: at, unit: datetime, scale: 2}}");
    let until: Vec<f64> = [0, 150, 300, 600, 900, 1200, 5000].map(|second| expected(&counts, second)).to_vec();
    assert_eq!(until, [0.0, 60.0, 120.0, 180.0, 180.0, 360.0, 360.0]);
    let in_turn = arrivals("{counts: {file: counts.csv, column: n, every: 5min}}");
    assert_eq!(expected(&in_turn, 600), 90.0);
    assert_eq!(scenario("{counts: {file: counts.csv, column: n, every: 5min}}").run.duration.to_string(), "15min");
}

#[test]
fn what_stands_beside_is_told_and_ends_the_run_by_default() {
    let scenario =
        scenario("{poisson: {rate: 5/s}, start: 10s, stop: 1min, limit: 1000, batch: {uniform: {min: 0, max: 4}}}");
    let said = describe(&scenario);
    assert!(said.contains("(Poisson, 2 at once on average, from 10s, until 1min, at most 1000)"), "{said}");
    assert_eq!(scenario.run.duration, Span::from_secs(60));
    assert!(!scenario.is_steady());
}

fn simulated(arrivals: &str, seconds: u32) -> Simulation {
    let text = format!(
        "run: {{duration: {seconds}s, warmup: 100s, replications: 10}}\nqueues: {{q: {{}}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {arrivals}}}}}\n\
         consumers: {{c: {{takes_from: q, service: {{exponential: {{mean: 10ms}}}}}}}}\n"
    );
    let scenario = read(None, &text, folder(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let outcome = run(&scenario, &Ask::default(), &Watch::default()).expect("books that balance");
    let simulation = outcome.answers.into_iter().find_map(|answer| match answer {
        Answer::Simulation(simulation) => Some(*simulation),
        Answer::Theory(_) | Answer::Live(_) => None,
    });
    simulation.expect("a simulation")
}

fn is_near(simulation: &Simulation, exact: f64) {
    let wait: &Estimate = &simulation.measures[&Measure::whole(Quantity::Wait, Stat::Mean)];
    let (value, half) = (wait.value.expect("a mean"), half_width(wait, CONFIDENCE).expect("an interval"));
    // Twice the half-width of 95 % is beyond four standard errors of a normal estimate, nearly.
    assert!((value - exact).abs() < 2.0 * half, "{value} ± {half}, not {exact}");
    assert!(half < 0.15 * exact, "{value} ± {half} tells nothing");
    assert_eq!(simulation.accounts.residual(), 0);
}

#[test]
fn batches_wait_as_the_formula_says() {
    let exact = batch::solve(20.0, Size::Constant(3.0), 0.01).unwrap();
    is_near(&simulated("{poisson: {rate: 20/s}, batch: 3}", 600), exact.wait_s);
    let exact = batch::solve(20.0, Size::Geometric { mean: 3.0 }, 0.01).unwrap();
    is_near(&simulated("{poisson: {rate: 20/s}, batch: {geometric: {mean: 3}}}", 600), exact.wait_s);
}

#[test]
fn bursts_wait_as_the_formula_says() {
    let states = [(150.0, 0.2), (20.0, 0.3)].map(|(rate, stay_s)| quasi::State { rate, stay_s });
    let exact = quasi::solve(&states, &[Branch { weight: 1.0, mean_s: 0.01 }]).unwrap();
    is_near(
        &simulated("{mmpp: {states: [{rate: 150/s, stay: 200ms}, {rate: 20/s, stay: 300ms}]}}", 1000),
        exact.wait_s,
    );
}
