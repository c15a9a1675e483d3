//! The greedy mapper: chooses the open tile sizes of a template for one layer.
//!
//! 1. *Spreads.* Each side of the array is dealt out to its spreads from the outermost inwards,
//!    each taking as many as its dimension has. Without a fixed shape, every useful number of
//!    columns is tried: the pair with the fewest steps wins, then the one closest to a square,
//!    then the wider one. If the smallest tiles of all instances together overflow a shared store,
//!    the widest spread of open size is halved until they fit.
//! 2. *Tiles.* The tile of every store starts at one element per instance and grows from the
//!    innermost store outwards. Dimensions without a written loop above the store come first
//!    (those looped directly below it first, then the others, innermost of N K C P Q R S first);
//!    the dimensions of written `fit` loops above follow, outermost last. A tile grows as far as
//!    every capacity allows, and is then evened out so that the steps are equally large.
//! 3. *Implied loops.* What no written loop walks is walked outside the written loops of a level,
//!    so that these decide what stays; below the innermost store it is walked innermost. The order
//!    is N K C P Q R S.
//!
//! Without any randomness the result depends on the three arguments alone.

use serde::{Deserialize, Serialize};

use crate::dataflow::{Dataflow, Flaw, MAX_LEVELS, Step, Tile};
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, LayerKind, Tensor};
use crate::lower::lower;
use crate::mapping::{Level, Mapping, tile_elements};
use crate::spread::{best_shape, spreads};

/// Why a layer cannot be mapped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The template does not run layers of this kind, or the layer has no multiplications to map.
    Kind(LayerKind),
    /// The template itself is wrong, or its fixed spreads do not fit the array.
    Flawed(Vec<Flaw>),
    /// The sub-accelerator has no elements or no bandwidth.
    Absent,
    /// The smallest possible tile is larger than its store.
    Capacity {
        /// Index of the store, 0 = outermost.
        level: usize,
        /// The tensor that needs most of it.
        tensor: Tensor,
        /// Bytes that all tensors kept there need, both buffers included.
        need: u64,
        /// Bytes that the store has.
        size: u64,
    },
}

/// Chooses every tile size of `dataflow` for `layer` on `sub`, greedily and deterministically.
pub fn fit(layer: &Layer, dataflow: &Dataflow, sub: &SubAccelerator) -> Result<Mapping, Refusal> {
    if !layer.kind.has_macs() || !dataflow.runs(layer.kind) {
        return Err(Refusal::Kind(layer.kind));
    }
    if !sub.is_present() {
        return Err(Refusal::Absent);
    }
    dataflow.check().map_err(Refusal::Flawed)?;
    dataflow
        .check_array(sub.pes, sub.shape)
        .map_err(Refusal::Flawed)?;
    let [columns, rows] = sub
        .shape
        .unwrap_or_else(|| best_shape(layer, dataflow, sub.pes));
    let mut spread = spreads(layer, dataflow, columns, rows);
    let mut plan = Plan::new(layer, dataflow, sub, &spread);
    while let Err(refusal) = plan.check_smallest() {
        if !narrow(dataflow, &mut spread) {
            return Err(refusal);
        }
        plan = Plan::new(layer, dataflow, sub, &spread);
    }
    plan.grow();
    lower(&plan).ok_or_else(|| Refusal::Flawed(vec![Flaw::TooManyLoops]))
}

/// Halves the widest spread of open size; false if none is left to narrow.
fn narrow(dataflow: &Dataflow, spread: &mut [u32]) -> bool {
    let open = |step: &Step| matches!(step, Step::Spread { size: None, .. });
    let widest = (0..spread.len())
        .filter(|&i| open(&dataflow.steps[i]) && spread[i] > 1)
        .max_by_key(|&i| spread[i]);
    match widest {
        Some(index) => {
            spread[index] = spread[index].div_ceil(2);
            true
        }
        None => false,
    }
}

/// The state of a fit: spreads and the tile of every store.
pub(crate) struct Plan<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) dataflow: &'a Dataflow,
    pub(crate) levels: Vec<Level>,
    /// Instances of each spread, by step.
    pub(crate) spread: &'a [u32],
    /// Product of the spreads between a store and the next, by dimension.
    fan: [[u32; 7]; MAX_LEVELS],
    /// Largest tile that fixed loops leave to a store.
    limit: [[u32; 7]; MAX_LEVELS],
    /// Largest tile of one instance of a store.
    pub(crate) tile: [[u32; 7]; MAX_LEVELS],
}

impl<'a> Plan<'a> {
    fn new(
        layer: &'a Layer,
        dataflow: &'a Dataflow,
        sub: &SubAccelerator,
        spread: &'a [u32],
    ) -> Self {
        let sizes = sub.sizes(dataflow);
        let stores = dataflow.steps.iter().filter_map(|step| match step {
            Step::Store {
                keep,
                buffering,
                bandwidth,
                ..
            } => Some((*keep, *buffering, *bandwidth)),
            _ => None,
        });
        let levels: Vec<Level> = stores
            .zip(sizes)
            .map(|((keep, buffering, bandwidth), size)| Level {
                keep,
                buffering,
                size,
                bandwidth,
            })
            .collect();
        let mut plan = Plan {
            layer,
            dataflow,
            levels,
            spread,
            fan: [[1; 7]; MAX_LEVELS],
            limit: [layer.bounds; MAX_LEVELS],
            tile: [[1; 7]; MAX_LEVELS],
        };
        plan.read_loops();
        plan
    }

    /// Takes over what the template fixes: fans, limits, and tiles that fixed loops demand.
    fn read_loops(&mut self) {
        let mut extent = self.layer.bounds;
        let mut demanded = [false; 7];
        let mut level = 0;
        for (index, step) in self.dataflow.steps.iter().enumerate().skip(1) {
            match *step {
                Step::Store { .. } => {
                    level += 1;
                    self.limit[level] = extent;
                    for dim in Dim::ALL.into_iter().filter(|d| demanded[d.index()]) {
                        self.tile[level][dim.index()] = extent[dim.index()];
                    }
                    demanded = [false; 7];
                }
                Step::Loop { dim, tile } => {
                    let e = &mut extent[dim.index()];
                    if let Tile::Fixed(size) = tile {
                        *e = size.min(*e);
                    }
                    demanded[dim.index()] |= tile != Tile::Fit;
                }
                Step::Spread { dim, .. } => {
                    let d = dim.index();
                    self.fan[level][d] *= self.spread[index];
                    extent[d] = extent[d].div_ceil(self.spread[index]);
                }
            }
        }
        for level in (1..self.levels.len()).rev() {
            self.raise_outer(level);
        }
    }

    /// Makes every store outside `level` large enough for what its instances hold together.
    fn raise_outer(&mut self, level: usize) {
        for outer in (0..level).rev() {
            for dim in 0..7 {
                let together = self.union(outer, dim);
                self.tile[outer][dim] = self.tile[outer][dim].max(together);
            }
        }
        self.tile[0] = self.layer.bounds;
    }

    /// Elements of a dimension that the instances of the store below `level` hold together.
    fn union(&self, level: usize, dim: usize) -> u32 {
        let below = u64::from(self.tile[level + 1][dim]) * u64::from(self.fan[level][dim]);
        below.min(u64::from(self.limit[level][dim])) as u32
    }

    fn check_smallest(&self) -> Result<(), Refusal> {
        for level in 1..self.levels.len() {
            let Some(size) = self.levels[level].size else {
                continue;
            };
            let need = self.need(level);
            if need > size {
                let tensor = self.levels[level]
                    .keep
                    .iter()
                    .max_by_key(|&t| self.bits(level, t))
                    .unwrap_or(Tensor::W);
                return Err(Refusal::Capacity {
                    level,
                    tensor,
                    need,
                    size,
                });
            }
        }
        Ok(())
    }

    /// Bytes that one instance of a store needs for its tiles.
    fn need(&self, level: usize) -> u64 {
        let bits: u64 = self.levels[level]
            .keep
            .iter()
            .map(|t| self.bits(level, t))
            .sum();
        bits.div_ceil(8) * self.levels[level].buffering.copies()
    }

    fn bits(&self, level: usize, tensor: Tensor) -> u64 {
        let width = match tensor {
            Tensor::O if self.holds_partial_sums(level) => self.layer.precision.psum,
            other => self.layer.bits(other),
        };
        tile_elements(self.layer, &self.tile[level], tensor) * u64::from(width)
    }

    /// Whether outputs arrive at this store before their reduction is complete.
    fn holds_partial_sums(&self, level: usize) -> bool {
        let inner = (level + 1..self.levels.len())
            .find(|&l| self.levels[l].keep.contains(Tensor::O))
            .unwrap_or(self.levels.len());
        Dim::ALL
            .into_iter()
            .filter(|d| d.is_reduction())
            .any(|dim| {
                let d = dim.index();
                let mut together = if inner < self.levels.len() {
                    self.tile[inner][d]
                } else {
                    1
                };
                for outer in (0..inner).rev() {
                    together = together.saturating_mul(self.fan[outer][d]);
                }
                together < self.layer.bounds[d]
            })
    }

    fn fits(&self) -> bool {
        (1..self.levels.len()).all(|l| self.levels[l].size.is_none_or(|size| self.need(l) <= size))
    }

    fn grow(&mut self) {
        for level in (1..self.levels.len()).rev() {
            for dim in self.growth_order(level) {
                self.grow_dim(level, dim.index());
            }
        }
    }

    /// The order in which a store's tile grows, see the module's text.
    fn growth_order(&self, level: usize) -> Vec<Dim> {
        let mut above = Vec::new();
        let mut below = Vec::new();
        let mut at = 0;
        for step in &self.dataflow.steps[1..] {
            match *step {
                Step::Store { .. } => at += 1,
                Step::Loop {
                    dim,
                    tile: Tile::Fit,
                } if at < level => above.push(dim),
                Step::Loop { dim, .. } if at >= level => below.push(dim),
                Step::Loop { .. } | Step::Spread { .. } => {}
            }
        }
        let implied = Dim::ALL.into_iter().rev();
        let free = below
            .into_iter()
            .rev()
            .chain(implied)
            .filter(|d| !above.contains(d));
        let mut order: Vec<Dim> = Vec::new();
        for dim in free.chain(above.iter().rev().copied()) {
            if !order.contains(&dim) {
                order.push(dim);
            }
        }
        order
    }

    /// Enlarges one dimension of a store's tile as far as all capacities allow.
    fn grow_dim(&mut self, level: usize, dim: usize) {
        let unit = self.tile[level][dim];
        let most = self.limit[level][dim].div_ceil(unit);
        let before = self.tile;
        let (mut good, mut bad) = (1, most + 1);
        while bad - good > 1 {
            // The whole dimension is tried first: it fits more often than not.
            let middle = if bad > most { most } else { good.midpoint(bad) };
            self.tile = before;
            self.set(level, dim, unit * middle);
            if self.fits() {
                good = middle;
            } else {
                bad = middle;
            }
        }
        let even = most.div_ceil(most.div_ceil(good));
        self.tile = before;
        self.set(level, dim, unit * even);
    }

    fn set(&mut self, level: usize, dim: usize, size: u32) {
        self.tile[level][dim] = size.min(self.limit[level][dim]);
        self.raise_outer(level);
    }
}
