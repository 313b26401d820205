//! Where an axis has its marks, and how the numbers are written there: round ones, with their unit.

use super::super::Kind;
use super::super::round::{DAY, HOUR, MINUTE, SELDOM, step_between};
use crate::report::number::separated;

#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub text: String,
}

/// Evenly spaced between both ends, at most so many.
pub fn linear(kind: Kind, low: f64, high: f64, most: usize) -> Vec<Tick> {
    let step = step_between(kind, low, high, most);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    let largest = low.abs().max(high.abs());
    (first..=last)
        .map(|k| k as f64 * step)
        // No time is negative; what stands there is named elsewhere.
        .filter(|at| kind != Kind::Seconds || *at >= 0.0)
        .map(|at| Tick { at, text: evenly_written(kind, at, step, largest) })
        .collect()
}

/// All with the unit that suits the largest and the step.
fn evenly_written(kind: Kind, at: f64, step: f64, largest: f64) -> String {
    match kind {
        Kind::Rate if largest < SELDOM => return format!("{} /h", plain(at * HOUR)),
        Kind::Rate => return format!("{} /s", plain(at)),
        Kind::Seconds if at != 0.0 => {}
        _ => return written(kind, at),
    }
    let divides = |unit: f64| (step / unit).fract().abs() < 1e-9 || step >= unit;
    let (unit, name) = match largest {
        _ if largest >= 2.0 * DAY && divides(DAY) => (DAY, "d"),
        _ if largest >= 2.0 * HOUR && divides(HOUR / 2.0) => (HOUR, "h"),
        _ if largest >= 2.0 * MINUTE && divides(MINUTE) => (MINUTE, "min"),
        _ if largest >= 1.0 => (1.0, "s"),
        _ if largest >= 1e-3 => (1e-3, "ms"),
        _ if largest >= 1e-6 => (1e-6, "µs"),
        _ => (1e-9, "ns"),
    };
    format!("{} {name}", plain(at / unit))
}

/// A number as it stands at an axis.
pub fn written(kind: Kind, at: f64) -> String {
    match kind {
        Kind::Seconds => duration(at),
        Kind::Rate if at != 0.0 && at.abs() < SELDOM / 10.0 => format!("{} /h", plain(at * HOUR)),
        Kind::Rate => format!("{} /s", plain(at)),
        Kind::Share => format!("{} %", plain(at * 100.0)),
        Kind::Count => plain(at),
        Kind::Relative if at == 0.0 => "same".to_owned(),
        Kind::Relative => format!("{}{} %", if at > 0.0 { "+" } else { "" }, plain(at * 100.0)),
        Kind::Times => format!("× {}", plain(at)),
    }
}

fn duration(at: f64) -> String {
    const UNITS: [(f64, &str); 7] =
        [(DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    if at == 0.0 {
        return "0".to_owned();
    }
    let fits = UNITS.into_iter().find(|(unit, _)| at.abs() >= unit * (1.0 - 1e-9));
    let (unit, name) = fits.unwrap_or((1e-9, "ns"));
    format!("{} {name}", plain(at / unit))
}

/// Without zeros behind the point; thousands apart, millions by their letter.
fn plain(number: f64) -> String {
    let size = number.abs();
    let (shown, letter) = match size {
        _ if size >= 1e15 => return format!("{number:.0e}").replace('-', "−"),
        _ if size >= 999_999.5e3 => (size / 1e9, " G"),
        _ if size >= 999_999.5 => (size / 1e6, " M"),
        _ => (size, ""),
    };
    let decimals = if shown >= 100.0 || shown == 0.0 { 2.0 } else { 3.0 - shown.log10().floor() };
    let digits = format!("{shown:.*}", decimals.clamp(0.0, 12.0) as usize);
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    let sign = if number < 0.0 && digits != "0" { "−" } else { "" };
    format!("{sign}{}{letter}", separated(digits))
}

/// Powers of ten, with 2 and 5 times them where there is room; round times from a second on.
pub fn logarithmic(kind: Kind, low: f64, high: f64, most: usize) -> Vec<Tick> {
    let inside = |at: &f64| *at >= low * (1.0 - 1e-9) && *at <= high * (1.0 + 1e-9);
    let of = |all: Vec<f64>| -> Vec<f64> { all.into_iter().filter(inside).collect() };
    let choices = [of(candidates(kind, &[1.0, 2.0, 5.0])), of(candidates(kind, &[1.0]))];
    let chosen = choices.into_iter().find(|ticks| ticks.len() <= most).unwrap_or_else(|| {
        let tens = of(candidates(kind, &[1.0]));
        let every = tens.len().div_ceil(most.max(1));
        tens.into_iter().step_by(every).collect()
    });
    chosen.into_iter().map(|at| Tick { at, text: written(kind, at) }).collect()
}

fn candidates(kind: Kind, multiples: &[f64]) -> Vec<f64> {
    let powers = |from: i32, to: i32, unit: f64| {
        (from..to).flat_map(move |power| multiples.iter().map(move |m| m * 10_f64.powi(power) * unit))
    };
    if kind != Kind::Seconds {
        return powers(-12, 15, 1.0).collect();
    }
    // 50 s and a minute, 50 min and an hour, 20 h and a day would stand in each other's way.
    let seconds = powers(-9, 2, 1.0).filter(|at| *at < 40.0);
    let minutes = powers(0, 2, MINUTE).filter(|at| *at < 40.0 * MINUTE);
    let hours = powers(0, 2, HOUR).filter(|at| *at < 15.0 * HOUR);
    seconds.chain(minutes).chain(hours).chain(powers(0, 4, DAY)).collect()
}

/// 0 %, 50 %, 90 %, 99 % and on.
pub fn nines(low: f64, high: f64) -> Vec<Tick> {
    let shares = [0.0, 0.5].into_iter().chain((1..12).map(|nines| 1.0 - 10_f64.powi(-nines)));
    let inside = shares.filter(|at| *at >= low - 1e-12 && *at <= high + 1e-15);
    inside.map(|at| Tick { at, text: share_of_nines(at) }).collect()
}

fn share_of_nines(share: f64) -> String {
    let nines = -(1.0 - share).log10();
    let decimals = (nines.round() - 2.0).max(0.0) as usize;
    format!("{:.decimals$} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn times_have_round_steps_in_the_unit_that_suits_them() {
        for (high, most, expected) in [
            (0.25, 5, vec!["0", "50 ms", "100 ms", "150 ms", "200 ms", "250 ms"]),
            (12.0, 4, vec!["0", "5 s", "10 s"]),
            (360.0, 6, vec!["0", "1 min", "2 min", "3 min", "4 min", "5 min", "6 min"]),
            (3600.0, 6, vec!["0", "10 min", "20 min", "30 min", "40 min", "50 min", "60 min"]),
            (86_400.0, 4, vec!["0", "6 h", "12 h", "18 h", "24 h"]),
            (1_209_600.0, 7, vec!["0", "2 d", "4 d", "6 d", "8 d", "10 d", "12 d", "14 d"]),
            (3e-5, 3, vec!["0", "10 µs", "20 µs", "30 µs"]),
        ] {
            assert_eq!(texts(&linear(Kind::Seconds, 0.0, high, most)), expected);
        }
    }

    #[test]
    fn other_kinds_say_what_they_are() {
        assert_eq!(texts(&linear(Kind::Rate, 0.0, 900.0, 3)), ["0 /s", "500 /s"]);
        assert_eq!(texts(&linear(Kind::Share, 0.0, 1.0, 4)), ["0 %", "50 %", "100 %"]);
        assert_eq!(texts(&linear(Kind::Count, 0.0, 90_000.0, 5)), ["0", "20,000", "40,000", "60,000", "80,000"]);
        assert_eq!(texts(&linear(Kind::Count, 0.0, 3e6, 3)), ["0", "1 M", "2 M", "3 M"]);
        assert_eq!(texts(&linear(Kind::Relative, -0.5, 0.5, 2)), ["−50 %", "same", "+50 %"]);
        assert_eq!(texts(&linear(Kind::Count, 0.0, 2.0, 4)), ["0", "0.5", "1", "1.5", "2"]);
        assert_eq!(written(Kind::Rate, 0.005), "18 /h");
    }

    #[test]
    fn logarithmic_times_go_from_powers_of_ten_to_minutes_hours_and_days() {
        assert_eq!(
            texts(&logarithmic(Kind::Seconds, 1e-3, 1e5, 12)),
            ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h", "10 h", "1 d"]
        );
        assert_eq!(
            texts(&logarithmic(Kind::Seconds, 0.01, 1.0, 8)),
            ["10 ms", "20 ms", "50 ms", "100 ms", "200 ms", "500 ms", "1 s"]
        );
        assert_eq!(texts(&logarithmic(Kind::Times, 0.1, 10.0, 4)), ["× 0.1", "× 1", "× 10"]);
        assert!(logarithmic(Kind::Count, 1.0, 1e9, 4).len() <= 4);
    }

    #[test]
    fn nines_are_named_as_percentages() {
        assert_eq!(texts(&nines(0.0, 0.9999)), ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"]);
    }
}
