//! Dynamic and static energy of a technology.

use serde::{Deserialize, Serialize};

use crate::counts::Access;
use crate::dataflow::{Axis, MAX_LEVELS, TensorSet};
use crate::evaluate::LayerCost;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Precision, Tensor};
use crate::links::{Link, LinkLoad, MAX_LINKS, crossing_bits, widened};
use crate::mapping::{Advance, Mapping};
use crate::noc::Route;
use crate::sparsity::Saving;
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
enum Role {
    OffChip,
    Shared,
    Element,
}

impl Technology {
    /// The layer with the word widths that this technology sees.
    #[must_use]
    pub fn view(&self, layer: &Layer) -> Layer {
        let p = layer.precision;
        let psum = if self.wide_partial_sums { p.psum } else { p.o };
        layer.with_precision(Precision { psum, ..p })
    }

    /// Writes down the dynamic energy of a mapped layer whose accesses and links are known.
    #[inline(always)]
    pub(crate) fn spend(
        &self,
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        cost: &mut LayerCost,
    ) {
        let energy = cost.energy.insert(Energy::default());
        match self.counting {
            Counting::Native => {
                let (access, links) = (&cost.access, &cost.links);
                self.native_energy(layer, mapping, sub, access, links, energy);
            }
            Counting::Operands => self.operand_energy(layer, mapping, &cost.access, energy),
        }
        energy.scale(self.energy_scale);
    }

    /// Writes down the dynamic energy of a layer that only moves data.
    pub(crate) fn spend_moving(&self, layer: &Layer, sub: &SubAccelerator, cost: &mut LayerCost) {
        let noc = cost.link(Link::Noc).bytes as f64;
        let energy = cost.energy.insert(Energy::default());
        energy.noc = self.noc_energy * noc;
        let size = sub.store_sizes[1].unwrap_or(0);
        for (level, per_access) in [
            (0, self.dram_energy),
            (1, self.access_energy(Role::Shared, Some(size))),
        ] {
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

    #[inline(always)]
    fn native_energy(
        &self,
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        access: &[[Access; 3]; MAX_LEVELS],
        links: &[LinkLoad; MAX_LINKS],
        energy: &mut Energy,
    ) {
        let precision = layer.precision;
        let width = if self.mac_scales_with_bits {
            f64::from(precision.w) * f64::from(precision.i) / 64.0
        } else {
            1.0
        };
        let density = layer.density();
        let outputs = layer.elements(Tensor::O);
        let array = mapping.array_level();
        let carried = links[1..].iter().map(|l| l.bytes).sum::<u64>();
        energy.mac = self.mac_energy * width * sub.saving.macs(&density, layer.macs());
        energy.noc = self.noc_energy * carried as f64;
        if self.hop_energy > 0.0 {
            energy.noc += self.hop_energy * link_bytes(layer, mapping, access, array);
        }
        // Tensors that a level further in keeps: the others feed the multipliers.
        let mut kept_inside = TensorSet::default();
        for (level, store) in mapping.levels().iter().enumerate().rev() {
            let per_bit = self.access_energy(role(array, level), store.size) / 8.0;
            for tensor in Tensor::ALL {
                if !store.keep.contains(tensor) {
                    continue;
                }
                let access = &access[level][tensor.index()];
                let mut bits = widened(layer, tensor, access, access.total(), outputs) as f64;
                if level == 0 && sub.compressed {
                    bits *= sub.packing(layer, tensor);
                }
                if sub.saving != Saving::None && !kept_inside.contains(tensor) {
                    bits *= sub.saving.operand_share(&density, tensor);
                }
                energy.store[level][tensor.index()] = per_bit * bits;
            }
            kept_inside = kept_inside.with(store.keep);
        }
    }

    /// MAESTRO's view: four accesses per multiplication and the fills at the innermost level, every
    /// access at the outermost on-chip level.
    fn operand_energy(
        &self,
        layer: &Layer,
        mapping: &Mapping,
        access: &[[Access; 3]; MAX_LEVELS],
        energy: &mut Energy,
    ) {
        let macs = layer.macs();
        energy.mac = self.mac_energy * macs as f64;
        let innermost = mapping.levels().len() - 1;
        let shared = self.access_energy(Role::Shared, None);
        let element = self.access_energy(Role::Element, None);
        for tensor in Tensor::ALL {
            let t = tensor.index();
            if innermost > 1 {
                energy.store[1][t] = shared * access[1][t].total() as f64;
            }
            let per_mac = if tensor == Tensor::O { 2 } else { 1 };
            let accesses = per_mac * macs + access[innermost][t].fills;
            energy.store[innermost][t] = element * accesses as f64;
        }
    }

    /// Energy per access of a store of this many bytes.
    fn access_energy(&self, role: Role, size: Option<u64>) -> f64 {
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

fn role(array: usize, level: usize) -> Role {
    if level == 0 {
        Role::OffChip
    } else if level < array {
        Role::Shared
    } else {
        Role::Element
    }
}

/// Bytes times the links of the array that they travel, all tensors that enter or leave it.
fn link_bytes(
    layer: &Layer,
    mapping: &Mapping,
    access: &[[Access; 3]; MAX_LEVELS],
    array: usize,
) -> f64 {
    let crossing = |tensor: Tensor| {
        let parent = mapping.parent(array, tensor);
        let access = &access[parent][tensor.index()];
        let bytes = crossing_bits(layer, tensor, access, layer.elements(Tensor::O)) as f64 / 8.0;
        let route = route(layer, mapping, tensor);
        bytes
            * match tensor {
                Tensor::O => route.collection(),
                _ => route.delivery(),
            }
    };
    Tensor::ALL.into_iter().map(crossing).sum()
}

/// The way of a tensor's words through the array: along an axis that is spread over any dimension
/// which the tensor does not depend on, all elements receive them.
fn route(layer: &Layer, mapping: &Mapping, tensor: Tensor) -> Route {
    let mut route = Route {
        multicast: [false; 2],
        reduce: [false; 2],
        extent: mapping.extent(layer),
    };
    for l in mapping.loops() {
        let Advance::Space(axis) = l.advance else {
            continue;
        };
        let axis = if axis == Axis::Columns { 0 } else { 1 };
        route.multicast[axis] |= !tensor.depends_on(l.dim);
        route.reduce[axis] |= l.reduce;
    }
    route
}
