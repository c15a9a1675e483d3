//! Sets of ways to build a sub-accelerator, halved down to single ways.

use super::model::{Choices, Price};

/// All sets that halving reaches, each with the least of everything in it.
///
/// Nodes stand in the order of a walk that visits a set before its halves and
/// the first half before the second; the first half's root follows its parent.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The ways in an order in which every node is a range.
    pub order: Vec<usize>,
    /// The sets.
    pub nodes: Vec<Node>,
    /// Least cycles and least energy of every layer, `[nodes, layers]`.
    least: Vec<Price>,
    layers: usize,
}

/// A set of ways to build a sub-accelerator: a range of [`Tree::order`].
#[derive(Clone, Debug)]
pub struct Node {
    /// Index of the first.
    pub start: usize,
    /// Index after the last.
    pub end: usize,
    /// The second half; 0 where there is nothing to halve.
    pub second: usize,
    /// Least use of each limit.
    pub uses: Vec<u64>,
    /// Least leakage per cycle.
    pub leak: u64,
}

impl Tree {
    /// Halves all ways down to single ones.
    pub fn new(choices: &Choices, layers: usize) -> Self {
        let mut tree = Self {
            order: (0..choices.configs.len()).collect(),
            nodes: Vec::with_capacity(2 * choices.configs.len()),
            least: Vec::with_capacity(2 * choices.prices.len()),
            layers,
        };
        tree.grow(choices, 0, choices.configs.len());
        tree
    }

    /// Least cycles and least energy of every layer in a node; not necessarily of one way.
    pub fn least(&self, node: usize) -> &[Price] {
        &self.least[node * self.layers..(node + 1) * self.layers]
    }

    fn grow(&mut self, choices: &Choices, start: usize, end: usize) -> usize {
        let at = self.nodes.len();
        let first = self.order[start];
        self.nodes.push(Node {
            start,
            end,
            second: 0,
            uses: choices.configs[first].uses.clone(),
            leak: choices.configs[first].leak,
        });
        self.least
            .extend_from_slice(choices.prices_of(first, self.layers));
        if end - start == 1 {
            return at;
        }
        let middle = start + halve(choices, &mut self.order[start..end]);
        let first = self.grow(choices, start, middle);
        let second = self.grow(choices, middle, end);
        self.nodes[at].second = second;
        for half in [first, second] {
            self.take_least(at, half);
        }
        at
    }

    /// Lowers a node to what one of its halves needs at least.
    fn take_least(&mut self, at: usize, half: usize) {
        let Node { uses, leak, .. } = self.nodes[half].clone();
        self.nodes[at].leak = self.nodes[at].leak.min(leak);
        for (least, uses) in self.nodes[at].uses.iter_mut().zip(uses) {
            *least = (*least).min(uses);
        }
        for layer in 0..self.layers {
            let part = self.least[half * self.layers + layer];
            let whole = &mut self.least[at * self.layers + layer];
            whole.cycles = whole.cycles.min(part.cycles);
            whole.energy = whole.energy.min(part.energy);
        }
    }
}

/// Sorts some ways by the decision that tells them apart best, and says where to cut.
///
/// Values without an order, such as dataflows, differ most and come first; then
/// the decision with the most different values.
fn halve(choices: &Choices, ways: &mut [usize]) -> usize {
    let value = |way: usize, decision: usize| choices.configs[way].values[decision];
    let different = |decision: usize| {
        let mut values: Vec<u32> = ways.iter().map(|&way| value(way, decision)).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let decision = (0..choices.ordered.len())
        .map(|decision| (different(decision).len(), decision))
        .filter(|(count, _)| *count > 1)
        .max_by_key(|&(count, decision)| {
            (
                !choices.ordered[decision],
                count,
                std::cmp::Reverse(decision),
            )
        });
    let Some((count, decision)) = decision else {
        return ways.len() / 2;
    };
    let border = different(decision)[count / 2];
    ways.sort_by_key(|&way| value(way, decision));
    ways.partition_point(|&way| value(way, decision) < border)
}
