//! The templates for comparisons with MAESTRO: they say what the directives say, and run networks.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::maestro::import;
use nasaic_cost::{
    Axis, Buffering, ConvShape, Dataflow, Dim, Layer, Padding, Step, SubAccelerator, Tensor,
    TensorSet, Tile, cost, fit,
};

const NAMES: [&str; 7] = ["kcp_ws", "ckp_ws", "yxp_os", "rs", "xp_ws", "ykp_os", "nlr"];

/// Reads a template of this folder: one store, loop or spread a line.
fn template(name: &str) -> Dataflow {
    let path = format!("{}/../templates/{name}.nasaic", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap().trim());
    let mut lines = code.filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some(format!("dataflow {name} {{").as_str()));
    let steps = lines.take_while(|&line| line != "}").map(step).collect();
    templates::flow(name, steps)
}

fn step(line: &str) -> Step {
    let (head, fields) = line.split_once('{').unwrap_or((line, ""));
    let head: Vec<&str> = head.split_whitespace().collect();
    let field = |name: &str| {
        let rest = fields.split_once(&format!("{name} = "))?.1;
        Some(rest.split([',', '}']).next()?.trim())
    };
    let dim = || {
        Dim::ALL
            .into_iter()
            .find(|d| d.letter().to_string() == head[1])
            .unwrap()
    };
    match head[0] {
        "store" => {
            let kept = fields
                .split_once("keep = [")
                .unwrap()
                .1
                .split_once(']')
                .unwrap()
                .0;
            let keeps = |t: &Tensor| kept.split(", ").any(|k| k == format!("{t:?}"));
            let bytes = |size: &str| match size.split_once(' ').unwrap() {
                (number, "KiB") => number.parse::<u64>().unwrap() * 1024,
                (number, unit) => {
                    assert_eq!(unit, "B");
                    number.parse().unwrap()
                }
            };
            let keep: Vec<Tensor> = Tensor::ALL.into_iter().filter(keeps).collect();
            templates::store(head[1], &keep, field("size").map(bytes))
        }
        "loop" => match field("tile") {
            None | Some("fit") => templates::fit(dim()),
            Some(size) => templates::by(dim(), size.parse().unwrap()),
        },
        "spread" => Step::Spread {
            dim: dim(),
            over: match field("over") {
                Some("columns") => Axis::Columns,
                other => {
                    assert_eq!(other, Some("rows"));
                    Axis::Rows
                }
            },
            size: field("size").map(|n| n.parse().unwrap()),
            reduce: field("reduce") == Some("true"),
        },
        other => panic!("{other} is no step"),
    }
}

fn all() -> Vec<Dataflow> {
    NAMES.into_iter().map(template).collect()
}

/// The lines between the shared store and the elements.
fn array(dataflow: &Dataflow) -> Vec<Step> {
    let is = |step: &Step, store: &str| matches!(step, Step::Store { name, .. } if name == store);
    let inside = dataflow.steps.iter().skip_while(|s| !is(s, "glb")).skip(1);
    let inside = inside.take_while(|s| !is(s, "rf")).cloned();
    // A template leaves it to `fit` that an element has the whole filter.
    let whole_filter = |s: &Step| {
        matches!(
            s,
            Step::Loop {
                tile: Tile::Full,
                ..
            }
        )
    };
    inside.filter(|s| !whole_filter(s)).collect()
}

#[test]
fn the_templates_say_what_the_directives_say() {
    let imported = import(include_str!("templates/maestro.m"), "x").unwrap();
    for (name, imported) in NAMES.into_iter().zip(imported) {
        assert_eq!(imported.layers, [name]);
        assert_eq!(array(&template(name)), array(&imported.dataflow), "{name}");
    }
}

#[test]
fn the_templates_have_the_stores_of_the_others() {
    for dataflow in all() {
        let stores = dataflow.steps.iter().filter_map(|step| match step {
            Step::Store {
                name,
                size,
                buffering,
                ..
            } => Some((name.as_str(), *size, *buffering)),
            _ => None,
        });
        let double = Buffering::Double;
        let expected = [
            ("dram", None, double),
            ("glb", Some(templates::GLB), double),
            ("rf", Some(templates::RF), double),
        ];
        assert_eq!(stores.collect::<Vec<_>>(), expected, "{}", dataflow.name);
        let home = |s: &Step| matches!(s, Step::Store { keep, .. } if *keep == TensorSet::ALL);
        assert!(home(&dataflow.steps[0]), "{}", dataflow.name);
    }
}

fn valid(filters: u32, channels: u32, size: u32, kernel: u32, stride: u32, groups: u32) -> Layer {
    let shape = ConvShape {
        stride: [stride; 2],
        padding: Padding::Valid,
        groups,
        ..ConvShape::new(filters, channels, [size; 2], [kernel; 2])
    };
    Layer::conv(&shape).unwrap()
}

/// Layers of AlexNet, VGG-16 and ResNet-50, inputs with their padding, and a depthwise one.
fn layers() -> Vec<Layer> {
    vec![
        valid(96, 3, 227, 11, 4, 1),
        valid(256, 96, 31, 5, 1, 2),
        valid(384, 256, 15, 3, 1, 1),
        valid(4096, 256, 6, 6, 1, 1),
        valid(64, 3, 226, 3, 1, 1),
        valid(512, 512, 16, 3, 1, 1),
        valid(64, 3, 230, 7, 2, 1),
        valid(512, 256, 56, 1, 2, 1),
        valid(512, 512, 9, 3, 1, 1),
        valid(96, 96, 30, 3, 1, 96),
        Layer::dense(1, 2048, 1000).unwrap(),
        Layer::dense(8, 512, 10).unwrap(),
    ]
}

#[test]
fn the_templates_run_the_networks_that_maestro_is_compared_on() {
    for dataflow in all() {
        for layer in layers() {
            for (pes, bandwidth) in [(64, 8.0), (168, 16.0), (1024, 64.0)] {
                let what = format!("{} {:?} on {pes}", dataflow.name, layer.bounds);
                let sub = SubAccelerator::new(pes, bandwidth, 1e9);
                let mapping =
                    fit(&layer, &dataflow, &sub).unwrap_or_else(|r| panic!("{what}: {r:?}"));
                assert!(mapping.covers(&layer), "{what}");
                let cost = cost(&layer, &dataflow, &sub, None).unwrap();
                assert_eq!(cost.macs, layer.macs(), "{what}");
                assert!(cost.cycles >= layer.macs().div_ceil(pes.into()), "{what}");
                assert!(cost.utilization > 0.0 && cost.utilization <= 1.0, "{what}");
            }
        }
    }
}

#[test]
fn a_template_is_named_after_what_stays() {
    // 64 × 64 channels and 6 × 6 pixels, which the shared store holds: weights that stay enter the
    // elements once.
    let layer = valid(64, 64, 8, 3, 1, 1);
    let weights = |name: &str, cluster: u32| {
        let sub = SubAccelerator {
            shape: Some([256 / cluster, cluster]),
            ..SubAccelerator::new(256, 1e9, 1e9)
        };
        let dataflow = template(name);
        let cost = cost(&layer, &dataflow, &sub, None).unwrap();
        let fills = cost.access[2][Tensor::W.index()].fills;
        fills / layer.weights()
    };
    assert_eq!(weights("kcp_ws", 64), 1);
    assert_eq!(weights("ckp_ws", 64), 1);
    // 6 clusters of 16 filters, each with its own copy, anew for each of 6 pixels of its row.
    assert_eq!(weights("ykp_os", 16), 6 * 6);
}
