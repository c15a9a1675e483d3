//! A YAML document as a tree whose nodes know their line.

use saphyr_parser::{Event, Parser};

use super::Problem;

/// Deepest nesting that is read; a table of Accelergy has six levels.
const DEEPEST: usize = 64;

/// A value and the line it starts on, counted from 1.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub line: usize,
    pub value: Value,
}

/// What a node is; the order of a mapping is that of the text.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Scalar(String),
    List(Vec<Node>),
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
/// Aliases are refused rather than copied: Accelergy writes none, and copies of copies can make a
/// small text as large as memory.
pub(super) fn parse(file: &'static str, text: &str) -> Result<Node, Problem> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            Problem::new(file, e.marker().line(), format!("no YAML: {}", e.info()))
                .hint("give the file as Accelergy wrote it")
        })?;
        let line = span.start.line();
        let done = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() == DEEPEST {
                    let cause = format!("nested more than {DEEPEST} levels deep");
                    return Err(Problem::new(file, line, cause).hint("give a table of Accelergy"));
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
                return Err(Problem::new(file, line, "an alias (`*name`)")
                    .hint("write the value out in its place"));
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(outer) => outer.nodes.push(done),
            None => return Ok(done),
        }
    }
    Err(Problem::new(file, 1, "the file is empty").hint("give the file as Accelergy wrote it"))
}
