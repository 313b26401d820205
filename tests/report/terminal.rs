//! What a person reads, compared with stored texts.

use kendall::report::{Style, terminal, text};
use kendall::result::{Holds, Outcome};
use kendall::scenario::Scenario;

use crate::fixture;

const PLAIN: Style = Style { colour: false, width: 80 };

/// Compares with a stored text; `KENDALL_BLESS=1 cargo test --test report` stores what there is now.
fn expect(name: &str, made: (Outcome, Scenario)) {
    for width in [80, 60] {
        let shown = terminal(&made.0, &made.1, Style { width, ..PLAIN });
        let path = format!("{}/tests/report/expected/{name}-{width}.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("KENDALL_BLESS").is_some() {
            std::fs::write(&path, &shown).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(shown, expected, "{path}");
        let too_wide: Vec<&str> = shown.lines().filter(|line| text::columns(line) > width).collect();
        assert_eq!(too_wide, [""; 0], "wider than {width}");
        assert!(!shown.lines().any(|line| line.ends_with(' ')), "spaces at the end of a line");
    }
}

#[test]
fn theory_and_simulation_stand_in_one_table() {
    expect("mm3", fixture::mm3());
}

#[test]
fn without_simulation_there_is_one_column() {
    expect("theory", fixture::theory_only());
}

#[test]
fn targets_come_first_and_come_with_their_values() {
    expect("sale", fixture::sale());
}

#[test]
fn growth_is_the_answer_where_there_is_no_steady_state() {
    expect("unstable", fixture::unstable());
}

#[test]
fn nothing_in_a_text_steers_the_terminal_or_breaks_the_width() {
    let (outcome, scenario) = fixture::hostile();
    let shown = terminal(&outcome, &scenario, PLAIN);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    expect("hostile", (outcome, scenario));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let (outcome, scenario) = fixture::sale();
    let coloured = terminal(&outcome, &scenario, Style { colour: true, ..PLAIN });
    let stripped = coloured.split('\u{1b}').enumerate().map(|(i, part)| match i {
        0 => part,
        _ => part.split_once('m').expect("an escape ends").1,
    });
    assert_ne!(coloured, terminal(&outcome, &scenario, PLAIN));
    assert_eq!(stripped.collect::<String>(), terminal(&outcome, &scenario, PLAIN));
}

#[test]
fn the_first_line_counts_the_targets() {
    let first_line = |holds: &[Holds]| {
        let (mut outcome, scenario) = fixture::sale();
        outcome.targets.truncate(holds.len());
        outcome.targets.iter_mut().zip(holds).for_each(|(target, &holds)| target.holds = holds);
        terminal(&outcome, &scenario, Style { width: 200, ..PLAIN }).lines().next().unwrap().to_owned()
    };
    use Holds::{No, Undecided, Yes};
    assert_eq!(first_line(&[Yes]), "the target holds");
    assert_eq!(first_line(&[Yes, Yes]), "2 of 2 targets hold");
    assert_eq!(first_line(&[No, Yes]), "1 of 2 targets is missed: response.p99 < 30s (is 251 s)");
    assert_eq!(first_line(&[Undecided]), "the target is undecided: response.p99 < 30s (is 251 s)");
    assert_eq!(
        first_line(&[No, No, Undecided]),
        "2 of 3 targets are missed: response.p99 < 30s (is 251 s) and lost = 0 (is 0.500 on average); 1 more is undecided"
    );
}
