//! From traffic at every boundary to what each store and network reports, bypasses included.

use serde::{Deserialize, Serialize};

use super::nest::Nest;
use super::region::Cuboid;
use super::walk::{Flow, Traffic, traffic};
use crate::layer::Tensor;

/// What one instance of a store does for one tensor, as Timeloop reports it, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Words read, the first read of each partial sum elided.
    pub reads: u64,
    /// Words written from the store outside or from a neighbour.
    pub fills: u64,
    /// Words written from inside: outputs and partial sums.
    pub updates: u64,
    /// Words of one tile ("utilized capacity").
    pub capacity: u64,
    /// Instances in use.
    pub instances: u64,
}

/// What the network below a store carries for one tensor, one instance of the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Instances below one instance of the store.
    pub fanout: u64,
    /// Words that enter the network, by kind of delivery.
    pub ingresses: Vec<Ingress>,
    /// Words that instances below took from a neighbour instead.
    pub linked: u64,
    /// Hops of an average word, from the middle of the array's left edge.
    pub hops: f64,
}

/// Words that enter a network and are delivered alike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ingress {
    /// Instances that receive each word together.
    pub multicast: u64,
    /// Sets of instances that receive different words.
    pub scatter: u64,
    /// Words; not whole where a bypassed store below spreads its accesses over several kinds.
    pub words: f64,
}

impl Network {
    /// The largest number of instances that receive a word together.
    pub fn multicast(&self) -> u64 {
        self.ingresses
            .iter()
            .map(|i| i.multicast)
            .max()
            .unwrap_or(0)
    }

    /// All words that enter.
    pub fn words(&self) -> f64 {
        self.ingresses.iter().map(|i| i.words).sum()
    }
}

/// One storage level of one tensor while accesses move to the stores that remain.
struct Tier {
    keeps: bool,
    /// Words of one tile.
    size: u64,
    /// Words that one instance ever holds, without what it fetches again.
    partition: u64,
    instances: u64,
    fanout: u64,
    traffic: Traffic,
    /// Words read by what is below.
    accesses: f64,
    /// Words that arrive from the store outside.
    share: f64,
    /// Words exchanged with neighbours.
    exchanged: f64,
}

/// Stores and networks of one tensor, outermost first.
pub(super) fn reports(
    nest: &Nest,
    tensor: Tensor,
    mesh: &[[u32; 2]],
) -> Vec<(Option<Held>, Network)> {
    let mut tiers = tiers(nest, tensor, mesh);
    bypass(&mut tiers);
    exchange(&mut tiers);
    let tier = |(level, tier): (usize, &Tier)| {
        let held = tier.keeps.then(|| tier.held(tensor, level == 0));
        (held, tier.network(tensor, level == 0))
    };
    tiers.iter().enumerate().map(tier).collect()
}

/// Every level as if it kept the tensor.
fn tiers(nest: &Nest, tensor: Tensor, mesh: &[[u32; 2]]) -> Vec<Tier> {
    let words = |tile: &[u32; 7]| Cuboid::touched(nest.layer, tensor, &[0; 7], tile).volume();
    let mut tiers: Vec<Tier> = Vec::new();
    for (level, block) in nest.blocks.iter().enumerate() {
        let physical = mesh.get(level).copied().unwrap_or([1, 1]);
        let traffic = traffic(nest, tensor, level, physical);
        let size = words(&block.tile);
        let outside = tiers.last();
        let partition = outside.map_or(size, |outer| {
            let union = u128::from(words(&nest.union_below(level - 1)));
            (u128::from(outer.partition) * u128::from(size) / union) as u64
        });
        let share = outside.map_or(0.0, |outer| outer.traffic.received() / outer.fanout as f64);
        tiers.push(Tier {
            keeps: block.keep.contains(tensor),
            size,
            partition,
            instances: nest.instances(level),
            fanout: block.fanout(),
            accesses: traffic.words(),
            traffic,
            share,
            exchanged: 0.0,
        });
    }
    tiers
}

/// Lets the store outside a bypassed one serve what the bypassed one would have.
///
/// Timeloop scales the traffic of the store outside by the ratio of the words wanted below to the
/// words it delivers, whatever mixture of multicasts it uses; words that neighbours had passed on
/// are fetched again.
fn bypass(tiers: &mut [Tier]) {
    for level in (1..tiers.len())
        .rev()
        .filter(|&l| !tiers[l].keeps)
        .collect::<Vec<_>>()
    {
        let wanted = tiers[level].accesses;
        let outer = &mut tiers[level - 1];
        let ratio = wanted * outer.fanout as f64 / outer.traffic.received();
        for flow in outer.traffic.flows.values_mut() {
            flow.words *= ratio;
        }
        outer.traffic.linked = 0;
        outer.accesses = outer.traffic.words();
    }
}

/// Charges words that neighbours passed on to the stores that they left and entered.
fn exchange(tiers: &mut [Tier]) {
    for level in 1..tiers.len() {
        let linked = tiers[level - 1].traffic.linked as f64;
        tiers[level].exchanged = linked / tiers[level].instances as f64;
    }
}

impl Tier {
    fn held(&self, tensor: Tensor, outermost: bool) -> Held {
        let read = self.accesses + self.exchanged;
        let filled = self.share + self.exchanged;
        let partition = self.partition as f64;
        let (reads, fills, updates) = match (tensor, outermost) {
            (Tensor::O, true) => (read - partition, 0.0, self.accesses),
            (Tensor::O, false) => (
                read - partition,
                (filled - partition).round(),
                self.accesses,
            ),
            // Timeloop cuts these off where it rounds the others.
            (_, false) => (read, filled.trunc(), 0.0),
            (_, true) => (read, 0.0, 0.0),
        };
        Held {
            reads: reads.round() as u64,
            fills: fills as u64,
            updates: updates.round() as u64,
            capacity: self.size,
            instances: self.instances,
        }
    }

    /// The network as the store feeds it. The outermost store cannot add: partial sums travel up to
    /// the adder below and back, the first time excepted.
    fn network(&self, tensor: Tensor, outermost: bool) -> Network {
        let ingress = |(&(multicast, scatter), flow): (&(u64, u64), &Flow)| {
            let words = match (tensor, outermost) {
                (Tensor::O, true) => 2.0 * flow.words - self.partition as f64,
                _ => flow.words,
            };
            Ingress {
                multicast,
                scatter,
                words,
            }
        };
        let ingresses: Vec<Ingress> = self.traffic.flows.iter().map(ingress).collect();
        let words: f64 = ingresses.iter().map(|i| i.words).sum();
        let travelled: f64 = self.traffic.flows.values().map(|flow| flow.hops).sum();
        Network {
            fanout: self.fanout,
            ingresses,
            linked: self.traffic.linked,
            hops: if words > 0.0 { travelled / words } else { 0.0 },
        }
    }
}
