//! The plan: one serialisable value that says all there is to run.
//!
//! Names are resolved, units are gone into base units, imports and the texts of
//! scripts are inside. Running a plan needs nothing but the data files it names;
//! the source texts are carried only so that a message can show the line.

use crate::source::{Sources, Span};
/// Operators are the same words in the text and in a plan, where they are written as their sign.
pub use crate::syntax::tree::BinaryOp as Operator;
use crate::syntax::tree::Sense;
use crate::value::{BlockName, Domain, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The version of the plan's format; a plan of another version is refused (E0703).
pub const VERSION: u32 = 1;

/// Everything needed to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The format: [`VERSION`].
    pub version: u32,
    /// The version of the program that made it.
    pub nasaic: String,
    /// Declared blocks by name, those that the steps can reach.
    pub blocks: BTreeMap<BlockName, Block>,
    /// Top-level `choose`s by name.
    pub choices: BTreeMap<String, Choice>,
    /// Scripts by name.
    pub scripts: BTreeMap<String, Script>,
    /// Files that must be there when the plan runs.
    pub data: Vec<DataFile>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// The texts, for messages only.
    pub sources: Sources,
}

/// A top-level `choose`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What it may be.
    pub domain: Domain,
    /// Where it stands.
    pub at: Span,
}

/// Functions in another language: a rhai script, or one function of the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// The text between the triple quotes, or of the file; for a function of the host what stands
    /// for all that its values depend on, such as a hash.
    pub text: String,
    /// Where the text stands, so that a script's line can be shown.
    pub at: Span,
    /// Whether whoever runs the plan must offer it: it is a function of the script's own name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hosted: bool,
}

/// A data file and what it must contain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFile {
    /// As found from the folder of the script.
    pub path: String,
    /// BLAKE3 of its bytes.
    pub hash: String,
    /// Where it is named.
    pub at: Span,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// The value of it.
    pub expr: Expr,
    /// Where it stands.
    pub at: Span,
}

/// The kinds of step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Names a result.
    Let(String),
    /// Shows a value.
    Show,
    /// Checks a truth; the message is the teacher's.
    Expect {
        /// Shown when it fails.
        message: Option<String>,
        /// What it is worth when a notebook is graded; 1 where nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<u32>,
    },
}

/// A block with all that its text says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// `network`, `conv`, `sub`, …
    pub kind: String,
    /// The word after the kind.
    pub label: Option<String>,
    /// What stands inside, in source order.
    pub items: Vec<Entry>,
    /// What it is a changed copy of, if it is one: a result depends on that, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<BlockName>,
    /// Changes made by `with` and `--set`, in order; the last that matches a path wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Where it stands.
    pub at: Span,
}

impl Block {
    /// The block with its changes in the place of what they change, each index of a path meaning all.
    pub fn changed(&self) -> Cow<'_, Self> {
        if self.changes.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut block = Self {
            changes: Vec::new(),
            ..self.clone()
        };
        for change in &self.changes {
            block.put(&change.path, change);
        }
        Cow::Owned(block)
    }

    /// Enters a change at a path from here.
    fn put(&mut self, path: &[PathStep], change: &Change) {
        let [first, rest @ ..] = path else { return };
        let is_called = |b: &Self| b.label.as_deref().unwrap_or(&b.kind) == first.name;
        if !rest.is_empty() {
            for entry in &mut self.items {
                if let Entry::Block(inner) = entry
                    && is_called(inner)
                {
                    inner.put(rest, change);
                }
            }
            return;
        }
        let field = self.items.iter_mut().find_map(|entry| match entry {
            Entry::Field(field) if field.name == first.name => Some(field),
            _ => None,
        });
        match field {
            Some(field) => field.slot = change.slot.clone(),
            None => self.items.push(Entry::Field(Field {
                name: first.name.clone(),
                slot: change.slot.clone(),
                at: change.at,
            })),
        }
    }
}

/// One thing inside a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A field.
    Field(Field),
    /// `choose name in domain`: one decision used under its name.
    Choose(Field),
    /// An inner block.
    Block(Block),
    /// A goal of a problem.
    Goal {
        /// More or less.
        sense: BetterWhen,
        /// Of what.
        value: Expr,
    },
    /// A spec of a problem.
    Require(Expr),
}

/// Whether more or less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetterWhen {
    /// `maximize`.
    More,
    /// `minimize`.
    Less,
}

impl From<Sense> for BetterWhen {
    fn from(sense: Sense) -> Self {
        match sense {
            Sense::Maximize => Self::More,
            Sense::Minimize => Self::Less,
        }
    }
}

/// A field: its name and what it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// `filters`, or `glb.size` for a store of a sub-accelerator.
    pub name: String,
    /// What it is.
    pub slot: Slot,
    /// Where it stands.
    pub at: Span,
}

/// What a field may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// `= value`.
    Fixed(Value),
    /// `in domain`: a decision.
    Open(Domain),
    /// `= expression` over other fields and decisions of the same block.
    Formula(Expr),
}

/// A change of a field somewhere inside a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// From the block: `core.pes`, `stage[0].down.filters`; without an index it means every repetition.
    pub path: Vec<PathStep>,
    /// The new content.
    pub slot: Slot,
    /// Where it stands.
    pub at: Span,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    /// The label or field.
    pub name: String,
    /// Which repetition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
}

/// A path as text.
pub fn path_text(path: &[PathStep]) -> String {
    let mut out = String::new();
    for step in path {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(&step.name);
        if let Some(i) = step.index {
            out.push_str(&format!("[{i}]"));
        }
    }
    out
}

/// A resolved expression with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub at: Span,
}

impl Expr {
    /// Visits this expression and all inside it, the outer one first.
    pub fn walk(&self, see: &mut impl FnMut(&Expr)) {
        see(self);
        match &self.kind {
            ExprKind::List(items) | ExprKind::Script(_, _, items) => {
                items.iter().for_each(|e| e.walk(see));
            }
            ExprKind::Member(inner, _) | ExprKind::Negate(inner) | ExprKind::As(inner, _) => {
                inner.walk(see);
            }
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
                a.walk(see);
                b.walk(see);
            }
            ExprKind::Call(_, args) => args.iter().for_each(|a| a.1.walk(see)),
            ExprKind::Method(base, _, args) => {
                base.walk(see);
                args.iter().for_each(|a| a.1.walk(see));
            }
            ExprKind::Value(_)
            | ExprKind::Let(_)
            | ExprKind::Slot(_)
            | ExprKind::Metric(_)
            | ExprKind::Path(_) => {}
        }
    }
}

/// The kinds of resolved expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExprKind {
    /// Known from the text.
    Value(Value),
    /// The value of an earlier `let`.
    Let(String),
    /// A field or choice in the scope of the block: `base`, `down.filters`.
    Slot(String),
    /// A metric of the design at hand: `latency`, `classify.accuracy`.
    Metric(String),
    /// A decision or field of the design at hand: `core.pes`.
    Path(String),
    /// Ordered values.
    List(Vec<Expr>),
    /// A member of a result.
    Member(Box<Expr>, String),
    /// An element.
    Index(Box<Expr>, Box<Expr>),
    /// A change of sign.
    Negate(Box<Expr>),
    /// Arithmetic or a comparison.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// The same quantity shown in another unit.
    As(Box<Expr>, String),
    /// A built-in action or view; arguments by parameter name, in the parameters' order.
    Call(String, Vec<(String, Expr)>),
    /// A method of a result: `r.layers.top(5, by = energy)`.
    Method(Box<Expr>, String, Vec<(String, Expr)>),
    /// A script and one of its functions; arguments are plain numbers.
    Script(String, String, Vec<Expr>),
}

impl Plan {
    /// A hash of what the plan means: places and source texts do not count.
    pub fn content_hash(&self) -> String {
        let mut copy = self.clone();
        copy.sources = Sources::default();
        content_hash(&copy)
    }
}

/// BLAKE3 of a value's JSON, without the places (`at`) in it.
pub fn content_hash<T: Serialize>(value: &T) -> String {
    let mut json = serde_json::to_value(value).unwrap_or_default();
    drop_places(&mut json);
    blake3::hash(json.to_string().as_bytes())
        .to_hex()
        .to_string()
}

fn drop_places(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Object(map) => {
            map.remove("at");
            map.values_mut().for_each(drop_places);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_places),
        _ => {}
    }
}
