//! Functions that compute.

use super::{function, on, param};
use crate::functions::{Accepts, Function, Group, Returns};

pub(super) fn actions() -> Vec<Function> {
    let work = || param("design", Accepts::Work { problems: true }, "What runs.");
    let batch = || param("batch", Accepts::Integer, "Inputs at a time.").optional();
    let problem = || param("problem", Accepts::Block("problem"), "What to find.");
    vec![
        function(
            Group::Action,
            "evaluate",
            Returns::Result,
            "Costs one design; nothing in it may be open.",
            vec![work(), on(), batch()],
            "evaluate(resnet18, eyeriss_like)",
        ),
        function(
            Group::Action,
            "sweep",
            Returns::Results,
            "Costs every design of a space, in order; with `to`, the rows go to a file and the result is their front.",
            vec![
                work(),
                on(),
                batch(),
                param(
                    "to",
                    Accepts::Text,
                    "A `.csv` or `.parquet` below the output folder for a row per design; needed beyond a million designs.",
                )
                .optional(),
            ],
            "sweep(resnet18, eyeriss_like with { core.pes in {128, 256} })",
        ),
        function(
            Group::Action,
            "search",
            Returns::Run,
            "Looks for the best design of a problem with a strategy.",
            vec![
                problem(),
                param("strategy", Accepts::Block("strategy"), "How to look."),
            ],
            "search(frugal, quick)",
        ),
        function(
            Group::Action,
            "compare",
            Returns::Race,
            "Runs several strategies on one problem with the same number of evaluations and the same seeds.",
            vec![
                problem(),
                param("strategies", Accepts::Strategies, "Those to compare."),
                param(
                    "evaluations",
                    Accepts::Integer,
                    "Distinct designs each may evaluate; overrides the strategies' own.",
                )
                .optional(),
                param(
                    "seeds",
                    Accepts::Seeds,
                    "One run for each; overrides the strategies' own.",
                ),
            ],
            "compare(frugal, [quick, quick2], evaluations = 2, seeds = 1..3)",
        ),
        function(
            Group::Action,
            "compare",
            Returns::Answers,
            "Asks several strategies the same objectives, with the same number of evaluations for each or the same time.",
            vec![
                param(
                    "objectives",
                    Accepts::Objectives,
                    "The objectives.",
                ),
                param(
                    "strategies",
                    Accepts::Strategies,
                    "Those to ask: generators, and searches that begin anew for each objective.",
                ),
                param(
                    "evaluations",
                    Accepts::Integer,
                    "Designs that each may price for an objective.",
                )
                .optional(),
                param(
                    "time",
                    Accepts::Number,
                    "Time that each may take for an objective, instead of `evaluations`; what depends on it differs from run to run.",
                )
                .optional(),
            ],
            "compare(objectives(frugal3, count = 2, impossible = 1, slack = 0.1), [quick, table_of], evaluations = 2)",
        ),
        function(
            Group::Action,
            "generate",
            Returns::Results,
            "Proposes designs that meet a problem's specs with a trained generator, each priced by the cost model; the best come first.",
            vec![
                problem(),
                param(
                    "strategy",
                    Accepts::Block("strategy"),
                    "The generator: `gan`, `mlp` or `nearest`.",
                ),
                param("count", Accepts::Integer, "How many.").or("1"),
            ],
            "generate(frugal3, table_of, count = 2)",
        ),
        function(
            Group::Action,
            "objectives",
            Returns::Objectives,
            "Draws objectives for a problem: its specs with other limits, those of designs that no generator is trained on, and more that are proven impossible.",
            vec![
                problem(),
                param("count", Accepts::Integer, "How many that a held-out design meets."),
                param(
                    "slack",
                    Accepts::Number,
                    "By what share the limits are looser than what the design costs, or tighter than what any design gives.",
                ),
                param(
                    "impossible",
                    Accepts::Integer,
                    "How many more that no design meets, by pricing all designs with the same networks.",
                )
                .or("0"),
                param("seed", Accepts::Integer, "Where the random numbers start.").or("1"),
            ],
            "objectives(frugal3, count = 2, slack = 0.1)",
        ),
        function(
            Group::Action,
            "together",
            Returns::Race,
            "Puts comparisons of several problems with the same goals into one, so that views show them side by side.",
            vec![
                param("races", Accepts::Races, "The comparisons."),
                param("names", Accepts::Texts, "A name for each of their strategies, in their order."),
            ],
            "together([compare(frugal, [quick], evaluations = 2, seeds = 1..3), compare(frugal, [quick2], evaluations = 2, seeds = 1..3)], names = [\"one\", \"two\"])",
        ),
        function(
            Group::Action,
            "space",
            Returns::Space,
            "The exact size of a space: all points, those within the budgets, and the distinct designs among them.",
            vec![
                param("of", Accepts::Space, "A problem, or what it is made of."),
                on(),
            ],
            "space(frugal)",
        ),
        function(
            Group::Action,
            "export",
            Returns::Nothing,
            "Writes results to a file: `.csv`, `.json` and `.svg` for rows, `.svg` for figures, of an explanation the first table or figure; or the nests of a result to a folder for Timeloop, each layer as architecture, problem and mapping.",
            vec![
                param("what", Accepts::Exportable, "What to write."),
                param("file", Accepts::Text, "Where, below the output folder."),
                param(
                    "format",
                    Accepts::Choice(&["timeloop"]),
                    "What `file` is when its ending does not say it.",
                )
                .optional(),
                param(
                    "layer",
                    Accepts::Text,
                    "The one layer whose nest is written.",
                )
                .optional(),
            ],
            "export(sweep(resnet18, eyeriss_like), \"one.csv\")",
        ),
    ]
}
