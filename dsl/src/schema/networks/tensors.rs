//! Layers over tokens and over single elements: attention, embeddings, normalisations, views.

use super::{ACTIVATIONS, Kind, choice, field, integer, layer, traffic};
use crate::schema::FieldType;

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        attention(),
        embedding(),
        tokens(),
        norm(),
        softmax(),
        activation(),
        resize(),
        reshape(),
        slice(),
    ]
}

fn attention() -> Kind {
    let heads = |name, doc| field(name, integer(1), doc).open();
    Kind {
        example: "network decoder_step {\n  input = [768, 1]\n  skip {\n    norm before { kind = layer }\n    attention self { heads = 12, cached = 1023 }\n  }\n  dense next { units = 50257, bias = false }\n}\nlayers(decoder_step)\n",
        ..layer(
            "attention",
            "Multi-head attention of tokens to each other: queries, keys and values, scores, softmax, weighted sum, projection.",
            vec![
                heads("heads", "Heads of the queries.").needed(),
                heads(
                    "kv_heads",
                    "Heads of keys and values, each shared by `heads` ÷ `kv_heads` of the queries; as many as `heads` when not given.",
                ),
                heads(
                    "head_width",
                    "Channels of a head; the channels that come in ÷ `heads` when not given.",
                ),
                field(
                    "cached",
                    integer(0),
                    "Tokens before these whose keys and values lie in memory: they are read, not computed.",
                )
                .open()
                .or("0"),
                field(
                    "bias",
                    FieldType::Bool,
                    "Whether queries, keys, values and projection have biases.",
                )
                .or("true"),
                traffic("memory"),
            ],
        )
    }
}

fn embedding() -> Kind {
    layer(
        "embedding",
        "A table of learned vectors: each token takes one. No MACs; the vectors are read from memory.",
        vec![
            field("entries", integer(1), "Vectors in the table.").needed(),
            field(
                "width",
                integer(1),
                "Channels of a vector; as many as come in when not given.",
            )
            .open(),
            field(
                "join",
                choice(&[
                    ("replace", "the vector takes the token's place"),
                    (
                        "add",
                        "the vector is added to the token, as a position's: the channels must be equal",
                    ),
                ]),
                "What becomes of the token.",
            )
            .or("replace"),
            traffic("memory"),
        ],
    )
}

fn tokens() -> Kind {
    layer(
        "tokens",
        "Learned tokens in front of the others, such as a class token; they cost nothing but their parameters.",
        vec![field("count", integer(1), "How many.").or("1")],
    )
}

fn norm() -> Kind {
    layer(
        "norm",
        "A normalisation as a layer of its own; `norm = …` of a convolution costs nothing.",
        vec![
            field(
                "kind",
                choice(&[
                    (
                        "layer",
                        "over each token's channels: a scale and a shift per channel",
                    ),
                    ("rms", "likewise by the mean square: a scale per channel"),
                    (
                        "group",
                        "over groups of channels: a scale and a shift per channel",
                    ),
                    ("batch", "a fixed scale and shift per channel"),
                ]),
                "Over what.",
            )
            .needed(),
            field("affine", FieldType::Bool, "Whether it has its parameters.").or("true"),
            traffic("memory"),
        ],
    )
}

fn softmax() -> Kind {
    layer(
        "softmax",
        "Exponentials that add up to 1.",
        vec![
            field(
                "over",
                choice(&[
                    ("channels", "over the channels of each row and column"),
                    ("rows", "over rows"),
                    ("columns", "over columns, as in the scores of attention"),
                ]),
                "Over what.",
            )
            .or("channels"),
            traffic("memory"),
        ],
    )
}

fn activation() -> Kind {
    layer(
        "activation",
        "A function of each value as a layer of its own.",
        vec![
            field("kind", choice(ACTIVATIONS), "Which function.").needed(),
            traffic("fused"),
        ],
    )
}

fn resize() -> Kind {
    layer(
        "resize",
        "Other rows and columns, by repetition or interpolation; it costs nothing.",
        vec![
            field(
                "size",
                FieldType::Sizes { min: 1, max: 2 },
                "Rows and columns of the result.",
            )
            .needed(),
        ],
    )
}

fn reshape() -> Kind {
    layer(
        "reshape",
        "The same elements in another shape or order; it costs nothing.",
        vec![
            field(
                "shape",
                FieldType::Sizes { min: 1, max: 3 },
                "Channels, rows and columns of the result.",
            )
            .needed(),
        ],
    )
}

fn slice() -> Kind {
    layer(
        "slice",
        "A part of the elements, such as the first token; it costs nothing.",
        vec![
            field(
                "shape",
                FieldType::Sizes { min: 1, max: 3 },
                "Channels, rows and columns of the part.",
            )
            .needed(),
        ],
    )
}
