//! How long to wait before another try: laws of delay, and by how much they vary.

use super::Distribution;
use crate::random::{Key, uniform};
use crate::time::Span;

/// How long a delay is, by how many came before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DelayLaw {
    #[default]
    None,
    /// A draw of its own for each.
    Drawn(Distribution),
    /// Longer by `step` each time.
    Linear { step: Span, at_most: Span },
    /// Longer by `factor` each time.
    Backoff { first: Span, factor: f64, at_most: Span },
    /// One after the other; the last repeats. Without any it is no delay.
    List(Vec<Span>),
}

/// By how much a delay varies, so that what failed together does not return together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Jitter {
    #[default]
    None,
    /// Evenly from nothing to the whole delay (Brooker 2015, "Exponential Backoff And Jitter", full jitter).
    Full,
    /// Evenly from this share of the delay less to this share more.
    Share(f64),
}

impl DelayLaw {
    /// The delay number `nth`, counted from 1; `key` names what is delayed, and the attempt.
    pub fn delay(&self, nth: u32, jitter: Jitter, key: Key) -> Span {
        let span = self.span(nth.max(1), key);
        if span == Span::ZERO || jitter == Jitter::None {
            return span;
        }
        let draw = uniform(&mut key.name("jitter").draws());
        let factor = match jitter {
            Jitter::None => 1.0,
            Jitter::Full => draw,
            Jitter::Share(share) => 1.0 + share * (2.0 * draw - 1.0),
        };
        Span::from_nanos_f64(span.nanos() as f64 * factor)
    }

    fn span(&self, nth: u32, key: Key) -> Span {
        match self {
            DelayLaw::None => Span::ZERO,
            DelayLaw::Drawn(distribution) => distribution.sampler().draw(&mut key.name("delay").draws()),
            DelayLaw::Linear { step, at_most } => step.saturating_mul(u64::from(nth)).min(*at_most),
            DelayLaw::Backoff { first, factor, at_most } => {
                let steps = i32::try_from(nth - 1).unwrap_or(i32::MAX);
                Span::from_nanos_f64(first.nanos() as f64 * factor.powi(steps)).min(*at_most)
            }
            DelayLaw::List(spans) => spans.get(nth as usize - 1).or(spans.last()).copied().unwrap_or(Span::ZERO),
        }
    }

    /// Whether a delay may take no time at all, so that a step that waits for it may take none. Jitter takes none in
    /// one of 2⁵³ draws, which is not counted.
    pub fn can_be_zero(&self) -> bool {
        match self {
            DelayLaw::None => true,
            DelayLaw::Drawn(distribution) => distribution.can_be_zero(),
            DelayLaw::Linear { step, at_most } => (*step).min(*at_most) == Span::ZERO,
            DelayLaw::Backoff { first, factor, at_most } => (*first).min(*at_most) == Span::ZERO || *factor < 1.0,
            DelayLaw::List(spans) => spans.is_empty() || spans.contains(&Span::ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(span: u64) -> Span {
        Span::from_nanos(span * 1_000_000)
    }

    fn first_four(law: &DelayLaw, jitter: Jitter) -> Vec<Span> {
        (1..=4).map(|nth| law.delay(nth, jitter, Key::of_seed(1).number(u64::from(nth)))).collect()
    }

    #[test]
    fn each_law_says_how_long_the_next_delay_is() {
        for (law, expected) in [
            (DelayLaw::None, [0, 0, 0, 0]),
            (DelayLaw::Drawn(Distribution::Constant(millis(7))), [7, 7, 7, 7]),
            (DelayLaw::Linear { step: millis(10), at_most: millis(25) }, [10, 20, 25, 25]),
            (DelayLaw::Backoff { first: millis(10), factor: 3.0, at_most: millis(100) }, [10, 30, 90, 100]),
            (DelayLaw::List(vec![millis(5), millis(50)]), [5, 50, 50, 50]),
        ] {
            assert_eq!(first_four(&law, Jitter::None), expected.map(millis), "{law:?}");
        }
    }

    #[test]
    fn a_backoff_stops_at_its_most_however_often_it_is_repeated() {
        let law = DelayLaw::Backoff { first: millis(1), factor: 10.0, at_most: Span::MAX };
        assert_eq!(law.delay(u32::MAX, Jitter::None, Key::of_seed(1)), Span::MAX);
    }

    #[test]
    fn jitter_spreads_delays_evenly_over_its_range() {
        let law = DelayLaw::List(vec![millis(100)]);
        for (jitter, least, most) in [(Jitter::Full, 0.0, 0.1), (Jitter::Share(0.2), 0.08, 0.12)] {
            let draws: Vec<f64> =
                (0..10_000).map(|n| law.delay(1, jitter, Key::of_seed(3).number(n)).seconds()).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let error = (most - least) / 12.0_f64.sqrt() / 100.0;
            assert!((mean - (least + most) / 2.0).abs() < 4.0 * error, "{jitter:?}: mean {mean}");
            assert!(draws.iter().all(|draw| (least..=most).contains(draw)), "{jitter:?}");
        }
    }
}
