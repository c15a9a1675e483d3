//! What the fields of a node say: one value in a design, all of a domain in a space.

use super::shape::{Channels, State};
use super::walk::Walk;
use crate::instance::{Bound, Condition, Node};
use crate::value::Value;

impl Walk<'_> {
    /// The values a field can have: one in a design, all of its domain in a space.
    pub fn values(&self, bound: Option<&Bound>) -> Vec<Value> {
        match (bound, self.design) {
            (None, _) => Vec::new(),
            (Some(Bound::Decision(d)), None) => self.instance.decisions[*d].domain.iter().collect(),
            (Some(bound), design) => self
                .instance
                .value(bound, design.unwrap_or(&[]))
                .into_iter()
                .collect(),
        }
    }

    /// The whole numbers a field can have.
    pub fn whole(&self, bound: Option<&Bound>, default: u64) -> Vec<u64> {
        let all: Vec<u64> = self
            .values(bound)
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        if all.is_empty() { vec![default] } else { all }
    }

    pub fn sizes(&self, bound: Option<&Bound>) -> Vec<Vec<u64>> {
        let list = |value: &Value| match value {
            Value::List(items) => items.iter().filter_map(Value::as_u64).collect(),
            other => other.as_u64().into_iter().collect(),
        };
        let all: Vec<Vec<u64>> = self.values(bound).iter().map(list).collect();
        if all.is_empty() { vec![vec![1]] } else { all }
    }

    /// Output channels of a convolution: a number, or as many as come in, times `expand`.
    pub fn filters(&self, node: &Node, state: &State) -> Channels {
        let given = if self.name(node, "filters").as_deref() == Some("same") {
            state.channels.clone()
        } else {
            self.channels(node.field("filters"))
        };
        match node.field("expand") {
            Some(times) => given.by(&self.channels(Some(times))),
            None => given,
        }
    }

    /// Channels: a number in a design, a symbol in a space.
    pub fn channels(&self, bound: Option<&Bound>) -> Channels {
        let one = |n: Option<u64>| Channels::known(n.unwrap_or(1));
        match (bound, self.design) {
            (Some(Bound::Decision(d)), None) => {
                let bounds = self.instance.decisions[*d].domain.bounds();
                // Where a name such as `same` is among them, it may be any number.
                let (low, high) = bounds.map_or((1, u64::from(u32::MAX)), |(low, high)| {
                    (low as u64, high as u64)
                });
                let symbol = if low == high {
                    String::new()
                } else {
                    format!("#{d}")
                };
                Channels { symbol, low, high }
            }
            // The range of a formula is not known here: it is followed as itself, from one up.
            (Some(Bound::Formula(calc)), None) => Channels {
                symbol: format!("{calc:?}"),
                low: 1,
                high: u64::from(u32::MAX),
            },
            (Some(bound), design) => one(self
                .instance
                .value(bound, design.unwrap_or(&[]))
                .and_then(|v| v.as_u64())),
            (None, _) => one(None),
        }
    }

    pub fn name(&self, node: &Node, field: &str) -> Option<String> {
        match self.instance.get(node, field, self.design.unwrap_or(&[]))? {
            Value::Name(n) => Some(n),
            _ => None,
        }
    }

    pub fn truth(&self, node: &Node, field: &str) -> bool {
        matches!(
            self.instance.get(node, field, self.design.unwrap_or(&[])),
            Some(Value::Bool(true))
        )
    }

    /// Whether a node is there: certainly in a design, possibly in a space.
    pub fn present(&self, conditions: &[Condition]) -> bool {
        self.design
            .is_none_or(|choices| self.instance.holds(conditions, choices))
    }
}
