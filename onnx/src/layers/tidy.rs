//! What exporters spell out becomes one layer again; what nobody takes goes; layers get their names.

use super::kinds::{Kind, Layer, Network, Norm, Source};
use super::moves::layer_of;
use std::collections::{BTreeMap, BTreeSet};

/// A network with normalisations and activations where they belong, and names.
pub(super) fn tidy(mut network: Network) -> Network {
    absorb(&mut network);
    prune(&mut network);
    name(&mut network.layers);
    network
}

/// Every layer's takers; an output of the network is one, too.
fn takers(network: &Network) -> Vec<usize> {
    let mut out = vec![0; network.layers.len()];
    let inner = network.layers.iter().flat_map(|l| &l.from);
    for source in inner.chain(&network.outputs) {
        if let Some(index) = layer_of(*source) {
            out[index] += 1;
        }
    }
    out
}

/// Puts a batch normalisation or an activation into the layer before, if nothing else takes that.
fn absorb(network: &mut Network) {
    prune(network);
    let takers = takers(network);
    let mut stands_for: Vec<usize> = (0..network.layers.len()).collect();
    // The last of the layers that each one stands for by now.
    let mut last = stands_for.clone();
    for index in 0..network.layers.len() {
        for source in &mut network.layers[index].from {
            if let Source::Layer(before) = source {
                *before = stands_for[*before];
            }
        }
        let layer = network.layers[index].clone();
        let [Source::Layer(before)] = layer.from[..] else {
            continue;
        };
        // Only what is the last of its chain so far may take in more.
        let whole = &network.layers[before];
        let alone = takers[last[before]] == 1;
        if !alone || !whole.kind.computes() || whole.activation != "none" {
            continue;
        }
        match layer.kind {
            Kind::Normalise { over: "batch", .. }
                if whole.norm != Norm::Batch && !is_dense(whole) =>
            {
                network.layers[before].norm = Norm::Batch;
            }
            Kind::Activation { memory: false } => {
                network.layers[before].activation = layer.activation;
            }
            _ => continue,
        }
        stands_for[index] = before;
        last[before] = index;
    }
    for source in &mut network.outputs {
        if let Source::Layer(index) = source {
            *index = stands_for[*index];
        }
    }
}

fn is_dense(layer: &Layer) -> bool {
    matches!(layer.kind, Kind::Dense { .. })
}

/// Leaves out what leads to no output.
fn prune(network: &mut Network) {
    let mut needed = BTreeSet::new();
    let mut open: Vec<usize> = network
        .outputs
        .iter()
        .filter_map(|s| layer_of(*s))
        .collect();
    while let Some(index) = open.pop() {
        if needed.insert(index) {
            open.extend(
                network.layers[index]
                    .from
                    .iter()
                    .filter_map(|s| layer_of(*s)),
            );
        }
    }
    let places: BTreeMap<usize, usize> = needed
        .iter()
        .enumerate()
        .map(|(new, old)| (*old, new))
        .collect();
    let moved = |source: &mut Source| {
        if let Source::Layer(index) = source
            && let Some(place) = places.get(index)
        {
            *index = *place;
        }
    };
    let layers = std::mem::take(&mut network.layers);
    let kept = layers
        .into_iter()
        .enumerate()
        .filter(|(i, _)| needed.contains(i));
    network.layers = kept.map(|(_, layer)| layer).collect();
    network
        .layers
        .iter_mut()
        .flat_map(|l| &mut l.from)
        .for_each(moved);
    network.outputs.iter_mut().for_each(moved);
}

/// `conv_1`, `conv_2`, … in the order of the file; further inputs keep theirs.
fn name(layers: &mut [Layer]) {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    // The network's own input has this name.
    let mut taken = BTreeSet::from(["input".to_owned()]);
    for layer in layers {
        if layer.kind == Kind::Further && !layer.name.is_empty() && taken.insert(layer.name.clone())
        {
            continue;
        }
        let word = layer.kind.word();
        loop {
            let count = counts.entry(word).or_default();
            *count += 1;
            layer.name = format!("{word}_{count}");
            if taken.insert(layer.name.clone()) {
                break;
            }
        }
    }
}
