//! The nest that a layer runs as: the one place where mappers are called.
//!
//! What is priced, what is drawn and what is exported is the same nest.

use super::hardware::Sub;
use nasaic_cost::mapper::{Options, Proof, search};
use nasaic_cost::{
    Layer, LayerCost, Mapping, OnChip, Refusal, Technology, evaluate, evaluate_on_chip, fit,
    move_only,
};

/// What chooses tiles and spreads.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Mapper {
    /// Greedily as much as fits.
    #[default]
    Fit,
    /// The best that a search finds.
    Search(Options),
}

/// A layer on an array.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The layer with the word widths that the technology sees.
    pub layer: Layer,
    /// Its nest; none for a layer that only moves data.
    pub mapping: Option<Mapping>,
    /// What it costs.
    pub cost: LayerCost,
    /// What is known about its nest, where one was searched for.
    pub proof: Option<Proof>,
}

impl Mapped {
    /// Maps a layer and costs it.
    pub fn new(layer: &Layer, sub: &Sub, technology: Option<&Technology>) -> Result<Self, Refusal> {
        let layer = technology.map_or(*layer, |t| t.view(layer));
        if !layer.kind.has_macs() {
            let array = sub.array.sized(&sub.dataflow);
            let mapped = Self {
                layer,
                mapping: None,
                cost: move_only(&layer, &array, technology, OnChip::default()),
                proof: None,
            };
            return Ok(mapped.timed(sub));
        }
        let (mapping, proof) = match sub.mapper {
            Mapper::Fit => (fit(&layer, &sub.dataflow, &sub.array)?, None),
            Mapper::Search(options) => {
                // Without a technology only cycles are looked at, and nothing costs energy.
                let free = Technology::default();
                let energies = technology.unwrap_or(&free);
                let found = search(&layer, &sub.dataflow, &sub.array, energies, &options)?;
                (found.mapping, Some(found.proof))
            }
        };
        let mapped = Self {
            layer,
            cost: evaluate(&layer, &mapping, &sub.array, technology),
            mapping: Some(mapping),
            proof,
        };
        Ok(mapped.timed(sub))
    }

    /// The same with cycles of the platform's clock, told by a formula where the dataflow has one.
    fn timed(mut self, sub: &Sub) -> Self {
        let told = sub.engine.as_ref().and_then(|e| e.cycles(&self.layer));
        if let Some(told) = told {
            self.cost.utilization *= self.cost.cycles as f64 / told.max(1) as f64;
            self.cost.cycles = told;
        }
        self.cost.cycles = sub.paced(self.cost.cycles);
        self
    }
}

impl Mapped {
    /// The same nest where some tensors make no trip to off-chip memory.
    #[must_use]
    pub fn on_chip(mut self, sub: &Sub, technology: Option<&Technology>, on_chip: OnChip) -> Self {
        if on_chip != OnChip::default() {
            self.cost = match &self.mapping {
                Some(nest) => evaluate_on_chip(&self.layer, nest, &sub.array, technology, on_chip),
                None => move_only(
                    &self.layer,
                    &sub.array.sized(&sub.dataflow),
                    technology,
                    on_chip,
                ),
            };
            return self.timed(sub);
        }
        self
    }
}

/// What is known about a searched nest, in a word or two.
pub fn proof_text(proof: Proof) -> String {
    match proof {
        Proof::Proven => "optimal".into(),
        Proof::Limit { gap, .. } if gap.is_finite() => {
            format!("within {:.1} %", 100.0 * gap)
        }
        Proof::Limit { .. } => "best found".into(),
    }
}
