//! Technologies from papers and tools; `stdlib/technology/` says where each number comes from.

use super::{Counting, EnergyUnit, Technology};

/// One unit of activity in this model's picojoules: MAESTRO writes an activity count as nJ.
const ACTIVITY: f64 = 1_000.0;

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
            mac_energy: ACTIVITY,
            rf_energy: 1.68 * ACTIVITY,
            sram_energy: 18.61 * ACTIVITY,
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

    /// MAESTRO's constants of 2022.
    ///
    /// Energy is 0.23 pJ · (18.61 · L2 + 1.68 · L1 + MACs), off-chip memory free; area is
    /// PE · (283 + 0.104 · L1) + 0.104 · L2 with the bus and the arbiter of 2020.
    pub fn maestro_2022() -> Self {
        Technology {
            name: "maestro_2022".into(),
            energy_unit: EnergyUnit::Joule,
            energy_scale: 0.23,
            mac_energy: 1.0,
            rf_energy: 1.68,
            sram_energy: 18.61,
            pe_area: 0.0,
            mac_area: 283.0,
            rf_cell: 1,
            rf_area: 0.104,
            sram_cell: 1,
            sram_area: 0.104,
            ..Technology::maestro_2020()
        }
    }

    /// Eyeriss's energies relative to one 16-bit MAC (Chen et al., ISCA 2016, table IV).
    ///
    /// Register file 1, transfer between neighbouring PEs 2, global buffer 6, DRAM 200, each per
    /// 16-bit word, so that a byte costs half. The paper gives no areas: they are zero.
    pub fn eyeriss_65nm() -> Self {
        let per_byte = ACTIVITY / 2.0;
        Technology {
            name: "eyeriss_65nm".into(),
            energy_unit: EnergyUnit::Activity,
            wide_partial_sums: false,
            mac_scales_with_bits: false,
            mac_energy: ACTIVITY,
            rf_energy: per_byte,
            hop_energy: 2.0 * per_byte,
            sram_energy: 6.0 * per_byte,
            dram_energy: 200.0 * per_byte,
            ..Technology::default()
        }
    }

    /// Horowitz's 45 nm energies (ISSCC 2014, figure 1.1.9), as published.
    ///
    /// The stores' `sqrt · √bytes` goes through the figure's caches of 8 KB (10 pJ per 64 bits) and
    /// 32 KB (20 pJ); for 1 MB it gives 113 pJ where the figure says 100. What an access costs
    /// whatever its width, and the area of stores, are those of CACTI 7 (see
    /// [`Technology::sram_access`]).
    pub fn horowitz_45nm() -> Self {
        Technology {
            name: "horowitz_45nm".into(),
            // 8-bit multiplication 0.2 pJ and 32-bit addition 0.1 pJ.
            mac_energy: 0.3,
            // 10 pJ per 8 bytes from √8192 bytes.
            rf_energy_sqrt: 0.0138,
            sram_energy_sqrt: 0.0138,
            sram_word: 8,
            sram_fixed: 8.3,
            // 1.3 nJ per 64 bits, the low end.
            dram_energy: 162.5,
            // 0.1 pJ per bit and mm, over 1 mm.
            noc_energy: 0.8,
            // 8-bit multiplier 282 µm² and 32-bit adder 137 µm².
            mac_area: 419.0,
            // Operand and pipeline registers: 64 flip-flops of 8 µm².
            pe_area: 512.0,
            // Scratchpads of an element are 3.75 times less dense than a large macro (Eyeriss).
            rf_area: 13.9,
            sram_area: 3.7,
            // Sequencing, DMA, clock tree and wiring double the data path.
            overhead: 1.0,
            leakage: 1_300.0,
            ..Technology::default()
        }
    }

    /// Horowitz's 45 nm energies (ISSCC 2014, figure 1.1.9) scaled to 28 nm: the honest default.
    ///
    /// Energy scales by 28/45 (the figure's 0.9 V is the voltage of 28 nm too), logic area by its
    /// square; an interface to off-chip memory does not shrink with logic. The area of stores comes from the
    /// 0.127 µm² cell of 28 nm SRAM, half of a large macro and a quarter of a small one being cells.
    /// All areas together come to 0.6 to 0.9 of NVDLA's own estimates for 28 nm.
    pub fn horowitz_28nm() -> Self {
        let energy = 28.0 / 45.0;
        let area = energy * energy;
        let cell = 8.0 * 0.127;
        let unscaled = Technology::horowitz_45nm();
        Technology {
            name: "horowitz_28nm".into(),
            mac_energy: unscaled.mac_energy * energy,
            rf_energy_sqrt: unscaled.rf_energy_sqrt * energy,
            sram_energy_sqrt: unscaled.sram_energy_sqrt * energy,
            noc_energy: unscaled.noc_energy * energy,
            mac_area: unscaled.mac_area * area,
            pe_area: unscaled.pe_area * area,
            rf_area: cell / 0.25,
            sram_area: cell / 0.5,
            // 28 nm logic at room temperature, about 10 mW/mm².
            leakage: 10_000.0,
            ..unscaled
        }
    }
}
