//! Differences between results that share no draws.

use super::student_t;
use crate::result::Estimate;

/// Half the width of the interval of the difference of two values at that confidence: Student's t with the degrees of
/// freedom of Welch (1947, Biometrika 34). Where the two share draws, it is wider than it has to be. `None` where one of
/// them has no interval, or one without an end.
pub fn independent_half_width(before: &Estimate, after: &Estimate, confidence: f64) -> Option<f64> {
    before.value.and(after.value)?;
    let (before, after) = (before.error?, after.error?);
    let (a, b) = (before.error.powi(2), after.error.powi(2));
    let both = a + b;
    if !both.is_finite() {
        return None;
    }
    let half = if both == 0.0 {
        0.0
    } else {
        let share = a / both;
        let freedom = 1.0 / (share.powi(2) / before.freedom + (1.0 - share).powi(2) / after.freedom);
        student_t(confidence, freedom) * both.sqrt()
    };
    Some(half.max(before.at_least + after.at_least))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::StandardError;

    fn half(before: (f64, f64), after: (f64, f64)) -> f64 {
        let of = |(error, freedom)| Estimate {
            value: Some(1.0),
            error: Some(StandardError { error, freedom, at_least: 0.0 }),
            why: None,
        };
        independent_half_width(&of(before), &of(after), 0.95).unwrap()
    }

    #[test]
    fn it_is_welch_s_interval() {
        // Two alike have twice the freedom: t(0.95, 18) is 2.100922.
        assert!((half((1.0, 9.0), (1.0, 9.0)) - 2.100_922 * 2f64.sqrt()).abs() < 1e-5);
        // One that is certain leaves the other's: t(0.95, 9) is 2.262157.
        assert!((half((0.0, 19.0), (2.0, 9.0)) - 2.0 * 2.262_157).abs() < 1e-5);
        assert_eq!(half((0.0, 9.0), (0.0, 9.0)), 0.0);
        assert!(half((1e-180, 9.0), (1e-170, 9.0)).is_finite());
    }
}
