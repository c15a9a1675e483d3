//! DSP slices, block RAM and LUT RAM of an accelerator on an FPGA.
//!
//! An estimate by structure, before any tool has run, with these rules:
//!
//! - A multiplication takes one DSP slice as long as both operands have at most 18 bits (the
//!   narrower port of a DSP48E1's 25 × 18 and a DSP48E2's 27 × 18 multiplier; UG479, UG579). Operands of at
//!   most 8 bits go two to a slice, as AMD's white paper WP486 does for two products with a common
//!   factor; it does so on the DSP48E2, and for the DSP48E1, two bits narrower, this assumes a
//!   correction in logic. Wider operands take a slice per pair of 18-bit parts.
//! - A shared store is split into banks until one access per cycle to all of them carries the
//!   bandwidth it must give: a block of 18 Kib reads and writes one word of 36 bits per cycle
//!   (simple dual port; UG473, UG573). It takes whole blocks per bank.
//! - A store inside the array exists once per element. Up to 1 Kib it lies in LUTs, 64 bits in each
//!   (RAM64; UG474, UG574), which is where high-level synthesis puts small arrays; above, in blocks
//!   of its own.
//!
//! Logic, registers and wiring are not counted.

use serde::{Deserialize, Serialize};

use crate::dataflow::{Dataflow, Step};
use crate::hardware::SubAccelerator;
use crate::layer::Precision;

/// Bits of one block of RAM: 18 Kib.
pub const BRAM_BITS: u64 = 18 * 1024;

/// Widest operand that needs no second DSP slice.
pub const DSP_BITS: u32 = 18;

/// Bits of one LUT used as memory.
pub const LUT_RAM_BITS: u64 = 64;

/// Widest word of a block with a read and a write port.
const BRAM_WIDTH: u32 = 36;

/// Largest store, in bits, that goes into LUTs.
const MOST_LUT_RAM: u64 = 1024;

/// What a design takes of an FPGA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// DSP slices.
    pub dsp: u64,
    /// Blocks of 18 Kib.
    pub bram: u64,
    /// LUTs that are used as memory.
    pub lut: u64,
}

/// Multiplications per cycle and DSP slice with operands of this many bits: 2, 1, or a fraction.
pub fn macs_per_dsp(bits: u32) -> f64 {
    match bits {
        0..=8 => 2.0,
        _ => {
            let parts = f64::from(bits.div_ceil(DSP_BITS));
            1.0 / (parts * parts)
        }
    }
}

/// Blocks of a memory of some bits that gives and takes `width` bits per cycle.
pub(super) fn blocks(bits: u64, width: u32) -> u64 {
    let banks = u64::from(width.div_ceil(BRAM_WIDTH).max(1));
    // A narrow word does not shorten a block: 18 Kib are 18 Kib from 1 to 36 bits of width.
    banks * bits.div_ceil(banks * BRAM_BITS)
}

impl Resources {
    /// What a sub-accelerator takes that runs one dataflow; nothing if it is absent.
    ///
    /// `widest` are the widest words that it must work on.
    pub fn of(dataflow: &Dataflow, sub: &SubAccelerator, widest: &Precision) -> Self {
        let mut all = Resources::default();
        if !sub.is_present() {
            return all;
        }
        let lanes = u64::from(sub.pes) * u64::from(sub.simd);
        all.add_macs(lanes, widest.w.max(widest.i));
        let sizes = sub.sizes(dataflow);
        let mut inside = false;
        let mut level = 0;
        for step in &dataflow.steps {
            match step {
                Step::Spread { .. } => inside = true,
                Step::Loop { .. } => {}
                Step::Store { bandwidth, .. } => {
                    let bits = sizes.get(level).copied().flatten().map_or(0, |b| 8 * b);
                    match (level, inside) {
                        (0, _) => {}
                        (_, false) => {
                            let network = (sub.bandwidth * 8.0).ceil() as u32;
                            all.bram += blocks(bits, bandwidth.unwrap_or(network));
                        }
                        (_, true) => all.add_stores(u64::from(sub.pes), bits),
                    }
                    level += 1;
                }
            }
        }
        all
    }

    /// Adds multipliers of some width.
    pub(super) fn add_macs(&mut self, count: u64, bits: u32) {
        self.dsp += (count as f64 / macs_per_dsp(bits)).ceil() as u64;
    }

    /// Adds one store of some bits to each element.
    fn add_stores(&mut self, count: u64, bits: u64) {
        if bits <= MOST_LUT_RAM {
            self.lut += count * bits.div_ceil(LUT_RAM_BITS);
        } else {
            self.bram += count * bits.div_ceil(BRAM_BITS);
        }
    }

    /// The bits of its blocks.
    pub fn bram_bits(&self) -> u64 {
        self.bram * BRAM_BITS
    }
}

impl std::ops::Add for Resources {
    type Output = Resources;

    fn add(self, other: Resources) -> Resources {
        Resources {
            dsp: self.dsp + other.dsp,
            bram: self.bram + other.bram,
            lut: self.lut + other.lut,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataflow::Axis;
    use crate::layer::{Dim, Tensor};

    fn dataflow() -> Dataflow {
        let store = |name: &str, size| Step::store(name, &Tensor::ALL, size);
        Dataflow::new(
            "os",
            vec![
                store("dram", None),
                store("glb", Some(64 * 1024)),
                Step::spread(Dim::K, Axis::Columns),
                store("rf", Some(32)),
            ],
        )
    }

    #[test]
    fn operands_of_8_bits_share_a_slice_and_wide_ones_take_several() {
        let sub = SubAccelerator::new(100, 4.0, 1e8);
        let dsp = |bits| Resources::of(&dataflow(), &sub, &Precision::uniform(bits)).dsp;
        assert_eq!(
            [8, 9, 16, 18, 19, 32].map(dsp),
            [50, 100, 100, 100, 400, 400]
        );
    }

    #[test]
    fn a_store_takes_whole_blocks_of_every_bank_that_its_bandwidth_needs() {
        let bram = |bandwidth| {
            let sub = SubAccelerator::new(16, bandwidth, 1e8);
            Resources::of(&dataflow(), &sub, &Precision::default()).bram
        };
        // 64 KiB are 28.4 blocks; 64 bytes per cycle are 512 bits, 15 banks, two blocks each.
        assert_eq!([bram(4.0), bram(64.0), bram(1024.0)], [29, 30, 228]);
    }

    #[test]
    fn small_stores_of_elements_are_luts_and_large_ones_blocks() {
        let sub = SubAccelerator::new(16, 4.0, 1e8);
        let small = Resources::of(&dataflow(), &sub, &Precision::default());
        assert_eq!((small.lut, small.bram), (16 * 4, 29));
        let large = sub.with_store_size(&dataflow(), "rf", 4096).unwrap();
        let large = Resources::of(&dataflow(), &large, &Precision::default());
        assert_eq!((large.lut, large.bram), (0, 29 + 16 * 2));
    }

    #[test]
    fn what_is_absent_takes_nothing() {
        let sub = SubAccelerator::new(0, 4.0, 1e8);
        let none = Resources::of(&dataflow(), &sub, &Precision::default());
        assert_eq!(none, Resources::default());
    }
}
