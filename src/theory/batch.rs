//! M^X/M/1: messages come in batches.

/// How many come together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    Constant(f64),
    /// On 1, 2, …, with this mean.
    Geometric {
        mean: f64,
    },
}

impl Size {
    fn mean(self) -> f64 {
        match self {
            Size::Constant(size) | Size::Geometric { mean: size } => size,
        }
    }

    /// E[X²].
    fn second(self) -> f64 {
        match self {
            Size::Constant(size) => size * size,
            Size::Geometric { mean } => 2.0 * mean * mean - mean,
        }
    }
}

/// Means of M^X/M/1: lengths in messages, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Batched {
    pub backlog: f64,
    pub length: f64,
    pub wait_s: f64,
    pub response_s: f64,
    pub utilization: f64,
}

/// Batches that come as Poisson at this rate per second, exponential service, one consumer (Gross & Harris 1998, eq. 3.2):
/// L = ρ (1 + E X²/E X) / 2(1 − ρ). `None` at a load of one or more.
pub fn solve(batches: f64, size: Size, mean_s: f64) -> Option<Batched> {
    let rate = batches * size.mean();
    let load = rate * mean_s;
    let backlog = load * (1.0 + size.second() / size.mean()) / (2.0 * (1.0 - load));
    let response_s = backlog / rate;
    let wait_s = response_s - mean_s;
    let batched = Batched { backlog, length: rate * wait_s, wait_s, response_s, utilization: load };
    (load < 1.0).then_some(batched)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_one_are_m_m_1() {
        for size in [Size::Constant(1.0), Size::Geometric { mean: 1.0 }] {
            let found = solve(0.8, size, 1.0).unwrap();
            assert!((found.wait_s - 4.0).abs() < 1e-12);
        }
        assert_eq!(solve(0.5, Size::Constant(2.0), 1.0), None);
    }
}
