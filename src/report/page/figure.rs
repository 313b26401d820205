//! A picture in the page: an image until the script draws it anew, so that it can be zoomed and asked for values.

use maud::{Markup, PreEscaped, html};

use super::{Drawn, embed};
use crate::report::json;
use crate::report::picture::Picture;
use crate::report::text::clean;

/// All images together, in bytes; a page is to be small enough to be sent.
const MOST: usize = 900_000;

/// As many as there is room for, the first first; the others are beside the page.
pub fn images(pictures: &[Drawn]) -> Vec<Option<String>> {
    let mut room = MOST;
    let image = |drawn: &Drawn| {
        let image = embed::image(&drawn.svg);
        room = room.checked_sub(image.len())?;
        Some(image)
    };
    pictures.iter().map(image).collect()
}

pub fn figure(picture: &Picture, image: Option<&str>, is_first: bool) -> Markup {
    let alt = clean(&picture.alt);
    html! {
        figure id={ "picture-" (picture.name) } data-picture=(picture.name) {
            @if is_first { h2 { (clean(&picture.title)) } } @else { h3 { (clean(&picture.title)) } }
            @match image {
                Some(image) => { img src=(image) alt=(alt); },
                None => { p .elsewhere { a href={ "./" (picture.name) ".svg" } { (picture.name) ".svg" } } },
            }
            div .chart role="group" aria-label=(alt) {}
            figcaption { (clean(&picture.caption)) }
            script type="application/json" data-kendall="picture" {
                (PreEscaped(embed::data(&json::picture(picture))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_no_room_for_stands_beside_the_page() {
        let picture = Picture {
            name: "length",
            title: String::new(),
            caption: String::new(),
            alt: String::new(),
            panels: Vec::new(),
        };
        let drawn = |bytes| Drawn { picture: picture.clone(), svg: " ".repeat(bytes) };
        let is_there: Vec<bool> =
            images(&[drawn(600_000), drawn(60_000), drawn(600_000)]).iter().map(Option::is_some).collect();
        assert_eq!(is_there, [true, true, false]);
        assert!(figure(&picture, None, true).into_string().contains("href=\"./length.svg\""));
    }
}
