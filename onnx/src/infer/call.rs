//! A node as its operator sees it: attributes and what is known about its inputs.

use crate::fact::Fact;
use crate::model::{Attribute, Node};

/// What an operator makes, or why it cannot be understood.
pub type Outcome = Result<Vec<Fact>, String>;

/// A node with the facts of its inputs.
#[derive(Debug)]
pub struct Call<'a> {
    /// The node.
    pub node: &'a Node<'a>,
    /// The version of the standard operators.
    pub opset: i64,
    inputs: Vec<Option<&'a Fact>>,
}

impl<'a> Call<'a> {
    /// A node with these inputs.
    pub fn new(node: &'a Node<'a>, inputs: Vec<Option<&'a Fact>>, opset: i64) -> Self {
        Self {
            node,
            opset,
            inputs,
        }
    }

    /// An input that must be there.
    pub fn input(&self, index: usize) -> Result<&'a Fact, String> {
        let found = self.optional(index);
        found.ok_or_else(|| format!("its input {} is missing", index + 1))
    }

    /// An input, if it is there.
    pub fn optional(&self, index: usize) -> Option<&'a Fact> {
        self.inputs.get(index).copied().flatten()
    }

    /// All inputs that are there.
    pub fn all(&self) -> impl Iterator<Item = &'a Fact> + Clone + '_ {
        self.inputs.iter().copied().flatten()
    }

    fn attribute(&self, name: &str) -> Option<&'a Attribute<'a>> {
        self.node.attributes.iter().find(|a| a.name == name)
    }

    /// A whole number among the attributes.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.attribute(name)?.int
    }

    /// A number among the attributes.
    pub fn float(&self, name: &str) -> Option<f32> {
        self.attribute(name)?.float
    }

    /// A text among the attributes.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.attribute(name)?.text
    }

    /// Whole numbers among the attributes.
    pub fn ints(&self, name: &str) -> Option<&'a [i64]> {
        let found = self.attribute(name)?;
        (!found.ints.is_empty()).then_some(found.ints.as_slice())
    }

    /// Numbers among the attributes.
    pub fn floats(&self, name: &str) -> Option<&'a [f32]> {
        let found = self.attribute(name)?;
        (!found.floats.is_empty()).then_some(found.floats.as_slice())
    }

    /// A tensor among the attributes, as a constant.
    pub fn tensor(&self, name: &str) -> Option<Fact> {
        let tensor = self.attribute(name)?.tensor.as_ref()?;
        Some(super::constant_fact(tensor))
    }

    /// Whole numbers that are an attribute in older versions and a constant input in newer ones.
    pub fn listed(&self, name: &str, index: usize) -> Result<Option<Vec<i64>>, String> {
        if let Some(list) = self.ints(name) {
            return Ok(Some(list.to_vec()));
        }
        match self.optional(index) {
            None => Ok(None),
            Some(fact) => self.constant(fact, name).map(Some),
        }
    }

    /// The content of an input that must be constant.
    pub fn constant(&self, fact: &Fact, what: &str) -> Result<Vec<i64>, String> {
        fact.ints().ok_or_else(|| match fact.constant {
            false => format!("its `{what}` depends on the input"),
            true if fact.elements() > crate::model::MOST_NUMBERS as u64 => {
                format!("its `{what}` is too long")
            }
            true => format!("the content of its `{what}` is not in the file; keep small constants inside when exporting"),
        })
    }

    /// An axis, counted from the end when it is negative.
    pub fn axis(&self, axis: i64, rank: usize) -> Result<usize, String> {
        let from_end = if axis < 0 {
            axis.saturating_add(rank as i64)
        } else {
            axis
        };
        usize::try_from(from_end)
            .ok()
            .filter(|a| *a < rank)
            .ok_or_else(|| format!("it has no axis {axis} among {rank}"))
    }

    /// Several axes, in order.
    pub fn axes(&self, axes: &[i64], rank: usize) -> Result<Vec<usize>, String> {
        let mut out = axes
            .iter()
            .map(|a| self.axis(*a, rank))
            .collect::<Result<Vec<_>, _>>()?;
        out.sort_unstable();
        out.dedup();
        Ok(out)
    }
}

/// A size from a signed number.
pub fn size(n: i64, what: &str) -> Result<u64, String> {
    u64::try_from(n).map_err(|_| format!("its {what} would be {n}"))
}
