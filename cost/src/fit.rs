//! The greedy mapper: chooses the open tile sizes of a template for one layer.
//!
//! 1. *Spreads.* Each side of the array is dealt out to its spreads from the outermost inwards,
//!    each taking as many as its dimension has. Without a fixed shape, every useful number of
//!    columns is tried: the pair with the fewest steps wins, then the one closest to a square,
//!    then the wider one. If the smallest tiles of all instances together overflow a shared store,
//!    the widest spread of open size is halved until they fit.
//! 2. *Tiles.* The tile of every store starts at one element per instance and grows from the
//!    innermost store outwards. Dimensions without a written loop above the store come first
//!    (those looped directly below it first, then the others, innermost of N K C P Q R S first);
//!    the dimensions of written `fit` loops above follow, outermost last. A tile grows as far as
//!    every capacity allows, and is then evened out so that the steps are equally large.
//! 3. *Implied loops.* What no written loop walks is walked outside the written loops of a level,
//!    so that these decide what stays; below the innermost store it is walked innermost. The order
//!    is N K C P Q R S.
//!
//! Without any randomness the result depends on the three arguments alone.

use serde::{Deserialize, Serialize};

use crate::dataflow::{Dataflow, Flaw, Tile};
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, LayerKind, Tensor};
use crate::lower::lower;
use crate::mapping::Mapping;
use crate::plan::Plan;
use crate::spread::Shares;
use crate::template::{Line, MAX_LINES, Template};

/// Why a layer cannot be mapped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The template does not run layers of this kind, or the layer has no multiplications to map.
    Kind(LayerKind),
    /// The template itself is wrong, or its fixed spreads do not fit the array.
    Flawed(Vec<Flaw>),
    /// The sub-accelerator has no elements or no bandwidth.
    Absent,
    /// The smallest possible tile is larger than its store.
    Capacity {
        /// Index of the store, 0 = outermost.
        level: usize,
        /// The tensor that needs most of it.
        tensor: Tensor,
        /// Bytes that all tensors kept there need, both buffers included.
        need: u64,
        /// Bytes that the store has.
        size: u64,
    },
}

/// Chooses every tile size of `dataflow` for `layer` on `sub`, greedily and deterministically.
pub fn fit(layer: &Layer, dataflow: &Dataflow, sub: &SubAccelerator) -> Result<Mapping, Refusal> {
    let template = Template::new(layer, dataflow, sub)?;
    let plan = greedy(layer, &template, sub)?;
    lower(&plan).ok_or_else(|| Refusal::Flawed(vec![Flaw::TooManyLoops]))
}

/// The greedy plan, see the module's text.
pub(crate) fn greedy<'a>(
    layer: &'a Layer,
    template: &'a Template,
    sub: &SubAccelerator,
) -> Result<Plan<'a>, Refusal> {
    let shares = Shares::new(layer, template);
    let shape = sub.shape.unwrap_or_else(|| shares.best_shape(sub.pes));
    let mut plan = Plan::smallest(layer, template, shares.deal(shape));
    while let Err(refusal) = check_smallest(&plan) {
        let mut spread = plan.spread;
        if !narrow(template, &mut spread) {
            return Err(refusal);
        }
        plan = Plan::smallest(layer, template, spread);
    }
    grow(&mut plan, 0);
    Ok(plan)
}

/// Halves the widest spread of open size; false if none is left to narrow.
fn narrow(template: &Template, spread: &mut [u32; MAX_LINES]) -> bool {
    let open = |line: &Line| matches!(line, Line::Spread { size: None, .. });
    let lines = template.lines().iter().zip(spread);
    let widest = lines
        .filter(|(line, instances)| open(line) && **instances > 1)
        .map(|(_, instances)| instances)
        .max_by_key(|instances| **instances);
    match widest {
        Some(instances) => {
            *instances = instances.div_ceil(2);
            true
        }
        None => false,
    }
}

fn check_smallest(plan: &Plan) -> Result<(), Refusal> {
    for (level, store) in plan.template.levels().iter().enumerate().skip(1) {
        let Some(size) = store.size else {
            continue;
        };
        let need = plan.need(level);
        if need > size {
            let tensor = store
                .keep
                .iter()
                .max_by_key(|&t| plan.bits(level, t))
                .unwrap_or(Tensor::W);
            return Err(Refusal::Capacity {
                level,
                tensor,
                need,
                size,
            });
        }
    }
    Ok(())
}

/// Enlarges the tiles of a plan that fits, from the innermost store outwards, but for the
/// dimensions in `frozen`, one bit each.
pub(crate) fn grow(plan: &mut Plan, frozen: u8) {
    for level in (1..plan.template.levels().len()).rev() {
        let (order, count) = growth_order(plan.template, level);
        for dim in &order[..count] {
            if frozen & 1 << dim.index() == 0 {
                grow_dim(plan, level, dim.index());
            }
        }
    }
}

/// The order in which a store's tile grows, see the module's text.
fn growth_order(template: &Template, level: usize) -> ([Dim; 7], usize) {
    let (above, inside) = template.around(level);
    let walked = |line: &Line| match *line {
        Line::Loop { dim, .. } => Some(dim),
        _ => None,
    };
    let fitted = |line: &Line| match *line {
        Line::Loop {
            dim,
            tile: Tile::Fit,
        } => Some(dim),
        _ => None,
    };
    let waiting = above.iter().filter_map(fitted);
    let late = waiting.fold(0_u8, |bits, dim| bits | 1 << dim.index());
    let implied = Dim::ALL.into_iter().rev();
    let free = inside.iter().rev().filter_map(walked).chain(implied);
    let free = free.filter(|dim| late & 1 << dim.index() == 0);
    let mut order = ([Dim::N; 7], 0);
    let mut seen = 0_u8;
    for dim in free.chain(above.iter().rev().filter_map(fitted)) {
        if seen & 1 << dim.index() == 0 {
            seen |= 1 << dim.index();
            order.0[order.1] = dim;
            order.1 += 1;
        }
    }
    order
}

/// Enlarges one dimension of a store's tile as far as all capacities allow.
fn grow_dim(plan: &mut Plan, level: usize, dim: usize) {
    let unit = plan.tile[level][dim];
    let most = plan.limit[level][dim].div_ceil(unit);
    if most == 1 {
        return;
    }
    let before = plan.column(dim);
    let (mut good, mut bad) = (1, most + 1);
    while bad - good > 1 {
        // The whole dimension is tried first: it fits more often than not.
        let middle = if bad > most { most } else { good.midpoint(bad) };
        plan.set_column(dim, &before);
        plan.set(level, dim, unit.saturating_mul(middle));
        if plan.fits_down_to(level) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    let even = most.div_ceil(most.div_ceil(good));
    plan.set_column(dim, &before);
    plan.set(level, dim, unit.saturating_mul(even));
}
