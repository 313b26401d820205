//! What stands in the page beside its text: scripts and style with their hashes, JSON that cannot end its element, pictures
//! as data.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::report::json;
use crate::report::picture::draw::{Theme, roles};

const LICENCE: &str = include_str!("uplot/LICENSE");
const UPLOT: &str = include_str!("uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("uplot/uPlot.min.css");
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

pub fn uplot() -> String {
    format!("/*!\n{LICENCE}*/\n{UPLOT}")
}

pub fn script() -> &'static str {
    SCRIPT
}

pub fn style() -> String {
    format!("{UPLOT_STYLE}\n{STYLE}{}", colours())
}

/// Of roles, as drawn pictures have them.
fn colours() -> String {
    let colour = |role| {
        let [light, dark] = [Theme::Light, Theme::Dark].map(|theme| theme.colour(role).hex());
        format!("  --role-{}: light-dark({light}, {dark});\n", json::role(role))
    };
    format!(":root {{\n{}}}\n", roles().map(colour).collect::<String>())
}

/// Nothing is fetched, nothing is sent, and no script or style is heeded but these.
pub fn policy() -> String {
    format!(
        "default-src 'none'; script-src {} {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&uplot()),
        hash(script()),
        hash(&style()),
    )
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// JSON that is the same to a reader of JSON and nothing to a reader of HTML.
pub fn data(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe += &format!("\\u{:04x}", u32::from(letter)),
            other => safe.push(other),
        }
    }
    safe
}

/// A picture as an image, in which no script runs whatever is in it.
pub fn image(svg: &str) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_and_ends_no_element() {
        let hostile = "{\"a\":\"</script><!--&\u{2028}]]>\"}";
        let safe = data(hostile);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert!(safe.starts_with("{\"a\":\"\\u003c/script\\u003e"), "{safe}");
    }

    #[test]
    fn what_is_put_in_ends_no_element() {
        assert!(!uplot().contains("</script") && !script().contains("</script") && !style().contains("</style"));
        assert!(!script().contains("<!--"));
    }
}
