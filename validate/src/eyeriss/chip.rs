//! The Eyeriss chip and the mapping that it was measured with.
//!
//! Source of all figures: Chen, Krishna, Emer, Sze, "Eyeriss: an energy-efficient reconfigurable
//! accelerator for deep convolutional neural networks", JSSC 2017; its section IV for the chip,
//! table III for the mapping.

use nasaic_cost::sparsity::Saving;
use nasaic_cost::{
    Axis, Buffering, ConvShape, Dataflow, Dim, Layer, Padding, Precision, ShapeError, Step,
    SubAccelerator, Tensor, TensorSet, Tile,
};

/// Images of the measurement.
pub const BATCH: u32 = 4;

/// Columns and rows of the array.
pub const ARRAY: [u32; 2] = [14, 12];

/// Core clock in cycles per second.
pub const CLOCK: f64 = 200e6;

/// Bits of a word: all operands and partial sums are 16-bit fixed point.
pub const WORD: u32 = 16;

/// Level of the filter scratchpad in [`Mapped::dataflow`].
pub const FILTER_SPAD: u8 = 2;

/// Level of the input scratchpad.
pub const INPUT_SPAD: u8 = 3;

/// Level of the scratchpad for partial sums.
pub const SUM_SPAD: u8 = 4;

/// An AlexNet layer on the chip. A *pass* is what the array does between two loads of filters.
pub struct Mapped {
    /// Name in the table of measurements.
    pub name: &'static str,
    /// Size of the square input, without padding.
    input: u32,
    /// Zeros around it.
    padding: u32,
    filter: u32,
    stride: u32,
    channels: u32,
    filters: u32,
    groups: u32,
    /// Output channels whose partial sums are in the buffer.
    m: u32,
    /// Images of a pass.
    n: u32,
    /// Output rows of a pass: the width of a set of elements.
    e: u32,
    /// Filters that an element works on in turn.
    p: u32,
    /// Channels that an element works on in turn.
    q: u32,
    /// Sets of elements that work on different channels.
    r: u32,
    /// Sets of elements that work on different filters.
    t: u32,
}

/// The convolutions of AlexNet with their mapping; channels and filters of both groups together.
pub const ALEXNET: [Mapped; 5] = [
    Mapped {
        name: "conv1",
        input: 227,
        padding: 0,
        filter: 11,
        stride: 4,
        channels: 3,
        filters: 96,
        groups: 1,
        m: 96,
        n: 1,
        e: 7,
        p: 16,
        q: 1,
        r: 1,
        t: 2,
    },
    Mapped {
        name: "conv2",
        input: 27,
        padding: 2,
        filter: 5,
        stride: 1,
        channels: 96,
        filters: 256,
        groups: 2,
        m: 64,
        n: 1,
        e: 27,
        p: 16,
        q: 2,
        r: 1,
        t: 1,
    },
    Mapped {
        name: "conv3",
        input: 13,
        padding: 1,
        filter: 3,
        stride: 1,
        channels: 256,
        filters: 384,
        groups: 1,
        m: 64,
        n: 4,
        e: 13,
        p: 16,
        q: 4,
        r: 1,
        t: 4,
    },
    Mapped {
        name: "conv4",
        input: 13,
        padding: 1,
        filter: 3,
        stride: 1,
        channels: 384,
        filters: 384,
        groups: 2,
        m: 64,
        n: 4,
        e: 13,
        p: 16,
        q: 3,
        r: 2,
        t: 2,
    },
    Mapped {
        name: "conv5",
        input: 13,
        padding: 1,
        filter: 3,
        stride: 1,
        channels: 384,
        filters: 256,
        groups: 2,
        m: 64,
        n: 4,
        e: 13,
        p: 16,
        q: 3,
        r: 2,
        t: 2,
    },
];

impl Mapped {
    /// The layer by its name in the table of measurements.
    pub fn find(name: &str) -> Option<&'static Mapped> {
        ALEXNET.iter().find(|mapped| mapped.name == name)
    }

    /// The layer itself.
    pub fn layer(&self) -> Result<Layer, ShapeError> {
        let layer = Layer::conv(&ConvShape {
            batch: BATCH,
            stride: [self.stride; 2],
            padding: Padding::Explicit([self.padding; 2]),
            groups: self.groups,
            ..ConvShape::new(
                self.filters,
                self.channels,
                [self.input; 2],
                [self.filter; 2],
            )
        })?;
        Ok(layer.with_precision(Precision::uniform(WORD)))
    }

    /// The template of the chip with the tiles of this layer's mapping.
    ///
    /// A set of elements has a row per filter row and a column per output row. Sets for different
    /// filters lie side by side as often as the array is wide, the others below.
    pub fn dataflow(&self) -> Dataflow {
        let beside = (ARRAY[0] / self.e).clamp(1, self.t);
        template(Some(&Sizes {
            buffer: [self.n, self.m, self.e, self.q * self.r],
            pass: self.p * self.t,
            spreads: [self.e, beside, self.filter, self.r, self.t / beside],
        }))
    }

    /// The array as this layer sees it: a set that is wider goes on in its lower half.
    ///
    /// The networks address elements by number, so that a set may lie anywhere.
    pub fn array(&self) -> SubAccelerator {
        let folds = self.e.div_ceil(ARRAY[0]);
        SubAccelerator {
            shape: Some([ARRAY[0] * folds, ARRAY[1] / folds]),
            ..array()
        }
    }
}

/// The array of the chip.
///
/// Its elements leave out multiplications by zero without saving their time, and have one adder:
/// the accumulation of the product and that of an arriving partial sum are the two settings of one
/// multiplexer in front of it, so that each arriving sum costs a cycle (the figure of the PE's
/// architecture). Off-chip memory is unlimited, because *processing* latency is the time in which the
/// array works.
pub fn array() -> SubAccelerator {
    SubAccelerator {
        shape: Some(ARRAY),
        accumulate_cycles: 1,
        saving: Saving::Gating,
        compressed: true,
        ..SubAccelerator::new(ARRAY[0] * ARRAY[1], f64::INFINITY, CLOCK)
    }
}

/// The sizes that the template leaves open.
struct Sizes {
    /// Images, filters, output rows and channels that the buffer works on.
    buffer: [u32; 4],
    /// Filters of a pass.
    pass: u32,
    /// Output rows and filters along the columns; filter rows, channels and filters along the rows.
    spreads: [u32; 5],
}

/// The template `eyeriss_chip`, its tiles left to the mapper.
pub fn open_template() -> Dataflow {
    template(None)
}

fn template(sizes: Option<&Sizes>) -> Dataflow {
    let by = |dim, tile: Option<u32>| Step::Loop {
        dim,
        tile: tile.map_or(Tile::Fit, Tile::Fixed),
    };
    let buffer = |at: usize| sizes.map(|s| s.buffer[at]);
    let spread = |dim: Dim, over, at: usize| Step::Spread {
        dim,
        over,
        size: sizes.map(|s| s.spreads[at]),
        reduce: dim.is_reduction(),
    };
    let [glb, filters, inputs, sums] = on_chip_stores();
    let steps = vec![
        store("dram", &Tensor::ALL, None, Buffering::Double, None),
        by(Dim::N, buffer(0)),
        by(Dim::K, buffer(1)),
        by(Dim::P, buffer(2)),
        by(Dim::C, buffer(3)),
        glb,
        by(Dim::K, sizes.map(|s| s.pass)),
        spread(Dim::P, Axis::Columns, 0),
        spread(Dim::K, Axis::Columns, 1),
        spread(Dim::R, Axis::Rows, 2),
        spread(Dim::C, Axis::Rows, 3),
        spread(Dim::K, Axis::Rows, 4),
        filters,
        by(Dim::N, Some(1)),
        by(Dim::Q, Some(1)),
        inputs,
        sums,
    ];
    Dataflow {
        name: "eyeriss_chip".into(),
        kinds: Vec::new(),
        steps,
    }
}

/// The buffer and the scratchpads of an element.
///
/// * 25 of the buffer's 27 banks of 4 KiB hold inputs and partial sums; the others hold the filters
///   of the next pass, so that filters come to the array at the width of their bus.
/// * The bus of filters has 64 bits, that of inputs 16, those of partial sums 64 in each direction.
/// * A filter scratchpad is written before a pass begins, so nothing hides the time that it takes.
///   The next inputs and partial sums wait in FIFOs before the element meanwhile, which the model
///   counts as the second half of a double buffer: the sizes are twice 24 B and twice 48 B.
fn on_chip_stores() -> [Step; 4] {
    use Buffering::{Double, Single};
    use Tensor::{I, O, W};
    [
        store("glb", &[I, O], Some(100 * 1024), Single, None),
        store("wspad", &[W], Some(448), Single, Some(64)),
        store("ispad", &[I], Some(2 * 24), Double, Some(16)),
        store("pspad", &[O], Some(2 * 48), Double, Some(2 * 64)),
    ]
}

fn store(
    name: &str,
    keep: &[Tensor],
    size: Option<u64>,
    buffering: Buffering,
    bandwidth: Option<u32>,
) -> Step {
    Step::Store {
        name: name.into(),
        keep: TensorSet::of(keep),
        size,
        buffering,
        bandwidth,
    }
}
