//! Texts that mean harm, in every field that a user fills in, looked at in a browser.

use kendall::report::about;
use kendall::report::page::{Beside, Drawn, of_comparison, of_run};
use kendall::result::{Answer, Compared, Comparison, Difference, Outcome, Ranking};
use kendall::scenario::Scenario;

use super::browser::Browser;
use super::pictures;
use crate::fixture;

/// What each would do if it were not text: mark the page, or ask a host that is none.
const PAYLOADS: [&str; 40] = [
    "</script><script>HARM</script>",
    "<script>HARM</script>",
    "<ScRiPt src=//kendall.invalid/1></sCrIpT>",
    "\"><img src=x onerror=HARM>",
    "'><img src=x onerror=HARM>",
    "<img src=https://kendall.invalid/2>",
    "<svg/onload=HARM>",
    "<svg><script>HARM</script></svg>",
    "</svg><script>HARM</script>",
    "</title><script>HARM</script>",
    "</style><script>HARM</script>",
    "</textarea><script>HARM</script>",
    "</pre></code><script>HARM</script>",
    "--><script>HARM</script>",
    "<!--<script>",
    "<!--",
    "]]><script>HARM</script>",
    "<![CDATA[<script>HARM</script>]]>",
    "<iframe src=\"javascript:HARM\">",
    "<iframe srcdoc=\"<script>parent.HARM</script>\">",
    "javascript:HARM",
    "<a href=\"javascript:HARM\">a</a>",
    "data:text/html,<script>HARM</script>",
    "<object data=//kendall.invalid/3>",
    "<embed src=//kendall.invalid/4>",
    "<base href=//kendall.invalid/>",
    "<meta http-equiv=refresh content=\"0;url=//kendall.invalid/5\">",
    "<link rel=stylesheet href=//kendall.invalid/6>",
    "<style>@import '//kendall.invalid/7';</style>",
    "<form action=//kendall.invalid/8><input autofocus onfocus=HARM>",
    "<details open ontoggle=HARM>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=HARM>",
    "\" onmouseover=\"HARM\" autofocus onfocus=\"HARM",
    "' autofocus onfocus='HARM",
    "${HARM}`+HARM+`",
    "{{constructor.constructor('HARM')()}}",
    "\\\"};HARM;//\\u2028\u{2028}HARM\u{2029}",
    "&lt;script&gt;HARM&lt;/script&gt;&#60;script&#62;HARM",
    "\u{202e}\u{2066}HARM\u{2069}\u{0}\u{1b}[2J\u{feff}",
    "<\u{0}script>HARM</script>\u{85}<script\u{a0}>HARM</script>",
];

fn harmful(payload: &str) -> String {
    payload.replace("HARM", "(document.documentElement.dataset.harmed='yes',alert(1))")
}

/// A result with the text in all of its fields.
fn made(text: &str) -> (Outcome, Scenario) {
    let text = text.to_owned();
    let (mut outcome, mut scenario) = fixture::sale();
    scenario.name = text.clone();
    scenario.question = Some(text.clone());
    scenario.source.file = Some(text.clone());
    scenario.source.text = format!("# {text}\nname: {text}\n{text}");
    scenario.source.overrides = vec![text.clone(), format!("a.b={text}")];
    scenario.queues[0].name.clone_from(&text);
    scenario.consumers[0].name.clone_from(&text);
    for target in &mut outcome.targets {
        (target.target, target.note) = (text.clone(), text.clone());
    }
    outcome.warnings.iter_mut().for_each(|warning| warning.text.clone_from(&text));
    outcome.no_theory = Some(text.clone());
    for answer in &mut outcome.answers {
        let Answer::Simulation(simulation) = answer else { continue };
        simulation.measures.values_mut().for_each(|estimate| estimate.why = Some(text.clone()));
        simulation.accounts.queues[0].0.clone_from(&text);
        simulation.accounts.producers[0].0.clone_from(&text);
    }
    (outcome, scenario)
}

fn page(text: &str) -> String {
    let (outcome, scenario) = made(text);
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text>{text}</text></svg>");
    let pictures: Vec<Drawn> =
        pictures::all(text).into_iter().map(|picture| Drawn { picture, svg: svg.clone() }).collect();
    let beside = [Beside { file: "result.json".to_owned(), what: text.to_owned() }];
    of_run(&about(&scenario), &outcome, &pictures, &beside)
}

/// The same of a comparison, whose variants are called so.
fn compared(text: &str) -> String {
    let (outcome, scenario) = made(text);
    let one = |name: &str| Compared { name: format!("{text}{name}"), outcome: outcome.clone() };
    let measure = fixture::measure("response.mean");
    let ranking = Ranking { measure: measure.clone(), groups: vec![vec![1], vec![0]] };
    let why = Some(text.to_owned());
    let difference = Difference { variant: 1, measure, base: Some(1.0), value: Some(-0.5), half: Some(0.1), why };
    let comparison = Comparison {
        compared: vec![one(""), one("2")],
        differences: vec![difference],
        confidence: 0.99,
        rankings: vec![ranking],
        ranked: None,
        partial: true,
    };
    of_comparison(&[about(&scenario), about(&scenario)], &comparison, &[], &[])
}

/// Looks into each page: what was drawn, and what is in it that is not its own.
const LOOK: &str = r#"
const own = "html head meta title link style script body header main section div p span strong button h1 h2 h3 h4 figure figcaption \
  img dl dt dd table thead tbody tr th td pre code ul li a i b canvas details summary".split(" ");
addEventListener("load", () => {
  const told = [...document.querySelectorAll("iframe")].map((frame) => {
    const page = frame.contentDocument;
    const all = [...page.querySelectorAll("*")];
    const strange = all.filter((e) => !own.includes(e.localName) || [...e.attributes].some((a) => a.name.startsWith("on")));
    const others = page.querySelectorAll("script:not([data-kendall]),a[href^='javascript' i],[autofocus],[srcdoc]");
    const { drawn, harmed } = page.documentElement.dataset;
    return JSON.stringify([drawn, harmed ?? "fine", strange.map((e) => e.outerHTML.slice(0, 80)), others.length]);
  });
  document.body.dataset.told = told.join("\n");
  document.querySelectorAll("iframe").forEach((frame) => frame.remove());
});
"#;

#[test]
fn forty_texts_that_mean_harm_do_none() {
    let Some(browser) = Browser::find("hostile") else { return };
    let mut frames = String::new();
    let texts: Vec<String> = PAYLOADS.iter().map(|payload| harmful(payload)).collect();
    let pages = texts.iter().map(|text| page(text)).chain(texts.iter().map(|text| compared(text)));
    for (at, page) in pages.enumerate() {
        let name = format!("{at}.html");
        browser.file(&name, &page);
        frames += &format!("<iframe src=\"{name}\" width=\"800\" height=\"600\"></iframe>");
    }
    let index = browser.file("index.html", &format!("<!doctype html><body>{frames}<script>{LOOK}</script>"));
    let seen = browser.open(&index, &["--allow-file-access-from-files"]);
    let told = seen.dom.split_once("data-told=\"").unwrap_or_else(|| panic!("{seen:?}")).1.split_once('"').unwrap().0;
    let told: Vec<String> = told.lines().map(|line| line.replace("&quot;", "\"")).collect();
    let drawn = |at: usize| if at < PAYLOADS.len() { 4 } else { 0 };
    let expected = |at: usize| format!(r#"["{}","fine",[],0]"#, drawn(at));
    let wrong = told.iter().enumerate().filter(|(at, told)| **told != expected(*at));
    let wrong: Vec<_> = wrong.map(|(at, told)| (PAYLOADS[at % PAYLOADS.len()], told)).collect();
    assert_eq!((told.len(), wrong.as_slice()), (2 * PAYLOADS.len(), &[][..]));
    assert_eq!(seen.complaints, [""; 0]);
    assert!(!seen.requests.contains("kendall.invalid"), "a host was asked");
}
