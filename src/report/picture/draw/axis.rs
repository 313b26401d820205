//! An axis: from where to where it goes, and where on it a number stands.

use super::super::round;
use super::super::{Across, Axis, Bar, Kind, Layer, Mark, Panel, Scale};
use super::tick::{self, Tick};

/// An axis whose ends are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruler {
    kind: Kind,
    scale: Scale,
    low: f64,
    high: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    X,
    Y,
}

impl Ruler {
    /// Around all values, from the smallest to the largest.
    pub fn lying(axis: &Axis, values: &[f64]) -> Ruler {
        let drawn = |value: &f64| value.is_finite() && (axis.scale != Scale::Log || *value > 0.0);
        let given = [axis.from, axis.to];
        let known = values.iter().copied().chain(given.into_iter().flatten()).filter(drawn);
        let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low <= high { (low, high) } else { (1.0, 1.0) };
        let (low, high) = (axis.from.filter(drawn).unwrap_or(low), axis.to.filter(drawn).unwrap_or(high));
        Ruler { kind: axis.kind, scale: axis.scale.clone(), low, high }.with_room()
    }

    /// Around all values, to round ends, so that the top line has a number, where there is room for so many.
    pub fn upright(axis: &Axis, values: &[f64], most: usize) -> Ruler {
        let mut ruler = Ruler::lying(axis, values);
        ruler.extend(axis, most.max(1));
        ruler
    }

    /// An axis has a length, though all its values be one.
    fn with_room(self) -> Ruler {
        let (low, high) = (self.low, self.high);
        let (low, high) = match &self.scale {
            Scale::Rows(rows) => (0.0, rows.len().max(1) as f64),
            Scale::Log if high <= low * 1.001 => (low / 2.0, high.max(low) * 2.0),
            Scale::Nines => (low.clamp(0.0, 0.9), high.clamp(0.9, 1.0 - 1e-12)),
            _ if high > low => (low, high),
            _ if low == 0.0 => (0.0, 1.0),
            _ => (low - 0.5 * low.abs(), low + 0.5 * low.abs()),
        };
        Ruler { low, high, ..self }
    }

    fn extend(&mut self, axis: &Axis, most: usize) {
        match self.scale {
            Scale::Linear => {
                let step = round::step_between(self.kind, self.low, self.high, most);
                self.low = axis.from.unwrap_or((self.low / step + 1e-9).floor() * step);
                self.high = axis.to.unwrap_or((self.high / step - 1e-9).ceil() * step);
            }
            Scale::Log => {
                self.low = axis.from.unwrap_or(self.low / 1.2);
                self.high = axis.to.unwrap_or(self.high * 1.2);
            }
            Scale::Nines | Scale::Rows(_) => {}
        }
    }

    /// From 0 at its beginning to 1 at its end, and beyond both; `None` where it cannot be drawn.
    pub fn place(&self, value: f64) -> Option<f64> {
        let nines = |share: f64| -(1.0 - share).max(1e-15).log10();
        let (low, high, value) = match &self.scale {
            Scale::Linear => (self.low, self.high, value),
            Scale::Log if value <= 0.0 => return None,
            Scale::Log => (self.low.log10(), self.high.log10(), value.log10()),
            Scale::Nines => (nines(self.low), nines(self.high), nines(value)),
            // From the top, in the middle of its row.
            Scale::Rows(_) => (self.high, self.low, value + 0.5),
        };
        let place = (value - low) / (high - low);
        place.is_finite().then_some(place)
    }

    /// As it would stand at the axis, with three digits.
    pub fn written_shortly(&self, value: f64) -> String {
        tick::written(self.kind, format!("{value:.2e}").parse().unwrap_or(value))
    }

    /// At most so many.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        match &self.scale {
            Scale::Linear => tick::linear(self.kind, self.low, self.high, most),
            Scale::Log => tick::logarithmic(self.kind, self.low, self.high, most),
            Scale::Nines => tick::nines(self.low, self.high),
            Scale::Rows(rows) => {
                rows.iter().enumerate().map(|(at, name)| Tick { at: at as f64, text: name.clone() }).collect()
            }
        }
    }
}

/// All numbers of a panel that its axis must hold.
pub fn values(panel: &Panel, side: Side) -> Vec<f64> {
    let is_lying = matches!(panel.y.scale, Scale::Rows(_));
    panel.layers.iter().flat_map(|layer| of_layer(layer, side, is_lying)).collect()
}

fn of_layer(layer: &Layer, side: Side, is_lying: bool) -> Vec<f64> {
    match (layer, side) {
        (Layer::Line { points, .. }, Side::X) => points.iter().map(|point| point.0).collect(),
        (Layer::Line { points, .. }, Side::Y) => points.iter().map(|point| point.1).collect(),
        (Layer::Band { points, .. }, Side::X) => points.iter().map(|point| point.0).collect(),
        (Layer::Band { points, .. }, Side::Y) => points.iter().flat_map(|point| [point.1, point.2]).collect(),
        (Layer::Bars { bars, .. }, side) => bars.iter().flat_map(|bar| of_bar(bar, side, is_lying)).collect(),
        (Layer::Intervals { marks, .. }, Side::X) => marks.iter().flat_map(of_mark).collect(),
        (Layer::Intervals { .. }, Side::Y) => Vec::new(),
        (Layer::Spots { spots, .. }, Side::X) => spots.iter().map(|spot| spot.x).collect(),
        (Layer::Spots { spots, .. }, Side::Y) => spots.iter().map(|spot| spot.y).collect(),
        (Layer::Rule { across: Across::AtX, at, .. }, Side::X) => vec![*at],
        (Layer::Rule { across: Across::AtY, at, .. }, Side::Y) => vec![*at],
        (Layer::Rule { .. }, _) => Vec::new(),
    }
}

fn of_bar(bar: &Bar, side: Side, is_lying: bool) -> [f64; 2] {
    if (side == Side::X) == is_lying { [bar.base, bar.top] } else { [bar.from, bar.to] }
}

fn of_mark(mark: &Mark) -> Vec<f64> {
    let (low, high) = mark.ends.unwrap_or((mark.value, mark.value));
    vec![low, mark.value, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, from: Option<f64>) -> Axis {
        Axis { label: String::new(), kind: Kind::Count, scale, from, to: None }
    }

    #[test]
    fn an_upright_axis_ends_at_round_numbers() {
        let ruler = Ruler::upright(&axis(Scale::Linear, Some(0.0)), &[3.0, 87.0], 5);
        assert_eq!((ruler.low, ruler.high), (0.0, 100.0));
        assert_eq!(ruler.place(50.0), Some(0.5));
    }

    #[test]
    fn an_axis_of_nothing_or_of_one_value_has_a_length() {
        for values in [&[][..], &[0.0], &[7.0], &[f64::NAN, f64::INFINITY]] {
            for scale in [Scale::Linear, Scale::Log, Scale::Nines] {
                let ruler = Ruler::upright(&axis(scale, None), values, 5);
                assert!(ruler.low < ruler.high && ruler.high.is_finite(), "{ruler:?}");
                assert!(ruler.ticks(8).len() <= 16, "{ruler:?}");
            }
        }
    }

    #[test]
    fn nines_are_equally_far_apart_and_rows_come_from_the_top() {
        let ruler = Ruler::lying(&axis(Scale::Nines, None), &[0.0, 0.999]);
        let places: Vec<f64> = [0.0, 0.9, 0.99, 0.999].iter().map(|p| ruler.place(*p).unwrap()).collect();
        assert!(places.windows(2).all(|pair| (pair[1] - pair[0] - 1.0 / 3.0).abs() < 1e-9), "{places:?}");
        let rows = Ruler::lying(&axis(Scale::Rows(vec!["a".into(), "b".into()]), None), &[]);
        assert_eq!((rows.place(0.0), rows.place(1.0)), (Some(0.75), Some(0.25)));
    }

    #[test]
    fn what_a_logarithm_cannot_hold_is_not_drawn() {
        let ruler = Ruler::lying(&axis(Scale::Log, None), &[0.0, -1.0, 1.0, 100.0]);
        assert_eq!((ruler.place(0.0), ruler.place(10.0)), (None, Some(0.5)));
    }
}
