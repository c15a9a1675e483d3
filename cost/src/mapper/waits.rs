//! Cycles that no plan below a node can hide behind its multiplications.

use super::judge::first_words;
use crate::dataflow::Buffering;
use crate::evaluate::LayerCost;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{Link, MAX_LINKS, crossing_bits};
use crate::mapping::{Advance, Mapping};
use crate::plan::Plan;

/// A node of the search as its bound sees it: the nest in which open dimensions are held whole.
pub(super) struct Relaxed<'a> {
    pub(super) layer: &'a Layer,
    pub(super) mapping: &'a Mapping,
    pub(super) cost: &'a LayerCost,
    /// Dimensions that are not open, one bit each.
    pub(super) decided: u8,
}

impl Relaxed<'_> {
    /// Whether every plan below the node uses the same columns and rows as the relaxed nest: tiles
    /// outside a spread decide how much of it has work.
    pub(super) fn array_is_decided(&self) -> bool {
        let mut spread = self
            .mapping
            .loops()
            .iter()
            .filter(|l| l.advance != Advance::Time);
        spread.all(|l| self.decided & 1 << l.dim.index() != 0)
    }

    /// The way to the farthest element and back, at least.
    pub(super) fn hops(&self, sub: &SubAccelerator) -> u64 {
        if self.array_is_decided() {
            self.cost.hop_cycles
        } else {
            // Even a single element is one hop away from either side.
            self.cost.hop_cycles.min(4 * u64::from(sub.hop_cycles))
        }
    }

    /// What the links need before the first and after the last multiplication, at least: the first
    /// tiles of the smallest plan, and all that enters a store with a single buffer.
    pub(super) fn exposed(&self, least: &Plan, sub: &SubAccelerator) -> u64 {
        let mut bits = [0; MAX_LINKS];
        for tensor in Tensor::ALL {
            let mut child = self.mapping.levels().len();
            while child > 0 {
                let parent = self.mapping.parent(child, tensor);
                let edge = self.exposed_bits(least, sub, (tensor, parent, child));
                for link in self.links(parent, child).into_iter().flatten() {
                    bits[link.index()] += edge;
                }
                child = parent;
            }
        }
        let links = bits.iter().zip(&self.cost.links).enumerate();
        let cycles = links.map(|(index, (bits, load))| {
            self.bandwidth(Link::at(index), sub).map_or(0, |bandwidth| {
                let first = (bits.div_ceil(8) as f64 / bandwidth).ceil() as u64;
                first.min(load.cycles)
            })
        });
        cycles.sum()
    }

    fn exposed_bits(
        &self,
        least: &Plan,
        sub: &SubAccelerator,
        (tensor, parent, child): (Tensor, usize, usize),
    ) -> u64 {
        let fed = self.mapping.levels().get(child);
        if fed.is_some_and(|level| level.buffering == Buffering::Single) {
            let access = &self.cost.access[parent][tensor.index()];
            let outputs = self.layer.elements(Tensor::O);
            let bits = crossing_bits(self.layer, tensor, access, outputs);
            return sub.packed(self.layer, tensor, parent, bits);
        }
        first_words(least, child, tensor) * u64::from(self.layer.bits(tensor))
    }

    /// The links on the way from one store to the next.
    fn links(&self, parent: usize, child: usize) -> [Option<Link>; 2] {
        let array = self.mapping.array_level();
        let fed = self.mapping.levels().get(child);
        let inside = match fed.and_then(|level| level.bandwidth) {
            Some(_) => Some(Link::Store(child as u8)),
            None => (parent < array && array <= child).then_some(Link::Noc),
        };
        [inside, (parent == 0).then_some(Link::OffChip)]
    }

    fn bandwidth(&self, link: Link, sub: &SubAccelerator) -> Option<f64> {
        match link {
            Link::OffChip => sub.dram_bandwidth,
            Link::Noc => Some(sub.bandwidth),
            Link::Store(level) => {
                let level = self.mapping.levels().get(usize::from(level))?;
                level.bandwidth.map(|bits| f64::from(bits) / 8.0)
            }
        }
    }
}
