//! Dataflow templates, technologies, devices and accelerators.

use super::{Field, FieldType, Form, Kind, Label, choice, field, integer, kind};
use crate::units::Dim;

/// The loops of a layer, outermost first when nothing else is said.
pub const LOOPS: &[&str] = &["N", "K", "C", "P", "Q", "R", "S"];

/// The tensors of a layer: weights, inputs, outputs.
pub const TENSORS: &[&str] = &["W", "I", "O"];

/// The layer kinds that a dataflow may say it runs.
pub const LAYER_KINDS: &[&str] = &[
    "conv",
    "depthwise",
    "transposed",
    "dense",
    "pool",
    "elementwise",
];

pub(super) fn kinds() -> Vec<Kind> {
    let mut all = dataflow();
    all.push(technology());
    all.extend(device());
    all.extend(accelerator());
    all
}

fn dataflow() -> Vec<Kind> {
    vec![
        Kind {
            doc: "A dataflow template: storage levels with the loops between them, outermost first; or the tiles of an engine for FPGAs (`tiled`).",
            fields: vec![
                field("layer", FieldType::Names(LAYER_KINDS), "The layer kinds it runs.").or("[conv, depthwise, transposed, dense]"),
            ],
            example: "dataflow output_stationary {\n  store dram { keep = [W, I, O] }\n  loop K { tile = fit }\n  store glb  { keep = [W, I, O], size = 64 KiB }\n  spread P { over = rows }\n  spread Q { over = columns }\n  store rf   { keep = [O], size = 64 B }\n}\n",
            ..kind("dataflow", &[""], Label::Needed)
        },
        Kind {
            doc: "A storage level: the loops below it work on what it keeps.",
            fields: vec![
                field("keep", FieldType::Names(TENSORS), "The tensors it holds; the others pass by.").needed(),
                field(
                    "size",
                    FieldType::QuantityOr { dim: Dim::DATA, names: &["unlimited"] },
                    "Capacity of one instance; must be given on the chip. What is `unlimited` has no area and no energy that grows with its size.",
                ),
                field(
                    "buffering",
                    choice(&[
                        ("double", "the next tile is fetched while this one is used: twice the room"),
                        ("single", "transfer and compute add up"),
                    ]),
                    "Whether transfers hide behind compute.",
                )
                .or("double"),
                field(
                    "bandwidth",
                    FieldType::Quantity(Dim::DATA_PER_CYCLE),
                    "Of a link of its own that feeds all instances; it shares the NoC when not given.",
                ),
            ],
            ..kind("store", &["dataflow"], Label::Needed)
        },
        Kind {
            doc: "A loop in time: everything below it sees `tile` of the dimension per step.",
            fields: vec![
                field(
                    "tile",
                    FieldType::IntegerOr { min: 1, max: 1 << 24, names: &["fit", "full"] },
                    "How much of the dimension lies below; `fit` is chosen by the mapper, `full` is all of it.",
                )
                .open()
                .or("fit"),
            ],
            ..kind("loop", &["dataflow"], Label::OneOf(LOOPS))
        },
        Kind {
            doc: "A loop in space: neighbouring PEs work on neighbouring indices.",
            fields: vec![
                field(
                    "over",
                    choice(&[("columns", "along a row of PEs"), ("rows", "along a column of PEs")]),
                    "The axis of the array.",
                )
                .needed(),
                field("size", integer(1), "How many at a time; as many as fit when not given.").open(),
                field("reduce", FieldType::Bool, "Whether partial sums are added between the PEs.").or("false"),
            ],
            ..kind("spread", &["dataflow"], Label::OneOf(LOOPS))
        },
        tiled(),
    ]
}

/// The sizes of the engine that most work on FPGAs generates, by the names that it gives them.
fn tiled() -> Kind {
    let size = |name, doc| field(name, integer(1), doc).open().needed();
    let port = |name, doc| {
        field(name, FieldType::Integer { min: 1, max: 4096 }, doc)
            .open()
            .needed()
    };
    Kind {
        doc: "Tiled convolution, as generated for FPGAs: Tm · Tn multipliers with a buffer per tensor and a memory port each. It stands in the place of stores and loops.",
        fields: vec![
            size("Tm", "Output channels at a time."),
            field("Tn", FieldType::IntegerOr { min: 1, max: 1 << 24, names: &["fit"] }, "Input channels at a time; `fit` takes what the PEs leave, ⌊pes ÷ Tm⌋.").open().or("fit"),
            size("Tr", "Rows of a tile."),
            size("Tc", "Columns of a tile."),
            port("Wp", "Words of 16 bits per cycle of the weights' port; the sub-accelerator's `bandwidth` must carry all three."),
            port("Ip", "The same of the inputs' port."),
            port("Op", "The same of the outputs' port."),
            field(
                "cycles",
                choice(&[
                    ("nest", "those of the loop nest that the tiles make"),
                    ("hotnas", "by the published formula of HotNAS, which takes layers with a stride for faster than they are"),
                ]),
                "What tells its cycles.",
            )
            .or("nest"),
        ],
        ..kind("tiled", &["dataflow"], Label::Absent)
    }
}

fn technology() -> Kind {
    Kind {
        doc: "Energy, area and leakage constants, each with its source beside it.",
        fields: technology_fields(),
        example: "technology mine {\n  energy_unit = joule\n}\n",
        ..kind("technology", &[""], Label::Needed)
    }
}

fn technology_fields() -> Vec<Field> {
    let mut fields = vec![
        field(
            "energy_unit",
            choice(&[
                ("joule", "energies are joules of silicon"),
                ("activity", "energies are activity counts that a paper labels nJ: power is refused"),
            ]),
            "What the energies mean.",
        )
        .or("joule"),
        field(
            "counting",
            choice(&[
                ("native", "the bytes of every read, fill and update that the nest causes"),
                ("operands", "MAESTRO's view: words; four innermost accesses per MAC plus fills, and all accesses of the outermost on-chip store"),
            ]),
            "Which accesses cost energy.",
        )
        .or("native"),
        field("wide_partial_sums", FieldType::Bool, "Whether partial sums have a width of their own; if not, they are as wide as outputs.").or("true"),
        field("mac_scales_with_bits", FieldType::Bool, "Whether a multiplication costs in proportion to the product of its operands' widths.").or("true"),
        field("energy_scale", FieldType::Number { min: 0.0, max: f64::INFINITY }, "Factor on all energies.").or("1"),
        field("rf_cell", FieldType::Quantity(Dim::DATA), "The smallest step in which a store inside a PE grows.").or("1 B"),
        field("sram_cell", FieldType::Quantity(Dim::DATA), "The smallest step in which a shared store grows.").or("1 B"),
        field("sram_word", FieldType::Quantity(Dim::DATA), "Bytes of the word at which a shared store's energies per byte hold.").or("8 B"),
        field("sram_fixed", FieldType::Quantity(Dim::DATA), "What an access to a shared store costs whatever its width, as the bytes that could be read for it.").or("0 B"),
        field("overhead", FieldType::Number { min: 0.0, max: f64::INFINITY }, "Control, clock tree and wiring, as a share of all other area.").or("0"),
        field("leakage", FieldType::Quantity(Dim::POWER_PER_AREA), "Static power per area.").or("0 mW/mm^2"),
        field("source", FieldType::Text, "Where the constants come from."),
    ];
    fields.extend(
        ENERGIES
            .iter()
            .map(|(name, doc)| field(name, FieldType::Quantity(Dim::ENERGY), doc).or("0 pJ")),
    );
    fields.extend(
        AREAS
            .iter()
            .map(|(name, doc)| field(name, FieldType::Signed(Dim::AREA), doc).or("0 um^2")),
    );
    fields
}

/// The energy of an access is `base + sqrt · √bytes`, the form to which word and bit lines lead.
const ENERGIES: &[(&str, &str)] = &[
    ("mac_energy", "Per 8-bit multiplication with its addition."),
    (
        "rf_energy",
        "Per byte (or word) of a store inside a PE, whatever its size.",
    ),
    (
        "rf_energy_sqrt",
        "The same, per square root of the store's bytes.",
    ),
    (
        "sram_energy",
        "Per byte (or word) of a shared on-chip store, whatever its size.",
    ),
    (
        "sram_energy_sqrt",
        "The same, per square root of the store's bytes.",
    ),
    ("dram_energy", "Per byte (or word) of off-chip memory."),
    (
        "noc_energy",
        "Per byte (or word) between the shared store and the array.",
    ),
    ("hop_energy", "Per byte and link between neighbouring PEs."),
];

const AREAS: &[(&str, &str)] = &[
    ("mac_area", "Per multiplier."),
    ("pe_area", "Per PE, multipliers and stores apart."),
    ("rf_area", "Per `rf_cell` of the stores inside a PE."),
    ("sram_area", "Per `sram_cell` of a shared store."),
    ("sram_base_area", "Per shared store, whatever its size."),
    ("bus_area_per_pe", "Bus, per byte per cycle and PE."),
    ("bus_area", "Bus, per byte per cycle."),
    (
        "arbiter_area_quadratic",
        "Arbiter, per square of the number of PEs.",
    ),
    ("arbiter_area_linear", "Arbiter, per PE."),
    ("arbiter_area_constant", "Arbiter, constant part."),
];

fn resources(kind_name: &'static str) -> Vec<Field> {
    let mut fields = vec![
        field("pes", integer(0), "Processing elements."),
        field(
            "bandwidth",
            FieldType::Quantity(Dim::BANDWIDTH),
            "On-chip network bandwidth, all sub-accelerators together.",
        ),
        field("area", FieldType::Quantity(Dim::AREA), "Silicon area."),
    ];
    if kind_name == "device" {
        fields.extend([
            field(
                "dsp",
                integer(0),
                "DSP slices of an FPGA: two multiplications of 8 bits, or one of up to 18.",
            ),
            field(
                "bram",
                FieldType::Quantity(Dim::DATA),
                "Block RAM of an FPGA, in blocks of 18 Kibit.",
            ),
            field(
                "lut",
                integer(0),
                "Lookup tables of an FPGA; those used as memory are counted.",
            ),
        ]);
    }
    fields
}

fn device() -> Vec<Kind> {
    let mut fields = vec![
        field(
            "kind",
            choice(&[
                ("asic", "a chip of one's own"),
                (
                    "fpga",
                    "programmable logic: `dsp`, `bram` and `lut` are its budget",
                ),
            ]),
            "What it is.",
        )
        .or("asic"),
        field(
            "technology",
            FieldType::Block(&["technology"]),
            "Its energy and area constants.",
        ),
        field(
            "clock",
            FieldType::Quantity(Dim::FREQUENCY),
            "Clock frequency.",
        ),
    ];
    fields.extend(resources("device"));
    vec![
        Kind {
            doc: "A device: its resources are the budget of whatever is built on it.",
            fields,
            example: "device small { kind = fpga, dsp = 220, bram = 4.9 Mbit, clock = 100 MHz, bandwidth = 4 GB/s }\n",
            ..kind("device", &[""], Label::Needed)
        },
        Kind {
            doc: "Off-chip memory; its bandwidth is unlimited when the block is absent.",
            fields: vec![
                field(
                    "bandwidth",
                    FieldType::Quantity(Dim::BANDWIDTH),
                    "Bytes per second, shared by the sub-accelerators.",
                )
                .needed(),
            ],
            ..kind("dram", &["device", "accelerator"], Label::Absent)
        },
    ]
}

fn accelerator() -> Vec<Kind> {
    vec![
        Kind {
            doc: "An accelerator of one or more sub-accelerators, each with its own dataflow.",
            fields: vec![
                field("device", FieldType::Block(&["device"]), "Gives technology, clock and budget."),
                field("technology", FieldType::Block(&["technology"]), "Energy and area constants; without any, only latency is known (E0604)."),
                field("clock", FieldType::Quantity(Dim::FREQUENCY), "Clock frequency; the device's when not given."),
                field(
                    "between_layers",
                    choice(&[
                        ("off_chip", "every output goes to off-chip memory and comes back, as MAESTRO and NASAIC count"),
                        ("on_chip", "an output waits on the chip where the outermost on-chip store holds it whole, its only reader runs next on the same sub-accelerator and reads it whole"),
                    ]),
                    "Where tensors are between two layers.",
                )
                .or("off_chip"),
            ],
            choices: true,
            example: "use templates.{nvdla}\nuse std.technology.{horowitz_28nm}\naccelerator small {\n  technology = horowitz_28nm\n  clock = 1 GHz\n  budget { pes = 256, bandwidth = 16 GB/s }\n  sub core { dataflow = nvdla, pes = 256, bandwidth = 16 GB/s }\n}\n",
            ..kind("accelerator", &[""], Label::Needed)
        },
        Kind {
            doc: "What all sub-accelerators share.",
            fields: resources("budget"),
            ..kind("budget", &["accelerator"], Label::Absent)
        },
        Kind {
            doc: "Links between sub-accelerators: a layer waits until each input made on another one has been moved. Without it tensors pass through off-chip memory, as the costs of layers already say.",
            fields: vec![
                field("bandwidth", FieldType::Quantity(Dim::BANDWIDTH), "Bytes per second of each transfer; transfers do not slow each other down.").needed(),
                field("energy", FieldType::Quantity(Dim::ENERGY), "Per byte that is moved.").or("0 pJ"),
            ],
            ..kind("link", &["accelerator"], Label::Absent)
        },
        Kind {
            doc: "A sub-accelerator: a PE array with one dataflow; with 0 PEs or 0 bandwidth it is absent. `STORE.size` overrides the size of a store of its dataflow.",
            fields: vec![
                field("dataflow", FieldType::Block(&["dataflow"]), "How layers run on it.").open().needed(),
                field("pes", FieldType::Integer { min: 0, max: 1 << 24 }, "Processing elements.").open().needed(),
                field("device", FieldType::Block(&["device"]), "A device of its own, with its own clock, off-chip memory and budget."),
                field("shape", FieldType::Sizes { min: 2, max: 2 }, "Columns and rows of the array; the best factor pair for each layer when not given.").open(),
                field("bandwidth", FieldType::Quantity(Dim::BANDWIDTH), "Network bandwidth between the last shared store and the PEs.").open().needed(),
                field("simd", FieldType::Integer { min: 1, max: 4096 }, "MACs per PE and cycle.").open().or("1"),
                field("hop_latency", FieldType::Quantity(Dim::CYCLES), "Cycles from a PE to the next, as in a systolic array; a bus has none.").or("0 cycles"),
                field("accumulate_latency", FieldType::Quantity(Dim::CYCLES), "Cycles that a PE's adder spends on each partial sum it takes over; none with a second adder.").or("0 cycles"),
                field(
                    "zeros",
                    choice(&[
                        ("multiplied", "like any other operand"),
                        ("gated", "the cycle passes, the energy is saved"),
                        ("skipped", "the cycle is saved as well"),
                    ]),
                    "What PEs do about operands that are zero; `density` of a network says how many are not.",
                )
                .or("multiplied"),
                field("compressed", FieldType::Bool, "Whether inputs and outputs travel off the chip in run-length code.").or("false"),
                field("mapper", FieldType::Form(mappers()), "What chooses tiles and spreads for each layer.").or("fit"),
            ],
            choices: true,
            ..kind("sub", &["accelerator"], Label::Needed)
        },
    ]
}

fn mappers() -> Vec<Form> {
    let fields = vec![
        field(
            "objective",
            choice(&[
                ("latency", "cycles"),
                ("energy", "dynamic energy"),
                ("edp", "the product of the two"),
            ]),
            "What is made small.",
        )
        .or("edp"),
        field(
            "evaluations",
            integer(1),
            "How many mappings of a layer it may cost; a proven optimum ends it sooner.",
        )
        .or("20000"),
        field(
            "open_order",
            FieldType::Bool,
            "Whether neighbouring `fit` loops may change places.",
        )
        .or("false"),
        field(
            "open_shape",
            FieldType::Bool,
            "Whether columns and rows are open where the sub-accelerator gives no `shape`.",
        )
        .or("true"),
    ];
    vec![
        Form {
            name: "fit",
            doc: "Greedily as much as fits.",
            fields: Vec::new(),
        },
        Form {
            name: "search",
            doc: "Branch and bound over all that the dataflow leaves open; `layers` says which mappings are proven optimal.",
            fields,
        },
    ]
}

/// The one field that a sub-accelerator may set on each store of its dataflow.
pub fn store_size() -> Field {
    field(
        "size",
        FieldType::Quantity(Dim::DATA),
        "Capacity of one instance of this store.",
    )
    .open()
}
