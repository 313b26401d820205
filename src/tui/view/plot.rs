//! Lines over time, in dots of Braille: eight to a cell.

use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget as _;
use ratatui::widgets::canvas::{Canvas, Line, Points};

use super::Screen;
use super::head::instant;
use super::palette::Role;
use super::pen::Pen;
use crate::measure::{Measure, Quantity, Stat, Unit};
use crate::report::number;
use crate::result::Moment;

/// Points of a rate; more would show how unevenly messages come, and not how many.
const POINTS_OF_A_RATE: usize = 30;

/// A line through all of the past.
struct Curve {
    role: Role,
    is_dotted: bool,
    points: Vec<(f64, f64)>,
}

/// What waits in the queue that is shown, and what theory says of its mean.
pub fn length(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let queue = screen.queue();
    let of = |moment: &Moment| moment.levels.get(screen.state.queue).map_or(0.0, |(waiting, _)| *waiting as f64);
    let theory = screen.theory(&Measure::of(&queue.name, Quantity::Length, Stat::Mean));
    let curve = Curve { role: Role::Message, is_dotted: false, points: over_time(screen, of) };
    let title =
        if area.width > 50 { format!("{}: waiting, over time", queue.name) } else { "waiting, over time".to_owned() };
    let plot = Plot { title, unit: Unit::Messages, curves: vec![curve], theory };
    plot.draw(screen, area, pen);
}

/// What comes in and what is processed, a second.
pub fn rates(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let of = |value: fn(&Moment) -> f64| means(&over_time(screen, value), POINTS_OF_A_RATE);
    let curves = vec![
        Curve { role: Role::Busy, is_dotted: false, points: of(|moment| moment.rate_out) },
        Curve { role: Role::Message, is_dotted: true, points: of(|moment| moment.rate_in) },
    ];
    let plot = Plot {
        title: "published (dotted) and processed, a second".to_owned(),
        unit: Unit::PerSecond,
        curves,
        theory: None,
    };
    plot.draw(screen, area, pen);
}

fn over_time(screen: &Screen<'_>, value: impl Fn(&Moment) -> f64) -> Vec<(f64, f64)> {
    screen.scene.history.iter().map(|moment| (moment.at.seconds(), value(moment))).collect()
}

/// The means of groups of points, at the ends of the groups.
fn means(points: &[(f64, f64)], groups: usize) -> Vec<(f64, f64)> {
    let mean = |group: &[(f64, f64)]| {
        let sum: f64 = group.iter().map(|(_, y)| y).sum();
        group.last().map(|(x, _)| (*x, sum / group.len() as f64))
    };
    points.chunks(points.len().div_ceil(groups).max(1)).filter_map(mean).collect()
}

struct Plot {
    title: String,
    unit: Unit,
    curves: Vec<Curve>,
    theory: Option<f64>,
}

impl Plot {
    fn draw(&self, screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
        let inner = pen.frame(area, &self.title, Role::Plain);
        if inner.height == 0 || inner.width < 10 {
            return;
        }
        self.until(screen, area, pen);
        let highest = self.curves.iter().flat_map(|curve| &curve.points).map(|(_, y)| *y).fold(0.0, f64::max);
        let top = (highest.max(self.theory.unwrap_or(0.0)) * 1.05).max(1.0);
        let end = screen.scene.at.seconds().max(1e-9);
        self.lines(inner, (end, top), pen);
        let scale = number::in_unit(self.unit, if self.unit == Unit::Messages { highest.ceil() } else { highest });
        pen.text((inner.x, inner.y), inner.width / 2, Role::Faint, &format!("{scale}, the most "));
        if let Some(theory) = self.theory {
            let said = format!("╌ {} in theory, on average", number::in_unit(self.unit, theory));
            // Above its line, or below it where there is no room.
            let from_top = ((1.0 - theory / top) * f64::from(inner.height)) as u16;
            let row = if from_top > 1 { from_top - 1 } else { (from_top + 1).min(inner.height - 1) };
            pen.right(Rect { y: inner.y + row, height: 1, ..inner }, Role::Theory, &said);
        }
    }

    /// Below, until when.
    fn until(&self, screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
        let row = Rect { y: area.bottom() - 1, height: 1, x: area.x + 1, width: area.width.saturating_sub(2) };
        pen.text((row.x, row.y), row.width, Role::Faint, " 0 s ");
        pen.right(row, Role::Faint, &format!(" {} ", instant(screen.scene.at.seconds())));
    }

    fn lines(&self, inner: Rect, (end, top): (f64, f64), pen: &mut Pen<'_>) {
        let palette = pen.palette;
        let theory = self.theory.map(|theory| (dashes(theory, end, inner.width), palette.colour(Role::Theory)));
        let canvas = Canvas::default().marker(Marker::Braille).x_bounds([0.0, end]).y_bounds([0.0, top]);
        let canvas = canvas.paint(|context| {
            if let Some((coords, color)) = &theory {
                context.draw(&Points { coords, color: *color });
                context.layer();
            }
            for curve in &self.curves {
                let color = palette.colour(curve.role);
                if curve.is_dotted {
                    context.draw(&Points { coords: &dots(&curve.points, end, inner.width), color });
                } else {
                    through(&curve.points, |[(x1, y1), (x2, y2)]| context.draw(&Line { x1, y1, x2, y2, color }));
                }
            }
        });
        canvas.render(inner, pen.buffer);
    }
}

fn through(points: &[(f64, f64)], draw: impl FnMut([(f64, f64); 2])) {
    points.windows(2).map(|pair| [pair[0], pair[1]]).for_each(draw);
}

/// Along the line, one dot in two.
fn dots(points: &[(f64, f64)], end: f64, width: u16) -> Vec<(f64, f64)> {
    let mut dots = Vec::new();
    let step = end / f64::from(width);
    through(points, |[(x1, y1), (x2, y2)]| {
        let between = ((x2 - x1) / step).ceil().max(1.0);
        let share = |at: u32| f64::from(at) / between;
        dots.extend((0..between as u32).map(|at| (x1 + share(at) * (x2 - x1), y1 + share(at) * (y2 - y1))));
    });
    dots
}

/// A broken line across: two dots in three.
fn dashes(y: f64, end: f64, width: u16) -> Vec<(f64, f64)> {
    let dots = u32::from(width) * 2;
    let dots = (0..dots).filter(|dot| dot % 4 < 2);
    dots.map(|dot| ((f64::from(dot) + 0.5) / f64::from(u32::from(width) * 2) * end, y)).collect()
}
