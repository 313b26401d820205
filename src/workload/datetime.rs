//! Dates and times as ISO 8601 and RFC 3339 write them.

/// Whole seconds since 1970 and nanoseconds; a time without an offset is taken as it stands. `None` if it is no date and
/// time such as `2014-04-10`, `20140410`, `2014-04-10T00:04`, `2014-04-10 00:04:30.25` or `2014-04-10T00:04:30+02:00`.
pub fn parse(text: &str) -> Option<(i64, u32)> {
    let is_basic = text.len() == 8;
    let (date, rest) = if is_basic { (text, "") } else { text.split_at_checked(10)? };
    let (year, month, day) = match date.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?),
        _ if is_basic => (digits(date.get(..4)?, 4)?, digits(date.get(4..6)?, 2)?, digits(date.get(6..)?, 2)?),
        _ => return None,
    };
    let is_good = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !is_good {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * 86_400;
    if rest.is_empty() {
        return Some((midnight, 0));
    }
    let (clock, offset) = split_offset(rest.strip_prefix(['T', 't', ' '])?)?;
    let (seconds, nanos) = time_of_day(clock)?;
    Some((midnight + seconds - offset, nanos))
}

fn time_of_day(clock: &str) -> Option<(i64, u32)> {
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    // A leap second counts as the one after it.
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 || fraction.len() > 9 {
        return None;
    }
    let nanos = digits(fraction, fraction.len())? * 10_i64.pow(9 - fraction.len() as u32);
    Some((hour * 3600 + minute * 60 + second, nanos as u32))
}

/// Takes off `Z`, `+02:00` or `-0530`, in seconds.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, 0)) };
    let (clock, offset) = text.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let plain = offset[1..].replace(':', "");
    let (hours, minutes) = plain.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { digits(minutes, 2)? };
    Some((clock, sign * (digits(hours, 2)? * 3600 + minutes * 60)))
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let is_plain = text.len() == length && length > 0 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Of the Gregorian calendar, in years that begin in March (Richards 2013, Explanatory Supplement to the Astronomical
/// Almanac, sec. 15.11).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 306 + 5) / 10 + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_seconds_since_1970() {
        assert_eq!(parse("1970-01-01"), Some((0, 0)));
        assert_eq!(parse("20140410"), parse("2014-04-10T00:00:00Z"));
        assert_eq!(parse("2000-03-01T00:00"), Some((951_868_800, 0)));
        assert_eq!(parse("2014-04-10T00:04:30Z"), Some((1_397_088_270, 0)));
        assert_eq!(parse("2014-04-10 02:04:30.25+02:00"), Some((1_397_088_270, 250_000_000)));
        assert_eq!(parse("2014-04-09T18:34:30-0530"), Some((1_397_088_270, 0)));
        assert_eq!(parse("1969-12-31T23:59:59.999999999"), Some((-1, 999_999_999)));
        assert_eq!(parse("0000-02-29"), Some((-62_162_121_600, 0)));
    }

    #[test]
    fn what_is_no_date_or_time_is_refused() {
        for text in [
            "",
            "2014",
            "2014-4-10",
            "2014-13-01",
            "2015-02-29",
            "1900-02-29",
            "2014-04-10T",
            "2014-04-10T24:00",
            "2014-04-10T1:00",
            "2014-04-10T00:60",
            "2014-04-10T00:00:61",
            "2014-04-10T00:00:00.",
            "2014-04-10x00:00",
            "2014-04-10T00:00+",
            "ä014-04-10",
            "2014-04-1é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
