//! Functions that show: a design, and results.

use super::{function, param};
use crate::functions::{Accepts, Function, Group, Returns};

pub(super) fn design_views() -> Vec<Function> {
    vec![
        function(
            Group::View,
            "loop_nest",
            Returns::Figure,
            "The loop nest of a dataflow, or of a layer's mapping, coloured by storage level; loops that nobody wrote are grey.",
            vec![param(
                "of",
                Accepts::Nest,
                "The dataflow, or the result of one layer.",
            )],
            "loop_nest(nvdla)",
        ),
        function(
            Group::View,
            "dataflow_animation",
            Returns::Figure,
            "The elements of an array stepping through a layer: what each works on, which tensor moves and which stays, and the reads and writes of every level so far.",
            vec![
                param("of", Accepts::Result, "A result."),
                param(
                    "layer",
                    Accepts::Text,
                    "The path of a layer, or of a block of layers, of which the largest is shown; the largest of all when not given.",
                )
                .optional(),
                param(
                    "steps",
                    Accepts::Integer,
                    "How many of the first steps are shown, as far as a picture has room.",
                )
                .or("24"),
            ],
            "dataflow_animation(evaluate(resnet18, eyeriss_like), layer = \"fc\", steps = 4)",
        ),
        function(
            Group::View,
            "layers",
            Returns::Layers,
            "The layers of a network with their shapes, MACs and parameters, or those of a result with their costs.",
            vec![param(
                "of",
                Accepts::Layers,
                "A network without open fields, or a result.",
            )],
            "layers(resnet18)",
        ),
        function(
            Group::View,
            "reuse_table",
            Returns::Table,
            "Accesses and reuse of each tensor at each storage level.",
            vec![param("of", Accepts::Result, "A result.")],
            "reuse_table(evaluate(resnet18, eyeriss_like))",
        ),
        function(
            Group::View,
            "energy_breakdown",
            Returns::Figure,
            "Where the energy goes.",
            vec![
                param("of", Accepts::Result, "A result."),
                param(
                    "by",
                    Accepts::Choice(&["level", "tensor"]),
                    "What the parts are.",
                )
                .or("level"),
                param(
                    "per",
                    Accepts::Choice(&["layer", "task", "sub", "all"]),
                    "What the bars are.",
                )
                .or("layer"),
            ],
            "energy_breakdown(evaluate(resnet18, eyeriss_like), by = level, per = layer)",
        ),
        function(
            Group::View,
            "explain",
            Returns::Explanation,
            "Why a layer costs what it costs: from its loop nest to cycles and energy, and what would help.",
            vec![
                param("of", Accepts::Result, "A result."),
                param(
                    "layer",
                    Accepts::Text,
                    "The path of a layer, or of a block of layers; the whole result when not given. The layer that takes longest is explained.",
                )
                .optional(),
            ],
            "explain(evaluate(resnet18, eyeriss_like), layer = \"stem\")",
        ),
        function(
            Group::View,
            "compare",
            Returns::Explanation,
            "What changed from one result to another: the design, each metric, and the layers that make the difference.",
            vec![
                param("before", Accepts::ResultOrTwo, "The first result, or both in a list."),
                param("after", Accepts::Result, "The second result.").optional(),
            ],
            "compare(evaluate(resnet18, eyeriss_like), evaluate(resnet18, eyeriss_like with { core.pes = 128 }))",
        ),
        function(
            Group::View,
            "floorplan",
            Returns::Figure,
            "What the area of a design goes to, to scale: sub-accelerators with their PEs, stores and NoC, and the area that there is; of an FPGA, the shares of its slices, blocks and LUTs.",
            vec![param("of", Accepts::Result, "A result.")],
            "floorplan(evaluate(resnet18, eyeriss_like))",
        ),
        function(
            Group::View,
            "roofline",
            Returns::Figure,
            "Each layer's performance over its arithmetic intensity, under the device's ceilings.",
            vec![
                param("of", Accepts::Result, "A result."),
                param(
                    "label",
                    Accepts::Choice(&["layer", "none"]),
                    "What is written beside the dots.",
                )
                .or("layer"),
            ],
            "roofline(evaluate(resnet18, eyeriss_like))",
        ),
        function(
            Group::View,
            "schedule",
            Returns::Figure,
            "Which layer runs when on which sub-accelerator (a Gantt chart).",
            vec![param("of", Accepts::Result, "A result.")],
            "schedule(evaluate(resnet18, eyeriss_like))",
        ),
    ]
}

pub(super) fn result_views() -> Vec<Function> {
    let rows = || param("of", Accepts::Rows, "The designs.");
    let column = |name, doc| param(name, Accepts::Column, doc);
    vec![
        function(
            Group::View,
            "table",
            Returns::Table,
            "Designs as rows, metrics as columns with their units in the head.",
            vec![
                rows(),
                param(
                    "columns",
                    Accepts::Columns,
                    "Which columns; the usual metrics when not given.",
                )
                .optional(),
                param("names", Accepts::Texts, "Names of the rows.").optional(),
                param(
                    "rank_test",
                    Accepts::Bool,
                    "Adds a rank test against the best strategy (comparisons only).",
                )
                .or("false"),
            ],
            "table(sweep(resnet18, eyeriss_like with { core.pes in {128, 256} }), columns = [core.pes, latency as ms, energy])",
        ),
        function(
            Group::View,
            "pareto",
            Returns::Figure,
            "Designs as points with the Pareto front of the two axes and the specs.",
            vec![
                rows(),
                column(
                    "x",
                    "Horizontal; less is better unless it is accuracy or utilization.",
                ),
                column("y", "Vertical."),
            ],
            "pareto(sweep(resnet18, eyeriss_like with { core.pes in {128, 256} }), x = latency, y = energy)",
        ),
        function(
            Group::View,
            "scatter",
            Returns::Figure,
            "Designs as points.",
            vec![
                rows(),
                column("x", "Horizontal."),
                column("y", "Vertical."),
                column("color", "Colour.").optional(),
                param(
                    "target",
                    Accepts::Problem,
                    "A problem whose specs are marked.",
                )
                .optional(),
            ],
            "scatter(sweep(resnet18, eyeriss_like with { core.pes in {128, 256} }), x = core.pes, y = energy)",
        ),
        function(
            Group::View,
            "design_space",
            Returns::Figure,
            "Designs as lines across an axis for each decision and metric, with what the specs allow; those that break a spec are grey.",
            vec![
                rows(),
                param(
                    "columns",
                    Accepts::Columns,
                    "The axes; the decisions that differ and the usual metrics when not given.",
                )
                .optional(),
                column("color", "What the colours are; the last axis of numbers when not given.")
                    .optional(),
            ],
            "design_space(sweep(resnet18, eyeriss_like with { core.pes in {128, 256} }), columns = [core.pes, latency as ms, energy])",
        ),
        function(
            Group::View,
            "rank_correlation",
            Returns::Table,
            "How far two columns order the designs alike: Kendall's tau-b and Spearman's rho, with equal values taken into account.",
            vec![
                rows(),
                column("x", "One column."),
                column("y", "The other."),
            ],
            "rank_correlation(sweep(resnet18, eyeriss_like with { core.pes in {64, 128, 256} }), x = latency, y = energy)",
        ),
        function(
            Group::View,
            "kendall",
            Returns::Number,
            "Kendall's tau-b of two columns as a number: 1 when they order the designs alike, -1 when the other way round.",
            vec![
                rows(),
                column("x", "One column."),
                column("y", "The other."),
            ],
            "kendall(sweep(resnet18, eyeriss_like with { core.pes in {64, 128, 256} }), x = latency, y = energy)",
        ),
        function(
            Group::View,
            "spearman",
            Returns::Number,
            "Spearman's rho of two columns as a number: the correlation of their ranks.",
            vec![
                rows(),
                column("x", "One column."),
                column("y", "The other."),
            ],
            "spearman(sweep(resnet18, eyeriss_like with { core.pes in {64, 128, 256} }), x = latency, y = energy)",
        ),
        function(
            Group::View,
            "heatmap",
            Returns::Figure,
            "A metric over two decisions; the best value where others vary, too.",
            vec![
                rows(),
                column("x", "Columns."),
                column("y", "Rows."),
                column("color", "The metric."),
            ],
            "heatmap(sweep(resnet18, eyeriss_like with { core.pes in {128, 256}, core.bandwidth in {8, 16 GB/s} }), x = core.pes, y = core.bandwidth, color = latency as ms)",
        ),
        function(
            Group::View,
            "convergence",
            Returns::Figure,
            "The best goal so far over the evaluations; the median and a band over the seeds of a comparison.",
            vec![
                param("of", Accepts::History, "A search or a comparison."),
                param(
                    "band",
                    Accepts::Choice(&["iqr", "range", "none"]),
                    "Between which seeds the band lies.",
                )
                .or("iqr"),
            ],
            "convergence(search(frugal, quick))",
        ),
        function(
            Group::View,
            "convergence",
            Returns::Figure,
            "The share of the objectives that each strategy has met so far, over the designs it priced for one.",
            vec![param(
                "answers",
                Accepts::Answers,
                "A comparison over objectives.",
            )],
            "convergence(compare(objectives(frugal3, count = 2, slack = 0.1), [quick, table_of], evaluations = 2))",
        ),
        function(
            Group::View,
            "learning_curves",
            Returns::Figure,
            "How the score on held-out samples grew with the epochs of training: the mean over the seeds with its standard error, and the rungs at which networks were stopped.",
            vec![
                rows(),
                param(
                    "task",
                    Accepts::Text,
                    "The label of a task; the first one that is trained when not given.",
                )
                .optional(),
                param(
                    "most",
                    Accepts::Integer,
                    "How many networks are in colour, the best first; the others are grey.",
                )
                .or("6"),
            ],
            "learning_curves(search(frugal, quick), task = \"classify\")",
        ),
        function(
            Group::View,
            "trainings",
            Returns::Table,
            "What each network of a task reached with each seed: a row per network, its decisions and `seed_1`, `seed_2`, …; exported to a file, `table(\"FILE\", trials = [seed_1, seed_2])` reads it.",
            vec![
                rows(),
                param(
                    "task",
                    Accepts::Text,
                    "The label of a task; the first one that is trained when not given.",
                )
                .optional(),
                param(
                    "samples",
                    Accepts::Choice(&["held_out", "test"]),
                    "Which samples: those held out, which a search sees, or the test samples.",
                )
                .or("held_out"),
            ],
            "trainings(search(frugal, quick))",
        ),
        function(
            Group::View,
            "regret",
            Returns::Table,
            "How far each strategy of a comparison stays from the optimum: that of an exhaustive or exact search, a known one, or else the best that any of its runs found.",
            vec![
                param("of", Accepts::Race, "The comparison."),
                param(
                    "truth",
                    Accepts::Run,
                    "The search that visited every design, or that proved its optimum.",
                )
                .optional(),
                param("optimum", Accepts::Number, "The first goal of the best design, where it is known.")
                    .optional(),
            ],
            "regret(compare(frugal, [quick, quick2], evaluations = 2, seeds = 1..3), search(frugal, every))",
        ),
        function(
            Group::View,
            "hypervolume",
            Returns::Volume,
            "How much of the space of several goals a search, or each strategy of a comparison, dominates; `.value` is the share of the search, or of all runs together.",
            vec![
                param("of", Accepts::History, "A search or a comparison."),
                param(
                    "reference",
                    Accepts::Numbers,
                    "The point to beat, one number per goal; a tenth beyond the common front when not given.",
                )
                .optional(),
            ],
            "hypervolume(search(frugal2, quick), reference = [1 J, 1 s])",
        ),
        function(
            Group::View,
            "attainment",
            Returns::Figure,
            "Which combinations of two goals half of the runs of each strategy attain, with a band from a quarter to three quarters.",
            vec![param("of", Accepts::Race, "The comparison.")],
            "attainment(compare(frugal2, [quick, quick2], evaluations = 2, seeds = 1..3))",
        ),
    ]
}
