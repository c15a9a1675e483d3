//! The tensor that moves most over a link, and which loops fetch it again.
//!
//! A tile is asked for once for every iteration of the loops outside its innermost relevant loop
//! (module `nest`): there the loops that do not concern the tensor multiply its traffic, inside they
//! leave the tile where it is.

use serde::{Deserialize, Serialize};

use super::LinkUse;
use crate::dataflow::Axis;
use crate::evaluate::{Bound, LayerCost};
use crate::layer::{Dim, Layer, Tensor};
use crate::links::Link;
use crate::mapping::{Advance, Loop, Mapping};

/// How a tensor crosses a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// The link.
    pub link: Link,
    /// The tensor that moves most over it.
    pub tensor: Tensor,
    /// Its bytes there.
    pub bytes: u64,
    /// Bytes of its distinct elements.
    pub distinct: u64,
    /// The level it comes from (outputs: goes to).
    pub outer: u8,
    /// The level it goes to (outputs: comes from); none for the multipliers.
    pub inner: Option<u8>,
    /// The innermost loop in time that walks the tensor.
    pub walked_by: Option<Turns>,
    /// Loops that make it cross again.
    pub again: Vec<Turns>,
    /// Loops in time through which its tile stays.
    pub stays: Vec<Turns>,
    /// Spreads whose elements share each word that crosses.
    pub shared: Vec<Turns>,
}

/// A loop of more than one iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// The dimension.
    pub dim: Dim,
    /// Iterations.
    pub count: u32,
    /// The store directly above it.
    pub level: u8,
    /// The side that it is spread over; none in time.
    pub over: Option<Axis>,
}

impl Movement {
    /// How often each distinct byte crosses.
    pub fn times(&self) -> f64 {
        self.bytes as f64 / self.distinct.max(1) as f64
    }

    /// Iterations of the loops that make it cross again.
    pub fn repeats(&self) -> f64 {
        product(&self.again)
    }

    /// Iterations through which a word serves without crossing again, in time and in space.
    pub fn reuse(&self) -> f64 {
        product(&self.stays) * product(&self.shared)
    }
}

fn product(turns: &[Turns]) -> f64 {
    turns.iter().map(|t| f64::from(t.count)).product()
}

/// The movement over the link that binds, or over the busiest one if computation does.
pub(super) fn movement(
    layer: &Layer,
    mapping: &Mapping,
    cost: &LayerCost,
    links: &[LinkUse],
) -> Option<Movement> {
    let busiest = || {
        let load = |u: &&LinkUse| (u.load.cycles, u.load.bytes);
        links.iter().rev().max_by_key(load).map(|u| u.link)
    };
    let link = match cost.bound_by {
        Bound::Link(link) => link,
        Bound::Compute => busiest()?,
    };
    let load = links.iter().find(|u| u.link == link)?;
    let most = Tensor::ALL.into_iter().rev();
    let tensor = most.max_by_key(|t| load.bytes[t.index()])?;
    let (outer, inner) = ends(mapping, link, tensor);
    let path = Path::new(layer, mapping, tensor, (outer, inner));
    let bits = layer.elements(tensor) * u64::from(layer.bits(tensor));
    Some(Movement {
        link,
        tensor,
        bytes: load.bytes[tensor.index()],
        distinct: bits.div_ceil(8),
        outer: outer as u8,
        inner: (inner < mapping.levels().len()).then_some(inner as u8),
        walked_by: path.innermost.map(|at| path.turns[at]),
        again: path.select(|at, turn| path.is_again(at, turn)),
        stays: path.select(|at, turn| path.is_free(turn) && path.is_inside(at, turn)),
        shared: path.select(|at, turn| path.is_shared(at, turn)),
    })
}

/// The levels between which a tensor uses a link; the second may be that of the multipliers.
fn ends(mapping: &Mapping, link: Link, tensor: Tensor) -> (usize, usize) {
    let levels = mapping.levels();
    let from = match link {
        Link::OffChip => 1,
        Link::Noc => mapping.array_level(),
        Link::Store(level) => usize::from(level),
    };
    let keeps = |&level: &usize| levels[level].keep.contains(tensor);
    let inner = (from..levels.len()).find(keeps).unwrap_or(levels.len());
    (mapping.parent(inner, tensor), inner)
}

/// The loops outside a level, seen from a tensor.
struct Path {
    tensor: Tensor,
    turns: Vec<Turns>,
    /// Whether partial sums are added up along each of them.
    summed: Vec<bool>,
    /// Where the innermost loop in time stands that walks the tensor.
    innermost: Option<usize>,
    /// The level that feeds.
    outer: usize,
    /// Whether what is fed keeps anything between steps.
    keeps: bool,
}

impl Path {
    fn new(
        layer: &Layer,
        mapping: &Mapping,
        tensor: Tensor,
        (outer, inner): (usize, usize),
    ) -> Self {
        let mut extent = layer.bounds;
        let (mut turns, mut summed) = (Vec::new(), Vec::new());
        let above = |l: &&Loop| usize::from(l.level) < inner;
        for l in mapping.loops().iter().take_while(above) {
            let e = &mut extent[l.dim.index()];
            let count = e.div_ceil(l.tile);
            *e = l.tile.min(*e);
            if count > 1 {
                let over = match l.advance {
                    Advance::Time => None,
                    Advance::Space(axis) => Some(axis),
                };
                turns.push(Turns {
                    dim: l.dim,
                    count,
                    level: l.level,
                    over,
                });
                summed.push(l.reduce);
            }
        }
        let walks = |t: &Turns| t.over.is_none() && tensor.depends_on(t.dim);
        Path {
            tensor,
            innermost: turns.iter().rposition(walks),
            turns,
            summed,
            outer,
            keeps: inner < mapping.levels().len(),
        }
    }

    fn select(&self, wanted: impl Fn(usize, &Turns) -> bool) -> Vec<Turns> {
        let all = self.turns.iter().enumerate();
        all.filter(|(at, turn)| wanted(*at, turn))
            .map(|(_, turn)| *turn)
            .collect()
    }

    fn is_free(&self, turn: &Turns) -> bool {
        !self.tensor.depends_on(turn.dim)
    }

    /// Whether a loop in time runs while the tile of the fed store rests.
    fn is_inside(&self, at: usize, turn: &Turns) -> bool {
        turn.over.is_none() && self.keeps && self.innermost.is_none_or(|innermost| at > innermost)
    }

    /// Whether the elements of a spread take the same word, or add up to one on the way.
    fn is_shared(&self, at: usize, turn: &Turns) -> bool {
        let apart = self.tensor == Tensor::O && !self.summed[at];
        let below = usize::from(turn.level) >= self.outer;
        self.is_free(turn) && turn.over.is_some() && below && !apart
    }

    fn is_again(&self, at: usize, turn: &Turns) -> bool {
        self.is_free(turn) && !self.is_inside(at, turn) && !self.is_shared(at, turn)
    }
}
