//! The input words under windows along one axis, where pieces are regular or taken all together.
//!
//! A window is a piece of output positions (P or Q) with a piece of filter taps (R or S). Its length
//! is linear in the two sizes, so sums over all windows need only numbers and sums of pieces. What
//! lies in the padding is then taken off window by window at the two borders.

use crate::chain::{Chain, Instances};
use crate::layer::{Dim, Layer};

/// One axis of the input.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    pub stride: u32,
    pub dilation: u32,
    padding: i64,
    /// Input positions that exist.
    pub input: i64,
    /// Output positions and filter taps.
    bounds: [u32; 2],
    /// Whether windows reach outside the input.
    pub clips: bool,
}

/// The pieces of an output or filter dimension at some level.
#[derive(Clone, Copy)]
pub(crate) struct Side {
    /// Elements of a whole piece.
    pub tile: u32,
    pub pieces: u32,
}

impl Side {
    /// Whether all pieces of a dimension are whole.
    #[inline(always)]
    pub fn is_regular(&self, bound: u32) -> bool {
        u64::from(self.tile) * u64::from(self.pieces) == bound.into()
    }
}

/// A sweep of windows: each but the first of a run follows directly after another.
#[derive(Clone, Copy)]
pub(crate) struct Sweep {
    /// Whether outputs move; otherwise taps do.
    pub outputs: bool,
    /// The pieces within which windows follow one another.
    pub within: Side,
}

impl Axis {
    #[inline]
    pub fn new(layer: &Layer, axis: usize) -> Self {
        let [out, tap] = window_dims(axis).map(|dim| layer.bound(dim));
        let (first, end) = layer.window(axis, (0, out), (0, tap));
        let input = i64::from(layer.input[axis]);
        Axis {
            stride: layer.stride[axis],
            dilation: layer.dilation[axis],
            padding: i64::from(layer.padding[axis]),
            input,
            bounds: [out, tap],
            clips: first < 0 || end > input,
        }
    }

    /// Words of all windows; none where windows of different sizes reach outside the input.
    #[inline(always)]
    pub fn words(&self, out: Side, tap: Side) -> Option<u64> {
        let all = self.all(out, tap);
        if !self.clips {
            return Some(all);
        }
        let [outs, taps] = self.bounds;
        if !out.is_regular(outs) || !tap.is_regular(taps) {
            return None;
        }
        let length = self.length(out.tile, tap.tile);
        Some(all - self.outside_regular(out.tile, tap.tile, length, |_, _| true))
    }

    /// Words of all windows if each is a single output with a single tap.
    pub fn single(&self) -> u64 {
        let [out, tap] = self.bounds.map(|bound| Side {
            tile: 1,
            pieces: bound,
        });
        self.words(out, tap).unwrap_or(0)
    }

    /// Words of all windows, of any size, between the cuts of outputs and of taps.
    pub fn irregular_words(&self, out: (&Chain, u8), tap: (&Chain, u8)) -> u64 {
        let side = |(chain, depth): (&Chain, u8)| Side {
            tile: chain.tile(depth),
            pieces: chain.pieces(depth, depth, Instances::Each) as u32,
        };
        self.all(side(out), side(tap)) - self.outside(out, tap)
    }

    /// Words of all windows as if the input had no end.
    #[inline(always)]
    fn all(&self, out: Side, tap: Side) -> u64 {
        let [outs, taps] = self.bounds.map(u64::from);
        self.plain((out.pieces.into(), outs), (tap.pieces.into(), taps))
    }

    /// Σ of window lengths as if the input had no end; each part is a number of pieces and the sum of
    /// their sizes.
    #[inline]
    pub fn plain(&self, out: (u64, u64), tap: (u64, u64)) -> u64 {
        let (stride, dilation) = (u64::from(self.stride), u64::from(self.dilation));
        let ends = stride * out.1 * tap.0 + dilation * out.0 * tap.1;
        ends - (stride + dilation - 1) * out.0 * tap.0
    }

    /// Words that windows share with those directly before them; none if they are of different sizes,
    /// or clipped in sweeps of different lengths.
    #[inline(always)]
    pub fn overlaps(&self, out: Side, tap: Side, sweep: Sweep) -> Option<u64> {
        let [outs, taps] = self.bounds;
        if !out.is_regular(outs) || !tap.is_regular(taps) {
            return None;
        }
        let (moving, other, step, reach) = if sweep.outputs {
            (out, tap, self.stride, self.dilation)
        } else {
            (tap, out, self.dilation, self.stride)
        };
        // Equal windows as far apart as their moving part is long share what the other part adds.
        let length = (u64::from(other.tile - 1) * u64::from(reach) + 1).saturating_sub(step.into());
        let all = u64::from(moving.pieces - sweep.within.pieces) * u64::from(other.pieces) * length;
        if !self.clips || length == 0 {
            return Some(all);
        }
        let bound = if sweep.outputs { outs } else { taps };
        let within = sweep.within;
        within.is_regular(bound).then(|| {
            all - self.outside_regular(out.tile, tap.tile, length, |out, tap| {
                let at = if sweep.outputs { out } else { tap };
                !at.is_multiple_of(within.tile)
            })
        })
    }

    /// Words of windows of equal size that lie before the first or after the last input position: of
    /// those that count, so many words from their start on.
    #[inline(always)]
    fn outside_regular(
        &self,
        out: u32,
        tap: u32,
        length: u64,
        counts: impl Fn(u32, u32) -> bool,
    ) -> u64 {
        let [outs, taps] = self.bounds;
        let length = length as i64;
        let step = i64::from(out) * i64::from(self.stride);
        let last = outs - out;
        let far = i64::from(last) * i64::from(self.stride) + length - self.input;
        let mut words = 0;
        let mut from = 0;
        while from < taps {
            let start = self.start(0, from);
            let (mut before, mut at) = (-start, 0);
            while before > 0 && at < outs {
                if counts(at, from) {
                    words += before.min(length);
                }
                at += out;
                before -= step;
            }
            let (mut beyond, mut end) = (start + far, outs);
            while beyond > 0 && end > 0 {
                end -= out;
                if counts(end, from) {
                    words += beyond.min(length);
                }
                beyond -= step;
            }
            from += tap;
        }
        words as u64
    }

    /// The same of windows of any size.
    fn outside(&self, out: (&Chain, u8), tap: (&Chain, u8)) -> u64 {
        let mut words = 0;
        let mut from = 0;
        while from < tap.0.bound {
            let (start, taps) = tap.0.piece(tap.1, from);
            from = start + taps;
            let mut next = 0;
            while next < out.0.bound {
                let before = -self.start(next, start);
                if before <= 0 {
                    break;
                }
                let (_, outs) = out.0.piece(out.1, next);
                words += self.length(outs, taps).min(before as u64);
                next += outs;
            }
            let mut next = out.0.bound;
            while next > 0 {
                let (at, outs) = out.0.piece(out.1, next - 1);
                let length = self.length(outs, taps);
                let beyond = self.start(at, start) + length as i64 - self.input;
                if beyond <= 0 {
                    break;
                }
                words += length.min(beyond as u64);
                next = at;
            }
        }
        words
    }

    #[inline]
    pub fn length(&self, outs: u32, taps: u32) -> u64 {
        let reach = u64::from(outs - 1) * u64::from(self.stride);
        reach + u64::from(taps - 1) * u64::from(self.dilation) + 1
    }

    /// First input position of a window.
    #[inline]
    pub fn start(&self, out: u32, tap: u32) -> i64 {
        i64::from(out) * i64::from(self.stride) + i64::from(tap) * i64::from(self.dilation)
            - self.padding
    }
}

/// The output and the filter dimension that move along an axis of the input.
#[inline]
pub(crate) const fn window_dims(axis: usize) -> [Dim; 2] {
    if axis == 0 {
        [Dim::P, Dim::R]
    } else {
        [Dim::Q, Dim::S]
    }
}
