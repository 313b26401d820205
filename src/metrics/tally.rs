//! A distribution of times as it is measured: exact sums, and a histogram for percentiles.

use hdrhistogram::Histogram;

use crate::time::Span;

/// Significant digits of every histogram: a percentile is within 0.1 % of its value.
const DIGITS: u8 = 3;
/// What three digits need.
const BUCKETS_PER_DOUBLING: u64 = 1024;
/// Above this a sum of squares may not fit any more; the histogram's, within 0.1 %, has to do. A thousand times of thirty
/// years come near.
const TOO_SQUARE: f64 = 1e38;
/// Longer times are counted as this long, 146 years.
const LONGEST_NANOS: u64 = 1 << 62;

/// Times, counted. The sums are exact, so that equal times have no spread.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Complete after [`Tally::settle`], as the histogram is.
    pub count: u64,
    /// In nanoseconds.
    pub sum: u128,
    pub max: u64,
    /// In nanoseconds², modulo 2¹²⁸: what is subtracted from it brings it back into range.
    squares: u128,
    pub histogram: Histogram<u64>,
    /// What is still to be added to the histogram, by bucket: counting here takes a third of the time. In bytes, so that
    /// the buckets of several tallies stay in a processor's first cache.
    recent: Vec<u8>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { count: 0, sum: 0, max: 0, squares: 0, histogram: histogram(), recent: Vec::new() }
    }
}

/// An empty histogram of nanoseconds that grows as needed.
pub fn histogram() -> Histogram<u64> {
    Histogram::new(DIGITS).expect("three digits are possible")
}

impl Tally {
    #[inline]
    pub fn record(&mut self, span: Span) {
        let nanos = span.nanos();
        let bucket = bucket(nanos);
        let Some(count) = self.recent.get_mut(bucket) else {
            return self.record_after_making_room(span);
        };
        *count = count.wrapping_add(1);
        if *count == 0 {
            self.spill(bucket);
        }
        self.add(nanos);
    }

    /// The count of that bucket has come round to 0.
    #[cold]
    fn spill(&mut self, bucket: usize) {
        self.put(bucket, u64::from(u8::MAX) + 1);
    }

    /// Adds to the histogram.
    fn put(&mut self, bucket: usize, count: u64) {
        self.count += count;
        self.histogram.record_n(lowest(bucket), count).expect("a histogram that grows takes every value in range");
    }

    #[cold]
    fn record_after_making_room(&mut self, span: Span) {
        let span = span.min(Span::from_nanos(LONGEST_NANOS));
        let buckets = (bucket(span.nanos()) + 1).next_multiple_of(BUCKETS_PER_DOUBLING as usize);
        self.recent.resize(buckets.max(self.recent.len()), 0);
        self.record(span);
    }

    #[inline]
    fn add(&mut self, nanos: u64) {
        self.sum += u128::from(nanos);
        if nanos > self.max {
            self.max = nanos;
        }
        self.squares = self.squares.wrapping_add(u128::from(nanos) * u128::from(nanos));
    }

    /// Brings the histogram up to date. From the longest time down, so that it grows only once.
    #[cold]
    pub fn settle(&mut self) {
        let recent = std::mem::take(&mut self.recent);
        for (bucket, count) in recent.into_iter().enumerate().rev().filter(|(_, count)| *count > 0) {
            self.put(bucket, count.into());
        }
    }

    /// In seconds.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 / 1e9)
    }

    /// The sum of squared distances from the mean, in seconds².
    pub fn squared_distances(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let count = u128::from(self.count);
        if (self.max as f64).powi(2) * self.count as f64 >= TOO_SQUARE {
            return self.histogram.stdev().powi(2) * self.count as f64 / 1e18;
        }
        // With the sum n·m + r: Σ(x−m)² = Σx² − 2mΣx + nm², and r²/n less around the mean.
        let (m, r) = (self.sum / count, (self.sum % count) as f64);
        let twice = m.wrapping_mul(2).wrapping_mul(self.sum);
        let around_m = self.squares.wrapping_sub(twice).wrapping_add(m.wrapping_mul(m).wrapping_mul(count));
        (around_m as f64 - r * r / count as f64).max(0.0) / 1e18
    }

    /// In seconds, in one pass; the quantiles rise. `None` if nothing was counted, and beyond all that was.
    pub fn quantiles(&self, quantiles: impl Iterator<Item = f64> + Clone) -> Vec<Option<f64>> {
        let values = self.histogram.value_at_quantiles(quantiles.clone());
        // The histogram answers with the highest time of a bucket, which may be above every time there was.
        let seconds = values.map(|nanos| nanos.min(self.max) as f64 / 1e9);
        quantiles.zip(seconds).map(|(quantile, value)| (self.count > 0 && quantile <= 1.0).then_some(value)).collect()
    }

    /// The width of the bucket that a time in seconds falls into, in seconds; 0 for no time at all, which no other shares.
    pub fn bucket_s(&self, seconds: f64) -> f64 {
        if seconds == 0.0 {
            return 0.0;
        }
        self.histogram.equivalent_range((seconds * 1e9) as u64) as f64 / 1e9
    }

    /// Adds what another, settled one has counted.
    pub fn merge(&mut self, other: &Tally) {
        debug_assert_eq!(other.histogram.len(), other.count, "what is merged is settled");
        if self.count == 0 {
            return *self = other.clone();
        }
        self.squares = self.squares.wrapping_add(other.squares);
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.histogram.add(&other.histogram).expect("a histogram that grows takes another's values");
    }
}

/// The bucket of a histogram with three significant digits: below 2048 each number has its own, above there are 1024
/// to every doubling.
#[inline]
fn bucket(nanos: u64) -> usize {
    let doublings = (nanos | (2 * BUCKETS_PER_DOUBLING - 1)).ilog2() - BUCKETS_PER_DOUBLING.ilog2();
    ((u64::from(doublings) * BUCKETS_PER_DOUBLING) + (nanos >> doublings)) as usize
}

/// The lowest number in a bucket.
fn lowest(bucket: usize) -> u64 {
    let doublings = (bucket as u64 / BUCKETS_PER_DOUBLING).saturating_sub(1);
    (bucket as u64 - doublings * BUCKETS_PER_DOUBLING) << doublings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(nanos: &[u64]) -> Tally {
        let mut tally = Tally::default();
        nanos.iter().for_each(|n| tally.record(Span::from_nanos(*n)));
        tally.settle();
        tally
    }

    #[test]
    fn a_bucket_is_one_of_the_histogram() {
        let around = |n: u64| [n - 1, n, n + 1, n + n / 3];
        for nanos in (0..62).flat_map(|doublings| around(1 << doublings)) {
            let histogram = histogram();
            let lowest = lowest(bucket(nanos));
            assert_eq!(histogram.lowest_equivalent(nanos), lowest, "of {nanos}");
        }
    }

    #[test]
    fn no_time_at_all_has_a_bucket_of_no_width() {
        let half_wait = tally(&[0, 0, 0, 5_000_000]);
        assert_eq!(half_wait.quantiles([0.5].into_iter()), [Some(0.0)]);
        assert_eq!((half_wait.bucket_s(0.0), half_wait.bucket_s(1e-9), half_wait.bucket_s(5e-6)), (0.0, 1e-9, 4e-9));
    }

    #[test]
    fn equal_times_have_no_spread() {
        assert_eq!(tally(&[20_000_001; 1000]).squared_distances(), 0.0);
    }

    #[test]
    fn long_times_lie_as_far_apart_as_they_do() {
        let years = |count: u64| count * 31_557_600_000_000_000;
        for (near, far) in [(years(20), years(21)), (years(40), years(120))] {
            let distance = (far - near) as f64 / 2.0 / 1e9;
            let ratio = tally(&[near, far].repeat(4)).squared_distances() / (8.0 * distance.powi(2));
            assert!((ratio - 1.0).abs() < 0.003, "{ratio}");
        }
    }

    #[test]
    fn merging_is_as_good_as_counting_everything_at_once() {
        let (a, b) = ([3_000, 5_000, 100_000], [7_000, 1]);
        let mut merged = tally(&a);
        merged.merge(&tally(&b));
        let whole = tally(&[a.as_slice(), &b].concat());
        assert_eq!((merged.count, merged.sum, merged.max), (whole.count, whole.sum, whole.max));
        assert_eq!(merged.squared_distances(), whole.squared_distances());
        assert_eq!(merged.histogram, whole.histogram);
    }

    #[test]
    fn no_time_is_too_long_or_too_short() {
        assert_eq!(tally(&[u64::MAX, 0]).max, LONGEST_NANOS);
    }
}
