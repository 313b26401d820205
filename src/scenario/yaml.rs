//! The only file that knows YAML: from text to a tree in which everything has its place.
//!
//! The tree is built from the parser's events, so that a scalar keeps its text as written, and so that size, depth and
//! aliases are bounded while reading.

use std::collections::{HashMap, HashSet};

use serde_yaml::granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span};

use self::explain::{Began, explain};
use super::problem::{Place, Problem};
use super::reader::cut;

mod explain;

pub const MOST_BYTES: usize = 1 << 20;
const MOST_DEPTH: usize = 32;
const TAG: &str = "a tag with `!` has no place in a scenario";
const TOO_DEEP: &str = "is nested deeper than 32 levels";
const TOO_DEEP_HINT: &str = "no scenario needs that; is a bracket missing?";
const MOST_ALIASES: usize = 100;
/// Aliases included, so that no small file becomes a large tree.
const MOST_NODES: usize = 100_000;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing behind a key, `~` or `null`.
    Nothing,
    Text(String),
    List(Vec<Node>),
    Pairs(Vec<(Key, Node)>),
}

#[derive(Clone, Debug)]
pub struct Key {
    pub place: Place,
    pub name: String,
}

impl Node {
    /// What to call a value that stands where another was expected.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Nothing => "nothing",
            Value::Text(_) => "a single value",
            Value::List(_) => "a list",
            Value::Pairs(_) => "keys",
        }
    }

    /// What stands behind a path of keys.
    pub fn find(&self, path: &[&str]) -> Option<&Node> {
        let [first, rest @ ..] = path else { return Some(self) };
        match &self.value {
            Value::Pairs(pairs) => pairs.iter().find(|(key, _)| key.name == *first)?.1.find(rest),
            _ => None,
        }
    }

    /// The dotted path to what stands at a place, such as `consumers.payments.service`.
    pub fn path_to(&self, place: Place) -> Option<String> {
        let below = |name: String, node: &Node, key: Option<Place>| {
            if key == Some(place) || node.place == place {
                return Some(name);
            }
            node.path_to(place).map(|rest| if rest.starts_with('[') { name + &rest } else { format!("{name}.{rest}") })
        };
        match &self.value {
            Value::Pairs(pairs) => pairs.iter().find_map(|(key, node)| below(cut(&key.name), node, Some(key.place))),
            Value::List(items) => items.iter().enumerate().find_map(|(i, item)| below(format!("[{i}]"), item, None)),
            Value::Nothing | Value::Text(_) => None,
        }
    }
}

/// Reads `text` from the byte `from` on. The first thing that is no YAML ends the reading.
pub fn parse(text: &str, source: u32, from: usize) -> Result<Node, Problem> {
    let whole = Place::new(source, 0, 0);
    if text.len() > MOST_BYTES {
        return Err(Problem::at(whole, "is larger than 1 MiB").hint("move recorded data to a CSV file"));
    }
    if let Some((at, c)) =
        text.char_indices().find(|(_, c)| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}'))
    {
        let message = format!("the character U+{:04X} has no place in a scenario", c as u32);
        return Err(Problem::at(Place::new(source, at, at + c.len_utf8()), message).hint("is this a text file?"));
    }
    Tree::new(text, source, from).read()
}

/// The tree as far as it is built.
struct Tree<'a> {
    parser: Parser<'a, serde_yaml::granit_parser::StrInput<'a>>,
    /// Whole, unlike what the parser sees.
    text: &'a str,
    source: u32,
    from: usize,
    /// Collections that are not finished, outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    aliases: usize,
    nodes: usize,
    root: Option<Node>,
}

struct Open {
    anchor: usize,
    node: Node,
    /// The key whose value comes next.
    key: Option<Key>,
    names: HashSet<String>,
    /// How deep the deepest thing in it is, itself included.
    height: usize,
    nodes: usize,
}

struct Anchored {
    node: Node,
    height: usize,
    nodes: usize,
}

impl<'a> Tree<'a> {
    fn new(text: &'a str, source: u32, from: usize) -> Tree<'a> {
        let mut options = Options::default();
        options.emit_comments = false;
        options.flow_nesting_limit = MOST_DEPTH;
        options.block_nesting_limit = MOST_DEPTH;
        Tree {
            parser: Parser::new_from_str_with_options(&text[from..], options),
            text,
            source,
            from,
            open: Vec::new(),
            anchors: HashMap::new(),
            aliases: 0,
            nodes: 0,
            root: None,
        }
    }

    fn read(mut self) -> Result<Node, Problem> {
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| self.not_yaml(&error))?;
            let place = self.place(&span);
            match event {
                Event::DocumentStart(..) if self.root.is_some() => {
                    return Err(Problem::at(place, "a second document begins here")
                        .hint("a file holds one scenario; leave out the `---`"));
                }
                Event::Scalar(_, _, _, Some(_))
                | Event::SequenceStart(_, _, Some(_))
                | Event::MappingStart(_, _, Some(_)) => {
                    let tag = span.tag_start.and_then(|mark| mark.byte_offset());
                    let start = tag.map_or(place.start as usize, |at| self.from + at);
                    let place = Place::new(self.source, start, place.start as usize);
                    return Err(Problem::at(place, TAG).hint("leave it out"));
                }
                Event::Scalar(text, style, anchor, None) => {
                    let value = match (style, &*text) {
                        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Nothing,
                        _ => Value::Text(text.into_owned()),
                    };
                    self.count(1, place)?;
                    self.place_node(Node { place, value }, anchor, 1, 1)?;
                }
                Event::SequenceStart(_, anchor, _) => self.open(place, Value::List(Vec::new()), anchor)?,
                Event::MappingStart(_, anchor, _) => self.open(place, Value::Pairs(Vec::new()), anchor)?,
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
                Event::Alias(anchor) => self.alias(place, anchor)?,
                _ => {}
            }
        }
        let nothing = Node { place: Place::new(self.source, self.from, self.from), value: Value::Nothing };
        Ok(self.root.unwrap_or(nothing))
    }

    fn place(&self, span: &Span) -> Place {
        let at = |byte: Option<usize>| self.from + byte.unwrap_or(0);
        Place::new(self.source, at(span.start.byte_offset()), at(span.end.byte_offset()))
    }

    fn open(&mut self, place: Place, value: Value, anchor: usize) -> Result<(), Problem> {
        if self.open.len() >= MOST_DEPTH {
            return Err(Problem::at(place, TOO_DEEP).hint(TOO_DEEP_HINT));
        }
        // Only the beginning is worth marking. That of a block is empty, unlike its first key.
        let is_flow = self.text[place.start as usize..].starts_with(['[', '{']);
        let place = Place { end: place.start + u32::from(is_flow), ..place };
        self.open.push(Open {
            anchor,
            node: Node { place, value },
            key: None,
            names: HashSet::new(),
            height: 1,
            nodes: 1,
        });
        self.count(1, place)
    }

    fn close(&mut self) -> Result<(), Problem> {
        match self.open.pop() {
            Some(done) => self.place_node(done.node, done.anchor, done.height, done.nodes),
            None => Ok(()),
        }
    }

    fn alias(&mut self, place: Place, anchor: usize) -> Result<(), Problem> {
        self.aliases += 1;
        if self.aliases > MOST_ALIASES {
            return Err(Problem::at(place, format!("has more than {MOST_ALIASES} aliases"))
                .hint("write the values out, or use fewer `*name`"));
        }
        let Some(found) = self.anchors.get(&anchor) else {
            return Err(Problem::at(place, "refers to something that contains it").hint("write the value out"));
        };
        if self.open.len() + found.height > MOST_DEPTH {
            let message = format!("is nested deeper than {MOST_DEPTH} levels with what it refers to");
            return Err(Problem::at(place, message).hint("write less of it by `*name`"));
        }
        let (height, nodes) = (found.height, found.nodes);
        self.count(nodes, place)?;
        match self.anchors.get(&anchor) {
            Some(found) => self.place_node(found.node.clone(), 0, height, nodes),
            None => Ok(()),
        }
    }

    /// Counts values before they are copied.
    fn count(&mut self, nodes: usize, place: Place) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        Err(Problem::at(place, format!("has more than {MOST_NODES} values, aliases followed"))
            .hint("move recorded data to a CSV file"))
    }

    /// Puts a finished node where it belongs: as a key, as a value, in a list, or as the root.
    fn place_node(&mut self, node: Node, anchor: usize, height: usize, nodes: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.count(nodes, node.place)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), height, nodes });
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.height = open.height.max(height + 1);
        open.nodes += nodes;
        match (&mut open.node.value, open.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Pairs(pairs), Some(key)) => pairs.push((key, node)),
            (Value::Pairs(_), None) => open.key = Some(key_of(node, &mut open.names)?),
            (Value::Nothing | Value::Text(_), _) => {}
        }
        Ok(())
    }

    fn not_yaml(&self, error: &ScanError) -> Problem {
        let noticed = self.from + error.marker().byte_offset().unwrap_or(0);
        let slip = explain(error.kind());
        let at = self.beginning(&slip.began, noticed).unwrap_or(noticed);
        Problem::at(Place::new(self.source, at, at + 1), slip.message).hint(slip.hint)
    }

    /// Where a slip began that the parser noticed later.
    fn beginning(&self, began: &Began, noticed: usize) -> Option<usize> {
        let (before, behind) = self.text.split_at_checked(noticed)?;
        match began {
            Began::Here => None,
            Began::AtTab => before.rfind('\t'),
            Began::AtQuote if behind.starts_with(['"', '\'']) => None,
            Began::AtQuote => before.rfind(['"', '\'']),
            Began::AtBracket => {
                let open = self.open.last()?.node.place.start as usize;
                before.get(open..)?.contains('\n').then_some(open)
            }
        }
    }
}

fn key_of(node: Node, earlier: &mut HashSet<String>) -> Result<Key, Problem> {
    let name = match node.value {
        Value::Text(name) => name,
        Value::Nothing => return Err(Problem::at(node.place, "a key has no name").hint("write `name: value`")),
        Value::List(_) | Value::Pairs(_) => {
            return Err(Problem::at(node.place, "a key must be a single word, not a list or keys of its own")
                .hint("write `name: value`"));
        }
    };
    if name == "<<" {
        return Err(Problem::at(node.place, "merging keys with `<<` is not supported").hint("write the keys out"));
    }
    if !earlier.insert(name.clone()) {
        return Err(Problem::at(node.place, format!("`{}` is given twice", cut(&name))).hint("keep one of the two"));
    }
    Ok(Key { place: node.place, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in one line, with the text that each place marks.
    fn shape(text: &str, node: &Node) -> String {
        let marked = &text[node.place.start as usize..node.place.end as usize];
        match &node.value {
            Value::Nothing => format!("~<{marked}>"),
            Value::Text(value) => format!("{value}<{marked}>"),
            Value::List(items) => {
                format!("[{}]", items.iter().map(|item| shape(text, item)).collect::<Vec<_>>().join(" "))
            }
            Value::Pairs(pairs) => {
                let pair = |(key, node): &(Key, Node)| format!("{}: {}", key.name, shape(text, node));
                format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn read(text: &str) -> String {
        parse(text, 0, 0).map_or_else(|problem| problem.message, |node| shape(text, &node))
    }

    #[test]
    fn scalars_keep_their_text_and_their_place() {
        assert_eq!(
            read("a: 0x10\nb: [1_000, 'no', \"x\\ty\"]\n"),
            "{a: 0x10<0x10> b: [1_000<1_000> no<'no'> x\ty<\"x\\ty\">]}"
        );
        assert_eq!(read("é: ü # c\n"), "{é: ü<ü>}");
    }

    #[test]
    fn nothing_null_and_a_tilde_are_the_same() {
        assert_eq!(read("{a: , b: null, c: ~, d: 'null'}"), "{a: ~<> b: ~<null> c: ~<~> d: null<'null'>}");
    }

    #[test]
    fn an_alias_stands_for_what_it_refers_to_at_its_place() {
        assert_eq!(read("a: &x {c: 5}\nb: *x\n"), "{a: {c: 5<5>} b: {c: 5<5>}}");
        assert_eq!(read("a: &x [*x]"), "refers to something that contains it");
    }

    #[test]
    fn a_path_leads_to_a_place() {
        let text = "consumers:\n  w:\n    service: 5\ntargets: [a, b]\n";
        let root = parse(text, 0, 0).unwrap();
        let at = |word: &str| {
            let start = text.find(word).unwrap();
            root.path_to(Place::new(0, start, start + word.len()))
        };
        assert_eq!(at("5").as_deref(), Some("consumers.w.service"));
        assert_eq!(at("w").as_deref(), Some("consumers.w"));
        assert_eq!(at("b]").as_deref(), None);
        assert_eq!(root.path_to(root.find(&["targets"]).unwrap().place).as_deref(), Some("targets"));
    }

    #[test]
    fn places_in_an_override_count_from_its_beginning() {
        let text = "run.seed=[7]";
        assert_eq!(shape(text, &parse(text, 1, 9).unwrap()), "[7<7>]");
    }
}
