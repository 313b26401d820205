//! M/M/1 and M/M/c.

use super::erlang::erlang_c;
use super::steady::{Steady, Tail};

/// Poisson arrivals, exponential service, `consumers` alike, unlimited room, for rate × mean service < consumers
/// (Erlang 1917; Kleinrock 1975, sec. 3.2 and 3.5; the distribution of the response: Allen 1990, sec. 5.2.3). Who
/// waits, waits an exponential time of rate θ = c/S − λ.
pub(super) fn solve(rate: f64, mean_s: f64, consumers: u32) -> Steady {
    let offered = rate * mean_s;
    let waited = erlang_c(consumers, offered);
    let relief = (f64::from(consumers) - offered) / mean_s;
    Steady {
        waited: Some(waited),
        wait_mean_s: waited / relief,
        wait_variance: Some(waited * (2.0 - waited) / (relief * relief)),
        length: rate * waited / relief,
        busy: offered,
        wait_tail: Some(Box::new(move |t| waited * (-relief * t).exp())),
        response_tail: Some(response_tail(waited, relief, 1.0 / mean_s)),
        ..Steady::default()
    }
}

/// (1 − C) e^(−μt) + C P(wait + service > t), the wait of those who wait being exponential at the rate θ = `relief`.
pub(super) fn response_tail(waited: f64, relief: f64, served: f64) -> Tail {
    Box::new(move |t| (-served * t).exp() + waited * served * between(relief, served, t))
}

/// The chance that the sum of two exponential times of rates θ and μ exceeds t.
pub(super) fn sum_tail(relief: f64, served: f64, t: f64) -> f64 {
    (-served * t).exp() + served * between(relief, served, t)
}

/// (e^(−θt) − e^(−μt))/(μ − θ); at θ = μ it is t e^(−μt).
fn between(relief: f64, served: f64, t: f64) -> f64 {
    let apart = served - relief;
    // Of the two forms the one whose exponential falls.
    if apart * t > 0.0 {
        (-relief * t).exp() * -(-apart * t).exp_m1() / apart
    } else if apart * t < 0.0 {
        (-served * t).exp() * (apart * t).exp_m1() / apart
    } else {
        t * (-served * t).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_one_consumer_the_response_is_exponential() {
        let tail = solve(0.8, 1.0, 1).response_tail.unwrap();
        for t in [0.0, 0.1, 1.0, 10.0, 100.0] {
            assert!((tail(t) / (-0.2 * t).exp() - 1.0).abs() < 1e-12, "at {t}");
        }
    }

    #[test]
    fn the_response_has_no_jump_where_its_two_rates_are_equal() {
        // c/S − λ = 1/S at λ = 2, c = 3, S = 1.
        let at = |rate: f64| solve(rate, 1.0, 3).response_tail.unwrap()(1.5);
        let (below, equal, above) = (at(2.0 - 1e-9), at(2.0), at(2.0 + 1e-9));
        assert!(below < equal && equal < above && above - below < 1e-8, "{below} {equal} {above}");
    }

    #[test]
    fn the_mean_is_the_area_under_the_tail() {
        let steady = solve(1.5, 1.0, 2);
        let tail = steady.response_tail.unwrap();
        let step = 1e-3;
        let area: f64 = (0..100_000).map(|i| tail((f64::from(i) + 0.5) * step) * step).sum();
        assert!((area - steady.wait_mean_s - 1.0).abs() < 1e-6, "{area}");
    }
}
