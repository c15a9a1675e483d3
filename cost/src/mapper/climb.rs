//! A good plan to start from: greedy plans, then some with one dimension chosen freely, then descent.

use super::Options;
use super::judge::Judge;
use super::roots::Root;
use super::space::columns;
use crate::fit::grow;
use crate::plan::{Column, Plan};

/// Climbs from promising spreads until half of the limit is used: those with the best greedy plans
/// and those with the lowest bounds take turns.
pub(super) fn climb(judge: &mut Judge, roots: &[Root], start: &Plan, options: &Options) {
    let reserve = options.limit / 2;
    let greedy = greedy_values(judge, roots, start, options);
    let mut climbed = vec![false; roots.len()];
    let turns = greedy.iter().enumerate().flat_map(|(turn, &at)| [at, turn]);
    for at in turns {
        if judge.left() <= reserve {
            return;
        }
        let root = &roots[at];
        if root.bound >= judge.best() || std::mem::replace(&mut climbed[at], true) {
            continue;
        }
        let least = Plan::smallest(start.layer, start.template, root.spread);
        let choices = (0..7).map(|dim| (dim, columns(&least, dim, options.tiles)));
        let mut climb = Climb {
            dims: choices.filter(|(_, columns)| columns.len() > 1).collect(),
            goal: root.bound,
            reserve,
            judge,
        };
        climb.root(&least, options);
    }
}

/// Numbers of roots by the value of their greedy plans, as many as an eighth of the limit pays for.
fn greedy_values(judge: &mut Judge, roots: &[Root], start: &Plan, options: &Options) -> Vec<usize> {
    let enough = judge.left().saturating_sub(options.limit / 8);
    let mut values = Vec::new();
    for (at, root) in roots.iter().enumerate() {
        if root.bound >= judge.best() || judge.left() <= enough {
            break;
        }
        let mut plan = Plan::smallest(start.layer, start.template, root.spread);
        if plan.fits() {
            grow(&mut plan, 0);
            values.push((judge.value(&plan), at));
        }
    }
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    values.into_iter().map(|(_, at)| at).collect()
}

struct Climb<'j, 'a> {
    judge: &'j mut Judge<'a>,
    dims: Vec<(usize, Vec<Column>)>,
    /// A value that ends the climb.
    goal: f64,
    /// Evaluations to leave.
    reserve: u64,
}

impl Climb<'_, '_> {
    fn root(&mut self, least: &Plan, options: &Options) {
        let (mut value, mut plan) = self.best_start(least);
        self.descend(&mut value, &mut plan);
        if options.open_order {
            for order in 1..least.template.orders() {
                if self.done(value) {
                    return;
                }
                let template = least.template.in_order(order);
                let mut other = plan.reordered(&template);
                let mut reordered = self.judge.value(&other);
                if reordered < value {
                    self.descend(&mut reordered, &mut other);
                    value = reordered;
                }
            }
        }
    }

    /// The best of the greedy plans that each choice of one dimension leaves.
    fn best_start<'p>(&mut self, least: &Plan<'p>) -> (f64, Plan<'p>) {
        let mut plan = *least;
        grow(&mut plan, 0);
        let mut best = (self.judge.value(&plan), plan);
        for (dim, columns) in &self.dims {
            for column in columns {
                if self.done(best.0) {
                    return best;
                }
                let mut plan = *least;
                plan.set_column(*dim, column);
                if !plan.fits() {
                    continue;
                }
                grow(&mut plan, 1 << dim);
                let value = self.judge.value(&plan);
                if value < best.0 {
                    best = (value, plan);
                }
            }
        }
        best
    }

    /// Changes one dimension at a time as long as that helps.
    fn descend(&mut self, value: &mut f64, plan: &mut Plan) {
        let mut helped = true;
        while helped {
            helped = false;
            for at in 0..self.dims.len() {
                helped |= self.improve(at, value, plan);
            }
        }
    }

    /// Takes the best choice of one dimension; whether that helps.
    fn improve(&mut self, at: usize, value: &mut f64, plan: &mut Plan) -> bool {
        let before = *value;
        let (dim, columns) = &self.dims[at];
        let mut other = *plan;
        for column in columns {
            if self.done(*value) {
                break;
            }
            other.set_column(*dim, column);
            if other.fits() {
                let found = self.judge.value(&other);
                if found < *value {
                    *value = found;
                    *plan = other;
                }
            }
        }
        *value < before
    }

    fn done(&self, value: f64) -> bool {
        self.judge.left() <= self.reserve || value <= self.goal
    }
}
