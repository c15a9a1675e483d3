//! From declared blocks to one design space: every repetition written out, every
//! change applied, every open field a numbered decision.
//!
//! Decisions are numbered in the order of the source text (the networks of the
//! tasks, then the accelerator). Strategies, result files and seeds rely on that
//! order, so nothing here depends on hashing.

use crate::plan::{Block, Change, Choice, Entry, Expr, ExprKind, Operator, PathStep, Slot};
use crate::source::Span;
use crate::units;
use crate::value::{BlockName, Domain, Quantity, Value};
use std::collections::{BTreeMap, BTreeSet};

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

/// Most layers a network may be written out to.
const MOST_NODES: usize = 100_000;

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
            choices.get(c.decision).is_some_and(|choice| c.allowed.contains(choice))
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
    here.map(|f| &f.1).or_else(|| node.children.iter().find_map(|c| find_in(c, path)))
}

fn collect_paths(node: &Node, out: &mut Vec<String>) {
    out.extend(node.fields.iter().map(|(name, _)| join(&node.path, name)));
    node.children.iter().for_each(|c| collect_paths(c, out));
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl<'a> Blocks<'a> {
    /// The instance of a declared problem: its tasks on its accelerator.
    pub fn problem(&self, name: &str) -> Result<Instance, Trouble> {
        let block = self.block(name, Span::default())?;
        let mut builder = Builder::new(*self, display_name(name));
        builder.frames.push(Frame { depth: 0, changes: &block.changes });
        let workload = builder.reference(block, "workload")?;
        let tasks = builder.workload(&workload)?;
        let on = builder.reference(block, "on")?;
        let hardware = builder.root(&on, Role::Hardware)?;
        builder.finish(tasks, Some(hardware))
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
        self.blocks
            .get(name)
            .ok_or_else(|| Trouble { message: format!("`{name}` is not declared"), at })
    }
}

/// What a block is called in paths: its own name, without module and copy number.
pub fn display_name(name: &str) -> String {
    crate::value::short(name).to_owned()
}

struct Frame<'a> {
    depth: usize,
    changes: &'a [Change],
}

struct Builder<'a> {
    source: Blocks<'a>,
    prefix: String,
    /// Steps from the root of the instance.
    path: Vec<PathStep>,
    frames: Vec<Frame<'a>>,
    /// What names mean, innermost last: choices by name and fields as `label.field`.
    scopes: Vec<BTreeMap<String, Bound>>,
    /// Labels already given at the present path.
    taken: BTreeSet<String>,
    decisions: Vec<Decision>,
    active: Vec<Condition>,
    role: Role,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(source: Blocks<'a>, prefix: String) -> Self {
        Self {
            source,
            prefix,
            path: Vec::new(),
            frames: Vec::new(),
            scopes: vec![BTreeMap::new()],
            taken: BTreeSet::new(),
            decisions: Vec::new(),
            active: Vec::new(),
            role: Role::Network,
            nodes: 0,
        }
    }

    fn finish(self, tasks: Vec<Node>, hardware: Option<Node>) -> Result<Instance, Trouble> {
        Ok(Instance { decisions: self.decisions, tasks, hardware })
    }

    /// The block a field of `block` refers to, after changes.
    fn reference(&self, block: &Block, name: &str) -> Result<Value, Trouble> {
        let slot = self.changed(name).or_else(|| {
            block.items.iter().find_map(|e| match e {
                Entry::Field(f) if f.name == name => Some(&f.slot),
                _ => None,
            })
        });
        match slot {
            Some(Slot::Fixed(value)) => Ok(value.clone()),
            _ => Err(Trouble {
                message: format!("`{name}` of this {} must be fixed", block.kind),
                at: block.at,
            }),
        }
    }

    fn workload(&mut self, value: &Value) -> Result<Vec<Node>, Trouble> {
        self.role = Role::Network;
        let Some(name) = value.as_block() else { return Ok(vec![self.lone_layer(value)?]) };
        let block = self.source.block(name, Span::default())?;
        if block.kind == "network" {
            let network = self.root(value, Role::Network)?;
            return Ok(vec![lone_task(network, display_name(name))]);
        }
        self.frames.push(Frame { depth: self.path.len(), changes: &block.changes });
        let mut tasks = Vec::new();
        for entry in &block.items {
            if let Entry::Block(task) = entry {
                tasks.push(self.task(task)?);
            }
        }
        self.frames.pop();
        Ok(tasks)
    }

    fn task(&mut self, task: &'a Block) -> Result<Node, Trouble> {
        let label = task.label.clone().unwrap_or_default();
        self.path.push(PathStep { name: label.clone(), index: None });
        let mut node = self.node(task, label)?;
        let networks: Vec<(Value, Vec<Condition>)> = match node.field("network") {
            Some(Bound::Fixed(v)) => vec![(v.clone(), Vec::new())],
            Some(Bound::Decision(d)) => self.alternatives(*d),
            _ => Vec::new(),
        };
        for (network, conditions) in networks {
            let mark = self.active.len();
            self.active.extend(conditions);
            let child = self.root(&network, Role::Network)?;
            self.active.truncate(mark);
            node.children.push(child);
        }
        self.path.pop();
        Ok(node)
    }

    /// A layer of a network as a network of one layer; its input shape is the network's business.
    fn lone_layer(&mut self, value: &Value) -> Result<Node, Trouble> {
        let Value::Part { block, path } = value else {
            return Err(Trouble {
                message: format!("{value} cannot run on an accelerator"),
                at: Span::default(),
            });
        };
        let network = self.root(&Value::Block(block.clone()), Role::Network)?;
        let mut task = lone_task(network, display_name(block));
        task.fields.push(("only".into(), Bound::Fixed(Value::Text(path.clone()))));
        Ok(task)
    }

    /// The node of a declared block at the present path.
    fn root(&mut self, value: &Value, role: Role) -> Result<Node, Trouble> {
        let name = value.as_block().ok_or_else(|| Trouble {
            message: format!("{value} is not a declared block"),
            at: Span::default(),
        })?;
        let block = self.source.block(name, Span::default())?;
        let outer_role = std::mem::replace(&mut self.role, role);
        self.frames.push(Frame { depth: self.path.len(), changes: &block.changes });
        let node = self.node(block, display_name(name));
        self.frames.pop();
        self.role = outer_role;
        node
    }

    /// A block and all that is in it, at the present path.
    fn node(&mut self, block: &'a Block, label: String) -> Result<Node, Trouble> {
        self.scopes.push(BTreeMap::new());
        let node = self.node_in_scope(block, label);
        self.scopes.pop();
        node
    }

    fn node_in_scope(&mut self, block: &'a Block, label: String) -> Result<Node, Trouble> {
        self.nodes += 1;
        if self.nodes >= MOST_NODES {
            return Err(too_many(block.at));
        }
        let mut node = Node {
            kind: block.kind.clone(),
            label,
            path: self.path_text(),
            fields: Vec::new(),
            children: Vec::new(),
            active: self.active.clone(),
            at: block.at,
        };
        for entry in &block.items {
            match entry {
                Entry::Field(f) => {
                    let bound = self.bound(block, &f.name, &f.slot, f.at)?;
                    node.fields.push((f.name.clone(), bound));
                }
                Entry::Choose(f) => {
                    let bound = self.bound(block, &f.name, &f.slot, f.at)?;
                    self.name(f.name.clone(), bound.clone());
                    node.fields.push((f.name.clone(), bound));
                }
                _ => {}
            }
        }
        if see_through(block) {
            node.children = self.children(block)?;
            return Ok(node);
        }
        self.added_fields(block, &mut node)?;
        let outer = std::mem::take(&mut self.taken);
        if block.kind == "repeat" {
            self.repetitions(block, &mut node)?;
        } else {
            node.children = self.children(block)?;
        }
        self.taken = outer;
        if block.kind == "sub" {
            self.dataflows(&mut node)?;
        }
        Ok(node)
    }

    fn children(&mut self, block: &'a Block) -> Result<Vec<Node>, Trouble> {
        let mut out: Vec<Node> = Vec::new();
        for entry in &block.items {
            let Entry::Block(inner) = entry else { continue };
            let label = child_label(inner, |taken| self.taken.contains(taken));
            self.taken.insert(label.clone());
            if see_through(inner) {
                out.push(self.node(inner, label)?);
                continue;
            }
            self.path.push(PathStep { name: label.clone(), index: None });
            let node = self.node(inner, label);
            self.path.pop();
            let node = node?;
            if let Some(label) = &inner.label {
                for (field, bound) in &node.fields {
                    self.name(format!("{label}.{field}"), bound.clone());
                }
            }
            out.push(node);
        }
        Ok(out)
    }

    fn repetitions(&mut self, block: &'a Block, node: &mut Node) -> Result<(), Trouble> {
        let times = node.field("times").cloned();
        let most = self.most_times(times.as_ref(), block.at)?;
        if u64::from(most).saturating_mul(written_out(block)) > (MOST_NODES - self.nodes) as u64 {
            return Err(too_many(block.at));
        }
        for i in 0..most {
            let mark = self.active.len();
            if let Some(Bound::Decision(d)) = &times {
                self.active.push(self.condition(*d, |value| value > f64::from(i)));
            }
            let index = Some(i);
            if let Some(last) = self.path.last_mut() {
                last.index = index;
            }
            self.scopes.push(BTreeMap::new());
            self.taken.clear();
            let turn = self.children(block).map(|children| Node {
                kind: "repetition".into(),
                label: format!("{}[{i}]", node.label),
                path: self.path_text(),
                fields: Vec::new(),
                children,
                active: self.active.clone(),
                at: block.at,
            });
            self.scopes.pop();
            if let Some(last) = self.path.last_mut() {
                last.index = None;
            }
            self.active.truncate(mark);
            node.children.push(turn?);
        }
        Ok(())
    }

    fn most_times(&self, times: Option<&Bound>, at: Span) -> Result<u32, Trouble> {
        let most = match times {
            Some(Bound::Fixed(v)) => v.as_f64().unwrap_or(0.0),
            Some(Bound::Decision(d)) => {
                self.decisions[*d].domain.numbers().unwrap_or_default().into_iter().fold(0.0, f64::max)
            }
            _ => {
                return Err(Trouble {
                    message: "`times` must be a number or a decision of its own".into(),
                    at,
                });
            }
        };
        Ok(most as u32)
    }

    /// The dataflow of a sub-accelerator, or each it may have, with decisions of their own.
    fn dataflows(&mut self, node: &mut Node) -> Result<(), Trouble> {
        let candidates: Vec<(Value, Vec<Condition>)> = match node.field("dataflow") {
            Some(Bound::Fixed(v)) => vec![(v.clone(), Vec::new())],
            Some(Bound::Decision(d)) => self.alternatives(*d),
            _ => Vec::new(),
        };
        for (dataflow, conditions) in candidates {
            let mark = self.active.len();
            self.active.extend(conditions);
            let label = dataflow.as_block().map(display_name).unwrap_or_default();
            self.path.push(PathStep { name: label, index: None });
            let child = self.root(&dataflow, Role::Hardware);
            self.path.pop();
            self.active.truncate(mark);
            node.children.push(child?);
        }
        Ok(())
    }

    /// Each value of a decision over blocks, with the condition that it is taken.
    fn alternatives(&self, decision: usize) -> Vec<(Value, Vec<Condition>)> {
        let domain = &self.decisions[decision].domain;
        domain
            .iter()
            .enumerate()
            .map(|(i, value)| (value, vec![Condition { decision, allowed: vec![i as u32] }]))
            .collect()
    }

    fn condition(&self, decision: usize, holds: impl Fn(f64) -> bool) -> Condition {
        let numbers = self.decisions[decision].domain.numbers().unwrap_or_default();
        let allowed =
            (0..).zip(numbers).filter(|(_, x)| holds(*x)).map(|(i, _)| i).collect();
        Condition { decision, allowed }
    }

    /// Fields that a change brings and the block does not have.
    fn added_fields(&mut self, block: &Block, node: &mut Node) -> Result<(), Trouble> {
        let mut added: Vec<(String, Slot, Span)> = Vec::new();
        for frame in &self.frames {
            for change in frame.changes {
                let here = self.path.len() - frame.depth;
                let stores = usize::from(node.kind == "sub");
                let rest = change.path.len().wrapping_sub(here);
                if rest == 0 || rest > 1 + stores || !matches_path(&change.path[..here], &self.path[frame.depth..]) {
                    continue;
                }
                let name = crate::plan::path_text(&change.path[here..]);
                let belongs = if rest == 2 { name.ends_with(".size") } else { owns(&node.kind, &name) };
                if belongs && node.field(&name).is_none() && !added.iter().any(|a| a.0 == name) {
                    added.push((name, change.slot.clone(), change.at));
                }
            }
        }
        for (name, slot, at) in added {
            let bound = self.bound(block, &name, &slot, at)?;
            node.fields.push((name, bound));
        }
        Ok(())
    }

    /// The content a change gives to the field `name` at the present path, if any.
    fn changed(&self, name: &str) -> Option<&'a Slot> {
        if self.frames.iter().all(|f| f.changes.is_empty()) {
            return None;
        }
        let steps: Vec<&str> = name.split('.').collect();
        for frame in &self.frames {
            let here = &self.path[frame.depth..];
            let hit = frame.changes.iter().rev().find(|c| {
                c.path.len() == here.len() + steps.len()
                    && matches_path(&c.path[..here.len()], here)
                    && c.path[here.len()..].iter().zip(&steps).all(|(a, b)| a.name == *b)
            });
            if let Some(change) = hit {
                return Some(&change.slot);
            }
        }
        None
    }

    fn bound(&mut self, block: &Block, name: &str, slot: &Slot, at: Span) -> Result<Bound, Trouble> {
        // A block without a place in paths cannot be meant by a change.
        let changed = if see_through(block) { None } else { self.changed(name) };
        match changed.unwrap_or(slot).clone() {
            Slot::Fixed(value) => Ok(Bound::Fixed(value)),
            Slot::Open(domain) => Ok(self.decide(join(&self.path_text(), name), domain, at)),
            Slot::Formula(expr) => self.formula(&expr),
        }
    }

    fn decide(&mut self, path: String, domain: Domain, at: Span) -> Bound {
        self.decisions.push(Decision {
            path,
            domain,
            role: self.role,
            active: self.active.clone(),
            at,
        });
        Bound::Decision(self.decisions.len() - 1)
    }

    fn formula(&mut self, expr: &Expr) -> Result<Bound, Trouble> {
        if let ExprKind::Slot(name) = &expr.kind {
            return self.lookup(name, expr.at);
        }
        Ok(match self.calc(expr)? {
            Calc::Number(x) => Bound::Fixed(Value::number(x)),
            calc => Bound::Formula(calc),
        })
    }

    fn calc(&mut self, expr: &Expr) -> Result<Calc, Trouble> {
        let trouble = |message: &str| Trouble { message: message.to_owned(), at: expr.at };
        Ok(match &expr.kind {
            ExprKind::Value(Value::Quantity(Quantity { value, .. })) => Calc::Number(*value),
            ExprKind::Slot(name) => match self.lookup(name, expr.at)? {
                Bound::Fixed(v) => Calc::Number(v.as_f64().ok_or_else(|| trouble("not a number"))?),
                Bound::Decision(d) => Calc::Decision(d),
                Bound::Formula(calc) => calc,
            },
            ExprKind::Negate(inner) => Calc::Negate(Box::new(self.calc(inner)?)),
            ExprKind::As(inner, _) => self.calc(inner)?,
            ExprKind::Binary(op, a, b) => {
                match (self.calc(a)?, self.calc(b)?) {
                    (Calc::Number(a), Calc::Number(b)) => Calc::Number(
                        arithmetic(*op, a, b).ok_or_else(|| trouble("a comparison is not a number"))?,
                    ),
                    (a, b) => Calc::Binary(*op, Box::new(a), Box::new(b)),
                }
            }
            _ => return Err(trouble("only numbers and decisions can stand in a field's formula")),
        })
    }

    fn lookup(&mut self, name: &str, at: Span) -> Result<Bound, Trouble> {
        if let Some(bound) = self.scopes.iter().rev().find_map(|s| s.get(name)) {
            return Ok(bound.clone());
        }
        let Some(choice) = self.source.choices.get(name) else {
            return Err(Trouble { message: format!("`{name}` is not known here"), at });
        };
        // A shared decision is always active: it belongs to no repetition.
        let outer = std::mem::take(&mut self.active);
        let bound = self.decide(name.to_owned(), choice.domain.clone(), choice.at);
        self.active = outer;
        if let Some(top) = self.scopes.first_mut() {
            top.insert(name.to_owned(), bound.clone());
        }
        Ok(bound)
    }

    fn name(&mut self, name: String, bound: Bound) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, bound);
        }
    }

    fn path_text(&self) -> String {
        let path = crate::plan::path_text(&self.path);
        if self.prefix.is_empty() {
            return path;
        }
        if path.is_empty() { self.prefix.clone() } else { format!("{}.{path}", self.prefix) }
    }
}

fn too_many(at: Span) -> Trouble {
    let message = format!("more than {} layers when every repetition is written out", units::number(MOST_NODES as f64));
    Trouble { message, at }
}

/// How many nodes what stands in a block becomes at least, before any change.
fn written_out(block: &Block) -> u64 {
    let inner = block.items.iter().filter_map(|e| match e {
        Entry::Block(inner) => Some(inner),
        _ => None,
    });
    inner.fold(0, |sum: u64, inner| {
        let times = if inner.kind == "repeat" { most_turns(inner) } else { 1.0 };
        sum.saturating_add(1).saturating_add((times as u64).saturating_mul(written_out(inner)))
    })
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

fn matches_path(pattern: &[PathStep], path: &[PathStep]) -> bool {
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(path)
            .all(|(p, q)| p.name == q.name && (p.index.is_none() || p.index == q.index))
}

/// A task and its network share a path, so a field that a change brings must find its owner.
fn owns(kind: &str, field: &str) -> bool {
    let of_task = matches!(field, "network" | "data" | "accuracy" | "metric" | "weight" | "batch");
    match kind {
        "task" => of_task,
        "network" => !of_task,
        _ => true,
    }
}

fn lone_task(network: Node, label: String) -> Node {
    Node {
        kind: "task".into(),
        label,
        path: network.path.clone(),
        fields: vec![("batch".into(), Bound::Fixed(Value::number(1.0)))],
        at: network.at,
        active: Vec::new(),
        children: vec![network],
    }
}
