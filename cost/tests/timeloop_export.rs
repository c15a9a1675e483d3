//! Nests written down for Timeloop.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::timeloop::{Exported, Unsupported, export};
use nasaic_cost::{
    Axis, ConvShape, Dataflow, Dim, Layer, Mapping, Padding, Precision, SubAccelerator, Tensor, fit,
};
use templates::{all, fit as by_fit, flow, nvdla, spread, store};

fn fitted(layer: &Layer, dataflow: &Dataflow, sub: &SubAccelerator) -> Mapping {
    fit(layer, dataflow, sub).unwrap()
}

fn exported(layer: &Layer, dataflow: &Dataflow, pes: u32) -> Result<Exported, Unsupported> {
    let sub = SubAccelerator::new(pes, 64.0, 1e9);
    export(layer, &fitted(layer, dataflow, &sub), dataflow, &sub)
}

fn convolution(shape: &ConvShape) -> Layer {
    Layer::conv(shape)
        .unwrap()
        .with_precision(Precision::uniform(8))
}

#[test]
fn a_fit_is_written_for_the_peer() {
    let layer = convolution(&ConvShape {
        stride: [2, 1],
        dilation: [1, 2],
        padding: Padding::Valid,
        ..ConvShape::new(96, 24, [17, 20], [3, 3])
    });
    let written = exported(&layer, &nvdla(), 64).unwrap();
    insta::assert_snapshot!(written.joined(), @r#"
    # Bandwidths are unlimited: Timeloop's cycles are those of computation.
    arch:
      arithmetic:
        instances: 64
        meshX: 8
        word-bits: 8
      storage:
      - name: "rf"
        entries: 768
        multiple-buffering: 2
        instances: 64
        meshX: 8
        word-bits: 8
      - name: "glb"
        entries: 32768
        multiple-buffering: 2
        instances: 1
        meshX: 1
        word-bits: 8
      - name: "dram"
        technology: DRAM
        instances: 1
        meshX: 1
        word-bits: 8
    problem:
      shape: cnn-layer
      R: 3
      S: 3
      P: 8
      Q: 16
      C: 24
      K: 96
      N: 1
      Wstride: 2
      Wdilation: 1
      Hstride: 1
      Hdilation: 2
    mapping:
    - target: "rf"
      type: datatype
      keep: [Weights, Inputs, Outputs]
      bypass: []
    - target: "rf"
      type: temporal
      factors: R=3 S=3 P=1 Q=1 C=3 K=12 N=1
      permutation: SRCKPQN
    - target: "glb"
      type: datatype
      keep: [Inputs, Outputs]
      bypass: [Weights]
    - target: "glb"
      type: spatial
      factors: R=1 S=1 P=1 Q=1 C=8 K=8 N=1
      permutation: KCRSPQN
      split: 1
    - target: "glb"
      type: temporal
      factors: R=1 S=1 P=4 Q=16 C=1 K=1 N=1
      permutation: QPRSCKN
    - target: "dram"
      type: datatype
      keep: [Weights, Inputs, Outputs]
      bypass: []
    - target: "dram"
      type: temporal
      factors: R=1 S=1 P=2 Q=1 C=1 K=1 N=1
      permutation: PRSQCKN
    "#);
}

#[test]
fn what_differs_is_said_in_comments() {
    let layer = Layer::conv(&ConvShape {
        groups: 2,
        ..ConvShape::new(20, 26, [19, 19], [3, 3])
    })
    .unwrap();
    let mut sub = SubAccelerator::new(64, 64.0, 1e9);
    sub.simd = 2;
    let dataflow = templates::shidiannao();
    let mapping = fitted(&layer, &dataflow, &sub);
    let written = export(&layer, &mapping, &dataflow, &sub).unwrap().joined();
    let comments: Vec<&str> = written
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    insta::assert_snapshot!(comments.join("\n"), @r#"
    # Bandwidths are unlimited: Timeloop's cycles are those of computation.
    # The nest uses 19 x 3 of the 64 elements.
    # An element multiplies 2 times per cycle, in Timeloop once.
    # A store has one word width in Timeloop: the narrowest of the tensors it keeps, so that whatever
    # fits here fits there. Wider words and partial sums take more room than that.
    # One of 2 groups: 2 times the counts and cycles are the whole layer's.
    # The layer's input has 19 rows and 19 columns. Timeloop knows no padding: it stores and moves the
    # zeros around them like any other input.
    # P ends in a smaller tile, written as `iterations,iterations of the last pass`. Timeloop counts
    # such nests approximately.
    "#);
}

/// `K=4,3` as four iterations, three in the last pass.
fn factor(text: &str) -> (char, u64, u64) {
    let (dim, counts) = text.split_once('=').unwrap();
    let (count, last) = counts.split_once(',').unwrap_or((counts, counts));
    let number = |text: &str| text.parse().unwrap();
    (dim.parse().unwrap(), number(count), number(last))
}

/// Timeloop refuses a mapping whose factors do not make up the problem: from the outermost level
/// inwards the last iterations must lead to the last element.
#[test]
fn factors_make_up_every_dimension() {
    let shapes = [
        ConvShape::new(64, 64, [32, 32], [3, 3]),
        ConvShape::new(20, 10, [19, 19], [3, 3]),
        ConvShape::new(37, 3, [29, 31], [5, 5]),
        ConvShape::new(100, 70, [1, 1], [1, 1]),
    ];
    let mut written = 0;
    for dataflow in all() {
        for layer in shapes.iter().map(convolution) {
            // A channel on both sides of the array, or a ragged one walked inside its spread.
            let Ok(files) = exported(&layer, &dataflow, 64) else {
                continue;
            };
            written += 1;
            let mut last = [0; 7];
            let lines = |head: &str| {
                let lines = files.mapping.lines();
                lines
                    .filter_map(|line| line.trim().strip_prefix(head))
                    .collect::<Vec<_>>()
            };
            for factors in lines("factors: ").iter().rev() {
                for (letter, count, end) in factors.split(' ').map(factor) {
                    let dim = Dim::ALL.into_iter().find(|d| d.letter() == letter).unwrap();
                    last[dim.index()] = last[dim.index()] * count + end - 1;
                }
            }
            assert_eq!(
                last.map(|l| l + 1),
                layer.bounds.map(u64::from),
                "{}",
                dataflow.name
            );
            for order in lines("permutation: ") {
                assert!(Dim::ALL.iter().all(|d| order.contains(d.letter())) && order.len() == 7);
            }
        }
    }
    assert_eq!(written, 17);
}

#[test]
fn a_dimension_on_both_sides_is_refused() {
    let both = flow(
        "both",
        vec![
            store("dram", &Tensor::ALL, None),
            spread(Dim::K, Axis::Columns),
            spread(Dim::K, Axis::Rows),
            store("rf", &Tensor::ALL, None),
            by_fit(Dim::K),
        ],
    );
    let layer = convolution(&ConvShape::new(16, 1, [1, 1], [1, 1]));
    let sub = SubAccelerator {
        shape: Some([4, 4]),
        ..SubAccelerator::new(16, 64.0, 1e9)
    };
    let mapping = fitted(&layer, &both, &sub);
    let twice = Unsupported::Twice {
        level: 0,
        dim: Dim::K,
    };
    assert_eq!(export(&layer, &mapping, &both, &sub), Err(twice));
    let other = Unsupported::OtherStores {
        named: 3,
        levels: 2,
    };
    assert_eq!(export(&layer, &mapping, &nvdla(), &sub), Err(other));
}
