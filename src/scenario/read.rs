//! From a file or a text to a checked scenario, or to everything that is wrong with it.

#![expect(clippy::disallowed_methods, reason = "a scenario is a file")]

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::check;
use super::files::Files;
use super::keys;
use super::model::{Producer, Run, Scenario, Source};
use super::overrides;
use super::problem::{Place, Problem, Problems, Text};
use super::reader::{Object, Reader};
use super::targets::{self, Known};
use super::yaml::{self, Key, Node, Value};
use super::{consumers, follows, outages, producers, queues, run, short_form, variants};
use crate::broker::QueueId;
use crate::measure::nearest;
use crate::time::Span;
use crate::workload::CountProfile;

const MOST_TEXT: usize = 2000;
/// Of a folder that are looked at for a name that was probably meant.
const MOST_ENTRIES: usize = 1000;

/// Reads a scenario file. `overrides` are `path=value`. Its variants are checked, too.
pub fn load(path: &Path, overrides: &[String]) -> Result<Scenario, Problems> {
    load_with_variants(path, overrides).map(|(scenario, _)| scenario)
}

/// Reads a scenario file, and each of its variants as a scenario that is called so. What `overrides` say holds for all,
/// unless a variant says otherwise.
pub fn load_with_variants(path: &Path, overrides: &[String]) -> Result<(Scenario, Vec<Scenario>), Problems> {
    let name = path.display().to_string();
    let base = path.parent().unwrap_or(Path::new(""));
    let bytes = bytes_of(path).map_err(|problem| {
        let message = format!("{name}: {}", problem.message);
        Problems::new(Vec::new(), vec![Problem { message, ..problem }])
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => read_as(Some(&name), name.clone(), &text, base, overrides),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let problem = Problem::at(Place::new(0, at, at + 1), "is no text in UTF-8").hint("is this a scenario?");
            let text = String::from_utf8_lossy(&error.into_bytes()[..at]).into_owned();
            Err(Problems::new(vec![Text { name, text }], vec![problem]))
        }
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::nowhere("there is no such file").hint(instead(path)),
        _ => Problem::nowhere(format!("cannot be read: {error}")),
    };
    // Asked before opening, because opening a pipe would wait for its other end.
    let metadata = path.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Problem::nowhere("is a folder").hint("name a scenario file in it"));
    }
    if !metadata.is_file() {
        return Err(Problem::nowhere("is no regular file").hint("copy the scenario into a file"));
    }
    let mut bytes = Vec::new();
    let most = yaml::MOST_BYTES as u64 + 1;
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() > yaml::MOST_BYTES {
        return Err(Problem::nowhere("is larger than 1 MiB").hint("move recorded data to a CSV file"));
    }
    Ok(bytes)
}

/// A file beside the one that is not there, or how to write one.
fn instead(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = folder.read_dir().into_iter().flatten().take(MOST_ENTRIES).flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let wanted = path.file_name().unwrap_or_default().to_string_lossy();
    match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{}`?", path.with_file_name(near).display()),
        None => "name a scenario file, or write one with `kendall new`".to_owned(),
    }
}

/// Reads a scenario from its text. `base` is the folder of its data files.
///
/// ```
/// use kendall::scenario;
///
/// let text = "{system: M/M/3, rate: 200/s, service: 12ms}";
/// let scenario = scenario::read(None, text, ".".as_ref(), &["run.seed=2".to_owned()])?;
/// assert!(scenario::describe(&scenario).ends_with("utilization 80 %, stable."));
/// # Ok::<(), scenario::Problems>(())
/// ```
pub fn read(file_name: Option<&str>, text: &str, base: &Path, overrides: &[String]) -> Result<Scenario, Problems> {
    read_as(file_name, file_name.unwrap_or("scenario").to_owned(), text, base, overrides).map(|(scenario, _)| scenario)
}

/// Reads what a short form was written out to; its lines are in no file of the user's.
pub fn written_out(
    file_name: Option<&str>,
    short: &str,
    text: &str,
    base: &Path,
    overrides: &[String],
) -> Result<Scenario, Problems> {
    read_as(file_name, format!("{short} written out"), text, base, overrides).map(|(scenario, _)| scenario)
}

fn read_as(
    file_name: Option<&str>,
    shown: String,
    text: &str,
    base: &Path,
    overrides: &[String],
) -> Result<(Scenario, Vec<Scenario>), Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sources = vec![Text { name: shown, text: text.to_owned() }];
    let set = overrides.iter().enumerate();
    sources.extend(set.map(|(i, text)| Text { name: format!("--set {}", i + 1), text: text.clone() }));
    let mut root = match yaml::parse(text, 0, 0) {
        Ok(root) => root,
        Err(problem) => return Err(Problems::new(sources, vec![problem])),
    };
    let mut reader = Reader::new(Files::beside(base));
    if short_form::is_short_form(&root) {
        return match short_form::expand_file(&root, &mut reader) {
            Some(whole) if reader.problems.is_empty() => {
                written_out(file_name, &sources[0].name, &whole, base, overrides).map(|scenario| (scenario, Vec::new()))
            }
            _ => Err(Problems::new(sources, with_paths(&root, reader.problems))),
        };
    }
    for (source, text) in (1..).zip(overrides) {
        if let Err(problem) = overrides::apply(&mut root, text, source) {
            reader.report(problem);
        }
    }
    let source = Source { file: file_name.map(str::to_owned), text: text.to_owned(), overrides: overrides.to_vec() };
    let scenario = scenario(&root, source.clone(), &mut reader);
    let variants = all_variants(&root, &source, base, &mut reader);
    match scenario {
        Some(scenario) if reader.problems.is_empty() => Ok((scenario, variants)),
        _ => Err(Problems::new(sources, with_paths(&root, reader.problems))),
    }
}

/// Each variant has the data files to itself: it reads them anew.
fn all_variants(root: &Node, source: &Source, base: &Path, reader: &mut Reader) -> Vec<Scenario> {
    let Some(named) = root.find(&["variants"]).and_then(|node| reader.named(node)) else { return Vec::new() };
    let read = variants::read(&named[..named.len().min(check::MOST_THINGS)], reader);
    let mut found = Vec::new();
    for variant in read {
        let mut own = Reader::new(Files::beside(base));
        let tree = variant.of(root, &mut own);
        let overrides = [source.overrides.clone(), variant.overrides()].concat();
        let changed = scenario(&tree, Source { overrides, ..source.clone() }, &mut own);
        found.extend(changed.map(|changed| Scenario { name: variant.name.to_owned(), ..changed }));
        let new: Vec<Problem> = own.problems.into_iter().filter(|problem| !reader.problems.contains(problem)).collect();
        new.into_iter().for_each(|problem| reader.report(of_variant(root, variant.name, problem)));
    }
    found
}

/// A problem elsewhere in the file, which only a variant has, says so.
fn of_variant(root: &Node, name: &str, problem: Problem) -> Problem {
    let path = problem.place.and_then(|place| root.path_to(place));
    match path.is_some_and(|path| path.starts_with("variants.")) {
        true => problem,
        false => Problem { message: format!("in the variant `{name}`: {}", problem.message), ..problem },
    }
}

/// Says before each problem what it is of.
fn with_paths(root: &Node, problems: Vec<Problem>) -> Vec<Problem> {
    let with_path = |problem: Problem| match problem.place.and_then(|place| root.path_to(place)) {
        Some(path) => Problem { message: format!("{path}: {}", problem.message), ..problem },
        None => problem,
    };
    problems.into_iter().map(with_path).collect()
}

fn scenario(root: &Node, source: Source, reader: &mut Reader) -> Option<Scenario> {
    if matches!(root.value, Value::Nothing) {
        let problem = Problem::at(Place::TOP, "there is nothing in this file");
        reader.report(problem.hint("begin with `queues`, `producers` and `consumers`"));
        return None;
    }
    let object = reader.object(root, Place::TOP, keys::SCENARIO)?;
    let name = short_text(&object, "name", reader).or_else(|| file_stem(&source)).unwrap_or("scenario".to_owned());
    let question = short_text(&object, "question", reader);

    let sections = sections(&object, reader);
    reader.queue_names = sections.queues.iter().map(|(key, _)| key.name.clone()).collect();
    let id = |at: usize| QueueId(u16::try_from(at).unwrap_or(u16::MAX));
    let numbered = sections.queues.iter().enumerate();
    let queues = all(numbered.map(|(at, (key, node))| queues::read(key, node, id(at), reader)));
    let mut producers = all(sections.producers.iter().map(|(key, node)| producers::read(key, node, reader)));
    let mut consumers = all(sections.consumers.iter().map(|(key, node)| consumers::read(key, node, reader)));
    // What is wrong with one of them is worth more than what would follow from its absence.
    if let (Some(queues), Some(consumers)) = (&queues, &mut consumers) {
        follows::check(queues, producers.as_deref().unwrap_or_default(), consumers, root, reader);
        check::total_count(consumers, object.key_place("consumers"), reader);
        check::circles(queues, consumers, root, reader);
        let producers = producers.as_deref_mut().unwrap_or_default();
        check::priorities(queues, producers, root, reader);
        check::keys(queues, producers, root, reader);
        producers::rate_closed(producers, queues, consumers, root, reader);
    }
    let mut known = sections.known();
    let all_consumers = consumers.iter().flatten();
    known.holders =
        all_consumers.filter(|entry| entry.forgotten_on_delivery()).map(|entry| entry.name.as_str()).collect();
    let shifts = consumers.iter().flatten().filter_map(|entry| entry.shifts.as_ref()).map(CountProfile::span).max();
    let outages = object.get("outages").map(|node| outages::read(node, object.example("outages"), &known, reader));
    let outages = outages.unwrap_or_default();
    let away = outages.iter().map(|(_, outage)| outage.at + outage.lasts).max();
    let plan = shifts.map(|span| (span, "the number of consumers changes"));
    let plan = away.map(|span| (span.max(shifts.unwrap_or(span)), "something is away")).or(plan);
    let run = run(&object, (producers.as_deref().unwrap_or_default(), plan), &known, reader);
    let duration = run.as_ref().map_or(Span::MAX, |run| run.duration);
    outages::check(&outages, duration, reader);
    let outages = outages.into_iter().map(|(_, outage)| outage).collect();
    let targets = object.get("targets").map(|node| targets::read(node, &known, duration, reader)).unwrap_or_default();
    let (queues, producers, consumers) = (queues?, producers?, consumers?);
    Some(Scenario { name, question, run: run?, queues, producers, consumers, outages, targets, source })
}

/// All of them, if all could be read; every one is looked at.
fn all<T>(things: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let read: Vec<Option<T>> = things.collect();
    read.into_iter().collect()
}

/// `run` may be left out.
fn run(
    object: &Object<'_>,
    what_comes: (&[Producer], Option<(Span, &str)>),
    known: &Known<'_>,
    reader: &mut Reader,
) -> Option<Run> {
    let nothing = Node { place: Place::TOP, value: Value::Nothing };
    run::read(object.get("run").unwrap_or(&nothing), object.key_place("run"), what_comes, known, reader)
}

fn file_stem(source: &Source) -> Option<String> {
    let stem = Path::new(source.file.as_ref()?).file_stem()?;
    Some(stem.to_string_lossy().into_owned())
}

fn short_text(object: &Object<'_>, name: &str, reader: &mut Reader) -> Option<String> {
    let node = object.get(name)?;
    let text = reader.text(node, object.example(name))?;
    if text.chars().count() > MOST_TEXT {
        let problem = Problem::at(node.place, format!("is longer than {MOST_TEXT} characters"));
        reader.report(problem.hint("put the story into a comment"));
    }
    Some(text.trim().to_owned())
}

/// The named things of a scenario, as they are written.
struct Sections<'n> {
    queues: Vec<(&'n Key, &'n Node)>,
    producers: Vec<(&'n Key, &'n Node)>,
    consumers: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Sections<'n> {
    fn known(&self) -> Known<'n> {
        let names = |things: &[(&'n Key, &'n Node)]| things.iter().map(|(key, _)| key.name.as_str()).collect();
        Known {
            queues: names(&self.queues),
            consumers: names(&self.consumers),
            producers: names(&self.producers),
            holders: Vec::new(),
        }
    }
}

fn sections<'n>(object: &Object<'n>, reader: &mut Reader) -> Sections<'n> {
    let mut taken = Vec::new();
    let mut section = |name: &str, is_needed: bool| {
        let node = if is_needed { object.need(name, reader) } else { object.get(name) };
        let read = node.and_then(|node| reader.named(node));
        let is_empty = read.as_ref().is_some_and(Vec::is_empty);
        let mut things = read.unwrap_or_default();
        if is_needed && is_empty {
            let problem = Problem::at(object.key_place(name), "there is nothing in it");
            reader.report(problem.hint(format!("write `{name}: {}`", object.example(name))));
        }
        let keys: Vec<&Key> = things.iter().map(|(key, _)| *key).collect();
        check::names(name, &keys, &mut taken, reader);
        things.truncate(check::MOST_THINGS);
        things
    };
    let found = Sections {
        queues: section("queues", true),
        producers: section("producers", true),
        consumers: section("consumers", false),
    };
    // Only their names are looked at here.
    section("variants", false);
    found
}
