//! The first decision of the search: the spreads, the most promising first.

use super::Options;
use super::judge::{Floor, Judge};
use super::space::spreads;
use crate::hardware::SubAccelerator;
use crate::layer::Tensor;
use crate::plan::Plan;
use crate::template::{Line, MAX_LINES};

/// One way to deal the array out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root {
    /// No plan with these spreads is below this value.
    pub(super) bound: f64,
    /// Instances, by line.
    pub(super) spread: [u32; MAX_LINES],
}

/// Every way to deal the array out that may be better than the best plan so far, by bound.
///
/// A bound costs an evaluation. They are spent on the roots with the fewest steps, up to a quarter
/// of the limit; the other roots keep the bound that follows from their steps.
pub(super) fn ranked(
    judge: &mut Judge,
    start: &Plan,
    sub: &SubAccelerator,
    options: &Options,
) -> Vec<Root> {
    let energy = least_energy(judge, start);
    let mut roots: Vec<Root> = Vec::new();
    let mut keep = |spread| {
        let cycles = steps(start, &spread).div_ceil(u64::from(sub.simd));
        let bound = judge.bound_of(Floor { cycles, energy });
        if bound < judge.best() {
            roots.push(Root { bound, spread });
        } else {
            judge.too_costly += 1;
        }
    };
    spreads(start.layer, start.template, sub, options, &mut keep);
    sort(&mut roots);
    let affordable = options.limit / 4;
    let relaxed = start.template.relaxed(0);
    for root in &mut roots {
        if judge.evaluated >= affordable {
            break;
        }
        let least = Plan::smallest(start.layer, start.template, root.spread);
        let whole = Plan::whole(start.layer, &relaxed, root.spread);
        root.bound = if least.might_fit(&whole) {
            root.bound.max(judge.bound(&whole, &least, 0))
        } else {
            judge.too_large += 1;
            f64::INFINITY
        };
    }
    roots.retain(|root| root.bound < f64::INFINITY);
    sort(&mut roots);
    roots
}

/// The sort is stable: equal bounds stay in the order of the enumeration.
fn sort(roots: &mut [Root]) {
    roots.sort_by(|a, b| a.bound.total_cmp(&b.bound));
}

/// Energy of any plan, whatever its spreads, at least.
///
/// A single instance that holds everything whole sends nothing twice. Only what multipliers read
/// past all stores can be less elsewhere, since one read serves all instances of a spread; it and
/// the network are left out.
fn least_energy(judge: &mut Judge, start: &Plan) -> f64 {
    let mut spread = start.spread;
    for (instances, line) in spread.iter_mut().zip(start.template.lines()) {
        if matches!(line, Line::Spread { size: None, .. }) {
            *instances = 1;
        }
    }
    let relaxed = start.template.relaxed(0);
    let whole = Plan::whole(start.layer, &relaxed, spread);
    let Some(energy) = judge.relaxed(&whole, 0).and_then(|(_, cost)| cost.energy) else {
        return 0.0;
    };
    let levels = start.template.levels();
    let shared = |tensor: Tensor| {
        let last = levels
            .iter()
            .rposition(|level| level.keep.contains(tensor))?;
        let (_, inside) = start.template.around(last);
        let spread = |line: &Line| matches!(line, Line::Spread { .. });
        inside.iter().any(spread).then_some(last)
    };
    let mut least = energy.mac;
    for tensor in Tensor::ALL {
        let left_out = shared(tensor);
        for level in (0..levels.len()).filter(|&l| Some(l) != left_out) {
            least += energy.store[level][tensor.index()];
        }
    }
    least
}

/// Steps of the multipliers, at least.
fn steps(start: &Plan, spread: &[u32; MAX_LINES]) -> u64 {
    let mut extent = start.layer.bounds;
    for (line, &instances) in start.template.lines().iter().zip(spread) {
        if let Line::Spread { dim, .. } = *line {
            let e = &mut extent[dim.index()];
            *e = e.div_ceil(instances);
        }
    }
    let walked = extent.iter().map(|&e| u64::from(e));
    walked.product::<u64>() * u64::from(start.layer.groups)
}
