//! What a steady state is described by, and quantiles from the chance of more.

/// The chance that a time is longer than so many seconds; it never rises.
pub(super) type Tail = Box<dyn Fn(f64) -> f64>;

/// A queue in its steady state. Waits are those of the messages that were accepted.
pub(super) struct Steady {
    /// The share of arrivals that are refused.
    pub loss: f64,
    /// The share of accepted messages that wait.
    pub waited: f64,
    pub wait_mean_s: f64,
    /// In seconds squared.
    pub wait_variance: f64,
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
}
