//! A picture as JSON, for whoever draws it elsewhere: the page of a report.

use serde_json::{Value, json};

use super::super::picture::draw::ALIKE;
use super::super::picture::{Across, Axis, Kind, Layer, Mark, Panel, Picture, Role, Scale, Spot, Stroke};

/// On one line. Numbers have six digits, which is more than a picture shows.
pub fn picture(picture: &Picture) -> String {
    json!({"name": picture.name, "panels": picture.panels.iter().map(panel).collect::<Vec<_>>()}).to_string()
}

fn panel(panel: &Panel) -> Value {
    let layers: Vec<Value> = panel.layers.iter().map(layer).collect();
    json!({"title": panel.title, "x": axis(&panel.x), "y": axis(&panel.y), "layers": layers})
}

fn axis(axis: &Axis) -> Value {
    let (scale, rows) = match &axis.scale {
        Scale::Linear => ("linear", None),
        Scale::Log => ("log", None),
        Scale::Nines => ("nines", None),
        Scale::Rows(rows) => ("rows", Some(rows)),
    };
    let kind = match axis.kind {
        Kind::Seconds => "seconds",
        Kind::Rate => "rate",
        Kind::Share => "share",
        Kind::Count => "count",
        Kind::Relative => "relative",
        Kind::Times => "times",
    };
    let end = |end: Option<f64>| end.map(number);
    json!({"label": axis.label, "kind": kind, "scale": scale, "rows": rows, "from": end(axis.from), "to": end(axis.to)})
}

fn layer(layer: &Layer) -> Value {
    match layer {
        Layer::Line { label, role: of, stroke, points } => json!({
            "is": "line", "label": label, "role": role(*of), "stroke": word(*stroke),
            "x": column(points, |point| point.0), "y": column(points, |point| point.1),
        }),
        Layer::Band { role: of, points } => json!({
            "is": "band", "role": role(*of), "x": column(points, |point| point.0),
            "low": column(points, |point| point.1), "high": column(points, |point| point.2),
        }),
        Layer::Bars { label, role: of, bars } => {
            let bars: Vec<[Value; 4]> =
                bars.iter().map(|bar| [bar.from, bar.to, bar.base, bar.top].map(number)).collect();
            json!({"is": "bars", "label": label, "role": role(*of), "bars": bars})
        }
        Layer::Intervals { label, role: of, marks } => {
            let marks: Vec<Value> = marks.iter().map(mark).collect();
            json!({"is": "intervals", "label": label, "role": role(*of), "marks": marks})
        }
        Layer::Spots { role: of, spots } => {
            let spot = |spot: &Spot| json!([number(spot.x), number(spot.y), spot.text]);
            json!({"is": "spots", "role": role(*of), "spots": spots.iter().map(spot).collect::<Vec<_>>()})
        }
        Layer::Rule { label, role: of, across, at } => {
            let across = if *across == Across::AtX { "x" } else { "y" };
            json!({"is": "rule", "label": label, "role": role(*of), "across": across, "at": number(*at)})
        }
    }
}

/// Row, value, the ends of its interval, word, whether it is faint.
fn mark(mark: &Mark) -> Value {
    let (low, high) = mark.ends.unzip();
    let [low, high] = [low, high].map(|end| end.map(number));
    json!([number(mark.row), number(mark.value), low, high, mark.text, mark.is_faint])
}

fn column<P>(points: &[P], of: impl Fn(&P) -> f64) -> Vec<Value> {
    points.iter().map(|point| number(of(point))).collect()
}

/// `null` where it is not finite. Shares near 1 keep all their digits, because what is missing of them is what counts.
fn number(value: f64) -> Value {
    let is_nearly_one = (0.9..1.0).contains(&value);
    let short = if is_nearly_one { value } else { format!("{value:.5e}").parse().unwrap_or(value) };
    match short {
        whole if f64::fract(whole) == 0.0 && whole.abs() < 1e15 => json!(whole as i64),
        other => json!(other),
    }
}

fn word(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Solid => "solid",
        Stroke::Dashed => "dashed",
        Stroke::Steps => "steps",
    }
}

/// As the page calls its colours.
pub fn role(role: Role) -> String {
    match role {
        Role::Theory => "theory".to_owned(),
        Role::Simulation => "simulation".to_owned(),
        Role::Live => "live".to_owned(),
        Role::Limit => "limit".to_owned(),
        Role::Good => "good".to_owned(),
        Role::Bad => "bad".to_owned(),
        Role::Doubtful => "doubtful".to_owned(),
        Role::Faint => "faint".to_owned(),
        Role::Nth(at) => format!("nth-{}", at % ALIKE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_and_what_is_none_is_null() {
        let written = |value: f64| number(value).to_string();
        assert_eq!(written(0.1 + 0.2), "0.3");
        assert_eq!(written(1_234_567.0), "1234570");
        assert_eq!(written(0.999_999_99), "0.99999999");
        assert_eq!(written(0.000_012_345_678), "0.0000123457");
        assert_eq!([written(f64::NAN), written(f64::INFINITY)], ["null", "null"]);
    }
}
