//! What moved between two stored results, and that no damage to one makes anything panic.

use kendall::report::json::{Stored, read};
use kendall::report::moved::{Moved, moved};
use kendall::report::{Style, about, json, page, picture};
use kendall::result::{Answer, Holds, Outcome};
use kendall::scenario::Scenario;

use crate::fixture;

fn compared(before: &(Outcome, Scenario), after: &(Outcome, Scenario)) -> Moved {
    Moved::new((&about(&before.1), &before.0), (&about(&after.1), &after.0), 1)
}

fn text(of: &Moved) -> String {
    moved(of, Style { colour: false, width: 100 })
}

/// Makes one measure of the simulation larger.
fn with(mut made: (Outcome, Scenario), name: &str, by: f64) -> (Outcome, Scenario) {
    for answer in &mut made.0.answers {
        let Answer::Simulation(simulation) = answer else { continue };
        let estimate = simulation.measures.get_mut(&fixture::measure(name)).unwrap();
        estimate.value = estimate.value.map(|value| value + by);
    }
    made
}

#[test]
fn of_the_same_result_nothing_moved() {
    let same = compared(&fixture::sale(), &fixture::sale());
    let text = text(&same);
    assert!(text.starts_with("none of 17 measures moved beyond noise\n"), "{text}");
    assert!(text.contains("= response.p99 < 30s") && text.contains("missed, as before"), "{text}");
    assert!(!same.is_worse());
}

#[test]
fn what_moved_beyond_noise_is_told_with_its_end() {
    let slower = with(with(fixture::sale(), "response.mean", 60.0), "orders.drained", 1.0);
    let text = text(&compared(&fixture::sale(), &slower));
    assert!(text.starts_with("1 of 17 measures moved beyond noise: 0 for the better, 1 for the worse\n"), "{text}");
    let row = text.lines().find(|line| line.starts_with("response.mean")).unwrap();
    assert!(row.ends_with("102 s  162 s   +59 ± 4 %  worse"), "{row}");
    assert!(!text.contains("orders.drained"), "within noise");
}

#[test]
fn a_target_that_held_and_does_not_hold_now_is_worse() {
    let (before, mut after) = (fixture::sale(), fixture::sale());
    after.0.targets[2].holds = Holds::Undecided;
    after.0.targets[0].holds = Holds::Yes;
    let found = compared(&before, &after);
    assert!(found.is_worse());
    let text = text(&found);
    assert!(text.starts_with("a target got worse: orders.length.max < 100000; none of"), "{text}");
    assert!(text.contains("✗ orders.length.max < 100000  undecided, and before holds"), "{text}");
    assert!(text.contains("✓ response.p99 < 30s"), "{text}");
}

#[test]
fn what_else_differs_is_said() {
    let (before, mut after) = (fixture::sale(), fixture::sale());
    after.0.seed = 2;
    after.1.source.overrides.clear();
    let text = text(&compared(&before, &after));
    assert!(text.contains("altered by nothing, and before by consumers.payments.count=12"), "{text}");
    assert!(text.contains("seed 2, and before 1"), "{text}");
}

#[test]
fn theory_moves_without_noise() {
    let theory = fixture::theory_only();
    assert_eq!(compared(&theory, &theory).differences.len(), 13);
    assert!(text(&compared(&theory, &theory)).starts_with("none of 13"));
}

/// Everything that looks at a stored result, whatever is in it.
fn look(stored: Stored) {
    match stored {
        Stored::Run { about, outcome } => {
            let _ = page::of_run(&about, &outcome, &[], &[]);
            let _ = picture::of_run(&about, &outcome);
            let _ = moved(&Moved::new((&about, &outcome), (&about, &outcome), 1), Style { colour: true, width: 80 });
        }
        Stored::Comparison { about, comparison } => {
            let _ = page::of_comparison(&about, &comparison, &[], &[]);
        }
    }
}

#[test]
fn a_damaged_result_that_can_be_read_can_be_looked_at() {
    let (outcome, scenario) = fixture::mm3();
    let written = json(&outcome, &scenario);
    let digits: Vec<usize> = written.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let damaged = |at: usize, by: &str| format!("{}{by}{}", &written[..at], &written[at + 1..]);
    let places = digits.iter().step_by(digits.len() / 60 + 1);
    let all = places.flat_map(|at| ["9e307", "-1", "1e-320"].map(|by| damaged(*at, by)));
    let readable: Vec<Stored> = all.filter_map(|text| read(&text).ok()).collect();
    assert!(readable.len() > 20, "{}", readable.len());
    readable.into_iter().step_by(2).for_each(look);
}
