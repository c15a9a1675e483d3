//! The checked program: what is declared, by module, and what is to be done.

use super::holes::Waiting;
use crate::functions::Type;
use crate::plan::{Block, Choice, DataFile, Script, Step};
use crate::source::{Sources, Span};
use crate::syntax::tree::File;
use crate::value::{BlockName, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All that has been declared so far; a notebook's grows cell by cell.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The texts read.
    pub sources: Sources,
    /// Declared blocks by qualified name.
    pub blocks: BTreeMap<BlockName, Block>,
    /// Top-level choices by qualified name.
    pub choices: BTreeMap<String, Choice>,
    /// Scripts by qualified name.
    pub scripts: BTreeMap<String, Script>,
    /// Data files named anywhere.
    pub data: Vec<DataFile>,
    pub(super) modules: BTreeMap<String, Module>,
    /// What `use`, `with` and lists of copies have been numbered up to.
    pub(super) copies: BTreeMap<String, u32>,
    /// What texts with errors would have declared.
    pub(super) waiting: Waiting,
}

/// One file, or all cells of a notebook.
#[derive(Debug, Clone, Default)]
pub(super) struct Module {
    /// The folder that its imports start from; `None` for embedded texts.
    pub dir: Option<String>,
    /// Its names.
    pub names: BTreeMap<String, Declared>,
}

/// A name and what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub state: State,
    pub at: Span,
    pub doc: Option<String>,
}

#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "most names end as the large one")]
pub(super) enum State {
    /// Not looked at yet: the item of its file.
    Pending(Arc<File>, usize),
    /// A name of another module.
    Import { module: String, name: String },
    /// Being looked at: meeting it again is a circle.
    Busy,
    /// Known.
    Ready(Decl),
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Decl {
    /// A block; its kind is known before its content.
    Block { name: BlockName, kind: String },
    /// A `let` whose value is known from the text.
    Value { value: Value, ty: Type },
    /// A `let` that an action gives.
    Result { ty: Type },
    /// A top-level `choose`.
    Choice { name: String, ty: Type },
    /// A script and its functions with their arity.
    Script {
        name: String,
        functions: Vec<(String, usize)>,
    },
    /// A function of the host, which takes so many numbers.
    Function { name: String, arity: usize },
    /// A whole module.
    Module(String),
    /// A table of a file.
    Data(String),
    /// Something with an error of its own; further messages about it would only confuse.
    Broken,
}

/// What checking a text gave.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What to do, in order; empty when there are errors.
    pub steps: Vec<Step>,
    /// Errors and warnings in source order.
    pub diagnostics: Vec<crate::diagnostic::Diagnostic>,
}

impl Checked {
    /// Whether anything must be mended before it can run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(crate::diagnostic::Diagnostic::is_error)
    }
}

impl Program {
    /// The declared top-level names of the main module with their docs, in alphabetical order.
    pub fn names(&self) -> Vec<(String, Option<String>)> {
        self.modules.get("").map_or_else(Vec::new, |m| {
            m.names
                .iter()
                .map(|(n, d)| (n.clone(), d.doc.clone()))
                .collect()
        })
    }

    /// Forgets a name of the main module; whether there was one. What was declared with its help
    /// stays as it is.
    pub fn forget(&mut self, name: &str) -> bool {
        let main = self.modules.get_mut("");
        main.is_some_and(|m| m.names.remove(name).is_some())
    }

    /// What a `let` of the main module is worth, where its text alone says so.
    pub fn value_called(&self, name: &str) -> Option<&Value> {
        match &self.modules.get("")?.names.get(name)?.state {
            State::Ready(Decl::Value { value, .. }) => Some(value),
            _ => None,
        }
    }

    /// Whether the main module calls the result of an action `name`.
    pub fn is_result(&self, name: &str) -> bool {
        let declared = self.modules.get("").and_then(|m| m.names.get(name));
        declared.is_some_and(|d| matches!(d.state, State::Ready(Decl::Result { .. })))
    }

    /// The qualified name of what the main module calls `name`, when it is a block.
    pub fn block_called(&self, name: &str) -> Option<BlockName> {
        match &self.modules.get("")?.names.get(name)?.state {
            State::Ready(Decl::Block { name, .. }) => Some(name.clone()),
            State::Ready(Decl::Value {
                value: Value::Block(name),
                ..
            }) => Some(name.clone()),
            _ => None,
        }
    }
}
