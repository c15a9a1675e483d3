//! The default model on MAESTRO's layers: its own reckoning of the imported dataflows.

use std::collections::BTreeMap;

use nasaic_cost::maestro::{Dimension, Directive, Directives, Operation, Shape, dataflow};
use nasaic_cost::{
    ConvShape, Layer, LayerCost, Mapping, Padding, Precision, SubAccelerator, evaluate, fit,
};

use super::rows::{Row, directives};
use crate::point::Point;

/// The layer as the default model sees it: the table's inputs contain their padding.
pub fn layer(shape: &Shape) -> Result<Layer, String> {
    let size = |dim: Dimension| shape.size(dim).unwrap_or(1);
    let depthwise = shape.operation == Operation::Depthwise;
    let groups = if depthwise { size(Dimension::C) } else { 1 };
    let filters = size(Dimension::K).checked_mul(groups);
    let conv = ConvShape {
        batch: size(Dimension::N),
        stride: shape.stride,
        padding: Padding::Valid,
        groups,
        ..ConvShape::new(
            filters.ok_or("has too many filters")?,
            size(Dimension::C),
            [size(Dimension::Y), size(Dimension::X)],
            [size(Dimension::R), size(Dimension::S)],
        )
    };
    let layer = Layer::conv(&conv).map_err(|why| why.to_string())?;
    Ok(layer.with_precision(Precision::uniform(8)))
}

/// Costs rows, keeping the mapping of a layer for the next bandwidth.
#[derive(Default)]
pub struct DefaultModel {
    mappings: BTreeMap<String, Result<(Layer, Mapping), String>>,
}

impl DefaultModel {
    /// What the default model says of a row.
    pub fn cost(&mut self, row: &Row) -> Result<LayerCost, String> {
        let point = self.point(row)?;
        Ok(evaluate(&point.layer, &point.mapping, &point.sub, None))
    }

    /// A row as the default model sees it: the same elements in the same clusters, one byte per
    /// element, stores and off-chip memory unlimited.
    pub fn point(&mut self, row: &Row) -> Result<Point, String> {
        let key = format!("{} {} {:?}", row.dataflow, row.pes, row.shape);
        let mapped = self.mappings.entry(key).or_insert_with(|| map(row));
        let (layer, mapping) = *mapped.as_ref().map_err(Clone::clone)?;
        Ok(Point {
            what: row.at.clone(),
            layer,
            mapping,
            sub: array(row, None),
        })
    }
}

fn map(row: &Row) -> Result<(Layer, Mapping), String> {
    let layer = layer(&row.shape)?;
    let directives = directives(&row.dataflow, &row.shape).ok_or("is an unknown dataflow")?;
    let flow = dataflow(&row.shape, &directives, &row.dataflow).map_err(|p| p.to_string())?;
    let inside = cluster(&row.shape, &directives);
    let sub = array(row, Some([row.pes / inside, inside]));
    let mapping = fit(&layer, &flow, &sub).map_err(|why| format!("{why:?}"))?;
    Ok((layer, mapping))
}

fn array(row: &Row, shape: Option<[u32; 2]>) -> SubAccelerator {
    SubAccelerator {
        shape,
        ..SubAccelerator::new(row.pes, f64::from(row.noc_bw), 1e9)
    }
}

/// Elements in one of the outermost clusters.
fn cluster(shape: &Shape, directives: &Directives) -> u32 {
    let sizes = directives.iter().filter_map(|&(_, d)| match d {
        Directive::Cluster(size) => size.value(shape),
        Directive::Temporal(_) | Directive::Spatial(_) => None,
    });
    sizes.fold(1, u32::saturating_mul).max(1)
}
