//! The forms that say where accuracies come from.

use super::{Field, FieldType, Form, choice, field};
use crate::units::Dim;

/// The proxies, each with what its score is; a larger one promises a better network.
pub const PROXIES: &[(&str, &str)] = &[
    ("params", "the number of parameters"),
    ("flops", "the number of multiply-accumulates"),
    (
        "nwot",
        "how differently the ReLUs of an untrained network answer different samples",
    ),
    (
        "synflow",
        "how much of a signal of ones all weights together let through",
    ),
    (
        "jacov",
        "how little the gradients of different samples resemble each other",
    ),
    ("grad_norm", "how long the gradient of the first weights is"),
];

/// The forms with fields in braces; `surrogate(NAME)`, `table("FILE")` and `proxy(NAME)` take arguments.
pub fn forms() -> Vec<Form> {
    vec![
        Form {
            name: "trained",
            doc: "each network is trained on the task's data, as often as there are seeds, and measured on samples held out from training.",
            fields: recipe(),
        },
        Form {
            name: "fitted",
            doc: "a regression over what was trained before with the same recipe and kept in the run store; it is refused where it predicts no better than the mean.",
            fields: [
                vec![
                    field(
                        "at_least",
                        FieldType::Integer {
                            min: 8,
                            max: 1 << 20,
                        },
                        "How many trained networks it takes.",
                    )
                    .or("20"),
                ],
                recipe(),
            ]
            .concat(),
        },
    ]
}

/// How a network is trained.
fn recipe() -> Vec<Field> {
    let count = |most| FieldType::Integer { min: 1, max: most };
    let number = |min, max| FieldType::Number { min, max };
    vec![
        field("epochs", count(100_000), "How often every sample is seen.").needed(),
        field(
            "seeds",
            count(100),
            "Trainings of each network, each with its own initial weights, order and held-out samples; the accuracy is their mean.",
        )
        .or("3"),
        field("batch", count(65_536), "Samples per step.").or("64"),
        field(
            "optimizer",
            choice(&[
                ("sgd", "stochastic gradient descent with Nesterov momentum"),
                ("adam", "adaptive moments"),
            ]),
            "What turns gradients into steps.",
        )
        .or("sgd"),
        field(
            "learning_rate",
            number(1e-9, 100.0),
            "Largest step size; 0.05 with sgd and 0.002 with adam when not given.",
        ),
        field("momentum", number(0.0, 0.9999), "Share of the last step that goes on, with sgd.").or("0.9"),
        field("weight_decay", number(0.0, 1.0), "How far weights shrink per unit of step size.").or("0.0005"),
        field(
            "schedule",
            choice(&[
                ("cosine", "half a cosine down to zero, after the warm-up"),
                ("constant", "the same for all steps"),
            ]),
            "How the step size changes.",
        )
        .or("cosine"),
        field(
            "warmup",
            FieldType::Integer { min: 0, max: 1000 },
            "Epochs over which the step size rises, with a cosine.",
        )
        .or("0"),
        field("augment", FieldType::Bool, "Whether samples are shifted and mirrored at random.").or("false"),
        field(
            "validation",
            number(0.01, 0.9),
            "Share of the training samples held out: what a search sees. Test samples are never searched on.",
        )
        .or("0.2"),
        field(
            "rungs",
            FieldType::Sizes { min: 1, max: 16 },
            "Epochs at which a search stops the networks that are not among the best (successive halving).",
        ),
        field("reduction", number(1.0, 100.0), "Of how many networks at a rung one goes on.").or("3"),
        field(
            "cpu_limit",
            FieldType::Quantity(Dim::TIME),
            "Processor time after which one training is given up.",
        ),
        field(
            "backend",
            choice(&[
                ("native", "the built-in trainer"),
                ("tch", "libtorch, in builds with it"),
            ]),
            "What trains.",
        )
        .or("native"),
    ]
}
