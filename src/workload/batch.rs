//! How many messages arrive together.

use rand_distr::{Distribution as _, Poisson};

use crate::random::{Draws, uniform};

/// A distribution of whole numbers. A batch of 0 is no message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Batch {
    Fixed(u64),
    /// From 1 on: each further message with the same chance. The mean is at least 1.
    Geometric {
        mean: f64,
    },
    /// From 0 on.
    Poisson {
        mean: f64,
    },
    Uniform {
        min: u64,
        max: u64,
    },
}

impl Batch {
    pub fn mean(self) -> f64 {
        match self {
            Batch::Fixed(count) => count as f64,
            Batch::Geometric { mean } | Batch::Poisson { mean } => mean,
            Batch::Uniform { min, max } => (min as f64 + max as f64) / 2.0,
        }
    }

    pub fn variance(self) -> f64 {
        match self {
            Batch::Fixed(_) => 0.0,
            Batch::Geometric { mean } => mean * (mean - 1.0),
            Batch::Poisson { mean } => mean,
            Batch::Uniform { min, max } => ((max - min + 1) as f64 * (max - min + 1) as f64 - 1.0) / 12.0,
        }
    }

    pub fn draw(self, draws: &mut Draws) -> u64 {
        match self {
            Batch::Fixed(count) => count,
            Batch::Geometric { mean: 1.0 } => 1,
            // By inversion: P(more than k) = (1 − 1/mean)ᵏ.
            Batch::Geometric { mean } => 1 + (uniform(draws).ln() / (-1.0 / mean).ln_1p()) as u64,
            Batch::Poisson { mean } => Poisson::new(mean).map_or(0.0, |poisson| poisson.sample(draws)) as u64,
            Batch::Uniform { min, max } => min + (uniform(draws) * (max - min + 1) as f64) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn sizes_have_the_mean_and_the_variance_that_the_batch_says() {
        let kinds = [
            Batch::Fixed(3),
            Batch::Geometric { mean: 1.0 },
            Batch::Geometric { mean: 4.5 },
            Batch::Poisson { mean: 0.3 },
            Batch::Poisson { mean: 60.0 },
            Batch::Uniform { min: 0, max: 5 },
        ];
        for batch in kinds {
            let n = 50_000;
            let key = Key::of_seed(3);
            let sizes: Vec<f64> = (0..n).map(|i| batch.draw(&mut key.number(i).draws()) as f64).collect();
            let mean = sizes.iter().sum::<f64>() / n as f64;
            let squares: Vec<f64> = sizes.iter().map(|size| (size - mean).powi(2)).collect();
            let variance = squares.iter().sum::<f64>() / n as f64;
            let fourth = squares.iter().map(|square| (square - variance).powi(2)).sum::<f64>() / n as f64;
            let said = format!("{batch:?}: {mean} ± {variance}");
            assert!((mean - batch.mean()).abs() <= 4.5 * (variance / n as f64).sqrt(), "{said}");
            assert!((variance - batch.variance()).abs() <= 4.5 * (fourth / n as f64).sqrt(), "{said}");
        }
    }

    #[test]
    fn geometric_sizes_begin_at_one() {
        let batch = Batch::Geometric { mean: 2.0 };
        let ones = (0..10_000).filter(|i| batch.draw(&mut Key::of_seed(1).number(*i).draws()) == 1).count();
        assert!((ones as f64 - 5000.0).abs() < 4.5 * 50.0, "{ones}");
        assert!((0..1000).all(|i| batch.draw(&mut Key::of_seed(2).number(i).draws()) >= 1));
    }
}
