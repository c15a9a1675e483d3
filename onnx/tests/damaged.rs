//! Damaged and hostile files: an answer, never a panic, in time and memory that follow the file's size.

use flate2::read::GzDecoder;
use nasaic_onnx::{Options, analyse, network, read};
use proptest::prelude::*;
use std::io::Read;
use std::path::Path;

fn model(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/reference/onnx")
        .join(format!("{name}.onnx.gz"));
    let packed = std::fs::read(path).expect("it is committed");
    let mut out = Vec::new();
    let mut packed = GzDecoder::new(packed.as_slice());
    packed.read_to_end(&mut out).expect("it is packed");
    out
}

/// Goes all the way; what comes out does not matter, only that it comes.
fn walk(bytes: &[u8], lenient: bool) {
    let options = Options {
        sizes: [("batch".to_owned(), 1), ("sequence".to_owned(), 8)].into(),
        lenient,
    };
    let Ok(model) = read(bytes) else { return };
    let whole = analyse(&model, &options);
    // Sizes that this model does not have are no reason to stop here.
    let plain = Options {
        lenient,
        ..Options::default()
    };
    let whole = whole.or_else(|_| analyse(&model, &plain));
    if let Ok(analysis) = whole {
        analysis.total();
        if let Err(problem) = network(&analysis, &options) {
            assert!(!problem.message.is_empty() && !problem.hint.is_empty());
        }
    }
}

const MODELS: [&str; 6] = [
    "light_bvlc_alexnet",
    "light_shufflenet",
    "mobilenetv2",
    "bert_d",
    "resnet18_t",
    "swin_t_d",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changed_bytes_never_break_it(
        which in 0..MODELS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        lenient in any::<bool>(),
    ) {
        let mut bytes = model(MODELS[which]);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        walk(&bytes, lenient);
    }

    #[test]
    fn files_that_are_cut_off_never_break_it(
        which in 0..MODELS.len(),
        place in any::<prop::sample::Index>(),
    ) {
        let bytes = model(MODELS[which]);
        walk(&bytes[..place.index(bytes.len())], true);
    }

    #[test]
    fn any_bytes_never_break_it(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        walk(&bytes, true);
    }
}

#[test]
fn what_is_no_model_says_so() {
    for bytes in [
        b"".as_slice(),
        b"version https://git-lfs.github.com/spec/v1\n",
        &[0xff; 64],
    ] {
        let problem = read(bytes).expect_err("it is none");
        assert!(
            problem.message.starts_with("it is no ONNX model"),
            "{problem:?}"
        );
        assert!(problem.hint.contains("git lfs pull"), "{problem:?}");
    }
}

/// A message with one field of bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 128 {
        out.push((length & 127) as u8 | 128);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(content);
    out
}

#[test]
fn a_small_file_cannot_ask_for_much() {
    // Three million empty nodes.
    let nodes = field(1, &[]).repeat(3_000_000);
    let problem = read(&field(7, &nodes)).err().map(|p| p.message);
    assert_eq!(problem.as_deref(), Some("it has more than 2000000 parts"));
    // A constant of 2⁶⁰ elements that is nowhere.
    let mut tensor = vec![8];
    tensor.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    let attribute = [field(1, b"value"), field(5, &tensor)].concat();
    let node = [field(2, b"y"), field(4, b"Constant"), field(5, &attribute)].concat();
    let graph = [field(1, &node), field(12, &field(1, b"y"))].concat();
    let bytes = field(7, &graph);
    let model = read(&bytes).expect("it can be read");
    let analysis = analyse(&model, &Options::default()).expect("nothing is computed");
    assert_eq!(analysis.values[0].elements(), 1 << 60);
}

/// The bytes of a number of variable length.
fn number(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 128 {
        out.push((n & 127) as u8 | 128);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

#[test]
fn sizes_of_any_kind_never_break_it() {
    // The sizes of the first input, each replaced by an extreme one.
    for extreme in [
        0,
        1,
        2,
        224,
        1 << 20,
        1 << 31,
        1 << 48,
        1 << 62,
        i64::MAX as u64,
    ] {
        for name in [
            "resnet18_t",
            "swin_t_d",
            "ppocr_v4_rec",
            "bert_d",
            "centerface",
            "silero_vad",
        ] {
            let bytes = model(name);
            let model = read(&bytes).expect("it can be read");
            for axis in 0..4 {
                let mut options = Options {
                    lenient: extreme % 3 == 0,
                    ..Options::default()
                };
                for input in &model.graph.inputs {
                    let rank = input.shape.as_ref().map_or(0, Vec::len);
                    for place in 0..rank {
                        let size = if place == axis { extreme } else { 16 };
                        let name = format!("{}_{place}", nasaic_onnx::field_name(input.name));
                        options.sizes.insert(name, size);
                    }
                }
                if let Ok(analysis) = analyse(&model, &options) {
                    analysis.total();
                    let _ = network(&analysis, &options);
                }
            }
        }
    }
}

#[test]
fn functions_that_call_each_other_end() {
    // A node that makes y of x, in a field of this number.
    let node = |place: u8, op: &str| {
        let parts = [
            field(1, b"x"),
            field(2, b"y"),
            field(4, op.as_bytes()),
            field(7, b"d"),
        ];
        field(place, &parts.concat())
    };
    let x = field(5, &field(8, b"x"));
    let mut bytes = field(7, &[node(1, "f0"), x, field(12, &field(1, b"y"))].concat());
    // Each function calls the next one twice, and the last one the first.
    for n in 0..20 {
        let next = node(7, &format!("f{}", (n + 1) % 20));
        let (name, [x, y]) = (format!("f{n}"), [field(4, b"x"), field(5, b"y")]);
        let function = [
            field(1, name.as_bytes()),
            x,
            y,
            next.clone(),
            next,
            field(10, b"d"),
        ]
        .concat();
        bytes.extend(number(25 << 3 | 2));
        bytes.extend(number(function.len() as u64));
        bytes.extend(function);
    }
    let model = read(&bytes).expect("it can be read");
    assert_eq!(model.functions.len(), 20);
    let problem = analyse(&model, &Options::default()).expect_err("it never ends");
    assert_eq!(
        problem.message,
        "it has more than 24 functions inside each other"
    );
}
