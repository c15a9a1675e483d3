//! Accelerators on FPGAs: tiled convolution, and what a design takes of a device.
//!
//! The cycles of a dataflow on programmable logic are those of its loop nest, as anywhere else; what an
//! FPGA adds is that multipliers and memory come in pieces of fixed size. [`Resources`] counts
//! them. [`Tiled`] is the accelerator that most work on FPGAs generates, with its loop nest
//! ([`Tiled::dataflow`]) and, to reproduce published latencies, with the formula of HotNAS
//! ([`Tiled::hotnas_cycles`]).

mod resources;
mod tiled;

pub use resources::{BRAM_BITS, DSP_BITS, LUT_RAM_BITS, Resources, macs_per_dsp};
pub use tiled::{Shape, TileError, Tiled};
