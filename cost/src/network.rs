//! A chain of layers on one sub-accelerator, layer by layer.
//!
//! Between two layers the data goes out to off-chip memory and comes back, unless it can stay: the
//! outermost on-chip store of the first layer's nest holds its whole output as one tile, that of
//! the second its whole input, and the two are the same tensor. Then the capacity was already
//! granted to both layers and no traffic is left.

use serde::{Deserialize, Serialize};

use crate::dataflow::Dataflow;
use crate::evaluate::{LayerCost, OnChip, evaluate_on_chip, move_only};
use crate::fit::{Refusal, fit};
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, Tensor};
use crate::links::Link;
use crate::mapping::Mapping;
use crate::technology::Technology;

/// What a chain of layers costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkCost {
    /// Each layer.
    pub layers: Vec<LayerCost>,
    /// Latency in cycles: the sum over the layers.
    pub cycles: u64,
    /// Multiplications.
    pub macs: u64,
    /// Dynamic energy; none without a technology.
    pub energy: Option<f64>,
    /// Bytes between off-chip memory and the chip.
    pub dram_bytes: u64,
}

/// Costs a chain of layers; an error names the index of the layer that cannot be mapped.
pub fn network_cost(
    layers: &[Layer],
    dataflow: &Dataflow,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
) -> Result<NetworkCost, (usize, Refusal)> {
    let layers: Vec<Layer> = layers
        .iter()
        .map(|layer| technology.map_or(*layer, |t| t.view(layer)))
        .collect();
    let mut mapped = Vec::with_capacity(layers.len());
    for (index, layer) in layers.iter().enumerate() {
        let nest = layer
            .kind
            .has_macs()
            .then(|| fit(layer, dataflow, sub))
            .transpose();
        mapped.push((*layer, nest.map_err(|refusal| (index, refusal))?));
    }
    let shared = sub.sizes(dataflow)[1];
    let stays: Vec<bool> = mapped
        .windows(2)
        .map(|pair| stays_on_chip(&pair[0], &pair[1], shared))
        .collect();
    let cost = |(index, (layer, nest)): (usize, &(Layer, Option<Mapping>))| {
        let on_chip = OnChip {
            inputs: index > 0 && stays[index - 1],
            outputs: stays.get(index).copied().unwrap_or(false),
        };
        match nest {
            Some(nest) => evaluate_on_chip(layer, nest, sub, technology, on_chip),
            None => move_only(layer, &sub.sized(dataflow), technology, on_chip),
        }
    };
    let costs: Vec<LayerCost> = mapped.iter().enumerate().map(cost).collect();
    Ok(NetworkCost {
        cycles: costs.iter().map(|c| c.cycles).sum(),
        macs: costs.iter().map(|c| c.macs).sum(),
        energy: costs.iter().map(|c| c.energy.map(|e| e.total())).sum(),
        dram_bytes: costs.iter().map(|c| c.link(Link::OffChip).bytes).sum(),
        layers: costs,
    })
}

/// Whether the first layer's output can wait on the chip for the second, which runs next.
///
/// `shared` is the size of the outermost on-chip store in bytes; none is unlimited. The nest of a
/// layer with groups holds one group after the other: inputs and outputs of all groups must fit.
pub fn stays_on_chip(
    (first, first_nest): &(Layer, Option<Mapping>),
    (second, second_nest): &(Layer, Option<Mapping>),
    shared: Option<u64>,
) -> bool {
    let whole = |layer: &Layer, nest: &Option<Mapping>, tensor: Tensor| match nest {
        Some(nest) => {
            let tile = nest.tile_elements(layer, 1, tensor) * u64::from(layer.groups);
            (layer.groups == 1 || shared.is_none_or(|size| bytes(layer) <= size))
                && nest
                    .levels()
                    .get(1)
                    .is_some_and(|level| level.keep.contains(tensor))
                && tile == layer.elements(tensor)
        }
        None => shared.is_none_or(|size| bytes(layer) <= size),
    };
    feeds(first, second)
        && whole(first, first_nest, Tensor::O)
        && whole(second, second_nest, Tensor::I)
}

/// Bytes of a layer's inputs and outputs together.
fn bytes(layer: &Layer) -> u64 {
    let bits = |t: Tensor| layer.elements(t) * u64::from(layer.bits(t));
    (bits(Tensor::I) + bits(Tensor::O)).div_ceil(8)
}

/// Whether one layer's output has the shape of the other's input.
fn feeds(first: &Layer, second: &Layer) -> bool {
    let out = [first.bound(Dim::P), first.bound(Dim::Q)];
    let channels = |layer: &Layer, dim| layer.bound(dim) * layer.groups;
    first.bound(Dim::N) == second.bound(Dim::N)
        && channels(first, Dim::K) == channels(second, Dim::C)
        && out == second.input
}
