//! Sub-accelerators: an array of processing elements with its stores and its network.

use serde::{Deserialize, Serialize};

use crate::dataflow::{Dataflow, MAX_LEVELS, Step};
use crate::layer::{Layer, Tensor};
use crate::sparsity::{Saving, rlc_ratio};

/// One array of processing elements that runs one dataflow.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubAccelerator {
    /// Processing elements.
    pub pes: u32,
    /// Columns and rows; none lets [`crate::fit`] take the best factor pair for each layer.
    pub shape: Option<[u32; 2]>,
    /// Multiplications that one element does per cycle.
    pub simd: u32,
    /// Bytes per cycle between the shared store and the elements, both directions together.
    pub bandwidth: f64,
    /// Bytes per cycle of off-chip memory; none is unlimited.
    pub dram_bandwidth: Option<f64>,
    /// Cycles per second.
    pub clock: f64,
    /// Cycles that a word needs from an element to the next; 0 for a bus.
    pub hop_cycles: u32,
    /// Cycles that an element's adder spends on each partial sum that it takes over from a neighbour
    /// or from the store outside, and in which it cannot multiply and add; 0 with a second adder.
    pub accumulate_cycles: u32,
    /// What elements do about multiplications by zero.
    pub saving: Saving,
    /// Whether inputs and outputs are compressed on their way off the chip, in run-length code.
    pub compressed: bool,
    /// Bytes that replace the template's store sizes, by level from 0 = outermost.
    pub store_sizes: [Option<u64>; MAX_LEVELS],
    /// Bytes that one access to a shared store moves, by level; none is the word at which the
    /// technology states its energies (see [`crate::Technology::sram_access`]).
    pub store_words: [Option<u32>; MAX_LEVELS],
}

impl SubAccelerator {
    /// An array of any shape, one multiplication per element and cycle, unlimited off-chip memory.
    pub const fn new(pes: u32, bandwidth: f64, clock: f64) -> Self {
        SubAccelerator {
            pes,
            shape: None,
            simd: 1,
            bandwidth,
            dram_bandwidth: None,
            clock,
            hop_cycles: 0,
            accumulate_cycles: 0,
            saving: Saving::None,
            compressed: false,
            store_sizes: [None; MAX_LEVELS],
            store_words: [None; MAX_LEVELS],
        }
    }

    /// The same array with another size of a store; none if the dataflow has no such store.
    #[must_use]
    pub fn with_store_size(mut self, dataflow: &Dataflow, store: &str, bytes: u64) -> Option<Self> {
        let level = dataflow.stores().position(|name| name == store)?;
        *self.store_sizes.get_mut(level)? = Some(bytes);
        Some(self)
    }

    /// Whether the array exists at all: without elements or bandwidth it is absent.
    pub fn is_present(&self) -> bool {
        self.pes > 0 && self.bandwidth > 0.0 && self.simd > 0
    }

    /// The same array with the template's sizes written down wherever it has none of its own.
    #[must_use]
    pub fn sized(&self, dataflow: &Dataflow) -> Self {
        SubAccelerator {
            store_sizes: self.sizes(dataflow),
            ..*self
        }
    }

    /// Size of a tensor on its way off the chip over its plain size.
    pub(crate) fn packing(&self, layer: &Layer, tensor: Tensor) -> f64 {
        if self.compressed && tensor != Tensor::W {
            // What does not get smaller travels as it is.
            rlc_ratio(layer.density().of(tensor)).min(1.0)
        } else {
            1.0
        }
    }

    /// Bits of a tensor that a level exchanges, compressed if that level is off the chip.
    #[inline]
    pub(crate) fn packed(&self, layer: &Layer, tensor: Tensor, level: usize, bits: u64) -> u64 {
        if level > 0 || !self.compressed {
            return bits;
        }
        (bits as f64 * self.packing(layer, tensor)).ceil() as u64
    }

    /// Steps that remain of those of the dense nest.
    #[inline]
    pub(crate) fn steps(&self, layer: &Layer, steps: u64) -> u64 {
        match self.saving {
            Saving::Skipping => self.saving.steps(&layer.density(), steps, 1).ceil() as u64,
            Saving::None | Saving::Gating => steps,
        }
    }

    /// Bytes of each store of the dataflow, outermost first, this array's own sizes applied.
    pub fn sizes(&self, dataflow: &Dataflow) -> [Option<u64>; MAX_LEVELS] {
        let mut sizes = [None; MAX_LEVELS];
        let template = dataflow.steps.iter().filter_map(|step| match step {
            Step::Store { size, .. } => Some(*size),
            _ => None,
        });
        for ((slot, from_template), own) in sizes.iter_mut().zip(template).zip(self.store_sizes) {
            *slot = own.or(from_template);
        }
        sizes
    }
}
