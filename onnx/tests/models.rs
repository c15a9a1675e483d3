//! Real models: their shapes, their work and their layers, beside two independent counters.

use flate2::read::GzDecoder;
use nasaic_onnx::layers::{Kind, Layer, Merge, Network, Norm, Source};
use nasaic_onnx::{Analysis, Family, Options, analyse, network, read};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/onnx")
}

/// A committed model.
fn model(name: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.onnx.gz"));
    let packed = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut out = Vec::new();
    let mut packed = GzDecoder::new(packed.as_slice());
    packed.read_to_end(&mut out).expect("it is packed");
    out
}

fn options(sizes: &str) -> Options {
    let pairs = sizes.split(' ').filter_map(|s| s.split_once('='));
    Options {
        sizes: pairs
            .map(|(n, v)| (n.to_owned(), v.parse().expect("a size")))
            .collect(),
        lenient: false,
    }
}

/// All committed models with the sizes that they need.
const MODELS: [(&str, &str); 25] = [
    ("light_bvlc_alexnet", ""),
    ("light_densenet121", ""),
    ("light_inception_v1", ""),
    ("light_inception_v2", ""),
    ("light_resnet50", ""),
    ("light_shufflenet", ""),
    ("light_squeezenet", ""),
    ("light_vgg19", ""),
    ("light_zfnet512", ""),
    ("silero_vad", "input_0=1 input_1=512 state_1=1 sr=16000"),
    ("magika_standard_v3_3", "unk_214=1"),
    ("ppocr_v2_cls", "x_0=1 x_2=48 x_3=192"),
    (
        "ppocr_v4_rec",
        "p2o_DynamicDimension_0=1 x_2=48 p2o_DynamicDimension_1=320",
    ),
    (
        "ppocr_v4_det",
        "p2o_DynamicDimension_0=1 p2o_DynamicDimension_1=640 p2o_DynamicDimension_2=640",
    ),
    ("centerface", "input_1_0=1 input_1_2=640 input_1_3=640"),
    ("mobilenetv2", ""),
    ("resnet18_t", "batch=1"),
    ("efficientnet_b0_t", "batch=1"),
    ("mobilenet_v3_large_d", ""),
    ("vit_b_16_d", ""),
    ("swin_t_d", ""),
    ("shufflenet_v2_x1_0_d", ""),
    ("convnext_tiny_d", ""),
    ("bert_d", "batch=1 sequence=128"),
    ("gpt2_d", "batch=1 sequence=128"),
];

/// Runs a check on an analysed model and its layers.
fn with<T>(name: &str, sizes: &str, check: impl FnOnce(&Analysis<'_>, &Network) -> T) -> T {
    let bytes = model(name);
    let options = options(sizes);
    let model = read(&bytes).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let analysis = analyse(&model, &options).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let network = network(&analysis, &options).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    check(&analysis, &network)
}

fn table(file: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(folder().join(file)).expect("the table is there");
    reader.records().map(|row| row.expect("a row")).collect()
}

/// What onnx-tool counts: convolutions and products with the addition of their biases as MACs,
/// and transposed convolutions as if every output met every tap of all filters.
fn as_counted_by_onnx_tool(analysis: &Analysis<'_>) -> [u64; 3] {
    let mut out = [0; 3];
    for step in analysis.steps.iter().filter(|s| !analysis.is_constant(s)) {
        let Some(made) = step.outputs.first().copied().flatten() else {
            continue;
        };
        let made = analysis.values[made].elements();
        let bias = if step.inputs.get(2).copied().flatten().is_some() {
            made
        } else {
            0
        };
        let weights = |n: usize| {
            let place = step.inputs[n].expect("it has weights");
            &analysis.values[place].shape
        };
        let macs = analysis.work(step).macs;
        match step.operator.map(|o| o.family) {
            Some(Family::Convolution) => out[0] += macs + bias,
            Some(Family::Transposed) => {
                let [_, filters, taps @ ..] = weights(1).as_slice() else {
                    panic!("weights have four sizes")
                };
                out[1] += made * filters * taps.iter().product::<u64>() + bias;
            }
            Some(Family::Product) => out[2] += macs + bias,
            _ => {}
        }
    }
    out
}

#[test]
fn nodes_have_the_macs_of_an_independent_counter() {
    let rows = table("onnx-tool-1.0.1.csv");
    assert!(rows.len() >= 20, "{} models", rows.len());
    for row in rows {
        let wanted = [2, 3, 4].map(|i| row[i].parse::<u64>().expect("MACs"));
        let got = with(&row[0], &row[1], |analysis, _| {
            as_counted_by_onnx_tool(analysis)
        });
        assert_eq!(
            got, wanted,
            "{}: convolutions, transposed, products",
            &row[0]
        );
    }
}

#[test]
fn torchvision_publishes_the_same_macs() {
    let rows = table("torchvision-0.29.2.csv");
    assert_eq!(rows.len(), 8);
    for row in rows {
        let (name, sizes) = MODELS
            .iter()
            .find(|m| m.0 == &row[0])
            .expect("it is committed");
        let macs = with(name, sizes, |analysis, _| analysis.total().macs);
        assert_eq!(format!("{:.3}", macs as f64 / 1e9), row[1], "{name}");
    }
}

#[test]
fn layers_have_the_macs_of_their_nodes() {
    for (name, sizes) in MODELS {
        with(name, sizes, |analysis, network| {
            let layers: u64 = network.layers.iter().map(|l| macs(network, l)).sum();
            assert_eq!(layers, analysis.total().macs, "{name}");
        });
    }
}

fn inputs(network: &Network, layer: &Layer) -> Vec<[u64; 3]> {
    let shape = |source: &Source| match source {
        Source::Input => network.input,
        Source::Layer(index) => network.layers[*index].shape,
    };
    layer.from.iter().map(shape).collect()
}

/// MACs of a layer from what it says of itself alone.
fn macs(network: &Network, layer: &Layer) -> u64 {
    let inputs = inputs(network, layer);
    let all = |shape: [u64; 3]| shape.iter().product::<u64>();
    let taps = |kernel: [u64; 2]| kernel[0] * kernel[1];
    match &layer.kind {
        Kind::Conv { groups, window, .. } => {
            all(layer.shape) * taps(window.kernel) * inputs[0][0] / groups
        }
        Kind::Depthwise { window } => all(layer.shape) * taps(window.kernel),
        Kind::Transposed {
            filters,
            groups,
            window,
            ..
        } => all(inputs[0]) * taps(window.kernel) * filters / groups,
        Kind::Dense { units, .. } => all(inputs[0]) * units,
        Kind::Join(Merge::Product) => all(inputs[0]) * layer.shape[2],
        _ => 0,
    }
}

#[test]
fn every_layer_takes_what_is_further_up_and_has_a_name_of_its_own() {
    for (name, sizes) in MODELS {
        with(name, sizes, |_, network| {
            let mut names: Vec<&str> = network.layers.iter().map(|l| l.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), network.layers.len(), "{name}");
            for (index, layer) in network.layers.iter().enumerate() {
                assert!(
                    layer.from.iter().all(|s| *s < Source::Layer(index)),
                    "{name}"
                );
                assert_eq!(layer.from.is_empty(), layer.kind == Kind::Further, "{name}");
                let distinct: BTreeSet<&Source> = layer.from.iter().collect();
                assert_eq!(distinct.len(), layer.from.len(), "{name}: {}", layer.name);
            }
        });
    }
}

fn ending_in(network: &Network, activation: &str) -> usize {
    network
        .layers
        .iter()
        .filter(|l| l.activation == activation)
        .count()
}

#[test]
fn normalisations_and_activations_belong_to_the_convolutions_before_them() {
    with("light_resnet50", "", |_, network| {
        let convs = network
            .layers
            .iter()
            .filter(|l| matches!(l.kind, Kind::Conv { .. }));
        let convs: Vec<&Layer> = convs.collect();
        assert_eq!(convs.len(), 53);
        assert!(convs.iter().all(|l| l.norm == Norm::Batch), "{convs:?}");
        // The last of each of 16 blocks and four projections end in a sum.
        assert_eq!(convs.iter().filter(|l| l.activation == "relu").count(), 33);
        let adds = network
            .layers
            .iter()
            .filter(|l| l.kind == Kind::Join(Merge::Add));
        assert_eq!(adds.count(), 16);
        let alone = |l: &Layer| matches!(l.kind, Kind::Normalise { .. });
        assert!(!network.layers.iter().any(alone));
    });
}

#[test]
fn spelled_out_activations_have_their_names() {
    with("ppocr_v2_cls", "x_0=1 x_2=48 x_3=192", |_, network| {
        assert_eq!(
            (
                ending_in(network, "hard_swish"),
                ending_in(network, "hard_sigmoid")
            ),
            (18, 9)
        );
    });
    with("vit_b_16_d", "", |_, network| {
        assert_eq!(ending_in(network, "gelu"), 12)
    });
    with("mobilenetv2", "", |_, network| {
        assert_eq!(ending_in(network, "relu6"), 35)
    });
}

#[test]
fn attention_is_two_products_for_each_head() {
    let macs = |sizes: &str| {
        with("bert_d", sizes, |analysis, network| {
            let products = network
                .layers
                .iter()
                .filter(|l| l.kind == Kind::Join(Merge::Product));
            (
                products.map(|l| l.shape).collect::<Vec<_>>(),
                analysis.total().macs,
            )
        })
    };
    let (shapes, _) = macs("batch=1 sequence=128");
    assert_eq!(shapes.len(), 24);
    assert_eq!(shapes[..2], [[12, 128, 128], [12, 128, 64]]);
    // Scores grow with the square of the sequence.
    assert!(macs("batch=1 sequence=16").1 > 2 * (macs("batch=1 sequence=8").1 - 768 * 768));
}

#[test]
fn sizes_that_are_open_are_asked_for_by_name() {
    let bytes = model("bert_d");
    let model = read(&bytes).expect("it can be read");
    let open = analyse(&model, &options("batch=1")).expect_err("the sequence is open");
    assert_eq!(open.hint, "with { sequence = 128 }");
    let odd = analyse(&model, &options("batch=1 sequence=8 width=3")).expect_err("no width");
    assert!(odd.message.contains("`width`"), "{odd:?}");
}

#[test]
fn a_condition_that_is_given_decides_its_branch() {
    let sizes = "input_0=1 state_1=1";
    let macs = |more: &str| {
        let sizes = format!("{sizes} {more}");
        with("silero_vad", &sizes, |analysis, _| analysis.total().macs)
    };
    assert!(macs("input_1=256 sr=8000") < macs("input_1=512 sr=16000"));
    let bytes = model("silero_vad");
    let model = read(&bytes).expect("it can be read");
    let refused = analyse(&model, &options(&format!("{sizes} input_1=512")));
    let message = refused.expect_err("no rate is given").message;
    assert!(
        message.contains("its condition depends on the input"),
        "{message}"
    );
}

#[test]
fn several_images_at_a_time_are_refused_with_the_size_to_give() {
    let bytes = model("centerface");
    let model = read(&bytes).expect("it can be read");
    let options = options("");
    let analysis = analyse(&model, &options).expect("all shapes are known");
    let refused = network(&analysis, &options).expect_err("ten images");
    assert!(
        refused.message.contains("takes 10 images at a time"),
        "{refused:?}"
    );
    assert_eq!(refused.hint, "with { input_1_0 = 1 }");
}

#[test]
fn an_unsupported_operator_is_named_or_counts_as_traffic() {
    let mut bytes = model("light_squeezenet");
    let name = b"GlobalAveragePool";
    let at = bytes
        .windows(name.len())
        .position(|w| w == name)
        .expect("it has one");
    bytes[at..at + name.len()].copy_from_slice(b"GlobalAveragePoxl");
    let model = read(&bytes).expect("it can be read");
    let refused = analyse(&model, &options("")).expect_err("there is no such operator");
    assert!(
        refused.message.contains("`GlobalAveragePoxl`"),
        "{refused:?}"
    );
    assert!(refused.hint.contains("lenient = true"), "{refused:?}");
    let lenient = Options {
        lenient: true,
        ..Options::default()
    };
    let analysis = analyse(&model, &lenient).expect("it counts as traffic");
    let network = network(&analysis, &lenient).expect("it counts as traffic");
    assert_eq!(network.opaque.len(), 1);
    assert_eq!(network.opaque[0].1, "GlobalAveragePoxl");
    let traffic = |l: &&Layer| l.kind == Kind::Activation { memory: true };
    assert_eq!(network.layers.iter().filter(traffic).count(), 1);
    assert_eq!(analysis.total().macs, 349_151_936);
}
