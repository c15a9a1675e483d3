//! Networks, their layers, data sets and accuracy surrogates.

mod choices;
mod tensors;
mod wiring;

use super::{Field, FieldType, Kind, Label, choice, field, integer, kind};
use crate::units::Dim;

pub(super) fn kinds() -> Vec<Kind> {
    let mut all = vec![network()];
    all.extend(plain_layers());
    all.extend(composite_layers());
    all.extend(tensors::kinds());
    all.extend(choices::kinds());
    all.extend(wiring::kinds());
    all.extend([
        precision(),
        density(),
        data(),
        surrogate(),
        anchor("smallest"),
        anchor("largest"),
    ]);
    all
}

fn network() -> Kind {
    Kind {
        doc: "A network: its input and its layers, first to last; open fields make it a space of networks.",
        fields: vec![
            field("input", FieldType::Sizes { min: 1, max: 4 }, "Shape of one input without the batch: channels, then rows and columns (or length).")
                .needed(),
            precision_field().or("8 bits"),
        ],
        holds_layers: true,
        choices: true,
        example: "network tiny {\n  input = [1, 8, 8]\n  conv { filters in {8, 16}, kernel = 3 }\n  pool { kind = global_average }\n  dense { units = 10 }\n}\n",
        ..kind("network", &[""], Label::Needed)
    }
}

fn precision_field() -> Field {
    field(
        "precision",
        FieldType::Quantity(Dim::DATA),
        "Bits of weights, inputs and outputs; an inner `precision` block sets them one by one.",
    )
    .open()
}

fn layer(name: &'static str, doc: &'static str, mut fields: Vec<Field>) -> Kind {
    fields.push(precision_field());
    Kind {
        doc,
        fields,
        layer: true,
        ..kind(name, &[], Label::Optional)
    }
}

fn kernel() -> Field {
    field(
        "kernel",
        FieldType::Sizes { min: 1, max: 2 },
        "Filter size: one number, or rows and columns.",
    )
    .open()
}

fn window(padding: &'static str, stride: &'static str) -> Vec<Field> {
    vec![
        field("stride", FieldType::Sizes { min: 1, max: 2 }, "Step of the window, in inputs.")
            .open()
            .or(stride),
        field(
            "padding",
            zeros_around(),
            "Zeros around the input: `same` keeps ⌈size ÷ stride⌉, `valid` adds none, a number adds so many on each side, `[rows, columns]` or `[top, left, bottom, right]` say them one by one.",
        )
        .or(padding),
        field("dilation", integer(1), "Distance between filter taps.").or("1"),
    ]
}

/// A number of zeros, one by one for up to four sides, or a rule.
fn zeros_around() -> FieldType {
    FieldType::SizesOr {
        most: 4,
        names: &["same", "valid"],
    }
}

fn norm() -> Field {
    field(
        "norm",
        choice(&[
            ("batch", "batch normalisation: two parameters per channel"),
            ("none", "a bias: one parameter per channel"),
            (
                "bare",
                "nothing: the layer has no parameters but its weights",
            ),
        ]),
        "What follows the convolution; the last layer of a network has a bias in any case.",
    )
    .or("batch")
}

fn activation() -> Field {
    field(
        "activation",
        choice(ACTIVATIONS),
        "What ends the layer, at no cost; the last layer of a network has none in any case.",
    )
    .or("relu")
}

/// Functions of one value that end a layer. Only the first two can be trained.
pub(crate) const ACTIVATIONS: &[(&str, &str)] = &[
    ("relu", "negative values become 0"),
    ("none", "values stay: a linear bottleneck"),
    ("relu6", "values below 0 become 0, those above 6 become 6"),
    ("leaky_relu", "negative values become small"),
    ("gelu", "x · Φ(x), as in transformers"),
    ("silu", "x · sigmoid(x), also called swish"),
    ("sigmoid", "1 ÷ (1 + e⁻ˣ), as in gates"),
    ("tanh", "the hyperbolic tangent"),
    ("hard_sigmoid", "a sigmoid of straight lines"),
    ("hard_swish", "x · hard_sigmoid(x)"),
    ("other", "any other function of one value"),
];

/// How a layer without MACs is costed.
fn traffic(default: &'static str) -> Field {
    field(
        "traffic",
        choice(&[
            (
                "fused",
                "done on the way by what makes its input: no time and no traffic of its own",
            ),
            (
                "memory",
                "a layer of its own: operands come from memory through the shared store, the result goes back",
            ),
        ]),
        "What it costs, having no MACs.",
    )
    .or(default)
}

fn plain_layers() -> Vec<Kind> {
    let filters = || {
        let channels = FieldType::IntegerOr {
            min: 1,
            max: 1 << 32,
            names: &["same"],
        };
        field(
            "filters",
            channels,
            "Output channels; `same` is as many as come in.",
        )
        .open()
        .needed()
    };
    let expand = || {
        let doc = "Multiplies `filters`: with `filters = same` a width relative to the input; 1 when not given.";
        field("expand", integer(1), doc).open()
    };
    let groups = || {
        field("groups", integer(1), "Groups of channels that do not mix.")
            .open()
            .or("1")
    };
    let mut conv = vec![filters(), expand(), kernel().needed()];
    conv.extend(window("same", "1"));
    conv.push(groups());
    conv.extend([norm(), activation()]);
    let mut depthwise = vec![kernel().needed()];
    depthwise.extend(window("same", "1"));
    depthwise.extend([norm(), activation()]);
    let mut transposed = vec![filters(), kernel().or("2")];
    transposed.push(
        field(
            "stride",
            FieldType::Sizes { min: 1, max: 2 },
            "By how much rows and columns grow.",
        )
        .or("2"),
    );
    transposed.push(
        field(
            "padding",
            zeros_around(),
            "What is cut off the result: `same` leaves size · stride, `valid` cuts nothing, numbers cut so many rows and columns, as in `conv`.",
        )
        .or("same"),
    );
    transposed.push(
        field(
            "extra",
            FieldType::Sizes { min: 1, max: 2 },
            "Rows and columns added at the end of the result, with a `padding` of numbers; none when not given.",
        ),
    );
    transposed.extend([groups(), norm(), activation()]);
    let mut pool = vec![
        field(
            "kind",
            choice(&[
                ("max", "the largest value of the window"),
                ("average", "the mean of the window"),
                ("global_average", "the mean over all rows and columns"),
            ]),
            "What it takes from a window.",
        )
        .needed(),
        kernel().or("2"),
    ];
    pool.push(
        field(
            "stride",
            FieldType::Sizes { min: 1, max: 2 },
            "Step of the window; as wide as the window when not given.",
        )
        .open(),
    );
    pool.push(
        field(
            "padding",
            zeros_around(),
            "Zeros around the input, as in `conv`.",
        )
        .or("valid"),
    );
    pool.extend([
        field(
            "dilation",
            integer(1),
            "Distance between the values of a window.",
        )
        .or("1"),
        field(
            "ceil",
            FieldType::Bool,
            "Whether a window that begins inside the input and ends outside counts.",
        )
        .or("false"),
        traffic("fused"),
    ]);
    vec![
        layer(
            "conv",
            "A convolution with batch normalisation and ReLU.",
            conv,
        ),
        layer(
            "depthwise",
            "A convolution of each channel by itself.",
            depthwise,
        ),
        layer(
            "transposed",
            "A transposed convolution, which enlarges rows and columns.",
            transposed,
        ),
        layer("pool", "Pooling; it computes no MACs.", pool),
        layer(
            "dense",
            "A fully connected layer over the flattened input, or over each token's channels.",
            vec![
                field("units", integer(1), "Outputs.").open().needed(),
                field(
                    "per",
                    choice(&[
                        ("input", "one product over everything, flattened"),
                        (
                            "token",
                            "each token (each row and column) by itself: a product over its channels",
                        ),
                    ]),
                    "What is multiplied at a time.",
                )
                .or("input"),
                field("bias", FieldType::Bool, "Whether each output has a bias.").or("true"),
                field(
                    "tied",
                    FieldType::Bool,
                    "Whether its weights are those of another layer, such as an embedding: read, but not counted as parameters twice.",
                )
                .or("false"),
                activation(),
            ],
        ),
    ]
}

fn composite_layers() -> Vec<Kind> {
    vec![
        Kind {
            holds_layers: true,
            choices: true,
            ..layer(
                "skip",
                "Adds its input to the output of its layers; with no layer it is the identity and costs nothing.",
                vec![
                    field(
                        "join",
                        choice(&[
                            ("add", "element by element: the shapes must be equal"),
                            (
                                "concat",
                                "channel after channel: rows and columns must be equal",
                            ),
                            (
                                "multiply",
                                "element by element; rows and columns of 1 are stretched: a gate, as in squeeze-and-excite",
                            ),
                        ]),
                        "How input and output come together.",
                    )
                    .or("add"),
                    traffic("fused"),
                ],
            )
        },
        Kind {
            doc: "The layers on the other way of a `skip`, such as a projection; the identity when it is absent.",
            holds_layers: true,
            ..kind("shortcut", &["skip"], Label::Absent)
        },
        Kind {
            holds_layers: true,
            choices: true,
            ..layer(
                "repeat",
                "Its layers, so many times one after the other; each repetition has its own decisions.",
                vec![
                    field(
                        "times",
                        FieldType::Integer { min: 0, max: 1024 },
                        "How often.",
                    )
                    .open()
                    .needed(),
                ],
            )
        },
        layer(
            "encoder_decoder",
            "A U-Net: per level two convolutions and a 2×2 max-pool down, two at the bottom, and per level up a 2×2 transposed convolution, the concatenation and two convolutions.",
            vec![
                field("depth", FieldType::Integer { min: 1, max: 10 }, "Levels.")
                    .open()
                    .needed(),
                field(
                    "filters",
                    integer(1),
                    "Channels of the first level, doubled at every further one.",
                )
                .open()
                .needed(),
                kernel().or("3"),
            ],
        ),
    ]
}

fn precision() -> Kind {
    let bits = |name, doc| field(name, FieldType::Quantity(Dim::DATA), doc);
    Kind {
        doc: "Bits of each tensor; the inner block overrides the outer one.",
        fields: vec![
            bits("W", "Weights.").open(),
            bits("I", "Inputs.").open(),
            bits("O", "Outputs.").open(),
            bits("psum", "Partial sums; 32 bits when not given."),
        ],
        ..kind("precision", WORDS, Label::Absent)
    }
}

/// Where widths and densities of words may be said.
const WORDS: &[&str] = &[
    "network",
    "conv",
    "depthwise",
    "transposed",
    "pool",
    "dense",
    "skip",
    "repeat",
    "encoder_decoder",
    "one_of",
    "cell",
    "attention",
    "embedding",
    "tokens",
    "softmax",
    "norm",
    "activation",
];

fn density() -> Kind {
    let share = |name, doc| {
        let range = FieldType::Number { min: 0.0, max: 1.0 };
        field(name, range, doc)
    };
    Kind {
        doc: "Share of each tensor's words that are not zero; the inner block overrides the outer one. It matters where PEs gate or skip zeros or memory traffic is compressed.",
        fields: vec![
            share("W", "Weights; 1 when not given."),
            share("I", "Inputs; 1 when not given."),
            share("O", "Outputs, after the activation; 1 when not given."),
        ],
        ..kind("density", WORDS, Label::Absent)
    }
}

fn data() -> Kind {
    Kind {
        doc: "A data set: what it is, where it comes from and how large it is; never fetched by itself.",
        fields: vec![
            field(
                "input",
                FieldType::Sizes { min: 1, max: 4 },
                "Shape of one sample.",
            )
            .needed(),
            field(
                "classes",
                integer(1),
                "Classes of a classification, or of each pixel.",
            )
            .needed(),
            field(
                "format",
                choice(&[
                    ("digits", "the UCI digits that come with the program"),
                    (
                        "idx",
                        "four IDX files, each plain or packed (`.gz`), as Fashion-MNIST has them",
                    ),
                    ("cifar", "the binary version of CIFAR-10"),
                    ("stl", "the binary version of STL-10"),
                    (
                        "masks",
                        "images, each with a mask of the same size: what is not 0 belongs to the object",
                    ),
                    ("synthetic", "drawn by a generator: no data of the world"),
                ]),
                "How its files are laid out; needed to train with it.",
            ),
            field(
                "folder",
                FieldType::Text,
                "Where the files lie, from the folder of the script.",
            ),
            field(
                "package",
                FieldType::Text,
                "Where a package puts them, from `/usr/share` or a Python's `site-packages`.",
            ),
            field(
                "get",
                FieldType::Text,
                "How to get the files, shown when they are not found.",
            ),
            field(
                "tile",
                integer(1),
                "Cut images with masks into squares of so many pixels, as `input` says; otherwise they must have its size.",
            ),
            field(
                "train",
                integer(0),
                "Samples there are to train with: a check of the files, and the size of a synthetic set.",
            ),
            field(
                "test",
                integer(0),
                "Samples there are to test with, likewise.",
            ),
            field(
                "limit_train",
                integer(1),
                "Train with at most so many samples, chosen by a seed, the classes in their shares.",
            ),
            field(
                "limit_test",
                integer(1),
                "Test with at most so many samples, likewise.",
            ),
            field("source", FieldType::Text, "Where it is published."),
            field("licence", FieldType::Text, "Under which terms."),
        ],
        example: "data tiny_digits { input = [1, 8, 8], classes = 10, source = \"UCI digits\" }\n",
        ..kind("data", &[""], Label::Needed)
    }
}

fn surrogate() -> Kind {
    Kind {
        doc: "An illustrative accuracy, anchored at a published smallest and a published best network and saturating in parameters and MACs between them.",
        fields: vec![
            field(
                "metric",
                FieldType::Text,
                "What the value is: top-1 accuracy, IoU.",
            ),
            field(
                "saturation",
                FieldType::Number {
                    min: 0.1,
                    max: 20.0,
                },
                "How early the gain flattens: 0.1 is almost linear in the logarithms.",
            )
            .or("3"),
            field(
                "macs_share",
                FieldType::Number { min: 0.0, max: 1.0 },
                "Weight of log MACs against log parameters.",
            )
            .or("0.5"),
            field(
                "source",
                FieldType::Text,
                "Where the anchors are published, and what is not known.",
            )
            .needed(),
        ],
        example: "surrogate my_task {\n  source = \"two trainings of my own\"\n  smallest { accuracy = 0.80, params = 1e4, macs = 1e6 }\n  largest  { accuracy = 0.94, params = 1e7, macs = 1e9 }\n}\n",
        ..kind("surrogate", &[""], Label::Needed)
    }
}

fn anchor(name: &'static str) -> Kind {
    Kind {
        doc: "One end of a surrogate: a network of this size has this accuracy.",
        fields: vec![
            field(
                "accuracy",
                FieldType::Number { min: 0.0, max: 1.0 },
                "In 0..1.",
            )
            .needed(),
            field(
                "params",
                FieldType::Number {
                    min: 1.0,
                    max: f64::INFINITY,
                },
                "Parameters.",
            )
            .needed(),
            field(
                "macs",
                FieldType::Number {
                    min: 1.0,
                    max: f64::INFINITY,
                },
                "MACs of one input.",
            )
            .needed(),
        ],
        ..kind(name, &["surrogate"], Label::Absent)
    }
}
