//! M/M/c whose failed messages return.

use super::markov;
use super::steady::{Steady, Tail};

/// What becomes of failures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feedback {
    /// The share of attempts that fail and return.
    pub fails: f64,
    /// How long a message that failed is kept from delivery, on average.
    pub delay_s: f64,
    /// Whether what fails returns at once to its place by age, before all that wait.
    pub at_front: bool,
}

/// Poisson arrivals, exponential service drawn anew at every attempt, a share of attempts that fails and returns, after a
/// delay or at once, for rate × mean service / (1 − fails) < consumers. A Jackson network: the queue holds as many as one
/// that gets all attempts from outside, whatever the order of return (Jackson 1957); the delay, a place for any number,
/// adds its mean whatever its distribution (Baskett, Chandy, Muntz & Palacios 1975). Times follow by Little's law.
///
/// What returns at the front begins again with no other in between: to the queue that is one long service, exponential
/// too. Then the distributions are known as well.
pub(super) fn solve(rate: f64, mean_s: f64, consumers: u32, feedback: Feedback) -> Steady {
    let Feedback { fails, delay_s, at_front } = feedback;
    let attempts = 1.0 / (1.0 - fails);
    let station = markov::solve(rate * attempts, mean_s, consumers);
    let first_waits = station.waited.unwrap_or(0.0);
    let inside = station.length + station.busy + rate * (attempts - 1.0) * delay_s;
    let known = at_front.then(|| markov::solve(rate, mean_s * attempts, consumers));
    // Failed attempts last as long as a whole such service, in the share of messages that have any.
    let failed_s = mean_s * attempts;
    let failed_variance = failed_s * failed_s * fails * (2.0 - fails);
    let wait_variance = known.as_ref().and_then(|known| Some(known.wait_variance? + failed_variance));
    let (wait_tail, response_tail) = tails(known, fails).unzip();
    Steady {
        // Arrivals from outside see what is there on average.
        waited: Some(1.0 - (1.0 - fails) * (1.0 - first_waits)),
        wait_mean_s: inside / rate - mean_s,
        wait_variance,
        length: station.length,
        busy: station.busy,
        wait_tail,
        response_tail,
        ..Steady::default()
    }
}

fn tails(known: Option<Steady>, fails: f64) -> Option<(Tail, Tail)> {
    let known = known?;
    let (first, whole) = (known.wait_tail?, std::rc::Rc::new(known.response_tail?));
    let same = std::rc::Rc::clone(&whole);
    let wait = move |t: f64| (1.0 - fails) * first(t) + fails * same(t);
    Some((Box::new(wait), Box::new(move |t| whole(t))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(tail: &Tail) -> f64 {
        (0..200_000).map(|i| tail((f64::from(i) + 0.5) * 1e-3) * 1e-3).sum()
    }

    #[test]
    fn littles_law_and_the_long_service_give_the_same_mean() {
        for (rate, consumers, fails) in [(0.5, 1, 0.2), (2.0, 4, 0.3), (2.0, 3, 0.0)] {
            let steady = solve(rate, 1.0, consumers, Feedback { fails, delay_s: 0.0, at_front: true });
            assert!((area(steady.wait_tail.as_ref().unwrap()) / steady.wait_mean_s - 1.0).abs() < 1e-5);
            let response = area(steady.response_tail.as_ref().unwrap());
            assert!((response / (steady.wait_mean_s + 1.0) - 1.0).abs() < 1e-5);
            assert!((steady.wait_tail.unwrap()(0.0) - steady.waited.unwrap()).abs() < 1e-12);
        }
    }

    #[test]
    fn a_delay_adds_its_mean_for_every_return() {
        let after = |delay_s| solve(3.0, 1.0, 5, Feedback { fails: 0.2, delay_s, at_front: false });
        let (none, some) = (after(0.0), after(10.0));
        assert!((some.wait_mean_s - none.wait_mean_s - 2.5).abs() < 1e-12);
        assert!(some.wait_tail.is_none());
    }
}
