//! The parse tree: what the text says, names unresolved.
//!
//! Nothing here is ever annotated by a later stage. Every node carries the span
//! of exactly its own words, without surrounding blanks or comments.

use crate::source::Span;
use serde::{Deserialize, Serialize};

/// A name with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A whole file or cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// The `//!` lines, without the marker, joined by newlines.
    pub doc: Option<String>,
    /// The items in source order. Parts that could not be understood are left out.
    pub items: Vec<Item>,
}

/// A declaration, field, goal, action or shown expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The `///` lines before it, without the marker, joined by newlines.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
    /// From its first to its last character (a trailing comma excluded).
    pub span: Span,
}

impl Item {
    /// The names that it declares.
    pub fn declares(&self) -> Vec<&Name> {
        match &self.kind {
            ItemKind::Let { name, .. }
            | ItemKind::Choose { name, .. }
            | ItemKind::Script { name, .. }
            | ItemKind::Use(Use::File { name, .. }) => vec![name],
            ItemKind::Block(block) => block.label.iter().collect(),
            ItemKind::Use(Use::Module { path, names }) if names.is_empty() => {
                path.last().into_iter().collect()
            }
            ItemKind::Use(Use::Module { names, .. } | Use::Names { names, .. }) => {
                names.iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The kinds of item.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the example says what each part is")]
pub enum ItemKind {
    /// `use a.b.{x, y}`, `use a.b`, `use "file.onnx" as n`.
    Use(Use),
    /// `let name = value`.
    Let { name: Name, value: Expr },
    /// `choose name in domain`.
    Choose { name: Name, domain: Expr },
    /// `script name """…"""`.
    Script {
        name: Name,
        text: String,
        text_span: Span,
    },
    /// `maximize e`, `minimize e`.
    Goal { sense: Sense, value: Expr },
    /// `require e`.
    Require(Expr),
    /// `expect e, "message", points = n`.
    Expect {
        check: Expr,
        message: Option<Text>,
        points: Option<Expr>,
    },
    /// `path = e` or `path in e`.
    Field { path: Path, open: bool, value: Expr },
    /// `kind label { … }`, `kind { … }`, `kind label`.
    Block(Block),
    /// An expression alone: it is shown. Inside a block it is a hole.
    Show(Expr),
}

/// What a goal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// More is better.
    Maximize,
    /// Less is better.
    Minimize,
}

/// An import.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the example says what each part is")]
pub enum Use {
    /// `use a.b.{x, y}`; with `names` empty, `use a.b` (the module, or the last name of it).
    Module { path: Vec<Name>, names: Vec<Name> },
    /// `use "path" as name`, `use "path" as name with { batch = 1 }`.
    File {
        path: Text,
        name: Name,
        with: Option<Vec<Item>>,
    },
    /// `use "path".{x, y}`.
    Names { path: Text, names: Vec<Name> },
}

/// A string literal.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// With escapes resolved.
    pub value: String,
    /// With the quotes.
    pub span: Span,
}

/// `a.b[2].c`, the left side of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// At least one.
    pub segments: Vec<Segment>,
    /// The whole path.
    pub span: Span,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The name.
    pub name: Name,
    /// `[i]`, if any.
    pub index: Option<u32>,
}

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// `network`, `conv`, …
    pub kind: Name,
    /// The word after the kind, if any.
    pub label: Option<Name>,
    /// The items between the braces; `None` when there are no braces (`loop R`).
    pub body: Option<Vec<Item>>,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the example says what each part is")]
pub enum ExprKind {
    /// `42`, `0.5`, `8e5`, `274_080`; with a unit, `64 GB/s`. `text` is the number as written.
    Number {
        value: f64,
        text: String,
        unit: Option<Unit>,
    },
    /// `"…"`.
    Text(String),
    /// `true`, `false`.
    Bool(bool),
    /// A name.
    Name(String),
    /// `?`, left for the reader to fill.
    Hole,
    /// `{a, b}`.
    Set(Vec<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `a..b step c`, `a..b step *c`.
    Range {
        start: Box<Expr>,
        end: Box<Expr>,
        step: Option<Step>,
    },
    /// `(e)`.
    Group(Box<Expr>),
    /// `e.name`.
    Member { base: Box<Expr>, name: Name },
    /// `e[i]`.
    Index { base: Box<Expr>, index: Box<Expr> },
    /// `f(a, name = b)`.
    Call { callee: Box<Expr>, args: Vec<Arg> },
    /// `-e`.
    Negate(Box<Expr>),
    /// `a + b`, `a <= b`, …
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `e as unit`.
    As { value: Box<Expr>, unit: Unit },
    /// `e with { fields }`.
    With { base: Box<Expr>, items: Vec<Item> },
    /// `trained { epochs = 3 }` in the place of a value.
    Block { kind: Name, items: Vec<Item> },
}

/// The step of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `*c` multiplies, otherwise it adds.
    pub times: bool,
    /// By how much.
    pub value: Box<Expr>,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// `name =`, if it is given by name.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// A unit as written; judged later, because the table of units is not the parser's.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Numerator and denominator factors in order.
    pub factors: Vec<UnitFactor>,
    /// The whole unit.
    pub span: Span,
}

/// One factor of a unit: `GB`, `/s`, `um^2`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFactor {
    /// Stands after a `/`.
    pub divide: bool,
    /// `um`, `GB`, `mm2` (as written, exponent excluded when written `^2`, `²`, `³`).
    pub name: Name,
    /// 1 unless written.
    pub exponent: i8,
}

/// Operators between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is named after its sign")]
pub enum BinaryOp {
    #[serde(rename = "+")]
    Add,
    #[serde(rename = "-")]
    Sub,
    #[serde(rename = "*")]
    Mul,
    #[serde(rename = "/")]
    Div,
    #[serde(rename = "^")]
    Pow,
    #[serde(rename = "<=")]
    Le,
    #[serde(rename = ">=")]
    Ge,
    #[serde(rename = "<")]
    Lt,
    #[serde(rename = ">")]
    Gt,
    #[serde(rename = "==")]
    Eq,
    #[serde(rename = "!=")]
    Ne,
}

impl BinaryOp {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Pow => "^",
            Self::Le => "<=",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Gt => ">",
            Self::Eq => "==",
            Self::Ne => "!=",
        }
    }

    /// Whether it compares and so gives a truth.
    pub fn compares(self) -> bool {
        matches!(
            self,
            Self::Le | Self::Ge | Self::Lt | Self::Gt | Self::Eq | Self::Ne
        )
    }
}
