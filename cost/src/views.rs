//! The input words under windows along one axis, of any view of the pieces.
//!
//! As in `windows`, with the runs of two chains: for what moves unevenly, rests or coincides on the
//! diagonal of an array, where windows that several instances share count once.

use crate::chain::{Chain, Instances, Leaf, View};
use crate::windows::Axis;

/// One axis of the input with the chains that cut it, down to a level.
pub(crate) struct Views<'a> {
    pub axis: Axis,
    /// The cuts of outputs and of taps.
    pub chains: [&'a Chain; 2],
    /// How many of them lie above the level.
    pub depths: [u8; 2],
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

impl Views<'_> {
    /// The diagonal, if both chains are spread below the cuts `shared`.
    pub fn diagonal(&self, shared: [u8; 2]) -> Option<Diagonal> {
        let last = |chain: &Chain, from: u8, depth: u8| {
            let cuts = chain.cuts().iter().take(usize::from(depth)).enumerate();
            let mut spread = cuts.skip(usize::from(from)).filter(|(_, c)| c.is_space());
            spread.next_back().map(|(at, c)| (at as u8, c.tile))
        };
        let (out, step) = last(self.chains[0], shared[0], self.depths[0])?;
        let (tap, tap_step) = last(self.chains[1], shared[1], self.depths[1])?;
        let (back, further) = meeting(&self.axis, step, tap_step);
        Some(Diagonal {
            cuts: [out, tap],
            back,
            further,
        })
    }

    /// Words of all windows of a view; on a diagonal, of those that coincide one.
    pub fn words(&self, views: [View; 2], diagonal: Option<Diagonal>) -> u64 {
        let all = self.plain(views, [Instances::Each; 2]);
        if all == 0 {
            return 0;
        }
        let repeated = diagonal.map_or(0, |d| self.plain(views, d.repeats()));
        let outside = if self.axis.clips {
            self.outside(views, diagonal, |out, tap| {
                self.axis.length(out.size, tap.size)
            })
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
        let outside = if self.axis.clips {
            self.outside(views, diagonal, |out, tap| {
                self.overlap(
                    (out.size, out.before, out.shift),
                    (tap.size, tap.before, tap.shift),
                )
            })
        } else {
            0
        };
        all - repeated - outside
    }

    /// Σ of lengths as if the input had no end.
    fn plain(&self, views: [View; 2], instances: [Instances; 2]) -> u64 {
        let (outs, out_sizes) = self.chains[0].sums(self.depths[0], views[0], instances[0]);
        if outs == 0 {
            return 0;
        }
        let taps = self.chains[1].sums(self.depths[1], views[1], instances[1]);
        self.axis.plain((outs, out_sizes), taps)
    }

    /// Σ of overlaps as if the input had no end.
    fn common(&self, views: [View; 2], instances: [Instances; 2]) -> u64 {
        let mut words = 0;
        self.chains[0].runs(self.depths[0], views[0], instances[0], &mut |o| {
            self.chains[1].runs(self.depths[1], views[1], instances[1], &mut |t| {
                let length = self.overlap((o.size, o.before, o.shift), (t.size, t.before, t.shift));
                words += o.times * t.times * length;
            });
        });
        words
    }

    /// Length that a window shares with the one before, each part given as size, size before and
    /// distance; nothing if the instance idled.
    fn overlap(&self, out: (u32, u32, u32), tap: (u32, u32, u32)) -> u64 {
        if out.1 == 0 || tap.1 == 0 {
            return 0;
        }
        let back = u64::from(out.2) * u64::from(self.axis.stride)
            + u64::from(tap.2) * u64::from(self.axis.dilation);
        let before = self.axis.length(out.1, tap.1);
        before
            .saturating_sub(back)
            .min(self.axis.length(out.0, tap.0))
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
        while from < self.chains[1].bound {
            let tap = self.chains[1].leaf(self.depths[1], views[1], from);
            from = tap.start + tap.size;
            if !tap.included {
                continue;
            }
            let counts = |out: &Leaf| {
                out.included && diagonal.is_none_or(|d| !d.repeats_place(out.place, tap.place))
            };
            let mut next = 0;
            while next < self.chains[0].bound && self.axis.start(next, tap.start) < 0 {
                let out = self.chains[0].leaf(self.depths[0], views[0], next);
                next = out.start + out.size;
                if counts(&out) {
                    let before = self.axis.start(out.start, tap.start).unsigned_abs();
                    words += before.min(length(&out, &tap));
                }
            }
            let mut next = self.chains[0].bound;
            while next > 0 {
                let out = self.chains[0].leaf(self.depths[0], views[0], next - 1);
                let start = self.axis.start(out.start, tap.start);
                if start + self.axis.length(out.size, tap.size) as i64 <= self.axis.input {
                    break;
                }
                next = out.start;
                if counts(&out) {
                    let length = length(&out, &tap);
                    let beyond = (start + length as i64 - self.axis.input).max(0) as u64;
                    words += beyond.min(length);
                }
            }
        }
        words
    }
}

impl Diagonal {
    /// The places whose windows other places have as well.
    fn repeats(self) -> [Instances; 2] {
        let [out, tap] = self.cuts;
        [
            Instances::Whole {
                cut: out,
                low: self.back,
                high: 0,
            },
            Instances::Whole {
                cut: tap,
                low: 0,
                high: self.further,
            },
        ]
    }

    /// Whether a place's window is also that of another place.
    fn repeats_place(self, (out, outs): (u32, u32), (tap, taps): (u32, u32)) -> bool {
        let (tap, further) = (u64::from(tap), u64::from(self.further));
        out < outs && out >= self.back && tap + further < u64::from(taps)
    }
}

/// Where windows coincide on a diagonal of instances that have so many outputs and taps each: so many
/// places of outputs back, and so many of taps further.
pub(crate) fn meeting(axis: &Axis, outs: u32, taps: u32) -> (u32, u32) {
    let across = u64::from(outs) * u64::from(axis.stride);
    let down = u64::from(taps) * u64::from(axis.dilation);
    let common = gcd(across, down);
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    (narrow(down / common), narrow(across / common))
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
