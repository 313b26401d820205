//! How numbers are written for people, said once: three significant digits and the unit that suits them.

use crate::measure::{Measure, Unit};
use crate::time::Span;

/// Stands where there is no value.
pub const NOTHING: &str = "–";

/// How the numbers of one table row are written, so that they can be compared at a glance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    unit: &'static str,
    /// One of the shown unit, in the unit of the measure.
    factor: f64,
    decimals: usize,
}

/// Shown units from the smallest, each with the value from which the next one reads better.
const TIMES: [(&str, f64, f64); 6] = [
    ("ns", 1e-9, 1e-6),
    ("µs", 1e-6, 1e-3),
    ("ms", 1e-3, 1.0),
    ("s", 1.0, 120.0),
    ("min", 60.0, 7200.0),
    ("h", 3600.0, f64::INFINITY),
];
const RATES: [(&str, f64, f64); 2] = [("/h", 1.0 / 3600.0, 0.01), ("/s", 1.0, f64::INFINITY)];

impl Scale {
    /// Three significant digits of `value`; whole messages are written whole.
    pub fn of(unit: Unit, value: f64) -> Scale {
        let size = to_three_digits(value.abs());
        let (unit_name, factor) = match unit {
            Unit::Seconds => fitting(&TIMES, size, 3),
            Unit::PerSecond => fitting(&RATES, size, 1),
            Unit::Share => ("%", 0.01),
            Unit::Messages => ("", 1.0),
        };
        let whole = value.fract() == 0.0 && unit == Unit::Messages;
        let decimals = if whole { 0 } else { decimals_of(size / factor) };
        let scale = Scale { unit: unit_name, factor, decimals };
        if unit == Unit::Share { scale.not_quite_one(value) } else { scale }
    }

    /// Enough digits that the first one of the interval's half-width shows, six at most.
    pub fn with_half_width(unit: Unit, value: f64, half: f64) -> Scale {
        // Zero has no size, so that its interval chooses the unit.
        let mut scale = Scale::of(unit, if value == 0.0 && half.is_finite() { half } else { value });
        let (value, half) = ((value / scale.factor).abs(), half / scale.factor);
        if half > 0.0 && half.is_finite() && value.is_finite() {
            let most = (5 - magnitude(value.max(half))).max(0);
            let needed = (-magnitude(half)).clamp(0, most) as usize;
            let plain = decimals_of(to_three_digits(value.max(half)));
            scale.decimals = needed.max(plain);
        }
        scale
    }

    /// As many digits as the first of the half-width; three of the value where there is none.
    pub fn no_finer_than(unit: Unit, value: f64, half: f64) -> Scale {
        let scale = Scale::of(unit, if value == 0.0 { half } else { value });
        let half = to_three_digits(half.abs()) / scale.factor;
        if half == 0.0 || !half.is_finite() {
            return scale;
        }
        Scale { decimals: (-magnitude(half * (1.0 + 1e-9))).clamp(0, 6) as usize, ..scale }
    }

    /// A difference of shares, in percentage points.
    pub fn in_points(self) -> Scale {
        Scale { unit: "pt", ..self }
    }

    /// A share just below one is not written as 100 %.
    fn not_quite_one(mut self, value: f64) -> Scale {
        while value < 1.0 && self.decimals < 6 && self.number(value).starts_with("100") {
            self.decimals += 1;
        }
        self
    }

    /// Without the unit.
    pub fn number(&self, value: f64) -> String {
        let shown = value / self.factor;
        if shown.is_nan() {
            return NOTHING.to_owned();
        }
        let sign = if shown < 0.0 { "−" } else { "" };
        let size = shown.abs();
        let digits = match size {
            _ if size == f64::INFINITY => "∞".to_owned(),
            0.0 => "0".to_owned(),
            _ if !(1e-6..1e10).contains(&size) => format!("{size:.2e}"),
            _ => separated(&format!("{size:.*}", self.decimals)),
        };
        format!("{sign}{digits}")
    }

    pub fn value(&self, value: f64) -> String {
        self.with_unit(self.number(value))
    }

    /// Both ends with one unit: `39.8 … 40.4 ms`.
    pub fn interval(&self, low: f64, high: f64) -> String {
        self.with_unit(format!("{} … {}", self.number(low), self.number(high)))
    }

    pub fn plus_minus(&self, half: f64) -> String {
        self.with_unit(format!("± {}", self.number(half)))
    }

    fn with_unit(&self, number: String) -> String {
        if self.unit.is_empty() || number == NOTHING || self.is_no_time(&number) {
            return number;
        }
        format!("{number} {}", self.unit)
    }

    /// No time is none in every unit.
    fn is_no_time(&self, number: &str) -> bool {
        TIMES.iter().any(|(unit, ..)| *unit == self.unit) && ["0", "0 … 0", "± 0"].contains(&number)
    }
}

fn fitting(units: &[(&'static str, f64, f64)], size: f64, of_zero: usize) -> (&'static str, f64) {
    let fits = units.iter().find(|(_, _, until)| size < *until && size > 0.0);
    let (name, factor, _) = fits.unwrap_or(&units[if size == 0.0 { of_zero } else { units.len() - 1 }]);
    (name, *factor)
}

/// Rounding comes first, so that 999.9 µs becomes 1.00 ms and not 1000 µs.
fn to_three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// The place of the first digit: 0 for 1 to 10.
fn magnitude(value: f64) -> i32 {
    if value == 0.0 || !value.is_finite() { 0 } else { value.abs().log10().floor() as i32 }
}

fn decimals_of(size: f64) -> usize {
    // The division by the unit may leave 9.999999999 of what was rounded to 10.
    (2 - magnitude(size * (1.0 + 1e-9))).clamp(0, 8) as usize
}

/// Commas between thousands.
pub fn separated(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::with_capacity(digits.len() + whole / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value of a measure with its unit.
pub fn value(measure: &Measure, value: f64) -> String {
    in_unit(measure.unit(), value)
}

pub fn in_unit(unit: Unit, value: f64) -> String {
    Scale::of(unit, value).value(value)
}

/// A value held against a bound, in the bound's unit where that is near enough: `251 s` beside `30s`.
pub fn beside(measure: &Measure, value: f64, bound: f64) -> String {
    scale_beside(measure, value, bound).value(value)
}

/// The scale that [`beside`] writes in.
pub fn scale_beside(measure: &Measure, value: f64, bound: f64) -> Scale {
    let (own, other) = (Scale::of(measure.unit(), value), Scale::of(measure.unit(), bound));
    let ratio = (value / bound).abs();
    if !(0.1..=10.0).contains(&ratio) || own.unit == other.unit {
        return own;
    }
    Scale { decimals: decimals_of(to_three_digits(value.abs()) / other.factor), ..other }
}

/// Whole messages.
pub fn count(messages: u64) -> String {
    separated(&messages.to_string())
}

/// As a scenario writes it where that is short, else rounded.
pub fn span(span: Span) -> String {
    let exact = span.to_string();
    let digits = exact.find(|c: char| !c.is_ascii_digit()).unwrap_or(exact.len());
    if digits > 4 {
        return in_unit(Unit::Seconds, span.seconds());
    }
    let (number, unit) = exact.split_at(digits);
    format!("{} {}", separated(number), if unit == "us" { "µs" } else { unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_the_unit_that_suits_them() {
        for (unit, number, expected) in [
            (Unit::Seconds, 0.0, "0"),
            (Unit::Seconds, 3.2e-9, "3.20 ns"),
            (Unit::Seconds, 0.00099999, "1.00 ms"),
            (Unit::Seconds, 0.012, "12.0 ms"),
            (Unit::Seconds, 4.4e-5, "44.0 µs"),
            (Unit::Seconds, 0.9996, "1.00 s"),
            (Unit::Seconds, 41.0, "41.0 s"),
            (Unit::Seconds, 119.4, "119 s"),
            (Unit::Seconds, 600.0, "10.0 min"),
            (Unit::Seconds, 7200.0, "2.00 h"),
            (Unit::Seconds, 1.0e8, "27,778 h"),
            (Unit::Seconds, f64::INFINITY, "∞ h"),
            (Unit::Seconds, -0.5, "−500 ms"),
            (Unit::PerSecond, 198.04, "198 /s"),
            (Unit::PerSecond, 0.0, "0 /s"),
            (Unit::PerSecond, 0.005, "18.0 /h"),
            (Unit::PerSecond, 12_345.6, "12,346 /s"),
            (Unit::Share, 0.8012, "80.1 %"),
            (Unit::Share, 1.0, "100 %"),
            (Unit::Share, 0.99998, "99.998 %"),
            (Unit::Share, 0.0, "0 %"),
            (Unit::Share, 0.000_123, "0.0123 %"),
            (Unit::Share, 1e-12, "1.00e-10 %"),
            (Unit::Messages, 372_104.0, "372,104"),
            (Unit::Messages, 8.0, "8"),
            (Unit::Messages, 3.2, "3.20"),
            (Unit::Messages, 9.996, "10.0"),
            (Unit::Messages, 1234.5, "1,234"),
            (Unit::Messages, 1e18, "1.00e18"),
            (Unit::Messages, f64::NAN, "–"),
        ] {
            assert_eq!(in_unit(unit, number), expected, "{number:?}");
        }
    }

    #[test]
    fn an_interval_has_one_unit_and_shows_its_width() {
        for (unit, value, half, expected) in [
            (Unit::Seconds, 0.0401, 0.0003, "39.8 … 40.4 ms"),
            (Unit::Seconds, 0.040_12, 0.000_03, "40.09 … 40.15 ms"),
            (Unit::Seconds, 0.000_95, 0.000_2, "750 … 1,150 µs"),
            (Unit::Share, 0.8, 0.01, "79.0 … 81.0 %"),
            (Unit::PerSecond, 198.0, 0.4, "197.6 … 198.4 /s"),
            (Unit::Messages, 372_104.0, 12.0, "372,092 … 372,116"),
            (Unit::Messages, 3.2, 1e-9, "3.20000 … 3.20000"),
            (Unit::Messages, 5.0, 0.0, "5 … 5"),
            (Unit::Seconds, 0.0, 1e-9, "−1.00 … 1.00 ns"),
            (Unit::Seconds, 0.0, 0.0, "0 … 0"),
        ] {
            assert_eq!(Scale::with_half_width(unit, value, half).interval(value - half, value + half), expected);
        }
    }

    #[test]
    fn a_value_beside_a_bound_has_its_unit_where_that_is_near_enough() {
        let response: Measure = "response.p99".parse().unwrap();
        assert_eq!(beside(&response, 251.0, 30.0), "251 s");
        assert_eq!(beside(&response, 251.0, 1.0), "4.18 min");
        assert_eq!(beside(&response, 0.0251, 0.03), "25.1 ms");
        assert_eq!(beside(&response, 0.9, 3.0), "0.900 s");
    }

    #[test]
    fn a_span_is_exact_where_that_is_short() {
        assert_eq!(span(Span::from_secs(500)), "500 s");
        assert_eq!(span(Span::from_secs(1800)), "30 min");
        assert_eq!(span(Span::from_nanos(12_345_678_901)), "12.3 s");
    }
}
