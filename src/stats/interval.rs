//! From a standard error to an interval, and back to how many replications a narrower one needs.

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::gamma_ur;

use crate::result::{CONFIDENCE, Estimate};

/// The two-sided critical value of Student's t (Student 1908): that share of draws lies between −t and t.
///
/// # Panics
/// If `confidence` is not strictly between 0 and 1 or `freedom` is not positive.
pub fn student_t(confidence: f64, freedom: f64) -> f64 {
    assert!(confidence > 0.0 && confidence < 1.0, "a confidence of {confidence}");
    assert!(freedom > 0.0, "{freedom} degrees of freedom");
    if freedom > 1000.0 {
        return nearly_normal_t(std::f64::consts::SQRT_2 * erfc_inv(1.0 - confidence), freedom);
    }
    // Abramowitz & Stegun 1964, 26.7.1: the tails of t are an incomplete beta function of f/(f + t²).
    let x = inverse_beta(freedom / 2.0, 0.5, 1.0 - confidence);
    (freedom * (1.0 - x) / x).sqrt()
}

/// Abramowitz & Stegun 1964, 26.7.5: t from the normal's `z`; the error falls with the fourth power of the freedom.
fn nearly_normal_t(z: f64, freedom: f64) -> f64 {
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    z + (first + (second + third / freedom) / freedom) / freedom
}

/// The x at which the regularized incomplete beta function is `share`, by bisection down to neighbouring numbers:
/// `statrs::function::beta::inv_beta_reg` does not always come to an end.
pub(super) fn inverse_beta(a: f64, b: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if beta_reg(a, b, middle) < share { low = middle } else { high = middle }
    }
}

/// Half the width of the interval, in the measure's unit; `None` where no interval holds.
pub fn half_width(estimate: &Estimate, confidence: f64) -> Option<f64> {
    estimate.value?;
    let error = estimate.error?;
    Some((student_t(confidence, error.freedom) * error.error).max(error.at_least))
}

/// The interval's ends, in the measure's unit; `None` where no interval holds.
pub fn interval(estimate: &Estimate, confidence: f64) -> Option<(f64, f64)> {
    let half = half_width(estimate, confidence)?;
    estimate.value.map(|value| (value - half, value + half))
}

/// How many replications, those done included, would give the wanted half-width at the usual confidence, if they vary
/// as those done so far do. `None` where no number would: a wanted width of zero, or less than two replications done.
pub fn replications_needed(half_width_now: f64, replications_now: u64, wanted_half_width: f64) -> Option<u64> {
    if half_width_now <= wanted_half_width {
        return Some(replications_now);
    }
    if replications_now < 2 || wanted_half_width <= 0.0 || !half_width_now.is_finite() {
        return None;
    }
    let scale = |n: u64| student_t(CONFIDENCE, (n - 1) as f64) / (n as f64).sqrt();
    let wanted_scale = wanted_half_width / half_width_now * scale(replications_now);
    // Student's t never falls below the normal's, so this many are nearly enough and at most a few are missing.
    let at_most = (2.0 * (student_t(CONFIDENCE, 1e6) / wanted_scale).powi(2)).min(1e15) as u64 + 20;
    let (mut too_few, mut enough) = (replications_now, at_most);
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if scale(middle) <= wanted_scale { enough = middle } else { too_few = middle }
    }
    (scale(enough) <= wanted_scale).then_some(enough)
}

/// The chance that the sum of `freedom` squared standard normal numbers is at least `sum_of_squares` (Pearson 1900).
///
/// # Panics
/// If `sum_of_squares` is negative or `freedom` is not positive.
pub fn chi_square_p(sum_of_squares: f64, freedom: f64) -> f64 {
    assert!(sum_of_squares >= 0.0, "a sum of squares of {sum_of_squares}");
    assert!(freedom > 0.0, "{freedom} degrees of freedom");
    gamma_ur(freedom / 2.0, sum_of_squares / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::StandardError;

    fn estimate(error: f64, freedom: f64, at_least: f64) -> Estimate {
        Estimate { value: Some(10.0), error: Some(StandardError { error, freedom, at_least }), why: None }
    }

    #[test]
    fn critical_values_are_those_of_the_tables() {
        let table = [
            (0.95, 1.0, 12.7062047361747),
            (0.95, 9.0, 2.26215716279820),
            (0.95, 19.0, 2.09302405440831),
            (0.95, 1e6, 1.9599663568141),
            (0.99, 4.0, 4.60409487134999),
            (0.99, 999.0, 2.5807596372676),
            (0.9995, 19.0, 4.1869352587969),
        ];
        for (confidence, freedom, t) in table {
            let found = student_t(confidence, freedom);
            assert!((found / t - 1.0).abs() < 1e-9, "t({confidence}, {freedom}) = {found}, not {t}");
        }
    }

    #[test]
    fn many_degrees_of_freedom_make_it_normal() {
        assert!((student_t(0.95, 1e12) - 1.959_963_984_540_054).abs() < 1e-9);
        assert!((student_t(0.95, 1000.0) - student_t(0.95, 1000.1)).abs() < 1e-6);
    }

    #[test]
    fn an_interval_is_never_narrower_than_the_bucket() {
        assert_eq!(half_width(&estimate(0.1, 19.0, 0.5), 0.95), Some(0.5));
        let (low, high) = interval(&estimate(1.0, 19.0, 0.5), 0.95).unwrap();
        assert!((high - 12.093024).abs() < 1e-6 && (low - 7.906976).abs() < 1e-6);
    }

    #[test]
    fn without_a_standard_error_there_is_no_interval() {
        let alone = Estimate { value: Some(1.0), error: None, why: None };
        assert_eq!(interval(&alone, 0.95), None);
    }

    #[test]
    fn half_the_width_needs_about_four_times_the_replications() {
        assert_eq!(replications_needed(1.0, 20, 1.0), Some(20));
        let needed = replications_needed(1.0, 1000, 0.5).unwrap();
        assert!((3980..=4000).contains(&needed), "{needed}");
        let few = replications_needed(1.0, 5, 0.5).unwrap();
        assert!((11..=13).contains(&few), "{few}: with few replications t itself falls");
        assert_eq!(replications_needed(1.0, 20, 0.0), None);
    }

    #[test]
    fn the_chi_square_tail_is_that_of_the_tables() {
        for (x, freedom, p) in [(18.307038, 10.0, 0.05), (124.342113, 100.0, 0.05), (6.634897, 1.0, 0.01)] {
            let found = chi_square_p(x, freedom);
            assert!((found - p).abs() < 1e-6, "{found}");
        }
    }
}
