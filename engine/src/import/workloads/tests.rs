//! Files written after the formats of the tools: their layers, their multiply-accumulates, and the
//! messages about what cannot be read.

use super::*;
use crate::engine::Engine;
use crate::sink::Silent;
use nasaic_dsl::world::Memory;

/// The multiply-accumulates that the language counts in a workload.
fn counted(imported: &Workload, name: &str) -> f64 {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let text = format!(
        "use std.accel.{{eyeriss_like}}\n{}\nlet counted = evaluate({name}, eyeriss_like)\n",
        imported.text
    );
    let (checked, report) = engine.cell(&text, &mut Silent);
    let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{shown}\n{text}"));
    let shown = nasaic_dsl::render::plain(engine.sources(), &report.diagnostics);
    let result = engine
        .result("counted")
        .unwrap_or_else(|| panic!("{shown}\n{text}"));
    result["macs"]
        .as_f64()
        .unwrap_or_else(|| panic!("{result:#}"))
}

const CONV: &str = "\
problem:
  version: 0.4
  shape:
    name: CNN_Layer
    dimensions: [C, K, R, S, N, P, Q]
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    - {name: Wdilation, default: 1}
    - {name: Hdilation, default: 1}
    data_spaces:
    - name: Weights
      projection: [[[C]], [[K]], [[R]], [[S]]]
    - name: Inputs
      projection:
      - [[N]]
      - [[C]]
      - [[R, Wdilation], [P, Wstride]]
      - [[S, Hdilation], [Q, Hstride]]
    - name: Outputs
      projection: [[[N]], [[K]], [[Q]], [[P]]]
      read_write: True
  instance: {C: 3, K: 8, R: 5, S: 3, P: 6, Q: 7, N: 2, Wstride: 2, Hstride: 1}
";

const GEMM: &str = "\
problem:
  shape:
    name: gemm
    dimensions: [M, N, K]
    data-spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: Z, projection: [[[M]], [[N]]], read-write: true}
  instance:
    M: 12
    N: 20
    K: 30
";

#[test]
fn problems_of_timeloop_have_their_macs() {
    let files = [
        ("conv".to_owned(), CONV.to_owned()),
        ("gemm".to_owned(), GEMM.to_owned()),
    ];
    let read = timeloop(&files, "both").expect("it can be read");
    let conv = 2 * 3 * 8 * 5 * 3 * 6 * 7;
    assert_eq!(read.macs, conv + 12 * 20 * 30);
    assert_eq!(counted(&read, "both"), read.macs as f64, "{}", read.text);
    assert!(read.text.contains("input = [3, 15, 9]"), "{}", read.text);
    assert!(
        read.text
            .contains("kernel = [5, 3], stride = [2, 1], padding = valid"),
        "{}",
        read.text
    );
    assert!(
        read.text.contains("network = conv, batch = 2"),
        "{}",
        read.text
    );
    assert!(read.text.contains("input = [30, 12, 1]"), "{}", read.text);
}

#[test]
fn the_named_shape_of_old_problems_is_known() {
    let text =
        "problem:\n  shape: cnn-layer\n  C: 4\n  K: 6\n  R: 3\n  S: 3\n  P: 5\n  Q: 5\n  N: 1\n";
    let read = timeloop(&[("old".into(), text.into())], "w").expect("it can be read");
    assert_eq!(read.macs, 4 * 6 * 9 * 25);
    assert_eq!(counted(&read, "w"), read.macs as f64);
}

const ZIGZAG: &str = "\
- id: 0
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 16, 3, 8, 9, 7, 5]
- id: 1
  operator_type: Pooling
  equation: O[b][g][oy][ox]+=W[fx][fy]*I[b][g][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, G, OY, OX, FX, FY]
  loop_sizes: [1, 16, 4, 4, 3, 3]
- id: 2
  name: depthwise
  operator_type: Conv
  equation: O[b][g][oy][ox]+=W[g][fy][fx]*I[b][g][iy][ix]
  dimension_relations: [ix=1*ox+2*fx, iy=1*oy+2*fy]
  loop_dims: [B, G, OY, OX, FY, FX]
  loop_sizes: [1, 16, 4, 4, 3, 3]
- id: 3
  operator_type: Gemm
  equation: O[b][k]+=I[b][c]*W[c][k]
  dimension_relations: []
  loop_dims: [B, C, K]
  loop_sizes: [5, 64, 10]
";

#[test]
fn workloads_of_zigzag_have_their_macs() {
    let read = zigzag(ZIGZAG, "net").expect("it can be read");
    let wanted = 16 * 3 * 8 * 9 * 7 * 5 + 16 * 16 * 9 + 5 * 64 * 10;
    assert_eq!(read.macs, wanted);
    assert_eq!(counted(&read, "net"), read.macs as f64, "{}", read.text);
    assert!(read.text.contains("groups = 16"), "{}", read.text);
    assert!(read.text.contains("dilation = 2"), "{}", read.text);
    assert_eq!(
        read.notes,
        ["Line 7: `Pooling` is left out, since it has no multiply-accumulates."]
    );
}

const MAESTRO: &str = "\
Network net {
  Layer CONV1 {
    Type: CONV
    Stride { X: 2, Y: 2 }
    Dimensions { K: 16, C: 3, R: 7, S: 7, Y: 31, X: 29 }
  }
  Layer DW {
    Type: DSCONV
    Dimensions { K: 1, C: 16, R: 3, S: 3, Y: 12, X: 12 }
  }
  Layer product {
    Type: GEMM
    Dimensions { M: 6, N: 8, K: 10 }
  }
}
";

#[test]
fn networks_of_maestro_have_their_macs() {
    let read = maestro(MAESTRO, "net").expect("it can be read");
    let wanted = 16 * 3 * 49 * 13 * 12 + 16 * 9 * 100 + 6 * 8 * 10;
    assert_eq!(read.macs, wanted);
    assert_eq!(counted(&read, "net"), read.macs as f64, "{}", read.text);
}

#[test]
fn what_cannot_be_read_has_a_place_and_a_way_out() {
    let file = |text: &str| {
        timeloop(&[("a".into(), text.into())], "w")
            .expect_err("it is wrong")
            .1
    };
    let table = [
        (file("mapping: 3\n"), 1, "there is no `problem`"),
        (
            file(&CONV.replace("C: 3,", "C: many,")),
            23,
            "`C` is no whole number",
        ),
        (
            file(&CONV.replace("[P, Wstride]", "[P, Stride]")),
            18,
            "`Stride` is no coefficient",
        ),
        (
            file(&CONV.replace(
                "projection: [[[C]], [[K]], [[R]], [[S]]]",
                "projection: [[[C]], [[K]], [[R]]]",
            )),
            2,
            "`S` is needed by the weights",
        ),
        (file("problem:\n  <<: *base\n"), 2, "an alias"),
        (file("problem: {shape: lstm}\n"), 1, "the shape `lstm`"),
        (
            zigzag("layers: 3\n", "w").expect_err("it is wrong"),
            1,
            "is a list of layers",
        ),
        (
            zigzag(&ZIGZAG.replace("[5, 64, 10]", "[5, 64]"), "w").expect_err("it is wrong"),
            25,
            "3 loops and 2 sizes",
        ),
        (
            zigzag(&ZIGZAG.replace("O[b][k]+=I", "O[b][k]=I"), "w").expect_err("it is wrong"),
            22,
            "is not understood",
        ),
        (
            maestro(
                "Network n { Layer a { Type: CONV Dimensions { K: 1 } } }",
                "w",
            )
            .expect_err("it is wrong"),
            1,
            "has no size",
        ),
        (
            maestro("Network n { }", "w").expect_err("it is wrong"),
            0,
            "describes no layer",
        ),
    ];
    for (fault, line, message) in table {
        assert!(fault.message.contains(message), "{message}: {fault:?}");
        assert_eq!(fault.line, line, "{fault:?}");
        assert!(!fault.hint.is_empty(), "{fault:?}");
    }
}
