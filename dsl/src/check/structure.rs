//! Walking declared structure: `vgg16.conv3_1`, `w1.workload`, and the targets of changes.

use super::Checker;
use crate::functions::Type;
use crate::instance::{Blocks, child_label, most_turns, see_through};
use crate::plan::{Block, Entry, PathStep, Slot};
use crate::schema::{self, Field};
use crate::value::{BlockName, Domain, Value};
use std::collections::BTreeSet;

/// What a path leads to.
pub(super) enum Target {
    /// A field of this schema.
    Field(Box<Field>),
    /// A choice with its domain.
    Choice(Domain),
    /// A repetition that there never is.
    NoTurn {
        /// The step with the index.
        step: usize,
        /// How many there are at most; 0 when the block does not repeat.
        turns: f64,
    },
    /// Nothing; these stand where the path got lost.
    Lost {
        /// The step that is not there.
        step: usize,
        /// The kind that was reached.
        kind: String,
        /// What there is.
        candidates: Vec<String>,
    },
}

impl Checker<'_> {
    pub(super) fn blocks(&self) -> Blocks<'_> {
        Blocks {
            blocks: &self.program.blocks,
            choices: &self.program.choices,
        }
    }

    /// The fields and labels of a block.
    pub(super) fn inside(&self, block: &Block) -> Vec<String> {
        let mut out: Vec<String> = labelled(block).into_iter().map(|(l, _)| l).collect();
        for entry in &block.items {
            if let Entry::Field(f) | Entry::Choose(f) = entry {
                out.push(f.name.clone());
            }
        }
        for dataflow in self.dataflows_of(block) {
            let parts = parts_with_size(dataflow).into_iter();
            out.extend(parts.map(|part| format!("{part}.size")));
        }
        if let Some(kind) = self.schemas.kind(&block.kind) {
            out.extend(kind.fields.iter().map(|f| f.name.to_string()));
        }
        out.sort();
        out.dedup();
        out
    }

    /// The value of a member of a declared block.
    pub(super) fn member_of_block(&self, name: &BlockName, path: &[PathStep]) -> Option<Value> {
        let block = self.program.blocks.get(name)?;
        let [first, rest @ ..] = path else {
            return None;
        };
        // Of a copy made by `with`, the last change of a path is what it says now.
        let changes = block.changes.iter().rev();
        let changed = changes.map(|c| (&c.path, &c.slot)).find(|c| c.0 == path);
        let changed = changed.map(|c| c.1);
        if let (Some(Slot::Fixed(value)), false) = (changed, rest.is_empty()) {
            return Some(value.clone());
        }
        if rest.is_empty() && first.index.is_none() {
            let own = block.items.iter().find_map(|e| match e {
                Entry::Field(f) if f.name == first.name => Some(&f.slot),
                _ => None,
            });
            match changed.or(own) {
                Some(Slot::Fixed(value)) => return Some(value.clone()),
                Some(Slot::Open(domain)) => return Some(Value::Domain(domain.clone())),
                _ => {}
            }
        }
        let inner = labelled(block)
            .into_iter()
            .find(|(l, _)| *l == first.name)?
            .1;
        let is_layer = self.schemas.kind(&inner.kind).is_some_and(|k| k.layer);
        if is_layer && self.leads_to_layer(inner, rest) {
            return Some(Value::Part {
                block: name.clone(),
                path: crate::plan::path_text(path),
            });
        }
        let [field] = rest else { return None };
        inner.items.iter().find_map(|e| match e {
            Entry::Field(f) if f.name == field.name => match &f.slot {
                Slot::Fixed(value) => Some(value.clone()),
                _ => None,
            },
            _ => None,
        })
    }

    fn leads_to_layer(&self, block: &Block, path: &[PathStep]) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return true;
        };
        labelled(block)
            .into_iter()
            .any(|(l, b)| l == first.name && self.leads_to_layer(b, rest))
    }

    /// What a change of `path` below `block` would change.
    pub(super) fn target(&self, block: &Block, path: &[PathStep], depth: usize) -> Target {
        let lost = |candidates: Vec<String>| Target::Lost {
            step: depth,
            kind: block.kind.clone(),
            candidates,
        };
        let Some((first, rest)) = path.split_first() else {
            return lost(self.inside(block));
        };
        if rest.is_empty()
            && first.index.is_none()
            && let Some(target) = self.own_field(block, &first.name)
        {
            return target;
        }
        match block.kind.as_str() {
            "problem" => return self.target_in_problem(block, path, depth),
            "task" => {
                return match self.networks_of(block).first() {
                    Some(network) => self.target(network, path, depth),
                    None => lost(self.inside(block)),
                };
            }
            "sub" => {
                if let Some(found) = self.target_in_sub(block, first, rest, depth) {
                    return found;
                }
            }
            "one_of" => {
                let own = labelled(block).iter().any(|(l, _)| *l == first.name);
                if let (false, Some(options)) = (own, self.referred(block, "of")) {
                    return self.target(options, path, depth);
                }
            }
            _ => {}
        }
        match labelled(block).into_iter().find(|(l, _)| *l == first.name) {
            Some((_, inner)) => match turns(inner) {
                Some(turns) if first.index.is_some_and(|i| f64::from(i) >= turns) => {
                    Target::NoTurn { step: depth, turns }
                }
                None if first.index.is_some() => Target::NoTurn {
                    step: depth,
                    turns: 0.0,
                },
                _ => self.target(inner, rest, depth + 1),
            },
            None => lost(self.inside(block)),
        }
    }

    fn own_field(&self, block: &Block, name: &str) -> Option<Target> {
        for entry in &block.items {
            if let Entry::Choose(f) = entry
                && f.name == name
                && let Slot::Open(domain) = &f.slot
            {
                return Some(Target::Choice(domain.clone()));
            }
        }
        let field = self.field_schema(block, name)?;
        Some(Target::Field(Box::new(field)))
    }

    /// The schema of a field of a block; a strategy has the options of its algorithm, too.
    pub(super) fn field_schema(&self, block: &Block, name: &str) -> Option<Field> {
        if let Some(field) = self.schemas.kind(&block.kind)?.field(name) {
            return Some(field.clone());
        }
        if block.kind != "strategy" {
            return None;
        }
        let algorithm = block.items.iter().find_map(|e| match e {
            Entry::Field(f) if f.name == "algorithm" => match &f.slot {
                Slot::Fixed(Value::Name(n)) => Some(n.clone()),
                _ => None,
            },
            _ => None,
        })?;
        let algorithm = self.schemas.algorithm(&algorithm)?;
        algorithm.options.iter().find(|o| o.name == name).cloned()
    }

    fn target_in_problem(&self, block: &Block, path: &[PathStep], depth: usize) -> Target {
        let first = &path[0].name;
        let mut candidates = vec!["workload".to_owned(), "on".to_owned()];
        for field in ["workload", "on"] {
            let Some(inner) = self.referred(block, field) else {
                continue;
            };
            if inner.kind == "network"
                && let found @ (Target::Field(_) | Target::Choice(_)) =
                    self.target(inner, path, depth)
            {
                return found;
            }
            for (label, child) in labelled(inner) {
                if label == *first {
                    return self.target(child, &path[1..], depth + 1);
                }
                candidates.push(label);
            }
        }
        Target::Lost {
            step: depth,
            kind: "problem".into(),
            candidates,
        }
    }

    fn target_in_sub(
        &self,
        block: &Block,
        first: &PathStep,
        rest: &[PathStep],
        depth: usize,
    ) -> Option<Target> {
        let dataflows = self.dataflows_of(block);
        for dataflow in &dataflows {
            if let [size] = rest
                && size.name == "size"
                && parts_with_size(dataflow).contains(&first.name)
            {
                return Some(Target::Field(Box::new(schema::part_size(&first.name))));
            }
            if dataflow.label.as_deref() == Some(&first.name) {
                return Some(self.target(dataflow, rest, depth + 1));
            }
        }
        None
    }

    /// The block that a field of `block` is fixed to, after changes.
    pub(super) fn referred(&self, block: &Block, field: &str) -> Option<&Block> {
        self.referred_all(block, field).into_iter().next()
    }

    /// The blocks that a field may refer to.
    pub(super) fn referred_all(&self, block: &Block, field: &str) -> Vec<&Block> {
        let step = PathStep {
            name: field.to_owned(),
            index: None,
        };
        let changed = block
            .changes
            .iter()
            .rev()
            .find(|c| c.path == [step.clone()])
            .map(|c| &c.slot);
        let own = block.items.iter().find_map(|e| match e {
            Entry::Field(f) if f.name == field => Some(&f.slot),
            _ => None,
        });
        let values = match changed.or(own) {
            Some(Slot::Fixed(v)) => vec![v.clone()],
            Some(Slot::Open(d)) => d.iter().collect(),
            _ => Vec::new(),
        };
        values
            .iter()
            .filter_map(|v| self.program.blocks.get(v.as_block()?))
            .collect()
    }

    pub(super) fn networks_of(&self, task: &Block) -> Vec<&Block> {
        self.referred_all(task, "network")
    }

    pub(super) fn dataflows_of(&self, sub: &Block) -> Vec<&Block> {
        self.referred_all(sub, "dataflow")
    }

    /// The decision paths and fields that a value's rows have.
    pub(super) fn paths_of(&mut self, rows: &Type) -> Vec<String> {
        if let Type::Together(results) = rows {
            let all: BTreeSet<String> = results.iter().flat_map(|r| self.paths_of(r)).collect();
            return all.into_iter().collect();
        }
        let Some(subject) = rows.subject() else {
            return Vec::new();
        };
        self.space_of(subject)
            .map_or_else(|_| Vec::new(), |space| space.field_paths())
    }
}

/// How often a `repeat` turns at most; `None` for other blocks.
fn turns(block: &Block) -> Option<f64> {
    (block.kind == "repeat").then(|| most_turns(block))
}

/// The parts of a dataflow whose size a sub-accelerator may set: stores on the chip by their names,
/// spreads by their dimensions.
pub(super) fn parts_with_size(dataflow: &Block) -> Vec<String> {
    let stores = labelled(dataflow)
        .into_iter()
        .filter(|(_, b)| b.kind == "store");
    let mut out: Vec<String> = stores.skip(1).map(|(label, _)| label).collect();
    for entry in &dataflow.items {
        if let Entry::Block(Block {
            kind,
            label: Some(dim),
            ..
        }) = entry
            && kind == "spread"
            && !out.contains(dim)
        {
            out.push(dim.clone());
        }
    }
    out
}

/// The inner blocks of a block with the labels that paths use.
pub(super) fn labelled(block: &Block) -> Vec<(String, &Block)> {
    let mut out = Vec::new();
    collect_labelled(block, &mut BTreeSet::new(), &mut out);
    out
}

fn collect_labelled<'b>(
    block: &'b Block,
    taken: &mut BTreeSet<String>,
    out: &mut Vec<(String, &'b Block)>,
) {
    for entry in &block.items {
        let Entry::Block(inner) = entry else { continue };
        let label = child_label(inner, |word| taken.contains(word));
        taken.insert(label.clone());
        if see_through(inner) {
            collect_labelled(inner, taken, out);
        } else {
            out.push((label, inner));
        }
    }
}
