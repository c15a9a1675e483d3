//! Which blocks can be judged as a whole: those that lack nothing because of an error.

use super::Checker;
use crate::functions::Subject;
use crate::instance::{Instance, Trouble};
use crate::plan::{Block, Entry, Slot};
use crate::value::{BlockName, Value};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Checker<'_> {
    /// Whether a block, and all that it refers to, was understood completely.
    pub(super) fn sound(&self, name: &str) -> bool {
        let mut seen = BTreeSet::new();
        self.damaged.is_empty() || self.sound_after(name, &mut seen)
    }

    fn sound_after(&self, name: &str, seen: &mut BTreeSet<BlockName>) -> bool {
        if self.damaged.contains(name) {
            return false;
        }
        if !seen.insert(name.to_owned()) {
            return true;
        }
        let mut referred = Vec::new();
        if let Some(block) = self.program.blocks.get(name) {
            referred_in(block, &mut referred);
        }
        referred.iter().all(|other| self.sound_after(other, seen))
    }

    /// Whether what a result is about was understood completely.
    pub(super) fn sound_subject(&self, subject: &Subject) -> bool {
        let mut names = Vec::new();
        subject
            .what
            .iter()
            .chain(&subject.on)
            .for_each(|v| names_in(v, &mut names));
        names.iter().all(|name| self.sound(name))
    }

    /// The space a result is about, written out once.
    pub(super) fn space_of(&mut self, subject: &Subject) -> Result<Rc<Instance>, Trouble> {
        if let Some((_, known)) = self.instances.iter().find(|i| i.0 == *subject) {
            return known.clone();
        }
        let is_problem = subject.what.as_ref().and_then(Value::as_block).filter(|n| {
            self.program
                .blocks
                .get(*n)
                .is_some_and(|b| b.kind == "problem")
        });
        let written = match is_problem {
            Some(name) => self.blocks().problem(name),
            None => self
                .blocks()
                .pair(subject.what.as_ref(), subject.on.as_ref()),
        };
        let written = written.map(Rc::new);
        self.instances.push((subject.clone(), written.clone()));
        written
    }

    /// [`Checker::space_of`] a declared block by itself.
    pub(super) fn space_of_block(
        &mut self,
        name: &str,
        hardware: bool,
    ) -> Result<Rc<Instance>, Trouble> {
        let value = Some(Value::Block(name.to_owned()));
        let subject = if hardware {
            Subject {
                what: None,
                on: value,
            }
        } else {
            Subject {
                what: value,
                on: None,
            }
        };
        self.space_of(&subject)
    }
}

fn referred_in(block: &Block, out: &mut Vec<BlockName>) {
    for entry in &block.items {
        match entry {
            Entry::Field(f) | Entry::Choose(f) => names_in_slot(&f.slot, out),
            Entry::Block(inner) => referred_in(inner, out),
            Entry::Goal { .. } | Entry::Require(_) => {}
        }
    }
    block
        .changes
        .iter()
        .for_each(|c| names_in_slot(&c.slot, out));
}

fn names_in_slot(slot: &Slot, out: &mut Vec<BlockName>) {
    match slot {
        Slot::Fixed(value) => names_in(value, out),
        Slot::Open(crate::value::Domain::Values(values)) => {
            values.iter().for_each(|v| names_in(v, out));
        }
        Slot::Open(_) | Slot::Formula(_) => {}
    }
}

fn names_in(value: &Value, out: &mut Vec<BlockName>) {
    match value {
        Value::Block(name) | Value::Part { block: name, .. } => out.push(name.clone()),
        Value::List(items) => items.iter().for_each(|v| names_in(v, out)),
        Value::Form { args, fields, .. } => {
            args.iter().for_each(|v| names_in(v, out));
            fields.iter().for_each(|(_, v)| names_in(v, out));
        }
        _ => {}
    }
}
