//! The gradient of every layer and loss beside finite differences, in `f64`.

use super::loss;
use super::machine::{Machine, Mode};
use crate::network::{Layer, Network, Norm, Op, Shape, Source, Window};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const BATCH: usize = 3;
const STEP: f64 = 1e-5;

fn shape(channels: usize, rows: usize, columns: usize) -> Shape {
    Shape {
        channels,
        rows,
        columns,
    }
}

fn layer(op: Op, from: usize, output: Shape) -> Layer {
    Layer {
        op,
        inputs: vec![Source::Layer(from)],
        output,
    }
}

fn window(kernel: [usize; 2], stride: [usize; 2], before: [usize; 2], dilation: usize) -> Window {
    Window {
        kernel,
        stride,
        before,
        dilation,
    }
}

fn conv(window: Window, groups: usize, norm: Norm, relu: bool) -> Op {
    Op::Conv {
        window,
        groups,
        norm,
        relu,
    }
}

/// A network that goes from one mixing layer through `middle` to three classes.
fn around(input: Shape, middle: Vec<(Op, Shape)>) -> Network {
    let mix = conv(window([1, 1], [1, 1], [0, 0], 1), 1, Norm::Bias, false);
    let mut layers = vec![Layer {
        op: mix,
        inputs: vec![Source::Sample],
        output: input,
    }];
    for (op, output) in middle {
        layers.push(layer(op, layers.len() - 1, output));
    }
    let dense = Op::Dense {
        bias: true,
        relu: false,
    };
    layers.push(layer(dense, layers.len() - 1, shape(3, 1, 1)));
    Network { input, layers }
}

/// The loss of a machine's batch, with the gradients of the answer set.
fn loss(machine: &mut Machine<f64>, targets: &[u8], mode: Mode) -> f64 {
    machine.forward(mode);
    let (answer, errors) = machine.output_and_errors();
    match targets.len() == BATCH {
        true => loss::cross_entropy(answer, targets, errors),
        false => loss::mask_loss(answer, targets, errors),
    }
}

/// Where a number of the machine is.
#[derive(Debug, Clone, Copy)]
enum At {
    Parameter(usize),
    Input(usize),
}

fn slot(machine: &mut Machine<f64>, at: At) -> &mut f64 {
    match at {
        At::Parameter(i) => &mut machine.parameters[i],
        At::Input(i) => &mut machine.input[i],
    }
}

/// Every parameter's and every input's gradient agrees with the slope of the loss.
fn prove(network: &Network, mode: Mode) {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut machine = Machine::<f64>::new(network, BATCH, true).unwrap();
    machine.start(5);
    for parameter in &mut machine.parameters {
        *parameter += 0.2 * rng.random::<f64>() - 0.1;
    }
    let inputs = BATCH * network.input.elements();
    for value in &mut machine.input[..inputs] {
        *value = 2.0 * rng.random::<f64>() - 1.0;
    }
    let classes = network.output().pixels() == 1;
    let targets: Vec<u8> = match classes {
        true => vec![0, 2, 1],
        false => (0..BATCH * network.output().pixels())
            .map(|_| rng.random_range(0..2))
            .collect(),
    };
    loss(&mut machine, &targets, mode);
    machine.backward();
    let parameters = (0..machine.parameters.len()).map(At::Parameter);
    let all: Vec<At> = parameters.chain((0..inputs).map(At::Input)).collect();
    let gradients: Vec<f64> = all
        .iter()
        .map(|&at| match at {
            At::Parameter(i) => machine.gradients[i],
            At::Input(i) => machine.input_gradients[i],
        })
        .collect();
    let largest = gradients.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(largest > 1e-3, "the network does not react: {largest}");
    for (&at, &gradient) in all.iter().zip(&gradients) {
        let value = *slot(&mut machine, at);
        *slot(&mut machine, at) = value + STEP;
        let above = loss(&mut machine, &targets, mode);
        *slot(&mut machine, at) = value - STEP;
        let below = loss(&mut machine, &targets, mode);
        *slot(&mut machine, at) = value;
        let slope = (above - below) / (2.0 * STEP);
        let error = (gradient - slope).abs() / largest.max(gradient.abs());
        assert!(error <= 1e-6, "{at:?}: gradient {gradient}, slope {slope}");
    }
}

#[test]
fn convolutions_of_every_geometry() {
    let cases = [
        // A plain one, without zeros, and one of one pixel.
        (window([3, 3], [1, 1], [1, 1], 1), 1, shape(5, 6, 7)),
        (window([2, 3], [1, 1], [0, 0], 1), 1, shape(3, 5, 5)),
        (window([1, 1], [1, 1], [0, 0], 1), 1, shape(9, 6, 7)),
        // Strides, also different ones, and zeros only behind.
        (window([3, 3], [2, 2], [0, 0], 1), 1, shape(2, 3, 4)),
        (window([3, 2], [1, 3], [1, 0], 1), 1, shape(2, 6, 3)),
        (window([1, 1], [2, 2], [0, 0], 1), 1, shape(4, 3, 4)),
        // Ragged: the last rows and columns are never seen.
        (window([2, 2], [2, 2], [0, 0], 1), 1, shape(2, 3, 3)),
        // More zeros than the filter is large.
        (window([2, 2], [2, 2], [3, 3], 1), 1, shape(2, 5, 6)),
        // Dilated, with and without a stride.
        (window([3, 3], [1, 1], [2, 2], 2), 1, shape(3, 6, 7)),
        (window([3, 2], [2, 2], [2, 1], 3), 1, shape(2, 3, 4)),
        // Grouped, depthwise, depthwise with two filters a channel, strided and dilated.
        (window([3, 3], [1, 1], [1, 1], 1), 2, shape(6, 6, 7)),
        (window([1, 1], [1, 1], [0, 0], 1), 2, shape(2, 6, 7)),
        (window([3, 3], [1, 1], [1, 1], 1), 4, shape(4, 6, 7)),
        (window([3, 3], [2, 2], [1, 1], 1), 4, shape(8, 3, 4)),
        (window([3, 2], [1, 1], [2, 0], 2), 4, shape(4, 6, 5)),
    ];
    for (window, groups, output) in cases {
        let op = conv(window, groups, Norm::Bias, true);
        prove(&around(shape(4, 6, 7), vec![(op, output)]), Mode::Train);
    }
}

#[test]
fn convolutions_over_whole_panels() {
    for (columns, filters) in [(8, 8), (16, 9), (5, 17)] {
        let op = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::Bias, true);
        let input = shape(2, 3, columns);
        prove(
            &around(input, vec![(op, shape(filters, 3, columns))]),
            Mode::Train,
        );
    }
}

#[test]
fn transposed_convolutions() {
    for (kernel, stride) in [
        ([2, 2], [2, 2]),
        ([4, 3], [2, 1]),
        ([1, 1], [2, 3]),
        ([3, 3], [2, 2]),
    ] {
        let op = Op::Transposed {
            kernel,
            stride,
            norm: Norm::Bias,
            relu: true,
        };
        let output = shape(3, 3 * stride[0], 4 * stride[1]);
        prove(&around(shape(2, 3, 4), vec![(op, output)]), Mode::Train);
    }
}

#[test]
fn batch_normalisation() {
    for relu in [true, false] {
        let op = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::Batch, relu);
        prove(
            &around(shape(2, 4, 4), vec![(op, shape(3, 4, 4))]),
            Mode::Train,
        );
    }
    let op = Op::Transposed {
        kernel: [2, 2],
        stride: [2, 2],
        norm: Norm::Batch,
        relu: true,
    };
    prove(
        &around(shape(2, 3, 3), vec![(op, shape(3, 6, 6))]),
        Mode::Train,
    );
}

#[test]
fn without_normalisation() {
    let op = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::Batch, true);
    let network = around(shape(2, 4, 4), vec![(op, shape(3, 4, 4))]);
    let mut machine = Machine::<f64>::new(&network, BATCH, true).unwrap();
    machine.start(5);
    // Scales, shifts and biases have no gradient where they do nothing.
    machine.input.fill(1.0);
    loss(&mut machine, &[0, 1, 2], Mode::Plain);
    machine.backward();
    let weights = machine.layout.weights;
    assert!(machine.gradients[weights..].iter().all(|&g| g == 0.0));
    assert!(machine.gradients[..weights].iter().any(|&g| g != 0.0));
}

#[test]
fn bare_convolutions() {
    for relu in [true, false] {
        let one = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::None, relu);
        let up = Op::Transposed {
            kernel: [2, 2],
            stride: [2, 2],
            norm: Norm::None,
            relu,
        };
        let middle = vec![(one, shape(3, 3, 3)), (up, shape(2, 6, 6))];
        let network = around(shape(2, 3, 3), middle);
        // Mixing 2 × 2 and a bias each, 3 × 3 taps of 2 × 3 and 2 × 2 of 3 × 2, classes with a bias each.
        let machine = Machine::<f64>::new(&network, BATCH, false).unwrap();
        assert_eq!(machine.parameters.len(), 4 + 2 + 54 + 24 + 72 * 3 + 3);
        prove(&network, Mode::Train);
    }
}

#[test]
fn a_sum_of_nothing_is_zeros() {
    let mut network = around(shape(2, 4, 4), Vec::new());
    let conv = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::Bias, false);
    let zeros = Layer {
        op: Op::Add,
        inputs: Vec::new(),
        output: shape(2, 4, 4),
    };
    network.layers.insert(1, zeros);
    network.layers.insert(2, layer(conv, 1, shape(2, 4, 4)));
    let sum = Layer {
        op: Op::Add,
        inputs: vec![Source::Layer(0), Source::Layer(2)],
        output: shape(2, 4, 4),
    };
    network.layers.insert(3, sum);
    network.layers[4].inputs = vec![Source::Layer(3)];
    prove(&network, Mode::Train);
}

#[test]
fn pools() {
    let cases = [
        (window([2, 2], [2, 2], [0, 0], 1), shape(2, 3, 3)),
        (window([3, 3], [2, 2], [1, 1], 1), shape(2, 4, 4)),
        (window([3, 2], [1, 2], [1, 0], 1), shape(2, 7, 4)),
        (window([2, 2], [1, 1], [1, 1], 3), shape(2, 7, 6)),
        (window([2, 2], [2, 2], [4, 4], 1), shape(2, 6, 6)),
        (window([7, 7], [1, 1], [0, 0], 1), shape(2, 1, 1)),
    ];
    for (window, output) in cases {
        for average in [true, false] {
            let op = Op::Pool { window, average };
            prove(&around(shape(2, 7, 7), vec![(op, output)]), Mode::Train);
        }
    }
}

#[test]
fn dense_layers() {
    let op = |relu| Op::Dense { bias: relu, relu };
    let middle = vec![(op(true), shape(11, 1, 1)), (op(false), shape(4, 1, 1))];
    prove(&around(shape(2, 3, 5), middle), Mode::Train);
}

#[test]
fn sums_and_concatenations_of_shared_layers() {
    let input = shape(2, 4, 4);
    let mut network = around(input, Vec::new());
    let op = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::Bias, true);
    let inputs = vec![Source::Layer(1), Source::Layer(0), Source::Sample];
    let join = |op, inputs: &[Source], output| Layer {
        op,
        inputs: inputs.to_vec(),
        output,
    };
    network.layers.insert(1, layer(op, 0, input));
    network.layers.insert(2, join(Op::Add, &inputs, input));
    network
        .layers
        .insert(3, join(Op::Concat, &inputs, shape(6, 4, 4)));
    network.layers.insert(
        4,
        join(
            Op::Concat,
            &[Source::Layer(3), Source::Layer(2)],
            shape(8, 4, 4),
        ),
    );
    let last = network.layers.len() - 1;
    network.layers[last].inputs = vec![Source::Layer(4)];
    prove(&network, Mode::Train);
}

#[test]
fn masks() {
    let op = conv(window([3, 3], [1, 1], [1, 1], 1), 1, Norm::Bias, false);
    let mut network = around(shape(2, 4, 5), Vec::new());
    network.layers[1] = layer(op, 0, shape(1, 4, 5));
    prove(&network, Mode::Train);
}
