//! The words of the language itself, each with a sentence.

/// Every reserved word with what it does.
const KEYWORDS: &[(&str, &str)] = &[
    (
        "use",
        "Brings names of another file or of the library: `use std.nets.{resnet18}`.",
    ),
    (
        "let",
        "Names a value or a result: `let run = search(w1, quick)`.",
    ),
    (
        "choose",
        "Declares one decision that is used in several places: `choose k in {3, 5, 7}`.",
    ),
    (
        "script",
        "Holds Rhai functions: `script s \"\"\"fn f(x) { x }\"\"\"`.",
    ),
    ("maximize", "A goal: more of this is better."),
    ("minimize", "A goal: less of this is better."),
    (
        "require",
        "A spec that every good design meets: `require latency <= 5 ms`.",
    ),
    (
        "expect",
        "Checks that a comparison holds: `expect r.latency <= 5 ms, \"too slow\"`; `points = 2` is its worth to `nasaic grade`.",
    ),
    (
        "in",
        "Leaves a field open, as a decision over a set or range: `pes in {64, 128}`.",
    ),
    (
        "with",
        "A changed copy of a block: `base with { core.pes = 512 }`.",
    ),
    (
        "as",
        "Shows a quantity in another unit: `latency as ms`; or names an imported file.",
    ),
    (
        "step",
        "The step of a range; with `*` it multiplies: `16..2048 step *2`.",
    ),
    ("true", "The truth of what holds."),
    ("false", "The truth of what does not hold."),
];

/// The words that begin a statement of their own, outside of blocks.
pub(super) const SENTENCES: &[&str] = &["use", "let", "choose", "script", "expect"];

/// The words that begin a goal inside a problem.
pub(super) const GOALS: &[&str] = &["require", "maximize", "minimize"];

/// The sentence about a reserved word.
pub(super) fn sentence(word: &str) -> Option<&'static str> {
    KEYWORDS.iter().find(|k| k.0 == word).map(|k| k.1)
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use crate::names::RESERVED;

    #[test]
    fn every_reserved_word_has_a_sentence() {
        for word in RESERVED {
            assert!(sentence(word).is_some_and(|s| s.ends_with('.')), "{word}");
        }
    }
}
