//! Silicon area of a sub-accelerator.

use serde::{Deserialize, Serialize};

use crate::dataflow::{Axis, Dataflow, Step};
use crate::hardware::SubAccelerator;
use crate::technology::Technology;

/// Area by component, in µm².
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Multipliers and the fixed part of the processing elements.
    pub elements: f64,
    /// Stores inside the array.
    pub rf: f64,
    /// Stores that the whole array shares.
    pub sram: f64,
    /// The bus between shared store and array.
    pub bus: f64,
    /// The arbiter of that bus.
    pub arbiter: f64,
    /// Control, clock tree and wiring.
    pub overhead: f64,
}

impl Area {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.elements + self.rf + self.sram + self.bus + self.arbiter + self.overhead
    }
}

/// Area of a sub-accelerator that runs one dataflow; zero if it is absent.
///
/// A store without a size has no area. A store below spreads of written size alone exists as often as
/// these say; any other store between two spreads once per column or row if the array has a fixed
/// shape, and once per element otherwise.
pub fn area(dataflow: &Dataflow, sub: &SubAccelerator, technology: &Technology) -> Area {
    if !sub.is_present() {
        return Area::default();
    }
    let t = technology;
    let pes = f64::from(sub.pes);
    let mut area = Area {
        elements: pes * (t.pe_area + f64::from(sub.simd) * t.mac_area),
        bus: sub.bandwidth * (t.bus_area_per_pe * pes + t.bus_area),
        arbiter: arbiter(t, pes),
        ..Area::default()
    };
    let sizes = sub.sizes(dataflow);
    for (level, bytes) in sizes.iter().enumerate().skip(1) {
        let Some(bytes) = *bytes else { continue };
        match instances(dataflow, sub, level) {
            None => {
                let cells = bytes.div_ceil(t.sram_cell.max(1)).max(1);
                area.sram += t.sram_base_area + cells as f64 * t.sram_area;
            }
            Some(count) => {
                let cells = bytes.div_ceil(t.rf_cell.max(1));
                area.rf += f64::from(count) * cells as f64 * t.rf_area;
            }
        }
    }
    area.overhead = t.overhead * area.total();
    area
}

/// MAESTRO's quadratic fit, which is negative for one or two elements: zero there.
fn arbiter(t: &Technology, pes: f64) -> f64 {
    let square = t.arbiter_area_quadratic * pes * pes;
    (square + t.arbiter_area_linear * pes + t.arbiter_area_constant).max(0.0)
}

/// Instances of a level inside the array; none if the whole array shares it.
fn instances(dataflow: &Dataflow, sub: &SubAccelerator, level: usize) -> Option<u32> {
    let mut at = 0;
    let (mut above, mut below) = (Vec::new(), 0);
    let mut written = Some(1_u32);
    for step in dataflow.steps.iter().skip(1) {
        match *step {
            Step::Store { .. } => at += 1,
            Step::Spread { over, size, .. } if at < level => {
                written = written.zip(size).map(|(all, one)| all.saturating_mul(one));
                above.push(over);
            }
            Step::Spread { .. } => below += 1,
            Step::Loop { .. } => {}
        }
    }
    let first = *above.first()?;
    if let (Some(written), true) = (written, below > 0) {
        return Some(written);
    }
    let one_sided = below > 0 && above.iter().all(|&side| side == first);
    let [columns, rows] = sub.shape.unwrap_or([sub.pes, sub.pes]);
    Some(match (one_sided, first) {
        (true, Axis::Columns) => columns,
        (true, Axis::Rows) => rows,
        (false, _) => sub.pes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataflow::Step;
    use crate::layer::{Dim, Tensor};

    /// Two stores below a spread each: `outer` over columns, `inner` over rows, both over filters.
    fn flow(inner: Option<u32>) -> Dataflow {
        let store = |name: &str, size| Step::store(name, &Tensor::ALL, size);
        let spread = |size, over| Step::Spread {
            dim: Dim::K,
            over,
            size,
            reduce: false,
        };
        Dataflow::new(
            "two",
            vec![
                store("dram", None),
                store("glb", Some(4096)),
                spread(Some(8), Axis::Columns),
                store("lane", Some(256)),
                spread(inner, Axis::Rows),
                spread(Some(4), Axis::Rows),
                store("rf", Some(16)),
            ],
        )
    }

    #[test]
    fn a_store_below_written_spreads_exists_as_often_as_they_say() {
        let sub = SubAccelerator::new(128, 16.0, 1e9);
        for inner in [Some(2), None] {
            assert_eq!(instances(&flow(inner), &sub, 1), None);
            assert_eq!(instances(&flow(inner), &sub, 2), Some(8));
            assert_eq!(instances(&flow(inner), &sub, 3), Some(128));
        }
    }
}
