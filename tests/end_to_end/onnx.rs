//! Networks of ONNX files as programs see them.

use crate::support::Repository;
use flate2::read::GzDecoder;
use nasaic::dsl::instance::Blocks;
use nasaic::dsl::network::{self, Layer};
use nasaic::dsl::value::Value;
use nasaic::dsl::world::{World, embedded};
use nasaic::engine::{Engine, import};
use std::collections::BTreeMap;
use std::io::Read;

/// A file, the sizes that it leaves open, and its multiplications.
type Counted = (&'static str, &'static [(&'static str, u64)], u64);

/// Models of every kind with the sizes that they need, and the MACs of their nodes.
const MODELS: [Counted; 8] = [
    ("light_densenet121", &[], 2_834_161_664),
    ("light_shufflenet", &[], 124_664_528),
    (
        "ppocr_v2_cls",
        &[("x_0", 1), ("x_2", 48), ("x_3", 192)],
        16_315_376,
    ),
    (
        "centerface",
        &[("input_1_0", 1), ("input_1_2", 640), ("input_1_3", 640)],
        2_468_710_400,
    ),
    (
        "silero_vad",
        &[
            ("input_0", 1),
            ("input_1", 512),
            ("state_1", 1),
            ("sr", 16_000),
        ],
        563_968,
    ),
    ("swin_t_d", &[], 4_490_566_656),
    ("bert_d", &[("batch", 1), ("sequence", 128)], 11_174_215_680),
    ("gpt2_d", &[("batch", 1), ("sequence", 128)], 11_173_625_856),
];

fn read_bytes(path: &str) -> Vec<u8> {
    Repository
        .read(path)
        .unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn text(name: &str, sizes: &[(&str, u64)]) -> String {
    let packed = read_bytes(&format!("tests/reference/onnx/{name}.onnx.gz"));
    let mut file = Vec::new();
    let mut packed = GzDecoder::new(packed.as_slice());
    packed.read_to_end(&mut file).expect("it is packed");
    let sizes: BTreeMap<String, u64> = sizes
        .iter()
        .map(|(n, size)| ((*n).to_owned(), *size))
        .collect();
    let made = import::network(&file, "net", &sizes, false);
    made.unwrap_or_else(|e| panic!("{name}: {e:?}")).text
}

fn layers(text: &str) -> Vec<Layer> {
    let mut engine = Engine::new(Box::new(Repository));
    let checked = engine.check("imported.nasaic", text, &[]);
    let told = nasaic::dsl::render::plain(engine.sources(), &checked.diagnostics);
    assert!(told.is_empty(), "{told}");
    let program = engine.program();
    let blocks = Blocks {
        blocks: &program.blocks,
        choices: &program.choices,
    };
    let instance = blocks.pair(Some(&Value::Block("net".into())), None);
    let instance = instance.expect("it can be written out");
    network::layers(&instance, &instance.tasks[0].children[0], &[]).expect("the shapes fit")
}

#[test]
fn imported_texts_have_the_macs_of_their_files() {
    for (name, sizes, macs) in MODELS {
        let text = text(name, sizes);
        let all: u64 = layers(&text).iter().map(Layer::macs).sum();
        assert_eq!(all, macs, "{name}");
    }
}

#[test]
fn the_imported_mobilenet_is_that_of_the_library() {
    let file = read_bytes("stdlib/models/mobilenetv2.onnx");
    let made = import::network(&file, "net", &BTreeMap::new(), false).expect("it is understood");
    let imported = layers(&made.text);
    let own = layers(&library());
    let figures = |all: &[Layer]| {
        let computing = all.iter().filter(|l| l.macs() > 0);
        computing
            .map(|l| (l.macs(), l.params, l.output, l.norm))
            .collect::<Vec<_>>()
    };
    assert_eq!(figures(&imported), figures(&own));
}

/// The library's network under the name that [`layers`] looks for.
fn library() -> String {
    let text = embedded("std/nets/mobilenet_v2.nasaic").expect("it is there");
    text.replace("network mobilenet_v2", "network net")
}
