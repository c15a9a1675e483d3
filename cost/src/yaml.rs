//! A YAML document as a tree whose nodes know their line.

use saphyr_parser::{Event, Parser};

/// Why a text cannot be read, where, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub cause: String,
    /// The way out.
    pub hint: &'static str,
}

impl Flaw {
    fn new(line: usize, cause: impl Into<String>, hint: &'static str) -> Self {
        let cause = cause.into();
        Self { line, cause, hint }
    }
}

/// Deepest nesting that is read; a table of Accelergy has six levels.
const DEEPEST: usize = 64;

/// A value and the line it starts on, counted from 1.
#[derive(Clone, Debug)]
pub struct Node {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a node is; the order of a mapping is that of the text.
#[derive(Clone, Debug)]
pub enum Value {
    /// A word, number or text, as it is written.
    Scalar(String),
    /// A sequence.
    List(Vec<Node>),
    /// Keys with their values.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|(k, _)| k.text() == Some(key));
        found.map(|(_, node)| node)
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }
}

/// A list or mapping that is still being read; a mapping's nodes alternate between key and value.
struct Open {
    line: usize,
    is_map: bool,
    nodes: Vec<Node>,
}

impl Open {
    fn close(self) -> Node {
        let value = if self.is_map {
            let mut entries = Vec::new();
            let mut nodes = self.nodes.into_iter();
            while let (Some(key), Some(node)) = (nodes.next(), nodes.next()) {
                entries.push((key, node));
            }
            Value::Map(entries)
        } else {
            Value::List(self.nodes)
        };
        Node {
            line: self.line,
            value,
        }
    }
}

/// The first document of a text.
///
/// Aliases are refused rather than copied: copies of copies can make a small text as large as
/// memory.
pub fn parse(text: &str) -> Result<Node, Flaw> {
    const AS_WRITTEN: &str = "give the file as its tool wrote it";
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            Flaw::new(
                e.marker().line(),
                format!("no YAML: {}", e.info()),
                AS_WRITTEN,
            )
        })?;
        let line = span.start.line();
        let done = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() == DEEPEST {
                    let cause = format!("nested more than {DEEPEST} levels deep");
                    return Err(Flaw::new(line, cause, AS_WRITTEN));
                }
                open.push(Open {
                    line,
                    is_map: matches!(event, Event::MappingStart(..)),
                    nodes: Vec::new(),
                });
                continue;
            }
            Event::Scalar(text, ..) => Node {
                line,
                value: Value::Scalar(text.into_owned()),
            },
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(whole) => whole.close(),
                None => continue,
            },
            Event::Alias(_) => {
                let hint = "write the value out in its place";
                return Err(Flaw::new(line, "an alias (`*name`)", hint));
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(outer) => outer.nodes.push(done),
            None => return Ok(done),
        }
    }
    Err(Flaw::new(1, "the file is empty", AS_WRITTEN))
}
