//! The page of a report: what it says, that it needs nothing beside it, and that what users write is text.

mod browser;
mod drawn;
mod hostile;
mod pictures;
mod tags;

use base64::Engine as _;
use kendall::report::page::{Beside, Drawn, of_run};
use kendall::report::{about, text};
use kendall::result::Outcome;
use kendall::scenario::Scenario;
use sha2::{Digest as _, Sha256};

use crate::{fixture, picture};
use tags::{Tag, tags};

const MOST_BYTES: usize = 1_500_000;

fn page((outcome, scenario): (Outcome, Scenario)) -> String {
    let pictures = pictures::all("a word").into_iter().map(|picture| Drawn { picture, svg: "<svg/>".to_owned() });
    let beside = [Beside { file: "result.json".to_owned(), what: "the result".to_owned() }];
    of_run(&about(&scenario), &outcome, &pictures.collect::<Vec<_>>(), &beside)
}

/// What a reader reads, without the elements.
fn words(page: &str) -> String {
    let mut words = String::new();
    for tag in tags(page) {
        if !["script", "style"].contains(&tag.name.as_str()) {
            words += &tag.text;
        }
        words += " ";
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn within<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    page.split_once(from).unwrap_or_else(|| panic!("no {from}")).1.split_once(to).unwrap().0
}

#[test]
fn the_question_the_answer_and_the_targets_come_first() {
    let page = page(fixture::sale());
    let top = words(within(&page, "<header>", "</header>"));
    let order = [
        "How many payment workers keep orders moving when the sale opens?",
        "2 of 4 targets are missed: response.p99 &lt; 30s (is 251 s)",
        "2 warnings",
        "✗ response.p99 &lt; 30s missed: 251 s",
        "✓ orders.length.max &lt; 100000 holds",
        "? response.mean &lt; 20s undecided",
    ];
    let places: Vec<usize> =
        order.iter().map(|part| top.find(part).unwrap_or_else(|| panic!("{part}: {top}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn all_that_the_answer_rests_on_is_there() {
    let words = words(&page(fixture::sale()));
    for part in [
        "response.p999: needs at least 10 replications",
        "! scenario `unpaid` is emptied by nobody",
        "7,442,070 entered = 7,441,946 acknowledged + 124 dead-lettered (limit)",
        "balance 0: every message is accounted for",
        "Student's t over replications",
        "name: flash-sale",
        "altered by consumers.payments.count=12",
        "kendall run scenarios/flash-sale.yaml --set consumers.payments.count=12",
        "result.json",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn the_command_says_how_it_was_answered() {
    let of = |made| words(&page(made)).split("The same again ").nth(1).unwrap().to_owned();
    assert!(of(fixture::theory_only()).contains(" --theory "), "{}", of(fixture::theory_only()));
    assert!(of(picture::agreeing()).contains(" --live "), "{}", of(picture::agreeing()));
}

#[test]
fn headings_are_in_order_and_cells_have_theirs() {
    let page = page(fixture::mm3());
    let tags = tags(&page);
    let levels: Vec<u32> = tags.iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse().ok()).collect();
    assert_eq!((levels[0], levels.iter().filter(|level| **level == 1).count()), (1, 1));
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let unscoped = tags.iter().filter(|tag| tag.name == "th" && tag.attribute("scope").is_none());
    assert_eq!(unscoped.count(), 0);
    assert!(
        tags.iter().filter(|tag| tag.name == "img").all(|tag| tag.attribute("alt").is_some_and(|alt| !alt.is_empty()))
    );
}

#[test]
fn nothing_is_fetched_and_nothing_runs_but_its_own() {
    for made in [fixture::mm3(), fixture::sale(), fixture::hostile(), fixture::theory_only(), fixture::unstable()] {
        let page = page(made);
        assert!(page.len() <= MOST_BYTES);
        let tags = tags(&page);
        for tag in &tags {
            for name in ["src", "href", "action", "srcset", "data", "style"] {
                let points_out = |value: &str| !["data:", "./", "#"].iter().any(|start| value.starts_with(start));
                assert!(!tag.attribute(name).is_some_and(points_out), "{tag:?}");
            }
            assert!(!tag.attributes.iter().any(|(name, _)| name.starts_with("on")), "{tag:?}");
        }
        let policy =
            tags.iter().find_map(|tag| tag.attribute("content").filter(|c| c.starts_with("default-src 'none'")));
        let policy = policy.expect("a policy");
        let is_code = |tag: &&Tag| tag.name == "style" || tag.name == "script" && tag.attribute("type").is_none();
        let code: Vec<&Tag> = tags.iter().filter(is_code).collect();
        assert_eq!(code.len(), 3);
        for tag in code {
            let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(tag.text.as_bytes()));
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{}", tag.name);
        }
    }
}

#[test]
fn nothing_in_a_text_turns_the_direction_of_the_page() {
    let page = page(fixture::hostile());
    assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{7}']));
    assert!(page.contains(&text::clean(fixture::hostile().1.question.as_deref().unwrap())));
}
