//! Pictures: what stands on which axis in which role, and the files that they become.

use kendall::measure::Quantity;
use kendall::report::about;
use kendall::report::picture::draw::{Size, Theme, png, svg, usual_size};
use kendall::report::picture::{Across, Kind, Layer, NAMES, Panel, Picture, Role, Scale, of_comparison, of_run};
use kendall::result::*;
use kendall::scenario::Scenario;
use kendall::time::Span;

use crate::fixture::{self, estimate, measure};

/// Up to `most` in the middle, and down again.
fn hill(most: f64) -> Series {
    let mean: Vec<f64> = (0..20).map(|step| most * (1.0 - (f64::from(step) - 9.5).abs() / 9.5)).collect();
    Series {
        t_s: (1..=20).map(|step| 90.0 * f64::from(step)).collect(),
        low: mean.iter().map(|mean| 0.9 * mean).collect(),
        high: mean.iter().map(|mean| 1.1 * mean).collect(),
        mean,
    }
}

/// The sale with all that is recorded over time.
fn sale() -> (Outcome, Scenario) {
    let (mut outcome, scenario) = fixture::sale();
    let Answer::Simulation(simulation) = &mut outcome.answers[0] else { panic!("it is simulated") };
    let all = [
        ("orders.length", 90_000.0),
        ("orders.backlog", 90_012.0),
        ("orders.entering", 900.0),
        ("orders.leaving", 600.0),
        ("unpaid.length", 4.0),
        ("unpaid.backlog", 4.0),
        ("payments.busy", 12.0),
        ("payments.available", 12.0),
    ];
    simulation.series = all.into_iter().map(|(name, most)| (name.to_owned(), hill(most))).collect();
    simulation.measures.insert(measure("orders.drained"), estimate(1755.0, 3.0));
    simulation.measures.insert(measure("payments.utilization"), estimate(0.3444, 0.0006));
    simulation.measures.insert(measure("payments.wasted"), estimate(0.5, 0.0006));
    simulation.measures.insert(measure("payments.repeated"), estimate(0.25, 0.0006));
    (outcome, scenario)
}

/// Theory, simulation and a live run.
pub fn agreeing() -> (Outcome, Scenario) {
    let (mut outcome, scenario) = fixture::mm3();
    let mut simulated = outcome.simulation().unwrap().clone();
    simulated.measures.insert(measure("waited.share"), estimate(0.5, 0.001));
    if let Answer::Theory(theory) = &mut outcome.answers[0] {
        let curve =
            |mean: f64| (1..200).map(|n| f64::from(n) / 200.0).map(|p| (p, -mean * (1.0_f64 - p).ln())).collect();
        theory.curves = [(Quantity::Response, curve(0.022)), (Quantity::Wait, curve(0.01))].into_iter().collect();
    }
    let curve = vec![(0.0, 1e-6), (0.5, 1e-5), (0.99, 2e-4), (0.9999, 9e-4)];
    let micros = |us: u64| Span::from_nanos(us * 1000);
    let late = Lag { count: 10_000, p50: micros(10), p99: micros(200), max: micros(900), curve };
    outcome.answers.push(Answer::Live(Box::new(Live {
        target: "embedded".to_owned(),
        durability: "memory".to_owned(),
        untold: None,
        speed: 1.0,
        runs: Simulation { replications: 1, ..simulated },
        twin: Default::default(),
        halves: None,
        valid: Ok(()),
        sent_late: late.clone(),
        ended_late: late,
        most_late: micros(1000),
        uncorrected: None,
        reconnects: 0,
        foreign: 0,
        oldest_unfinished: None,
        busy_cores: None,
        cores: 2,
        clock_resolution: Span::from_nanos(30),
    })));
    (outcome, scenario)
}

/// The sale and one that never drains.
fn compared() -> Comparison {
    let (outcome, _) = sale();
    let mut other = outcome.clone();
    let Answer::Simulation(simulation) = &mut other.answers[0] else { panic!("it is simulated") };
    simulation.measures.insert(measure("orders.drained"), fixture::unknown("a replication did not drain"));
    (1..=10_000).for_each(|ms| simulation.response.record(ms * 1_000_000).unwrap());
    let difference = |name: &str, base: f64, value: f64, half: f64| Difference {
        variant: 1,
        measure: measure(name),
        base: Some(base),
        value: Some(value),
        half: Some(half),
        why: None,
    };
    let one = |name: &str, outcome: Outcome| Compared { name: name.to_owned(), outcome };
    Comparison {
        compared: vec![one("base", outcome), one("slower", other)],
        differences: vec![
            difference("response.mean", 100.0, 900.0, 20.0),
            difference("goodput", 200.0, 0.1, 1.0),
            difference("lost.share", 0.0, 0.004, 0.0005),
        ],
        confidence: 0.983,
        rankings: Vec::new(),
        ranked: None,
        partial: false,
    }
}

fn pictures((outcome, scenario): &(Outcome, Scenario)) -> Vec<Picture> {
    of_run(&about(scenario), outcome)
}

fn called(pictures: &[Picture], name: &str) -> Picture {
    let names: Vec<&str> = pictures.iter().map(|picture| picture.name).collect();
    pictures.iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("{names:?}")).clone()
}

/// Names and roles of the lines.
fn lines(panel: &Panel) -> Vec<(&str, Role)> {
    let line = |layer| match layer {
        &Layer::Line { ref label, role, .. } => Some((label.as_str(), role)),
        _ => None,
    };
    panel.layers.iter().filter_map(line).collect()
}

/// Names, places and directions of the rules.
fn rules(panel: &Panel) -> Vec<(&str, f64, Across)> {
    let rule = |layer| match layer {
        &Layer::Rule { ref label, at, across, .. } => Some((label.as_str(), at, across)),
        _ => None,
    };
    panel.layers.iter().filter_map(rule).collect()
}

#[test]
fn every_queue_has_a_panel_with_its_messages_and_its_capacity() {
    let length = called(&pictures(&sale()), "length");
    assert_eq!(
        length.panels.iter().map(|panel| panel.title.as_str()).collect::<Vec<_>>(),
        [
            "orders: up to 89,990 messages wait, most of all about 15.8 min in",
            "unpaid: up to 6.20 messages wait, most of all about 15.8 min in"
        ],
        "the most that ever waited, not the highest mean"
    );
    let orders = &length.panels[0];
    assert_eq!((orders.x.kind, orders.y.kind, orders.y.from), (Kind::Seconds, Kind::Count, Some(0.0)));
    assert_eq!(lines(orders), [("waiting", Role::Simulation)], "hardly any is in flight");
    assert_eq!(rules(orders), [("capacity", 100_000.0, Across::AtY)]);
    assert_eq!(lines(&length.panels[1]), [("waiting", Role::Simulation)], "nobody takes from it");
    assert!(matches!(&orders.layers[0], Layer::Band { points, .. } if points[10].1 < points[10].2));
    assert!(
        length
            .caption
            .starts_with("flash-sale · consumers.payments.count=12 · seed 1 · simulation: 20 replications of")
    );
}

#[test]
fn a_peak_is_what_enters_and_what_leaves_with_the_backlog_below() {
    let peak = called(&pictures(&sale()), "peak");
    assert_eq!(lines(&peak.panels[0]).iter().map(|line| line.0).collect::<Vec<_>>(), ["leave", "enter"]);
    assert_eq!((peak.panels[0].y.kind, peak.panels[1].y.kind), (Kind::Rate, Kind::Count));
    assert_eq!(rules(&peak.panels[1]), [("drained at 29.2 min", 1755.0, Across::AtX)]);
    assert!(peak.title.starts_with("orders: the backlog reaches") && peak.title.ends_with("worked off 29.2 min in"));
}

#[test]
fn what_is_not_yet_low_is_not_called_worked_off() {
    let mut early = sale();
    let Answer::Simulation(simulation) = &mut early.0.answers[0] else { panic!("it is simulated") };
    simulation.measures.insert(measure("orders.drained"), estimate(1200.0, 3.0));
    let peak = called(&pictures(&early), "peak");
    assert!(!peak.title.contains("worked off") && rules(&peak.panels[1]).is_empty(), "{}", peak.title);
}

#[test]
fn a_steady_backlog_has_no_peak() {
    let (mut outcome, scenario) = sale();
    let steady = About { is_steady: true, ..about(&scenario) };
    outcome.warnings.clear();
    assert!(of_run(&steady, &outcome).iter().all(|picture| picture.name != "peak"));
}

#[test]
fn theory_simulation_and_live_stand_on_one_axis_each_in_its_role() {
    let all = pictures(&agreeing());
    let expected = [("simulation", Role::Simulation), ("live", Role::Live), ("theory", Role::Theory)];
    for name in ["latency", "cdf"] {
        assert_eq!(lines(&called(&all, name).panels[0]), expected, "{name}");
    }
    let latency = called(&all, "latency");
    assert_eq!((&latency.panels[0].x.scale, latency.panels[0].y.kind), (&Scale::Nines, Kind::Seconds));
    assert!(latency.caption.contains("live: 1 run of") && latency.caption.contains("against embedded"));
    let lag = called(&all, "lag");
    assert!(lag.title.starts_with("In time:") && lag.title.contains("200 µs"), "{}", lag.title);
    let is_limit = |layer: &Layer| matches!(layer, Layer::Rule { role: Role::Limit, at, .. } if *at == 0.001);
    assert!(lag.panels[0].layers.iter().any(is_limit), "{:?}", lag.panels[0].layers);
}

#[test]
fn who_did_not_wait_has_a_bar_apart() {
    let waits = called(&pictures(&agreeing()), "waits");
    let bars = |at: usize| match &waits.panels[0].layers[at] {
        Layer::Bars { label, bars, .. } => (label.as_str(), bars.clone()),
        other => panic!("{other:?}"),
    };
    let (label, alone) = bars(0);
    assert_eq!((label, alone.len(), alone[0].top), ("did not wait: 50.0 %", 1, 0.5));
    assert!(alone[0].to < 0.0);
    let waited: f64 = bars(1).1.iter().map(|bar| bar.top).sum();
    assert!((waited - 0.5).abs() < 1e-9, "{waited}");
}

#[test]
fn targets_stand_where_they_are_to_their_bound_in_a_shape_of_their_own() {
    let targets = called(&pictures(&sale()), "targets");
    let panel = &targets.panels[0];
    let Scale::Rows(rows) = &panel.y.scale else { panic!("{:?}", panel.y) };
    assert_eq!(rows[0], "response.p99 < 30s");
    assert_eq!(rules(panel), [("bound", 1.0, Across::AtX)]);
    let groups: Vec<(Role, Vec<(f64, f64)>)> = panel
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Intervals { role, marks, .. } => Some((*role, marks.iter().map(|m| (m.row, m.value)).collect())),
            _ => None,
        })
        .collect();
    assert_eq!(groups[0].0, Role::Good);
    assert_eq!(groups[1].0, Role::Bad);
    assert!((groups[1].1[0].1 - 251.0 / 30.0).abs() < 1e-9, "{groups:?}");
    assert_eq!(groups[1].1[1], (1.0, f64::INFINITY), "no number of times nothing is enough");
    assert_eq!((groups[2].0, groups[2].1.len()), (Role::Doubtful, 1));
    assert_eq!(
        targets.title,
        "2 of 4 targets are missed: response.p99 < 30s (251 s), lost = 0 (0.500); 1 is undecided"
    );
}

#[test]
fn the_time_of_consumers_is_told_apart_to_the_whole() {
    let work = called(&pictures(&sale()), "work");
    let ends: Vec<(&str, f64, f64)> = work.panels[0]
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Bars { label, bars, .. } => Some((label.as_str(), bars[0].base, bars[0].top)),
            _ => None,
        })
        .collect();
    assert_eq!(ends.iter().map(|end| end.0).collect::<Vec<_>>(), ["useful work", "done again", "failed", "idle"]);
    assert!(ends.windows(2).all(|pair| pair[0].2 == pair[1].1) && ends[3].2 == 1.0, "{ends:?}");
    assert!((ends[0].2 - 0.1722).abs() < 1e-9 && (ends[1].2 - 0.2583).abs() < 1e-9, "{ends:?}");
}

#[test]
fn busy_consumers_are_shown_with_those_that_are_there() {
    let consumers = called(&pictures(&sale()), "consumers");
    assert_eq!(lines(&consumers.panels[0]), [("available", Role::Limit), ("busy", Role::Simulation)]);
    assert_eq!(consumers.title, "payments: busy 34.4 % of the time");
}

#[test]
fn a_comparison_has_its_differences_and_all_variants_on_one_axis() {
    let (_, scenario) = sale();
    let all = of_comparison(&about(&scenario), &compared());
    let differences = called(&all, "differences");
    assert_eq!(differences.panels[0].x.kind, Kind::Times, "nine times as much");
    let Layer::Intervals { label, role, marks } = &differences.panels[0].layers[1] else { panic!("no marks") };
    assert_eq!((label.as_str(), *role), ("slower", Role::Nth(1)));
    assert_eq!(marks.iter().map(|mark| mark.is_faint).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!((marks[0].value, marks[2].value), (10.0, f64::INFINITY));
    let backlogs = called(&all, "backlogs");
    assert_eq!(backlogs.title, "orders does not drain with slower; it does with base");
    assert_eq!(lines(&called(&all, "variants").panels[0]), [("base", Role::Nth(0)), ("slower", Role::Nth(1))]);
    assert_eq!(lines(&backlogs.panels[0]), [("base = slower", Role::Nth(0))], "one lies on the other");
}

#[test]
fn there_is_no_picture_of_nothing() {
    let mut nothing = fixture::theory_only();
    nothing.0.answers.clear();
    assert!(pictures(&nothing).is_empty());
    let none = Comparison {
        compared: Vec::new(),
        differences: Vec::new(),
        confidence: 0.95,
        rankings: Vec::new(),
        ranked: None,
        partial: true,
    };
    assert!(of_comparison(&about(&nothing.1), &none).is_empty());
    for picture in pictures(&fixture::unstable()).iter().chain(&pictures(&fixture::hostile())) {
        assert!(!picture.panels.is_empty() && !picture.alt.is_empty(), "{picture:?}");
    }
}

fn all() -> Vec<Picture> {
    let (_, scenario) = sale();
    let runs = [sale(), agreeing(), fixture::theory_only(), fixture::unstable(), fixture::hostile()];
    runs.iter().flat_map(pictures).chain(of_comparison(&about(&scenario), &compared())).collect()
}

#[test]
fn every_picture_has_a_name_that_is_listed_and_every_name_a_picture() {
    let drawn: Vec<&str> = all().iter().map(|picture| picture.name).collect();
    assert!(drawn.iter().all(|name| NAMES.iter().any(|(known, _)| known == name)));
    for (name, _) in NAMES {
        assert!(drawn.contains(&name), "{name}");
    }
}

/// The names of the elements that are open at the end; each that is closed was the last opened.
fn parsed(text: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap_or_else(|| panic!("`{part}` does not end"));
        assert!(!rest.contains(']') || !rest.contains("]]>"));
        assert!(tag.matches('"').count() % 2 == 0, "`{tag}`");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split_whitespace().next().unwrap().to_owned()),
        }
        for entity in rest.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;", "apos;"];
            assert!(known.iter().any(|known| entity.starts_with(known)), "`{entity}`");
        }
    }
    open
}

#[test]
fn an_svg_is_well_formed_and_has_its_texts_as_texts() {
    for picture in all() {
        let text = svg(&picture, usual_size(&picture), Theme::Light);
        assert!(parsed(&text).is_empty(), "{}", picture.name);
        assert!(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\""));
        assert!(text.contains("font-family=\"DejaVu Sans, Verdana, Geneva, sans-serif\""));
        assert!(text.chars().all(|c| !c.is_control() || c == '\n'), "{}", picture.name);
    }
    let length = called(&pictures(&sale()), "length");
    let text = svg(&length, usual_size(&length), Theme::Dark);
    for said in ["capacity", "waiting", "orders", "50,000", "10 min", "seed 1", "time since the start of the run"] {
        assert!(text.contains(said), "`{said}` is missing");
    }
}

#[test]
fn names_that_mean_harm_stay_text() {
    let (mut outcome, mut scenario) = sale();
    let harm = "</svg><script>alert(1)</script>\"'&\u{0}\u{1b}\u{202e}\u{fffe}";
    scenario.name = harm.to_owned();
    outcome.targets[0].target = harm.to_owned();
    for picture in pictures(&(outcome, scenario)) {
        let text = svg(&picture, usual_size(&picture), Theme::Light);
        assert!(parsed(&text).is_empty());
        assert!(!text.contains("<script") && text.matches("</svg>").count() == 1, "{}", picture.name);
        assert!(text.contains("&lt;script&gt;alert(1)"), "{}", picture.name);
        assert!(!text.contains(['\u{0}', '\u{1b}', '\u{202e}', '\u{fffe}']));
    }
}

#[test]
fn the_same_picture_is_the_same_bytes() {
    let drawn = || all().iter().map(|picture| svg(picture, usual_size(picture), Theme::Light)).collect::<Vec<_>>();
    assert_eq!(drawn(), drawn());
}

#[test]
fn a_png_has_the_asked_size_and_something_on_it() {
    let picture = called(&pictures(&agreeing()), "latency");
    for theme in [Theme::Light, Theme::Dark] {
        let bytes = png(&picture, Size { width: 320, height: 200 }, theme);
        let mut reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (320, 200));
        let (paper, count) = (&pixels[..3], pixels.len() / 3);
        let drawn = pixels.chunks_exact(3).filter(|pixel| *pixel != paper).count();
        assert!(drawn > count / 50 && drawn < count / 2, "{drawn} of {count}");
    }
}
