//! Pictures with a layer of each kind on an axis of each kind.

use kendall::report::picture::*;

fn axis(label: &str, kind: Kind, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), kind, scale, from: None, to: None }
}

fn picture(name: &'static str, word: &str, panels: Vec<Panel>) -> Picture {
    let text = |what: &str| format!("{what} {word}");
    Picture { name, title: text("title"), caption: text("caption"), alt: text("alt"), panels }
}

fn line(label: String, role: Role, stroke: Stroke, of: impl Fn(f64) -> (f64, f64)) -> Layer {
    Layer::Line { label, role, stroke, points: (0..=60).map(|at| of(f64::from(at))).collect() }
}

/// With `word` wherever a text may be.
pub fn all(word: &str) -> Vec<Picture> {
    vec![over_time(word), latency(word), in_rows(word)]
}

fn over_time(word: &str) -> Picture {
    let level = |at: f64| 40.0 + 30.0 * (at / 8.0).sin();
    let band = (0..=60).map(f64::from).map(|at| (at * 30.0, level(at) - 6.0, level(at) + 6.0));
    let bars =
        (0..6).map(f64::from).map(|at| Bar { from: at * 300.0, to: at * 300.0 + 300.0, base: 0.0, top: 9.0 * at });
    let layers = vec![
        Layer::Bars { label: format!("bars {word}"), role: Role::Faint, bars: bars.collect() },
        Layer::Band { role: Role::Simulation, points: band.collect() },
        line(format!("simulation {word}"), Role::Simulation, Stroke::Solid, |at| (at * 30.0, level(at))),
        line(format!("live {word}"), Role::Live, Stroke::Steps, |at| (at * 30.0 + 3.0, level(at) + 4.0)),
        Layer::Rule { label: format!("room {word}"), role: Role::Limit, across: Across::AtY, at: 80.0 },
        Layer::Spots { role: Role::Good, spots: vec![Spot { x: 900.0, y: 60.0, text: format!("drained {word}") }] },
    ];
    let panel = Panel {
        title: format!("panel {word}"),
        x: axis("", Kind::Seconds, Scale::Linear),
        y: Axis { from: Some(0.0), ..axis(&format!("messages {word}"), Kind::Count, Scale::Linear) },
        layers,
    };
    picture("peak", word, vec![panel])
}

fn latency(word: &str) -> Picture {
    let share = |at: f64| 1.0 - 10f64.powf(-at / 15.0);
    let layers = vec![
        line(format!("theory {word}"), Role::Theory, Stroke::Dashed, |at| (share(at), 0.012 * (0.3 + at / 10.0))),
        line(format!("simulation {word}"), Role::Simulation, Stroke::Solid, |at| {
            (share(at), 0.013 * (0.3 + at / 10.0))
        }),
        Layer::Rule { label: String::new(), role: Role::Limit, across: Across::AtX, at: 0.99 },
    ];
    let panel = Panel {
        title: String::new(),
        x: axis("of messages", Kind::Share, Scale::Nines),
        y: axis("response", Kind::Seconds, Scale::Log),
        layers,
    };
    picture("latency", word, vec![panel])
}

fn in_rows(word: &str) -> Picture {
    let rows = Scale::Rows(vec![format!("response.p99 {word}"), format!("lost {word}"), format!("backlog {word}")]);
    let mark = |row: f64, value: f64| Mark {
        row,
        value,
        ends: Some((value - 0.1, value + 0.1)),
        text: format!("mark {word}"),
        is_faint: row == 1.0,
    };
    let intervals = |label: &str, role, marks| Layer::Intervals { label: format!("{label} {word}"), role, marks };
    let layers = vec![
        Layer::Rule { label: String::new(), role: Role::Limit, across: Across::AtX, at: 1.0 },
        intervals("holds", Role::Good, vec![mark(0.0, 0.4)]),
        intervals("undecided", Role::Doubtful, vec![mark(1.0, 1.0)]),
        intervals("missed", Role::Bad, vec![mark(2.0, 9.0)]),
        intervals("beyond", Role::Nth(1), vec![Mark { ends: None, ..mark(2.2, f64::INFINITY) }]),
    ];
    let x = Axis { to: Some(3.0), ..axis("of the bound", Kind::Times, Scale::Linear) };
    let panel = Panel { title: String::new(), x, y: axis("", Kind::Count, rows.clone()), layers };
    let bars = (0..3).map(f64::from).map(|row| Bar { from: row, to: row, base: 0.0, top: 0.3 * (row + 1.0) });
    let work = Panel {
        title: String::new(),
        x: axis("", Kind::Relative, Scale::Linear),
        y: axis("", Kind::Count, rows),
        layers: vec![Layer::Bars { label: format!("useful {word}"), role: Role::Nth(9), bars: bars.collect() }],
    };
    picture("targets", word, vec![panel, work])
}
