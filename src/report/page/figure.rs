//! A picture in the page: an image until the script draws it anew, so that it can be zoomed and asked for values.

use maud::{Markup, PreEscaped, html};

use super::{Drawn, embed};
use crate::report::json;
use crate::report::text::clean;

pub fn figure(drawn: &Drawn, is_first: bool) -> Markup {
    let picture = &drawn.picture;
    let alt = clean(&picture.alt);
    html! {
        figure id={ "picture-" (picture.name) } data-picture=(picture.name) {
            @if is_first { h2 { (clean(&picture.title)) } } @else { h3 { (clean(&picture.title)) } }
            @if !drawn.svg.is_empty() { img src=(embed::image(&drawn.svg)) alt=(alt); }
            div .chart role="group" aria-label=(alt) {}
            figcaption { (clean(&picture.caption)) }
            script type="application/json" data-kendall="picture" {
                (PreEscaped(embed::json(&json::picture(picture))))
            }
        }
    }
}
