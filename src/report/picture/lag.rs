//! How late a live run sent its messages, by the clock: whether its numbers are to be believed.

use super::parts::{self, seconds};
use super::{Kind, Layer, Mark, Panel, Picture, Role, Scale};
use crate::result::{About, Lag, Outcome};

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let live = outcome.live()?;
    let lags = [("messages sent late", live.sent_late), ("work ended late", live.ended_late)];
    let lags: Vec<(&str, Lag)> = lags.into_iter().filter(|(_, lag)| lag.count > 0).collect();
    if lags.is_empty() {
        return None;
    }
    let role = if live.valid.is_ok() { Role::Live } else { Role::Bad };
    let marks = lags.iter().enumerate().flat_map(|(row, (_, lag))| marks(row, *lag)).collect();
    let rows = lags.iter().map(|(name, _)| (*name).to_owned()).collect();
    let title = format!("99 % of the messages are sent at most {} late", seconds(live.sent_late.p99.seconds()));
    let words = |(name, lag): &(&str, Lag)| {
        let [p50, p99, max] = [lag.p50, lag.p99, lag.max].map(|late| seconds(late.seconds()));
        format!("{name}: {p50} (p50), {p99} (p99), {max} (max)")
    };
    let alt: Vec<String> = lags.iter().map(words).collect();
    Some(Picture {
        name: "lag",
        title,
        caption: parts::caption(about, outcome),
        alt: format!("{}.", alt.join("; ")),
        panels: vec![Panel {
            title: String::new(),
            x: parts::axis("by so much, in real time", Kind::Seconds, Scale::Log),
            y: parts::axis("", Kind::Count, Scale::Rows(rows)),
            layers: vec![Layer::Intervals { label: String::new(), role, marks }],
        }],
    })
}

fn marks(row: usize, lag: Lag) -> Vec<Mark> {
    let named = [("p50", lag.p50), ("p99", lag.p99), ("max", lag.max)];
    let mark = |(name, late): (&str, crate::time::Span)| Mark {
        row: row as f64,
        value: late.seconds(),
        ends: None,
        text: name.to_owned(),
        is_faint: false,
    };
    named.into_iter().map(mark).collect()
}
