//! What is on the screen, compared with stored texts.

use kendall::result::{Doing, Event, Progress, Scene, Who};
use kendall::scenario::Scenario;
use kendall::tui::keys::Wish;
use kendall::tui::view::{Palette, Screen, draw};
use kendall::tui::{Pace, State};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::fixture;

const SIZES: [(u16, u16); 2] = [(80, 24), (140, 45)];

fn shown((scenario, scene): &(Scenario, Scene), state: &State, palette: Palette, size: (u16, u16)) -> Buffer {
    let theory = fixture::theory(scenario);
    let screen = Screen { scenario, theory: theory.as_ref(), scene, state, palette };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(&screen, frame.area(), frame.buffer_mut())).unwrap();
    terminal.backend().buffer().clone()
}

/// The signs, without colours; a sign that takes two columns is followed by the next one's.
fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let row = |cells: &[ratatui::buffer::Cell]| {
        let mut skipped = 0;
        let mut line = String::new();
        for cell in cells {
            if skipped > 0 {
                skipped -= 1;
                continue;
            }
            line += cell.symbol();
            skipped = kendall::report::text::columns(cell.symbol()).saturating_sub(1);
        }
        format!("{}\n", line.trim_end())
    };
    buffer.content.chunks(width).map(row).collect()
}

/// Compares with a stored text; `KENDALL_BLESS=1 cargo test --test tui` stores what there is now.
fn expect_at(name: &str, made: &(Scenario, Scene), state: &State, size: (u16, u16)) {
    let shown = text(&shown(made, state, Palette::new(true), size));
    let path = format!("{}/tests/tui/expected/{name}-{}x{}.txt", env!("CARGO_MANIFEST_DIR"), size.0, size.1);
    if std::env::var_os("KENDALL_BLESS").is_some() {
        std::fs::write(&path, &shown).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, expected, "{path}:\n{shown}");
}

fn expect(name: &str, made: &(Scenario, Scene), state: &State) {
    SIZES.into_iter().for_each(|size| expect_at(name, made, state, size));
}

/// After ten seconds in which the run came to where it is, at an even pace.
fn watched((scenario, scene): &(Scenario, Scene)) -> State {
    let mut state = State::new(Pace::usual(scenario));
    let mut before = fixture::beginning(scenario);
    state.advance(0.0, &before, &before);
    for _ in 0..4 {
        before.queues[0].entered = scene.queues[0].entered - 1;
        before.queues[0].delivered = scene.queues[0].delivered - 1;
        before.queues[0].acknowledged = scene.queues[0].acknowledged - 1;
        state.advance(0.2, &before, scene);
    }
    state
}

#[test]
fn a_run_is_drawn_from_its_producers_to_its_end() {
    let made = fixture::mm1();
    expect("running", &made, &watched(&made));
}

#[test]
fn several_queues_have_tabs_and_consumers_show_what_they_do() {
    let made = fixture::orders();
    expect("queues", &made, &watched(&made));
    let mut state = watched(&made);
    state.heed(Wish::NextQueue, &made.1, &made.0);
    expect("dead-letters", &made, &state);
}

#[test]
fn what_was_altered_says_so_and_judges_nothing() {
    let made = fixture::sale();
    expect("altered", &made, &watched(&made));
}

#[test]
fn an_end_is_an_end() {
    let mut made = fixture::mm1();
    made.1.stage = Progress::Over;
    made.1.at = kendall::time::Time::ZERO + made.1.duration;
    expect("ended", &made, &watched(&made));
}

#[test]
fn steps_are_told_in_place_of_the_plots_where_there_is_no_room_for_both() {
    let made = fixture::orders();
    let mut state = watched(&made);
    let what = ["published", "accepted", "delivered", "returned"];
    let event = |(at, what)| Event {
        at: made.1.at,
        what,
        message: Some((0, 30_213 + at as u64)),
        queue: Some(0),
        consumer: Some(Who { entry: 0, number: 4 }),
        attempt: Some(2),
        why: "",
    };
    state.heed(Wish::Step, &made.1, &made.0);
    state.tell(&what.into_iter().enumerate().map(event).collect::<Vec<_>>(), &made.0);
    expect("stepped", &made, &state);
}

#[test]
fn a_live_run_says_so() {
    let made = fixture::mm1();
    expect("live", &made, &State { is_live: true, pace: Pace::new(1.0).unwrap(), ..watched(&made) });
}

#[test]
fn the_help_says_what_keys_do() {
    let made = fixture::mm1();
    let mut state = watched(&made);
    state.heed(Wish::Help, &made.1, &made.0);
    expect("help", &made, &state);
}

#[test]
fn nothing_in_a_text_steers_the_terminal_or_leaves_its_place() {
    let made = fixture::hostile();
    let state = watched(&made);
    expect("hostile", &made, &state);
    for size in SIZES {
        let shown = text(&shown(&made, &state, Palette::new(true), size));
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    }
}

#[test]
fn a_screen_that_is_too_small_says_so_and_the_smallest_shows_the_flow() {
    let made = fixture::mm1();
    expect_at("too-small", &made, &watched(&made), (59, 20));
    expect_at("smallest", &made, &watched(&made), (60, 16));
}

#[test]
fn every_size_can_be_drawn() {
    let made = fixture::orders();
    let state = watched(&made);
    for width in (1..160).step_by(7) {
        for height in 1..50 {
            shown(&made, &state, Palette::new(true), (width, height));
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let made = fixture::orders();
    let state = watched(&made);
    let with = shown(&made, &state, Palette::new(true), (80, 24));
    let without = shown(&made, &state, Palette::new(false), (80, 24));
    assert_eq!(text(&with), text(&without));
    assert!(without.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
}

#[test]
fn what_consumers_do_is_told_by_signs_of_their_own() {
    let mut made = fixture::mm1();
    let mut signs = std::collections::BTreeSet::new();
    for doing in [Doing::Idle, Doing::Busy, Doing::Hung, Doing::Crashed, Doing::Away] {
        made.1.consumers[0].consumers = vec![doing];
        signs.insert(text(&shown(&made, &watched(&made), Palette::new(false), (80, 24))));
    }
    assert_eq!(signs.len(), 5);
}
