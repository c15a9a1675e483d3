//! `floorplan`: what the area of a design goes to; on an FPGA, what it takes of the device.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::study::fpga::{Share, shares};
use nasaic_cost::{Technology, area};
use nasaic_dsl::units::number;
use nasaic_plot::{Axis, Bars, Figure, FloorBlock, FloorPart, Floorplan, Segment};
use std::sync::Arc;

/// mm² in a µm² and in a m².
const FROM_UM2: f64 = 1e-6;
const FROM_M2: f64 = 1e6;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    let platform = &evaluation.study.platform;
    let priced = &evaluation.priced;
    let shares = shares(platform.device.as_ref(), &priced.arrays, &priced.networks);
    let figure = match (&platform.technology, shares.is_empty()) {
        (_, false) => resources(&evaluation, &shares),
        (Some(technology), true) => silicon(&evaluation, technology),
        (None, true) => {
            let fault = Fault::new("E0805", "without a technology no area is known");
            return Err(fault
                .hint("give the device a `technology`, such as `std.technology.horowitz_28nm`"));
        }
    };
    Ok(Item::Figure(Arc::new(figure)))
}

fn silicon(e: &Evaluation, technology: &Technology) -> Figure {
    let arrays = e.study.subs.iter().zip(&e.priced.arrays);
    let blocks = arrays.filter_map(|(label, array)| {
        let array = array.as_ref()?;
        let area = area(&array.sub.dataflow, &array.sub.array, technology);
        let parts = [
            ("PEs", area.elements),
            ("stores in the PEs", area.rf),
            ("shared stores", area.sram),
            ("NoC", area.bus + area.arbiter),
            ("control and wiring", area.overhead),
        ];
        let parts = parts.into_iter().filter(|(_, area)| *area > 0.0);
        Some(FloorBlock {
            name: label.clone(),
            parts: parts
                .map(|(name, area)| FloorPart {
                    name: name.to_owned(),
                    area: area * FROM_UM2,
                })
                .collect(),
        })
    });
    let plan = Floorplan {
        unit: "mm²".into(),
        blocks: blocks.collect(),
        budget: e.study.platform.area_budget.map(|area| area * FROM_M2),
    };
    let title = match technology.name.as_str() {
        "" => "Floorplan".to_owned(),
        name => format!("Floorplan in {name}"),
    };
    Figure::new(title, plan)
}

/// DSP slices, blocks of RAM and LUTs as parts of what each device has.
fn resources(e: &Evaluation, shares: &[Share<'_>]) -> Figure {
    let several = shares.len() > 1;
    let mut bars = Bars {
        category: Axis::new("resource"),
        value: Axis::new("taken").unit("%"),
        ..Bars::default()
    };
    let mut said = Vec::new();
    // A row per resource of each device, a segment per sub-accelerator.
    let mut rows: Vec<(String, Vec<(usize, f64)>)> = Vec::new();
    for share in shares {
        let budget = &share.budget;
        let kinds = [
            ("DSP slices", budget.dsp, share.taken(|r| r.dsp)),
            ("blocks of RAM", budget.bram, share.taken(|r| r.bram)),
            ("LUTs as memory", budget.lut, share.taken(|r| r.lut)),
        ];
        for (name, most, taken) in kinds {
            let Some(most) = most.filter(|most| *most > 0) else {
                continue;
            };
            let name = match several {
                true => format!("{} {name}", share.device),
                false => name.to_owned(),
            };
            let all: u64 = taken.iter().map(|(_, n)| n).sum();
            said.push(format!(
                "{name} {} of {}",
                number(all as f64),
                number(most as f64)
            ));
            let part = |(sub, n): (usize, u64)| (sub, 100.0 * n as f64 / most as f64);
            rows.push((name, taken.into_iter().map(part).collect()));
        }
    }
    bars.categories = rows.iter().map(|(name, _)| name.clone()).collect();
    let present = (0..e.priced.arrays.len()).filter(|sub| e.priced.arrays[*sub].is_some());
    let segment = |sub: usize| Segment {
        name: e.study.subs[sub].clone(),
        values: (rows.iter())
            .map(|(_, parts)| parts.iter().filter(|p| p.0 == sub).map(|p| p.1).sum())
            .collect(),
    };
    bars.segments = present.map(segment).collect();
    let devices: Vec<&str> = shares.iter().map(|s| s.device).collect();
    Figure::new(format!("Shares of {}", devices.join(", ")), bars).caption(format!(
        "{}. Logic, registers and wiring are not counted.",
        said.join(", ")
    ))
}
