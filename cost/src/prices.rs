//! The dynamic energy of a mapped layer, coefficient by coefficient.
//!
//! What an access costs depends on the stores and on the technology, not on the tiles: it is worked
//! out once, and each mapping costs a multiplication per store and tensor.

use crate::counts::Access;
use crate::dataflow::{Axis, MAX_LEVELS};
use crate::energy::{Energy, Role};
use crate::evaluate::LayerCost;
use crate::feeds::Way;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{crossing_bits, real};
use crate::mapping::{Advance, Mapping};
use crate::noc::Route;
use crate::sparsity::Saving;
use crate::technology::{Counting, Technology};

/// What the accesses to one tensor in one store cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Price {
    per_bit: f64,
    /// Compressed size over plain size.
    packing: f64,
    /// Share of the accesses that zeros do not save.
    share: f64,
    /// Factor on all energies of the technology.
    scale: f64,
}

impl Price {
    /// Free of charge.
    pub const NONE: Price = Price {
        per_bit: 0.0,
        packing: 1.0,
        share: 1.0,
        scale: 1.0,
    };

    /// The energy of so many bits read and written.
    #[inline(always)]
    pub fn of(&self, bits: u64) -> f64 {
        let bits = real(bits) * self.packing * self.share;
        self.per_bit * bits * self.scale
    }
}

/// What a nest's accesses cost in a technology, tiles apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prices<'a> {
    technology: &'a Technology,
    /// All multiplications.
    mac: f64,
    /// Per access of the shared store and of the innermost one, as [`Counting::Operands`] has it.
    operands: [f64; 2],
}

impl<'a> Prices<'a> {
    /// Works prices out, and enters those of the ways into them.
    pub fn new(
        technology: &'a Technology,
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        ways: &mut [Way],
    ) -> Self {
        let macs = match technology.counting {
            Counting::Native => technology.native_macs(layer, sub),
            Counting::Operands => technology.mac_energy * layer.macs() as f64,
        };
        let operand = |role| technology.access_energy(role, None);
        let prices = Prices {
            technology,
            mac: macs * technology.energy_scale,
            operands: [operand(Role::Shared), operand(Role::Element)],
        };
        if technology.counting == Counting::Native {
            prices.price_stores(layer, mapping, sub, ways);
        }
        prices
    }

    fn price_stores(
        &self,
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        ways: &mut [Way],
    ) {
        let array = mapping.array_level();
        let density = layer.density();
        let mut per_bit = [0.0; MAX_LEVELS];
        for (level, store) in mapping.levels().iter().enumerate() {
            let role = Role::of(level, array);
            let per_byte = self.technology.access_energy(role, store.size);
            let narrow = match role {
                Role::Shared => self.technology.narrowness(sub.store_words[level]),
                Role::OffChip | Role::Element => 1.0,
            };
            per_bit[level] = per_byte * narrow / 8.0;
        }
        for Way { feed, price, .. } in ways {
            let (level, tensor) = (feed.parent(), feed.tensor);
            if !mapping.levels()[level].keep.contains(tensor) {
                continue;
            }
            price.per_bit = per_bit[level];
            price.scale = self.technology.energy_scale;
            if level == 0 {
                price.packing = sub.packing(layer, tensor);
            }
            if sub.saving != Saving::None && !feed.keeps {
                price.share = sub.saving.operand_share(&density, tensor);
            }
        }
    }

    /// The energy of a mapping of which nothing is counted yet.
    pub fn start(&self) -> Energy {
        Energy {
            mac: self.mac,
            ..Energy::default()
        }
    }

    /// Adds the network to the energy of the stores; `outputs` are those of all groups.
    #[inline]
    pub fn conclude(
        &self,
        layer: &Layer,
        mapping: &Mapping,
        outputs: u64,
        sides: [u32; 2],
        cost: &mut LayerCost,
    ) {
        let Some(energy) = &mut cost.energy else {
            return;
        };
        if self.technology.counting == Counting::Operands {
            self.operands(mapping, cost.macs, &cost.access, energy);
            return;
        }
        let carried = cost.links[1..].iter().map(|l| l.bytes).sum::<u64>();
        energy.noc = self.technology.noc_energy * real(carried);
        if self.technology.hop_energy > 0.0 {
            let bytes = link_bytes(layer, mapping, outputs, sides, &cost.access);
            energy.noc += self.technology.hop_energy * bytes;
        }
        energy.noc *= self.technology.energy_scale;
    }

    /// MAESTRO's view: four accesses per multiplication and the fills at the innermost level, every
    /// access at the outermost on-chip level.
    fn operands(
        &self,
        mapping: &Mapping,
        macs: u64,
        access: &[[Access; 3]; MAX_LEVELS],
        energy: &mut Energy,
    ) {
        let scale = self.technology.energy_scale;
        let innermost = mapping.levels().len() - 1;
        let [shared, element] = self.operands;
        for tensor in Tensor::ALL {
            let t = tensor.index();
            if innermost > 1 {
                energy.store[1][t] = shared * access[1][t].total() as f64 * scale;
            }
            let per_mac = if tensor == Tensor::O { 2 } else { 1 };
            let accesses = per_mac * macs + access[innermost][t].fills;
            energy.store[innermost][t] = element * accesses as f64 * scale;
        }
    }
}

impl Technology {
    /// Energy of all multiplications that zeros do not save, before scaling.
    fn native_macs(&self, layer: &Layer, sub: &SubAccelerator) -> f64 {
        let precision = layer.precision;
        let width = if self.mac_scales_with_bits {
            f64::from(precision.w) * f64::from(precision.i) / 64.0
        } else {
            1.0
        };
        self.mac_energy * width * sub.saving.macs(&layer.density(), layer.macs())
    }
}

/// Bytes times the links of the array that they travel, all tensors that enter or leave it.
fn link_bytes(
    layer: &Layer,
    mapping: &Mapping,
    outputs: u64,
    sides: [u32; 2],
    access: &[[Access; 3]; MAX_LEVELS],
) -> f64 {
    let array = mapping.array_level();
    let crossing = |tensor: Tensor| {
        let parent = mapping.parent(array, tensor);
        let access = &access[parent][tensor.index()];
        let bytes = crossing_bits(layer, tensor, access, outputs) as f64 / 8.0;
        let route = route(mapping, sides, tensor);
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
fn route(mapping: &Mapping, extent: [u32; 2], tensor: Tensor) -> Route {
    let mut route = Route {
        multicast: [false; 2],
        reduce: [false; 2],
        extent,
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
