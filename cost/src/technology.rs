//! Technologies: named coefficients for energy, area and leakage.

mod published;

use serde::{Deserialize, Serialize};

/// What the energy numbers of a technology are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EnergyUnit {
    /// Picojoules of silicon.
    #[default]
    Joule,
    /// A weighted count of activity: not convertible to joules or watts.
    Activity,
}

/// Which accesses cost energy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Counting {
    /// The bytes of every read, fill and update that the nest causes.
    #[default]
    Native,
    /// MAESTRO's view: words; four innermost accesses per multiplication (read I, read W, read and
    /// write O) plus fills, all accesses of the outermost on-chip store, nothing else.
    Operands,
}

/// A technology: plain coefficients, so that a text file can define one.
///
/// Energies are in picojoules (or activity units), areas in µm². A store's energy per access is
/// `base + sqrt · √bytes`, the form to which word- and bit-line lengths lead.
/// Each coefficient of a published technology has its source beside it in `stdlib/technology/`;
/// the constructors here are the same numbers for programs that do not read the language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Technology {
    /// Name, for results.
    pub name: String,
    /// Picojoules or activity.
    pub energy_unit: EnergyUnit,
    /// Which accesses count, and whether they count in bytes or in words.
    pub counting: Counting,
    /// Whether partial sums have their own width; if not, they are as wide as outputs.
    pub wide_partial_sums: bool,
    /// Whether a multiplication costs in proportion to the product of its operand widths.
    pub mac_scales_with_bits: bool,
    /// Factor on all energies.
    pub energy_scale: f64,
    /// Per 8-bit multiplication with its addition.
    pub mac_energy: f64,
    /// Per access to a store inside a processing element, independent of its size.
    pub rf_energy: f64,
    /// Per access to such a store and per √byte of its size.
    pub rf_energy_sqrt: f64,
    /// Per access to a shared on-chip store, independent of its size.
    pub sram_energy: f64,
    /// Per access to such a store and per √byte of its size.
    pub sram_energy_sqrt: f64,
    /// Bytes of the word at which a shared store's energies per byte hold.
    pub sram_word: u64,
    /// Bytes that a shared store could read for the energy that every access costs whatever its
    /// width; see [`Technology::sram_access`].
    pub sram_fixed: f64,
    /// Per access to off-chip memory.
    pub dram_energy: f64,
    /// Per byte or word between the shared store and the array.
    pub noc_energy: f64,
    /// Per byte and link of a route through the array; see [`crate::noc::Route`].
    pub hop_energy: f64,
    /// Per multiplier.
    pub mac_area: f64,
    /// Per processing element, multipliers and stores apart.
    pub pe_area: f64,
    /// Bytes of the smallest step in which a per-element store grows.
    pub rf_cell: u64,
    /// Per such step.
    pub rf_area: f64,
    /// Bytes of the smallest step in which a shared store grows.
    pub sram_cell: u64,
    /// Per such step.
    pub sram_area: f64,
    /// Per shared store, whatever its size.
    pub sram_base_area: f64,
    /// Bus, per byte per cycle and per processing element.
    pub bus_area_per_pe: f64,
    /// Bus, per byte per cycle.
    pub bus_area: f64,
    /// Arbiter, per square of the number of processing elements.
    pub arbiter_area_quadratic: f64,
    /// Arbiter, per processing element.
    pub arbiter_area_linear: f64,
    /// Arbiter, constant part.
    pub arbiter_area_constant: f64,
    /// Control, sequencing, clock tree and wiring, as a share of all other area.
    pub overhead: f64,
    /// Static power in watts per m² (1 mW/mm² = 1000).
    pub leakage: f64,
}

impl Default for Technology {
    /// Costs nothing anywhere: a text file sets what it knows.
    fn default() -> Self {
        Technology {
            name: String::new(),
            energy_unit: EnergyUnit::Joule,
            counting: Counting::Native,
            wide_partial_sums: true,
            mac_scales_with_bits: true,
            energy_scale: 1.0,
            mac_energy: 0.0,
            rf_energy: 0.0,
            rf_energy_sqrt: 0.0,
            sram_energy: 0.0,
            sram_energy_sqrt: 0.0,
            sram_word: 8,
            sram_fixed: 0.0,
            dram_energy: 0.0,
            noc_energy: 0.0,
            hop_energy: 0.0,
            mac_area: 0.0,
            pe_area: 0.0,
            rf_cell: 1,
            rf_area: 0.0,
            sram_cell: 1,
            sram_area: 0.0,
            sram_base_area: 0.0,
            bus_area_per_pe: 0.0,
            bus_area: 0.0,
            arbiter_area_quadratic: 0.0,
            arbiter_area_linear: 0.0,
            arbiter_area_constant: 0.0,
            overhead: 0.0,
            leakage: 0.0,
        }
    }
}
