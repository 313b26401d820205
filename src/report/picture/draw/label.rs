//! What is written at the ends of lines, in their colours: nobody has to look up a colour elsewhere.

use super::super::{Across, Layer, Panel, Role, Scale};
use super::axis::Ruler;
use super::font;
use super::page::Sheet;
use super::panel::Plot;
use super::shape::{Anchor, Point, Shape};

/// A line's name and where it ends.
pub struct Label<'a> {
    pub text: &'a str,
    pub role: Role,
    /// On the upright axis.
    pub at: f64,
    /// The line's last point.
    last: Option<Point>,
}

/// How lines are told apart.
pub enum Labels {
    /// Pixels below the plot's top, in the order of the labels.
    Direct(Vec<f64>),
    /// The lines end too near to each other.
    Legend,
}

/// Lines and rules that have a name.
pub fn wanted<'a>(panel: &'a Panel) -> Vec<Label<'a>> {
    let label = |layer: &'a Layer| match layer {
        Layer::Line { label, role, points, .. } if !label.is_empty() => {
            Some(Label { text: label, role: *role, at: end(points)?, last: points.last().copied() })
        }
        Layer::Rule { label, role, across: Across::AtY, at } if !label.is_empty() => {
            Some(Label { text: label, role: *role, at: *at, last: None })
        }
        _ => None,
    };
    panel.layers.iter().filter_map(label).collect()
}

/// The mean of the last stretch, because the very last point of a run may be alone.
fn end(points: &[(f64, f64)]) -> Option<f64> {
    let last = &points[points.len() - points.len().div_ceil(30)..];
    let mean = last.iter().map(|point| point.1).sum::<f64>() / last.len().max(1) as f64;
    (!last.is_empty() && mean.is_finite()).then_some(mean)
}

/// What has to be kept free on the right for them.
pub fn room(panel: &Panel, width: f64, sheet: &Sheet) -> f64 {
    if matches!(panel.y.scale, Scale::Rows(_)) {
        return 0.0;
    }
    let widest = wanted(panel).iter().map(|label| sheet.width(label.text)).fold(0.0, f64::max);
    if widest == 0.0 { 0.0 } else { widest.min(MOST * width) + 0.8 * sheet.em }
}

/// Of the width.
const MOST: f64 = 0.24;
/// From one line of letters to the next, in em.
const LINE: f64 = 1.2;

/// Beside the ends of the lines, pushed apart where they are too near; in a legend where that leads too far away.
pub fn placed(labels: &[Label], y: &Ruler, height: f64, sheet: &Sheet) -> Labels {
    let ends: Vec<f64> =
        labels.iter().map(|label| (1.0 - y.place(label.at).unwrap_or(0.0).clamp(0.0, 1.0)) * height).collect();
    let line = LINE * sheet.em;
    let places = apart(&ends, line, height);
    let is_far = ends.iter().zip(&places).any(|(end, place)| (end - place).abs() > 2.2 * line);
    let is_too_high = labels.len() as f64 * line > height;
    if is_far || is_too_high { Labels::Legend } else { Labels::Direct(places) }
}

/// Moved as little as it takes so that each has its line; in the order they came in.
fn apart(ends: &[f64], line: f64, height: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|a, b| ends[*a].total_cmp(&ends[*b]));
    // Clusters of labels that touch, each around the mean of its ends: first, count, middle.
    let mut clusters: Vec<(usize, usize, f64)> = Vec::new();
    for (first, at) in order.iter().enumerate() {
        clusters.push((first, 1, ends[*at]));
        while let [.., above, below] = clusters.as_slice() {
            let room = line * (above.1 + below.1) as f64 / 2.0;
            if below.2 - above.2 >= room {
                break;
            }
            let count = above.1 + below.1;
            let middle = (above.2 * above.1 as f64 + below.2 * below.1 as f64) / count as f64;
            let (first, half) = (above.0, line * (count - 1) as f64 / 2.0);
            let middle = middle.min(height - half).max(half);
            clusters.truncate(clusters.len() - 2);
            clusters.push((first, count, middle));
        }
    }
    let mut places = vec![0.0; ends.len()];
    for (first, count, middle) in clusters {
        for nth in 0..count {
            places[order[first + nth]] = middle + line * (nth as f64 - (count - 1) as f64 / 2.0);
        }
    }
    places
}

pub fn shapes(labels: &[Label], places: &[f64], plot: &Plot, sheet: &Sheet) -> Vec<Shape> {
    let left = plot.frame.right + 0.5 * sheet.em;
    let mut early: Vec<Option<Point>> = labels.iter().map(|label| ends_early(label, plot)).collect();
    if early.iter().flatten().count() > 1 {
        // They would stand in each other's way.
        early.fill(None);
    }
    let words = |((label, place), early): ((&Label, &f64), Option<Point>)| {
        let at = early.map_or((left, plot.frame.top + place), |end| (end.0 + 0.5 * sheet.em, end.1));
        let at = (at.0, at.1 + 0.5 * font::CAPITALS * sheet.em);
        let text = font::clipped(label.text, sheet.em, false, MOST / (1.0 - MOST) * plot.frame.width());
        Shape::Words(sheet.words(&text, at, Anchor::Start, sheet.ink(label.role)))
    };
    labels.iter().zip(places).zip(early).map(words).collect()
}

/// Where a line ends that ends well before the plot does.
fn ends_early(label: &Label, plot: &Plot) -> Option<Point> {
    const WELL: f64 = 0.85;
    let (x, y) = label.last.and_then(|(x, y)| plot.point(x, y))?;
    (x < plot.frame.left + WELL * plot.frame.width()).then_some((x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_touch_are_moved_apart_around_where_they_belong() {
        assert_eq!(apart(&[10.0, 100.0], 20.0, 200.0), [10.0, 100.0]);
        assert_eq!(apart(&[104.0, 100.0], 20.0, 200.0), [112.0, 92.0]);
        assert_eq!(apart(&[200.0, 199.0], 20.0, 200.0), [200.0, 180.0]);
        assert_eq!(apart(&[50.0, 50.0, 50.0], 20.0, 200.0), [30.0, 50.0, 70.0]);
    }
}
