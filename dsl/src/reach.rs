//! From a checked program to a plan: what the steps can reach, and nothing else.

use crate::check::Program;
use crate::instance::Blocks;
use crate::plan::{Block, Entry, Expr, ExprKind, Plan, Script, Slot, Step, VERSION, content_hash};
use crate::value::{Domain, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The names a plan or a part of it depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// Blocks.
    pub blocks: BTreeSet<String>,
    /// Top-level choices.
    pub choices: BTreeSet<String>,
    /// Scripts.
    pub scripts: BTreeSet<String>,
    /// Data files.
    pub files: BTreeSet<String>,
    /// Earlier `let`s.
    pub lets: BTreeSet<String>,
}

/// The plan of some steps of a program.
pub fn plan(program: &Program, steps: Vec<Step>) -> Plan {
    let mut reached = Reached::default();
    let known = Blocks {
        blocks: &program.blocks,
        choices: &program.choices,
    };
    for step in &steps {
        reached.expr(&step.expr, known);
    }
    let blocks = program
        .blocks
        .iter()
        .filter(|b| reached.blocks.contains(b.0));
    let choices = program
        .choices
        .iter()
        .filter(|c| reached.choices.contains(c.0));
    let scripts = program
        .scripts
        .iter()
        .filter(|s| reached.scripts.contains(s.0));
    Plan {
        version: VERSION,
        nasaic: env!("CARGO_PKG_VERSION").to_owned(),
        blocks: blocks.map(|(n, b)| (n.clone(), b.clone())).collect(),
        choices: choices.map(|(n, c)| (n.clone(), c.clone())).collect(),
        scripts: scripts.map(|(n, s)| (n.clone(), s.clone())).collect(),
        data: program
            .data
            .iter()
            .filter(|d| reached.files.contains(&d.path))
            .cloned()
            .collect(),
        steps,
        sources: program.sources.clone(),
    }
}

impl Reached {
    /// All that an expression of a program depends on.
    pub fn of(expr: &Expr, known: Blocks<'_>) -> Self {
        let mut reached = Self::default();
        reached.expr(expr, known);
        reached
    }

    /// A hash of an expression with all the blocks, choices and scripts it depends on.
    pub fn fingerprint(
        expr: &Expr,
        known: Blocks<'_>,
        scripts: &BTreeMap<String, Script>,
    ) -> String {
        let reached = Self::of(expr, known);
        let blocks: Vec<_> = reached
            .blocks
            .iter()
            .map(|b| (b, known.blocks.get(b)))
            .collect();
        let choices: Vec<_> = reached
            .choices
            .iter()
            .map(|c| (c, known.choices.get(c)))
            .collect();
        let scripts: Vec<_> = reached
            .scripts
            .iter()
            .map(|s| (s, scripts.get(s)))
            .collect();
        content_hash(&(expr, blocks, choices, scripts))
    }

    fn expr(&mut self, expr: &Expr, known: Blocks<'_>) {
        match &expr.kind {
            ExprKind::Value(v) => self.value(v, known),
            ExprKind::Let(name) => {
                self.lets.insert(name.clone());
            }
            ExprKind::Slot(name) => {
                if known.choices.contains_key(name) {
                    self.choices.insert(name.clone());
                }
            }
            ExprKind::Metric(_) | ExprKind::Path(_) => {}
            ExprKind::List(items) => items.iter().for_each(|i| self.expr(i, known)),
            ExprKind::Member(a, _) | ExprKind::Negate(a) | ExprKind::As(a, _) => {
                self.expr(a, known);
            }
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
                self.expr(a, known);
                self.expr(b, known);
            }
            ExprKind::Call(_, args) => args.iter().for_each(|a| self.expr(&a.1, known)),
            ExprKind::Method(base, _, args) => {
                self.expr(base, known);
                args.iter().for_each(|a| self.expr(&a.1, known));
            }
            ExprKind::Script(name, _, args) => {
                self.scripts.insert(name.clone());
                args.iter().for_each(|a| self.expr(a, known));
            }
        }
    }

    fn value(&mut self, value: &Value, known: Blocks<'_>) {
        match value {
            Value::Block(name) | Value::Part { block: name, .. } => self.block_named(name, known),
            Value::List(items) => items.iter().for_each(|i| self.value(i, known)),
            Value::Domain(domain) => self.domain(domain, known),
            Value::Form {
                name, args, fields, ..
            } => {
                if name == "table" {
                    self.files.extend(args.iter().filter_map(|a| match a {
                        Value::Text(path) => Some(path.clone()),
                        _ => None,
                    }));
                }
                args.iter().for_each(|a| self.value(a, known));
                fields.iter().for_each(|f| self.value(&f.1, known));
            }
            _ => {}
        }
    }

    fn domain(&mut self, domain: &Domain, known: Blocks<'_>) {
        if let Domain::Values(values) = domain {
            values.iter().for_each(|v| self.value(v, known));
        }
    }

    fn block_named(&mut self, name: &str, known: Blocks<'_>) {
        if self.blocks.insert(name.to_owned())
            && let Some(block) = known.blocks.get(name)
        {
            self.block(block, known);
        }
    }

    fn block(&mut self, block: &Block, known: Blocks<'_>) {
        if let Some(original) = &block.copy_of {
            self.block_named(original, known);
        }
        for entry in &block.items {
            match entry {
                Entry::Field(f) | Entry::Choose(f) => self.slot(&f.slot, known),
                Entry::Block(inner) => self.block(inner, known),
                Entry::Goal { value, .. } => self.expr(value, known),
                Entry::Require(expr) => self.expr(expr, known),
            }
        }
        block.changes.iter().for_each(|c| self.slot(&c.slot, known));
    }

    fn slot(&mut self, slot: &Slot, known: Blocks<'_>) {
        match slot {
            Slot::Fixed(v) => self.value(v, known),
            Slot::Open(d) => self.domain(d, known),
            Slot::Formula(e) => self.expr(e, known),
        }
    }
}
