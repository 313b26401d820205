//! A result as one HTML page that needs nothing beside it: no request leaves it, and nothing in it runs but its own two
//! scripts.
//!
//! Whatever a user wrote is text: maud escapes it in elements and attributes, `embed` in the JSON of pictures.

mod embed;
mod figure;
mod html;
mod reproduce;
mod sections;

use super::comparison;
use super::picture::Picture;
use super::terminal::{Entry, Paint, Style, View, accounts, headline, method, targets, warnings};
use super::text::clean;
use crate::result::{About, Compared, Comparison, Outcome};

/// A picture, and how it looks where no script runs, and on paper.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub picture: Picture,
    pub svg: String,
}

/// A file beside the page.
#[derive(Clone, Debug)]
pub struct Beside {
    pub file: String,
    pub what: String,
}

/// What a page is made of, in the order in which it stands there.
struct Page<'a> {
    about: &'a About,
    verdicts: Vec<(Paint, String)>,
    targets: Vec<Entry>,
    pictures: &'a [Drawn],
    /// Of each, if there is room for it.
    images: Vec<Option<String>>,
    /// The one that stands at the top, by its place.
    key: Option<usize>,
    table: maud::Markup,
    notes: Vec<Entry>,
    best: Vec<Entry>,
    warnings: Vec<Entry>,
    accounts: Vec<(String, Vec<Entry>)>,
    method: Vec<Entry>,
    command: String,
    beside: &'a [Beside],
}

/// The page of a run.
pub fn of_run(about: &About, outcome: &Outcome, pictures: &[Drawn], beside: &[Beside]) -> String {
    let view = View::new(outcome, about, PLAIN);
    let key = if about.is_steady { "latency" } else { "peak" };
    let rows = super::terminal::table::rows(&view);
    html::whole(&Page {
        about,
        verdicts: vec![headline::with_number(&view)],
        targets: targets::entries(&view),
        pictures,
        images: figure::images(pictures),
        key: first_of(pictures, &[key, "length"]),
        table: sections::answers(&rows),
        notes: super::terminal::table::notes(&view, &rows),
        best: Vec::new(),
        warnings: outcome.warnings.iter().map(|warning| warnings::entry(warning, "")).collect(),
        accounts: accounts::sections(&view),
        method: method::entries(&view),
        command: reproduce::run(about, outcome),
        beside,
    })
}

/// The page of a comparison; `abouts` are of those that were compared, in their order.
pub fn of_comparison(abouts: &[About], compared: &Comparison, pictures: &[Drawn], beside: &[Beside]) -> String {
    let views = compared.compared.iter().zip(abouts).map(|(one, about)| (one, View::new(&one.outcome, about, PLAIN)));
    let own = |(one, view): (&Compared, View)| {
        let named = |(title, entries): (String, Vec<Entry>)| (format!("{}: {title}", clean(&one.name)), entries);
        accounts::sections(&view).into_iter().map(named).collect::<Vec<_>>()
    };
    html::whole(&Page {
        about: &abouts[0],
        verdicts: comparison::sentences(compared),
        targets: comparison::targets(compared),
        pictures,
        images: figure::images(pictures),
        key: first_of(pictures, &["differences"]),
        table: sections::differences(compared),
        notes: Vec::new(),
        best: comparison::ranking(compared).unwrap_or_else(|| comparison::best_in(compared)),
        warnings: comparison::warnings(compared),
        accounts: views.flat_map(own).collect(),
        method: comparison::method(compared, abouts),
        command: reproduce::compare(abouts, compared),
        beside,
    })
}

const PLAIN: Style = Style { colour: false, width: 80 };

/// By name, or else whichever is the first.
fn first_of(pictures: &[Drawn], names: &[&str]) -> Option<usize> {
    let place = |name: &&str| pictures.iter().position(|drawn| drawn.picture.name == *name);
    names.iter().find_map(place).or((!pictures.is_empty()).then_some(0))
}
