//! Functions of numbers.

use super::{function, param};
use crate::functions::{Accepts, Function, Group, Returns};

pub(super) fn formulas() -> Vec<Function> {
    let number = |name| param(name, Accepts::Number, "A number.");
    vec![
        function(
            Group::Formula,
            "min",
            Returns::SameAsFirst,
            "The smaller of two numbers.",
            vec![number("a"), number("b")],
            "min(3, 4)",
        ),
        function(
            Group::Formula,
            "max",
            Returns::SameAsFirst,
            "The larger of two numbers.",
            vec![number("a"), number("b")],
            "max(3 ms, 4 ms)",
        ),
        function(
            Group::Formula,
            "abs",
            Returns::SameAsFirst,
            "The size of a number.",
            vec![number("a")],
            "abs(-3)",
        ),
        function(
            Group::Formula,
            "sqrt",
            Returns::Number,
            "The square root of a plain number.",
            vec![number("a")],
            "sqrt(16)",
        ),
        function(
            Group::Formula,
            "log",
            Returns::Number,
            "The natural logarithm of a plain number.",
            vec![number("a")],
            "log(2)",
        ),
        function(
            Group::Formula,
            "exp",
            Returns::Number,
            "The exponential of a plain number.",
            vec![number("a")],
            "exp(1)",
        ),
    ]
}
