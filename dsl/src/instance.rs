//! From declared blocks to one design space: every repetition written out, every
//! change applied, every open field a numbered decision.
//!
//! Decisions are numbered in the order of the source text (the networks of the
//! tasks, then the accelerator). Strategies, result files and seeds rely on that
//! order, so nothing here depends on hashing.

mod build;
mod options;
mod slots;

use crate::plan::{Block, Choice, Entry, Operator, Slot};
use crate::source::Span;
use crate::value::{BlockName, Domain, Value};
use build::{Builder, Frame};
use std::collections::BTreeMap;

/// The index of no value: the decision takes no part in this design.
pub const INACTIVE: u32 = u32::MAX;

/// What a decision changes; controllers and two-level searches treat the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The network, and so the accuracy.
    Network,
    /// The hardware only.
    Hardware,
}

/// Holds when an earlier decision has one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The earlier decision.
    pub decision: usize,
    /// Indices into its domain.
    pub allowed: Vec<u32>,
}

/// One open field.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// `w1.a1.pes`, `w1.classify.stage[1].more.times`.
    pub path: String,
    /// What it may be; never empty (E0402).
    pub domain: Domain,
    /// What it changes.
    pub role: Role,
    /// When it matters: all must hold.
    pub active: Vec<Condition>,
    /// Where it is declared.
    pub at: Span,
}

/// A field's content inside an instance.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// A value.
    Fixed(Value),
    /// The value of a decision.
    Decision(usize),
    /// A number computed from decisions.
    Formula(Calc),
}

/// A formula over decisions, in base units.
#[derive(Debug, Clone, PartialEq)]
pub enum Calc {
    /// A number.
    Number(f64),
    /// The number of a decision.
    Decision(usize),
    /// A change of sign.
    Negate(Box<Calc>),
    /// Arithmetic.
    Binary(Operator, Box<Calc>, Box<Calc>),
}

/// A block written out.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// `network`, `conv`, `sub`, …; `repetition` for one turn of a `repeat`.
    pub kind: String,
    /// Its label, its kind when it has none, with an index in a repetition.
    pub label: String,
    /// The labels from the root of the instance.
    pub path: String,
    /// Its fields, defaults included.
    pub fields: Vec<(String, Bound)>,
    /// Its inner blocks in order.
    pub children: Vec<Node>,
    /// When it is there at all.
    pub active: Vec<Condition>,
    /// Where it is declared.
    pub at: Span,
}

/// A design space, or a design when it has no decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The decisions in order.
    pub decisions: Vec<Decision>,
    /// One `task` node per task, holding its `network`.
    pub tasks: Vec<Node>,
    /// The `accelerator`, if there is one.
    pub hardware: Option<Node>,
}

/// Why a space cannot be written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: Span,
}

/// The declared blocks an instance is made from.
#[derive(Debug, Clone, Copy)]
pub struct Blocks<'a> {
    /// Blocks by name.
    pub blocks: &'a BTreeMap<BlockName, Block>,
    /// Top-level choices by name.
    pub choices: &'a BTreeMap<String, Choice>,
}

impl Node {
    /// The content of a field.
    pub fn field(&self, name: &str) -> Option<&Bound> {
        self.fields.iter().find(|f| f.0 == name).map(|f| &f.1)
    }

    /// The children of one kind.
    pub fn children_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |c| c.kind == kind)
    }

    /// The one child of a kind.
    pub fn child(&self, kind: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.kind == kind)
    }
}

impl Instance {
    /// The value of `bound` in the design `choices` (an index per decision).
    ///
    /// `None` when the decision is inactive or a formula has no finite value.
    pub fn value(&self, bound: &Bound, choices: &[u32]) -> Option<Value> {
        match bound {
            Bound::Fixed(v) => Some(v.clone()),
            Bound::Decision(d) => self.decision_value(*d, choices),
            Bound::Formula(calc) => self.calc(calc, choices).map(Value::number),
        }
    }

    /// The value of a field of a node.
    pub fn get(&self, node: &Node, name: &str, choices: &[u32]) -> Option<Value> {
        self.value(node.field(name)?, choices)
    }

    /// The number of a field of a node, in base units.
    pub fn number(&self, node: &Node, name: &str, choices: &[u32]) -> Option<f64> {
        self.get(node, name, choices)?.as_f64()
    }

    /// Whether all conditions hold in a design.
    pub fn holds(&self, conditions: &[Condition], choices: &[u32]) -> bool {
        conditions.iter().all(|c| {
            choices
                .get(c.decision)
                .is_some_and(|choice| c.allowed.contains(choice))
        })
    }

    fn decision_value(&self, decision: usize, choices: &[u32]) -> Option<Value> {
        let choice = *choices.get(decision)?;
        let domain = &self.decisions.get(decision)?.domain;
        (choice != INACTIVE && (choice as usize) < domain.len())
            .then(|| domain.get(choice as usize))
    }

    fn calc(&self, calc: &Calc, choices: &[u32]) -> Option<f64> {
        let value = match calc {
            Calc::Number(x) => *x,
            Calc::Decision(d) => self.decision_value(*d, choices)?.as_f64()?,
            Calc::Negate(x) => -self.calc(x, choices)?,
            Calc::Binary(op, a, b) => {
                arithmetic(*op, self.calc(a, choices)?, self.calc(b, choices)?)?
            }
        };
        value.is_finite().then_some(value)
    }

    /// Where a decision or field lies: `core.pes`, with or without the problem's name before it.
    pub fn find(&self, path: &str) -> Option<&Bound> {
        let roots = self.tasks.iter().chain(&self.hardware);
        roots.into_iter().find_map(|root| find_in(root, path))
    }

    /// The paths of all fields, for "did you mean".
    pub fn field_paths(&self) -> Vec<String> {
        let mut out = Vec::new();
        for root in self.tasks.iter().chain(&self.hardware) {
            collect_paths(root, &mut out);
        }
        out
    }
}

/// The result of an arithmetic operator on base numbers.
pub fn arithmetic(op: Operator, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::Pow => libm::pow(a, b),
        _ => return None,
    })
}

fn find_in<'a>(node: &'a Node, path: &str) -> Option<&'a Bound> {
    let rest = node.path.split_once('.').map_or("", |(_, rest)| rest);
    if !path.starts_with(&node.path) && !path.starts_with(rest) {
        return None;
    }
    let here = node.fields.iter().find(|(name, _)| {
        let full = join(&node.path, name);
        full == path || full.split_once('.').is_some_and(|(_, rest)| rest == path)
    });
    here.map(|f| &f.1)
        .or_else(|| node.children.iter().find_map(|c| find_in(c, path)))
}

fn collect_paths(node: &Node, out: &mut Vec<String>) {
    out.extend(node.fields.iter().map(|(name, _)| join(&node.path, name)));
    node.children.iter().for_each(|c| collect_paths(c, out));
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

impl<'a> Blocks<'a> {
    /// The instance of a declared problem: its tasks on its accelerator.
    pub fn problem(&self, name: &str) -> Result<Instance, Trouble> {
        let block = self.block(name, Span::default())?;
        let mut builder = Builder::new(*self, display_name(name));
        builder.frames.push(Frame {
            depth: 0,
            changes: &block.changes,
        });
        let workload = builder.reference(block, "workload")?;
        let tasks = builder.workload(&workload)?;
        let on = builder.reference(block, "on")?;
        let hardware = builder.root(&on, Role::Hardware)?;
        builder.finish(tasks, Some(hardware))
    }

    /// A field of a problem that is no reference, after changes.
    pub fn setting(&self, problem: &str, field: &str) -> Option<Value> {
        let block = self.block(problem, Span::default()).ok()?;
        let mut builder = Builder::new(*self, display_name(problem));
        builder.frames.push(Frame {
            depth: 0,
            changes: &block.changes,
        });
        builder.reference(block, field).ok()
    }

    /// The instance of a workload, network, layer or accelerator by itself, or of a pair of them.
    pub fn pair(&self, what: Option<&Value>, on: Option<&Value>) -> Result<Instance, Trouble> {
        let mut builder = Builder::new(*self, String::new());
        let tasks = match what {
            Some(value) => builder.workload(value)?,
            None => Vec::new(),
        };
        let hardware = match on {
            Some(value) => Some(builder.root(value, Role::Hardware)?),
            None => None,
        };
        builder.finish(tasks, hardware)
    }

    fn block(&self, name: &str, at: Span) -> Result<&'a Block, Trouble> {
        self.blocks.get(name).ok_or_else(|| Trouble {
            message: format!("`{name}` is not declared"),
            at,
        })
    }
}

/// What a block is called in paths: its own name, without module and copy number.
pub fn display_name(name: &str) -> String {
    crate::value::short(name).to_owned()
}

/// How often a `repeat` turns at most, as its own text says; infinitely often when that is a formula.
pub fn most_turns(block: &Block) -> f64 {
    let most = block.items.iter().find_map(|e| match e {
        Entry::Field(f) if f.name == "times" => match &f.slot {
            Slot::Fixed(v) => v.as_f64(),
            Slot::Open(d) => d.numbers()?.into_iter().reduce(f64::max),
            Slot::Formula(_) => None,
        },
        _ => None,
    });
    most.unwrap_or(f64::INFINITY)
}

/// The label of an inner block: its own, else its kind, numbered from the second on.
pub fn child_label(block: &Block, taken: impl Fn(&str) -> bool) -> String {
    if let Some(label) = &block.label {
        // A loop's label is a dimension, which may come twice.
        if !taken(label) {
            return label.clone();
        }
    }
    let base = block.label.as_ref().unwrap_or(&block.kind);
    if !taken(base) {
        return base.clone();
    }
    let mut n = 2;
    while taken(&format!("{base}_{n}")) {
        n += 1;
    }
    format!("{base}_{n}")
}

/// Whether a block has no place in paths: what is inside an unlabelled `skip` is named as if it
/// stood around it.
pub fn see_through(block: &Block) -> bool {
    block.kind == "skip" && block.label.is_none()
}
