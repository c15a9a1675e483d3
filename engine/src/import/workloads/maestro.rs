//! Networks of MAESTRO: the layers of a mapping file, without its dataflows.

use super::{Layer, Workload, fault, workload};
use nasaic_cost::maestro::{Dimension, NetworkLayer, Operation, parse};
use nasaic_dsl::backend::FileFault;

/// The networks of a file as networks and a workload called `name`.
pub fn maestro(text: &str, name: &str) -> Result<Workload, FileFault> {
    let source = parse(text).map_err(|problem| FileFault {
        message: problem.cause,
        line: problem.place.line as usize,
        column: problem.place.column as usize,
        hint: problem.way_out,
    })?;
    let layers = source.networks.iter().flat_map(|network| &network.layers);
    let layers: Result<Vec<Layer>, FileFault> = layers.map(layer).collect();
    workload(name, "MAESTRO", &layers?, Vec::new())
}

fn layer(from: &NetworkLayer) -> Result<Layer, FileFault> {
    let line = from.place.line as usize;
    let shape = &from.shape;
    let size = |dim: Dimension| u64::from(shape.size(dim).unwrap_or(1));
    let needed = |dim: Dimension| {
        let size = shape.input_size(dim).map(u64::from);
        size.ok_or_else(|| {
            fault(
                line,
                format!("layer `{}` has no size {}", from.name, dim.name()),
                "write it in `Dimensions { … }`",
            )
        })
    };
    let mut layer = Layer::new(from.name.clone(), line);
    layer.batch = size(Dimension::N);
    if shape.operation == Operation::Gemm {
        layer.batch = 1;
        layer.filters = size(Dimension::N);
        layer.channels = needed(Dimension::K)?;
        layer.output = [size(Dimension::M), 1];
        return Ok(layer);
    }
    layer.channels = size(Dimension::C);
    layer.filters = size(Dimension::K);
    match shape.operation {
        // K filters for each channel.
        Operation::Depthwise => {
            layer.groups = layer.channels;
            layer.channels = 1;
        }
        Operation::Grouped => layer.groups = size(Dimension::G),
        _ => {}
    }
    let axes = [(Dimension::Y, Dimension::R), (Dimension::X, Dimension::S)];
    for (axis, (along, filter)) in axes.into_iter().enumerate() {
        let (input, kernel) = (needed(along)?, size(filter));
        let stride = u64::from(shape.stride[axis]);
        let steps = input.checked_sub(kernel).ok_or_else(|| {
            fault(
                line,
                format!("layer `{}` has a filter larger than its input", from.name),
                "check Y, X, R and S",
            )
        })?;
        layer.kernel[axis] = kernel;
        layer.stride[axis] = stride;
        layer.output[axis] = steps / stride + 1;
    }
    Ok(layer)
}
