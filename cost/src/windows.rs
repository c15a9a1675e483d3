//! The input words under windows along one axis, where pieces are regular or taken all together.
//!
//! A window is a piece of output positions (P or Q) with a piece of filter taps (R or S). Its length
//! is linear in the two sizes, so sums over all windows need only numbers and sums of pieces. What
//! lies in the padding is then taken off window by window at the two borders.

use crate::chain::Chain;
use crate::layer::{Dim, Layer};

/// One axis of the input.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    pub stride: u32,
    pub dilation: u32,
    padding: i64,
    /// Input positions that exist.
    pub input: i64,
    /// Whether windows reach outside the input.
    pub clips: bool,
}

/// The pieces of an output or filter dimension at some level.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub bound: u32,
    /// Elements of a whole piece.
    pub tile: u32,
    pub pieces: u64,
    /// The cuts and how many of them, where pieces differ in size.
    pub irregular: Option<(&'a Chain, u8)>,
}

impl Side<'_> {
    /// Start and size of the piece that holds an element.
    #[inline]
    fn piece(&self, position: u32) -> (u32, u32) {
        match self.irregular {
            Some((chain, depth)) => chain.piece(depth, position),
            None if self.tile == 1 => (position, 1),
            None if self.tile == self.bound => (0, self.bound),
            None => (position - position % self.tile, self.tile),
        }
    }
}

/// A sweep of windows: each but the first of a run follows directly after another.
#[derive(Clone, Copy)]
pub(crate) struct Sweep<'a> {
    /// Whether outputs move; otherwise taps do.
    pub outputs: bool,
    /// The pieces within which windows follow one another.
    pub within: Side<'a>,
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
            clips: first < 0 || end > input,
        }
    }

    /// Words of all windows.
    #[inline]
    pub fn words(&self, out: &Side, tap: &Side) -> u64 {
        let all = self.plain(
            (out.pieces, u64::from(out.bound)),
            (tap.pieces, u64::from(tap.bound)),
        );
        if !self.clips {
            all
        } else if out.irregular.is_none() && tap.irregular.is_none() {
            let length = self.length(out.tile, tap.tile);
            all - self.outside_regular(out, tap, length, |_, _| true)
        } else {
            all - self.outside(out, tap)
        }
    }

    /// Σ of window lengths as if the input had no end; each part is a number of pieces and the sum of
    /// their sizes.
    #[inline]
    pub fn plain(&self, out: (u64, u64), tap: (u64, u64)) -> u64 {
        let (stride, dilation) = (u64::from(self.stride), u64::from(self.dilation));
        let ends = stride * out.1 * tap.0 + dilation * out.0 * tap.1;
        ends - (stride + dilation - 1) * out.0 * tap.0
    }

    /// Words that windows share with those directly before them; the pieces of both sides are
    /// regular.
    pub fn overlaps(&self, out: &Side, tap: &Side, sweep: Sweep) -> u64 {
        let (moving, other, step, reach) = if sweep.outputs {
            (out, tap, self.stride, self.dilation)
        } else {
            (tap, out, self.dilation, self.stride)
        };
        // Equal windows as far apart as their moving part is long share what the other part adds.
        let length = (u64::from(other.tile - 1) * u64::from(reach) + 1).saturating_sub(step.into());
        if length == 0 {
            return 0;
        }
        let all = (moving.pieces - sweep.within.pieces) * other.pieces * length;
        if !self.clips {
            return all;
        }
        all - self.outside_regular(out, tap, length, |out, tap| {
            let at = if sweep.outputs { out } else { tap };
            sweep.within.piece(at).0 != at
        })
    }

    /// Words of windows of equal size that lie before the first or after the last input position: of
    /// those that count, so many words from their start on.
    #[inline(always)]
    fn outside_regular(
        &self,
        out: &Side,
        tap: &Side,
        length: u64,
        counts: impl Fn(u32, u32) -> bool,
    ) -> u64 {
        let length = length as i64;
        let step = i64::from(out.tile) * i64::from(self.stride);
        let last = out.bound - out.tile;
        let far = i64::from(last) * i64::from(self.stride) + length - self.input;
        let mut words = 0;
        let mut from = 0;
        while from < tap.bound {
            let start = self.start(0, from);
            let (mut before, mut at) = (-start, 0);
            while before > 0 && at < out.bound {
                if counts(at, from) {
                    words += before.min(length);
                }
                at += out.tile;
                before -= step;
            }
            let (mut beyond, mut end) = (start + far, out.bound);
            while beyond > 0 && end > 0 {
                end -= out.tile;
                if counts(end, from) {
                    words += beyond.min(length);
                }
                beyond -= step;
            }
            from += tap.tile;
        }
        words as u64
    }

    /// The same of windows of any size.
    fn outside(&self, out: &Side, tap: &Side) -> u64 {
        let mut words = 0;
        let mut from = 0;
        while from < tap.bound {
            let (tap, taps) = tap.piece(from);
            from = tap + taps;
            let mut next = 0;
            while next < out.bound {
                let before = -self.start(next, tap);
                if before <= 0 {
                    break;
                }
                let (_, outs) = out.piece(next);
                words += self.length(outs, taps).min(before as u64);
                next += outs;
            }
            let mut next = out.bound;
            while next > 0 {
                let (at, outs) = out.piece(next - 1);
                let length = self.length(outs, taps);
                let beyond = self.start(at, tap) + length as i64 - self.input;
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
