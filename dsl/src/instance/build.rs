//! Writing blocks out: the tree of nodes, repetition by repetition.

use super::{
    Blocks, Bound, Condition, Decision, Instance, Node, Role, Trouble, child_label, display_name,
    most_turns, see_through,
};
use crate::plan::{Block, Change, Entry, PathStep, Slot};
use crate::source::Span;
use crate::units;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most layers a network may be written out to.
const MOST_NODES: usize = 100_000;

/// The changes of a block, which hold below the place where it stands.
pub(super) struct Frame<'a> {
    pub depth: usize,
    pub changes: &'a [Change],
}

/// Writes an instance out.
pub(super) struct Builder<'a> {
    pub source: Blocks<'a>,
    pub prefix: String,
    /// Steps from the root of the instance.
    pub path: Vec<PathStep>,
    pub frames: Vec<Frame<'a>>,
    /// What names mean, innermost last: choices by name and fields as `label.field`.
    pub scopes: Vec<BTreeMap<String, Bound>>,
    /// Labels already given at the present path.
    pub taken: BTreeSet<String>,
    pub decisions: Vec<Decision>,
    pub active: Vec<Condition>,
    pub role: Role,
    pub nodes: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: Blocks<'a>, prefix: String) -> Self {
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

    pub(super) fn finish(
        self,
        tasks: Vec<Node>,
        hardware: Option<Node>,
    ) -> Result<Instance, Trouble> {
        Ok(Instance {
            decisions: self.decisions,
            tasks,
            hardware,
        })
    }

    /// The block a field of `block` refers to, after changes.
    pub(super) fn reference(&self, block: &Block, name: &str) -> Result<Value, Trouble> {
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

    pub(super) fn workload(&mut self, value: &Value) -> Result<Vec<Node>, Trouble> {
        self.role = Role::Network;
        let Some(name) = value.as_block() else {
            return Ok(vec![self.lone_layer(value)?]);
        };
        let block = self.source.block(name, Span::default())?;
        if block.kind == "network" {
            let network = self.root(value, Role::Network)?;
            return Ok(vec![lone_task(network, display_name(name))]);
        }
        self.frames.push(Frame {
            depth: self.path.len(),
            changes: &block.changes,
        });
        let mut tasks = Vec::new();
        for entry in &block.items {
            if let Entry::Block(task) = entry {
                tasks.push(self.task(task)?);
            }
        }
        self.frames.pop();
        Ok(tasks)
    }

    pub(super) fn task(&mut self, task: &'a Block) -> Result<Node, Trouble> {
        let label = task.label.clone().unwrap_or_default();
        self.path.push(PathStep {
            name: label.clone(),
            index: None,
        });
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
    pub(super) fn lone_layer(&mut self, value: &Value) -> Result<Node, Trouble> {
        let Value::Part { block, path } = value else {
            return Err(Trouble {
                message: format!("{value} cannot run on an accelerator"),
                at: Span::default(),
            });
        };
        let network = self.root(&Value::Block(block.clone()), Role::Network)?;
        let mut task = lone_task(network, display_name(block));
        task.fields
            .push(("only".into(), Bound::Fixed(Value::Text(path.clone()))));
        Ok(task)
    }

    /// The node of a declared block at the present path.
    pub(super) fn root(&mut self, value: &Value, role: Role) -> Result<Node, Trouble> {
        let name = value.as_block().ok_or_else(|| Trouble {
            message: format!("{value} is not a declared block"),
            at: Span::default(),
        })?;
        let block = self.source.block(name, Span::default())?;
        let outer_role = std::mem::replace(&mut self.role, role);
        self.frames.push(Frame {
            depth: self.path.len(),
            changes: &block.changes,
        });
        let node = self.node(block, display_name(name));
        self.frames.pop();
        self.role = outer_role;
        node
    }

    /// A block and all that is in it, at the present path.
    pub(super) fn node(&mut self, block: &'a Block, label: String) -> Result<Node, Trouble> {
        self.scopes.push(BTreeMap::new());
        let node = self.node_in_scope(block, label);
        self.scopes.pop();
        node
    }

    pub(super) fn node_in_scope(
        &mut self,
        block: &'a Block,
        label: String,
    ) -> Result<Node, Trouble> {
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
        } else if block.kind == "one_of" {
            self.one_of(block, &mut node)?;
        } else {
            node.children = self.children(block)?;
        }
        self.taken = outer;
        if block.kind == "sub" {
            self.dataflows(&mut node)?;
        }
        Ok(node)
    }

    pub(super) fn children(&mut self, block: &'a Block) -> Result<Vec<Node>, Trouble> {
        let mut out: Vec<Node> = Vec::new();
        for entry in &block.items {
            let Entry::Block(inner) = entry else { continue };
            let label = child_label(inner, |taken| self.taken.contains(taken));
            self.taken.insert(label.clone());
            if see_through(inner) {
                out.push(self.node(inner, label)?);
                continue;
            }
            self.path.push(PathStep {
                name: label.clone(),
                index: None,
            });
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

    pub(super) fn repetitions(&mut self, block: &'a Block, node: &mut Node) -> Result<(), Trouble> {
        let times = node.field("times").cloned();
        let most = self.most_times(times.as_ref(), block.at)?;
        if u64::from(most).saturating_mul(written_out(block)) > (MOST_NODES - self.nodes) as u64 {
            return Err(too_many(block.at));
        }
        for i in 0..most {
            let mark = self.active.len();
            if let Some(Bound::Decision(d)) = &times {
                self.active
                    .push(self.condition(*d, |value| value > f64::from(i)));
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

    pub(super) fn most_times(&self, times: Option<&Bound>, at: Span) -> Result<u32, Trouble> {
        let most = match times {
            Some(Bound::Fixed(v)) => v.as_f64().unwrap_or(0.0),
            Some(Bound::Decision(d)) => self.decisions[*d]
                .domain
                .numbers()
                .unwrap_or_default()
                .into_iter()
                .fold(0.0, f64::max),
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
    pub(super) fn dataflows(&mut self, node: &mut Node) -> Result<(), Trouble> {
        let candidates: Vec<(Value, Vec<Condition>)> = match node.field("dataflow") {
            Some(Bound::Fixed(v)) => vec![(v.clone(), Vec::new())],
            Some(Bound::Decision(d)) => self.alternatives(*d),
            _ => Vec::new(),
        };
        for (dataflow, conditions) in candidates {
            let mark = self.active.len();
            self.active.extend(conditions);
            let label = dataflow.as_block().map(display_name).unwrap_or_default();
            self.path.push(PathStep {
                name: label,
                index: None,
            });
            let child = self.root(&dataflow, Role::Hardware);
            self.path.pop();
            self.active.truncate(mark);
            node.children.push(child?);
        }
        Ok(())
    }

    /// Each value of a decision over blocks, with the condition that it is taken.
    pub(super) fn alternatives(&self, decision: usize) -> Vec<(Value, Vec<Condition>)> {
        let domain = &self.decisions[decision].domain;
        domain
            .iter()
            .enumerate()
            .map(|(i, value)| {
                (
                    value,
                    vec![Condition {
                        decision,
                        allowed: vec![i as u32],
                    }],
                )
            })
            .collect()
    }

    pub(super) fn condition(&self, decision: usize, holds: impl Fn(f64) -> bool) -> Condition {
        let numbers = self.decisions[decision]
            .domain
            .numbers()
            .unwrap_or_default();
        let allowed = (0..)
            .zip(numbers)
            .filter(|(_, x)| holds(*x))
            .map(|(i, _)| i)
            .collect();
        Condition { decision, allowed }
    }
}

fn too_many(at: Span) -> Trouble {
    let message = format!(
        "more than {} layers when every repetition is written out",
        units::number(MOST_NODES as f64)
    );
    Trouble { message, at }
}

/// How many nodes what stands in a block becomes at least, before any change.
fn written_out(block: &Block) -> u64 {
    let inner = block.items.iter().filter_map(|e| match e {
        Entry::Block(inner) => Some(inner),
        _ => None,
    });
    inner.fold(0, |sum: u64, inner| {
        let times = if inner.kind == "repeat" {
            most_turns(inner)
        } else {
            1.0
        };
        sum.saturating_add(1)
            .saturating_add((times as u64).saturating_mul(written_out(inner)))
    })
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
