//! The template of the Eyeriss chip, as a text and as the comparison with silicon has it.

use crate::support::run;
use nasaic::cost::cost;
use nasaic::validate::eyeriss::chip::{ALEXNET, BATCH, array, open_template};

/// AlexNet's convolutions as networks of one layer.
const NETWORKS: [(&str, &str); 5] = [
    (
        "[3, 227, 227]",
        "filters = 96, kernel = 11, stride = 4, padding = valid",
    ),
    ("[96, 27, 27]", "filters = 256, kernel = 5, groups = 2"),
    ("[256, 13, 13]", "filters = 384, kernel = 3"),
    ("[384, 13, 13]", "filters = 384, kernel = 3, groups = 2"),
    ("[384, 13, 13]", "filters = 256, kernel = 3, groups = 2"),
];

#[test]
fn the_text_says_what_is_compared() {
    for (mapped, (input, layer)) in ALEXNET.iter().zip(NETWORKS) {
        let text = format!(
            "use templates.{{eyeriss_chip}}\nuse std.technology.{{eyeriss_65nm}}\n\
             network one {{\n  input = {input}\n  precision {{ W = 16 bits, I = 16 bits, O = 16 bits, psum = 16 bits }}\n\
             conv only {{ {layer} }}\n}}\n\
             accelerator chip {{\n  technology = eyeriss_65nm\n  clock = 200 MHz\n\
             sub core {{\n    dataflow = eyeriss_chip, pes = 168, shape = [14, 12], bandwidth = 1 GB/s\n\
             accumulate_latency = 1 cycles, zeros = gated, compressed = true\n  }}\n}}\n\
             evaluate(one, chip, batch = {BATCH})\n"
        );
        let done = run("chip.nasaic", &text);
        let written = done.shown(0)["cycles"].as_u64().expect("cycles");
        let layer = mapped.layer().expect("a layer");
        let compared = cost(&layer, &open_template(), &array(), None).expect("a mapping");
        assert_eq!(written, compared.cycles, "{}", mapped.name);
    }
}
