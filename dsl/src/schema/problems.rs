//! Workloads, problems and strategies.

use super::{Algorithm, Field, FieldType, Form, Kind, Label, choice, field, integer, kind};

pub(super) fn kinds(algorithms: &[Algorithm]) -> Vec<Kind> {
    vec![
        workload(),
        task(),
        problem(),
        prefer(),
        strategy(algorithms),
        penalty(),
        controller(),
    ]
}

fn workload() -> Kind {
    Kind {
        doc: "The tasks that run together on one accelerator.",
        example: "use std.nets.{resnet18}\nworkload both {\n  task left  { network = resnet18 }\n  task right { network = resnet18, batch = 2 }\n}\n",
        ..kind("workload", &[""], Label::Needed)
    }
}

fn task() -> Kind {
    Kind {
        doc: "One network with its data and the source of its accuracy.",
        fields: vec![
            field(
                "network",
                FieldType::Block(&["network"]),
                "What is computed.",
            )
            .open()
            .needed(),
            field(
                "data",
                FieldType::Block(&["data"]),
                "What it is computed on.",
            ),
            field(
                "accuracy",
                FieldType::AccuracySource,
                "Where its accuracy comes from; using the accuracy without one is E0603.",
            ),
            field(
                "metric",
                choice(&[
                    ("top1", "share of right first answers"),
                    ("iou", "intersection over union of the segmented area"),
                    ("dice", "twice the intersection over the sum of the areas"),
                ]),
                "What the accuracy means.",
            )
            .or("top1"),
            field(
                "weight",
                FieldType::Number {
                    min: 0.0,
                    max: f64::INFINITY,
                },
                "Weight in the mean accuracy of the workload.",
            )
            .or("1"),
            field("batch", integer(1), "Inputs at a time.").or("1"),
        ],
        ..kind("task", &["workload"], Label::Needed)
    }
}

fn problem() -> Kind {
    Kind {
        doc: "What to find: a workload on an accelerator, the specs it must meet (`require`) and what is best (`maximize`, `minimize`).",
        fields: vec![
            field(
                "workload",
                FieldType::Block(&["workload", "network"]),
                "What runs.",
            )
            .needed(),
            field("on", FieldType::Block(&["accelerator"]), "Where it runs.").needed(),
            field(
                "schedule",
                choice(&[
                    ("list", "the heuristic that NASAIC uses"),
                    ("beam", "the best of a few hundred labels per layer, with the gap to a lower bound"),
                    ("exact", "proven optimal, or the gap that is left"),
                    ("pipeline", "contiguous stages that work on different inputs at the same time: the most throughput there is, then the least latency"),
                ]),
                "How layers find sub-accelerators and times: least energy by the latency that a `require` allows, else least latency.",
            )
            .or("list"),
            field(
                "branches",
                choice(&[
                    ("serial", "one after the other, in the order of the text"),
                    ("parallel", "at the same time where sub-accelerators are free; `list` keeps them serial"),
                ]),
                "How the branches of a network run, such as the two ways of a `skip` with a `shortcut`.",
            )
            .or("serial"),
        ],
        goals: true,
        example: "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nproblem frugal {\n  workload = resnet18\n  on = eyeriss_like with { core.pes in {128, 256} }\n  require latency <= 1 s\n  minimize energy\n}\n",
        ..kind("problem", &[""], Label::Needed)
    }
}

fn prefer() -> Kind {
    Kind {
        doc: "How several goals are weighed: `prefer lexicographic` takes them in order; without it they make a Pareto front.",
        ..kind(
            "prefer",
            &["problem"],
            Label::OneOf(&["lexicographic", "pareto"]),
        )
    }
}

/// The fields that every strategy has.
fn common() -> Vec<Field> {
    vec![
        field("seed", integer(0), "Where its random numbers start.").or("1"),
        field(
            "evaluations",
            integer(1),
            "Designs to evaluate; duplicates are free.",
        ),
        field(
            "cost",
            FieldType::Form(costs()),
            "What says how long a design takes, and how much energy and area.",
        )
        .or("model"),
    ]
}

fn costs() -> Vec<Form> {
    let fields = vec![
        field("designs", integer(2), "Random designs to learn from, priced by the cost model.").or("4000"),
        field("holdout", integer(1), "Further ones that tell how far it is off.").or("500"),
        field("hidden", FieldType::Integer { min: 1, max: 4096 }, "Units of each of its two hidden layers.").or("64"),
        field("epochs", FieldType::Integer { min: 1, max: 100_000 }, "Times that every design is learned.").or("40"),
        field("seed", integer(0), "Where weights and designs start.").or("1"),
        field("verify", integer(1), "The best designs of the search, those of its front first, that the cost model prices in the end; only they count as found.").or("100"),
    ];
    vec![
        Form {
            name: "model",
            doc: "The cost model.",
            fields: Vec::new(),
        },
        Form {
            name: "learned",
            doc: "A perceptron that has learned latency, energy and area from random designs; `evaluations` then count its forecasts.",
            fields,
        },
    ]
}

fn strategy(algorithms: &[Algorithm]) -> Kind {
    let names = algorithms
        .iter()
        .map(|a| (a.name.clone(), a.doc.clone()))
        .collect();
    let mut fields = vec![
        field(
            "algorithm",
            FieldType::Choice(names),
            "The search algorithm.",
        )
        .needed(),
    ];
    fields.extend(common());
    Kind {
        doc: "How to search. Each algorithm has options of its own: `nasaic doc ALGORITHM`.",
        fields,
        example: "strategy quick { algorithm = random, evaluations = 100, seed = 1 }\n",
        ..kind("strategy", &[""], Label::Needed)
    }
}

fn penalty() -> Kind {
    Kind {
        doc: "What missed specs take from the reward. NASAIC's is additive: goal − weight · Σ max(value − spec, 0) ÷ (bound − spec); NAHAS's multiplicative: goal · Π (value ÷ spec)^exponent over the missed specs.",
        fields: vec![
            field(
                "kind",
                choice(&[
                    ("additive", "violations are weighed and subtracted"),
                    ("multiplicative", "the goal is multiplied by a power of value over spec (spec over value where the spec is a least value)"),
                ]),
                "How violations enter the reward.",
            )
            .or("additive"),
            field("weight", FieldType::Number { min: 0.0, max: f64::INFINITY }, "ρ of the paper; additive only.").or("10"),
            field("bound", FieldType::Bound, "The value at which a violation counts 1, as a multiple of its spec, or `worst_of(n)`: the worst of n random designs; additive only.").or("worst_of(1000)"),
            field("exponent", FieldType::Number { min: -100.0, max: 0.0 }, "w of a multiplicative one: −1 is hard, −0.07 soft.").or("-1"),
        ],
        ..kind("penalty", &["strategy"], Label::Absent)
    }
}

fn controller() -> Kind {
    Kind {
        doc: "The network that proposes designs; its fields belong to the algorithm.",
        ..kind("controller", &["strategy"], Label::Absent)
    }
}
