//! The same weights in both backends: the same answers, statistics and gradients.

#[path = "../../tests/networks/mod.rs"]
mod networks;

use super::Torch;
use crate::network::{Layer, Network, Norm, Op, Shape, Source, Window};
use crate::train::compute::Compute;
use crate::train::machine::Machine;
use networks::{mlp, mobilenet, plain, resnet, unet};

const BATCH: usize = 6;

/// The largest difference, as a share of the largest value.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let most = a.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let apart = a.iter().zip(b).map(|(x, y)| (x - y).abs());
    apart.fold(0.0, f32::max) / most.max(1e-6)
}

/// Values without a pattern that a mistake could hide in.
fn values(count: usize) -> impl Iterator<Item = f32> {
    (0..count).map(|i| ((i * 7919 + 13) % 1009) as f32 / 504.5 - 1.0)
}

/// One step forward and backward and a prediction, by both backends.
fn compare(name: &str, network: &Network) {
    let mut native = Machine::<f32>::new(network, BATCH, false).unwrap();
    let mut torch = Torch::new(network, BATCH).unwrap();
    let backends: [&mut dyn Compute; 2] = [&mut native, &mut torch];
    let [native, torch] = backends.map(|backend| {
        backend.start(3);
        let count = BATCH * network.input.elements();
        let slots = backend.input()[..count].iter_mut();
        slots
            .zip(values(count))
            .for_each(|(slot, value)| *slot = value);
        backend.forward(true);
        let trained = backend.output().to_vec();
        let (_, errors) = backend.output_and_errors();
        let count = errors.len();
        errors.copy_from_slice(&values(count).collect::<Vec<f32>>());
        backend.backward();
        let gradients = backend.step().1.to_vec();
        let running = backend.state().1.to_vec();
        backend.forward(false);
        [trained, backend.output().to_vec(), running, gradients]
    });
    for (what, i) in [
        ("batch", 0),
        ("answer", 1),
        ("statistics", 2),
        ("gradients", 3),
    ] {
        let apart = difference(&native[i], &torch[i]);
        assert!(apart < 1e-4, "{name}, {what}: {apart}");
    }
}

#[test]
fn every_family_answers_and_learns_alike() {
    for (name, network) in [
        ("plain", plain(2, 16, [8, 16])),
        ("resnet", resnet(3, 16, 8)),
        ("mobilenet", mobilenet(2, 16)),
        ("unet", unet(1, 16)),
        ("mlp", mlp(2, 8)),
    ] {
        compare(name, &network);
    }
}

fn shape(channels: usize, rows: usize, columns: usize) -> Shape {
    Shape {
        channels,
        rows,
        columns,
    }
}

/// One layer, from 4 channels of 9×7.
fn single(op: Op, output: Shape) -> Network {
    Network {
        input: shape(4, 9, 7),
        layers: vec![Layer {
            op,
            inputs: vec![Source::Sample],
            output,
        }],
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

#[test]
fn ragged_strided_grouped_and_dilated_convolutions_agree() {
    for (groups, channels, window, rows, columns) in [
        (1, 5, window([3, 2], [2, 3], [1, 0], 1), 5, 3),
        (2, 6, window([3, 3], [1, 1], [2, 2], 2), 9, 7),
        (4, 8, window([3, 3], [2, 2], [0, 1], 1), 5, 4),
        // Zeros after the last row and column only, and pixels that no window takes.
        (1, 3, window([2, 2], [2, 2], [0, 0], 1), 5, 4),
        (1, 3, window([2, 2], [3, 3], [0, 0], 1), 2, 2),
        (1, 3, window([5, 1], [1, 1], [1, 0], 1), 9, 7),
    ] {
        for norm in [Norm::Batch, Norm::Bias, Norm::None] {
            let op = Op::Conv {
                window,
                groups,
                norm,
                relu: norm != Norm::Batch,
            };
            compare(
                &format!("{op:?}"),
                &single(op, shape(channels, rows, columns)),
            );
        }
    }
}

#[test]
fn transposed_convolutions_of_any_kernel_agree() {
    for (kernel, stride) in [
        ([2, 2], [2, 2]),
        ([3, 4], [2, 2]),
        ([1, 2], [2, 3]),
        ([5, 3], [1, 1]),
    ] {
        let op = Op::Transposed {
            kernel,
            stride,
            norm: Norm::Bias,
            relu: false,
        };
        let output = shape(3, 9 * stride[0], 7 * stride[1]);
        compare(&format!("{op:?}"), &single(op, output));
    }
}

#[test]
fn pools_count_only_what_lies_inside() {
    for average in [false, true] {
        for (window, rows, columns) in [
            (window([2, 2], [2, 2], [0, 0], 1), 4, 3),
            (window([3, 3], [2, 2], [1, 1], 1), 5, 4),
            (window([9, 7], [9, 7], [0, 0], 1), 1, 1),
            // The last windows lie outside.
            (window([2, 2], [2, 2], [2, 2], 1), 7, 6),
        ] {
            let op = Op::Pool { window, average };
            let mut network = single(op, shape(4, rows, columns));
            network.layers.push(Layer {
                op: Op::Dense {
                    bias: true,
                    relu: false,
                },
                inputs: vec![Source::Layer(0)],
                output: shape(3, 1, 1),
            });
            compare(&format!("{op:?}"), &network);
        }
    }
}

#[test]
fn a_mean_with_gaps_is_refused() {
    let op = Op::Pool {
        window: window([2, 2], [1, 1], [0, 0], 2),
        average: true,
    };
    let error = Torch::new(&single(op, shape(4, 7, 5)), BATCH)
        .err()
        .unwrap();
    assert_eq!(error.layer, Some(0));
}
