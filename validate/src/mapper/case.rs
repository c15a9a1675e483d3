//! One network on one design, mapped in several ways.

use nasaic_cost::mapper::{Found, Objective, Options, Proof, search};
use nasaic_cost::{
    Layer, LayerCost, Refusal, SubAccelerator, Technology, Tensor, cost, evaluate, fit,
};

use super::dataflows::Style;
use super::designs::Design;
use super::networks::Network;

/// Evaluations per layer, sub-accelerator and dataflow.
pub(super) const LIMIT: u64 = 1_000;

/// Cycles and energy of a network, layer after layer.
#[derive(Clone, Copy, Default)]
pub(super) struct Total {
    pub(super) cycles: f64,
    pub(super) energy: f64,
}

impl Total {
    pub(super) fn edp(self) -> f64 {
        self.cycles * self.energy
    }

    fn add(&mut self, cycles: u64, energy: f64) {
        self.cycles += cycles as f64;
        self.energy += energy;
    }

    fn take(&mut self, cost: &LayerCost) {
        self.add(cost.cycles, energy(cost));
    }
}

/// What each way of mapping makes of a network on a design.
pub(super) struct Case {
    pub(super) design: String,
    pub(super) network: &'static str,
    /// MAESTRO's fixed mappings.
    pub(super) baseline: Total,
    /// The greedy mapper, on the design's dataflows.
    pub(super) greedy: Total,
    /// The search, on the design's dataflows.
    pub(super) searched: Total,
    /// The search, every sub-accelerator running any dataflow.
    pub(super) free: Total,
    /// Cycles of the baseline and of the search when latency alone counts.
    pub(super) latency: [f64; 2],
    /// What no mapping undercuts.
    pub(super) bound: Total,
    /// Layers whose searched mapping is proven to be the best of its template, and all.
    pub(super) proven: [usize; 2],
}

impl Case {
    /// Maps every layer in every way.
    pub(super) fn new(design: &Design, network: &Network) -> Result<Case, String> {
        let technology = Technology::maestro_2020();
        let mut case = Case {
            design: design.name.clone(),
            network: network.name,
            baseline: Total::default(),
            greedy: Total::default(),
            searched: Total::default(),
            free: Total::default(),
            latency: [0.0; 2],
            bound: Total::default(),
            proven: [0; 2],
        };
        for (index, layer) in network.layers.iter().enumerate() {
            let mapped = Mapped {
                layer: technology.view(layer),
                technology: &technology,
                design,
            };
            case.add(&mapped)
                .map_err(|why| format!("{}, layer {}: {why}", network.name, index + 1))?;
        }
        Ok(case)
    }

    fn add(&mut self, layer: &Mapped) -> Result<(), String> {
        let (edp, latency) = (Objective::Edp, Objective::Latency);
        self.baseline.take(&layer.fixed(edp)?);
        self.greedy.take(&layer.greedy(edp)?);
        let found = layer.searched(edp)?;
        self.searched.take(&found.cost);
        self.proven[0] += usize::from(found.proof == Proof::Proven);
        self.proven[1] += 1;
        self.free.take(&layer.free(edp, found)?.cost);
        self.latency[0] += layer.fixed(latency)?.cycles as f64;
        self.latency[1] += layer.searched(latency)?.cost.cycles as f64;
        self.bound.add(layer.least_cycles(), layer.least_energy());
        Ok(())
    }
}

/// A layer on a design: every method takes the sub-accelerator that is better for it.
struct Mapped<'a> {
    layer: Layer,
    technology: &'a Technology,
    design: &'a Design,
}

impl Mapped<'_> {
    /// MAESTRO's mapping.
    fn fixed(&self, objective: Objective) -> Result<LayerCost, String> {
        let map = |style: Style, sub: &SubAccelerator| {
            let (dataflow, shape) = style
                .baseline(&self.layer, sub.pes)
                .ok_or_else(|| format!("{} elements are less than one cluster", sub.pes))?;
            let sub = SubAccelerator {
                shape: Some(shape),
                ..*sub
            };
            let mapping = fit(&self.layer, &dataflow, &sub).map_err(refused)?;
            Ok(evaluate(&self.layer, &mapping, &sub, Some(self.technology)))
        };
        self.best(&map, |cost| value(objective, cost))
    }

    /// The greedy mapper's.
    fn greedy(&self, objective: Objective) -> Result<LayerCost, String> {
        let map = |style: Style, sub: &SubAccelerator| {
            cost(&self.layer, &style.template(), sub, Some(self.technology)).map_err(refused)
        };
        self.best(&map, |cost| value(objective, cost))
    }

    /// The search's.
    fn searched(&self, objective: Objective) -> Result<Found, String> {
        let map = |style: Style, sub: &SubAccelerator| self.search(objective, style, sub);
        self.best(&map, |found| value(objective, &found.cost))
    }

    /// The search's over all dataflows, given what it found on the design's own.
    fn free(&self, objective: Objective, own: Found) -> Result<Found, String> {
        let mut best = own;
        for (own, sub) in &self.design.subs {
            for style in Style::ALL.into_iter().filter(|style| style != own) {
                let found = self.search(objective, style, sub)?;
                if value(objective, &found.cost) < value(objective, &best.cost) {
                    best = found;
                }
            }
        }
        Ok(best)
    }

    fn search(
        &self,
        objective: Objective,
        style: Style,
        sub: &SubAccelerator,
    ) -> Result<Found, String> {
        let options = Options {
            objective,
            limit: LIMIT,
            ..Options::default()
        };
        search(
            &self.layer,
            &style.template(),
            sub,
            self.technology,
            &options,
        )
        .map_err(refused)
    }

    /// The best of the design's sub-accelerators; if none can run the layer, why not.
    fn best<T>(
        &self,
        map: &dyn Fn(Style, &SubAccelerator) -> Result<T, String>,
        value: impl Fn(&T) -> f64,
    ) -> Result<T, String> {
        let mut best: Option<T> = None;
        let mut refusal = "there is no sub-accelerator".to_string();
        for (style, sub) in &self.design.subs {
            match map(*style, sub) {
                Ok(found) if best.as_ref().is_none_or(|b| value(&found) < value(b)) => {
                    best = Some(found);
                }
                Ok(_) => {}
                Err(why) => refusal = why,
            }
        }
        best.ok_or(refusal)
    }

    /// Cycles that no mapping undercuts: all elements busy, every word over the network once.
    fn least_cycles(&self) -> u64 {
        let layer = &self.layer;
        let bits = |t: Tensor| layer.elements(t) * u64::from(layer.bits(t));
        let bytes = Tensor::ALL.into_iter().map(bits).sum::<u64>().div_ceil(8);
        let on = |sub: &SubAccelerator| {
            let lanes = u64::from(sub.pes) * u64::from(sub.simd);
            let moving = (bytes as f64 / sub.bandwidth).ceil() as u64;
            layer.macs().div_ceil(lanes).max(moving)
        };
        let subs = self.design.subs.iter();
        subs.map(|(_, sub)| on(sub)).min().unwrap_or(0)
    }

    /// Energy that no mapping undercuts: the multiplications, each with two operands read and a sum
    /// read and written in its element.
    fn least_energy(&self) -> f64 {
        let t = self.technology;
        t.energy_scale * (t.mac_energy + 4.0 * t.rf_energy) * self.layer.macs() as f64
    }
}

fn value(objective: Objective, cost: &LayerCost) -> f64 {
    objective.value(cost.cycles, energy(cost))
}

fn energy(cost: &LayerCost) -> f64 {
    cost.energy.map_or(0.0, |e| e.total())
}

fn refused(refusal: Refusal) -> String {
    format!("refused: {refusal:?}")
}
