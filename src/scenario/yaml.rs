//! The only file that knows YAML: from text to a tree in which everything has its place.
//!
//! The tree is built from the parser's events, so that a scalar keeps its text as written, and so that size, depth and
//! aliases are bounded while reading.

use std::collections::{HashMap, HashSet};

use serde_yaml::granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span};

use super::problem::{Place, Problem};
use super::reader::cut;

pub const MOST_BYTES: usize = 1 << 20;
const MOST_DEPTH: usize = 32;
const TOO_DEEP: &str = "is nested deeper than 32 levels";
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
                    return Err(Problem::at(place, "a tag with `!` has no place in a scenario").hint("leave it out"));
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
            return Err(Problem::at(place, TOO_DEEP).hint("no scenario needs that; is a bracket missing?"));
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
        let mut at = self.from + error.marker().byte_offset().unwrap_or(0);
        let (message, hint) = explain(error.kind());
        // Where the parser noticed it is often behind where it began.
        let before = self.text.get(..at).unwrap_or(self.text);
        if message.starts_with("a tab") {
            at = before.rfind('\t').unwrap_or(at);
        } else if message.starts_with("a quotation mark") && !self.text[before.len()..].starts_with(['"', '\'']) {
            at = before.rfind(['"', '\'']).unwrap_or(at);
        } else if message.ends_with("is not closed")
            && let Some(open) = self.open.last()
            && before.get(open.node.place.start as usize..).is_some_and(|between| between.contains('\n'))
        {
            at = open.node.place.start as usize;
        }
        let problem = Problem::at(Place::new(self.source, at, at + 1), message);
        if hint.is_empty() { problem } else { problem.hint(hint) }
    }
}

fn key_of(node: Node, earlier: &mut HashSet<String>) -> Result<Key, Problem> {
    let name = match node.value {
        Value::Text(name) => name,
        Value::Nothing => return Err(Problem::at(node.place, "a key has no name").hint("write `name: value`")),
        Value::List(_) | Value::Pairs(_) => {
            return Err(Problem::at(node.place, "a key must be a single word, not a list or keys of its own"));
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

/// What is wrong, in words for someone who does not know the parts of YAML, and what to do.
fn explain(kind: &ErrorKind) -> (String, &'static str) {
    let (message, hint) = match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => ("a tab stands where YAML allows only spaces", "indent with spaces"),
        ErrorKind::UnclosedFlowCollection { open: '[' }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::ExpectedFlowSequenceSeparator => ("a `[` is not closed", "write `]`, or a `,` between two values"),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator => ("a `{` is not closed", "write `}`, or a `,` between two keys"),
        ErrorKind::MisplacedFlowCollectionEnd => ("a bracket closes that was never opened", "leave it out"),
        ErrorKind::MismatchedFlowCollectionEnd { open: '[', .. } => ("a `[` is closed by a `}`", "close it by `]`"),
        ErrorKind::MismatchedFlowCollectionEnd { .. } => ("a `{` is closed by a `]`", "close it by `}`"),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a quotation mark is not closed", "write the second quotation mark")
        }
        ErrorKind::UnknownAnchor => {
            ("refers to a name that nothing was given with `&`", "write the value out, or in quotes")
        }
        ErrorKind::RecursionLimitExceeded => {
            return (TOO_DEEP.to_owned(), "no scenario needs that; is a bracket missing?");
        }
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidFlowScalarIndent => {
            ("this line is not indented like its neighbours", "give all keys of one thing the same indentation")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("this is neither a key nor a value", "write `key: value`, with a space after the colon")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            ("a `:` stands where no key can be", "put the key on a line of its own, or the value in quotes")
        }
        ErrorKind::UnexpectedCharacter { .. } => ("no value can begin with this character", "put the value in quotes"),
        other => return (format!("is no YAML: {other}"), ""),
    };
    (message.to_owned(), hint)
}
