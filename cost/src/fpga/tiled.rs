//! Tiled convolution: one engine of Tm × Tn multipliers, three ports to off-chip memory.
//!
//! After Zhang et al., "Optimizing FPGA-based accelerator design for deep convolutional neural networks"
//! (FPGA 2015): buffers hold a tile of inputs (Tn channels), of outputs (Tm channels) and the weights
//! between them, each twice; every cycle multiplies Tn inputs with Tm · Tn weights.

use serde::{Deserialize, Serialize};

use super::resources::{Resources, blocks};
use crate::dataflow::{Axis, Dataflow, Step};
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, LayerKind, Tensor};

/// Tile sizes and port widths of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tiled {
    /// Output channels at a time.
    pub tm: u32,
    /// Input channels at a time.
    pub tn: u32,
    /// Rows of a tile.
    pub tr: u32,
    /// Columns of a tile.
    pub tc: u32,
    /// Words per cycle of the ports of weights, inputs and outputs, in this order.
    pub ports: [u32; 3],
}

/// Why tiles and ports make no engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TileError {
    /// Tm · Tn is above the multipliers that there are.
    Multipliers {
        /// Tm · Tn.
        needed: u64,
        /// What there is.
        have: u64,
    },
    /// The ports together are wider than the memory's interface, in bits per cycle.
    Ports {
        /// Bits of the three ports.
        needed: u64,
        /// Bits that there are.
        have: u64,
    },
}

impl std::fmt::Display for TileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TileError::Multipliers { needed, have } => {
                write!(f, "Tm · Tn is {needed}, and there are {have} PEs")
            }
            TileError::Ports { needed, have } => write!(
                f,
                "the ports take {needed} bits per cycle, and the bandwidth is {have}"
            ),
        }
    }
}

impl std::error::Error for TileError {}

/// A convolution as HotNAS sees it: sizes of the *output*, groups ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Output channels M.
    pub filters: u32,
    /// Input channels N.
    pub channels: u32,
    /// Rows and columns of the output, R and C.
    pub output: [u32; 2],
    /// Rows and columns of the filter, K.
    pub kernel: [u32; 2],
    /// Step of the window, S.
    pub stride: [u32; 2],
    /// Zeros before the first row and column.
    pub padding: [u32; 2],
}

impl From<&Layer> for Shape {
    fn from(layer: &Layer) -> Self {
        let of = |dim: Dim| layer.bound(dim);
        Shape {
            filters: of(Dim::K).saturating_mul(layer.groups),
            channels: of(Dim::C).saturating_mul(layer.groups),
            output: [of(Dim::P), of(Dim::Q)],
            kernel: [of(Dim::R), of(Dim::S)],
            stride: layer.stride,
            padding: layer.padding,
        }
    }
}

impl Shape {
    /// R and C of the formula: rows and columns of the output, enlarged by the padding of both sides.
    fn extent(&self, axis: usize) -> u64 {
        u64::from(self.output[axis]) + 2 * u64::from(self.padding[axis])
    }
}

impl Tiled {
    /// Whether it can be built from a number of multipliers and a memory interface of some width.
    pub fn check(&self, multipliers: u32, bits: u32, interface: u64) -> Result<(), TileError> {
        let needed = self.multipliers();
        let have = u64::from(multipliers);
        if needed > have {
            return Err(TileError::Multipliers { needed, have });
        }
        let words: u64 = self.ports.iter().map(|&port| u64::from(port)).sum();
        let needed = words * u64::from(bits);
        if needed > interface {
            return Err(TileError::Ports {
                needed,
                have: interface,
            });
        }
        Ok(())
    }

    /// Multiplications per cycle, Tm · Tn.
    pub fn multipliers(&self) -> u64 {
        u64::from(self.tm) * u64::from(self.tn)
    }

    /// Cycles of a layer by the formula of HotNAS (CODES+ISSS 2020), for one image.
    ///
    /// A reproduction, and no model of ours: `shape.output` is divided by the stride a second time,
    /// so that layers of stride 2 seem four times too fast. With R and C the output's size plus the
    /// padding of both sides, r = min(Tr, R), c = min(Tc, C):
    ///
    /// ```text
    /// W = Tm·Tn·K²/Wp    I = Tn·r·c/Ip    O = Tm·⌈r/S⌉·⌈c/S⌉/Op    Cp = K²·⌈r/S⌉·⌈c/S⌉
    /// cycles = ⌈R/Tr⌉·⌈C/Tc⌉·⌈M/Tm⌉ · max(⌈N/Tn⌉·max(I, W, Cp), O)
    /// ```
    pub fn hotnas_cycles(&self, shape: &Shape) -> f64 {
        let tile = [u64::from(self.tr), u64::from(self.tc)];
        let size = [0, 1].map(|axis| tile[axis].min(shape.extent(axis)));
        let strided = [0, 1].map(|axis| size[axis].div_ceil(u64::from(shape.stride[axis].max(1))));
        let (tm, tn) = (f64::from(self.tm), f64::from(self.tn));
        let taps = f64::from(shape.kernel[0]) * f64::from(shape.kernel[1]);
        let pixels = strided[0] as f64 * strided[1] as f64;
        let [wp, ip, op] = self.ports.map(|port| f64::from(port.max(1)));
        let weights = tm * tn * taps / wp;
        let inputs = tn * size[0] as f64 * size[1] as f64 / ip;
        let outputs = tm * pixels / op;
        let turns = f64::from(shape.channels.div_ceil(self.tn.max(1)));
        let inner = inputs.max(weights).max(taps * pixels);
        let outer = (turns * inner).max(outputs);
        let tiles = |axis: usize| shape.extent(axis).div_ceil(tile[axis].max(1)) as f64;
        tiles(0) * tiles(1) * f64::from(shape.filters.div_ceil(self.tm.max(1))) * outer
    }

    /// Whole cycles of a layer by [`Tiled::hotnas_cycles`], image after image of its batch.
    ///
    /// What multiplies nothing is free, as the formula does not know it.
    pub fn hotnas_layer(&self, layer: &Layer) -> u64 {
        if !layer.kind.has_macs() {
            return 0;
        }
        let images = f64::from(layer.bound(Dim::N));
        (self.hotnas_cycles(&Shape::from(layer)) * images).ceil() as u64
    }

    /// The loop nest that the tiles make: what any dataflow is, with nothing left to a mapper.
    pub fn dataflow(&self, name: &str) -> Dataflow {
        let spread = |dim: Dim, over: Axis, size: u32| Step::Spread {
            dim,
            over,
            size: Some(size),
            reduce: dim.is_reduction(),
        };
        Dataflow {
            name: name.into(),
            kinds: vec![LayerKind::Conv, LayerKind::Dense],
            steps: vec![
                Step::store("dram", &Tensor::ALL, None),
                Step::by(Dim::N, 1),
                Step::by(Dim::P, self.tr),
                Step::by(Dim::Q, self.tc),
                Step::by(Dim::K, self.tm),
                Step::by(Dim::C, self.tn),
                Step::store("buffers", &Tensor::ALL, None),
                Step::by(Dim::R, 1),
                Step::by(Dim::S, 1),
                Step::by(Dim::P, 1),
                Step::by(Dim::Q, 1),
                spread(Dim::K, Axis::Columns, self.tm),
                spread(Dim::C, Axis::Rows, self.tn),
                Step::store("registers", &Tensor::ALL, None),
            ],
        }
    }

    /// The array that runs [`Tiled::dataflow`]: Tm columns of Tn multipliers.
    ///
    /// Buffers are split into banks, so that the array never waits for them; off-chip memory gives
    /// what the ports carry together.
    pub fn array(&self, bits: u32, clock: f64) -> SubAccelerator {
        let words = self.multipliers() + u64::from(self.tn) + 2 * u64::from(self.tm);
        let pes = u32::try_from(self.multipliers()).unwrap_or(u32::MAX);
        let mut array = SubAccelerator::new(pes, 4.0 * words as f64, clock);
        array.shape = Some([self.tm, self.tn]);
        let port_words: u64 = self.ports.iter().map(|&port| u64::from(port)).sum();
        array.dram_bandwidth = Some(port_words as f64 * f64::from(bits) / 8.0);
        array
    }

    /// DSP slices and block RAM of an engine that is large enough for all these layers.
    ///
    /// Inputs lie in Tn banks and outputs in Tm, of one word per pixel of the tile; the Tm · Tn
    /// weights of a tap are used for a whole tile of pixels, so they are loaded word by word and
    /// their buffer is one memory that the banks of its port share. All of it is there twice.
    pub fn resources<'l>(&self, layers: impl Iterator<Item = &'l Layer>) -> Resources {
        let mut all = Resources::default();
        let [mut pixels, mut taps] = [0u64; 2];
        let mut widest = [0u32; 3];
        for layer in layers.filter(|layer| layer.kind.has_macs()) {
            let shape = Shape::from(layer);
            let side = |axis: usize, tile: u32| u64::from(tile).min(shape.extent(axis));
            pixels = pixels.max(side(0, self.tr) * side(1, self.tc));
            taps = taps.max(u64::from(shape.kernel[0]) * u64::from(shape.kernel[1]));
            for (bits, tensor) in widest.iter_mut().zip(Tensor::ALL) {
                *bits = (*bits).max(layer.bits(tensor));
            }
        }
        let [w, i, o] = widest;
        all.add_macs(self.multipliers(), w.max(i));
        let [tm, tn] = [u64::from(self.tm), u64::from(self.tn)];
        let weights = self.multipliers() * taps * u64::from(w);
        all.bram += 2
            * (tn * blocks(pixels * u64::from(i), i)
                + tm * blocks(pixels * u64::from(o), o)
                + blocks(weights, self.ports[0].saturating_mul(w)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{ConvShape, Precision};
    use crate::{evaluate, fit};

    const ENGINE: Tiled = Tiled {
        tm: 16,
        tn: 8,
        tr: 14,
        tc: 14,
        ports: [4, 2, 2],
    };

    fn layer(filters: u32, channels: u32) -> Layer {
        let layer = Layer::conv(&ConvShape::new(filters, channels, [28, 28], [3, 3]));
        layer.unwrap().with_precision(Precision::uniform(16))
    }

    #[test]
    fn its_nest_is_sound_and_as_fast_as_its_multipliers_and_ports_allow() {
        let (dataflow, array) = (ENGINE.dataflow("tiled"), ENGINE.array(16, 1e8));
        assert_eq!(dataflow.check(), Ok(()));
        for (filters, channels) in [(32, 16), (17, 3), (5, 64)] {
            let layer = layer(filters, channels);
            let mapping = fit(&layer, &dataflow, &array).unwrap();
            let cost = evaluate(&layer, &mapping, &array, None);
            assert_eq!(cost.macs, layer.macs());
            let tiles = |size: u32, tile: u32| u64::from(size.div_ceil(tile));
            let compute = 9 * 28 * 28 * tiles(filters, 16) * tiles(channels, 8);
            assert!(cost.cycles >= compute, "{filters}, {channels}");
        }
    }

    #[test]
    fn a_batch_takes_its_images_one_after_the_other() {
        let one = ConvShape::new(32, 16, [28, 28], [3, 3]);
        let cycles = |batch| {
            let layer = Layer::conv(&ConvShape { batch, ..one }).unwrap();
            ENGINE.hotnas_layer(&layer)
        };
        assert_eq!(cycles(3), 3 * cycles(1));
    }

    #[test]
    fn buffers_are_as_large_as_the_largest_tile_of_any_layer() {
        let small = layer(32, 16);
        // Tiles of 14 · 14 words of 16 bits, a block in each of 8 and 16 banks; 128 · 9 weights in
        // two banks of their 64-bit port; all twice.
        let resources = ENGINE.resources([&small].into_iter());
        assert_eq!((resources.dsp, resources.bram), (128, 2 * (8 + 16 + 2)));
        assert_eq!(ENGINE.resources(std::iter::empty()).bram, 0);
    }
}
