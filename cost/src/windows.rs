//! The input words under windows along one axis.
//!
//! A window is a piece of output positions (P or Q) with a piece of filter taps (R or S). Its length
//! is linear in the two sizes, so sums over all windows need only numbers and sums of pieces. What
//! lies in the padding is then taken off window by window at the two borders, and windows that
//! several instances share on a diagonal are counted once.

use crate::chain::{Chain, Instances, Leaf, View};
use crate::layer::Layer;

/// One axis of the input with the chains that cut it, down to a level.
pub(crate) struct Axis<'a> {
    pub out: &'a Chain,
    pub tap: &'a Chain,
    /// Cuts of `out` and of `tap` above the level.
    pub depth: [u8; 2],
    stride: u32,
    dilation: u32,
    padding: i64,
    /// Input positions that exist.
    input: i64,
    /// Whether windows reach outside the input.
    clips: bool,
}

/// The diagonal of an array: outputs and taps are both spread, so that windows coincide.
#[derive(Clone, Copy)]
pub(crate) struct Diagonal {
    /// The spreading cuts of `out` and of `tap`.
    cuts: [u8; 2],
    /// A window coincides with that of the place so many outputs back …
    back: u32,
    /// … and so many taps further.
    further: u32,
}

impl<'a> Axis<'a> {
    pub fn new(layer: &Layer, axis: usize, chains: [&'a Chain; 2], depth: [u8; 2]) -> Self {
        let [out, tap] = chains;
        let (first, end) = layer.window(axis, (0, out.bound), (0, tap.bound));
        let input = i64::from(layer.input[axis]);
        Axis {
            out,
            tap,
            depth,
            stride: layer.stride[axis],
            dilation: layer.dilation[axis],
            padding: i64::from(layer.padding[axis]),
            input,
            clips: first < 0 || end > input,
        }
    }

    /// The diagonal, if both chains are spread below the cuts `shared`.
    pub fn diagonal(&self, shared: [u8; 2]) -> Option<Diagonal> {
        let last = |chain: &Chain, from: u8, depth: u8| {
            let cuts = chain.cuts().iter().take(usize::from(depth)).enumerate();
            let spread = cuts.skip(usize::from(from)).filter(|(_, c)| c.is_space());
            spread.last().map(|(at, c)| (at as u8, c.tile))
        };
        let (out, step) = last(self.out, shared[0], self.depth[0])?;
        let (tap, tap_step) = last(self.tap, shared[1], self.depth[1])?;
        let across = u64::from(step) * u64::from(self.stride);
        let down = u64::from(tap_step) * u64::from(self.dilation);
        let common = gcd(across, down);
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Some(Diagonal {
            cuts: [out, tap],
            back: narrow(down / common),
            further: narrow(across / common),
        })
    }

    /// Words of all windows of a view; on a diagonal, of those that coincide one.
    pub fn words(&self, views: [View; 2], diagonal: Option<Diagonal>) -> u64 {
        let all = self.plain(views, [Instances::Each; 2]);
        if all == 0 {
            return 0;
        }
        let repeated = diagonal.map_or(0, |d| self.plain(views, d.repeats()));
        let outside = if self.clips {
            self.outside(views, diagonal, |out, tap| self.length(out.size, tap.size))
        } else {
            0
        };
        all - repeated - outside
    }

    /// Words that all windows have in common with those of the step before.
    pub fn overlaps(&self, views: [View; 2], diagonal: Option<Diagonal>) -> u64 {
        let all = self.common(views, [Instances::Each; 2]);
        if all == 0 {
            return 0;
        }
        let repeated = diagonal.map_or(0, |d| self.common(views, d.repeats()));
        let outside = if self.clips {
            self.outside(views, diagonal, |out, tap| {
                self.overlap((out.size, out.before, out.shift), (tap.size, tap.before, tap.shift))
            })
        } else {
            0
        };
        all - repeated - outside
    }

    /// Σ of lengths as if the input had no end.
    fn plain(&self, views: [View; 2], instances: [Instances; 2]) -> u64 {
        let (outs, out_sizes) = self.out.sums(self.depth[0], views[0], instances[0]);
        if outs == 0 {
            return 0;
        }
        let (taps, tap_sizes) = self.tap.sums(self.depth[1], views[1], instances[1]);
        let (stride, dilation) = (u64::from(self.stride), u64::from(self.dilation));
        let ends = stride * out_sizes * taps + dilation * outs * tap_sizes;
        ends - (stride + dilation - 1) * outs * taps
    }

    /// Σ of overlaps as if the input had no end.
    fn common(&self, views: [View; 2], instances: [Instances; 2]) -> u64 {
        let mut words = 0;
        self.out.runs(self.depth[0], views[0], instances[0], &mut |o| {
            self.tap.runs(self.depth[1], views[1], instances[1], &mut |t| {
                let length = self.overlap((o.size, o.before, o.shift), (t.size, t.before, t.shift));
                words += o.times * t.times * length;
            });
        });
        words
    }

    fn length(&self, outs: u32, taps: u32) -> u64 {
        let reach = u64::from(outs - 1) * u64::from(self.stride);
        reach + u64::from(taps - 1) * u64::from(self.dilation) + 1
    }

    /// Length that a window shares with the one before, each part given as size, size before and
    /// distance; nothing if the instance idled.
    fn overlap(&self, out: (u32, u32, u32), tap: (u32, u32, u32)) -> u64 {
        if out.1 == 0 || tap.1 == 0 {
            return 0;
        }
        let back = u64::from(out.2) * u64::from(self.stride)
            + u64::from(tap.2) * u64::from(self.dilation);
        let before = self.length(out.1, tap.1);
        before.saturating_sub(back).min(self.length(out.0, tap.0))
    }

    /// Words of the windows of a view that lie before the first or after the last input position;
    /// `length` is what counts of a window, from its start on.
    fn outside(
        &self,
        views: [View; 2],
        diagonal: Option<Diagonal>,
        length: impl Fn(&Leaf, &Leaf) -> u64,
    ) -> u64 {
        let mut words = 0;
        let mut from = 0;
        while from < self.tap.bound {
            let tap = self.tap.leaf(self.depth[1], views[1], from);
            from = tap.start + tap.size;
            if !tap.included {
                continue;
            }
            let counts = |out: &Leaf| {
                out.included && diagonal.is_none_or(|d| !d.repeats_place(out.place, tap.place))
            };
            let mut next = 0;
            while next < self.out.bound && self.start(next, tap.start) < 0 {
                let out = self.out.leaf(self.depth[0], views[0], next);
                next = out.start + out.size;
                if counts(&out) {
                    let before = self.start(out.start, tap.start).unsigned_abs();
                    words += before.min(length(&out, &tap));
                }
            }
            let mut next = self.out.bound;
            while next > 0 {
                let out = self.out.leaf(self.depth[0], views[0], next - 1);
                let start = self.start(out.start, tap.start);
                if start + self.length(out.size, tap.size) as i64 <= self.input {
                    break;
                }
                next = out.start;
                if counts(&out) {
                    let length = length(&out, &tap);
                    let beyond = (start + length as i64 - self.input).max(0) as u64;
                    words += beyond.min(length);
                }
            }
        }
        words
    }

    /// First input position of a window.
    fn start(&self, out: u32, tap: u32) -> i64 {
        i64::from(out) * i64::from(self.stride) + i64::from(tap) * i64::from(self.dilation)
            - self.padding
    }
}

impl Diagonal {
    /// The places whose windows other places have as well.
    fn repeats(self) -> [Instances; 2] {
        let [out, tap] = self.cuts;
        [
            Instances::Whole { cut: out, low: self.back, high: 0 },
            Instances::Whole { cut: tap, low: 0, high: self.further },
        ]
    }

    /// Whether a place's window is also that of another place.
    fn repeats_place(self, (out, outs): (u32, u32), (tap, taps): (u32, u32)) -> bool {
        let (tap, further) = (u64::from(tap), u64::from(self.further));
        out < outs && out >= self.back && tap + further < u64::from(taps)
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
