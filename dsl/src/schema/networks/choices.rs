//! Choices of operations and graphs of them: `one_of`, `cell`.

use super::{Kind, Label, choice, field, integer, kind, layer, traffic};
use crate::schema::{Field, FieldType};

pub(super) fn kinds() -> Vec<Kind> {
    let mut all = vec![options(), option()];
    all.extend(layers());
    all.extend([node(), edge()]);
    all
}

fn options() -> Kind {
    Kind {
        doc: "Options to choose from, declared once for several `one_of`.",
        example: "options ops {\n  option none { zero {} }\n  option skip\n  option conv3x3 { conv { filters = same, kernel = 3 } }\n}\n",
        ..kind("options", &[""], Label::Needed)
    }
}

fn option() -> Kind {
    Kind {
        doc: "What is there when its label is taken; without a layer it is the identity and costs nothing.",
        holds_layers: true,
        ..kind("option", &["one_of", "options"], Label::Needed)
    }
}

fn layers() -> Vec<Kind> {
    vec![
        Kind {
            choices: true,
            ..layer(
                "one_of",
                "One of its options, and no trace of the others: which one is a decision.",
                vec![
                    field(
                        "take",
                        FieldType::Option,
                        "The option that is there: a label, or a choice over labels that others share; open over all labels when not given.",
                    )
                    .open(),
                    field(
                        "of",
                        FieldType::Block(&["options"]),
                        "Options that are declared elsewhere, besides those inside.",
                    ),
                ],
            )
        },
        Kind {
            choices: true,
            ..layer(
                "cell",
                "A graph of nodes, each the sum (or what `merge` says) of what its edges bring; the last node is the output.",
                Vec::new(),
            )
        },
        layer(
            "zero",
            "Zeros in place of the input: an edge of a cell that ends in them brings nothing to its node.",
            vec![
                field(
                    "filters",
                    FieldType::IntegerOr {
                        min: 1,
                        max: 1 << 32,
                        names: &["same"],
                    },
                    "Output channels; `same` is as many as come in.",
                )
                .or("same"),
                field("expand", integer(1), "Multiplies `filters`; 1 when not given."),
                field(
                    "stride",
                    FieldType::Sizes { min: 1, max: 2 },
                    "By how much rows and columns shrink.",
                )
                .or("1"),
            ],
        ),
    ]
}

fn node() -> Kind {
    Kind {
        doc: "What its edges bring together: their sum, if `merge` says nothing else; zeros when none brings anything.",
        fields: vec![
            merge(
                "the sum: the shapes must be equal",
                "How what the edges bring comes together.",
            ),
            along(),
            traffic("fused"),
        ],
        ..kind("node", &["cell"], Label::Needed)
    }
}

fn edge() -> Kind {
    Kind {
        doc: "A way into this node, named after where it starts: `input` or a node further up; its layers lie on it.",
        holds_layers: true,
        ..kind("edge", &["node"], Label::Needed)
    }
}

/// How several tensors become one; `sum` says which shapes `add` takes.
pub(super) fn merge(sum: &'static str, doc: &'static str) -> Field {
    let ways = [
        ("add", sum),
        (
            "concat",
            "one after the other along `along`: all other sizes must be equal",
        ),
        (
            "multiply",
            "the product element by element; sizes of 1 are stretched",
        ),
        (
            "matmul",
            "the matrix product of two: for each channel, rows × columns of the first times rows × columns of the second",
        ),
    ];
    field("merge", choice(&ways), doc).or("add")
}

/// The axis of `concat`.
pub(super) fn along() -> Field {
    let axes = [
        ("channels", "channel after channel"),
        ("rows", "row after row, as tokens"),
        ("columns", "column after column"),
    ];
    let doc = "Along what `concat` puts one after the other.";
    field("along", choice(&axes), doc).or("channels")
}
