//! The utilization as a product of causes.

use serde::{Deserialize, Serialize};

use super::{Design, PhaseKind, phases};
use crate::counts::count;
use crate::dataflow::Axis;
use crate::evaluate::LayerCost;
use crate::layer::{Dim, Layer};
use crate::mapping::Mapping;

/// One factor of the utilization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Why it is not 1.
    pub cause: Cause,
    /// What is used.
    pub used: u64,
    /// Of how much.
    pub of: u64,
}

/// Why multipliers do less than they could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// The dimensions spread along a side of the array do not fill it: places in use, of all of
    /// them. Without a side: elements of the whole array.
    Side(Option<Axis>),
    /// The last pieces of a dimension are smaller: its size, of steps × places.
    Edge(Dim),
    /// Multiplications by zero that are skipped: all steps, of those that remain. This is a gain.
    Zeros,
    /// The last steps do not fill an element's lanes: steps, of lanes × cycles.
    Lanes,
    /// The adders take over partial sums: cycles of multiplications, of cycles with these.
    Adder,
    /// Nothing to multiply in this part of the latency: cycles before, of cycles with it.
    Idle(PhaseKind),
}

impl Loss {
    /// The factor by which the cause scales the utilization.
    pub fn factor(&self) -> f64 {
        self.used as f64 / self.of.max(1) as f64
    }
}

/// All factors that are not 1, in the order from the array to the clock.
pub(super) fn losses(design: &Design, cost: &LayerCost) -> Vec<Loss> {
    let mut losses = sides(design);
    losses.extend(Dim::ALL.map(|dim| edge(design.layer, &design.mapping, dim)));
    losses.extend(elements(design, cost));
    losses.extend(idle(cost));
    losses.retain(|l| l.used != l.of);
    losses
}

/// Elements that the spreads reach.
fn sides(design: &Design) -> Vec<Loss> {
    let loss = |axis, used: u32, of: u32| Loss {
        cause: Cause::Side(axis),
        used: u64::from(used),
        of: u64::from(of),
    };
    let [columns, rows] = design.mapping.extent(design.layer);
    let pes = design.sub.pes;
    match design.sub.shape {
        Some([wide, high]) => vec![
            loss(None, wide.saturating_mul(high), pes),
            loss(Some(Axis::Columns), columns, wide),
            loss(Some(Axis::Rows), rows, high),
        ],
        None => vec![loss(None, columns.saturating_mul(rows), pes)],
    }
}

/// What a dimension's smaller last pieces leave idle: it is walked alone.
fn edge(layer: &Layer, mapping: &Mapping, dim: Dim) -> Loss {
    let bound = layer.bound(dim);
    let mut line = Layer {
        bounds: [1; 7],
        groups: 1,
        ..*layer
    };
    line.bounds[dim.index()] = bound;
    let places = mapping.instances(&line, mapping.levels().len());
    Loss {
        cause: Cause::Edge(dim),
        used: u64::from(bound),
        of: count(&line, mapping).steps * places,
    }
}

/// What happens inside the busiest element.
fn elements(design: &Design, cost: &LayerCost) -> [Loss; 3] {
    let steps = count(design.layer, &design.mapping).steps;
    let remaining = design.sub.steps(design.layer, steps);
    let lanes = u64::from(design.sub.simd.max(1));
    let multiplying = remaining.div_ceil(lanes);
    let loss = |cause, used, of| Loss { cause, used, of };
    [
        loss(Cause::Zeros, steps, remaining),
        loss(Cause::Lanes, remaining, lanes * multiplying),
        loss(Cause::Adder, multiplying, cost.compute_cycles),
    ]
}

/// What follows upon computation.
fn idle(cost: &LayerCost) -> Vec<Loss> {
    let mut so_far = cost.compute_cycles;
    let after = phases(cost)
        .into_iter()
        .filter(|p| p.kind != PhaseKind::Compute);
    let loss = |phase: super::Phase| {
        let before = so_far;
        so_far += phase.cycles;
        Loss {
            cause: Cause::Idle(phase.kind),
            used: before,
            of: so_far,
        }
    };
    after.map(loss).collect()
}
