//! Choices of operations written out: each option of a `one_of`, there when it is taken.

use super::build::{Builder, Frame};
use super::{Bound, Condition, Node, Trouble, join};
use crate::plan::{Block, Entry, PathStep};
use crate::value::{Domain, Value};

impl<'a> Builder<'a> {
    /// Writes out the options of a `one_of`; the field `labels` lists them all, taken or not.
    pub(super) fn one_of(&mut self, block: &'a Block, node: &mut Node) -> Result<(), Trouble> {
        let elsewhere = match node.field("of") {
            Some(Bound::Fixed(Value::Block(name))) => {
                Some(self.source.block(&name.clone(), block.at)?)
            }
            _ => None,
        };
        let sources: Vec<&'a Block> = std::iter::once(block).chain(elsewhere).collect();
        let labels: Vec<Value> = sources
            .iter()
            .flat_map(|source| options(source))
            .filter_map(|option| Some(Value::Name(option.label.clone()?)))
            .collect();
        let take = match node.field("take") {
            Some(bound) => bound.clone(),
            None if labels.is_empty() => Bound::Fixed(Value::List(Vec::new())),
            None => {
                let path = join(&self.path_text(), "take");
                let bound = self.decide(path, Domain::Values(labels.clone()), block.at);
                node.fields.push(("take".into(), bound.clone()));
                bound
            }
        };
        for source in sources {
            self.frames.push(Frame {
                depth: self.path.len(),
                changes: if std::ptr::eq(source, block) {
                    &[]
                } else {
                    &source.changes
                },
            });
            let written = options(source)
                .into_iter()
                .try_for_each(|option| self.option(option, &take, node));
            self.frames.pop();
            written?;
        }
        node.fields
            .push(("labels".into(), Bound::Fixed(Value::List(labels))));
        Ok(())
    }

    /// An option, when some design takes it.
    fn option(&mut self, option: &'a Block, take: &Bound, node: &mut Node) -> Result<(), Trouble> {
        let label = option.label.clone().unwrap_or_default();
        let value = Value::Name(label.clone());
        let mark = self.active.len();
        match take {
            Bound::Decision(decision) => {
                let domain = &self.decisions[*decision].domain;
                let Some(place) = domain.position(&value) else {
                    return Ok(());
                };
                self.active.push(Condition {
                    decision: *decision,
                    allowed: vec![place as u32],
                });
            }
            Bound::Fixed(taken) if *taken == value => {}
            _ => return Ok(()),
        }
        self.path.push(PathStep {
            name: label.clone(),
            index: None,
        });
        let written = self.node(option, label);
        self.path.pop();
        self.active.truncate(mark);
        node.children.push(written?);
        Ok(())
    }
}

fn options(block: &Block) -> Vec<&Block> {
    let inner = block.items.iter().filter_map(|entry| match entry {
        Entry::Block(inner) if inner.kind == "option" => Some(inner),
        _ => None,
    });
    inner.collect()
}
