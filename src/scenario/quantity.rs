//! Quantities as they are written: `20ms`, `1.5k/s`, `1%`, `100000`. Pure: text in, a number or what is wrong out.

use crate::time::{Span, UNITS};

/// Why a text is no such quantity, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub message: String,
    pub hint: String,
}

impl Wrong {
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), hint: hint.into() }
    }
}

/// The least and the most of a duration, in seconds, and how that is said.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    least_s: f64,
    most_s: f64,
    said: &'static str,
}

impl Bounds {
    pub const fn new(least_s: f64, most_s: f64, said: &'static str) -> Bounds {
        Bounds { least_s, most_s, said }
    }
}

pub const HUNDRED_YEARS_S: f64 = 36_500.0 * 86_400.0;
/// Zero is a duration too.
pub const ANY: Bounds = Bounds { least_s: 0.0, most_s: HUNDRED_YEARS_S, said: "from `0s` to `36500d`" };
/// Something that takes time.
pub const SOME: Bounds = Bounds { least_s: 1e-9, most_s: HUNDRED_YEARS_S, said: "from `1ns` to `36500d`" };

pub const MOST_PER_SECOND: f64 = 1e8;

/// A duration in whole nanoseconds.
pub fn span(text: &str, bounds: &Bounds) -> Result<Span, Wrong> {
    seconds(text, bounds).map(Span::from_seconds)
}

/// A duration in seconds, not rounded: for means.
pub fn seconds(text: &str, bounds: &Bounds) -> Result<f64, Wrong> {
    let (number, unit) = split(text, "duration", "20ms")?;
    if unit.is_empty() {
        let hint = if number == 0.0 { "write `0s`".to_owned() } else { format!("write `{text}ms` or `{text}s`") };
        return Err(Wrong::new(format!("`{text}` has no unit"), hint));
    }
    let Some((_, nanos)) = UNITS.into_iter().find(|(known, _)| *known == unit) else {
        return Err(no_time_unit(text, number, unit));
    };
    let seconds = number * nanos as f64 / 1e9;
    let too_small = seconds < bounds.least_s || (seconds > 0.0 && seconds < 0.999e-9);
    let out = if number < 0.0 {
        "is negative"
    } else if too_small {
        "is too short"
    } else if seconds > bounds.most_s {
        "is too long"
    } else {
        return Ok(seconds);
    };
    Err(Wrong::new(format!("`{text}` {out}"), format!("write a duration {}", bounds.said)))
}

fn no_time_unit(text: &str, number: f64, unit: &str) -> Wrong {
    let meant = match unit.to_lowercase().as_str() {
        "m" => return Wrong::new(format!("`{text}`: `m` may be minutes or milliseconds"), both(number, "min", "ms")),
        "sec" | "secs" | "second" | "seconds" => "s",
        "mins" | "minute" | "minutes" | "min" => "min",
        "hr" | "hrs" | "hour" | "hours" | "h" => "h",
        "day" | "days" | "d" => "d",
        "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" | "ms" => "ms",
        "usec" | "micros" | "microsecond" | "microseconds" | "us" | "μs" => "us",
        "nsec" | "nanos" | "nanosecond" | "nanoseconds" | "ns" => "ns",
        "s" => "s",
        "w" | "week" | "weeks" => return Wrong::new(no_unit(text, unit), format!("write `{}d`", number * 7.0)),
        _ if unit.starts_with('/') => {
            return Wrong::new(format!("`{text}` is a rate, not a duration"), "write a duration such as `20ms`");
        }
        _ => return Wrong::new(no_unit(text, unit), "write a unit of d, h, min, s, ms, us or ns"),
    };
    Wrong::new(no_unit(text, unit), format!("write `{number}{meant}`"))
}

fn no_unit(text: &str, unit: &str) -> String {
    format!("`{text}`: `{unit}` is no unit of time")
}

fn both(number: f64, one: &str, other: &str) -> String {
    format!("write `{number}{one}` or `{number}{other}`")
}

/// A rate per second.
pub fn rate(text: &str) -> Result<f64, Wrong> {
    const EXAMPLES: &str = "write a rate such as `200/s`, `12/min` or `1.5k/s`";
    let (number, unit) = split(text, "rate", "200/s")?;
    if unit.is_empty() {
        return Err(Wrong::new(format!("`{text}` has no unit"), format!("write `{text}/s`")));
    }
    let Some((thousands, per)) = unit.split_once('/') else {
        return Err(Wrong::new(format!("`{text}` is no rate"), EXAMPLES));
    };
    let (thousands, per) = (thousands.trim(), per.trim());
    let factor = match thousands {
        "" => 1.0,
        "k" => 1e3,
        "M" => return Err(Wrong::new(format!("`{text}` is no rate"), format!("write `{}k/{per}`", number * 1e3))),
        _ => return Err(Wrong::new(format!("`{text}` is no rate"), EXAMPLES)),
    };
    let per_s = match per {
        "ms" => 1e-3,
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        "m" => {
            let count = format!("{number}{thousands}/");
            let hint = format!("write `{count}min` or `{count}ms`");
            return Err(Wrong::new(format!("`{text}`: `m` may be minutes or milliseconds"), hint));
        }
        "sec" | "second" => return Err(Wrong::new(no_unit(text, per), format!("write `{number}{thousands}/s`"))),
        "minute" => return Err(Wrong::new(no_unit(text, per), format!("write `{number}{thousands}/min`"))),
        "hour" => return Err(Wrong::new(no_unit(text, per), format!("write `{number}{thousands}/h`"))),
        "day" => return Err(Wrong::new(no_unit(text, per), format!("write `{number}{thousands}/d`"))),
        _ => return Err(Wrong::new(no_unit(text, per), "write a rate per ms, s, min, h or d")),
    };
    let per_second = number * factor / per_s;
    let range = "write a rate from `0/s` to `100000k/s`";
    match per_second {
        _ if number < 0.0 => Err(Wrong::new(format!("`{text}` is negative"), range)),
        _ if per_second > MOST_PER_SECOND => Err(Wrong::new(format!("`{text}` is too high"), range)),
        // Below this a hundred years pass without a message.
        _ if per_second > 0.0 && per_second < 1e-10 => Err(Wrong::new(format!("`{text}` is too low"), range)),
        _ => Ok(per_second),
    }
}

/// A share between 0 and 1, written in per cent.
pub fn share(text: &str) -> Result<f64, Wrong> {
    let (number, unit) = split(text, "share", "1%")?;
    let percent = if number < 1.0 { tidy(number * 100.0) } else { number };
    match unit {
        "%" if (0.0..=100.0).contains(&number) => Ok(number / 100.0),
        "" if (0.0..=100.0).contains(&number) => {
            Err(Wrong::new(format!("`{text}` has no unit"), format!("write `{percent}%`")))
        }
        "%" | "" => Err(Wrong::new(format!("`{text}` is no share"), "write a share from `0%` to `100%`")),
        _ => Err(Wrong::new(format!("`{text}` is no share"), "write a share such as `1%`")),
    }
}

/// A utilization, which may be beyond 100 %.
pub fn load(text: &str) -> Result<f64, Wrong> {
    let (number, unit) = split(text, "load", "80%")?;
    match unit {
        "%" if number > 0.0 && number <= 1000.0 => Ok(number / 100.0),
        "" if number > 0.0 && number <= 1.0 => {
            Err(Wrong::new(format!("`{text}` has no unit"), format!("write `{}%`", tidy(number * 100.0))))
        }
        _ => Err(Wrong::new(format!("`{text}` is no load"), "write a load above `0%`, up to `1000%`, such as `80%`")),
    }
}

/// Takes off what a factor of a hundred leaves behind the twelfth digit.
fn tidy(number: f64) -> f64 {
    format!("{number:.10}").parse().unwrap_or(number)
}

/// A whole number.
pub fn count(text: &str, least: u64, most: u64) -> Result<u64, Wrong> {
    let range = || format!("write a whole number from {least} to {most}");
    if let Ok(number) = text.parse::<u64>()
        && !text.starts_with('+')
    {
        let in_range = (least..=most).contains(&number);
        return if in_range { Ok(number) } else { Err(Wrong::new(format!("`{text}` is out of range"), range())) };
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Wrong::new(format!("`{text}` is out of range"), range()));
    }
    let (number, unit) = split(text, "whole number", "10").map_err(|wrong| Wrong { hint: range(), ..wrong })?;
    let thousands = if unit == "k" { number * 1e3 } else { number };
    let is_plain = (unit.is_empty() || unit == "k") && thousands.fract() == 0.0;
    if is_plain && (least as f64..=most as f64).contains(&thousands) {
        return Err(Wrong::new(format!("`{text}` is no whole number"), format!("write `{thousands:.0}`")));
    }
    let what = if number < 0.0 { "is negative" } else { "is no whole number" };
    Err(Wrong::new(format!("`{text}` {what}"), range()))
}

/// A number without a unit.
pub fn number(text: &str, least: f64, most: f64) -> Result<f64, Wrong> {
    let range = || format!("write a number from {least} to {most}");
    let (number, unit) = split(text, "number", "1.5").map_err(|wrong| Wrong { hint: range(), ..wrong })?;
    if !unit.is_empty() {
        return Err(Wrong::new(format!("`{text}` has a unit where none belongs"), range()));
    }
    if !(least..=most).contains(&number) {
        return Err(Wrong::new(format!("`{text}` is out of range"), range()));
    }
    Ok(number)
}

const BYTE_UNITS: [(&str, f64); 4] = [("B", 1.0), ("KiB", 1024.0), ("MiB", 1_048_576.0), ("GiB", 1_073_741_824.0)];

/// A number of bytes.
pub fn bytes(text: &str, least: f64, most: f64) -> Result<f64, Wrong> {
    const UNITS: &str = "write a unit of B, KiB, MiB or GiB";
    let (number, unit) = split(text, "size", "64KiB")?;
    if unit.is_empty() {
        return Err(Wrong::new(format!("`{text}` has no unit"), format!("write `{text}B` or `{text}KiB`")));
    }
    let Some((_, each)) = BYTE_UNITS.into_iter().find(|(known, _)| *known == unit) else {
        let letter = unit.chars().next().map(|letter| letter.to_ascii_lowercase());
        let near = BYTE_UNITS.into_iter().skip(1).find(|(known, _)| letter == known.to_lowercase().chars().next());
        let hint = near.map_or(UNITS.to_owned(), |(known, _)| format!("write `{number}{known}`"));
        return Err(Wrong::new(format!("`{text}`: `{unit}` is no unit of bytes"), hint));
    };
    let bytes = number * each;
    match bytes {
        _ if number < 0.0 => Err(Wrong::new(format!("`{text}` is negative"), "write a size such as `64KiB`")),
        _ if bytes < least => Err(Wrong::new(format!("`{text}` is too small"), format!("write `{least}B` or more"))),
        _ if bytes > most => {
            Err(Wrong::new(format!("`{text}` is too large"), format!("write at most `{}GiB`", most / BYTE_UNITS[3].1)))
        }
        _ => Ok(bytes),
    }
}

/// A number and what stands behind it. The number may be negative or not finite only by being out of any range.
fn split<'a>(text: &'a str, what: &str, example: &str) -> Result<(f64, &'a str), Wrong> {
    let end = number_length(text);
    let (digits, unit) = text.split_at(end);
    let usual = format!("write a {what} such as `{example}`");
    if unit.starts_with(['_', ',']) {
        let plain: String = text.chars().filter(|c| *c != '_').collect();
        let hint = if plain.contains(',') { usual } else { format!("write `{plain}`") };
        return Err(Wrong::new(format!("`{text}` is no {what}: a number has digits and one point"), hint));
    }
    if unit.starts_with(' ') {
        let is_unit = UNITS.iter().any(|(known, _)| *known == unit.trim());
        if let (true, false, Ok(number)) = (what == "duration", is_unit, digits.parse()) {
            return Err(no_time_unit(text, number, unit.trim()));
        }
        let hint = format!("write `{digits}{}`", unit.trim());
        return Err(Wrong::new(format!("`{text}` has a space between number and unit"), hint));
    }
    match digits.parse::<f64>() {
        Ok(number) => Ok((number, unit)),
        Err(_) => Err(Wrong::new(format!("`{text}` is no {what}"), usual)),
    }
}

/// How many bytes at the beginning are a number: sign, digits, point, exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = usize::from(text.starts_with(['-', '+']));
    while is_digit(at) || bytes.get(at) == Some(&b'.') {
        at += 1;
    }
    if at > 0 && matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
        if is_digit(at + 1 + sign) {
            at += 1 + sign;
            while is_digit(at) {
                at += 1;
            }
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(result: Result<T, Wrong>) -> String {
        let wrong = result.unwrap_err();
        format!("{}; {}", wrong.message, wrong.hint)
    }

    #[test]
    fn durations_are_exact_in_every_unit() {
        let nanos = |text| span(text, &ANY).unwrap().nanos();
        assert_eq!(nanos("20ms"), 20_000_000);
        assert_eq!(nanos("1.5s"), 1_500_000_000);
        assert_eq!(nanos("10min"), 600_000_000_000);
        assert_eq!(nanos("2h"), 7_200_000_000_000);
        assert_eq!(nanos("7d"), 604_800_000_000_000);
        assert_eq!(nanos("1us"), 1_000);
        assert_eq!(nanos("3ns"), 3);
        assert_eq!(nanos("1e3ms"), 1_000_000_000);
        assert_eq!(seconds("12ms", &SOME), Ok(0.012));
    }

    #[test]
    fn rates_are_per_second() {
        assert_eq!(rate("200/s"), Ok(200.0));
        assert_eq!(rate("12/min"), Ok(0.2));
        assert_eq!(rate("1.5k/s"), Ok(1500.0));
        assert_eq!(rate("0/h"), Ok(0.0));
        assert_eq!(rate("2/ms"), Ok(2000.0));
    }

    #[test]
    fn bytes_have_binary_units_and_others_are_answered_with_these() {
        let read = |text| bytes(text, 0.0, 1e12);
        assert_eq!(read("64KiB"), Ok(65_536.0));
        assert_eq!(read("1.5MiB"), Ok(1_572_864.0));
        assert_eq!(read("7B"), Ok(7.0));
        assert_eq!(said(read("64")), "`64` has no unit; write `64B` or `64KiB`");
        assert_eq!(said(read("64kB")), "`64kB`: `kB` is no unit of bytes; write `64KiB`");
        assert_eq!(said(read("2M")), "`2M`: `M` is no unit of bytes; write `2MiB`");
        assert_eq!(
            said(read("2parsec")),
            "`2parsec`: `parsec` is no unit of bytes; write a unit of B, KiB, MiB or GiB"
        );
        assert_eq!(said(read("-2KiB")), "`-2KiB` is negative; write a size such as `64KiB`");
    }

    #[test]
    fn a_bare_number_is_answered_with_its_unit() {
        assert_eq!(said(seconds("40", &ANY)), "`40` has no unit; write `40ms` or `40s`");
        assert_eq!(said(rate("200")), "`200` has no unit; write `200/s`");
        assert_eq!(said(share("0.01")), "`0.01` has no unit; write `1%`");
        assert_eq!(said(share("0.07")), "`0.07` has no unit; write `7%`");
        assert_eq!(said(seconds("0", &ANY)), "`0` has no unit; write `0s`");
    }

    #[test]
    fn m_is_answered_with_both_of_its_meanings() {
        assert_eq!(said(seconds("5m", &ANY)), "`5m`: `m` may be minutes or milliseconds; write `5min` or `5ms`");
        assert_eq!(said(rate("2k/m")), "`2k/m`: `m` may be minutes or milliseconds; write `2k/min` or `2k/ms`");
    }

    #[test]
    fn what_no_number_can_be_is_refused_with_the_range_or_an_example() {
        for text in
            ["nan", "NaN", ".nan", "inf", ".inf", "-.inf", "infs", "", "-", "+", ".", "..5s", "1e", "e5s", "--1s", "∞"]
        {
            for wrong in [said(seconds(text, &ANY)), said(rate(text)), said(share(text)), said(count(text, 1, 9))] {
                assert!(wrong.contains("write "), "{text}: {wrong}");
            }
        }
        assert_eq!(said(seconds("1e308s", &ANY)), "`1e308s` is too long; write a duration from `0s` to `36500d`");
        assert_eq!(said(seconds("1e999s", &ANY)), "`1e999s` is too long; write a duration from `0s` to `36500d`");
        assert_eq!(said(seconds("-1s", &ANY)), "`-1s` is negative; write a duration from `0s` to `36500d`");
        assert_eq!(said(seconds("0.1ns", &ANY)), "`0.1ns` is too short; write a duration from `0s` to `36500d`");
        assert_eq!(said(rate("1e308/s")), "`1e308/s` is too high; write a rate from `0/s` to `100000k/s`");
    }

    #[test]
    fn grouped_digits_and_spaces_are_answered_without_them() {
        assert_eq!(
            said(count("1_000", 1, 9999)),
            "`1_000` is no whole number: a number has digits and one point; write a whole number from 1 to 9999"
        );
        assert_eq!(said(rate("1_000/s")), "`1_000/s` is no rate: a number has digits and one point; write `1000/s`");
        assert_eq!(said(seconds("20 ms", &ANY)), "`20 ms` has a space between number and unit; write `20ms`");
        assert_eq!(said(seconds("1 hour", &ANY)), "`1 hour`: `hour` is no unit of time; write `1h`");
        assert_eq!(said(count("10k", 1, 99_999)), "`10k` is no whole number; write `10000`");
        assert_eq!(said(count("1.5", 1, 9)), "`1.5` is no whole number; write a whole number from 1 to 9");
    }
}
