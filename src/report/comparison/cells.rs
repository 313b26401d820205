//! How a difference is written: relative to the base where that says something, else in its unit.

use crate::measure::Unit;
use crate::report::number::{NOTHING, Scale};
use crate::result::{Difference, Shown};

/// From so many times as much on, a factor reads better than per cent.
const TIMES: f64 = 5.0;

/// Up to this share of the base, a divisor does.
const PART: f64 = 0.02;

/// `−38 ± 2 %`; `± 4 %` where no difference is shown; `+0.40 ± 0.05 pt` of shares; `×24` of what is many times as much.
pub fn difference(difference: &Difference) -> String {
    let (Some(value), Some(half)) = (difference.value, difference.half) else {
        return briefly(difference).unwrap_or(NOTHING.to_owned());
    };
    let by = By::of(difference);
    let (value, half) = (by.size(value), by.size(half));
    match difference.shown() {
        Some(Shown::Nothing) => by.scale(half, half / 10.0).plus_minus(half),
        _ => by.times(value).unwrap_or_else(|| {
            let scale = by.scale(value, half);
            format!("{}{} {}", plus(value), scale.number(value), scale.plus_minus(half))
        }),
    }
}

/// `−38 %`, `×24`: without its interval, for a sentence.
pub fn briefly(difference: &Difference) -> Option<String> {
    let by = By::of(difference);
    let value = by.size(difference.value?);
    let plain = || format!("{}{}", plus(value), by.scale(value, value.abs() / 10.0).value(value));
    Some(by.times(value).unwrap_or_else(plain))
}

/// The same, relative to the base whatever it is of; `None` where that is nothing.
pub fn relatively(difference: &Difference) -> Option<String> {
    let value = difference.relative()?;
    let by = By::Base(1.0);
    let plain = || format!("{}{}", plus(value), by.scale(value, value.abs() / 10.0).value(value));
    Some(by.times(value).unwrap_or_else(plain))
}

/// Numbers below zero have their sign already.
fn plus(value: f64) -> &'static str {
    if value > 0.0 { "+" } else { "" }
}

/// By what a difference is told.
enum By {
    /// As a share of the base.
    Base(f64),
    /// Of shares, so that nobody takes it for a share of a share.
    Points,
    Itself(Unit),
}

impl By {
    fn of(difference: &Difference) -> By {
        match (difference.measure.unit(), difference.base) {
            (Unit::Share, _) => By::Points,
            (_, Some(base)) if base != 0.0 => By::Base(base.abs()),
            (unit, _) => By::Itself(unit),
        }
    }

    fn size(&self, value: f64) -> f64 {
        if let By::Base(base) = self { value / base } else { value }
    }

    fn scale(&self, value: f64, half: f64) -> Scale {
        match self {
            By::Base(_) => Scale::no_finer_than(Unit::Share, value, half),
            By::Points => Scale::no_finer_than(Unit::Share, value, half).in_points(),
            By::Itself(unit) => Scale::no_finer_than(*unit, value, half),
        }
    }

    fn times(&self, value: f64) -> Option<String> {
        let By::Base(_) = self else { return None };
        let factor = value + 1.0;
        // Two digits.
        let rounded = |factor: f64| format!("{factor:.1e}").parse().unwrap_or(factor);
        let text = |factor: f64| Scale::no_finer_than(Unit::Messages, factor, factor / 10.0).number(rounded(factor));
        match () {
            () if factor >= TIMES => Some(format!("×{}", text(factor))),
            () if factor > 0.0 && factor <= PART => Some(format!("÷{}", text(1.0 / factor))),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(measure: &str, base: f64, value: f64, half: f64) -> Difference {
        let measure = measure.parse().unwrap();
        Difference { variant: 1, measure, base: Some(base), value: Some(value), half: Some(half), why: None }
    }

    #[test]
    fn a_time_is_told_relative_to_the_base() {
        let told = |value, half| difference(&of("response.p99", 0.2, value, half));
        assert_eq!(told(-0.0762, 0.004), "−38 ± 2 %");
        assert_eq!(told(0.0050, 0.0012), "+2.5 ± 0.6 %");
        assert_eq!(told(0.001, 0.008), "± 4.0 %");
        assert_eq!(told(4.6, 0.2), "×24");
        assert_eq!(told(-0.1996, 0.001), "÷500");
        assert_eq!(told(-0.199_87, 0.001), "÷1,500");
        assert_eq!(told(0.0, 0.0), "± 0 %");
    }

    #[test]
    fn a_share_has_points_and_what_was_nothing_its_unit() {
        assert_eq!(difference(&of("lost.share", 0.0, 0.004, 0.0005)), "+0.40 ± 0.05 pt");
        assert_eq!(difference(&of("utilization", 0.5, -0.12, 0.001)), "−12.0 ± 0.1 pt");
        assert_eq!(difference(&of("wait.mean", 0.0, 0.012, 0.001)), "+12 ± 1 ms");
    }

    #[test]
    fn a_share_can_be_told_relative_to_the_base_too() {
        let told = |base, value| relatively(&of("utilization", base, value, 0.001));
        assert_eq!(told(0.5, -0.12).unwrap(), "−24 %");
        assert_eq!((told(0.001, 0.009).unwrap(), told(0.0, 0.1)), ("×10".to_owned(), None));
    }

    #[test]
    fn in_a_sentence_two_digits_do() {
        let told = |value| briefly(&of("response.p99", 0.2, value, 0.001)).unwrap();
        assert_eq!([told(-0.0762), told(0.0050), told(4.6)], ["−38 %", "+2.5 %", "×24"]);
        let nothing = Difference { value: None, half: None, ..of("wait.mean", 1.0, 0.0, 0.0) };
        assert_eq!((difference(&nothing), briefly(&nothing)), ("–".to_owned(), None));
    }
}
