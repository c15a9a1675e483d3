//! Technologies: named coefficients for energy, area and leakage.

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
    /// Per access to off-chip memory.
    pub dram_energy: f64,
    /// Per byte or word between the shared store and the array.
    pub noc_energy: f64,
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
            dram_energy: 0.0,
            noc_energy: 0.0,
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

impl Technology {
    /// What NASAIC used: MAESTRO's constants of 2020.
    ///
    /// Energy is 0.904 · (18.61 · L2 + 1.68 · L1 + MACs), an activity count that MAESTRO labels nJ
    /// (so one unit is 1000 of this struct's picojoules); area is PE · (4470.9014 + ⌈L1/64⌉ · 4505.1889) + max(1, ⌈L2/32768⌉) · 4161.536 +
    /// BW · 101.7938 · (14.662 · PE + 28.895) + 395.473 · (1.2886 · PE² + 5.5814 · PE − 23.711).
    pub fn maestro_2020() -> Self {
        Technology {
            name: "maestro_2020".into(),
            energy_unit: EnergyUnit::Activity,
            counting: Counting::Operands,
            wide_partial_sums: false,
            mac_scales_with_bits: false,
            energy_scale: 0.904,
            mac_energy: 1_000.0,
            rf_energy: 1_680.0,
            sram_energy: 18_610.0,
            pe_area: 4470.9014,
            rf_cell: 64,
            rf_area: 4505.1889,
            sram_cell: 32_768,
            sram_area: 4161.536,
            bus_area_per_pe: 101.7938 * 14.662,
            bus_area: 101.7938 * 28.895,
            arbiter_area_quadratic: 395.473 * 1.2886,
            arbiter_area_linear: 395.473 * 5.5814,
            arbiter_area_constant: -395.473 * 23.711,
            ..Technology::default()
        }
    }

    /// Horowitz's 45 nm energies (ISSCC 2014, figure 1.1.9) scaled to 28 nm: the honest default.
    ///
    /// Energy scales by (28/45) · (0.9 V / 1.0 V)² ≈ 0.504, logic area by (28/45)² ≈ 0.387. The
    /// stores' `sqrt · √bytes` goes through the figure's caches of 8 KB (10 pJ per 64 bits) and
    /// 32 KB (20 pJ); for 1 MB it gives 113 pJ where the figure says 100. The area of stores comes
    /// from the 0.127 µm² cell of 28 nm SRAM, half of a large macro and a quarter of a small one
    /// being cells. All areas together come to 0.6 to 0.9 of NVDLA's own estimates for 28 nm.
    pub fn horowitz_28nm() -> Self {
        let energy = (28.0 / 45.0) * 0.81;
        let area = (28.0 / 45.0) * (28.0 / 45.0);
        let cell = 8.0 * 0.127;
        Technology {
            name: "horowitz_28nm".into(),
            // 8-bit multiplication 0.2 pJ and 32-bit addition 0.1 pJ.
            mac_energy: 0.3 * energy,
            // 10 pJ per 8 bytes from √8192 bytes.
            rf_energy_sqrt: 0.0138 * energy,
            sram_energy_sqrt: 0.0138 * energy,
            // 1.3 nJ per 64 bits, the low end; an interface does not shrink with logic.
            dram_energy: 162.5,
            // 0.1 pJ per bit and mm (Dally, "Hardware for deep learning"), over 1 mm.
            noc_energy: 0.8 * energy,
            // 8-bit multiplier 282 µm² and 32-bit adder 137 µm².
            mac_area: 419.0 * area,
            // Operand and pipeline registers: 64 flip-flops of 8 µm².
            pe_area: 512.0 * area,
            rf_area: cell / 0.25,
            sram_area: cell / 0.5,
            // Sequencing, DMA, clock tree and wiring double the data path.
            overhead: 1.0,
            // 28 nm logic at room temperature, about 10 mW/mm².
            leakage: 10_000.0,
            ..Technology::default()
        }
    }
}
