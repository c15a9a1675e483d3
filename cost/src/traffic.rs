//! From words to bits: operands have their own widths, partial sums another.

use crate::counts::{Counts, first_words};
use crate::evaluate::OnChip;
use crate::layer::{Layer, Tensor};
use crate::mapping::Mapping;

/// Bits that a level exchanges with what lies inside it.
pub(crate) fn level_bits(layer: &Layer, counts: &Counts, level: usize) -> u64 {
    Tensor::ALL
        .into_iter()
        .map(|t| tensor_bits(layer, counts, level, t))
        .sum()
}

/// The part of one tensor: reads and updates; outputs are final at their last update.
pub(crate) fn tensor_bits(layer: &Layer, counts: &Counts, level: usize, tensor: Tensor) -> u64 {
    let access = &counts.access[level][tensor.index()];
    let width = u64::from(layer.bits(tensor));
    if tensor != Tensor::O {
        return (access.reads + access.updates) * width;
    }
    let last = final_updates(layer, counts, level);
    (access.reads + access.updates - last) * u64::from(layer.precision.psum) + last * width
}

/// Updates of a level that complete an output.
///
/// Each instance elides one read per output it works on, so updates − reads are those outputs.
/// Instances that share an output (reduction dimensions spread above) never complete it.
pub(crate) fn final_updates(layer: &Layer, counts: &Counts, level: usize) -> u64 {
    let access = &counts.access[level][Tensor::O.index()];
    let worked_on = access.updates - access.reads;
    if worked_on == layer.elements(Tensor::O) {
        worked_on
    } else {
        0
    }
}

/// Bits of the first inputs and weights to enter a level and of the last outputs to leave it.
pub(crate) fn first_bits(layer: &Layer, mapping: &Mapping, level: usize, on_chip: OnChip) -> u64 {
    let moves = |tensor: Tensor| match tensor {
        Tensor::W => true,
        Tensor::I => !on_chip.inputs,
        Tensor::O => !on_chip.outputs,
    };
    let bits = |t: Tensor| first_words(layer, mapping, t, level) * u64::from(layer.bits(t));
    Tensor::ALL
        .into_iter()
        .filter(|&t| moves(t))
        .map(bits)
        .sum()
}
