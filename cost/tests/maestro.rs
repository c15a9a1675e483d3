//! MAESTRO's directives: what parses, what the latency view obeys, what imports.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use nasaic_cost::maestro::{
    Dimension, Directive, Directives, Latency, Operation, Problem, Refetch, Shape, dataflow,
    import, latency, parse, parse_directives,
};
use nasaic_cost::{Axis, Dim, Step, Tile};
use proptest::prelude::*;

const SEVEN: &str = include_str!("templates/maestro.m");

fn seven() -> Vec<(String, Directives)> {
    let source = parse(SEVEN).unwrap();
    let layers = source.networks.into_iter().flat_map(|n| n.layers);
    layers.map(|l| (l.name, l.directives)).collect()
}

fn conv(k: u32, c: u32, [y, x]: [u32; 2], [r, s]: [u32; 2], stride: u32) -> Shape {
    let mut shape = Shape::new(Operation::Conv)
        .with(Dimension::K, k)
        .with(Dimension::C, c)
        .with(Dimension::Y, y)
        .with(Dimension::X, x)
        .with(Dimension::R, r)
        .with(Dimension::S, s);
    shape.stride = [stride; 2];
    shape
}

fn directives(name: &str) -> Directives {
    let mut seven = seven().into_iter();
    seven.find(|(n, _)| n == name).unwrap().1
}

fn time(name: &str, shape: &Shape, pes: u32, bandwidth: u32) -> Latency {
    latency(shape, &directives(name), pes, bandwidth, Refetch::Free).unwrap()
}

#[test]
fn a_mapping_file_says_networks_layers_and_directives() {
    let text = "Constant Rows 6;\n\
        Accelerator { PE { NumPEs: 4 } Buffer { L1: 3 } }\n\
        Network small { // a comment {\n\
          Layer a { Type: DSCONV Stride { X: 2, Y: 3 } Dimensions { K 1,C 8 R: 3, S: 3, Y: Rows, X: 9 }\n\
            Dataflow { SpatialMap (Sz(R), 1) Y; Cluster(Sz(S),P) ; TemporalMap(Rows,2) X' } }\n\
          Layer { Type: CONV; Dimensions { K: 1 } }\n\
        }";
    let source = parse(text).unwrap();
    let network = &source.networks[0];
    assert_eq!((network.name.as_str(), network.layers.len()), ("small", 2));
    let layer = &network.layers[0];
    assert_eq!(layer.shape.operation, Operation::Depthwise);
    assert_eq!(layer.shape.stride, [3, 2]);
    assert_eq!(layer.shape.size(Dimension::Y), Some(6));
    assert_eq!(layer.directives.len(), 3);
    assert!(
        matches!(layer.directives[1].1, Directive::Cluster(size) if size.value(&layer.shape) == Some(3))
    );
    assert_eq!(network.layers[1].name, "");
    assert_eq!(network.layers[1].directives, layer.directives);
}

#[test]
fn a_hardware_file_says_settings() {
    let source = parse("num_pes: 256\nl1_size_cstr: 100 // bytes\n").unwrap();
    let expected = [
        ("num_pes".to_owned(), 256),
        ("l1_size_cstr".to_owned(), 100),
    ];
    assert_eq!(source.settings, expected);
}

#[test]
fn what_does_not_parse_says_where_why_and_what_to_do() {
    let problem = |text: &str| -> Problem { parse(text).unwrap_err() };
    let in_layer = |inside: &str| problem(&format!("Network n {{\n Layer a {{\n  {inside}"));
    let fc = in_layer("Type: FC\n } }");
    assert_eq!((fc.place.line, fc.place.column), (3, 9));
    assert!(fc.to_string().contains("`FC` is unknown") && fc.way_out.contains("1×1 CONV"));
    for (inside, line, cause) in [
        (
            "Dataflow { TemporalMap(0,1) K; } } }",
            3,
            "`0` is no positive number",
        ),
        (
            "Dataflow { TemporalMap(1,1) Z; } } }",
            3,
            "`Z` is no dimension",
        ),
        ("Dataflow { Map(1,1) K; } } }", 3, "`Map` is no directive"),
        (
            "Dataflow { TemporalMap 1,1) K; } } }",
            3,
            "`(` should stand here",
        ),
        (
            "Dimensions { K: 99999999999 } } }",
            3,
            "`99999999999` is no positive number",
        ),
        ("Weights { } } }", 3, "`Weights` is no part of a layer"),
        ("Dataflow {", 3, "the file ends before"),
    ] {
        let found = in_layer(inside);
        assert_eq!(found.place.line, line, "{found}");
        assert!(found.cause.contains(cause), "{found}");
        assert!(!found.way_out.is_empty());
    }
    assert!(problem("hello").cause.contains("`hello` begins nothing"));
    assert!(problem("num_pes: many").cause.contains("`many`"));
}

#[test]
fn weights_stationary_takes_a_step_for_every_operand_of_every_product() {
    // 128 filters on 2 clusters of 64 channels: 64 · 4 channel blocks · 28² pixels, 9 products and
    // one transfer each. With 8 elements per cycle a product waits for its 128 operands instead.
    let shape = conv(128, 256, [30, 30], [3, 3], 1);
    let steps = 64 * 4 * 28 * 28;
    assert_eq!(
        time("kcp_ws", &shape, 128, 1_000_000).cycles,
        steps * 10 + 1
    );
    let slow = time("kcp_ws", &shape, 128, 8).cycles;
    assert!(slow > steps * 9 * 16 && slow < steps * 9 * 18, "{slow}");
}

#[test]
fn no_local_reuse_is_its_products_one_after_the_other() {
    let shape = conv(16, 64, [10, 10], [3, 3], 1);
    let unlimited = time("nlr", &shape, 64, 1_000_000);
    assert_eq!(
        (unlimited.cycles, unlimited.macs),
        (16 * 64 * 9 + 1, 16 * 64 * 64 * 9)
    );
    assert_eq!(unlimited.active_pes, 64.0);
}

#[test]
fn operands_that_an_outer_loop_drops_cost_only_if_charged() {
    let with = |refetch, pes| {
        let shape = conv(8, 128, [10, 10], [3, 3], 1);
        latency(&shape, &directives("nlr"), pes, 8, refetch)
            .unwrap()
            .cycles
    };
    // As many elements as channels: only the 1152 inputs of a filter's first pixel are charged.
    let difference = with(Refetch::Charged, 128) - with(Refetch::Free, 128);
    assert_eq!(difference, 7 * 1152 / 8);
    let (free, charged) = (with(Refetch::Free, 64), with(Refetch::Charged, 64));
    // The first of two channel blocks lacked 576 weights, or with a new filter 576 inputs.
    assert_eq!(charged - free, (8 * 64 - 1) * 576 / 8);
}

#[test]
fn what_cannot_be_timed_is_a_problem() {
    let shape = conv(8, 8, [8, 8], [3, 3], 1);
    let problem = |text: &str, pes: u32| {
        let directives = parse_directives(text).unwrap();
        latency(&shape, &directives, pes, 8, Refetch::Free).unwrap_err()
    };
    for (text, pes, cause) in [
        ("TemporalMap(1,1) K;", 8, "no SpatialMap"),
        (
            "SpatialMap(1,1) K; SpatialMap(1,1) C; SpatialMap(3,1) Y;",
            8,
            "more than two",
        ),
        ("SpatialMap(1,1) K; TemporalMap(1,1) K;", 8, "mapped twice"),
        (
            "SpatialMap(1,1) K;\nCluster(64, P);\nSpatialMap(1,1) C;",
            8,
            "takes 64 PEs",
        ),
        ("SpatialMap(1,1) G;", 8, "no G"),
        ("SpatialMap(4294967295,1) K;", 8, "no size of a piece"),
        ("SpatialMap(1,1) K;", 0, "does nothing"),
        (
            "SpatialMap(1,1) K; Cluster(1); SpatialMap(1,1) C; Cluster(1); SpatialMap(1,1) C; \
             Cluster(1); SpatialMap(1,1) C; Cluster(1); SpatialMap(1,1) C;",
            8,
            "more than 4 levels",
        ),
    ] {
        let found = problem(text, pes);
        assert!(found.cause.contains(cause), "{text}: {found}");
    }
    let large = conv(1, 1, [2, 2], [3, 3], 1);
    assert!(latency(&large, &directives("nlr"), 8, 8, Refetch::Free).is_err());
}

proptest! {
    #[test]
    fn every_product_is_made_once_and_bandwidth_helps(
        k in 1..40_u32, c in 1..80_u32, out in prop::array::uniform2(1..20_u32),
        filter in 0..3_usize, stride in 1..5_u32, extra in 0..4_u32, pes in 64..300_u32,
    ) {
        let filter = [1, 3, 5][filter];
        let input = out.map(|o| (o - 1) * stride + filter + extra % stride);
        let shape = conv(k, c, input, [filter; 2], stride);
        for (name, directives) in seven() {
            // Its file is written for 3×3 filters.
            if name == "yxp_os" && filter != 3 {
                continue;
            }
            let at = |bandwidth| latency(&shape, &directives, pes, bandwidth, Refetch::Free).unwrap();
            let (slow, fast) = (at(8), at(1_000_000));
            let macs = u64::from(k * c * filter * filter) * u64::from(out[0] * out[1]);
            prop_assert_eq!(slow.macs, macs, "{}", name);
            prop_assert!(slow.cycles >= fast.cycles, "{}", name);
            prop_assert!(fast.cycles >= macs / u64::from(pes), "{}", name);
            prop_assert!(fast.active_pes > 0.0 && fast.active_pes <= f64::from(pes), "{}", name);
        }
    }

    #[test]
    fn no_text_makes_the_parser_or_its_users_panic(
        cut in 0..3000_usize, words in prop::collection::vec(0..12_usize, 0..6),
    ) {
        let pool = ["{", "}", "(", "Sz(", "4294967295", "K", "Y'", "Cluster(9", ",", "é//", "Layer", "SpatialMap(2,1) Y;"];
        let at = cut.min(SEVEN.len());
        let at = (0..=at).rev().find(|&i| SEVEN.is_char_boundary(i)).unwrap();
        let insert: String = words.iter().map(|&w| pool[w]).collect::<Vec<_>>().join(" ");
        let text = format!("{}{insert}{}", &SEVEN[..at], &SEVEN[at..]);
        if let Ok(source) = parse(&text) {
            for layer in source.networks.iter().flat_map(|n| &n.layers) {
                let _ = dataflow(&layer.shape, &layer.directives, "x");
                let _ = latency(&layer.shape, &layer.directives, 256, 16, Refetch::Charged);
            }
        }
    }
}

fn import_of(layers: &str) -> Result<Vec<nasaic_cost::maestro::Imported>, Problem> {
    import(&format!("Network n {{ {layers} }}"), "flow")
}

fn layer(sizes: &str, directives: &str) -> String {
    format!("Layer l {{ Type: CONV Dimensions {{ {sizes} }} Dataflow {{ {directives} }} }}\n")
}

const SIZES: &str = "K: 64, C: 64, R: 3, S: 3, Y: 30, X: 30";

#[test]
fn layers_that_share_a_dataflow_import_it_once() {
    let imported = import(SEVEN, "seven").unwrap();
    let names: Vec<&str> = imported.iter().map(|i| i.dataflow.name.as_str()).collect();
    assert_eq!(names.len(), 7);
    assert_eq!((names[0], names[6]), ("seven", "seven_7"));
    let directives = "SpatialMap(1,1) K; TemporalMap(Sz(R),1) Y; TemporalMap(Sz(S),1) X;";
    let other = "K: 8, C: 3, R: 7, S: 7, Y: 230, X: 230";
    let two = import_of(&(layer(SIZES, directives) + &layer(other, directives))).unwrap();
    assert_eq!(two.len(), 1);
    assert_eq!(two[0].layers, ["l", "l"]);
}

#[test]
fn row_stationary_becomes_output_rows_times_filter_rows() {
    let imported = import(SEVEN, "seven").unwrap();
    let rs = imported.iter().find(|i| i.layers == ["rs"]).unwrap();
    let spreads = rs.dataflow.steps.iter().filter_map(|s| match s {
        Step::Spread {
            dim,
            over,
            size,
            reduce,
        } => Some((*dim, *over, *size, *reduce)),
        _ => None,
    });
    let expected = [
        (Dim::P, Axis::Columns, None, false),
        (Dim::R, Axis::Rows, None, true),
    ];
    assert_eq!(spreads.collect::<Vec<_>>(), expected);
}

#[test]
fn windows_become_outputs_at_any_stride() {
    let tile = |stride: u32, map: &str| {
        let text = format!(
            "Layer l {{ Type: CONV Stride {{ X: {stride}, Y: {stride} }} Dimensions {{ {SIZES} }} \
             Dataflow {{ SpatialMap(1,1) K; {map} X; }} }}"
        );
        let steps = import_of(&text).unwrap().remove(0).dataflow.steps;
        steps.iter().find_map(|s| match s {
            Step::Loop { dim: Dim::Q, tile } => Some(*tile),
            _ => None,
        })
    };
    assert_eq!(tile(1, "TemporalMap(10,8)"), Some(Tile::Fixed(8)));
    assert_eq!(tile(2, "TemporalMap(10,8)"), Some(Tile::Fixed(4)));
    assert_eq!(tile(2, "TemporalMap(Sz(S),1)"), Some(Tile::Fixed(1)));
    assert_eq!(tile(2, "TemporalMap(Sz(X),Sz(X))"), Some(Tile::Full));
}

#[test]
fn what_does_not_lower_says_which_line_and_why() {
    for (directives, line, cause) in [
        (
            "SpatialMap(1,1) K;\nTemporalMap(4,2) C;",
            2,
            "do work of C twice",
        ),
        (
            "SpatialMap(1,1) K;\nTemporalMap(2,4) C;",
            2,
            "leave work of C undone",
        ),
        (
            "SpatialMap(1,1) K;\nTemporalMap(6,1) Y;",
            2,
            "do work of Y twice",
        ),
        (
            "SpatialMap(1,1) K;\nTemporalMap(2,1) Y;",
            2,
            "hold no window of 3",
        ),
        (
            "TemporalMap(1,1) C;\nSpatialMap(1,1) K;\nSpatialMap(1,1) C;",
            2,
            "walk together",
        ),
        (
            "SpatialMap(3,1) Y;\nCluster(8);\nSpatialMap(3,1) Y;",
            1,
            "P is spread twice",
        ),
        (
            "TemporalMap(6,4) Y;\nCluster(3);\nSpatialMap(1,1) Y;\nSpatialMap(1,1) R;",
            3,
            "one output",
        ),
    ] {
        let text = format!(
            "Layer l {{ Type: CONV Dimensions {{ {SIZES} }} Dataflow {{ {directives} }} }}"
        );
        let found = import_of(&text).unwrap_err();
        assert!(found.cause.contains(cause), "{directives}: {found}");
        assert_eq!(found.place.line, line, "{found}");
    }
    let depthwise = layer(SIZES, "SpatialMap(1,1) C;").replace("CONV", "DSCONV");
    assert!(import_of(&depthwise).unwrap_err().cause.contains("groups"));
    assert!(
        import_of("Layer l { Type: CONV }")
            .unwrap_err()
            .cause
            .contains("no dataflow")
    );
}
