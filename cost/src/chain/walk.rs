//! Walking the pieces of a chain, run by run.

use super::{Cut, Instances, Run, View, Way};

/// What the cuts walked so far hand down.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// To this instance.
    pub own: u32,
    /// To this instance in the step before; nothing if it idled.
    pub before: u32,
    /// To the first instance in the step before, which decides how far the loops go.
    pub lead: u32,
    /// From the piece before to this one.
    pub shift: u32,
}

/// A walk over the runs of a chain.
pub(super) struct Walk<'a> {
    pub cuts: &'a [Cut],
    pub view: View,
    pub instances: Instances,
}

impl Walk<'_> {
    pub fn descend(&self, at: usize, e: Extent, times: u64, visit: &mut impl FnMut(Run)) {
        let Some(cut) = self.cuts.get(at) else {
            visit(Run {
                size: e.own,
                before: e.before,
                shift: e.shift,
                times,
            });
            return;
        };
        if cut.way != Way::Time {
            self.side_by_side(at, cut, e, times, visit);
            return;
        }
        match self.view {
            View::First => self.turned_back(at, cut, e, times, visit),
            View::Settled(from) if at >= usize::from(from) => {
                if e.lead <= cut.tile {
                    self.turned_back(at, cut, e, times, visit);
                }
            }
            View::Advanced(from) if at > usize::from(from) => {
                self.turned_back(at, cut, e, times, visit);
            }
            View::Advanced(from) if at == usize::from(from) => {
                self.one_by_one(at, cut, e, 1, times, visit);
            }
            _ => self.one_by_one(at, cut, e, 0, times, visit),
        }
    }

    /// A loop that stands at its first while, in the step before, it stood at its last.
    fn turned_back(
        &self,
        at: usize,
        cut: &Cut,
        e: Extent,
        times: u64,
        visit: &mut impl FnMut(Run),
    ) {
        let last = match self.view {
            View::First => 0,
            _ => (e.lead.max(1) - 1) / cut.tile * cut.tile,
        };
        let next = Extent {
            own: e.own.min(cut.tile),
            before: part(e.before, last, cut.tile),
            lead: part(e.lead, last, cut.tile),
            shift: e.shift.wrapping_sub(last),
        };
        self.descend(at + 1, next, times, visit);
    }

    /// A loop in time that takes all its values, the step before being `back` values behind.
    fn one_by_one(
        &self,
        at: usize,
        cut: &Cut,
        e: Extent,
        back: u32,
        times: u64,
        visit: &mut impl FnMut(Run),
    ) {
        let (whole, rest) = (e.own / cut.tile, e.own % cut.tile);
        let mut run = |index: u32, count: u32| {
            let before = (index - back) * cut.tile;
            let next = Extent {
                own: part(e.own, index * cut.tile, cut.tile),
                before: part(e.before, before, cut.tile),
                lead: part(e.lead, before, cut.tile),
                shift: e.shift + back * cut.tile,
            };
            self.descend(at + 1, next, times * u64::from(count), visit);
        };
        if whole > back {
            run(back, whole - back);
        }
        if rest > 0 && whole >= back {
            run(whole, 1);
        }
    }

    fn side_by_side(
        &self,
        at: usize,
        cut: &Cut,
        e: Extent,
        times: u64,
        visit: &mut impl FnMut(Run),
    ) {
        let whole = e.own / cut.tile;
        let held = e.before / cut.tile;
        let (mut index, end) = match self.instances {
            Instances::Whole {
                cut: only,
                low,
                high,
            } if usize::from(only) == at => (low, whole.saturating_sub(high)),
            one if one.once(at, cut.way) => (0, 1),
            _ => (0, e.own.div_ceil(cut.tile)),
        };
        while index < end {
            let next = Extent {
                own: part(e.own, index * cut.tile, cut.tile),
                before: part(e.before, index * cut.tile, cut.tile),
                lead: e.lead.min(cut.tile),
                shift: e.shift,
            };
            // Equal pieces that also were equal in the step before.
            let alike = if index < whole.min(held) {
                whole.min(held)
            } else if index == held {
                index + 1
            } else {
                whole.max(index + 1)
            };
            let run = alike.min(end) - index;
            self.descend(at + 1, next, times * u64::from(run), visit);
            index += run;
        }
    }
}

/// Elements of the piece of `tile` that begins at `start` of `extent`; nothing beyond its end.
pub(super) fn part(extent: u32, start: u32, tile: u32) -> u32 {
    extent.saturating_sub(start).min(tile)
}
