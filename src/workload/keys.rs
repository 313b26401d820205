//! Which key a message carries: a number from 1 on, by Zipf's law.

use std::num::NonZeroU64;

use crate::random::{Draws, uniform};

/// Terms of the law that are added up one by one; of those behind them only the sum is needed.
const TERMS: u64 = 1000;

/// Key number k comes in proportion to k^−skew, unless the share of the first is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keys {
    /// How many there are, at least 1.
    pub among: u64,
    /// Zipf's exponent; with 0 all are alike.
    pub skew: f64,
    /// The share of the first key; the others keep their proportions.
    pub hot: Option<f64>,
}

impl Keys {
    /// Prepares what every draw needs.
    pub fn sampler(&self) -> KeySampler {
        let first = if self.hot.is_some() { 2 } else { 1 };
        KeySampler { hot: self.hot, zipf: (first < self.among).then(|| Zipf::new(first, self.among, self.skew)) }
    }

    /// The share of a key; the first or the second has the largest.
    pub fn share(&self, key: u64) -> f64 {
        let (all, weight) = (sum(self.among, self.skew), (key as f64).powf(-self.skew));
        match self.hot {
            _ if key > self.among => 0.0,
            None => weight / all,
            Some(hot) if key == 1 => hot,
            Some(hot) => (1.0 - hot) * weight / (all - 1.0),
        }
    }
}

/// 1 + 2^−s + … + n^−s, from [`TERMS`] on by Euler and Maclaurin's formula, which is good to 12 digits there.
fn sum(n: u64, s: f64) -> f64 {
    let m = n.min(TERMS);
    let one_by_one: f64 = (1..=m).rev().map(|k| (k as f64).powf(-s)).sum();
    let (m, n) = (m as f64, n as f64);
    let slope = |x: f64| -s * x.powf(-s - 1.0);
    let ends = (n.powf(-s) - m.powf(-s)) / 2.0 + (slope(n) - slope(m)) / 12.0;
    one_by_one + integral(n, s) - integral(m, s) + ends
}

/// ∫ t^−s dt from 1 to x.
fn integral(x: f64, s: f64) -> f64 {
    let (power, log) = (1.0 - s, x.ln());
    // Where the exponent is next to 1 the power law is a logarithm.
    if (power * log).abs() < 1e-12 { log } else { (power * log).exp_m1() / power }
}

/// The x up to which the integral is y.
fn inverse(y: f64, s: f64) -> f64 {
    let power = 1.0 - s;
    let log = if (power * y).abs() < 1e-12 { y } else { (power * y).max(-1.0).ln_1p() / power };
    log.exp()
}

/// Keys ready to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct KeySampler {
    hot: Option<f64>,
    /// Of those whose share is not said; none where that is one key alone.
    zipf: Option<Zipf>,
}

impl KeySampler {
    pub fn draw(&self, draws: &mut Draws) -> NonZeroU64 {
        let is_hot = self.hot.is_some_and(|hot| uniform(draws) < hot);
        let key = match &self.zipf {
            _ if is_hot => 1,
            Some(zipf) => zipf.draw(draws),
            None if self.hot.is_some() => 2,
            None => 1,
        };
        NonZeroU64::new(key).unwrap_or(NonZeroU64::MIN)
    }
}

/// Whole numbers from `first` to `last` in proportion to k^−s: by rejection from the inverted integral, in constant time
/// and memory (Hörmann & Derflinger 1996, "Rejection-inversion to generate variates from monotone discrete
/// distributions").
#[derive(Clone, Copy, Debug)]
struct Zipf {
    first: u64,
    last: u64,
    s: f64,
    /// The integral where the first and the last bar begin and end.
    from: f64,
    to: f64,
    /// So near below its number a point is always under its bar.
    near: f64,
}

impl Zipf {
    fn new(first: u64, last: u64, s: f64) -> Zipf {
        let bar = |k: f64| integral(k + 0.5, s) - k.powf(-s);
        let second = first as f64 + 1.0;
        Zipf {
            first,
            last,
            s,
            from: bar(first as f64),
            to: integral(last as f64 + 0.5, s),
            near: second - inverse(bar(second), s),
        }
    }

    fn draw(&self, draws: &mut Draws) -> u64 {
        loop {
            let y = self.to + uniform(draws) * (self.from - self.to);
            let x = inverse(y, self.s);
            let k = (x.round() as u64).clamp(self.first, self.last);
            let number = k as f64;
            if number - x <= self.near || y >= integral(number + 0.5, self.s) - number.powf(-self.s) {
                return k;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_the_law_is_what_its_terms_add_up_to() {
        for (n, s) in
            [(1, 0.0), (7, 0.0), (1_000_000, 0.0), (30_000, 0.5), (30_000, 1.0), (1_000_000, 1.1), (5000, 5.0)]
        {
            let terms: f64 = (1..=n).rev().map(|k| (k as f64).powf(-s)).sum();
            assert!((sum(n, s) / terms - 1.0).abs() < 1e-11, "{n} keys, skew {s}: {} and {terms}", sum(n, s));
        }
    }

    #[test]
    fn the_share_of_the_first_key_is_as_it_says_and_the_others_keep_their_proportions() {
        let share = |among, skew, hot, key| Keys { among, skew, hot }.share(key);
        assert_eq!(share(4, 0.0, None, 3), 0.25);
        assert_eq!(share(4, 0.0, None, 5), 0.0);
        assert_eq!(share(1, 3.0, Some(1.0), 1), 1.0);
        assert_eq!(share(5, 0.0, Some(0.6), 1), 0.6);
        assert!((share(5, 0.0, Some(0.1), 2) - 0.9 / 4.0).abs() < 1e-12);
        assert!((share(3, 1.0, Some(0.4), 2) / share(3, 1.0, Some(0.4), 3) - 1.5).abs() < 1e-12);
    }

    #[test]
    fn the_integral_and_its_inverse_are_smooth_where_the_exponent_is_one() {
        for s in [0.0, 0.999_999_999_9, 1.0, 1.000_000_000_1, 5.0] {
            for x in [1.5, 2.0, 40.0] {
                let back = inverse(integral(x, s), s);
                assert!((back / x - 1.0).abs() < 1e-9, "s = {s}: {x} comes back as {back}");
            }
        }
    }
}
