//! Input windows of instances that stand side by side, where all cuts are even and no window reaches
//! outside the input.
//!
//! Along a diagonal windows coincide, and the source reads one of those that do. What a loop in time
//! keeps of a window depends on how far it moves it: if a spread stands inside the loop that is
//! further than the window's own outputs or taps reach.

use crate::edge::Words;
use crate::flow::{Flow, Gap};
use crate::layer::Dim;
use crate::nest::Set;
use crate::views::meeting;
use crate::windows::window_dims;

/// The instances along a dimension whose windows other instances have as well.
#[derive(Clone, Copy)]
struct Repeated {
    /// Of so many instances …
    of: u64,
    /// … these.
    places: u64,
}

impl Repeated {
    /// Those of some pieces that stand at such places.
    const fn among(self, pieces: u64) -> u64 {
        pieces / self.of * self.places
    }
}

impl Flow<'_> {
    /// Words of inputs that are fetched if filters repeat nothing; none if a cut is uneven or a window
    /// clipped. `windows` are the words of all windows of all instances.
    #[cold]
    pub(crate) fn side_by_side(&self, gap: &Gap, windows: [u64; 2]) -> Option<Words> {
        if self.nest.uneven() & gap.at != 0 || self.sizes.axes.iter().any(|axis| axis.clips) {
            return None;
        }
        let mut sent = windows;
        for (axis, words) in sent.iter_mut().enumerate() {
            let [out, tap] = window_dims(axis).map(|dim| self.nest.slot(dim, gap.at));
            let pieces = [out, tap].map(|slot| self.nest.pieces(slot).into());
            *words -= self.coinciding(axis, gap, pieces);
        }
        let [kept, repeated, axis] = if gap.feed.keeps {
            self.kept(gap)
        } else {
            [0; 3]
        };
        let axis = axis as usize;
        let words = |windows: [u64; 2], kept: u64| {
            (windows[0] * windows[1] - kept * windows[1 - axis]) * self.sizes.channels
        };
        Some(Words {
            sent: words(sent, kept - repeated),
            delivered: words(windows, kept),
        })
    }

    /// Words of those windows along an axis that coincide with others, given the pieces of outputs and
    /// taps.
    pub(crate) fn coinciding(&self, axis: usize, gap: &Gap, pieces: [u64; 2]) -> u64 {
        let Some([out, tap]) = self.repeated(axis, gap) else {
            return 0;
        };
        let [outs, taps] = window_dims(axis).map(|dim| self.nest.tile(self.nest.slot(dim, gap.at)));
        let (out, tap) = (out.among(pieces[0]), tap.among(pieces[1]));
        self.sizes.axes[axis].plain((out, out * u64::from(outs)), (tap, tap * u64::from(taps)))
    }

    /// Which instances repeat windows of others, if outputs and taps are both spread.
    fn repeated(&self, axis: usize, gap: &Gap) -> Option<[Repeated; 2]> {
        let nest = self.nest;
        let spread = window_dims(axis).map(|dim| nest.of(dim) & nest.spread() & gap.between());
        if spread.contains(&0) {
            return None;
        }
        let [out, tap] = spread.map(|loops| loops.trailing_zeros() as usize);
        let (back, further) = meeting(&self.sizes.axes[axis], nest.tile(out), nest.tile(tap));
        let places = |slot: usize, less: u32| {
            let of = nest.count(slot);
            Repeated {
                of: of.into(),
                places: of.saturating_sub(less).into(),
            }
        };
        Some([places(out, back), places(tap, further)])
    }

    /// Words that the innermost loops keep along the axis that they walk, those of them that several
    /// instances have, and the axis.
    fn kept(&self, gap: &Gap) -> [u64; 3] {
        let nest = self.nest;
        let moving = nest.moving() & gap.at;
        let innermost = moving & moving.wrapping_neg();
        let axes = [0, 1].into_iter();
        let dims = axes.flat_map(|axis| [0, 1].map(|part| (axis, part, window_dims(axis))));
        let walked = dims
            .into_iter()
            .find(|&(_, part, dims)| nest.of(dims[part]) & innermost != 0);
        let Some((axis, part, dims)) = walked else {
            return [0; 3];
        };
        let slots = dims.map(|dim| nest.slot(dim, gap.at));
        let [out, tap] = slots.map(|slot| nest.tile(slot));
        let along = &self.sizes.axes[axis];
        let length = along.length(out, tap);
        let step = u64::from(if part == 0 {
            along.stride
        } else {
            along.dilation
        });
        let mut loops = self.walking(dims[part], gap.at);
        let (mut inside, mut kept) = (0, 0);
        while loops != 0 {
            let slot = loops.trailing_zeros() as usize;
            loops &= loops - 1;
            let (tile, turns) = (u64::from(nest.tile(slot)), u64::from(nest.count(slot) - 1));
            let advances = u64::from(nest.pieces(slot)) / (turns + 1) * turns;
            let places = nest.places(slots[part]) / nest.places(slot);
            kept += advances * u64::from(places) * length.saturating_sub((tile - inside) * step);
            inside += turns * tile;
        }
        let others = u64::from(nest.pieces(slots[1 - part]));
        let repeated = self.repeated(axis, gap).map_or(0, |repeated| {
            repeated[part].among(kept) * repeated[1 - part].among(others)
        });
        [kept * others, repeated, axis as u64]
    }

    /// The innermost loops in time, as far as they all walk one dimension.
    #[inline(always)]
    pub(crate) fn walking(&self, dim: Dim, at: Set) -> Set {
        let moving = self.nest.moving() & at;
        let others = moving & !self.nest.of(dim);
        moving & (others & others.wrapping_neg()).wrapping_sub(1)
    }
}
