//! Shares of replications in which something held.

use super::interval::inverse_beta;

/// Beyond this many replications a question counts as undecidable.
const REPLICATIONS_AT_MOST: u64 = 10_000;

/// The interval of a share, when something held in `held` of `of` independent replications (Clopper & Pearson 1934): it
/// covers at least as often as `confidence` says.
///
/// # Panics
/// If `of` is zero or `held` is more than it.
pub fn share_interval(held: u64, of: u64, confidence: f64) -> (f64, f64) {
    assert!(of > 0 && held <= of, "{held} of {of} replications");
    let tail = (1.0 - confidence) / 2.0;
    let (held, missed) = (held as f64, (of - held) as f64);
    let low = if held == 0.0 { 0.0 } else { inverse_beta(held, missed + 1.0, tail) };
    // The upper end is one minus the lower end of the misses.
    let high = if missed == 0.0 { 1.0 } else { 1.0 - inverse_beta(missed, held + 1.0, tail) };
    (low, high)
}

/// How many replications in all would decide whether the share is at least `wanted`, if it stays as it is.
/// `None` where none would: the share is exactly the wanted one, or so near that 10,000 do not tell.
pub fn replications_to_decide(held: u64, of: u64, wanted: f64, confidence: f64) -> Option<u64> {
    let share = held as f64 / of as f64;
    let decides = |n: u64| {
        let (low, high) = share_interval((share * n as f64).round() as u64, n, confidence);
        low >= wanted || high < wanted
    };
    if decides(of) {
        return Some(of);
    }
    let mut enough = of;
    while !decides(enough) {
        enough = enough.checked_mul(2).filter(|n| *n <= REPLICATIONS_AT_MOST)?;
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if decides(middle) { enough = middle } else { too_few = middle }
    }
    Some(enough)
}

/// The share that is excluded at 95 % where none of `n` was seen: the rule of three (Hanley & Lippman-Hand 1983).
pub fn excluded_share(n: u64) -> f64 {
    if n == 0 { 1.0 } else { (3.0 / n as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        for (held, of, low, high) in [
            (0, 10, 0.0, 0.308497),
            (10, 10, 0.691503, 1.0),
            (19, 20, 0.751267, 0.998735),
            (8, 20, 0.191190, 0.639457),
            (950, 1000, 0.934610, 0.962665),
        ] {
            let found = share_interval(held, of, 0.95);
            let near = |a: f64, b: f64| (a - b).abs() < 2e-6;
            assert!(near(found.0, low) && near(found.1, high), "{held} of {of}: {found:?}");
        }
    }

    #[test]
    fn twenty_of_twenty_do_not_show_ninety_five_in_a_hundred_but_seventy_two_would() {
        assert!(share_interval(20, 20, 0.95).0 < 0.95);
        assert_eq!(replications_to_decide(20, 20, 0.95, 0.95), Some(72));
    }

    #[test]
    fn a_share_that_is_exactly_the_wanted_one_is_never_decided() {
        assert_eq!(replications_to_decide(10, 20, 0.5, 0.95), None);
    }

    #[test]
    fn none_of_three_hundred_excludes_one_in_a_hundred() {
        assert_eq!(excluded_share(300), 0.01);
        assert_eq!(excluded_share(0), 1.0);
        let exact = 1.0 - 0.05_f64.powf(1.0 / 300.0);
        assert!((exact - 0.01).abs() < 1e-4);
    }
}
