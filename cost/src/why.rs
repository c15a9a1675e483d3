//! Why a layer costs what it costs: the chain from its loop nest to cycles and energy, as data.
//!
//! Everything here is an evaluation or follows from one. What a link carries of one tensor is what
//! it carries when the other tensors have words of no width; what a resource costs is how much
//! sooner the layer would end without it; what would help is tried (module `remedies`).

mod losses;
mod movement;
mod remedies;

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::dataflow::{Dataflow, MAX_LEVELS};
use crate::energy::Energy;
use crate::evaluate::{Bound, LayerCost, evaluate};
use crate::explain::{NestLine, loop_nest};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Precision, Tensor};
use crate::links::{Link, LinkLoad, MAX_LINKS};
use crate::mapper::Options;
use crate::mapping::Mapping;
use crate::technology::Technology;

pub use losses::{Cause, Loss};
pub use movement::{Movement, Turns};
pub use remedies::{Change, Remedy};

/// The explanation of one layer's cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The nest, line by line.
    pub nest: Vec<NestLine>,
    /// What is explained.
    pub cost: LayerCost,
    /// What follows upon what; these cycles add up to the latency.
    pub phases: Vec<Phase>,
    /// Why the multipliers do less than they could; the product of these is the utilization.
    pub losses: Vec<Loss>,
    /// The links that carry anything.
    pub links: Vec<LinkUse>,
    /// What the latency would be without each resource: first the one that binds, then the others
    /// by what they cost.
    pub limits: Vec<Limit>,
    /// Where the energy goes, most first; empty without a technology.
    pub energy: Vec<Share>,
    /// The tensor that moves most over the link that binds (over the busiest one if computation
    /// does); none if nothing moves.
    pub movement: Option<Movement>,
    /// What was tried, most helpful first.
    pub remedies: Vec<Remedy>,
}

/// A part of the latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// What happens.
    pub kind: PhaseKind,
    /// For how long.
    pub cycles: u64,
}

/// What happens in a part of the latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PhaseKind {
    /// The multipliers work.
    Compute,
    /// Words are on their way to the farthest element and back.
    Hops,
    /// A transfer that cannot hide behind computation: the first tile in, the last one out, and
    /// everything into or out of a store with a single buffer.
    Exposed(Link),
    /// The multipliers wait because the link carries more than computation can hide.
    Stall(Link),
}

/// What a link does for a layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkUse {
    /// Which.
    pub link: Link,
    /// Bytes by tensor; each is rounded up by itself.
    pub bytes: [u64; 3],
    /// All of them, and their time.
    pub load: LinkLoad,
    /// Bytes per cycle; none is unlimited.
    pub bandwidth: Option<f64>,
    /// Its cycles as a share of the latency.
    pub busy: f64,
}

/// What a resource costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The multipliers or a link.
    pub bound: Bound,
    /// Cycles that it works.
    pub busy: u64,
    /// The latency if it took no time at all.
    pub without: u64,
    /// What would bind then.
    pub next: Bound,
}

/// A part of the energy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Which.
    pub part: Part,
    /// In picojoules or units of activity.
    pub energy: f64,
    /// The tensor that causes most of it, where one does.
    pub mostly: Option<Tensor>,
}

/// A consumer of energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Multiplications and additions.
    Mac,
    /// A storage level, 0 = outermost.
    Store(u8),
    /// The network.
    Noc,
}

/// Explains the cost of a mapped layer; arguments as for [`evaluate`], the dataflow that the mapping
/// was made from, and how it was searched for; none is [`fit`](crate::fit).
///
/// What would help is mapped in the same way.
pub fn why(
    layer: &Layer,
    mapping: &Mapping,
    dataflow: &Dataflow,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
    search: Option<&Options>,
) -> Why {
    let design = Design {
        layer,
        mapping: *mapping,
        dataflow: dataflow.clone(),
        sub: *sub,
        technology,
        search,
    };
    let cost = design.cost();
    let links = design.links(&cost);
    Why {
        nest: loop_nest(layer, mapping, dataflow),
        phases: phases(&cost),
        losses: losses::losses(&design, &cost),
        limits: limits(&design, &cost),
        energy: cost.energy.as_ref().map(shares).unwrap_or_default(),
        movement: movement::movement(layer, mapping, &cost, &links),
        remedies: remedies::remedies(&design),
        links,
        cost,
    }
}

/// A layer on an array: all that an evaluation needs, so that it can be changed and done again.
#[derive(Clone)]
struct Design<'a> {
    layer: &'a Layer,
    mapping: Mapping,
    dataflow: Dataflow,
    sub: SubAccelerator,
    technology: Option<&'a Technology>,
    /// How it is mapped; greedily if not by a search.
    search: Option<&'a Options>,
}

impl Design<'_> {
    fn cost(&self) -> LayerCost {
        evaluate(self.layer, &self.mapping, &self.sub, self.technology)
    }

    fn area(&self) -> Option<f64> {
        let technology = self.technology?;
        Some(area(&self.dataflow, &self.sub, technology).total())
    }

    fn bandwidth(&self, link: Link) -> Option<f64> {
        match link {
            Link::OffChip => self.sub.dram_bandwidth,
            Link::Noc => Some(self.sub.bandwidth),
            Link::Store(level) => {
                let fed = self.mapping.levels().get(usize::from(level))?;
                fed.bandwidth.map(|bits| f64::from(bits) / 8.0)
            }
        }
    }

    fn links(&self, cost: &LayerCost) -> Vec<LinkUse> {
        let alone = Tensor::ALL.map(|tensor| {
            let layer = only(self.layer, tensor);
            evaluate(&layer, &self.mapping, &self.sub, None).links
        });
        let all = (0..MAX_LINKS).filter(|&i| cost.links[i].bytes > 0);
        let uses = all.map(|i| LinkUse {
            link: Link::at(i),
            bytes: alone.map(|links| links[i].bytes),
            load: cost.links[i],
            bandwidth: self.bandwidth(Link::at(i)),
            busy: cost.links[i].cycles as f64 / cost.cycles.max(1) as f64,
        });
        uses.collect()
    }

    /// The same design with a link of another bandwidth, in bytes per cycle.
    fn with_bandwidth(mut self, link: Link, bandwidth: f64) -> Option<Self> {
        match link {
            Link::OffChip => self.sub.dram_bandwidth = Some(bandwidth),
            Link::Noc => self.sub.bandwidth = bandwidth,
            Link::Store(level) => {
                let mut levels = self.mapping.levels().to_vec();
                let bits = (bandwidth * 8.0).ceil() as u32;
                levels.get_mut(usize::from(level))?.bandwidth = Some(bits);
                self.mapping = rebuilt(&levels, self.mapping.loops())?;
            }
        }
        Some(self)
    }
}

/// The layer with words of no width for all tensors but one.
fn only(layer: &Layer, tensor: Tensor) -> Layer {
    let p = layer.precision;
    let none = Precision::uniform(0);
    layer.with_precision(match tensor {
        Tensor::W => Precision { w: p.w, ..none },
        Tensor::I => Precision { i: p.i, ..none },
        Tensor::O => Precision {
            o: p.o,
            psum: p.psum,
            ..none
        },
    })
}

/// A nest of these levels and loops; none if they are too many.
fn rebuilt(levels: &[crate::mapping::Level], loops: &[crate::mapping::Loop]) -> Option<Mapping> {
    let mut mapping = Mapping::new(levels)?;
    loops.iter().all(|l| mapping.push(*l)).then_some(mapping)
}

/// Computation, hops, what cannot hide, and what is left of the latency: waiting for the link
/// whose total is the latency.
fn phases(cost: &LayerCost) -> Vec<Phase> {
    let links = cost.links.iter().enumerate();
    let exposed = links
        .clone()
        .map(|(i, load)| (PhaseKind::Exposed(Link::at(i)), load.exposed));
    let mut phases: Vec<Phase> = [
        (PhaseKind::Compute, cost.compute_cycles),
        (PhaseKind::Hops, cost.hop_cycles),
    ]
    .into_iter()
    .chain(exposed)
    .map(|(kind, cycles)| Phase { kind, cycles })
    .collect();
    let in_sequence = phases.iter().map(|p| p.cycles).sum::<u64>();
    let rest = cost.cycles.saturating_sub(in_sequence);
    let full = links.max_by_key(|(_, load)| load.cycles);
    phases.extend(full.map(|(i, _)| Phase {
        kind: PhaseKind::Stall(Link::at(i)),
        cycles: rest,
    }));
    phases.retain(|p| p.cycles > 0);
    phases
}

fn limits(design: &Design, cost: &LayerCost) -> Vec<Limit> {
    let links = (0..MAX_LINKS).filter(|&i| cost.links[i].cycles > 0);
    let links = links.filter_map(|i| {
        let link = Link::at(i);
        let free = design.clone().with_bandwidth(link, f64::INFINITY)?.cost();
        Some(Limit {
            bound: Bound::Link(link),
            busy: cost.links[i].cycles,
            without: free.cycles,
            next: free.bound_by,
        })
    });
    let mut limits: Vec<Limit> = std::iter::once(without_computation(design, cost))
        .chain(links)
        .collect();
    limits.sort_by_key(|l| (l.bound != cost.bound_by, l.without));
    limits
}

/// Multipliers without end: what is left is hops and links.
fn without_computation(design: &Design, cost: &LayerCost) -> Limit {
    let mut endless = design.clone();
    endless.sub.simd = u32::MAX;
    endless.sub.accumulate_cycles = 0;
    let free = endless.cost();
    Limit {
        bound: Bound::Compute,
        busy: cost.compute_cycles,
        without: free.cycles,
        next: free.bound_by,
    }
}

fn shares(energy: &Energy) -> Vec<Share> {
    let store = |level: usize| {
        let by_tensor = &energy.store[level];
        let most = Tensor::ALL
            .into_iter()
            .max_by(|a, b| by_tensor[a.index()].total_cmp(&by_tensor[b.index()]));
        Share {
            part: Part::Store(level as u8),
            energy: by_tensor.iter().sum(),
            mostly: most,
        }
    };
    let plain = |part, energy| Share {
        part,
        energy,
        mostly: None,
    };
    let mut shares: Vec<Share> = (0..MAX_LEVELS).map(store).collect();
    shares.push(plain(Part::Mac, energy.mac));
    shares.push(plain(Part::Noc, energy.noc));
    shares.retain(|s| s.energy > 0.0);
    shares.sort_by(|a, b| b.energy.total_cmp(&a.energy));
    shares
}
