//! Differences between two scenarios that were run on the same random numbers.

use super::{half_width, mean};
use crate::result::Estimate;

/// Half the width of the interval of the difference `variant − base` at that confidence, from pairs of replications with
/// common random numbers (Law 2015, §10.2.1): Student's t over the differences of the pairs of which both have a value.
/// `None` with fewer than two of them. What `base` and `variant` share in each pair falls out; where they share nothing, the
/// interval is as right and wider.
///
/// The interval is never narrower than what either value may be off by, such as a histogram's bucket.
pub fn paired_half_width(
    (base, bases): (&Estimate, &[Option<f64>]),
    (variant, variants): (&Estimate, &[Option<f64>]),
    confidence: f64,
) -> Option<f64> {
    let differences: Vec<f64> = bases.iter().zip(variants).filter_map(|(b, v)| Some((*v)? - (*b)?)).collect();
    let off = |estimate: &Estimate| estimate.error.map_or(0.0, |error| error.at_least);
    let half = half_width(&mean(&differences), confidence).filter(|_| differences.len() > 1)?;
    Some(half.max(off(base) + off(variant)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, uniform};

    fn half(bases: &[f64], variants: &[f64]) -> Option<f64> {
        let some = |values: &[f64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
        let (base, variant) = (mean(bases), mean(variants));
        paired_half_width((&base, &some(bases)), (&variant, &some(variants)), 0.95)
    }

    #[test]
    fn what_both_share_falls_out() {
        assert_eq!(half(&[1.0, 5.0, 3.0], &[2.0, 6.0, 4.0]), Some(0.0));
        assert_eq!(half(&[1.0], &[2.0]), None);
    }

    #[test]
    fn it_is_student_t_over_the_differences() {
        // The differences are 1, 2 and 3: their standard error is 1/√3, and t(0.95, 2) is 4.302653.
        let found = half(&[1.0, 5.0, 3.0], &[2.0, 7.0, 6.0]).unwrap();
        assert!((found - 4.302_653 / 3.0_f64.sqrt()).abs() < 1e-6, "{found}");
    }

    #[test]
    fn pairs_of_which_one_has_no_value_do_not_count() {
        let (base, variant) = (mean(&[1.0, 2.0]), mean(&[1.0, 2.0]));
        let half = |bases: &[Option<f64>]| {
            paired_half_width((&base, bases), (&variant, &[Some(1.0), Some(2.0), Some(9.0)]), 0.95)
        };
        assert_eq!(half(&[Some(0.0), Some(1.0), None]), Some(0.0));
        assert_eq!(half(&[None, Some(1.0), None]), None);
    }

    #[test]
    fn intervals_of_equal_things_hold_zero_as_often_as_they_say() {
        let column = |i: u64, j: u64| {
            let mut draws = Key::of_seed(7).number(i).number(j).draws();
            (0..12).map(|_| uniform(&mut draws)).sum::<f64>()
        };
        let holds = |i: &u64| {
            let bases: Vec<f64> = (0..20).map(|j| column(*i, j)).collect();
            let variants: Vec<f64> = (20..40).map(|j| column(*i, j)).collect();
            let difference = mean(&variants).value.unwrap() - mean(&bases).value.unwrap();
            difference.abs() <= half(&bases, &variants).unwrap()
        };
        let share = (0..4000).filter(holds).count() as f64 / 4000.0;
        assert!((0.938..0.962).contains(&share), "{share}");
    }
}
