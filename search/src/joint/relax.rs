//! A bound on every schedule of a box of designs, by tolls on busy time.
//!
//! Let `e` and `t` be the least energy and time of a layer on sub-accelerator `a`
//! within the box, `L` the deadline and `E` the energy that may be spent. In a
//! schedule that ends by `L` no sub-accelerator is busy for more than `L` cycles,
//! and no chain of layers takes more. So for any tolls `λ` per sub-accelerator
//! and `μ` per chain, all at least 0,
//!
//! ```text
//! energy ≥ Σ_layers min_a (e + (λ_a + μ_chain)·t) − L·max(Σλ + Σμ − κ, 0)
//! ```
//!
//! where `κ` is the least leakage per cycle: as the schedule lasts at least as long
//! as anything is busy, tolls up to `κ` are paid by it. Where the right side exceeds `E` the box holds no design that meets the specs.
//! It is the Lagrangian relaxation of the assignment, without its time table.
//! Tolls are whole numbers, so anyone can add the bound up again, exactly.

use super::model::{Bounds, Price};
use serde::{Deserialize, Serialize};

/// Steps of the search for tolls at one box.
const STEPS: usize = 40;

/// Keeps a toll times a deadline within 64 bits.
const MOST_TOLL: f64 = 1e12;

/// How far beyond the bound a step aims, so that it ends beyond it.
const AIM: f64 = 1.02;

/// What a busy cycle costs, in quanta of energy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tolls {
    /// One per sub-accelerator.
    pub subs: Vec<u64>,
    /// One per task.
    pub tasks: Vec<u64>,
}

/// One box with the work to be done in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relaxed<'a> {
    /// Layers with their tasks.
    pub work: &'a [(u32, usize)],
    /// The sub-accelerators that are present, with the least prices of all layers.
    pub subs: &'a [(usize, &'a [Price])],
    /// Least leakage per cycle, in quanta.
    pub leak: u64,
    /// What must hold.
    pub bounds: &'a Bounds,
}

/// The bound for some tolls, and the loads that say how to change them.
struct Dual {
    value: i128,
    /// Busy cycles of each sub-accelerator.
    busy: Vec<u64>,
    /// Cycles of each chain.
    chain: Vec<u64>,
}

impl Tolls {
    /// No tolls: the bound is the sum of the least energies.
    pub fn none(subs: usize, tasks: usize) -> Self {
        Self {
            subs: vec![0; subs],
            tasks: vec![0; tasks],
        }
    }

    fn total(&self) -> i128 {
        let all = self.subs.iter().chain(&self.tasks);
        all.map(|&toll| i128::from(toll)).sum()
    }
}

impl Relaxed<'_> {
    /// Whether the tolls prove that no design of the box keeps to the bounds.
    pub fn excludes(&self, tolls: &Tolls) -> bool {
        let most = i128::from(self.bounds.energy) + self.refund(tolls);
        let mut sum = 0i128;
        for &(layer, task) in self.work {
            match self.cheapest(layer, task, tolls) {
                Some((cost, ..)) => sum += i128::from(cost),
                None => return true,
            }
        }
        sum > most
    }

    /// Tolls that exclude the box, by subgradient steps with Polyak's length from others.
    ///
    /// None proves nothing: the box may hold a design, or the bound may be too weak.
    pub fn tolls(&self, from: &Tolls) -> Option<Tolls> {
        let mut tolls = from.clone();
        let energy = i128::from(self.bounds.energy);
        for _ in 0..STEPS {
            let Some(dual) = self.dual(&tolls).filter(|dual| dual.value <= energy) else {
                return Some(tolls);
            };
            if !self.step(&mut tolls, &dual) {
                return None;
            }
        }
        self.excludes(&tolls).then_some(tolls)
    }

    /// Moves the tolls along the slope; says whether there was one.
    fn step(&self, tolls: &mut Tolls, dual: &Dual) -> bool {
        let paid = tolls.total() > i128::from(self.leak);
        let deadline = if paid {
            self.bounds.deadline as f64
        } else {
            0.0
        };
        let loads = dual.busy.iter().chain(&dual.chain);
        let all = tolls.subs.iter_mut().chain(&mut tolls.tasks);
        // A toll of 0 that would fall takes no part in the step.
        let moving: Vec<(&mut u64, f64)> = all
            .zip(loads.map(|&load| load as f64 - deadline))
            .filter(|(toll, slope)| **toll > 0 || *slope > 0.0)
            .collect();
        let norm: f64 = moving.iter().map(|(_, slope)| slope * slope).sum();
        if norm <= 0.0 {
            return false;
        }
        let length = (self.bounds.energy as f64 * AIM - dual.value as f64) / norm;
        for (toll, slope) in moving {
            *toll = (*toll as f64 + length * slope).clamp(0.0, MOST_TOLL) as u64;
        }
        true
    }

    /// The bound's value; none where a layer can run nowhere.
    fn dual(&self, tolls: &Tolls) -> Option<Dual> {
        let mut dual = Dual {
            value: -self.refund(tolls),
            busy: vec![0; tolls.subs.len()],
            chain: vec![0; tolls.tasks.len()],
        };
        for &(layer, task) in self.work {
            let (cost, sub, cycles) = self.cheapest(layer, task, tolls)?;
            dual.value += i128::from(cost);
            dual.busy[sub] += cycles;
            dual.chain[task] += cycles;
        }
        Some(dual)
    }

    fn refund(&self, tolls: &Tolls) -> i128 {
        i128::from(self.bounds.deadline) * (tolls.total() - i128::from(self.leak)).max(0)
    }

    /// Energy and toll of a layer where they are least, that place, and its cycles there.
    ///
    /// A place where the layer alone exceeds a bound is in no schedule.
    #[inline]
    fn cheapest(&self, layer: u32, task: usize, tolls: &Tolls) -> Option<(u64, usize, u64)> {
        let mut least: Option<(u64, usize, u64)> = None;
        for &(sub, prices) in self.subs {
            let price = prices[layer as usize];
            if price.cycles > self.bounds.deadline || price.energy > self.bounds.energy {
                continue;
            }
            let toll = (tolls.subs[sub] + tolls.tasks[task]).saturating_mul(price.cycles);
            let cost = price.energy.saturating_add(toll);
            if least.is_none_or(|(known, ..)| cost < known) {
                least = Some((cost, sub, price.cycles));
            }
        }
        least
    }
}
