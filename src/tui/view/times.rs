//! How long messages took so far: percentiles, theory beside them, and a histogram.

use hdrhistogram::Histogram;
use ratatui::layout::Rect;

use super::Screen;
use super::palette::Role;
use super::pen::{Pen, rows};
use crate::measure::{Measure, Percentile, Quantity, Stat, Unit};
use crate::report::number;

const NANOS_PER_SECOND: f64 = 1e9;
/// Fewer messages than this above a percentile, and it is left out.
const ENOUGH_ABOVE: f64 = 5.0;
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const NAME: u16 = 6;
const COLUMN: u16 = 11;

pub fn draw(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let inner = pen.frame(area, "response so far", Role::Plain);
    let has_theory = screen.theory(&Measure::whole(Quantity::Response, Stat::Mean)).is_some();
    let table = (STATS.len() as u16 + u16::from(has_theory)).min(inner.height);
    let (above, below) =
        (Rect { height: table, ..inner }, Rect { y: inner.y + table, height: inner.height - table, ..inner });
    // In a wide panel the histogram stands beside the figures.
    if inner.width > 50 {
        let left = Rect { width: NAME + 2 * COLUMN, ..inner };
        figures(screen, left, pen);
        let right = Rect { x: inner.x + left.width + 1, width: inner.width - left.width - 1, ..inner };
        return bars(&screen.scene.response, right, pen);
    }
    figures(screen, above, pen);
    bars(&screen.scene.response, below, pen);
}

/// A row for the mean and one for each percentile: here, and in theory.
fn figures(screen: &Screen<'_>, area: Rect, pen: &mut Pen<'_>) {
    let has_theory = screen.theory(&Measure::whole(Quantity::Response, Stat::Mean)).is_some();
    let both = [(Quantity::Response, &screen.scene.response), (Quantity::Wait, &screen.scene.wait)];
    let lines = both
        .into_iter()
        .flat_map(|(quantity, histogram)| STATS.map(|stat| (Measure::whole(quantity, stat), so_far(histogram, stat))));
    let mut rows = rows(area);
    let head = |pen: &mut Pen<'_>, row: Rect, name: &str| {
        pen.text((row.x, row.y), NAME * 2, Role::Faint, name);
        if has_theory {
            column(row, 1, Role::Theory, "theory", pen);
        }
    };
    for (at, (measure, value)) in lines.enumerate() {
        if at % STATS.len() == 0 {
            // The response is in the title of the panel.
            if at > 0 || has_theory {
                let Some(row) = rows.next() else { return };
                head(pen, row, if at == 0 { "" } else { "wait" });
            }
        }
        let Some(row) = rows.next() else { return };
        pen.text((row.x, row.y), NAME, Role::Faint, &format!(" {}", stat_name(&measure)));
        let shown = value.map_or(number::NOTHING.to_owned(), |value| number::value(&measure, value));
        column(row, 0, Role::Strong, &shown, pen);
        if let Some(theory) = screen.theory(&measure) {
            column(row, 1, Role::Theory, &number::value(&measure, theory), pen);
        }
    }
}

const STATS: [Stat; 4] = [
    Stat::Mean,
    Stat::Percentile(Percentile::P50),
    Stat::Percentile(Percentile::P95),
    Stat::Percentile(Percentile::P99),
];

fn stat_name(measure: &Measure) -> String {
    let whole = measure.to_string();
    whole.rsplit('.').next().unwrap_or_default().to_owned()
}

fn column(row: Rect, number: u16, role: Role, text: &str, pen: &mut Pen<'_>) {
    let x = row.x + NAME + number * COLUMN;
    pen.right(Rect { x, width: COLUMN.min(row.right().saturating_sub(x)), ..row }, role, text);
}

/// In seconds, where enough messages are known.
fn so_far(histogram: &Histogram<u64>, stat: Stat) -> Option<f64> {
    let share_above = if let Stat::Percentile(percentile) = stat { 1.0 - percentile.quantile() } else { 1.0 };
    if histogram.is_empty() || (histogram.len() as f64) * share_above < ENOUGH_ABOVE.min(1.0 / share_above) {
        return None;
    }
    let nanos = match stat {
        Stat::Percentile(percentile) => histogram.value_at_quantile(percentile.quantile()) as f64,
        _ => histogram.mean(),
    };
    Some(nanos / NANOS_PER_SECOND)
}

/// Upright bars from nothing to where only the slowest are left out.
fn bars(histogram: &Histogram<u64>, area: Rect, pen: &mut Pen<'_>) {
    if area.height < 2 || area.width < 10 || histogram.is_empty() {
        return;
    }
    let until = histogram.value_at_quantile(0.995).max(1);
    let counts = counts(histogram, until, usize::from(area.width));
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let plot = Rect { height: area.height - 1, ..area };
    for (x, messages) in (plot.left()..plot.right()).zip(counts) {
        let mut eighths = (messages * u64::from(plot.height) * 8).div_ceil(most);
        for y in plot.rows().map(|row| row.y).rev() {
            let full = eighths.min(8);
            eighths -= full;
            pen.text((x, y), 1, Role::Busy, EIGHTHS[full as usize]);
        }
    }
    let axis = Rect { y: plot.bottom(), height: 1, ..area };
    pen.text((axis.x, axis.y), 3, Role::Faint, "0");
    pen.right(axis, Role::Faint, &number::in_unit(Unit::Seconds, until as f64 / NANOS_PER_SECOND));
}

fn counts(histogram: &Histogram<u64>, until: u64, bins: usize) -> Vec<u64> {
    let mut counts = vec![0; bins];
    for value in histogram.iter_recorded() {
        let at = (value.value_iterated_to() as f64 / until as f64 * bins as f64) as usize;
        if let Some(bin) = counts.get_mut(at) {
            *bin += value.count_at_value();
        }
    }
    counts
}
