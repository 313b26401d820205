//! Text in columns: how wide it is, how it is wrapped, and nothing in it that steers a terminal.

/// Replaces what would move the cursor, colour the screen or turn the direction of writing.
pub fn clean(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).filter(|&c| !steers(c)).collect()
}

/// The columns a terminal needs for it.
pub fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// The wide blocks of Unicode's East Asian Width (UAX 11), as far as names and questions need them.
fn columns_of(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

pub fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

pub fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Leaves out the middle of what is too long, because measures differ at their ends.
pub fn clip(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let end = room - room / 2;
    let head = take(text.chars(), room / 2);
    let tail: String = take(text.chars().rev(), end).chars().rev().collect();
    format!("{head}…{tail}")
}

fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += columns_of(*c);
        used <= width
    };
    chars.take_while(fits).collect()
}

/// Clean lines of at most `width` columns, broken between words where that is possible.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(&clean(text)) {
        for piece in pieces(&word, width.max(1)) {
            let line = lines.last_mut().expect("there is a first line");
            if line.is_empty() {
                *line = piece;
            } else if columns(line) + 1 + columns(&piece) <= width {
                *line = format!("{line} {piece}");
            } else {
                lines.push(piece);
            }
        }
    }
    lines
}

/// A unit belongs to the number before it, with the marks that follow it.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let unit = word.trim_end_matches([',', ';', ':', '.', ')']);
        match words.last_mut() {
            Some(last) if UNITS.contains(&unit) && last.ends_with(|c: char| c.is_ascii_digit()) => {
                *last = format!("{last} {word}");
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

const UNITS: [&str; 10] = ["%", "/s", "/h", "ns", "µs", "ms", "s", "min", "h", "d"];

fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        if used + columns_of(c) > width {
            pieces.push(String::new());
            used = 0;
        }
        used += columns_of(c);
        pieces.last_mut().expect("there is a first piece").push(c);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_left_out() {
        assert_eq!(clean("red \u{1b}[31m\u{9b}2J\u{202e}\u{7} line\nbreak"), "red [31m2J line break");
    }

    #[test]
    fn wide_and_combining_signs_are_counted_as_a_terminal_does() {
        assert_eq!(columns("12 µs … ± 3 ✓ –"), 15);
        assert_eq!(columns("待ち行列"), 8);
        assert_eq!(columns("e\u{301}"), 1);
    }

    #[test]
    fn lines_are_never_wider_than_asked() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn a_number_is_not_parted_from_its_unit() {
        assert_eq!(wrap("within 41.0 s, or", 12), ["within", "41.0 s, or"]);
    }

    #[test]
    fn a_clipped_name_keeps_both_ends() {
        assert_eq!(clip("a-rather-long-name.length.mean", 16), "a-rathe…gth.mean");
        assert_eq!(clip("short", 16), "short");
    }
}
