//! The font of pictures, which comes along: none of the system's is asked for.

use std::sync::Once;

use crate::report::text;
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// What an SVG names, so that something like it is taken where DejaVu is missing.
pub const FAMILY: &str = "DejaVu Sans, Verdana, Geneva, sans-serif";
/// The height of capitals, in em.
pub const CAPITALS: f64 = 0.73;
/// What plotters calls the size of a font, of DejaVu and in em: its highest ascender to its lowest descender.
pub const HEIGHT: f64 = 1.164;

static REGISTERED: Once = Once::new();

/// The font, to be drawn with plotters in that size.
pub fn font(size: f64, is_bold: bool) -> FontDesc<'static> {
    REGISTERED.call_once(|| {
        let fonts = [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
        for (style, bytes) in fonts {
            let registered = register_font(FAMILY, style, bytes);
            assert!(registered.is_ok(), "a font of the crate dejavu cannot be read");
        }
    });
    FontDesc::new(FontFamily::Name(FAMILY), size, if is_bold { FontStyle::Bold } else { FontStyle::Normal })
}

/// In pixels, at so many pixels per em.
pub fn width(text: &str, em: f64, is_bold: bool) -> f64 {
    // Measured larger than it is, because plotters gives whole pixels.
    const FINE: f64 = 1000.0;
    let measured = font(FINE * HEIGHT, is_bold).layout_box(text);
    let ((left, _), (right, _)) = measured.expect("the font is registered");
    f64::from(right - left) / FINE * em
}

/// As much of it as there is room for.
pub fn clipped(text: &str, em: f64, is_bold: bool, room: f64) -> String {
    if width(text, em, is_bold) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let shown = |count: usize| letters[..count].iter().collect::<String>().trim_end().to_owned() + "…";
    let fitting = (1..letters.len()).take_while(|&count| width(&shown(count), em, is_bold) <= room).last();
    shown(fitting.unwrap_or(1))
}

/// In at most so many lines, broken between words; what does not fit ends in `…`.
pub fn wrapped(text: &str, em: f64, is_bold: bool, room: f64, lines: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let words = text::words(text);
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(word) = words.peek() {
        let longer = all.last().map(|line: &String| format!("{line} {word}"));
        match longer.filter(|longer| width(longer, em, is_bold) <= room) {
            Some(longer) => *all.last_mut().expect("there is a line") = longer,
            None if all.len() < lines => all.push((*word).to_owned()),
            None => break,
        }
        words.next();
    }
    let rest: Vec<&str> = words.collect();
    if let (Some(last), false) = (all.last_mut(), rest.is_empty()) {
        *last = format!("{last} {}", rest.join(" "));
    }
    all.iter().map(|line| clipped(line, em, is_bold, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_and_fits() {
        let text = "a rather long title of a picture that goes on";
        let clip = clipped(text, 20.0, true, 150.0);
        assert!(clip.ends_with('…') && width(&clip, 20.0, true) <= 150.0, "{clip}");
        assert_eq!(clipped("short", 20.0, true, 150.0), "short");
        let lines = wrapped(text, 20.0, false, 200.0, 2);
        assert!(lines.len() == 2 && lines[1].ends_with('…'), "{lines:?}");
        assert_eq!(wrapped("one two", 20.0, false, 500.0, 2), ["one two"]);
    }

    #[test]
    fn bold_is_wider() {
        assert!(width("messages", 20.0, true) > width("messages", 20.0, false));
    }
}
