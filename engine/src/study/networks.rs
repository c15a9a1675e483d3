//! The networks of a design, as layers the cost model knows.

use super::memo::Network;
use super::training::Trials;
use super::{Study, Task};
use nasaic_cost::{ConvShape, Layer, LayerKind, Padding, Precision};
use nasaic_dsl::instance::Node;
use nasaic_dsl::network::{self, Operation};
use std::sync::OnceLock;

/// Writes out the network of a task in one design.
pub(super) fn build(study: &Study, task: &Task, choices: &[u32]) -> Result<Network, String> {
    let node = present(study, &task.node, choices)
        .ok_or_else(|| format!("task `{}` has no network", task.label))?;
    let mut layers = network::layers(&study.instance, node, choices)
        .map_err(|e| format!("{}: {}", task.label, e.message))?;
    if let Some(only) = &task.only {
        let inside =
            |l: &network::Layer| l.path == *only || l.path.starts_with(&format!("{only}."));
        layers = network::part(&layers, inside);
    }
    let mut computing = Vec::new();
    for (i, layer) in layers.iter().enumerate().filter(|(_, l)| l.runs()) {
        let lowered = lower(layer, task.batch)
            .map_err(|why| format!("layer `{}` of `{}` {why}", layer.path, task.label))?;
        computing.push((i, lowered));
    }
    let inputs = inputs(&layers);
    let bytes = computing
        .iter()
        .map(|(i, _)| bytes(&layers[*i], task.batch));
    let bytes = bytes.collect();
    let macs = computing
        .iter()
        .map(|(_, l)| l.macs())
        .fold(0u64, u64::saturating_add);
    let params = layers
        .iter()
        .map(|l| l.params)
        .fold(0u64, u64::saturating_add);
    Ok(Network {
        layers,
        computing,
        inputs,
        bytes,
        macs,
        params,
        accuracy: OnceLock::new(),
        trials: Trials::default(),
    })
}

/// For each layer that takes time, which of these make its inputs.
///
/// What is fused (a pool, an addition) belongs to what makes its inputs.
fn inputs(layers: &[network::Layer]) -> Vec<Vec<usize>> {
    let mut sources: Vec<Vec<usize>> = Vec::with_capacity(layers.len());
    let mut computing = Vec::new();
    for layer in layers {
        let mut from: Vec<usize> = (layer.inputs.iter())
            .flatten()
            .flat_map(|&input| sources[input].iter().copied())
            .collect();
        from.sort_unstable();
        from.dedup();
        if layer.runs() {
            sources.push(vec![computing.len()]);
            computing.push(from);
        } else {
            sources.push(from);
        }
    }
    computing
}

/// Bytes of a layer's output.
fn bytes(layer: &network::Layer, batch: u32) -> u64 {
    let bits = u64::from(layer.precision.outputs).saturating_mul(u64::from(batch));
    layer.output.elements().saturating_mul(bits).div_ceil(8)
}

/// The network that a task has in a design.
pub(super) fn present<'n>(study: &Study, task: &'n Node, choices: &[u32]) -> Option<&'n Node> {
    task.children_of("network")
        .find(|n| study.instance.holds(&n.active, choices))
}

/// A layer as the cost model sees it.
pub(crate) fn lower(layer: &network::Layer, batch: u32) -> Result<Layer, String> {
    let size = whole;
    let pair = |p: [u64; 2]| -> Result<[u32; 2], String> { Ok([size(p[0])?, size(p[1])?]) };
    let shape = ConvShape {
        batch,
        filters: size(layer.output.channels)?,
        channels: size(layer.input.channels)?,
        input: [size(layer.input.rows)?, size(layer.input.columns)?],
        kernel: pair(layer.kernel)?,
        stride: pair(layer.stride)?,
        dilation: [size(layer.dilation)?; 2],
        padding: Padding::Same,
        groups: size(layer.groups)?,
    };
    let p = layer.precision;
    let precision = Precision {
        w: p.weights.into(),
        i: p.inputs.into(),
        o: p.outputs.into(),
        psum: p.psum.into(),
    };
    if layer.macs() == 0 {
        return moving(layer, batch).map(|moved| moved.with_precision(precision));
    }
    let lowered = match layer.operation {
        Operation::Conv => windowed(&shape, layer)?,
        Operation::Depthwise => windowed(
            &ConvShape {
                groups: shape.channels,
                ..shape
            },
            layer,
        )?,
        Operation::Transposed => Layer::transposed(&shape).map_err(|e| e.to_string())?,
        Operation::Dense => {
            let places = layer.output.positions();
            if places > 1 {
                let rows = [size(layer.output.rows)?, size(layer.output.columns)?];
                Layer::matrix(batch, 1, rows, shape.channels, shape.filters)
            } else {
                Layer::dense(batch, size(layer.input.elements())?, shape.filters)
            }
            .map_err(|e| e.to_string())?
        }
        Operation::MatMul => return matmul(layer, batch, precision),
        _ => return Err("has nothing to compute".into()),
    };
    let mut lowered = lowered.with_precision(precision);
    lowered.nonzero = layer.nonzero;
    Ok(lowered)
}

/// The product of two tensors that layers make: a second operand for each channel and sample, which
/// takes the place of weights but has the words of an input.
fn matmul(layer: &network::Layer, batch: u32, precision: Precision) -> Result<Layer, String> {
    let products = times(batch, whole(layer.input.channels)?)?;
    let (rows, inputs) = (whole(layer.input.rows)?, whole(layer.input.columns)?);
    let outputs = whole(layer.output.columns)?;
    let lowered =
        Layer::matrix(1, products, [rows, 1], inputs, outputs).map_err(|e| e.to_string())?;
    let mut lowered = lowered.with_precision(Precision {
        w: precision.i,
        ..precision
    });
    let [_, inputs, outputs] = layer.nonzero;
    lowered.nonzero = [inputs, inputs, outputs];
    Ok(lowered)
}

/// A layer that only moves data: operands come in, the result goes out.
fn moving(layer: &network::Layer, batch: u32) -> Result<Layer, String> {
    let shape = layer.output;
    let (channels, rows, columns) = (
        whole(shape.channels)?,
        whole(shape.rows)?,
        whole(shape.columns)?,
    );
    let operands = |n: usize| {
        let n = u32::try_from(n.max(1)).map_err(|_| "has too many operands".to_owned())?;
        Layer::elementwise(batch, channels, [rows, columns], n).map_err(|e| e.to_string())
    };
    let mut moved = match layer.operation {
        Operation::Pool => pooling(layer, batch)?,
        Operation::Softmax => twice(layer, batch)?,
        Operation::Norm if layer.norm != network::Norm::Batch => twice(layer, batch)?,
        Operation::Add | Operation::Multiply => operands(layer.inputs.len())?,
        // The table's vectors come in, and with them the tokens that they are added to.
        Operation::Embedding if layer.input.channels > 1 => operands(2)?,
        _ => operands(1)?,
    };
    moved.nonzero = layer.nonzero;
    Ok(moved)
}

/// Rows that are read twice: once for a maximum or mean and a sum, once to scale by them.
fn twice(layer: &network::Layer, batch: u32) -> Result<Layer, String> {
    let rows = times(batch, whole(layer.output.positions())?)?;
    Layer::softmax(rows, whole(layer.output.channels)?).map_err(|e| e.to_string())
}

fn pooling(layer: &network::Layer, batch: u32) -> Result<Layer, String> {
    let pair = |p: [u64; 2]| -> Result<[u32; 2], String> { Ok([whole(p[0])?, whole(p[1])?]) };
    let channels = whole(layer.input.channels)?;
    let shape = ConvShape {
        batch,
        stride: pair(layer.stride)?,
        dilation: [whole(layer.dilation)?; 2],
        groups: channels,
        ..ConvShape::new(
            channels,
            channels,
            [whole(layer.input.rows)?, whole(layer.input.columns)?],
            pair(layer.kernel)?,
        )
    };
    let mut pooled = windowed(&shape, layer)?;
    pooled.kind = LayerKind::Pool;
    Ok(pooled)
}

fn whole(n: u64) -> Result<u32, String> {
    u32::try_from(n).map_err(|_| format!("is too large: {n}"))
}

fn times(a: u32, b: u32) -> Result<u32, String> {
    let product = a.checked_mul(b);
    product.ok_or_else(|| format!("is too large: {a} times {b}"))
}

/// A convolution whose outputs and leading zeros are those the network's shapes say.
fn windowed(shape: &ConvShape, layer: &network::Layer) -> Result<Layer, String> {
    use nasaic_cost::Dim;
    let mut lowered = Layer::conv(shape).map_err(|e| e.to_string())?;
    let size = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    lowered.bounds[Dim::P.index()] = size(layer.output.rows);
    lowered.bounds[Dim::Q.index()] = size(layer.output.columns);
    lowered.padding = layer.padding.map(size);
    Ok(lowered)
}
