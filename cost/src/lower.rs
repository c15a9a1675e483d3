//! Writing a plan down as a loop nest.

use crate::dataflow::{Axis, Tile};
use crate::layer::Dim;
use crate::mapping::{Advance, Loop, Mapping};
use crate::plan::Plan;
use crate::template::Line;

/// The nest of a plan: written loops with their tiles, implied loops, spreads; none if it has more
/// loops than a mapping can hold.
pub(crate) fn lower(plan: &Plan) -> Option<Mapping> {
    let mapping = Mapping::new(plan.template.levels())?;
    let mut nest = Lowering {
        plan,
        extent: plan.layer.bounds,
        level: 0,
        mapping,
    };
    let innermost = plan.template.levels().len() - 1;
    let mut open = true;
    nest.implied_loops(0)?;
    for (index, line) in plan.template.lines().iter().enumerate() {
        match *line {
            Line::Store => {
                nest.level += 1;
                if usize::from(nest.level) < innermost {
                    nest.implied_loops(index + 1)?;
                }
            }
            Line::Loop { dim, tile } => nest.written_loop(index, dim, tile)?,
            Line::Spread {
                dim, over, reduce, ..
            } => {
                if usize::from(nest.level) == innermost && open {
                    nest.implied_loops(index)?;
                    open = false;
                }
                nest.spread(index, dim, over, reduce)?;
            }
        }
    }
    if open {
        nest.implied_loops(plan.template.lines().len())?;
    }
    Some(nest.mapping)
}

struct Lowering<'a> {
    plan: &'a Plan<'a>,
    /// What the loops written so far hand down.
    extent: [u32; 7],
    level: u8,
    mapping: Mapping,
}

impl Lowering<'_> {
    fn written_loop(&mut self, index: usize, dim: Dim, tile: Tile) -> Option<()> {
        let extent = self.extent[dim.index()];
        let size = match tile {
            Tile::Full => extent,
            Tile::Fixed(size) => size.min(extent),
            Tile::Fit => self.below(index + 1, dim).min(extent),
        };
        self.push(dim, size, Advance::Time, false, false)
    }

    fn spread(&mut self, index: usize, dim: Dim, over: Axis, reduce: bool) -> Option<()> {
        let extent = self.extent[dim.index()];
        // A loop that follows inside the elements walks what each was dealt.
        let size = if self.looped_after(index) & 1 << dim.index() != 0 {
            extent.div_ceil(self.plan.spread[index])
        } else {
            self.below(index + 1, dim).min(extent)
        };
        self.push(dim, size, Advance::Space(over), reduce, false)
    }

    /// Loops that nobody wrote, for what the stores below cannot take at once.
    fn implied_loops(&mut self, index: usize) -> Option<()> {
        let written = self.looped_after(index);
        for dim in Dim::ALL {
            let d = dim.index();
            if written & 1 << d != 0 || self.extent[d] == 1 {
                continue;
            }
            let size = self.below(index, dim);
            if self.extent[d] > size {
                self.push(dim, size, Advance::Time, false, true)?;
            }
        }
        Some(())
    }

    fn push(
        &mut self,
        dim: Dim,
        tile: u32,
        advance: Advance,
        reduce: bool,
        implied: bool,
    ) -> Option<()> {
        self.extent[dim.index()] = tile;
        let next = Loop {
            dim,
            tile,
            advance,
            level: self.level,
            reduce,
            implied,
        };
        self.mapping.push(next).then_some(())
    }

    /// Elements of a dimension that the rest of this level's lines and the next store take at once.
    fn below(&self, index: usize, dim: Dim) -> u32 {
        let d = dim.index();
        let level = usize::from(self.level);
        let next = level + 1;
        let inner = if next < self.plan.template.levels().len() {
            self.plan.tile[next][d]
        } else {
            1
        };
        if self.plan.fan[level][d] == 1 {
            return inner;
        }
        let rest = self.plan.template.rest_of_level(index);
        let fans = rest.filter_map(|(at, line)| match line {
            Line::Spread { dim: other, .. } if *other == dim => Some(self.plan.spread[at]),
            _ => None,
        });
        fans.fold(inner, u32::saturating_mul)
    }

    /// Dimensions that the rest of this level's lines walk in time, one bit each.
    fn looped_after(&self, index: usize) -> u8 {
        let rest = self.plan.template.rest_of_level(index);
        rest.fold(0, |bits, (_, line)| match line {
            Line::Loop { dim, .. } => bits | 1 << dim.index(),
            _ => bits,
        })
    }
}
