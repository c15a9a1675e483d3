//! Dynamic and static energy of a technology.

use serde::{Deserialize, Serialize};

use crate::dataflow::MAX_LEVELS;
use crate::evaluate::LayerCost;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Precision, Tensor};
use crate::links::Link;
use crate::technology::{Counting, Technology};

/// Energy by origin, in picojoules or activity units (see
/// [`EnergyUnit`](crate::technology::EnergyUnit)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Multiplications and additions.
    pub mac: f64,
    /// Stores, by level (0 = outermost) and tensor.
    pub store: [[f64; 3]; MAX_LEVELS],
    /// The network between the shared store and the array.
    pub noc: f64,
}

impl Energy {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.store
            .iter()
            .flatten()
            .fold(self.mac + self.noc, |sum, e| sum + e)
    }
}

/// Where a store stands, which decides its coefficients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    OffChip,
    Shared,
    Element,
}

impl Role {
    /// Of a level, given the first level inside the array.
    pub(crate) fn of(level: usize, array: usize) -> Self {
        if level == 0 {
            Role::OffChip
        } else if level < array {
            Role::Shared
        } else {
            Role::Element
        }
    }
}

impl Technology {
    /// The layer with the word widths that this technology sees.
    #[must_use]
    pub fn view(&self, layer: &Layer) -> Layer {
        let p = layer.precision;
        let psum = if self.wide_partial_sums { p.psum } else { p.o };
        layer.with_precision(Precision { psum, ..p })
    }

    /// Writes down the dynamic energy of a layer that only moves data.
    pub(crate) fn spend_moving(&self, layer: &Layer, sub: &SubAccelerator, cost: &mut LayerCost) {
        let noc = cost.link(Link::Noc).bytes as f64;
        let energy = cost.energy.insert(Energy::default());
        energy.noc = self.noc_energy * noc;
        let size = sub.store_sizes[1].unwrap_or(0);
        let shared = self.access_energy(Role::Shared, Some(size));
        let shared = match self.counting {
            Counting::Native => shared * self.narrowness(sub.store_words[1]),
            Counting::Operands => shared,
        };
        for (level, per_access) in [(0, self.dram_energy), (1, shared)] {
            for tensor in Tensor::ALL {
                let words = cost.access[level][tensor.index()].total() as f64;
                let amount = match self.counting {
                    Counting::Native if level == 0 => {
                        words * f64::from(layer.bits(tensor)) / 8.0 * sub.packing(layer, tensor)
                    }
                    Counting::Native => words * f64::from(layer.bits(tensor)) / 8.0,
                    Counting::Operands => words,
                };
                energy.store[level][tensor.index()] = per_access * amount;
            }
        }
        energy.scale(self.energy_scale);
    }

    /// Static energy in picojoules of an area (µm²) over some cycles at a clock (Hz).
    pub fn static_energy(&self, area: f64, cycles: u64, clock: f64) -> f64 {
        // W/m² · µm² = 1e-12 W, times seconds, is joules · 1e-12 = picojoules.
        self.leakage * area * (cycles as f64 / clock)
    }

    /// Energy per access of a store of this many bytes.
    pub(crate) fn access_energy(&self, role: Role, size: Option<u64>) -> f64 {
        // The square root is exact to the bit on every machine.
        let side = (size.unwrap_or(0) as f64).sqrt();
        match role {
            Role::OffChip => self.dram_energy,
            Role::Shared => self.sram_energy + self.sram_energy_sqrt * side,
            Role::Element => self.rf_energy + self.rf_energy_sqrt * side,
        }
    }
}

impl Energy {
    fn scale(&mut self, factor: f64) {
        if factor == 1.0 {
            return;
        }
        self.mac *= factor;
        self.noc *= factor;
        for e in self.store.iter_mut().flatten() {
            *e *= factor;
        }
    }
}
