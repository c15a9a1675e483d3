//! Layers that take something else than what is made before them: `takes`, `join`, `source`.

use super::choices::{along, merge};
use super::{Kind, Label, field, kind, layer, traffic};
use crate::schema::FieldType;

/// The layers that may take something else.
const TAKERS: &[&str] = &[
    "conv",
    "depthwise",
    "transposed",
    "pool",
    "dense",
    "attention",
    "embedding",
    "tokens",
    "norm",
    "softmax",
    "activation",
    "resize",
    "reshape",
    "slice",
    "skip",
    "repeat",
    "one_of",
    "cell",
    "join",
];

pub(super) fn kinds() -> Vec<Kind> {
    vec![takes(), join(), source()]
}

fn takes() -> Kind {
    Kind {
        doc: "What this layer takes in place of the one before it: a labelled layer further up among the same layers, or `input`, which is what the first of them takes.",
        ..kind("takes", TAKERS, Label::Needed)
    }
}

fn join() -> Kind {
    Kind {
        example: "network two_ways {\n  input = [16, 32, 32]\n  conv left { filters = 32, kernel = 3 }\n  conv right { takes input, filters = 32, kernel = 1 }\n  join both { takes left, takes right, merge = concat }\n  conv last { filters = 10, kernel = 1 }\n}\nlayers(two_ways)\n",
        ..layer(
            "join",
            "Several layers' outputs come together, each named by a `takes`.",
            vec![
                merge(
                    "the sum; sizes of 1 are stretched",
                    "How they come together.",
                ),
                along(),
                traffic("fused"),
            ],
        )
    }
}

fn source() -> Kind {
    layer(
        "source",
        "A further input of the network, read from memory by whatever takes it.",
        vec![
            field(
                "shape",
                FieldType::Sizes { min: 1, max: 3 },
                "Channels, rows and columns.",
            )
            .needed(),
        ],
    )
}
