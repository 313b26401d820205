//! Where the warm-up ends: MSER-5.

/// Observations in a batch.
const BATCH: usize = 5;

/// The last batches decide nothing: a few that happen to be alike would look like the quietest part of all.
const BATCHES_LEFT_AT_LEAST: usize = 10;

/// With fewer batches there is no second half to speak of.
const BATCHES_AT_LEAST: usize = 3 * BATCHES_LEFT_AT_LEAST;

/// A cut in the first half is taken if its statistic is within this factor of the best: the standard error of what
/// remains is then at most an eighth larger, while noise alone often puts the very best a little behind the middle.
const NEARLY_AS_GOOD: f64 = 1.25;

/// What a series says about its warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// So many observations at the beginning belong to the warm-up; a multiple of 5, and at most half of the series.
    At(usize),
    /// The quietest part begins in the second half: the series is too short, or there is nothing to settle to.
    NotSettled,
}

/// MSER-5 (White 1997; White, Cobb & Spratt 2000, eq. 1): batches of five, cut where the squared standard error of the
/// mean of what remains, Σ(zⱼ − z̄)²/(k − d)², is smallest. The earliest cut wins among equals.
///
/// Give it a series pooled over replications. A `None` is an interval in which nothing was observed: its batch is the
/// mean of the others, and a batch of nothing else is passed over. What remains is never less than a tenth of the
/// batches, or ten. A series of less than thirty batches is not settled: 150 observations are the least, 500 a good
/// number.
pub fn mser5(series: &[Option<f64>]) -> Cut {
    let batches: Vec<(usize, f64)> =
        series.chunks(BATCH).enumerate().filter_map(|(i, batch)| some_mean(i, batch)).collect();
    if batches.len() < BATCHES_AT_LEAST {
        return Cut::NotSettled;
    }
    let statistics = statistics(&batches.iter().map(|batch| batch.1).collect::<Vec<f64>>());
    let searched = batches.len() - BATCHES_LEFT_AT_LEAST.max(batches.len().div_ceil(10));
    let (early, late) = statistics[..=searched].split_at(searched.min(batches.len() / 2) + 1);
    let (cut, best) = smallest(early);
    if late.iter().any(|statistic| statistic * NEARLY_AS_GOOD < best) {
        return Cut::NotSettled;
    }
    // Whatever comes before the first observation is no warm-up by itself.
    Cut::At(if cut == 0 { 0 } else { batches[cut].0 * BATCH })
}

/// For each number of batches cut, the squared standard error of the mean of the others.
fn statistics(batches: &[f64]) -> Vec<f64> {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut statistics: Vec<f64> = batches
        .iter()
        .rev()
        .map(|value| {
            // Welford 1962, from the end: equal values have exactly no spread.
            count += 1.0;
            let off = value - mean;
            mean += off / count;
            squares += off * (value - mean);
            squares / (count * count)
        })
        .collect();
    statistics.reverse();
    statistics
}

/// The first smallest value, with its place.
fn smallest(values: &[f64]) -> (usize, f64) {
    values.iter().copied().enumerate().fold((0, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best })
}

fn some_mean(index: usize, batch: &[Option<f64>]) -> Option<(usize, f64)> {
    let seen: Vec<f64> = batch.iter().copied().flatten().collect();
    let first = *seen.first()?;
    Some((index, first + seen.iter().map(|value| value - first).sum::<f64>() / seen.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Draws, Key, uniform};

    /// Nearly normal, with mean 0 and variance 1.
    fn noise(draws: &mut Draws) -> f64 {
        (0..12).map(|_| uniform(draws)).sum::<f64>() - 6.0
    }

    /// Autoregressive noise with standard deviation 1 around `level`.
    fn series(seed: u64, n: usize, memory: f64, level: impl Fn(f64) -> f64) -> Vec<Option<f64>> {
        let mut draws = Key::of_seed(seed).draws();
        let mut at = noise(&mut draws);
        let mut next = || {
            at = memory * at + (1.0 - memory * memory).sqrt() * noise(&mut draws);
            at
        };
        (0..n).map(|i| Some(next() + level(i as f64 / n as f64))).collect()
    }

    fn share_not_settled(n: usize, memory: f64) -> f64 {
        let not_settled = |seed: &u64| mser5(&series(*seed, n, memory, |_| 0.0)) == Cut::NotSettled;
        (0..1000).filter(not_settled).count() as f64 / 1000.0
    }

    #[test]
    fn stationary_noise_rarely_looks_unsettled() {
        for (n, memory) in [(200, 0.0), (1000, 0.0), (200, 0.5), (1000, 0.5), (1000, 0.8), (2000, 0.9)] {
            let share = share_not_settled(n, memory);
            assert!(share < 0.02, "{n} observations with memory {memory}: {share}");
        }
    }

    #[test]
    fn most_of_a_transient_is_cut() {
        for (seed, memory) in (0..200).flat_map(|seed| [(seed, 0.0), (seed, 0.7)]) {
            // A thousand observations, and a tenth of the transient is left after 115 of them.
            let cut = mser5(&series(seed, 1000, memory, |t| -20.0 * (-20.0 * t).exp()));
            let Cut::At(at) = cut else { panic!("seed {seed}: not settled") };
            assert!((100..=300).contains(&at), "seed {seed}: {at}");
        }
    }

    #[test]
    fn a_series_that_grows_is_not_settled() {
        for seed in 0..50 {
            assert_eq!(mser5(&series(seed, 500, 0.5, |t| 50.0 * t)), Cut::NotSettled, "seed {seed}");
        }
    }

    #[test]
    fn a_constant_series_has_no_warm_up() {
        assert_eq!(mser5(&[Some(0.1); 200]), Cut::At(0));
    }

    #[test]
    fn gaps_are_passed_over() {
        let mut gaps = series(1, 1000, 0.0, |t| -20.0 * (-20.0 * t).exp());
        let whole = mser5(&gaps);
        gaps[3] = None;
        gaps[600..640].fill(None);
        let Cut::At(cut) = mser5(&gaps) else { panic!("not settled") };
        let Cut::At(whole) = whole else { panic!("not settled") };
        assert!(cut.abs_diff(whole) <= 50, "{cut} with gaps, {whole} without");
        assert_eq!(mser5(&[None; 200]), Cut::NotSettled);
    }

    #[test]
    fn a_series_too_short_to_judge_is_not_settled() {
        assert_eq!(mser5(&[Some(1.0); 145]), Cut::NotSettled);
        assert_eq!(mser5(&[Some(1.0); 150]), Cut::At(0));
    }
}
