//! The default model's ratio to MAESTRO as a picture.

use nasaic_plot::{Axis, BoxGroup, Boxes, Figure, Quantiles};

use super::ratios::Ratios;
use super::rows::DATAFLOWS;
use crate::report::Picture;

/// Boxes by dataflow, rows of limited and of unlimited bandwidth side by side.
pub(super) fn picture(ratios: impl Fn(&str, bool) -> Ratios) -> Picture {
    let group = |name: &str, limited: bool| BoxGroup {
        name: name.into(),
        boxes: DATAFLOWS
            .iter()
            .map(|dataflow| quantiles(&ratios(dataflow, limited)))
            .collect(),
    };
    let chart = Boxes {
        category: Axis::new("dataflow"),
        value: Axis::new("default model ÷ MAESTRO, cycles").log(),
        categories: DATAFLOWS.map(str::to_owned).to_vec(),
        groups: vec![
            group("bandwidth limited", true),
            group("bandwidth unlimited", false),
        ],
        reference: Some(1.0),
    };
    let title = "The default model beside MAESTRO, by dataflow";
    let caption = "Boxes: quartiles and median over layers, PEs and bandwidths; lines: 5 % to 95 %. \
                   The dashes are where both say the same.";
    Picture {
        file: "maestro-ratio.svg".into(),
        figure: Figure::new(title, chart).caption(caption),
    }
}

fn quantiles(ratios: &Ratios) -> Option<Quantiles> {
    let at = |share| ratios.quantile(share).map(|(ratio, _)| ratio);
    Some(Quantiles {
        low: at(0.05)?,
        lower: at(0.25)?,
        median: at(0.5)?,
        upper: at(0.75)?,
        high: at(0.95)?,
    })
}
