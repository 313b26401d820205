//! How late a live run was by the clock: whether its numbers are to be believed.

use super::parts::{self, seconds};
use super::{Across, Kind, Layer, Panel, Picture, Role, Scale, Spot};
use crate::result::{About, Lag, Outcome};

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let live = outcome.live()?;
    let lags = [("messages sent", Role::Live, &live.sent_late), ("work ended", Role::Faint, &live.ended_late)];
    let lags: Vec<(&str, Role, &Lag)> = lags.into_iter().filter(|(.., lag)| !lag.curve.is_empty()).collect();
    if lags.is_empty() {
        return None;
    }
    let mut layers: Vec<Layer> =
        lags.iter().rev().map(|(name, role, lag)| parts::line(name, *role, lag.curve.clone())).collect();
    layers.push(parts::rule("most allowed at p99", Role::Limit, Across::AtY, live.most_late.seconds()));
    layers.extend(most(&live.sent_late, if live.valid.is_ok() { Role::Good } else { Role::Bad }));
    let words = |(name, _, lag): &(&str, Role, &Lag)| {
        let [p50, p99, max] = [lag.p50, lag.p99, lag.max].map(|late| seconds(late.seconds()));
        format!("{name} late by {p50} (p50), {p99} (p99), {max} (max)")
    };
    let verdict = if live.valid.is_ok() { "In time" } else { "Too late to be believed" };
    let p99 = seconds(live.sent_late.p99.seconds());
    Some(Picture {
        name: "lag",
        title: format!("{verdict}: one message in a hundred was sent more than {p99} late"),
        caption: parts::caption(about, outcome),
        alt: format!("{}.", lags.iter().map(words).collect::<Vec<_>>().join("; ")),
        panels: vec![Panel {
            title: String::new(),
            x: parts::axis("share that was at most as late", Kind::Share, Scale::Nines),
            y: parts::axis("late by, in real time", Kind::Seconds, Scale::Log),
            layers,
        }],
    })
}

/// By which it is judged.
fn most(lag: &Lag, role: Role) -> Option<Layer> {
    let late = lag.p99.seconds();
    let spots = vec![Spot { x: 0.99, y: late, text: format!("p99: {}", seconds(late)) }];
    (late > 0.0).then_some(Layer::Spots { role, spots })
}
