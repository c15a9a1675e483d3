//! Dealing out the sides of the array to the spreads of a template.

use crate::dataflow::{Axis, Dataflow, Step, Tile};
use crate::layer::{Dim, Layer};

/// Instances of each spread, by step (1 for other steps), on an array of this shape.
pub(crate) fn spreads(layer: &Layer, dataflow: &Dataflow, columns: u32, rows: u32) -> Vec<u32> {
    let mut side = [columns, rows];
    let mut extent = layer.bounds;
    let mut chosen = vec![1; dataflow.steps.len()];
    for (index, step) in dataflow.steps.iter().enumerate() {
        match *step {
            Step::Loop {
                dim,
                tile: Tile::Fixed(size),
            } => {
                let e = &mut extent[dim.index()];
                *e = size.min(*e);
            }
            Step::Spread {
                dim, over, size, ..
            } => {
                let e = &mut extent[dim.index()];
                let left = &mut side[over as usize];
                let available = size
                    .unwrap_or(*left / reserved(dataflow, index, over))
                    .min(*left);
                chosen[index] = available.min(*e).max(1);
                *e = e.div_ceil(chosen[index]);
                // A spread of written size takes its share of the side even where it idles.
                *left /= size.unwrap_or(chosen[index]).max(1);
            }
            Step::Store { .. } | Step::Loop { .. } => {}
        }
    }
    chosen
}

/// What spreads of written size further in will need of the same side.
fn reserved(dataflow: &Dataflow, index: usize, side: Axis) -> u32 {
    let later = dataflow.steps[index + 1..]
        .iter()
        .filter_map(|step| match step {
            Step::Spread {
                over,
                size: Some(size),
                ..
            } if *over == side => Some(*size),
            _ => None,
        });
    later.fold(1, u32::saturating_mul).max(1)
}

/// The columns × rows ≤ `pes` that walks the layer in the fewest steps.
///
/// Ties go to the shape closest to a square, then to the wider one.
pub(crate) fn best_shape(layer: &Layer, dataflow: &Dataflow, pes: u32) -> [u32; 2] {
    let across = useful(layer, dataflow, Axis::Columns, pes);
    let down = useful(layer, dataflow, Axis::Rows, pes);
    let from_columns = distinct_quotients(across).map(|columns| [columns, pes / columns]);
    let from_rows = distinct_quotients(down).map(|rows| [pes / rows, rows]);
    let rank = |&[columns, rows]: &[u32; 2]| {
        let [columns, rows] = [columns.min(across), rows.min(down)];
        let steps = steps(layer, &spreads(layer, dataflow, columns, rows), dataflow);
        (steps, columns.abs_diff(rows), std::cmp::Reverse(columns))
    };
    let best = from_columns
        .chain(from_rows)
        .min_by_key(rank)
        .unwrap_or([pes, 1]);
    [best[0].min(across), best[1].min(down)]
}

/// Elements of a side that its spreads could keep busy at all.
fn useful(layer: &Layer, dataflow: &Dataflow, side: Axis, pes: u32) -> u32 {
    let mut extent = layer.bounds;
    let mut product: u32 = 1;
    for step in &dataflow.steps {
        if let Step::Spread {
            dim, over, size, ..
        } = *step
            && over == side
        {
            let e = &mut extent[dim.index()];
            product = product.saturating_mul(size.unwrap_or(*e));
            *e = 1;
        }
    }
    product.min(pes)
}

/// The values ⌈n ÷ i⌉ for i = 1, 2, …, each once.
fn distinct_quotients(n: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(n), move |&last| {
        (last > 1).then(|| n.div_ceil(n.div_ceil(last - 1)).min(last - 1))
    })
}

fn steps(layer: &Layer, spread: &[u32], dataflow: &Dataflow) -> u64 {
    let mut extent = layer.bounds;
    for (step, &instances) in dataflow.steps.iter().zip(spread) {
        if let Step::Spread { dim, .. } = *step {
            let e: &mut u32 = &mut extent[Dim::index(dim)];
            *e = e.div_ceil(instances);
        }
    }
    extent.iter().map(|&e| u64::from(e)).product()
}
