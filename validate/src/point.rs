//! What is evaluated: a layer, mapped, on an array.

use nasaic_cost::{Layer, LayerCost, Mapping, SubAccelerator, evaluate};

/// A mapped layer on an array.
#[derive(Clone, Debug)]
pub struct Point {
    /// Where it comes from, for messages.
    pub what: String,
    /// The layer.
    pub layer: Layer,
    /// Its nest.
    pub mapping: Mapping,
    /// The array.
    pub sub: SubAccelerator,
}

impl Point {
    /// What it costs, without energy.
    pub fn cost(&self) -> LayerCost {
        evaluate(&self.layer, &self.mapping, &self.sub, None)
    }
}
