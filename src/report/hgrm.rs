//! A histogram as the text that HdrHistogram's own tools write and plotters read: percentiles, ever finer at the end.
//!
//! Gil Tene, HdrHistogram, `outputPercentileDistribution`.

use std::fmt::Write as _;

use hdrhistogram::Histogram;

/// Histograms count nanoseconds; plotters expect milliseconds.
const NANOS_PER_MS: f64 = 1e6;
/// Between 50 % and 75 % are as many rows as between 75 % and 87.5 %, and so on.
const ROWS_PER_HALVING: u32 = 5;

/// Of times in nanoseconds, written in milliseconds.
pub fn hgrm(histogram: &Histogram<u64>) -> String {
    let mut text = format!("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    let mut total = 0;
    for step in histogram.iter_quantiles(ROWS_PER_HALVING) {
        total += step.count_since_last_iteration();
        let (value, share) = (step.value_iterated_to() as f64 / NANOS_PER_MS, step.quantile_iterated_to());
        let _ = write!(text, "{value:>12.6} {share:>14.12} {total:>10}");
        // Nothing lies beyond the last.
        let _ = if share < 1.0 { writeln!(text, " {:>14.2}", 1.0 / (1.0 - share)) } else { writeln!(text) };
    }
    let ms = |nanos: f64| nanos / NANOS_PER_MS;
    let (mean, sd, max) = (ms(histogram.mean()), ms(histogram.stdev()), ms(histogram.max() as f64));
    let _ = writeln!(text, "#[Mean    = {mean:>12.6}, StdDeviation   = {sd:>12.6}]");
    let _ = writeln!(text, "#[Max     = {max:>12.6}, Total count    = {:>12}]", histogram.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_up_to_all_of_what_was_counted_and_the_end_says_how_much_that_is() {
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        for ms in 1..=100 {
            histogram.record(ms * 1_000_000).unwrap();
        }
        let text = hgrm(&histogram);
        let rows: Vec<Vec<f64>> = text
            .lines()
            .skip(2)
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_whitespace().map(|cell| cell.parse().unwrap()).collect())
            .collect();
        assert!(rows.is_sorted_by(|a, b| a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2]));
        let half = rows.iter().find(|row| row[1] == 0.5).unwrap();
        assert!((half[0] - 50.0).abs() < 0.1 && half[2] == 50.0 && half[3] == 2.0, "{half:?}");
        let last = rows.last().unwrap();
        assert!((last[0] - 100.0).abs() < 0.1 && last[1..] == [1.0, 100.0], "{last:?}");
        assert!(text.ends_with(", Total count    =          100]\n"), "{text}");
    }

    #[test]
    fn a_histogram_of_nothing_has_no_rows() {
        assert_eq!(hgrm(&Histogram::<u64>::new(3).unwrap()).lines().filter(|line| !line.starts_with('#')).count(), 2);
    }
}
