//! Statements of other languages.

use super::statement::Statement;
use crate::diagnostic::Diagnostic;

/// A statement that begins with a word such as `for`, and what to write instead.
pub(super) fn explain(s: &Statement<'_>) -> Diagnostic {
    let (word, rest) = (s.word(0), s.from(1));
    let (note, hint) = match word {
        "for" | "while" => (
            "There are no loops: a field with `in` takes all its values in turn.",
            String::from("write the values as a set, `pes in {64, 128, 256}`, and call `sweep(…)`"),
        ),
        "if" | "elif" | "else" => (
            "There is no `if`: what must hold is written with `require`.",
            String::from("write `require` and a comparison"),
        ),
        "def" | "fn" | "func" | "function" | "class" => (
            "Functions are not written here but in a script.",
            String::from("write the function inside `script name \"\"\" … \"\"\"`"),
        ),
        "import" if rest.contains(" as ") => (
            "Names are brought in with `use`.",
            String::from("write `use module.{name}`"),
        ),
        "import" => (
            "Names are brought in with `use`.",
            format!("write `use {rest}`"),
        ),
        "from" => ("Names are brought in with `use`.", from(rest)),
        "print" | "println" => (
            "An expression that stands alone on a line is shown.",
            format!("write `{}` on a line of its own", shown(rest)),
        ),
        "return" => (
            "A value gets a name with `let`.",
            format!("write `let result = {rest}`"),
        ),
        "and" => (
            "Each condition is a statement of its own, and all of them must hold.",
            format!("write `require {rest}` on a line of its own"),
        ),
        _ => (
            "Conditions are not joined; each is a statement, and all of them must hold.",
            String::from("write one `require` for each condition"),
        ),
    };
    Diagnostic::new("E0102", format!("`{word}` is not a word of the language"))
        .at(s.span(0, 1), "not understood")
        .note(note)
        .hint(hint)
}

/// `from a.b import x, y` as it is written here.
fn from(rest: &str) -> String {
    match rest.split_once(" import ") {
        Some((module, names)) => format!("write `use {}.{{{}}}`", module.trim(), names.trim()),
        None => String::from("write `use module.{name}`"),
    }
}

/// The argument of `print(…)`.
fn shown(rest: &str) -> &str {
    rest.strip_prefix('(')
        .and_then(|r| r.strip_suffix(')'))
        .unwrap_or(rest)
}
