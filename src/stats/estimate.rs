//! From one number per replication to an estimate: means, ratios, standard deviations, percentiles.

use crate::result::{Estimate, StandardError};

/// A percentile needs so many replications to have an interval, and is not given without one.
pub const REPLICATIONS_AT_LEAST: usize = 10;

/// So many live runs have an interval.
pub const RUNS_AT_LEAST: usize = 5;

/// A percentile needs so many messages beyond it, in all replications together.
pub const ABOVE_AT_LEAST: f64 = 100.0;

const ALONE: &str = "one replication has no interval";

/// The mean over replications, with Student's t. Replications that have no value are left out, so the mean is then one
/// of those that have.
pub fn mean<T: Copy + Into<Option<f64>>>(values: &[T]) -> Estimate {
    let values: Vec<f64> = values.iter().filter_map(|&value| value.into()).collect();
    match values.as_slice() {
        [] => nothing("no replication has a value"),
        [value] => alone(*value),
        _ => with_error(average(&values), (variance(&values) / values.len() as f64).sqrt(), values.len()),
    }
}

/// The ratio of two sums over replications, from pairs of (numerator, denominator), with the jackknife's standard error
/// (Quenouille 1956; Tukey 1958): the spread of the ratios that leave one replication out. The value is the plain ratio
/// of the sums, so that it agrees with the accounts. Replications whose denominator is zero have nothing to say and do
/// not count. With equal denominators it is the mean of the quotients. `nothing_why` says why there is no value if none
/// counts.
pub fn ratio(pairs: &[(f64, f64)], nothing_why: &str) -> Estimate {
    let pairs: Vec<(f64, f64)> = pairs.iter().copied().filter(|pair| pair.1 > 0.0).collect();
    if pairs.is_empty() {
        return nothing(nothing_why);
    }
    if pairs.iter().all(|pair| pair.1 == pairs[0].1) {
        return mean(&pairs.iter().map(|(numerator, denominator)| numerator / denominator).collect::<Vec<f64>>());
    }
    let (above, below) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    let without: Vec<f64> = pairs.iter().map(|pair| (above - pair.0) / (below - pair.1)).collect();
    jackknife(above / below, &without)
}

/// How the messages of one replication vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    pub count: u64,
    pub mean: f64,
    /// The sum of squared deviations from the mean.
    pub m2: f64,
}

/// The standard deviation of all messages of all replications about their common mean, with the jackknife's standard
/// error.
pub fn pooled_sd(replications: &[Moments], nothing_why: &str) -> Estimate {
    let replications: Vec<&Moments> = replications.iter().filter(|moments| moments.count > 0).collect();
    let count: f64 = replications.iter().map(|moments| moments.count as f64).sum();
    if replications.is_empty() {
        return nothing(nothing_why);
    }
    let common = replications.iter().map(|moments| moments.mean * (moments.count as f64 / count)).sum::<f64>();
    // Sums about the common mean, so that leaving one out by subtraction loses nothing.
    let sums = |moments: &Moments| {
        let (n, off) = (moments.count as f64, moments.mean - common);
        [n, n * off, moments.m2 + n * off * off]
    };
    let all = replications.iter().fold([0.0; 3], |all, one| zip(all, sums(one), |a, b| a + b));
    let without: Vec<f64> = replications.iter().map(|one| sd_of(zip(all, sums(one), |a, b| a - b))).collect();
    jackknife(sd_of(all), &without)
}

fn zip(a: [f64; 3], b: [f64; 3], with: impl Fn(f64, f64) -> f64) -> [f64; 3] {
    [with(a[0], b[0]), with(a[1], b[1]), with(a[2], b[2])]
}

fn sd_of([n, sum, squares]: [f64; 3]) -> f64 {
    (squares / n - (sum / n).powi(2)).max(0.0).sqrt()
}

/// What a percentile is estimated from.
#[derive(Clone, Copy, Debug)]
pub struct PerReplication<'a> {
    /// Between 0 and 1.
    pub quantile: f64,
    /// The quantile of all replications merged, in the measure's unit; `None` where there was nothing to merge.
    pub merged: Option<f64>,
    /// The quantile of each replication; `None` where one has nothing.
    pub values: &'a [Option<f64>],
    /// The width of the histogram's bucket that holds `merged`: no interval is narrower.
    pub bucket: f64,
    /// How many messages there are in all replications; `None` for a level over time, which has no messages to count.
    pub messages: Option<u64>,
    /// The measured seconds of scenario time in one replication.
    pub seconds: f64,
}

/// A percentile: the merged one, with Student's t over the replications' own as half-width.
///
/// It needs [`REPLICATIONS_AT_LEAST`] and [`ABOVE_AT_LEAST`] messages above it (below it, if fewer are there); else
/// there is no value, and `why` says how much longer would do.
pub fn percentile(of: PerReplication<'_>) -> Estimate {
    let values: Vec<f64> = of.values.iter().copied().flatten().collect();
    let Some(merged) = of.merged.filter(|_| !values.is_empty()) else {
        return nothing("no replication has a value");
    };
    let missing = [replications_missing(values.len()), messages_missing(&of)];
    let missing: Vec<String> = missing.into_iter().flatten().collect();
    if !missing.is_empty() {
        return nothing(&format!("needs {}", missing.join(" and ")));
    }
    around(merged, &values, of.bucket)
}

/// A percentile of live runs, of which there are few: it needs [`ABOVE_AT_LEAST`] messages above it too, but has a value
/// without an interval if there are fewer than [`RUNS_AT_LEAST`] of them.
pub fn percentile_of_runs(of: PerReplication<'_>) -> Estimate {
    let values: Vec<f64> = of.values.iter().copied().flatten().collect();
    let Some(merged) = of.merged.filter(|_| !values.is_empty()) else { return nothing("no run has a value") };
    if let Some(missing) = messages_missing(&of) {
        return nothing(&format!("needs {missing}"));
    }
    if values.len() < RUNS_AT_LEAST {
        let why = format!("an interval needs at least {RUNS_AT_LEAST} runs");
        return Estimate { value: Some(merged), error: None, why: Some(why) };
    }
    around(merged, &values, of.bucket)
}

/// The merged percentile, with Student's t over each one's own.
fn around(merged: f64, values: &[f64], at_least: f64) -> Estimate {
    let error = (variance(values) / values.len() as f64).sqrt();
    let freedom = (values.len() - 1) as f64;
    Estimate { value: Some(merged), error: Some(StandardError { error, freedom, at_least }), why: None }
}

fn replications_missing(replications: usize) -> Option<String> {
    (replications < REPLICATIONS_AT_LEAST).then(|| format!("at least {REPLICATIONS_AT_LEAST} replications"))
}

fn messages_missing(of: &PerReplication<'_>) -> Option<String> {
    let beyond = of.messages? as f64 * of.quantile.min(1.0 - of.quantile);
    // The quantile itself is rounded: 1 − 0.99 is a little more or less than a hundredth.
    if beyond >= ABOVE_AT_LEAST * (1.0 - 1e-9) {
        return None;
    }
    let seconds = of.values.len() as f64 * of.seconds * (ABOVE_AT_LEAST / beyond - 1.0);
    Some(format!("about {} more", in_words(seconds)))
}

/// A length of time to two figures, such as `40 s`.
fn in_words(seconds: f64) -> String {
    const UNITS: [(&str, f64); 7] =
        [("d", 86_400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)];
    let (unit, length) = UNITS.into_iter().find(|(_, length)| seconds >= 2.0 * length).unwrap_or(UNITS[6]);
    let count = seconds / length;
    let step = 10_f64.powf((count.max(1.0).log10().floor() - 1.0).max(0.0));
    format!("{} {unit}", (count / step).ceil() * step)
}

fn nothing(why: &str) -> Estimate {
    Estimate { value: None, error: None, why: Some(why.to_owned()) }
}

fn alone(value: f64) -> Estimate {
    Estimate { value: Some(value), error: None, why: Some(ALONE.to_owned()) }
}

fn with_error(value: f64, error: f64, replications: usize) -> Estimate {
    let freedom = (replications - 1) as f64;
    Estimate { value: Some(value), error: Some(StandardError { error, freedom, at_least: 0.0 }), why: None }
}

/// `without` holds the statistic with each replication left out in turn.
fn jackknife(value: f64, without: &[f64]) -> Estimate {
    let replications = without.len();
    if replications < 2 {
        return alone(value);
    }
    let left = (replications - 1) as f64;
    with_error(value, (variance(without) * left * left / replications as f64).sqrt(), replications)
}

/// Equal values have exactly that mean.
fn average(values: &[f64]) -> f64 {
    values[0] + values.iter().map(|value| value - values[0]).sum::<f64>() / values.len() as f64
}

/// With one less than the number of values below the line.
fn variance(values: &[f64]) -> f64 {
    let mean = average(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, uniform};
    use crate::stats::interval;
    use crate::workload::sampler::exp1;

    fn error_of(estimate: &Estimate) -> f64 {
        estimate.error.expect("an interval holds").error
    }

    #[test]
    fn a_mean_has_the_error_of_the_text_books() {
        let found = mean(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(found.value, Some(5.0));
        assert!((error_of(&found) - (32.0_f64 / 7.0 / 8.0).sqrt()).abs() < 1e-15);
        assert_eq!(found.error.unwrap().freedom, 7.0);
    }

    #[test]
    fn equal_values_have_exactly_their_mean_and_no_error() {
        let found = mean(&[0.1; 7]);
        assert_eq!((found.value, error_of(&found)), (Some(0.1), 0.0));
    }

    #[test]
    fn one_replication_has_a_value_and_no_interval() {
        let found = mean(&[Some(3.0), None]);
        assert_eq!((found.value, found.error), (Some(3.0), None));
        assert_eq!(found.why.as_deref(), Some("one replication has no interval"));
        assert_eq!(mean::<Option<f64>>(&[None, None]).value, None);
    }

    #[test]
    fn equal_denominators_give_the_plain_mean() {
        let numerators = [3.0, 1.0, 7.0, 2.0];
        let pairs = numerators.map(|n| (n, 8.0));
        assert_eq!(ratio(&pairs, ""), mean(&numerators.map(|n| n / 8.0)));
    }

    #[test]
    fn nearly_equal_denominators_give_nearly_the_plain_mean() {
        let pairs = [(3.0, 8.0), (1.0, 8.0), (7.0, 8.0), (2.0, 8.0 + 1e-9)];
        let (jackknifed, plain) = (ratio(&pairs, ""), mean(&pairs.map(|pair| pair.0 / 8.0)));
        assert!((error_of(&jackknifed) - error_of(&plain)).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_has_the_jackknifes_error() {
        // By hand: leaving one out gives 8/6, 7/5 and 5/3.
        let found = ratio(&[(2.0, 1.0), (3.0, 2.0), (5.0, 4.0)], "");
        let without = [8.0 / 6.0, 7.0 / 5.0, 5.0 / 3.0];
        let middle = without.iter().sum::<f64>() / 3.0;
        let squares: f64 = without.iter().map(|x| (x - middle).powi(2)).sum();
        assert_eq!(found.value, Some(10.0 / 7.0));
        assert!((error_of(&found) - (2.0 / 3.0 * squares).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn replications_without_a_denominator_do_not_count() {
        assert_eq!(ratio(&[(0.0, 0.0), (1.0, 2.0), (1.0, 3.0)], ""), ratio(&[(1.0, 2.0), (1.0, 3.0)], ""));
        let none = ratio(&[(0.0, 0.0)], "nothing was published");
        assert_eq!((none.value, none.why.as_deref()), (None, Some("nothing was published")));
    }

    #[test]
    fn a_pooled_standard_deviation_is_that_of_all_messages() {
        let groups: [&[f64]; 3] = [&[1.0, 2.0, 6.0], &[4.0, 4.0], &[9.0, 1.0, 3.0, 3.0]];
        let found = pooled_sd(&groups.map(moments), "");
        let all: Vec<f64> = groups.concat();
        assert!((found.value.unwrap() - spread(&all)).abs() < 1e-14);
        let without = [[groups[1], groups[2]], [groups[0], groups[2]], [groups[0], groups[1]]];
        let expected = jackknife(0.0, &without.map(|pair| spread(&pair.concat())));
        assert!((error_of(&found) - error_of(&expected)).abs() < 1e-14);
    }

    fn moments(values: &[f64]) -> Moments {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Moments { count: values.len() as u64, mean, m2: values.iter().map(|x| (x - mean).powi(2)).sum() }
    }

    fn spread(values: &[f64]) -> f64 {
        let moments = moments(values);
        (moments.m2 / moments.count as f64).sqrt()
    }

    fn p99(values: &[Option<f64>], messages: u64) -> Estimate {
        let seconds = 10.0;
        percentile(PerReplication {
            quantile: 0.99,
            merged: Some(5.0),
            values,
            bucket: 0.25,
            messages: Some(messages),
            seconds,
        })
    }

    #[test]
    fn a_percentile_is_centred_on_the_merged_one_and_no_narrower_than_its_bucket() {
        let found = p99(&[Some(4.0); 10], 10_000);
        assert_eq!(interval(&found, 0.95), Some((4.75, 5.25)));
    }

    #[test]
    fn a_percentile_with_too_few_messages_beyond_it_says_how_much_longer_would_do() {
        let why = |values: &[Option<f64>], messages| p99(values, messages).why.unwrap();
        assert_eq!(why(&[Some(4.0); 20], 8_000), "needs about 50 s more");
        assert_eq!(why(&[Some(4.0); 20], 9_000), "needs about 23 s more");
        assert_eq!(why(&[Some(4.0); 3], 10_000), "needs at least 10 replications");
        assert_eq!(why(&[Some(4.0); 9], 50), "needs at least 10 replications and about 5 h more");
        assert_eq!(why(&[None, None], 0), "no replication has a value");
    }

    #[test]
    fn a_low_percentile_counts_the_messages_below_it() {
        let of = PerReplication {
            quantile: 0.01,
            merged: Some(5.0),
            values: &[Some(4.0); 10],
            bucket: 0.25,
            messages: Some(5_000),
            seconds: 10.0,
        };
        assert_eq!(percentile(of).value, None);
        assert_eq!(percentile(PerReplication { messages: None, ..of }).value, Some(5.0));
    }

    /// Of 4,000 intervals at 95 %, so many as a share cover `truth`.
    fn coverage(truth: f64, estimate: impl Fn(u64) -> Estimate) -> f64 {
        let covers = |i: &u64| interval(&estimate(*i), 0.95).is_some_and(|(low, high)| low <= truth && truth <= high);
        (0..4000).filter(covers).count() as f64 / 4000.0
    }

    #[test]
    fn intervals_of_a_mean_cover_the_truth_as_often_as_they_say() {
        let normal_like = |i: u64, j: u64| {
            let mut draws = Key::of_seed(1).number(i).number(j).draws();
            (0..12).map(|_| uniform(&mut draws)).sum::<f64>()
        };
        let covered = coverage(6.0, |i| mean(&(0..10).map(|j| normal_like(i, j)).collect::<Vec<f64>>()));
        assert!((0.938..0.962).contains(&covered), "{covered}");
    }

    #[test]
    fn intervals_of_a_ratio_cover_the_truth_as_often_as_they_say() {
        // Messages a replication vary by a factor of three, and so does what is lost of them.
        let pair = |i: u64, j: u64| {
            let mut draws = Key::of_seed(2).number(i).number(j).draws();
            let below = 100.0 + 200.0 * uniform(&mut draws);
            (below * 0.1 * (0.5 + uniform(&mut draws)), below)
        };
        let covered = coverage(0.1, |i| ratio(&(0..20).map(|j| pair(i, j)).collect::<Vec<_>>(), ""));
        assert!((0.935..0.965).contains(&covered), "{covered}");
    }

    #[test]
    fn intervals_of_a_standard_deviation_cover_the_truth_nearly_as_often_as_they_say() {
        let one = |i: u64, j: u64| {
            let mut draws = Key::of_seed(3).number(i).number(j).draws();
            moments(&(0..200).map(|_| exp1(&mut draws)).collect::<Vec<f64>>())
        };
        let covered = coverage(1.0, |i| pooled_sd(&(0..20).map(|j| one(i, j)).collect::<Vec<_>>(), ""));
        assert!((0.925..0.965).contains(&covered), "{covered}");
    }
}
