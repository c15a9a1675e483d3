//! Scores beside what can be computed by hand.

use super::*;
use crate::network::{Layer, Norm, Op, Shape, Source, Window};

fn pixels(channels: usize, columns: usize) -> Shape {
    Shape {
        channels,
        rows: 1,
        columns,
    }
}

fn samples(columns: usize, values: &[f32], classes: usize) -> Samples {
    Samples {
        shape: pixels(1, columns),
        values: values.to_vec(),
        targets: Targets::Classes {
            count: classes,
            labels: vec![0; values.len() / columns],
        },
    }
}

fn dense(from: Source, outputs: usize) -> Layer {
    Layer {
        op: Op::Dense {
            bias: true,
            relu: false,
        },
        inputs: vec![from],
        output: pixels(outputs, 1),
    }
}

/// One filter of one pixel with a ReLU, then two classes.
fn switches(columns: usize, norm: Norm) -> Network {
    let op = Op::Conv {
        window: Window {
            kernel: [1, 1],
            stride: [1, 1],
            before: [0, 0],
            dilation: 1,
        },
        groups: 1,
        norm,
        relu: true,
    };
    let conv = Layer {
        op,
        inputs: vec![Source::Sample],
        output: pixels(1, columns),
    };
    Network {
        input: pixels(1, columns),
        layers: vec![conv, dense(Source::Layer(0), 2)],
    }
}

/// Dense layers without ReLU.
fn linear(columns: usize, outputs: [usize; 2]) -> Network {
    Network {
        input: pixels(1, columns),
        layers: vec![
            dense(Source::Sample, outputs[0]),
            dense(Source::Layer(0), outputs[1]),
        ],
    }
}

#[test]
fn counts() {
    let network = switches(3, Norm::Batch);
    // 1 weight, a scale and a shift; 3 × 2 weights and 2 biases.
    assert_eq!(params(&network), 3 + 8);
    // 1 weight on 3 pixels; 6 weights.
    assert_eq!(flops(&network), 2 * (3 + 6));
}

#[test]
fn nwot_of_two_codes() {
    let network = switches(2, Norm::Bias);
    // Whatever the sign of the one weight, the samples agree in the first of two ReLUs:
    // K = [2 1; 1 2].
    let batch = samples(2, &[1.0, 1.0, 1.0, -1.0], 2);
    for seed in 0..4 {
        let value = score(Proxy::Nwot, &network, &batch, seed).unwrap();
        assert!((value - libm::log(3.0)).abs() < 1e-12, "{value}");
    }
    let same = samples(2, &[1.0, 1.0, 2.0, 2.0], 2);
    let error = score(Proxy::Nwot, &network, &same, 1).unwrap_err();
    assert!(error.to_string().contains("same ReLUs"), "{error}");
    let error = score(Proxy::Nwot, &linear(2, [2, 2]), &batch, 1).unwrap_err();
    assert!(error.to_string().contains("no ReLU"), "{error}");
}

#[test]
fn synflow_of_two_dense_layers() {
    let network = linear(2, [3, 2]);
    let mut machine = Machine::<f64>::new(&network, 1, false).unwrap();
    machine.start(9);
    let weights = &machine.parameters[..12];
    let (first, second) = weights.split_at(6);
    let mut flow = 0.0;
    for hidden in 0..3 {
        let inside = first[2 * hidden].abs() + first[2 * hidden + 1].abs();
        let outside = second[hidden].abs() + second[3 + hidden].abs();
        flow += inside * outside;
    }
    // The sum of outputs is of degree two in the weights.
    let batch = samples(2, &[0.0, 0.0], 2);
    let value = score(Proxy::Synflow, &network, &batch, 9).unwrap();
    assert!((value - libm::log(2.0 * flow)).abs() < 1e-12);
}

#[test]
fn jacov_of_a_linear_network() {
    // Every sample has the same Jacobian: one eigenvalue is 3, two are 0.
    let batch = samples(2, &[1.0, 2.0, -3.0, 4.0, 5.0, 6.0], 2);
    let value = score(Proxy::Jacov, &linear(2, [3, 2]), &batch, 1).unwrap();
    let term = |v: f64| -(libm::log(v + 1e-5) + 1.0 / (v + 1e-5));
    let expected = term(3.0) + 2.0 * term(0.0);
    assert!((value - expected).abs() < 1e-6 * expected.abs(), "{value}");
}

#[test]
fn gradient_of_one_layer() {
    let network = Network {
        input: pixels(1, 1),
        layers: vec![dense(Source::Sample, 2)],
    };
    let batch = samples(1, &[2.0], 2);
    let mut machine = Machine::<f64>::new(&network, 1, false).unwrap();
    machine.start(3);
    // Of two logits, both gradients are 1 − p in size; each goes to a bias and, doubled, to a weight.
    let [a, b] = [machine.parameters[0], machine.parameters[1]];
    let miss = 1.0 - 1.0 / (1.0 + libm::exp(2.0 * (b - a)));
    let expected = miss * (2.0 * (1.0 + 4.0f64)).sqrt();
    let value = score(Proxy::GradNorm, &network, &batch, 3).unwrap();
    assert!((value - expected).abs() < 1e-12);
}

#[test]
fn names_lead_back() {
    for proxy in Proxy::ALL {
        assert_eq!(Proxy::named(proxy.name()), Some(proxy));
    }
}
