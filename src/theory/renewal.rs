//! GI/M/c: independent gaps of any distribution, exponential service.

use super::markov::response_tail;
use super::steady::Steady;

/// A transform that is a quadrature takes long for each of so many consumers.
const MOST_CONSUMERS: u32 = 10_000;

/// Independent gaps with this transform, exponential service, `consumers` alike, unlimited room, for rate × mean service <
/// consumers (Kendall 1953; Takács 1962, ch. 2; Gross & Harris 1998, sec. 5.3). An arrival finds n ≥ c inside with a
/// chance that falls by σ each, the root of σ = A(cμ(1 − σ)); so who waits, waits an exponential time. `None` where the
/// root cannot be told from 1, and for very many consumers.
pub(super) fn solve(transform: &dyn Fn(f64) -> f64, rate: f64, mean_s: f64, consumers: u32) -> Option<Steady> {
    if consumers > MOST_CONSUMERS {
        return None;
    }
    let served = 1.0 / mean_s;
    let all = f64::from(consumers) * served;
    let sigma = root(&|z| transform(all * (1.0 - z)))?;
    let waited = 1.0 / (1.0 + (1.0 - sigma) * found_free(transform, served, consumers, sigma));
    let relief = all * (1.0 - sigma);
    let mean = waited / relief;
    Some(Steady {
        waited: Some(waited),
        wait_mean_s: mean,
        wait_variance: Some(waited * (2.0 - waited) / (relief * relief)),
        length: rate * mean,
        busy: rate * mean_s,
        wait_tail: Some(Box::new(move |t| waited * (-relief * t).exp())),
        response_tail: Some(response_tail(waited, relief, served)),
        ..Steady::default()
    })
}

/// The root of z = A(z) within (0, 1), by bisection: A(z) − z is convex, positive at 0 and 0 at 1.
pub(super) fn root(at: &dyn Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, 1.0 - 1e-9);
    if at(high) >= high {
        return None;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if at(middle) > middle { low = middle } else { high = middle }
    }
}

/// Takács' sum: what multiplies 1 − σ in the share that waits. In it j = c(1 − σ) makes numerator and denominator change
/// their sign together, so that all terms are positive; they are added up by their logarithms, which cannot overflow.
fn found_free(transform: &dyn Fn(f64) -> f64, served: f64, consumers: u32, sigma: f64) -> f64 {
    let c = f64::from(consumers);
    let (mut choose, mut product) = (0.0, 0.0);
    let mut logs = Vec::with_capacity(consumers as usize);
    for j in (1..=consumers).map(f64::from) {
        let a = transform(j * served);
        choose += ((c - j + 1.0) / j).ln();
        product += a.ln() - (1.0 - a).ln();
        let (above, below) = (c * (1.0 - a) - j, c * (1.0 - sigma) - j);
        let ratio = if below.abs() > 1e-6 * j { above / below } else { limit(transform, served, c, j) };
        logs.push(choose - product - (1.0 - a).ln() + ratio.ln());
    }
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::INFINITY {
        return largest;
    }
    logs.iter().map(|log| (log - largest).exp()).sum::<f64>() * largest.exp()
}

/// Where both vanish, by l'Hospital.
fn limit(transform: &dyn Fn(f64) -> f64, served: f64, c: f64, j: f64) -> f64 {
    let step = 1e-4 * j;
    let slope = (transform((j + step) * served) - transform((j - step) * served)) / (2.0 * step);
    1.0 + c * slope
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::markov;

    #[test]
    fn exponential_gaps_give_erlangs_formula() {
        for (rate, consumers) in [(0.8, 1), (2.4, 3), (47.5, 50), (950.0, 1000)] {
            let found = solve(&|s| rate / (rate + s), rate, 1.0, consumers).unwrap();
            let erlang = markov::solve(rate, 1.0, consumers);
            let off = found.waited.unwrap() / erlang.waited.unwrap() - 1.0;
            assert!(off.abs() < 1e-9, "{rate} {consumers}: {off}");
            assert!((found.wait_mean_s / erlang.wait_mean_s - 1.0).abs() < 1e-8);
        }
    }

    #[test]
    fn a_load_of_one_has_no_root() {
        assert!(solve(&|s| (-s).exp(), 1.0, 1.0, 1).is_none());
    }

    #[test]
    fn next_to_no_load_hardly_anybody_waits() {
        let found = solve(&|s| (-10.0 * s).exp(), 0.1, 1.0, 100).unwrap();
        assert_eq!((found.waited, found.wait_mean_s), (Some(0.0), 0.0));
    }
}
