//! What the page's own script draws, seen by a browser.

use super::browser::{self, Browser};
use crate::fixture;

#[test]
fn a_page_draws_its_pictures_without_a_complaint() {
    let Some(browser) = Browser::find("drawn") else { return };
    let page = browser.file("index.html", &super::page(fixture::mm3()));
    let seen = browser.open(&page, &[]);
    assert!(seen.dom.contains("data-drawn=\"4\""), "{}", browser::start(&seen.dom));
    assert_eq!(seen.complaints, [""; 0]);
    assert_eq!(seen.dom.matches("<canvas").count(), 4);
}

/// Takes away one named layer after the other: its name, and how many pixels of its picture change.
const TOGGLE: &str = r#"
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
addEventListener("load", async () => {
  const page = document.querySelector("iframe").contentDocument;
  const told = [];
  for (const button of page.querySelectorAll(".legend button[aria-pressed]")) {
    const canvas = button.closest(".legend").parentElement.querySelector("canvas");
    const pixels = () => new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    await soon();
    const before = pixels();
    button.click();
    await soon();
    const after = pixels();
    told.push(`${button.firstChild.nextSibling.textContent}=${before.filter((pixel, at) => pixel !== after[at]).length}`);
    button.click();
  }
  document.body.dataset.told = told.join(";");
  document.querySelector("iframe").remove();
});
"#;

#[test]
fn each_named_layer_is_drawn_and_can_be_taken_away() {
    let Some(browser) = Browser::find("toggled") else { return };
    browser.file("page.html", &super::page(fixture::mm3()));
    let told = told(&browser, TOGGLE);
    let told: Vec<(&str, u32)> =
        told.split(';').map(|one| one.rsplit_once('=').unwrap()).map(|(name, n)| (name, n.parse().unwrap())).collect();
    let mut names: Vec<&str> = told.iter().map(|(name, _)| name.trim_end_matches(" a word")).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "bars",
            "beyond",
            "holds",
            "live",
            "missed",
            "room",
            "simulation",
            "simulation",
            "theory",
            "undecided",
            "useful"
        ]
    );
    // A spot has some sixty pixels, and a word beside it.
    assert!(told.iter().all(|(_, changed)| *changed > 60), "{told:?}");
}

/// As it would be on paper: what is seen of each figure, image and chart.
const ON_PAPER: &str = r#"
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument;
  for (const rule of [...page.styleSheets].flatMap((sheet) => [...sheet.cssRules])) if (rule.media?.mediaText === "print") rule.media.mediaText = "all";
  const seen = (element) => (element.getBoundingClientRect().height > 0 ? "seen" : "hidden");
  const figures = [...page.querySelectorAll("figure")];
  document.body.dataset.told = figures.map((figure) => seen(figure.querySelector("img")) + "," + seen(figure.querySelector(".chart"))).join(";");
  document.querySelector("iframe").remove();
});
"#;

#[test]
fn on_paper_pictures_are_the_drawn_ones() {
    let Some(browser) = Browser::find("paper") else { return };
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"50\"/>";
    browser.file("page.html", &super::page(fixture::mm3()).replace("<svg/>", svg));
    assert_eq!(told(&browser, ON_PAPER), ["seen,hidden"; 3].join(";"));
}

/// What a script tells of `page.html`.
fn told(browser: &Browser, script: &str) -> String {
    let frame = "<iframe src=page.html width=1000 height=3000></iframe>";
    let index = browser.file("index.html", &format!("<!doctype html><body>{frame}<script>{script}</script>"));
    let seen = browser.open(&index, &["--allow-file-access-from-files"]);
    let told = seen.dom.split_once("data-told=\"").unwrap_or_else(|| panic!("{seen:?}")).1;
    told.split_once('"').unwrap().0.to_owned()
}
