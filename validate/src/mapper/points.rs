//! The fixed and the greedy mappings as points of their own.

use nasaic_cost::{Layer, SubAccelerator, Technology, fit};

use super::dataflows::Style;
use super::designs::{Design, designs};
use super::{FILE, networks};
use crate::data::Folder;
use crate::point::Point;

/// Every layer on every sub-accelerator that can run it, with MAESTRO's tiles and with those of `fit`.
pub fn points(folder: &Folder) -> Vec<Point> {
    let (Ok(text), Ok(networks)) = (folder.text(FILE), networks::all()) else {
        return Vec::new();
    };
    let technology = Technology::maestro_2020();
    let mut points = Vec::new();
    for design in designs(&text).into_iter().flatten() {
        for network in &networks {
            for layer in &network.layers {
                points.extend(of_layer(&technology.view(layer), &design));
            }
        }
    }
    points
}

fn of_layer(layer: &Layer, design: &Design) -> Vec<Point> {
    let subs = design.subs.iter();
    let ways = subs.flat_map(|(style, sub)| {
        let fixed = style.baseline(layer, sub.pes).map(|(dataflow, shape)| {
            let sub = SubAccelerator {
                shape: Some(shape),
                ..*sub
            };
            (dataflow, sub)
        });
        let greedy = (Style::template(*style), *sub);
        fixed.into_iter().chain([greedy])
    });
    let mapped = ways.filter_map(|(dataflow, sub)| {
        let mapping = fit(layer, &dataflow, &sub).ok()?;
        Some(Point {
            what: format!("{} on {}", dataflow.name, design.name),
            layer: *layer,
            mapping,
            sub,
        })
    });
    mapped.collect()
}
