//! What a target has nothing for, told at its place in the file.

use super::model::Scenario;
use super::overrides;
use super::problem::{Place, Problem, Problems, Text};
use super::yaml::{self, Node};

/// A key that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Where it stands, such as `queues`, `orders`, `order`.
    pub path: Vec<String>,
    /// What is the matter, behind the path.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// All of it at once; `None` if nothing is lacking.
pub fn refuse(scenario: &Scenario, lacking: &[Lacking]) -> Option<Problems> {
    if lacking.is_empty() {
        return None;
    }
    let source = &scenario.source;
    let name = source.file.clone().unwrap_or_else(|| "scenario".to_owned());
    let mut texts = vec![Text { name, text: source.text.clone() }];
    let set = source.overrides.iter().enumerate();
    texts.extend(set.map(|(at, text)| Text { name: format!("--set {}", at + 1), text: text.clone() }));
    let root = read(scenario);
    let problem = |lack: &Lacking| {
        let path: Vec<&str> = lack.path.iter().map(String::as_str).collect();
        let place = root.as_ref().and_then(|root| root.find(&path)).map_or(Place::TOP, |node| node.place);
        Problem::at(place, format!("{}: {}", path.join("."), lack.what)).hint(lack.hint.clone())
    };
    Some(Problems::new(texts, lacking.iter().map(problem).collect()))
}

/// The tree that the scenario was read from, which was well formed then.
fn read(scenario: &Scenario) -> Option<Node> {
    let mut root = yaml::parse(&scenario.source.text, 0, 0).ok()?;
    for (number, text) in (1..).zip(&scenario.source.overrides) {
        overrides::apply(&mut root, text, number).ok()?;
    }
    Some(root)
}
