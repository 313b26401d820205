//! Round numbers, for the marks of axes and the widths of bars.

use super::Kind;

pub const MINUTE: f64 = 60.0;
pub const HOUR: f64 = 3600.0;
pub const DAY: f64 = 86_400.0;

/// Up to this rate a second, one by the hour is a number that can be read.
pub const SELDOM: f64 = 0.1;

/// Round steps of time that are no power of ten, in seconds.
const OF_TIME: [f64; 17] = [
    30.0,
    MINUTE,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    HOUR,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    DAY,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
];

/// The smallest round step that is not smaller.
pub fn step(kind: Kind, at_least: f64) -> f64 {
    match kind {
        Kind::Seconds if at_least > 20.0 => {
            let step = OF_TIME.into_iter().find(|step| *step >= at_least * (1.0 - 1e-9));
            step.unwrap_or_else(|| up(at_least / DAY) * DAY)
        }
        _ => up(at_least),
    }
}

/// The same, between two ends so many times at most; rates that are written by the hour are round by the hour.
pub fn step_between(kind: Kind, low: f64, high: f64, most: usize) -> f64 {
    let at_least = (high - low) / most.max(1) as f64;
    let is_seldom = kind == Kind::Rate && low.abs().max(high.abs()) < SELDOM;
    if is_seldom { up(at_least * HOUR) / HOUR } else { step(kind, at_least) }
}

/// 1, 2 or 5 times a power of ten: the smallest that is not smaller.
fn up(at_least: f64) -> f64 {
    let power = 10_f64.powf(at_least.log10().floor());
    let fits = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= at_least * (1.0 - 1e-9));
    fits.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_time_are_those_of_a_clock() {
        for (at_least, expected) in [(0.013, 0.02), (20.0, 20.0), (21.0, 30.0), (61.0, 120.0), (2e6, 50.0 * DAY)] {
            let step = step(Kind::Seconds, at_least);
            assert!((step - expected).abs() < 1e-9 * expected, "{at_least}: {step}");
        }
        assert_eq!(step(Kind::Seconds, 100.0), 120.0);
        assert_eq!(step(Kind::Count, 100.1), 200.0);
        assert!((step_between(Kind::Rate, 0.0, 0.06, 5) * HOUR - 50.0).abs() < 1e-9);
        assert_eq!(step_between(Kind::Rate, 0.0, 6.0, 5), 2.0);
    }
}
