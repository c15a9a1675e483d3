//! The metrics of results: their names, dimensions and meaning.

use super::{Subject, Type};
use crate::units::Dim;

/// A column of a result's rows.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

fn column(name: &'static str, ty: Type, doc: &'static str) -> Column {
    Column { name, ty, doc }
}

fn quantity(name: &'static str, dim: Dim, doc: &'static str) -> Column {
    column(name, Type::Quantity(dim), doc)
}

/// The metrics of an evaluated design; goals and specs are written over the first six.
fn of_designs() -> Vec<Column> {
    vec![
        quantity(
            "accuracy",
            Dim::NONE,
            "Accuracy in 0..1: of a task, or the weighted mean of all tasks.",
        ),
        quantity(
            "score",
            Dim::NONE,
            "Score of a proxy, which ranks networks and is no accuracy: of a task, or the weighted mean.",
        ),
        quantity(
            "uncertainty",
            Dim::NONE,
            "Standard error of the accuracy, where it is known: of a task, or of the weighted mean, the tasks being independent.",
        ),
        quantity(
            "latency",
            Dim::TIME,
            "Time from the first layer's start to the last one's end (the makespan).",
        ),
        quantity(
            "throughput",
            Dim::FREQUENCY,
            "Runs of the workload per time: one per latency, or in a pipeline one per slowest stage.",
        ),
        quantity(
            "pipeline_utilization",
            Dim::NONE,
            "Mean time of the stages of a pipeline divided by the slowest one's.",
        ),
        quantity("energy", Dim::ENERGY, "Energy of one run of the workload."),
        quantity("area", Dim::AREA, "Area of all sub-accelerators."),
        quantity(
            "dsp",
            Dim::NONE,
            "DSP slices that the design takes of its FPGAs.",
        ),
        quantity(
            "bram",
            Dim::DATA,
            "Block RAM that it takes, in whole blocks of 18 Kibit.",
        ),
        quantity(
            "dsp_utilization",
            Dim::NONE,
            "Share of the DSP slices of the FPGA that is fullest.",
        ),
        quantity(
            "bram_utilization",
            Dim::NONE,
            "Share of the block RAM of the FPGA that is fullest.",
        ),
        quantity(
            "power",
            Dim::POWER,
            "Energy times throughput: energy divided by latency, outside pipelines.",
        ),
        quantity(
            "utilization",
            Dim::NONE,
            "MACs divided by what all PEs could do in that time.",
        ),
        quantity(
            "cycles",
            Dim::CYCLES,
            "Latency in clock cycles, a whole number.",
        ),
        quantity(
            "macs",
            Dim::NONE,
            "Multiply-accumulates, those with padding zeros included.",
        ),
        quantity("params", Dim::NONE, "Parameters of the networks."),
        quantity("edp", Dim::ENERGY.times(Dim::TIME), "Energy-delay product."),
        quantity(
            "violation",
            Dim::NONE,
            "Sum over the specs of how far each is missed, relative to it; 0 when all are met.",
        ),
        column("satisfied", Type::Bool, "Whether all specs are met."),
        column(
            "stopped",
            Type::Bool,
            "Whether a network of it was not trained to the end, because it was not among the best at a rung.",
        ),
    ]
}

fn of_layers() -> Vec<Column> {
    vec![
        column("layer", Type::Text, "The layer's path in its network."),
        column("kind", Type::Text, "Its kind."),
        column("sub", Type::Text, "The sub-accelerator it runs on."),
        quantity("macs", Dim::NONE, "Multiply-accumulates."),
        quantity("params", Dim::NONE, "Parameters."),
        quantity("cycles", Dim::CYCLES, "Clock cycles."),
        quantity("latency", Dim::TIME, "Time."),
        quantity("energy", Dim::ENERGY, "Energy."),
        quantity(
            "utilization",
            Dim::NONE,
            "MACs divided by what all PEs could do in that time.",
        ),
        quantity("dram", Dim::DATA, "Traffic to and from off-chip memory."),
        column(
            "bound",
            Type::Text,
            "What bounds its latency: compute or a storage level.",
        ),
        column(
            "mapping",
            Type::Text,
            "Where its nest was searched for: `optimal`, or how far it may be from that.",
        ),
        column("shape", Type::Text, "Output shape."),
    ]
}

fn of_races() -> Vec<Column> {
    vec![
        column("strategy", Type::Text, "The strategy's name."),
        quantity(
            "best",
            Dim::NONE,
            "Median over the seeds of the best goal found.",
        ),
        quantity(
            "best_q1",
            Dim::NONE,
            "First quartile over the seeds of the best goal found.",
        ),
        quantity("best_q3", Dim::NONE, "Third quartile of it."),
        quantity(
            "hypervolume",
            Dim::NONE,
            "Median share of the box around the common front that the feasible designs dominate, with several goals.",
        ),
        quantity(
            "satisfaction",
            Dim::NONE,
            "Share of the seeds that found a design meeting all specs.",
        ),
        quantity(
            "first_feasible",
            Dim::NONE,
            "Median number of the evaluation that first met all specs.",
        ),
        quantity(
            "feasible_rate",
            Dim::NONE,
            "Share of the evaluated designs that meet all specs.",
        ),
        quantity(
            "evaluations",
            Dim::NONE,
            "Distinct designs whose hardware was evaluated: what `evaluations` of `compare` makes equal.",
        ),
        quantity(
            "trained",
            Dim::NONE,
            "Distinct networks whose accuracy was asked for; counted and not made equal.",
        ),
        quantity(
            "time",
            Dim::TIME,
            "Wall-clock time; not part of what is reproducible.",
        ),
        quantity(
            "overhead",
            Dim::TIME,
            "The optimizer's own wall-clock time for each evaluation; not part of what is reproducible.",
        ),
        quantity("seeds", Dim::NONE, "How many seeds."),
    ]
}

fn of_answers() -> Vec<Column> {
    vec![
        column("strategy", Type::Text, "The strategy's name."),
        column("algorithm", Type::Name, "Its algorithm."),
        quantity(
            "asked",
            Dim::NONE,
            "How many objectives it was asked that a held-out design meets.",
        ),
        quantity(
            "satisfied",
            Dim::NONE,
            "How many of them it met, by the cost model.",
        ),
        quantity("rate", Dim::NONE, "Their share."),
        quantity(
            "first_rate",
            Dim::NONE,
            "The share that its first design met.",
        ),
        quantity(
            "improvement",
            Dim::NONE,
            "Mean over the objectives it met of the share of the limits that its best design leaves over.",
        ),
        quantity(
            "evaluations",
            Dim::NONE,
            "Mean number of designs that it priced for an objective.",
        ),
        quantity(
            "evaluations_to_first",
            Dim::NONE,
            "Median number of the design that first met an objective, over those it met.",
        ),
        quantity(
            "impossible",
            Dim::NONE,
            "How many objectives it met of those proven impossible: 0, or the proof is wrong.",
        ),
        quantity(
            "trained_on",
            Dim::NONE,
            "Designs that were priced to train it, before any objective.",
        ),
        quantity(
            "time",
            Dim::TIME,
            "Mean time for an objective, with the usual time of the cost model for each evaluation; not part of what is reproducible.",
        ),
        quantity(
            "time_to_first",
            Dim::TIME,
            "Mean time until an objective is met, over those it met; not part of what is reproducible.",
        ),
        quantity(
            "training",
            Dim::TIME,
            "Time of its training, once for all objectives; 0 where it was trained before.",
        ),
    ]
}

/// The columns of a value with rows.
pub fn columns(ty: &Type) -> Vec<Column> {
    match ty {
        Type::Result(_) | Type::Results(_) | Type::Run(_) | Type::Together(_) => of_designs(),
        Type::Layers => of_layers(),
        Type::Race(_) => of_races(),
        Type::Answers => of_answers(),
        _ => Vec::new(),
    }
}

/// The columns by what they describe, for the manual: `design`, `layer`, `comparison`.
pub fn columns_of() -> Vec<(&'static str, Vec<Column>)> {
    vec![
        ("design", of_designs()),
        ("layer", of_layers()),
        ("comparison", of_races()),
        ("comparison over objectives", of_answers()),
    ]
}

/// What stands after the dot of a result, besides its columns.
pub fn members(ty: &Type) -> Vec<Column> {
    let subject = ty.subject().cloned().unwrap_or_default();
    let own = |s: &Subject| s.clone();
    match ty {
        Type::Result(_) => {
            let mut all = of_designs();
            all.push(column("layers", Type::Layers, "Its layers, one row each."));
            all
        }
        Type::Results(_) => vec![
            column("best", Type::Result(own(&subject)), "The best design."),
            quantity("count", Dim::NONE, "How many designs."),
            quantity(
                "satisfied_count",
                Dim::NONE,
                "How many of them meet all specs.",
            ),
        ],
        Type::Run(_) => vec![
            column(
                "best",
                Type::Result(own(&subject)),
                "The best design, or the one of least violation.",
            ),
            column(
                "front",
                Type::Results(own(&subject)),
                "The designs that no other one beats in every goal.",
            ),
            column(
                "all",
                Type::Results(own(&subject)),
                "Every design evaluated, in order.",
            ),
            quantity("evaluations", Dim::NONE, "Distinct designs evaluated."),
            quantity(
                "trained",
                Dim::NONE,
                "Distinct networks whose accuracy was asked for.",
            ),
            quantity(
                "pruned",
                Dim::NONE,
                "Networks never trained, because no hardware could carry them.",
            ),
            quantity(
                "satisfied_count",
                Dim::NONE,
                "How many designs meet all specs.",
            ),
        ],
        Type::Race(_) => vec![quantity("seeds", Dim::NONE, "How many seeds.")],
        Type::Objectives => vec![
            quantity(
                "count",
                Dim::NONE,
                "How many objectives a held-out design meets.",
            ),
            quantity(
                "impossible",
                Dim::NONE,
                "How many more are proven impossible.",
            ),
        ],
        Type::Answers => vec![
            quantity(
                "best_rate",
                Dim::NONE,
                "The largest share of the objectives that any strategy met.",
            ),
            quantity(
                "impossible",
                Dim::NONE,
                "How many objectives were met that are proven impossible: 0, or a proof is wrong.",
            ),
        ],
        Type::Space => vec![
            quantity("points", Dim::NONE, "Points of the space."),
            quantity("within_budget", Dim::NONE, "Points within the budgets."),
            quantity("distinct", Dim::NONE, "Distinct designs among them."),
        ],
        Type::Volume => vec![quantity(
            "value",
            Dim::NONE,
            "The share that the search dominates, or all runs of a comparison together.",
        )],
        Type::Layers => vec![quantity("count", Dim::NONE, "How many layers.")],
        _ => Vec::new(),
    }
}
