//! What a steady state is described by, and quantiles from the chance of more.

/// The chance that a time is longer than so many seconds; it never rises.
pub(super) type Tail = Box<dyn Fn(f64) -> f64>;

/// A queue in its steady state. Waits are those of the messages that are processed.
#[derive(Default)]
pub(super) struct Steady {
    /// The share of arrivals that are refused, or leave unserved.
    pub loss: f64,
    /// The share of processed messages that wait; `None` where it is not known.
    pub waited: Option<f64>,
    pub wait_mean_s: f64,
    /// The mean time spent waiting of all that enter, where some of them leave unserved.
    pub stay_mean_s: Option<f64>,
    /// In seconds squared; `None` where it is not known.
    pub wait_variance: Option<f64>,
    /// Messages waiting, on average.
    pub length: f64,
    /// Consumers at work, on average.
    pub busy: f64,
    pub wait_tail: Option<Tail>,
    pub response_tail: Option<Tail>,
}

/// The smallest time that so large a share of times do not exceed, by bisection down to neighbouring numbers. `scale_s`
/// is any time of the right order. `None` where the tail does not come down within 2²⁰⁰ times that.
pub(super) fn quantile(tail: &dyn Fn(f64) -> f64, share: f64, scale_s: f64) -> Option<f64> {
    let beyond = 1.0 - share;
    if tail(0.0) <= beyond {
        return Some(0.0);
    }
    let mut high = scale_s;
    for _ in 0..200 {
        if tail(high) <= beyond {
            return Some(bisect(tail, beyond, high));
        }
        high *= 2.0;
    }
    None
}

fn bisect(tail: &dyn Fn(f64) -> f64, beyond: f64, mut high: f64) -> f64 {
    let mut low = 0.0;
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if tail(middle) <= beyond { high = middle } else { low = middle }
    }
}

/// Chances of n or more, known up to some n, beyond which each is the same factor of the one before.
pub(super) struct Fading {
    values: Vec<f64>,
    factor: f64,
}

impl Fading {
    pub fn new(values: Vec<f64>, factor: f64) -> Fading {
        Fading { values, factor }
    }

    /// Asks for one value after the other until their ratio no longer changes, for `at_least` so many. `None` where they
    /// fall so slowly that a ratio that still changes cannot be told from one that does not.
    pub fn of(at_least: usize, mut next: impl FnMut() -> f64) -> Option<Fading> {
        const AT_MOST: usize = 1 << 20;
        const NEGLIGIBLE: f64 = 1e-30;
        const SLOWEST: f64 = 1e-5;
        let mut values = vec![next()];
        let (mut factor, mut same) = (f64::NAN, 0);
        while values.len() < AT_MOST && (same < 16 || values.len() < at_least) {
            let (last, value) = (values[values.len() - 1], next());
            values.push(value);
            if value <= NEGLIGIBLE {
                return Some(Fading { values, factor: 0.0 });
            }
            let ratio = value / last;
            // What falls faster and is left changes the ratio by about its share times the square of the difference.
            let change = (1e-9 * (1.0 - ratio) * (1.0 - ratio)).max(4.0 * f64::EPSILON);
            same = if (ratio - factor).abs() <= change && ratio < 1.0 { same + 1 } else { 0 };
            factor = ratio;
        }
        (factor < 1.0 - SLOWEST).then_some(Fading { values, factor })
    }

    pub fn at(&self, n: usize) -> f64 {
        let last = self.values.len() - 1;
        match self.values.get(n) {
            Some(value) => *value,
            None => self.values[last] * self.factor.powf((n - last) as f64),
        }
    }

    /// Sums over n ≥ 1 of the chances, and of n times the chances.
    pub fn sums(&self) -> (f64, f64) {
        let known = self.values.iter().zip(0_u64..).skip(1);
        let (sum, weighted) =
            known.fold((0.0, 0.0), |(sum, weighted), (value, n)| (sum + value, weighted + n as f64 * value));
        let (last, rest) = (self.values.len() - 1, 1.0 - self.factor);
        let beyond = self.values[last] * self.factor / rest;
        (sum + beyond, weighted + beyond * (last as f64 + 1.0 / rest))
    }
}

/// The mean of `value` over a Poisson number with this mean, from the likeliest outwards, so that nothing underflows.
pub(super) fn poisson_average(mean: f64, value: impl Fn(usize) -> f64) -> f64 {
    const NEGLIGIBLE: f64 = 1e-22;
    let mode = mean as usize;
    let (mut total, mut sum) = (1.0, value(mode));
    let mut weight = 1.0;
    for i in mode + 1.. {
        weight *= mean / i as f64;
        if weight < NEGLIGIBLE {
            break;
        }
        total += weight;
        sum += weight * value(i);
    }
    weight = 1.0;
    for i in (0..mode).rev() {
        weight *= (i + 1) as f64 / mean;
        if weight < NEGLIGIBLE {
            break;
        }
        total += weight;
        sum += weight * value(i);
    }
    sum / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_where_the_tail_comes_down_to_the_rest() {
        let median = quantile(&|t| (-t / 3.0).exp(), 0.5, 1e-6).unwrap();
        assert!((median / (3.0 * std::f64::consts::LN_2) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn a_jump_is_found_exactly_and_an_atom_at_zero_is_zero() {
        assert_eq!(quantile(&|t| if t < 0.125 { 1.0 } else { 0.0 }, 0.9, 1.0), Some(0.125));
        assert_eq!(quantile(&|t| 0.3 * (-t).exp(), 0.7, 1.0), Some(0.0));
    }

    #[test]
    fn a_tail_that_never_comes_down_has_no_quantile() {
        assert_eq!(quantile(&|_| 1.0, 0.5, 1.0), None);
    }

    #[test]
    fn a_geometric_sequence_goes_on_for_ever() {
        let mut value = 2.0;
        let fading = Fading::of(4, || {
            value *= 0.5;
            value
        })
        .unwrap();
        assert!((fading.at(50) / 0.5_f64.powi(50) - 1.0).abs() < 1e-9);
        let (sum, weighted) = fading.sums();
        assert!((sum - 1.0).abs() < 1e-12 && (weighted - 2.0).abs() < 1e-12, "{sum} {weighted}");
    }

    #[test]
    fn what_falls_too_slowly_is_not_known() {
        let mut value = 1.0;
        let fading = Fading::of(4, || {
            value *= 1.0 - 1e-7;
            value
        });
        assert!(fading.is_none());
    }
}
