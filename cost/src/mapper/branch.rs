//! Branch and bound: dimension after dimension, the most promising tiles first.

use super::Options;
use super::judge::Judge;
use super::roots::Root;
use super::space::columns;
use crate::layer::Layer;
use crate::plan::{Column, Plan};
use crate::template::Template;

/// Explores every root; the least bound of what the limit left unexplored comes back, infinity if
/// nothing was left.
pub(super) fn branch(judge: &mut Judge, roots: &[Root], start: &Plan, options: &Options) -> f64 {
    let orders = if options.open_order {
        start.template.orders()
    } else {
        1
    };
    let mut children = Vec::new();
    for (index, root) in roots.iter().enumerate() {
        if root.bound >= judge.best() {
            // Roots are sorted: the others are no better.
            judge.too_costly += (roots.len() - index) as u64;
            return f64::INFINITY;
        }
        let dims = dimensions(start, root, options);
        for order in 0..orders {
            if judge.left() == 0 {
                return root.bound;
            }
            let template = start.template.in_order(order);
            let open = below(judge, root, &template, start.layer, &dims, &mut children);
            if open < f64::INFINITY {
                // The limit came first: neither the other orders nor the other roots were seen.
                let orders_left = if order + 1 < orders {
                    root.bound
                } else {
                    f64::INFINITY
                };
                return open.min(orders_left).min(next_bound(roots, index));
            }
        }
    }
    f64::INFINITY
}

/// Explores one root with the loops in one order.
fn below(
    judge: &mut Judge,
    root: &Root,
    template: &Template,
    layer: &Layer,
    dims: &[(usize, Vec<Column>)],
    children: &mut Vec<Vec<Child>>,
) -> f64 {
    let decided = (0..=dims.len()).map(|depth| {
        let decided = dims[..depth].iter();
        decided.fold(0, |bits, (dim, _)| bits | 1 << dim)
    });
    let relaxed: Vec<Template> = decided.map(|bits| template.relaxed(bits)).collect();
    children.resize(dims.len(), Vec::new());
    let mut branching = Branching {
        judge,
        least: Plan::smallest(layer, template, root.spread),
        whole: relaxed
            .iter()
            .map(|template| Plan::whole(layer, template, root.spread))
            .collect(),
        dims,
        children,
    };
    branching.descend(0, root.bound)
}

/// The dimensions in the order of decision, with their choices: few choices first, so that later
/// decisions are dropped in large pieces.
fn dimensions(start: &Plan, root: &Root, options: &Options) -> Vec<(usize, Vec<Column>)> {
    let least = Plan::smallest(start.layer, start.template, root.spread);
    let choices = (0..7).map(|dim| (dim, columns(&least, dim, options.tiles)));
    let mut dims: Vec<_> = choices.collect();
    dims.sort_by_key(|(_, columns)| columns.len());
    dims
}

fn next_bound(roots: &[Root], index: usize) -> f64 {
    roots
        .get(index + 1)
        .map_or(f64::INFINITY, |root| root.bound)
}

/// A child of a node: its bound, and which tiles of the next dimension it decides on.
type Child = (f64, usize);

struct Branching<'j, 'a, 't, 'c> {
    judge: &'j mut Judge<'a>,
    /// Decided dimensions as decided, as little of the others as possible.
    least: Plan<'t>,
    /// By depth: the open dimensions whole. Decided dimensions are filled in when it is their turn.
    whole: Vec<Plan<'t>>,
    /// The dimensions in the order of decision, with their choices.
    dims: &'t [(usize, Vec<Column>)],
    /// Room for the children of the node at each depth.
    children: &'c mut Vec<Vec<Child>>,
}

impl Branching<'_, '_, '_, '_> {
    /// Explores everything below a node; the least bound left unexplored comes back.
    fn descend(&mut self, depth: usize, bound: f64) -> f64 {
        let mut children = std::mem::take(&mut self.children[depth]);
        children.clear();
        let dim = self.dims[depth].0;
        let before = self.least.column(dim);
        let open = if self.expand(depth, bound, &mut children) {
            self.visit(depth, &children)
        } else {
            bound
        };
        self.least.set_column(dim, &before);
        self.children[depth] = children;
        open
    }

    /// Finds the children of a node that may hold something better; false if the limit came first.
    fn expand(&mut self, depth: usize, bound: f64, children: &mut Vec<Child>) -> bool {
        let (dims, after) = (self.dims, depth + 1);
        let mut whole = self.whole[after];
        for (dim, _) in &dims[..depth] {
            whole.set_column(*dim, &self.least.column(*dim));
        }
        let decided = dims[..after]
            .iter()
            .fold(0, |bits, (dim, _)| bits | 1 << dim);
        let (dim, columns) = &dims[depth];
        for (index, column) in columns.iter().enumerate() {
            if self.judge.left() == 0 {
                return false;
            }
            whole.set_column(*dim, column);
            self.least.set_column(*dim, column);
            if after == dims.len() {
                if self.least.fits() {
                    self.judge.value(&self.least);
                } else {
                    self.judge.too_large += 1;
                }
            } else if self.least.might_fit(&whole) {
                let child = self.judge.bound(&whole, &self.least, decided);
                children.push((child.max(bound), index));
            } else {
                self.judge.too_large += 1;
            }
        }
        children.sort_by(|a, b| a.0.total_cmp(&b.0));
        true
    }

    fn visit(&mut self, depth: usize, children: &[Child]) -> f64 {
        let mut open = f64::INFINITY;
        for (done, &(bound, index)) in children.iter().enumerate() {
            if bound >= self.judge.best() {
                self.judge.too_costly += (children.len() - done) as u64;
                break;
            }
            if self.judge.left() == 0 {
                return open.min(bound);
            }
            let (dim, columns) = &self.dims[depth];
            self.least.set_column(*dim, &columns[index]);
            open = open.min(self.descend(depth + 1, bound));
        }
        open
    }
}
