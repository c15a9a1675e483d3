//! The networks of the language as training sees them.

use nasaic_accuracy::network::{Layer, Network, Norm, Op, Shape, Source, Window};
use nasaic_dsl::network::{self, Operation};

/// A network that can be trained, or why this one cannot.
pub fn network(layers: &[network::Layer]) -> Result<Network, String> {
    let first = layers
        .iter()
        .find(|layer| layer.inputs.contains(&None))
        .ok_or("it has no layers")?;
    Ok(Network {
        input: shape(&first.input)?,
        layers: layers.iter().map(layer).collect::<Result<_, _>>()?,
    })
}

fn layer(layer: &network::Layer) -> Result<Layer, String> {
    let source = |input: &Option<usize>| input.map_or(Source::Sample, Source::Layer);
    Ok(Layer {
        op: op(layer).map_err(|why| format!("layer `{}` {why}", layer.path))?,
        inputs: layer.inputs.iter().map(source).collect(),
        output: shape(&layer.output)?,
    })
}

fn op(layer: &network::Layer) -> Result<Op, String> {
    let relu = match layer.activation {
        "relu" => true,
        "none" => false,
        other => {
            return Err(format!(
                "ends in `{other}`, which cannot be trained here: `relu` and `none` can"
            ));
        }
    };
    let norm = match layer.norm {
        network::Norm::Batch => Norm::Batch,
        network::Norm::Bias => Norm::Bias,
        network::Norm::None => Norm::None,
    };
    let conv = |groups: u64| {
        Ok::<_, String>(Op::Conv {
            window: window(layer)?,
            groups: size(groups)?,
            norm,
            relu,
        })
    };
    match layer.operation {
        Operation::Conv => conv(layer.groups),
        Operation::Depthwise => conv(layer.input.channels),
        Operation::Transposed if layer.groups > 1 => {
            Err("is a `transposed` with groups, which cannot be trained here".into())
        }
        Operation::Transposed => Ok(Op::Transposed {
            kernel: pair(layer.kernel)?,
            stride: pair(layer.stride)?,
            norm,
            relu,
        }),
        // For each token it is a convolution of one tap.
        Operation::Dense if layer.output.positions() > 1 => conv(1),
        Operation::Dense => Ok(Op::Dense {
            bias: layer.norm != network::Norm::None,
            relu,
        }),
        Operation::Pool => Ok(Op::Pool {
            window: window(layer)?,
            average: layer.average,
        }),
        Operation::Add => Ok(Op::Add),
        Operation::Concat => Ok(Op::Concat),
        other => Err(format!(
            "is a `{}`, which cannot be trained here: accuracies of such networks come from tables",
            other.name()
        )),
    }
}

fn window(layer: &network::Layer) -> Result<Window, String> {
    Ok(Window {
        kernel: pair(layer.kernel)?,
        stride: pair(layer.stride)?,
        before: pair(layer.padding)?,
        dilation: size(layer.dilation)?,
    })
}

fn shape(shape: &network::Shape) -> Result<Shape, String> {
    Ok(Shape {
        channels: size(shape.channels)?,
        rows: size(shape.rows)?,
        columns: size(shape.columns)?,
    })
}

fn pair(sizes: [u64; 2]) -> Result<[usize; 2], String> {
    Ok([size(sizes[0])?, size(sizes[1])?])
}

fn size(n: u64) -> Result<usize, String> {
    usize::try_from(n).map_err(|_| format!("is too large to be trained: {n}"))
}
